from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from arc_sync.ledger.address import file_of, parameters
from arc_sync.ledger.glance import glance, is_near
from arc_sync.ledger.open import create_ledger
from arc_sync.ledger.sql import SqlLedger
from tests.glance_contract import GlanceContract


@pytest.fixture(params=["{}", "sqlite:///{}"])
def place(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    return str(request.param).format(tmp_path / "a ledger.db")


@pytest.fixture
def ledger(place: str) -> Iterator[SqlLedger]:
    made = create_ledger(place)
    yield made
    made.close()


@pytest.fixture
def free() -> str:
    return "ledger.db"


class TestSqliteGlance(GlanceContract):
    pass


def test_what_it_cannot_tell_is_none(tmp_path: Path) -> None:
    assert glance(tmp_path / "none.db") is None
    assert glance(tmp_path) is None
    (tmp_path / "text.db").write_text("Number;Amount")
    assert glance(tmp_path / "text.db") is None
    create_ledger(tmp_path / "why?.db").close()
    assert glance(tmp_path / "why?.db") is not None
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize(
    ("place", "path"),
    [
        ("/a/b?.db", "/a/b?.db"),
        ("sqlite:////a/b.db", "/a/b.db"),
        ("sqlite:///b.db?mode=ro", ""),
        ("postgresql://anna@server/books", ""),
    ],
)
def test_a_ledger_in_a_file_is_near(place: str, path: str) -> None:
    assert file_of(place) == path
    assert is_near(place) == bool(path)


OURS = {"options": "-c a=b", "connect_timeout": "5"}


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgresql://localhost/books", {"host": "localhost", "dbname": "books"}),
        (
            "postgres://anna:p%40ss@db.example:6543/books",
            {"user": "anna", "password": "p@ss", "host": "db.example", "port": "6543", "dbname": "books"}
            | {"sslmode": "require"},
        ),
        (
            "postgresql+psycopg://anna@/books?host=%2Ftmp%2Fpg&options=-c+search_path%3Dfirm",
            {"user": "anna", "host": "/tmp/pg", "dbname": "books", "options": "-c search_path=firm -c a=b"},
        ),
        (
            "postgresql://db.example/books?sslmode=verify-full",
            {"host": "db.example", "dbname": "books", "sslmode": "verify-full"},
        ),
    ],
)
def test_an_address_is_read_as_libpq_takes_it(address: str, told: dict[str, str]) -> None:
    assert parameters(address, "-c a=b", 5) == OURS | told


@pytest.mark.parametrize(
    "address",
    [
        "mysql://anna@server/books",
        "postgresql://server:port/books",
        "postgresql://a,b/books",
        "postgresql://server/books?host=a&host=b",
        "postgresql://anna:pa/ss@server/books",
        "://",
    ],
)
def test_an_address_that_is_not_plain_is_left_to_sqlalchemy(address: str) -> None:
    assert parameters(address, "", 5) is None
    assert glance(address) is None


def test_a_server_out_of_reach_tells_nothing() -> None:
    assert glance("postgresql://127.0.0.1:1/books") is None


def test_it_loads_no_sqlalchemy() -> None:
    code = "import sys, arc_sync.ledger.glance as g; g.glance('postgresql://127.0.0.1:1/x'); print('sqlalchemy' in sys.modules)"
    path = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run([sys.executable, "-c", code], env=path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
