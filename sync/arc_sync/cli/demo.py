"""`arc demo`: the main job from end to end, on a made-up firm, told as it happens."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from arc_sync.cli.out import day, read_day, say
from arc_sync.cli.syncing import sentences, taken

if TYPE_CHECKING:
    from arc_sync.agent.firm import Firm
    from arc_sync.agent.work import Worked


def demo(
    folder: Annotated[Path, typer.Argument(help="Where to put it; never over something else.")] = Path(
        "demo"
    ),
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Pretend it is that day. [default: today]")
    ] = None,
    google: Annotated[
        bool,
        typer.Option(
            "--google", help="Show it on a Google spreadsheet, at ARC's own emulator; in a checkout only."
        ),
    ] = False,
    live: Annotated[
        bool,
        typer.Option("--live", help="Then open the workbook in LibreOffice and press two of its buttons."),
    ] = False,
) -> None:
    """Show the main job on a made-up firm.

    Makes a folder with exports of 40 customers and 600 invoices, imports them, makes the workbook, lets a
    simulated accountant edit it, and syncs: a note, a payment, a conflict and a date that is none.
    """
    from arc_sync.agent.demo.story import COMPANY, Demo

    on = read_day(as_of, "--as-of")
    now = datetime.now(UTC)
    if on is not None:  # at this time of day: the story ends now, and reaches into no future of its own day
        now = datetime.combine(on, now.astimezone().time()).astimezone(UTC)
    place = _free(folder)
    if google:
        _at_google(place, now)
        return
    say(f"{COMPANY}, a made-up firm, on {day(now.astimezone().date())}.")
    book, arc = Demo(place, now, say, _tell).run(), _this_command(place)
    say(
        "",
        f"The workbook: {book.absolute()}",
        "Open it: change a note, add a payment below the last one, break a date; save, and close it. Then:",
        f"  cd {place}",
        f"  {arc} sync        and again: the second time there is nothing left to do",
        f"  {arc} history     who changed what",
        f"  {arc} aging       your payment is in it",
        f"  {arc} doctor      is everything well?",
    )
    if live:
        _live(place, book)


def _at_google(place: Path, now: datetime) -> None:
    """Show it on a spreadsheet at the emulator, which lies beside ARC's tests."""
    from importlib import import_module

    from arc_sheets.errors import ConfigError

    try:
        show = import_module("tests.demo_google").show
    except ImportError:
        raise ConfigError(
            "The demo on a spreadsheet runs in a checkout of ARC, from its own folder."
        ) from None
    show(place, now, say, _tell)


def _live(place: Path, book: Path) -> None:
    """Show the buttons at work on the open workbook, in pictures."""
    from arc_sync.agent.demo.live import LiveDemo

    pictures = LiveDemo(place, book, say).run()
    say("", "Before and after:", *(f"  {picture}" for picture in pictures))


def _this_command(place: Path) -> str:
    """Return how `arc` is called from the demo's folder: by its name where the shell finds it, else by its path."""
    called = Path(sys.argv[0])
    if shutil.which("arc") or called.stem != "arc":
        return "arc"
    return os.path.relpath(called.absolute(), place.absolute())


def _tell(firm: Firm, before: int, worked: Worked) -> None:
    say(*(f"  {sentence}" for sentence in sentences(worked, taken(firm, before))))


def _free(folder: Path) -> Path:
    """Return the folder, or one with a number behind its name, that holds nothing yet."""
    place, number = folder, 1
    while place.exists() and (not place.is_dir() or any(place.iterdir())):
        number += 1
        place = folder.with_name(f"{folder.name}-{number}")
    return place
