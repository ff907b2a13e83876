"""The real google-auth flows, against the emulator's token endpoint and consent page."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import gspread
import pytest
import requests
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2 import credentials as users
from google.oauth2 import service_account
from google_auth_oauthlib.flow import InstalledAppFlow  # type: ignore[import-untyped]  # it has no types

from tests.emulators.google import GoogleEmulator, redirected
from tests.emulators.google_api import SHEETS, Api

SCOPES = ["https://www.googleapis.com/auth/spreadsheets"]


@pytest.fixture
def google() -> Iterator[GoogleEmulator]:
    with GoogleEmulator() as google:
        yield google


def robot(google: GoogleEmulator, **other: str) -> Any:
    key = {**google.service_account(), **other}
    return service_account.Credentials.from_service_account_info(key, scopes=SCOPES)  # type: ignore[no-untyped-call]  # google-auth has no types


def signed_in_before(google: GoogleEmulator, **other: str) -> Any:
    info = {**google.authorized_user(), **other}
    return users.Credentials.from_authorized_user_info(info)  # type: ignore[no-untyped-call]  # google-auth has no types


def session(google: GoogleEmulator, credentials: Any) -> AuthorizedSession:
    return redirected(AuthorizedSession(credentials), google.url)  # type: ignore[return-value, no-untyped-call]  # as given; google-auth has no types


def request(google: GoogleEmulator) -> Request:
    return Request(redirected(requests.Session(), google.url))


def test_a_service_account_signs_in_with_its_key(google: GoogleEmulator) -> None:
    book = Api(google).made().book
    google.person.share(google.robot_email)
    client = gspread.Client(auth=robot(google))
    redirected(client.http_client.session, google.url)
    assert client.open_by_key(book).title == "Book"
    assert google.calls.by_method()["auth.token"] == 1


def test_another_key_is_refused(google: GoogleEmulator) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(RefreshError, match="Invalid JWT Signature"):
        robot(google, private_key=stranger.decode()).refresh(Request())


def test_an_expired_token_is_401_and_refreshed_once(google: GoogleEmulator) -> None:
    book = Api(google).made().book
    google.person.share(google.robot_email)
    signed_in = session(google, robot(google))
    assert signed_in.get(f"{SHEETS}/{book}").status_code == 200
    google.tokens.expire()
    google.calls.forget()
    assert signed_in.get(f"{SHEETS}/{book}").status_code == 200
    assert [(call.kind, call.status) for call in google.calls] == [
        ("read", 401),
        ("auth", 200),
        ("read", 200),
    ]


def test_a_token_ends_after_an_hour(google: GoogleEmulator) -> None:
    api = Api(google).made()
    google.clock.later(3600)
    answer = api.session.get(f"{SHEETS}/{api.book}")
    assert answer.status_code == 401
    assert answer.json()["error"]["status"] == "UNAUTHENTICATED"


def test_a_refresh_token_gives_access_until_it_is_revoked(google: GoogleEmulator) -> None:
    credentials = signed_in_before(google)
    credentials.refresh(request(google))
    assert credentials.valid
    google.tokens.revoke()
    with pytest.raises(RefreshError, match="expired or revoked"):
        credentials.refresh(request(google))


def test_a_wrong_client_secret_is_refused(google: GoogleEmulator) -> None:
    credentials = signed_in_before(google, client_secret="no")
    with pytest.raises(RefreshError, match="invalid_client"):
        credentials.refresh(request(google))


def consented(google: GoogleEmulator, **more: str) -> dict[str, list[str]]:
    asked = {
        "client_id": google.tokens.client_id,
        "redirect_uri": "http://localhost:1/",
        "response_type": "code",
        "scope": SCOPES[0],
        "state": "s",
        **more,
    }
    answer = requests.get(f"{google.url}/auth", params=asked, allow_redirects=False, timeout=5)
    assert answer.status_code == 302
    return parse_qs(urlsplit(answer.headers["Location"]).query)


def traded(google: GoogleEmulator, code: str, verifier: str) -> requests.Response:
    given = {
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": verifier,
        "redirect_uri": "http://localhost:1/",
        "client_id": google.tokens.client_id,
        "client_secret": google.tokens.client_secret,
    }
    return requests.post(f"{google.url}/token", data=given, timeout=5)


def test_a_code_is_traded_once_and_only_by_who_asked(google: GoogleEmulator) -> None:
    digest = hashlib.sha256(b"v" * 50).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    code = consented(google, code_challenge=challenge, code_challenge_method="S256")["code"][0]
    assert traded(google, code, "w" * 50).json()["error_description"] == "Invalid code verifier."
    code = consented(google, code_challenge=challenge, code_challenge_method="S256")["code"][0]
    answer = traded(google, code, "v" * 50).json()
    assert answer["token_type"] == "Bearer"
    assert answer["refresh_token"]
    assert traded(google, code, "v" * 50).json()["error"] == "invalid_grant"


def test_a_person_can_say_no(google: GoogleEmulator) -> None:
    google.tokens.agrees = False
    assert consented(google) == {"error": ["access_denied"], "state": ["s"]}


def test_the_installed_apps_login_ends_with_a_refresh_token(
    google: GoogleEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    flow = InstalledAppFlow.from_client_config(
        google.installed_app(), SCOPES, autogenerate_code_verifier=True
    )
    flow.redirect_uri = "http://localhost:1/"
    where, _ = flow.authorization_url()
    back = requests.get(where, allow_redirects=False, timeout=5).headers["Location"]
    flow.fetch_token(authorization_response=back)
    assert flow.credentials.refresh_token
    assert session(google, flow.credentials).post(SHEETS, json={}).status_code == 200


def test_an_unknown_token_is_401_and_no_token_at_all_403_to_read_401_to_write(google: GoogleEmulator) -> None:
    url = f"{google.url}/v4/spreadsheets"
    answers = [
        requests.get(f"{url}/x", headers={"Authorization": "Bearer ya29.made-up"}, timeout=5),
        requests.get(f"{url}/x", timeout=5),
        requests.post(url, json={}, timeout=5),
        requests.get(f"{google.url}/drive/v3/files", timeout=5),
    ]
    assert [one.status_code for one in answers] == [401, 403, 401, 403]
    states = [one.json()["error"]["status"] for one in answers]
    assert states == ["UNAUTHENTICATED", "PERMISSION_DENIED", "UNAUTHENTICATED", "PERMISSION_DENIED"]


def test_googles_own_client_works_as_well(google: GoogleEmulator) -> None:
    from googleapiclient.discovery import build  # type: ignore[import-untyped]  # it has no types

    book = Api(google).made().book
    google.person.share(google.robot_email)
    at = {"api_endpoint": google.url}
    with build("sheets", "v4", credentials=robot(google), static_discovery=True, client_options=at) as sheets:
        values = sheets.spreadsheets().values()
        written = {
            "spreadsheetId": book,
            "range": "A1",
            "valueInputOption": "RAW",
            "body": {"values": [["=1"]]},
        }
        assert values.update(**written).execute()["updatedCells"] == 1
        assert values.get(spreadsheetId=book, range="Sheet1").execute()["values"] == [["=1"]]
