"""`arc undo`: a change set is taken back; what that means is said first, by tab and with the money."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple, NoReturn

import typer

from arc_sync.cli.history import told_of
from arc_sync.cli.out import (
    FINE,
    PERSON,
    Json,
    Settings,
    amount,
    answer,
    as_json,
    at_terminal,
    day,
    finish,
    grouped,
    listed,
    many,
    read_number,
    say,
)
from arc_sync.cli.syncing import line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arc_sheets.cells import Row
    from arc_sheets.tab import Tab
    from arc_sync.agent.firm import Firm
    from arc_sync.ledger.undo import Left, Undone
    from arc_sync.merge.history import Change

#: More rows than these are not undone on a terminal without a question.
_MANY: Final = 50
_SHOWN: Final = 20
_WITH_MONEY: Final = ("invoices", "payments")


class _Lot(NamedTuple):
    """Rows of one tab to which an undo does the same; the sums of their amounts in minor units by currency."""

    tab: str
    what: str
    rows: int
    sums: Mapping[str, int]

    def sentence(self) -> str:
        money = [f"{code} {grouped(minor, code)}" for code, minor in sorted(self.sums.items())]
        return (
            f"{self.tab}: {many(self.rows, 'row')} {self.what}{f', {listed(money)} in all' if money else ''}."
        )

    def as_json(self) -> dict[str, object]:
        sums = {code: amount(minor, code) for code, minor in sorted(self.sums.items())}
        return {"tab": self.tab, "what": self.what, "rows": self.rows, "amounts": sums}


def undo(
    number: Annotated[
        str,
        typer.Argument(
            metavar="NUMBER", show_default=False, help="The change set, as arc history numbers them."
        ),
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
    json: Json = False,
    config: Settings = None,
) -> None:
    """Take a change set back.

    That is a change set of its own. What has changed since is left as it is, and said. On a terminal it asks
    before it undoes more than 50 rows.
    """
    from arc_sync.agent.config import Config
    from arc_sync.agent.firm import opened
    from arc_sync.ledger import undo as ledger

    wanted = read_number(number, "arc undo")
    with opened(Config.load(config)) as firm:
        with firm.ledger.read() as view:
            before = view.head().n
        planned = ledger.undo(firm.ledger, wanted, firm.config.who, datetime.now(UTC), dry_run=True)
        if already := _already(firm, planned):
            _tell_already(wanted, already, dry_run=dry_run, json=json)
        lots = _lots(firm, planned)
        if not (dry_run or yes or json or _agreed(planned, lots)):
            say("Nothing was undone.")
            return
        done = planned
        if not dry_run:
            done = ledger.undo(firm.ledger, wanted, firm.config.who, datetime.now(UTC))
        told = [] if dry_run else told_of(firm, before, None)
        left = [_left(firm, one) for one in done.left]
    if json:
        answer(
            {"change_set": wanted, "rows": _rows(done), "tabs": [lot.as_json() for lot in lots],
             "changes": as_json(told), "left": left, "already": None, "dry_run": dry_run}
        )  # fmt: skip
    else:
        say(_headline(done, "would go" if dry_run else "went"))
        say(*(f"  {lot.sentence()}" for lot in lots if dry_run), *(f"  {line(one)}" for one in told[:_SHOWN]))
        say(*[f"  and {len(told) - _SHOWN:,} more"] * (len(told) > _SHOWN))
        say(*(f"Left: {sentence}" for sentence in left))
        if done.undone and not dry_run:
            say("Next: arc sync brings it into the workbook.")
    finish(PERSON if left else FINE)


def _already(firm: Firm, planned: Undone) -> str:
    """Return that all this is taken back already, when and by what; "" where there is something left to do."""
    from arc_sync.ledger.undo import UNDONE, undone_by

    number = planned.changeset.number
    if planned.undone or not planned.left or any(one.why != UNDONE for one in planned.left):
        return ""
    earlier = undone_by(firm.ledger, number)
    if earlier is None:
        return f"Nothing is left of change set {number}: all that it changed is again as it was before."
    local = earlier.origin.when.astimezone(firm.config.zone)
    return (
        f"Change set {number} was undone already, by change set {earlier.number} on {day(local.date())} at"
        f" {local:%H:%M}; nothing is left to take back."
    )


def _tell_already(number: int, already: str, *, dry_run: bool, json: bool) -> NoReturn:
    if json:
        answer({"change_set": number, "rows": 0, "tabs": [], "changes": [], "left": [], "already": already,
                "dry_run": dry_run})  # fmt: skip
    else:
        say(already)
    finish(PERSON)


def _agreed(planned: Undone, lots: list[_Lot]) -> bool:
    """Ask on a terminal before many rows go back."""
    if _rows(planned) <= _MANY or not at_terminal():
        return True
    say(_headline(planned, "would go"), *(f"  {lot.sentence()}" for lot in lots))
    return typer.confirm("Undo all this?", default=False)


def _headline(done: Undone, went: str) -> str:
    rows, number = _rows(done), done.changeset.number
    if not rows and done.left:
        return f"Nothing of change set {number} goes back: what it did is left as it is."
    if not rows:
        return f"Change set {number} changed no row; there is nothing to take back."
    were = "it was" if rows == 1 else "they were"
    return f"{many(rows, 'row')} {went} back to what {were} before change set {number}."


def _rows(done: Undone) -> int:
    return len({(step.tab, step.row) for step in done.undone})


def _lots(firm: Firm, planned: Undone) -> list[_Lot]:
    """Return what would happen to how many rows of each tab, and what they amount to."""
    from arc_sheets.tabs import RECORD_TABS

    steps = {(step.tab, step.row): step.column for step in planned.undone}
    rows: Counter[tuple[str, str]] = Counter()
    sums: dict[tuple[str, str], Counter[str]] = {}
    for (tab, what), row in _fates(firm, planned, steps):
        rows[tab.name, what] += 1
        if tab.name in _WITH_MONEY:
            sums.setdefault((tab.name, what), Counter()).update(_money(tab, row))
    return [
        _Lot(tab.title, what, count, sums.get((name, what), {}))
        for tab in RECORD_TABS
        for (name, what), count in rows.items()
        if name == tab.name
    ]


def _fates(
    firm: Firm, planned: Undone, steps: Mapping[tuple[str, str], str]
) -> list[tuple[tuple[Tab, str], Row]]:
    """Return the tab, the fate and the values of each row that an undo would touch."""
    from arc_sheets.tabs import BY_NAME

    found = []
    with firm.ledger.read() as view:
        changes = view.changes(planned.changeset.first - 1, planned.changeset.last)
        old = {(c.tab, c.row): c.before for c in reversed(changes) if isinstance(c.before, tuple)}
        for (name, i), column in steps.items():
            tab = BY_NAME[name]
            now = view.row(tab, i)
            row = now if now is not None else old[name, i]
            what = "changed" if column else "brought back" if now is None else "deleted"
            found.append(((tab, what), row))
    return found


def _money(tab: Tab, row: Row) -> dict[str, int]:
    from arc_sync.merge.snapshot import currency_of

    minor, code = row[[c.name for c in tab.stored].index("amount")], currency_of(tab, row)
    return {str(code): minor} if isinstance(minor, int) and code else {}


def _left(firm: Firm, left: Left) -> str:
    """Say what an undo left as it is, and why."""
    from arc_sheets.tabs import BY_NAME
    from arc_sync.agent.telling import called

    tab = BY_NAME[left.tab]
    with firm.ledger.read() as view:
        row = view.row(tab, left.row) or _last(view.history(tab, left.row))
    name = called(tab, row) if row else left.row
    column = f", {tab.column(left.column).header}" if left.column else ""
    return f"{tab.title}: {name}{column}: {left.why}."


def _last(changes: Sequence[Change]) -> Row | None:
    """Return what a row held before it was deleted."""
    found = (values for one in reversed(changes) for values in (one.after, one.before))
    return next((values for values in found if isinstance(values, tuple)), None)
