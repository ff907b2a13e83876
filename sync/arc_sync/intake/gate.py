"""What a foreign file is, judged from its outside, before anything parses it.

The bounds keep zip bombs out: a real export of 100,000 invoices is about 10 MB in 15 parts.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Final, Literal

from arc_sheets.errors import IntakeError

if TYPE_CHECKING:
    from pathlib import Path

MB: Final = 2**20
LARGEST_TEXT: Final = 1024 * MB
LARGEST_BOOK: Final = 25 * MB
MOST_PARTS: Final = 2_000
LARGEST_UNPACKED: Final = 300 * MB
LARGEST_RATIO: Final = 200  #: unpacked to packed, of parts over 1 MB
_AGAIN: Final = "save it anew as .xlsx or CSV in your spreadsheet program and import that"
_MAGIC: Final = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"7z\xbc\xaf", "a compressed archive"),
    (b"Rar!", "a compressed archive"),
    (b"SQLite format 3", "a database"),
)
_MARKUP: Final = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")


def admit(path: Path) -> Literal["text", "book"]:
    """Say whether the file is text or a workbook, by its content. Raises `IntakeError` for anything else."""
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(4096)
    except FileNotFoundError:
        raise IntakeError(f"There is no file {path}.") from None
    except OSError as error:
        raise IntakeError(
            f"{path.name} cannot be read ({error.strerror}); close it elsewhere and try again."
        ) from None
    if path.name.startswith("~$"):
        raise IntakeError(f"{path.name} is only Excel's mark of an open file; give the file itself.")
    if not head.strip(b"\0 \r\n\t\xef\xbb\xbf"):
        raise IntakeError(f"{path.name} is empty; export it again.")
    if head.startswith(b"PK"):
        _check_book(path, size)
        return "book"
    _check_text(path, size, head)
    return "text"


def _check_text(path: Path, size: int, head: bytes) -> None:
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        with path.open("rb") as stream:
            locked = "EncryptedPackage".encode("utf-16-le") in stream.read(LARGEST_BOOK)
        if locked:
            raise IntakeError(f"{path.name} is protected by a password; save it without one and import that.")
        raise IntakeError(f"{path.name} is an old Excel file (.xls); {_AGAIN}.")
    for mark, name in _MAGIC:
        if head.startswith(mark):
            raise IntakeError(f"{path.name} is {name}; export the list as CSV or .xlsx.")
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_MARKUP):
        raise IntakeError(f"{path.name} is a web page or XML under another name; {_AGAIN}.")
    if size > LARGEST_TEXT:
        raise IntakeError(f"{path.name} is larger than {LARGEST_TEXT // MB} MB; export a shorter period.")


def _check_book(path: Path, size: int) -> None:
    if size > LARGEST_BOOK:
        raise IntakeError(
            f"{path.name} is larger than {LARGEST_BOOK // MB} MB; export it as CSV, or a shorter period."
        )
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise IntakeError(f"{path.name} is damaged or cut short; export it again.") from None
    names = [part.filename for part in parts]
    if any(part.flag_bits & 1 for part in parts):
        raise IntakeError(f"{path.name} is protected by a password; save it without one and import that.")
    if "xl/workbook.xml" not in names:
        other = "an .xlsb workbook" if "xl/workbook.bin" in names else "not an Excel workbook"
        raise IntakeError(f"{path.name} is {other}; {_AGAIN}.")
    if fault := _fault(parts):
        raise IntakeError(f"{path.name} is not opened, because {fault}; {_AGAIN}.")


def _fault(parts: list[zipfile.ZipInfo]) -> str:
    """Say what makes a package unsafe to unpack, or nothing."""
    names = [part.filename.casefold() for part in parts]
    if len(parts) > MOST_PARTS:
        return f"it has more than {MOST_PARTS:,} parts"
    if len(set(names)) < len(names):
        return "two of its parts have one name"
    if any(name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") for name in names):
        return "a part of it points outside the file"
    if sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        return f"it unpacks to more than {LARGEST_UNPACKED // MB} MB"
    if any(p.file_size > MB and p.file_size > LARGEST_RATIO * max(p.compress_size, 1) for p in parts):
        return "a part of it unpacks to over 200 times its size, as zip bombs do"
    return ""
