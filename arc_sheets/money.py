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

#: What a currency sign may stand for; an amount that names another currency than its row is refused.
_MEANS = {
    "$": "ARS AUD BBD BMD BND BRL BSD BZD CAD CLP COP CVE DOP FJD GYD HKD JMD KYD LRD MXN NAD NIO NZD PAB SBD SGD"
    " SRD SVC TOP TTD TWD USD UYU WST XCD ZWG",
    "US$": "USD",
    "A$": "AUD",
    "AU$": "AUD",
    "C$": "CAD",
    "CA$": "CAD",
    "HK$": "HKD",
    "MX$": "MXN",
    "NT$": "TWD",
    "NZ$": "NZD",
    "R$": "BRL",
    "S$": "SGD",
    "€": "EUR",
    "£": "EGP FKP GBP GIP LBP SDG SHP SSP SYP",
    "¥": "CNY JPY",
    "₹": "INR",
    "₩": "KPW KRW",
    "₺": "TRY",
    "₽": "RUB",
    "₪": "ILS",
    "₫": "VND",
    "₴": "UAH",
    "₦": "NGN",
    "₱": "PHP",
    "฿": "THB",
    "kr": "DKK ISK NOK SEK",
    "zł": "PLN",
    "Fr": "BIF CDF CHF DJF GNF KMF RWF XAF XOF XPF",
}
_SAME = str.maketrans(
    {"\u2212": "-", "\u2013": "-", "\u2014": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'"}
)
_WORD = r"kr\.?|zł|Fr\.?"
_SIGN = "[" + "".join(sign for sign in _MEANS if len(sign) == 1) + "]"
_MARK = re.compile(
    rf"^(?:[A-Z]{{3}}(?![A-Za-z])|[A-Z]{{0,3}}{_SIGN}|{_WORD})|(?:[A-Z]{{3}}|{_SIGN}|{_WORD})$"
)
_NO_CENTS = re.compile(r"(?<=\d[.,])--?(?=\D*$)")  # 99,- and 99.--
_SIDE = re.compile(r"(?<=[\d\s])([CD])R$", re.IGNORECASE)
_GROUPS = {
    mark: re.compile(
        rf"[1-9]\d{{0,2}}(?:{re.escape(mark)}\d{{3}})+|[1-9]\d?(?:{re.escape(mark)}\d{{2}})+{re.escape(mark)}\d{{3}}"
    )
    for mark in ",.' "
}


class NotAnAmount(ValueError):
    """The text or number is no amount of this currency; the message says why, in words."""


def exponent(currency: str) -> int:
    """Return how many decimals the currency's minor unit has: 2 for EUR, 0 for JPY, 3 for KWD."""
    return _EXPONENTS.get(currency, 2)


def to_minor(number: Decimal | float, currency: str) -> int:
    """Turn a number in major units into minor units.

    A float, as spreadsheets hand them over, is taken at its 15 significant digits: what the person saw.
    Raises `NotAnAmount` if it is not finite, too large, or has more decimals than the currency.
    """
    exact = Decimal(f"{number:.15g}") if isinstance(number, float) else Decimal(number)
    if not exact.is_finite():
        raise NotAnAmount("it is not a finite number")
    if exact.adjusted() > 15 or abs(minor := exact.scaleb(exponent(currency))) > LARGEST:
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
    text that reads in two ways ("1.250") is refused, and so is one that names another currency. Raises
    `NotAnAmount`.
    """
    body, negative = _unsigned(_NO_CENTS.sub("", text.translate(_SAME).strip()), currency)
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


def _unsigned(text: str, currency: str) -> tuple[str, bool]:
    """Strip signs, brackets, the currency and DR/CR; say whether the amount is negative."""
    minus, before = 0, ""
    while text != before:  # "(EUR 80.00)", "-$80", "$ -80", "80.00- EUR", "80.00 CR"
        before = text
        if text[:1] == "(" and text[-1:] == ")":
            text, minus = text[1:-1].strip(), minus + 1
        if text[:1] in {"+", "-"}:
            text, minus = text[1:].strip(), minus + (text[0] == "-")
        if text[-1:] == "-":
            text, minus = text[:-1].strip(), minus + 1
        if side := _SIDE.search(text):
            text, minus = text[: side.start()].strip(), minus + (side[1] in "cC")
        if mark := _MARK.search(text):
            _check_mark(mark[0], currency)
            text = (text[: mark.start()] + text[mark.end() :]).strip()
    if minus > 1:
        raise NotAnAmount("it is marked negative twice")
    return text, minus == 1


def _check_mark(mark: str, currency: str) -> None:
    """Raise unless the sign or code beside an amount may stand for its currency."""
    if mark == currency:
        return
    meant = _MEANS.get(mark.rstrip(".")) or _MEANS.get(mark[-1])
    if meant is None and mark not in CURRENCIES:
        raise NotAnAmount("it is not a number")
    if meant is None or currency not in meant.split():
        raise NotAnAmount(f"it says {mark}, but its currency is {currency}")


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
    if len(fraction) == 3 and re.fullmatch(r"[1-9]\d{0,2}", whole) and decimals:
        raise NotAnAmount("it reads in two ways (thousands or decimals); type it as a number")
    return mark if decimals or len(fraction) != 3 else other
