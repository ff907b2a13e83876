"""Random ledgers for the tests of figures, and what an accountant with a pencil would make of them.

The reference here is slow and plain on purpose: it shares no code with the core and knows the references of
payments as structure, not as text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import strategies as st

from arc_sheets import tabs
from arc_sheets.rates import Rates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arc_sheets.cells import Row, Rows, Value
    from arc_sheets.tab import Tab

DAY = date(2026, 3, 31)
EXPONENT = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3}
CUSTOMERS = ("Ångström & Söhne", "O'Neil", "ZZ Top; Ltd")
RATES = Rates(
    "EUR", {"USD": Decimal("0.9235"), "JPY": Decimal("0.00612"), "KWD": Decimal("3.0105")}, date(2026, 3, 30)
)


def row(tab: Tab, **values: Value) -> Row:
    """Return a row of the tab with these values; the rest is blank."""
    assert values.keys() <= {c.name for c in tab.stored}
    return tuple(values.get(column.name) for column in tab.stored)


class Ref(NamedTuple):
    number: str
    amount: int | None = None  # minor units


class Invoice(NamedTuple):
    number: str
    customer: str
    currency: str
    issued: date
    due: date
    amount: int
    status: str = "open"
    hold_reminders: str | None = None


class Payment(NamedTuple):
    date: date
    customer: str
    currency: str
    amount: int
    type: str = "payment"
    refs: tuple[Ref, ...] = ()
    separator: str = "; "

    @property
    def applied_to(self) -> str | None:
        texts = []
        for ref in self.refs:
            text = ref.number
            if ref.amount is not None:
                major = Decimal(ref.amount).scaleb(-EXPONENT[self.currency])
                text += f": {major:,f}"
            texts.append(text)
        return self.separator.join(texts) or None


@dataclass
class Ledger:
    """Invoices and payments by row id, with as many other rows as a test wants."""

    invoices: dict[str, Invoice] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    others: dict[str, dict[str, Row]] = field(default_factory=dict)

    def rows(self) -> dict[str, Rows]:
        """Return the rows as the ledger keeps them."""
        paid = {
            key: row(tabs.PAYMENTS, applied_to=p.applied_to, **_without(p, "refs", "separator"))
            for key, p in self.payments.items()
        }
        owed = {key: row(tabs.INVOICES, **i._asdict()) for key, i in self.invoices.items()}
        return {"invoices": owed, "payments": paid, **self.others}

    # --- the pencil ------------------------------------------------------------------------------------

    def settlements(self) -> Iterator[tuple[str, str, date, int]]:
        """Yield (invoice id, payment id, effective date, amount), payment by payment."""
        real = {k: i for k, i in self.invoices.items() if i.status != "void"}
        room = {k: max(0, i.amount) for k, i in real.items()}
        for key, payment in sorted(self.payments.items(), key=lambda kp: (kp[1].date, kp[0])):
            left = 0 if payment.type in {"refund", "void"} else max(0, payment.amount)
            for ref in payment.refs:
                hits = [
                    k
                    for k, i in sorted(real.items(), key=lambda ki: (ki[1].issued, ki[0]))
                    if (i.number, i.customer, i.currency) == (ref.number, payment.customer, payment.currency)
                ]
                wish = left if ref.amount is None else min(left, ref.amount)
                if hits:
                    take = min(wish, room[hits[0]])
                    room[hits[0]] -= take
                    left -= take
                    if take:
                        yield hits[0], key, max(payment.date, real[hits[0]].issued), take
                elif ref.amount is not None:
                    left -= wish  # meant for an invoice that is not there: it stays unapplied

    def balances(self, day: date) -> dict[str, int]:
        """Return the open balance of each invoice, void ones apart."""
        found = {
            k: i.amount if i.issued <= day else 0 for k, i in self.invoices.items() if i.status != "void"
        }
        for key, _, effective, amount in self.settlements():
            if effective <= day:
                found[key] -= amount
        return found

    def control(self, day: date) -> dict[tuple[str, str], int]:
        """Return invoices - payments - credit notes - write-offs + refunds per customer and currency."""
        total: dict[tuple[str, str], int] = {}
        for invoice in self.invoices.values():
            if invoice.status != "void" and invoice.issued <= day:
                key = invoice.customer, invoice.currency
                total[key] = total.get(key, 0) + invoice.amount
        for payment in self.payments.values():
            if payment.date <= day and payment.type != "void":
                key = payment.customer, payment.currency
                sign = 1 if payment.type == "refund" else -1
                total[key] = total.get(key, 0) + sign * payment.amount
        return total


def _without(item: NamedTuple, *names: str) -> dict[str, Value]:
    return {k: v for k, v in item._asdict().items() if k not in names}


_days = st.integers(-150, 40).map(lambda n: DAY + timedelta(n))
# most of the business is with one customer in one currency, so that payments meet on the same invoices
_currencies = st.sampled_from(["EUR"] * 5 + sorted(EXPONENT))
_customers = st.sampled_from(CUSTOMERS[:1] * 5 + CUSTOMERS)


@st.composite
def _invoices(draw: st.DrawFn) -> dict[str, Invoice]:
    found = {}
    for n in range(draw(st.integers(0, 9))):
        issued = draw(_days)
        found[f"i{draw(st.integers(0, 99)):02}-{n}"] = Invoice(
            number=draw(st.sampled_from([f"INV-{n}", "INV-0", "A:7", "10,1"])),
            customer=draw(_customers),
            currency=draw(_currencies),
            issued=issued,
            due=issued + timedelta(draw(st.integers(-5, 95))),
            amount=draw(st.one_of(st.integers(1, 2_000), st.integers(-300, 0), st.integers(1, 10**14))),
            status=draw(st.sampled_from(["open", "open", "open", "disputed", "void"])),
        )
    return found


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """Draw a ledger of some customers and currencies in which much goes wrong."""
    invoices = draw(_invoices())
    numbers = st.sampled_from([*(i.number for i in invoices.values()), "INV-404"])
    refs = st.builds(Ref, numbers, st.none() | st.integers(1, 3_000))
    owners = [(i.customer, i.currency) for i in invoices.values()]
    payments = {}
    for n in range(draw(st.integers(0, 12))):
        theirs = st.tuples(_customers, _currencies)
        customer, currency = draw(st.one_of(st.sampled_from(owners), theirs) if owners else theirs)
        chosen = draw(st.lists(refs, max_size=4))
        if len(chosen) > 1:  # with a comma in it, a number can only stand alone
            chosen = [ref for ref in chosen if "," not in ref.number]
        if any("," in ref.number for ref in chosen):
            chosen = [Ref(ref.number) for ref in chosen]
        payments[f"p{draw(st.integers(0, 99)):02}-{n}"] = Payment(
            date=draw(_days),
            customer=customer,
            currency=currency,
            amount=draw(st.one_of(st.integers(1, 3_000), st.integers(-200, 0), st.integers(1, 10**14))),
            type=draw(st.sampled_from([*tabs.PAYMENT_TYPES, "payment", "payment"])),
            refs=tuple(chosen),
            separator=draw(st.sampled_from(["; ", ", ", "\n", ";"])),
        )
    return Ledger(invoices, payments)
