"""The processes behind the engine: LibreOffice itself, and the bridge that speaks to it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from arc_sheets.errors import BookError
from arc_sync.books.office.told import Told, zero
from arc_sync.xlsx.refs import Area

_BRIDGE: Final = Path(__file__).with_name("bridge.py")
#: Seconds that LibreOffice may take to start on a slow machine, and to end.
_START, _END = 60, 10


class OfficeRefused(Exception):
    """LibreOffice, or its interface, did not do what it was asked; the message is its own."""


class Bridge:
    """Asks the bridge's process, one request at a time. Raises ConnectionError when the office is gone."""

    def __init__(self, python: str, address: str) -> None:
        self.address = address  #: of the office, as UNO has it
        self.requests = 0  #: made so far
        self._told: dict[tuple[str, str], Told] = {}
        self._lock = threading.Lock()
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
        self._process = subprocess.Popen(  # noqa: S603 (our own script, by a Python that we found)
            [python, "-I", str(_BRIDGE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env=environment,
        )

    def ask(self, op: str, **told: Any) -> Any:
        """Make a request and return its answer. Raises ConnectionError or `OfficeRefused`."""
        line = json.dumps({"op": op, **told}, separators=(",", ":"))
        with self._lock:
            self.requests += 1
            answer = json.loads(self._exchanged(line))
        if "gone" in answer:
            raise ConnectionError(answer["gone"])
        if "refused" in answer:
            raise OfficeRefused(answer["refused"])
        return answer["ok"]

    def read(self, book: str, sheet: str, area: Area) -> Told:
        """Return what stands in cells: the very object that the last read of the sheet brought, if they are still the same."""
        known = self._told.get((book, sheet))
        is_known = known is not None and known.area == area
        told = self.ask("news", book=book, sheet=sheet, area=zero(area), known=is_known)
        if told is not None or known is None:
            known = self._told[book, sheet] = Told(area, told)
        return known

    def _exchanged(self, line: str) -> str:
        sent, received = self._process.stdin, self._process.stdout
        if sent is None or received is None:
            raise ConnectionError("the bridge to LibreOffice is closed")
        sent.write(line + "\n")
        sent.flush()
        answer = received.readline()
        if not answer:
            raise ConnectionError("the bridge to LibreOffice has ended")
        return answer

    def close(self) -> None:
        """End the bridge; the office goes on."""
        with suppress(BrokenPipeError):
            try:
                self._process.communicate(timeout=_END)
            except subprocess.TimeoutExpired:  # it waits for an office that hangs
                self._process.kill()
                self._process.communicate()


def connect(address: str, *, wait: float = 0) -> Bridge | None:
    """Return a bridge to the office that listens at a UNO address, waiting so many seconds for it.

    Raises `BookError` if no Python on this machine can speak to LibreOffice.
    """
    bridge, until = Bridge(python_with_uno(), address), time.monotonic() + wait
    with ExitStack() as unless_it_listens:
        unless_it_listens.callback(bridge.close)
        while not bridge.ask("connect", address=address):
            if time.monotonic() >= until:
                return None
            time.sleep(0.1)
        unless_it_listens.pop_all()
    return bridge


def python_with_uno() -> str:
    """Return a Python that can import `uno`: LibreOffice's own, or the system's. Raises `BookError`."""
    beside = Path(os.path.realpath(program())).parent
    for python in (beside / "python", beside / "python.bin", Path("/usr/bin/python3")):
        if python.exists():
            tried = subprocess.run(  # noqa: S603 (a Python of this machine)
                [str(python), "-I", "-c", "import uno"], capture_output=True, check=False
            )
            if tried.returncode == 0:
                return str(python)
    raise BookError(
        "LibreOffice cannot be reached: its Python interface is not installed. Install it (on Debian and Ubuntu the "
        "package python3-uno), or save and close the workbook and run this again."
    )


def program() -> str:
    """Return the path of LibreOffice. Raises `BookError`."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        raise BookError("LibreOffice is not installed, or not on the path; install it, then run this again.")
    return found


@contextmanager
def headless(**environment: str) -> Iterator[Bridge]:
    """Start a LibreOffice without windows, with settings of its own, and end it. Raises `BookError`.

    It listens on this machine alone, at a port of the moment. `environment` is added to ours.
    """
    with tempfile.TemporaryDirectory(prefix="arc-office-") as profile:
        address = f"socket,host=127.0.0.1,port={_free_port()},tcpNoDelay=1"
        office = _start(Path(profile), address, environment)
        try:
            bridge = connect(address, wait=_START)
            if bridge is None:
                raise BookError(
                    "LibreOffice did not start; try again, or start it by hand to see what it says."
                )
            with closing(bridge):
                yield bridge
        finally:
            _stop(office)


def _start(profile: Path, address: str, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    quiet = ("--headless", "--norestore", "--nologo", "--nodefault", "--nofirststartwizard")
    return subprocess.Popen(  # noqa: S603 (LibreOffice, found on the path)
        [program(), *quiet, f"-env:UserInstallation={profile.as_uri()}", f"--accept={address};urp;"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **environment},
        start_new_session=True,
    )


def _stop(office: subprocess.Popen[bytes]) -> None:
    """End the office that we started, with the processes it started itself."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(office.pid, how)
        with suppress(subprocess.TimeoutExpired):
            office.wait(_END)
            return


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
