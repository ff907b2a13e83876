"""A realistic book to look at: 40 customers, 600 invoices over 18 months, five currencies. Figures are the core's."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from arc_sheets import money, tabs
from arc_sheets.aging import AgingReport, aging
from arc_sheets.cells import Row, Value
from arc_sheets.computed import computed
from arc_sheets.frames import records
from arc_sheets.kpis import KpiReport, kpis
from arc_sheets.rates import Rates
from arc_sheets.receivables import receivables
from arc_sheets.tab import Tab
from arc_sheets.worklist import WorkItem, worklist
from arc_sync.books.contents import (
    AccountView,
    BookRow,
    Contents,
    DueToday,
    IssueLine,
    Meta,
    OpenInvoice,
    Pledge,
    Touch,
)

AS_OF = date(2026, 11, 20)
START = date(2025, 5, 20)
SYNCED = datetime.combine(AS_OF, time(8, 42))
META = Meta(
    "0f3c1d52-7f0b-4a45-9b39-3d9a4c1b7e11", "b7e1a8a4-55c1-4c7e-8a2c-6f3f0c9d2e90", 4711, "9f2c" * 16, 3
)
RATES = Rates(
    "EUR",
    {"USD": Decimal("0.92"), "GBP": Decimal("1.17"), "JPY": Decimal("0.0061"), "KWD": Decimal("2.98")},
    date(2026, 11, 19),
)
_FIRMS = (
    "Adler Werkzeugbau|Alpenblick Hotels|Bergmann & Söhne|Birchwood Joinery|O'Brien's Bakery|Brightwater Utilities|"
    "Calder Valley Dairy|Castello Ceramica|Cedar Point Clinics|Dornier Verpackung|Eastgate Print|Elbe Spedition|"
    "Fairline Yachts|Falkner Medizintechnik|Granite State Supply|L'Étoile du Nord|Halden Papier|Harbour Lights Hotel|"
    "Hudson Cold Storage|Ibex Outdoor|Jönköping Möbler|Kestrel Aviation Parts|Kraft & Lange|Lindenhof Gärten|"
    "Łódź Tekstylia|Maple Ridge Schools|Meridian Optics|Nordwind Energie|Niño y Compañía|Pacific Crest Tools|"
    "Pfeiffer Orgelbau|Quarry Lane Builders|Redstone Brewing|Rhein Logistik|Saltmarsh Foods|Yamato Instruments|"
    "Thames Glassworks|Al-Dana Trading|Union Square Cafés|The Very Long Company Name of Weststadt and Partners"
).split("|")
_PEOPLE = "Dana Fischer|Omar Haddad|Ruth Keller|Paul Nováček|Grace Mensah|Siobhán O'Neill|Lea Brandt|Kenji Mori".split(
    "|"
)
_PHONES = {
    "EUR": "+49 30 23125 1",
    "USD": "+1 202 555 01",
    "GBP": "+44 20 7946 0",
    "JPY": "+81 3 5550 01",
    "KWD": "+965 2220 1",
}
_TALK = (
    ("Call", "Spoke: will check with approver", "Cash flow"),
    ("Email", "No reply yet", None),
    ("Call", "Left voicemail", None),
    ("Call", "Promised to pay", "Approval pending"),
    ("Email", "Asked for a copy of the invoice", "Invoice not received"),
    ("Meeting", "Agreed a plan", "Cash flow"),
)


@dataclass
class _Invoice:
    number: str
    customer: Row
    issued: date
    due: date
    amount: int
    status: str = "open"
    expected: date | None = None
    paid: list[tuple[date, int]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.customer[0])

    @property
    def currency(self) -> str:
        return str(_of(tabs.CUSTOMERS, self.customer, "currency"))

    @property
    def balance(self) -> int:
        return self.amount - sum(amount for _, amount in self.paid)

    @property
    def late(self) -> bool:
        return self.balance > 0 and self.overdue > 0

    @property
    def overdue(self) -> int:
        return max(0, (AS_OF - self.due).days)


def _of(tab: Tab, row: Row, name: str) -> Value:
    return row[[column.name for column in tab.stored].index(name)]


def _customer(rng: random.Random, number: int, name: str) -> Row:
    codes = {"Yamato Instruments": "JPY", "Al-Dana Trading": "KWD"}
    currency = codes.get(name) or ("EUR", "EUR", "USD", "GBP", "USD")[number % 5]
    contact = _PEOPLE[number % len(_PEOPLE)]
    host = "".join(c for c in name.split(maxsplit=1)[0].lower() if c.isascii() and c.isalpha())
    told: dict[str, Value] = {
        "name": name,
        "contact": contact,
        "email": f"{contact.split()[0].lower().replace('á', 'a')}@{host}.example",
        "phone": f"{_PHONES[currency]}{number:02d}",
        "prefers": rng.choice(["Email", "Phone", "Text"]),
        "language": "English",
        "time_zone": "Europe/Berlin",
        "terms": rng.choice([14, 30, 30, 45, 60]),
        "currency": currency,
        "credit_limit": rng.choice([25, 40, 80])
        * 10 ** (3 + money.exponent(currency))
        * (150 if currency == "JPY" else 1),
        "do_not_contact": "In liquidation; write to the administrator" if number == 23 else None,
        "collector": rng.choice(["A. Moreau", "J. Schmidt", "P. Osei"]),
    }
    return row(tabs.CUSTOMERS, **told)


def _invoices(rng: random.Random, customers: Sequence[Row], many: int) -> list[_Invoice]:
    days = sorted(rng.randrange((AS_OF - START).days + 1) for _ in range(many))
    made = []
    for number, offset in enumerate(days, 1):
        customer, issued = rng.choice(customers), START + timedelta(offset)
        currency = str(_of(tabs.CUSTOMERS, customer, "currency"))
        scale = 10 ** money.exponent(currency) * (150 if currency == "JPY" else 1)
        amount = int(rng.lognormvariate(8.1, 0.75)) * scale + (
            rng.choice([0, 50, 25, 90]) if scale == 100 else 0
        )
        terms = _of(tabs.CUSTOMERS, customer, "terms")
        due = issued + timedelta(terms if isinstance(terms, int) else 30)
        invoice = _Invoice(f"INV-{issued:%y}-{number:04d}", customer, issued, due, amount)
        paid_on = max(issued, due + timedelta(round(rng.gauss(8, 14))))
        if paid_on <= AS_OF and rng.random() > 0.07:
            part = rng.random() < 0.08
            invoice.paid.append((paid_on, amount * 6 // 10 if part else amount))
        made.append(invoice)
    late = [invoice for invoice in made if invoice.balance and invoice.overdue > 20]
    for place, invoice in enumerate(late):
        invoice.status = {3: "disputed", 7: "on plan", 11: "disputed", 19: "agency"}.get(place, "open")
    return made


def _payments(invoices: Sequence[_Invoice], rng: random.Random) -> list[Row]:
    paid: list[Row] = [
        (day, one.name, amount, one.currency, "payment", "Bank transfer", f"RF {8000 + n}", one.number)
        for n, (day, one, amount) in enumerate((d, i, a) for i in invoices for d, a in i.paid)
    ]
    for one in rng.sample(invoices, min(6, len(invoices))):
        told: dict[str, Value] = {
            "date": AS_OF - timedelta(9),
            "customer": one.name,
            "currency": one.currency,
        }
        paid.append(
            row(
                tabs.PAYMENTS,
                amount=one.amount // 3,
                type="credit note",
                reference=f"CN-{one.number}",
                **told,
            )
        )
    return paid


def _keyed(prefix: str, rows: Sequence[Row]) -> dict[str, Row]:
    return {f"{prefix}-{number:06d}": row for number, row in enumerate(rows)}


class Figures(NamedTuple):
    """What the core computes from the rows of all tabs."""

    aging: AgingReport
    kpis: KpiReport
    worklist: tuple[WorkItem, ...]
    computed: Mapping[str, Mapping[str, tuple[Value, ...]]]


def figures(rows: Mapping[str, Mapping[str, Row]], rates: Rates = RATES) -> Figures:
    source = records(rows)
    owed = receivables(source)
    ages, report = aging(owed, AS_OF, rates=rates), kpis(source, owed, AS_OF, rates=rates)
    return Figures(ages, report, worklist(source, owed, AS_OF, rates), computed(source, owed, AS_OF))


def _book(tab: Tab, rows: Mapping[str, Row], faces: Mapping[str, tuple[Value, ...]]) -> list[BookRow]:
    blank = (None,) * len(tab.computed)
    return [BookRow(id_, row, faces.get(id_, blank), f"seal-{id_}") for id_, row in rows.items()]


def _view(name: str, owed: Sequence[_Invoice], touches: Sequence[Row]) -> AccountView:
    customer, late = owed[0].customer, [i for i in owed if i.overdue]
    facts = {
        c.name: v for c, v in zip(tabs.CUSTOMERS.stored, customer, strict=True) if c.name != "payment_link"
    }
    for name_ in ("notes", "quiet_hours"):
        facts.pop(name_)
    facts.pop("name")
    return AccountView(
        name=name,
        open=sum(i.balance for i in owed),
        overdue=sum(i.balance for i in late),
        unapplied=0,
        late=len(late),
        oldest=max(i.overdue for i in owed),
        risk=82,
        invoices=[
            OpenInvoice(
                i.number, i.issued, i.due, i.overdue, i.currency, i.amount, i.balance, i.status, i.expected
            )
            for i in sorted(owed, key=lambda i: i.due)
        ],
        pledges=[
            Pledge("Promise", owed[0].number, "by 24 Nov 2026", owed[0].currency, owed[0].balance, "open"),
            Pledge("Promise", "INV-25-0044", "by 06 Apr 2026", owed[0].currency, 328_000, "broken"),
            Pledge("Dispute", "INV-25-0091", "Short delivery", owed[0].currency, None, "resolved"),
        ],
        timeline=[
            Touch(AS_OF, "Promise", "Promised USD 593.60 by 24 Nov 2026, INV-25-0063", ""),
            *(Touch(t[0], str(t[2]), str(t[6]), str(t[11])) for t in touches if isinstance(t[0], datetime)),
            Touch(date(2026, 4, 6), "Promise", "Promise of USD 3,280.00 broken, INV-25-0044", ""),
            Touch(
                date(2026, 3, 2), "Payment", "Paid USD 12,400.00, INV-25-0012 and INV-25-0018, RF 8017", ""
            ),
        ],
        quiet_hours="18:00-08:00",
        **facts,  # type: ignore[arg-type]  # a row's values by name
    )


def _issues() -> list[IssueLine]:
    seen = SYNCED - timedelta(minutes=4)
    changed = (
        "Changed in the book and in the ledger since the last sync. Keep mine writes 30 Nov to the ledger;"
        " Take theirs writes 07 Dec here."
    )
    unread = "ARC cannot read this as an amount. Correct the cell, or pick I fixed it."
    due, po = "Invoices, INV-26-0577, Due", "Invoices, INV-26-0561, PO"
    return [
        IssueLine("i1", "", seen, due, "30 Nov 2026", "07 Dec 2026", changed, "open", "s1"),
        IssueLine("i2", "", seen, "Payments, row 12, Amount", "=1.250,00 ca.", "", unread, "open", "s2"),
        IssueLine("i3", "Take theirs", seen, po, "PO 4410", "PO 44107", changed, "settled", "s3"),
    ]


def _templates() -> list[Row]:
    body = "Dear {{ contact }},\n\nour records show {{ total }} past due:\n{{ invoice_table }}\n\nYou can pay here: {{ payment_link }}.\n\nKind regards\n{{ collector }}"
    return [(stage, "Email", "English", f"{stage}: {{{{ total }}}} due", body) for stage in tabs.STAGES[:5]]


def sample(many: int = 600, seed: int = 11) -> Contents:
    """Return the contents of a lived-in book."""
    rng = random.Random(seed)
    customers = [_customer(rng, n, name) for n, name in enumerate(_FIRMS)]
    invoices = _invoices(rng, customers, many)
    owed, late = _by_customer(i for i in invoices if i.balance), _by_customer(i for i in invoices if i.late)
    worst = sorted(late.values(), key=lambda mine: -max(i.overdue for i in mine))
    touches = _touches(rng, late)
    rows = {
        "customers": _keyed("cus", customers),
        "invoices": _keyed("inv", [_invoice_row(i, n) for n, i in enumerate(invoices)]),
        "payments": _keyed("pay", _payments(invoices, rng)),
        "activity": _keyed("act", touches),
        "promises": _keyed("pro", [_promise(mine[0]) for mine in worst[:3]]),
        "disputes": _keyed("dis", [_dispute(i) for i in invoices if i.status == "disputed"]),
        "reminders": _keyed("rem", [_reminder(mine, n) for n, mine in enumerate(worst)]),
        "templates": _keyed("tem", _templates()),
    }
    told, picked = figures(rows), max(owed, key=lambda name: len(owed[name]))
    return Contents(
        company="Sample Trading GmbH",
        as_of=AS_OF,
        synced=SYNCED,
        bank_until=date(2026, 11, 19),
        meta=META,
        rows={
            tab.name: _book(tab, rows[tab.name], told.computed.get(tab.name, {})) for tab in tabs.RECORD_TABS
        },
        issues=_issues(),
        open_issues=2,
        aging=told.aging,
        kpis=told.kpis,
        worklist=told.worklist,
        promises=DueToday(3, 1_150_900),
        reminders=sum("proposed" in row for row in rows["reminders"].values()),
        picked=picked,
        account=_view(picked, owed[picked], [t for t in touches if t[1] == picked]),
    )


def empty() -> Contents:
    """Return the contents of a book on its first day."""
    told = figures({}, Rates("EUR"))
    return Contents("", AS_OF, None, None, META, {}, (), 0, told.aging, told.kpis, (), DueToday(0, 0), 0)


def row(tab: Tab, **told: Value) -> Row:
    """Return a row of the tab from values by name; what is not told is blank."""
    assert told.keys() <= {column.name for column in tab.stored}
    return tuple(told.get(column.name) for column in tab.stored)


def _by_customer(invoices: Iterable[_Invoice]) -> dict[str, list[_Invoice]]:
    found: dict[str, list[_Invoice]] = defaultdict(list)
    for invoice in invoices:
        found[invoice.name].append(invoice)
    return dict(found)


def _touches(rng: random.Random, late: Mapping[str, Sequence[_Invoice]]) -> list[Row]:
    made = []
    for name, mine in late.items():
        for _ in range(rng.randrange(1, 6)):
            how, outcome, reason = rng.choice(_TALK)
            when = datetime.combine(AS_OF - timedelta(rng.randrange(1, 60)), time(9, rng.randrange(60)))
            told: dict[str, Value] = {
                "when": when,
                "customer": name,
                "channel": how,
                "direction": "Out",
                "outcome": outcome,
            }
            more: dict[str, Value] = {
                "reason": reason,
                "invoices": mine[0].number,
                "next_step": "Call",
                "by": "P. Osei",
            }
            made.append(row(tabs.ACTIVITY, **told, **more))
    return sorted(made, key=lambda touch: str(touch[0]), reverse=True)


def _invoice_row(one: _Invoice, number: int) -> Row:
    told: dict[str, Value] = {
        "number": one.number,
        "customer": one.name,
        "issued": one.issued,
        "due": one.due,
    }
    more: dict[str, Value] = {
        "amount": one.amount,
        "po": f"PO {41000 + number}",
        "status": one.status,
        "expected": one.expected,
    }
    return row(tabs.INVOICES, currency=one.currency, **told, **more)


def _promise(one: _Invoice) -> Row:
    told: dict[str, Value] = {
        "customer": one.name,
        "invoice": one.number,
        "amount": one.balance,
        "currency": one.currency,
    }
    return row(tabs.PROMISES, **told, date=AS_OF)


def _dispute(one: _Invoice) -> Row:
    told: dict[str, Value] = {
        "invoice": one.number,
        "amount": one.balance,
        "currency": one.currency,
        "opened": AS_OF,
    }
    return row(tabs.DISPUTES, **told, reason="Price differs from PO", owner="J. Schmidt")


#: What becomes of reminders: decision, status, stage, channel, and whether they are written.
_BECOME: tuple[tuple[str | None, str, str, str], ...] = (
    (None, "proposed", "Firm", "Email"),
    ("Approve", "sent", "Friendly", "Email"),
    (None, "unknown", "Firm", "Email"),
    (None, "held", "Statement", "Email"),
    (None, "to do", "Call", "Call"),
    (None, "proposed", "Final notice", "Email"),
    ("Skip", "skipped", "Firm", "Email"),
    (None, "failed", "Friendly", "Text"),
    ("Approve", "queued", "Firm", "Email"),
    (None, "withdrawn", "Firm", "Email"),
    ("It went", "done", "Call", "Call"),
    (None, "not planned", "Firm", "Email"),
)
_BODY = (
    "Dear {contact},\n\nthe following invoices are past due:\n\n{numbers}\n\nTogether they come to {total}. Please pay by"
    " the end of next week, or tell us when we may expect the money. If something is wrong with an invoice, answer"
    " this message and we will look into it.\n\nKind regards\nSample Trading GmbH"
)


def _reminder(mine: Sequence[_Invoice], number: int) -> Row:
    decision, status, stage, how = _BECOME[number % len(_BECOME)]
    why = (
        f"{stage}: oldest invoice is {mine[0].overdue} days overdue; last reminder more than 7 days ago;"
        " no promise, dispute or plan."
    )
    currency, numbers = mine[0].currency, [i.number for i in mine]
    total = sum(i.balance for i in mine)
    contact = str(_of(tabs.CUSTOMERS, mine[0].customer, "contact"))
    shown = f"{currency} {money.to_major(total, currency):,f}"
    words: dict[str, Value] = {
        "subject": f"{shown} past due: {', '.join(numbers[:3])}",
        "body": _BODY.format(contact=contact, numbers="\n".join(numbers), total=shown),
    }
    told: dict[str, Value] = {
        "decision": decision,
        "customer": mine[0].name,
        "stage": stage,
        "channel": how,
        "to": _of(tabs.CUSTOMERS, mine[0].customer, "email" if how == "Email" else "phone"),
        "invoices": "; ".join(numbers),
        "amount": total,
        "why": why,
        "status": status,
        "planned": AS_OF,
        "sent": SYNCED if status in ("sent", "done") else None,
    }
    written = words if how != "Call" and status != "not planned" else {}
    return row(tabs.REMINDERS, currency=currency, **told, **written)
