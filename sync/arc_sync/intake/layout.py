"""Which row is the header, what each column is, what the list is of, and which system it looks like."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from arc_sync.intake.model import WHATS, Calculated
from arc_sync.intake.words import BUCKETS, FIELDS, SYSTEMS, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arc_sync.intake.model import Cell, Line, What

#: A header is looked for in this many rows at most.
HEAD: Final = 60

_LINE_ONLY: Final = frozenset({"amount", "line amount"})
#: Fields that only one kind of list has; a column of these tells lists apart that share the rest.
_TELLING: Final[Mapping[What, frozenset[str]]] = {
    "invoices": frozenset("due balance paid settled disputed terms item line_total".split()),
    "payments": frozenset("method id applied unused".split()),
    "customers": frozenset(),
}


class Label(NamedTuple):
    """A column: its place in the row (0-based) and its header as written."""

    place: int
    header: str


@dataclass(frozen=True, slots=True)
class Layout:
    """How one file is laid out."""

    what: What
    system: str  #: "QuickBooks", ..., or "" where nothing gives it away
    line: int  #: of the header row, in the file
    headers: tuple[str, ...]
    columns: Mapping[str, Label]  #: by field of `words.FIELDS`
    titles: tuple[str, ...]  #: texts above the header
    grouped: bool = False  #: customers stand in rows of their own, above their invoices
    by_line: bool = False  #: a row is a line of an invoice; the invoice is their sum

    def header(self, field: str) -> str:
        """Return the header of a field's column, as the file writes it."""
        return self.columns[field].header

    @property
    def ignored(self) -> tuple[str, ...]:
        """Headers of columns that ARC has no use for."""
        used = {label.place for label in self.columns.values()}
        return tuple(h for i, h in enumerate(self.headers) if h and i not in used)


class Found(NamedTuple):
    """The layouts that fit the best header row, the likeliest first; empty if none fits."""

    layouts: tuple[Layout, ...]
    score: int
    nearest: Line | None  #: the row that looked most like a header
    summary: bool = False  #: it is an aging summary


def text_of(cell: Cell) -> str:
    """Return a cell as one line of text, for headers and names."""
    if type(cell) is str:
        return " ".join(cell.split())
    value = cell.value if isinstance(cell, Calculated) else cell
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).split())


def find(lines: Sequence[Line], what: What | None = None) -> Found:
    """Find the header among the first rows; `what` forces the kind of list."""
    best = Found((), 0, None)
    for place, line in enumerate(lines[:HEAD]):
        headers = tuple(text_of(cell) for cell in line.cells)
        if sum(map(bool, headers)) < 2:
            continue
        rest = lines[place + 1 :]
        found = [fit for kind in ([what] if what else WHATS) if (fit := _fit(kind, line, headers, rest))]
        score = max((len(fit.columns) for fit in found), default=0)
        if score > best.score:
            titles = tuple(text_of(c) for above in lines[:place] for c in above.cells if text_of(c))
            best = Found(tuple(_ranked(found, titles)), score, line)
        elif not best.score and _known(headers) > _known(_texts(best.nearest)):
            best = best._replace(nearest=line)
    if not best.layouts:
        best = best._replace(summary=any(_is_summary(_texts(line)) for line in lines[:HEAD]))
    return best


def _fit(what: What, line: Line, headers: tuple[str, ...], rest: Sequence[Line]) -> Layout | None:
    """Return the layout if this row can be the header of such a list."""
    columns = _columns(what, headers)
    grouped = what == "invoices" and "customer" not in columns and _has_groups(rest)
    has = columns.keys()
    fits = {
        "invoices": "number" in has
        and bool(has & {"amount", "balance", "line_total"})
        and bool(has & {"issued", "due"})
        and ("customer" in has or grouped),
        "payments": "date" in has
        and bool(has & {"amount", "applied"})
        and bool(has & {"customer", "applied_to"}),
        "customers": "name" in has
        and bool(has & {"email", "phone", "terms", "credit_limit", "contact", "currency", "language"}),
    }
    if not fits[what]:
        return None
    layout = Layout(what, "", line.number, headers, columns, (), grouped)
    return _by_line(layout)


def _columns(what: What, headers: tuple[str, ...]) -> dict[str, Label]:
    """Give each field the column whose header it knows best; no column serves twice."""
    named: dict[str, int] = {}
    for index, header in enumerate(headers):
        named.setdefault(plain(header), index)
    taken: dict[str, Label] = {}
    for field, names in FIELDS[what].items():
        for name in names:
            if name in named:
                index = named.pop(name)
                taken[field] = Label(index, headers[index])
                break
    return taken


def _by_line(layout: Layout) -> Layout:
    """Recognise files with one row a line of the invoice, where the invoice's total is their sum."""
    columns = dict(layout.columns)
    bare = "amount" in columns and plain(columns["amount"].header) in _LINE_ONLY
    if bare and "item" in columns and "balance" not in columns:
        amount = columns.pop("amount")
        columns.setdefault("line_total", amount)
    if "amount" in columns or "balance" in columns:
        columns.pop("line_total", None)
    columns.pop("item", None)
    columns = dict(sorted(columns.items(), key=lambda item: item[0] != "currency"))
    return replace(layout, columns=columns, by_line="line_total" in columns)


def _ranked(found: Sequence[Layout], titles: tuple[str, ...]) -> list[Layout]:
    """Put the likeliest kind first; drop those that another clearly beats."""
    scored = sorted(found, key=_telling, reverse=True)
    top = _telling(scored[0])
    return [
        replace(layout, titles=titles, system=_system(layout.headers, titles))
        for layout in scored
        if _telling(layout) == top
    ]


def _telling(layout: Layout) -> tuple[int, int]:
    """Weigh how sure the kind is. A list of customers has neither numbers nor payments."""
    telling = sum(field in layout.columns for field in _TELLING[layout.what])
    date = layout.columns.get("date")
    if date and plain(date.header) in FIELDS["payments"]["date"][:6]:  # "payment date", "date received"
        telling += 1
    return int(layout.what != "customers"), telling


def _system(headers: tuple[str, ...], titles: tuple[str, ...]) -> str:
    seen = {plain(text) for text in (*headers, *titles)}
    score, name = max((len(seen & words), name) for name, words in SYSTEMS.items())
    return name if score >= 2 else ""


def _has_groups(rest: Sequence[Line]) -> bool:
    """Say whether rows with one text at their beginning head groups of rows."""
    filled = [[i for i, cell in enumerate(line.cells) if text_of(cell)] for line in rest[:10]]
    return any(len(places) == 1 and places[0] < 3 for places in filled)


def _texts(line: Line | None) -> tuple[str, ...]:
    return tuple(text_of(cell) for cell in line.cells) if line else ()


def _known(headers: tuple[str, ...]) -> int:
    known = {name for fields in FIELDS.values() for names in fields.values() for name in names}
    return sum(plain(header) in known for header in headers)


def _is_summary(headers: tuple[str, ...]) -> bool:
    return sum(bool(BUCKETS.fullmatch(header.strip())) for header in headers) >= 3
