"""The machine of the promises under one seed, in a process of its own: prints what broke, after how many histories."""

from __future__ import annotations

import json
import sys

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.promises import Promises
from tests.toys import toys_kept


class Counted(Promises):
    """The machine, counting its histories."""

    histories = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).histories += 1


def run(seed: int, histories: int, steps: int) -> dict[str, object]:
    """Return {"broken": why or "", "histories": many}."""
    how = settings(
        max_examples=histories,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    broken = ""
    try:
        with toys_kept():
            run_state_machine_as_test(hypothesis.seed(seed)(Counted), settings=how)
    except Exception as error:  # noqa: BLE001  (whatever it is, the fault was found)
        broken = f"{type(error).__name__}: {error}".splitlines()[0]
    return {"broken": broken, "histories": Counted.histories}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(*map(int, sys.argv[1:4]))))
