from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from typer.testing import CliRunner, Result

from arc_sheets.errors import BookError, BookForeign, BookMissing, BookRefused, SignInError
from arc_sync.agent import spreadsheets
from arc_sync.agent.config import Config
from arc_sync.agent.firm import Firm, opened
from arc_sync.agent.google_account import check, sign_in
from arc_sync.cli import signing
from arc_sync.cli.app import app as app_of_arc
from arc_sync.google.addresses import address
from arc_sync.google.connect import ADDRESS
from arc_sync.google.credentials import FILE, PURPOSE, SHARED, Grant, of_key, of_machine, of_person
from arc_sync.mail.safe import Safe
from tests.emulators.google import GoogleEmulator
from tests.office import arc

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleEmulator]:
    with GoogleEmulator() as google:
        monkeypatch.setenv(ADDRESS, google.url)
        spreadsheets.forget_clients()
        yield google
        spreadsheets.forget_clients()


@pytest.fixture
def safe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Safe:
    made = Safe(tmp_path / "safe" / "secrets.json")
    monkeypatch.setattr(Safe, "of_this_user", classmethod(lambda _cls: made))
    return made


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return settings(tmp_path, "google:")


def settings(folder: Path, book: str, more: str = "") -> Config:
    file = folder / "arc.toml"
    file.write_text(
        f'company = "Sample Ltd"\nbase_currency = "EUR"\nbook = "{book}"\ntime_zone = "Europe/Berlin"\n{more}'
    )
    return Config.load(file)


def browse(address: str) -> None:
    """Open an address as the browser of a person who allows what is asked."""
    threading.Thread(target=requests.get, args=(address,), kwargs={"timeout": 10}).start()


def signed_in(google: GoogleEmulator, safe: Safe, config: Config) -> None:
    app = google.installed_app()["installed"]
    sign_in(config, safe, (app["client_id"], app["client_secret"]), browse, in_file=True)


def key_file(google: GoogleEmulator, folder: Path, mode: int = 0o600) -> Path:
    file = folder / "key.json"
    file.write_text(json.dumps(google.service_account()))
    file.chmod(mode)
    return file


# -- a person ------------------------------------------------------------------------------------------------


def test_a_person_signs_in_and_a_spreadsheet_is_made_filled_and_kept(
    google: GoogleEmulator, safe: Safe, config: Config
) -> None:
    signed_in(google, safe, config)
    with opened(config, make=True) as firm:
        firm.make_book(NOW)
    made = Config.load(config.file)
    assert made.spreadsheet not in ("", "new")
    assert google.person_at(made.spreadsheet).file.owner == google.person_email
    with opened(made) as firm:
        assert firm.sync(NOW).idle
        assert [f.ok for f in check(made, safe)] == [True, True, True]
        google.calls.forget()
        assert firm.rests(NOW) is None or firm.rests(NOW) == 0


def test_only_the_scope_for_its_own_files_is_asked_for(
    google: GoogleEmulator, safe: Safe, config: Config
) -> None:
    asked: list[str] = []

    def show(address: str) -> None:
        asked.append(address)
        browse(address)

    app = google.installed_app()["installed"]
    sign_in(config, safe, (app["client_id"], app["client_secret"]), show, in_file=True)
    assert "scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fdrive.file&" in asked[0]
    assert "code_challenge_method=S256" in asked[0]
    assert getattr(of_person(safe).credentials, "scopes", None) == [FILE]


def test_nobody_signed_in_is_told_how_to(safe: Safe, config: Config) -> None:
    (found,) = check(config, safe)
    assert not found.ok
    for words in (
        "arc google login --client-id",
        "Google Sheets API",
        "Google Drive API",
        "Desktop app",
        "seven days",
    ):
        assert words in found.said
    with pytest.raises(SignInError, match="Desktop app"):
        sign_in(config, safe, ("", ""), print)


def ran_login(google: GoogleEmulator, config: Config) -> Result:
    app = google.installed_app()["installed"]
    words = ["google", "login", "--client-id", app["client_id"], "--in-file", "--config", str(config.file)]
    return CliRunner().invoke(app_of_arc, words, input=f"{app['client_secret']}\n")


def test_a_login_opens_the_browser_and_says_how_long_it_waits(
    google: GoogleEmulator, safe: Safe, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened_there: list[str] = []

    def opens(address: str) -> bool:
        opened_there.append(address)
        browse(address)
        return True

    monkeypatch.setattr("webbrowser.open", opens)
    monkeypatch.setenv("DISPLAY", ":0")
    said = ran_login(google, config).stdout.splitlines()
    assert said[0] == (
        "Your browser asks now: sign in there and allow it; ARC waits 5 minutes for it. If none opened, open this"
        " address:"
    )
    assert said[1:2] == opened_there
    assert said[2].startswith("You are signed in; the sign-in is kept in ")
    assert safe.get(PURPOSE) is not None


def test_a_login_without_a_browser_says_what_to_do_with_the_address(
    google: GoogleEmulator, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown(*lines: str) -> None:
        said.extend(lines)
        for line in lines:
            if line.startswith("http://"):
                browse(line)

    said: list[str] = []
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(signing, "at_terminal", lambda: True)
    monkeypatch.setattr(signing, "say", shown)
    assert ran_login(google, config).exit_code == 0
    assert said[0] == (
        "Open this address in a browser of this computer, sign in and allow it; ARC waits 5 minutes for it:"
    )
    assert "fetch that address here within that time" in said[2]


def test_a_login_that_nobody_can_see_ends_at_once(
    google: GoogleEmulator, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    ran = ran_login(google, config)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == (
        "Nobody can sign in here: there is no browser, and no terminal to show an address in. Run `arc google login` in"
        " a terminal.\n"
    )


def test_a_withdrawn_sign_in_is_said(google: GoogleEmulator, safe: Safe, config: Config) -> None:
    signed_in(google, safe, config)
    google.tokens.revoke()
    spreadsheets.forget_clients()
    found = list(check(config, safe))
    assert "run `arc google login`" in found[-1].said
    assert not found[-1].ok


def test_a_refused_sign_in_names_the_right_command(
    google: GoogleEmulator, safe: Safe, config: Config
) -> None:
    google.tokens.agrees = False
    with pytest.raises(SignInError, match="arc google login"):
        signed_in(google, safe, config)
    assert safe.get(PURPOSE) is None


def test_no_secret_is_in_a_repr() -> None:
    assert "s3cret" not in repr(Grant("client", "s3cret", "s3cret"))


# -- a service account, and a machine ------------------------------------------------------------------------


def test_a_key_that_others_can_read_is_refused(google: GoogleEmulator, tmp_path: Path) -> None:
    file = key_file(google, tmp_path, 0o644)
    with pytest.raises(SignInError, match="chmod 600"):
        of_key(file)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"type": "authorized_user"}'])
def test_a_file_that_is_no_key_is_said(tmp_path: Path, text: str) -> None:
    file = tmp_path / "key.json"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(SignInError, match="no key"):
        of_key(file)
    with pytest.raises(SignInError, match="cannot be read"):
        of_key(tmp_path / "none.json")
    with pytest.raises(SignInError, match="add key"):
        of_key(None)


def test_a_service_account_works_in_a_book_that_was_shared_with_it(
    google: GoogleEmulator, safe: Safe, config: Config, tmp_path: Path
) -> None:
    signed_in(google, safe, config)
    with opened(config, make=True) as firm:
        firm.make_book(NOW)
    book = Config.load(config.file).spreadsheet
    key = key_file(google, tmp_path)
    mine = settings(tmp_path, f"google:{book}", f'[google]\nlogin = "key"\nkey = "{key}"\n')
    assert "There is no spreadsheet" in list(check(mine, safe))[-1].said
    google.person_at(book).share(google.robot_email, "reader")
    assert "share it as an editor" in list(check(mine, safe))[-1].said
    google.person_at(book).withdraw(google.robot_email)
    google.person_at(book).share(google.robot_email)
    assert [f.ok for f in check(mine, safe)] == [True, True, True]
    with opened(mine) as firm:
        assert firm.sync(NOW).in_step
    assert sorted(getattr(of_key(key).credentials, "scopes", ())) == sorted(SHARED)
    google.person_at(book).withdraw(google.robot_email)
    with opened(mine) as firm, pytest.raises((BookMissing, BookRefused), match="share"):
        firm.sync(NOW)


def test_a_service_account_cannot_make_a_book_and_says_who_can(
    google: GoogleEmulator, safe: Safe, tmp_path: Path
) -> None:
    key = key_file(google, tmp_path)
    mine = settings(tmp_path, "google:", f'[google]\nlogin = "key"\nkey = "{key}"\n')
    with opened(mine, make=True) as firm, pytest.raises(BookError, match="let a person make a blank one"):
        firm.make_book(NOW)
    assert safe.get(PURPOSE) is None


def test_a_blank_spreadsheet_that_was_shared_becomes_the_book(
    google: GoogleEmulator, safe: Safe, config: Config, tmp_path: Path
) -> None:
    signed_in(google, safe, config)
    blank = spreadsheets.sheets_of(config).create({"properties": {"title": "Ours"}})
    google.person_at(blank).share(google.robot_email)
    mine = settings(
        tmp_path, f"google:{blank}", f'[google]\nlogin = "key"\nkey = "{key_file(google, tmp_path)}"\n'
    )
    with opened(mine, make=True) as firm:
        firm.make_book(NOW)
        assert firm.sync(NOW).idle
    assert Config.load(mine.file).spreadsheet == blank
    assert "Sheet1" in google.person_at(blank).tabs()


def test_what_a_machine_is_to_google_needs_no_secret_of_arcs(
    google: GoogleEmulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key_file(google, tmp_path)))
    assert of_machine().who == google.robot_email
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", os.devnull)
    with pytest.raises(SignInError, match="application-default"):
        of_machine()


# -- what becomes of books -----------------------------------------------------------------------------------


@pytest.fixture
def firm(google: GoogleEmulator, safe: Safe, config: Config) -> Iterator[Firm]:
    signed_in(google, safe, config)
    with opened(config, make=True) as firm:
        firm.make_book(NOW)
    with opened(Config.load(config.file)) as firm:
        yield firm


def test_a_copy_is_recognised_and_asked_about(google: GoogleEmulator, firm: Firm, tmp_path: Path) -> None:
    copied = google.person_at(firm.config.spreadsheet).copy_file().file.file_id
    with (
        opened(settings(tmp_path, f"google:{copied}")) as other,
        pytest.raises(BookForeign, match="is a copy of the book"),
    ):
        other.sync(NOW)


def test_a_book_in_the_bin_is_left_there(google: GoogleEmulator, firm: Firm) -> None:
    google.person_at(firm.config.spreadsheet).trash()
    with pytest.raises(BookMissing, match="is in the bin; restore it"):
        firm.sync(NOW)
    google.person_at(firm.config.spreadsheet).trash(trashed=False)
    assert firm.sync(NOW).in_step


def test_a_new_book_is_made_where_the_old_one_is_gone(firm: Firm) -> None:
    gone = replace(firm.config, spreadsheet="x" * 44)
    replace(firm, config=gone).make_book(NOW)
    assert Config.load(firm.config.file).spreadsheet not in {"x" * 44, firm.config.spreadsheet}


def test_a_new_book_is_made_where_the_old_one_lost_its_hidden_tab(google: GoogleEmulator, firm: Firm) -> None:
    old = google.person_at(firm.config.spreadsheet)
    old.delete_tab("_ARC")
    tabs = old.tabs()
    with pytest.raises(BookForeign, match="let `arc sync --new` make a new one"):
        firm.sync(NOW)
    firm.make_book(NOW)
    new = Config.load(firm.config.file)
    assert new.spreadsheet != firm.config.spreadsheet
    assert old.tabs() == tabs
    with opened(new) as made:
        assert made.sync(NOW).idle


def test_who_makes_a_new_book_is_told_that_the_old_one_is_synced_no_more(firm: Firm) -> None:
    told = arc("sync", "--new", "--config", str(firm.config.file)).stdout
    new = Config.load(firm.config.file).spreadsheet
    assert new != firm.config.spreadsheet
    assert told.splitlines() == [
        f"A fresh workbook lies at {address(new)}.",
        f"The old one, {firm.where}, is synced no more; go on in the new one.",
    ]


def test_an_unchanged_book_costs_one_look_at_drive(google: GoogleEmulator, firm: Firm) -> None:
    firm.sync(NOW)
    google.calls.forget()
    assert firm.rests(NOW) == 0
    assert google.calls.by_kind() == {"drive": 1}
    google.person_at(firm.config.spreadsheet).rename_file("Another name")
    assert firm.rests(NOW) is None
    google.calls.forget()
    firm.sync(NOW)  # that look is the one of this round
    assert google.calls.by_kind() == {"read": 1}
