"""What a database's error means for a person: one sentence naming the ledger and what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DataError, DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from arc_sheets.errors import LedgerBusy, LedgerError, LedgerMissing

_DAMAGED: Final = "is damaged; restore it from a backup. Nothing was written."
_READ_ONLY: Final = "cannot be written: the file or its folder is read-only; allow writing there, or move it. Nothing changed."
_FULL: Final = "cannot be written: the disk is full; make room and try again. Nothing changed."
_NO_VALUE: Final = "was given a value that it cannot keep; correct the value and try again. Nothing changed."
_BUSY: Final = "is in use by another agent; try again in a moment. Nothing changed."

#: By the beginning of SQLite's error name, longest first (sqlite.org/rescode.html).
_SQLITE: Final[tuple[tuple[str, type[LedgerError], str], ...]] = (
    (
        "SQLITE_NOTADB",
        LedgerError,
        "is no ledger: the file is damaged or another program's; point ARC to the right one.",
    ),
    ("SQLITE_CORRUPT", LedgerError, _DAMAGED),
    (
        "SQLITE_READONLY_DBMOVED",
        LedgerError,
        "was moved or replaced while in use; start again. Nothing changed.",
    ),
    ("SQLITE_READONLY", LedgerError, _READ_ONLY),
    ("SQLITE_PERM", LedgerError, _READ_ONLY),
    ("SQLITE_FULL", LedgerError, _FULL),
    ("SQLITE_BUSY", LedgerBusy, _BUSY),
    ("SQLITE_LOCKED", LedgerBusy, _BUSY),
    (
        "SQLITE_CANTOPEN",
        LedgerError,
        "cannot be opened; check that its folder exists and that you may write there.",
    ),
    (
        "SQLITE_IOERR",
        LedgerError,
        "cannot be read or written: the disk reports an error; check the disk and its space.",
    ),
    ("SQLITE_TOOBIG", LedgerError, _NO_VALUE),
    ("SQLITE_MISMATCH", LedgerError, _NO_VALUE),
    ("SQLITE_CONSTRAINT", LedgerError, "refused a row that stands there already. Nothing changed."),
    (
        "SQLITE_ERROR",
        LedgerError,
        "is not built as a ledger should be; restore it from a backup. Nothing was written.",
    ),
)

#: By the beginning of SQLSTATE, longest first (PostgreSQL documentation, appendix A).
_POSTGRES: Final[tuple[tuple[str, type[LedgerError], str], ...]] = (
    ("3D000", LedgerMissing, "does not exist; ask who runs the server to create the database."),
    ("28", LedgerError, "refused the user or password; check them in the settings."),
    (
        "42501",
        LedgerError,
        "does not let this user write; ask who runs the server for the right to. Nothing changed.",
    ),
    ("25006", LedgerError, "is read-only at present; ask who runs the server. Nothing changed."),
    ("55P03", LedgerBusy, _BUSY),
    ("40", LedgerBusy, _BUSY),
    ("53100", LedgerError, _FULL),
    ("53300", LedgerBusy, "has too many users at present; try again in a moment. Nothing changed."),
    ("57", LedgerError, "was shut down by its server; try again when it is back. Nothing changed."),
    ("22", LedgerError, _NO_VALUE),
    ("23", LedgerError, "refused a row that stands there already. Nothing changed."),
    ("42", LedgerError, "is not built as a ledger should be; ask who runs the server to restore it."),
    ("XX", LedgerError, _DAMAGED),
    ("08", LedgerError, "cannot be reached; check the address, the network and that the server runs."),
)


@contextmanager
def spoken(place: str) -> Iterator[None]:
    """Turn a database's errors inside the block into `LedgerError`s that name `place`."""
    try:
        yield
    except DataError as error:  # of these, some are found before a server is asked, and have no SQLSTATE
        raise LedgerError(f"The ledger {place} {_NO_VALUE}") from error
    except DBAPIError as error:
        raise explain(error.orig or error, place) from error
    except (DisconnectionError, PoolTimeout) as error:
        raise LedgerBusy(f"The ledger {place} {_BUSY}") from error
    except sqlite3.Error as error:
        raise explain(error, place) from error


def explain(error: BaseException, place: str) -> LedgerError:
    """Return what a driver's error means, as the error to raise."""
    name = getattr(error, "sqlite_errorname", None)
    state = getattr(error, "sqlstate", None)
    if name:
        table, code = _SQLITE, str(name)
    else:
        table, code = _POSTGRES, str(state or "08")
    for beginning, kind, sentence in table:
        if code.startswith(beginning):
            return kind(f"The ledger {place} {sentence}")
    return LedgerError(f"The ledger {place} cannot be used ({error}); nothing changed.")
