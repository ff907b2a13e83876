"""A tiny evaluator: numbers, texts, references, SUM, + - * / & and brackets. The rest is echoed with a hint.

Figures come from Python, never from the sheet, so no more is needed. For any other formula a test says what it
shows (`GoogleEmulator.shows["=TODAY()"] = 45000`); without that it shows #NAME?.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from tests.emulators.google import a1
from tests.emulators.google.cells import (
    DIVIDED_BY_ZERO,
    NO_NAME,
    NO_REFERENCE,
    NOT_A_VALUE,
    Cell,
    Failure,
    Value,
    is_number,
    tidy,
)
from tests.emulators.google.errors import ApiError
from tests.emulators.google.state import Contents, Sheet

_TOKENS = re.compile(
    r"""\s*(?:(?P<number>\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)|(?P<text>"(?:[^"]|"")*")
    |(?P<range>(?:(?:'(?:[^']|'')+'|[A-Za-z_]\w*)!)?\$?[A-Za-z]{1,3}\$?\d+(?::\$?[A-Za-z]{1,3}\$?\d+)?(?![\w(]))
    |(?P<word>[A-Za-z_][\w.]*)|(?P<sign>[-+*/&(),;]|\#REF!))""",
    re.VERBOSE,
)
_TEXTS = re.compile(r'("(?:[^"]|"")*")')
_REFERENCE = re.compile(
    r"(?P<sheet>(?:'(?:[^']|'')+'|[A-Za-z_]\w*)!)?(?<![\w$])(?P<fixed_column>\$?)(?P<column>[A-Za-z]{1,3})"
    r"(?P<fixed_row>\$?)(?P<row>[1-9]\d*)(?![\w(!])"
)
_DEEPEST = 50

#: What a formula that is not understood shows, by its text.
Hints = Mapping[str, Value]


class _Stop(Exception):
    def __init__(self, failure: Failure) -> None:
        self.failure = failure


@dataclass
class Reader:
    """Effective values of one state of a spreadsheet; each formula is worked out once."""

    contents: Contents
    hints: Hints
    known: dict[tuple[int, int, int], Value] = field(default_factory=dict)
    depth: int = 0

    def value(self, sheet: Sheet, row: int, column: int) -> Value:
        """Give what a cell shows, as a value."""
        return self.of(sheet, row, column, sheet.cell(row, column))

    def of(self, sheet: Sheet, row: int, column: int, cell: Cell) -> Value:
        """Give what this cell shows if it stands at this place."""
        if cell.formula is None:
            return cell.value
        at = (sheet.sheet_id, row, column)
        if at not in self.known:
            self.known[at] = NO_REFERENCE  # what a circle comes to
            self.known[at] = self._work_out(sheet, cell.formula)
        return self.known[at]

    def _work_out(self, sheet: Sheet, formula: str) -> Value:
        if formula in self.hints:
            return self.hints[formula]
        if self.depth >= _DEEPEST:
            return NO_REFERENCE
        self.depth += 1
        try:
            return _Parser(self, sheet, list(_tokens(formula[1:]))).whole()
        except _Stop as stop:
            return stop.failure
        finally:
            self.depth -= 1


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text.rstrip()):
        match = _TOKENS.match(text, at)
        if match is None or match.lastgroup is None:
            raise _Stop(NO_NAME)
        yield match.lastgroup, match[match.lastgroup]
        at = match.end()


@dataclass
class _Parser:
    reader: Reader
    sheet: Sheet
    tokens: list[tuple[str, str]]
    at: int = 0

    def whole(self) -> Value:
        value = self.joined()
        if self.at < len(self.tokens):
            raise _Stop(NO_NAME)
        return value

    def take(self, *signs: str) -> str | None:
        if self.at < len(self.tokens) and self.tokens[self.at] in [("sign", sign) for sign in signs]:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return None

    def joined(self) -> Value:
        value = self.sum()
        while self.take("&"):
            value = _as_text(value) + _as_text(self.sum())
        return value

    def sum(self) -> Value:
        value = self.product()
        while sign := self.take("+", "-"):
            value = _reckon(sign, value, self.product())
        return value

    def product(self) -> Value:
        value = self.one()
        while sign := self.take("*", "/"):
            value = _reckon(sign, value, self.one())
        return value

    def one(self) -> Value:
        if sign := self.take("-", "+"):
            return _reckon(sign, 0, self.one())
        if self.take("("):
            value = self.joined()
            if not self.take(")"):
                raise _Stop(NO_NAME)
            return value
        if self.at >= len(self.tokens):
            raise _Stop(NO_NAME)
        kind, text = self.tokens[self.at]
        self.at += 1
        return self.atom(kind, text)

    def atom(self, kind: str, text: str) -> Value:
        if kind == "number":
            return tidy(float(text))
        if kind == "text":
            return text[1:-1].replace('""', '"')
        if kind == "range":
            return self.first_of(text)
        if kind == "word" and text.upper() in {"TRUE", "FALSE"}:
            return text.upper() == "TRUE"
        if kind == "word" and text.upper() == "SUM" and self.take("("):
            return self.total()
        raise _Stop(NO_REFERENCE if text == "#REF!" else NO_NAME)

    def first_of(self, text: str) -> Value:
        box = self.box(text)
        value = self.reader.value(box.sheet, box.top, box.left)
        if isinstance(value, Failure):
            raise _Stop(value)
        return value

    def box(self, text: str) -> a1.Box:
        try:
            area = a1.area_of_a1(self.reader.contents, text)
            return (area if "!" in text else area._replace(sheet=self.sheet)).inside()
        except ApiError:
            raise _Stop(NO_REFERENCE) from None

    def total(self) -> Value:
        total: float = 0
        while not self.take(")"):
            if self.at < len(self.tokens) and self.tokens[self.at][0] == "range":
                box = self.box(self.tokens[self.at][1])
                self.at += 1
                total += sum(self.numbers(box))
            else:
                total += _as_number(self.joined())
            if not self.take(",", ";") and self.tokens[self.at : self.at + 1] != [("sign", ")")]:
                raise _Stop(NO_NAME)
        return tidy(total)

    def numbers(self, box: a1.Box) -> Iterator[float]:
        for row, cells in box.sheet.filled(box.top, box.bottom):
            for column in cells:
                if box.left <= column < box.right:
                    value = self.reader.value(box.sheet, row, column)
                    if isinstance(value, Failure):
                        raise _Stop(value)
                    if is_number(value):
                        yield value  # type: ignore[misc]  # is_number has looked


def _as_number(value: Value) -> float:
    if value is None:
        return 0
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    raise _Stop(NOT_A_VALUE)


def _as_text(value: Value) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return "" if value is None else str(value)


def _reckon(sign: str, left: Value, right: Value) -> Value:
    first, second = _as_number(left), _as_number(right)
    if sign == "/" and second == 0:
        raise _Stop(DIVIDED_BY_ZERO)
    work: dict[str, Callable[[], float]] = {
        "+": lambda: first + second,
        "-": lambda: first - second,
        "*": lambda: first * second,
        "/": lambda: first / second,
    }
    return tidy(work[sign]())


def copied(formula: str, down: int, right: int) -> str:
    """Give a formula as it is after a copy by so many rows and columns: relative references follow."""

    def follow(found: re.Match[str]) -> str:
        row = int(found["row"]) + (0 if found["fixed_row"] else down)
        column = a1.column_number(found["column"]) + (0 if found["fixed_column"] else right)
        if row < 1 or column < 0:
            return "#REF!"
        fixed = f"{found['fixed_column']}{a1.column_name(column)}{found['fixed_row']}{row}"
        return (found["sheet"] or "") + fixed

    return _outside_texts(formula, follow)


def shifted(
    formula: str, here: Sheet, changed: Sheet, *, by_rows: bool, index: Callable[[int], int | None]
) -> str:
    """Give a formula as it is after rows or columns of `changed` moved; what it meant, it still means."""

    def follow(found: re.Match[str]) -> str:
        title = (found["sheet"] or "")[:-1].strip("'").replace("''", "'")
        if (title or here.title).casefold() != changed.title.casefold():
            return found[0]
        row, column = int(found["row"]) - 1, a1.column_number(found["column"])
        to = index(row if by_rows else column)
        if to is None:
            return "#REF!"
        row, column = (to, column) if by_rows else (row, to)
        fixed = f"{found['fixed_column']}{a1.column_name(column)}{found['fixed_row']}{row + 1}"
        return (found["sheet"] or "") + fixed

    return _outside_texts(formula, follow)


def renamed(formula: str, old: str, new: str) -> str:
    """Give a formula as it is after a sheet got another title."""

    def follow(found: re.Match[str]) -> str:
        title = (found["sheet"] or "")[:-1].strip("'").replace("''", "'")
        if title.casefold() != old.casefold():
            return found[0]
        return f"{a1.quoted(new)}!{found[0][len(found['sheet']) :]}"

    return _outside_texts(formula, follow)


def _outside_texts(formula: str, change: Callable[[re.Match[str]], str]) -> str:
    parts = _TEXTS.split(formula)
    return "".join(part if at % 2 else _REFERENCE.sub(change, part) for at, part in enumerate(parts))
