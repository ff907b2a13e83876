"""One round of sync over one book: check, read, merge, write, acknowledge. Every step is safe to repeat.

A round is a plain function of (settings, book, ledger, time); it keeps no state in the process. It may die
anywhere and be run again: the end is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any, NoReturn, TypeAlias

from arc_sheets.cells import Value
from arc_sheets.dates import wall_clock
from arc_sheets.errors import BookError
from arc_sheets.phrases import say_list
from arc_sheets.tab import Tab
from arc_sync.agent.choices import OPEN, Numbers, lines_of, settle, wanted_back
from arc_sync.agent.faces import ComputedCells, book_row
from arc_sync.agent.form import Act, Answered, Occasion, answer, waiting
from arc_sync.agent.merging import Desk, Keys, Rules, objection
from arc_sync.agent.quick import mark_of
from arc_sync.agent.visit import stand_on, visited
from arc_sync.books import charted
from arc_sync.books.contents import IssueLine, Said
from arc_sync.books.draw.issues import ISSUES
from arc_sync.books.drawing import Drawing
from arc_sync.books.form import Form
from arc_sync.books.port import Book, BookPlan, Session, ShownIssue
from arc_sync.books.seals import Typed
from arc_sync.ledger.port import Ledger, Transaction, View
from arc_sync.merge import words
from arc_sync.merge.history import At, Bookmark, Origin
from arc_sync.merge.issues import Issue, IssueKey, IssueKind
from arc_sync.merge.plan import Merged, NewRow


@dataclass(frozen=True, slots=True)
class Pages:
    """What a book shows besides its records: computed columns by tab name and row id, and the reports."""

    computed: Mapping[str, Mapping[str, tuple[Value, ...]]] = field(default_factory=dict)
    #: The reports, synced at that moment, with the last answer to the form (None: the book has no form).
    draw: Callable[[datetime | None, Said | None], Sequence[Drawing]] = lambda _synced, _said: ()


#: Computes a book's pages from (ledger, as of, book id, the customer whose Details are shown).
Figures: TypeAlias = Callable[[View, date, str, str], Pages]


def no_figures(_view: View, _as_of: date, _book: str, _account: str) -> Pages:
    """Return no pages: a book of records alone."""
    return Pages()


@dataclass(frozen=True, slots=True)
class Settings:
    """What a round must know besides the book and the ledger."""

    rules: Rules
    who: str  #: whose name the changes get
    figures: Figures = no_figures
    dry_run: bool = False
    takeover: bool = False  #: take the lease even if another holder's lasts
    act: Act | None = None  #: carries out what the form on Account asks for; None leaves the form alone
    stamp: str = ""  #: changes with whatever else the pages depend on; "" keeps no fingerprint for `quick`


@dataclass(slots=True)
class Report:
    """What a round did."""

    book: str = ""
    taken: int = 0  #: rows of the ledger that were added or changed from the book
    written: int = 0  #: cells written to the book
    added: int = 0  #: rows added to the book
    removed: int = 0  #: rows the ledger had deleted, taken out of the book
    opened: list[IssueLine] = field(default_factory=list)  #: issues that this round opened
    issues: list[IssueLine] = field(default_factory=list)  #: all issues open now
    chosen: int = 0  #: choices carried out
    refused: list[str] = field(default_factory=list)  #: choices and forms that could not be, and why
    answers: list[str] = field(default_factory=list)  #: what the form asked for and was done
    waiting: str = ""  #: which blocks of the form are filled and ask for nothing, in sentences
    in_step: bool = True  #: False: somebody wrote meanwhile; the next round settles it
    idle: bool = True  #: nothing was written anywhere

    @property
    def needs_person(self) -> bool:
        """Say whether anything waits for a person's decision."""
        return bool(self.refused) or any(line.state == OPEN for line in self.issues)

    @property
    def safe(self) -> str:
        """Say what has gone from the book into the ledger though the round cannot end; "" if nothing has."""
        counts = ((self.taken, "row"), (self.chosen, "choice"), (len(self.answers), "form"))
        told = say_list([f"{count:,} {what}{'s' * (count != 1)}" for count, what in counts if count])
        return (
            f" What was typed ({told}) is safe in the ledger; the next sync shows the rest." if told else ""
        )


def run_round(
    settings: Settings,
    book: Book,
    ledger: Ledger,
    now: datetime,
    hook: Callable[[str], None] = lambda _: None,
) -> Report:
    """Run one round; `now` is UTC. `hook` is called between steps, for tests that die there.

    Raises `BookError` or `LedgerError`, with nothing lost: the next round settles what this one began.
    """
    with visited(book, ledger, now, hook, takeover=settings.takeover) as visit:
        one = _Round(settings, *visit, ledger, now, hook)
        try:
            return one.run()
        except BookError as error:
            raise type(error)(f"{error}{one.report.safe}") from error


class _DryRun(Exception):
    """Ends a change set that must leave no trace."""


def _leave_no_trace() -> NoReturn:
    raise _DryRun


@dataclass(slots=True)
class _Round:
    settings: Settings
    session: Session
    book: str
    mark: Bookmark
    epoch: int
    ledger: Ledger
    now: datetime
    hook: Callable[[str], None]
    report: Report = field(default_factory=Report)
    form: Form = field(default_factory=Form)
    answered: Answered = field(default_factory=Answered)
    numbers: Numbers = field(default_factory=dict)  #: of the rows that needed thought

    def run(self) -> Report:
        self.report.book = self.book
        lines = self.session.issues()
        self._settle(lines)
        self.hook("settled")
        self._answer()
        desk = self._read(lines)
        if desk is None:
            self.report.in_step = False
            return self.report
        plan = self._commit(desk, lines)
        self.report.idle &= plan.idle  # now that the new bookmark is known
        self.hook("committed")
        if self.settings.dry_run:
            return self.report
        if not plan.idle and not self.session.write(plan):
            self.report.in_step = False
            return self.report
        self.hook("written")
        fingerprint = self._left(plan)
        if self._unacknowledged(plan, fingerprint):
            self.ledger.acknowledge(self.book, self.epoch, At(plan.mark.n), fingerprint)
        self.hook("acknowledged")
        return self.report

    def _left(self, plan: BookPlan) -> str:
        """Return by what the next round knows that it has nothing to do, and how many issues wait; or ""."""
        printed = self.session.fingerprint()
        if not (self.settings.stamp and printed):
            return ""
        waiting = sum(line.state == OPEN for line in self.report.issues)
        return f"{mark_of(plan.as_of, self.settings.stamp, printed)} {waiting}"

    def _unacknowledged(self, plan: BookPlan, fingerprint: str) -> bool:
        record = next(b for b in self.ledger.books() if b.id == self.book)
        return record.at != At(plan.mark.n) or record.fingerprint != fingerprint

    def _origin(self, source: str, what: str) -> Origin:
        return Origin(self.settings.who, source, what, self.now)

    def _settle(self, lines: Sequence[ShownIssue]) -> None:
        """Carry out what people chose on the Issues tab, before anything is merged."""
        if not any(line.choice for line in lines) or self.settings.dry_run:
            return
        tabs = self.settings.rules.tabs
        with self.ledger.change(
            self._origin("choice", "Choices on the Issues tab"), book=self.book, epoch=self.epoch
        ) as t:
            done = settle(t, tabs, lines, partial(objection, Keys(t), tabs))
        self.report.chosen, self.report.refused = done.done, list(done.refused)

    def _answer(self) -> None:
        """Carry out what the form on Account asks for, before anything is merged."""
        self.form = self.session.form()
        self.report.waiting = waiting(self.form)
        act, rules = self.settings.act, self.settings.rules
        if act is None or self.settings.dry_run or not self.form.state.nonce:
            return
        occasion = Occasion(self.book, self.settings.who, self.now, rules.reading)
        self.answered = answer(self.form, self.ledger, act, occasion, partial(self.hook, "answered"))
        self.report.refused += self.answered.refused
        self.report.answers = self.answered.done
        self.report.waiting = waiting(self.form, self.answered.outcomes)

    def _read(self, lines: Sequence[ShownIssue]) -> Desk | None:
        """Read the book; stamp new ids into it and read again. None: somebody wrote meanwhile."""
        for _ in range(2):
            desk = self._desk(lines)
            self.hook("read")
            stamps = [s for identity in desk.ids.values() for s in identity.stamps]
            if self.settings.dry_run:
                desk.suppose_stamped()
            if not stamps or self.settings.dry_run:
                return desk
            if not self.session.stamp(stamps):
                return None
        return desk

    def _desk(self, lines: Sequence[ShownIssue]) -> Desk:
        with self.ledger.read() as view:
            origin = self._origin(self.book, "Round of sync")
            desk = Desk(self.book, origin, self.settings.rules, self.mark, frozenset(wanted_back(lines)))
            desk.read(self.session, view)
        return desk

    def _commit(self, desk: Desk, lines: Sequence[ShownIssue]) -> BookPlan:
        """Merge in one change set of the ledger; returns what is to be written to the book."""
        plan = BookPlan(self.epoch, self.mark, self.mark, self._local)
        plan.form, plan.entries = self.answered.state(self._local), self.answered.entries
        plan.nonce = self.settings.rules.fresh() if self.answered.kept else ""
        self.numbers = {(tab, row.id): row.at for tab, sheet in desk.sheets.items() for row in sheet.rows}
        try:
            with self.ledger.change(desk.origin, book=self.book, epoch=self.epoch) as t:
                stand_on(t, self.book, self.mark)
                merged = desk.merge(t)
                self._plan(plan, desk, merged, t, lines)
                if self._moves(plan, merged, t):
                    t.pend(self.book)
                if self.settings.dry_run:
                    _leave_no_trace()
            plan.mark = t.head()
        except _DryRun:
            pass
        return plan

    def _moves(self, plan: BookPlan, merged: Sequence[Merged], t: Transaction) -> bool:
        """Say whether this round will have anything to acknowledge."""
        return not plan.idle or t.head() != self.mark or any(tab.puts or tab.issues for tab in merged)

    def _plan(
        self,
        plan: BookPlan,
        desk: Desk,
        merged: Sequence[Merged],
        t: Transaction,
        lines: Sequence[ShownIssue],
    ) -> None:
        for tab in merged:
            plan.cells += tab.cells
            plan.drops += tab.drops
            plan.looks += tab.looks
            plan.waits |= tab.waits
        pages = self.settings.figures(t, self._local.date(), self.book, self.session.account())
        for tab, sheet in zip(merged, desk.sheets.values(), strict=True):
            plan.appends[tab.tab.name] = [
                book_row(tab.tab, n.row, n.values, pages.computed.get(tab.tab.name, {}).get(n.row))
                for n in sorted(tab.appends, key=partial(_place, tab.tab))
            ]
            faces = ComputedCells(tab.tab, sheet.present, t, self.book, self.now, pages.computed)
            plan.faces += faces.differing(sheet.faces) if sheet.usable else []
            faces.dropped(sheet.faces, tab.drops)
        now = self._lines(plan, t, lines)
        plan.drawings = self._drawings(plan, pages, moves=self._moves(plan, merged, t))
        for drawing in plan.drawings:
            self._save_typed(plan, t, drawing.sheet, self.session.typed(drawing))
        for title, typed in self.session.overtaken().items():
            self._note(t, title, typed, words.overtaken)
        now = self._lines(plan, t, lines)
        while plan.issues is not None and self._save_typed(
            plan, t, ISSUES.title, self.session.typed_on_issues(len(now))
        ):
            now = self._lines(plan, t, lines)  # one line more may reach one thing more
        self._count(plan, merged, now, lines)

    def _lines(self, plan: BookPlan, t: Transaction, shown: Sequence[ShownIssue]) -> list[IssueLine]:
        """Return the lines of the Issues tab, and plan to show them if they are others than those shown."""
        now = lines_of(t, self.settings.rules.tabs, self.book, self.settings.rules.zone, self.numbers)
        plan.issues = None if _same(now, shown) else now
        return now

    def _save_typed(self, plan: BookPlan, t: Transaction, sheet: str, typed: Sequence[Typed]) -> bool:
        """Let what was typed where ARC draws stand on the Issues tab; say whether there is more than known."""
        more = len(typed) > len(plan.typed.get(sheet, ()))
        plan.typed[sheet] = typed
        self._note(t, sheet, typed, words.overdrawn)
        return more

    def _note(
        self, t: Transaction, sheet: str, typed: Sequence[Typed], why: Callable[[str, str], str]
    ) -> None:
        """Let what a person typed stand on the Issues tab, once."""
        for cell, text in typed:
            key = IssueKey(self.book, sheet, "", f"{cell}#{words.digest(text)}")
            if key not in t.issues(self.book):
                notice = Issue(IssueKind.NOTICE, self.now, mine=text, why=why(f"{sheet}, {cell}", text))
                t.put_issue(key, notice)

    def _drawings(self, plan: BookPlan, pages: Pages, *, moves: bool) -> list[Drawing]:
        """Return the reports that differ from those in the book; the time of sync alone makes none differ.

        Where the round writes anyhow (`moves`), though it were the bookmark alone, they tell its time.
        """
        drawn = self.session.drawn()
        form = plan.form or self.form.state
        said = form.said._replace(waiting=self.report.waiting) if form.nonce else None
        before = charted.told(pages.draw(drawn.synced, said), drawn)
        same = {d.sheet: d for d in before if drawn.digests.get(d.sheet) == d.digest}
        if len(same) == len(before) and not moves:
            return []
        return [
            d
            for d in charted.told(pages.draw(self._local, said), drawn)
            if d is not same.get(d.sheet) and drawn.digests.get(d.sheet) != d.digest
        ]

    def _count(
        self, plan: BookPlan, merged: Sequence[Merged], now: list[IssueLine], before: Sequence[ShownIssue]
    ) -> None:
        known = {line.id for line in before}
        report = self.report
        report.taken = sum(len({p.row for p in tab.puts}) for tab in merged)
        report.written = len(plan.cells) + sum(len(f.cells) for f in plan.faces)
        report.added = sum(len(rows) for rows in plan.appends.values())
        report.removed = len(plan.drops)
        report.issues = now
        report.opened = [line for line in now if line.id not in known]
        report.idle = plan.idle and not report.taken and not report.chosen

    @property
    def _local(self) -> datetime:
        return wall_clock(self.now, self.settings.rules.zone)


def _place(tab: Tab, new: NewRow) -> tuple[bool, Any]:
    """Return by what new rows are put in order: number, date, customer or stage, blanks last."""
    first, choices = new.values[0], tab.stored[0].choices
    return first is None, choices.index(str(first)) if first in choices else first


def _same(now: Sequence[IssueLine], shown: Sequence[ShownIssue]) -> bool:
    """Say whether the Issues tab shows these lines, with no choice pending on them."""
    return [(x.id, x.seal) for x in now] == [(x.id, x.seal) for x in shown] and not any(
        x.choice for x in shown
    )
