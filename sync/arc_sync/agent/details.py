"""The Details of one customer, for the Account tab."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from arc_sheets import tabs
from arc_sheets.cells import Rows, Value
from arc_sheets.frames import frame
from arc_sheets.phrases import say_date
from arc_sheets.policy import DEFAULT_POLICY, Policy
from arc_sheets.routes import Person
from arc_sheets.touches import stopped
from arc_sync.agent.named import named, of_customer
from arc_sync.agent.timeline import timeline
from arc_sync.books.contents import AccountView, OpenInvoice, Pledge
from arc_sync.merge.snapshot import fold

#: The facts of a customer that the tab shows as they are.
_FACTS = "contact email cc phone prefers language time_zone quiet_hours terms credit_limit do_not_contact collector".split()


def details(
    name: str,
    rows: Mapping[str, Rows],
    computed: Mapping[str, Mapping[str, tuple[Value, ...]]],
    as_of: date,
    policy: Policy = DEFAULT_POLICY,
) -> AccountView | None:
    """Return the Details of the customer of this name, in whatever case; None if there is none, or none is named.

    `rows` and `computed` are by tab name; amounts are minor units of each row's currency. The policy knows the
    words that stop text messages.
    """
    wanted = fold(name.strip())
    if not wanted:
        return None
    found = [(i, c) for i, c in named(tabs.CUSTOMERS, rows[tabs.CUSTOMERS.name]) if fold(c["name"]) == wanted]
    if not found:
        return None
    row, customer = found[0]
    customer["do_not_contact"] = Person(do_not_contact=_text(customer["do_not_contact"])).barred or None
    name = str(customer["name"])
    own = str(customer["currency"] or "")
    shown = dict(
        zip((c.name for c in tabs.CUSTOMERS.computed), computed["customers"].get(row, ()), strict=False)
    )
    pledges = sorted(_pledges(name, rows, computed), key=lambda p: p.state != "open")
    contested = {p.invoice for p in pledges if p.what == "Dispute" and p.state == "open"}
    invoices = sorted(_open_invoices(name, rows, computed, contested), key=lambda i: (i.due, i.number))
    late = [i for i in invoices if i.days_overdue > 0 and i.currency == own]
    return AccountView(
        name=name,
        currency=own,
        open=_int(shown.get("open")),
        overdue=_int(shown.get("overdue")),
        unapplied=-_unapplied(name, own, rows, computed),
        late=len(late),
        oldest=max((i.days_overdue for i in late), default=None),
        risk=_maybe(shown.get("risk")),
        invoices=invoices,
        pledges=pledges,
        timeline=timeline(name, rows, computed, as_of),
        no_texts=_no_texts(name, rows, as_of, policy),
        **{fact: customer[fact] for fact in _FACTS},  # type: ignore[arg-type]  # a row's values by name
    )


def _open_invoices(
    name: str,
    rows: Mapping[str, Rows],
    computed: Mapping[str, Mapping[str, tuple[Value, ...]]],
    contested: Collection[str],
) -> Iterator[OpenInvoice]:
    """Yield the open invoices; one that is contested is disputed, also where its own status does not say so."""
    for i, v in named(tabs.INVOICES, of_customer(name, tabs.INVOICES, rows)):
        _, balance, overdue, _ = computed["invoices"].get(i, (None, None, None, None))
        if balance and isinstance(v["issued"], date) and isinstance(v["due"], date):
            yield OpenInvoice(
                str(v["number"]),
                v["issued"],
                v["due"],
                _int(overdue),
                str(v["currency"]),
                _int(v["amount"]),
                _int(balance),
                "disputed" if v["number"] in contested and v["status"] == "open" else str(v["status"]),
                v["expected"] if isinstance(v["expected"], date) else None,
            )


def _unapplied(
    name: str,
    currency: str,
    rows: Mapping[str, Rows],
    computed: Mapping[str, Mapping[str, tuple[Value, ...]]],
) -> int:
    shown = computed["payments"]
    mine = (
        i
        for i, v in named(tabs.PAYMENTS, of_customer(name, tabs.PAYMENTS, rows))
        if v["currency"] == currency
    )
    return sum(_int(shown[i][0]) for i in mine if i in shown)


def _pledges(
    name: str, rows: Mapping[str, Rows], computed: Mapping[str, Mapping[str, tuple[Value, ...]]]
) -> Iterator[Pledge]:
    yield from _promises(name, rows, computed["promises"])
    numbers = {v["number"] for _, v in named(tabs.INVOICES, of_customer(name, tabs.INVOICES, rows))}
    for _, v in named(tabs.DISPUTES, rows[tabs.DISPUTES.name]):
        if v["invoice"] in numbers:
            state = "resolved" if v["resolved"] else "open"
            amount = _maybe(v["amount"])
            yield Pledge(
                "Dispute", str(v["invoice"]), str(v["reason"] or ""), str(v["currency"]), amount, state
            )


def _promises(
    name: str, rows: Mapping[str, Rows], states: Mapping[str, tuple[Value, ...]]
) -> Iterator[Pledge]:
    """Yield the promises, the first due first; an instalment says which one of its plan it is."""
    given = list(named(tabs.PROMISES, of_customer(name, tabs.PROMISES, rows)))
    plans: dict[Value, set[date]] = {}
    for _, v in given:
        if isinstance(by := v["date"], date):
            plans.setdefault(fold(v["plan"]), set()).add(by)
    for i, v in sorted(given, key=lambda row: str(row[1]["date"])):
        if isinstance(by := v["date"], date):
            what = f"Plan {v['plan']}, {_instalment(by, plans[fold(v['plan'])])}" if v["plan"] else "Promise"
            amount, state = _maybe(v["amount"]), str(states.get(i, ("",))[0])
            yield Pledge(
                what, str(v["invoice"] or ""), f"by {say_date(by)}", str(v["currency"]), amount, state
            )


def _instalment(by: date, days: set[date]) -> str:
    """Return the place of an instalment in its plan, where two rows of one day are one: "2 of 3"."""
    return f"{sorted(days).index(by) + 1} of {len(days)}"


def _no_texts(name: str, rows: Mapping[str, Rows], as_of: date, policy: Policy) -> date | None:
    """Return since when the customer wants no texts, if they do not."""
    touches = frame(tabs.ACTIVITY, of_customer(name, tabs.ACTIVITY, rows))
    return stopped(touches, policy, as_of).get(name)


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None


def _int(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _maybe(value: Value) -> int | None:
    return value if isinstance(value, int) else None
