"""The one door through which amounts become values: integer minor units of an ISO 4217 currency.

1250.50 EUR is 125050, 1250 JPY is 1250, 1.250 KWD is 1250. Never a float, never rounded: what has more
decimals than its currency, or reads in two ways, is refused with the reason.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

#: Currencies whose minor unit is not a hundredth (ISO 4217 list one, column "minor unit").
_EXPONENTS = dict.fromkeys(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0
) | dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)

#: Codes in use (ISO 4217 list one, without funds, metals and test codes).
CURRENCIES = frozenset(
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF"
    " CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD"
    " HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD"
    " LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK"
    " PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS"
    " TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYI UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW"
    " ZWG".split()
)

#: Largest amount ARC keeps, in minor units: it fits a 64-bit column and an exact Excel number (15 digits).
LARGEST = 10**15 - 1

_SIGNS = str.maketrans(
    {"\u2212": "-", "\u2013": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'"}
)
_SYMBOL = re.compile(
    r"^(?:[A-Z]{1,3}\s?)?[$€£¥₹₩₺₽₪₫₴₦₱฿]|[$€£¥₹₩₺₽₪₫₴₦₱฿]$|^[A-Z]{3}(?=[\s\d(+-])|[A-Z]{3}$|^(?:kr|zł|Fr)\.?|(?:kr|zł|Fr)\.?$"
)
_GROUPS = {
    mark: re.compile(
        rf"\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+|\d{{1,2}}(?:{re.escape(mark)}\d{{2}})+{re.escape(mark)}\d{{3}}"
    )
    for mark in ",.' "
}


class NotAnAmount(ValueError):
    """The text or number is no amount of this currency; the message says why, in words."""


def exponent(currency: str) -> int:
    """Return how many decimals the currency's minor unit has: 2 for EUR, 0 for JPY, 3 for KWD."""
    return _EXPONENTS.get(currency, 2)


def to_minor(number: Decimal | int | float, currency: str) -> int:  # noqa: PYI041 (a book may hand over floats)
    """Turn a number in major units into minor units.

    A float, as spreadsheets hand them over, is taken at its 15 significant digits: what the person saw.
    Raises `NotAnAmount` if it is not finite, too large, or has more decimals than the currency.
    """
    exact = Decimal(f"{number:.15g}") if isinstance(number, float) else Decimal(number)
    if not exact.is_finite():
        raise NotAnAmount("it is not a finite number")
    minor = exact.scaleb(exponent(currency))
    if abs(minor) > LARGEST:
        raise NotAnAmount("it is larger than any amount ARC keeps")
    whole = int(minor)
    if whole != minor:
        if len(exact.as_tuple().digits) > 15:  # 0.30000000000000004: a spreadsheet's binary dust
            return to_minor(float(exact), currency)
        raise NotAnAmount(f"{currency} has {exponent(currency)} decimals, this has more")
    return whole


def read_amount(text: str, currency: str, decimal: str | None = None) -> int:
    """Read a typed amount ("1,250.50", "(80.00)", "€ 99,-", "120.00-") as minor units.

    `decimal` is the decimal mark ("." or ",") where it is known, for a column of an export; without it a
    text that reads in two ways ("1.250") is refused. Raises `NotAnAmount`.
    """
    body, negative = _unsigned(text.translate(_SIGNS).strip())
    digits = _plain(body, decimal or _decimal_mark(body, decimals=exponent(currency) > 0))
    try:
        value = Decimal(digits)
    except InvalidOperation:
        raise NotAnAmount("it is not a number") from None
    return to_minor(-value if negative else value, currency)


def to_major(minor: int, currency: str) -> Decimal:
    """Return minor units as an exact decimal in major units: 125050 EUR is Decimal("1250.50")."""
    return Decimal(minor).scaleb(-exponent(currency))


def show(minor: int, currency: str) -> str:
    """Return minor units as a plain decimal string in major units, for JSON and files: "1250.50"."""
    return f"{to_major(minor, currency):f}"


def _unsigned(text: str) -> tuple[str, bool]:
    """Strip sign, brackets, currency sign or code and DR/CR; say whether the amount is negative."""
    negative = False
    for _ in range(4):  # "(EUR 80.00)", "-$80", "$ -80", "80.00- EUR", "80.00 CR"
        before = text
        if len(text) > 2 and text[0] == "(" and text[-1] == ")":
            text, negative = text[1:-1].strip(), True
        if text[:1] in "+-" and text[1:]:
            text, negative = text[1:].strip(), negative or text[0] == "-"
        if text[-1:] == "-" and len(text) > 1:
            text, negative = text[:-1].strip(), negative or text[-2] not in ",."
        if text.upper().endswith(" CR"):
            text, negative = text[:-3].strip(), True
        text = _SYMBOL.sub("", text, count=1).strip()
        if text == before:
            break
    return text, negative


def _plain(text: str, decimal: str) -> str:
    """Return the digits with a point as the decimal mark; raise if they are not grouped properly."""
    if not re.fullmatch(r"[\d,.' ]*\d[\d,.' ]*", text, re.ASCII):
        raise NotAnAmount("it is not a number")
    whole, _, fraction = text.partition(decimal)
    groups = set(whole) - set("0123456789")
    if (fraction and not fraction.isdigit()) or len(groups) > 1:
        raise NotAnAmount("its separators are not in order")
    if groups and not _GROUPS[next(iter(groups))].fullmatch(whole):
        raise NotAnAmount("its thousands are not in groups of three")
    return "".join(c for c in whole if c.isdigit()) + ("." + fraction if fraction else "")


def _decimal_mark(text: str, *, decimals: bool) -> str:
    """Return the decimal mark of a lone amount; raise if it reads in two ways."""
    marks = [c for c in text if c in ",.' "]
    points = [c for c in marks if c in ",."]
    if len(set(points)) == 2:  # the last one is the decimal mark
        return points[-1]
    if not points:
        return "."
    mark, other = points[0], "," if points[0] == "." else "."
    if len(points) > 1 or marks[-1] != mark:  # 1.250.000, or 1.250'000: it groups
        return other
    whole, fraction = text.split(mark)
    if len(fraction) == 3 and len(marks) == 1 and whole.strip("0") and decimals:
        raise NotAnAmount("it reads in two ways (thousands or decimals); type it as a number")
    return mark if decimals or len(fraction) != 3 else other
