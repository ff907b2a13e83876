"""What every mailer promises, as tests: each implementation's test file runs this class with its own place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pytest

from arc_sheets.message import Message
from arc_sync.mail.port import Fate, Mailer
from tests.mail_samples import Asked, email, text


class Place(Protocol):
    """Where a mailer's messages arrive, seen from the other side."""

    mailer: Mailer
    channel: str

    def arrived(self) -> list[bytes]:
        """What is there, as it went out."""

    def as_arriving(self, message: Message) -> bytes:
        """What a message looks like there."""

    def close_the_door(self) -> None:
        """Let every further message fail before it has left."""


@dataclass
class Sample:
    place: Place

    def message(self, key: str = "key") -> Message:
        return text(key, what=f"Text {key}") if self.place.channel == "Text" else email(key)


class MailerContract:
    """The words of `Mailer`, tested."""

    @pytest.fixture
    def sample(self, place: Place) -> Sample:
        return Sample(place)

    def test_it_has_a_name(self, place: Place) -> None:
        assert place.mailer.name
        assert "\n" not in place.mailer.name

    def test_a_message_arrives_once_as_it_is(self, place: Place, sample: Sample) -> None:
        message, asked = sample.message(), Asked()
        outcome = place.mailer.send(message, asked)
        assert outcome.fate in {Fate.SENT, Fate.DRAFTED}
        assert not outcome.slow_down
        assert place.arrived() == [place.as_arriving(message)]
        assert asked.times == 1

    def test_nothing_is_there_when_it_is_allowed_to_leave(self, place: Place, sample: Sample) -> None:
        seen: list[list[bytes]] = []
        place.mailer.send(sample.message(), lambda: seen.append(place.arrived()))
        assert seen == [[]]

    @pytest.mark.parametrize("error", [ValueError("paid"), OSError("disk"), KeyboardInterrupt()])
    def test_what_must_not_leave_does_not(self, place: Place, sample: Sample, error: BaseException) -> None:
        def no() -> None:
            raise error

        with pytest.raises(type(error)) as caught:
            place.mailer.send(sample.message(), no)
        assert caught.value is error
        assert place.arrived() == []
        place.mailer.send(sample.message("next"), Asked())
        assert place.arrived() == [place.as_arriving(sample.message("next"))]

    def test_many_arrive_in_their_order(self, place: Place, sample: Sample) -> None:
        messages = [sample.message(key) for key in "abcde"]
        for message in messages:
            place.mailer.send(message, Asked())
        assert sorted(place.arrived()) == sorted(map(place.as_arriving, messages))

    def test_it_can_be_closed_twice_and_used_again(self, place: Place, sample: Sample) -> None:
        place.mailer.close()
        place.mailer.send(sample.message("a"), Asked())
        place.mailer.close()
        place.mailer.close()
        place.mailer.send(sample.message("b"), Asked())
        assert len(place.arrived()) == 2

    def test_what_fails_before_it_left_is_not_there_and_may_be_tried_again(
        self, place: Place, sample: Sample
    ) -> None:
        place.close_the_door()
        outcome = place.mailer.send(sample.message(), Asked())
        assert outcome.fate in {Fate.LATER, Fate.REFUSED}
        assert outcome.said
        assert "\n" not in outcome.said
        assert place.arrived() == []
