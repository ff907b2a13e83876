"""The one door through which email addresses and phone numbers become values."""

from __future__ import annotations

import re
from typing import Final

import phonenumbers

_ADDRESS: Final = re.compile(r"[^\s@,;<>\"()\[\]\\:]+@[^\s@,;<>\"()\[\]\\:]+\.[^\s@,;<>\"()\[\]\\:]+")


class NotAContact(ValueError):
    """The text is no address or number; the message says why, in words."""


def address(text: str) -> str:
    """Return the one plain email address that the text is; raises `NotAContact`."""
    body = text.strip()
    if not _ADDRESS.fullmatch(body):
        raise NotAContact("it is not an email address")
    return body


def addresses(text: str) -> tuple[str, ...]:
    """Return the addresses of a list such as "a@x.example; b@y.example"; raises `NotAContact`."""
    return tuple(address(part) for part in re.split(r"[;,\n]", text) if part.strip())


def number(text: str, country: str = "") -> str:
    """Return the phone number in E.164, such as +4930123456; raises `NotAContact`.

    A number without "+" is read as one of `country` (ISO 3166).
    """
    try:
        parsed = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        raise NotAContact("it is not a phone number") from None
    if not phonenumbers.is_valid_number(parsed):
        raise NotAContact("it is not a phone number")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
