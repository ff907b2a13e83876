"""`arc init`: a folder becomes a firm's: settings, ledger, empty workbook."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from arc_sync.agent.places import LEDGER, NAME, without_password
from arc_sync.cli.out import FINE, PERSON, Json, answer, at_terminal, finish, say

if TYPE_CHECKING:
    from arc_sync.agent.config import Config
    from arc_sync.agent.firm import Firm

_CURRENCY: Final = "EUR"
_REMEDY: Final = (
    "`arc sync --new` makes a new one from the ledger, and the old one is kept; or put back a copy from the folder "
    ".arc-backups beside it."
)


def init(
    folder: Annotated[Path, typer.Argument(help="Made if it is not there.")] = Path(),
    company: Annotated[str | None, typer.Option(help="The firm's name. [default: the folder's]")] = None,
    currency: Annotated[
        str | None, typer.Option(help=f"Its base currency, such as USD. [default: {_CURRENCY}]")
    ] = None,
    ledger: Annotated[str, typer.Option(help="A path, or postgresql://user@host/database.")] = LEDGER,
    json: Json = False,
) -> None:
    """Set up a folder: settings, policy, ledger, empty workbook.

    Asks for what is missing only on a terminal. What is there already is left as it is; exits with 1 if the
    workbook that belongs to it is not there or not well.
    """
    from arc_sheets.errors import ConfigError, LedgerMissing
    from arc_sync.agent.config import Config
    from arc_sync.agent.firm import opened
    from arc_sync.agent.policies import write_policy

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{folder} cannot be made ({error.strerror}); choose another folder.") from None
    file, made = folder.absolute() / NAME, []
    guessed = not (company or at_terminal() or file.exists())
    if not file.exists():
        name = company or _ask("The firm's name", file.parent.name or "My company")
        base = (currency or _ask("Its base currency", _CURRENCY)).upper()
        Config.write_new(file.parent, name, base, ledger)
        made.append(str(file))
    config = Config.load(file)
    if made and write_policy(config):
        made.append(str(config.policy))
    try:
        with opened(config) as firm:
            trouble = _trouble(firm)
    except LedgerMissing:
        made.append(without_password(config.ledger))
        with opened(config, make=True) as firm:
            if not config.book.exists():
                firm.make_book(datetime.now(UTC))
                made.append(str(config.book))
            trouble = _trouble(firm)
    if json:
        answer({**_places(config), "made": made, "trouble": trouble or None})
    else:
        _tell(config, made, trouble, guessed=guessed)
    finish(PERSON if trouble else FINE)


def _trouble(firm: Firm) -> str:
    """Return what is wrong with a workbook that was there before, and what helps; "" for none."""
    from arc_sheets.errors import BookError, BookForeign, BookMissing, BookOpen

    try:
        with firm.book.open() as session:
            meta = session.meta()
    except BookOpen:  # somebody works in it
        return ""
    except BookMissing:
        return f"There is no workbook at {firm.book.where}. {_REMEDY}"
    except BookForeign as error:  # it says what helps
        return str(error)
    except BookError as error:
        return f"{error} {_REMEDY}"
    return "" if meta.ledger == firm.ledger.id else f"{firm.book.where} belongs to another ledger. {_REMEDY}"


def _places(config: Config) -> dict[str, str]:
    return {
        "settings": str(config.file),
        "ledger": without_password(config.ledger),
        "book": str(config.book),
    }


def _tell(config: Config, made: list[str], trouble: str, *, guessed: bool) -> None:
    folder = config.file.parent
    name = config.company or folder.name
    if made:
        say(f"{name} is set up in {folder}, with {config.base_currency} as base currency.")
        if guessed:
            where = f"set company in {config.file.name}"
            say(f'"{name}" is the name of the folder; customers will read it, so {where}.')
    else:
        say(f"{name} was set up in {folder} already; nothing was changed.")
    say(
        f"  {config.file.name}: the settings, to be read and changed as you like",
        f"  {config.policy.name}: the reminder policy, likewise",
        f"  {without_password(config.ledger)}: the ledger; back it up",
        f"  {config.book}: the workbook",
    )
    if trouble:
        say(trouble)
    elif made:
        say("Next: arc import your-export.csv, then arc sync, and open the workbook.")


def _ask(question: str, default: str) -> str:
    """Ask on a terminal; elsewhere take the default."""
    return str(typer.prompt(question, default=default)) if at_terminal() else default
