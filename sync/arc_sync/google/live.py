"""What ARC takes for granted of Google and no document promises, asked of Google itself: `arc google check --live`.

Each question is one function: it tries something in a spreadsheet of its own and returns what it saw, or raises
`Otherwise`. Not asked, as it takes a second account or a storm of calls: whether a service account sees files under
drive.file (Google says no), and how 429 and 503 look. Developer metadata is not used, so nothing is asked about it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from time import sleep
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from arc_sheets.cells import Formula
from arc_sync.google.api import Sheets
from arc_sync.google.tray import FIELDS, Held, Tray, area, cells, copy, put, tray
from arc_sync.google.trouble import Failed, Rejected

#: Writes of each of the two writers; a minute takes about fifty calls.
ROUNDS: Final = 25
_SORTED: Final = 4  #: rows among which a third client sorts meanwhile
_LOOKS, _BETWEEN = 24, 5.0  #: how often, and after how many seconds, Drive is looked at
_WRITERS: Final = ("a", "b")


class Otherwise(Exception):
    """Google does otherwise than ARC takes for granted: what it did."""


class Verdict(NamedTuple):
    """What Google did."""

    name: str
    question: str
    holds: bool | None  #: None: it could not be asked
    said: str


class Question(NamedTuple):
    """What ARC takes for granted, and what tries it: that returns what it saw, or raises `Otherwise`."""

    holds: str
    tries: Callable[[Tray], str]


def check_live(
    google: Sheets,
    another: Callable[[], Sheets],
    rounds: int = ROUNDS,
    pause: Callable[[float], None] = sleep,
    names: Iterable[str] = (),
) -> Generator[Verdict]:
    """Ask the questions of these names, or all, in a spreadsheet that is put into the bin at the end.

    `another` gives the same account once more, for writers at the same time. Raises `Failed` or `SignInError` where
    that spreadsheet cannot be made.
    """
    with tray(google, another, rounds, pause) as made:
        for name in names or QUESTIONS:
            yield _asked(made, name)


def _asked(made: Tray, name: str) -> Verdict:
    question, tries = QUESTIONS[name]
    try:
        return Verdict(name, question, holds=True, said=tries(made))
    except Otherwise as seen:
        return Verdict(name, question, holds=False, said=str(seen))
    except Failed as failed:
        return Verdict(name, question, holds=None, said=f"It could not be asked: {failed}.")


# -- one batch -------------------------------------------------------------------------------------------------


def step(made: Tray) -> str:
    """Send a batch again after its step was taken, and one that was planned before."""
    sheet = made.sheet([["before"]])
    made.write(_named("arc-live-1", sheet))
    batch = ({"deleteNamedRange": {"namedRangeId": "arc-live-1"}}, _named("arc-live-2", sheet))
    made.write(*batch, put(sheet, 0, 0, [["first"]]))
    for again in (batch, (batch[0], _named("arc-live-3", sheet))):
        _refused(made, *again, put(sheet, 0, 0, [["second"]]))
    _same(made.column(sheet), ["first"], "the cell holds")
    return "The late batch was refused and changed nothing."


def _named(number: str, sheet: int) -> dict[str, Any]:
    told = {"namedRangeId": number, "name": "arc_live", "range": area(sheet, (0, 1, 0, 1))}
    return {"addNamedRange": {"namedRange": told}}


def whole(made: Tray) -> str:
    """Send a right request and a wrong one."""
    sheet = made.sheet([["before"]])
    _refused(made, put(sheet, 0, 0, [["after"]]), put(987_654_321, 0, 0, [["nowhere"]]))
    _same(made.column(sheet), ["before"], "the cell holds")
    return "It was refused as a whole."


def text(made: Tray) -> str:
    """Write texts that a person's typing would turn into something else."""
    texts: list[Held] = ["=1+1", "+1", "-1", "@a", "'=1", "007", "1e5", "2026-11-26", "TRUE", "  a\n b "]
    sheet = made.sheet([[one] for one in texts])
    _same(made.column(sheet), texts, "the cells hold")
    return f"{len(texts)} texts came back as they were."


def formulas(made: Tray) -> str:
    """Copy a row away, write over it, and copy it home."""
    line: list[Held] = ["007", "=1+1", Decimal("0.1"), True, Formula("=A2&B2"), Formula("=SUM($A$3:A3)")]
    sheet, there = made.sheet([line]), made.sheet([])
    made.write(
        copy(sheet, (0, 1, 0, 6), there, (40, 41, 2, 8)),
        put(sheet, 0, 0, [["x"] * 6]),
        copy(there, (40, 41, 2, 8), sheet, (0, 1, 0, 6)),
    )
    _same(made.rows(sheet)[0], line, "the cells hold")
    return "Texts, numbers and formulas came home unchanged."


def append(made: Tray) -> str:
    """Add a row after somebody has used the one below the table."""
    sheet = made.sheet([["head"], ["one"]])
    made.write(put(sheet, 2, 1, [["a person's"]]))
    cell = {"values": [{"userEnteredValue": {"stringValue": "ours"}}]}
    made.write({"appendCells": {"sheetId": sheet, "rows": [cell], "fields": "userEnteredValue"}})
    _same(made.rows(sheet)[2:], [[None, "a person's"], ["ours"]], "the rows are")
    return "It stands below the person's row."


def sort(made: Tray) -> str:
    """Sort rows whose first column is hidden."""
    sheet = made.sheet([["i", 3], ["j", 1], ["k", 2]])
    hidden = {"properties": {"hiddenByUser": True}, "fields": "hiddenByUser"}
    span = {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}
    made.write({"updateDimensionProperties": {**hidden, "range": span}})
    made.write(_sort(sheet, 3, by=1))
    _same(made.column(sheet), ["j", "k", "i"], "the ids stand as")
    return "The hidden ids moved with their rows."


def _sort(sheet: int, rows: int, by: int) -> dict[str, Any]:
    order = [{"dimensionIndex": by, "sortOrder": "ASCENDING"}]
    return {"sortRange": {"range": area(sheet, (0, rows, 0, 2)), "sortSpecs": order}}


def locale(made: Tray) -> str:
    """Write a formula with a semicolon into a German spreadsheet."""
    made.write({"updateSpreadsheetProperties": {"properties": {"locale": "de_DE"}, "fields": "locale"}})
    sheet = made.sheet([[2, 3, Formula("=SUM(A1;B1)")]])
    shown = made.google.read(
        made.book, [area(sheet, (0, 1, 2, 3))], "sheets.data.rowData.values.effectiveValue"
    )
    found = [
        cell["effectiveValue"]
        for one in shown["sheets"]
        for data in one.get("data", ())
        for line in data.get("rowData", ())
        for cell in line.get("values", ())
        if "effectiveValue" in cell
    ]
    _same(found, [{"numberValue": 5}], "the formula shows")
    return "The sum is 5."


def protected(made: Tray) -> str:
    """Write into a sheet that is hidden and protected with a warning."""
    sheet = made.sheet([["before"]])
    made.write(
        {"addProtectedRange": {"protectedRange": {"range": {"sheetId": sheet}, "warningOnly": True}}},
        {
            "updateSheetProperties": {
                "properties": {"sheetId": sheet, "hidden": True},
                "fields": "hidden",
            }
        },
    )
    made.write(put(sheet, 0, 0, [["after"]]))
    _same(made.column(sheet), ["after"], "the cell holds")
    return "It was written."


# -- several at once -------------------------------------------------------------------------------------------


class Written(NamedTuple):
    """One captured write: what it wrote, and what its own answer says stood and stands there."""

    value: str
    before: Held
    after: Held


def chain(made: Tray) -> str:
    """Let two clients write into one cell while a third sorts, and account for every value."""
    begun = [f"start {n}" for n in range(_SORTED)]
    target, slots = made.sheet([[value, n] for n, value in enumerate(begun)]), made.sheet([])
    written = _written(made, target, slots)
    captured, standing = made.column(slots), made.column(target)
    balance = Counter([*begun, *(one.value for one in written)])
    balance.subtract(map(str, [*captured, *standing]))
    if wrong := sorted(value for value, number in balance.items() if number):
        raise Otherwise(f"{len(wrong)} of {len(written)} values were lost or seen twice, such as {wrong[0]}.")
    pairs = zip(written, captured, strict=True)
    if torn := [one.value for one, before in pairs if (one.before, one.after) != (before, one.value)]:
        raise Otherwise(
            f"{len(torn)} answers were not of the state that their batch left, as that of {torn[0]}."
        )
    return f"{len(written)} writes at once: nothing lost, nothing twice, every answer of its own state."


def _written(made: Tray, target: int, slots: int) -> list[Written]:
    """Let two clients write into one cell as fast as they can, while a third sorts its rows: what each saw, by slot."""
    with ThreadPoolExecutor(len(_WRITERS) + 1) as pool:
        sorting = pool.submit(_sorts, made.another(), made, target)
        writing = [
            pool.submit(_writes, made.another(), made, (target, slots), who) for who in range(len(_WRITERS))
        ]
        found = [one for each in writing for one in each.result()]
        sorting.result()
    return found


def _writes(google: Sheets, made: Tray, sheets: tuple[int, int], who: int) -> list[Written]:
    target, slots = sheets
    return [
        _capture(google, made.book, (target, slots), who * made.rounds + n, f"{_WRITERS[who]} {n}")
        for n in range(made.rounds)
    ]


def _capture(google: Sheets, book: str, sheets: tuple[int, int], slot: int, value: str) -> Written:
    """Copy the cell into a slot, and what it then holds beside it, as a captured write does."""
    target, slots = sheets
    box = (0, 1, 0, 1)
    requests = (
        copy(target, box, slots, (slot, slot + 1, 0, 1)),
        put(target, 0, 0, [[value]]),
        copy(target, box, slots, (slot, slot + 1, 1, 2)),
    )
    answer = google.batch_update(
        book, requests, f"'Check {slots}'!{slot + 1}:{slot + 1}", f"updatedSpreadsheet.{FIELDS}"
    )
    shown = next(cells(one) for one in answer["updatedSpreadsheet"]["sheets"] if one.get("data"))
    before, after = (*(shown[slot] if slot < len(shown) else ()), None, None)[:2]
    return Written(value, before, after)


def _sorts(google: Sheets, made: Tray, target: int) -> None:
    """Sort the rows now one way, now the other."""
    for n in range(made.rounds):
        google.batch_update(made.book, [_sort(target, _SORTED, by=n % 2)])


# -- files -----------------------------------------------------------------------------------------------------


def version(made: Tray) -> str:
    """Write, and look when Drive tells."""
    sheet = made.sheet([["before"]])
    made.pause(_BETWEEN)
    was = made.google.state(made.book).version
    made.write(put(sheet, 0, 0, [["after"]]))
    for looks in range(_LOOKS):
        if made.google.state(made.book).version != was:
            return f"It had grown after {looks * _BETWEEN:.0f} seconds."
        made.pause(_BETWEEN)
    raise Otherwise(f"It had not grown after {_LOOKS * _BETWEEN:.0f} seconds.")


def copied(made: Tray) -> str:
    """Copy the spreadsheet in Drive, and look at a hidden sheet of the copy."""
    sheet = made.sheet([["spreadsheet", made.book]])
    hidden = {"properties": {"sheetId": sheet, "hidden": True}, "fields": "hidden"}
    made.write({"updateSheetProperties": hidden})
    other = str(made.drive("POST", f"{quote(made.book, safe='')}/copy", {"name": "ARC check, copied"})["id"])
    try:
        told = made.google.read(other, [{"sheetId": sheet}], FIELDS)
        found = [one for one in told["sheets"] if one["properties"].get("sheetId") == sheet]
        _same(
            [(cells(one), one["properties"].get("hidden")) for one in found],
            [([["spreadsheet", made.book]], True)],
            "the copy has",
        )
    finally:
        made.throw_away(other)
    return "The copy says of which spreadsheet it is one."


def missing(made: Tray) -> str:
    """Ask for a spreadsheet that nobody has."""
    try:
        made.google.get("1ArcSheetsThereIsNoSuchSpreadsheet0000000000", "spreadsheetId")
    except Rejected as refusal:
        _same([refusal.status], [404], "the answer is")
        return "It is."
    raise Otherwise("Google answered as if it were there.")


def _refused(made: Tray, *requests: Any) -> None:
    """Send what must be refused."""
    try:
        made.write(*requests)
    except Rejected as refusal:
        _same([refusal.status], [400], "the answer is")
        return
    raise Otherwise("Google carried the batch out.")


def _same(found: list[Any], wanted: list[Any], where: str) -> None:
    if found != wanted:
        raise Otherwise(f"Instead of {wanted} {where} {found}.")


#: By name; those that the writing rests on come first.
QUESTIONS: Final[Mapping[str, Question]] = {
    "chain": Question(
        "With two writers at one cell and a third who sorts, each value is captured once or still stands.",
        chain,
    ),
    "step": Question("A batch that takes away a named range by an id that is gone changes nothing.", step),
    "whole": Question("A batch with one wrong request changes nothing.", whole),
    "formulas": Question("What is copied away as formulas and home again is what it was.", formulas),
    "text": Question("A text that begins like a formula, a number or a date stays that text.", text),
    "append": Question("A row is added below what anybody has added before.", append),
    "sort": Question("A sort takes hidden columns along.", sort),
    "locale": Question(
        "A semicolon parts the arguments of a formula where a comma is the decimal sign.", locale
    ),
    "protected": Question(
        "A hidden sheet that is protected with a warning takes what this account writes.", protected
    ),
    "version": Question("Drive's version of a spreadsheet grows after a write.", version),
    "copied": Question("A copy of a spreadsheet has its hidden sheets, with what stands on them.", copied),
    "missing": Question("A spreadsheet that is not there is answered with 404.", missing),
}
