"""The commands that ask for actions: each answers one sentence, and a script may repeat itself."""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from arc_sync.cli.asking import day
from tests.office import Office, arc, office

O_BRIEN, ZOE = "O'Brien & Söhne", "Zoë Ltd"
EVIL = '=HYPERLINK("https://evil.example","Pay")'


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return office(tmp_path_factory.mktemp("firm"))


@pytest.fixture
def here(firm: Office, tmp_path: Path) -> Office:
    return firm.copied(tmp_path / "firm")


def tomorrow() -> date:
    return datetime.now(UTC).astimezone().date() + timedelta(days=1)


def told(day_: date) -> str:
    return f"{day_.day} {day_:%b %Y}"


def in_the_name_of_maria(here: Office) -> None:
    settings = here.folder / "arc.toml"
    settings.write_text(f'who = "Maria Lopez"\n{settings.read_text("utf-8")}', "utf-8")


def test_every_command_answers_one_sentence(here: Office) -> None:
    later = told(tomorrow())
    for words, said in (
        (("log", "call", "zoë ltd", "Spoke", "--with", "Zoë", "--next", "Call back", "--on", "tomorrow"),
         f"Call to Zoë Ltd logged; next: Call back on {later}."),
        (("log", "text", ZOE, "--in", "--note", "stop"),
         "Text from Zoë Ltd logged; no more texts go there until they say START."),
        (("log", "meeting", ZOE, "--when", "2026-03-05 14:00"), "Meeting with Zoë Ltd logged."),
        (("promise", "zoë ltd", "50", "tomorrow"), f"Zoë Ltd promises USD 50.00 by {later}."),
        (("promise", O_BRIEN, "1,250.00", "tomorrow", "-i", "inv-1", "-i", "inv-2"),
         f"O'Brien & Söhne promises EUR 1,250.00 by {later} for INV-1 and INV-2."),
        (("plan", ZOE, "--total", "80", "--count", "3", "--every", "2 weeks", "--first", "2099-01-05"),
         "Plan P-1 is agreed with Zoë Ltd: 3 instalments of USD 26.66, the last USD 26.68, every 2 weeks from 5 Jan 2099 to 2 Feb 2099, USD 80.00 in all."),
        (("extend", "inv-2", "2099-01-05"), "INV-2 is due on 5 Jan 2099 now, before on 12 Mar 2026."),
        (("dispute", "inv-2", "--amount", "40", "--reason", "wrong vat"),
         "INV-2 is disputed (EUR 40.00, Wrong VAT) and not chased until that is resolved."),
        (("resolve", "INV-2", "--resolution", "Credit agreed"),
         "The dispute of INV-2 is resolved; EUR 300.00 of it is open."),
        (("hold", "zoë ltd"), "Reminders for 1 open invoice of Zoë Ltd are held."),
        (("release", "-i", "inv-3"), "Reminders for INV-3 are released."),
        (("pay", ZOE, "70.50", "--for", "inv-3", "--on", "yesterday", "--method", "Transfer"),
         "USD 70.50 from Zoë Ltd is recorded and applied to INV-3."),
        (("pay", ZOE, "5", "--for", "inv-9", "--unapplied"),
         "USD 5.00 from Zoë Ltd is recorded, not applied to any invoice, as there is no invoice inv-9."),
    ):  # fmt: skip
        assert here.arc(*words).stdout == f"{said}\n"
    here.arc("sync")
    assert here.arc("sync").stdout == "Book and ledger are in step; nothing to do.\n"
    assert {s["from"] for s in here.json("history")["change_sets"]} == {"command line", "import"}


def test_a_touch_logged_here_stands_in_the_workbook(here: Office) -> None:
    here.arc("log", "call", "zoë ltd", EVIL, "--reason", "cash flow")
    here.arc("sync")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sparkline Group extension")  # openpyxl cannot carry them on
        rows = load_workbook(here.book)["Activity"].iter_rows()
    cells = [cell for row in rows for cell in row if cell.value is not None]
    shown = {str(cell.value): cell.data_type for cell in cells}
    assert shown[EVIL] == "s"
    assert {ZOE, "Call", "Cash flow"} <= set(shown)


def test_what_cannot_be_done_is_one_sentence_and_code_2(firm: Office) -> None:
    result = firm.arc("log", "call", "Zoe Ltd", code=2)
    assert (result.stdout, result.stderr) == ("", "There is no customer Zoe Ltd; did you mean Zoë Ltd?\n")
    assert firm.json("pay", ZOE, "1.005", code=2) == {
        "done": False,
        "sentence": 'The amount "1.005" cannot be taken: it reads in two ways (thousands or decimals); type it as a number.',
        "shown": {},
    }
    said = firm.arc("promise", ZOE, "5", "soon", code=2).stderr
    assert said == 'The date "soon" cannot be taken (it is not a date); type it like 2026-04-03.\n'
    assert "'fax' is not one of" in firm.arc("log", "fax", ZOE, code=2).stderr
    assert (
        firm.arc("account", "Zoe Ltd", code=2).stderr
        == "There is no customer Zoe Ltd; did you mean Zoë Ltd?\n"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("pay", ZOE, "-5"), "Error: -5 is below zero; give an amount above zero, such as 5."),
        (("pay", ZOE, "-1,250.50"), "Error: -1,250.50 is below zero; give an amount above zero, such as 1,250.50."),
        (("pay", ZOE, "--", "-5"), "The amount is USD -5.00; give one above zero."),
        (("log", "fax", ZOE), "Error: Invalid value for 'how': 'fax' is not one of"),
        (("message", ZOE, "--by", "fax"), "Error: Invalid value for '--by': 'fax' is not one of 'email', 'text'."),
        (("message", ZOE, "-x"), "Error: No such option: -x"),
    ],
)  # fmt: skip
def test_words_that_are_none_of_the_commands_are_said_in_plain_words(
    firm: Office, words: tuple[str, ...], said: str
) -> None:
    result = arc(words[0], "--config", str(firm.folder), *words[1:], code=2)
    assert said in result.stderr


def test_the_words_of_a_message_in_a_file_that_cannot_be_read_are_said(here: Office) -> None:
    def refused(name: str) -> str:
        return here.arc("message", ZOE, "--text", str(here.folder / name), code=2).stderr

    (here.folder / "latin.txt").write_bytes("Müller".encode("latin-1"))
    assert "none.txt cannot be read (No such file or directory); name another file." in refused("none.txt")
    assert "latin.txt is not written in UTF-8; save it as UTF-8 text." in refused("latin.txt")


def test_a_script_may_repeat_a_request_and_it_is_done_once(here: Office) -> None:
    words = ("pay", ZOE, "10", "--for", "INV-3", "--on", "2026-03-20", "--request", "bank-2026-03-20-7")
    first = here.json(*words)["sentence"]
    assert here.json(*words) == {"done": True, "sentence": f"Done already: {first}", "shown": {}}
    other = here.arc("pay", ZOE, "11", "--request", "bank-2026-03-20-7", code=2).stderr
    assert other == (
        "The request bank-2026-03-20-7 has been carried out with other contents (USD 10.00 from Zoë Ltd is recorded"
        " and applied to INV-3); give this one another number.\n"
    )
    assert len(here.json("history")["change_sets"]) == 3


def test_an_action_is_taken_back_like_anything_else(here: Office) -> None:
    here.arc("extend", "INV-2", "2099-01-05")
    here.arc("undo", "3", "--yes")
    assert here.json("account", O_BRIEN)["invoices"][1]["due"] == "2026-03-12"


def test_the_account_says_all_about_a_customer(here: Office) -> None:
    in_the_name_of_maria(here)
    here.arc("log", "call", ZOE, "Spoke", "--when", "2026-04-05 14:00")
    here.arc("promise", ZOE, "50", "2099-01-05", "-i", "INV-3")
    here.arc("dispute", "INV-3")
    lines = here.arc("account", "zoë ltd", "--as-of", "2098-12-31").stdout.splitlines()
    assert lines[:15] == [
        "Zoë Ltd on 31 Dec 2098",
        "May be contacted",
        "",
        "Open: USD 70.50, USD 80.50 of it overdue on 1 invoice, the oldest 26,573 days; USD 10.00 is not applied.",
        "",
        "Open invoices: 1.",
        "Invoice  Due          Days over       Amount  Balance  Status  ",
        "INV-3    31 Mar 2026      26573  USD   80.50    80.50  disputed",
        "",
        "Promises and disputes: 2.",
        "What     Invoice  When, or why        Amount  State",
        "Promise  INV-3    by 5 Jan 2099  USD   50.00  open ",
        "Dispute  INV-3                   USD       –  open ",
        "",
        "Timeline: 4.",
    ]
    assert lines[15].split() == ["When", "How", "What", "By"]
    assert lines[-2].split() == ["5", "Apr", "2026", "14:00", "Call", "Spoke", "Maria", "Lopez"]
    assert {line[:17].strip() for line in lines[16:-2]} == {told(tomorrow() - timedelta(days=1))}
    assert lines[-1].startswith("5 Mar 2026        Payment  Paid USD 10.00, TRX 8")
    whole = here.json("account", ZOE, "--as-of", "2026-04-30")
    assert (whole["customer"], whole["open"], whole["overdue"]) == (ZOE, "70.50", "80.50")
    assert whole["timeline"] == [
        {"when": "2026-04-05T14:00:00", "how": "Call", "what": "Spoke", "by": "Maria Lopez"},
        {"when": "2026-03-05", "how": "Payment", "what": "Paid USD 10.00, TRX 8", "by": ""},
    ]
    here.arc("log", "text", ZOE, "STOP", "--in", "--when", "2026-04-06")
    assert here.arc("account", ZOE).stdout.splitlines()[1] == "May be contacted, no texts since 6 Apr 2026"


def test_a_promise_that_was_not_kept_is_told_from_the_day_after(here: Office) -> None:
    here.arc("log", "call", ZOE, "Promised to pay", "--with", "Zoë")
    here.arc("promise", ZOE, "80.50", "tomorrow", "-i", "INV-3")

    def chased(on: date) -> list[str]:
        items = here.json("worklist", "--as-of", str(on))["items"]
        return [item["why"] for item in items if item["customer"] == ZOE]

    def state(on: date) -> str:
        (pledge,) = here.json("account", ZOE, "--as-of", str(on))["pledges"]
        return str(pledge["state"])

    by, after = tomorrow(), tomorrow() + timedelta(days=1)
    assert state(by) == "open"
    assert state(after) == "broken"
    (why,) = chased(after)
    assert "broke the promise" in why
    here.arc("pay", ZOE, "80.50", "--for", "INV-3")
    assert (state(after), chased(after)) == ("kept", [])


def test_the_worklist_says_whom_to_chase_and_why_on_any_day(here: Office) -> None:
    said = here.arc("worklist", "--as-of", "2026-03-20").stdout
    assert said.startswith("To do on 20 Mar 2026: 1 customer, most money at risk first.\n")
    assert "never contacted" in said
    (item,) = here.json("worklist", "--as-of", "2026-03-20")["items"]
    assert (item["customer"], item["amount"], item["currency"]) == (O_BRIEN, "1300.00", "EUR")
    assert (
        here.arc("worklist", "--as-of", "2026-01-20").stdout
        == "There is nothing to do about anybody on 20 Jan 2026.\n"
    )
    here.arc("dispute", "INV-1")
    (item,) = here.json("worklist", "--as-of", "2026-03-20")["items"]
    assert item["amount"] == "1300.00"  # disputed only since today
    assert here.json("worklist")["items"][0]["amount"] != "1300.00"


def test_a_request_is_made_in_the_name_of_whoever_arc_toml_says(here: Office) -> None:
    in_the_name_of_maria(here)
    here.arc("log", "note", ZOE, "Moved")
    assert here.json("history")["change_sets"][0]["who"] == "Maria Lopez"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("today", "2026-04-01"),
        ("Tomorrow", "2026-04-02"),
        ("yesterday", "2026-03-31"),
        ("friday", "2026-04-03"),
        ("tuesday", "2026-04-07"),
        ("wednesday", "2026-04-08"),
        ("3 Apr 2026", "3 Apr 2026"),
        (None, None),
    ],
)
def test_days_may_be_named(text: str | None, read: str | None) -> None:
    assert day(text, date(2026, 4, 1)) == read


def test_a_ledger_without_customers_says_so(tmp_path: Path) -> None:
    empty = office(tmp_path / "empty", filled=False)
    assert empty.arc("log", "call", "Anybody", code=2).stderr == (
        "There is no customer Anybody; write it as it stands on Customers.\n"
    )
    assert empty.arc("worklist").stdout.startswith("There is nothing to do about anybody on ")
