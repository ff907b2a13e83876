"""From the cells of a record to values, by the decisions made for the whole file."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from arc_sheets import dates, money
from arc_sheets.cells import UNSHOWN, CellError, is_sound, verbatim
from arc_sync.intake.evidence import currency_of
from arc_sync.intake.layout import text_of
from arc_sync.intake.model import Calculated
from arc_sync.intake.rows import cell_at
from arc_sync.intake.words import CURRENCY_NAMES, NO, YES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arc_sheets.dates import Order
    from arc_sync.intake.layout import Layout
    from arc_sync.intake.model import Line, Plain

_NOTHING: Final = frozenset({"-", "\u2013", "\u2014"})
_DAYS: Final = re.compile(r"(?:net\s*)?(\d{1,3})\s*(?:days?|tage|d)?(?:\s*net(?:to)?)?", re.IGNORECASE)
_LAST_NET: Final = re.compile(r"net(?:to)?\s*(\d{1,3})|(\d{1,3})\s*(?:tage|days)?\s*netto", re.IGNORECASE)
_AT_ONCE: Final = re.compile(
    r"(due\s+)?(up)?on\s+receipt|immediate(ly)?|cod|cash|sofort( fällig)?|prepaid", re.IGNORECASE
)
_MEMORY: Final = 50_000


class BadCell(ValueError):
    """A cell that is no value of its column; the message names the column, what was seen, and why."""


@dataclass(slots=True)
class Reader:
    """Reads the cells of records. Blank is None; raises `BadCell` for what cannot be read."""

    layout: Layout
    orders: Mapping[str, Order | None]
    decimal: str
    currency: str | None  #: of rows that name none
    computed: frozenset[str] = frozenset()  #: fields whose formulas have values, see `_calculated`
    _known: dict[tuple[str, Order | None], dt.date] = field(default_factory=dict)
    _amounts: dict[tuple[str, str], int] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Say whether the file has the field."""
        return name in self.layout.columns

    def cell(self, line: Line, name: str) -> Plain:
        """Return a cell; a formula gives the value the file kept for it."""
        label = self.layout.columns.get(name)
        cell = cell_at(line, label.place) if label else ""
        if type(cell) is str:  # not a CellError, which is a text too
            return cell
        if isinstance(cell, CellError):
            raise self._bad(name, str(cell), "it is an error value")
        return self._calculated(cell, name) if isinstance(cell, Calculated) else cell

    def _calculated(self, cell: Calculated, name: str) -> Plain:
        """Return a formula's kept value, unless every formula of its column has none: it was never computed."""
        if cell.value in ("", 0) and name not in self.computed:
            why = "it is a formula without a kept value; open the file in Excel, save it, import again"
            raise self._bad(name, text_of(cell), why)
        return cell.value

    def text(self, line: Line, name: str) -> str | None:
        """Return a text in one line, or None."""
        return self.sound(name, text_of(self.cell(line, name))) or None

    def note(self, line: Line, name: str) -> str | None:
        """Return a text with its line breaks, or None."""
        cell = self.cell(line, name)
        text = cell.replace("\r\n", "\n").strip() if isinstance(cell, str) else text_of(cell)
        return self.sound(name, text) or None

    def sound(self, name: str, text: str) -> str:
        """Return a text, which a ledger must be able to keep."""
        if is_sound(text):
            return text
        raise self._bad(name, text, UNSHOWN)

    def date(self, line: Line, name: str) -> dt.date | None:
        """Return a date, or None."""
        cell = self.cell(line, name)
        if isinstance(cell, str):
            return self._typed_date(cell, name) if cell.strip() else None
        if isinstance(cell, dt.datetime):
            return cell.date()
        if isinstance(cell, dt.date):
            return cell
        if isinstance(cell, bool):
            raise self._bad(name, text_of(cell), "it is not a date")
        try:
            return dates.from_serial(float(cell)).date()
        except dates.NotADate as error:
            raise self._bad(name, text_of(cell), str(error)) from None

    def _typed_date(self, text: str, name: str) -> dt.date:
        key = (text, self.orders.get(name))
        found = self._known.get(key)
        if found is None:
            try:
                found = dates.read_date(*key)
            except dates.NotADate as error:
                raise self._bad(name, text, str(error)) from None
            if len(self._known) < _MEMORY:
                self._known[key] = found
        return found

    def money(self, line: Line, name: str, currency: str) -> int | None:
        """Return an amount in minor units, or None; a lone dash is nil."""
        cell = self.cell(line, name)
        if isinstance(cell, str):
            return self._typed_money(cell.strip(), name, currency)
        if isinstance(cell, bool | dt.date):
            raise self._bad(name, text_of(cell), "it is not an amount")
        try:
            return money.to_minor(cell, currency)
        except money.NotAnAmount as error:
            raise self._bad(name, text_of(cell), str(error)) from None

    def _typed_money(self, text: str, name: str, currency: str) -> int | None:
        if not text or text in _NOTHING:
            return 0 if text else None
        found = self._amounts.get((text, currency))
        if found is None:
            # Without decimals in the currency a mark can only group: "1.250" JPY.
            mark = self.decimal if money.exponent(currency) else None
            try:
                found = money.read_amount(text, currency, mark)
            except money.NotAnAmount as error:
                raise self._bad(name, text, str(error)) from None
            if len(self._amounts) < _MEMORY:
                self._amounts[text, currency] = found
        return found

    def currency_at(self, line: Line, *amounts: str) -> str:
        """Return the currency of a row: its column, else what stands with its amounts, else the file's."""
        if told := self.text(line, "currency"):
            code = told.upper() if told.upper() in money.CURRENCIES else CURRENCY_NAMES.get(told.casefold())
            if code or (code := currency_of(told)):
                return code
            raise self._bad("currency", told, "it is no currency code, such as EUR or USD")
        for name in amounts:
            cell = self.cell(line, name)
            if isinstance(cell, str) and (sign := currency_of(cell)):
                return sign
        if self.currency:
            return self.currency
        raise self._bad("currency", "", "it is blank, and --currency is not given")

    def days(self, line: Line, name: str = "terms") -> int | None:
        """Return payment terms in days ("Net 30", "Due on receipt", "2% 10 Net 30"), or None."""
        text = self.text(line, name) or ""
        if _AT_ONCE.fullmatch(text):
            return 0
        if hit := _DAYS.fullmatch(text) or _LAST_NET.search(text):
            return int(next(group for group in hit.groups() if group))
        return None

    def yes(self, line: Line, name: str) -> bool:
        """Return a yes or no; blank is no."""
        text = (self.text(line, name) or "").casefold()
        if text in YES:
            return True
        if text in NO:
            return False
        raise self._bad(name, text, "it is neither yes nor no")

    def missing(self, name: str, word: str) -> BadCell:
        """Return the error for a required cell that is blank."""
        header = self.layout.columns[name].header if self.has(name) else ""
        return BadCell(f'Column "{header}" is blank; {word}.' if header else f"The row has no {word}.")

    def _bad(self, name: str, seen: str, why: str) -> BadCell:
        header = self.layout.columns[name].header if self.has(name) else name
        shown = verbatim(seen if len(seen) <= 60 else seen[:57] + "...")
        return BadCell(f'Column "{header}" has "{shown}": {why}.')
