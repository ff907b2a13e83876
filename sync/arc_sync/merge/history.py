"""What the ledger remembers: one chained history of rows and issues, and how to undo it.

Change n is (source, tab, row, before, after). The hash of change n covers the hash of change n - 1 and
every word of change n with its change set's who, when and why, so that no one can rewrite the past
without every later hash telling (`arc verify`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple, TypeAlias

from arc_sheets.cells import Row, Value
from arc_sheets.tab import Tab
from arc_sync.merge.issues import Issue, IssueKey

#: The `Change.tab` of changes to issues; all others are record tabs' names.
ISSUES: Final = "issues"
#: The source of changes that ARC derives itself: defaults filled in, a renamed customer followed.
DERIVED: Final = "derived"

Before: TypeAlias = Row | Issue | None
Place: TypeAlias = tuple[str, str]  # (tab name, row id), or (ISSUES, issue key as text)


class Bookmark(NamedTuple):
    """A point in the ledger's history: the number of a change and its hash."""

    n: int
    hash: str


ROOT: Final = Bookmark(0, "root")


@dataclass(frozen=True, slots=True)
class Change:
    """One row's (or issue's) before and after."""

    n: int
    set: int
    source: str  #: as of its `Origin`, or DERIVED
    tab: str
    row: str
    before: Before
    after: Before
    hash: str


class Origin(NamedTuple):
    """Who changes the ledger, from where, why and when."""

    who: str
    source: str  #: a book's id, or a word: "import", "command", "form", "plan", "undo" and so on
    what: str  #: one sentence for `arc history`
    when: datetime  #: UTC


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """The changes of one round, import or action: those numbered first..last, and where they came from."""

    number: int
    origin: Origin
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class At:
    """What the ledger knows of a book's progress; the only state kept per book.

    `mark` is the bookmark last known for it, `pending` the (start, end) of change sets committed on top of
    it and not acknowledged: changes start + 1 .. end.
    """

    mark: int = 0
    pending: tuple[tuple[int, int], ...] = ()


def undone(changes: Iterable[Change]) -> dict[Place, Before]:
    """Return how things stood before `changes` (given oldest first): the first `before` of each place."""
    past: dict[Place, Before] = {}
    for change in changes:
        past.setdefault((change.tab, change.row), change.before)
    return past


def chain(previous: str, change: Mapping[str, Any], changeset: Mapping[str, Any]) -> str:
    """Return the hash of a change: SHA-256 over the previous hash and the canonical JSON of both records."""
    body = json.dumps(
        [previous, change, changeset], ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(body.encode()).hexdigest()


def pack_row(tab: Tab, row: Row) -> dict[str, Any]:
    """Return a row as JSON-ready {column: value}, blanks left out, so that history outlives new columns."""
    return {c.name: pack(v) for c, v in zip(tab.stored, row, strict=True) if v is not None}


def unpack_row(tab: Tab, packed: Mapping[str, Any]) -> Row:
    """Return the row of `pack_row`; columns it lacks are blank."""
    return tuple(unpack(packed.get(c.name)) for c in tab.stored)


def pack(value: Value) -> Any:
    """Return a value as JSON-ready; a date becomes {"d": ISO}, a moment {"t": ISO}."""
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return value


def unpack(packed: Any) -> Value:
    """Return the value of `pack`."""
    if isinstance(packed, dict):
        return datetime.fromisoformat(packed["t"]) if "t" in packed else date.fromisoformat(packed["d"])
    return packed  # type: ignore[no-any-return]  # str, int or None by construction


def pack_issue(issue: Issue) -> dict[str, Any]:
    """Return an issue as JSON-ready."""
    return {
        "kind": issue.kind.value,
        "base": [pack(v) for v in issue.base] if isinstance(issue.base, tuple) else pack(issue.base),
        "mine": pack(issue.mine),
        "theirs": pack(issue.theirs),
        "loose": issue.loose,
        "why": issue.why,
        "seen": issue.seen.isoformat(),
    }


def unpack_issue(packed: Mapping[str, Any]) -> Issue:
    """Return the issue of `pack_issue`."""
    base = packed["base"]
    return Issue(
        kind=Issue.Kind(packed["kind"]),
        base=tuple(unpack(v) for v in base) if isinstance(base, list) else unpack(base),
        mine=unpack(packed["mine"]),
        theirs=unpack(packed["theirs"]),
        loose=packed["loose"],
        why=packed["why"],
        seen=datetime.fromisoformat(packed["seen"]),
    )


def place_of(key: IssueKey) -> Place:
    """Return where an issue stands in the history."""
    return (ISSUES, "/".join(key))
