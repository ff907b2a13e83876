from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.faults.mutants import FAULTS, ROOT, node, planted
from tests.faults.planted import Fault


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_fits_the_code(fault: Fault) -> None:
    for edit in fault.edits:
        text = (ROOT / edit.path).read_text(encoding="utf-8")
        assert text.count(edit.old) == 1
        if edit.path.endswith(".py"):
            compile(text.replace(edit.old, edit.new), edit.path, "exec")


@pytest.mark.parametrize("by", sorted({by for fault in FAULTS for by in fault.by}))
def test_the_tests_that_must_find_it_are_there(by: str) -> None:
    file, _, name = node(by).partition("::")
    assert re.search(rf"^def {name or 'test_'}", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("part", ["sync/", "arc_sheets/"])
def test_a_fault_is_planted_in_a_copy(tmp_path: Path, part: str) -> None:
    fault = next(fault for fault in FAULTS if fault.edits[0].path.startswith(part))
    planted(fault, ROOT, tmp_path)
    edit = fault.edits[0]
    assert edit.new in (tmp_path / edit.path).read_text(encoding="utf-8")
    assert edit.new not in (ROOT / edit.path).read_text(encoding="utf-8")


def test_faults_have_names_of_their_own() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
