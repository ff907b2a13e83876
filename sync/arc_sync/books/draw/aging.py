"""The Aging tab: the sum in the base currency on top, then each currency, then each customer.

Row 3 header, 4 all in the base currency (Home's chart reads it, so it never moves), 5 shares, 6 and on one row
a currency, a sentence on the control, a blank row, then the table by customer. Every row proves itself: its
buckets and unapplied credits are summed by a formula and compared with the ledger's control account.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from arc_sheets import money
from arc_sheets.cells import Formula
from arc_sync.books.drawing import Drawing, Page, Rule, Shown, Sketch, Table, below
from arc_sync.books.look import money_word
from arc_sync.remembered import remembered
from arc_sync.xlsx.refs import Area, Place, letters

if TYPE_CHECKING:
    from arc_sheets.aging import AgingReport, AgingRow
    from arc_sheets.rates import Rates

SHEET: Final = "Aging"
HEADER_ROW: Final = 3
ALL_ROW: Final = 4
SHARE_ROW: Final = 5
CURRENCY_ROW: Final = 6  #: of the first currency
CUSTOMER: Final = 1
CURRENCY: Final = 2
FIRST_BUCKET: Final = 3

_MORE: Final = 8  #: columns to the right for which the tab is furnished too, should there be more buckets
_UNAPPLIED: Final = "Unapplied credits"
_CHECK: Final = "Check"
_CONTROL = (
    "Control: per currency and per customer, the buckets plus unapplied credits make the open balance,"
    " and it equals the ledger's control account to the cent."
)


class Columns(NamedTuple):
    """The columns (from 0) that follow the buckets."""

    unapplied: int
    open: int
    control: int
    check: int
    base: int
    oldest: int


def columns(report: AgingReport) -> Columns:
    """Return where the columns after the buckets stand."""
    after = FIRST_BUCKET + len(report.buckets.labels)
    return Columns(*range(after, after + 6))


@remembered
def draw(report: AgingReport) -> Drawing:
    """Draw the tab."""
    sketch, place = Sketch(SHEET), columns(report)
    sketch.head(CUSTOMER, "Aging", sentence(report))
    table = customers_table(report)
    for row in (HEADER_ROW, table.area.top):
        sketch.heights[row] = 32
        filtered = row == table.area.top
        sketch.line(row, CUSTOMER, zip(table.headers, _header_roles(report, filtered=filtered), strict=True))
    _all(sketch, report, place)
    for row, total in enumerate(report.totals, CURRENCY_ROW):
        _currency(sketch, row, total, report, table.area)
        _base(sketch, row, total, report)
    sketch.put(_control_row(report), CUSTOMER, _CONTROL, "slate.small")
    for row, line in enumerate(report.rows, table.area.top + 1):
        _customer(sketch, row, line, place)
        _base(sketch, row, line, report)
    if not report.rows:
        sketch.blanks(table.area.bottom, CUSTOMER, place.oldest, "row.text")
    return sketch.done(Area(1, CUSTOMER, table.area.bottom, place.oldest), table)


def customers_table(report: AgingReport) -> Table:
    """Return the table by customer, with one blank row where nothing is open."""
    top, place = _control_row(report) + 2, columns(report)
    headers = ("Customer", "Cur", *report.buckets.labels, _UNAPPLIED, "Open balance")
    headers += ("Control account", _CHECK, f"Open in {report.rates.base}", "Oldest, days")
    area = Area(top, CUSTOMER, top + max(1, len(report.rows)), place.oldest)
    return Table("AgingByCustomer", area, headers)


def checks(report: AgingReport) -> str:
    """Return the reference of all checks, of totals and customers: each is zero where the figures agree."""
    column = letters(columns(report).check)
    return f"{SHEET}!${column}${ALL_ROW}:${column}${customers_table(report).area.bottom}"


def buckets_in(area: Area) -> int:
    """Return how many buckets a drawing of this area has."""
    return area.right - FIRST_BUCKET - len(Columns._fields) + 1


def page(report: AgingReport) -> Page:
    """Return the tab's furniture, which is set once: it holds for more buckets, or fewer, than there are today.

    So the rules know their columns by the header: the last bucket stands before the unapplied credits.
    """
    first, last = FIRST_BUCKET, columns(report).oldest + _MORE
    here, head, following = f"D{ALL_ROW}", f"D${HEADER_ROW}", f"E${HEADER_ROW}"
    area = below(ALL_ROW, first, last)
    return Page(
        colour="navy",
        widths=(2, 27, 6, *[13.5] * (last - first + 1)),
        freeze=Place(HEADER_ROW + 1, CURRENCY + 1),
        header=HEADER_ROW,
        rules=(
            Rule(area, f'=AND({following}="{_UNAPPLIED}",ISNUMBER({here}),{here}>=0.005)', "rule.alarm"),
            Rule(area, f'=AND({head}="{_CHECK}",ISNUMBER({here}),{here}<>0)', "rule.broken"),
        ),
    )


def sentence(report: AgingReport) -> str:
    """Return what stands under the title."""
    if not report.rows:
        return f"Nothing is open as of {report.as_of:%d %b %Y}."
    told = (
        f"As of {report.as_of:%d %b %Y}{rates_told(report.rates)}. By due date; due today counts as current."
    )
    missing = ", ".join(report.missing_rates)
    return f"{told} No rate for {missing}, so there is no sum." if missing else told


def rates_told(rates: Rates) -> str:
    """Return the rates in words, with their day: ", EUR at 19 Nov 2026 rates (1 USD = 0.92)"."""
    others = sorted((code, rate) for code, rate in rates.to_base.items() if code != rates.base)
    if not others:
        return ""
    day = f", {rates.base} at {rates.on:%d %b %Y} rates" if rates.on else f", in {rates.base}"
    some = ", ".join(f"1 {code} = {rate.normalize():f}" for code, rate in others[:6])
    return f"{day} ({some}{', …' if len(others) > 6 else ''})"


def _control_row(report: AgingReport) -> int:
    return CURRENCY_ROW + len(report.totals)


def _header_roles(report: AgingReport, *, filtered: bool) -> tuple[str, ...]:
    number = "head.filtered" if filtered else "head.headright"
    amounts = [number] * (len(report.buckets.labels) + 3)
    return ("head", "head", *amounts, "head.gap", number, number)


def _all(sketch: Sketch, report: AgingReport, place: Columns) -> None:
    """Draw the row that adds up all currencies; without its figures where a rate is missing."""
    line, base = report.all, report.rates.base
    word = money_word(base)
    role = f"total.{word}"
    sketch.blanks(ALL_ROW, CUSTOMER, place.oldest, role)
    sketch.put(ALL_ROW, CUSTOMER, f"All, in {base}", "total.text")
    sketch.put(ALL_ROW, CURRENCY, base, "total.text")
    sketch.put(SHARE_ROW, CUSTOMER, "Share of open balance", "slate")
    if line is None:
        return
    for column, amount in enumerate((*line.buckets, line.unapplied), FIRST_BUCKET):
        sketch.put(ALL_ROW, column, money.to_major(amount, base), role)
    _proof(sketch, ALL_ROW, line, base, place, (role, f"{role}.slate", f"total.{_check_word(word)}"))
    sketch.put(ALL_ROW, place.base, money.to_major(line.open, base), role)
    sketch.put(ALL_ROW, place.oldest, line.oldest, "total.number")
    _shares(sketch, line, place)


def _shares(sketch: Sketch, line: AgingRow, place: Columns) -> None:
    whole = f"${letters(place.open)}${ALL_ROW}"
    for column, part in enumerate((*line.buckets, line.unapplied, line.open), FIRST_BUCKET):
        share = (Decimal(part) / line.open).quantize(Decimal("0.0001")) if line.open else ""
        formula = f'IF({whole}=0,"",{letters(column)}{ALL_ROW}/{whole})'
        sketch.put(SHARE_ROW, column, Formula(formula, share), "share.slate")


def _currency(sketch: Sketch, row: int, line: AgingRow, report: AgingReport, table: Area) -> None:
    """Draw the row of one currency: its amounts are summed from the table by customer."""
    place, word = columns(report), money_word(line.currency)
    many = sum(one.currency == line.currency for one in report.rows)
    sketch.put(row, CUSTOMER, f"{many} customer{'s' * (many != 1)}", "row.text")
    sketch.put(row, CURRENCY, line.currency, "row.text.bold")
    first, last, codes = table.top + 1, table.bottom, letters(CURRENCY)
    for column, amount in enumerate((*line.buckets, line.unapplied), FIRST_BUCKET):
        c = letters(column)
        over = f"SUMIFS({c}${first}:{c}${last},${codes}${first}:${codes}${last},${codes}{row})"
        sketch.put(row, column, Formula(over, money.to_major(amount, line.currency)), f"row.{word}")
    _tail(sketch, row, line, place)


def _customer(sketch: Sketch, row: int, line: AgingRow, place: Columns) -> None:
    word = money_word(line.currency)
    sketch.put(row, CUSTOMER, line.customer, "row.text")
    sketch.put(row, CURRENCY, line.currency, "row.text")
    for column, amount in enumerate((*line.buckets, line.unapplied), FIRST_BUCKET):
        sketch.put(row, column, money.to_major(amount, line.currency), f"row.{word}")
    _tail(sketch, row, line, place)


def _tail(sketch: Sketch, row: int, line: AgingRow, place: Columns) -> None:
    """Draw the columns after the buckets, but for the one in the base currency."""
    word = money_word(line.currency)
    roles = (f"row.{word}.bold", f"row.{word}.slate", f"row.{_check_word(word)}.slate")
    _proof(sketch, row, line, line.currency, place, roles)
    sketch.put(row, place.oldest, line.oldest, "row.number")


def _base(sketch: Sketch, row: int, line: AgingRow, report: AgingReport) -> None:
    base = report.rates.base
    amount = None if line.base is None else money.to_major(line.base, base)
    sketch.put(row, columns(report).base, amount, f"row.{money_word(base)}")


def _proof(
    sketch: Sketch, row: int, line: AgingRow, currency: str, place: Columns, roles: tuple[str, str, str]
) -> None:
    """Draw open balance (a sum), control account (the ledger's) and check (their difference)."""
    total = sum(line.buckets) + line.unapplied
    first, last = letters(FIRST_BUCKET), letters(place.unapplied)
    differ = f"ROUND({letters(place.open)}{row}-{letters(place.control)}{row},{money.exponent(currency)})"
    shown: tuple[Shown, ...] = (
        Formula(f"SUM({first}{row}:{last}{row})", money.to_major(total, currency)),
        money.to_major(line.control, currency),
        Formula(differ, money.to_major(total - line.control, currency)),
    )
    sketch.line(row, place.open, zip(shown, roles, strict=True))


def _check_word(word: str) -> str:
    return word.replace("money", "check")
