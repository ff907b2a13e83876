"""Rows of like shape: the new rows of a table have one shape or a few, and each is written through one template."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from types import NoneType
from typing import TYPE_CHECKING, Any, NamedTuple

from arc_sync.xlsx.splice import Edit, frame
from arc_sync.xlsx.text import all_easy, check_length, encode, has_outer_space
from arc_sync.xlsx.values import Value, number, serial

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arc_sync.xlsx.cells import Plain
    from arc_sync.xlsx.values import Fill

Kind = tuple[int, type, int | None]  # of an edit: its column, the type of its value, the style asked for
PLAIN = frozenset({float, int, Decimal, dt.date, dt.datetime, bool, str, NoneType})


class NewRow(Mapping[int, Edit]):
    """A row put below a table, kept as it was given; its edits are made for those who ask."""

    __slots__ = ("columns", "given", "styles")

    def __init__(
        self, columns: Sequence[int], given: Sequence[Value | Fill], styles: Sequence[int | None]
    ) -> None:
        self.columns, self.given, self.styles = columns, given, styles

    def __getitem__(self, column: int) -> Edit:
        try:
            at = self.columns.index(column)
        except ValueError:
            raise KeyError(column) from None
        return Edit(self.given[at], self.styles[at])

    def __iter__(self) -> Iterator[int]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What is asked for in each column, but for the values."""
        return tuple(zip(self.columns, map(type, self.given), self.styles, strict=True))


def new_row(edits: Mapping[int, Edit]) -> NewRow:
    """Give any edits of a row in that form, left to right."""
    if isinstance(edits, NewRow):
        return edits
    columns = sorted(edits)
    return NewRow(columns, [edits[place].value for place in columns], [edits[place].style for place in columns])


class Slot(NamedTuple):
    """What the cells of one column of a shape have in common: column from 0, type as in `Cell`, style."""

    column: int
    type: str | None
    style: int


class Like(NamedTuple):
    """A row as it has to read back: its shape, and the raw values of those of its cells that have one."""

    shape: tuple[Slot, ...]
    raws: tuple[str, ...]

    @property
    def cells(self) -> dict[int, Plain]:
        """The cells themselves, by column."""
        raws = iter(self.raws)
        return {
            column: (column, type_, None if type_ is None else next(raws), None, style)
            for column, type_, style in self.shape
        }


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
    raws = [number(int(value)) for value in values] if kind is bool else _numbers(kind, values, date1904)
    template = _cell(prefix, place, style, t, f"<{prefix}v>%s</{prefix}v>")
    return Column(Slot(place, type_, style), template, raws, raws)


def _cell(prefix: str, place: int, style: int, t: str, inner: str) -> str:
    start, rest, end = frame(prefix, place, style, t)
    return f"{start}%s{rest}>{inner}{end}" if inner else f"{start}%s{rest}/>"


def _numbers(kind: type, values: Sequence[Any], date1904: bool) -> list[str]:  # noqa: FBT001
    if not issubclass(kind, dt.date):
        return [*map(number, values)]
    known = {day: serial(day, date1904=date1904) for day in set(values)}  # days come again and again
    return [*map(known.__getitem__, values)]


def _texts(values: Sequence[str]) -> tuple[Sequence[str], str]:
    """Escape texts, and say how to keep their spaces."""
    if all_easy(values):
        return values, ""
    for value in values:
        check_length(value)
    return [*map(encode, values)], ' xml:space="preserve"' if any(map(has_outer_space, values)) else ""
