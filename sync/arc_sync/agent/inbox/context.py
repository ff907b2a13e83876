"""What a request does not say, from the row that was selected: its customer and its invoices.

The row is looked up in the ledger by its id: where it stands in the sheet, and what is typed there, do not matter.
A field that the request gives counts, also when it is blank: then somebody emptied it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from arc_sheets import tabs
from arc_sheets.cells import Value
from arc_sheets.tab import Tab
from arc_sync.agent.actions.finding import Cannot, Finder
from arc_sync.agent.inbox.envelope import Bad, Envelope
from arc_sync.ledger.port import View

_BOTH: Final = ("customer", "invoices")
#: The fields that a row may fill in. The invoices of a message are those that its words speak of, so no row does.
TAKES: Final[Mapping[str, tuple[str, ...]]] = {
    "open_account": ("customer",),
    **dict.fromkeys(("log_call", "log_text", "log_email", "log_letter", "log_meeting", "log_note"), _BOTH),
    "take_promise": _BOTH,
    "agree_plan": _BOTH,
    "extend_due": ("invoice",),
    "raise_dispute": ("invoice",),
    "resolve_dispute": ("invoice",),
    "hold_reminders": _BOTH,
    "release_reminders": _BOTH,
    "record_payment": ("customer", "applied_to"),
    "compose_message": ("customer",),
    "send_message": ("customer",),
}
_OF_INVOICES: Final = ("invoice", "invoices", "applied_to")
#: Where a row names its invoices.
_NAMES: Final = {
    tabs.INVOICES.name: "number",
    tabs.PAYMENTS.name: "applied_to",
    tabs.ACTIVITY.name: "invoices",
    tabs.PROMISES.name: "invoice",
    tabs.DISPUTES.name: "invoice",
}


class Selected(NamedTuple):
    """Whom and what a row is about."""

    customer: str  #: as the ledger spells it
    invoices: tuple[str, ...]  #: their numbers


def filled(envelope: Envelope, view: View) -> dict[str, str] | Bad:
    """Return the request's fields with what the selected row says where they say nothing."""
    fields = dict(envelope.fields)
    lacking = [name for name in TAKES.get(envelope.action, ()) if name not in fields]
    if not lacking or not envelope.row:
        return fields
    selected = _selected(envelope, view)
    if selected is None:
        if fields.keys() & {"customer", *_OF_INVOICES}:
            return fields
        return Bad(
            envelope.request,
            "The selected row is not in the ledger yet, or no more; save the workbook, wait for the next round, and"
            " ask again.",
        )
    return fields | dict(_taken(lacking, fields, selected))


def _taken(lacking: Sequence[str], fields: Mapping[str, str], selected: Selected) -> list[tuple[str, str]]:
    """Return what is taken from the row; nothing where the request is about another customer."""
    given = fields.get("customer", "").strip()
    if given and given.casefold() != selected.customer.casefold():
        return []
    about = {"customer": selected.customer} if selected.customer else {}
    numbers = () if fields.keys() & set(_OF_INVOICES) else selected.invoices
    about["invoices"] = "; ".join(numbers)
    if len(numbers) == 1 and fields.get("type") != "refund":
        about["invoice"], about["applied_to"] = numbers[0], numbers[0]
    return [(name, about[name]) for name in lacking if about.get(name)]


def _selected(envelope: Envelope, view: View) -> Selected | None:
    first = sorted(tabs.RECORD_TABS, key=lambda tab: tab.title != envelope.tab)  # a tab may have been renamed
    found = ((tab, view.row(tab, envelope.row)) for tab in first if tab is not tabs.TEMPLATES)
    return next((_about(tab, row, view) for tab, row in found if row is not None), None)


def _about(tab: Tab, row: Sequence[Value], view: View) -> Selected:
    values = dict(zip((c.name for c in tab.stored), row, strict=True))
    text, find = str(values.get(_NAMES.get(tab.name, "")) or ""), Finder(view)
    numbers = (text,) if tab is tabs.INVOICES else tuple(dict.fromkeys(find.numbers(text)))
    customer = values.get("name" if tab is tabs.CUSTOMERS else "customer") or _owner(find, numbers)
    return Selected(str(customer), numbers)


def _owner(find: Finder, numbers: Sequence[str]) -> str:
    """Return whose the first of these invoices is: a dispute names no customer."""
    try:
        return find.invoice(numbers[0]).text("customer") if numbers else ""
    except Cannot:
        return ""
