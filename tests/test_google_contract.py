from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.book_contract import BookContract
from tests.emulators.google import GoogleEmulator
from tests.google_hand import GoogleHand, client, new_spreadsheet


@pytest.fixture(scope="module")
def google() -> Iterator[GoogleEmulator]:
    with GoogleEmulator(check_answers=False) as google:
        yield google


@pytest.fixture(scope="module")
def template(google: GoogleEmulator) -> str:
    return new_spreadsheet(client(google))


@pytest.fixture
def hand(google: GoogleEmulator, template: str) -> GoogleHand:
    copied = google.person_at(template).copy_file()
    hand = GoogleHand(google, client(google), copied.file.file_id)
    for number in range(len(hand.grid("_ARC").rows)):
        if hand.grid("_ARC").at(number, 0) == "spreadsheet":
            hand.put("_ARC", number, 1, hand.spreadsheet)
    return hand


class TestGoogle(BookContract):
    pass
