from __future__ import annotations

import os
import plistlib
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from defusedxml import ElementTree

from arc_sheets.errors import ConfigError
from arc_sync.agent.running.service import launchd, systemd, usual, windows
from arc_sync.agent.running.service.launchd import Launchd
from arc_sync.agent.running.service.port import Ran, Service, Start, run_command
from arc_sync.agent.running.service.systemd import Systemd
from arc_sync.agent.running.service.windows import TaskScheduler

#: A program and places with all that is special to somebody.
AWKWARD = (
    '/opt/Zoë\'s 100% "$HOME"/py<3> & co/python',
    "-m",
    "arc_sync.cli.main",
    "agent",
    "run",
    "--background",
)
START = Start(AWKWARD, Path("/home/zoe/log"), {"ARC_HOME": '/home/zoe/50% "more"', "ARC_SPOOL": "/s"})
_NS = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


@dataclass
class Manager:
    """Hears commands instead of the system, and answers with codes by the word that stands in them."""

    codes: dict[str, int] = field(default_factory=dict)
    heard: list[list[str]] = field(default_factory=list)

    def __call__(self, command: Sequence[str]) -> Ran:
        self.heard.append(list(command))
        code = next((code for word, code in self.codes.items() if word in command), 0)
        return Ran(code, "Access is denied." if code else "")

    @property
    def words(self) -> list[str]:
        return [" ".join(command) for command in self.heard]


def _services(folder: Path, manager: Manager) -> list[Service]:
    return [
        Systemd(START, folder / "units", manager),
        Launchd(START, folder / "LaunchAgents", manager, 501),
        TaskScheduler(START, r"WESTSTADT\zoe", manager),
    ]


# -- systemd ---------------------------------------------------------------------------------------------------


def test_systemd_itself_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    path = tmp_path / systemd.NAME
    path.write_text(systemd.unit(START), "utf-8")

    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", str(path)],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_the_unit_starts_the_very_program_it_was_given() -> None:
    lines = dict(
        line.split("=", 1) for line in systemd.unit(START).splitlines() if line.startswith("ExecStart")
    )
    told = lines["ExecStart"].replace("%%", "%").replace("$$", "$")

    assert tuple(shlex.split(told)) == ("/usr/bin/env", *AWKWARD)
    assert 'Environment="ARC_HOME=/home/zoe/50%% \\"more\\""' in systemd.unit(START)


def test_systemd_is_told_in_order(tmp_path: Path) -> None:
    manager = Manager()
    service = Systemd(START, tmp_path / "units", manager)
    assert not service.is_installed()
    assert service.install() == str(tmp_path / "units" / systemd.NAME)
    assert service.is_installed()
    service.uninstall()
    service.uninstall()

    told = ["daemon-reload", "enable arc-agent.service", "restart arc-agent.service"]
    told += ["disable --now arc-agent.service", "daemon-reload"]
    assert manager.words == [f"systemctl --user {words}" for words in told]
    assert not service.is_installed()


# -- launchd ---------------------------------------------------------------------------------------------------


def test_the_property_list_says_what_launchd_needs() -> None:
    told = plistlib.loads(launchd.plist(START))

    assert tuple(told["ProgramArguments"]) == AWKWARD
    assert told["EnvironmentVariables"] == START.environment
    assert (told["RunAtLoad"], told["KeepAlive"], told["LimitLoadToSessionType"]) == (
        True,
        {"SuccessfulExit": False},
        "Aqua",
    )


def test_launchd_is_told_in_order(tmp_path: Path) -> None:
    manager = Manager({"bootout": 3})  # it is not loaded yet
    service = Launchd(Start(AWKWARD, tmp_path / "log"), tmp_path / "LaunchAgents", manager, 501)
    path = service.install()
    assert plistlib.loads(Path(path).read_bytes())["Label"] == launchd.LABEL
    service.start()
    service.uninstall()

    assert manager.words == [
        f"launchctl bootout gui/501/{launchd.LABEL}",
        f"launchctl bootstrap gui/501 {path}",
        f"launchctl kickstart gui/501/{launchd.LABEL}",
        f"launchctl bootout gui/501/{launchd.LABEL}",
    ]
    assert not service.is_installed()


# -- Windows ---------------------------------------------------------------------------------------------------


def test_the_task_runs_at_this_users_logon_in_their_session_without_rights_it_does_not_need() -> None:
    start = Start(
        (r"C:\Program Files\Py & co\pythonw.exe", "-m", "arc_sync.cli.main", "run", r"C:\a b\arc.toml"),
        Path(),
    )
    root = ElementTree.fromstring(windows.task(start, r"WEST&STADT\Zoë").encode("utf-16"))

    def said(path: str) -> str | None:
        return str(root.findtext("/".join(f"{_NS}{part}" for part in path.split("/"))))

    assert said("Triggers/LogonTrigger/UserId") == r"WEST&STADT\Zoë"
    assert said("Principals/Principal/UserId") == r"WEST&STADT\Zoë"
    assert said("Principals/Principal/LogonType") == "InteractiveToken"
    assert said("Principals/Principal/RunLevel") == "LeastPrivilege"
    assert said("Settings/MultipleInstancesPolicy") == "IgnoreNew"
    assert said("Settings/ExecutionTimeLimit") == "PT0S"
    assert said("Settings/StopIfGoingOnBatteries") == "false"
    assert said("Actions/Exec/Command") == r"C:\Program Files\Py & co\pythonw.exe"
    assert said("Actions/Exec/Arguments") == r'-m arc_sync.cli.main run "C:\a b\arc.toml"'


def test_the_parts_of_the_task_stand_in_the_order_of_the_schema() -> None:
    root = ElementTree.fromstring(
        windows.task(START, "a").encode("utf-16")
    )  # [MS-TSCH] 2.5, xs:sequence and xs:all

    assert [child.tag.removeprefix(_NS) for child in root] == [
        "RegistrationInfo",
        "Triggers",
        "Principals",
        "Settings",
        "Actions",
    ]
    assert root.get("version") == "1.2"
    principal = root.find(f"{_NS}Principals/{_NS}Principal")
    assert principal is not None
    assert principal.get("id") == root.find(f"{_NS}Actions").get("Context")


def test_the_task_scheduler_is_told_in_order() -> None:
    manager = Manager()
    service = TaskScheduler(START, "zoe", manager)
    service.install()
    service.uninstall()

    told = [command[1] for command in manager.heard]
    assert told == ["/Create", "/Run", "/Query", "/End", "/Delete"]
    assert all(windows.NAME in command for command in manager.heard)


# -- all -------------------------------------------------------------------------------------------------------


def test_a_manager_that_refuses_is_quoted_with_what_to_do_instead(tmp_path: Path) -> None:
    manager = Manager({"enable": 1, "bootstrap": 5, "/Create": 1})
    for service in _services(tmp_path, manager):
        with pytest.raises(
            ConfigError, match=r"refused: Access is denied\. Start the agent with arc agent run"
        ):
            service.install()
    assert not [*tmp_path.rglob("*.service"), *tmp_path.rglob("*.plist")]


def test_a_manager_that_does_not_let_the_agent_go_is_asked_again_later(tmp_path: Path) -> None:
    manager = Manager()
    for service in _services(tmp_path, manager):
        service.install()
    manager.codes = {"disable": 1, "bootout": 1, "/Delete": 1}
    for service in _services(tmp_path, manager):
        with pytest.raises(ConfigError, match=r"refused: Access is denied\. .*[Tt]ry (this )?again"):
            service.uninstall()
        assert service.is_installed()


def test_where_there_is_no_manager_the_agent_is_run_by_hand() -> None:
    with pytest.raises(
        ConfigError, match="There is no no-such-command here; start the agent with arc agent run"
    ):
        run_command(["no-such-command"])
    assert run_command(["false"]).code == 1


def test_the_agent_is_started_by_this_python_and_told_its_places() -> None:
    start = usual.start_of(Path("/h"), {"ARC_SPOOL": "/s", "SECRET": "x"}, "/usr/bin/python3", "linux")
    silent = usual.start_of(Path("/h"), {}, r"C:\Py\python.exe", "win32")

    assert (start.command[0], start.environment) == ("/usr/bin/python3", {"ARC_SPOOL": "/s"})
    assert silent.command[0] == r"C:\Py\pythonw.exe"
    assert start.command[1:] == AWKWARD[1:]
