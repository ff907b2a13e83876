"""A whole ledger copied from one place to another, of whatever kind both are, and proved to be the same.

The copy has the same id, history, outbox, answers, notes and books, so every book goes on with it as if nothing had
happened. It is made in one transaction: it is whole, or not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, MetaData, Table, delete, func, insert, select

from arc_sheets.errors import LedgerError
from arc_sheets.tab import Kind
from arc_sheets.tabs import RECORD_TABS
from arc_sync.ledger.bulk import BATCH, insert_rows
from arc_sync.ledger.open import create_ledger
from arc_sync.ledger.rows import load_rows, write_rows
from arc_sync.ledger.schema import CONTENT, LEDGER, METADATA, ROWS
from arc_sync.ledger.sql import SqlLedger
from arc_sync.ledger.sqlaudit import audit_database
from arc_sync.merge.history import Bookmark

#: Messages' contents may be large: so many are in memory at once.
_FEW: Final = 100


class Totals(NamedTuple):
    """What two copies of a ledger must agree in."""

    head: Bookmark
    rows: dict[str, int]  #: by table: how many
    sums: dict[str, int]  #: by tab and column of amounts: their sum in minor units, whatever the currency


def copy_ledger(source: SqlLedger, place: str | Path, *, alone: bool = False) -> Totals:
    """Copy a ledger to a place that has none, prove the copy, and return what both agree in.

    `alone` holds every writer of the source off until the copy is proved: so nothing is left behind. Raises
    `LedgerError`; then there is no copy that could be taken for one.
    """
    target = create_ledger(place)
    try:
        with source.connected(alone=alone) as there:
            totals = totals_of(there)
            with target.connected(alone=True) as here:
                _copy(there, here)
                _prove(here, totals)
    except BaseException:
        _take_away(target, place)
        raise
    target.close()
    return totals


def _take_away(target: SqlLedger, place: str | Path) -> None:
    """Leave the place as it was: with no ledger."""
    if isinstance(place, str) and "://" in place:
        with target.connected(alone=True) as connection:
            METADATA.drop_all(connection)
            Table("alembic_version", MetaData()).drop(connection)
    target.close()
    if not (isinstance(place, str) and "://" in place):
        for end in ("", "-wal", "-shm"):
            Path(f"{place}{end}").unlink(missing_ok=True)


def totals_of(connection: Connection) -> Totals:
    """Return the control totals of a ledger."""
    n, last = connection.execute(select(LEDGER.c.n, LEDGER.c.hash)).one()
    rows = {
        t.name: connection.scalar(select(func.count()).select_from(t)) or 0 for t in METADATA.sorted_tables
    }
    sums = {
        f"{tab.name}.{c.name}": int(connection.scalar(select(func.sum(ROWS[tab.name].c[c.name]))) or 0)
        for tab in RECORD_TABS
        for c in tab.stored
        if c.kind is Kind.MONEY
    }
    return Totals(Bookmark(n, last), rows, sums)


def _copy(there: Connection, here: Connection) -> None:
    here.execute(delete(LEDGER))  # that of the new ledger, with an id of its own
    tabs = {ROWS[tab.name] for tab in RECORD_TABS}
    for table in METADATA.sorted_tables:
        if table is CONTENT:
            for some in _pages(there, table, _FEW):
                here.execute(insert(table), [row._asdict() for row in some])
        elif table not in tabs:
            for some in _pages(there, table, BATCH):
                insert_rows(here, table, some)
    for tab in RECORD_TABS:  # dates are kept differently in each kind of database
        write_rows(here, tab, {i: (None, row) for i, row in load_rows(there, tab).items()})


def _pages(connection: Connection, table: Table, size: int) -> Iterator[Sequence[Any]]:
    key = table.primary_key.columns
    result = connection.execution_options(yield_per=size).execute(select(table).order_by(*key))
    yield from result.partitions(size)


def _prove(here: Connection, expected: Totals) -> None:
    if (found := totals_of(here)) != expected:
        differs = [name for name in expected.rows if found.rows[name] != expected.rows[name]]
        differs += [name for name in expected.sums if found.sums[name] != expected.sums[name]]
        raise LedgerError(
            f"The copy differs in {', '.join(differs) or 'its history'}; nothing was kept of it."
        )
    if wrong := audit_database(here, [expected.head] if expected.head.n else []):
        raise LedgerError(f"The copy does not prove right: {wrong[0]} Nothing was kept of it.")
