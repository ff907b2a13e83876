from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import google.oauth2.service_account
import pytest
from google.auth.credentials import AnonymousCredentials
from google.auth.crypt.base import Signer
from gspread.http_client import HTTPClient

from arc_sheets.errors import ArcError, BookBusy, BookRefused, SignInError
from arc_sync.google.menu import Installed, install_menu, sources
from arc_sync.google.patience import Patience
from arc_sync.google.transport import Transport
from tests.web_servers import CUT, Request, Response, WebServer

BOOK = "1AbC"


class Scripts:
    """Google's Apps Script API, as far as it goes; `refuses` says which path gets which answer instead."""

    def __init__(self) -> None:
        self.made: dict[str, dict[str, Any]] = {}
        self.refuses: dict[str, Response] = {}

    def answer(self, request: Request) -> Response:
        for part, response in self.refuses.items():
            if request.path.endswith(part):
                return response
        told = json.loads(request.body)
        if request.path == "/v1/projects":
            assert fits("CreateProjectRequest", told)
            script = f"script{len(self.made) + 1}"
            self.made[script] = told
            return Response(200, {"scriptId": script, "title": told["title"]})
        script = request.path.split("/")[3]
        if script not in self.made:
            return Response(404, {"error": {"code": 404, "message": "Requested entity was not found."}})
        assert fits("Content", told)
        self.made[script]["files"] = told["files"]
        return Response(200, {"scriptId": script, "files": told["files"]})


@cache
def schemas() -> dict[str, Any]:
    text = files("googleapiclient.discovery_cache") / "documents" / "script.v1.json"
    return dict(json.loads(text.read_text(encoding="utf-8"))["schemas"])


def fits(name: str, told: dict[str, Any]) -> bool:
    """Say whether Google's published description of the API knows every field, and every value of a list."""
    known = schemas()[name]["properties"]
    for field, value in told.items():
        about = known[field]
        if "enum" in about and value not in about["enum"]:
            return False
        inner = about.get("items", {}).get("$ref")
        if inner and not all(fits(inner, one) for one in value):
            return False
    return True


@pytest.fixture
def scripts() -> Scripts:
    return Scripts()


@pytest.fixture
def install(scripts: Scripts) -> Iterator[Callable[..., Any]]:
    with WebServer(scripts.answer) as server:
        client = HTTPClient(auth=AnonymousCredentials())  # type: ignore[no-untyped-call]  # google-auth's is
        transport = Transport(client, Patience(tries=3, sleep=lambda _: None))
        yield lambda **more: install_menu(transport, BOOK, api=f"http://127.0.0.1:{server.port}", **more)
        client.session.close()


def test_the_menu_is_made_in_the_spreadsheet_with_all_its_files(
    install: Callable[..., Any], scripts: Scripts
) -> None:
    kept: list[str] = []
    done = install(keep=kept.append)
    assert (done.script, done.made, kept) == ("script1", True, ["script1"])
    made = scripts.made["script1"]
    assert (made["title"], made["parentId"]) == ("ARC", BOOK)
    assert {(one["name"], one["type"]) for one in made["files"]} >= {
        ("appsscript", "JSON"),
        ("menu", "SERVER_JS"),
        ("page", "HTML"),
    }
    assert [one["source"] for one in made["files"]] == list(sources().values())


def test_installing_again_brings_the_same_script_up_to_date(
    install: Callable[..., Any], scripts: Scripts
) -> None:
    install()
    scripts.made["script1"]["files"] = []
    assert install(known="script1") == ("script1", False)
    assert len(scripts.made) == 1
    assert scripts.made["script1"]["files"]


def test_a_script_that_somebody_deleted_is_made_anew(install: Callable[..., Any], scripts: Scripts) -> None:
    assert install(known="gone") == ("script1", True)
    assert len(scripts.made) == 1


def refusal(status: int, message: str, reason: str = "") -> Response:
    return Response(status, {"error": {"code": status, "message": message, "details": [{"reason": reason}]}})


NOT_ENABLED = "User has not enabled the Apps Script API. Enable it by visiting https://script.google.com/home/usersettings then retry."


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        (refusal(403, NOT_ENABLED), SignInError, "https://script.google.com/home/usersettings"),
        (
            refusal(403, "API has not been used", "SERVICE_DISABLED"),
            SignInError,
            "apis/library/script.googleapis.com",
        ),
        (
            refusal(403, "scopes", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
            SignInError,
            "install-menu` again and allow it",
        ),
        (refusal(404, "not found"), BookRefused, "check `book`"),
        (refusal(400, "Request contains an invalid argument."), BookRefused, "open it in the browser once"),
        (Response(503, {"error": {"code": 503, "message": "x"}}), BookBusy, "Extensions > Apps Script"),
        (Response(CUT), BookBusy, "give its id with --script"),
    ],
)
def test_a_refusal_says_what_to_allow(
    install: Callable[..., Any], scripts: Scripts, answer: Response, error: type[ArcError], told: str
) -> None:
    scripts.refuses["/v1/projects"] = answer
    with pytest.raises(error, match=r"\.$") as caught:
        install()
    assert told in str(caught.value)


def test_making_a_script_is_never_tried_twice_as_it_may_have_been_made(scripts: Scripts) -> None:
    scripts.refuses["/v1/projects"] = Response(503, {"error": {"code": 503, "message": "x"}})
    with WebServer(scripts.answer) as server:
        client = HTTPClient(auth=AnonymousCredentials())  # type: ignore[no-untyped-call]  # google-auth's is
        transport = Transport(client, Patience(tries=3, sleep=lambda _: None))
        with pytest.raises(BookBusy):
            install_menu(transport, BOOK, api=f"http://127.0.0.1:{server.port}")
        client.session.close()
        assert len(server.requests) == 1


def test_the_id_of_a_new_script_is_kept_even_if_filling_it_fails(
    install: Callable[..., Any], scripts: Scripts
) -> None:
    kept: list[str] = []
    scripts.refuses["/content"] = refusal(403, "no")
    with pytest.raises(BookRefused):
        install(keep=kept.append)
    assert kept == ["script1"]
    scripts.refuses.clear()
    assert install(known=kept[0]).made is False


@pytest.mark.parametrize(
    "answer",
    [Response(503, {"error": {"code": 503, "message": "x"}}), Response(404, {"error": {"code": 404}})],
)
def test_a_script_that_cannot_be_filled_now_is_to_be_filled_later(
    install: Callable[..., Any], scripts: Scripts, answer: Response
) -> None:
    scripts.refuses["/content"] = answer
    with pytest.raises(BookBusy, match=r"run `arc google install-menu` again( in a minute)?\.$"):
        install()


def test_the_address_of_the_script_is_where_a_person_can_look_at_it() -> None:
    assert Installed("a/b", made=True).address == "https://script.google.com/d/a%2Fb/edit"


class _Unused(Signer):
    key_id = None

    def sign(self, message: bytes) -> bytes:
        raise AssertionError(message)


def test_a_service_account_is_told_that_a_person_must_do_it() -> None:
    account = google.oauth2.service_account.Credentials(  # type: ignore[no-untyped-call]  # google-auth's is
        _Unused(), "arc@example", "http://127.0.0.1/token"
    )
    with pytest.raises(SignInError, match="service account"):
        install_menu(Transport(HTTPClient(auth=account)), BOOK)
