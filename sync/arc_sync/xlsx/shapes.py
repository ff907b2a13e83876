"""Rows of like shape: the new rows of a table have one shape or a few, and each is written through one template."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from types import NoneType
from typing import TYPE_CHECKING, Any, NamedTuple

from arc_sync.xlsx.splice import ABOVE, Edit, frame
from arc_sync.xlsx.text import all_easy, check_length, encode, has_outer_space
from arc_sync.xlsx.values import Given, number, serial

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arc_sync.xlsx.cells import Plain

PLAIN = frozenset({float, int, Decimal, dt.date, dt.datetime, bool, str, NoneType})


@dataclass(frozen=True, slots=True, eq=False)
class Sort:
    """What rows have in common that ask for cells of the same types and styles in the same columns, left to right.

    `alone` are rows that no other row helps to write: with formulas, with cells that look at the row above for more
    than its style, or with nothing to write. `leaning` are the columns that take the style above.
    """

    columns: Sequence[int]
    types: tuple[type, ...]
    styles: tuple[int | None, ...]
    alone: bool
    leaning: tuple[int, ...]


@lru_cache(maxsize=4_096)
def sort_of(columns: Sequence[int], types: tuple[type, ...], styles: tuple[int | None, ...]) -> Sort:
    """Give the one Sort of rows such as this; the arguments must not change afterwards."""
    shown = [
        (kind, style) for kind, style in zip(types, styles, strict=True) if (kind, style) != (NoneType, None)
    ]
    alone = not shown or any(kind not in PLAIN or style is None for kind, style in shown)
    leaning = tuple(column for column, style in zip(columns, styles, strict=True) if style == ABOVE)
    return Sort(columns, types, styles, alone, leaning)


class NewRow(Mapping[int, Edit]):
    """A row put below a table, kept as it was given; its edits are made for those who ask."""

    __slots__ = ("given", "sort")

    def __init__(self, sort: Sort, given: Sequence[Given]) -> None:
        self.sort = sort
        self.given = given

    def __getitem__(self, column: int) -> Edit:
        try:
            at = self.sort.columns.index(column)
        except ValueError:
            raise KeyError(column) from None
        return Edit(self.given[at], self.sort.styles[at])

    def __iter__(self) -> Iterator[int]:
        return iter(self.sort.columns)

    def __len__(self) -> int:
        return len(self.given)


def new_rows(
    columns: Sequence[int], rows: Sequence[Sequence[Given]], styles: tuple[int | None, ...]
) -> list[NewRow]:
    """Give rows of values for the same columns, in the same styles, in that form."""
    types = [tuple(map(type, row)) for row in rows]
    sorts = {each: sort_of(columns, each, styles) for each in set(types)}
    return [NewRow(sorts[each], (*row,)) for each, row in zip(types, rows, strict=True)]


def new_row(edits: Mapping[int, Edit]) -> NewRow:
    """Give any edits of a row in that form."""
    if isinstance(edits, NewRow):
        return edits
    columns = tuple(sorted(edits))
    asked = [edits[column] for column in columns]
    [row] = new_rows(columns, [[value for value, _ in asked]], tuple(style for _, style in asked))
    return row


class Slot(NamedTuple):
    """What the cells of one column of a shape have in common: column from 0, type as in `Cell`, style."""

    column: int
    type: str | None
    style: int


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What rows of like shape have in common once they are written: their cells, left to right, but for the values."""

    slots: tuple[Slot, ...]


@lru_cache(maxsize=4_096)
def shape_of(slots: tuple[Slot, ...]) -> Shape:
    """Give the one Shape of such rows."""
    return Shape(slots)


class Like(NamedTuple):
    """A row as it has to read back: its shape; its number, and the raw values of those of its cells that have one."""

    shape: Shape
    texts: tuple[str, ...]

    @property
    def cells(self) -> Sequence[Plain]:
        """The cells themselves, left to right."""
        raws = iter(self.texts[1:])
        return [
            (place, type_, None if type_ is None else next(raws), None, style)
            for place, type_, style in self.shape.slots
        ]


class Column(NamedTuple):
    """The cells of one column of rows of like shape.

    `template` is their XML, with one hole for the row's number and one for the value, if they have any;
    `raws` are the values as they read back, `texts` as they are written.
    """

    slot: Slot
    template: str
    raws: Sequence[str] | None
    texts: Sequence[str] | None


def column(place: int, style: int, values: Sequence[Any], prefix: str, *, date1904: bool) -> Column:
    """Write values of one PLAIN type as cells of one column and style, in the sheet's namespace prefix.

    Raises Refused for what a cell cannot hold.
    """
    kind = type(values[0])
    if kind is NoneType:
        return Column(Slot(place, None, style), _cell(prefix, place, style, "", ""), None, None)
    if kind is str:
        texts, space = _texts(values)
        inner = f"<{prefix}is><{prefix}t{space}>%s</{prefix}t></{prefix}is>"
        return Column(Slot(place, "s", style), _cell(prefix, place, style, "inlineStr", inner), values, texts)
    type_, t = ("b", "b") if kind is bool else ("n", "")
    raws = (
        [number(int(value)) for value in values]
        if kind is bool
        else _numbers(kind, values, date1904=date1904)
    )
    template = _cell(prefix, place, style, t, f"<{prefix}v>%s</{prefix}v>")
    return Column(Slot(place, type_, style), template, raws, raws)


def _cell(prefix: str, place: int, style: int, t: str, inner: str) -> str:
    start, rest, end = frame(prefix, place, style, t)
    return f"{start}%s{rest}>{inner}{end}" if inner else f"{start}%s{rest}/>"


def _numbers(kind: type, values: Sequence[Any], *, date1904: bool) -> Sequence[str]:
    if issubclass(kind, dt.date):
        known = {day: serial(day, date1904=date1904) for day in set(values)}  # days come again and again
        return [*map(known.__getitem__, values)]
    if kind is float and all(map(isfinite, values)):
        return [text.removesuffix(".0") for text in map(repr, values)]
    return [*map(str if kind is int else number, values)]


def _texts(values: Sequence[str]) -> tuple[Sequence[str], str]:
    """Escape texts, and say how to keep their spaces."""
    if all_easy(values):
        return values, ""
    for value in values:
        check_length(value)
    return [*map(encode, values)], ' xml:space="preserve"' if any(map(has_outer_space, values)) else ""
