"""The command as its own process: how it starts, what it imports, how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from arc_sheets import __version__
from arc_sync.cli.app import app
from tests.office import Office, arc, office

HEAVY = ("pandas", "numpy", "sqlalchemy", "alembic", "xlsxwriter", "openpyxl", "pydantic", "rich")
ROOT = Path(__file__).resolve().parent.parent
_SAY = (
    "import sys\nfrom arc_sync.cli.main import run\nsys.argv = ['arc', *sys.argv[1:]]\n"
    "try:\n    run()\nfinally:\n    print('LOADED', *sys.modules, file=sys.stderr)\n"
)


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return office(tmp_path_factory.mktemp("firm"))


def process(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join((str(ROOT), str(ROOT / "sync")))
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-c", _SAY, *words],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def loaded(done: subprocess.CompletedProcess[str]) -> set[str]:
    return set(done.stderr.splitlines()[-1].split()[1:])


@pytest.mark.parametrize("words", [["--help"], ["--version"], []])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    done = process(*words)
    assert not loaded(done) & set(HEAVY), done.stderr
    assert done.returncode in (0, 2)  # 2: no command was given


def test_a_sync_with_nothing_to_do_loads_nothing_heavy(firm: Office) -> None:
    firm.arc("sync")
    done = process("sync", cwd=firm.folder)
    assert (done.returncode, done.stdout) == (0, "Book and ledger are in step; nothing to do.\n")
    assert not loaded(done) & {*HEAVY, "typer"}, done.stderr


def test_an_error_is_one_sentence_and_no_traceback(tmp_path: Path) -> None:
    done = process("aging", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    sentence, last = done.stderr.splitlines()
    assert "arc init" in sentence
    assert last.startswith("LOADED")


def test_every_command_explains_itself() -> None:
    names = {command.name for command in app.registered_commands}
    assert names == {
        "init", "import", "sync", "aging", "kpis", "worklist", "account", "log", "promise", "plan", "extend",
        "dispute", "resolve", "hold", "release", "pay", "message", "bank", "history", "undo", "verify", "doctor", "demo",
        "status", "restore",
    }  # fmt: skip
    groups = {group.name for group in app.registered_groups}
    assert groups == {"remind", "mail", "google", "agent", "addin", "config", "ledger"}
    for words in ([], *([str(group)] for group in groups)):
        said = arc(*words, "--help").stdout
        assert "..." not in said.split("Commands:")[1], "a summary was cut short"
    for name in sorted(map(str, names)):
        assert "--config" in arc(name, "--help").stdout or name in {"init", "demo"}


def test_the_version_is_said() -> None:
    assert arc("--version").stdout == f"ARC Sheets {__version__}\n"


def test_an_unknown_command_says_so() -> None:
    result = arc("frobnicate", code=2)
    assert "No such command 'frobnicate'" in result.stderr
