from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from arc_sync.ledger.open import create_ledger, open_ledger
from arc_sync.xlsx import STEPS
from tests.file_firm import Firm, busy_day, firm, saves_call

pytest_plugins = ("tests.file_fixtures",)


class Died(Exception):
    pass


# -- promise 3: any round may die anywhere --------------------------------------------------------------------


def dying(step: str, nth: int) -> Callable[[str], None]:
    """Die at the nth time that a step is reached."""
    seen = count(1)

    def hook(reached: str) -> None:
        if reached == step and next(seen) == nth:
            raise Died(step)

    return hook


@pytest.mark.parametrize(("step", "nth"), [("written", 1), ("replaced", 1), *((step, 2) for step in STEPS)])
def test_a_save_may_die_at_every_step(
    busy: Firm, good_end: dict[str, object], monkeypatch: pytest.MonkeyPatch, step: str, nth: int
) -> None:
    with monkeypatch.context() as patch:
        saves_call(patch, dying(step, nth))
        with pytest.raises(Died):
            busy.round()
    busy.rest()
    assert busy.end() == good_end
    assert not list(busy.path.parent.glob(".~arc*"))


@pytest.mark.parametrize(
    "step", ["leased", "claimed", "settled", "read", "committed", "written", "acknowledged"]
)
def test_a_round_may_die_between_its_steps(busy: Firm, good_end: dict[str, object], step: str) -> None:
    with pytest.raises(Died):
        busy.round(dying(step, 1))
    busy.rest()
    assert busy.end() == good_end


_KILLED = """
import os, signal, sys
from pathlib import Path
from arc_sync.ledger.open import open_ledger
from arc_sync.xlsx import Package
from tests.file_firm import Firm, settings
folder, step, nth = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
real, seen = Package.save, []
def hook(reached):
    seen.append(reached)
    if seen.count(step) == nth:
        os.kill(os.getpid(), signal.SIGKILL)
Package.save = lambda self, *a, **how: real(self, *a, **{**how, "hook": hook})
Firm(folder / "book.xlsx", open_ledger(str(folder / "ledger.db")), settings()).round(hook)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize(("step", "nth"), [("replaced", 1), ("committed", 1), ("verified", 2)])
def test_a_round_may_be_killed(tmp_path: Path, good_end: dict[str, object], step: str, nth: int) -> None:
    one = firm(tmp_path, create_ledger(str(tmp_path / "ledger.db")))
    one.rest()
    busy_day(one)
    one.ledger.close()
    root = Path(__file__).parent.parent
    told = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(root / "sync")])}
    run = [sys.executable, "-c", _KILLED, str(tmp_path), step, str(nth)]
    assert subprocess.run(run, env=told, check=False).returncode == -signal.SIGKILL
    again = Firm(one.path, open_ledger(str(tmp_path / "ledger.db")), one.settings)
    again.rest()
    assert again.end() == good_end
    again.ledger.close()
