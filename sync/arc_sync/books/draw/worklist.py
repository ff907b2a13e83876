"""The Worklist tab: whom to chase today, in order, and why. Row 4 header, 5 and on one row a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arc_sheets import money
from arc_sheets.phrases import say_list
from arc_sync.books.draw.records import points, wrapped
from arc_sync.books.drawing import Drawing, Page, Rule, Sketch, Table, below, mail, phone, to_tab
from arc_sync.books.look import money_word
from arc_sync.xlsx.refs import Area, Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arc_sheets.rates import Rates
    from arc_sheets.worklist import WorkItem

SHEET: Final = "Worklist"
HEADER_ROW: Final = 4
FIRST_ROW: Final = 5
#: More than anybody chases in a day; the sentence says how many there are.
LONGEST: Final = 1000

HEADERS: Final = (
    *("#", "Customer", "Why today", "Next step", "Amount", "Cur", "Oldest, days", "Risk"),
    *("Last touch", "Contact", "Phone", "Email"),
)
_FIRST: Final = 1
_LAST: Final = len(HEADERS)
_OLDEST: Final = 7
_RISK: Final = 8
_NUMBERS: Final = frozenset({"#", "Amount", "Oldest, days", "Risk"})
_AFTER_NUMBER: Final = frozenset({"Customer", "Cur", "Last touch"})

_WHY: Final = 52  #: characters of width of the reason, and of the next step
_STEP: Final = 24
PAGE: Final = Page(
    colour="navy",
    widths=(2, 5, 24, _WHY, _STEP, 13, 7, 9.5, 8.5, 13, 17, 17, 27),
    freeze=Place(FIRST_ROW, 3),
    header=HEADER_ROW,
    rules=(
        Rule(below(FIRST_ROW, _OLDEST, _OLDEST), "=AND(ISNUMBER($H5),$H5>90)", "rule.alarm"),
        Rule(below(FIRST_ROW, _RISK, _RISK), "=AND(ISNUMBER($I5),$I5>=70)", "rule.alarm"),
    ),
)


def draw(items: Sequence[WorkItem], rates: Rates | None = None) -> Drawing:
    """Draw the tab; `rates` are those by which it is in order, and lets it say which currencies have none."""
    sketch, shown = Sketch(SHEET), items[:LONGEST]
    told = f"{sentence(len(items))} {unrated(items, rates) if rates else ''}"
    sketch.head(_FIRST, SHEET, told.rstrip())
    sketch.heights[HEADER_ROW] = 32
    sketch.line(HEADER_ROW, _FIRST, ((header, _header_role(header)) for header in HEADERS))
    for row, item in enumerate(shown, FIRST_ROW):
        sketch.heights[row] = points(max(wrapped(item.why, _WHY), wrapped(item.step, _STEP)), 30)
        _item(sketch, row, row - HEADER_ROW, item)
    if not shown:
        sketch.blanks(FIRST_ROW, _FIRST, _LAST, "row.text")
    bottom = HEADER_ROW + max(1, len(shown))
    table = Table(SHEET, Area(HEADER_ROW, _FIRST, bottom, _LAST), HEADERS)
    return sketch.done(Area(1, _FIRST, bottom, _LAST), table)


def begun(sentence_: str) -> str:
    """Return a sentence with a capital at its beginning."""
    return sentence_[:1].upper() + sentence_[1:]


def sentence(many: int) -> str:
    """Return what stands under the title."""
    if not many:
        return "Nothing to chase today."
    if many > LONGEST:
        return f"{many:,} customers to chase; the first {LONGEST:,} in this order."
    return (
        f"{many} customer{'s' * (many != 1)} to chase today, in this order."
        " Promises for later, plans and do-not-contact are left out; a dispute is to be resolved, not chased."
    )


def unrated(items: Sequence[WorkItem], rates: Rates) -> str:
    """Return that currencies on the list stand last for want of a rate, in a sentence with the remedy; or ""."""
    codes = rates.missing(tuple(item.currency for item in items))
    if not codes:
        return ""
    have, stand = ("has", "it stands") if len(codes) == 1 else ("have", "they stand")
    return f"{say_list(codes)} {have} no rate in arc.toml, so {stand} last."


def _header_role(header: str) -> str:
    if header in _NUMBERS:
        return "head.filtered"
    return "head.gap" if header in _AFTER_NUMBER else "head"


def _item(sketch: Sketch, row: int, number: int, item: WorkItem) -> None:
    amount = money.to_major(item.amount, item.currency)
    line = (
        (number, "row.number.slate"),
        (to_tab("Account", item.customer, "B2"), "row.link.gap.wrap"),
        (begun(item.why), "row.note.wrap"),
        (item.step, "row.note.wrap"),
        (amount, f"row.{money_word(item.currency)}.bold"),
        (item.currency, "row.text.gap"),
        (item.oldest, "row.number"),
        (item.risk, "row.number"),
        (item.last_touch, "row.date.gap"),
        (item.contact, "row.text.slate"),
        (phone(item.phone), "row.link"),
        (mail(item.email), "row.link"),
    )
    sketch.line(row, _FIRST, line)
