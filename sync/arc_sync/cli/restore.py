"""`arc restore`: the ledger's backups, tried and brought back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arc_sync.cli.out import FINE, PERSON, Json, Settings, answer, day, finish, many, print_table, say

if TYPE_CHECKING:
    from arc_sync.agent.config import Config
    from arc_sync.ledger.backup import Backup, Tried


def restore(
    backup: Annotated[
        Path | None, typer.Argument(help="The backup to bring back. [default: show them]")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only try it: open a copy, verify it whole. [default: the newest]")
    ] = False,
    json: Json = False,
    config: Settings = None,
) -> None:
    """Show the ledger's backups, try one, or bring one back.

    The agent makes one each night. The ledger that is replaced is kept beside it, under another name.
    """
    from arc_sync.agent.config import Config
    from arc_sync.agent.running.nights import folder_of
    from arc_sync.ledger.backup import backups

    settings = Config.load(config)
    known = backups(folder_of(settings.file, settings.agent))
    if check:
        _check(settings, backup or (known[0].path if known else None), json=json)
    elif backup is None:
        _show(known, settings, json=json)
    else:
        _bring_back(settings, backup, json=json)


def _show(known: list[Backup], settings: Config, *, json: bool) -> None:
    from arc_sync.agent.running.nights import folder_of

    folder = folder_of(settings.file, settings.agent)
    if json:
        answer({"backups": [{"file": str(one.path), "made": one.when.isoformat()} for one in known]})
    elif not known:
        say(f"There is no backup in {folder} yet; the agent makes one each night.")
    else:
        made = ((one.path, one.when.astimezone(settings.zone)) for one in known)
        rows = [(str(path), f"{day(when.date())} at {when:%H:%M}") for path, when in made]
        print_table(("Backup", "Made"), rows)


def _check(settings: Any, backup: Path | None, *, json: bool) -> None:
    from arc_sheets.errors import LedgerMissing
    from arc_sync.agent.moving import is_known, tried_out
    from arc_sync.agent.running.nights import folder_of

    if backup is None:
        raise LedgerMissing(
            f"There is no backup in {folder_of(settings.file, settings.agent)} yet; the agent makes one each night."
        )
    tried = tried_out(backup)
    ours = is_known(settings, tried)
    well = bool(ours) and not tried.wrong
    if json:
        answer({"file": str(backup), "sound": not tried.wrong, "wrong": tried.wrong, "of_this_ledger": ours})
    else:
        say(*_told(backup, tried, ours=ours))
    finish(FINE if well else PERSON)


def _told(backup: Path, tried: Tried, *, ours: bool | None) -> list[str]:
    if tried.wrong:
        return [f"{backup} does not prove right: {tried.wrong[0]}"]
    said = f"{backup} can be restored: {many(tried.rows, 'row')} up to change {tried.head.n:,}; the history holds together."
    if ours is None:
        return [
            said,
            f'The ledger itself is lost, so nothing can be compared; arc restore "{backup}" brings it back.',
        ]
    return (
        [said] if ours else [said, "But it is not of this ledger's history; it is of another, or of later."]
    )


def _bring_back(settings: Any, backup: Path, *, json: bool) -> None:
    from arc_sync.agent.moving import restore as bring_back
    from arc_sync.agent.running.lock import Lock
    from arc_sync.agent.running.state import usual_home

    tried, kept = bring_back(settings, backup, datetime.now(UTC), Lock(usual_home()))
    if json:
        answer({"restored": str(backup), "kept": str(kept) if kept else None, "change": tried.head.n})
        return
    say(f"The ledger is as it was in {backup.name}, up to change {tried.head.n:,}.")
    say(*[f"The one before is kept as {kept}."] * bool(kept))
    say(
        "A workbook that knows more than this ledger is not synced; arc sync --new makes a fresh one, and keeps the old."
    )
