"""The Details of one customer, for the Account tab."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from arc_sheets import tabs
from arc_sheets.cells import Row, Rows, Value
from arc_sheets.tab import Tab
from arc_sync.books.contents import AccountView, OpenInvoice, Pledge, Touch
from arc_sync.merge.snapshot import fold

#: The facts of a customer that the tab shows as they are.
_FACTS = "contact email cc phone prefers language time_zone quiet_hours terms credit_limit do_not_contact collector".split()


def details(
    name: str, rows: Mapping[str, Rows], computed: Mapping[str, Mapping[str, tuple[Value, ...]]]
) -> AccountView | None:
    """Return the Details of the customer of this name, in whatever case; None if there is none, or none is named.

    `rows` and `computed` are by tab name; amounts are minor units of each row's currency.
    """
    wanted = fold(name.strip())
    found = [(i, c) for i, c in _named(tabs.CUSTOMERS, rows) if wanted and fold(c["name"]) == wanted]
    if not found:
        return None
    row, customer = found[0]
    name = str(customer["name"])
    own = str(customer["currency"] or "")
    shown = dict(
        zip((c.name for c in tabs.CUSTOMERS.computed), computed["customers"].get(row, ()), strict=False)
    )
    invoices = sorted(_open_invoices(name, rows, computed), key=lambda i: (i.due, i.number))
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
        pledges=sorted(_pledges(name, rows, computed), key=lambda p: p.state != "open"),
        timeline=sorted(_touches(name, rows), key=lambda t: t.when, reverse=True),
        **{fact: customer[fact] for fact in _FACTS},  # type: ignore[arg-type]  # a row's values by name
    )


def _named(tab: Tab, rows: Mapping[str, Rows]) -> Iterator[tuple[str, dict[str, Value]]]:
    names = [c.name for c in tab.stored]
    for i, row in rows[tab.name].items():
        yield i, dict(zip(names, row, strict=True))


def _of(name: str, tab: Tab, rows: Mapping[str, Rows]) -> Iterator[tuple[str, dict[str, Value]]]:
    """Yield the rows of a tab that name the customer."""
    at = next(k for k, c in enumerate(tab.stored) if c.name == "customer")
    mine: dict[str, Row] = {i: row for i, row in rows[tab.name].items() if row[at] == name}
    yield from _named(tab, {tab.name: mine})


def _open_invoices(
    name: str, rows: Mapping[str, Rows], computed: Mapping[str, Mapping[str, tuple[Value, ...]]]
) -> Iterator[OpenInvoice]:
    for i, v in _of(name, tabs.INVOICES, rows):
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
                str(v["status"]),
                v["expected"] if isinstance(v["expected"], date) else None,
            )


def _unapplied(
    name: str,
    currency: str,
    rows: Mapping[str, Rows],
    computed: Mapping[str, Mapping[str, tuple[Value, ...]]],
) -> int:
    shown = computed["payments"]
    mine = (i for i, v in _of(name, tabs.PAYMENTS, rows) if v["currency"] == currency)
    return sum(_int(shown[i][0]) for i in mine if i in shown)


def _pledges(
    name: str, rows: Mapping[str, Rows], computed: Mapping[str, Mapping[str, tuple[Value, ...]]]
) -> Iterator[Pledge]:
    for i, v in _of(name, tabs.PROMISES, rows):
        by, state = v["date"], str(computed["promises"].get(i, ("",))[0])
        text = f"by {by:%d %b %Y}" if isinstance(by, date) else ""
        yield Pledge("Promise", str(v["invoice"] or ""), text, str(v["currency"]), _maybe(v["amount"]), state)
    numbers = {v["number"] for _, v in _of(name, tabs.INVOICES, rows)}
    for _, v in _named(tabs.DISPUTES, rows):
        if v["invoice"] in numbers:
            state = "resolved" if v["resolved"] else "open"
            amount = _maybe(v["amount"])
            yield Pledge(
                "Dispute", str(v["invoice"]), str(v["reason"] or ""), str(v["currency"]), amount, state
            )


def _touches(name: str, rows: Mapping[str, Rows]) -> Iterator[Touch]:
    for _, v in _of(name, tabs.ACTIVITY, rows):
        if isinstance(v["when"], datetime):
            how = f"{v['channel']}{' in' if v['direction'] == 'In' else ''}"
            what = ", ".join(str(x) for x in (v["outcome"], v["reason"], v["contact"]) if x)
            yield Touch(v["when"], how, what, str(v["by"] or ""))


def _int(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _maybe(value: Value) -> int | None:
    return value if isinstance(value, int) else None
