from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from arc_sheets.cells import CellValue
from arc_sheets.errors import BookForeign, BookMissing, BookRefused
from arc_sheets.tabs import CUSTOMERS, DISPUTES
from arc_sync.agent.inbox.queue import ResultRow
from arc_sync.books.google.book import AT_LEAST, GoogleBook
from arc_sync.books.google.queue import IN_USE, GoogleQueue
from tests.book_contract import SECOND, customer, ids, write
from tests.emulators.google import GoogleEmulator
from tests.google_hand import GoogleHand, client, grid_of, new_spreadsheet, put

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def google() -> Iterator[GoogleEmulator]:
    with GoogleEmulator(check_answers=False) as google:
        yield google


@pytest.fixture
def hand(google: GoogleEmulator) -> GoogleHand:
    return GoogleHand(google, client(google), new_spreadsheet(client(google)))


def test_a_book_is_read_again_every_few_minutes_though_drive_says_nothing(hand: GoogleHand) -> None:
    now = [0.0]
    book = GoogleBook(hand.sheets, hand.spreadsheet, lambda: now[0])
    first = book.fingerprint()
    assert first
    now[0] += AT_LEAST / 2
    assert book.fingerprint() == first
    now[0] += AT_LEAST / 2
    assert book.fingerprint() != first


def test_a_tab_that_stays_deleted_costs_no_read_more_and_is_found_when_it_is_back(hand: GoogleHand) -> None:
    now = [0.0]
    book = GoogleBook(hand.sheets, hand.spreadsheet, lambda: now[0])

    def reads() -> int:
        hand.google.calls.forget()
        with book.open() as session:
            seen.append(bool(session.read(DISPUTES).present))
        return hand.google.calls.by_kind()["read"]

    seen: list[bool] = []
    assert reads() == 1
    hand.person.delete_tab("Disputes")
    assert [reads(), reads(), reads()] == [3, 1, 1]
    hand.person.delete_tab("Promises")
    assert [reads(), reads()] == [3, 1]
    hand.person.add_tab("Disputes")
    hand.person.fill("Disputes!A4", [[column.header for column in DISPUTES.columns]])
    now[0] += AT_LEAST
    assert [reads(), reads()] == [3, 1]
    assert seen == [True, *[False] * 5, True, True]


def test_a_book_that_was_written_is_not_yet_known_to_be_in_step(hand: GoogleHand) -> None:
    with hand.book.open() as session:
        assert session.fingerprint()
    assert write(hand, appends={"customers": [customer("a")]})
    with hand.book.open() as session:
        session.claim(1)
        read = session.fingerprint()
        assert read
        list(session.read(CUSTOMERS).rows)
    assert hand.book.fingerprint() == read


def test_a_book_that_is_gone_or_nobodys_says_so(hand: GoogleHand) -> None:
    blank = hand.sheets.create({"properties": {"title": "Blank"}})
    with pytest.raises(BookForeign, match="lacks the hidden tab"), GoogleBook(hand.sheets, blank).open():
        pass
    with (
        pytest.raises(BookMissing, match="There is no spreadsheet"),
        GoogleBook(hand.sheets, "x" * 44).open(),
    ):
        pass
    assert GoogleBook(hand.sheets, "x" * 44).fingerprint() == ""


def test_a_book_of_a_newer_arc_is_left_alone(hand: GoogleHand) -> None:
    for number, told in enumerate(hand.grid("_ARC").rows):
        if told and told[0] == "format":
            hand.put("_ARC", number, 1, "99")
    with pytest.raises(BookRefused, match="newer ARC"), hand.book.open():
        pass


def test_the_queue_gives_what_has_no_answer_and_takes_each_answer_once(hand: GoogleHand) -> None:
    queue = GoogleQueue(hand.sheets, hand.spreadsheet)
    for n in (1, 2):
        put(
            hand.person, "_ARC_QUEUE", n, 0, f"r{n}", "2026-11-20T09:00:00Z", "Maria", "sync_now", "{}", "NEW"
        )
    assert [row[0] for row in queue.waiting()] == ["r1", "r2"]
    result = ResultRow("r1", "2026-11-20T09:00:01Z", done=True, sentence="=1+1", shown="{}")
    queue.answer([result])
    queue.answer([result])
    assert [row[0] for row in queue.waiting()] == ["r2"]
    assert hand.person.rows("_ARC_RESULTS")[1:] == [["r1", "2026-11-20T09:00:01Z", True, "=1+1", "{}"]]


def test_the_agents_sign_of_life_stands_in_the_book_once(hand: GoogleHand) -> None:
    queue = GoogleQueue(hand.sheets, hand.spreadsheet)
    queue.alive(NOW)
    queue.alive(NOW.replace(minute=5))
    lines = [row[:2] for row in grid_of(hand.person, "_ARC").rows if row and row[0] in {"agent", "protocol"}]
    assert lines == [["agent", "2026-11-20T09:05:00Z"], ["protocol", "1"]]
    assert write(hand, mark=SECOND, appends={"customers": [customer("a")]})
    assert ids(hand, CUSTOMERS) == ["a"]


def test_what_is_over_is_blanked_after_two_days_and_no_row_moves(hand: GoogleHand) -> None:
    queue, person = GoogleQueue(hand.sheets, hand.spreadsheet), hand.person
    for n, day in enumerate((16, 16, 17, 19), 1):
        when = f"2026-11-{day}T09:00:00Z"
        put(person, "_ARC_QUEUE", n, 0, f"r{n}", when, "Maria", "sync_now", "{}", "NEW")
        if n != 2:
            queue.answer([ResultRow(f"r{n}", when, done=True, sentence="Done.", shown="{}")])
    queue.alive(NOW)
    assert [row[0] if row else "" for row in person.rows("_ARC_QUEUE")] == ["Request", "", "r2", "", "r4"]
    assert [row[0] if row else "" for row in person.rows("_ARC_RESULTS")] == ["Request", "", "", "r4"]
    assert [row[0] for row in queue.waiting()] == ["r2"]
    queue.alive(NOW + timedelta(days=9))  # the last row stays where it is, so that none comes in its place
    assert [row[0] if row else "" for row in person.rows("_ARC_QUEUE")] == ["Request", "", "r2", "", "r4"]
    assert [row[0] if row else "" for row in person.rows("_ARC_RESULTS")] == ["Request", "", "", "r4"]


def test_what_has_no_moment_of_its_own_stays(hand: GoogleHand) -> None:
    queue = GoogleQueue(hand.sheets, hand.spreadsheet)
    put(hand.person, "_ARC_QUEUE", 1, 0, "r1", "yesterday", "Maria", "sync_now", "{}", "NEW")
    put(hand.person, "_ARC_QUEUE", 2, 0, "r2", "2026-11-20T09:00:00Z", "Maria", "sync_now", "{}", "NEW")
    queue.answer([ResultRow("r1", "2026-11-20T09:00:01Z", done=True, sentence="Done.", shown="{}")])
    queue.alive(NOW + timedelta(days=9))
    assert hand.person.rows("_ARC_QUEUE")[1][0] == "r1"


ASKED = ("r1", "2026-11-20T09:00:00Z", "Maria", "sync_now", "{}", "NEW")


@pytest.mark.parametrize("title", ["_ARC_QUEUE", "_ARC_RESULTS"])
def test_a_sheet_between_menu_and_agent_that_somebody_deleted_is_brought_back(
    hand: GoogleHand, title: str
) -> None:
    header = hand.person.rows(title)[0]
    hand.person.delete_tab(title)
    queue = GoogleQueue(hand.sheets, hand.spreadsheet)
    assert queue.waiting() == []
    assert hand.person.rows(title) == [header]
    put(hand.person, "_ARC_QUEUE", 1, 0, *ASKED)
    assert [row[0] for row in queue.waiting()] == ["r1"]
    queue.answer([ResultRow("r1", "2026-11-20T09:00:01Z", done=True, sentence="Done.", shown="{}")])
    assert queue.waiting() == []


def test_a_queue_that_was_renamed_and_lost_its_first_row_loses_no_request(hand: GoogleHand) -> None:
    header = hand.person.rows("_ARC_QUEUE")[0]
    put(hand.person, "_ARC_QUEUE", 1, 0, *ASKED)
    hand.person.delete_rows("_ARC_QUEUE", 1, 1)
    hand.person.rename_tab("_ARC_QUEUE", "What is this")
    assert [row[0] for row in GoogleQueue(hand.sheets, hand.spreadsheet).waiting()] == ["r1"]
    assert hand.person.rows("_ARC_QUEUE") == [header, list(ASKED)]


def test_a_queue_made_anew_by_hand_is_found_by_its_title(hand: GoogleHand) -> None:
    hand.person.delete_tab("_ARC_QUEUE")
    hand.person.add_tab("_ARC_QUEUE")
    put(hand.person, "_ARC_QUEUE", 0, 0, *ASKED)
    assert [row[0] for row in GoogleQueue(hand.sheets, hand.spreadsheet).waiting()] == ["r1"]


def test_the_queue_of_a_copy_is_nobodys(hand: GoogleHand) -> None:
    copy = hand.person.copy_file().file.file_id
    put(hand.google.person_at(copy), "_ARC_QUEUE", 1, 0, *ASKED)
    with pytest.raises(BookForeign, match="is a copy of the book"):
        GoogleQueue(hand.sheets, copy).waiting()


@pytest.mark.parametrize(
    ("told", "used"),
    [
        ("2026-11-20T09:00:00Z", NOW),
        ("0001-01-01T00:00:00+05:00", None),
        ("yesterday", None),
        (Decimal(46000), None),
        (None, None),
    ],
)
def test_the_sidebars_sign_of_use_is_seen_with_the_queue(
    hand: GoogleHand, told: CellValue, used: datetime | None
) -> None:
    put(hand.person, "_ARC_QUEUE", IN_USE.row - 1, IN_USE.column, told)
    queue = GoogleQueue(hand.sheets, hand.spreadsheet)
    assert queue.used() is None
    queue.waiting()
    assert queue.used() == used
