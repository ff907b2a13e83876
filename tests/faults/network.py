"""What a network does to the agent: it is gone for an hour, or Google answers with nothing but errors.

Meanwhile people type and click in the spreadsheet, whose own network works, and in books on files.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from arc_sync.agent.running.jobs import UNANSWERED_WAIT
from tests.faults.business import Business
from tests.faults.lines import Line
from tests.faults.office import Office

_HOUR, _STORM, _QUIET = 3600.0, 300.0, 180.0  #: seconds
#: Seconds after which the agent must have tried again, and have caught up: a wait, and what it does then.
_BACK: Final = UNANSWERED_WAIT.total_seconds() + 120
_ALWAYS: Final = 1_000_000  #: times, more than any fault can be met
#: What all calls of a storm meet: the answer (None: the line breaks), and whether they are carried out all the same.
_STORMS: Final = ((429, False), (500, False), (500, True), (503, False), (503, True), (None, True))
_CHANCE: Final = 0.4  #: the share of calls that fail in a storm of all kinds
_CALLS: Final = 30  #: that a minute of trying in vain may take; Google lets 60 reads and 60 writes through


@dataclass
class People:
    """Those who work in all the books, each value in a cell of its own."""

    office: Office
    chance: random.Random
    typed: dict[str, int] = field(default_factory=dict)

    def work(self, _minute: int) -> None:
        """Do what people do in a minute."""
        office = self.office
        if self.chance.random() < 0.6:
            self._types(office.sheet, "sheet")
        if self.chance.random() < 0.3:
            office.sheet.clicks(f"menu-{len(office.sheet.clicked)}")
        for n, one in enumerate(office.files):
            if self.chance.random() < 0.6:
                self._types(one, f"file{n}")
                office.saved(one)
            if self.chance.random() < 0.3:
                (book,) = office.conductor.firms[one.file].books
                one.clicks(f"ribbon-{n}-{len(one.clicked)}", book=book)

    def _types(self, one: Business, name: str) -> None:
        at = self.typed[name] = self.typed.get(name, -1) + 1
        one.types(f"typed-{name}-{at}", at)


def gone_for_an_hour(seed: int, folder: Path) -> Line:
    """Let every connection break for an hour, and come back; a fault is a connection that broke."""
    line = Line("network gone for an hour")
    with Office.opens(folder, seed) as office:
        people = People(office, random.Random(seed))
        office.lives(300, people.work)
        began = office.clock()
        gone = office.google.faults.plan("", None, times=_ALWAYS)
        office.lives(_HOUR - _QUIET, people.work)
        office.lives(_QUIET)
        fell = _ALWAYS - gone.times
        wrong = [*_files_went_on(office), *_said_since(office, began), *_bounded(fell, _HOUR)]
        office.google.faults.clear()
        office.lives(_BACK)
        wrong += _caught_up(office)
        office.lives(_QUIET, people.work)
        office.lives(_QUIET)
        line.judge("; ".join(wrong) or office.judged(), fell)
    return line


def storms(seed: int, folder: Path) -> Line:
    """Let all calls fail for five minutes, in each way, and then some in all ways; a fault is a call that failed."""
    line = Line("429 and 5xx storms, before and after applying")
    with Office.opens(folder, seed, files=0) as office:
        people, faults = People(office, random.Random(seed)), office.google.faults
        for status, after in _STORMS:
            fault = faults.plan("spreadsheets|drive", status, times=_ALWAYS, after=after)
            fault.retry_after = people.chance.choice((None, 7, 3600)) if status else None
            office.lives(_STORM, people.work)
            _passes(office, people, line, _ALWAYS - fault.times)
        faults.rate, before = _CHANCE, len(office.google.calls)
        office.lives(2 * _STORM, people.work)
        failed = sum(call.status not in (200, 401) for call in list(office.google.calls)[before:])
        _passes(office, people, line, failed)
    return line


def _passes(office: Office, people: People, line: Line, fell: int) -> None:
    """Let a storm end, and judge what it left."""
    wrong = _bounded(fell, _STORM)
    office.google.faults.clear()
    office.lives(_BACK)
    wrong += _caught_up(office)
    office.lives(_QUIET, people.work)
    office.lives(_QUIET)
    line.judge("; ".join(wrong) or office.judged(), fell)


def _files_went_on(office: Office) -> Iterator[str]:
    for one in office.files:
        yield from one.left_out()
        if (trouble := office.stands(one).troubles) or not one.typed:
            yield f"a book on a file did not go on: {trouble}"


def _said_since(office: Office, began: datetime) -> Iterator[str]:
    """The status of the spreadsheet names the trouble and since when; that of a file names none."""
    stands = office.stands(office.sheet)
    known = [trouble.since for trouble in stands.troubles if "no answer" in trouble.said and trouble.since]
    if not known or abs(min(known) - began) > timedelta(minutes=2):
        yield f"the status does not say since when: {stands.troubles}"
    if stands.synced is None or stands.synced > began + timedelta(minutes=1):
        yield f"the status says it was in step at {stands.synced}, and the network went at {began}"


def _caught_up(office: Office) -> list[str]:
    troubles = [
        str(trouble) for one in (office.sheet, *office.files) for trouble in office.stands(one).troubles
    ]
    return [*troubles, *(said for one in (office.sheet, *office.files) for said in one.left_out())]


def _bounded(calls: int, seconds: float) -> list[str]:
    """Trying in vain goes on, and stays within bounds."""
    a_minute = calls / seconds * 60
    return [] if 0 < a_minute <= _CALLS else [f"{a_minute:.0f} calls a minute were made in vain"]
