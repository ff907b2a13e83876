"""Draws the README's pictures from the demo's workbook: `python -m tests.pictures` (needs LibreOffice and poppler)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

_FOLDER = Path(__file__).parent / "pictures"
#: How the first line of a page begins, the name of its picture, and its height in pixels (0: the whole page).
_TABS = {"Accounts receivable": ("home", 0), "Account: pick": ("account", 690), "Aging": ("aging", 0)}


def main() -> None:
    """Run the demo in a scratch folder and keep the pages asked for."""
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "demo"
        _run(sys.executable, "-m", "arc_sync.cli.main", "demo", str(home))
        _run(
            "soffice",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            scratch,
            str(home / "Receivables.xlsx"),
        )
        pdf = Path(scratch) / "Receivables.pdf"
        pages = _run("pdftotext", str(pdf), "-").split("\f")
        for number, page in enumerate(pages, 1):
            for name, height in (kept for begin, kept in _TABS.items() if page.strip().startswith(begin)):
                where = str(_FOLDER / name)
                _run(
                    "pdftoppm",
                    "-r",
                    "90",
                    "-png",
                    "-singlefile",
                    "-f",
                    str(number),
                    "-l",
                    str(number),
                    "-H",
                    str(height),
                    str(pdf),
                    where,
                )


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
