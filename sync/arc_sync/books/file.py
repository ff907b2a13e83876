"""A book that is a closed .xlsx or .xlsm file, edited in place by `arc_sync.xlsx`.

All writes of a round are one atomic replacement of the file, made only if the file is still the one that
was read. That is the compare-and-set for every cell at once, and puts the bookmark last by itself. New ids
are stamped in a replacement of their own, before the ledger hears of their rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from arc_sheets.errors import BookMissing, BookOpen, BookRefused
from arc_sync.books import charted
from arc_sync.books.hidden import read_hidden
from arc_sync.books.port import BookPlan, LastDrawn
from arc_sync.books.reading import Reading
from arc_sync.books.writes import Writes, embrace
from arc_sync.merge.identify import Stamp
from arc_sync.merge.issues import ID
from arc_sync.xlsx import Package, Refused, fingerprint, is_open_elsewhere
from arc_sync.xlsx.prints import take
from arc_sync.xlsx.refs import cell_ref


class FileBook:
    """A `Book` in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def where(self) -> str:
        """Return the file's path."""
        return str(self._path)

    @contextmanager
    def open(self) -> Iterator[FileSession]:
        """Open the file; raises `BookMissing`, `BookOpen` or `BookRefused`."""
        if not self._path.is_file():
            raise BookMissing(
                f"There is no workbook at {self._path}; correct the path in arc.toml, or run `arc sync --new`."
            )
        self._refuse_if_open()
        yield FileSession(self._path)

    def _refuse_if_open(self) -> None:
        if owner := is_open_elsewhere(self._path):
            raise BookOpen(
                f"{self._path.name} is open: {owner}. Save and close it there, then run this again."
            )

    def fingerprint(self) -> str:
        """Return a hash of the zip directory, which holds a checksum of every part; "" for no sound file."""
        try:
            return fingerprint(self._path)
        except (Refused, OSError):
            return ""


class FileSession(Reading):
    """A `Session` with a file: it holds the file as it was when it was opened."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._epoch = 0
        self._reopen()

    @property
    def _workbook(self) -> Package:
        return self._package

    def claim(self, epoch: int) -> None:
        """Remember the epoch; it is written with the bookmark. A file that changes meanwhile is not written."""
        self._epoch = epoch

    def fingerprint(self) -> str:
        """Return the fingerprint of the file as it was read, or as this session wrote it."""
        return self._print

    def drawn(self) -> LastDrawn:
        """Return what ARC last drew, and when; the chart of buckets follows by itself."""
        return super().drawn()._replace(charted=None)

    def stamp(self, stamps: Sequence[Stamp]) -> bool:
        """Write ids into new rows, in a replacement of the file of their own."""
        places = [(self._layouts[stamp.tab], stamp) for stamp in stamps]
        if any(layout is None or ID not in layout.places for layout, _ in places):
            return False

        def gather() -> bool:
            for layout, stamp in places:
                if layout:
                    layout.sheet.set(cell_ref(stamp.at, layout.places[ID]), stamp.id or None)
                    embrace(layout)
            return True

        stamped = self._unless_moved(gather)
        self._reopen()
        self.issues()  # the round has read them already, and the tab must be found in the new file too
        return stamped

    def write(self, plan: BookPlan) -> bool:
        """Carry out a plan in one replacement of the file; False if the file is no longer the one read."""
        if self.meta().mark != plan.was:
            return False
        writes = Writes(self._package, self._hidden, self._layouts)

        def gather() -> bool:
            writes.also = charted.follow(self._package, self._hidden, plan.drawings)
            held = writes.carry_out(plan) and not plan.waits
            if held:
                writes.bookmark(plan, self._epoch)
            return held

        return self._unless_moved(gather)

    def _unless_moved(self, gather: Callable[[], bool]) -> bool:
        """Gather edits and save them; False if `gather` says so, or the file is no longer the one read."""
        try:
            held = gather()
            self._print = self._package.save().fingerprint
        except Refused as refused:
            if self._moved():
                return False
            raise self._refused(refused) from None
        except PermissionError:
            raise BookOpen(
                f"{self._path.name} cannot be written: it is open in another program or write-protected. "
                "Close it there, or allow writing, then run this again."
            ) from None
        except OSError as error:
            raise BookRefused(
                f"{self._path.name} cannot be written: {error.strerror}. Nothing in it was changed."
            ) from None
        return held

    def _moved(self) -> bool:
        """Say whether somebody else has written the file since it was read."""
        try:
            with self._path.open("rb") as file:
                return take(file) != self._package.fingerprint
        except OSError:
            return True

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Say what goes wrong with reading as a book's error."""
        try:
            yield
        except Refused as refused:
            raise self._refused(refused) from None
        except OSError as error:
            raise BookRefused(f"{self._path.name} cannot be read: {error.strerror}.") from None

    def _refused(self, refused: Refused) -> BookRefused:
        name = self._path.name
        return BookRefused(refused.reason if name in refused.reason else f"{name}: {refused.reason}")

    def _reopen(self) -> None:
        with self._said():
            self._package = Package(self._path)
            self._hidden = read_hidden(self._package)
        self._print = self._package.print
        self._layouts = {}
