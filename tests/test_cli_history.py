from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from arc_sheets.tabs import PAYMENTS
from arc_sync.agent.config import Config
from arc_sync.agent.firm import opened
from arc_sync.agent.reminding.looking import SENDING
from arc_sync.agent.telling import source_words
from arc_sync.agent.told import IMPORT
from arc_sync.merge.history import DERIVED, Origin
from tests.office import INVOICES, Office, office


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return office(tmp_path_factory.mktemp("firm"))


@pytest.fixture
def here(firm: Office, tmp_path: Path) -> Office:
    return firm.copied(tmp_path / "firm")


def test_every_change_set_has_a_name_and_says_where_it_came_from(firm: Office) -> None:
    sets = firm.json("history")["change_sets"]
    assert [(s["number"], s["from"], s["what"]) for s in sets] == [
        (2, "import", "Import of payments.csv"),
        (1, "import", "Import of invoices.csv"),
    ]
    assert all(s["who"] for s in sets)
    assert len(firm.json("history", "--limit", "1")["change_sets"]) == 1


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("command", "command line"),
        ("form", "form on Account"),
        ("ribbon", "ribbon of Excel"),
        ("menu", "menu of Google Sheets"),
        ("plan", "plan of reminders"),
        ("decision", "Reminders tab"),
        (SENDING, "sending of messages"),
        (IMPORT, "import"),
        (DERIVED, "follows from another change"),
        ("b1", "Receivables.xlsx"),
        ("b2", "a workbook that the ledger does not know"),
    ],
)
def test_wherever_a_change_comes_from_is_said_in_plain_words(source: str, words: str) -> None:
    assert source_words(source, {"b1": "Receivables.xlsx"}) == words


def test_an_action_says_whether_a_command_or_the_form_asked_for_it(here: Office) -> None:
    here.arc("log", "call", "zoë ltd")
    assert here.json("history")["change_sets"][0]["from"] == "command line"


def test_a_change_set_is_shown_field_by_field_in_peoples_words(here: Office) -> None:
    here.arc("import", here.file("b.csv", INVOICES.replace("EUR,300.00", "EUR,350.00")))
    told = here.json("history", "3")["fields"]
    assert [(t["tab"], t["row"], t["field"], t["before"], t["after"]) for t in told] == [
        ("Invoices", "INV-2", "Amount", "EUR 300.00", "EUR 350.00")
    ]
    assert "EUR 300.00" in here.arc("history", "3").stdout


def test_a_row_can_be_followed(firm: Office) -> None:
    said = firm.arc("history", "--row", "inv-3").stdout
    assert "Invoices: INV-3 added" in said
    assert "INV-1" not in said
    assert "Nothing in the history" in firm.arc("history", "--row", "INV-99").stdout


def test_text_that_looks_like_markup_is_shown_as_it_is(here: Office) -> None:
    here.arc("import", here.file("b.csv", INVOICES.replace(",EUR,300.00,", ",EUR,300.00,[bold]x[/bold]")))
    assert "[bold]x[/bold]" in here.arc("history", "3").stdout


def test_undo_takes_back_and_says_what_it_left(here: Office) -> None:
    here.arc(
        "import",
        here.file("b.csv", INVOICES.replace("2026-03-12", "2026-05-01").replace("EUR,300.00", "EUR,350.00")),
    )
    here.arc("sync")
    hand = here.hand()
    hand.type("Invoices", "INV-2", "Due", date(2026, 6, 1))
    hand.save()
    here.arc("sync")
    sets = len(here.json("history")["change_sets"])
    here.arc("undo", "3", "--dry-run", code=1)
    assert len(here.json("history")["change_sets"]) == sets
    said = here.arc("undo", "3", code=1).stdout
    assert "Invoices: INV-2, Amount: EUR 350.00 -> EUR 300.00" in said
    assert "Left: Invoices: INV-2, Due: it has been changed since." in said
    here.arc("sync")
    assert here.arc("sync").stdout == "Book and ledger are in step; nothing to do.\n"
    assert "There is no change set 77" in here.arc("undo", "77", code=2).stderr


def take_out(here: Office, amount: int) -> None:
    """Delete the one payment of so many minor units."""
    origin = Origin("Zoë", "command", "One out", datetime.now(UTC))
    with opened(Config.load(here.folder)) as firm, firm.ledger.change(origin) as t:
        (gone,) = (i for i, row in t.rows(PAYMENTS).items() if amount in row)
        t.put(PAYMENTS, gone, None)


def test_an_undo_of_what_was_undone_already_says_when_and_by_what(here: Office) -> None:
    here.arc("pay", "Zoë Ltd", "5")
    here.arc("undo", "3")
    told = here.json("history")["change_sets"][0]
    said = here.arc("undo", "3", code=1).stdout
    assert said == (
        f"Change set 3 was undone already, by change set 4 on {told['at'].replace(' 2026 ', ' 2026 at ')};"
        " nothing is left to take back.\n"
    )
    assert here.json("undo", "3", code=1)["already"] == said.strip()
    assert len(here.json("history")["change_sets"]) == 4
    here.arc("undo", "4")
    assert "1 row went back" in here.arc("undo", "3").stdout


def test_an_undo_of_what_was_taken_back_by_hand_says_so(here: Office) -> None:
    here.arc("pay", "Zoë Ltd", "5")
    take_out(here, 500)
    assert here.arc("undo", "3", code=1).stdout == (
        "Nothing is left of change set 3: all that it changed is again as it was before.\n"
    )


def test_an_undo_that_finds_all_changed_since_says_that_nothing_goes_back(here: Office) -> None:
    for amount in ("350.00", "360.00"):
        here.arc("import", here.file("b.csv", INVOICES.replace("EUR,300.00", f"EUR,{amount}")))
    said = "Nothing of change set 3 goes back: what it did is left as it is.\n"
    left = "Left: Invoices: INV-2, Amount: it has been changed since.\n"
    assert here.arc("undo", "3", "--dry-run", code=1).stdout == said + left
    assert here.arc("undo", "3", code=1).stdout == said + left


def test_an_undo_of_a_change_set_that_changed_no_row_says_so(here: Office) -> None:
    hand = here.hand()
    hand.type("Invoices", "INV-2", "Due", "soon")
    hand.save()
    here.arc("sync", code=1)
    assert len(here.json("history")["change_sets"]) == 3
    assert here.arc("undo", "3").stdout == "Change set 3 changed no row; there is nothing to take back.\n"


def test_what_an_undo_leaves_is_named_although_the_row_is_gone(here: Office) -> None:
    two = "Payment Date,Customer,Amount,Currency,Invoice,Reference\n"
    two += "2026-04-01,Zoë Ltd,5.00,USD,,A\n2026-04-02,Zoë Ltd,6.00,USD,,B\n"
    here.arc("import", here.file("two.csv", two))
    take_out(here, 600)
    said = here.arc("undo", "3", code=1).stdout
    assert "1 row went back" in said
    assert "Left: Payments: 02 Apr 2026, Zoë Ltd, USD 6.00: it was undone since." in said


def test_verify_finds_a_history_that_was_tampered_with(here: Office) -> None:
    assert here.json("verify")["sound"] is True
    with closing(sqlite3.connect(here.ledger)) as ledger, ledger:
        ledger.execute(
            "UPDATE change SET after = replace(after, '30000', '10000') WHERE after LIKE '%INV-2%'"
        )
    said = here.arc("verify", code=1).stdout
    assert "is not as it was written" in said
    assert here.json("verify", code=1)["sound"] is False
    assert any(f["what"] == "Ledger" and not f["well"] for f in here.json("doctor", code=1)["findings"])


def test_verify_asks_the_workbook_too(here: Office) -> None:
    """A history rewritten whole, with all its hashes, still lacks the bookmark that the workbook remembers."""
    other = office(here.folder.parent / "other", filled=False)
    with closing(sqlite3.connect(here.ledger)) as ledger:
        ident = ledger.execute("SELECT id FROM ledger").fetchone()[0]
    with closing(sqlite3.connect(other.ledger)) as ledger, ledger:
        ledger.execute("UPDATE ledger SET id = ?", (ident,))
    here.ledger.write_bytes(b"")
    for name in ("ledger.db-wal", "ledger.db-shm"):
        (here.folder / name).unlink(missing_ok=True)
    here.ledger.write_bytes(other.ledger.read_bytes())
    here.arc("import", here.file("x.csv", INVOICES.replace("300.00", "100.00")))
    assert here.json("verify", code=1)["sound"] is False
    assert "older ledger" in here.arc("sync", code=2).stderr


def test_the_doctor_finds_a_healthy_firm_healthy(firm: Office) -> None:
    findings = firm.json("doctor")["findings"]
    assert all(f["well"] for f in findings), findings
    assert {f["what"] for f in findings} >= {"Settings", "Ledger", "Workbook", "Issues", "Rates", "Disk"}


def test_the_doctor_finds_a_workbook_that_knows_more_than_a_restored_ledger(here: Office) -> None:
    older = here.ledger.read_bytes()
    here.arc("import", here.file("more.csv", INVOICES.replace("INV-", "X-")))
    here.arc("sync")
    for name in ("ledger.db-wal", "ledger.db-shm"):
        (here.folder / name).unlink(missing_ok=True)
    here.ledger.write_bytes(older)
    finding = next(f for f in here.json("doctor", code=1)["findings"] if f["what"] == "Workbook")
    assert not finding["well"]
    assert "knows changes that the ledger does not" in finding["said"]
    assert "arc sync --new" in finding["said"]
    here.arc("import", here.file("other.csv", INVOICES.replace("INV-", "Y-")))  # the numbers catch up
    assert "BAD  Workbook:" in here.arc("doctor", code=1).stdout


def test_the_doctor_says_what_ails(here: Office) -> None:
    here.book.write_bytes(b"ruined")
    findings = {f["what"]: f for f in here.json("doctor", code=1)["findings"]}
    assert not findings["Workbook"]["well"]
    assert findings["Ledger"]["well"]
    here.ledger.unlink()
    assert "BAD  Ledger: There is no ledger" in here.arc("doctor", code=1).stdout
    (here.folder / "arc.toml").write_text("company = ", "utf-8")
    assert "BAD  Settings:" in here.arc("doctor", code=1).stdout


def many_invoices(here: Office) -> str:
    rows = "".join(
        f"B-{n},Zoë Ltd,2026-03-01,2026-03-31,{'JPY,100' if n % 2 else 'USD,1000.50'},\n" for n in range(60)
    )
    return here.file("many.csv", INVOICES.splitlines()[0] + "\n" + rows)


def test_an_undo_says_beforehand_what_it_means_by_tab_with_the_money(here: Office) -> None:
    here.arc("import", many_invoices(here))
    said = here.arc("undo", "3", "--dry-run").stdout.splitlines()
    assert said == [
        "60 rows would go back to what they were before change set 3.",
        "  Invoices: 60 rows deleted, JPY 3,000 and USD 30,015.00 in all.",
    ]
    assert here.json("undo", "3", "--dry-run")["tabs"] == [
        {"tab": "Invoices", "what": "deleted", "rows": 60, "amounts": {"JPY": "3000", "USD": "30015.00"}}
    ]
    here.arc("undo", "3")
    said = here.arc("undo", "4", "--dry-run").stdout.splitlines()
    assert said[1] == "  Invoices: 60 rows brought back, JPY 3,000 and USD 30,015.00 in all."


def test_an_undo_of_many_rows_is_asked_for_on_a_terminal(
    here: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def no(question: str, *, default: bool) -> bool:
        asked.append(question)
        return default

    monkeypatch.setattr("arc_sync.cli.undoing.at_terminal", lambda: True)
    monkeypatch.setattr("typer.confirm", no)
    here.arc("import", "--yes", many_invoices(here))
    said = here.arc("undo", "3").stdout
    assert "Invoices: 60 rows deleted" in said
    assert said.endswith("Nothing was undone.\n")
    assert len(here.json("history")["change_sets"]) == 3
    here.arc("undo", "3", "--yes")
    here.arc("undo", "1", code=1)  # few rows: nobody is asked
    assert asked == ["Undo all this?"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("undo", "abc"), "arc undo takes the number of a change set, as arc history shows it.\n"),
        (("undo",), "arc undo takes the number of a change set, as arc history shows it.\n"),
        (("history", "abc"), "arc history takes the number of a change set, as arc history shows it.\n"),
    ],
)
def test_what_is_no_number_of_a_change_set_is_said(firm: Office, words: tuple[str, ...], told: str) -> None:
    assert firm.arc(*words, code=2).stderr == told
