"""The commands of `arc`, and the door through which every error leaves."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

from arc_sheets import __version__
from arc_sync.cli import (
    account,
    addin,
    agent,
    bank,
    config,
    demo,
    disputes,
    doctor,
    google,
    history,
    importing,
    init,
    ledger,
    mail,
    message,
    money,
    remind,
    reports,
    restore,
    status,
    syncing,
    touches,
    undoing,
)
from arc_sync.cli.options import Spoken
from arc_sync.cli.out import in_one_sentence, say

app = typer.Typer(
    name="arc",
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


_COMMANDS: dict[str, Callable[..., None]] = {
    "init": init.init,
    "import": importing.import_,
    "sync": syncing.sync,
    "aging": reports.aging,
    "kpis": reports.kpis,
    "worklist": account.worklist,
    "account": account.account,
    "log": touches.log,
    "promise": money.promise,
    "plan": money.plan,
    "extend": money.extend,
    "dispute": disputes.dispute,
    "resolve": disputes.resolve,
    "hold": disputes.hold,
    "release": disputes.release,
    "pay": money.pay,
    "message": message.message,
    "bank": bank.bank,
    "history": history.history,
    "undo": undoing.undo,
    "verify": history.verify,
    "restore": restore.restore,
    "status": status.status,
    "doctor": doctor.doctor,
    "demo": demo.demo,
}


def _spoken(command: Callable[..., None]) -> Callable[..., None]:
    """Return the command with its errors in one sentence."""

    @wraps(command)
    def spoken(**options: Any) -> None:
        with in_one_sentence():
            command(**options)

    return spoken


#: Commands of two words: `arc remind plan`.
_GROUPS: dict[str, tuple[str, dict[str, Callable[..., None]]]] = {
    "remind": ("Plan reminders, decide about them, send them.", remind.COMMANDS),
    "mail": ("Look whether messages can leave, and log in.", mail.COMMANDS),
    "google": ("Sign in to Google, and look whether ARC gets there.", google.COMMANDS),
    "agent": ("Keep workbooks and ledgers in step in the background.", agent.COMMANDS),
    "ledger": ("Move the ledger, and say who may do what in it.", ledger.COMMANDS),
    "config": ("Show and change the settings.", config.COMMANDS),
    "addin": ("Build the ARC tab for Excel, and install it.", addin.COMMANDS),
}

for _name, _command in _COMMANDS.items():
    app.command(_name, cls=Spoken)(_spoken(_command))
for _name, (_help, _commands) in _GROUPS.items():
    _group = typer.Typer(help=_help, no_args_is_help=True, rich_markup_mode=None)
    for _word, _command in _commands.items():
        _group.command(_word, cls=Spoken)(_spoken(_command))
    app.add_typer(_group, name=_name)
