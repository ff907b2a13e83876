"""What ARC takes for granted of Google and no document promises, asked of Google itself: `arc google check --live`.

Each question is one function: it tries something in a spreadsheet of its own and returns what it saw, or raises
`Otherwise`. Not asked, as it takes a second account or a storm of calls: whether a service account sees files under
drive.file (Google says no), and how 429 and 503 look. Developer metadata is not used, so nothing is asked about it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from time import sleep
from typing import Any, Final, NamedTuple, TypeAlias
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


Question: TypeAlias = Callable[[Tray], str]


def check_live(
    google: Sheets,
    another: Callable[[], Sheets],
    rounds: int = ROUNDS,
    pause: Callable[[float], None] = sleep,
) -> Iterator[Verdict]:
    """Ask every question, in a spreadsheet that is put into the bin at the end.

    `another` gives the same account once more, for writers at the same time. Raises `Failed` or `SignInError` where
    that spreadsheet cannot be made.
    """
    with tray(google, another, rounds, pause) as made:
        for name, question in QUESTIONS.items():
            yield _asked(made, name, question)


def _asked(made: Tray, name: str, question: Question) -> Verdict:
    asks = (question.__doc__ or "").strip()
    try:
        return Verdict(name, asks, holds=True, said=question(made))
    except Otherwise as seen:
        return Verdict(name, asks, holds=False, said=str(seen))
    except Failed as failed:
        return Verdict(name, asks, holds=None, said=f"It could not be asked: {failed}.")


# -- one batch -------------------------------------------------------------------------------------------------


def step(made: Tray) -> str:
    """A batch that takes away a named range by an id that is gone changes nothing."""
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
    """A batch with one wrong request changes nothing."""
    sheet = made.sheet([["before"]])
    _refused(made, put(sheet, 0, 0, [["after"]]), put(987_654_321, 0, 0, [["nowhere"]]))
    _same(made.column(sheet), ["before"], "the cell holds")
    return "It was refused as a whole."


def text(made: Tray) -> str:
    """A text that begins like a formula, a number or a date stays that text."""
    texts: list[Held] = ["=1+1", "+1", "-1", "@a", "'=1", "007", "1e5", "2026-11-26", "TRUE", "  a\n b "]
    sheet = made.sheet([[one] for one in texts])
    _same(made.column(sheet), texts, "the cells hold")
    return f"{len(texts)} texts came back as they were."


def formulas(made: Tray) -> str:
    """What is copied away as formulas and home again is what it was."""
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
    """A row is added below what anybody has added before."""
    sheet = made.sheet([["head"], ["one"]])
    made.write(put(sheet, 2, 1, [["a person's"]]))
    cell = {"values": [{"userEnteredValue": {"stringValue": "ours"}}]}
    made.write({"appendCells": {"sheetId": sheet, "rows": [cell], "fields": "userEnteredValue"}})
    _same(made.rows(sheet)[2:], [[None, "a person's"], ["ours"]], "the rows are")
    return "It stands below the person's row."


def sort(made: Tray) -> str:
    """A sort takes hidden columns along."""
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
    """A semicolon parts the arguments of a formula where a comma is the decimal sign."""
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
    """A hidden sheet that is protected with a warning takes what this account writes."""
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
    """With two writers at one cell and a third who sorts, each value is captured once or still stands."""
    target, slots = made.sheet([[f"start {n}", n] for n in range(_SORTED)]), made.sheet([])
    written = _written(made, target, slots)
    standing = made.column(target)
    captured = [value for value in made.column(slots) if value is not None]
    lost = Counter(["start 0", "start 1", "start 2", "start 3", *(one.value for one in written)])
    lost.subtract(Counter(map(str, [*captured, *standing])))
    if wrong := {value: number for value, number in lost.items() if number}:
        raise Otherwise(
            f"{len(wrong)} of {len(written)} values were lost or seen twice, such as {min(wrong)}."
        )
    if torn := [one.value for one in written if one.before not in captured or one.after != one.value]:
        raise Otherwise(
            f"{len(torn)} answers were not of the state that their batch left, such as {torn[0]}'s."
        )
    return f"{len(written)} writes at once: nothing lost, nothing twice, every answer of its own state."


def _written(made: Tray, target: int, slots: int) -> list[Written]:
    """Let two clients write into one cell as fast as they can, while a third sorts its rows; return what they saw."""
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
    before, after = (*shown[slot], None, None)[:2]
    return Written(value, before, after)


def _sorts(google: Sheets, made: Tray, target: int) -> None:
    """Sort the rows now one way, now the other."""
    for n in range(made.rounds):
        google.batch_update(made.book, [_sort(target, _SORTED, by=n % 2)])


# -- files -----------------------------------------------------------------------------------------------------


def version(made: Tray) -> str:
    """Drive's version of a spreadsheet grows after a write."""
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
    """A copy of a spreadsheet has its hidden sheets, with what stands on them."""
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
    """A spreadsheet that is not there is answered with 404."""
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
QUESTIONS: Final[dict[str, Question]] = {
    one.__name__: one
    for one in (chain, step, whole, formulas, text, append, sort, locale, protected, version, copied, missing)
}
