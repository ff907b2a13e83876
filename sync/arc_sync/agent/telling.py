"""The history and the records in people's words: by which name a row goes, and how a value is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from arc_sheets import tabs
from arc_sheets.cells import Row, Value, show_cell, verbatim
from arc_sheets.tab import Column, Kind, Tab
from arc_sync.merge.history import ISSUES, Change
from arc_sync.merge.issues import Issue, IssueKey
from arc_sync.merge.snapshot import currency_of

BLANK: Final = "(blank)"


class Told(NamedTuple):
    """One field of one row, before and after, as texts; amounts in major units with their currency."""

    tab: str  #: the sheet's name
    row: str  #: what people call the row
    field: str  #: the column's header; "" where the whole row came or went
    before: str
    after: str
    n: int  #: the change's number
    id: str  #: the row's id


def called(tab: Tab, row: Row) -> str:
    """Return how a person would call a row: by its key, or its first values."""
    if tab.key:
        return verbatim(row[next(k for k, c in enumerate(tab.stored) if c.name == tab.key)])
    unit = currency_of(tab, row)
    parts = (shown(c, v, unit) for c, v in zip(tab.stored, row, strict=True) if v is not None and c.required)
    return ", ".join(list(parts)[:3])


def shown(column: Column, value: Value, currency: Value) -> str:
    """Return a value as people read it; an amount with its currency, a blank as "(blank)"."""
    if value is None:
        return BLANK
    unit = str(currency) if currency else None
    if column.kind is Kind.MONEY and isinstance(value, int) and unit:
        return f"{unit} {show_cell(column, value, unit):,f}"
    return verbatim(value)


def tell(change: Change) -> Iterator[Told]:
    """Yield what a change did, field by field; a row that came or went is one line."""
    if change.tab == ISSUES:
        yield _tell_issue(change)
        return
    tab = tabs.BY_NAME[change.tab]
    before, after = change.before, change.after
    if isinstance(before, tuple) and isinstance(after, tuple):
        for told in _fields(tab, before, after):
            yield Told(tab.title, called(tab, after), *told, change.n, change.row)
        return
    was = _whole(tab, before) if isinstance(before, tuple) else ""
    now = _whole(tab, after) if isinstance(after, tuple) else ""
    row = before if isinstance(before, tuple) else after
    name = called(tab, row) if isinstance(row, tuple) else change.row
    yield Told(tab.title, name, "", was, now, change.n, change.row)


def _fields(tab: Tab, before: Row, after: Row) -> Iterator[tuple[str, str, str]]:
    units = currency_of(tab, before), currency_of(tab, after)
    for column, was, now in zip(tab.stored, before, after, strict=True):
        if was != now:
            yield column.header, shown(column, was, units[0]), shown(column, now, units[1])


def _whole(tab: Tab, row: Row) -> str:
    unit = currency_of(tab, row)
    pairs = zip(tab.stored, row, strict=True)
    parts = (f"{c.header} {shown(c, v, unit)}" for c, v in pairs if v is not None and c.kind is not Kind.CODE)
    return ", ".join(parts)


def _tell_issue(change: Change) -> Told:
    key = IssueKey(*change.row.split("/"))
    tab = tabs.BY_NAME.get(key.tab)
    where = tab.title if tab else key.tab
    before, after = (
        i.why or i.kind.value if isinstance(i, Issue) else "" for i in (change.before, change.after)
    )
    return Told("Issues", where, key.column.partition("#")[0] or "row", before, after, change.n, change.row)


def source_words(source: str, books: Mapping[str, str]) -> str:
    """Return where a change came from, in words; `books` are the paths of the books by id."""
    return _SOURCES.get(source) or books.get(source, "a workbook that the ledger does not know")


_SOURCES: Final = {
    "import": "import",
    "action": "command",
    "undo": "undo",
    "choice": "Issues tab",
    "derived": "follows from another change",
}
