"""A cell: what a person entered, and how it looks. Cells never change; a new one takes the place."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from tests.emulators.google.errors import Json, Refused

NOTHING: Mapping[str, Any] = MappingProxyType({})
#: "a cell can have up to 50,000 characters" (Google Drive help, "Files you can store in Google Drive").
LONGEST_TEXT = 50_000


class Failure(NamedTuple):
    """An error cell: ErrorType of the discovery document, and what a person sees."""

    type: str
    shows: str
    message: str


DIVIDED_BY_ZERO = Failure("DIVIDE_BY_ZERO", "#DIV/0!", "Function DIVIDE parameter 2 cannot be zero.")
NO_NAME = Failure("NAME", "#NAME?", "Unknown function or range name.")
NO_REFERENCE = Failure("REF", "#REF!", "Reference does not exist.")
NOT_A_VALUE = Failure("VALUE", "#VALUE!", "The value cannot be used here.")

Scalar = str | int | float | bool
Value = Scalar | Failure | None


class Cell(NamedTuple):
    """One cell as entered; `look` is userEnteredFormat, `rule` dataValidation, `more` the rest of CellData."""

    value: Value = None
    formula: str | None = None
    look: Mapping[str, Any] = NOTHING
    note: str | None = None
    rule: Json | None = None
    more: Mapping[str, Any] = NOTHING

    @property
    def empty(self) -> bool:
        """Say whether nothing is entered (a format may stay)."""
        return self.value is None and self.formula is None

    @property
    def blank(self) -> bool:
        """Say whether there is nothing at all to keep."""
        return self == BLANK

    def cleared(self) -> Cell:
        """Give the cell without its value; the format, note and rule stay."""
        return Cell(None, None, self.look, self.note, self.rule, self.more)


BLANK = Cell()


def is_number(value: object) -> bool:
    """Say whether the value is a number; TRUE is not one."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def tidy(number: float) -> int | float:
    """Give a double as Google's JSON writes it: 5, not 5.0."""
    return int(number) if isinstance(number, float) and number.is_integer() and abs(number) < 1e15 else number


def extended(value: Value) -> Json:
    """Give a value as an ExtendedValue."""
    match value:
        case Failure():
            return {"errorValue": {"type": value.type, "message": value.message}}
        case bool():
            return {"boolValue": value}
        case str():
            return {"stringValue": value}
        case None:
            return {}
        case _:
            return {"numberValue": tidy(value)}


def entered(given: Json | None) -> tuple[Value, str | None]:
    """Give the value and the formula of an ExtendedValue; only one of its fields may be set."""
    if not given:
        return None, None
    if len(given) > 1:
        raise Refused("oneof field 'value' is already set. Cannot set more than one kind of value")
    ((kind, value),) = given.items()
    if kind == "errorValue":  # ExtendedValue.errorValue: "This field is read-only."
        raise Refused("errorValue cannot be set")
    if kind == "formulaValue":
        return None, str(value)
    if kind == "stringValue":
        return check_length(str(value)) or None, None
    return value, None


def check_length(text: str) -> str:
    """Refuse a text that no cell can hold."""
    if len(text) > LONGEST_TEXT:
        raise Refused("Your input contains more than the maximum of 50000 characters in a single cell.")
    return text
