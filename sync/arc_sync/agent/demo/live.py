"""The demo on an open workbook: LibreOffice, the add-in's own VBA, the agent, and pictures of what changed.

Maria presses *Log call* on a row of Worklist and types a payment, then presses *Aging*. The buttons write requests
into a spool folder, the agent carries them out and writes into the workbook under her eyes, and answers.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from arc_sheets import __version__
from arc_sheets.errors import BookError
from arc_sheets.tabs import INVOICES, PAYMENTS
from arc_sync.addin import rehearsal
from arc_sync.addin.xlam import PROJECT
from arc_sync.agent.demo.story import Say
from arc_sync.agent.inbox.heartbeat import Heartbeat, beat
from arc_sync.agent.inbox.spool import Spool
from arc_sync.agent.running.jobs import Job
from arc_sync.agent.running.perform import perform
from arc_sync.agent.running.tasks import Task
from arc_sync.books.office.process import Bridge, headless
from arc_sync.xlsx import Package
from arc_sync.xlsx.refs import Area, parse_area

if TYPE_CHECKING:
    from arc_sync.xlsx import Sheet

_WHO: Final = "Maria Lopez"
_TAGS: Final = {button.id: button.tag for button in rehearsal.buttons()}
_CALLED: Final = "Spoke: the cheque is in the post"


@dataclass(slots=True)
class LiveDemo:
    """One showing, in the folder of a demo that has run: its settings and its workbook."""

    folder: Path
    book: Path
    say: Say

    def run(self) -> list[Path]:
        """Show it; return the pictures. Raises `BookError` where LibreOffice is not there, or a button does nothing."""
        # LibreOffice works in a folder of its own, so it needs whole paths
        spool, pictures = Spool(self.folder.absolute() / "spool"), self.folder / "pictures"
        for folder in (spool.requests, spool.answers, pictures):
            folder.mkdir(parents=True, exist_ok=True)
        with headless(ARC_SPOOL=str(spool.folder), USERNAME=_WHO) as bridge, reachable(bridge):
            desk = Desk(self.folder, self.book, bridge, spool)
            self.say("", "LibreOffice has the workbook open; nobody saves or closes it meanwhile.")
            made = [*self._call(desk, pictures), *self._aging(desk, pictures)]
            desk.close()
        return made

    def _call(self, desk: Desk, pictures: Path) -> Iterator[Path]:
        row = desk.bottom("Activity")
        area = Area(max(1, row - 9), 1, row + 2, 13)
        yield desk.picture("Activity", area, pictures / "1 Activity before.pdf")
        desk.front("Worklist", "C5")
        self.say("", "Maria selects the first customer on Worklist and presses Log call.")
        self.say(*desk.press("arcLogCall", _CALLED))
        self.say(*desk.agent())
        yield desk.picture("Activity", area, pictures / "2 Activity after Log call.pdf")

    def _aging(self, desk: Desk, pictures: Path) -> Iterator[Path]:
        area = Area(1, 1, 16, 11)
        yield desk.picture("Aging", area, pictures / "3 Aging before.pdf")
        told = desk.pay()
        self.say("", f"She types a payment right below the others: {told}. Then she presses Refresh aging.")
        desk.front("Aging", "B5")
        self.say(*desk.press("arcAging"))
        self.say(*desk.agent())
        yield desk.picture("Aging", area, pictures / "4 Aging after Refresh.pdf")


class Desk:
    """The open workbook, the add-in beside it, and the agent behind both."""

    def __init__(self, folder: Path, book: Path, bridge: Bridge, spool: Spool) -> None:
        self._settings, self._bridge, self._spool = folder / "arc.toml", bridge, spool
        self._package = Package(book)
        self._beat()
        addin = folder / rehearsal.NAME
        addin.write_bytes(rehearsal.build())
        self._addin = bridge.ask("open", url=addin.absolute().as_uri(), macros=True, hidden=False)
        self.book = bridge.ask("open", url=book.absolute().as_uri(), hidden=False)

    def _beat(self) -> None:
        now = datetime.now(UTC)
        beat(self._spool.folder, Heartbeat(version=__version__, alive=now, pid=os.getpid(), books=[]))

    def close(self) -> None:
        """Close all unsaved, or LibreOffice leaves the marks that somebody has it open."""
        for book in (self.book, self._addin):
            self._bridge.ask("close", book=book)

    def bottom(self, tab: str) -> int:
        """Return the last row of a tab's table."""
        return self._sheet(tab).table(tab).last_row

    def _sheet(self, tab: str) -> Sheet:
        return self._package.sheet(tab)

    def front(self, sheet: str, cell: str) -> None:
        """Select a cell."""
        self._bridge.ask("select", book=self.book, sheet=sheet, area=_zero(parse_area(cell)))

    def press(self, button: str, *answers: str) -> list[str]:
        """Press a button, answer what it asks, and return what it said."""
        self._beat()
        told = self._run("ArcRehearsal.Press", button, _TAGS[button], "\n".join(answers))
        return [f"  {line}" for line in str(told).splitlines() if not line.startswith("later")]

    def agent(self) -> list[str]:
        """Let the agent carry out what lies in the spool; return what the button shows of its answer.

        Raises `BookError` where nothing lies there.
        """
        requests = tuple(sorted(self._spool.requests.glob("*.json")))
        if not requests:
            raise BookError("The button asked the agent for nothing; what it told stands above.")
        told = perform(Task(Job.REQUESTS, self._settings, self._spool.folder, requests))
        lines = str(self._run("ArcRehearsal.Look")).splitlines()
        shown = [f"  {line}" for line in lines if not line.startswith("later")]
        return [f"  The agent could not: {told.trouble}", *shown] if told.trouble else shown

    def _run(self, macro: str, *told: str) -> Any:
        return self._bridge.ask("run", book=self._addin, macro=f"{PROJECT}.{macro}", arguments=list(told))

    def pay(self) -> str:
        """Type a payment of half of the largest open invoice in euro, and return it in words."""
        number, customer, owed = self._largest()
        table, half = self._sheet("Payments").table("Payments"), round(owed / 2, 2)
        values = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "customer": customer, "applied_to": number}
        for name, value in (values | {"amount": f"{half:.2f}"}).items():
            column = table.area.left + table.headers.index(PAYMENTS.column(name).header)
            cell = Area(table.last_row + 1, column, table.last_row + 1, column)
            self._bridge.ask("enter", book=self.book, sheet="Payments", area=_zero(cell), rows=[[value]])
        return f"EUR {half:,.2f} of {customer} for {number}"

    def _largest(self) -> tuple[str, str, Decimal]:
        """Return number, customer and balance of the largest open invoice in euro."""
        sheet = self._sheet("Invoices")
        table = sheet.table("Invoices")
        names = (INVOICES.column(name).header for name in ("number", "customer", "currency", "balance"))
        at = [table.area.left + table.headers.index(name) for name in names]
        found = []
        for row in sheet.rows():
            cells = {cell.column: cell.raw or "" for cell in row.cells}
            if table.first_row <= row.number <= table.last_row and cells.get(at[2]) == "EUR":
                found.append((Decimal(cells.get(at[3]) or 0), cells[at[0]], cells[at[1]]))
        owed, number, customer = max(found)
        return number, customer, owed

    def picture(self, sheet: str, area: Area, file: Path) -> Path:
        """Print an area; return the picture, or the PDF where nothing here can draw one."""
        self._bridge.ask(
            "picture", book=self.book, sheet=sheet, area=_zero(area), url=file.absolute().as_uri()
        )
        drawer = shutil.which("pdftoppm")
        if drawer is None:
            return file
        image = file.with_suffix("")
        subprocess.run(  # noqa: S603 (found on the path, our own file)
            [drawer, "-png", "-r", "90", "-singlefile", str(file), str(image)], check=True
        )
        file.unlink()
        return image.with_suffix(".png")


@contextmanager
def reachable(bridge: Bridge) -> Iterator[None]:
    """Let the agent in this process find the office."""
    before = os.environ.get("ARC_OFFICE")
    os.environ["ARC_OFFICE"] = bridge.address
    try:
        yield
    finally:
        if before is None:
            del os.environ["ARC_OFFICE"]
        else:
            os.environ["ARC_OFFICE"] = before


def _zero(area: Area) -> list[int]:
    return [area.top - 1, area.left, area.bottom - 1, area.right]
