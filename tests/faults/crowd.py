"""A thousand edits a minute by people while rounds run: in a workbook file, and in a spreadsheet between any two calls.

Every edit is a text of its own. Who types over what somebody else typed sees it first; so the last text of each cell
must stand there in the end, in book and ledger, and no text that was seen once may be gone before it was typed over.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import openpyxl

from arc_sheets.tabs import INVOICES
from arc_sync.books.google.layout import id_of
from arc_sync.books.google.layout import read_rows as google_rows
from arc_sync.books.layout import Layout, find, read_rows
from arc_sync.merge.snapshot import ReadRow
from arc_sync.xlsx import Package, Refused
from arc_sync.xlsx.refs import cell_ref
from tests.agents import firm as make_firm
from tests.agents import rows, running, until
from tests.emulators.google import Person
from tests.faults.business import Business
from tests.faults.lines import Line
from tests.faults.office import Office
from tests.google_hand import GoogleHand, put

EDITS, MINUTE = 1_000, 60.0
#: Of the edits of a save: people type several cells before they save.
_OF_A_SAVE: Final = 8
_INVOICES: Final = 100
_COLUMNS: Final = ("notes", "po")
#: Of a minute's edits, those between two calls: a minute has room for sixty calls.
_BEFORE_A_CALL: Final = 17
#: One save in so many is another program's, which writes the whole workbook anew.
_OTHER: Final = 10


class Cell(NamedTuple):
    """Of which row, counted as the book shows them, and of which column."""

    at: int
    column: str


@dataclass
class Crowd:
    """Everybody who types, and what they typed last."""

    chance: random.Random
    last: dict[Cell, str] = field(default_factory=dict)
    many: int = 0
    wrong: list[str] = field(default_factory=list)

    def edits(self, many: int) -> dict[Cell, str]:
        """Return so many edits, each of a cell of its own."""
        cells = set[Cell]()
        while len(cells) < many:
            cells.add(Cell(self.chance.randrange(_INVOICES), self.chance.choice(_COLUMNS)))
        self.many += many
        return {cell: f"text-{self.many}-{n}" for n, cell in enumerate(sorted(cells))}

    def sees(self, cell: Cell, shown: object) -> None:
        """Look at a cell before something is typed over it."""
        if shown != self.last.get(cell):
            self.wrong.append(f"{cell} shows {shown}, typed was {self.last.get(cell)}")

    def misses(self, where: str, shown: Sequence[dict[str, object]]) -> Iterator[str]:
        """Yield what does not stand there in the end, of rows in the order of the book."""
        for cell, text in self.last.items():
            if shown[cell.at][cell.column] != text:
                yield f"{where}: {cell} is {shown[cell.at][cell.column]}, typed was {text}"


# -- a file ----------------------------------------------------------------------------------------------------


def file_edited(seed: int, folder: Path) -> Line:
    """Let people save a workbook twice a second, eight edits each time, while the agent works on it, for a minute."""
    line, crowd = Line(f"{EDITS:,} edits a minute in a file"), Crowd(random.Random(seed))
    one = Business(folder)
    make_firm(folder / "books", many=_INVOICES)
    with running(folder, one.file) as agent:
        until(lambda: agent.done("plan"))
        began = time.monotonic()
        for n in range(EDITS // _OF_A_SAVE):
            edits = crowd.edits(_OF_A_SAVE)
            _save(one.book, crowd, edits, whole=n % _OTHER == _OTHER - 1)
            if n % 10 == 0:
                one.clicks(f"click-{seed}-{n}")  # the ledger moves too, and the agent has something to write
            time.sleep(max(0.0, began + MINUTE * (n + 1) * _OF_A_SAVE / EDITS - time.monotonic()))
        took = time.monotonic() - began
        rounds = agent.done("round") + agent.done("requests")
        until(lambda: not list(one.spool.requests.glob("*.json")), 120)
        agent.end()
    line.fault += f" ({rounds} rounds in {took:.0f} s)"
    one.recovers()
    line.judge("; ".join([*crowd.wrong, *_missed(one, crowd)][:5] or one.wrong()) or "done", crowd.many)
    return line


def _save(book: Path, crowd: Crowd, edits: dict[Cell, str], *, whole: bool) -> None:
    """Save these edits, as a program does: where somebody else has saved meanwhile, it reads the file anew."""
    for _ in range(100):
        with suppress(Refused, FileNotFoundError):
            shown = _typed_whole(book, edits) if whole else _typed(book, edits)
            for cell, before in shown.items():
                crowd.sees(cell, before)
            crowd.last |= edits
            return
    raise AssertionError("nobody could save any more")


def _typed(book: Path, edits: dict[Cell, str]) -> dict[Cell, object]:
    """Type, and save what was typed alone; return what stood there."""
    package = Package(book)
    layout, found = _rows(package)
    for cell, text in edits.items():
        layout.sheet.set(cell_ref(found[cell.at].at, layout.places[cell.column]), text)
    package.save(backup=None)
    return {cell: _shown(found[cell.at])[cell.column] for cell in edits}


def _typed_whole(book: Path, edits: dict[Cell, str]) -> dict[Cell, object]:
    """Type in another program, which writes the whole workbook anew; return what stood there."""
    print_ = Package(book).fingerprint
    layout, found = _rows(Package(book))
    workbook = openpyxl.load_workbook(book)
    for cell, text in edits.items():
        workbook[INVOICES.title].cell(found[cell.at].at, layout.places[cell.column] + 1).value = text
    made = book.with_name("made elsewhere.xlsx")
    workbook.save(made)
    if Package(book).fingerprint != print_:
        raise Refused("saved by somebody else meanwhile")
    made.replace(book)
    return {cell: _shown(found[cell.at])[cell.column] for cell in edits}


def _rows(package: Package) -> tuple[Layout, list[ReadRow]]:
    layout = find(package, INVOICES)
    assert layout is not None
    return layout, [*read_rows(layout, date1904=package.date1904)]


def _shown(row: ReadRow) -> dict[str, object]:
    return dict(zip((column.name for column in INVOICES.stored), row.cells, strict=True))


def _missed(one: Business, crowd: Crowd) -> Iterator[str]:
    """Yield the last texts of cells that do not stand in book and ledger."""
    _, found = _rows(Package(one.book))
    known = rows(one.file, INVOICES)
    yield from crowd.misses("book", [_shown(row) for row in found])
    yield from crowd.misses("ledger", [dict(known[row.id]) for row in found])


# -- a spreadsheet ---------------------------------------------------------------------------------------------


def sheet_edited(seed: int, folder: Path) -> Line:
    """Let people type before every call, a thousand times in a minute of rounds, and the ledger move meanwhile."""
    line, crowd = Line(f"{EDITS:,} edits a minute in a spreadsheet"), Crowd(random.Random(seed))
    with Office.opens(folder, seed, files=0) as office:
        google, sheet = office.google, office.sheet
        calls = len(google.calls)

        def types(_person: Person) -> None:
            if crowd.many < EDITS:
                _type(sheet.hand, crowd)

        for kind in ("read", "write", "drive"):
            google.habits.before(kind, types, times=None)
        while crowd.many < EDITS:
            sheet.clicks(f"click-{seed}-{crowd.many}")
            office.conductor.firms[sheet.file].wants_round = True
            office.lives(5)
        google.habits.clear()
        line.fault += f" (between {len(google.calls) - calls} calls)"
        office.lives(300)
        line.judge("; ".join([*crowd.wrong, *_missing(office, crowd)][:5]) or office.judged(), crowd.many)
    return line


def _type(hand: GoogleHand, crowd: Crowd) -> None:
    """Type what comes between two calls."""
    layout = hand.layout(INVOICES)
    found = [row.at for row in google_rows(layout)]
    for cell, text in crowd.edits(_BEFORE_A_CALL).items():
        at, column = found[cell.at], layout.places[cell.column]
        crowd.sees(cell, layout.grid.at(at, column))
        put(hand.person, INVOICES.title, at, column, text)
        crowd.last[cell] = text


def _missing(office: Office, crowd: Crowd) -> Iterator[str]:
    """Yield the last texts of cells that do not stand in spreadsheet and ledger."""
    layout = office.sheet.hand.layout(INVOICES)
    found, known = [row.at for row in google_rows(layout)], rows(office.sheet.file, INVOICES)
    names = [column.name for column in INVOICES.stored]
    yield from crowd.misses("book", [dict(zip(names, layout.cells(at), strict=True)) for at in found])
    yield from crowd.misses("ledger", [dict(known[str(id_of(layout, at))]) for at in found])
