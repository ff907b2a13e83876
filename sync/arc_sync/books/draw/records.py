"""Record tabs: where title, strip, header and rows stand, and in which roles.

Row 1 title, 2 one sentence, 3 who fills what, 4 header, 5 and on rows. Column A is the hidden id, the last
column of the table the hidden seal; between them stand the tab's columns in their declared order.
"""

from __future__ import annotations

from itertools import groupby, repeat
from math import ceil
from typing import TYPE_CHECKING, Final

from arc_sheets.cells import Formula, show_cell
from arc_sheets.tab import Kind, Owner, Tab
from arc_sync.books.drawing import Drawing, Drawn, Page, Rule, Sketch, Table, below
from arc_sync.books.look import asks, has_owners, header_role, record_role
from arc_sync.xlsx.refs import Area, Place, letters

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from arc_sheets.cells import Value
    from arc_sync.books.contents import BookRow
    from arc_sync.books.look import Look

SENTENCE: Final = Place(2, 1)
STRIP_ROW: Final = 3
HEADER_ROW: Final = 4
FIRST_ROW: Final = 5  #: of the rows; an empty tab keeps one blank row here
ID_COLUMN: Final = 0
ID_HEADER: Final = "ARC id"
SEAL_HEADER: Final = "ARC seal"

_OWNERS: Final = {Owner.SHEET: "You edit", Owner.BOTH: "You or the ledger", Owner.LEDGER: "ARC fills"}
#: The reminders that ask for a decision: whether one goes, whether it went, whether it goes again.
WAITING: Final = ("proposed", "unknown", "failed")
_FIRST: Final = "Go to the first to decide on"
_WIDEST: Final = 250  # characters that still print legibly on one page
_TWO_KEYS: Final = {"reminders": 2}  # columns that stay in sight: the decision needs its customer


def headers(tab: Tab) -> tuple[str, ...]:
    """Return the table's headers from column A to the seal."""
    return (ID_HEADER, *(column.header for column in tab.columns), SEAL_HEADER)


def column_of(tab: Tab, name: str) -> int:
    """Return the sheet column (from 0) of a tab's column; raises KeyError."""
    return tab.columns.index(tab.column(name)) + 1


def seal_column(tab: Tab) -> int:
    """Return the sheet column (from 0) of the seal."""
    return len(tab.columns) + 1


def sentence(tab: Tab, many: int) -> str:
    """Return what stands under the title: how to begin, where there are no rows."""
    return tab.sentence if many else tab.empty


def frame(tab: Tab, many: int) -> Drawing:
    """Draw what stands above the rows; the table it names has room for `many` rows, at least one."""
    sketch = Sketch(tab.title)
    sketch.head(1, tab.title, sentence(tab, many))
    if has_owners(tab):
        _strip(sketch, tab)
    sketch.heights[HEADER_ROW] = 32
    if tab.name == "reminders":
        sketch.put(1, column_of(tab, "to"), _to_first_waiting(tab), "link.bold.right")
    roles = ("head", *(header_role(tab, column) for column in tab.columns), "head")
    sketch.line(HEADER_ROW, ID_COLUMN, zip(headers(tab), roles, strict=True))
    area = Area(1, 0, HEADER_ROW, seal_column(tab))
    table = Area(HEADER_ROW, 0, HEADER_ROW + max(many, 1), seal_column(tab))
    return sketch.done(area, Table(tab.title, table, headers(tab)))


def _to_first_waiting(tab: Tab) -> Formula:
    """Return a link to the first row that asks for a decision, or to the first of all.

    A formula that looks when it is clicked: rows are sorted by people, decided and added long after it is drawn.
    """
    decision, status = (f"{tab.title}[{tab.column(name).header}]" for name in ("decision", "status"))
    asking = "+".join(f'({status}="{one}")' for one in WAITING)
    first = f'IFERROR(MATCH(1,INDEX(({decision}="")*({asking}),0),0),1)'
    row = f"ROW({tab.title}[[#Headers],[{tab.column('decision').header}]])+{first}"
    return Formula(
        f'HYPERLINK("#{tab.title}!{letters(column_of(tab, "decision"))}"&{row},"{_FIRST}")', _FIRST
    )


def rows(tab: Tab, lines: Iterable[BookRow | None]) -> Iterator[list[Drawn]]:
    """Yield each row's cells from column A to the seal; None is the blank row of an empty tab."""
    roles: dict[str | None, list[str]] = {}
    money_of = _currency_index(tab)
    for line in lines:
        currency = _currency(line, money_of)
        if currency not in roles:
            roles[currency] = [record_role(tab, column, currency) for column in tab.columns]
        shown = map(show_cell, tab.columns, _values(tab, line), repeat(currency))
        yield [
            Drawn(line.id if line else None, "cell.text"),
            *map(Drawn, shown, roles[currency]),
            Drawn(line.seal if line else None, "cell.text"),
        ]


def page(tab: Tab, look: Look) -> Page:
    """Return the tab's furniture."""
    return Page(
        colour="rust" if asks(tab) else "steel",
        widths=(36, *(look.width(column) for column in tab.columns), 36),
        freeze=Place(FIRST_ROW, 1 + keys(tab)),
        header=HEADER_ROW,
        rules=_RULES[tab.name](tab) if tab.name in _RULES else (),
        wide=2 if sum(look.width(column) for column in tab.columns) > _WIDEST else 1,
    )


def keys(tab: Tab) -> int:
    """Return how many of the tab's columns stay in sight, whatever scrolls."""
    return _TWO_KEYS.get(tab.name, 1)


def height(tab: Tab, cells: Sequence[Drawn], look: Look) -> float:
    """Return the height in points that a row needs on a tab that wraps; elsewhere rows keep the sheet's own."""
    lines = 1
    for column, drawn in zip(tab.columns, cells[1:], strict=False):
        if column.kind is Kind.NOTE and isinstance(drawn.value, str):
            lines = max(lines, wrapped(drawn.value, look.width(column)))
    return points(lines, 20)


def wrapped(text: str, width: float) -> int:
    """Return how many lines a text takes in a column of this width.

    An estimate: a little more than a character of width holds a character of text.
    """
    return sum(ceil(max(len(line), 1) / (width * 1.15)) for line in text.split("\n"))


def points(lines: int, least: float) -> float:
    """Return the height of a row of so many lines, `least` at least; Excel allows 409 points."""
    return min(409, max(least, 13.5 * lines + 6))


def _strip(sketch: Sketch, tab: Tab) -> None:
    """Say who fills what, once over each run of columns; a run too narrow for the words says "Both"."""
    sketch.heights[STRIP_ROW] = 15
    number = 1
    for owner, run in groupby(tab.columns, key=lambda column: column.owner):
        columns = list(run)
        narrow = owner is Owner.BOTH and len(columns) == 1 and 0 < columns[0].width < 15
        role = "striparc" if owner is Owner.LEDGER else "stripyours"
        sketch.blanks(STRIP_ROW, number, number + len(columns) - 1, role)
        sketch.put(STRIP_ROW, number, "Both" if narrow else _OWNERS[owner], role)
        number += len(columns)


def _values(tab: Tab, line: BookRow | None) -> Iterator[Value]:
    """Yield the values in the order of the tab's columns, where stored and computed may alternate."""
    if line is None:
        return repeat(None, len(tab.columns))
    stored, computed = iter(line.values), iter(line.computed)
    return (next(computed if column.computed else stored) for column in tab.columns)


def _currency_index(tab: Tab) -> int | None:
    names = [column.name for column in tab.stored]
    return names.index("currency") if "currency" in names else None


def _currency(line: BookRow | None, index: int | None) -> str | None:
    value = line.values[index] if line and index is not None else None
    return value if isinstance(value, str) else None


def _cell(tab: Tab, name: str) -> str:
    """Return a reference to the column in the first row, fixed in its column: `$P5`."""
    return f"${letters(column_of(tab, name))}{FIRST_ROW}"


def _one(tab: Tab, name: str) -> str:
    place = column_of(tab, name)
    return below(FIRST_ROW, place, place)


def _all(tab: Tab, first: int = 1) -> str:
    return below(FIRST_ROW, first, len(tab.columns))


def _customers(tab: Tab) -> tuple[Rule, ...]:
    spent, limit, risk = _cell(tab, "open"), _cell(tab, "credit_limit"), _cell(tab, "risk")
    return (
        Rule(_one(tab, "open"), f"=AND(ISNUMBER({limit}),ISNUMBER({spent}),{spent}>{limit})", "rule.alarm"),
        Rule(_one(tab, "risk"), f"=AND(ISNUMBER({risk}),{risk}>=70)", "rule.alarm"),
    )


def _invoices(tab: Tab) -> tuple[Rule, ...]:
    late, bucket = _cell(tab, "days_overdue"), _cell(tab, "bucket")
    return (
        Rule(_one(tab, "days_overdue"), f"=AND(ISNUMBER({late}),{late}>90)", "rule.alarm"),
        Rule(_all(tab), f'=OR({bucket}="Settled",{bucket}="Void")', "rule.muted"),
    )


def _promises(tab: Tab) -> tuple[Rule, ...]:
    state = _cell(tab, "state")
    return (
        Rule(_one(tab, "state"), f'={state}="broken"', "rule.alarm"),
        Rule(_all(tab), f'={state}="kept"', "rule.muted"),
    )


def _disputes(tab: Tab) -> tuple[Rule, ...]:
    return (Rule(_all(tab), f'={_cell(tab, "resolved")}<>""', "rule.muted"),)


#: Reminders with which nothing is to be done any more.
_OVER: Final = ("not planned", "skipped", "withdrawn", "sent", "done")


def _reminders(tab: Tab) -> tuple[Rule, ...]:
    decision, status = _cell(tab, "decision"), _cell(tab, "status")
    asked = f'AND({decision}="",{_any_of(status, "unknown", "failed")})'
    return (
        Rule(_one(tab, "decision"), f'=AND({decision}="",{status}="proposed")', "rule.waiting"),
        Rule(_one(tab, "decision"), f"={asked}", "rule.waiting"),
        Rule(_one(tab, "status"), f"=OR({_any_of(status, 'held', 'to do')},{asked})", "rule.alarm"),
        Rule(_all(tab, 2), f'=OR({decision}="Skip",{_any_of(status, *_OVER)})', "rule.muted"),
    )


def _any_of(cell: str, *texts: str) -> str:
    same = [f'{cell}="{text}"' for text in texts]
    return f"OR({','.join(same)})"


def _issues(tab: Tab) -> tuple[Rule, ...]:
    choice, state = _cell(tab, "choice"), _cell(tab, "state")
    return (
        Rule(_one(tab, "choice"), f'=AND({choice}="",{state}="open")', "rule.waiting"),
        Rule(_all(tab, 2), f'={state}="settled"', "rule.muted"),
    )


_RULES: Final = {
    "customers": _customers,
    "invoices": _invoices,
    "promises": _promises,
    "disputes": _disputes,
    "reminders": _reminders,
    "issues": _issues,
}
