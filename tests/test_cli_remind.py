from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import keyring
import pytest
from keyring.backends.fail import Keyring

from arc_sync.agent.config import Config
from arc_sync.agent.firm import opened
from arc_sync.agent.reminding.deciding import Decided
from arc_sync.cli import bank, mail, remind
from arc_sync.cli.reminded import decision_sentences
from tests.office import Office, arc
from tests.reminding_firm import quick_words

__all__ = ["quick_words"]

#: A Wednesday, ten in the morning in Berlin.
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
LIST = """Invoice number,Customer,Issue date,Due date,Currency,Amount,Email
INV-1,Alder Ltd,2026-10-22,2026-11-21,EUR,500.00,ap@alder.example
INV-2,Birch & Söhne,2026-10-10,2026-11-09,EUR,1250.50,ap@birch.example
INV-3,Cedar Inc,2026-10-10,2026-11-09,EUR,99.00,
"""


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(remind, "_now", clock)
    monkeypatch.setattr(bank, "_now", clock)
    return clock


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("firm")
    arc("init", str(folder), "--company", "Weststadt Tools", "--currency", "EUR")
    settings = (folder / "arc.toml").read_text("utf-8")
    settings = settings.replace("#time_zone", "time_zone").replace('#email = "receiv', 'email = "receiv')
    (folder / "arc.toml").write_text(settings, "utf-8")
    here = Office(folder)
    here.arc("import", here.file("invoices.csv", LIST))
    return here


@pytest.fixture
def here(firm: Office, tmp_path: Path, clock: Clock) -> Office:
    one = firm.copied(tmp_path / "books")
    one.arc("bank", "2026-11-25")
    assert clock.now == NOW
    return one


def test_before_the_bank_is_in_reminders_are_held(firm: Office, tmp_path: Path, clock: Clock) -> None:
    here = firm.copied(tmp_path / "new")
    assert here.arc("bank").stdout == (
        "No payment is known yet. Import the bank's payments, or say it: arc bank 2026-03-31.\n"
    )
    said = here.arc("remind", "plan").stdout.splitlines()
    assert said[0] == "2 reminders held and 1 customer left alone."
    assert said[1].startswith("No payments are known: import the bank's data first")
    assert here.arc("bank", "2026-11-24").stdout == "The bank's payments are in up to 24 Nov 2026.\n"
    assert here.arc("remind", "plan").stdout.startswith(
        "2 reminders to be decided and 1 customer left alone."
    )
    assert here.json("bank") == {"bank_until": "2026-11-24"}
    assert clock.now == NOW


def test_a_day_of_reminders_from_the_command_line(here: Office) -> None:
    here.arc("remind", "plan")
    said = here.arc("remind", "list").stdout
    assert "Alder Ltd" in said
    assert "INV-1 is 4 days late" in said
    assert "Cedar" not in said
    assert "No email address" in here.arc("remind", "list", "--all").stdout
    shown = here.arc("remind", "show", "alder").stdout
    assert "To: ap@alder.example (Email)" in shown
    assert "Subject: Reminder: invoice INV-1, EUR 500.00 overdue" in shown
    assert here.arc("remind", "approve", "alder").stdout == (
        "Queued: Alder Ltd. arc remind send sends what is due.\n"
    )
    assert here.arc("remind", "skip", "birch").stdout == "Skipped: Birch & Söhne.\n"
    assert here.arc("remind", "send").stdout == (
        "1 draft written: Alder Ltd. Send it, then choose It went on Reminders.\n"
    )
    (draft,) = (here.folder / "outbox").iterdir()
    assert b"X-Unsent: 1" in draft.read_bytes()
    assert here.arc("remind", "send").stdout == "Nothing is due now.\n"
    assert here.arc("remind", "settle", "Alder Ltd", "--it-went").stdout == "Settled: Alder Ltd.\n"
    rows = {row["customer"]: row for row in here.json("remind", "list", "--all")}
    assert rows["Alder Ltd"]["status"] == "sent"
    assert rows["Birch & Söhne"]["status"] == "skipped"
    assert rows["Alder Ltd"]["amount"] == "500.00"
    assert rows["Alder Ltd"]["invoices"] == ["INV-1"]
    assert "holds together" in here.arc("verify").stdout


def test_what_is_decided_already_is_said_to_be(here: Office) -> None:
    here.arc("remind", "plan")
    here.arc("remind", "skip", "birch")
    assert here.arc("remind", "skip", "birch", code=1).stdout == (
        "Birch & Söhne: skipped already; nothing was changed.\n"
    )
    here.arc("remind", "approve", "alder")
    said = here.arc("remind", "approve", "alder", "birch").stdout
    assert said.startswith("Queued: Birch & Söhne.")
    assert here.arc("remind", "approve", "alder", code=1).stdout == (
        "Alder Ltd: queued already; nothing was changed.\n"
    )
    here.arc("remind", "send")
    assert (
        "Alder Ltd and Birch & Söhne: drafted already"
        in here.arc("remind", "approve", "alder", "birch", code=1).stdout
    )
    assert here.arc("remind", "skip", "alder", code=1).stdout.startswith("None of these is proposed, held")
    here.arc("remind", "settle", "alder", "--it-went")
    assert "Alder Ltd: sent already" in here.arc("remind", "settle", "alder", "--it-went", code=1).stdout


def test_the_status_counts_drafts_that_a_person_has_yet_to_send(
    here: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ARC_SPOOL", str(tmp_path / "spool"))
    here.arc("remind", "plan")
    here.arc("remind", "approve", "--all")
    here.arc("remind", "send")
    assert "2 drafts to send" in here.arc("status", code=1).stdout
    here.arc("remind", "settle", "Alder Ltd", "--it-went")
    assert here.json("status", code=1)["firms"][0]["drafts_to_send"] == 1


def test_all_of_a_stage_are_approved_at_once(here: Office) -> None:
    here.arc("remind", "plan")
    assert here.json("remind", "approve", "--stage", "friendly")["queued"] == ["Alder Ltd", "Birch & Söhne"]
    assert (
        "None of these is proposed, failed or skipped"
        in here.arc("remind", "approve", "--all", code=1).stdout
    )
    assert here.json("remind", "skip", "cedar", code=1)["skipped"] == []


def test_what_waits_for_the_morning_is_said(here: Office, clock: Clock) -> None:
    file = here.folder / "arc.toml"
    file.write_text(
        file.read_text("utf-8").replace('how = "drafts"', 'how = "smtp"\nhost = "localhost"'), "utf-8"
    )
    clock.now = NOW + timedelta(hours=12)
    here.arc("remind", "plan")
    here.arc("remind", "approve", "--all")
    said = here.arc("remind", "send").stdout.splitlines()
    assert said == [
        "Nothing is due now.",
        "2 messages wait; the first may go on 26 Nov 2026 at 08:00 (Europe/Berlin): it waits for business hours.",
    ]
    assert [(one["customer"], one["trouble"]) for one in here.json("remind", "send")["waiting"]] == [
        ("Alder Ltd", False),
        ("Birch & Söhne", False),
    ]


@pytest.fixture
def unreachable(here: Office) -> Office:
    """A firm whose mail server is not there, with a message to Alder approved."""
    file = here.folder / "arc.toml"
    smtp = 'how = "smtp"\nhost = "localhost"\nport = 1'
    file.write_text(file.read_text("utf-8").replace('how = "drafts"', smtp), "utf-8")
    here.arc("remind", "plan")
    here.arc("remind", "approve", "alder")
    return here


def test_a_server_that_is_not_there_is_a_matter_for_a_person(unreachable: Office) -> None:
    (said,) = unreachable.arc("remind", "send", code=1).stdout.splitlines()
    assert said.startswith("1 message could not be sent yet: ")
    assert "The next try is on 25 Nov 2026 at 10:" in said
    assert said.endswith(" (Europe/Berlin); arc remind send --now tries at once.")
    (waits,) = unreachable.json("remind", "send", code=1)["waiting"]
    assert (waits["customer"], waits["to"], waits["trouble"]) == ("Alder Ltd", "ap@alder.example", True)


def test_what_may_have_arrived_is_asked_about_until_a_person_says(unreachable: Office, clock: Clock) -> None:
    with opened(Config.load(unreachable.folder)) as firm:
        (one,) = firm.ledger.claim("a sender", NOW, NOW + timedelta(seconds=1), 9)
        firm.ledger.about_to_send(one.message.id, "a sender", NOW)
    clock.now = NOW + timedelta(minutes=1)  # it never came back
    assert "may have arrived or not" in unreachable.arc("remind", "send", code=1).stdout
    assert unreachable.arc("remind", "send", code=1).stdout.splitlines() == [
        "Nothing is due now.",
        "1 message of earlier may have arrived or not; the Issues tab says how to settle that.",
    ]
    unreachable.arc("remind", "settle", "alder", "--it-went")
    assert unreachable.arc("remind", "send").stdout == "Nothing is due now.\n"


def test_what_did_not_work_is_tried_at_once_when_a_person_says_so(unreachable: Office) -> None:
    unreachable.arc("remind", "send", code=1)
    file = unreachable.folder / "arc.toml"
    file.write_text(file.read_text("utf-8").replace('how = "smtp"', 'how = "drafts"'), "utf-8")
    unreachable.arc("remind", "send", code=1)  # it is not its time yet
    assert "1 draft written: Alder Ltd." in unreachable.arc("remind", "send", "--now").stdout
    assert "holds together" in unreachable.arc("verify").stdout


def test_trying_at_once_never_breaks_into_the_night(unreachable: Office, clock: Clock) -> None:
    unreachable.arc("remind", "send", code=1)
    clock.now = NOW + timedelta(hours=12)
    (said,) = unreachable.arc("remind", "send", "--now").stdout.splitlines()[1:]
    assert said.endswith("it waits for business hours.")


def test_a_round_says_what_waits_and_why(unreachable: Office) -> None:
    unreachable.arc("remind", "send", code=1)
    said = unreachable.arc("sync", "--no-send", code=1).stdout
    assert "1 message could not be sent yet: " in said
    (waits,) = unreachable.json("sync", "--no-send", code=1)["waiting"]
    assert waits["customer"] == "Alder Ltd"


def test_what_was_sent_in_the_same_round_needs_no_hint(here: Office) -> None:
    here.arc("remind", "plan")
    here.arc("sync")
    hand = here.hand()
    hand.type("Reminders", "Alder Ltd", "Decision", "Approve")
    hand.save()
    said = here.arc("sync").stdout
    assert "draft written" in said
    assert "arc remind send" not in said
    assert "Decision: (blank) -> Approve" in said
    assert "Activity" not in said  # that came from sending, not from the workbook


def test_days_ahead_are_shown_and_nothing_is_written(here: Office) -> None:
    before = here.arc("history").stdout
    said = here.arc("remind", "plan", "--days", "30").stdout
    assert said.startswith("What would come in 30 days from 25 Nov 2026 on if nobody paid:")
    assert "Call" in said
    assert here.arc("history").stdout == before
    assert here.json("remind", "plan", "--days", "1")[0]["day"] == "2026-11-25"


def test_the_plan_of_another_day_is_shown_with_all_reasons_and_nothing_is_written(here: Office) -> None:
    before = here.arc("history").stdout
    said = here.arc("remind", "plan", "--as-of", "2026-12-09").stdout
    assert said.startswith("This is only a look at 9 Dec 2026: nothing is written.")
    assert "\nWould be reminded: 2 customers.\n" in said
    assert "INV-1 is 18 days late" in said
    assert "\nWould be left alone: 1 customer.\n" in said
    assert "fill in Email on Customers" in said
    assert "is no business day" in here.arc("remind", "plan", "--as-of", "2026-12-12").stdout
    look = here.json("remind", "plan", "--as-of", "2026-12-09")["plan"]
    assert (look["as_of"], look["written"]) == ("2026-12-09", False)
    assert [one["customer"] for one in look["reminders"]] == ["Birch & Söhne", "Alder Ltd"]
    assert here.arc("history").stdout == before


def test_the_plan_of_today_by_its_date_is_written(here: Office) -> None:
    assert "to be decided" in here.arc("remind", "plan", "--as-of", "2026-11-25").stdout
    assert "Alder Ltd" in here.arc("remind", "list").stdout


def test_a_plan_as_json_lists_who_is_proposed_and_who_is_left_out(here: Office) -> None:
    made = here.json("remind", "plan")["plan"]
    assert [(one["customer"], one["stage"], one["amount"]) for one in made["reminders"]] == [
        ("Alder Ltd", "Friendly", "500.00"),
        ("Birch & Söhne", "Friendly", "1250.50"),
    ]
    (left,) = made["left_out"]
    assert (left["customer"], left["amount"], left["currency"]) == ("Cedar Inc", "99.00", "EUR")
    assert "fill in Email" in left["why"]


def test_a_plan_says_which_command_shows_who_is_left_alone(here: Office) -> None:
    said = here.arc("remind", "plan").stdout.splitlines()
    assert said[1:3] == [
        "arc remind list shows what waits; arc remind approve lets it go.",
        "arc remind list --all shows who is left alone, and why.",
    ]


def test_a_sender_without_a_name_is_said_while_reminders_are_proposed(here: Office) -> None:
    said = '[sender] in arc.toml lacks name: reminders go out in the name of "Accounts receivable, Weststadt Tools"'
    assert here.arc("remind", "plan").stdout.splitlines()[-1].startswith(said)
    assert f"BAD  Sender: {said}" in here.arc("doctor", code=1).stdout
    file = here.folder / "arc.toml"
    file.write_text(file.read_text("utf-8").replace('#name = "Maria', 'name = "Maria'), "utf-8")
    assert "[sender]" not in here.arc("remind", "plan").stdout
    assert "ok   Sender: customers read Maria Lopez, Weststadt Tools, receiv" in here.arc("doctor").stdout


def test_the_doctor_leaves_a_sender_without_a_name_alone_while_nobody_is_to_be_reminded(here: Office) -> None:
    assert "ok   Sender: customers read Weststadt Tools, receiv" in here.arc("doctor").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("approve",), "Name customers, or give --stage or --all."),
        (("approve", "nobody"), '"nobody" fits no reminder; arc remind list shows them.'),
        (("approve", "e"), '"e" fits Alder Ltd, Birch & Söhne and Cedar Inc; write more of it.'),
        (("approve", "--stage", "Firmm"), 'There is no stage "Firmm"; there are Courtesy, Friendly,'),
        (("settle", "alder"), "Say what became of it: --it-went or --send-again."),
        (
            ("settle", "0" * 32, "--it-went"),
            f"There is no message {'0' * 32}; arc remind list shows what waits.",
        ),
        (("plan", "--as-of", "tomorrow"), '--as-of "tomorrow" is no date'),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(here: Office, words: tuple[str, ...], said: str) -> None:
    here.arc("remind", "plan")
    assert said in here.arc("remind", *words, code=2).stderr


def test_a_bank_day_to_come_is_refused(here: Office) -> None:
    assert "27 Nov 2026 is still to come" in here.arc("bank", "2026-11-27", code=2).stderr


def test_with_nothing_set_up_reminders_become_drafts(here: Office) -> None:
    file = here.folder / "arc.toml"
    file.write_text(file.read_text("utf-8").replace('\nemail = "receiv', '\n#email = "receiv'), "utf-8")
    here.arc("remind", "plan")
    here.arc("remind", "approve", "alder")
    assert "1 draft written: Alder Ltd." in here.arc("remind", "send").stdout
    (draft,) = (here.folder / "outbox").glob("*.eml")
    assert "\nFrom:" not in draft.read_text("ascii")


def test_with_a_server_and_no_sender_approving_says_what_to_fill_in(here: Office) -> None:
    file = here.folder / "arc.toml"
    text = file.read_text("utf-8").replace('\nemail = "receiv', '\n#email = "receiv')
    file.write_text(text.replace('how = "drafts"', 'how = "smtp"\nhost = "smtp.example"'), "utf-8")
    here.arc("remind", "plan")
    said = here.arc("remind", "approve", "alder", code=1).stdout
    assert said == (
        "Friendly for Alder Ltd needs an address that customers can answer: fill in email of [sender] in arc.toml.\n"
    )


def test_mail_check_says_where_messages_go(here: Office) -> None:
    said = here.arc("mail", "check").stdout.splitlines()
    assert said[0] == f"Emails become drafts in {here.folder / 'outbox'}; a person opens and sends them."
    assert [one["ok"] for one in here.json("mail", "check")] == [True, True]


def test_a_login_needs_a_user_and_asks_where_nobody_can_look(here: Office) -> None:
    assert "has no user" in here.arc("mail", "login", code=2).stderr


@pytest.mark.parametrize("words", [(), ("--texts",)])
def test_a_login_looks_for_the_keyring_before_it_asks(
    here: Office, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    def never(what: str) -> str:
        raise AssertionError(what)

    file = here.folder / "arc.toml"
    file.write_text(file.read_text("utf-8").replace("#user", "user"), "utf-8")
    monkeypatch.setattr(keyring, "get_keyring", Keyring)
    monkeypatch.setattr(mail, "_secret", never)
    assert "no keyring; run it again with --in-file" in here.arc("mail", "login", *words, code=2).stderr


def test_a_long_list_is_cut_and_says_how_many_more_there_are(
    here: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.arc("remind", "plan")
    monkeypatch.setattr(remind, "_MOST", 1)
    said = here.arc("remind", "list").stdout
    assert ("Alder Ltd" in said, "Birch & Söhne" in said) == (True, False)
    assert said.endswith("And 1 more; arc remind list --all shows all of them.\n")
    assert len(here.json("remind", "list")) == 2
    assert "more;" not in here.arc("remind", "list", "--all").stdout
    monkeypatch.setattr(remind, "_MOST", 2)
    assert "more;" not in here.arc("remind", "list").stdout


def test_a_name_that_ends_with_a_full_stop_ends_its_sentence() -> None:
    said = decision_sentences(Decided(skipped=["Tanaka Trading K.K."], settled=["Hudson, Park & Co."]))
    assert said == ["Skipped: Tanaka Trading K.K.", "Settled: Hudson, Park & Co."]
