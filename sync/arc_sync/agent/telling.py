"""The history and the records in people's words: by which name a row goes, and how a value is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final, NamedTuple, TypeAlias

from arc_sheets import tabs
from arc_sheets.cells import Row, Value, show_cell, verbatim
from arc_sheets.tab import Column, Kind, Tab
from arc_sync.merge.history import ISSUES, Change
from arc_sync.merge.issues import Issue, IssueKey, IssueKind
from arc_sync.merge.snapshot import currency_of

BLANK: Final = "(blank)"
ADDED: Final = "added"
DELETED: Final = "deleted"
SETTLED: Final = "settled"

#: Returns a live row of a tab by its id, or None.
Find: TypeAlias = Callable[[Tab, str], Row | None]


class Told(NamedTuple):
    """One field of one row, before and after, as texts; amounts in major units with their currency."""

    tab: str  #: the sheet's name
    row: str  #: what people call the row
    field: str  #: the column's header; ADDED or DELETED where the whole row came or went
    before: str
    after: str
    n: int  #: the change's number
    id: str  #: the row's id


def called(tab: Tab, row: Row) -> str:
    """Return how a person would call a row: by its key, or its first values."""
    unit, named = currency_of(tab, row), _naming(tab)
    pairs = zip(tab.stored, row, strict=True)
    return ", ".join(shown(c, v, unit) for c, v in pairs if v is not None and c.name in named)


def _naming(tab: Tab) -> tuple[str, ...]:
    """Return the columns that a row is called by."""
    needed = [c.name for c in tab.stored if c.required and c.kind is not Kind.CODE]
    return (tab.key,) if tab.key else tuple(needed[:3])


def shown(column: Column, value: Value, currency: Value) -> str:
    """Return a value as people read it; an amount with its currency, a blank as "(blank)"."""
    if value is None:
        return BLANK
    unit = str(currency) if currency else None
    if column.kind is Kind.MONEY and isinstance(value, int) and unit:
        return f"{unit} {show_cell(column, value, unit):,f}"
    return verbatim(value)


def tell(changes: Iterable[Change], find: Find) -> list[Told]:
    """Return what changes (oldest first) did to each row taken together, field by field, in their order.

    `find` returns live rows. A row that came or went is one line; what came and went again, or changed and changed back, is none.
    """
    net: dict[tuple[str, str], Change] = {}
    for change in changes:
        place = (change.tab, change.row)
        net[place] = replace(change, before=net[place].before) if place in net else change
    return [told for change in net.values() if change.before != change.after for told in _tell(change, find)]


def _tell(change: Change, find: Find) -> Iterator[Told]:
    if change.tab == ISSUES:
        yield _tell_issue(change, find)
        return
    tab = tabs.BY_NAME[change.tab]
    before, after = change.before, change.after
    if isinstance(before, tuple) and isinstance(after, tuple):
        for told in _fields(tab, before, after):
            yield Told(tab.title, called(tab, after), *told, change.n, change.row)
        return
    row = after if isinstance(after, tuple) else before
    name = called(tab, row) if isinstance(row, tuple) else change.row
    whole = _whole(tab, row) if isinstance(row, tuple) else ""
    if after is None:
        yield Told(tab.title, name, DELETED, whole, "", change.n, change.row)
    else:
        yield Told(tab.title, name, ADDED, "", whole, change.n, change.row)


def _fields(tab: Tab, before: Row, after: Row) -> Iterator[tuple[str, str, str]]:
    units = currency_of(tab, before), currency_of(tab, after)
    for column, was, now in zip(tab.stored, before, after, strict=True):
        if was != now:
            yield column.header, shown(column, was, units[0]), shown(column, now, units[1])


def _whole(tab: Tab, row: Row) -> str:
    """Return what a row says besides what it is called by."""
    unit, known = currency_of(tab, row), set(_naming(tab))
    pairs = ((c, v) for c, v in zip(tab.stored, row, strict=True) if v is not None and c.name not in known)
    return ", ".join(f"{c.header} {shown(c, v, unit)}" for c, v in pairs if c.kind is not Kind.CODE)


def _tell_issue(change: Change, find: Find) -> Told:
    key = IssueKey(*change.row.split("/"))
    tab = tabs.BY_NAME.get(key.tab)
    row = find(tab, key.row) if tab and key.row else None
    name = ", ".join(filter(None, (tab.title if tab else key.tab, called(tab, row) if tab and row else "")))
    column = key.column.partition("#")[0]
    header = next((c.header for c in tab.columns if c.name == column), column) if tab else column
    before, after = (_issue(i) if isinstance(i, Issue) else "" for i in (change.before, change.after))
    return Told("Issues", name, header or "Row", before, after or SETTLED, change.n, change.row)


def _issue(issue: Issue) -> str:
    """Return an issue in words: what happened, or the pair of a conflict."""
    if issue.kind is not IssueKind.CONFLICT:
        return issue.why or issue.kind.value
    mine, theirs = (
        verbatim(v) if v is not None and not isinstance(v, tuple) else BLANK
        for v in (issue.mine, issue.theirs)
    )
    return f"conflict: {mine} in the book, {theirs} in the ledger"


def source_words(source: str, books: Mapping[str, str]) -> str:
    """Return where a change came from, in words; `books` are the paths of the books by id."""
    return _SOURCES.get(source) or books.get(source, "a workbook that the ledger does not know")


_SOURCES: Final = {
    "import": "import",
    "action": "request",
    "command": "command line",
    "form": "form on Account",
    "ribbon": "ribbon of Excel",
    "menu": "menu of Google Sheets",
    "undo": "undo",
    "choice": "Issues tab",
    "decision": "Reminders tab",
    "plan": "plan of reminders",
    "sending": "sending of messages",
    "derived": "follows from another change",
}
