"""The jobs themselves, done in the child: plain functions of a firm's settings and the time, with no state between two."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from arc_sheets.errors import ArcError, BookOpen, LedgerError
from arc_sync.agent.bank import bank_until
from arc_sync.agent.choices import waiting
from arc_sync.agent.config import Config
from arc_sync.agent.firm import Firm, opened
from arc_sync.agent.inbox.consume import ROUNDS, Consumed, Way, after_round, consume
from arc_sync.agent.inbox.envelope import NUMBER, Bad, Envelope, Reply, read, reply_to
from arc_sync.agent.inbox.queue import Queue, read_queue, result_row
from arc_sync.agent.inbox.spool import Spool
from arc_sync.agent.reminding.planning import plan_reminders
from arc_sync.agent.reminding.rows import DRAFTED, reminders
from arc_sync.agent.reminding.waiting import OUTGOING, in_trouble
from arc_sync.agent.round import Report
from arc_sync.agent.running.jobs import Job
from arc_sync.agent.running.logs import places_of
from arc_sync.agent.running.nights import keep_night
from arc_sync.agent.running.state import Seen
from arc_sync.agent.running.tasks import Task, Told
from arc_sync.agent.running.turn import Turn
from arc_sync.agent.work import Worked, open_mailers, this_sender, work
from arc_sync.books.draw.records import WAITING
from arc_sync.ledger.loaded import Last
from arc_sync.mail.port import Mailer

#: How long after its last sign the sidebar counts as open; clocks may differ, polls are half a minute apart.
IN_USE: Final = timedelta(minutes=2)

_UNDONE: Final = (
    "It could not be done: ARC met something it was not made for ({}), and arc agent logs shows where. Look whether any"
    " of it was done before you ask again."
)

_Facts = dict[str, int | str]

#: What the child had loaded of a ledger serves its next task; at night all is read from the disk.
_LAST: Final = Last()


def perform(
    task: Task,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    steady: Callable[[], float] = time.monotonic,
    asks: Callable[[float], None] = lambda _: None,
    ends: Callable[[], bool] = lambda: False,
) -> Told:
    """Do a task; whatever goes wrong is told, not raised. What comes after the task is that of `Turn`."""
    try:
        with opened(Config.load(task.file), last=None if task.job is Job.NIGHT else _LAST) as firm:
            return _JOBS[task.job](firm, Turn(task, clock, steady, asks, ends))
    except Exception as error:  # noqa: BLE001 (a defect in one firm's job must not end the others')
        return _failure(error)


def _failure(error: Exception) -> Told:
    """Return why a task could not be done."""
    name = type(error).__name__
    if isinstance(error, ArcError):
        return Told(str(error), name)
    if isinstance(error, OSError):
        said = (
            f"The system refused ({error.strerror or name}); make room, or allow writing. It is tried again."
        )
        return Told(said, name)
    said = f"ARC met something it was not made for ({name}); arc agent logs shows where. It is tried again."
    return Told(said, name, places_of(error))


def _round(firm: Firm, turn: Turn) -> Told:
    if firm.rests(turn.clock()) is not None:  # a spreadsheet in which nothing has happened: one look at Drive
        return Told(facts={"idle": 1})
    return _after(firm, _worked(firm, turn), turn.clock(), {})


def _plan(firm: Firm, turn: Turn) -> Told:
    planned = plan_reminders(firm, turn.clock())
    facts: _Facts = {"planned": sum(planned.counts.values())}
    try:
        return _after(firm, _worked(firm, turn), turn.clock(), facts)
    except BookOpen:
        # The plan is in the ledger; the workbook shows it after the round that follows its closing.
        return Told(facts=facts | {"open": 1}, seen=seen_of(firm, turn.clock()), again=True)


def _night(firm: Firm, turn: Turn) -> Told:
    kept = keep_night(firm, turn.clock())
    return Told(
        kept.trouble,
        "Wrong" if kept.trouble else "",
        backup=str(kept.backup or ""),
        seen=seen_of(firm, turn.clock()),
    )


def _requests(firm: Firm, turn: Turn) -> Told:
    """Carry out what lies in the spool, each answered at once; then a round, which answers those that ask for one."""
    spool = Spool(turn.task.spool or Path())
    lying = [(path, told) for path in turn.task.requests if (told := _read(path)) is not None]
    places = {told.request: path for path, told in lying}

    def answer(replies: Sequence[Reply]) -> None:
        for reply in replies:
            spool.answer(reply)
            spool.clear(places[reply.request])

    return _carried_out(firm, [told for _, told in lying], "ribbon", answer, turn)


def _queue(firm: Firm, turn: Turn) -> Told:
    """Carry out what waits in the spreadsheet's queue; say there that the agent is alive, here whether a sidebar is open."""
    queue = queue_of(firm)
    if turn.task.sign:
        queue.alive(turn.clock())

    def answer(replies: Sequence[Reply]) -> None:
        if replies:
            queue.answer([result_row(reply) for reply in replies])

    told = _carried_out(firm, read_queue(queue.waiting()), "menu", answer, turn)
    used = queue.used()
    if used is None or abs(turn.clock() - used) > IN_USE:
        return told
    return replace(told, facts={**told.facts, "in_use": 1})


def queue_of(firm: Firm) -> Queue:
    """Return the queue of the firm's spreadsheet. Raises `ArcError` where that cannot be reached."""
    from arc_sync.agent.spreadsheets import sheets_of  # noqa: PLC0415 (Google's libraries are large)
    from arc_sync.books.google.queue import GoogleQueue  # noqa: PLC0415

    return GoogleQueue(sheets_of(firm.config), firm.config.spreadsheet)


def _carried_out(
    firm: Firm,
    asked: Sequence[Envelope | Bad],
    way: Way,
    answer: Callable[[Sequence[Reply]], None],
    turn: Turn,
) -> Told:
    """Carry out requests one after the other, and run the round that they want; none keeps the others waiting."""
    waits, wants_round, since = list[Reply](), False, firm.head if asked else 0
    failed: Exception | None = None
    defect: Exception | None = None
    for told in asked:
        try:
            came = consume(firm, told, way, turn.clock())
        except (LedgerError, OSError) as error:
            # It stays where it lies, and the next time tells whether it was done.
            failed = error
            continue
        except Exception as error:  # noqa: BLE001 (a defect that one request brings out must not stop the others)
            defect = error
            came = Consumed(_undone(told, error, turn.clock()), wants_round=False)
        wants_round |= came.wants_round
        if isinstance(told, Envelope) and told.action in ROUNDS:
            waits.append(came.reply)
        else:
            answer([came.reply])
    facts: _Facts = {"requests": len(asked)}
    if failed is not None:
        return replace(_failure(failed), facts=facts, again=wants_round)
    if not wants_round:
        done = Told(facts=facts, seen=seen_of(firm, turn.clock()) if asked else None)
    else:
        done = _round_for(firm, waits, answer, facts, turn, since)
    if defect is None or done.kind:
        return done
    return replace(done, kind=type(defect).__name__, trace=places_of(defect))


def _undone(told: Envelope | Bad, error: Exception, now: datetime) -> Reply:
    """Return the answer to a request that ended in a defect."""
    return reply_to(Bad(told.request, _UNDONE.format(type(error).__name__)), now)


def _round_for(
    firm: Firm,
    waits: Sequence[Reply],
    answer: Callable[[Sequence[Reply]], None],
    facts: _Facts,
    turn: Turn,
    since: int,
) -> Told:
    """Show what came in since that change, run the round that requests want, and answer those that waited for it."""
    unanswered = list(waits)

    def rounded(report: Report | None, why: str = "") -> None:
        replies = [after_round(reply, report, why) for reply in unanswered]
        unanswered.clear()
        answer(replies)

    try:
        firm.show_new(since, turn.clock())
        worked = _worked(firm, turn, rounded)
    except ArcError as error:
        rounded(None, str(error))
        return Told(str(error), type(error).__name__, facts=facts, seen=seen_of(firm, turn.clock()))
    except Exception as error:
        rounded(None, _failure(error).trouble)
        raise
    return _after(firm, worked, turn.clock(), facts)


def _worked(firm: Firm, turn: Turn, first: Callable[[Report], None] = lambda _: None) -> Worked:
    def ways() -> Mapping[str, Mailer]:
        turn.sends(by_a_queue=bool(firm.config.spreadsheet))
        return open_mailers(firm.config)

    own = this_sender()
    return work(firm, turn.clock, own, ways, enough=turn.is_enough, hook=turn.goes_on, first=first)


def _after(firm: Firm, worked: Worked, now: datetime, facts: _Facts) -> Told:
    report = worked.round
    counts: _Facts = {
        "taken": report.taken,
        "written": report.written,
        "added": report.added,
        "opened": len(report.opened),
        "sent": len(worked.sent.sent) if worked.sent else 0,
    }
    again = not report.in_step or bool(worked.sent and worked.sent.more)
    return Told(facts=facts | counts, seen=seen_of(firm, now, report.book), again=again)


def seen_of(firm: Firm, now: datetime, book: str = "") -> Seen:
    """Return what stands in the ledger, in counts; `now` is UTC."""
    books = [one.id for one in firm.ledger.books()]
    with firm.ledger.read() as view:
        waits = view.posted(*OUTGOING, bare=True)
        known = reminders(view).values()
        return Seen(
            book=book,
            issues=waiting(view, books),
            reminders=sum(r.status in WAITING and not r.decision for r in known),
            drafts=sum(r.status == DRAFTED for r in known),
            outgoing=len(waits),
            stuck=sum(map(in_trouble, waits)),
            bank_until=bank_until(view, firm.config.day(now)),
        )


def _read(path: Path) -> Envelope | Bad | None:
    """Return the request of a file; None where it is gone."""
    number = path.stem
    try:
        return read(path.read_bytes(), number) if NUMBER.fullmatch(number) else None
    except OSError:
        return None


_JOBS: Final[dict[Job, Callable[[Firm, Turn], Told]]] = {
    Job.ROUND: _round,
    Job.PLAN: _plan,
    Job.NIGHT: _night,
    Job.REQUESTS: _requests,
    Job.QUEUE: _queue,
}
