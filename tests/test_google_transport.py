from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from google.auth.transport.requests import AuthorizedSession
from google.oauth2.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from arc_sheets.errors import BookBusy, BookError, BookMissing, BookRefused, ConfigError, SignInError
from arc_sync.google.api import Places, Sheets, said
from arc_sync.google.connect import ADDRESS, places
from arc_sync.google.patience import Patience
from arc_sync.google.quota import BURST, RATE, Bucket, Quota
from arc_sync.google.transport import Transport
from arc_sync.google.trouble import Failed, Lost, Rejected
from tests.emulators.google import GoogleEmulator
from tests.google_hand import spoken


class Clock:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, list[float]()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def google() -> Iterator[GoogleEmulator]:
    with GoogleEmulator() as google:
        yield google


def sheets(google: GoogleEmulator, clock: Clock, **patience: Any) -> Sheets:
    how = Patience(clock=clock, sleep=clock.sleep, dice=lambda _low, high: high, **patience)
    return Sheets(Transport(spoken(google.session()), how), "anna@example.com", Places.under(google.url))


def made(google: GoogleEmulator, clock: Clock) -> tuple[Sheets, str]:
    client = sheets(google, clock)
    book = client.create({"properties": {"title": "A book"}})
    google.calls.forget()
    return client, book


PUT = {"updateCells": {"start": {"sheetId": 0, "rowIndex": 0, "columnIndex": 0}, "fields": "userEnteredValue",
                       "rows": [{"values": [{"userEnteredValue": {"numberValue": 0.1}}]}]}}  # fmt: skip


# -- what is tried again -------------------------------------------------------------------------------------


def test_a_read_is_tried_again_with_growing_pauses(google: GoogleEmulator, clock: Clock) -> None:
    client, book = made(google, clock)
    google.faults.plan("read", 503, times=3)
    assert client.get(book, "spreadsheetId") == {"spreadsheetId": book}
    assert clock.slept == [1, 2, 4]


def test_a_read_that_never_succeeds_has_an_end(google: GoogleEmulator, clock: Clock) -> None:
    client, book = made(google, clock)
    google.faults.plan("read", 500, times=99)
    with pytest.raises(Lost):
        client.get(book, "spreadsheetId")
    assert len(google.calls.by_kind()) == 1
    assert sum(google.calls.by_kind().values()) == 6


def test_no_try_begins_after_the_deadline(google: GoogleEmulator, clock: Clock) -> None:
    _, book = made(google, clock)
    client = sheets(google, clock, deadline=5.0)
    google.faults.plan("read", 503, times=99)
    with pytest.raises(Lost):
        client.get(book, "spreadsheetId")
    assert clock.slept == [1, 2]


def test_a_pause_that_google_asks_for_is_kept(google: GoogleEmulator, clock: Clock) -> None:
    client, book = made(google, clock)
    google.faults.plan("read", 429).retry_after = 30
    client.get(book, "spreadsheetId")
    assert clock.slept == [30]


def test_a_write_is_never_repeated_where_nobody_knows_its_fate(google: GoogleEmulator, clock: Clock) -> None:
    client, book = made(google, clock)
    for status in (503, None):
        google.calls.forget()
        google.faults.plan("write", status, after=True, times=1)
        with pytest.raises(Lost):
            client.batch_update(book, [PUT])
        assert sum(google.calls.by_kind().values()) == 1
    assert clock.slept == []


def test_a_write_that_was_refused_for_haste_is_sent_again(google: GoogleEmulator, clock: Clock) -> None:
    client, book = made(google, clock)
    google.faults.plan("write", 429, times=2)
    client.batch_update(book, [PUT])
    assert google.person_at(book).cell("Sheet1!A1") == 0.1


def test_a_broken_line_is_a_lost_answer(google: GoogleEmulator, clock: Clock) -> None:
    client, book = made(google, clock)
    google.faults.plan("read", None, times=1)
    assert client.get(book, "spreadsheetId")["spreadsheetId"] == book
    assert clock.slept == [1]


@given(st.lists(st.floats(0, 1), min_size=6, max_size=6), st.floats(0, 500))
def test_pauses_are_random_below_a_cap_and_never_pass_the_deadline(
    dice: list[float], deadline: float
) -> None:
    clock, thrown = Clock(), iter(dice)
    how = Patience(
        deadline=deadline,
        clock=clock,
        sleep=clock.sleep,
        dice=lambda low, high: low + next(thrown) * (high - low),
    )
    tries = 0
    for pause in how.pauses():
        tries += 1
        if not pause(0):
            break
    assert 1 <= tries <= 6
    assert clock.now <= deadline
    assert all(slept <= min(64, 2**n) for n, slept in enumerate(clock.slept))


# -- the quota -----------------------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 40), max_size=300))
def test_no_minute_ever_has_more_calls_than_google_allows(gaps: list[float]) -> None:
    clock = Clock()
    bucket, at = Bucket(clock, clock.sleep), []
    for gap in gaps:
        clock.now += gap / 10
        bucket.take()
        at.append(clock.now)
    within = BURST + RATE
    assert all(later - first >= 60 - 1e-6 for first, later in zip(at, at[within:], strict=False))
    assert within <= 60
    assert all(a <= b for a, b in pairwise(at))


def test_the_books_of_one_account_share_its_quota(google: GoogleEmulator, clock: Clock) -> None:
    client, book = made(google, clock)
    quota = Quota(Bucket(clock, clock.sleep), Bucket(clock, clock.sleep))
    client = Sheets(client.transport, client.who, client.places, quota)
    for _ in range(BURST + 2):
        client.get(book, "spreadsheetId")
    assert [round(slept, 3) for slept in clock.slept] == [round(60 / RATE, 3)] * 2


def test_google_itself_finds_nothing_to_refuse(google: GoogleEmulator, clock: Clock) -> None:
    client, book = made(google, clock)
    google.quota.per_user = 60
    quota = Quota(Bucket(clock, clock.sleep), Bucket(clock, clock.sleep))
    client = Sheets(client.transport, client.who, client.places, quota)
    began = google.clock.now()
    for _ in range(130):
        client.get(book, "spreadsheetId")
        google.clock.later(max(0.0, clock.now - (google.clock.now() - began) / timedelta(seconds=1)))
    assert {call.status for call in google.calls} == {200}


# -- what comes back -----------------------------------------------------------------------------------------


def test_numbers_come_back_exact(google: GoogleEmulator, clock: Clock) -> None:
    client, book = made(google, clock)
    client.batch_update(book, [PUT])
    told = client.read(book, [{"sheetId": 0}], "sheets.data.rowData.values.userEnteredValue")
    assert told["sheets"][0]["data"][0]["rowData"][0]["values"][0] == {
        "userEnteredValue": {"numberValue": Decimal("0.1")}
    }


def test_a_token_that_has_run_out_is_renewed_once(google: GoogleEmulator, clock: Clock) -> None:
    client, book = made(google, clock)
    told = google.authorized_user(None)
    credentials = google_credentials(told)
    session = AuthorizedSession(credentials, max_refresh_attempts=1)  # type: ignore[no-untyped-call]  # google-auth's is
    client = Sheets(Transport(spoken(session)), "anna", Places.under(google.url))
    client.state(book)
    google.tokens.expire()
    google.calls.forget()
    assert client.state(book).name == "A book"
    assert [call.status for call in google.calls if call.kind == "drive"] == [401, 200]
    google.tokens.revoke()
    google.tokens.expire()
    with pytest.raises(SignInError, match="arc google login"):
        client.state(book)


def test_a_sign_in_that_meets_an_error_of_googles_is_not_taken_for_one_that_is_over(
    google: GoogleEmulator, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("google.auth._exponential_backoff.time.sleep", clock.sleep)
    credentials = google_credentials(google.authorized_user(None))
    session = AuthorizedSession(credentials, max_refresh_attempts=1)  # type: ignore[no-untyped-call]  # google-auth's is
    client = Sheets(Transport(spoken(session), Patience(tries=1)), "anna", Places.under(google.url))
    google.faults.plan("auth", 503, times=100)
    with pytest.raises(Lost):
        client.state("a-book")


def google_credentials(told: dict[str, Any]) -> Any:
    return Credentials(  # type: ignore[no-untyped-call]  # google-auth's is
        None, refresh_token=told["refresh_token"], token_uri=told["token_uri"], client_id=told["client_id"],
        client_secret=told["client_secret"],
    )  # fmt: skip


# -- in words ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "error", "kind", "words"),
    [
        (404, {"message": "Requested entity was not found."}, BookMissing, "There is no spreadsheet"),
        (403, {"status": "PERMISSION_DENIED"}, BookRefused, "share it with that account as an editor"),
        (403, {"details": [{"reason": "SERVICE_DISABLED"}]}, SignInError, "switched off in the project"),
        (403, {"errors": [{"reason": "accessNotConfigured"}]}, SignInError, "switched off in the project"),
        (
            403,
            {"details": [{"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]},
            SignInError,
            "allow what it asks",
        ),
        (403, {"errors": [{"reason": "storageQuotaExceeded"}]}, BookError, "let a person make one"),
        (403, {"errors": [{"reason": "domainPolicy"}]}, SignInError, "administrator"),
        (403, {"errors": [{"reason": "userRateLimitExceeded"}]}, BookBusy, "asks for a pause"),
        (429, {}, BookBusy, "asks for a pause"),
        (401, {}, SignInError, "arc google login"),
        (400, {"message": "Invalid\nrequests[0]"}, BookRefused, "Invalid requests"),
    ],
)
def test_every_refusal_says_what_to_do(status: int, error: dict[str, Any], kind: type, words: str) -> None:
    told = said(Rejected(status, error), "the book", "anna@example.com")
    assert type(told) is kind
    assert words in str(told)
    assert "\n" not in str(told)


def test_no_answer_is_no_disaster() -> None:
    assert isinstance(said(Lost("Timeout"), "the book", "anna"), BookBusy)


def test_a_refusal_without_a_body_is_one_all_the_same(google: GoogleEmulator, clock: Clock) -> None:
    client = sheets(google, clock)
    with pytest.raises(Failed):
        client.transport.call("GET", f"{google.url}/nowhere", again=True)


@pytest.mark.parametrize(
    "told", ["https://127.0.0.1:1", "http://sheets.example.com", "http://127.0.0.1.evil.example", "x"]
)
def test_only_this_machine_may_play_google(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESS, told)
    with pytest.raises(ConfigError, match="emulator on this machine"):
        places()


def test_an_emulator_on_this_machine_may_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESS, "http://localhost:8080/")
    assert places() == Places("http://localhost:8080", "http://localhost:8080")
