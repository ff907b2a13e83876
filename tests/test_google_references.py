from __future__ import annotations

import pytest

from arc_sync.books.google.references import follow

THEN = ("id", "number", "?mine", "?", "status")


@pytest.mark.parametrize(
    ("now", "formula", "followed"),
    [
        (("id", "?", *THEN[1:]), "B9&E9", "C8&F8"),
        (("id", "status", "number", "?mine", "?"), "B9&E9", "C8&B8"),
        (("id", "?new", "status", "?", "number", "?mine"), "C9", "F8"),
        (
            ("id", "?", "number", "?mine", "?", "status"),
            "D9",
            "E8",
        ),  # of two without header, by what is beside it
        (("id", "number"), "E9", "E8"),  # it is gone
        (("id", "?", *THEN[1:]), "$B$9+$B9+B$9", "$C$9+$C8+C$9"),
        (("id", "?", *THEN[1:]), "Other!B9+'It''s'!B9", "Other!B8+'It''s'!B8"),
        (("id", "?", *THEN[1:]), 'SUM(B5:B9)&"B9 ""B9"""', 'SUM(C4:C8)&"B9 ""B9"""'),
        (("id", "?", *THEN[1:]), "LOG10(Z9)+XB1_2", "LOG10(Z8)+XB1_2"),
        (THEN, "B1", "B1"),  # nothing stands above the first row
    ],
)
def test_references_follow_their_columns_by_name(now: tuple[str, ...], formula: str, followed: str) -> None:
    assert follow(formula, -1, THEN, now) == followed
