"""The languages that ARC writes in: their words, and how they write amounts, days and lists.

A further language is one more entry here and a folder of templates in `templates/messages/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal

from babel import Locale
from babel.dates import format_date
from babel.numbers import NumberPattern, parse_pattern

from arc_sheets import money


@dataclass(frozen=True, slots=True)
class Language:
    """What ARC itself says in a language; all else stands in the templates. Braces are filled in by `wording`."""

    name: str  #: as Customers and Templates say it
    code: str  #: ISO 639-1
    known_as: frozenset[str]  #: what people type for it, casefolded
    locale: str  #: of CLDR, for Babel
    amount: str  #: where the currency's code stands
    and_: str
    dear: str
    dear_titled: tuple[tuple[str, str], ...]  #: how a contact's name begins, and the salutation it then has
    dear_all: str
    one_invoice: str
    many_invoices: str
    on: str  #: all are due on one day
    from_: str  #: they are due one after the other
    for_: str  #: one overdue invoice
    for_up_to: str  #: several
    one_day: str
    many_days: str
    not_due: str
    quote_all: str  #: where too many numbers are to be quoted
    pay_online: str
    pay_to: str
    or_pay_to: str
    pay_as_invoiced: str
    our_office: str  #: whom to ask where nobody is named
    desk: str  #: who signs where nobody is named
    their_office: str  #: whom to call where nobody is named
    headers: tuple[str, str, str, str, str, str]  #: of the invoice lines; the last two name the currency
    credit: str
    total: str
    overdue: str

    def write_amount(self, minor: int, currency: str) -> str:
        """Return minor units with their currency: "EUR 1,250.50", "1.250,50 EUR", "JPY 125,000"."""
        return self.amount.format(currency=currency, number=self.write_number(minor, currency))

    def write_number(self, minor: int, currency: str) -> str:
        """Return minor units in major units, without the currency: "1,250.50"."""
        return _number(money.to_major(minor, currency), money.exponent(currency), self.locale)

    def write_day(self, day: date) -> str:
        """Return a day in full: "9 November 2026", "9. November 2026"."""
        return _day(day, "long", self.locale)

    def write_short_day(self, day: date) -> str:
        """Return a day for a table: "9 Nov 2026", "09.11.2026"."""
        return _day(day, "medium", self.locale)

    def write_days(self, count: int) -> str:
        """Return a number of days as it stands after `for_`: "1 day", "12 days", "12 Tagen"."""
        return (self.one_day if count == 1 else self.many_days).format(count)

    def write_list(self, words: tuple[str, ...]) -> str:
        """Return words as a list in a sentence: "A, B and C"."""
        *most, last = words
        return f"{', '.join(most)} {self.and_} {last}" if most else last


ENGLISH: Final = Language(
    name="English",
    code="en",
    known_as=frozenset({"english", "eng", "en", "englisch", "anglais"}),
    locale="en_GB",
    amount="{currency} {number}",
    and_="and",
    dear="Dear {},",
    dear_titled=(),
    dear_all="Hello,",
    one_invoice="invoice {}",
    many_invoices="{} invoices",
    on="on {}",
    from_="from {}",
    for_="for {}",
    for_up_to="for up to {}",
    one_day="{} day",
    many_days="{} days",
    not_due="not due",
    quote_all="the invoice numbers",
    pay_online="You can pay online: {}",
    pay_to="Please pay into our account {}.",
    or_pay_to="Or pay into our account {}.",
    pay_as_invoiced="Our bank details are on each invoice.",
    our_office="our accounts department",
    desk="Accounts receivable",
    their_office="the accounts department",
    headers=("Invoice", "Date", "Due", "Days late", "Amount in {}", "Open in {}"),
    credit="Your credit, not yet applied",
    total="Total",
    overdue="Of which overdue",
)
GERMAN: Final = Language(
    name="German",
    code="de",
    known_as=frozenset({"german", "ger", "de", "deu", "deutsch", "allemand"}),
    locale="de_DE",
    amount="{number} {currency}",
    and_="und",
    dear="Guten Tag {},",
    dear_titled=(
        ("Frau ", "Sehr geehrte Frau {},"),
        ("Herrn ", "Sehr geehrter Herr {},"),
        ("Herr ", "Sehr geehrter Herr {},"),
    ),
    dear_all="Sehr geehrte Damen und Herren,",
    one_invoice="Rechnung {}",
    many_invoices="{} Rechnungen",
    on="am {}",
    from_="ab dem {}",
    for_="seit {}",
    for_up_to="seit bis zu {}",
    one_day="{} Tag",
    many_days="{} Tagen",
    not_due="nicht fällig",
    quote_all="die Rechnungsnummern",
    pay_online="Sie können online bezahlen: {}",
    pay_to="Bitte überweisen Sie auf unser Konto {}.",
    or_pay_to="Oder überweisen Sie auf unser Konto {}.",
    pay_as_invoiced="Unsere Bankverbindung finden Sie auf jeder Rechnung.",
    our_office="unsere Buchhaltung",
    desk="Debitorenbuchhaltung",
    their_office="die Buchhaltung",
    headers=("Rechnung", "Datum", "Fällig", "Tage überfällig", "Betrag in {}", "Offen in {}"),
    credit="Ihr noch nicht verrechnetes Guthaben",
    total="Summe",
    overdue="Davon überfällig",
)
LANGUAGES: Final = (ENGLISH, GERMAN)


def known_language(typed: object) -> Language | None:
    """Return the language that a person means by "German", "Deutsch", "de" or "de-AT"; None if ARC has no words for it."""
    word = str(typed or "").strip().casefold()
    main = word.replace("_", "-").replace("(", "-").partition("-")[0].strip()
    return next((language for language in LANGUAGES if {word, main} & language.known_as), None)


def language_of(typed: object, otherwise: object = "") -> Language:
    """Return the language of a customer; where it is unknown, the sender's, and English where that is unknown too."""
    return known_language(typed) or known_language(otherwise) or ENGLISH


# Babel is exact and slow; a message says most of its amounts and days several times.


@lru_cache(maxsize=4096)
def _number(value: Decimal, decimals: int, locale: str) -> str:
    return str(_pattern(decimals).apply(value, _locale(locale)))


@lru_cache(maxsize=4096)
def _day(day: date, width: Literal["long", "medium"], locale: str) -> str:
    said = format_date(day, width, _locale(locale))
    return said.replace(
        " Sept ", " Sep "
    )  # CLDR's British "Sept" has four letters; all else of ARC writes three


@lru_cache
def _pattern(decimals: int) -> NumberPattern:
    return parse_pattern("#,##0" + ("." + "0" * decimals if decimals else ""))


@lru_cache
def _locale(name: str) -> Locale:
    return Locale.parse(name)
