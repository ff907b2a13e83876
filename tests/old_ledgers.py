"""A ledger as an older ARC left it: made by the migrations up to then, filled from one of today."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from sqlalchemy import Connection, Engine, MetaData, insert, select

from arc_sheets.tabs import CUSTOMERS, INVOICES, PROMISES, REMINDERS
from arc_sync.ledger import migrations
from arc_sync.ledger.open import create_ledger
from arc_sync.ledger.port import Ledger
from arc_sync.ledger.schema import METADATA
from tests.ledger_contract import CONFLICT, KEY, Everything, invoice, now, origin, put, row


def leave(engine: Engine, revision: str) -> Everything:
    """Leave a ledger of this revision with rows, issues, a book and their history; return what it says."""
    with engine.begin() as connection:
        config = migrations._config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    then = MetaData()
    then.reflect(engine)
    with TemporaryDirectory() as folder:
        today = create_ledger(Path(folder, "ledger.db"))
        _fill(today)
        with engine.begin() as old, today._engine.connect() as new:
            for table in METADATA.sorted_tables:
                if table.name in then.tables:
                    _copy(old, new, then, table.name)
        said = now(today)
        today.close()
    engine.dispose()
    return said


def _copy(old: Connection, new: Connection, then: MetaData, name: str) -> None:
    there = then.tables[name]
    asked = select(*(METADATA.tables[name].c[column.name] for column in there.c))
    if rows := [found._asdict() for found in new.execute(asked)]:
        old.execute(insert(there), rows)


def _fill(ledger: Ledger) -> None:
    """Rows that need no column of later revisions, some of them changed and deleted since."""
    ledger.add_book("book", "a.xlsx")
    put(ledger, CUSTOMERS, {"c": row(CUSTOMERS, name="Müller", email="ap@mueller.example")})
    many = {f"i{n}": invoice(f"INV-{n}", issued=date(2026, 1, 2)) for n in range(20)}
    put(ledger, INVOICES, many)
    put(ledger, INVOICES, {"i1": None, "i2": invoice("INV-2", amount=7)})
    put(ledger, PROMISES, {"p": row(PROMISES, customer="Müller", amount=5, date=date(2026, 3, 9))})
    put(ledger, REMINDERS, {"r": row(REMINDERS, customer="Müller", stage="Firm", status="sent", why="ü")})
    with ledger.change(origin()) as change:
        change.put_issue(KEY, CONFLICT)
        change.pend("book")
