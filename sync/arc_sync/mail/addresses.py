"""Email addresses and phone numbers: what a person typed becomes one that a server takes, or a sentence."""

from __future__ import annotations

import re
from typing import Final

import idna

from arc_sheets.errors import MailError

#: RFC 5322 dot-atom, with the letters of RFC 6531. Quoted local parts are refused: no mailbox in use has one.
_LOCAL: Final = re.compile(
    r"[^\s\x00-\x20\x7f-\x9f()<>\[\]:;@\\,.\"]+(\.[^\s\x00-\x20\x7f-\x9f()<>\[\]:;@\\,.\"]+)*"
)
_NUMBER: Final = re.compile(r"\+[1-9]\d{6,14}")  # ITU-T E.164


def address_of(text: str) -> str:
    """Return one address with its domain in ASCII (IDNA 2008, UTS 46); raises `MailError` if it is none."""
    local, at, domain = text.strip().rpartition("@")
    ascii_domain = _domain(domain)
    if not at or not _LOCAL.fullmatch(local) or not ascii_domain or _too_long(local, ascii_domain):
        raise MailError(f'"{_shown(text)}" is no email address; correct it, such as name@example.com.')
    return f"{local}@{ascii_domain}"


def addresses_of(text: str) -> tuple[str, ...]:
    """Return the addresses of a list with commas, semicolons or spaces, each once; raises `MailError`."""
    found = (address_of(part) for part in re.split(r"[,;\s]+", text) if part)
    return tuple({address.lower(): address for address in found}.values())


def number_of(text: str) -> str:
    """Return a phone number in E.164, without separators; raises `MailError` if it is none."""
    number = re.sub(r"[\s()./-]", "", text)
    if not _NUMBER.fullmatch(number):
        raise MailError(f'"{_shown(text)}" is no number to write to; give it as +49 170 1234567.')
    return number


def domain_of(address: str) -> str:
    """Return what stands behind the @."""
    return address.rpartition("@")[2]


def _domain(text: str) -> str:
    """Return the domain as the DNS knows it, or "" if it is none; one label alone is none."""
    try:
        name = idna.encode(text, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        return ""
    return name if "." in name.strip(".") and not name.endswith(".") else ""


def _too_long(local: str, domain: str) -> bool:
    """Say whether it is longer than RFC 5321 4.5.3.1 allows (a path is 256 octets with its brackets)."""
    octets = len(local.encode("utf-8", "replace"))
    return octets > 64 or octets + 1 + len(domain) > 254


def _shown(text: str) -> str:
    """Return it as a sentence may show it: one line, not endless."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:57]}..."
