"""A small firm that reminds its customers: a ledger, the settings, a mailer that keeps what it is given, a clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from arc_sheets.cells import PLAIN, Row, Value
from arc_sheets.message import Message, MessageState, Posted
from arc_sheets.tab import Tab
from arc_sheets.tabs import ACTIVITY, CUSTOMERS, INVOICES, PAYMENTS, PROMISES, REMINDERS
from arc_sync.agent.actions.carry import carry_out_told
from arc_sync.agent.config import Config
from arc_sync.agent.firm import Firm
from arc_sync.agent.reminding.deciding import Decided, decide, give
from arc_sync.agent.reminding.desk import desk_of
from arc_sync.agent.reminding.outcomes import Report
from arc_sync.agent.reminding.planning import Planned, plan_reminders
from arc_sync.agent.reminding.rows import APPROVE, Reminder, reminders
from arc_sync.agent.reminding.sending import send_due
from arc_sync.ledger.memory import MemoryLedger
from arc_sync.ledger.port import Ledger
from arc_sync.mail import render
from arc_sync.mail.filling import fill
from arc_sync.mail.memory import MemoryMailer
from arc_sync.mail.port import Fate, Mailer, Outcome
from arc_sync.merge.history import Origin

#: A Wednesday, ten in the morning in Berlin.
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
DAY = date(2026, 11, 25)

SETTINGS = """
company = "Weststadt Tools"
base_currency = "EUR"
who = "Zoë"
time_zone = "Europe/Berlin"
[sender]
name = "Zoë Kern"
email = "receivables@weststadt.example"
phone = "+49 30 1234567"
[mail]
how = "smtp"
host = "smtp.weststadt.example"
"""


@pytest.fixture(autouse=True)
def quick_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fill templates in without a child process; a module that imports this has it for all its tests."""
    monkeypatch.setattr(render, "_run", fill)


def _quiet(_step: str) -> None:
    pass


@dataclass
class Office:
    """The firm at work. `now` is UTC and moves when a test says so."""

    firm: Firm
    now: datetime = NOW
    mailer: MemoryMailer = field(default_factory=MemoryMailer)

    # -- what is in the ledger ---------------------------------------------------------------------------

    def put(self, tab: Tab, i: str, /, **values: Value) -> None:
        """Change a row in the ledger, or add one."""
        self.change("Zoë", "action", tab, i, values)

    def change(self, who: str, source: str, tab: Tab, i: str, values: Mapping[str, Value]) -> None:
        """Change a row in somebody's name, from somewhere."""
        with self.firm.ledger.change(Origin(who, source, "A test", self.now)) as t:
            old: Row = t.row(tab, i) or (None,) * len(tab.stored)
            t.put(tab, i, tuple(values.get(c.name, v) for c, v in zip(tab.stored, old, strict=True)))

    def customer(self, name: str, **values: Value) -> None:
        """Add a customer, or change one."""
        usual: dict[str, Value] = {
            "currency": "EUR",
            "email": f"ap@{name.lower()}.example",
            "contact": "Anna Ray",
        }
        self.put(CUSTOMERS, f"c {name}", **{"name": name, **usual, **values})

    def invoice(self, number: str, customer: str, late: int, amount: int = 500_00, **values: Value) -> None:
        """Add an invoice that is so many days late on `DAY`."""
        due = DAY - timedelta(late)
        told: dict[str, Value] = {"number": number, "customer": customer, "currency": "EUR", "status": "open"}
        dates: dict[str, Value] = {"issued": due - timedelta(30), "due": due}
        self.put(INVOICES, f"i {number}", **{**told, **dates, "amount": amount, **values})

    def pay(self, number: str, amount: int, **values: Value) -> None:
        """Let money come in for an invoice today."""
        rows = self.rows(INVOICES)
        at = [c.name for c in INVOICES.stored].index("customer")
        told: dict[str, Value] = {"customer": rows[f"i {number}"][at], "currency": "EUR", "type": "payment"}
        usual: dict[str, Value] = {"date": self.today, "amount": amount, "applied_to": number}
        self.put(PAYMENTS, f"p {number} {amount} {self.now}", **{**told, **usual, **values})

    def promise(self, customer: str, invoice: str | None, amount: int, by: date) -> None:
        """Let a customer promise to pay."""
        told: dict[str, Value] = {
            "customer": customer,
            "invoice": invoice,
            "currency": "EUR",
            "amount": amount,
        }
        self.put(PROMISES, f"promise {customer} {invoice} {by}", **told, given=self.today, date=by)

    def bank(self) -> None:
        """Let the bank's data be in up to today."""
        self.customer("Bystander", do_not_contact="pays in the shop")
        told: dict[str, Value] = {"customer": "Bystander", "currency": "EUR", "type": "payment"}
        self.put(PAYMENTS, f"bank {self.today}", date=self.today, amount=1, **told)

    @property
    def today(self) -> date:
        """The day on the firm's wall clock."""
        return self.now.astimezone(self.firm.config.zone).date()

    def edit(self, customer: str, **values: Value) -> None:
        """Let a person change the row of a customer in the workbook."""
        i = next(i for i, row in self.all().items() if row.customer == customer)
        self.change("Zoë", "b" * 32, REMINDERS, i, values)

    def was_sent(self, customer: str, invoice: str, stage: str, days_ago: int) -> None:
        """Let a stage have gone before `DAY`."""
        on = DAY - timedelta(days_ago)
        told: dict[str, Value] = {
            "customer": customer,
            "stage": stage,
            "invoices": invoice,
            "currency": "EUR",
        }
        when: dict[str, Value] = {"planned": on, "sent": datetime.combine(on, time(10))}
        self.put(REMINDERS, f"old {customer} {stage}", **told, **when, channel="Email", status="sent")

    # -- what is done -----------------------------------------------------------------------------------

    def plan(self, hook: Callable[[str], None] = _quiet) -> Planned:
        """Plan the day."""
        return plan_reminders(self.firm, self.now, hook=hook)

    def approve(self, *customers: str, decision: str = APPROVE) -> Decided:
        """Decide about the reminders of these customers (none: all that are proposed) and carry it out."""
        chosen = {i: r for i, r in self.all().items() if r.customer in customers or not customers}
        if not customers:
            chosen = {i: r for i, r in chosen.items() if r.status == "proposed"}
        give(self.firm, self.now, chosen, decision)
        return self.decide()

    def decide(self, hook: Callable[[str], None] = _quiet) -> Decided:
        """Carry out the decisions that stand in the ledger."""
        return decide(self.firm, self.now, hook)

    def send(
        self, hook: Callable[[str], None] = _quiet, owner: str = "desk", mailer: Mailer | None = None
    ) -> Report:
        """Send what is due."""
        mine = mailer or self.mailer
        return send_due(self.firm, {"Email": mine, "Text": mine}, lambda: self.now, owner, hook=hook)

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    # -- what one sees ----------------------------------------------------------------------------------

    def rows(self, tab: Tab) -> dict[str, Row]:
        """Return the ledger's rows."""
        with self.firm.ledger.read() as view:
            return dict(view.rows(tab))

    def all(self) -> dict[str, Reminder]:
        """Return the rows of Reminders by id."""
        with self.firm.ledger.read() as view:
            return reminders(view)

    def of(self, customer: str) -> Reminder:
        """Return the one row of Reminders of a customer."""
        (found,) = [r for r in self.all().values() if r.customer == customer]
        return found

    def newest(self, customer: str) -> Reminder:
        """Return the row of a customer that was planned last."""
        found = [r for r in self.all().values() if r.customer == customer]
        return max(found, key=lambda r: (r.planned or date.min, r.status == "proposed"))

    def of_stage(self, customer: str, stage: str) -> Reminder:
        """Return the newest row of a customer and stage."""
        found = [r for r in self.all().values() if (r.customer, r.stage) == (customer, stage)]
        return max(found, key=lambda r: r.planned or date.min)

    def statuses(self) -> dict[str, str | None]:
        """Return the status of the one row of each customer."""
        return {r.customer: r.status for r in self.all().values()}

    def touches(self, customer: str = "") -> list[tuple[Value, Value, Value]]:
        """Return customer, outcome and by of Activity."""
        names = [c.name for c in ACTIVITY.stored]
        found = (dict(zip(names, r, strict=True)) for r in self.rows(ACTIVITY).values())
        return [(f["customer"], f["outcome"], f["by"]) for f in found if customer in ("", f["customer"])]

    def posted(self, *states: MessageState) -> list[Posted]:
        """Return the outbox."""
        with self.firm.ledger.read() as view:
            return list(view.posted(*states))

    def issues(self) -> list[str]:
        """Return what the Issues tab would say."""
        with self.firm.ledger.read() as view:
            return [issue.why for issue in view.issues().values()]

    @property
    def arrived(self) -> list[Message]:
        """What the mailer was given."""
        return self.mailer.sent


def office(folder: Path, ledger: Ledger | None = None, settings: str = SETTINGS) -> Office:
    """Open a firm with three customers who are late, and the bank's data in."""
    file = folder / "arc.toml"
    file.write_text(settings, "utf-8")
    one = Office(Firm(Config.load(file), ledger or MemoryLedger()))
    one.firm.ledger.add_book("b" * 32, str(one.firm.config.book))
    one.bank()
    for name, late in (("Alder", 4), ("Birch", 16), ("Cedar", 5)):
        one.customer(name)
        one.invoice(f"INV-{name[0]}", name, late)
    return one


def by_hand(here: Office, customer: str = "Alder", **more: object) -> str:
    """Send a message that Zoë wrote herself, and return the answer."""
    told = {"action": "send_message", "request": f"r{len(here.posted())}", "who": "Zoë", "when": here.now}
    words = {
        "customer": customer,
        "channel": "Email",
        "subject": "A copy",
        "body": "Here it is.",
        "source": "form",
    }
    desk = desk_of(here.firm.config, here.now)
    return carry_out_told(here.firm.ledger, {**told, **words, **more}, desk, PLAIN).sentence


def says(fate: Fate, said: str = "so it is", *, slow_down: bool = False) -> MemoryMailer:
    """Return a mailer of which every message meets this fate."""
    return MemoryMailer(lambda _: Outcome(fate, said, slow_down))
