from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from arc_sheets import frames
from arc_sheets.cells import Row
from arc_sheets.policy import DEFAULT_POLICY
from arc_sheets.reminders import Reached
from arc_sheets.touches import Touch, last_touch, stopped, written
from tests.debtors import DAY, book, on, reached, touch


def activity(*touches: Row) -> pd.DataFrame:
    return frames.records(book(activity=touches).rows()).activity


def days_of(*touches: Row, history: tuple[Reached, ...] = ()) -> tuple[date, ...]:
    return written(activity(*touches), history, DAY).days.get("A", ())


# --- who was written to ----------------------------------------------------------------------------------------


def test_emails_texts_and_letters_count_unless_they_came_in() -> None:
    out = [touch(-9, "Email"), touch(-8, "Text", direction="Out"), touch(-7, "Letter")]
    others = [touch(-6, "Call"), touch(-5, "Meeting"), touch(-4, "Note"), touch(-3, "Email", direction="In")]
    assert days_of(*out, *others) == (on(-9), on(-8), on(-7))


def test_reminders_count_if_something_was_written() -> None:
    sent, skipped = reached("Friendly", -9), reached("Firm", -3, written=False)
    assert days_of(history=(sent, skipped)) == (on(-9),)


def test_of_a_day_the_larger_count_holds() -> None:
    assert days_of(touch(-9), history=(reached("Friendly", -9),)) == (on(-9),)
    assert days_of(touch(-9), touch(-9, hour=15), history=(reached("Friendly", -9),)) == (on(-9), on(-9))


def test_a_touch_of_tomorrow_does_not_count_a_reminder_does() -> None:
    assert days_of(touch(1), history=(reached("Friendly", 2),)) == (on(2),)


def test_the_last_day_and_those_since_are_known_of_everybody() -> None:
    known = written(activity(touch(-9), touch(-2), touch(-2, customer="B")), (), DAY)
    assert (known.last("A"), known.last("C")) == (on(-2), None)
    assert (known.since("A", on(-9)), known.on(on(-2))) == ((on(-2),), 2)


# --- who stopped texts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        "STOP",
        " stop. ",
        "Opt out",
        "Unsubscribe!",
        "quit",
        "Stop please.",
        "Please, stop!",
        "Stop, thank you",
    ],
)
def test_a_text_that_is_one_of_the_words_stops_texts(said: str) -> None:
    incoming = touch(-3, "Text", direction="In", notes=said)
    assert stopped(activity(incoming), DEFAULT_POLICY, DAY) == {"A": on(-3)}
    incoming = touch(-3, "Text", direction="In", outcome=said)
    assert stopped(activity(incoming), DEFAULT_POLICY, DAY) == {"A": on(-3)}


@pytest.mark.parametrize(
    "other",
    [
        touch(-3, "Text", direction="In", notes="please stop by tomorrow"),
        touch(-3, "Text", direction="Out", notes="stop"),
        touch(-3, "Email", direction="In", notes="stop"),
        touch(-3, "Text", notes="stop"),
        touch(-3, "Text", direction="In"),
        touch(1, "Text", direction="In", notes="stop"),
    ],
)
def test_nothing_else_stops_them(other: Row) -> None:
    assert stopped(activity(other), DEFAULT_POLICY, DAY) == {}


def test_start_lets_them_go_on_and_the_last_word_counts() -> None:
    stop, start = (touch(d, "Text", direction="In", notes=w) for d, w in ((-9, "stop"), (-5, "Start")))
    assert stopped(activity(start, stop), DEFAULT_POLICY, DAY) == {}
    again = touch(-2, "Text", direction="In", notes="stop")
    assert stopped(activity(start, stop, again), DEFAULT_POLICY, DAY) == {"A": on(-2)}


def test_the_first_stop_is_the_day_that_is_told_and_the_words_are_the_policys() -> None:
    both = [touch(d, "Text", direction="In", notes="genug") for d in (-9, -5)]
    policy = replace(DEFAULT_POLICY, opt_out=("genug",))
    assert stopped(activity(*both), policy, DAY) == {"A": on(-9)}
    assert stopped(activity(*both), DEFAULT_POLICY, DAY) == {}


# --- the last touch --------------------------------------------------------------------------------------------


def test_a_draft_counts_as_written_although_nothing_has_gone() -> None:
    draft = activity(touch(-3, "Email", direction="Out", outcome="Firm reminder drafted"))
    assert written(draft, (), DAY).last("A") == on(-3)
    assert last_touch(draft, DAY)["A"].drafted


def test_the_last_touch_is_the_latest_up_to_the_day() -> None:
    touches = [
        touch(-3, "Text", direction="Out", next_step="Call", next_on=on(4)),
        touch(-9, "Call"),
        touch(2, "Email"),
        touch(-3, "Email", direction="In", hour=8),
    ]
    assert last_touch(activity(*touches), DAY) == {"A": Touch(on(-3), "Text", True, "Call", on(4))}  # noqa: FBT003
    assert last_touch(activity(), DAY) == {}


def test_a_touch_without_a_next_step_has_none() -> None:
    assert last_touch(activity(touch(-3, "Call")), DAY)["A"][3:] == ("", None, False)
