"""What people decide on the Issues tab, and the lines they decide on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final, TypeAlias

from arc_sheets.cells import Row, Value, verbatim
from arc_sheets.dates import wall_clock
from arc_sheets.tab import Tab
from arc_sheets.tabs import RECORD_TABS
from arc_sync.agent.merging import follow_renames
from arc_sync.books.contents import IssueLine
from arc_sync.books.draw.issues import MINE, THEIRS
from arc_sync.books.port import ShownIssue
from arc_sync.ledger.port import Transaction, View
from arc_sync.merge import words
from arc_sync.merge.issues import ID, Issue, IssueKey, IssueKind
from arc_sync.merge.snapshot import fold

#: The states of a line: it waits for a person, or only tells what ARC settled by rule.
OPEN: Final = "open"
TOLD: Final = "for information"

#: (tab, live row, field, new value) -> why the ledger cannot take it, or "".
Objection = Callable[[Tab, Row | None, int, Value], str]

#: Where rows of the book stood when it was read, counted from 1: by tab name and row id.
Numbers: TypeAlias = Mapping[tuple[str, str], int]
_NOWHERE: Final[Numbers] = {}


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of the choices: how many were carried out, and for the others why not."""

    done: int
    refused: Sequence[str]


def settle(t: Transaction, tabs: Sequence[Tab], lines: Sequence[ShownIssue], object_to: Objection) -> Settled:
    """Carry out the choices on the lines; each is valid only for the pair of values shown beside it."""
    done = 0
    refused: list[str] = []
    for line in lines:
        if not line.choice:
            continue
        key = _key(line.id)
        if key is None or key not in t.issues(key.book):
            continue  # settled already, or vanished rows, whose lines stand for many
        why = _settle(t, tabs, key, line, object_to)
        done, refused = done + (not why), refused + ([why] if why else [])
    return Settled(done, refused)


def _settle(
    t: Transaction, tabs: Sequence[Tab], key: IssueKey, shown: ShownIssue, object_to: Objection
) -> str:
    """Carry out one choice; return why not, or ""."""
    tab, issue = next((x for x in tabs if x.name == key.tab), None), t.issues(key.book)[key]
    told, picked = _line(t, tab, key, issue), shown.choice.casefold()
    if (
        issue.kind is IssueKind.NOTICE and picked != MINE.casefold()
    ):  # it keeps nothing: its text would be lost
        t.put_issue(key, None)
        return ""
    if (
        tab is None
        or issue.kind is not IssueKind.CONFLICT
        or picked not in {MINE.casefold(), THEIRS.casefold()}
    ):
        return f"{told.where}: there is nothing to choose here. {told.what}"
    row, k = t.rows(tab).get(key.row), _field(tab, key)
    if seal(issue) != shown.seal or (row[k] if row else None) != issue.theirs:
        return f"{told.where}: the values have changed since they were shown. Look at the new pair and choose again."
    if picked == MINE.casefold():
        if row is None:
            return f"{told.where}: the ledger has deleted this row, so your value has no place. Take theirs instead."
        if why := _cannot(t, tab, key, issue, object_to):
            return f"{told.where}: {why}"
        _keep_mine(t, tabs, tab, key, issue.mine)
    t.put_issue(key, None)
    return ""


def _keep_mine(t: Transaction, tabs: Sequence[Tab], tab: Tab, key: IssueKey, mine: Value) -> None:
    before, k = t.rows(tab), _field(tab, key)
    row = before[key.row]
    after = (*row[:k], mine, *row[k + 1 :])
    t.put(tab, key.row, after)
    follow_renames(t, tabs, tab, before, {key.row: after})


def _cannot(t: Transaction, tab: Tab, key: IssueKey, issue: Issue, object_to: Objection) -> str:
    k, rows = _field(tab, key), t.rows(tab)
    if issue.mine is None:
        return words.lacking(tab, tab.stored[k]) if tab.stored[k].required else ""
    if tab.key == key.column and any(
        fold(r[k]) == fold(issue.mine) and i != key.row for i, r in rows.items()
    ):
        return words.key_taken(tab, tab.stored[k], issue.mine)
    return object_to(tab, rows[key.row], k, issue.mine)


def wanted_back(lines: Sequence[ShownIssue]) -> set[str]:
    """Return the tabs whose vanished rows a person wants back."""
    keys = (_key(line.id) for line in lines if line.choice.casefold() == THEIRS.casefold())
    return {key.tab for key in keys if key and key.column == _MANY}


_MANY: Final = "*"  # the column of the one line that stands for all vanished rows of a tab


def lines_of(
    view: View, tabs: Sequence[Tab], book: str, zone: tzinfo | None = None, numbers: Numbers = _NOWHERE
) -> list[IssueLine]:
    """Return the Issues tab as it should stand: conflicts first, then cells, rows and notices.

    `zone` is that of the firm's wall clock, None this machine's; `numbers` are those of rows that only the book has.
    """
    by_name, shown = {tab.name: tab for tab in tabs}, []
    gone: dict[str, list[Issue]] = {}
    issues = view.issues(book)
    unreadable = {key.tab for key, i in issues.items() if i.kind is IssueKind.NOCOL and key.column == ID}
    for key, issue in issues.items():
        tab = by_name.get(key.tab)
        if tab is None and not key.is_notice:
            continue
        if issue.kind is IssueKind.NOCOL and key.tab in unreadable and key.column != ID:
            continue  # the line of the tab says it all
        if issue.kind is IssueKind.GONE:
            gone.setdefault(key.tab, []).append(issue)
        else:
            shown.append(
                (
                    list(IssueKind).index(issue.kind),
                    issue.seen,
                    key,
                    _line(view, tab, key, issue, zone, numbers),
                )
            )
    lines = [line for *_, line in sorted(shown, key=lambda entry: entry[:3])]
    return [*(_gone_line(by_name[name], book, rows, zone) for name, rows in sorted(gone.items())), *lines]


def waiting(view: View, books: Iterable[str]) -> int:
    """Return how many lines wait for a person on the Issues tabs of these books: many rows may be one line."""
    return sum(line.state == OPEN for book in books for line in lines_of(view, RECORD_TABS, book))


def seal(issue: Issue) -> str:
    """Return a fingerprint of the pair of values that a line shows."""
    return hashlib.sha256(repr((issue.kind.value, issue.mine, issue.theirs)).encode()).hexdigest()[:16]


def _line(
    view: View,
    tab: Tab | None,
    key: IssueKey,
    issue: Issue,
    zone: tzinfo | None = None,
    numbers: Numbers = _NOWHERE,
) -> IssueLine:
    """Return the line of an issue; `tab` is None for what was typed on a report."""
    state = TOLD if issue.kind is IssueKind.NOTICE else OPEN
    what = words.CONFLICT if issue.kind is IssueKind.CONFLICT else issue.why
    where, mine, theirs = (
        _told(view, tab, key, issue, numbers) if tab else (_at(view, key), verbatim(issue.mine), "")
    )
    seen = wall_clock(issue.seen, zone)
    return IssueLine("/".join(key), "", seen, where, mine, theirs, what, state, seal(issue))


def _at(view: View, key: IssueKey) -> str:
    """Return where an issue is that stands at no cell of a record tab: on a report, or of a row and what it asks."""
    name, _, row = key.column.partition("#")
    tab = next((tab for tab in RECORD_TABS if tab.title == key.tab), None)
    live = view.row(tab, row) if tab else None
    return ", ".join([key.tab, *([words.name(tab, live)] if tab and live else []), name])


def _told(view: View, tab: Tab, key: IssueKey, issue: Issue, numbers: Numbers) -> tuple[str, str, str]:
    """Return where an issue is, the book's value and the ledger's, in words."""
    row, name = view.rows(tab).get(key.row), key.column.partition("#")[0]
    k = next((k for k, c in enumerate(tab.stored) if c.name == name), None)

    def text(value: Value) -> str:
        return verbatim(value) if k is None or value is None else words.shown(tab, k, value, row)

    header = next((c.header for c in tab.columns if c.name == name), "")
    where = ", ".join(part for part in (tab.title, _called(tab, key, row, numbers), header) if part)
    bare = issue.kind in {IssueKind.NOTICE, IssueKind.NOCOL}
    return where, text(issue.mine), "" if bare else text(issue.theirs)


def _gone_line(tab: Tab, book: str, rows: Sequence[Issue], zone: tzinfo | None) -> IssueLine:
    first = min(rows, key=lambda issue: issue.seen)
    key = IssueKey(book, tab.name, "", _MANY)
    count = f"{len(rows)} rows"
    return IssueLine(
        "/".join(key),
        "",
        wall_clock(first.seen, zone),
        tab.title,
        "(vanished)",
        count,
        words.many_vanished(tab),
        OPEN,
        str(len(rows)),
    )


def _key(line: str) -> IssueKey | None:
    parts = line.split("/")
    return IssueKey(*parts) if len(parts) == len(IssueKey._fields) else None


def _field(tab: Tab, key: IssueKey) -> int:
    return next(k for k, c in enumerate(tab.stored) if c.name == key.column)


def _called(tab: Tab, key: IssueKey, row: Row | None, numbers: Numbers) -> str:
    """Return how a person finds the row; "" where the issue is of a whole column or tab."""
    if not key.row or row is not None:
        return words.name(tab, row) if row is not None else ""
    number = numbers.get((key.tab, key.row))
    return f"row {number} of the book" if number else "a row of the book"
