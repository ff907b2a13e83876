"""`arc import`: exports of an accounting system into the ledger, once it is said how they are understood."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from arc_sync.cli.out import PERSON, Json, Settings, answer, at_terminal, finish, many, read_day, say, steps

if TYPE_CHECKING:
    from arc_sheets.dates import Order
    from arc_sync.agent.firm import Firm
    from arc_sync.agent.importing import Imported
    from arc_sync.intake import Asked, Reject, Taken, Understood


class Kind(StrEnum):
    """What an export is a list of, in the order in which they go in."""

    CUSTOMERS = "customers"
    INVOICES = "invoices"
    PAYMENTS = "payments"


class Dates(StrEnum):
    """How day and month are meant."""

    DMY = "dmy"
    MDY = "mdy"


@dataclass(slots=True)
class _File:
    """One file on its way into the ledger."""

    path: Path
    understood: Understood
    asked: Asked
    taken: Taken | None = None
    imported: Imported | None = None
    rejects: list[Reject] = field(default_factory=list)
    written: Path | None = None  #: where the rejects stand

    @property
    def rejects_path(self) -> Path:
        return self.path.with_name(f"{self.path.stem}.rejects.csv")


def import_(  # noqa: PLR0917 (as many options as people need)
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILES",
            show_default=False,
            help="CSV or .xlsx, as your accounting system writes them.",
        ),
    ] = None,
    kind: Annotated[Kind | None, typer.Option(help="What the files list, where they do not show it.")] = None,
    dates: Annotated[Dates | None, typer.Option(help="Day first or month first.")] = None,
    decimal: Annotated[str | None, typer.Option(help='The decimal mark: "." or ","')] = None,
    currency: Annotated[str | None, typer.Option(help="Of amounts that name none, such as USD.")] = None,
    as_of: Annotated[str | None, typer.Option(help="The day of the export, such as 2026-03-31.")] = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="Take what can be read, leave the rest.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
    json: Json = False,
    config: Settings = None,
) -> None:
    """Import customers, invoices and payments from CSV or .xlsx.

    Says first how each file is understood. A second import of the same changes nothing; rows that cannot be
    read go to a file beside it, and without --partial nothing goes in then.
    """
    from arc_sheets.errors import ConfigError
    from arc_sync.agent.config import Config
    from arc_sync.agent.firm import opened
    from arc_sync.intake import Asked, understand

    if not files:
        raise ConfigError(
            "arc import takes the files to import, such as arc import invoices.csv payments.csv."
        )
    told = Config.load(config)
    asked = Asked(
        kind.value if kind else None,
        dates.value if dates else told.order,
        decimal,
        currency,
        read_day(as_of, "--as-of"),
    )
    with opened(told) as firm:
        work = [_File(path, understand(path, **asked._asdict()), asked) for path in files]
        work.sort(key=lambda file: list(Kind).index(Kind(file.understood.layout.what)))
        if not json:
            for file in work:
                say(*file.understood.sentences(), "")
        if at_terminal() and not (yes or dry_run or json) and not typer.confirm("Import this?", default=True):
            say("Nothing was imported.")
            return
        done = _bring_in(firm, work, partial=partial, dry_run=dry_run)
    if json:
        answer({"done": done, "files": [_as_json(file) for file in work]})
    else:
        _tell(work, told.order, done=done, dry_run=dry_run)
    finish(PERSON if any(file.rejects for file in work) else 0)


def _bring_in(firm: Firm, work: Sequence[_File], *, partial: bool, dry_run: bool) -> bool:
    """Read the files and put them into the ledger, all or none of them; say whether it was done."""
    from arc_sync.intake import write_rejects

    names = {"read": "Reading the files", "put": "Writing the ledger"}
    with steps(names) as done:
        for file in work:
            file.taken = file.understood.take()
            file.rejects = list(file.taken.rejects)
        done("read")
        fit = partial or not any(file.rejects for file in work)
        if len(work) > 1 and not partial:
            fit &= _put(firm, work, partial=False, dry_run=True)
        kept = _put(firm, work, partial=partial, dry_run=dry_run or not fit)
        done("put")
    for file in work:
        if file.rejects and not dry_run:
            file.written = write_rejects(file.rejects_path, file.understood, file.rejects)
    return kept and fit and not dry_run


def _put(firm: Firm, work: Sequence[_File], *, partial: bool, dry_run: bool) -> bool:
    """Import every file in a change set of its own; say whether the ledger took all, or `partial`."""
    from arc_sync.agent.importing import import_entries

    for file in work:
        taken = file.taken or file.understood.take()
        origin = firm.origin("import", f"Import of {file.path.name}", datetime.now(UTC))
        file.imported = import_entries(
            firm.ledger, taken.entries, origin, firm.usual, partial=partial, dry_run=dry_run
        )
        if file.understood.is_of_rejects:
            file.imported.missing.clear()  # such a file lacks nearly all of them, and says nothing by it
        file.rejects = [*taken.rejects, *file.imported.rejects]
    return partial or not any(file.rejects for file in work)


def _tell(work: Sequence[_File], usual: Order | None, *, done: bool, dry_run: bool) -> None:
    for file in work:
        if file.taken is None or file.imported is None:
            continue
        say(f"{file.path.name}:", *(f"  {sentence}" for sentence in file.taken.sentences()))
        for tab, (new, changed, same) in file.imported.counts.items():
            say(f"  {tab.capitalize()}: {new:,} new, {changed:,} changed, {same:,} as before.")
        say(*(f"  {remark}" for remark in file.imported.remarks()))
        for reject in file.rejects[:3]:
            say(f"  Line {reject.line}: {reject.reason}")
        if file.written:
            mend = f"; correct them there, and import that file{_command(file, usual)}" if done else ""
            say(f"  {many(len(file.rejects), 'row')} not taken: {file.written}{_beside(file)}{mend}")
    if dry_run:
        say("This was a dry run: nothing was changed.")
    elif not done:
        say("Nothing went in. Correct the rows above and import again, or add --partial to take the rest.")
    elif any(file.imported and file.imported.moves for file in work):
        say("It is in the ledger. Next: arc sync brings it into the workbook; arc history shows it.")
    else:
        say("The ledger had all of this already: nothing changed.")


def _beside(file: _File) -> str:
    """Say that an earlier file of rejects was left alone; "" where there is none."""
    before = file.rejects_path
    return "" if file.written == before else f" ({before.name} holds something else and stays as it is)"


def _command(file: _File, usual: Order | None) -> str:
    """Return the command that imports a file of rejects, where it takes options: what the whole file proved."""
    from arc_sync.intake import options

    words = options(file.understood, file.asked, usual)
    place = f'"{file.written}"' if os.name == "nt" else shlex.quote(str(file.written))
    return f": arc import {' '.join((place, *words))}" if words else ""


def _as_json(file: _File) -> dict[str, object]:
    counts = file.imported.counts if file.imported else {}
    return {
        "file": str(file.path),
        "understood": file.understood.sentences(),
        "read": file.taken.sentences() if file.taken else [],
        "tabs": {tab: {"new": c.new, "changed": c.changed, "same": c.same} for tab, c in counts.items()},
        "remarks": file.imported.remarks() if file.imported else [],
        "rejects": [{"line": r.line, "reason": r.reason} for r in file.rejects],
        "rejects_file": str(file.written) if file.written else None,
    }
