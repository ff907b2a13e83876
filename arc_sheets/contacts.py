"""The one door through which email addresses and phone numbers become values: what a person typed, or why not."""

from __future__ import annotations

import re
from typing import Final

import idna
import phonenumbers

from arc_sheets.phrases import say_cell

#: RFC 5322 dot-atom, with the letters of RFC 6531. Quoted local parts are refused: no mailbox in use has one.
_ATOM: Final = r"[^\s\x00-\x20\x7f-\x9f()<>\[\]:;@\\,.\"]+"
_LOCAL: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
#: A domain in which IDNA has nothing to do: ASCII in lower case, labels of 1 to 63, none like "xn--".
_LABEL: Final = r"(?!..--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PLAIN: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_SEPARATORS: Final = re.compile(r"[;,\n]")


class NotAContact(ValueError):
    """The text is no address or number; the message says why, in words."""


def address(text: str) -> str:
    """Return the one plain email address that the text is, its domain as the DNS knows it (IDNA 2008, UTS 46).

    Raises `NotAContact`: for a list, a name beside it, a line break, or anything that no server would take.
    """
    body = text.strip()
    local, at, domain = body.rpartition("@")
    if not at:
        raise NotAContact("it has no @")
    if "@" in local:
        raise NotAContact("it is more than one address")
    if not _LOCAL.fullmatch(local):
        raise NotAContact("it is no plain address, such as name@example.com")
    plain = _domain(domain)
    if len(local.encode()) > 64 or len(local.encode()) + 1 + len(plain) > 254:  # RFC 5321 4.5.3.1
        raise NotAContact("it is longer than an address can be")
    return f"{local}@{plain}"


def addresses(text: str) -> tuple[str, ...]:
    """Return the addresses of a list such as "a@x.example; b@y.example", each once; raises `NotAContact`."""
    parts = [part.strip() for part in _SEPARATORS.split(text) if part.strip()]
    found: dict[str, str] = {}
    for part in parts:
        try:
            one = address(part)
        except NotAContact as error:
            raise NotAContact(str(error) if len(parts) == 1 else f'of "{part}", {error}') from None
        found.setdefault(one.casefold(), one)
    return tuple(found.values())


def number(text: str, country: str = "") -> str:
    """Return the phone number in E.164, such as +4930123456; raises `NotAContact`.

    A number that does not begin with + (or 00 as `country` dials abroad) is read as one of `country` (ISO 3166).
    An extension is refused: a message does not reach it.
    """
    try:
        parsed = phonenumbers.parse(text, country.upper() or None)
    except phonenumbers.NumberParseException as error:
        if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE and not country:
            raise NotAContact("its country is not known; begin it with + and the country's code") from None
        raise NotAContact("it is no phone number") from None
    if parsed.extension:
        raise NotAContact("it has an extension")
    if not phonenumbers.is_valid_number(parsed):
        raise NotAContact("there can be no such phone number")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _domain(text: str) -> str:
    """Return the domain in ASCII; one label alone is none, nor is an IP address."""
    try:
        plain = _PLAIN.fullmatch(text) and len(text) <= 253  # IDNA lets such a name be as it is
        name = text if plain else idna.encode(text, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        raise NotAContact(f"{say_cell(text)} is no domain, such as example.com") from None
    if "." not in name.strip(".") or name.endswith(".") or name.rpartition(".")[2].isdigit():
        raise NotAContact(f"{say_cell(text)} is no domain, such as example.com")
    return name
