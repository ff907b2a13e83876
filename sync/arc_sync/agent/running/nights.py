"""What is done at night: the ledger is verified and backed up, and the day's aging is put down.

The line of the aging is a witness: the ledger can compute every earlier day anew, and must come to the same.
"""

from __future__ import annotations

import csv
import os
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from arc_sheets import money
from arc_sheets.aging import AgingReport
from arc_sheets.errors import ArcError
from arc_sync.agent.firm import Firm
from arc_sync.agent.places import beside
from arc_sync.agent.running.habits import Habits
from arc_sync.ledger.backup import back_up, rotate
from arc_sync.ledger.sql import SqlLedger

#: The file in the folder of the backups with a line for each day and currency.
AGING: Final = "aging.csv"
#: How many days are made up for at most.
_DAYS: Final = 31
_DAY: Final = re.compile(r"^(\d{4}-\d\d-\d\d),.*\n", re.MULTILINE)


@dataclass(slots=True)
class Night:
    """What came of a night."""

    backup: Path | None = None
    days: int = 0  #: days of aging put down
    trouble: str = ""  #: in sentences, "" where all is well


def keep_night(firm: Firm, now: datetime) -> Night:
    """Verify the ledger, back it up, put the aging down; `now` is UTC. A part that fails leaves the others theirs.

    A ledger that does not verify is backed up nowhere: the earlier backups stay as they are.
    """
    night, said = Night(), list[str]()
    habits, folder = firm.config.agent, folder_of(firm.config.file, firm.config.agent)
    if wrong := list(firm.ledger.verify()):
        said.append(f"The history does not hold together: {wrong[0]} No backup was made; run arc verify.")
    elif isinstance(firm.ledger, SqlLedger):
        try:
            night.backup = back_up(firm.ledger, firm.config.ledger, folder, now).path
            rotate(folder, habits.backups)
        except ArcError as error:
            said.append(str(error))
    try:
        night.days = put_down(firm, folder / AGING, firm.config.day(now))
    except OSError as error:
        said.append(f"The day's aging cannot be put down in {folder} ({error.strerror}); make room there.")
    night.trouble = " ".join(said)
    return night


def folder_of(file: Path, habits: Habits) -> Path:
    """Return where a firm's backups lie."""
    return Path(beside(file, habits.folder))


def put_down(firm: Firm, file: Path, today: date) -> int:
    """Append the aging of each day that has ended since the last line, as it was known then; return how many days."""
    last = _last_day(file)
    first = max(last + timedelta(1) if last else today - timedelta(1), today - timedelta(_DAYS))
    days = [first + timedelta(n) for n in range((today - first).days)]
    for day in days:
        _append(file, _lines(firm.aging(day, day)))
    return len(days)


def _append(file: Path, lines: list[list[str]]) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = not file.exists()
    with file.open("a", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        if new:
            writer.writerow(["Date", "Currency", "Open", "Unapplied", "Control", "Buckets"])
        writer.writerows(lines)
        stream.flush()
        os.fsync(stream.fileno())


def _lines(report: AgingReport) -> list[list[str]]:
    """Return each currency's total in major units; the buckets in one cell, in their order."""
    return [
        [
            report.as_of.isoformat(),
            total.currency,
            *(money.show(v, total.currency) for v in (total.open, total.unapplied, total.control)),
            " ".join(money.show(v, total.currency) for v in total.buckets),
        ]
        for total in report.totals
    ]


def _last_day(file: Path) -> date | None:
    """Return the day of the last whole line, None if there is none."""
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError:
        return None
    days = _DAY.findall(text)
    return date.fromisoformat(days[-1]) if days else None
