"""Reaching the LibreOffice of the person: only one that runs, with their own profile, is ever asked."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from arc_sync.books.office import desktop
from arc_sync.books.office.desktop import Desktop, is_running, pipe_of


def test_the_pipe_is_named_as_libreoffice_names_it() -> None:
    told = pipe_of({"HOME": "/root"})
    assert told == Path(f"/tmp/OSL_PIPE_{os.getuid()}_SingleOfficeIPC_53bc4297d6d012e1a744f3977d159334")
    assert pipe_of({"HOME": "/x", "XDG_CONFIG_HOME": "/root/.config"}) == told


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
