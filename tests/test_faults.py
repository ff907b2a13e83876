from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.mutants import AGENT, planted
from tests.faults.planted import FAULTS, Fault


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_fits_the_code(fault: Fault) -> None:
    for edit in fault.edits:
        text = (AGENT / edit.path).read_text(encoding="utf-8")
        assert text.count(edit.old) == 1
        compile(text.replace(edit.old, edit.new), edit.path, "exec")


def test_a_fault_is_planted_in_a_copy(tmp_path: Path) -> None:
    planted(FAULTS[0], AGENT, tmp_path)
    edit = FAULTS[0].edits[0]
    assert edit.new in (tmp_path / "arc_sync" / edit.path).read_text(encoding="utf-8")
    assert edit.new not in (AGENT / edit.path).read_text(encoding="utf-8")


def test_faults_have_names_of_their_own() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
