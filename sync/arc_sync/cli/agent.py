"""`arc agent`: the agent that keeps workbooks and ledgers in step in the background."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from arc_sync.cli.out import Json, Settings, answer, finish, many, say
from arc_sync.cli.status import status

_Firms = Annotated[
    list[Path] | None,
    typer.Argument(
        help="arc.toml files, or their folders. [default: those of arc agent add, else this folder]"
    ),
]
#: Seconds that a running agent may take to stop.
_PATIENCE = 30.0
#: The exit code of an agent that met what it was not made for (sysexits.h, EX_SOFTWARE).
CRASHED = 70


def run(
    firms: _Firms = None,
    background: Annotated[bool, typer.Option("--background", hidden=True)] = False,
) -> None:
    """Keep workbooks and ledgers in step until stopped.

    Rounds every minute and right after a save, requests of ribbon and menu at once, reminders planned in the morning
    and sent in business hours, the ledger verified and backed up at night.
    """
    from arc_sheets.errors import ArcError
    from arc_sync.agent.inbox.spool import Spool, usual_folder
    from arc_sync.agent.places import find
    from arc_sync.agent.running.firms import listed
    from arc_sync.agent.running.run import Agent, stopped_by_signals
    from arc_sync.agent.running.state import usual_home

    home = usual_home()
    files = [find(one).resolve() for one in firms or []]
    if not (files or listed(home) or background):
        files = [find().resolve()]
    agent = Agent(home, Spool(usual_folder()), files)

    def began() -> None:
        if not background:
            say(f"The agent keeps {many(len(files or listed(home)), 'firm')}; Ctrl-C stops it.")

    try:
        with stopped_by_signals(agent.stop):
            agent.run(began)
    except ArcError:
        raise
    except Exception:
        if background:  # the log has where; the service starts it again, as it does not after code 2
            finish(CRASHED)
        raise
    if not background:
        say("The agent has stopped.")


def install(config: Settings = None) -> None:
    """Let the agent start with your session.

    From now on, and now; no administrator is needed. The firm of this folder is added to those it keeps.
    """
    from arc_sheets.errors import ConfigError
    from arc_sync.agent.places import NAME
    from arc_sync.agent.running.firms import listed
    from arc_sync.agent.running.firms import remove as remove_firm
    from arc_sync.agent.running.service.usual import this_service
    from arc_sync.agent.running.state import usual_home

    home = usual_home()
    with_firm = config is not None or Path(NAME).is_file() or not listed(home)
    file, new = _added(config) if with_firm else (None, False)
    try:
        where = this_service().install()
    except ConfigError:
        if new:  # a firm that is kept by nobody would wait in vain, and arc agent run would not ask for it
            remove_firm(home, file)
        raise
    if file:
        _say_kept(file, new=new)
    say(f"The agent starts with your session from now on ({where}), and runs already.")


def uninstall() -> None:
    """Stop the agent, and let it start no more.

    Workbooks and ledgers stay as they are.
    """
    from arc_sync.agent.running.service.usual import this_service

    this_service().uninstall()
    say("The agent does not start with your session any more.")


def start() -> None:
    """Start the agent in the background.

    It must have been installed.
    """
    from arc_sheets.errors import ConfigError
    from arc_sync.agent.running.lock import Lock
    from arc_sync.agent.running.service.usual import this_service
    from arc_sync.agent.running.state import usual_home

    if Lock(usual_home()).is_held():  # also by arc agent run in a terminal
        say("The agent runs already.")
        return
    service = this_service()
    if not service.is_installed():
        raise ConfigError("The agent is not installed here; run arc agent install, or arc agent run.")
    service.start()
    say("The agent runs.")


def add(config: Settings = None) -> None:
    """Let the agent keep a firm from now on."""
    file, new = _added(config)
    _say_kept(file, new=new)


def _added(config: Path | None) -> tuple[Path, bool]:
    """Let the agent keep a firm; return its settings, and whether it is new. Raises `ConfigError`."""
    from arc_sync.agent.config import Config
    from arc_sync.agent.running.firms import add as add_firm
    from arc_sync.agent.running.state import usual_home

    Config.load(config)  # what is wrong with it is said now
    return add_firm(usual_home(), config)


def _say_kept(file: Path, *, new: bool) -> None:
    say(f"The agent keeps {file}{'' if new else ' already'}.")


def remove(
    firm: Annotated[
        Path | None,
        typer.Argument(help="Its arc.toml, or the folder, also one that is gone. [default: this folder]"),
    ] = None,
    config: Settings = None,
) -> None:
    """Let the agent keep a firm no longer.

    Its files stay as they are.
    """
    from arc_sync.agent.running.firms import remove as remove_firm
    from arc_sync.agent.running.state import usual_home

    file = remove_firm(usual_home(), firm or config)
    say(
        f"The agent does not keep {file} any more{'' if file.exists() else '; there is no such file any more'}."
    )


def list_(json: Json = False) -> None:
    """Show which firms the agent keeps."""
    from arc_sync.agent.running.firms import listed
    from arc_sync.agent.running.state import usual_home

    known = listed(usual_home())
    if json:
        answer({"firms": [str(file) for file in known]})
    else:
        gone = "  (is not there; arc agent remove with this path takes it off the list)"
        said = [f"{file}{'' if file.exists() else gone}" for file in known]
        say(*said or ["The agent keeps no firm yet; run arc agent add in the folder of its arc.toml."])


def stop() -> None:
    """Stop the running agent.

    It ends what it is doing first, and starts again with your next session.
    """
    from arc_sheets.errors import ConfigError
    from arc_sync.agent.running.lock import Lock
    from arc_sync.agent.running.state import usual_home

    lock = Lock(usual_home())
    if not lock.is_held():
        say("The agent does not run.")
        return
    lock.ask_to_stop()
    until = time.monotonic() + _PATIENCE
    while lock.is_held():
        if time.monotonic() > until:
            raise ConfigError(
                f"The agent has not stopped within {_PATIENCE:g} seconds; end process {lock.pid()}. Nothing gets lost."
            )
        time.sleep(0.1)
    say("The agent has stopped.")


def logs(
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many lines.")] = 40,
) -> None:
    """Show the newest lines of the agent's log.

    JSON, without names, addresses or amounts.
    """
    from arc_sync.agent.running.logs import newest
    from arc_sync.agent.running.state import usual_home

    folder = usual_home() / "log"
    say(*newest(folder, lines) or [f"There is no log yet in {folder}."])


COMMANDS: dict[str, Callable[..., None]] = {
    "run": run,
    "install": install,
    "uninstall": uninstall,
    "start": start,
    "add": add,
    "remove": remove,
    "list": list_,
    "stop": stop,
    "status": status,
    "logs": logs,
}
