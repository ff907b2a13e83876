"""Signing in to Google, and getting access tokens from it.

Sources: RFC 8252 (an installed app hears of the sign-in on a loopback address), RFC 7636 (PKCE: only who began it
can end it), Google's "OAuth 2.0 for iOS & Desktop Apps". Google's device codes are not for mail.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import google.auth.exceptions
import google.auth.transport.requests
import google.oauth2.credentials
import requests

from arc_sheets.errors import MailError
from arc_sync.mail.headers import one_line
from arc_sync.mail.oauth import USUAL, WAIT, Access, Endpoints, Grant

SCOPE: Final = "https://mail.google.com/"  #: SMTP and IMAP have no narrower one
PATIENCE: Final = 300.0  #: seconds that a person has for signing in
_PAGE: Final = "<!doctype html><title>ARC Sheets</title><p>{} You can close this window.</p>"
_AGAIN: Final = "run `arc mail login` again"


def refreshed(grant: Grant, endpoints: Endpoints, now: float) -> Access:
    """Return a new access token; raises `MailError`."""
    credentials = google.oauth2.credentials.Credentials(  # type: ignore[no-untyped-call]  # google-auth's is
        None,
        refresh_token=grant.refresh_token,
        token_uri=endpoints.google_token,
        client_id=grant.client_id,
        client_secret=grant.client_secret,
    )
    try:
        with requests.Session() as session:
            session.verify = endpoints.verify
            credentials.refresh(google.auth.transport.requests.Request(session))  # type: ignore[no-untyped-call]  # same
    except google.auth.exceptions.RefreshError as error:
        details = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], dict) else {}
        raise MailError(trouble(details)) from None
    except google.auth.exceptions.GoogleAuthError:
        raise MailError("Google cannot be reached for a token; check the network.") from None
    ends = credentials.expiry.replace(tzinfo=UTC).timestamp() if credentials.expiry else now
    return Access(str(credentials.token), ends, credentials.refresh_token or grant.refresh_token)


def sign_in(
    grant: Grant,
    user: str,
    show: Callable[[str], None],
    endpoints: Endpoints = USUAL,
    wait: float = PATIENCE,
) -> Grant:
    """Let a person sign in and return the grant with its refresh token; raises `MailError`.

    `show` gets the address that is to be opened in the browser of this very computer; `wait` is in seconds.
    """
    with _listening() as answer:
        began = _Began(secrets.token_urlsafe(48), secrets.token_urlsafe(24), answer.address)
        show(f"{endpoints.google_sign_in}?{urlencode(began.question(grant, user))}")
        code = began.code(answer.within(wait))
    return replace(grant, refresh_token=_exchanged(grant, began, code, endpoints))


def trouble(details: dict[str, Any]) -> str:
    """Return a sentence about an answer of Google's (RFC 6749 5.2)."""
    match details.get("error"):
        case "invalid_grant":
            return f"Google no longer takes the sign-in (it was withdrawn, or too old); {_AGAIN}."
        case "invalid_client" | "unauthorized_client":
            return f"Google does not know the client id and secret; {_AGAIN} with those of your firm's app."
        case "access_denied":
            return f"The sign-in was not allowed; {_AGAIN} and allow it."
        case other:
            return f"Google gives no token ({one_line(str(other or 'no reason given'))[:80]}); {_AGAIN}."


@dataclass(frozen=True, slots=True, repr=False)
class _Began:
    """One sign-in that was begun: what proves that its end belongs to it."""

    verifier: str
    state: str
    address: str  #: where the browser is sent back to

    def question(self, grant: Grant, user: str) -> dict[str, str]:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return {
            "client_id": grant.client_id,
            "redirect_uri": self.address,
            "response_type": "code",
            "scope": grant.scope,
            "state": self.state,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            "access_type": "offline",
            "prompt": "consent",
            "login_hint": user,
        }

    def code(self, answer: dict[str, str]) -> str:
        if not hmac.compare_digest(answer.get("state", ""), self.state):
            raise MailError(f"Another sign-in answered than the one that was begun; {_AGAIN}.")
        if "code" not in answer:
            raise MailError(trouble(answer))
        return answer["code"]


class _Answer(HTTPServer):
    """Waits on a loopback address for the browser to come back."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.given: dict[str, str] = {}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def within(self, seconds: float) -> dict[str, str]:
        ends = time.monotonic() + seconds
        while not self.given and (left := ends - time.monotonic()) > 0:
            self.timeout = left
            self.handle_request()
        if not self.given:
            raise MailError(f"Nobody signed in within {seconds / 60:.0f} minutes; {_AGAIN}.")
        return self.given


class _Handler(BaseHTTPRequestHandler):
    timeout = 5  # seconds for a request to come whole

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        answer = {name: values[0] for name, values in asked.items()}
        known = "state" in answer and (
            "code" in answer or "error" in answer
        )  # else: a favicon, a curious program
        if known and isinstance(self.server, _Answer):
            self.server.given = answer
        page = _PAGE.format(
            "ARC Sheets has what it needs." if "code" in answer else "Nothing was allowed."
        ).encode()
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Log nothing: the path has the code."""


@contextmanager
def _listening() -> Iterator[_Answer]:
    answer = _Answer()
    try:
        yield answer
    finally:
        answer.server_close()


def _exchanged(grant: Grant, began: _Began, code: str, endpoints: Endpoints) -> str:
    """Return the refresh token for the code (RFC 6749 4.1.3)."""
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": began.address,
        "client_id": grant.client_id,
        "client_secret": grant.client_secret,
        "code_verifier": began.verifier,
    }
    try:
        answer = requests.post(endpoints.google_token, asked, timeout=WAIT, verify=endpoints.verify).json()
    except (requests.RequestException, ValueError):
        raise MailError("Google cannot be reached for a token; check the network.") from None
    if not isinstance(answer, dict) or "refresh_token" not in answer:
        raise MailError(trouble(answer if isinstance(answer, dict) else {}))
    return str(answer["refresh_token"])
