"""What whole columns prove: the order of day and month, the decimal mark, the currency.

Nothing is guessed from one cell: "3/4/2026" is read once another cell of the column shows which of the
two can only be the day. What no cell proves, a person is asked for (`Undecided`).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from arc_sheets import money
from arc_sheets.errors import Undecided
from arc_sync.intake.words import CURRENCY_SIGNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arc_sheets.dates import Order
    from arc_sync.intake.model import Cell

_NUMERIC: Final = re.compile(r"(\d{1,2})\s*([/-])\s*(\d{1,2})\s*\2\s*(?:\d{4}|\d{2})(?!\d)")
_ORDER_WORDS: Final[Mapping[str, str]] = {"dmy": "day/month/year", "mdy": "month/day/year"}
_AMOUNT: Final = re.compile(r"\d[\d.,]*")
_BARE: Final = re.compile(r"[\d.,() -]*$", re.ASCII)
_SIGN: Final = re.compile(r"[A-Z]{0,2}[$€£₹₩₺₽₪₫₴₦₱฿]|\b[A-Z]{3}\b")
_MEMORY: Final = 20_000  #: distinct texts remembered per column, so that repeated ones cost nothing


class Example(NamedTuple):
    """A cell that shows something: its text and where it stands."""

    text: str
    line: int


class Decision(NamedTuple):
    """What was decided, and the sentence that says why."""

    value: str
    why: str = ""


@dataclass(slots=True)
class DateColumn:
    """What the texts of one date column show about the order of day and month."""

    header: str
    proof: dict[Order, Example] = field(default_factory=dict)
    doubt: Example | None = None
    _seen: set[str] = field(default_factory=set)

    def look(self, cell: Cell, line: int) -> None:
        """Take one cell into account."""
        if not isinstance(cell, str) or cell in self._seen:
            return
        if len(self._seen) < _MEMORY:
            self._seen.add(cell)
        hit = _NUMERIC.match(cell.strip())
        if not hit:
            return
        first, second = int(hit[1]), int(hit[3])
        if first > 12 >= second:
            self.proof.setdefault("dmy", Example(cell.strip(), line))
        elif second > 12 >= first:
            self.proof.setdefault("mdy", Example(cell.strip(), line))
        elif first != second and not self.doubt:
            self.doubt = Example(cell.strip(), line)


def decide_orders(columns: Mapping[str, DateColumn], told: Order | None) -> Mapping[str, Order | None]:
    """Return the order for each date column; raise `Undecided` naming the first that reads in two ways."""
    if told:
        return dict.fromkeys(columns, told)
    for column in columns.values():
        if len(column.proof) == 2:
            dmy, mdy = column.proof["dmy"], column.proof["mdy"]
            raise Undecided(
                f'Column "{column.header}" mixes day/month ("{dmy.text}", line {dmy.line}) and month/day '
                f'("{mdy.text}", line {mdy.line}): say which is right with --dates dmy or --dates mdy, '
                "and the others become rejects."
            )
    proved = {order for column in columns.values() for order in column.proof}
    shared = next(iter(proved)) if len(proved) == 1 else None
    orders: dict[str, Order | None] = {}
    for name, column in columns.items():
        orders[name] = next(iter(column.proof), shared)
        if column.doubt and not orders[name]:
            raise Undecided(
                f'Column "{column.header}" can be read as day/month or month/day, for example '
                f'"{column.doubt.text}" on line {column.doubt.line}: say which with --dates dmy or --dates mdy.'
            )
    return orders


def say_orders(columns: Mapping[str, DateColumn], told: Order | None) -> str:
    """Say how dates are read and why; empty if no date depends on an order."""
    if told:
        return f"Dates are {_ORDER_WORDS[told]}, as told."
    for column in columns.values():
        for order, example in column.proof.items():
            return f'Dates are {_ORDER_WORDS[order]}: line {example.line} has "{example.text}" in "{column.header}".'
    return ""


@dataclass(slots=True)
class MoneyColumns:
    """What the texts of all money columns together show about the decimal mark and the currency."""

    points: dict[str, tuple[str, Example]] = field(default_factory=dict)  #: by mark: header, example
    doubt: tuple[str, Example] | None = None
    signs: Counter[str] = field(default_factory=Counter)
    odd_sign: tuple[str, Example] | None = None
    _seen: set[str] = field(default_factory=set)

    def look(self, header: str, cell: Cell, line: int) -> None:
        """Take one cell into account."""
        if not isinstance(cell, str) or cell in self._seen:
            return
        if len(self._seen) < _MEMORY:
            self._seen.add(cell)
        if _BARE.match(cell):
            pass
        elif sign := currency_of(cell):
            self.signs[sign] += 1
        elif "$" in cell or "¥" in cell:
            self.odd_sign = self.odd_sign or (header, Example(cell.strip(), line))
        if hit := _AMOUNT.search(cell):
            self._marks(header, hit[0].rstrip(".,"), Example(cell.strip(), line))

    def _marks(self, header: str, digits: str, example: Example) -> None:
        marks = [c for c in digits if c in ".,"]
        if not marks:
            return
        last, groups = marks[-1], marks.count(marks[-1]) > 1
        if groups:
            proof = "." if last == "," else ","
        elif len(set(marks)) == 2 or len(digits) - digits.rindex(last) - 1 != 3 or digits.startswith("0"):
            proof = last
        else:
            self.doubt = self.doubt or (header, example)
            return
        self.points.setdefault(proof, (header, example))


def decide_decimal(columns: MoneyColumns, told: str | None, currency: str | None) -> Decision:
    """Return the decimal mark of the file; raise `Undecided` if its amounts read in two ways."""
    if told:
        return Decision(told, f'The decimal mark is "{told}", as told.')
    if len(columns.points) == 2:
        (header, point), (_, comma) = columns.points["."], columns.points[","]
        raise Undecided(
            f'Column "{header}" and others mix decimal points ("{point.text}", line {point.line}) and commas '
            f'("{comma.text}", line {comma.line}): say which is right with --decimal . or --decimal ,'
        )
    for mark, (header, example) in columns.points.items():
        why = f'line {example.line} has "{example.text}" in "{header}"'
        return Decision(mark, f'The decimal mark is "{mark}": {why}.')
    if columns.doubt and (currency is None or money.exponent(currency)):
        header, example = columns.doubt
        raise Undecided(
            f'Column "{header}" can be read with thousands or decimals, for example "{example.text}" on line '
            f"{example.line}: say which with --decimal . or --decimal ,"
        )
    if columns.doubt:  # no decimals exist in this currency: the mark groups
        return Decision("." if "," in columns.doubt[1].text else ",")
    return Decision(".")


def currency_of(text: str) -> str | None:
    """Return the currency that an amount or a title names beyond doubt ("€ 5", "US$", "EUR"), or None."""
    for hit in _SIGN.findall(text):
        if hit in money.CURRENCIES:
            return str(hit)
        if hit in CURRENCY_SIGNS:
            return CURRENCY_SIGNS[hit]
        if len(hit) > 1 and hit[-1] != "$" and hit[-1] in CURRENCY_SIGNS:
            return CURRENCY_SIGNS[hit[-1]]
    return None
