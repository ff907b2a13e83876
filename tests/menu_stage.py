"""The menu's script at work without Google: its sources run in Node, on a spreadsheet made of a book's drawings."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from arc_sheets import tabs
from arc_sheets.cells import Formula
from arc_sync.books.contents import Contents
from arc_sync.books.draw import records
from arc_sync.books.drawing import Drawn

ROOT: Final = Path(__file__).parent.parent
SOURCES: Final = ROOT / "addin" / "google"
TOOLS: Final = Path(__file__).parent / "menu"

NOW: Final = datetime(2026, 11, 20, 9, 15, tzinfo=UTC)
USER: Final = "Maria Lopez"
QUEUE: Final = ["Request", "When", "User", "Action", "Payload", "State"]
RESULTS: Final = ["Request", "When", "Done", "Sentence", "Shown"]


def modules() -> Path:
    """Return the folder of the npm packages that addin/google/package-lock.json names, fetched once a machine."""
    lock = (SOURCES / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "arc-sheets-tests"
    folder = cache / f"menu-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(SOURCES / name, scratch)
            quiet = ("--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
            subprocess.run(["npm", "ci", *quiet], cwd=scratch, check=True, timeout=180)
            fetched = Path(scratch) / "fetched"
            fetched.mkdir()
            (Path(scratch) / "node_modules").rename(fetched / "node_modules")
            if not folder.is_dir():  # another process may have been faster
                fetched.rename(folder)
    return folder / "node_modules"


class Stage:
    """Spreadsheets with the script in them, one after the other, in a process of its own until it is closed."""

    def __init__(self, sources: Path = SOURCES) -> None:
        self._node = subprocess.Popen(
            ["node", "--no-warnings", TOOLS / "stage.mjs", sources],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def begin(self, book: Mapping[str, Any], now: datetime = NOW) -> None:
        """Open a spreadsheet, with nothing left of the one before."""
        self.order("begin", book=book, now=milliseconds(now))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._node.stdin
        assert self._node.stdout
        self._node.stdin.close()
        self._node.stdout.close()
        self._node.wait(10)

    def answer(self, do: str, **more: Any) -> dict[str, Any]:
        assert self._node.stdin
        assert self._node.stdout
        self._node.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self._node.stdin.flush()
        told: dict[str, Any] = json.loads(self._node.stdout.readline())
        return told

    def order(self, do: str, **more: Any) -> Any:
        told = self.answer(do, **more)
        if "error" in told:
            raise RuntimeError(told["error"])
        return told["result"]

    def call(self, name: str, *given: Any) -> Any:
        return self.order("call", name=name, given=given)

    def rows(self, sheet: str) -> list[list[Any]]:
        return list(self.order("rows", sheet=sheet))

    def queue(self) -> list[list[Any]]:
        """Return the requests that lie in the queue, without the header and the moment beside it."""
        return [row[:6] for row in self.rows("_ARC_QUEUE")[1:]]

    def payloads(self) -> list[dict[str, Any]]:
        return [json.loads(row[4]) for row in self.queue()]

    def told(self) -> list[dict[str, Any]]:
        """Return what the person was shown since the last time."""
        return list(self.order("told"))

    def select(self, sheet: str, *rows: int, column: int = 3) -> None:
        ranges = [{"row": row, "column": column, "rows": 1, "columns": 1} for row in rows or (1,)]
        self.order("set", active={"sheet": sheet, "ranges": ranges})

    def reply(self, request: str, sentence: str, *, done: bool = True, shown: str = "") -> None:
        """Answer as the agent does."""
        row = [request, stamp(NOW), done, sentence, shown]
        self.order("write", sheet="_ARC_RESULTS", rows=[row])


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def book(contents: Contents, alive: datetime | None = NOW, user: str = USER) -> dict[str, Any]:
    """Return the spreadsheet that shows these contents, on Customers, for `Stage`."""
    sheets = [_records(name, contents) for name in tabs.BY_NAME]
    sheets += [
        {"name": "Account", "rows": [[], ["", contents.picked or ""]]},
        {"name": "Issues", "rows": [["Issues"]]},
        {"name": "_ARC", "rows": _hidden(contents, alive)},
        {"name": "_ARC_QUEUE", "rows": [[*QUEUE, "", ""]]},
        {"name": "_ARC_RESULTS", "rows": [RESULTS]},
    ]
    return {"sheets": sheets, "active": {"sheet": "Customers"}, "user": user}


def sheet_of(made: Mapping[str, Any], name: str) -> dict[str, Any]:
    return next(sheet for sheet in made["sheets"] if sheet["name"] == name)


def _hidden(contents: Contents, alive: datetime | None) -> list[list[Any]]:
    told: list[list[Any]] = [["book", contents.meta.book], ["protocol", 1]]
    return [*told, ["agent", stamp(alive)]] if alive else told


def _records(name: str, contents: Contents) -> dict[str, Any]:
    tab = tabs.BY_NAME[name]
    lines = contents.rows.get(name, [])
    rows: list[Sequence[Any]] = [["", tab.title], ["", tab.sentence], [""], records.headers(tab)]
    rows += [[_cell(drawn) for drawn in line] for line in records.rows(tab, lines or [None])]
    return {"name": tab.title, "rows": rows}


def _cell(drawn: Drawn) -> Any:
    """Return a cell as Google keeps it: numbers are floats there, dates moments."""
    value = drawn.value
    if isinstance(value, Formula):
        return value.value
    if isinstance(value, datetime):
        return {"date": f"{value:%Y-%m-%dT%H:%M:%SZ}"}
    if isinstance(value, date):
        return {"date": f"{datetime.combine(value, time()):%Y-%m-%dT%H:%M:%SZ}"}
    if isinstance(value, Decimal):
        return {"value": float(value), "shown": f"{value:,f} "}
    return "" if value is None else value
