"""`arc google install-menu`, and the live part of `arc google check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from arc_sync.cli.mail import InFile
from arc_sync.cli.out import FINE, PERSON, Settings, answer, finish, say
from arc_sync.cli.signing import in_browser

if TYPE_CHECKING:
    from arc_sync.agent.config import Config

_WORDS: Final = {True: "yes", False: "NO", None: "not asked"}


def install_menu(
    paste: Annotated[
        Path | None, typer.Option(help="Only write the files, to be pasted by hand, into this folder.")
    ] = None,
    script: Annotated[str, typer.Option(help="Id of the script, where ARC does not know it.")] = "",
    in_file: InFile = False,
    config: Settings = None,
) -> None:
    """Put the menu ARC into the spreadsheet, or bring it up to date.

    The browser opens: you allow ARC to install scripts, for this once.
    """
    from arc_sync.agent import google_menu
    from arc_sync.agent.config import Config
    from arc_sync.mail.safe import Safe

    if paste is not None:
        say(google_menu.paste(paste))
        return
    show = in_browser("arc google install-menu")
    say(google_menu.install(Config.load(config), Safe.of_this_user(), show, script, in_file=in_file))


def show_live(config: Config, rounds: int, *, json: bool = False) -> NoReturn:
    """Ask Google what ARC takes for granted of it, and show each answer as it comes."""
    from arc_sync.agent import google_menu
    from arc_sync.mail.safe import Safe

    found = []
    for one in google_menu.live(config, Safe.of_this_user(), rounds):
        found.append(one)
        if not json:
            say(f"{_WORDS[one.holds]:9}  {one.question} {one.said}")
    if json:
        answer([one._asdict() for one in found])
    finish(FINE if all(one.holds for one in found) else PERSON)
