"""`arc history` and `arc verify`: who changed what, and whether the record holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from arc_sync.cli.out import (
    FINE,
    PERSON,
    Json,
    Settings,
    answer,
    as_json,
    day,
    finish,
    many,
    print_table,
    read_number,
    say,
)
from arc_sync.cli.syncing import line

if TYPE_CHECKING:
    from arc_sync.agent.firm import Firm
    from arc_sync.agent.telling import Told
    from arc_sync.merge.history import Bookmark, ChangeSet


def history(
    number: Annotated[
        str | None, typer.Argument(metavar="[NUMBER]", help="Show this change set field by field.")
    ] = None,
    row: Annotated[
        str | None, typer.Option(help="Only what touched the row of this name, such as an invoice number.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 20,
    json: Json = False,
    config: Settings = None,
) -> None:
    """Say who changed what, when and from where."""
    from arc_sync.agent.config import Config
    from arc_sync.agent.firm import opened

    with opened(Config.load(config)) as firm:
        if number is not None:
            _show_one(firm, read_number(number, "arc history"), json=json)
        elif row is not None:
            _show_row(firm, row, limit, json=json)
        else:
            _show_sets(firm, limit, json=json)


def verify(json: Json = False, config: Settings = None) -> None:
    """Check that nobody tampered with the history.

    And that the ledger and the bookmark in the workbook follow from it; exits with 1 if they do not.
    """
    from arc_sync.agent.config import Config
    from arc_sync.agent.firm import opened

    with opened(Config.load(config)) as firm:
        wrong = list(firm.ledger.verify(_bookmarks(firm)))
        newest = next(iter(firm.ledger.sets()), None)
    sets, changes = (newest.number, newest.last) if newest else (0, 0)
    if json:
        answer({"sound": not wrong, "change_sets": sets, "changes": changes, "wrong": wrong})
    elif wrong:
        say("The history does not hold together:", *(f"  {sentence}" for sentence in wrong))
        say("Keep this ledger as it is, restore a backup beside it, and compare.")
    else:
        said = f"{many(changes, 'change')} in {many(sets, 'change set')}"
        say(
            f"The history holds together: {said}, each hash follows from the one before, and every row from its changes."
        )
    finish(PERSON if wrong else FINE)


def _bookmarks(firm: Firm) -> list[Bookmark]:
    """Return the workbook's bookmark, which a history cut short or written anew lacks."""
    from arc_sheets.errors import BookError
    from arc_sync.merge.history import Bookmark

    try:
        with firm.book.open() as session:
            meta = session.meta()
    except BookError:  # `arc sync` says what is wrong with the workbook
        return []
    return [Bookmark(meta.bookmark, meta.hash)] if meta.bookmark and meta.ledger == firm.ledger.id else []


def _show_sets(firm: Firm, limit: int, *, json: bool) -> None:
    rows = [_set_json(firm, one) for one, _ in zip(firm.ledger.sets(), range(limit), strict=False)]
    if json:
        answer({"change_sets": rows})
        return
    if not rows:
        say("Nothing has happened yet.")
        return
    heads = ("No.", "When", "Who", "From", "What", "Changes")
    print_table(heads, [[str(row[name]) for name in _COLUMNS] for row in rows], (0, 5))
    say("", "arc history N shows one field by field; arc undo N takes it back.")


_COLUMNS = ("number", "at", "who", "from", "what", "changes")


def _set_json(firm: Firm, one: ChangeSet) -> dict[str, object]:
    from arc_sync.agent.telling import source_words

    origin = one.origin
    local = origin.when.astimezone(firm.config.zone)
    return {
        "number": one.number,
        "at": f"{day(local)} {local:%H:%M}",
        "when": origin.when.isoformat(),
        "who": origin.who,
        "from": source_words(origin.source, {book.id: book.where for book in firm.ledger.books()}),
        "what": origin.what,
        "changes": one.last - one.first + 1,
    }


def _show_one(firm: Firm, number: int, *, json: bool) -> None:
    from arc_sync.ledger.undo import find_set

    one = find_set(firm.ledger, number)
    facts, told = _set_json(firm, one), told_of(firm, one.first - 1, one.last)
    if json:
        answer(facts | {"fields": as_json(told)})
        return
    say(
        f"Change set {number}: {facts['what']}, by {facts['who']} on {facts['at']}, from: {facts['from']}.",
        "",
    )
    _print_told(told)


def _show_row(firm: Firm, name: str, limit: int, *, json: bool) -> None:
    found = [
        (facts, told)
        for (facts, told), _ in zip(_touching(firm, name.casefold()), range(limit), strict=False)
    ]
    if json:
        answer({"change_sets": [facts | {"fields": as_json(told)} for facts, told in found]})
        return
    if not found:
        say(f'Nothing in the history is called "{name}".')
    for facts, told in found:
        say(f"{facts['at']}  {facts['who']}, {facts['what']} (change set {facts['number']})")
        say(*(f"  {line(one)}" for one in told))


def _touching(firm: Firm, name: str) -> Iterator[tuple[dict[str, object], list[Told]]]:
    """Yield the change sets that touched rows of this name or id, newest first."""
    for one in firm.ledger.sets():
        told = [t for t in told_of(firm, one.first - 1, one.last) if name in (t.row.casefold(), t.id)]
        if told:
            yield _set_json(firm, one), told


def told_of(firm: Firm, since: int, until: int | None) -> list[Told]:
    """Return what the changes after `since`, up to `until`, did, field by field."""
    from arc_sync.agent.telling import tell

    with firm.ledger.read() as view:
        return tell(view.changes(since, until), view.row)


def _print_told(told: list[Told]) -> None:
    shown = [(t.tab, t.row, t.field, t.before, t.after) for t in told]
    print_table(("Tab", "Row", "Field", "Before", "After"), shown)
