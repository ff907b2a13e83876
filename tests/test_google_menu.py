from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from arc_sheets.errors import BookMissing, MailError, SignInError
from arc_sync.agent.config import Config
from arc_sync.agent.google_menu import install, live, paste
from arc_sync.agent.spreadsheets import forget_clients
from arc_sync.cli import agent, google
from arc_sync.google.connect import ADDRESS
from arc_sync.google.credentials import PURPOSE
from arc_sync.google.credentials import Grant as Kept
from arc_sync.google.menu import SCOPE, bundled
from arc_sync.mail.oauth import Endpoints, Grant
from arc_sync.mail.safe import Safe
from tests.emulators.google import GoogleEmulator
from tests.menu_stage import SOURCES
from tests.office import arc
from tests.test_menu_install import Scripts
from tests.web_servers import Request, Response, WebServer

PAGE = (SOURCES / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def safe(tmp_path: Path) -> Safe:
    kept = Safe(tmp_path / "secrets.json")
    kept.put(PURPOSE, Kept("app", "hush", "person's").as_text(), in_file=True)
    return kept


def settings(tmp_path: Path, book: str = "google:1AbC", more: str = "") -> Config:
    file = tmp_path / "arc.toml"
    file.write_text(f'company = "W"\nbase_currency = "EUR"\nbook = "{book}"\n{more}', encoding="utf-8")
    return Config.load(file)


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripts]:
    made = Scripts()

    def answer(request: Request) -> Response:
        if request.path == "/token":
            told = parse_qs(request.body.decode())
            assert told["refresh_token"] == ["for scripts"]
            return Response(200, {"access_token": "t", "expires_in": 3600, "token_type": "Bearer"})
        return made.answer(request)

    with WebServer(answer) as server:
        monkeypatch.setenv(ADDRESS, f"http://127.0.0.1:{server.port}")
        yield made


def signs_in(asked: Grant, _user: str, _show: Callable[[str], None], _ends: Endpoints) -> Grant:
    assert (asked.client_id, asked.client_secret, asked.scope) == ("app", "hush", SCOPE)
    return Grant("google", asked.client_id, asked.client_secret, "", SCOPE, "for scripts")


def test_the_menu_is_installed_with_a_leave_that_is_not_kept(
    tmp_path: Path, safe: Safe, scripts: Scripts
) -> None:
    said = install(settings(tmp_path), safe, print, in_file=True, sign_in=signs_in)
    assert "The menu ARC is in the spreadsheet" in said
    assert scripts.made["script1"]["parentId"] == "1AbC"
    assert "for scripts" not in (tmp_path / "secrets.json").read_text(encoding="utf-8")


def test_the_second_time_the_same_script_is_brought_up_to_date(
    tmp_path: Path, safe: Safe, scripts: Scripts
) -> None:
    for _ in range(2):
        said = install(settings(tmp_path), safe, print, in_file=True, sign_in=signs_in)
    assert "up to date" in said
    assert len(scripts.made) == 1


def test_a_script_that_a_person_names_is_remembered(tmp_path: Path, safe: Safe, scripts: Scripts) -> None:
    scripts.made["theirs"] = {}
    install(settings(tmp_path), safe, print, "theirs", in_file=True, sign_in=signs_in)
    install(settings(tmp_path), safe, print, in_file=True, sign_in=signs_in)
    assert list(scripts.made) == ["theirs"]


@pytest.mark.parametrize("book", ["Receivables.xlsx", "google:"])
def test_without_a_spreadsheet_there_is_nothing_to_put_a_menu_into(
    tmp_path: Path, safe: Safe, book: str
) -> None:
    with pytest.raises(BookMissing, match="arc sync --new"):
        install(settings(tmp_path, book), safe, print)


def test_the_menu_of_a_service_account_is_pasted(tmp_path: Path, safe: Safe) -> None:
    with pytest.raises(SignInError, match="--paste"):
        install(settings(tmp_path, more='[google]\nlogin = "default"\n'), safe, print)


def test_a_sign_in_that_failed_says_to_run_this_again(tmp_path: Path, safe: Safe) -> None:
    def fails(*_: object) -> Grant:
        raise MailError("The sign-in was not allowed; run `arc mail login` again and allow it.")

    with pytest.raises(SignInError, match="`arc google install-menu` again"):
        install(settings(tmp_path), safe, print, in_file=True, sign_in=fails)


def test_the_files_to_paste_are_written(tmp_path: Path) -> None:
    said = paste(tmp_path / "menu")
    assert {file.name for file in (tmp_path / "menu").iterdir()} == set(bundled())
    assert "Code.gs" in said


def test_the_command_writes_them_as_well(tmp_path: Path) -> None:
    told = arc("google", "install-menu", "--paste", str(tmp_path / "menu"))
    assert "paste each under its name" in told.output
    assert (tmp_path / "menu" / "Code.gs").stat().st_size > 10_000


def test_the_commands_that_the_page_of_the_menu_names_are_there() -> None:
    words = {tuple(found) for found in re.findall(r"\barc (google|agent) ([a-z-]+)", PAGE)}
    there = {("google", name) for name in google.COMMANDS} | {("agent", name) for name in agent.COMMANDS}
    assert words
    assert words <= there


def test_the_pictures_of_the_page_of_the_menu_are_there() -> None:
    assert [name for name in re.findall(r'src="([^"]+)"', PAGE) if not (SOURCES / name).is_file()] == []


def test_google_is_asked_as_the_account_of_the_settings(
    tmp_path: Path, safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_clients()
    with GoogleEmulator(check_answers=False) as server:
        monkeypatch.setenv(ADDRESS, server.url)
        known = server.authorized_user()
        grant = Kept(known["client_id"], known["client_secret"], known["refresh_token"], known["token_uri"])
        safe.put(PURPOSE, grant.as_text(), in_file=True)
        asked = live(settings(tmp_path), safe, rounds=1)
        first = next(asked)
        assert (first.name, first.holds) == ("chain", True)
        asked.close()
        assert all(file.trashed for file in server.world.files.values())
    forget_clients()
    assert json.loads((tmp_path / "secrets.json").read_text(encoding="utf-8"))
