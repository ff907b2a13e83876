"""Made-up facts of every shape: templates are tried out and previewed with them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from arc_sheets.languages import LANGUAGES, Language
from arc_sheets.reminders import Item, Proposal
from arc_sheets.wording import Facts, facts, pay_by

_TODAY: Final = date(2026, 11, 20)


class _Firm(NamedTuple):
    company: str
    name: str = ""
    email: str = ""
    phone: str = ""
    pay: str = ""


_FIRM: Final = _Firm(
    "North Harbour Ltd",
    "Maria Lopez",
    "receivables@north-harbour.example",
    "+44 20 7946 0123",
    "DE89 3704 0044 0532 0130 00",
)
_CUSTOMER: Final = {
    "contact": "Anna Meyer",
    "phone": "+49 40 1234567",
    "payment_link": "https://pay.north-harbour.example/k/4711",
}


def sample(language: Language, stage: str = "Friendly") -> Facts:
    """Return the facts of a usual reminder, for a preview: two invoices overdue, one of them paid in part."""
    days = (-3, -3) if stage == "Courtesy" else (19, 12)
    items = (_item(1, days[0], 125_050), _item(2, days[1], 48_000, 32_000))
    return _facts(_proposal("Blue Lagoon Hotels", "EUR", items, stage=stage), _CUSTOMER, _FIRM, language)


@lru_cache(maxsize=1)
def samples() -> tuple[Facts, ...]:
    """Return facts of every shape that a message may have: few and many, early and late, with and without names."""
    one, early = (_item(1, 1, 125_050),), (_item(1, -3, 125_050), _item(2, -1, 9_900))
    mixed = (_item(1, 40, 125_050, 25_050), _item(2, -5, 9_900))
    many = tuple(_item(n, 90 - 3 * n, 100_000 + n) for n in range(25))
    shapes: tuple[tuple[Proposal, dict[str, str], _Firm], ...] = (
        (_proposal("Blue Lagoon Hotels", "EUR", one), _CUSTOMER, _FIRM),
        (_proposal("O'Brien & <Sons>", "USD", mixed, credit=5_000), _CUSTOMER, _FIRM),
        (_proposal("青山商事", "JPY", many), {}, _Firm("North Harbour Ltd")),
        (_proposal("{{ 7*7 }}", "KWD", early), {}, _Firm("North Harbour Ltd")),
    )
    return tuple(
        _facts(proposal, customer, firm, language)
        for proposal, customer, firm in shapes
        for language in LANGUAGES
    )


def _facts(proposal: Proposal, customer: dict[str, str], firm: _Firm, language: Language) -> Facts:
    return facts(proposal, customer, firm, _TODAY, pay_by(_TODAY, proposal.stage), language)


def _item(number: int, late: int, amount: int, balance: int | None = None) -> Item:
    due = _TODAY - timedelta(days=late)
    open_ = amount if balance is None else balance
    return Item(f"INV-26-{560 + number:04}", due - timedelta(days=30), due, late, amount, open_)


def _proposal(
    customer: str, currency: str, items: tuple[Item, ...], *, stage: str = "Friendly", credit: int = 0
) -> Proposal:
    amount = sum(item.balance for item in items) - credit
    return Proposal(customer, currency, stage, "Email", "", "", "", items, amount, "", False, "")  # noqa: FBT003 (a value)
