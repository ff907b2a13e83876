"""ARC's actions called from a workbook by `RunPython`, for those who want no agent. Off unless a person sets it up.

    RunPython "import arc_sync.excel; arc_sync.excel.sync_now()"
    RunPython "import arc_sync.excel; arc_sync.excel.act('log_call', customer='Elbe Spedition', outcome='Spoke')"

It needs the xlwings add-in, and the path of arc.toml as `ARC_CONFIG` in the environment. RunPython starts a Python from
Excel, which antivirus and firms' rules often forbid (Defender's ASR rule D4F940AB); the ribbon with the agent needs
no such thing. Both may be used: a book's lease lets one work at a time. Nothing is sent from here.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import xlwings as xw

from arc_sheets.cells import Reading
from arc_sheets.errors import ArcError, ConfigError
from arc_sync.agent.actions.carry import carry_out_told
from arc_sync.agent.config import Config
from arc_sync.agent.firm import Firm, opened
from arc_sync.agent.reminding.desk import desk_of
from arc_sync.agent.work import work
from arc_sync.books.live import LiveBook
from arc_sync.books.port import Book

_TITLE: Final = "ARC"


@dataclass(frozen=True, slots=True)
class Here(Firm):
    """A firm whose book is the workbook that called."""

    calling: xw.Book

    @property
    def book(self) -> Book:
        """The workbook that called."""
        return LiveBook(str(self.config.book), "Excel", lambda: self.calling)


def sync_now() -> None:
    """Bring the calling workbook and the ledger in step; what there is to say is said in a box."""
    _tell(lambda _: "")


def act(action: str, **fields: str) -> None:
    """Carry out an action of `arc_sync.agent.actions`, its fields as they are typed; then sync."""
    _tell(lambda firm: _carried_out(firm, {"action": action, **fields}))


def _tell(first: Callable[[Firm], str]) -> None:
    """Do `first`, then bring workbook and ledger in step, and say how it went."""
    calling = xw.Book.caller()
    try:
        with opened(_config()) as firm:
            here = Here(firm.config, firm.ledger, calling)
            said = first(here)
            report = work(here, lambda: datetime.now(UTC), "excel").round
    except ArcError as error:
        calling.app.alert(str(error), _TITLE, mode="critical")
        return
    told = [said, *report.answers, *report.refused, report.waiting]
    calling.app.alert(" ".join(filter(None, told)) or "Book and ledger are in step.", _TITLE, mode="info")


def _carried_out(firm: Firm, told: Mapping[str, Any]) -> str:
    now = datetime.now(UTC)
    asked = {
        "request": uuid.uuid4().hex,
        "who": firm.config.who,
        "when": now,
        "source": "ribbon",
        **told,
    }
    return carry_out_told(firm.ledger, asked, desk_of(firm.config, now), Reading(firm.config.order)).sentence


def _config() -> Config:
    told = os.environ.get("ARC_CONFIG")
    if not told:
        raise ConfigError("ARC_CONFIG is not set; let it name the folder in which arc.toml lies.")
    return Config.load(Path(told))
