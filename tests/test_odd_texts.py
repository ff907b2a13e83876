"""A NUL or half a character in one cell: that cell waits for a person, and everything else goes on."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from arc_sheets.tabs import CUSTOMERS, INVOICES
from arc_sync.agent.config import Config
from arc_sync.agent.firm import opened
from arc_sync.books.layout import find
from arc_sync.ledger.open import create_ledger
from arc_sync.ledger.port import Ledger
from arc_sync.xlsx.refs import cell_ref
from tests.agents import firm as one_firm
from tests.file_firm import FIRMS, NOW, Firm, firm
from tests.hands import FileHand
from tests.postgres import address, postgres, statement
from tests.sample_contents import row

pytest_plugins = ("tests.file_fixtures",)

#: What Excel writes for halves of characters and for a NUL, and what may stand of it on Issues.
ODD = {"_xD83D_": "\ufffd", "x_xDE00_y": "x\ufffdy", "_xDE00__xD83D_": "\ufffd\ufffd", "_x0000_": "\ufffd"}
odd = pytest.mark.parametrize("code", ODD)


@pytest.fixture(scope="module")
def server() -> Iterator[URL]:
    with postgres() as url:
        yield url


def _ledger(kind: str, folder: Path, request: pytest.FixtureRequest) -> Ledger | None:
    if kind == "memory":
        return None
    if kind == "SQLite":
        return create_ledger(str(folder / "ledger.db"))
    url = request.getfixturevalue("server")
    statement(url, "CREATE DATABASE {}", "odd")
    return create_ledger(address(url, "odd"))


def _coded(path: Path, codes: dict[str, str]) -> None:
    """Let texts of a file stand there in the codes that Excel writes, which none of our own writers would."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in parts.items():
            for text, code in codes.items():
                part = part.replace(text.encode(), code.encode())  # noqa: PLW2901 (one after the other)
            book.writestr(name, part)


def _says(one: Firm, text: str) -> bool:
    with zipfile.ZipFile(one.path) as book:
        return any(text.encode() in book.read(name) for name in book.namelist())


@pytest.mark.parametrize("kind", ["memory", "SQLite", "PostgreSQL"])
def test_one_cell_that_no_ledger_can_keep_waits_and_the_round_goes_on(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    one = firm(tmp_path, _ledger(kind, tmp_path, request))
    one.rest()
    for at in range(len(ODD)):
        one.hand.type(INVOICES, at, notes=f"odd {at} here", po=f"PO {at}")
    _coded(one.path, {f"odd {at} here": code for at, code in enumerate(ODD)})
    told = {line.where: (line.mine, line.what) for line in one.rest().issues}
    why = "ARC cannot take Notes in Invoices: it has characters that cannot be shown. Correct the cell."
    assert told == {f"Invoices, INV-{at:02}, Notes": (seen, why) for at, seen in enumerate(ODD.values())}
    for at, code in enumerate(ODD):
        row = one.rows(INVOICES)[one.find(INVOICES, f"INV-{at:02}")]
        assert f"PO {at}" in row
        assert _says(one, f">{code}<")  # untouched
    assert not list(one.ledger.verify())
    for at in range(len(ODD)):
        one.hand.type(INVOICES, at, notes=f"corrected {at}")
    assert one.rest().issues == []
    one.ledger.close()


def test_halves_that_are_one_character_are_taken_as_it(one: Firm) -> None:
    one.hand.type(INVOICES, 0, notes="thanks smile")
    _coded(one.path, {"thanks smile": "thanks _xD83D__xDE00_"})
    assert one.rest().issues == []
    assert "thanks \U0001f600" in one.rows(INVOICES)[one.find(INVOICES, "INV-00")]
    assert _says(one, "thanks _xD83D__xDE00_")  # the cell held it already, so it is not written


@odd
def test_in_any_column_of_any_kind_the_round_goes_on(one: Firm, code: str) -> None:
    shown = (INVOICES, CUSTOMERS)
    for tab in shown:
        one.hand.type(tab, 1, **{column.name: f"odd {column.name}" for column in tab.columns})
    one.hand.add(INVOICES, number="odd new", customer=FIRMS[0], amount=5, currency="EUR")
    texts = {f"odd {name}": f"a{code}" for name in ["new", *(c.name for tab in shown for c in tab.columns)]}
    _coded(one.path, dict(sorted(texts.items(), key=lambda pair: -len(pair[0]))))
    waiting = [line.where for line in one.rest().issues]
    for column in chain(INVOICES.stored, CUSTOMERS.stored):
        assert any(where.endswith(f", {column.header}") for where in waiting)


@odd
def test_in_the_hidden_id_of_a_row_it_is_no_id(tmp_path: Path, code: str) -> None:
    one = firm(tmp_path, create_ledger(str(tmp_path / "ledger.db")))
    one.rest()
    _typed_into_id(one)
    _coded(one.path, {"odd id": code})
    assert one.rest().issues == []
    assert len(one.rows(INVOICES)) == 12
    one.ledger.close()


def _typed_into_id(one: Firm) -> None:
    with FileHand(one.path).saving() as package:
        layout = find(package, INVOICES)
        assert layout is not None
        layout.sheet.set(cell_ref(layout.header + 1, layout.places["id"]), "odd id")
        layout.sheet.set(cell_ref(layout.header + 2, layout.places["seal"]), "odd id")


@odd
def test_on_a_report_it_stands_on_issues_as_far_as_it_can_be_shown(one: Firm, code: str) -> None:
    one.hand.scribble("Aging", "D9", "odd note")
    _coded(one.path, {"odd note": f"call {code}"})
    one.put(INVOICES, one.find(INVOICES, "INV-05"), amount=777_00)
    assert [line.mine for line in one.rest().issues] == [f"call {ODD[code]}"]


@odd
def test_no_customer_has_such_a_name(one: Firm, code: str) -> None:
    one.hand.pick_customer("odd customer")
    _coded(one.path, {"odd customer": code})
    one.rest()
    told = f"There is no customer named {ODD[code]}; pick one from the list."
    assert (one.hand.sees("Account", "B3"), _says(one, f">{code}<")) == (told, True)


def test_an_import_of_a_file_whose_name_is_no_text_is_named_as_far_as_it_can_be_shown(tmp_path: Path) -> None:
    with opened(Config.load(one_firm(tmp_path))) as one:
        origin = one.origin("import", "Import of caf\udce9.csv", NOW)
        with one.ledger.change(origin) as t:
            t.put(CUSTOMERS, "f" * 32, row(CUSTOMERS, name="Adler", currency="EUR"))
        assert next(iter(one.ledger.sets())).origin.what == "Import of caf\ufffd.csv"
