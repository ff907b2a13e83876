from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from functools import partial

import pytest

from arc_sheets.errors import MailError
from arc_sync.mail.port import Fate
from arc_sync.mail.texts import MOST, TextGateway, plugin_for, refusal, segments
from tests.mail_samples import Asked, text
from tests.web_servers import CUT, SILENT, Response, WebServer


@pytest.fixture
def server() -> Iterator[WebServer]:
    with WebServer(lambda _: Response(200)) as made:
        yield made


def gateway(server: WebServer, wait: float = 5) -> TextGateway:
    return TextGateway(lambda: f"json://arc:s3cret@127.0.0.1:{server.port}/send?:to={{to}}", wait)


def bodies(server: WebServer) -> list[dict[str, str]]:
    return [json.loads(request.body) for request in server.requests]


def test_a_text_goes_to_one_number(server: WebServer) -> None:
    asked = Asked(lambda: bodies(server) == [] or pytest.fail("it was sent before it was allowed"))
    outcome = gateway(server).send(text(what="Invoice INV-7: 125.00 € are due."), asked)
    assert (outcome.fate, asked.times) == (Fate.SENT, 1)
    (body,) = bodies(server)
    assert body["message"] == "Invoice INV-7: 125.00 € are due."
    assert body["to"] == "+491701234567"


@pytest.mark.parametrize(
    ("status", "fate", "slow"),
    [
        (200, Fate.SENT, False),
        (202, Fate.SENT, False),
        (400, Fate.REFUSED, False),
        (422, Fate.REFUSED, False),
        (401, Fate.LATER, True),
        (402, Fate.LATER, True),
        (429, Fate.LATER, True),
        (408, Fate.UNKNOWN, False),
        (409, Fate.UNKNOWN, False),
        (500, Fate.UNKNOWN, False),
        (502, Fate.UNKNOWN, False),
        (CUT, Fate.UNKNOWN, False),
        (SILENT, Fate.UNKNOWN, False),
    ],
)
def test_only_a_clear_no_is_one(server: WebServer, status: int, fate: Fate, slow: bool) -> None:  # noqa: FBT001 - a row
    server.answer = lambda _: Response(status)
    asked = Asked()
    outcome = gateway(server, wait=0.3 if status == SILENT else 5).send(text(), asked)
    assert (outcome.fate, outcome.slow_down, asked.times, len(server.requests)) == (fate, slow, 1, 1), (
        outcome.said
    )


def test_a_gateway_that_cannot_be_reached_has_taken_nothing() -> None:
    with WebServer(lambda _: Response(200)) as gone:
        pass
    outcome = gateway(gone).send(text(), Asked())
    assert (outcome.fate, outcome.slow_down) == (Fate.LATER, True)


def test_a_text_that_speaks_of_errors_proves_nothing(server: WebServer) -> None:
    server.answer = lambda _: Response(CUT)
    for what in (
        "Socket Exception: (Caused by NewConnectionError(x))",
        "error=400.",
        "x\nSocket Exception: error=429",
    ):
        assert gateway(server).send(text(what=what), Asked()).fate is Fate.UNKNOWN


def test_nothing_leaves_when_it_must_not(server: WebServer) -> None:
    def no() -> None:
        raise KeyError("paid")

    with pytest.raises(KeyError):
        gateway(server).send(text(), no)
    assert server.requests == []


@pytest.mark.parametrize(
    "to", ["", "0170 1234567", "+49170", "+49170123456789012", "+491701234567,+491701234568", "+49170/@x"]
)
def test_what_is_no_number_is_refused(server: WebServer, to: str) -> None:
    asked = Asked()
    outcome = gateway(server).send(text(to=to), asked)
    assert (outcome.fate, asked.times, server.requests) == (Fate.REFUSED, 0, [])


def test_control_characters_do_not_leave(server: WebServer) -> None:
    gateway(server).send(text(what="\x1b[31mPay\x00 now\x08\r\nplease\x85\u2028thanks  \n\n"), Asked())
    assert bodies(server)[0]["message"] == "[31mPay now\nplease\n\nthanks"


@pytest.mark.parametrize("what", ["", " \n\t", "\x00"])
def test_an_empty_text_is_refused(server: WebServer, what: str) -> None:
    assert gateway(server).send(text(what=what), Asked()).fate is Fate.REFUSED


@pytest.mark.parametrize(
    ("what", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ł" * 70, 1),
        ("ł" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("ł" * 134, 2),
        ("ł" * 135, 3),
        ("Grüße: 5 % von 100 £", 1),
    ],
)
def test_texts_are_counted_as_the_network_counts_them(what: str, count: int) -> None:
    assert segments(what) == count


def test_a_long_text_goes_whole_and_a_longer_one_not_at_all(server: WebServer) -> None:
    assert gateway(server).send(text(what="a" * 153 * MOST), Asked()).fate is Fate.SENT
    assert bodies(server)[0]["message"] == "a" * 153 * MOST
    outcome = gateway(server).send(text(what="a" * (153 * MOST + 1)), Asked())
    assert outcome.fate is Fate.REFUSED
    assert "919 characters" in outcome.said
    assert len(server.requests) == 1


def test_an_address_that_would_split_or_repeat_does_not(server: WebServer) -> None:
    server.answer = lambda _: Response(500)
    address = f"json://127.0.0.1:{server.port}/?:to={{to}}&overflow=split&retry=5"
    outcome = TextGateway(lambda: address).send(text(what="a" * 900), Asked())
    assert (outcome.fate, len(server.requests)) == (Fate.UNKNOWN, 1), outcome.said


def test_only_what_a_plugin_itself_says_is_evidence() -> None:
    def heard(level: int, text: str) -> Fate:
        return refusal([logging.LogRecord("apprise", level, "", 0, text, None, None)]).fate

    assert heard(logging.WARNING, "Failed to send: Bad Request, error=400.") is Fate.REFUSED
    assert heard(logging.DEBUG, "Response Details: error=400.") is Fate.UNKNOWN
    gone = "HTTPConnectionPool: Max retries exceeded (Caused by NewConnectionError('refused'))"
    assert heard(logging.DEBUG, f"Socket Exception: {gone}") is Fate.LATER
    assert heard(logging.WARNING, f"Socket Exception: {gone}") is Fate.UNKNOWN
    assert heard(logging.DEBUG, gone) is Fate.UNKNOWN


def test_a_plugin_with_a_short_limit_gets_a_long_text_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    address = f"twilio://AC{'a' * 32}:{'b' * 32}@+15551230000/{{to}}?overflow=split"
    plugin = plugin_for(address, "+491701234567")

    def send(body: str, **_: object) -> bool:
        sent.append(body)
        return True

    monkeypatch.setattr(plugin, "send", send)
    monkeypatch.setattr("arc_sync.mail.texts.plugin_for", lambda *_: plugin)
    assert TextGateway(lambda: address).send(text(what="a" * 900), Asked()).fate is Fate.SENT
    assert sent == ["a" * 900]


@pytest.mark.parametrize("address", ["json://localhost/", "nonsense://x/{to}", "{to}", "twilio://{to}"])
def test_an_address_that_apprise_does_not_know_is_said(address: str) -> None:
    with pytest.raises(MailError, match="arc mail login --texts"):
        plugin_for(address, "+491701234567")


def test_a_real_gateway_gets_the_number_as_its_only_target() -> None:
    sid, token = "AC" + "a" * 32, "b" * 32
    plugin = plugin_for(f"twilio://{sid}:{token}@+15551230000/{{to}}", "+491701234567")
    assert len(plugin) == 1
    assert "+491701234567" in str(vars(plugin)["targets"])
    with pytest.raises(MailError, match="numbers beside"):
        plugin_for(f"twilio://{sid}:{token}@+15551230000/{{to}}/+15551230001", "+491701234567")


def test_a_wrong_address_costs_no_message() -> None:
    asked = Asked()
    outcome = TextGateway(lambda: "nonsense://x/{to}").send(text(), asked)
    assert (outcome.fate, outcome.slow_down, asked.times) == (Fate.LATER, True, 0)


def test_neither_log_nor_words_have_the_address_or_the_text(
    server: WebServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    def answer(status: int, _: object) -> Response:
        return Response(status)

    said = []
    for status in (200, 401, 500, CUT):
        server.answer = partial(answer, status)
        said.append(gateway(server).send(text(), Asked()).said)
    said.append(repr(gateway(server)))
    for secret in ("s3cret", "1701234567", "INV-7"):
        assert secret not in caplog.text
        assert secret not in " ".join(said)


def test_the_log_is_as_it_was(server: WebServer) -> None:
    logger = logging.getLogger("apprise")
    before = (logger.level, logger.propagate, logger.handlers[:])
    gateway(server).send(text(), Asked())
    assert (logger.level, logger.propagate, logger.handlers) == before
