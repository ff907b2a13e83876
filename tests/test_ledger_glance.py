from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from arc_sheets.tabs import INVOICES
from arc_sync.ledger.glance import Glance, glance
from arc_sync.ledger.open import create_ledger
from tests.ledger_contract import HOUR, NOON, invoice, put


def test_it_tells_what_the_ledger_tells(tmp_path: Path) -> None:
    ledger = create_ledger(tmp_path / "a ledger?.db")
    ledger.add_book("b", "2.xlsx")
    ledger.add_book("a", "1.xlsx")
    ledger.lease("a", "Ann", NOON, NOON + HOUR)
    head = put(ledger, INVOICES, {"i1": invoice()})
    with ledger.change(next(iter(ledger.sets())).origin) as change:
        change.pend("a")
    assert glance(tmp_path / "a ledger?.db") == Glance(ledger.id, head, tuple(ledger.books()))
    ledger.close()
    assert glance(str(tmp_path / "a ledger?.db")) is not None


def test_what_it_cannot_tell_is_none(tmp_path: Path) -> None:
    assert glance(tmp_path / "none.db") is None
    assert glance(tmp_path) is None
    assert glance("postgresql://server/books") is None
    (tmp_path / "text.db").write_text("Number;Amount")
    assert glance(tmp_path / "text.db") is None
    create_ledger(tmp_path / "newer.db").close()
    with closing(sqlite3.connect(tmp_path / "newer.db")) as other:
        other.execute("update alembic_version set version_num = '0042'")
        other.commit()
    assert glance(tmp_path / "newer.db") is None
    assert not (tmp_path / "none.db").exists()


def test_it_loads_no_sqlalchemy() -> None:
    code = "import sys, arc_sync.ledger.glance; print('sqlalchemy' in sys.modules)"
    path = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run([sys.executable, "-c", code], env=path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
