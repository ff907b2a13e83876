from __future__ import annotations

import base64
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from arc_sheets.errors import MailError
from arc_sync.mail import oauth_google, oauth_microsoft
from arc_sync.mail.logins import plain, xoauth2
from arc_sync.mail.oauth import Endpoints, Grant, Tokens
from arc_sync.mail.safe import Safe
from tests.mail_servers import authority, certificate
from tests.web_servers import CUT, Request, Response, WebServer

USER = "receivables@example.com"
GOOGLE = Grant("google", "client", "s3cret", "", oauth_google.SCOPE, "refresh-1")
MICROSOFT = Grant("microsoft", "client", "", "organizations", oauth_microsoft.SCOPES["smtp"], "refresh-1")
PURPOSE = f"mail {USER}"


class TokenServer:
    """Both of them: what a request is answered, by its grant type; `spoken` counts."""

    def __init__(self, folder: Path) -> None:
        self.answers: dict[str, Response] = {}
        self.web = WebServer(self.answer, certificate("good"))
        self.trust = folder / "authority.pem"
        authority().cert_pem.write_to_path(str(self.trust))

    @property
    def endpoints(self) -> Endpoints:
        here = f"https://localhost:{self.web.port}"
        return Endpoints(f"{here}/sign-in", f"{here}/token", here, str(self.trust))

    @property
    def asked(self) -> list[dict[str, str]]:
        return [request.form for request in self.web.requests if request.body]

    def answer(self, request: Request) -> Response:
        here = f"https://localhost:{self.web.port}/organizations"
        if request.path.endswith("openid-configuration"):
            endpoints = {
                "authorization_endpoint": f"{here}/authorize",
                "token_endpoint": f"{here}/token",
                "device_authorization_endpoint": f"{here}/devicecode",
                "issuer": f"{here}/v2.0",
            }
            return Response(200, endpoints)
        kind = "devicecode" if request.path.endswith("devicecode") else request.form["grant_type"]
        return self.answers[kind.rpartition(":")[2]]


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenServer]:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):  # requests heeds them before its own settings
        monkeypatch.delenv(name, raising=False)
    made = TokenServer(tmp_path)
    with made.web:
        yield made


@pytest.fixture
def safe(tmp_path: Path) -> Safe:
    return Safe(tmp_path / "secrets.json")


def token(name: str, **more: Any) -> Response:
    return Response(200, {"access_token": name, "expires_in": 3600, "token_type": "Bearer", **more})


def tokens(server: TokenServer, safe: Safe, grant: Grant, clock: Callable[[], float] = time.time) -> Tokens:
    safe.put(PURPOSE, grant.as_text(), in_file=True)
    return Tokens(safe, PURPOSE, server.endpoints, clock)


def kept(safe: Safe) -> Grant:
    return Grant.of_text(safe.get(PURPOSE) or "")


def test_the_answers_of_sasl_are_those_of_their_documents() -> None:
    # the example of Google's and Microsoft's documents
    said = base64.b64encode(xoauth2("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"))
    assert said == (
        b"dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ=="
    )
    assert plain("tim", "tanstaaftanstaaf") == b"\x00tim\x00tanstaaftanstaaf"  # RFC 4616 4


@pytest.mark.parametrize("grant", [GOOGLE, MICROSOFT], ids=["google", "microsoft"])
def test_a_token_lasts_and_is_renewed_before_it_ends(server: TokenServer, safe: Safe, grant: Grant) -> None:
    now = [time.time()]
    held = tokens(server, safe, grant, lambda: now[0])
    server.answers["refresh_token"] = token("first")
    assert [held.current(), held.current()] == ["first", "first"]
    assert len(server.asked) == 1
    assert server.asked[0]["refresh_token"] == "refresh-1"
    assert server.asked[0]["client_id"] == "client"
    now[0] += 3500
    server.answers["refresh_token"] = token("second")
    assert held.current() == "second"
    now[0] -= 3500  # google-auth has a clock of its own
    server.answers["refresh_token"] = token("third")
    assert (held.renewed(), held.current()) == ("third", "third")
    assert len(server.asked) == 3


def test_microsofts_next_refresh_token_takes_the_place_of_the_last(server: TokenServer, safe: Safe) -> None:
    held = tokens(server, safe, MICROSOFT)
    server.answers["refresh_token"] = token("first", refresh_token="refresh-2")
    assert held.current() == "first"
    assert kept(safe).refresh_token == "refresh-2"
    server.answers["refresh_token"] = token("second")
    held.renewed()
    assert server.asked[-1]["refresh_token"] == "refresh-2"
    assert oauth_microsoft.SCOPES["smtp"] in server.asked[-1]["scope"]


@pytest.mark.parametrize("grant", [GOOGLE, MICROSOFT], ids=["google", "microsoft"])
@pytest.mark.parametrize(
    ("response", "words"),
    [
        (
            Response(400, {"error": "invalid_grant", "error_description": "Token has been revoked."}),
            "no longer takes",
        ),
        (Response(401, {"error": "invalid_client"}), "client id"),
        (Response(400, {"error": "temporarily_odd\r\nX: y"}), "gives no token"),
        (Response(CUT), "cannot be reached"),
    ],
    ids=["revoked", "client", "other", "cut"],
)
def test_no_token_is_one_sentence_that_says_what_to_do(
    server: TokenServer, safe: Safe, grant: Grant, response: Response, words: str
) -> None:
    held = tokens(server, safe, grant)
    server.answers["refresh_token"] = response
    with pytest.raises(MailError, match=words) as caught:
        held.current()
    said = str(caught.value)
    assert "\n" not in said
    assert "refresh-1" not in said
    assert "arc mail login" in said or "network" in said


def test_a_token_server_that_is_not_certain_gets_nothing(server: TokenServer, safe: Safe) -> None:
    safe.put(PURPOSE, GOOGLE.as_text(), in_file=True)
    open_to_all = server.endpoints
    strict = Endpoints(open_to_all.google_sign_in, open_to_all.google_token, open_to_all.microsoft)
    with pytest.raises(MailError, match="cannot be reached"):
        Tokens(safe, PURPOSE, strict).current()
    assert server.web.requests == []


def test_nobody_signed_in_yet(server: TokenServer, safe: Safe) -> None:
    with pytest.raises(MailError, match="arc mail login"):
        Tokens(safe, PURPOSE, server.endpoints).current()
    safe.put(PURPOSE, "a password", in_file=True)
    with pytest.raises(MailError, match="is no sign-in"):
        Tokens(safe, PURPOSE, server.endpoints).current()


def test_no_secret_is_in_a_repr() -> None:
    assert "refresh-1" not in repr(GOOGLE)
    assert "s3cret" not in repr(GOOGLE)


class Browser:
    """A person's browser: opens what is shown, and comes back as `back` says."""

    def __init__(self, back: Callable[[dict[str, str]], dict[str, str]]) -> None:
        self.shown: list[str] = []
        self.question: dict[str, str] = {}
        self._back = back
        self._threads: list[threading.Thread] = []

    def __call__(self, address: str) -> None:
        self.shown.append(address)
        self.question = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self._threads = [threading.Thread(target=self._go)]
        self._threads[0].start()

    def _go(self) -> None:
        here = self.question["redirect_uri"]
        requests.get(f"{here}/favicon.ico", timeout=5)
        self.page = requests.get(here, self._back(self.question), timeout=5).text

    def end(self) -> None:
        for thread in self._threads:
            thread.join()


def test_a_person_signs_in_to_google(server: TokenServer) -> None:
    browser = Browser(lambda question: {"code": "the-code", "state": question["state"]})
    server.answers["authorization_code"] = token("first", refresh_token="refresh-9")
    grant = oauth_google.sign_in(GOOGLE, USER, browser, server.endpoints, wait=10)
    browser.end()
    assert grant.refresh_token == "refresh-9"
    question, (asked,) = browser.question, server.asked
    assert browser.shown[0].startswith(server.endpoints.google_sign_in)
    assert (question["scope"], question["login_hint"]) == ("https://mail.google.com/", USER)
    assert (question["access_type"], question["code_challenge_method"]) == ("offline", "S256")
    digest = hashlib.sha256(asked["code_verifier"].encode()).digest()
    assert question["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert (asked["code"], asked["redirect_uri"]) == ("the-code", question["redirect_uri"])
    assert question["redirect_uri"].startswith("http://127.0.0.1:")
    assert "You can close this window" in browser.page


@pytest.mark.parametrize(
    ("back", "words"),
    [
        ({"code": "stolen", "state": "another"}, "Another sign-in answered"),
        ({"error": "access_denied"}, "was not allowed"),
    ],
)
def test_a_sign_in_that_does_not_fit_is_refused(
    server: TokenServer, back: dict[str, str], words: str
) -> None:
    browser = Browser(lambda question: {"state": question["state"], **back})
    with pytest.raises(MailError, match=words):
        oauth_google.sign_in(GOOGLE, USER, browser, server.endpoints, wait=10)
    browser.end()
    assert server.asked == []


def test_a_sign_in_that_nobody_ends_ends(server: TokenServer) -> None:
    with pytest.raises(MailError, match="Nobody signed in"):
        oauth_google.sign_in(GOOGLE, USER, lambda _: None, server.endpoints, wait=0.1)


def test_google_without_a_lasting_token_is_said(server: TokenServer) -> None:
    browser = Browser(lambda question: {"code": "the-code", "state": question["state"]})
    server.answers["authorization_code"] = Response(400, {"error": "invalid_client"})
    with pytest.raises(MailError, match="client id and secret"):
        oauth_google.sign_in(GOOGLE, USER, browser, server.endpoints, wait=10)
    browser.end()


def device(**more: Any) -> Response:
    usual = {
        "user_code": "ABCD",
        "device_code": "dev",
        "verification_uri": "https://microsoft.example/devicelogin",
        "expires_in": 900,
        "interval": 1,
        "message": "Open https://microsoft.example/devicelogin\nand type ABCD.",
    }
    return Response(200, {**usual, **more})


def test_a_person_signs_in_to_microsoft_with_a_code(server: TokenServer) -> None:
    shown: list[str] = []
    server.answers["devicecode"] = device()
    server.answers["device_code"] = token("first", refresh_token="refresh-9")
    grant = oauth_microsoft.sign_in(MICROSOFT, shown.append, server.endpoints)
    assert grant.refresh_token == "refresh-9"
    assert shown == ["Open https://microsoft.example/devicelogin and type ABCD."]
    assert oauth_microsoft.SCOPES["smtp"] in server.asked[0]["scope"]
    assert "offline_access" in server.asked[0]["scope"]


@pytest.mark.parametrize(
    ("stage", "response", "words"),
    [
        ("devicecode", Response(400, {"error": "unauthorized_client"}), "allow public client flows"),
        ("device_code", Response(400, {"error": "authorization_declined"}), "was not allowed"),
        ("device_code", Response(400, {"error": "expired_token"}), "Nobody signed in"),
        ("device_code", token("first"), "offline_access"),
        ("devicecode", Response(CUT), "cannot be reached"),
    ],
)
def test_a_code_that_leads_nowhere_is_explained(
    server: TokenServer, stage: str, response: Response, words: str
) -> None:
    server.answers = {
        "devicecode": device(),
        "device_code": token("first", refresh_token="r"),
        stage: response,
    }
    with pytest.raises(MailError, match=words):
        oauth_microsoft.sign_in(MICROSOFT, lambda _: None, server.endpoints)
