"""Reaching the LibreOffice of the person: only one that runs, with their own profile, is ever asked."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from arc_sync.books.office import desktop, process
from arc_sync.books.office.desktop import Desktop, is_running, pipe_of
from arc_sync.books.office.process import OfficeRefused, headless
from arc_sync.books.office.told import zero
from arc_sync.xlsx.refs import Area
from tests.hands import new_file
from tests.live_office import running


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


def test_the_bridge_ends_with_the_process_that_asked() -> None:
    """Else each run that worked on an open workbook would leave one behind."""
    script = "import sys; from arc_sync.agent.picking import _desktop; print(_desktop().reach()._process.pid)"
    with headless() as bridge:
        told = subprocess.run(
            [sys.executable, "-W", "error", "-c", script],
            env={**os.environ, "ARC_OFFICE": bridge.address},
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stderr == ""
        with pytest.raises(ProcessLookupError):
            os.kill(int(told.stdout), 0)


def test_a_bridge_to_an_office_that_does_not_listen_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[process.Bridge] = []

    class Noted(process.Bridge):
        def __init__(self, python: str, address: str) -> None:
            super().__init__(python, address)
            made.append(self)

    monkeypatch.setattr(process, "Bridge", Noted)
    assert process.connect("pipe,name=arc-nobody") is None
    with pytest.raises(OfficeRefused):
        process.connect("nonsense")
    assert [one._process.poll() for one in made] == [0, 0]


def test_cells_that_are_still_the_same_are_told_once(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The answer to a plain `read` in between, of other cells or of the same, is none that `read` of the bridge knows."""
    area, file = Area(1, 0, 3, 2), new_file(tmp_path_factory.mktemp("template"))
    with running() as office, office.opened(file, tmp_path) as book:
        bridge, told = office.bridge, {"book": book.api, "sheet": "Invoices"}
        first = bridge.read(**told, area=area)
        assert bridge.read(**told, area=area) is first
        book.sheets["Invoices"].range("B2").value = "'typed"
        bridge.ask("read", **told, area=zero(area))
        second = bridge.read(**told, area=area)
        assert (second is first, second.values[1][1]) == (False, "typed")
        assert bridge.read(**told, area=Area(2, 1, 2, 1)).values == [["typed"]]
        assert bridge.read(**told, area=area).values == second.values
