"""The audit of a ledger in SQL: the file's own soundness, then history, rows and issues as they are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DatabaseError

from arc_sheets.tabs import RECORD_TABS, REMINDERS
from arc_sync.ledger import sqloutbox
from arc_sync.ledger.audit import ENOUGH, Standing, audit
from arc_sync.ledger.links import row_text
from arc_sync.ledger.outboxaudit import TOLD, audit_outbox
from arc_sync.ledger.rows import raw_rows, read_row
from arc_sync.ledger.schema import ISSUE, ROWS
from arc_sync.ledger.sqlview import SqlView
from arc_sync.merge.history import Bookmark, place_of
from arc_sync.merge.issues import IssueKey


def audit_database(connection: Connection, known: Iterable[Bookmark]) -> list[str]:
    """Return what is wrong, in sentences; see `audit`. Nothing that was loaded before is trusted."""
    if unsound := _unsound(connection):
        return unsound
    view = SqlView(connection)
    standing = Standing(view.head(), _live(connection), view.books())
    wrong = audit(view.links(), view.sets(), standing, known)
    rows = ROWS[REMINDERS.name]
    told = connection.execute(select(rows.c.id, rows.c.status).where(rows.c.status.in_(TOLD)))
    entries = sqloutbox.entries(connection)
    say = ((row, status) for row, status in told)
    return [*wrong, *audit_outbox(entries, view.tail(), say)][:ENOUGH]


def _unsound(connection: Connection) -> list[str]:
    if connection.dialect.name != "sqlite":
        return []
    found = select(func.pragma_quick_check().table_valued("quick_check").c.quick_check)
    try:
        return [f"The file is damaged: {what}." for what in connection.scalars(found) if what != "ok"]
    except DatabaseError as error:
        return [f"The file is damaged: {error.orig}."]


def _live(connection: Connection) -> Iterator[tuple[str, str, str | None]]:
    for tab in RECORD_TABS:
        for row, *raw in raw_rows(connection, tab):
            try:
                yield tab.name, row, row_text(tab, read_row(connection, tab, raw))
            except (ValueError, TypeError):  # what no one could have put there
                yield tab.name, row, "unreadable"
    for *key, packed in connection.execute(select(ISSUE)):
        yield *place_of(IssueKey(*key)), packed
