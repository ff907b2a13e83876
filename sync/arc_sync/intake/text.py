"""Delimited text as accounting systems write it: any of four separators, any common encoding."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from arc_sheets.errors import IntakeError
from arc_sync.intake.model import Line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEPARATORS: Final = (",", ";", "\t", "|")
_SEP_LINE: Final = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_CHUNK: Final = 1 << 20
_BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_CONTROLS: Final = frozenset(range(32)) - frozenset(b"\t\n\r\x0c\x1a")


@dataclass(frozen=True, slots=True)
class TextSource:
    """A delimited text file; each pass over `lines()` reads it anew, in bounded memory."""

    path: Path
    encoding: str
    separator: str
    sheet: str = ""

    def lines(self) -> Iterator[Line]:
        """Yield the rows with the file line each begins on. Raises `IntakeError` where a quote is never closed."""
        with self.path.open(encoding=self.encoding, newline="") as stream:
            first = stream.readline()
            skipped = 1 if _SEP_LINE.fullmatch(first) else 0
            if not skipped:
                stream.seek(0)
            yield from self._records(stream, skipped)

    def _records(self, stream: Iterator[str], skipped: int) -> Iterator[Line]:
        written = ""  # the line as it stands, for a row that has no cells

        def remembered() -> Iterator[str]:
            nonlocal written
            for text in stream:
                written = text
                yield text

        reader = csv.reader(remembered(), delimiter=self.separator, strict=True)
        while True:
            begin = reader.line_num + skipped + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Line(begin, (written.rstrip(),), self._problem(str(error), begin))
            else:
                yield Line(begin, tuple(row))

    def _problem(self, error: str, line: int) -> str:
        """Say what is wrong with one row; raise if the rest of the file cannot be trusted either."""
        if "field larger" in error or "unexpected end" in error:
            raise IntakeError(
                f"{self.path.name}: a text that begins on line {line} has no end; a closing quote is missing "
                "there. Mend the line, or export the file again."
            )
        return "a quotation mark stands in the middle of a text"


def text_sources(path: Path, encoding: str | None) -> list[TextSource]:
    """Return one source for each separator the file may use. Raises `IntakeError` if it is no text."""
    found = _encoding(path, encoding)
    with path.open(encoding=found, newline="") as stream:
        told = _SEP_LINE.fullmatch(stream.readline())
        sample = "".join(islice(stream, 50)) if not told else ""
    if told:
        return [TextSource(path, found, told[1])]
    with path.open(encoding=found, newline="") as stream:
        sample = stream.readline() + sample
    present = [mark for mark in SEPARATORS if mark in sample]
    return [TextSource(path, found, mark) for mark in present or [","]]


def _encoding(path: Path, told: str | None) -> str:
    """Return the encoding: as told, by its mark, else UTF-8 if the whole file is, else Windows-1252."""
    with path.open("rb") as stream:
        sample = stream.read(_CHUNK)
    if told is None:
        told = next((name for mark, name in _BOMS if sample.startswith(mark)), None) or _unmarked(sample)
    if told is None and sum(byte in _CONTROLS for byte in sample[:65_536]) > len(sample[:65_536]) / 100:
        raise IntakeError(f"{path.name} is not a text file; export it as CSV or .xlsx.")
    for encoding in (told,) if told else ("utf-8", "cp1252"):
        if _decodes(path, encoding):
            return encoding
    raise IntakeError(
        f"{path.name} is not written in {told or 'UTF-8 or Windows-1252'}; say which with --encoding, "
        "such as --encoding latin-1."
    )


def _unmarked(sample: bytes) -> str | None:
    """Recognise UTF-16 without a mark: every other byte of plain text is zero."""
    even, odd = sample[0:4096:2], sample[1:4096:2]
    if len(odd) > 8 and odd.count(0) > len(odd) * 0.7 and even.count(0) < len(even) * 0.1:
        return "utf-16-le"
    if len(odd) > 8 and even.count(0) > len(even) * 0.7 and odd.count(0) < len(odd) * 0.1:
        return "utf-16-be"
    return None


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding, newline="") as stream:
            while stream.read(_CHUNK):
                pass
    except UnicodeError:
        return False
    except LookupError:
        raise IntakeError(f"There is no encoding called {encoding}; try utf-8, cp1252 or utf-16.") from None
    return True
