"""Random weeks of a firm that reminds: days pass, people pay, promise, dispute and decide, senders die and race.

- No message arrives twice, and no customer hears twice within the interval unless a person said "Send again".
- Nobody is written to who at that moment has paid, promised, disputed or may not be contacted.
- Whatever may have arrived or not is unknown until a person says which.
- What was sent has one touch on Activity, and its row says so.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from arc_sheets.message import Message, MessageState
from arc_sheets.tab import Tab
from arc_sheets.tabs import ACTIVITY, CUSTOMERS, DISPUTES, INVOICES, PAYMENTS, PROMISES
from arc_sync.agent.reminding.sending import CLAIM
from arc_sync.agent.reminding.touches import touch_id
from arc_sync.mail.port import Fate, Outcome
from tests.reminding_firm import Office, office

S = MessageState
NAMES = ("Alder", "Birch", "Cedar")
DECISIONS = ("Approve", "Approve", "Skip", "Send again", "It went")
FATES = ("sent", "sent", "sent", "sent", "later", "refused", "lost", "lost answer")
STEPS = (
    *("seeded", "made", "put", "read", "decided", "lost", "followed", "claimed", "looked"),
    *("about to", "handed over", "settled", "done"),
)
AT = ("nowhere",) * 10 + STEPS
MEANWHILE = ("nothing",) * 8 + ("pay", "promise", "dispute", "bar", "other sender", "skip")


EVENTS = (
    *("work",) * 8,
    *("morning",) * 8,
    *("pay", "promise", "dispute", "bar", "buy", "buy", "decide", "settle", "settle", "send", "send", "plan"),
)


class Died(Exception):
    """The process is gone."""


@dataclass
class Wire:
    """A mailer that knows what really arrived, and looks with a pencil whether it should have."""

    world: Weeks
    fate: str = "sent"
    arrived: list[tuple[date, Message]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return "the wire"

    def send(self, message: Message, about_to: Callable[[], None]) -> Outcome:
        if self.fate in {"later", "refused"}:
            return Outcome(Fate.LATER if self.fate == "later" else Fate.REFUSED, self.fate)
        about_to()
        if self.fate == "lost":
            return Outcome(Fate.UNKNOWN, "the line broke")
        self.wrong += self.world.objections(message)
        self.arrived.append((self.world.here.today, message))
        return Outcome(Fate.SENT if self.fate == "sent" else Fate.UNKNOWN, self.fate)

    def close(self) -> None:
        pass


class Weeks:
    """One firm over some weeks, as `seed` has it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.here: Office = office(folder)
        self.wire = Wire(self)
        self.chance = random.Random(seed)
        self.many = 0
        self.by_word: set[str] = set()  #: customers to whom a person had something sent again
        self.deaths = 0

    def run(self, steps: int) -> None:
        """Let so many things happen, and look after each of them."""
        for _ in range(steps):
            self.something()
            assert self.wire.wrong == []
            self.nothing_arrives_twice()
            self.what_was_sent_is_on_the_record_once()
        self.end()

    def something(self) -> None:  # noqa: C901 (one line an event)
        """Let one thing happen; half of all are a day of work or its morning."""
        pick, customer = self.chance.choice, self.chance.choice(NAMES)
        match self.chance.choice(EVENTS):
            case "work":
                self.a_day_of_work(pick(AT), pick(FATES), pick(MEANWHILE), customer)
            case "morning":
                self.days_pass(
                    pick((1, 1, 2, 3, 6)), pick((9, 9, 9, 9, 14, 22)), stale=pick((False,) * 5 + (True,))
                )
            case "pay":
                self.pays(customer, pick((1, 2)))
            case "promise":
                self.promises(customer, pick((0, 1, 4)))
            case "dispute":
                self.disputes(customer, over=pick((True, False)))
            case "bar":
                self.may_not_be_contacted(customer, barred=pick((True, False, False)))
            case "buy":
                self.buys(customer)
            case "decide":
                self.decides(customer, pick(DECISIONS), pick(AT))
            case "settle":
                self.decides(customer, pick(("It went", "Send again")), "nowhere")
            case "send":
                self.sends(pick(FATES), pick(AT), pick(MEANWHILE), customer, pick("AB"))
            case "plan":
                self.plan(pick(AT))

    # -- what happens ------------------------------------------------------------------------------------

    def days_pass(self, days: int, hour: int, *, stale: bool) -> None:
        """Let days pass; mostly it is a working day's morning then, and the bank's data are in."""
        self.here.now = self.here.now.replace(hour=hour) + timedelta(days)
        while hour == 9 and self.here.today.weekday() > 4:
            self.here.later(days=1)
        if not stale:
            self.here.bank()

    def pays(self, customer: str, part: int) -> None:
        for number, balance in self.balances(customer).items():
            if balance > 0:
                self.here.pay(number, max(1, balance // part))
                return

    def promises(self, customer: str, days: int) -> None:
        self.here.promise(customer, f"INV-{customer[0]}", 500_00, self.here.today + timedelta(days))

    def disputes(self, customer: str, *, over: bool) -> None:
        resolved = self.here.today if over else None
        row: dict[str, Any] = {"invoice": f"INV-{customer[0]}", "currency": "EUR", "opened": self.here.today}
        self.here.put(DISPUTES, f"d {customer}", **row, resolved=resolved)

    def may_not_be_contacted(self, customer: str, *, barred: bool) -> None:
        self.here.put(CUSTOMERS, f"c {customer}", do_not_contact="they asked" if barred else None)

    def buys(self, customer: str) -> None:
        self.many += 1
        late = 6 - (self.here.today - date(2026, 11, 25)).days
        self.here.invoice(f"INV-{customer[0]}{self.many}", customer, late)

    # -- what is done ------------------------------------------------------------------------------------

    def plan(self, at: str) -> None:
        with suppress(Died):
            self.here.plan(self.dies(at, "nothing", ""))

    def decides(self, customer: str, decision: str, at: str) -> None:
        for row in [r for r in self.here.all().values() if r.customer == customer and not r.decision][:1]:
            if decision == "Send again":
                self.by_word.add(customer)
            self.here.edit(row.customer, decision=decision)
        with suppress(Died):
            self.here.decide(self.dies(at, "nothing", ""))

    def a_day_of_work(self, at: str, fate: str, meanwhile: str, customer: str) -> None:
        """Plan, approve all and send, as on most days."""
        self.plan("nowhere")
        self.here.approve()
        self.sends(fate, at, meanwhile, customer, "A")

    def sends(self, fate: str, at: str, meanwhile: str, customer: str, owner: str) -> None:
        self.wire.fate = fate
        with suppress(Died):
            self.here.send(self.dies(at, meanwhile, customer), owner, self.wire)

    def dies(self, at: str, meanwhile: str, customer: str) -> Callable[[str], None]:
        """Return a hook that lets something happen before the last byte, and dies at one step."""
        busy: list[int] = []

        def hook(step: str) -> None:
            if step in {"looked", "about to"} and not busy:
                busy.append(1)
                self.meanwhile(meanwhile, customer)
            if step == at:
                self.deaths += 1
                raise Died

        return hook

    def meanwhile(self, what: str, customer: str) -> None:
        match what:
            case "pay":
                self.pays(customer, 1)
            case "promise":
                self.promises(customer, 3)
            case "dispute":
                self.disputes(customer, over=False)
            case "bar":
                self.may_not_be_contacted(customer, barred=True)
            case "skip":
                self.here.approve(customer, decision="Skip")
            case "other sender":
                self.here.send(owner="C", mailer=self.wire)

    # -- with a pencil -----------------------------------------------------------------------------------

    def balances(self, customer: str) -> dict[str, int]:
        """Return what is open on each invoice of a customer."""
        owed = {
            str(v["number"]): int(v["amount"]) for v in self.values(INVOICES) if v["customer"] == customer
        }
        for paid in self.values(PAYMENTS):
            if paid["applied_to"] in owed:
                owed[paid["applied_to"]] -= paid["amount"]
        return owed

    def values(self, tab: Tab) -> list[dict[str, Any]]:
        """Return the rows of a tab by their columns' names."""
        names = [c.name for c in tab.stored]
        return [dict(zip(names, row, strict=True)) for row in self.here.rows(tab).values()]

    def objections(self, message: Message) -> list[str]:
        """Return why a message should not have left at this very moment."""
        owed, today, found = self.balances(message.customer), self.here.today, []
        who = f"{message.customer}, {message.stage}, {today}"
        if sum(owed[n] for n in message.invoices) < message.amount or any(
            owed[n] <= 0 for n in message.invoices
        ):
            found.append(f"{who}: it had been paid")
        for promise in self.values(PROMISES):
            paid = owed.get(str(promise["invoice"]), 0) <= 0
            if promise["invoice"] in message.invoices and promise["date"] >= today and not paid:
                kept = self.paid_since(str(promise["invoice"])) >= 500_00
                found += [] if kept else [f"{who}: {promise['invoice']} was promised"]
        for dispute in self.values(DISPUTES):
            if dispute["invoice"] in message.invoices and dispute["resolved"] is None:
                found.append(f"{who}: {dispute['invoice']} was disputed")
        if any(v["do_not_contact"] for v in self.values(CUSTOMERS) if v["name"] == message.customer):
            found.append(f"{who}: may not be contacted")
        local = self.here.now.astimezone(self.here.firm.config.zone)
        if local.weekday() > 4 or not 8 <= local.hour < 18:
            found.append(f"{who}: at {local:%a %H:%M}")
        return found

    def paid_since(self, number: str) -> int:
        return sum(int(p["amount"]) for p in self.values(PAYMENTS) if p["applied_to"] == number)

    # -- what must hold ------------------------------------------------------------------------------------

    def nothing_arrives_twice(self) -> None:
        counts = Counter(message.key for _, message in self.wire.arrived)
        assert max(counts.values(), default=1) == 1
        days: dict[str, list[date]] = {}
        for day, message in self.wire.arrived:
            days.setdefault(message.customer, []).append(day)
        for customer, when in days.items():
            gaps = [(b - a).days for a, b in pairwise(when)]
            assert customer in self.by_word or min(gaps, default=99) >= 6, (customer, when)

    def what_was_sent_is_on_the_record_once(self) -> None:
        rows, touches = self.here.all(), self.here.rows(ACTIVITY)
        for posted in self.here.posted(S.SENT):
            assert touch_id(posted.message.id) in touches
            assert rows[posted.message.reminder].status == "sent"
        assert len(touches) == len(self.here.posted(S.SENT))

    def end(self) -> None:
        """Let all senders' claims lapse, look at what is ambiguous, and at the whole ledger."""
        self.here.later(seconds=CLAIM.total_seconds() + 1)
        self.wire.fate = "later"
        self.here.send(owner="last", mailer=self.wire)
        rows = self.here.all()
        arrived = {message.id for _, message in self.wire.arrived}
        settled = self.by_word | {r.customer for r in rows.values() if r.decision == "It went"}
        for posted in self.here.posted():
            assert posted.state not in {S.SENDING, S.CLAIMED}
            if posted.message.id in arrived and posted.message.customer not in settled:
                assert posted.state in {S.SENT, S.UNKNOWN}
            if posted.state is S.UNKNOWN:
                assert rows[posted.message.reminder].status == "unknown"
        self.here.plan()
        assert self.here.plan().idle
        assert self.here.firm.ledger.verify() == []
