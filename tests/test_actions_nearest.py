"""A name or number that is not there is answered with the one that is meant, never with a guess."""

from __future__ import annotations

import pytest

from arc_sync.agent.actions.nearest import nearest_name, nearest_number

NAMES = ("Elbe Spedition", "Elbe Reederei", "Müller Nord", "Müller Süd")
NUMBERS = ("INV-1013", "INV-1031", "RE-2", "RE-3", "2026/004")


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        ("elbe spedtion", "Elbe Spedition"),
        ("ELBE SPEDITION GMBH", "Elbe Spedition"),
        ("reederei", "Elbe Reederei"),
        ("elbe", None),
        ("Müller", None),
        ("Müller Ost", None),
        ("Mu", None),
        ("Schmidt", None),
    ],
)
def test_a_name(wanted: str, meant: str | None) -> None:
    assert nearest_name(wanted, NAMES) == meant


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        ("inv1013", "INV-1013"),
        ("re 003", "RE-3"),
        ("2026-4", "2026/004"),
        ("2026/040", "2026/004"),
        ("INV-1310", None),  # swapped digits of two
        ("RE-4", None),
        ("RE-23", None),
    ],
)
def test_a_number(wanted: str, meant: str | None) -> None:
    assert nearest_number(wanted, NUMBERS) == meant


def test_nothing_is_meant_where_there_is_nothing() -> None:
    assert nearest_name("Elbe", ()) is None
    assert nearest_number("RE-1", ()) is None
