"""Asking an office program: with patience while it is busy, and in one sentence when it cannot.

A program that shows a dialog, or in which somebody is typing into a cell, turns calls away; it has not carried
them out, so they are made again for a while. Windows speaks of this in COM codes ([MS-ERREF] 2.1), macOS in Apple
event codes (AppleEvents.h), our LibreOffice engine in Python's own exceptions.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeVar

from arc_sheets.errors import BookMissing, BookOpen, BookRefused

_T = TypeVar("_T")

#: Call rejected, retry later, "Excel is busy" (a cell is being edited); an Apple event timed out.
_BUSY: Final = frozenset({-2147418111, -2147417846, -2146777998, -1712})
#: Server unavailable, disconnected, call failed, not connected; no such process, connection invalid.
_GONE: Final = frozenset({-2147023174, -2147417848, -2147023170, -2147220995, -600, -609})
#: Not the program's doing, but our own: nobody is told to unprotect a sheet because of them.
_DEFECTS: Final = (NotImplementedError, TypeError, AssertionError)


class Patience(NamedTuple):
    """How often a busy program is asked, and how long to wait in between."""

    tries: int = 20
    seconds: float = 0.25
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


PATIENCE: Final = Patience()


@dataclass(frozen=True, slots=True)
class Asking:
    """Makes the calls to one open book."""

    book: str  #: its name, for people
    program: str  #: Excel or LibreOffice
    patience: Patience = PATIENCE

    def __call__(self, what: str, call: Callable[[], _T]) -> _T:
        """Make a call that is to do `what`, such as "read Invoices".

        Raises `BookOpen` while the program stays busy, `BookMissing` if it was closed, `BookRefused` otherwise.
        """
        for _ in range(self.patience.tries):
            try:
                return call()
            except _DEFECTS:
                raise
            except Exception as error:  # each system has kinds of its own, known only there
                if not is_busy(error):
                    raise self._said(what, error) from error
            self.patience.sleep(self.patience.seconds)
        raise BookOpen(
            f"{self.program} was busy and did not let ARC {what} in {self.book}: somebody is typing in a cell, or "
            "a dialog waits. Finish it; the next sync goes on from there."
        )

    def _said(self, what: str, error: Exception) -> BookMissing | BookRefused:
        if is_gone(error):
            return BookMissing(
                f"{self.book} was closed in {self.program} while ARC worked on it. Nothing is lost; run this again."
            )
        return BookRefused(
            f"{self.program} did not let ARC {what} in {self.book} ({_reason(error)}). If the sheet is protected, "
            "unprotect it (Review, Unprotect Sheet), then run this again."
        )


def is_busy(error: Exception) -> bool:
    """Say whether the program only asks to be asked again."""
    return type(error).__name__ == "ExcelBusyError" or not _BUSY.isdisjoint(_codes(error))


def is_gone(error: Exception) -> bool:
    """Say whether the program, or the book in it, is there no more."""
    return isinstance(error, ConnectionError | EOFError) or not _GONE.isdisjoint(_codes(error))


def give_up_in_time() -> None:
    """Let xlwings pass a busy Excel on to us; left alone it asks again for ever (its issues 1359 and 1837)."""
    windows = sys.modules.get("xlwings._xlwindows")
    if windows is not None:
        windows.N_COM_ATTEMPTS = 1  # type: ignore[attr-defined]  # a module that exists on Windows alone


def _codes(error: Exception) -> Iterator[int]:
    """Yield every number in an error: COM nests them, the innermost one says most."""
    yield from _numbers((error.args, getattr(error, "hresult", None), getattr(error, "errornumber", None)))


def _numbers(told: Any) -> Iterator[int]:
    if isinstance(told, int):
        yield told
    elif isinstance(told, tuple):
        for one in told:
            yield from _numbers(one)


def _reason(error: Exception) -> str:
    """Return what the program said, in one line."""
    texts = [text for text in _texts(error.args) if text.strip()]
    return " ".join((texts[-1] if texts else type(error).__name__).split()).rstrip(".")[:200]


def _texts(told: Any) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    elif isinstance(told, tuple):
        for one in told:
            yield from _texts(one)
