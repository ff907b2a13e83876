"""The Account tab: the Details of one customer, whom a person picks in B2. The next sync draws the picked one.

Left, columns B to I: tiles, terms and contacts, open invoices, promises and disputes, timeline; each section
follows the one before. Right, columns K and L, the form (`books/form.py`): what is asked for, and the answer.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING, Final

from arc_sheets import money
from arc_sheets.cells import verbatim
from arc_sync.books import form
from arc_sync.books.drawing import Drawing, Page, Rule, Shown, Sketch, below, mail, phone
from arc_sync.books.look import entry_role, money_word
from arc_sync.xlsx.refs import Area, Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arc_sync.books.contents import AccountView, OpenInvoice, Pledge, Said, Touch

SHEET: Final = "Account"
FIRST: Final = 1
LAST: Final = 8
PICKER: Final = Place(2, 1)  #: the customer's name; this cell and the form's entry cells belong to people
HINT_ROWS: Final = (2, 3)
TILE_ROWS: Final = (5, 6, 7)
TERMS_ROW: Final = 9
NOBODY: Final = "No customer is picked yet."
#: Rows shown of each list; the section says how many there are.
INVOICES: Final = 60
PLEDGES: Final = 20
TOUCHES: Final = 60
_WHAT: Final = 72  #: characters of what happened
_LINE: Final = 66  #: characters of an answer that fit on a line of its tile
_NAME: Final = 26  #: characters of a customer's name above the answer

_PICKED_TO: Final = 6
_DAYS: Final = 4
_GUARD: Final = form.ENTRIES + 1  #: holds a blank each, so that a long note ends where its cell does
_SAID: Final = Area(TILE_ROWS[1], form.LABELS, TILE_ROWS[2], form.ENTRIES)  #: one cell for the answer
_HINTS: Final = (
    "Type in the cream cells; Enter moves down. Pick Save in Then, and the next sync files it.",
    "F5 goes to a form: go_log, go_promise, go_dispute, go_message, go_customer.",
)

PAGE: Final = Page(
    colour="rust",
    widths=(2, 16, 12.5, 12.5, 11, 14.5, 14.5, 14, 14, 3, 13, 46, 1),
    freeze=Place(4, 0),
    portrait=True,
    merges=(
        Area(PICKER.row, PICKER.column, PICKER.row, _PICKED_TO),
        *(Area(row, c, row, c + 1) for row in TILE_ROWS for c in range(FIRST, LAST, 2)),
        _SAID,
        *form.TALL,
    ),
    rules=(
        Rule(
            below(TERMS_ROW + 6, _DAYS, _DAYS),
            f"=AND(ISNUMBER($E{TERMS_ROW + 6}),$E{TERMS_ROW + 6}>90)",
            "rule.alarm",
        ),
        Rule("H6", "=AND(ISNUMBER($H$6),$H$6>1)", "rule.alarm"),
    ),
)


def draw(view: AccountView | None, said: Said | None = None, picked: str = "") -> Drawing:
    """Draw the tab; no view asks to pick a customer, and says so if there is none of the name `picked`.

    `said` is the last answer to the form; None draws no form, as a book of an older ARC has no room for it.
    """
    sketch = Sketch(SHEET)
    sketch.heights |= {2: 32, 4: 8, TILE_ROWS[1]: 28}
    sketch.put(1, FIRST, "Account: pick a customer below; the next sync shows the picked one", "slate.small")
    sketch.blanks(PICKER.row, PICKER.column, _PICKED_TO, "picker")
    entries = frozenset(place for place in sketch.cells if place.row == PICKER.row)
    last = _details(sketch, view, picked)
    if said is None:
        return sketch.done(Area(1, FIRST, last, LAST), entries=entries)
    _form(sketch, said)
    area = Area(1, FIRST, max(last, form.LAST_ROW), _GUARD)
    return sketch.done(area, entries=entries | frozenset(form.PLACES.values()))


def _details(sketch: Sketch, view: AccountView | None, picked: str) -> int:
    """Draw the left side; return its last row."""
    if view is None:
        told = f"There is no customer named {verbatim(picked)}; pick one from the list." if picked else NOBODY
        sketch.put(3, FIRST, told, "slate")
        _no_tiles(sketch)
        return TILE_ROWS[2]
    sketch.put(PICKER.row, PICKER.column, view.name, "picker")
    sketch.put(3, FIRST, _rules_of_contact(view), "slate")
    _tiles(sketch, view)
    _terms(sketch, view)
    row = _invoices(sketch, TERMS_ROW + 4, view)
    row = _pledges(sketch, row, view.pledges)
    return _timeline(sketch, row, view.timeline)


def _form(sketch: Sketch, said: Said) -> None:
    for row, text in zip(HINT_ROWS, _HINTS, strict=True):
        sketch.put(row, form.LABELS, text, "slate.small")
    _answer(sketch, said)
    for block in form.BLOCKS:
        sketch.section(block.top, form.LABELS, form.ENTRIES, block.title)
        for one, place in block.places():
            then, tall = one.column.name == form.THEN, one.rows > 1
            label = "slate.bold" if then else "slate.top" if tall else "slate"
            sketch.put(place.row, form.LABELS, one.column.header, label)
            sketch.put(*place, None, entry_role(one.column, then=then, tall=tall))
            sketch.put(place.row, _GUARD, " ", "plain")


def _answer(sketch: Sketch, said: Said) -> None:
    """Draw what became of the last request, for whom and when, and the sentences below it."""
    text = " ".join(filter(None, (said.text, said.waiting)))
    bar = "tile.saved" if said.done and (said.text or not said.waiting) else "tile.late"
    sketch.put(TILE_ROWS[0], form.LABELS, _headline(said), f"{bar}.label")
    sketch.put(TILE_ROWS[0], form.ENTRIES, None, "tileon.label")
    for place in (Place(r, c) for r in TILE_ROWS[1:] for c in (form.LABELS, form.ENTRIES)):
        sketch.put(*place, None, f"{bar}.answer")
    sketch.heights[TILE_ROWS[2]] = max(18, 11.5 * ceil(len(text) / _LINE) + 6 - sketch.heights[TILE_ROWS[1]])
    sketch.put(_SAID.top, _SAID.left, text or "Nothing yet.", f"{bar}.answer{'' if text else '.slate'}")


def _headline(said: Said) -> str:
    if not said.text:
        return "Not filed yet" if said.waiting else "Last saved"
    became = "Done" if said.done else "Not all done" if said.some else "Not done"
    name = said.customer if len(said.customer) <= _NAME else f"{said.customer[: _NAME - 1]}…"
    when = f"{said.when:%d %b %Y %H:%M}" if said.when else ""
    return "  ·  ".join(part for part in (became, name, when) if part)


def _rules_of_contact(view: AccountView) -> str:
    said = [f"Do not contact: {view.do_not_contact}" if view.do_not_contact else "May be contacted"]
    said += [f"no texts since {view.no_texts:%d %b %Y}"] if view.no_texts else []
    said += [f"prefers {view.prefers.lower()}"] if view.prefers else []
    said += [f"quiet hours {view.quiet_hours}"] if view.quiet_hours else []
    said += [part for part in (view.language, view.time_zone) if part]
    said += [f"collector {view.collector}"] if view.collector else []
    return "  ·  ".join(said)


def _no_tiles(sketch: Sketch) -> None:
    for row in TILE_ROWS:
        sketch.blanks(row, FIRST, LAST, "plain")


def _tiles(sketch: Sketch, view: AccountView) -> None:
    word, code = money_word(view.currency), view.currency
    limit = view.credit_limit
    used = (Decimal(view.open) / limit).quantize(Decimal("0.001")) if limit else None
    late = (
        f"{view.late} invoice{'s' * (view.late != 1)}, oldest {view.oldest or 0} days"
        if view.late
        else "nothing overdue"
    )
    limited = f"of {code} {money.to_major(limit, code):,.0f}" if limit else "no limit set"
    shown: tuple[tuple[str, Shown, str, str], ...] = (
        ("Open", money.to_major(view.open, code), word, code),
        ("Overdue", money.to_major(view.overdue, code), word, late),
        ("Unapplied credits", money.to_major(view.unapplied, code), word, "in the open balance"),
        ("Credit limit used", used, "share", limited),
    )
    for column, (label, value, kind, context) in zip(range(FIRST, LAST, 2), shown, strict=True):
        ground = "tile.late" if label == "Overdue" and view.overdue else "tile"
        parts = ((label, "label"), (value, f"{kind}.fact"), (context, "context"))
        for row, (part, role) in zip(TILE_ROWS, parts, strict=True):
            sketch.put(row, column, part, f"{ground}.{role}")
            sketch.put(row, column + 1, None, f"tileon.{role}")


def _terms(sketch: Sketch, view: AccountView) -> None:
    sketch.section(
        TERMS_ROW, FIRST, LAST, "Terms and contacts", "click a number to call, an address to write"
    )
    terms = "not set" if view.terms is None else f"{view.terms} days net"
    risk = "not rated" if view.risk is None else f"{view.risk} of 100"
    for column, text in ((1, f"Terms: {terms}"), (3, f"Currency: {view.currency}"), (5, f"Risk: {risk}")):
        sketch.put(TERMS_ROW + 1, column, text, "plain")
    row = TERMS_ROW + 2
    sketch.blanks(row, FIRST, LAST, "row.text")
    sketch.put(row, FIRST, view.contact, "row.text.bold")
    sketch.put(row, 3, phone(view.phone), "row.link")
    sketch.put(row, 5, mail(view.email), "row.link")
    sketch.put(row, 7, mail(view.cc), "row.link")


def _invoices(sketch: Sketch, row: int, view: AccountView) -> int:
    """Draw the open invoices from `row`; return the row of the next section."""
    invoices = view.invoices
    sketch.section(
        row, FIRST, LAST, "Open invoices", _told(len(invoices), INVOICES, "open, oldest first", "Invoices")
    )
    if not invoices:
        sketch.put(row + 1, FIRST, "Nothing is open.", "slate")
        return row + 3
    titles = ("Invoice", "Issued", "Due", "Days over", "Amount", "Balance", "Status", "Expected")
    right, left = "head.headright.thin", "head.thin"
    roles = (left, left, left, right, right, right, "head.gap.thin", left)
    sketch.line(row + 1, FIRST, zip(titles, roles, strict=True))
    for at, invoice in enumerate(invoices[:INVOICES], row + 2):
        sketch.line(at, FIRST, _invoice(invoice, view.currency))
    return row + 3 + min(len(invoices), INVOICES)


def _invoice(invoice: OpenInvoice, own: str) -> tuple[tuple[Shown, str], ...]:
    code, word = invoice.currency, money_word(invoice.currency)
    status = invoice.status if code == own else f"{invoice.status}, {code}"
    return (
        (invoice.number, "row.text"),
        (invoice.issued, "row.date"),
        (invoice.due, "row.date"),
        (invoice.days_overdue, "row.number"),
        (money.to_major(invoice.amount, code), f"row.{word}"),
        (money.to_major(invoice.balance, code), f"row.{word}"),
        (status, "row.text.gap"),
        (invoice.expected, "row.date"),
    )


def _pledges(sketch: Sketch, row: int, pledges: Sequence[Pledge]) -> int:
    told = _told(len(pledges), PLEDGES, "open ones first", "Promises and Disputes")
    sketch.section(row, FIRST, LAST, "Promises and disputes", told)
    if not pledges:
        sketch.put(row + 1, FIRST, "None.", "slate")
        return row + 3
    for at, pledge in enumerate(pledges[:PLEDGES], row + 1):
        sketch.blanks(at, FIRST, LAST, "row.text")
        amount = None if pledge.amount is None else money.to_major(pledge.amount, pledge.currency)
        tone = "row.text.alarm.gap" if pledge.state == "broken" else "row.text.gap"
        for column, text in ((1, pledge.what), (2, pledge.invoice), (3, pledge.text)):
            sketch.put(at, column, text, "row.text")
        sketch.put(at, 6, amount, f"row.{money_word(pledge.currency)}")
        sketch.put(at, 7, pledge.state, tone)
    return row + 2 + min(len(pledges), PLEDGES)


def _timeline(sketch: Sketch, row: int, timeline: Sequence[Touch]) -> int:
    """Draw what has happened from `row`; return the last row."""
    told = _told(len(timeline), TOUCHES, "latest first", "Activity, Promises, Disputes and Payments")
    sketch.section(row, FIRST, LAST, "Timeline", told)
    if not timeline:
        sketch.put(row + 1, FIRST, "Nothing has happened yet.", "slate")
        return row + 1
    sketch.blanks(row + 1, FIRST, LAST, "head.thin")
    for column, title in ((1, "When"), (3, "How"), (4, "What happened"), (8, "By")):
        sketch.put(row + 1, column, title, "head.thin")
    for at, touch in enumerate(timeline[:TOUCHES], row + 2):
        sketch.blanks(at, FIRST, LAST, "row.text")
        shown = (
            (1, touch.when, "time" if isinstance(touch.when, datetime) else "date"),
            (3, touch.how, "text"),
            (4, _shortened(touch.what), "text"),
            (8, touch.by, "text.slate"),
        )
        for column, value, role in shown:
            sketch.put(at, column, value, f"row.{role}")
    return row + 1 + min(len(timeline), TOUCHES)


def _shortened(text: str) -> str:
    """Return what fits beside the name of whoever did it; the whole text stands on its own tab."""
    return text if len(text) <= _WHAT else f"{text[: _WHAT - 1]}…"


def _told(many: int, shown: int, order: str, tab: str) -> str:
    return f"{shown} of {many}, {order}; all on {tab}" if many > shown else f"{many}, {order}"
