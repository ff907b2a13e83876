from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from arc_sheets.errors import ConfigError
from arc_sync.agent.inbox import heartbeat
from arc_sync.agent.inbox import spool as spooling
from arc_sync.agent.inbox.envelope import LARGEST, Bad, Envelope, Reply
from arc_sync.agent.inbox.heartbeat import Heartbeat, is_alive, last_beat
from arc_sync.agent.inbox.spool import Left, Spool, usual_folder
from tests.clicks import WHEN, written

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    made = Spool(tmp_path / "ARC" / "spool")
    made.make()
    return made


def _leave(spool: Spool, name: str, data: bytes, age: float = 60) -> Path:
    path = spool.requests / name
    path.write_bytes(data)
    at = NOW.timestamp() - age
    os.utime(path, (at, at))
    return path


def _left(spool: Spool) -> list[Left]:
    return list(spool.left(NOW))


def _numbers(spool: Spool) -> list[str]:
    return [one.told.request for one in _left(spool)]


def _why(spool: Spool) -> str:
    (one,) = _left(spool)
    assert isinstance(one.told, Bad)
    return one.told.sentence


def test_the_folders_are_the_users_alone(spool: Spool) -> None:
    for folder in (spool.folder, spool.requests, spool.answers):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    spool.folder.chmod(0o777)

    spool.make()

    assert stat.S_IMODE(spool.folder.stat().st_mode) == 0o700


def test_what_else_waits_is_neither_known_nor_answered_nor_unreadable(spool: Spool) -> None:
    known = _leave(spool, "known.json", written("known"))
    for number in ("second", "answered"):
        _leave(spool, f"{number}.json", written(number), age=5)
    _leave(spool, "first.json", written("first"), age=10)
    _leave(spool, "bad.json", b"{")
    _leave(spool, "no number.json", written("no number"))
    _leave(spool, "begun.tmp", written("begun"))
    spool.answer(Reply(request="answered", done=True, sentence="Done.", when=NOW))

    assert [told.request for told in spool.besides({known})] == ["first", "second"]
    assert spool.waiting() == 6  # nothing was cleared away


def test_requests_come_oldest_first(spool: Spool) -> None:
    for number, age in (("b", 5), ("a", 7), ("c", 6)):
        _leave(spool, f"{number}.json", written(number), age)

    assert _numbers(spool) == ["a", "c", "b"]
    assert all(isinstance(one.told, Envelope) for one in _left(spool))


@pytest.mark.parametrize("year", [-30_000, 30_000])
def test_a_time_that_no_calendar_has_counts_as_now(
    spool: Spool, monkeypatch: pytest.MonkeyPatch, year: int
) -> None:
    path = _leave(spool, "a.json", written("a"))
    found = [(path, (year - 1970) * 31_556_952 * 10**9)]
    monkeypatch.setattr(spooling, "_plain_files", lambda _folder: found)

    assert [one.since for one in _left(spool)] == [NOW]
    spool.sweep(NOW)


def test_what_is_still_written_waits(spool: Spool) -> None:
    _leave(spool, "a.json.tmp", written("a"))
    _leave(spool, "b.json", written("b")[:40], age=1)

    assert not _left(spool)


def test_what_stays_half_written_is_answered(spool: Spool) -> None:
    _leave(spool, "b.json", written("b")[:40])

    assert "no JSON text" in _why(spool)


def test_a_huge_file_is_not_read_whole(spool: Spool) -> None:
    path = _leave(spool, "huge.json", b"")
    os.truncate(path, 50 * 2**30)  # holds no block, and would fill the memory
    os.utime(path, (NOW.timestamp() - 60,) * 2)

    assert f"larger than {LARGEST // 1024} KB" in _why(spool)


def test_a_file_that_bears_another_requests_number_is_refused(spool: Spool) -> None:
    _leave(spool, "a.json", written("b"))

    assert "another number" in _why(spool)


def test_links_pipes_and_folders_are_not_read(spool: Spool, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_bytes(written("a"))
    (spool.requests / "a.json").symlink_to(elsewhere)
    os.mkfifo(spool.requests / "b.json")
    (spool.requests / "c.json").mkdir()

    assert not _left(spool)


def test_files_of_another_user_are_left_where_they_lie(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _leave(spool, "a.json", written("a"))
    monkeypatch.setattr(os, "getuid", lambda: path.stat().st_uid + 1)

    assert not _left(spool)
    assert path.exists()


def test_a_folder_of_another_user_is_refused(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: spool.folder.stat().st_uid + 1)

    with pytest.raises(ConfigError, match="belongs to somebody else"):
        spool.make()


def test_a_link_in_place_of_the_folder_is_refused(spool: Spool, tmp_path: Path) -> None:
    spool.answers.rmdir()
    (tmp_path / "other").mkdir()
    spool.answers.symlink_to(tmp_path / "other")

    with pytest.raises(ConfigError, match="is a link"):
        spool.make()


def test_an_answered_request_is_cleared_and_not_given_again(spool: Spool) -> None:
    path = _leave(spool, "a.json", written("a"))
    spool.answer(Reply(request="a", done=True, sentence="Done.", when=NOW))

    assert not _left(spool)
    assert not path.exists()


def test_an_answer_appears_whole_and_can_be_read_by_its_user_alone(spool: Spool) -> None:
    spool.answer(Reply(request="a", done=True, sentence="Done.", when=NOW))

    (path,) = spool.answers.iterdir()
    assert path.name == "a.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_answer_to_no_number_is_left_nowhere(spool: Spool) -> None:
    spool.answer(Reply(request="", done=False, sentence="No.", when=NOW))

    assert not list(spool.answers.iterdir())


def test_old_answers_and_beginnings_are_swept_away(spool: Spool) -> None:
    for name, age in (("old.json", 90_000), ("new.json", 80_000)):
        path = _leave(spool, name, b"{}", age)
        path.rename(spool.answers / name)
    _leave(spool, "x.json.tmp", b"", 90_000)
    kept = _leave(spool, "waits.json", written("waits"), 90_000)

    spool.sweep(NOW)

    assert [path.name for path in spool.answers.iterdir()] == ["new.json"]
    assert list(spool.requests.iterdir()) == [kept]


def test_a_spool_that_is_gone_holds_nothing(tmp_path: Path) -> None:
    assert not _left(Spool(tmp_path / "gone"))


def test_each_system_has_its_folder() -> None:
    home = {"HOME": "/home/zoe"}
    assert usual_folder(home, "linux") == Path("/home/zoe/.local/state/arc/spool")
    assert usual_folder({**home, "XDG_STATE_HOME": "/s"}, "linux") == Path("/s/arc/spool")
    group = Path("/home/zoe/Library/Group Containers/UBF8T346G9.Office/ARC/spool")
    assert usual_folder(home, "darwin") == group
    assert usual_folder({"LOCALAPPDATA": "C:/L"}, "win32") == Path("C:/L/ARC/spool")
    assert usual_folder({**home, "ARC_SPOOL": "/elsewhere"}, "linux") == Path("/elsewhere")


def test_the_agent_is_alive_for_half_a_minute_after_its_sign_of_life(spool: Spool) -> None:
    heartbeat.beat(spool.folder, Heartbeat(version="0.1.0", alive=WHEN, pid=7, books=["b"]))
    seen = last_beat(spool.folder)

    assert seen is not None
    assert (seen.pid, seen.books) == (7, ["b"])
    assert is_alive(seen, WHEN + timedelta(seconds=30))
    assert not is_alive(seen, WHEN + timedelta(seconds=31))
    assert not is_alive(seen, WHEN - timedelta(seconds=31))
    heartbeat.end(spool.folder)
    assert not is_alive(last_beat(spool.folder), WHEN)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"alive": 3}'])
def test_a_sign_of_life_that_cannot_be_read_is_none(spool: Spool, text: str) -> None:
    (spool.folder / "agent.json").write_text(text)

    assert last_beat(spool.folder) is None
