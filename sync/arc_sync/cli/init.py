"""`arc init`: a folder becomes a firm's: settings, ledger, empty workbook."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from arc_sync.agent.places import LEDGER, NAME, without_password
from arc_sync.cli.out import Json, answer, say

_CURRENCY = "EUR"


def init(
    folder: Annotated[Path, typer.Argument(help="Made if it is not there.")] = Path(),
    company: Annotated[str | None, typer.Option(help="The firm's name. [default: the folder's]")] = None,
    currency: Annotated[
        str | None, typer.Option(help=f"Its base currency, such as USD. [default: {_CURRENCY}]")
    ] = None,
    ledger: Annotated[str, typer.Option(help="A path, or postgresql://user@host/database.")] = LEDGER,
    json: Json = False,
) -> None:
    """Set up a folder: arc.toml, a ledger and an empty workbook.

    Asks for what is missing only on a terminal. What is there already is left as it is.
    """
    from arc_sheets.errors import ConfigError
    from arc_sync.agent.config import Config
    from arc_sync.agent.firm import opened

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{folder} cannot be made ({error.strerror}); choose another folder.") from None
    file, made = folder.absolute() / NAME, []
    if not file.exists():
        name = company or _ask("The firm's name", file.parent.name or "My company")
        base = (currency or _ask("Its base currency", _CURRENCY)).upper()
        Config.write_new(file.parent, name, base, ledger)
        made.append(str(file))
    config = Config.load(file)
    with opened(config, make=True) as firm:
        with firm.ledger.read() as view:
            if "://" not in config.ledger and not view.head().n:
                made.append(config.ledger)
        if not config.book.exists():
            firm.make_book(datetime.now(UTC))
            made.append(str(config.book))
    if json:
        answer(
            {
                "settings": str(file),
                "ledger": without_password(config.ledger),
                "book": str(config.book),
                "made": made,
            }
        )
        return
    say(
        f"{config.company or file.parent.name} is set up in {file.parent}, with {config.base_currency} as base currency."
    )
    say(
        f"  {file.name}: the settings, to be read and changed as you like",
        f"  {without_password(config.ledger)}: the ledger; back it up",
        f"  {config.book}: the workbook",
    )
    say("Next: arc import your-export.csv, then arc sync, and open the workbook.")


def _ask(question: str, default: str) -> str:
    """Ask on a terminal; elsewhere take the default."""
    return str(typer.prompt(question, default=default)) if sys.stdin.isatty() else default
