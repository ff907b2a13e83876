"""The file of rows that were not taken."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from arc_sheets.errors import IntakeError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

    from arc_sync.intake.model import Reject

_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
_NUMBER: Final = re.compile(r"[+-]?[\d.,]*\d[\d.,]*")


def write_rejects(path: str | PathLike[str], rejects: Iterable[Reject]) -> None:
    """Write one line a reject: its line in the file, the reason, then the row as it was.

    A text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, CSV injection);
    numbers stay as they are. Raises `IntakeError` if the file cannot be written.
    """
    place = Path(path)
    try:
        with place.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(("line", "reason", "row"))
            writer.writerows((reject.line, reject.reason, *map(_safe, reject.row)) for reject in rejects)
    except OSError as error:
        raise IntakeError(
            f"{place} cannot be written ({error.strerror}); close it, or name another file."
        ) from None


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_DANGEROUS) and not _NUMBER.fullmatch(text) else text
