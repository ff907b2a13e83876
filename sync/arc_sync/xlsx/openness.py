"""Is a workbook open in another program? What the programs leave beside it tells, and on Windows the file itself."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_SHARING_VIOLATION = 32


def is_open_elsewhere(path: str | os.PathLike[str]) -> str | None:
    """Say who has a workbook open, as 'Maria (Excel)'; None when nobody has.

    Excel leaves `~$Book.xlsx`, whose first byte counts the letters of the owner's name; LibreOffice leaves
    `.~lock.Book.xlsx#`, a line of comma-separated fields. After a crash they stay behind; on Windows the
    file is asked itself, and a lock that is only left over does not count.
    """
    book = Path(path)
    owner = _excel_owner(book) or _libreoffice_owner(book)
    if sys.platform == "win32":
        return (owner or "another program") if _is_held(book) else None
    return owner


def _excel_owner(book: Path) -> str | None:
    try:
        data = book.with_name(f"~${book.name}").read_bytes()
    except PermissionError:
        return "somebody (Excel)"
    except OSError:
        return None
    wide = data[57 : 57 + 2 * data[55]] if len(data) > 57 else b""
    narrow = data[1 : 1 + data[0]] if data else b""
    name = wide.decode("utf-16-le", "replace").strip() or narrow.decode("cp1252", "replace").strip()
    return f"{name or 'somebody'} (Excel)"


def _libreoffice_owner(book: Path) -> str | None:
    try:
        line = book.with_name(f".~lock.{book.name}#").read_text("utf-8", "replace")
    except OSError:
        return None
    fields = [field.strip() for field in line.split(",")]
    name = next((field for field in fields if field), "somebody")
    return f"{name} (LibreOffice)"


def _is_held(book: Path) -> bool:
    """Try to open the file for ourselves alone; Windows says no while any program has it open."""
    if sys.platform != "win32":
        return False
    import ctypes  # noqa: PLC0415 - Windows only

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateFileW.restype = ctypes.c_void_p
    handle = kernel.CreateFileW(str(book), 0xC0000000, 0, None, 3, 0x80, None)
    if handle in {None, ctypes.c_void_p(-1).value}:
        return ctypes.get_last_error() == _SHARING_VIOLATION
    kernel.CloseHandle(ctypes.c_void_p(handle))
    return False
