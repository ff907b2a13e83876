"""`arc status`: whether the agent runs, and how the workbooks stand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from arc_sync.cli.out import FINE, PERSON, Json, Settings, answer, day, finish, listed, many, say

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from arc_sync.agent.running.standing import FirmStands, Standing, Trouble

_JOBS = {"plan": "reminders are planned", "night": "the ledger is verified and backed up"}


def status(json: Json = False, config: Settings = None) -> None:
    """Say whether the agent runs, and what waits.

    When each workbook was last in step, issues, reminders, the bank's data, the last backup, the next jobs: for the
    firms that the agent keeps, and for that of this folder.
    """
    from arc_sync.agent.inbox.spool import Spool, usual_folder
    from arc_sync.agent.running.firms import listed as known
    from arc_sync.agent.running.service.usual import this_service
    from arc_sync.agent.running.standing import standing
    from arc_sync.agent.running.state import usual_home

    home, now = usual_home(), datetime.now(UTC)
    kept = known(home)
    found = standing(home, Spool(usual_folder()), _asked_for(config, kept), now)
    firms = (firm._replace(is_kept=is_kept(firm, found, kept)) for firm in found.firms)
    found = found._replace(firms=tuple(_looked_at(firm, alive=found.alive) for firm in firms))
    if json:
        answer(as_json(found))
    else:
        say(*sentences(found, now, installed=found.alive or this_service().is_installed()))
    finish(PERSON if found.needs_person else FINE)


def _asked_for(config: Path | None, kept: list[Path]) -> list[Path]:
    """Return the settings of the firms to tell about; raises `ConfigError` where there is none."""
    from arc_sync.agent.places import NAME, find

    if config is not None or not kept:
        return [find(config).resolve()]
    here = [Path(NAME).resolve()] if Path(NAME).is_file() else []
    return list(dict.fromkeys([*kept, *here]))


def is_kept(firm: FirmStands, found: Standing, kept: list[Path]) -> bool:
    """Say whether the agent keeps a firm: by its list, or as it was started with it; where there is neither, it would."""
    books = found.beat.books if found.alive and found.beat else []
    return firm.file in kept or (firm.seen.book in books if books else not kept)


def _looked_at(firm: FirmStands, *, alive: bool) -> FirmStands:
    """Return a firm as the agent that lives saw it, else as its ledger shows it now."""
    return firm if alive and firm.is_kept and firm.is_known else _looked_into(firm)


def _looked_into(firm: FirmStands) -> FirmStands:
    """Return a firm as its ledger shows it now: nobody has looked yet, or since the agent stopped."""
    from arc_sheets.errors import ArcError
    from arc_sync.agent.config import Config
    from arc_sync.agent.firm import opened
    from arc_sync.agent.running.perform import seen_of
    from arc_sync.agent.running.standing import Trouble

    try:
        with opened(Config.load(firm.file)) as one:
            return firm._replace(seen=seen_of(one, datetime.now(UTC), firm.seen.book), is_known=True)
    except ArcError as error:
        known = any(trouble.said == str(error) for trouble in firm.troubles)
        return firm if known else firm._replace(troubles=(*firm.troubles, Trouble(str(error))))


def as_json(found: Standing) -> dict[str, Any]:
    """Return how all stands, for programs; moments in UTC."""
    return {
        "alive": found.alive,
        "version": found.beat.version if found.beat else None,
        "pid": found.beat.pid if found.beat else None,
        "last_alive": _text(found.beat.alive if found.beat else None),
        "waiting_requests": found.requests,
        "firms": [
            {
                "settings": str(firm.file),
                "book": firm.book or None,
                "kept": firm.is_kept,
                "open": firm.is_open,
                "last_round": _text(firm.synced),
                "troubles": [str(trouble) for trouble in firm.troubles],
                "troubled_since": _text(min((t.since for t in firm.troubles if t.since), default=None)),
                **_seen(firm),
                "last_backup": _text(firm.backup),
                "next": {job: _text(moment) for job, moment in sorted(firm.next.items())},
            }
            for firm in found.firms
        ],
    }


def _seen(firm: FirmStands) -> dict[str, int | str | None]:
    """Return what stood in a firm's ledger; null where nobody could look."""
    seen = firm.seen
    told = {
        "issues": seen.issues,
        "reminders_waiting": seen.reminders,
        "drafts_to_send": seen.drafts,
        "messages_waiting": seen.outgoing,
        "messages_stuck": seen.stuck,
        "bank_until": seen.bank_until.isoformat() if seen.bank_until else None,
    }
    return told if firm.is_known else dict.fromkeys(told)


def sentences(found: Standing, now: datetime, *, installed: bool = True) -> list[str]:
    """Return how all stands, for people; hours are those of each firm."""
    if found.alive and found.beat:
        said = [f"The agent runs (ARC Sheets {found.beat.version})."]
    else:
        zone = next((firm.zone for firm in found.firms), None)
        last = f" It was last alive {_when(found.beat.alive, now, zone)}." if found.beat else ""
        said = [f"The agent {not_running(installed=installed)}.{last}"]
    if found.requests:
        said.append(
            f"{many(found.requests, 'request')} from Excel {'waits' if found.requests == 1 else 'wait'}."
        )
    for firm in found.firms:
        said += ["", *_of_firm(firm, now)]
    return said


def not_running(*, installed: bool) -> str:
    """Return that the agent does not run, and what starts it."""
    if installed:
        return "does not run; arc agent start starts it"
    return (
        "does not run, and is not installed here; arc agent install lets it work in the background from now on,"
        " arc agent run as long as a terminal is open"
    )


def _of_firm(firm: FirmStands, now: datetime) -> list[str]:
    seen, zone = firm.seen, firm.zone
    troubles = [f"  TROUBLE  {_told(trouble, now, zone)}" for trouble in firm.troubles]
    if not firm.book:  # without settings nobody can say how it stands
        return [str(firm.file), *troubles]
    step = f"in step {_when(firm.synced, now, zone)}" if firm.synced else "not synced by the agent yet"
    said = [firm.book, f"  {step}{'; it is open now' if firm.is_open else ''}", *troubles]
    waits = [
        many(seen.issues, "issue") if seen.issues else "",
        f"{many(seen.reminders, 'reminder')} to decide on" if seen.reminders else "",
        f"{many(seen.drafts, 'draft')} to send" if seen.drafts else "",
        f"{many(seen.outgoing, 'message')} to go out" if seen.outgoing else "",
        f"{seen.stuck:,} of them held up" if seen.stuck else "",
    ]
    nothing = ("nothing", "none yet") if firm.is_known else ("not known", "not known")
    said.append(f"  waiting: {listed([*filter(None, waits)]) or nothing[0]}")
    bank = f"up to {day(seen.bank_until)}" if seen.bank_until else nothing[1]
    backup = _when(firm.backup, now, zone) if firm.backup else "none yet"
    said.append(f"  bank data: {bank}; last backup: {backup}")
    if not firm.is_kept:
        return [*said, "  the agent does not keep it; arc agent add in its folder lets it"]
    coming = sorted(firm.next.items(), key=lambda item: item[1])
    return said + [f"  next: {_JOBS.get(job, job)} {_when(moment, now, zone)}" for job, moment in coming]


def _told(trouble: Trouble, now: datetime, zone: ZoneInfo | None) -> str:
    """Return a trouble with the time since when: Round, since 14:05: the disk is full."""
    if trouble.since is None:
        return str(trouble)
    since = _when(trouble.since, now, zone).removeprefix("at ").removeprefix("on ")
    return str(trouble._replace(job=f"{trouble.job}, since {since}"))


def _when(moment: datetime, now: datetime, zone: ZoneInfo | None) -> str:
    """Return a moment as people say it: just now, at 14:05, on 24 Nov 2026 at 14:05; without a zone in this machine's."""
    here, today = moment.astimezone(zone), now.astimezone(zone).date()
    if abs((now - moment).total_seconds()) < 90:
        return "just now"
    return f"at {here:%H:%M}" if here.date() == today else f"on {day(here.date())} at {here:%H:%M}"


def _text(moment: datetime | None) -> str | None:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else None
