from __future__ import annotations

import pytest

from tests.emulators.google import GoogleEmulator
from tests.faults.google import RATE, live
from tests.google_world import template, world


@pytest.mark.parametrize(("seed", "rate"), [(2, 0.0), (13, 0.0), (43, 0.0), (101, RATE)])
def test_nothing_is_lost_or_mixed_up_with_a_person_inside_every_call(seed: int, rate: float) -> None:
    with GoogleEmulator(check_answers=False) as google:
        outcome = live(world(seed, google, template(google), rate), 12)
    assert outcome.told == []
    assert not outcome.bad
