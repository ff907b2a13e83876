"""A headless LibreOffice with ARC's add-in in it: its real VBA is run, buttons are pressed, requests are read.

`uno` comes with the system's Python (python3-uno), so its folder is added to the path; both must be of the same version.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

from arc_sync.addin import rehearsal
from arc_sync.agent.inbox.envelope import PROTOCOL, Envelope, read

_PACKAGES: Final = "/usr/lib/python3/dist-packages"
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
        self._folder = folder
        pipe = f"arc-{uuid.uuid4().hex}"
        command = shutil.which("soffice")
        assert command, "LibreOffice is not installed"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        environment |= {"ARC_SPOOL": str(self.spool.folder), "USERNAME": WHO, "TZ": zone}
        self._process = subprocess.Popen(
            [
                *(command, "--headless", "--norestore", "--nologo", "--nodefault"),
                f"-env:UserInstallation={(folder / 'profile').as_uri()}",
                f"--accept=pipe,name={pipe};urp;",
            ],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._desktop = _connected(pipe, self._process)
        addin = folder / rehearsal.NAME
        addin.write_bytes(rehearsal.build())
        self.addin = self.load(addin)
        self.book: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(Exception):  # the bridge breaks while LibreOffice goes
            self._desktop.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def load(self, path: Path, filter_name: str = "") -> Any:
        """Open a document, its macros allowed."""
        told = {"MacroExecutionMode": 4, **({"FilterName": filter_name} if filter_name else {})}
        return self._desktop.loadComponentFromURL(path.as_uri(), "_blank", 0, _values(told))

    def put(self, path: Path) -> None:
        """Put a workbook in front, instead of the one before."""
        if self.book is not None:
            self.book.close(True)  # noqa: FBT003 (UNO takes no names)
        self.book = self.load(path)

    def sheet(self, name: str) -> Any:
        """Return a sheet of the workbook."""
        return self.book.Sheets.getByName(name)

    def front(self) -> str:
        """Bring the workbook to the front; return which of its sheets is in front."""
        self.book.CurrentController.Frame.activate()
        return str(self.book.CurrentController.ActiveSheet.Name)

    def cell(self, sheet: str, at: str) -> str:
        """Return a cell's text."""
        return str(self.sheet(sheet).getCellRangeByName(at).String)

    def type(self, sheet: str, at: str, text: str) -> None:
        """Type a text into a cell, "" to clear it."""
        self.sheet(sheet).getCellRangeByName(at).String = text

    def select(self, sheet: str, *areas: str) -> None:
        """Bring a sheet to the front and select cells of it."""
        controller = self.book.CurrentController
        controller.setActiveSheet(self.sheet(sheet))
        ranges = self.book.createInstance("com.sun.star.sheet.SheetCellRanges")
        for area in areas:
            ranges.addRangeAddress(self.sheet(sheet).getCellRangeByName(area).RangeAddress, False)  # noqa: FBT003
        controller.select(ranges if len(areas) > 1 else self.sheet(sheet).getCellRangeByName(areas[0]))

    def press(self, button: str, *answers: str) -> list[str]:
        """Press a button, and answer what it asks; return what was asked and told."""
        told = self.call("ArcRehearsal.Press", button, _TAGS[button], "\n".join(answers))
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

    def call(self, macro: str, *told: object, where: Any = None, library: str = "ARC") -> Any:
        """Run a macro of the add-in and return its result."""
        scripts = (where or self.addin).getScriptProvider()
        name = f"vnd.sun.star.script:{library}.{macro}?language=Basic&location=document"
        return scripts.getScript(name).invoke(told, (), ())[0]


def said(lines: list[str], kind: str) -> list[str]:
    """Return what was told in one way: asked, told, status, confirm, dialled, later."""
    return [match[1] for line in lines if (match := re.fullmatch(f"{kind}: (.*)", line))]


def _uno() -> Any:
    if _PACKAGES not in sys.path:
        sys.path.append(_PACKAGES)
    return importlib.import_module("uno")


def _values(told: dict[str, object]) -> tuple[Any, ...]:
    _uno()
    made = []
    for name, value in told.items():
        one = importlib.import_module("uno").createUnoStruct("com.sun.star.beans.PropertyValue")
        one.Name, one.Value = name, value
        made.append(one)
    return tuple(made)


def _connected(pipe: str, process: subprocess.Popen[bytes]) -> Any:
    """Wait until LibreOffice listens, for a minute at most; return its desktop."""
    local = _uno().getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(600):
        assert process.poll() is None, "LibreOffice ended while it started"
        with suppress(Exception):  # it does not listen yet
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        time.sleep(0.1)
    raise AssertionError("LibreOffice does not listen")
