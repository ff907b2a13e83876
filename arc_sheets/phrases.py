"""How sentences name amounts, days and numbers of things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arc_sheets import money

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date


def say_amount(minor: int, currency: str) -> str:
    """Return minor units in words: "EUR 1,250.00"."""
    return f"{currency} {money.to_major(minor, currency):,f}"


def say_day(day: date) -> str:
    """Return a day near today: "9 Nov"."""
    return f"{day.day} {day:%b}"


def say_date(day: date) -> str:
    """Return a day of any year: "9 Nov 2026"."""
    return f"{say_day(day)} {day.year}"


def say_many(count: int, noun: str) -> str:
    """Return "1 invoice", "2 invoices"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def say_list(names: Sequence[str], at_most: int = 4) -> str:
    """Return "A", "A and B", "A, B and C", or the first ones "and 7 more"."""
    if len(names) > at_most:
        return f"{', '.join(names[: at_most - 1])} and {len(names) - at_most + 1} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""


def say_cell(text: str | None) -> str:
    """Return what stands in a cell in quotation marks, on one line and not endless."""
    line = " ".join((text or "").split())
    return f'"{line}"' if len(line) <= 60 else f'"{line[:57]}..."'


def ended(sentence: str) -> str:
    """Return a sentence with a full stop at its end, unless it ends already: "Tanaka K.K." has its own."""
    return sentence if sentence.endswith((".", "?", "!", "…")) else f"{sentence}."


def begun(sentence: str) -> str:
    """Return a sentence with a capital at its beginning."""
    return sentence[:1].upper() + sentence[1:]
