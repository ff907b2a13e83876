"""What has happened between a customer and the firm, in one line each: touches, promises, disputes, payments.

A reminder that went is a touch: whoever sends it puts it on Activity.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Final

from arc_sheets import tabs
from arc_sheets.cells import Rows, Value
from arc_sheets.phrases import say_amount, say_date
from arc_sync.agent.named import named, of_customer
from arc_sync.books.contents import Touch

_PAYMENTS: Final = {
    "payment": "Paid {amount}",
    "credit note": "Credit note of {amount}",
    "write-off": "{amount} written off",
    "refund": "{amount} paid back",
}
#: How a promise's end is told, by its state.
_ENDS: Final = {"kept": "kept", "partly kept": "partly kept", "broken": "broken"}


def timeline(
    name: str, rows: Mapping[str, Rows], computed: Mapping[str, Mapping[str, tuple[Value, ...]]], as_of: date
) -> list[Touch]:
    """Return what has happened up to the end of `as_of`, the latest first; of a day, what has no hour stands below."""
    events = [*_touches(name, rows), *_promises(name, rows, computed["promises"], as_of)]
    events += [*_disputes(name, rows), *_payments(name, rows)]
    return sorted((e for e in events if _moment(e).date() <= as_of), key=_moment, reverse=True)


def _moment(event: Touch) -> datetime:
    return event.when if isinstance(event.when, datetime) else datetime.combine(event.when, time.min)


def _touches(name: str, rows: Mapping[str, Rows]) -> Iterator[Touch]:
    for _, v in named(tabs.ACTIVITY, of_customer(name, tabs.ACTIVITY, rows)):
        if isinstance(v["when"], datetime):
            how = f"{v['channel']}{' in' if v['direction'] == 'In' else ''}"
            yield Touch(v["when"], how, _joined(v, "outcome", "reason", "contact", "notes"), _text(v["by"]))


def _promises(
    name: str, rows: Mapping[str, Rows], states: Mapping[str, tuple[Value, ...]], as_of: date
) -> Iterator[Touch]:
    """Yield what was promised, and what became of it on its day, or today if it was kept before."""
    for i, v in named(tabs.PROMISES, of_customer(name, tabs.PROMISES, rows)):
        by, amount = v["date"], v["amount"]
        if not isinstance(by, date) or not isinstance(amount, int):
            continue
        what = say_amount(amount, str(v["currency"]))
        about = "".join(f", {v[part]}" for part in ("invoice", "plan") if v[part])
        if isinstance(v["given"], date):
            yield Touch(v["given"], "Promise", f"Promised {what} by {say_date(by)}{about}", "")
        if end := _ENDS.get(str(states.get(i, ("",))[0])):
            yield Touch(min(by, as_of), "Promise", f"Promise of {what} {end}{about}", "")


def _disputes(name: str, rows: Mapping[str, Rows]) -> Iterator[Touch]:
    numbers = {v["number"] for _, v in named(tabs.INVOICES, of_customer(name, tabs.INVOICES, rows))}
    for _, v in named(tabs.DISPUTES, rows[tabs.DISPUTES.name]):
        if v["invoice"] not in numbers:
            continue
        if isinstance(v["opened"], date):
            about = f": {v['reason']}" if v["reason"] else ""
            yield Touch(v["opened"], "Dispute", f"{v['invoice']} disputed{about}", _text(v["owner"]))
        if isinstance(v["resolved"], date):
            how = f": {v['resolution']}" if v["resolution"] else ""
            yield Touch(
                v["resolved"], "Dispute", f"Dispute of {v['invoice']} resolved{how}", _text(v["owner"])
            )


def _payments(name: str, rows: Mapping[str, Rows]) -> Iterator[Touch]:
    for _, v in named(tabs.PAYMENTS, of_customer(name, tabs.PAYMENTS, rows)):
        told, day, amount = _PAYMENTS.get(str(v["type"])), v["date"], v["amount"]
        if told and isinstance(day, date) and isinstance(amount, int):
            said = told.format(amount=say_amount(amount, str(v["currency"])))
            yield Touch(
                day, "Payment", ", ".join(filter(None, (said, _joined(v, "applied_to", "reference")))), ""
            )


def _joined(values: Mapping[str, Value], *names: str) -> str:
    return ", ".join(_text(values[name]) for name in names if values[name])


def _text(value: Value) -> str:
    """Return a text on one line; "" for a blank."""
    return " ".join(str(value or "").split())
