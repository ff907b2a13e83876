"""`arc doctor`: is everything in place and well? It changes nothing."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from arc_sheets import __version__
from arc_sync.cli.out import FINE, PERSON, Json, Settings, answer, finish, many, say

if TYPE_CHECKING:
    from arc_sync.agent.config import Config
    from arc_sync.agent.firm import Firm

_ROOM = 500 * 2**20


class Finding(NamedTuple):
    """One thing looked at."""

    what: str
    well: bool
    said: str


def doctor(json: Json = False, config: Settings = None) -> None:
    """Look whether everything is in place and well.

    The computer, settings, disk, mail, the agent, the add-in, ledger, workbook, issues, rates and sender; says what to
    do where something is not, and changes nothing.
    """
    found = list(_findings(config))
    if json:
        answer({"version": __version__, "findings": [f._asdict() for f in found]})
    else:
        say(*(f"{'ok ' if f.well else 'BAD'}  {f.what}: {f.said}" for f in found))
    finish(FINE if all(f.well for f in found) else PERSON)


def _findings(path: Path | None) -> Iterator[Finding]:
    from arc_sheets.errors import ArcError
    from arc_sync.agent.config import Config
    from arc_sync.agent.firm import opened
    from arc_sync.cli import surroundings
    from arc_sync.ledger.address import file_of

    now = datetime.now(UTC)
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("Program", well=True, said=f"ARC Sheets {__version__} on Python {version}.")
    yield from (Finding(*told) for told in surroundings.of_the_computer())
    try:
        config = Config.load(path)
    except ArcError as error:
        yield Finding("Settings", well=False, said=str(error))
        return
    yield Finding("Settings", well=True, said=f"{config.file}.")
    yield _room(config)
    yield from (Finding(*told) for told in surroundings.of_the_firm(config, now))
    try:
        with opened(config) as firm:
            yield Finding("Clock", *surroundings.clock(firm, now))
            if not file_of(config.ledger):
                yield _checked("Rights", lambda one: surroundings.rights_in(one.ledger), firm)
            yield from (_checked(what, check, firm) for what, check in _CHECKS)
    except ArcError as error:
        yield Finding("Ledger", well=False, said=str(error))


def _checked(what: str, check: Callable[[Firm], tuple[bool, str]], firm: Firm) -> Finding:
    from arc_sheets.errors import ArcError

    try:
        return Finding(what, *check(firm))
    except ArcError as error:
        return Finding(what, well=False, said=str(error))


def _room(config: Config) -> Finding:
    free = shutil.disk_usage(config.file.parent).free
    said = f"{free / 2**30:,.1f} GB free beside the settings{'' if free > _ROOM else '; make room'}."
    return Finding("Disk", well=free > _ROOM, said=said)


def _ledger(firm: Firm) -> tuple[bool, str]:
    newest = next(iter(firm.ledger.sets()), None)
    wrong = list(firm.ledger.verify())
    if wrong:
        return False, f"{wrong[0]} Run arc verify."
    return True, f"{many(newest.number if newest else 0, 'change set')}, and the history holds together."


def _book(firm: Firm) -> tuple[bool, str]:
    from arc_sheets.tabs import RECORD_TABS
    from arc_sync.agent.marks import checked

    with firm.book.open() as session:
        meta = session.meta()
        lacking = [tab.title for tab in RECORD_TABS if not session.read(tab).usable]
    mark = checked(meta, firm.ledger, firm.book.where, "changed")
    if lacking:
        said = f"{', '.join(lacking)} lack their sheet, headers or id column"
        return False, f"{said}; undo what was done there, or restore a backup."
    with firm.ledger.read() as view:
        behind = view.head().n - mark.n
    step = (
        f"{many(behind, 'change')} behind the ledger; run arc sync" if behind else "in step with the ledger"
    )
    return True, f"{firm.book.where}, {step}."


def _issues(firm: Firm) -> tuple[bool, str]:
    from arc_sync.agent.choices import waiting

    books = [one.id for one in firm.ledger.books()]
    with firm.ledger.read() as view:
        count = waiting(view, books)
    if not count:
        return True, "none wait for a person."
    return False, f"{many(count, 'issue')} {'waits' if count == 1 else 'wait'}; see the Issues tab."


def _rates(firm: Firm) -> tuple[bool, str]:
    from arc_sheets.tabs import INVOICES

    at = [c.name for c in INVOICES.stored].index("currency")
    used = {str(row[at]) for row in firm.rows()["invoices"].values() if row[at]}
    missing = firm.config.rates.missing(tuple(used))
    if missing:
        return False, f"none for {', '.join(missing)}; add them under [rates] in arc.toml."
    return True, f"every currency in use counts in {firm.config.base_currency}."


def _sender(firm: Firm) -> tuple[bool, str]:
    from arc_sync.agent.reminding.rows import PROPOSED, reminders
    from arc_sync.cli.planned import sender_sentences

    with firm.ledger.read() as view:
        proposed = any(row.status == PROPOSED for row in reminders(view).values())
    lacking = sender_sentences(firm.config, proposed=proposed)
    sender = firm.config.sender
    known = ", ".join(filter(None, (sender.name, sender.company, sender.email)))
    return (False, lacking[0]) if lacking else (True, f"customers read {known}.")


_CHECKS: tuple[tuple[str, Callable[[Firm], tuple[bool, str]]], ...] = (
    ("Ledger", _ledger),
    ("Workbook", _book),
    ("Issues", _issues),
    ("Rates", _rates),
    ("Sender", _sender),
)
