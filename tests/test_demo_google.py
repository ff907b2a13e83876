from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from arc_sync.agent.firm import Firm
from arc_sync.agent.work import Worked
from tests.demo_google import show


def test_the_demo_does_the_whole_job_on_a_spreadsheet(tmp_path: Path) -> None:
    told: list[str] = []
    rounds: list[Worked] = []

    def tell(_firm: Firm, _before: int, worked: Worked) -> None:
        rounds.append(worked)

    show(
        tmp_path / "demo",
        datetime(2026, 11, 20, 9, tzinfo=UTC),
        lambda *said: told.extend(map(str, said)),
        tell,
    )
    assert all(worked.round.in_step for worked in rounds)
    text = "\n".join(told)
    (at,) = (line for line in told if "https://docs.google.com/spreadsheets/d/" in line)
    assert at.endswith(
        "/edit, as Google would call it: here it stands in ARC's own emulator, so no browser opens it, and it is gone when"
        " this command ends."
    )
    assert "promises EUR" in text  # the third click of the menu but one
    assert "spreadsheets.batchUpdate" in text
    assert len(list((tmp_path / "demo" / "outbox").glob("*.eml"))) == 3
