"""Proposals, customers and a sender for the tests of messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from arc_sheets.languages import ENGLISH, Language
from arc_sheets.reminders import Item, Proposal
from arc_sheets.wording import Facts, facts, pay_by

TODAY: Final = date(2026, 11, 20)
CUSTOMER: Final = {"contact": "Anna Meyer", "phone": "+49 40 7654321"}


class Firm(NamedTuple):
    company: str = "North Harbour Ltd"
    name: str = "Maria Lopez"
    email: str = "receivables@north-harbour.example"
    phone: str = "+44 20 7946 0123"
    pay: str = "GB33 BUKB 2020 1555 5555 55"


FIRM: Final = Firm()


def item(number: str, late: int, amount: int, balance: int | None = None) -> Item:
    due = TODAY - timedelta(days=late)
    return Item(number, due - timedelta(days=30), due, late, amount, amount if balance is None else balance)


ONE: Final = (item("INV-26-0561", 12, 125_050),)
TWO: Final = (item("INV-26-0561", 12, 125_050), item("INV-26-0577", 1, 48_000, 32_000))
MIXED: Final = (*TWO, item("INV-26-0602", -3, 1_200_000))


def proposal(
    items: tuple[Item, ...] = ONE, currency: str = "EUR", stage: str = "Friendly", credit: int = 0
) -> Proposal:
    amount = sum(i.balance for i in items) - credit
    return Proposal("Blue Lagoon Hotels", currency, stage, "Email", "", "", "", items, amount, "", False, "")  # noqa: FBT003


def said(
    about: Proposal | None = None,
    customer: Mapping[str, object] = CUSTOMER,
    firm: Firm = FIRM,
    language: Language = ENGLISH,
) -> Facts:
    about = about or proposal()
    return facts(about, customer, firm, TODAY, pay_by(TODAY, about.stage), language)
