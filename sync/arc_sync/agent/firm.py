"""One firm: its settings, ledger and workbook, put together for a round, a report or a new book."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from arc_sheets.aging import AgingReport, aging
from arc_sheets.cells import Reading, Rows, verbatim
from arc_sheets.dates import wall_clock
from arc_sheets.errors import BookError, BookOpen, LedgerMissing
from arc_sheets.frames import records
from arc_sheets.kpis import KpiReport, kpis
from arc_sheets.periods import DEFAULT_PERIOD, Period
from arc_sheets.receivables import receivables
from arc_sheets.tab import Owner, Tab
from arc_sheets.tabs import RECORD_TABS
from arc_sync.agent.config import Config
from arc_sync.agent.form import Act
from arc_sync.agent.inbox.heartbeat import is_kept
from arc_sync.agent.merging import Rules
from arc_sync.agent.pages import Terms, contents, pages, rows_of
from arc_sync.agent.picking import pick
from arc_sync.agent.places import name_spreadsheet
from arc_sync.agent.policies import policy_of
from arc_sync.agent.round import Report, Settings, run_round
from arc_sync.agent.showing import show_new
from arc_sync.books.contents import Meta
from arc_sync.books.create import create
from arc_sync.books.file import FileBook
from arc_sync.books.port import Book
from arc_sync.google.addresses import address
from arc_sync.ledger.known import known_at as rows_by
from arc_sync.ledger.loaded import Last
from arc_sync.ledger.open import create_ledger, open_ledger
from arc_sync.ledger.port import Ledger
from arc_sync.merge.history import Origin
from arc_sync.xlsx import is_open_elsewhere

if TYPE_CHECKING:
    from arc_sync.agent.importing import Usual


#: Tabs whose new rows are shown at once. What is typed over a cell before the round that settles it would be a question
#: in a column that neither side wins.
_AT_ONCE: Final = [tab for tab in RECORD_TABS if not any(c.owner is Owner.BOTH for c in tab.stored)]


@dataclass(frozen=True, slots=True)
class Firm:
    """One firm at work; `ledger` is open."""

    config: Config
    ledger: Ledger

    @property
    def book(self) -> Book:
        """The firm's workbook, there or not: the file, the one that somebody has open, or the spreadsheet."""
        if self.config.spreadsheet:
            from arc_sync.agent.spreadsheets import book_of  # noqa: PLC0415 (Google's libraries are large)

            return book_of(self.config)
        return pick(self.config.book, {record.id for record in self.ledger.books()})

    @property
    def where(self) -> str:
        """The workbook's path or address, as the ledger notes it."""
        return address(self.config.spreadsheet) if self.config.spreadsheet else str(self.config.book)

    @property
    def remote(self) -> Book | None:
        """The workbook, if it is no file."""
        return self.book if self.config.spreadsheet else None

    def rests(self, now: datetime) -> int | None:
        """Return how many issues wait if the firm's spreadsheet is in step, after one look at Drive.

        None: look closely, as always where the book is a file, for which there is `quick`. `now` is UTC.
        """
        if not self.config.spreadsheet:
            return None
        from arc_sync.agent.spreadsheets import in_step  # noqa: PLC0415

        return in_step(self.config, self.ledger, now)

    @property
    def terms(self) -> Terms:
        """How the firm's figures are made."""
        config = self.config
        return Terms(config.company, config.rates, config.buckets, policy=policy_of(config), zone=config.zone)

    @property
    def usual(self) -> Usual:
        """What fills the blanks of an import."""
        from arc_sync.agent.importing import Usual  # noqa: PLC0415 (only an import needs to understand exports)

        return Usual(self.config.base_currency, self.config.zone)

    def origin(self, source: str, what: str, now: datetime) -> Origin:
        """Return the origin of a change set made by this person; `now` is UTC."""
        return Origin(self.config.who, source, verbatim(what), now)  # a file's name need not be text

    @property
    def head(self) -> int:
        """The number of the ledger's newest change."""
        with self.ledger.read() as view:
            return view.head().n

    def sync(
        self,
        now: datetime,
        *,
        act: Act | None = None,
        dry_run: bool = False,
        hook: Callable[[str], None] = lambda _: None,
    ) -> Report:
        """Run one round over the workbook; `now` is UTC. Raises `BookError` or `LedgerError`.

        `act` carries out what the form on Account asks for; without it the form is left alone.
        """
        terms = replace(self.terms, kept=partial(is_kept, now=now))
        settings = replace(
            self._settings(RECORD_TABS),
            figures=pages(terms),
            dry_run=dry_run,
            act=act,
            stamp=self.config.stamp,
        )
        return run_round(settings, self.book, self.ledger, now, hook)

    def show_new(self, since: int, now: datetime) -> None:
        """Show the rows that came into the ledger after change `since`, if somebody has the workbook open here.

        `now` is UTC. Raises `BookError` or `LedgerError`.
        """
        if not self.config.spreadsheet and not isinstance(book := self.book, FileBook):
            show_new(self._settings(_AT_ONCE), book, self.ledger, since, now)

    def _settings(self, tabs: Sequence[Tab]) -> Settings:
        """Return what a round over the records of these tabs must know."""
        config = self.config
        rules = Rules(tabs, Reading(config.order), config.base_currency, zone=config.zone)
        return Settings(rules, config.who)

    def make_book(self, now: datetime) -> Path | None:
        """Write a new workbook from the ledger and return where the old one is kept, if there was one.

        `now` is UTC. Raises `BookOpen` while the old one is open, `BookError` if it cannot be written.
        """
        if self.config.spreadsheet:
            self._make_spreadsheet(now)
            return None
        path = self.config.book
        if owner := is_open_elsewhere(path):
            raise BookOpen(f"{path.name} is open: {owner}. Save and close it there, then run this again.")
        new = path.with_name(f".{path.stem}.made{path.suffix}")
        new.unlink(missing_ok=True)
        try:
            book = self._write(new, now)
            kept = _put_aside(path, wall_clock(now, self.config.zone))
            new.replace(path)
        except OSError as error:
            raise BookError(
                f"{path} cannot be written ({error.strerror}); make room there, or name another path in arc.toml."
            ) from None
        finally:
            new.unlink(missing_ok=True)
        self.ledger.add_book(book, str(path))
        return kept

    def _make_spreadsheet(self, now: datetime) -> None:
        """Make a blank spreadsheet, name it in the settings, and let a first round fill it; the old one stays."""
        from arc_sync.agent.spreadsheets import make  # noqa: PLC0415

        book, local = uuid.uuid4().hex, wall_clock(now, self.config.zone)
        with self.ledger.read() as view:
            told = contents(view, self.terms, local, Meta(self.ledger.id, book, 0, "", 0))
        spreadsheet = make(self.config, replace(told, rows={}, issues=()))
        name_spreadsheet(self.config.file, spreadsheet)
        self.ledger.add_book(book, address(spreadsheet))
        replace(self, config=Config.load(self.config.file)).sync(now)

    def _write(self, path: Path, now: datetime) -> str:
        book, local = uuid.uuid4().hex, wall_clock(now, self.config.zone)
        with self.ledger.read() as view:
            head = view.head()
            meta = Meta(self.ledger.id, book, head.n, head.hash if head.n else "", 0)
            create(path, contents(view, self.terms, local, meta))
        return book

    def rows(self, known_at: date | None = None) -> Mapping[str, Rows]:
        """Return the rows by tab name, as the ledger knows them or, with `known_at`, knew them that night."""
        if known_at is not None:
            midnight = datetime.combine(known_at + timedelta(days=1), time(), self.config.zone)
            return rows_by(self.ledger, midnight - timedelta(microseconds=1))
        with self.ledger.read() as view:
            return rows_of(view)

    def aging(self, as_of: date, known_at: date | None = None) -> AgingReport:
        """Return the aging of a day, as known today or on the day `known_at`."""
        owed = receivables(records(self.rows(known_at)))
        return aging(owed, as_of, known_at=known_at, buckets=self.config.buckets, rates=self.config.rates)

    def kpis(self, as_of: date, known_at: date | None = None, period: Period = DEFAULT_PERIOD) -> KpiReport:
        """Return the KPIs of a day, as known today or on the day `known_at`."""
        known = records(self.rows(known_at))
        terms = self.terms
        return kpis(
            known,
            receivables(known),
            as_of,
            period,
            rates=terms.rates,
            known_at=known_at,
            grace=terms.policy.grace,
        )


@contextmanager
def opened(config: Config, *, make: bool = False, last: Last | None = None) -> Iterator[Firm]:
    """Open a firm's ledger; with `make`, create it if there is none. Raises `LedgerError`.

    `last` saves a process that opens it often from loading it anew.
    """
    try:
        ledger = open_ledger(config.ledger, last=last)
    except LedgerMissing:
        if not make:
            raise
        ledger = create_ledger(config.ledger)
    try:
        yield Firm(config, ledger)
    finally:
        ledger.close()


def _put_aside(path: Path, local: datetime) -> Path | None:
    """Move an old workbook away under a name that says when; return where it lies now."""
    if not path.exists():
        return None
    kept = path.with_name(f"{path.stem} until {local:%Y-%m-%d %H%M%S}{path.suffix}")
    path.rename(kept)
    return kept
