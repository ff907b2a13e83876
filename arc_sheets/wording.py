"""The facts that a message may use: plain texts, each in the language of the message, by the names in `NAMES`.

A template is filled in with these and nothing else. Every value is a text of one line, unless `BLOCKS` names it;
`items` is the one list. Amounts are formatted from minor units, days from dates: no figure is computed in a template.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from arc_sheets.languages import Language
from arc_sheets.lines import one_line, overdue_of, table_of, text_of

if TYPE_CHECKING:
    from arc_sheets.reminders import Item, Proposal

Fact = str | list[dict[str, str]]
Facts = dict[str, Fact]

#: Every name that a template may use, and what it stands for.
NAMES: Final = {
    "greeting": 'how the message begins: "Dear Anna Meyer,", or "Hello," where the customer has no contact',
    "contact": "the customer's contact; empty where there is none",
    "customer": "the customer's name",
    "whom": "whom to call: contact and phone number",
    "company": "your company",
    "name": "who signs: the customer's collector, else the name in arc.toml",
    "phone": "your phone number; may be empty",
    "email": "your email address; may be empty",
    "ask": "whom to ask: name, phone and email, ready for a sentence",
    "signature": "name and company, on two lines",
    "today": 'the day of the message: "20 November 2026"',
    "pay_by": "the day by which to pay or answer",
    "invoices": '"invoice INV-7", or "3 invoices": those overdue, or all where none is',
    "numbers": "their numbers, as a list: INV-7, INV-8 and INV-9",
    "reference": "what to quote with the payment: up to three numbers, else the words for it",
    "lines": "a table of the invoices with number, dates, days late and open amount, and the total",
    "total": 'all that the lines ask for, less unapplied credit: "EUR 1,250.50"',
    "overdue": "what of the total is overdue",
    "oldest_due": "the due date of the oldest invoice",
    "oldest_days": "how many days the oldest is overdue, as a number",
    "due": 'when it falls due: "on 23 November 2026", or "from 23 November 2026" where the days differ',
    "how_long": 'how long it has been overdue: "for 12 days", or "for up to 12 days" for several',
    "how_to_pay": "the payment link, your bank account, or where to find it; may be two lines",
    "link": "the customer's payment link; may be empty",
    "items": "the invoices one by one, for a loop of your own: {% for item in items %} … {% endfor %}",
}
#: What one of `items` has, written {{ item.number }} within the loop.
ITEM_NAMES: Final = {
    "number": "the invoice's number",
    "issued": "its date",
    "due": "its due date",
    "days_late": 'how many days it is overdue, or "not due"',
    "amount": "its full amount",
    "open": "what is still open",
}
#: The facts that may have several lines; they have no place in a subject.
BLOCKS: Final = frozenset({"signature", "lines", "how_to_pay"})

#: Days that a customer is given to pay or answer.
_DAYS_TO_PAY: Final = {"Final notice": 10}
_LINK: Final = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_ACCOUNT: Final = re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{1,4}){3,8}")  # an IBAN, ISO 13616
_FEW: Final = 3  # invoice numbers that a person copies without a slip


class Sender(Protocol):
    """Whom customers see and may ask."""

    @property
    def company(self) -> str:
        """Return the firm's name."""

    @property
    def name(self) -> str:
        """Return who signs; may be empty."""

    @property
    def email(self) -> str:
        """Return where to write; may be empty."""

    @property
    def phone(self) -> str:
        """Return where to call; may be empty."""

    @property
    def pay(self) -> str:
        """Return an account number, a link or a sentence; may be empty."""


def pay_by(as_of: date, stage: str) -> date:
    """Return by when a message of this stage asks to be paid: in a week, a final notice in ten days; no weekend."""
    day = as_of + timedelta(days=_DAYS_TO_PAY.get(stage, 7))
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def facts(
    proposal: Proposal,
    customer: Mapping[str, object],
    sender: Sender,
    as_of: date,
    by: date,
    language: Language,
) -> Facts:
    """Return what a message about a proposal may say; `customer` is its row by column names (`tabs.CUSTOMERS`)."""
    return (
        _people(proposal, customer, sender, language)
        | _money(proposal, language)
        | {
            "today": language.write_day(as_of),
            "pay_by": language.write_day(by),
            "how_to_pay": how_to_pay(one_line(sender.pay), _link(customer), language),
            "link": _link(customer),
        }
    )


def _people(proposal: Proposal, customer: Mapping[str, object], sender: Sender, language: Language) -> Facts:
    contact = one_line(customer.get("contact"))
    company, name = one_line(sender.company), one_line(customer.get("collector")) or one_line(sender.name)
    phone, email = one_line(sender.phone), one_line(sender.email)
    reach = ", ".join(filter(None, (phone, email)))
    return {
        "greeting": greeting(contact, language),
        "contact": contact,
        "customer": one_line(proposal.customer),
        "whom": ", ".join(filter(None, (contact or language.their_office, one_line(customer.get("phone"))))),
        "company": company,
        "name": name or language.desk,
        "phone": phone,
        "email": email,
        "ask": (name or language.our_office) + (f" ({reach})" if reach else ""),
        "signature": f"{name or language.desk}\n{company}",
    }


def _money(proposal: Proposal, language: Language) -> Facts:
    late = [item for item in proposal.items if item.days_late > 0] or list(proposal.items)
    numbers = tuple(one_line(item.number) for item in late)
    oldest = min(late, key=lambda item: item.due)
    days, days_late = {item.due for item in late}, max(0, oldest.days_late)
    for_ = language.for_ if len(late) == 1 else language.for_up_to
    return {
        "invoices": (language.one_invoice if len(late) == 1 else language.many_invoices).format(
            numbers[0] if len(late) == 1 else len(late)
        ),
        "numbers": language.write_list(numbers),
        "reference": language.write_list(numbers) if len(late) <= _FEW else language.quote_all,
        "lines": text_of(table_of(proposal, language)),
        "total": language.write_amount(proposal.amount, proposal.currency),
        "overdue": language.write_amount(overdue_of(proposal), proposal.currency),
        "oldest_due": language.write_day(oldest.due),
        "oldest_days": str(days_late),
        "due": (language.on if len(days) == 1 else language.from_).format(language.write_day(oldest.due)),
        "how_long": for_.format(language.write_days(days_late)),
        "items": [_item(item, proposal.currency, language) for item in proposal.items],
    }


def _item(item: Item, currency: str, language: Language) -> dict[str, str]:
    return {
        "number": one_line(item.number),
        "issued": language.write_short_day(item.issued),
        "due": language.write_short_day(item.due),
        "days_late": str(item.days_late) if item.days_late > 0 else language.not_due,
        "amount": language.write_amount(item.amount, currency),
        "open": language.write_amount(item.balance, currency),
    }


def greeting(contact: str, language: Language) -> str:
    """Return how a message to this contact begins; a title ("Frau Meyer") is kept where the language has one."""
    for title, words in language.dear_titled:
        if contact.startswith(title):
            return words.format(contact.removeprefix(title))
    return language.dear.format(contact) if contact else language.dear_all


def how_to_pay(pay: str, link: str, language: Language) -> str:
    """Return one or two lines: the customer's link or the firm's, and the firm's account; never nothing."""
    shared = _LINK.fullmatch(pay)
    lines = [language.pay_online.format(link or pay)] if link or shared else []
    if pay and not shared:
        to = language.or_pay_to if lines else language.pay_to
        lines.append(to.format(pay) if _ACCOUNT.fullmatch(pay) else pay)
    return "\n".join(lines) or language.pay_as_invoiced


def _link(customer: Mapping[str, object]) -> str:
    """Return the customer's payment link; what is no web address is none."""
    link = one_line(customer.get("payment_link"))
    return link if _LINK.fullmatch(link) else ""
