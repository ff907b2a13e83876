"""What was planned, decided and sent, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from arc_sheets.phrases import ended
from arc_sync.cli.out import day, listed, many

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from arc_sync.agent.reminding.deciding import Decided
    from arc_sync.agent.reminding.outcomes import Report
    from arc_sync.agent.reminding.planning import Planned
    from arc_sync.agent.reminding.rows import Reminder
    from arc_sync.agent.reminding.waiting import Waiting

#: By status of a row of the plan: what it is, and what becomes of it.
_PLANNED: Final = (
    ("proposed", "reminder", "", "to be decided"),
    ("queued", "reminder", "", "going out automatically"),
    ("to do", "task", "", "for a person"),
    ("done", "task", "", "done"),
    ("held", "reminder", "", "held"),
    ("withdrawn", "reminder", "", "withdrawn"),
    ("not planned", "customer", "", "left alone"),
)

#: By decision: what became of a reminder about which it was taken before.
_ALREADY: Final[Mapping[str, frozenset[str]]] = {
    "Approve": frozenset({"queued", "sent", "drafted"}),
    "Skip": frozenset({"skipped"}),
    "It went": frozenset({"sent", "done"}),
    "Send again": frozenset({"queued"}),
}


def planned_sentences(planned: Planned) -> list[str]:
    """Return what a plan made of the Reminders tab."""
    counts = planned.counts
    parts = [
        f"{many(counts[state], noun, plural)} {what}"
        for state, noun, plural, what in _PLANNED
        if counts.get(state)
    ]
    said = [f"{listed(parts)}." if parts else "Nobody is to be reminded."]
    said = [planned.held] if planned.held and not parts else said + [planned.held] * bool(planned.held)
    said += planned.broken
    if counts.get("proposed"):
        said.append("arc remind list shows what waits; arc remind approve lets it go.")
    if counts.get("not planned"):
        said.append("arc remind list --all shows who is left alone, and why.")
    return said


def decision_sentences(decided: Decided, *, sends: bool = False) -> list[str]:
    """Return what became of people's decisions; with `sends`, what is queued was sent in the same breath."""
    said = []
    if decided.queued:
        hint = "" if sends else " arc remind send sends what is due."
        said.append(f"{ended(f'Queued: {listed(_names(decided.queued))}')}{hint}")
    if decided.skipped:
        said.append(ended(f"Skipped: {listed(_names(decided.skipped))}"))
    if decided.settled:
        said.append(ended(f"Settled: {listed(_names(decided.settled))}"))
    return said + decided.refused


def already(rows: Iterable[Reminder], decision: str) -> str:
    """Return that a decision was taken before about the newest of these of every customer; "" where it was not."""
    newest: dict[tuple[str, str], Reminder] = {}
    for row in sorted(rows, key=lambda row: str(row.planned or "")):
        newest[row.customer, row.currency] = row
    became = {row.status or "" for row in newest.values()}
    if len(became) != 1 or not became <= _ALREADY[decision]:
        return ""
    return f"{listed(_names(sorted(row.customer for row in newest.values())))}: {became.pop()} already; nothing was changed."


def sending_sentences(report: Report) -> list[str]:
    """Return what a run of sending did; nothing where nothing was due."""
    said = []
    if report.sent:
        copies = f", and {many(report.copies, 'copy', 'copies')}" if report.copies else ""
        said.append(ended(f"{many(len(report.sent), 'message')} sent{copies}: {listed(_names(report.sent))}"))
    if report.drafted:
        drafts = many(len(report.drafted), "draft")
        it = "it" if len(report.drafted) == 1 else "them"
        said.append(
            f"{ended(f'{drafts} written: {listed(_names(report.drafted))}')} Send {it}, then choose It went on Reminders."
        )
    told = (("withdrawn", report.withdrawn), ("failed", report.failed))
    for what, some in (*told, ("may have arrived or not", report.unknown)):
        said += [f"{customer}, {what}: {why}" for customer, why in dict.fromkeys(some)]
    said += [report.stopped] * bool(report.stopped)
    return said


def waiting_messages(waiting: Sequence[Waiting], zone: ZoneInfo) -> list[str]:
    """Return how many messages wait and why, and from when on they may go on the firm's wall clock: two sentences."""
    troubled = [one for one in waiting if one.trouble]
    patient = [one for one in waiting if not one.trouble]
    said = []
    if troubled:
        count = f"{many(len(troubled), 'message')} could not be sent yet"
        whys = " ".join(ended(why) for why in list(dict.fromkeys(one.why for one in troubled))[:2])
        said.append(
            f"{count}: {whys} The next try is on {_moment(troubled[0], zone)}; arc remind send --now tries at once."
        )
    if patient:
        first, verb = patient[0], "waits" if len(patient) == 1 else "wait"
        why = f"{first.why[:1].lower()}{ended(first.why[1:])}"
        said.append(
            f"{many(len(patient), 'message')} {verb}; the first may go on {_moment(first, zone)}: {why}"
        )
    return said


def open_questions(earlier: int) -> list[str]:
    """Return that so many messages of earlier may have arrived or not, and where that is settled; nothing for none."""
    if earlier <= 0:
        return []
    return [
        f"{many(earlier, 'message')} of earlier may have arrived or not; the Issues tab says how to settle that."
    ]


def _moment(one: Waiting, zone: ZoneInfo) -> str:
    local = one.first.astimezone(zone)
    return f"{day(local.date())} at {local:%H:%M} ({zone.key})"


def _names(customers: Sequence[str], at_most: int = 12) -> list[str]:
    names = list(dict.fromkeys(customers))
    return names if len(names) <= at_most else [*names[:at_most], f"{len(names) - at_most:,} more"]
