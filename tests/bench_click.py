"""How long a click takes, the whole way: the ribbon's own VBA, the spool, the agent's process, the open workbook.

`python -m tests.bench_click [invoices] [clicks]` makes a firm (10,000 invoices and half as many payments unless told
otherwise), opens its book in a LibreOffice without windows, starts `arc agent run`, and presses *Log call* five times,
a few seconds apart. Each line says when the new row stood on Activity and when the answer lay there, in seconds from
the press, and the CPU seconds that agent, its child and LibreOffice spent until then, a tenth of them for looking at
the sheet. Much more time than CPU means that the machine was busy with other things. The row is shown ahead of the
round (`agent/showing.py`), which brings the figures; the agent's whole job ends with it. `bench_live` has its parts.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final, NamedTuple

import psutil  # type: ignore[import-untyped]  # it ships no types

from arc_sheets.tabs import ACTIVITY
from arc_sync.addin import rehearsal
from arc_sync.addin.xlam import PROJECT
from arc_sync.agent.config import Config
from arc_sync.agent.demo.live import reachable
from arc_sync.books.office.process import Bridge, headless
from arc_sync.xlsx import Package
from tests.agents import running, until
from tests.bench_round import make

#: Seconds within which the row shall stand on the sheet.
LIMIT: Final = 1.0
#: Seconds between two looks at the sheet, and two clicks of a person.
_LOOK, _PAUSE = 0.03, 3.0
_BUTTON: Final = "arcLogCall"


class Click(NamedTuple):
    """What became of a click, in seconds from the press."""

    shown: float  #: until the row stood on Activity
    answered: float  #: until the answer lay there
    cpu: float  #: CPU seconds of all processes until then

    def __str__(self) -> str:
        within = "yes" if self.shown < LIMIT else "NO"
        return (
            f"on the sheet {self.shown:5.2f} s, under {LIMIT:g} s: {within:3}  {self.cpu:5.2f} CPU s   of it until the"
            f" answer {self.answered:5.2f} s"
        )


class Ribbon:
    """The open workbook, the add-in beside it, and a person who clicks."""

    def __init__(self, folder: Path, book: Path, bridge: Bridge) -> None:
        self._bridge, self._answers = bridge, folder / "spool" / "answers"
        addin = folder / rehearsal.NAME
        addin.write_bytes(rehearsal.build())
        self._addin = bridge.ask("open", url=addin.as_uri(), macros=True, hidden=False)
        self._book = bridge.ask("open", url=book.as_uri(), hidden=False)
        self._tag = next(button.tag for button in rehearsal.buttons() if button.id == _BUTTON)
        self._row = Package(book).sheet(ACTIVITY.title).table(ACTIVITY.title).first_row - 1  # from 0
        self._seen = len(self._answered())

    def click(self) -> Click:
        """Select a customer, press *Log call*, and watch what comes of it."""
        self._ask("select", sheet="Worklist", area=[5, 2, 5, 2])
        spent, began = _spent(), time.perf_counter()
        told = [_BUTTON, self._tag, f"Spoke: row {self._row}"]
        self._bridge.ask("run", book=self._addin, macro=f"{PROJECT}.ArcRehearsal.Press", arguments=told)
        shown = answered = 0.0
        while not (shown and answered):
            time.sleep(_LOOK)
            now = time.perf_counter() - began
            shown = shown or now * self._stands()
            answered = answered or now * (len(self._answered()) > self._seen)
            if now > 60:
                raise RuntimeError("nothing came of the click")
        self._seen, self._row = len(self._answered()), self._row + 1
        return Click(shown, answered, _spent() - spent)

    def _stands(self) -> bool:
        """Say whether the row is filled in which the next call shall stand."""
        told = self._ask("read", sheet=ACTIVITY.title, area=[self._row, 1, self._row, 3])
        return any(told["rows"][0])

    def _answered(self) -> list[Path]:
        return [*self._answers.iterdir()] if self._answers.exists() else []

    def _ask(self, operation: str, **told: Any) -> Any:
        return self._bridge.ask(operation, book=self._book, **told)


def _spent() -> float:
    """Return the CPU seconds of all that this process started and that runs."""
    return sum(sum(process.cpu_times()[:2]) for process in psutil.Process().children(recursive=True))


def main(many: int = 10_000, clicks: int = 5) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, many)
        book = Config.load(folder).book
        spool = {"ARC_SPOOL": str(folder / "spool")}
        with headless(**spool) as bridge, reachable(bridge), running(folder, folder / "arc.toml") as agent:
            ribbon = Ribbon(folder, book, bridge)
            until(lambda: agent.done("plan"), 300)  # the day's first work, in the way of nobody's click here
            time.sleep(_PAUSE)
            sys.stdout.write(f"Log call pressed on an open book of {many:,} invoices\n")
            for n in range(1, clicks + 1):
                seen = ribbon.click()
                time.sleep(_PAUSE)
                job = [line for line in agent.log() if line.get("job") == "requests"][-1]
                sys.stdout.write(
                    f"  click {n}   {seen}   the agent's job, figures and all, {job['ms'] / 1000:5.2f} s\n"
                )
                sys.stdout.flush()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
