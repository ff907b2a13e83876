"""What a person writes under Applied to: "INV-1; INV-2: 50.00" names invoices, each perhaps with an amount."""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from decimal import Decimal
from typing import Final, NamedTuple

_THOUSANDS: Final = re.compile(r":\s*\d{1,3}(?:,\d{3})+(?!\d)")
_SEPARATOR: Final = re.compile(r"[,;\n]")
_AMOUNT: Final = re.compile(r"(?P<number>.*\S)\s*:\s*(?P<amount>\d+(?:\.\d+)?)", re.DOTALL)


class Part(NamedTuple):
    """One reference of a payment: an invoice number and, if the person gave one, the amount meant for it."""

    number: str
    amount: Decimal | None = None  #: major units


def parse(text: str, known: Container[str] = ()) -> tuple[Part, ...]:
    """Split a reference text at commas, semicolons and line breaks into numbers and amounts.

    "INV-1: 1,250.00" is one part: a thousands comma separates nothing. A piece that is as a whole one of
    the `known` numbers is that number, even with a colon in it.
    """
    plain = _THOUSANDS.sub(lambda hit: hit[0].replace(",", ""), text)
    return tuple(_part(piece.strip(), known) for piece in _SEPARATOR.split(plain) if piece.strip())


def _part(piece: str, known: Container[str]) -> Part:
    hit = None if piece in known else _AMOUNT.fullmatch(piece)
    return Part(hit["number"], Decimal(hit["amount"])) if hit else Part(piece)


def respelled(text: str, spell: Callable[[str], str], known: Container[str] = ()) -> str:
    """Return the text with every number as `spell` writes it; as it stands, if that changes none."""
    parts = parse(text, known)
    if all(spell(part.number) == part.number for part in parts):
        return text
    return "; ".join(
        spell(part.number) if part.amount is None else f"{spell(part.number)}: {part.amount}"
        for part in parts
    )
