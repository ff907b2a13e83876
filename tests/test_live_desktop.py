"""Reaching the LibreOffice of the person: only one that runs, with their own profile, is ever asked."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from arc_sync.books.office import desktop, process
from arc_sync.books.office.desktop import Desktop, is_running, pipe_of


def test_a_libreoffice_that_runs_is_known_by_its_own_pipe(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path / "elsewhere"), "XDG_CONFIG_HOME": str(tmp_path)}
    profile = tmp_path / "libreoffice" / "4"
    assert not is_running(home)
    office = process._start(profile, f"socket,host=127.0.0.1,port={process._free_port()}", {})
    try:
        for _ in range(600):
            if is_running(home):
                break
            assert office.poll() is None
            time.sleep(0.1)
        else:
            pytest.fail("it has no pipe of the name that we look for")
        assert not is_running({"HOME": str(tmp_path)})
    finally:
        process._stop(office)
    assert not is_running(home)


def test_a_pipe_left_from_one_that_crashed_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with TemporaryDirectory() as short:  # the path of a socket may have 107 bytes
        monkeypatch.setattr(desktop, "_PIPES", Path(short))
        home = {"HOME": short}
        assert not is_running(home)
        with socket.socket(socket.AF_UNIX) as line:
            line.bind(str(pipe_of(home)))
            line.listen()
            assert is_running(home)
            assert not is_running({"HOME": f"{short}/another"})
        assert pipe_of(home).is_socket()  # it lies there still
        assert not is_running(home)


def test_where_none_runs_none_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARC_OFFICE", raising=False)
    monkeypatch.setattr(desktop, "is_running", lambda: False)
    monkeypatch.setattr(desktop, "program", lambda: pytest.fail("it was started"))
    assert Desktop().reach() is None
