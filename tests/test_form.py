from __future__ import annotations

import copy
import re
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from arc_sheets.cells import CellValue, Reading
from arc_sheets.message import Posted
from arc_sheets.tab import Tab
from arc_sheets.tabs import ACTIVITY, DISPUTES, PROMISES, RECORD_TABS
from arc_sync.agent.actions.answers import Answer
from arc_sync.agent.actions.carry import carry_out_told
from arc_sync.agent.actions.desk import Draft, PlainDesk, Reason, Sealed, Text
from arc_sync.agent.form import number
from arc_sync.agent.merging import Rules
from arc_sync.agent.pages import pages
from arc_sync.agent.round import Report, Settings, run_round
from arc_sync.books.contents import Said
from arc_sync.books.form import BLOCKS, BY_NAME, PLACES, PREVIEW, SAVE, SEND, as_text, from_text, where
from arc_sync.books.memory import MemoryBook
from arc_sync.ledger.memory import MemoryLedger
from arc_sync.ledger.port import Ledger, View
from arc_sync.xlsx.refs import cell_ref
from tests.file_firm import FIRMS, NOW, TERMS, firm
from tests.hands import FileHand, Hand, MemoryHand
from tests.vault import Vault

FIRM = FIRMS[0]  # its INV-00, 03, 06 and 09 are overdue, in euro
TILE = "K6"


class Died(BaseException):
    """The agent dies here. No `except Exception` may catch it."""


class WordyDesk(PlainDesk):
    """A desk with templates, and a way out that keeps words as they are."""

    def compose(self, view: View, customer: str, stage: str, channel: str) -> Text | Reason:  # noqa: ARG002 (the port's)
        return Text(
            f"{stage or 'Firm'}: what is due",
            f"Dear {customer},\n\nplease pay.",
            "ann@b.example",
            stage or "Firm",
        )

    def seal(self, view: View, draft: Draft) -> Sealed | Reason:  # noqa: ARG002 (the port's)
        return Sealed(
            draft.to, f"{draft.subject}\n\n{draft.body}".encode(), self.now, self.now + timedelta(days=3)
        )


@dataclass
class Stage:
    """A firm with a book of one kind, a person at it, and the agent."""

    hand: Hand
    ledger: Ledger
    settings: Settings = field(default_factory=lambda: Settings(Rules(RECORD_TABS, Reading(), "EUR"), "Zoë"))
    asked: list[Mapping[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        ids = count(1_000)
        rules = Rules(RECORD_TABS, Reading(), "EUR", lambda: f"{next(ids):032x}")
        self.settings = Settings(rules, "Zoë", pages(TERMS), act=self.act)

    def act(self, ledger: Ledger, told: Mapping[str, Any]) -> Answer:
        self.asked.append(told)
        return carry_out_told(ledger, told, WordyDesk(NOW, UTC, "EUR"), Reading())

    def round(self, hook: Callable[[str], None] = lambda _: None, **more: Any) -> Report:
        if isinstance(self.hand, MemoryHand):
            self.hand.memory.hook = hook
        return run_round(replace(self.settings, **more), self.hand.book, self.ledger, NOW, hook)

    def rest(self) -> Report:
        """Run rounds until one finds nothing to do; return the first that had something."""
        first = self.round()
        for _ in range(3):
            if self.round().idle:
                return first
        raise AssertionError("it does not come to rest")

    def rows(self, tab: Tab) -> list[dict[str, Any]]:
        with self.ledger.read() as view:
            return [
                dict(zip((c.name for c in tab.stored), row, strict=True)) for row in view.rows(tab).values()
            ]

    def posted(self) -> list[Posted]:
        with self.ledger.read() as view:
            return list(view.posted())

    def said(self) -> Said:
        with self.hand.book.open() as session:
            return session.form().state.said

    def left(self, block: str) -> dict[str, CellValue]:
        """Return what stands in a block."""
        with self.hand.book.open() as session:
            return session.form().of(BY_NAME[block])

    def in_book(self, tab: Tab) -> list[tuple[CellValue, ...]]:
        with self.hand.book.open() as session:
            return [row.cells for row in session.read(tab).rows]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, MemoryLedger]:
    """A firm whose book was synced once."""
    made = firm(tmp_path_factory.mktemp("form"))
    made.rest()
    assert isinstance(made.ledger, MemoryLedger)
    return made.path, made.ledger


@pytest.fixture(params=["memory", "file"])
def stage(request: pytest.FixtureRequest, template: tuple[Path, MemoryLedger], tmp_path: Path) -> Stage:
    return staged(request.param, template, tmp_path)


def staged(kind: str, template: tuple[Path, MemoryLedger], folder: Path) -> Stage:
    path, known = template
    ledger = MemoryLedger()
    ledger._id = known.id
    Vault.of(known).put_back(ledger)
    if kind == "file":
        made = Stage(FileHand(Path(shutil.copy(path, folder / "book.xlsx"))), ledger)
    else:
        hand = MemoryHand()
        hand.memory = hand.book = MemoryBook(ledger.id, "m" * 32, RECORD_TABS)
        made = Stage(hand, ledger)
        made.rest()
    made.hand.pick_customer(FIRM)
    return made


def call(stage: Stage, **more: CellValue) -> None:
    """Fill in a call and pick Save."""
    told: dict[str, CellValue] = {
        "channel": "Call",
        "outcome": "Spoke",
        "notes": "asks for a copy",
        "then": SAVE,
    }
    stage.hand.fill("log", **{**told, **more})


# -- what becomes of a block ----------------------------------------------------------------------------------


def test_a_call_is_logged_cleared_answered_and_stands_in_the_book(stage: Stage) -> None:
    call(
        stage,
        contact="Ann",
        reason="Cash flow",
        invoices="inv-00",
        next_step="Call",
        next_on=date(2026, 11, 30),
    )
    report = stage.round()
    (touch,) = stage.rows(ACTIVITY)
    assert {name: value for name, value in touch.items() if value is not None} == {
        "when": NOW.replace(tzinfo=None),
        "customer": FIRM,
        "channel": "Call",
        "contact": "Ann",
        "invoices": "INV-00",
        "outcome": "Spoke",
        "reason": "Cash flow",
        "notes": "asks for a copy",
        "next_step": "Call",
        "next_on": date(2026, 11, 30),
        "by": "Zoë",
    }
    assert stage.left("log") == {}
    assert [cells[1] for cells in stage.in_book(ACTIVITY)] == [FIRM]
    said = stage.said()
    assert said.done
    assert said.text == f"Call to {FIRM} logged; next: Call on 30 Nov 2026."
    assert report.answers == [said.text]
    assert stage.hand.sees("Account", TILE) == said.text
    assert str(stage.hand.sees("Account", "K5")).startswith("Done")
    assert stage.round().idle


def test_the_same_words_next_week_are_another_call(stage: Stage) -> None:
    for _ in range(2):
        call(stage)
        stage.rest()
    assert len(stage.rows(ACTIVITY)) == 2


def test_a_promise_is_taken_and_with_instalments_a_plan(stage: Stage) -> None:
    stage.hand.fill("promise", invoices="INV-00", amount=Decimal(50), date=date(2026, 11, 27), then="save")
    stage.rest()
    stage.hand.fill("promise", invoices="INV-03, INV-06", date=date(2026, 12, 1), instalments=3, then=SAVE)
    stage.rest()
    promised = [(p["invoice"], p["amount"], p["date"], p["plan"]) for p in stage.rows(PROMISES)]
    assert promised[0] == ("INV-00", 50_00, date(2026, 11, 27), None)
    assert sum(amount for _, amount, _, plan in promised if plan == "P-1") == 1100_00
    assert {day for *_, day, plan in promised if plan} == {
        date(2026, 12, 1),
        date(2027, 1, 1),
        date(2027, 2, 1),
    }
    assert stage.left("promise") == {}


def test_a_dispute_is_raised_and_the_answer_names_the_customer(stage: Stage) -> None:
    stage.hand.fill("dispute", invoice="INV-03", amount="120,50", reason="Duplicate", owner="Ann", then=SAVE)
    stage.rest()
    assert [(d["invoice"], d["amount"], d["owner"]) for d in stage.rows(DISPUTES)] == [
        ("INV-03", 120_50, "Ann")
    ]
    assert stage.said().text.startswith(f"{FIRM}: INV-03 is disputed")


def test_an_invoice_of_somebody_else_is_not_disputed(stage: Stage) -> None:
    stage.hand.fill("dispute", invoice="INV-01", then=SAVE)
    stage.rest()
    assert not stage.rows(DISPUTES)
    assert stage.said().text == (
        f"{where('dispute', 'invoice')}: it is an invoice of {FIRMS[1]}, not of {FIRM}; correct one of them."
    )


def test_what_is_refused_stays_as_it_was_typed_and_is_not_asked_again(stage: Stage) -> None:
    stage.hand.fill("promise", amount=Decimal(999_999), date=date(2026, 11, 30), then=SAVE)
    report = stage.round()
    assert report.refused == [stage.said().text]
    assert report.needs_person
    assert stage.said().text.startswith("Take a promise: EUR 999,999.00 is more than ")
    assert not stage.said().done
    assert str(stage.hand.sees("Account", "K5")).startswith("Not done")
    assert stage.left("promise") == {"amount": Decimal(999_999), "date": date(2026, 11, 30)}
    assert len(stage.asked) == 1
    assert stage.round().idle
    assert len(stage.asked) == 1
    stage.hand.fill("promise", amount=Decimal(100), then=SAVE)
    stage.rest()
    assert [p["amount"] for p in stage.rows(PROMISES)] == [100_00]


@pytest.mark.parametrize(
    ("block", "name", "typed", "why"),
    [
        ("promise", "date", "32.13.2026", "there is no such day"),
        ("promise", "amount", "abc", "it is not a number"),
        ("promise", "amount", Decimal("10.005"), "EUR has 2 decimals"),
        ("promise", "instalments", "three", "it is not a whole number"),
        ("log", "channel", "Pigeon", "it is none of Call"),
        ("log", "next_on", "soon", "it is not a date"),
        ("log", "then", "save it", "it is none of Save"),
        ("message", "stage", "Angry", "it is none of Courtesy"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(
    stage: Stage, block: str, name: str, typed: CellValue, why: str
) -> None:
    stage.hand.fill(block, then=BY_NAME[block].column("then").choices[0])
    stage.hand.fill(block, **{name: typed})
    stage.rest()
    said = stage.said().text.split("Account ")[1:]
    assert any(f"Account {one}".startswith(f"{where(block, name)}: ") and why in one for one in said)
    assert not stage.asked
    assert stage.left(block) == ({} if name == "then" else {name: typed})


def test_a_place_is_said_as_people_find_it() -> None:
    assert where("promise", "date") == "Account L23, Pay by"
    assert cell_ref(*PLACES["promise", "date"]) == "L23"


def test_an_amount_is_read_in_the_currency_of_its_invoice(stage: Stage) -> None:
    stage.hand.pick_customer(FIRMS[1])
    stage.hand.fill("promise", invoices="INV-01", amount="$ 12.50", date=date(2026, 11, 30), then=SAVE)
    stage.rest()
    assert [(p["amount"], p["currency"]) for p in stage.rows(PROMISES)] == [(12_50, "USD")]


def test_blocks_are_carried_out_one_by_one_and_one_may_be_refused(stage: Stage) -> None:
    call(stage)
    stage.hand.fill("promise", amount="abc", then=SAVE)
    stage.hand.fill("dispute", invoice="INV-00", then=SAVE)
    stage.rest()
    assert len(stage.rows(ACTIVITY)) == len(stage.rows(DISPUTES)) == 1
    assert (stage.left("log"), stage.left("promise"), stage.left("dispute")) == ({}, {"amount": "abc"}, {})
    text = stage.said().text
    assert text.index("logged") < text.index("L22, Amount") < text.index("is disputed")
    assert not stage.said().done


def test_a_block_without_then_is_left_alone(stage: Stage) -> None:
    call(stage, then=None)
    report = stage.rest()
    assert not stage.asked
    assert not report.answers
    assert stage.left("log") == {"channel": "Call", "outcome": "Spoke", "notes": "asks for a copy"}


def test_a_form_nobody_acts_for_is_left_as_it_is(stage: Stage) -> None:
    call(stage)
    stage.round(act=None)
    assert stage.left("log")["then"] == SAVE
    assert stage.said() == Said()


def test_a_dry_run_carries_out_nothing(stage: Stage) -> None:
    stage.rest()
    call(stage)
    stage.round(dry_run=True)
    assert not stage.asked
    assert not stage.rows(ACTIVITY)
    assert stage.left("log")["then"] == SAVE


# -- whose account --------------------------------------------------------------------------------------------


def test_a_customer_typed_in_another_case_is_the_same(stage: Stage) -> None:
    stage.hand.pick_customer(f" {FIRM.upper()}")
    call(stage)
    stage.rest()
    assert [touch["customer"] for touch in stage.rows(ACTIVITY)] == [FIRM]
    assert FIRM in stage.said().text
    assert stage.hand.sees("Account", "B9") == "Terms and contacts"


def test_a_customer_that_is_not_there_is_said(stage: Stage) -> None:
    stage.hand.pick_customer("Nobody & Sons")
    call(stage)
    stage.rest()
    assert stage.said().text.startswith("Log a call, text or email: There is no customer Nobody & Sons;")
    assert (
        stage.hand.sees("Account", "B3")
        == "There is no customer named Nobody & Sons; pick one from the list."
    )
    assert "then" not in stage.left("log")
    assert stage.left("log")["notes"] == "asks for a copy"


def test_without_a_customer_nothing_is_done(stage: Stage) -> None:
    stage.hand.pick_customer("")
    call(stage)
    stage.rest()
    assert stage.said().text == (
        "Log a call, text or email: no customer is picked in B2 of Account; pick one first."
    )
    assert not stage.rows(ACTIVITY)


# -- messages -------------------------------------------------------------------------------------------------


def test_a_preview_fills_the_form_and_what_is_sent_is_what_stands_there(stage: Stage) -> None:
    stage.hand.fill("message", stage="Firm", then=PREVIEW)
    stage.rest()
    assert stage.left("message") == {
        "stage": "Firm",
        "to": "ann@b.example",
        "subject": "Firm: what is due",
        "body": f"Dear {FIRM},\n\nplease pay.",
    }
    assert not stage.posted()
    stage.hand.fill("message", body="Dear Ann,\n\nmy own words.", then=SEND)
    stage.rest()
    (sent,) = stage.posted()
    assert sent.message.content.decode() == "Firm: what is due\n\nDear Ann,\n\nmy own words."
    assert (sent.message.customer, sent.message.to, sent.message.stage) == (FIRM, "ann@b.example", "Firm")
    assert stage.left("message") == {}


def test_a_preview_never_takes_the_place_of_what_was_typed(stage: Stage) -> None:
    stage.hand.fill("message", body="my own words", then=PREVIEW)
    stage.rest()
    assert stage.left("message") == {"body": "my own words"}
    assert "clear both before a preview" in stage.said().text


# -- once, wherever it dies and whichever copy ----------------------------------------------------------------


def ended(stage: Stage) -> tuple[Any, ...]:
    """Return all that must be the same however often a round died."""
    blocks = [stage.left(block.name) for block in BLOCKS]
    touches = [tuple(sorted((k, str(v)) for k, v in row.items())) for row in stage.rows(ACTIVITY)]
    return touches, sorted(map(repr, stage.in_book(ACTIVITY))), stage.rows(PROMISES), blocks


def asking(stage: Stage) -> None:
    """Fill in a block that is carried out, one that is refused, and a preview."""
    call(stage)
    stage.hand.fill("message", channel="Email", then=PREVIEW)
    stage.hand.fill("promise", amount="abc", then=SAVE)


def every_step(stage: Stage) -> list[str]:
    """Run a round and return the steps at which it could have died, in their order."""
    steps: list[str] = []
    asking(stage)
    stage.round(steps.append)
    return steps


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_a_round_may_die_at_every_step_and_acts_once(
    kind: str, template: tuple[Path, MemoryLedger], tmp_path: Path
) -> None:
    good = staged(kind, template, tmp_path)
    steps = every_step(good)
    good.rest()
    assert {"settled", "answered", "read", "committed", "written", "acknowledged"} <= set(steps)
    assert steps.count("set form") == (2 if kind == "memory" else 0)
    assert steps.count("set entry") == (10 if kind == "memory" else 0)
    for nth in range(len(steps)):
        one = staged(kind, template, tmp_path)
        asking(one)
        with pytest.raises(Died):
            one.round(dying(nth))
        one.rest()
        assert ended(one) == ended(good), (nth, steps[nth])
        assert one.said().text, "the answer is not lost"


def dying(nth: int) -> Callable[[str], None]:
    """Die at the nth step, whichever it is."""
    seen = count()

    def hook(_step: str) -> None:
        if next(seen) == nth:
            raise Died

    return hook


def known_already(stage: Stage) -> bool:
    """Say whether the tile says that the call is on record, since when, and how to file another."""
    text = rf"Done already on \d+ \w+ at \d\d:\d\d: Call to {FIRM} logged\. If this was another one, enter it once more\."
    return re.fullmatch(text, stage.said().text) is not None


def test_an_old_copy_whose_form_was_carried_out_is_only_cleared(stage: Stage) -> None:
    call(stage)
    old = kept_copy(stage)
    stage.rest()
    with old():
        stage.rest()
    assert len(stage.rows(ACTIVITY)) == len(stage.in_book(ACTIVITY)) == 1
    assert stage.left("log") == {}
    assert known_already(stage)


def test_what_was_changed_in_an_old_copy_is_another_request(stage: Stage) -> None:
    call(stage)
    old = kept_copy(stage)
    stage.rest()
    with old():
        call(stage, notes="and again")
        stage.rest()
    assert sorted(touch["notes"] for touch in stage.rows(ACTIVITY)) == ["and again", "asks for a copy"]


def kept_copy(stage: Stage) -> Callable[[], Any]:
    """Keep a copy of the book as it is; what is returned puts it back."""
    if isinstance(stage.hand, FileHand):
        path, whole = stage.hand.path, stage.hand.path.read_bytes()
        return lambda: restoring(lambda: path.write_bytes(whole))
    assert isinstance(stage.hand, MemoryHand)
    memory = stage.hand.memory
    told = copy.deepcopy({k: v for k, v in vars(memory).items() if k != "hook"})
    return lambda: restoring(lambda: vars(memory).update(copy.deepcopy(told)))


class restoring:  # noqa: N801 (a verb)
    def __init__(self, put_back: Callable[[], object]) -> None:
        self._put_back = put_back

    def __enter__(self) -> None:
        self._put_back()

    def __exit__(self, *_: object) -> None:
        pass


def test_what_is_typed_while_it_is_carried_out_stays_and_asks_for_nothing(
    template: tuple[Path, MemoryLedger], tmp_path: Path
) -> None:
    stage = staged("memory", template, tmp_path)
    call(stage)
    typed = iter([lambda: stage.hand.fill("log", notes="typed meanwhile")])

    def hook(step: str) -> None:
        if step == "set entry":
            next(typed, lambda: None)()

    assert not stage.round(hook).in_step
    assert stage.left("log") == {"notes": "typed meanwhile"}
    stage.rest()
    assert [touch["notes"] for touch in stage.rows(ACTIVITY)] == ["asks for a copy"]
    assert stage.left("log") == {"notes": "typed meanwhile"}


def test_the_same_words_typed_anew_into_an_older_copy_are_filed_once_a_person_says_that_it_is_another(
    stage: Stage,
) -> None:
    old = kept_copy(stage)
    call(stage)
    stage.rest()
    with old():
        call(stage)
        stage.rest()
        assert known_already(stage)
        call(stage)
        stage.rest()
    assert stage.said().text == f"Call to {FIRM} logged."
    assert len(stage.rows(ACTIVITY)) == 2


def test_a_block_is_left_whole_where_somebody_thought_again(
    template: tuple[Path, MemoryLedger], tmp_path: Path
) -> None:
    stage = staged("memory", template, tmp_path)
    call(stage)

    def hook(step: str) -> None:
        if step == "set entry":
            stage.hand.fill("log", then=None)

    assert not stage.round(hook).in_step
    stage.rest()
    assert stage.left("log") == {"channel": "Call", "outcome": "Spoke", "notes": "asks for a copy"}
    stage.hand.fill("log", then=SAVE)  # and so it is asked for once more
    stage.rest()
    assert len(stage.rows(ACTIVITY)) == 1
    assert known_already(stage)


def test_what_a_dead_round_left_in_the_form_asks_for_nothing(
    template: tuple[Path, MemoryLedger], tmp_path: Path
) -> None:
    stage = staged("memory", template, tmp_path)
    promise: dict[str, CellValue] = {"invoices": "INV-00", "amount": Decimal(50), "date": date(2026, 11, 27)}
    stage.hand.fill("promise", **promise, then=SAVE)
    seen = count(1)

    def hook(step: str) -> None:
        if step == "set entry" and next(seen) == 3:
            raise Died

    with pytest.raises(Died):
        stage.round(hook)
    half = {name for name, _ in promise.items() if stage.hand.entry("promise", name) is not None}
    assert half == {"amount", "date"}
    stage.hand.fill("promise", then=SAVE)  # whoever sees half a form may well try again
    stage.rest()
    assert [p["amount"] for p in stage.rows(PROMISES)] == [50_00]
    assert {name: stage.hand.entry("promise", name) for name in (*promise, "then")} == dict.fromkeys(
        (*promise, "then")
    )


def test_a_file_saved_while_it_is_carried_out_is_answered_by_the_next_round(
    template: tuple[Path, MemoryLedger], tmp_path: Path
) -> None:
    stage = staged("file", template, tmp_path)
    call(stage)

    def hook(step: str) -> None:
        if step == "committed":
            stage.hand.own(ACTIVITY, 0, "mine") if stage.in_book(ACTIVITY) else stage.hand.scribble(
                "Account", "N3", "mine"
            )

    assert not stage.round(hook).in_step
    stage.rest()
    assert len(stage.rows(ACTIVITY)) == 1
    assert stage.left("log") == {}
    assert known_already(stage)


def test_a_book_from_before_the_form_is_synced_as_ever(stage: Stage) -> None:
    call(stage)
    stage.hand.age()
    stage.rest()
    assert not stage.asked
    assert stage.hand.entry("log", "then") == SAVE
    assert stage.hand.sees("Account", "K10") is None
    with stage.hand.book.open() as session:
        assert session.form().state.nonce == ""


# -- the number of a request ----------------------------------------------------------------------------------


def test_the_number_of_a_request_follows_from_all_that_is_asked() -> None:
    promise = BY_NAME["promise"]
    cells: dict[str, CellValue] = {"amount": Decimal(100), "date": date(2026, 11, 30), "then": SAVE}
    base = number("book", "n1", FIRM, promise, cells)
    assert len(base) == 64
    assert number("book", "n1", FIRM, promise, dict(reversed(cells.items()))) == base
    assert number("book", "n1", FIRM, promise, {**cells, "amount": 100.0, "then": "Other"}) == base
    others = [
        number("copy", "n1", FIRM, promise, cells),
        number("book", "n2", FIRM, promise, cells),
        number("book", "n1", FIRMS[1], promise, cells),
        number("book", "n1", FIRM, BY_NAME["dispute"], cells),
        number("book", "n1", FIRM, promise, {**cells, "amount": Decimal(101)}),
        number("book", "n1", FIRM, promise, {"amount": Decimal(100), "then": SAVE}),
    ]
    assert len({base, *others}) == len(others) + 1


# -- what waits and what is said of it ------------------------------------------------------------------------


def test_what_was_refused_is_said_until_its_block_is_empty(stage: Stage) -> None:
    stage.hand.fill("promise", amount="abc", date=date(2026, 11, 30), then=SAVE)
    stage.rest()
    waits = f"Waiting for {FIRM}: Take a promise (Save in L25, Then)."
    assert str(stage.hand.sees("Account", TILE)) == f"{stage.said().text} {waits}"
    call(stage)
    assert stage.round().waiting == waits
    stage.rest()
    assert str(stage.hand.sees("Account", TILE)).endswith(f" logged. {waits}")
    stage.hand.fill("promise", amount=None, date=None)
    stage.rest()
    assert str(stage.hand.sees("Account", TILE)).endswith(" logged.")


def test_what_stands_there_for_another_customer_is_said_to_wait_for_that_one(stage: Stage) -> None:
    call(stage, then=None)
    stage.hand.pick_customer(FIRMS[1])
    stage.rest()
    assert stage.hand.sees("Account", "K5") == "Not filed yet"
    waits = f"Waiting for {FIRMS[1]}: Log a call, text or email (Save in L18, Then)."
    assert stage.hand.sees("Account", TILE) == waits
    stage.hand.pick_customer("")
    stage.rest()
    assert "Waiting for a customer in B2: Log a call" in str(stage.hand.sees("Account", TILE))


def test_a_message_that_is_previewed_waits_to_be_sent(stage: Stage) -> None:
    stage.hand.fill("message", stage="Firm", then=PREVIEW)
    stage.rest()
    assert str(stage.hand.sees("Account", TILE)).endswith(
        f"Waiting for {FIRM}: Write a message (Send in L53, Then)."
    )


def test_all_that_is_wrong_in_a_block_is_said_at_once(stage: Stage) -> None:
    stage.hand.fill(
        "promise", invoices="INV-77", amount="abc", date="32.13.2026", instalments="two", then=SAVE
    )
    stage.rest()
    assert [said.partition(":")[0] for said in stage.said().text.split("Account ")[1:]] == [
        "L21, Invoices",
        "L22, Amount",
        "L23, Pay by",
        "L24, Instalments",
    ]
    assert f"{where('promise', 'invoices')}: there is no invoice INV-77" in stage.said().text
    stage.hand.fill("log", notes="spoke", then=SAVE)
    stage.hand.pick_customer("")
    stage.rest()
    assert "no customer is picked" in stage.said().text
    assert f"{where('log', 'channel')}: it is blank; pick how" in stage.said().text


@pytest.mark.parametrize(("block", "name"), [("promise", "date"), ("dispute", "invoice")])
def test_what_a_block_cannot_do_without_is_named_with_its_cell(stage: Stage, block: str, name: str) -> None:
    stage.hand.fill(block, amount=Decimal(1), then=SAVE)
    stage.rest()
    assert stage.said().text.startswith(f"{where(block, name)}: it is blank; ")


def test_the_headline_says_whether_all_was_done_and_for_whom(stage: Stage) -> None:
    call(stage)
    stage.rest()
    assert str(stage.hand.sees("Account", "K5")).startswith(f"Done  ·  {FIRM}  ·  ")
    stage.hand.pick_customer(FIRMS[1])
    stage.rest()
    assert str(stage.hand.sees("Account", "K5")).startswith(f"Done  ·  {FIRM}  ·  ")
    call(stage)
    stage.hand.fill("promise", amount="abc", then=SAVE)
    stage.rest()
    assert str(stage.hand.sees("Account", "K5")).startswith(f"Not all done  ·  {FIRMS[1]}  ·  ")
    assert f"Not done: {where('promise', 'amount')}" in stage.said().text


@pytest.mark.parametrize("typed", ["INV-00 INV-03", "inv-00  INV-03, INV-06", "INV-00\nINV-03"])
def test_known_numbers_with_blanks_between_them_are_a_list(stage: Stage, typed: str) -> None:
    call(stage, invoices=typed)
    stage.rest()
    known = [n for n in ("INV-00", "INV-03", "INV-06") if n in typed.upper()]
    assert [str(touch["invoices"]).replace(";", ",") for touch in stage.rows(ACTIVITY)] == [", ".join(known)]


def test_a_comma_is_asked_for_where_one_of_several_numbers_is_not_there(stage: Stage) -> None:
    call(stage, invoices="INV-00 INV-77")
    stage.rest()
    assert "there is no invoice INV-00 INV-77; put a comma between two numbers" in stage.said().text
    assert not stage.rows(ACTIVITY)


def test_a_dispute_about_several_invoices_is_to_be_raised_for_each(stage: Stage) -> None:
    stage.hand.fill("dispute", invoice="INV-00 INV-03", then=SAVE)
    stage.rest()
    assert "it names several invoices, and a dispute is about one" in stage.said().text


def test_what_an_older_arc_kept_of_the_form_is_still_read() -> None:
    kept = '["n1", ["Call logged.", "2026-11-20T08:42:00", false], [["log", "then", "seal"]]]'
    state = from_text(kept)
    assert (state.nonce, state.said.text, state.said.done, state.said.some) == (
        "n1",
        "Call logged.",
        False,
        False,
    )
    told = state._replace(said=state.said._replace(some=True, customer=FIRM))
    assert from_text(as_text(told)) == told


# -- whose the cells are --------------------------------------------------------------------------------------

OTHER = FIRMS[2]
DOUBT = (
    f"Log a call, text or email: these cells were begun for {FIRM}; pick {FIRM} again in B2,"
    f" or pick Save once more for {OTHER}."
)


def begun(stage: Stage) -> None:
    """Let a note be begun for one customer, and saved with another in B2."""
    stage.hand.fill("log", channel="Call", notes="asks for a copy")
    stage.rest()
    stage.hand.pick_customer(OTHER)
    stage.rest()
    stage.hand.fill("log", then=SAVE)


@pytest.mark.parametrize("who", [FIRM, OTHER])
def test_a_note_begun_for_one_customer_is_filed_for_another_only_by_a_person_who_was_asked(
    stage: Stage, who: str
) -> None:
    begun(stage)
    assert stage.rest().refused == [DOUBT]
    assert stage.rows(ACTIVITY) == []
    assert set(stage.left("log")) == {"channel", "notes"}
    stage.hand.pick_customer(who)
    stage.hand.fill("log", then=SAVE)
    stage.rest()
    assert [touch["customer"] for touch in stage.rows(ACTIVITY)] == [who]


def test_whoever_is_picked_and_filled_in_one_sitting_is_not_asked_about(stage: Stage) -> None:
    stage.rest()
    stage.hand.pick_customer(OTHER)
    call(stage)
    assert stage.rest().refused == []
    assert [touch["customer"] for touch in stage.rows(ACTIVITY)] == [OTHER]


def test_cells_that_were_blanked_belong_to_nobody(stage: Stage) -> None:
    begun(stage)
    stage.hand.fill("log", channel=None, outcome=None, notes=None, then=None)
    stage.rest()
    call(stage)
    assert stage.rest().refused == []
    assert [touch["customer"] for touch in stage.rows(ACTIVITY)] == [OTHER]


@pytest.mark.parametrize("nth", range(14))
def test_a_round_that_dies_while_it_asks_files_nothing(
    template: tuple[Path, MemoryLedger], tmp_path: Path, nth: int
) -> None:
    stage = staged("memory", template, tmp_path)
    begun(stage)
    with suppress(Died):
        stage.round(dying(nth))
    stage.rest()
    assert stage.rows(ACTIVITY) == []
    assert stage.hand.entry("log", "then") is None
