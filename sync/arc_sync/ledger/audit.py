"""Does the history hold together, and do rows and issues follow from it? One pass, over the kept texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from arc_sync.ledger.links import Link, digest, facts_of
from arc_sync.ledger.port import BookRecord
from arc_sync.merge.history import ROOT, Bookmark, ChangeSet, Place

#: One wrong link spoils all that follow: past so many findings there is nothing more to learn.
ENOUGH = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ledger says of today."""

    head: Bookmark
    live: Iterable[tuple[str, str, str | None]]  #: (tab, row, canonical text) of every row and issue
    books: Sequence[BookRecord]


def audit(
    links: Iterable[Link], sets: Iterable[ChangeSet], standing: Standing, known: Iterable[Bookmark] = ()
) -> list[str]:
    """Return what is wrong, in sentences, at most `ENOUGH`; nothing wrong: empty.

    `links` and `sets` come oldest first and are read once. Memory: the texts of the live rows.
    """
    history = _History({b.n: b.hash for b in known})
    history.follow(links, sets)
    history.end(standing)
    return history.wrong[:ENOUGH]


class _History:
    """The history as replayed so far."""

    def __init__(self, known: dict[int, str]) -> None:
        self.wrong: list[str] = []
        self.live: dict[Place, str] = {}
        self.last = ROOT
        self.known = known

    def follow(self, links: Iterable[Link], sets: Iterable[ChangeSet]) -> None:
        """Replay all links, set by set."""
        rest = iter(links)
        link = next(rest, None)
        for number, changeset in enumerate(sets, 1):
            if changeset.number != number or changeset.first != self.last.n + 1:
                self.wrong.append(f"Change set {changeset.number} does not follow the one before it.")
            facts = facts_of(changeset.number, changeset.origin)
            while link and link.set == changeset.number and len(self.wrong) < ENOUGH:
                self._step(link, facts)
                link = next(rest, None)
            if self.last.n != changeset.last:
                self.wrong.append(
                    f"Change set {changeset.number} should end with change {changeset.last},"
                    f" but ends with {self.last.n}."
                )
            if len(self.wrong) >= ENOUGH:
                return
        if link:
            self.wrong.append(f"Change {link.n} belongs to no change set in order.")

    def _step(self, link: Link, facts: str) -> None:
        if link.n != self.last.n + 1:
            self.wrong.append(f"After change {self.last.n} comes change {link.n}: some are missing.")
        if digest(self.last.hash, link, facts) != link.hash:
            self.wrong.append(f"Change {link.n} ({link.tab}) is not as it was written: its hash differs.")
        place = (link.tab, link.row)
        if self.live.get(place) != link.before:
            self.wrong.append(f"Change {link.n} ({link.tab}) starts from a value that was not there.")
        if link.after is None:
            self.live.pop(place, None)
        else:
            self.live[place] = link.after
        if self.known.get(link.n, link.hash) != link.hash:
            self.wrong.append(f"Change {link.n} is not the one a bookmark remembers: history was rewritten.")
        self.last = Bookmark(link.n, link.hash)

    def end(self, standing: Standing) -> None:
        """Compare the end of the history with what the ledger says of today."""
        if len(self.wrong) >= ENOUGH:
            return
        if standing.head != self.last:
            self.wrong.append(
                f"The history ends with change {self.last.n}, but the ledger says {standing.head.n}:"
                " its end is missing."
            )
        furthest = max([0, *self.known, *(_reach(b) for b in standing.books)])
        if furthest > self.last.n:
            self.wrong.append(
                f"A bookmark stands at change {furthest}, but the history ends with change {self.last.n}:"
                " its end was cut off, or an older ledger was restored."
            )
        self._compare(standing.live)

    def _compare(self, live: Iterable[tuple[str, str, str | None]]) -> None:
        rest = dict(self.live)
        for tab, row, text in live:
            if rest.pop((tab, row), None) != text:
                self.wrong.append(f"Row {row} of {tab} is not what its history says.")
        self.wrong += [f"Row {row} of {tab} is missing: its history says it is live." for tab, row in rest]


def _reach(book: BookRecord) -> int:
    return max([book.at.mark, *(end for _, end in book.at.pending)])
