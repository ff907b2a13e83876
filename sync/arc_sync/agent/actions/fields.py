"""The fields of requests: read as the same cells of the workbook are, so that both ways give the same values."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Final, NamedTuple

from pydantic import BeforeValidator, Field, ValidationInfo

from arc_sheets import tabs
from arc_sheets.cells import PLAIN, UNSHOWN, CellValue, Reading, Unreadable, Value, read_cell
from arc_sheets.dates import FIRST, LAST
from arc_sheets.tab import Column, Kind, Tab

#: Characters that a text of one line may have at most.
LONGEST_LINE: Final = 250
_LINE_BREAKS: Final = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
_STEP: Final = re.compile(r"(?:every\s+)?(\d{0,3})\s*(day|week|month)s?", re.IGNORECASE)


class NotTaken(ValueError):
    """A field cannot be taken: why, and what to do about it unless that is said already, in words."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.remedy = remedy


class Step(NamedTuple):
    """The time between two instalments."""

    many: int
    unit: str  #: day, week or month

    def __str__(self) -> str:
        return f"every {self.unit}" if self.many == 1 else f"every {self.many} {self.unit}s"


def _of(tab: Tab, name: str) -> BeforeValidator:
    """Return the validator that reads a field as a cell of this column is read."""
    return _reads(tab.column(name))


def _reads(column: Column) -> BeforeValidator:
    def read(given: object, info: ValidationInfo) -> Value:
        how = info.context if isinstance(info.context, Reading) else PLAIN
        value = read_cell(column, _as_cell(given), None, how)
        if isinstance(value, Unreadable):
            known = "" if ";" in value.why else _REMEDIES.get(column.kind, "correct it")
            known = "type it anew" if value.why == UNSHOWN else known
            raise NotTaken(value.why, known)
        if isinstance(value, str):
            _check_text(value, one_line=column.kind is not Kind.NOTE)
        return value

    return BeforeValidator(read)


def _as_cell(given: object) -> CellValue:
    if isinstance(given, str | bool | int | float | Decimal | date | datetime):
        return given
    raise NotTaken("it is no text, number or date", "correct it")


def _check_text(text: str, *, one_line: bool) -> None:
    """Raise where a text has what no cell, header or letter can hold."""
    if one_line and not _LINE_BREAKS.isdisjoint(text):
        raise NotTaken("it has a line break", "write it in one line")
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in text):
        raise NotTaken(UNSHOWN, "type it anew")
    if one_line and len(text) > LONGEST_LINE:
        raise NotTaken(f"it is longer than {LONGEST_LINE} characters", "shorten it")


def _amount(given: object) -> object:
    """Leave an amount as it was typed: only its row knows the currency; a float counts as it is shown."""
    if isinstance(given, str):
        _check_text(given, one_line=True)
        return given
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal):
        raise NotTaken("it is not an amount", "type it like 1250.50")
    exact = Decimal(f"{given:.15g}") if isinstance(given, float) else Decimal(given)
    if not exact.is_finite():
        raise NotTaken("it is not a finite number", "type it like 1250.50")
    return exact


def _list(given: object) -> object:
    """Read invoice numbers: a text such as "INV-1; INV-2", or a list of them."""
    text = "; ".join(map(str, given)) if isinstance(given, list | tuple) else str(_as_cell(given))
    _check_text(text, one_line=False)
    return text.strip()


def _moment(given: object) -> object:
    """Read when a request was made: a moment with its zone, or such a text in ISO 8601."""
    try:
        moment = datetime.fromisoformat(given) if isinstance(given, str) else given
    except ValueError:
        moment = None
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise NotTaken("it is no moment with a time zone", "give it like 2026-04-03T09:30:00Z")
    if not FIRST <= moment.date() <= LAST:
        raise NotTaken(f"the year {moment.year} is out of range", "set the clock")
    return moment.astimezone(UTC)


def _step(given: object) -> object:
    hit = _STEP.fullmatch(given.strip()) if isinstance(given, str) else None
    many = int(hit[1] or 1) if hit else 0
    if hit is None or not many:
        raise NotTaken("it is no time between two instalments", 'give it like "2 weeks" or "month"')
    return Step(many, hit[2].lower())


_REMEDIES: Final = {
    Kind.DATE: "type it like 2026-04-03",
    Kind.TIME: "type it like 2026-04-03 09:30",
    Kind.CHOICE: "choose one of them",
    Kind.CODE: "correct it",
}

Customer = Annotated[str, _of(tabs.CUSTOMERS, "name"), Field(title="customer")]
Invoice = Annotated[str, _of(tabs.INVOICES, "number"), Field(title="invoice")]
Invoices = Annotated[str, BeforeValidator(_list), Field(title="list of invoices")]
Currency = Annotated[str, _of(tabs.INVOICES, "currency"), Field(title="currency")]
Amount = Annotated[str | Decimal, BeforeValidator(_amount), Field(title="amount")]
Day = Annotated[date, _reads(Column("date", "Date", Kind.DATE)), Field(title="date")]
Wall = Annotated[datetime, _of(tabs.ACTIVITY, "when"), Field(title="time")]
Moment = Annotated[datetime, BeforeValidator(_moment), Field(title="time of the request")]
Whole = Annotated[int, _reads(Column("count", "Count", Kind.NUMBER))]
Every = Annotated[Step, BeforeValidator(_step), Field(title="time between instalments")]
Line = Annotated[str, _reads(Column("line", "Line", Kind.TEXT))]
Note = Annotated[str, _reads(Column("note", "Note", Kind.NOTE))]
Direction = Annotated[str, _of(tabs.ACTIVITY, "direction"), Field(title="direction")]
Reason = Annotated[str, _of(tabs.ACTIVITY, "reason"), Field(title="reason for not paying")]
Dispute = Annotated[str, _of(tabs.DISPUTES, "reason"), Field(title="reason")]
PaymentType = Annotated[str, _of(tabs.PAYMENTS, "type"), Field(title="type")]
Stage = Annotated[str, _of(tabs.TEMPLATES, "stage"), Field(title="stage")]
Channel = Annotated[str, _of(tabs.TEMPLATES, "channel"), Field(title="channel")]
