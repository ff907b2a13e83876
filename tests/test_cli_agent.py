from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from arc_sheets.errors import ConfigError
from arc_sheets.tabs import CUSTOMERS
from arc_sync.agent import settling
from arc_sync.agent.config import Config
from arc_sync.agent.firm import opened
from arc_sync.agent.inbox import heartbeat
from arc_sync.agent.inbox.heartbeat import Heartbeat, is_kept
from arc_sync.agent.inbox.spool import Spool
from arc_sync.agent.running import firms, state
from arc_sync.agent.running.jobs import Job
from arc_sync.agent.running.lock import Lock
from arc_sync.agent.running.nights import keep_night
from arc_sync.agent.running.service import usual
from arc_sync.agent.running.service.port import Ran, Start
from arc_sync.agent.running.service.systemd import Systemd
from arc_sync.agent.running.standing import standing
from arc_sync.agent.running.state import Seen, State
from arc_sync.books.draw import home as home_tab
from arc_sync.cli.status import as_json, sentences
from arc_sync.cli.surroundings import clock
from arc_sync.merge.history import Origin
from tests.clicks import written
from tests.office import Office, arc, office
from tests.sample_contents import sample

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Spool]:
    """The agent's own folders, of a user who has no other agent."""
    monkeypatch.setenv("ARC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ARC_SPOOL", str(tmp_path / "spool"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    spool = Spool(tmp_path / "spool")
    spool.make()
    return tmp_path / "home", spool


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return office(tmp_path_factory.mktemp("firm"))


@pytest.fixture
def here(firm: Office, tmp_path: Path, places: tuple[Path, Spool]) -> Office:
    assert places
    return firm.copied(tmp_path / "books")


def _kept(home: Path, file: Path, **known: object) -> None:
    firms.add(home, file)
    state.save(home, file.resolve(), State().model_copy(update=known))


def _alive(spool: Spool, now: datetime, *books: str) -> None:
    heartbeat.beat(spool.folder, Heartbeat(version="0.1.0", alive=now, pid=7, books=list(books)))


def _managed(monkeypatch: pytest.MonkeyPatch, folder: Path, refused: str = "") -> None:
    """Let this machine's service manager be one that knows no session where `refused` says so."""

    def run(command: Sequence[str]) -> Ran:
        return Ran(1 if refused and "systemctl" in command else 0, refused)

    service = Systemd(Start(("python",), folder / "log"), folder / "units", run)
    monkeypatch.setattr(usual, "this_service", lambda: service)


def test_the_status_of_a_running_agent_in_one_look(here: Office, places: tuple[Path, Spool]) -> None:
    home, spool = places
    seen = Seen(book="b", issues=2, reminders=3, outgoing=4, stuck=1, bank_until=date(2026, 11, 25))
    done = {Job.ROUND: NOW - timedelta(seconds=20)}
    _kept(home, here.folder / "arc.toml", done=done, seen=seen, backup=NOW - timedelta(hours=7))
    _alive(spool, NOW)
    (spool.requests / "a.json").write_bytes(written("a"))
    found = standing(home, spool, firms.listed(home), NOW)
    told = sentences(found, NOW)

    assert told[:2] == ["The agent runs (ARC Sheets 0.1.0).", "1 request from Excel waits."]
    assert str(here.book) in told
    assert "  in step just now" in told
    assert "  waiting: 2 issues, 3 reminders to decide on, 4 messages to go out and 1 of them held up" in told
    assert any(line.startswith("  bank data: up to 25 Nov 2026; last backup: ") for line in told)
    assert sum(line.startswith("  next: ") for line in told) == 2
    (one,) = as_json(found)["firms"]
    assert (one["issues"], one["last_round"], one["bank_until"]) == (2, "2026-11-26T08:59:40Z", "2026-11-25")
    assert found.needs_person


def test_trouble_is_told_with_what_it_hindered(here: Office, places: tuple[Path, Spool]) -> None:
    home, spool = places
    _kept(home, here.folder / "arc.toml", trouble={Job.NIGHT: "The disk is full; make room."})
    _alive(spool, NOW)
    found = standing(home, spool, firms.listed(home), NOW)

    assert "  TROUBLE  Nightly check and backup: The disk is full; make room." in sentences(found, NOW)
    (here.folder / "arc.toml").write_text("company =", "utf-8")
    (broken,) = standing(home, spool, firms.listed(home), NOW).firms
    assert "cannot be read" in broken.troubles[0].said
    assert broken.needs_person


def test_settings_that_are_broken_are_told_and_nothing_that_is_not_known(
    here: Office, places: tuple[Path, Spool]
) -> None:
    home, spool = places
    now, file = datetime.now(UTC), here.folder / "arc.toml"
    _kept(home, file, done={Job.ROUND: now}, seen=Seen(book="b"), backup=now)
    _alive(spool, now)
    file.write_text("company =", "utf-8")
    told = here.arc("status", code=1).stdout.splitlines()

    assert told[:3] == ["The agent runs (ARC Sheets 0.1.0).", "", str(file)]
    assert len(told) == 4
    assert told[3].startswith("  TROUBLE  ")
    (one,) = here.json("status", code=1)["firms"]
    assert (one["issues"], one["bank_until"]) == (None, None)


def test_trouble_is_told_with_since_when(here: Office, places: tuple[Path, Spool]) -> None:
    home, spool = places
    said = "Google gave no answer; the next sync goes on."
    known = State()
    for minutes in (200, 80, 5):
        known.came(Job.ROUND, NOW - timedelta(minutes=minutes), said if minutes < 200 else "")
    _kept(home, here.folder / "arc.toml", trouble=known.trouble, since=known.since)
    _alive(spool, NOW)
    found = standing(home, spool, firms.listed(home), NOW)

    began = (NOW - timedelta(minutes=80)).astimezone()
    assert f"  TROUBLE  Round, since {began:%H:%M}: {said}" in sentences(found, NOW)
    assert as_json(found)["firms"][0]["troubled_since"] == "2026-11-26T07:40:00Z"
    known.came(Job.ROUND, NOW, "")
    assert not known.since


def test_a_status_names_a_spreadsheet_by_its_address(places: tuple[Path, Spool], tmp_path: Path) -> None:
    file = tmp_path / "arc.toml"
    file.write_text('book = "google:abc_123"\n', "utf-8")

    told = sentences(standing(places[0], places[1], [file], NOW), NOW)
    assert "https://docs.google.com/spreadsheets/d/abc_123/edit" in told


def test_a_status_without_an_agent_looks_into_the_ledger(here: Office) -> None:
    told = here.json("status", code=1)

    assert told["alive"] is False
    assert told["firms"][0]["bank_until"] is not None
    assert (
        "The agent does not run, and is not installed here; arc agent install"
        in here.arc("status", code=1).stdout
    )


def test_an_agent_that_is_refused_keeps_no_firm(here: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    _managed(monkeypatch, here.folder, refused="No medium found")
    refused = here.arc("agent", "install", code=2)

    assert "systemctl refused: No medium found. Start the agent with arc agent run instead." in refused.stderr
    assert refused.stdout == ""
    assert _list() == {"firms": []}
    here.arc("agent", "add")
    here.arc("agent", "install", code=2)
    assert len(_listed()) == 1


def test_an_agent_that_is_installed_keeps_the_firm(here: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    _managed(monkeypatch, here.folder)
    told = here.arc("agent", "install").stdout

    assert f"The agent keeps {here.folder / 'arc.toml'}.\n" in told
    assert "starts with your session from now on" in told
    assert len(_listed()) == 1


def test_settings_that_are_wrong_are_not_passed_over_by_an_installation(
    here: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _managed(monkeypatch, here.folder)
    here.arc("agent", "add")
    (tmp_path / "arc.toml").write_text("company =", "utf-8")
    monkeypatch.chdir(tmp_path)

    assert "cannot be read" in arc("agent", "install", code=2).stderr
    (tmp_path / "arc.toml").unlink()
    assert "runs already" in arc("agent", "install").stdout


def test_what_starts_the_agent_follows_from_whether_it_is_installed(
    here: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    _managed(monkeypatch, here.folder)
    assert "not installed here; arc agent install lets it work" in here.arc("status", code=1).stdout
    here.arc("agent", "install")

    assert "The agent does not run; arc agent start starts it." in here.arc("status", code=1).stdout
    findings = {f["what"]: f for f in here.json("doctor", code=1)["findings"]}
    assert findings["Agent"]["said"] == "it does not run; arc agent start starts it."


def test_the_status_shows_the_firm_of_this_folder_also_where_the_agent_keeps_others(
    firm: Office, here: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = firm.copied(tmp_path / "other")
    here.arc("agent", "add")
    monkeypatch.chdir(other.folder)
    told = arc("status", code=1).stdout

    assert str(other.book) in told
    assert str(here.book) in told
    assert told.count("the agent does not keep it; arc agent add in its folder lets it") == 1
    assert [f["kept"] for f in json.loads(arc("status", "--json", code=1).stdout)["firms"]] == [True, False]


def _in_tokyo(here: Office) -> Path:
    """Move the firm to another zone than this machine's; return its settings."""
    settings = here.folder / "arc.toml"
    lines = [line for line in settings.read_text("utf-8").splitlines() if not line.startswith("time_zone")]
    settings.write_text("\n".join(['time_zone = "Asia/Tokyo"', *lines]), "utf-8")
    return settings


def test_the_status_shows_the_hours_of_the_firm(here: Office, places: tuple[Path, Spool]) -> None:
    home, spool = places
    settings = _in_tokyo(here)
    _kept(home, settings, done={Job.ROUND: NOW - timedelta(hours=1)}, backup=NOW - timedelta(hours=2))
    told = sentences(standing(home, spool, firms.listed(home), NOW), NOW)

    assert "  in step at 17:00" in told
    assert any(line.endswith("last backup: at 16:00") for line in told)


def test_the_status_says_alive(here: Office, places: tuple[Path, Spool]) -> None:
    _alive(places[1], datetime.now(UTC))

    assert here.json("agent", "status")["alive"] is True


def test_the_status_of_an_agent_that_has_just_begun_looks_into_the_ledger(
    here: Office, places: tuple[Path, Spool]
) -> None:
    _alive(places[1], datetime.now(UTC))

    assert here.json("status")["firms"][0]["bank_until"] is not None


def test_a_ledger_that_cannot_be_reached_is_not_said_to_hold_nothing(here: Office) -> None:
    here.ledger.write_text("gone", "utf-8")
    told = here.arc("status", code=1).stdout

    assert "waiting: not known" in told
    assert "bank data: not known" in told
    (firm,) = here.json("status", code=1)["firms"]
    assert (firm["issues"], firm["bank_until"]) == (None, None)
    assert "is no ledger" in firm["troubles"][0]


def _list() -> object:
    return json.loads(arc("agent", "list", "--json").stdout)


def _listed() -> list[Path]:
    return firms.listed(state.usual_home())


def test_firms_are_added_and_removed_by_command(here: Office) -> None:
    file = (here.folder / "arc.toml").resolve()
    assert here.arc("agent", "add").stdout == f"The agent keeps {file}.\n"
    assert here.arc("agent", "add").stdout == f"The agent keeps {file} already.\n"
    assert _list() == {"firms": [str(file)]}
    assert "not keep" in here.arc("agent", "remove").stdout
    assert "no firm yet" in arc("agent", "list").stdout
    assert "does not keep" in here.arc("agent", "remove", code=2).stderr


def test_a_firm_whose_folder_is_gone_can_be_removed(here: Office, tmp_path: Path) -> None:
    file = (here.folder / "arc.toml").resolve()
    here.arc("agent", "add")
    here.folder.rename(tmp_path / "elsewhere")
    assert arc("agent", "list").stdout == (
        f"{file}  (is not there; arc agent remove with this path takes it off the list)\n"
    )
    said = arc("status", code=1).stdout
    assert (
        f"TROUBLE  There is no {file}; put it back, or take the firm off the list: arc agent remove" in said
    )
    assert arc("agent", "remove", str(here.folder)).stdout == (
        f"The agent does not keep {file} any more; there is no such file any more.\n"
    )
    assert _list() == {"firms": []}


def test_a_firm_is_removed_by_its_folder_or_its_settings(firm: Office, here: Office, tmp_path: Path) -> None:
    other = firm.copied(tmp_path / "other")
    here.arc("agent", "add")
    other.arc("agent", "add")
    arc("agent", "remove", str(other.folder / "arc.toml"))
    assert _listed() == [(here.folder / "arc.toml").resolve()]
    told = arc("agent", "remove", str(other.folder), code=2).stderr
    assert told == (
        f"The agent does not keep {other.folder.resolve()}; name one of those that it keeps: {_listed()[0]}.\n"
    )
    assert "any more" in arc("agent", "remove", str(here.folder)).stdout
    assert "it keeps no firm" in arc("agent", "remove", str(here.folder), code=2).stderr


def test_settings_that_are_wrong_are_not_added(here: Office) -> None:
    (here.folder / "arc.toml").write_text('company = "A"\nbase_currency = "EURO"\n', "utf-8")

    assert "no currency code" in here.arc("agent", "add", code=2).stderr
    assert _list() == {"firms": []}


@pytest.mark.usefixtures("places")
def test_an_agent_that_is_not_installed_cannot_be_started() -> None:
    assert "arc agent install" in arc("agent", "start", code=2).stderr
    assert arc("agent", "stop").stdout == "The agent does not run.\n"
    assert "no log yet" in arc("agent", "logs").stdout


def test_an_agent_that_runs_without_being_installed_is_not_started_again(places: tuple[Path, Spool]) -> None:
    lock = Lock(places[0])
    lock.take()
    try:
        assert arc("agent", "start").stdout == "The agent runs already.\n"
    finally:
        lock.free()


def test_a_second_agent_says_nothing_but_that_one_runs(here: Office, places: tuple[Path, Spool]) -> None:
    lock = Lock(places[0])
    lock.take()
    ran = arc("agent", "run", str(here.folder), code=2)
    lock.free()

    assert ran.stdout == ""
    assert "The agent runs already" in ran.stderr


def test_settings_are_shown_and_changed_by_command(here: Office) -> None:
    assert "agent.every" in here.arc("config", "show").stdout
    assert here.arc("config", "set", "agent.every", "30").stdout == "Now it says: agent.every = 30\n"
    assert here.json("config", "show")["settings"]["agent.every"] == "30"
    assert "whole seconds" in here.arc("config", "set", "agent.every", "0", code=2).stderr


def test_a_backup_is_shown_tried_and_brought_back_by_command(
    here: Office, places: tuple[Path, Spool]
) -> None:
    assert "no backup" in here.arc("restore").stdout
    assert "no backup" in here.arc("restore", "--check", code=2).stderr
    with opened(Config.load(here.folder)) as one:
        made = keep_night(one, datetime.now(UTC)).backup
    assert made is not None
    assert [one["file"] for one in here.json("restore")["backups"]] == [str(made)]
    assert here.json("restore", "--check")["sound"] is True
    here.arc("log", "call", "Zoë Ltd")
    lock = Lock(places[0])
    lock.take()
    assert "arc agent stop" in here.arc("restore", str(made), code=2).stderr
    lock.free()
    told = here.arc("restore", str(made)).stdout
    assert "The ledger is as it was" in told
    assert "is kept as" in told
    here.ledger.unlink()
    assert "arc restore brings a backup back" in here.arc("sync", code=2).stderr
    assert f'arc restore "{made}" brings it back' in here.arc("restore", "--check", code=1).stdout
    here.arc("restore", str(made))
    assert here.json("verify")["sound"] is True


def test_backups_are_shown_with_the_hours_of_the_firm(here: Office, places: tuple[Path, Spool]) -> None:
    settings, made = _in_tokyo(here), datetime.now(UTC).replace(microsecond=0)
    with opened(Config.load(here.folder)) as one:
        keep_night(one, made)
    _kept(places[0], settings, backup=made)
    local = made + timedelta(hours=9)
    shown = f"{local.day} {local:%b %Y} at {local:%H:%M}"

    assert shown in here.arc("restore").stdout
    findings = {f["what"]: f["said"] for f in here.json("doctor", code=1)["findings"]}
    assert findings["Backup"] == f"the last one is of {shown}, and was tried."


def test_a_ledger_is_moved_by_command_and_the_settings_follow(here: Office) -> None:
    told = here.arc("ledger", "move", str(here.ledger), str(here.folder / "moved.db")).stdout

    assert "hash chain and control totals agree" in told
    assert Config.load(here.folder).ledger == str(here.folder / "moved.db")
    assert here.json("verify")["sound"] is True
    assert 'TO "zoe"' in arc("ledger", "grants", "--role", "zoe").stdout


@pytest.mark.parametrize(
    ("words", "said"), [(("--role", " "), "role"), (("--role", "a", "--schema", ""), "schema")]
)
def test_rights_for_a_role_without_a_name_are_refused(words: tuple[str, ...], said: str) -> None:
    told = arc("ledger", "grants", *words, code=2)

    assert told.stdout == ""
    assert f"The {said} has no name; write that of one in PostgreSQL, as --{said} NAME." in told.stderr


def test_a_ledger_that_has_moved_says_what_to_write_where_the_settings_cannot_be_written(
    here: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(file: Path, _text: str) -> None:
        raise ConfigError(f"{file} cannot be written (Permission denied); allow writing there.")

    monkeypatch.setattr(settling, "_replace", refuse)
    told = here.arc("ledger", "move", str(here.ledger), str(here.folder / "moved.db")).stdout

    assert f'Now write ledger = "{here.folder / "moved.db"}" into each arc.toml' in told


def test_the_doctor_misses_an_agent_that_should_run(here: Office, places: tuple[Path, Spool]) -> None:
    home, spool = places
    _kept(home, here.folder / "arc.toml")
    findings = {f["what"]: f for f in here.json("doctor", code=1)["findings"]}
    assert "it does not run, and is not installed here" in findings["Agent"]["said"]
    assert "none yet" in findings["Backup"]["said"]
    _kept(home, here.folder / "arc.toml", backup=datetime.now(UTC))
    _alive(spool, datetime.now(UTC))
    findings = {f["what"]: f for f in here.json("doctor")["findings"]}

    assert all(
        findings[what]["well"]
        for what in ("Agent", "Backup", "Requests", "System", "Clock", "Rights", "Mail")
    )


def test_the_doctor_says_that_the_agent_does_not_keep_the_firm(
    here: Office, places: tuple[Path, Spool]
) -> None:
    _alive(places[1], datetime.now(UTC), "another")
    findings = {f["what"]: f for f in here.json("doctor")["findings"]}
    assert findings["Agent"]["said"] == (
        "it runs, but does not keep this firm; run arc agent add in its folder to let it."
    )
    file = (here.folder / "arc.toml").resolve()
    state.save(places[0], file, State(seen=Seen(book="another")))
    findings = {f["what"]: f for f in here.json("doctor")["findings"]}
    assert findings["Agent"]["said"] == "it runs, and keeps this firm.", "it was started with it"


def test_the_doctor_sees_a_clock_that_is_behind(here: Office) -> None:
    with opened(Config.load(here.folder)) as one:
        now = datetime.now(UTC)
        assert clock(one, now)[0]
        with one.ledger.change(Origin("Zoë", "action", "A note", now)) as t:
            t.put(CUSTOMERS, "new", ("Newton", *[None] * 9, "EUR", *[None] * 5))
        well, said = clock(one, now - timedelta(days=2))
    assert not well
    assert "set the clock" in said


def test_home_says_that_the_agent_is_at_work(places: tuple[Path, Spool]) -> None:
    contents = sample(3)
    assert contents.synced is not None
    shown = [d.value for d in home_tab.draw(replace(contents, kept=True)).cells.values()]

    assert any(str(value).endswith("with the agent at work.") for value in shown)
    _alive(places[1], NOW, "b1")
    assert is_kept("b1", NOW + timedelta(seconds=20))
    assert not is_kept("b2", NOW)
    assert not is_kept("b1", NOW + timedelta(seconds=31))
    assert json.loads((places[1].folder / "agent.json").read_text("utf-8"))["books"] == ["b1"]
