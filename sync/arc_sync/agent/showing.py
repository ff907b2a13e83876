"""New rows shown in a book at once, ahead of the round that looks at everything.

Whoever clicks wants to see the row now; a round over a large open book takes its second. To book and ledger this is
the beginning of a round that took nothing, offered the new rows and died before the bookmark, as any round may: the
next one settles the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from arc_sheets.cells import Row
from arc_sheets.dates import wall_clock
from arc_sheets.tab import Tab
from arc_sync.agent.faces import book_row
from arc_sync.agent.round import Settings
from arc_sync.agent.visit import stand_on, visited
from arc_sync.books.contents import BookRow
from arc_sync.books.port import Book, BookPlan, Session
from arc_sync.ledger.port import Ledger, View
from arc_sync.merge.history import Origin


def show_new(
    settings: Settings,
    book: Book,
    ledger: Ledger,
    since: int,
    now: datetime,
    hook: Callable[[str], None] = lambda _: None,
) -> None:
    """Add the rows that came into the ledger after change `since` to a book; `now` is UTC.

    Their computed cells stay blank until the next round. Raises `BookError` or `LedgerError`, with nothing lost.
    `hook` is called between steps, for tests that die there.
    """
    tabs = settings.rules.tabs
    with ledger.read() as view:
        if not any(_new(view, tab, since) for tab in tabs):
            return
    with visited(book, ledger, now, hook) as visit:
        synced = visit.session.drawn().synced or wall_clock(now, settings.rules.zone)
        plan = BookPlan(visit.epoch, visit.mark, visit.mark, synced)
        origin = Origin(settings.who, visit.book, "New rows shown at once", now)
        with ledger.change(origin, book=visit.book, epoch=visit.epoch) as t:
            stand_on(t, visit.book, visit.mark)
            for tab in tabs:
                plan.appends[tab.name] = _missing(visit.session, tab, _new(t, tab, since))
            t.pend(visit.book)
        hook("committed")
        visit.session.write(plan)


def _new(view: View, tab: Tab, since: int) -> Mapping[str, Row]:
    """Return the live rows of a tab that were added after a change."""
    live = view.rows(tab)
    added = (c.row for c in view.changes(since) if c.tab == tab.name and c.before is None)
    return {row: live[row] for row in added if row in live}


def _missing(session: Session, tab: Tab, new: Mapping[str, Row]) -> list[BookRow]:
    """Return the rows of these that the book does not have; none where its rows cannot be told apart."""
    if not new:
        return []
    read = session.read(tab)
    there = {row.id for row in read.rows}
    return [book_row(tab, i, row) for i, row in new.items() if i not in there] if read.usable else []
