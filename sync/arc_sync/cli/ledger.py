"""`arc ledger`: the ledger moved to another place, and who may do what in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from arc_sync.cli.out import Json, Settings, answer, many, say


class Kind(StrEnum):
    """What a role is for."""

    agent = "agent"
    reader = "reader"


def move(
    source: Annotated[
        str, typer.Argument(help="A path, or an address: sqlite:///path, postgresql://user@host/database.")
    ],
    target: Annotated[str, typer.Argument(help="Likewise; there must be no ledger there yet.")],
    json: Json = False,
    config: Settings = None,
) -> None:
    """Move a ledger to another place, and prove the copy.

    All of it: rows, history, outbox, answers. The hash chain and the control totals of both are compared before the old one is put aside. Where this folder's
    arc.toml names the old place, it names the new one then.
    """
    from arc_sync.agent.moving import file_of
    from arc_sync.agent.moving import move as move_ledger
    from arc_sync.agent.running.lock import Lock
    from arc_sync.agent.running.state import usual_home

    moved = move_ledger(source, target, datetime.now(UTC), Lock(usual_home()))
    settings = _renamed(config, source, target)
    rows = sum(moved.totals.rows.values())
    if json:
        kept = str(moved.kept) if moved.kept else None
        answer({"rows": rows, "change": moved.totals.head.n, "kept": kept, "settings": settings or None})
        return
    say(
        f"{many(rows, 'row')} are moved, up to change {moved.totals.head.n:,}; hash chain and control totals agree.",
        f"The old ledger is kept as {moved.kept}."
        if moved.kept
        else "The old ledger stays on its server as it is; let nobody work with it any more.",
        f"{settings} names the new place."
        if settings
        else f'Now write ledger = "{file_of(target) or target}" into each arc.toml of it.',
    )


def _renamed(config: Path | None, source: str, target: str) -> str:
    """Let the settings name the new place if they named the old one; return their file, "" if they do not name it."""
    from arc_sheets.errors import ConfigError
    from arc_sync.agent.moving import file_of
    from arc_sync.agent.places import find
    from arc_sync.agent.settling import change, shown

    try:
        file = find(config)
        here = shown(file)["ledger"]
        if (file_of(here) or here) != (file_of(source) or source):
            return ""
        change(file, "ledger", str(file_of(target) or target))
    except ConfigError:  # the ledger has moved, so this is for a person now
        return ""
    return str(file)


def grants(
    role: Annotated[str, typer.Option("--role", help="The role in PostgreSQL; it must exist.")],
    kind: Annotated[Kind, typer.Option("--for", help="What it is for.")] = Kind.agent,
    schema: Annotated[str, typer.Option(help="Where the ledger's tables are.")] = "public",
) -> None:
    """Print the SQL that gives a role what it needs.

    For a ledger on PostgreSQL, and no more than it needs. An agent may add to the history and never change it; a reader may look. Whoever owns the tables runs it.
    """
    from arc_sync.ledger.grants import script

    say(script(role, kind.value, schema).rstrip())


COMMANDS: dict[str, Callable[..., None]] = {"move": move, "grants": grants}
