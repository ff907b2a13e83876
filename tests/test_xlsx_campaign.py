"""A few of the thousand workbooks of `tests.xlsx_campaign`; and that the campaign sees what goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from arc_sync.xlsx import Package, Value, parts, saving, shapes, splice
from arc_sync.xlsx.values import Content, content
from tests.xlsx_campaign import campaign

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("first", range(0, 40, 8))
def test_books_that_nobody_has_seen_show_the_edits_and_nothing_else(tmp_path: Path, first: int) -> None:
    tally = campaign(20_261_125, range(first, first + 8), tmp_path, {})
    assert (tally.wrong, tally.refused, tally.edited) == ([], {}, 8)


def test_the_campaign_sees_a_wrong_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(value: Value, prefix: str, *, date1904: bool) -> Content:
        return content(8 if value == 7 else value, prefix, date1904=date1904)

    monkeypatch.setattr(splice, "content", wrong)
    monkeypatch.setattr(shapes, "number", lambda _: "8")
    assert any("was set to 7" in line for line in campaign(1, range(4), tmp_path, {}).wrong)


def test_the_campaign_sees_a_part_that_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def follow(package: Package, *, formulas_changed: bool) -> None:
        right(package, formulas_changed=formulas_changed)
        for part in package.directory.members:
            if part.endswith("sharedstrings.xml"):
                package.put(part, package.part(part) + b"<!-- touched -->")

    right = parts.follow
    monkeypatch.setattr(saving, "follow", follow)
    assert any("was changed" in line for line in campaign(1, range(4), tmp_path, {}).wrong)
