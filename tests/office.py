"""A small firm for the tests of the command line: its exports, `arc` as a person runs it, and the workbook's cells."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from arc_sync.agent.demo.hand import Hand
from arc_sync.cli.app import app

INVOICES = """\
Invoice No,Customer,Invoice Date,Due Date,Currency,Amount,Notes
INV-1,O'Brien & Söhne,2026-01-10,2026-02-09,EUR,"1,200.00",
INV-2,O'Brien & Söhne,2026-02-10,2026-03-12,EUR,300.00,
INV-3,Zoë Ltd,2026-03-01,2026-03-31,USD,80.50,=1+1
"""
PAYMENTS = """\
Payment Date,Customer,Amount,Currency,Invoice,Reference
2026-02-01,O'Brien & Söhne,200.00,EUR,INV-1,TRX 7
2026-03-05,Zoë Ltd,10.00,USD,,TRX 8
"""


@dataclass(frozen=True)
class Office:
    """A folder with arc.toml, ledger and workbook, and the command line in it."""

    folder: Path

    def copied(self, folder: Path) -> Office:
        """Return the same firm in another folder: quicker than setting one up."""
        shutil.copytree(self.folder, folder)
        return Office(folder)

    @property
    def book(self) -> Path:
        return self.folder / "Receivables.xlsx"

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.db"

    def arc(self, *words: str, code: int = 0) -> Result:
        """Run `arc` with these words and this folder's settings; check the exit code."""
        return arc(*words, "--config", str(self.folder), code=code)

    def json(self, *words: str, code: int = 0) -> Any:
        """Run `arc` with --json and return its answer."""
        return json.loads(self.arc(*words, "--json", code=code).stdout)

    def file(self, name: str, text: str) -> str:
        """Write a file to import; return its path."""
        path = self.folder / name
        path.write_text(text, "utf-8")
        return str(path)

    def hand(self) -> Hand:
        """Open the workbook to type into it."""
        return Hand(self.book)


def arc(*words: str, code: int = 0) -> Result:
    """Run `arc` with these words in this process; check the exit code."""
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, (words, result.exit_code, result.output, result.exception)
    return result


def office(folder: Path, *, filled: bool = True) -> Office:
    """Set up a firm; if `filled`, with its exports imported and synced."""
    arc("init", str(folder), "--company", "Weststadt", "--currency", "EUR")
    settings = folder / "arc.toml"
    settings.write_text(settings.read_text("utf-8").replace("#USD", "USD"), "utf-8")
    here = Office(folder)
    if filled:
        here.arc("import", here.file("invoices.csv", INVOICES), here.file("payments.csv", PAYMENTS))
        here.arc("sync")
    return here
