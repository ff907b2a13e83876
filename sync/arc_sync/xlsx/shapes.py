"""New rows of one layout: they are written column by column and joined once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from types import NoneType
from typing import TYPE_CHECKING, Any, NamedTuple

from arc_sync.xlsx.splice import Edit, frame
from arc_sync.xlsx.text import all_easy, check_length, encode, has_outer_space, joined
from arc_sync.xlsx.values import Given, number, serial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from arc_sync.xlsx.cells import Plain

PLAIN = frozenset({float, int, Decimal, dt.date, dt.datetime, bool, str, NoneType})


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The columns in which rows ask for cells, left to right, and the style asked for in each, as in `Edit`."""

    columns: Sequence[int]
    styles: tuple[int | None, ...]


@lru_cache(maxsize=4_096)
def layout_of(columns: Sequence[int], styles: tuple[int | None, ...]) -> Layout:
    """Give the one Layout of rows such as this; the arguments must not change afterwards."""
    return Layout(columns, styles)


class NewRow(Mapping[int, Edit]):
    """A row that the sheet does not have, kept as it was given; its edits are made for those who ask."""

    __slots__ = ("given", "layout")

    def __init__(self, layout: Layout, given: Sequence[Given]) -> None:
        self.layout = layout
        self.given = given

    def __getitem__(self, column: int) -> Edit:
        try:
            at = self.layout.columns.index(column)
        except ValueError:
            raise KeyError(column) from None
        return Edit(self.given[at], self.layout.styles[at])

    def __iter__(self) -> Iterator[int]:
        return iter(self.layout.columns)

    def __len__(self) -> int:
        return len(self.given)


def new_rows(
    columns: Sequence[int], rows: Sequence[Sequence[Given]], styles: tuple[int | None, ...]
) -> list[NewRow]:
    """Give rows of values for the same columns, in the same styles, in that form."""
    layout = layout_of(columns, styles)
    return [NewRow(layout, (*row,)) for row in rows]


def new_row(edits: Mapping[int, Edit]) -> NewRow:
    """Give any edits of a row in that form."""
    columns = tuple(sorted(edits))
    asked = [edits[column] for column in columns]
    return NewRow(layout_of(columns, tuple(style for _, style in asked)), tuple(value for value, _ in asked))


def can_join(layout: Layout, columns: Sequence[Sequence[Given]]) -> bool:
    """Say whether rows can be written together: with something to write, all of it PLAIN and of a style of its own."""
    kinds = [set(map(type, values)) for values in columns]
    shown = [
        (kind, style)
        for kind, style in zip(kinds, layout.styles, strict=True)
        if style is not None or kind != {NoneType}
    ]
    return bool(shown) and all(style is not None and kind <= PLAIN for kind, style in shown)


class Slot(NamedTuple):
    """What cells of one column have in common: column from 0, type as in `Cell`, style."""

    column: int
    type: str | None
    style: int


Forms = Mapping[Slot, "Sequence[str | None]"]  # a raw value for each row; None where the row's cell is not so


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Rows that follow each other, as they have to read back: the numbers, as text, and the cells of each column."""

    first: int
    names: Sequence[str]
    columns: Sequence[Forms]

    @property
    def last(self) -> int:
        """The number of the last row."""
        return self.first + len(self.names) - 1

    def cells(self, number: int) -> list[Plain]:
        """Give the cells of one of the rows, left to right."""
        return [_cell(forms, number - self.first) for forms in self.columns]


def _cell(forms: Forms, at: int) -> Plain:
    """Give the cell that a column has in a row: the one with a value, else the blank one."""
    found = next((slot for slot in forms if forms[slot][at] is not None), None)
    slot = found or next(slot for slot in forms if slot.type is None)
    return slot.column, slot.type, forms[slot][at], None, slot.style


class Column(NamedTuple):
    """The cells of one column of rows that are written together.

    A cell is `start`, the number of its row, `before`, its text, and `after`; `forms` are how they read back.
    """

    start: str
    before: str
    texts: Sequence[str]
    after: str
    forms: Forms


def column(
    place: int, values: Sequence[Any], style: Callable[[Any], int], prefix: str, *, date1904: bool
) -> Column:
    """Write values of PLAIN types as cells of one column, in the sheet's namespace prefix.

    `style` gives the style of a value's type. Raises Refused for what a cell cannot hold.
    """
    kinds = dict.fromkeys(map(type, values))  # in an order that is the same every time
    if len(kinds) == 1:
        return _of_one_type(place, values, style(values[0]), prefix, date1904=date1904)
    texts, forms, start = [""] * len(values), dict[Slot, list[str | None]](), ""
    for kind in kinds:
        at = [turn for turn, value in enumerate(values) if type(value) is kind]
        given = [values[turn] for turn in at]
        part = _of_one_type(place, given, style(given[0]), prefix, date1904=date1904)
        [(slot, raws)], start = part.forms.items(), part.start
        all_raws = forms.setdefault(slot, [None] * len(values))
        for turn, text, raw in zip(at, part.texts, raws, strict=True):
            texts[turn] = f"{part.before}{text}{part.after}"
            all_raws[turn] = raw
    return Column(start, "", texts, "", forms)


def _of_one_type(place: int, values: Sequence[Any], style: int, prefix: str, *, date1904: bool) -> Column:
    kind = type(values[0])
    if kind is NoneType:
        start, rest, _ = frame(prefix, place, style, "")
        return Column(start, f"{rest}/>", [""] * len(values), "", {Slot(place, None, style): values})
    if kind is str:
        start, rest, end = frame(prefix, place, style, "inlineStr")
        raws, texts, space = _texts(values)
        before, after = f"{rest}><{prefix}is><{prefix}t{space}>", f"</{prefix}t></{prefix}is>{end}"
        return Column(start, before, texts, after, {Slot(place, "s", style): raws})
    type_ = "b" if kind is bool else "n"
    start, rest, end = frame(prefix, place, style, "b" if kind is bool else "")
    raws = _numbers(kind, values, date1904=date1904)
    return Column(start, f"{rest}><{prefix}v>", raws, f"</{prefix}v>{end}", {Slot(place, type_, style): raws})


def _numbers(kind: type, values: Sequence[Any], *, date1904: bool) -> Sequence[str]:
    if issubclass(kind, dt.date):
        known = {day: serial(day, date1904=date1904) for day in set(values)}  # days come again and again
        return [*map(known.__getitem__, values)]
    if kind is float and all(map(isfinite, values)):
        return [text.removesuffix(".0") for text in map(repr, values)]
    return [*map(str if kind is int else number, values)]


def _texts(values: Sequence[str]) -> tuple[Sequence[str], Sequence[str], str]:
    """Give texts as they read back, and escaped, and say how to keep their spaces."""
    if all_easy(values):
        return values, values, ""
    for value in values:
        check_length(value)
    space = ' xml:space="preserve"' if any(map(has_outer_space, values)) else ""
    raws = [*map(joined, values)]
    return raws, [*map(encode, raws)], space
