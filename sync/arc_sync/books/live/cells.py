"""Between the values that xlwings hands over and the cells that ARC reads and writes.

xlwings gives floats, texts, booleans and datetimes, errors as their texts. To it goes what Excel takes as it is:
every text with an apostrophe before it, which Excel drops, so that none becomes a formula, a number or a date.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from arc_sheets import dates
from arc_sync.xlsx import Cell, Formula, Value
from arc_sync.xlsx.values import number

#: The style of a cell that shows a date; of all others it is 0.
DATED: Final = 1
#: Longer texts are written in a call of their own: Excel takes them there, but not everywhere in a block.
LONG: Final = 8_000
_ERRORS: Final = frozenset(
    "#NULL! #DIV/0! #VALUE! #REF! #NAME? #NUM! #N/A #GETTING_DATA #SPILL! #CONNECT! #BLOCKED! #UNKNOWN! #FIELD! "
    "#CALC!".split()
)


def is_formula(value: Any, formula: str) -> bool:
    """Say whether a cell holds a formula: a text that looks like one is its own value."""
    return formula.startswith("=") and value != formula


def cell(column: int, value: Any, formula: str) -> Cell | None:
    """Return a cell as the file would have it; None for a blank one. `column` counts from 0."""
    kind, raw, style = _content(value)
    if is_formula(value, formula):
        return Cell(column, kind, raw, formula[1:], style)
    return Cell(column, kind, raw, None, style) if kind else None


def _content(value: Any) -> tuple[str | None, str | None, int]:
    """Return type, text and style."""
    if value is None or value == "":
        return None, None, 0
    if isinstance(value, str):
        return ("e" if value in _ERRORS else "s"), value, 0
    if isinstance(value, bool):
        return "b", str(int(value)), 0
    if isinstance(value, date):
        return "n", _serial(value), DATED
    return "n", number(value), 0


@lru_cache(maxsize=20_000)  # days come again and again
def _serial(moment: date) -> str:
    return number(dates.to_serial(moment))


def cells_of(values: Sequence[Any], formulas: Sequence[Any]) -> list[Cell]:
    """Return the cells of a row as `cell` makes them: texts and numbers, which most are, in the quick way."""
    made, new = list[Cell](), tuple.__new__
    for column, value in enumerate(values):
        formula, kind = formulas[column], type(value)
        if kind is str and formula == value and value[0] != "#":
            made.append(new(Cell, (column, "s", value, None, 0)))
        elif kind is float and formula[:1] != "=":
            made.append(new(Cell, (column, "n", repr(value).removesuffix(".0"), None, 0)))
        elif value is not None or formula:
            other = cell(column, value, text(formula))
            if other is not None:
                made.append(other)
    return made


def text(formula: Any) -> str:
    """Return what a program gives for a formula as text."""
    return formula if isinstance(formula, str) else "" if formula is None else str(formula)


def given(value: Value) -> Any:
    """Return what is handed to xlwings for a value."""
    if isinstance(value, str):
        return f"'{value}" if value else None
    if isinstance(value, Formula):
        return "=" + value.text.removeprefix("=")
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, date):
        return value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)  # noqa: DTZ001 (wall clock)
    return float(value) if isinstance(value, Decimal | int) else value


def shown(value: Value) -> Any:
    """Return what xlwings will give for a value that has been written; a formula's result is not known."""
    if isinstance(value, Formula) or value == "":
        return None
    told = given(value)
    return told[1:] if isinstance(told, str) else told


def same(was: Cell | None, value: Value) -> bool:
    """Say whether a cell holds a value already, so that nothing need be written."""
    if was is None or value is None or value == "":
        return (was is None) == (value is None or value == "")
    if isinstance(value, Formula) or was.formula is not None:
        text = value.text if isinstance(value, Formula) else ""
        return _tidy(was.formula or "") == _tidy(text.removeprefix("="))
    return (was.type, was.raw) == _content(shown(value))[:2]


def _tidy(formula: str) -> str:
    return "".join(formula.split()).casefold()
