from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from tests.reminding_firm import quick_words
from tests.reminding_histories import Weeks

__all__ = ["quick_words"]

#: A history plans and sends for a firm day after day: far fewer of them than of other properties' examples.
MANY = max(settings().max_examples // 12, 4)


@pytest.mark.parametrize("seed", range(MANY))
def test_over_random_weeks_nobody_is_written_to_twice_or_wrongly(tmp_path: Path, seed: int) -> None:
    Weeks(tmp_path, seed).run(60)
