from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.office import INVOICES, Office, office


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return office(tmp_path_factory.mktemp("firm"))


@pytest.fixture
def here(firm: Office, tmp_path: Path) -> Office:
    return firm.copied(tmp_path / "firm")


def test_the_aging_is_proved_for_each_currency(firm: Office) -> None:
    told = firm.json("aging", "--as-of", "2026-03-12")
    assert told["as_of"] == "2026-03-12"
    assert told["buckets"] == ["Current", "1–30", "31–60", "61–90", "Over 90"]
    euro = next(row for row in told["rows"] if row["currency"] == "EUR")
    assert euro["customer"] == "O'Brien & Söhne"
    assert list(euro["buckets"].values()) == ["300.00", "0.00", "1000.00", "0.00", "0.00"]
    assert [(t["currency"], t["open"], t["agrees"]) for t in told["totals"]] == [
        ("EUR", "1300.00", True),
        ("USD", "70.50", True),
    ]
    dollar = told["totals"][1]
    assert (dollar["unapplied"], dollar["base"]) == ("-10.00", {"amount": "64.86", "currency": "EUR"})
    assert told["all"]["open"] == "1364.86"


def test_the_aging_for_people_says_that_the_control_account_agrees(firm: Office) -> None:
    said = firm.arc("aging", "--as-of", "2026-03-12").stdout
    assert said.startswith("Aging on 12 Mar 2026. Due today is current.")
    assert "Control account EUR 1,300.00: agrees." in said
    assert "1 USD = 0.92 EUR" in said


def test_csv_holds_no_text_that_a_spreadsheet_would_run(here: Office) -> None:
    here.arc(
        "import",
        here.file("evil.csv", INVOICES.replace("Zoë Ltd", "=cmd|' /C calc'!A0").replace("INV-", "X-")),
    )
    rows = list(csv.DictReader(io.StringIO(here.arc("aging", "--csv").stdout)))
    assert any(row["customer"].startswith("'=cmd") for row in rows)
    assert all(not row["customer"].startswith("=") for row in rows)
    assert any(row["unapplied"] == "-10.00" for row in rows)


def test_the_aging_can_be_asked_as_it_was_known(here: Office) -> None:
    assert here.json("aging", "--known-at", "2020-01-01")["rows"] == []
    assert "Nothing is open." in here.arc("aging", "--known-at", "2020-01-01").stdout
    today = here.json("aging")["as_of"]
    assert here.json("aging", "--known-at", today)["rows"] == here.json("aging")["rows"]


@pytest.mark.parametrize(("period", "days"), [("month", 31), ("quarter", 90), ("year", 365), ("45", 45)])
def test_kpis_say_the_period_the_days_and_the_sales(firm: Office, period: str, days: int) -> None:
    told = firm.json("kpis", "--as-of", "2026-03-31", "--period", period)
    assert (told["period"], told["days"]) == (period, days)
    assert told["sales"]["currency"] == "EUR"
    keys = {kpi["key"] for kpi in told["kpis"]}
    assert {"dso", "cei", "best_possible_dso", "bad_debt"} <= keys
    assert len(told["trend"]["ends"]) == len(told["trend"]["dso"]) == 12
    said = firm.arc("kpis", "--as-of", "2026-03-31", "--period", period).stdout
    assert f"over {days} days" in said
    assert "sales of EUR" in said


def test_ninety_days_are_the_usual_period(firm: Office) -> None:
    told = firm.json("kpis", "--as-of", "2026-03-31")
    assert (told["days"], told["sales"]) == (90, {"amount": "1574.06", "currency": "EUR"})


def test_a_kpi_without_sales_is_blank_and_says_why(firm: Office) -> None:
    told = firm.json("kpis", "--as-of", "2020-03-31")
    dso = next(kpi for kpi in told["kpis"] if kpi["key"] == "dso")
    assert (dso["value"], dso["blank_because"]) == (None, "No sales in the period.")


def test_kpis_as_csv_have_a_row_each(firm: Office) -> None:
    rows = list(csv.DictReader(io.StringIO(firm.arc("kpis", "--as-of", "2026-03-31", "--csv").stdout)))
    assert {row["days"] for row in rows} == {"90"}
    assert {row["sales"] for row in rows} == {"1574.06"}


@pytest.mark.parametrize(
    "words", [("aging", "--as-of", "today"), ("kpis", "--period", "fortnight"), ("kpis", "--period", "0")]
)
def test_a_wrong_option_is_one_sentence(firm: Office, words: tuple[str, ...]) -> None:
    result = firm.arc(*words, code=2)
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_a_currency_without_a_rate_is_said(here: Office) -> None:
    settings = here.folder / "arc.toml"
    settings.write_text(settings.read_text("utf-8").replace('USD = "0.92"', ""), "utf-8")
    assert here.json("aging")["missing_rates"] == ["USD"]
    assert here.json("aging")["all"] is None
    assert "Without a rate, and so in no figure of EUR: USD" in here.arc("aging").stdout
    last = "USD has no rate in arc.toml, so it stands last."
    assert f"most money at risk first.\n{last}\n" in here.arc("worklist", "--as-of", "2026-12-31").stdout
    assert here.json("worklist", "--as-of", "2026-12-31")["remark"] == last
    assert any(f["what"] == "Rates" and not f["well"] for f in here.json("doctor", code=1)["findings"])


def test_amounts_and_names_survive_a_narrow_window(firm: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arc_sync.cli.out._WIDE", 30)
    said = firm.arc("aging", "--as-of", "2026-03-12").stdout
    assert "1,300.00" in said
    assert "O'Brien & Söhne" in said


@pytest.mark.parametrize("command", ["aging", "kpis"])
def test_an_answer_has_one_form(firm: Office, command: str) -> None:
    said = firm.arc(command, "--json", "--csv", code=2)
    assert (said.stdout, said.stderr) == ("", "An answer is either --json or --csv; give one of them.\n")
