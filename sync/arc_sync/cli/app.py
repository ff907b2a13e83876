"""The commands of `arc`, and the door through which every error leaves."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from arc_sheets import __version__
from arc_sync.cli import doctor, history, importing, init, reports, syncing
from arc_sync.cli.out import in_one_sentence, say


class _OneSentence(TyperGroup):
    """A group of commands whose errors are one sentence each."""

    def invoke(self, ctx: Any) -> Any:
        with in_one_sentence():
            return super().invoke(ctx)


app = typer.Typer(
    name="arc",
    cls=_OneSentence,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # Rich's help takes longer to import than all else
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        say(f"ARC Sheets {__version__}")
        raise typer.Exit


@app.callback()
def arc(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Keep an accounts-receivable workbook in two-way sync with a ledger.

    Exit codes: 0 all is well, 1 something waits for a person, 2 it could not be done.
    """


app.command("init")(init.init)
app.command("import")(importing.import_)
app.command("sync")(syncing.sync)
app.command("aging")(reports.aging)
app.command("kpis")(reports.kpis)
app.command("history")(history.history)
app.command("undo")(history.undo)
app.command("verify")(history.verify)
app.command("doctor")(doctor.doctor)
