"""A change as it is kept: its before and after as canonical JSON text, chained by hashes.

Every ledger seals its change sets and verifies its history with these few functions, so the same changes
have the same hashes wherever they are kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, NamedTuple, TypeAlias

from arc_sheets.cells import Row
from arc_sheets.errors import LedgerError
from arc_sheets.tab import Tab
from arc_sheets.tabs import BY_NAME, RECORD_TABS
from arc_sync.merge.history import (
    ISSUES,
    Before,
    Change,
    Origin,
    pack_issue,
    pack_row,
    unpack_issue,
    unpack_row,
)
from arc_sync.merge.issues import Issue

_write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_read = json.loads
_quote = json.encoder.encode_basestring


class Link(NamedTuple):
    """A change as kept: `before` and `after` are canonical JSON text, or None where there is no row."""

    n: int
    set: int
    source: str
    tab: str
    row: str
    before: str | None
    after: str | None
    hash: str


#: Per tab the places of its stored columns and their names as JSON, in the order of canonical JSON.
_ORDER: Final = {
    tab.name: [(i, _write(name)) for name, i in sorted((c.name, i) for i, c in enumerate(tab.stored))]
    for tab in RECORD_TABS
}
_WRITERS: Final[Mapping[type, Callable[[Any], str]]] = {
    str: _quote,
    int: str,
    date: lambda day: f'{{"d":"{day.isoformat()}"}}',
    datetime: lambda moment: f'{{"t":"{moment.isoformat()}"}}',
}

#: A change that has no number and no hash yet: (source, tab, row, before, after).
Loose: TypeAlias = tuple[str, str, str, str | None, str | None]


def row_text(tab: Tab, row: Row) -> str:
    """Return the canonical JSON text of `pack_row`; raises `LedgerError` for a text that no ledger can keep.

    Written out value by value, as the general encoder takes four times as long and imports are large.
    """
    try:
        pairs = [
            f"{name}:{_WRITERS[type(row[i])](row[i])}" for i, name in _ORDER[tab.name] if row[i] is not None
        ]
    except KeyError:  # a subclass, such as a choice declared as an enum
        return keepable(_write(pack_row(tab, row)), tab.title)
    return keepable("{" + ",".join(pairs) + "}", tab.title)


def issue_text(issue: Issue) -> str:
    """Return an issue as canonical JSON text; raises `LedgerError` for a text that no ledger can keep."""
    return keepable(_write(pack_issue(issue)), "Issues")


def to_text(tab: str, value: Before) -> str | None:
    """Return the text of a row of this tab, or of an issue; None stays None."""
    if value is None:
        return None
    return issue_text(value) if isinstance(value, Issue) else row_text(BY_NAME[tab], value)


@lru_cache(256)  # what one change left, the next one finds; and several readers follow the same few changes
def from_text(tab: str, text: str | None) -> Before:
    """Return the row or issue of `to_text`."""
    if text is None:
        return None
    return unpack_issue(_read(text)) if tab == ISSUES else unpack_row(BY_NAME[tab], _read(text))


def to_change(link: Link) -> Change:
    """Return the change of a link."""
    before, after = from_text(link.tab, link.before), from_text(link.tab, link.after)
    return Change(link.n, link.set, link.source, link.tab, link.row, before, after, link.hash)


def to_link(change: Change) -> Link:
    """Return the link of a change."""
    before, after = to_text(change.tab, change.before), to_text(change.tab, change.after)
    return Link(change.n, change.set, change.source, change.tab, change.row, before, after, change.hash)


def forge(head: tuple[int, str], number: int, origin: Origin, changes: Iterable[Loose]) -> Iterator[Link]:
    """Yield the changes of change set `number`, numbered and chained on top of `head` = (n, hash)."""
    (start, last), facts = head, facts_of(number, origin)
    for n, (source, tab, row, before, after) in enumerate(changes, start + 1):
        last = digest(last, Link(n, number, source, tab, row, before, after, ""), facts)
        yield Link(n, number, source, tab, row, before, after, last)


def facts_of(number: int, origin: Origin) -> str:
    """Return what the hash of a change covers of its change set, as canonical JSON."""
    who, source, what, when = origin
    facts = {"number": number, "who": who, "source": source, "what": what, "when": when.isoformat()}
    return keepable(_write(facts), "the change set")


def digest(previous: str, link: Link, facts: str) -> str:
    """Return the hash of a link after `previous`: `history.chain`, put together from the kept texts.

    The link's own hash is not looked at.
    """
    n, number, source, tab, row, before, after, _ = link
    record = (
        f'{{"after":{after or "null"},"before":{before or "null"},"n":{n},"row":{_quote(row)},'
        f'"set":{number},"source":{_quote(source)},"tab":{_quote(tab)}}}'
    )
    return sha256(f'["{previous}",{record},{facts}]'.encode()).hexdigest()


def keepable(text: str, title: str) -> str:
    """Refuse U+0000, which PostgreSQL cannot keep, and half a surrogate pair, which no file can."""
    if "\\u0000" in text and "\\u0000" in text.replace("\\\\", ""):  # not where it follows a typed backslash
        raise LedgerError(f"A text on {title} contains the character U+0000; remove it and try again.")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise LedgerError(
                f"A text on {title} contains half a character (a lone surrogate); type it anew and try again."
            ) from None
    return text


def kept(text: str, title: str) -> str:
    """Return a text that is no JSON; raises `LedgerError` if no ledger can keep it."""
    keepable(_write(text), title)
    return text
