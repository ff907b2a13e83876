"""What was understood of a file, in sentences a person can check before anything is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arc_sync.intake.rows import Sort

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from arc_sync.intake.model import What
    from arc_sync.intake.understand import Understood

_WORDS: Final[Mapping[What, Mapping[str, str]]] = {
    "invoices": {
        "number": "number", "customer": "customer", "issued": "issue date", "due": "due date",
        "terms": "terms", "currency": "currency", "amount": "amount", "balance": "open balance",
        "paid": "amount paid", "settled": "day settled", "payment_date": "day of payment",
        "disputed": "mark of a dispute", "po": "PO", "status": "status", "type": "type", "notes": "notes",
        "line_total": "amount of a line", "email": "e-mail", "phone": "phone",
    },
    "payments": {
        "date": "date", "customer": "customer", "amount": "amount", "applied": "amount applied",
        "unused": "amount not applied", "currency": "currency", "type": "type", "method": "method",
        "reference": "reference", "applied_to": "invoice it pays", "id": "payment number", "status": "status",
    },
    "customers": {
        "name": "name", "first": "first name", "last": "last name", "email": "e-mail",
        "time_zone": "time zone", "quiet_hours": "quiet hours", "prefers": "preferred channel", "credit_limit": "credit limit", "do_not_contact": "do not contact",
        "payment_link": "payment link",
    },
}  # fmt: skip


def say(understood: Understood) -> list[str]:
    """Return what `Understood.sentences` returns."""
    return [
        *_file(understood),
        _columns(understood),
        *_ignored(understood),
        *understood.notes,
        *_consequences(understood),
        *_rows(understood),
    ]


def _file(understood: Understood) -> Iterator[str]:
    layout, survey = understood.layout, understood.survey
    source = understood.source
    where = f', sheet "{source.sheet}"' if source.sheet else ""
    looks = (
        f"looks like an export from {layout.system}"
        if layout.system
        else "is from no system that ARC knows by its columns"
    )
    count = survey.rows[Sort.RECORD]
    yield (
        f"{source.path.name}{where} {looks}: a list of {layout.what}, {count:,} row{'s' * (count != 1)} "
        f"below the header on line {layout.line}."
    )
    if layout.grouped:
        yield "Customers stand in rows of their own, above their invoices."


def _columns(understood: Understood) -> str:
    layout = understood.layout
    words = _WORDS[layout.what]
    parts = [f'"{label.header}" is the {words.get(name, name)}' for name, label in layout.columns.items()]
    return "; ".join(parts) + "."


def _ignored(understood: Understood) -> Iterator[str]:
    if ignored := understood.layout.ignored:
        yield "Not used: " + ", ".join(f'"{header}"' for header in ignored) + "."


def _consequences(understood: Understood) -> Iterator[str]:
    if understood.layout.what == "invoices":
        yield from _of_payments(understood)
        yield from _of_disputes(understood)
        if understood.layout.by_line:
            yield "Each row is a line of an invoice; an invoice is the sum of its lines."
        yield "Credit notes and negative amounts become payments of the type credit note."


def _of_payments(understood: Understood) -> Iterator[str]:
    layout, filled = understood.layout, understood.survey.filled
    day = f", dated {understood.as_of} where no day is given" if understood.as_of else ""
    if filled["paid"]:
        yield f'What "{layout.header("paid")}" says becomes one payment for each invoice{day}.'
    elif filled["balance"] and "amount" in layout.columns:
        yield (
            f'The amount less "{layout.header("balance")}" becomes one payment for each invoice{day}; a later '
            "export updates it."
        )
    elif filled["settled"]:
        yield (
            f'Each row with a "{layout.header("settled")}" ({filled["settled"]:,}) becomes a payment of the whole '
            "amount on that day."
        )
    elif filled["balance"]:
        yield f'There is no amount but "{layout.header("balance")}": the open balance is taken for the amount.'
    if filled["paid"] or filled["settled"] or ("amount" in layout.columns and filled["balance"]):
        yield "Import no list of these payments besides: they would count twice."
    if filled["balance"] and not understood.is_of_rejects:
        yield "Invoices of an earlier import that this file does not list stay as they are."


def _of_disputes(understood: Understood) -> Iterator[str]:
    if disputed := understood.survey.disputed:
        header = understood.layout.header("disputed")
        yield (
            f'Each row with yes under "{header}" ({disputed:,}) becomes a dispute, opened on the due date, when settled '
            "or today, whichever is first."
        )


def _rows(understood: Understood) -> Iterator[str]:
    rows, survey = understood.survey.rows, understood.survey
    if totals := rows[Sort.TOTAL] + rows[Sort.GRAND_TOTAL]:
        yield f"Totals rows, which are not imported: {totals:,}."
    if rows[Sort.NOTE]:
        yield f'Rows without a record, left out: {rows[Sort.NOTE]:,}, the first being "{survey.first_note}".'
    if rows[Sort.BROKEN]:
        yield f"Rows out of order, which will be rejected: {rows[Sort.BROKEN]:,}."
