"""`arc sync`: one round over the workbook, told in plain words."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from arc_sync.cli.idle import IN_STEP, idle_sentences, waiting_sentences
from arc_sync.cli.out import FINE, PERSON, Json, Settings, answer, finish, listed, many, say, shortened, steps
from arc_sync.cli.reminded import decision_sentences, sending_sentences, waiting_messages

if TYPE_CHECKING:
    from arc_sync.agent.firm import Firm
    from arc_sync.agent.round import Report
    from arc_sync.agent.telling import Told
    from arc_sync.agent.work import Worked
    from arc_sync.books.contents import IssueLine

#: The steps of a round by the name of their end (see `run_round`), and what is being done before it.
STEPS = {
    "leased": "Opening the workbook",
    "settled": "Looking at the Issues tab",
    "read": "Reading the workbook",
    "committed": "Bringing book and ledger together",
    "written": "Writing the workbook",
    "acknowledged": "Finishing",
}
_SHOWN = 12


def sync(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
    new: Annotated[
        bool,
        typer.Option("--new", help="Make a fresh workbook from the ledger; the old one is kept beside it."),
    ] = False,
    send: Annotated[
        bool, typer.Option("--send/--no-send", help="Send what people have approved and whose hour has come.")
    ] = True,
    json: Json = False,
    config: Settings = None,
) -> None:
    """Bring workbook and ledger in step, both ways.

    And carry out what people decided in the workbook: choices on Issues, decisions on Reminders, the form on
    Account. What they approved is sent when its hour has come.
    """
    from arc_sync.agent.quick import quietly_in_step

    now = datetime.now(UTC)
    if not (dry_run or new):
        waiting = quietly_in_step(config, now)
        if waiting is not None and not (json and waiting):
            _tell_idle(waiting, json=json)
    from arc_sync.agent.config import Config
    from arc_sync.agent.firm import opened
    from arc_sync.agent.work import Worked, open_mailers, this_sender, work

    with opened(Config.load(config)) as firm:
        if new:
            _make_new(firm, now, json=json)
            return
        if not dry_run and (waiting := firm.rests(now)) is not None and not (json and waiting):
            _tell_idle(waiting, json=json)
        with firm.ledger.read() as view:
            before = view.head().n
        with steps(STEPS) as done:
            if dry_run:
                worked = Worked(firm.sync(now, dry_run=True, hook=done))
            else:
                ways = partial(open_mailers, firm.config) if send else None
                worked = work(firm, lambda: datetime.now(UTC), this_sender(), ways, hook=done)
        told = taken(firm, before)
    if json:
        answer(_as_json(worked, told, dry_run=dry_run))
    else:
        waits = waiting_messages(worked.waiting, firm.config.zone)
        say(*sentences(worked, told, dry_run=dry_run), *waits)
    finish(PERSON if worked.needs_person else FINE)


def taken(firm: Firm, since: int) -> list[Told]:
    """Return what the ledger took since a change, field by field.

    Issues and what was sent are told otherwise, and what only ARC writes was not taken from anybody.
    """
    from arc_sheets.tab import Owner
    from arc_sheets.tabs import RECORD_TABS
    from arc_sync.agent.reminding.looking import SENDING
    from arc_sync.agent.telling import tell
    from arc_sync.merge.history import ISSUES

    ours = {(t.title, c.header) for t in RECORD_TABS for c in t.stored if c.owner is Owner.LEDGER}
    with firm.ledger.read() as view:
        changes = [c for c in view.changes(since) if c.tab != ISSUES and c.source != SENDING]
        told = tell(changes, view.row)
    return [one for one in told if (one.tab, one.field) not in ours]


def sentences(worked: Worked, told: list[Told], *, dry_run: bool = False) -> list[str]:
    """Return what was done, in plain words."""
    would, report = "would go" if dry_run else "went", worked.round
    said = []
    if rows := _rows(report, told):
        said.append(f"{many(rows, 'row')} {would} from the workbook into the ledger.")
        said += [f"  {line(t)}" for t in told[:_SHOWN]]
        said += [f"  and {len(told) - _SHOWN:,} more: arc history shows them"] * (len(told) > _SHOWN)
    parts = [
        many(report.written, "cell") if report.written else "",
        many(report.added, "new row") if report.added else "",
        f"{many(report.removed, 'row')} taken out" if report.removed else "",
    ]
    if any(parts):
        said.append(f"{listed([*filter(None, parts)])} {would} from the ledger to the workbook.")
    if report.chosen:
        said.append(f"{many(report.chosen, 'choice')} on the Issues tab carried out.")
    said += [
        *report.answers,
        *report.refused,
        *decision_sentences(worked.decided, sends=worked.sent is not None),
    ]
    said += sending_sentences(worked.sent) if worked.sent else []
    if not report.in_step:
        said.append("Somebody wrote in the workbook meanwhile; run arc sync again to settle it.")
    elif not said:
        said.append(IN_STEP if report.idle else "The workbook's reports are up to date.")
    return [*said, *[report.waiting] * bool(report.waiting), *_issues(report)]


def _rows(report: Report, told: list[Told]) -> int:
    """Return how many rows of the ledger came or changed: those of the tabs, and those that the form made."""
    return max(report.taken, len({(one.tab, one.id) for one in told}))


def line(told: Told) -> str:
    """Return one field's change in one line; what people type freely is quoted, long texts are shortened."""
    from arc_sync.agent.telling import ADDED, DELETED

    row = shortened(told.row)
    if told.field in (ADDED, DELETED):
        said = shortened(told.after or told.before)
        return f"{told.tab}: {row} {told.field}{f' ({said})' if said else ''}"
    before, after = (
        _quoted(text) if _is_text(told) else shortened(text) for text in (told.before, told.after)
    )
    return f"{told.tab}: {row}, {told.field}: {before} -> {after}"


def _is_text(told: Told) -> bool:
    from arc_sheets.tab import Kind
    from arc_sheets.tabs import RECORD_TABS

    return any(
        (tab.title, column.header) == (told.tab, told.field) and column.kind in (Kind.TEXT, Kind.NOTE)
        for tab in RECORD_TABS
        for column in tab.stored
    )


def _quoted(text: str) -> str:
    """Return what stands in a cell in quotation marks; a blank one is said as it is."""
    from arc_sync.agent.telling import BLANK

    return text if text == BLANK else f'"{shortened(text)}"'


def _issues(report: Report) -> list[str]:
    from arc_sync.agent.choices import OPEN

    opened = {issue.id for issue in report.opened}
    fresh = [issue for issue in report.issues if issue.id in opened]
    notices = sum(issue.state != OPEN for issue in fresh)
    only = (
        ", for information only"
        if notices == len(fresh)
        else f", {notices:,} for information" * bool(notices)
    )
    said = [f"{many(len(fresh), 'thing')} to look at{only}:"] if fresh else []
    for issue in fresh[:_SHOWN]:
        said += [f"  {shortened(issue.where)}: {_told_once(issue)}", *_values(issue.mine, issue.theirs)]
    return said + waiting_sentences(sum(issue.state == OPEN for issue in report.issues))


def _told_once(issue: IssueLine) -> str:
    """Return what an issue says, with a long typed text in it shortened."""
    what = issue.what
    for text in (issue.mine, issue.theirs):
        what = what.replace(text, shortened(text)) if text else what
    return " ".join(what.split())


def _values(mine: str, theirs: str) -> list[str]:
    shown = [f"in the book: {_quoted(mine)}"] * bool(mine)
    shown += [f"in the ledger: {_quoted(theirs)}"] * bool(theirs)
    return [f"    {'; '.join(shown)}"] if shown else []


def _tell_idle(waiting: int, *, json: bool) -> None:
    """Answer for a workbook that is in step, and end the command."""
    if json:
        answer(_shape())
    else:
        say(*idle_sentences(waiting))
    finish(PERSON if waiting else FINE)


def _make_new(firm: Firm, now: datetime, *, json: bool) -> None:
    """Make a fresh workbook; what can still be taken from the old one is taken first."""
    from dataclasses import replace

    from arc_sheets.errors import BookError, BookMissing, BookOpen
    from arc_sync.agent.config import Config
    from arc_sync.google.addresses import NEW

    lost = ""
    try:
        firm.sync(now)
    except (BookMissing, BookOpen) as error:
        if isinstance(error, BookOpen):
            raise
    except BookError as error:
        why = str(error).partition(". ")[0].rstrip(".")  # its remedy is what is being done
        lost = f"What was typed into the old workbook since its last sync is only there: {why}."
    file = firm.make_book(now)
    made = replace(firm, config=Config.load(firm.config.file)).where
    kept = file or (firm.where if firm.where != made and firm.config.spreadsheet != NEW else None)
    if json:
        answer({"book": made, "kept": str(kept) if kept else None, "remark": lost or None})
        return
    say(f"A fresh workbook lies at {made}.")
    old = (
        f"The old one is kept as {file}; columns, sheets and formats of your own are in it alone."
        if file
        else f"The old one, {kept}, is synced no more; go on in the new one."
    )
    say(*[old] * bool(kept), *[lost] * bool(lost))


def _as_json(worked: Worked, told: list[Told], *, dry_run: bool) -> dict[str, object]:
    from arc_sync.cli.out import as_json

    report = worked.round
    return _shape() | {
        "dry_run": dry_run,
        "idle": report.idle,
        "in_step": report.in_step,
        "to_ledger": {"rows": _rows(report, told), "changes": as_json(told)},
        "to_book": {"cells": report.written, "new_rows": report.added, "rows_taken_out": report.removed},
        "choices": {"carried_out": report.chosen, "refused": report.refused},
        "form": report.answers,
        "decisions": as_json(asdict(worked.decided)),
        "sent": as_json(asdict(worked.sent)) if worked.sent else None,
        "waiting": as_json(worked.waiting),
        "issues": [
            {"where": i.where, "what": i.what, "in_book": i.mine, "in_ledger": i.theirs, "state": i.state,
             "seen": i.seen.isoformat(), "new": any(i.id == o.id for o in report.opened)}
            for i in report.issues
        ],
    }  # fmt: skip


def _shape() -> dict[str, object]:
    return {
        "dry_run": False,
        "idle": True,
        "in_step": True,
        "to_ledger": {"rows": 0, "changes": []},
        "to_book": {"cells": 0, "new_rows": 0, "rows_taken_out": 0},
        "choices": {"carried_out": 0, "refused": []},
        "form": [],
        "decisions": None,
        "sent": None,
        "waiting": [],
        "issues": [],
    }
