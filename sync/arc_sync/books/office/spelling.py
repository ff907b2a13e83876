"""Formulas as Excel spells them and as LibreOffice's interface does: `,` and `Sheet!A1`, `;` and `$Sheet.A1`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

#: A text in quotes, or a sheet's name in quotes, each whole; what lies between is spelled anew.
_QUOTED: Final = re.compile(r'("(?:[^"]|"")*")')
_SHEET: Final = r"('(?:[^']|'')+'|[^\W\d][\w]*)"
_TO_OFFICE: Final = re.compile(rf"{_SHEET}!(?=\$?[A-Za-z])")
_TO_EXCEL: Final = re.compile(rf"\$?{_SHEET}\.(?=\$?[A-Za-z]{{1,3}}\$?\d)")


def to_office(formula: str) -> str:
    """Return Excel's formula as LibreOffice takes it."""
    return _outside_quotes(formula, lambda part: _TO_OFFICE.sub(r"$\1.", part.replace(",", ";")))


def to_excel(formula: str) -> str:
    """Return LibreOffice's formula as Excel has it."""
    return _outside_quotes(formula, lambda part: _TO_EXCEL.sub(r"\1!", part.replace(";", ",")))


def _outside_quotes(formula: str, spell: Callable[[str], str]) -> str:
    parts = _QUOTED.split(formula)
    return "".join(part if n % 2 else spell(part) for n, part in enumerate(parts))
