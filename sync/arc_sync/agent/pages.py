"""What a book shows, computed from the ledger: computed columns, reports, and all of a new book."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Final, overload

from arc_sheets import tabs
from arc_sheets.aging import DEFAULT_BUCKETS, AgingReport, Buckets, aging
from arc_sheets.cells import Rows, Value
from arc_sheets.computed import computed
from arc_sheets.frames import Records, records
from arc_sheets.kpis import KpiReport, kpis
from arc_sheets.periods import DEFAULT_PERIOD, Period
from arc_sheets.policy import DEFAULT_POLICY, Policy
from arc_sheets.rates import Rates
from arc_sheets.receivables import Receivables, receivables
from arc_sheets.reminders import Waiting
from arc_sheets.tab import Tab
from arc_sheets.worklist import WorkItem, worklist
from arc_sync.agent.bank import bank_until
from arc_sync.agent.choices import OPEN, lines_of
from arc_sync.agent.details import details
from arc_sync.agent.faces import book_row
from arc_sync.agent.named import named
from arc_sync.agent.round import Pages
from arc_sync.books import draw
from arc_sync.books.contents import BookRow, Contents, DueToday, Meta, Said
from arc_sync.books.draw import account as account_tab
from arc_sync.books.draw import home
from arc_sync.books.draw import records as record_tab
from arc_sync.books.drawing import Drawing
from arc_sync.ledger.port import View


@dataclass(frozen=True, slots=True)
class Terms:
    """How a firm's figures are made: its name, buckets, exchange rates, the KPIs' period, its policy, its clock."""

    company: str
    rates: Rates
    buckets: Buckets = DEFAULT_BUCKETS
    period: Period = DEFAULT_PERIOD
    policy: Policy = DEFAULT_POLICY
    zone: tzinfo | None = None  #: of the firm's wall clock; None is this machine's
    kept: Callable[[str], bool] = lambda _book: (
        False
    )  #: says whether a running agent keeps the book of this id


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures as of a date."""

    records: Records
    receivables: Receivables
    aging: AgingReport
    kpis: KpiReport
    worklist: Sequence[WorkItem]
    computed: Mapping[str, Mapping[str, tuple[Value, ...]]]


def figures(rows: Mapping[str, Rows], terms: Terms, as_of: date) -> Figures:
    """Return all figures of the rows, given by tab name."""
    known = records(rows)
    owed, grace = receivables(known), terms.policy.grace
    return Figures(
        known,
        owed,
        aging(owed, as_of, buckets=terms.buckets, rates=terms.rates),
        kpis(known, owed, as_of, terms.period, rates=terms.rates, grace=grace),
        worklist(known, owed, as_of, terms.rates, waiting(rows.get("reminders", {}), as_of), terms.policy),
        computed(known, owed, as_of, terms.buckets, grace),
    )


def waiting(reminders: Rows, as_of: date) -> list[Waiting]:
    """Return what waits on Reminders: tasks, and messages undecided, queued, or perhaps arrived."""
    return [
        Waiting(
            str(v["customer"]),
            str(v["currency"]),
            str(v["stage"] or ""),
            str(v["channel"] or ""),
            v["amount"] if isinstance(v["amount"], int) else 0,
            is_task=v["status"] == "to do",
            status=str(v["status"]),
        )
        for _, v in named(tabs.REMINDERS, reminders)
        if (
            (v["status"] in {"to do", "proposed"} and not v["decision"])
            or v["status"] in {"queued", "unknown"}
        )
        and isinstance(v["planned"], date)
        and v["planned"] <= as_of
    ]


def rows_of(view: View) -> dict[str, Rows]:
    """Return the live rows of every tab, by tab name."""
    return {tab.name: view.rows(tab) for tab in tabs.RECORD_TABS}


def pages(terms: Terms) -> Callable[[View, date, str, str], Pages]:
    """Return what computes the pages of a book in a round."""

    def compute(view: View, as_of: date, book: str, account: str) -> Pages:
        made = _Book(view, terms, figures(rows_of(view), terms, as_of), as_of, account)
        reports = _Reports(lambda: made.contents(None, Meta("", book, 0, "", 0), {}))
        return Pages(made.figures.computed, reports.draw)

    return compute


_MOMENTARY: Final = {home.SHEET, account_tab.SHEET}


class _Reports:
    """The reports of a book. All but Home and Account are drawn once: the time of sync stands there, and an answer."""

    def __init__(self, contents: Callable[[], Contents]) -> None:
        self._make = contents
        self._made: tuple[Contents, Sequence[Drawing]] | None = None

    def draw(self, synced: datetime | None, said: Said | None) -> Sequence[Drawing]:
        """Return the reports as they are when first asked for."""
        if self._made is None:
            contents = self._make()
            self._made = contents, [d for d in draw.reports(contents) if d.sheet not in _MOMENTARY]
        contents, others = self._made
        shown = account_tab.draw(contents.account, said, contents.picked)
        return [home.draw(replace(contents, synced=synced)), shown, *others]


def contents(view: View, terms: Terms, now: datetime, meta: Meta) -> Contents:
    """Return all that stands in a new book, in step with the ledger; `now` is local wall clock."""
    rows, as_of = rows_of(view), now.date()
    book = _Book(view, terms, figures(rows, terms, as_of), as_of, "")
    shown = book.figures.computed
    lines = {t.name: _Lines(t, rows[t.name], shown.get(t.name, {})) for t in tabs.RECORD_TABS}
    return book.contents(now, meta, lines)


@dataclass(frozen=True, slots=True)
class _Book:
    view: View
    terms: Terms
    figures: Figures
    as_of: date
    account: str

    def contents(
        self, synced: datetime | None, meta: Meta, rows: Mapping[str, Sequence[BookRow]]
    ) -> Contents:
        known, made = rows_of(self.view), self.figures
        lines = lines_of(self.view, tabs.RECORD_TABS, meta.book, self.terms.zone)
        return Contents(
            company=self.terms.company,
            as_of=self.as_of,
            synced=synced,
            bank_until=bank_until(self.view, self.as_of),
            meta=meta,
            rows=rows,
            issues=lines,
            open_issues=sum(line.state == OPEN for line in lines),
            aging=made.aging,
            kpis=made.kpis,
            worklist=made.worklist,
            promises=self._due_today(known["promises"]),
            reminders=_undecided(known["reminders"]),
            account=details(self.account, known, made.computed, self.as_of, self.terms.policy),
            picked=self.account,
            kept=self.terms.kept(meta.book),
        )

    def _due_today(self, rows: Rows) -> DueToday:
        states, base = self.figures.computed["promises"], 0
        due = [
            v for i, v in named(tabs.PROMISES, rows) if v["date"] == self.as_of and states.get(i) == ("open",)
        ]
        for promise in due:
            amount = promise["amount"] if isinstance(promise["amount"], int) else 0
            base += self.terms.rates.convert(amount, str(promise["currency"])) or 0
        return DueToday(len(due), base)


def _undecided(reminders: Rows) -> int:
    """Count the reminders that wait for a person's decision."""
    return sum(
        v["status"] in record_tab.WAITING and not v["decision"] for _, v in named(tabs.REMINDERS, reminders)
    )


class _Lines(Sequence[BookRow]):
    """The rows of a tab as a book shows them, each made when it is asked for."""

    def __init__(self, tab: Tab, rows: Rows, computed: Mapping[str, tuple[Value, ...]]) -> None:
        self._tab, self._rows, self._computed = tab, rows, computed
        self._ids = list(rows)

    def __len__(self) -> int:
        return len(self._ids)

    @overload
    def __getitem__(self, index: int) -> BookRow: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[BookRow]: ...
    def __getitem__(self, index: int | slice) -> BookRow | Sequence[BookRow]:
        if isinstance(index, slice):
            return [self._row(i) for i in self._ids[index]]
        return self._row(self._ids[index])

    def _row(self, i: str) -> BookRow:
        return book_row(self._tab, i, self._rows[i], self._computed.get(i))
