"""A headless LibreOffice with ARC's add-in in it: its real VBA is run, buttons are pressed, requests are read."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

from arc_sync.addin import rehearsal
from arc_sync.addin.xlam import PROJECT
from arc_sync.agent.inbox.envelope import PROTOCOL, Envelope, read
from arc_sync.books.office.process import program, python_with_uno

_TAGS: Final = {button.id: button.tag for button in rehearsal.buttons()}
WHO: Final = "Maria “Mia” O'Neill 😀"


class Spool:
    """The folder between add-in and agent, seen from the agent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("requests", "answers"):
            (folder / name).mkdir(parents=True)

    def beat(self, ago: timedelta = timedelta(), **told: object) -> None:
        """Leave a sign of life, as old as is said."""
        alive = datetime.now(UTC) - ago
        stated = {"protocol": PROTOCOL, "version": "0.1.0", "alive": f"{alive:%Y-%m-%dT%H:%M:%SZ}", "pid": 1}
        file = self.folder / "agent.json"
        file.write_text(json.dumps({**stated, "books": [], **told}), "utf-8")
        os.utime(file, (alive.timestamp(),) * 2)

    def files(self) -> list[Path]:
        """Return what lies among the requests."""
        return sorted((self.folder / "requests").iterdir(), key=lambda file: file.stat().st_mtime_ns)

    def empty(self) -> None:
        """Take away whatever lies there."""
        for name in ("requests", "answers"):
            for file in (self.folder / name).iterdir():
                file.unlink()

    def taken(self) -> list[Envelope]:
        """Return the requests as the agent reads them, and take them away."""
        found = []
        for file in self.files():
            envelope = read(file.read_bytes(), file.stem)
            assert isinstance(envelope, Envelope), envelope
            assert file.suffix == ".json"
            assert file.read_bytes().isascii()
            file.unlink()
            found.append(envelope)
        return found

    def answer(self, request: str, sentence: str, *, done: bool = True, protocol: int = PROTOCOL) -> Path:
        """Leave an answer, in UTF-8."""
        told = {"protocol": protocol, "request": request, "done": done, "sentence": sentence, "shown": {}}
        path = self.folder / "answers" / f"{request}.json"
        path.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
        return path


class Desk:
    """LibreOffice with the add-in loaded; a workbook is put in front of it."""

    def __init__(self, folder: Path, zone: str = "UTC") -> None:
        self.spool = Spool(folder / "spool")
        address = f"pipe,name=arc-{uuid.uuid4().hex}"
        self._office = _office(folder / "profile", address, self.spool.folder, zone)
        self._bridge = _bridge()
        self._connect(address)
        addin = folder / rehearsal.NAME
        addin.write_bytes(rehearsal.build())
        self.addin = self.load(addin)
        self.book = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(AssertionError, OSError):  # the bridge breaks while LibreOffice goes
            self.do("quit")
        for process in (self._bridge, self._office):
            if process.stdin:
                process.stdin.close()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout:
                process.stdout.close()

    def _connect(self, address: str) -> None:
        """Wait until LibreOffice listens, for a minute at most."""
        for _ in range(600):
            assert self._office.poll() is None, "LibreOffice ended while it started"
            if self.do("connect", address):
                return
            time.sleep(0.1)
        raise AssertionError("LibreOffice does not listen")

    def do(self, operation: str, *told: object) -> Any:
        """Let the bridge do something and return its answer."""
        assert self._bridge.stdin is not None
        assert self._bridge.stdout is not None
        self._bridge.stdin.write(json.dumps([operation, *told]) + "\n")
        self._bridge.stdin.flush()
        line = self._bridge.stdout.readline()
        assert line, "the bridge to LibreOffice has ended"
        answer = json.loads(line)
        assert "refused" not in answer, answer["refused"]
        return answer["ok"]

    def load(self, path: Path, filter_name: str = "") -> int:
        """Open a document, its macros allowed; return its number."""
        return int(self.do("load", path.as_uri(), filter_name))

    def put(self, path: Path) -> None:
        """Put a workbook in front, instead of the one before."""
        if self.book >= 0:
            self.do("close", self.book)
        self.book = self.load(path)

    def front(self) -> str:
        """Bring the workbook to the front; return which of its sheets is in front."""
        return str(self.do("front", self.book))

    def cell(self, sheet: str, at: str) -> str:
        """Return a cell's text."""
        return str(self.do("cell", self.book, sheet, at))

    def type(self, sheet: str, at: str, text: str) -> None:
        """Type a text into a cell, "" to clear it."""
        self.do("type", self.book, sheet, at, text)

    def select(self, sheet: str, *areas: str) -> None:
        """Bring a sheet to the front and select areas of it."""
        self.do("select", self.book, sheet, areas)

    def press(self, button: str, *answers: str, where: int | None = None) -> list[str]:
        """Press a button, and answer what it asks; return what was asked and told."""
        told = self.call("ArcRehearsal.Press", button, _TAGS[button], "\n".join(answers), where=where)
        assert told, f"{button} fell over"  # LibreOffice says nothing of an error in a macro
        return str(told).splitlines()[1:]

    def look(self) -> list[str]:
        """Let a second pass; return what was told."""
        return str(self.call("ArcRehearsal.Look")).splitlines()

    def enabled(self) -> set[str]:
        """Return the buttons that are not grey: one of each tag is asked."""
        asked = {tag: button for button, tag in _TAGS.items()}
        allowed = {
            tag for tag, button in asked.items() if self.call("ArcRehearsal.Enabled", button, tag) is True
        }
        return {button for button, tag in _TAGS.items() if tag in allowed}

    def drain(self) -> None:
        """Let time pass until the add-in expects no more answers."""
        for _ in range(100):
            if self.look()[-1:] == ["status: "]:
                return
        raise AssertionError("the add-in goes on waiting")

    def call(self, macro: str, *told: object, where: int | None = None) -> Any:
        """Run a macro of the add-in, or of another document, and return its result."""
        return self.do("run", self.addin if where is None else where, f"{PROJECT}.{macro}", told)


def said(lines: list[str], kind: str) -> list[str]:
    """Return what was told in one way: asked, told, status, confirm, dialled, later."""
    return [match[1] for line in lines if (match := re.fullmatch(f"{kind}: (.*)", line))]


def _bridge() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [python_with_uno(), "-I", str(Path(__file__).with_name("addin_bridge.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _office(profile: Path, address: str, spool: Path, zone: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            *(program(), "--headless", "--norestore", "--nologo", "--nodefault"),
            f"-env:UserInstallation={profile.as_uri()}",
            f"--accept={address};urp;",
        ],
        env={**os.environ, "ARC_SPOOL": str(spool), "USERNAME": WHO, "TZ": zone},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
