"""What `arc doctor` asks of the computer: system, clock, rights, mail, agent, add-in; each with what to do."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from arc_sheets import __version__
from arc_sync.cli.out import day, listed, many

if TYPE_CHECKING:
    from arc_sync.agent.config import Config
    from arc_sync.agent.firm import Firm
    from arc_sync.ledger.port import Ledger

#: By how much a clock may be off, and how old a backup may be.
_SKEW, _OLD = timedelta(minutes=5), timedelta(days=3)
_SQLITE: Final = (3, 37, 0)

#: What was looked at, whether it is well, and what is to be said.
Told = tuple[str, bool, str]


def of_the_computer() -> Iterator[Told]:
    """Yield what is asked without a firm."""
    system = f"{platform.system()} {platform.release()}, SQLite {sqlite3.sqlite_version}"
    fine = sqlite3.sqlite_version_info >= _SQLITE
    yield "System", fine, f"{system}{'.' if fine else ': this SQLite is too old; install a newer Python.'}"
    yield _addin()


def of_the_firm(config: Config, now: datetime) -> Iterator[Told]:
    """Yield what is asked once the settings are read; `now` is UTC."""
    yield _rights(config)
    yield from _mail(config)
    if config.spreadsheet:
        yield from _google(config)
    yield from _agent(config, now)


def clock(firm: Firm, now: datetime) -> tuple[bool, str]:
    """Say whether this computer's clock goes right, as far as the ledger can tell; `now` is UTC."""
    newest = next(iter(firm.ledger.sets()), None)
    shown = f"{now.astimezone(firm.config.zone):%d %b %Y %H:%M} in {firm.config.zone.key}"
    if newest and newest.origin.when - now > _SKEW:
        return False, f"it shows {shown}, but the ledger's newest change is of later; set the clock."
    return True, f"it shows {shown}."


def _addin() -> Told:
    from arc_sheets.errors import ConfigError
    from arc_sync.addin.install import Stand, look, usual_folder

    what = "Excel add-in"
    if sys.platform not in ("win32", "darwin"):
        return what, True, "there is no Excel on this system."
    try:
        found = look(usual_folder())
    except ConfigError as error:
        return what, False, str(error)
    if found.marked:
        return what, False, "Windows marks it as from elsewhere, so Excel blocks it; run arc addin install."
    said = {
        Stand.MISSING: (True, "not installed; arc addin install puts the ARC tab into Excel."),
        Stand.CURRENT: (True, f"installed, version {found.version or __version__}."),
        Stand.OTHER: (False, "installed, but not as this ARC builds it; run arc addin install."),
    }[found.stand]
    return what, *said


def rights_in(ledger: Ledger) -> tuple[bool, str]:
    """Say whether a ledger on a server lets its user do what an agent does."""
    from arc_sync.ledger.grants import lacking
    from arc_sync.ledger.sql import SqlLedger

    missing = lacking(ledger) if isinstance(ledger, SqlLedger) else []
    if not missing:
        return True, "the ledger may be written."
    more = f" and {len(missing) - 1:,} more" if len(missing) > 1 else ""
    return False, (
        f"the ledger does not let its user write ({missing[0]} is lacking{more}); who only reports needs no more, for an"
        " agent let whoever owns the tables run what arc ledger grants prints."
    )


def _rights(config: Config) -> Told:
    """Say whether the files may be written: a new one is put in the place of the workbook."""
    from arc_sync.ledger.address import file_of

    places = [config.file.parent, *([] if config.spreadsheet else [config.book.parent])]
    if near := file_of(config.ledger):
        places += [Path(near).parent, Path(near)]
    shut = [place for place in dict.fromkeys(places) if place.exists() and not os.access(place, os.W_OK)]
    if shut:
        return "Rights", False, f"{shut[0]} may not be written by you; allow writing there."
    files = ["settings", *(["ledger"] if near else []), *([] if config.spreadsheet else ["workbook"])]
    return "Rights", True, f"{listed(files)} may be written."


def _mail(config: Config) -> Iterator[Told]:
    from arc_sync.mail import asking
    from arc_sync.mail.safe import Safe

    for one in asking.check(config, config.sender.email, Safe.of_this_user()):
        yield "Mail", one.ok, one.said


def _google(config: Config) -> Iterator[Told]:
    from arc_sync.agent import google_account
    from arc_sync.mail.safe import Safe

    for one in google_account.check(config, Safe.of_this_user()):
        yield "Google", one.ok, one.said


def _agent(config: Config, now: datetime) -> Iterator[Told]:
    from arc_sheets.errors import ConfigError
    from arc_sync.agent.inbox.spool import Spool, usual_folder
    from arc_sync.agent.running.firms import listed
    from arc_sync.agent.running.service.usual import this_service
    from arc_sync.agent.running.standing import standing
    from arc_sync.agent.running.state import usual_home
    from arc_sync.cli.status import is_kept, not_running

    try:
        firms = listed(usual_home())
    except ConfigError as error:
        yield "Agent", False, str(error)
        return
    kept = config.file.resolve() in firms
    found = standing(usual_home(), Spool(usual_folder()), [config.file.resolve()], now)
    (firm,) = found.firms
    if not found.alive:
        yield "Agent", not kept, f"it {not_running(installed=this_service().is_installed())}."
    elif found.beat and found.beat.version != __version__:
        yield (
            "Agent",
            False,
            f"it runs as version {found.beat.version}, this is {__version__}; stop and start it.",
        )
    elif not is_kept(firm, found, firms):
        yield (
            "Agent",
            True,
            "it runs, but does not keep this firm; run arc agent add in its folder to let it.",
        )
    else:
        trouble = next(iter(firm.troubles), None)
        yield "Agent", not trouble, str(trouble or "it runs, and keeps this firm.")
    if kept:
        yield _backup(firm.backup.astimezone(config.zone) if firm.backup else None, now)
        waits = f"{many(found.requests, 'request')} in {usual_folder()}"
        yield "Requests", found.alive or not found.requests, f"{waits}."


def _backup(last: datetime | None, now: datetime) -> Told:
    """Say whether the last backup is of late; `last` on the firm's wall clock."""
    if last is None or now - last > _OLD:
        said = f"the last one is of {day(last.date())}" if last else "there is none yet"
        return "Backup", False, f"{said}; let the agent run at night, and see arc status for what hinders it."
    return "Backup", True, f"the last one is of {day(last.date())} at {last:%H:%M}, and was tried."
