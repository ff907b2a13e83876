r"""Read an export, decide how it is to be understood, say so, and take it.

    understood = understand("invoices.csv", currency="USD")
    print(*understood.sentences(), sep="\n")
    taken = understood.take()

Two passes over the file: the first finds the header and what whole columns prove, the second reads the
records. Nothing here touches the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from arc_sheets import money
from arc_sheets.errors import IntakeError, Undecided
from arc_sync.intake import layout as layouts
from arc_sync.intake.book import book_source
from arc_sync.intake.evidence import currency_of, decide_decimal, decide_orders, say_orders
from arc_sync.intake.gate import admit
from arc_sync.intake.invoices import Invoices
from arc_sync.intake.layout import Layout, text_of
from arc_sync.intake.reading import Reader
from arc_sync.intake.rejects import Mended, mended
from arc_sync.intake.rows import Sort
from arc_sync.intake.say import say
from arc_sync.intake.survey import Source, Survey, survey
from arc_sync.intake.take import collect, take
from arc_sync.intake.text import text_sources
from arc_sync.intake.titles import as_of_in, currency_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from os import PathLike

    from arc_sheets.dates import Order
    from arc_sync.intake.model import Taken, What


@dataclass(frozen=True, slots=True)
class Understood:
    """How a file will be read. `sentences()` says it, `take()` does it."""

    source: Source
    layout: Layout
    survey: Survey
    reader: Reader
    as_of: date | None
    notes: tuple[str, ...]  #: why dates, amounts and currency are read as they are

    def sentences(self) -> list[str]:
        """Say in plain words what the file is and what will become of it."""
        return say(self)

    def take(self, watch: Callable[[int], None] | None = None) -> Taken:
        """Read the records; `watch` hears now and then how many of `records` are read.

        Raises `IntakeError` where the file cannot be read to its end.
        """
        return take(self, watch)

    @property
    def is_of_rejects(self) -> bool:
        """Whether the file holds only the rows that an import did not take, corrected since."""
        return isinstance(self.source, Mended)

    @property
    def records(self) -> int:
        """How many records the file has, for a progress bar."""
        return self.survey.rows[Sort.RECORD]


def understand(  # noqa: PLR0913 (each is a question that only a person may answer)
    path: str | PathLike[str],
    *,
    kind: What | None = None,
    order: Order | None = None,
    decimal: str | None = None,
    currency: str | None = None,
    as_of: date | None = None,
    encoding: str | None = None,
) -> Understood:
    """Find out what an export is and how its columns are to be read.

    `order`, `decimal` and `encoding` override what the file shows; `currency` (ISO) is that of rows which
    name none; `as_of` dates what the file says is paid without saying when. Raises `Undecided`, naming the
    option that settles it, if the file reads in two ways, and `IntakeError` if it cannot be read.
    """
    if currency is not None and currency not in money.CURRENCIES:
        raise IntakeError(f"{currency} is no currency code; give one such as --currency EUR.")
    if decimal not in {None, ".", ","}:
        raise IntakeError("The decimal mark is either --decimal . or --decimal ,")
    source, layout = _open(Path(path), kind, encoding)
    seen = survey(source, layout)
    if not seen.rows[Sort.RECORD]:
        raise IntakeError(f"{source.path.name} has a header on line {layout.line} and no rows below it.")
    orders = decide_orders(seen.dates, order)
    default, why = _currency(layout, seen, currency, source.path.name)
    mark = decide_decimal(seen.money, decimal, default)
    day = as_of or as_of_in(layout.titles, next((o for o in orders.values() if o), order))
    reader = Reader(layout, orders, mark.value, default, frozenset(seen.computed))
    notes = tuple(filter(None, (say_orders(seen.dates, order), mark.why, why)))
    understood = Understood(source, layout, seen, reader, day, notes)
    _require_day(understood)
    return understood


def _open(path: Path, kind: What | None, encoding: str | None) -> tuple[Source, Layout]:
    """Return the file's rows and their layout, by the separator under which the header reads best."""
    sources: list[Source] = (
        [book_source(path, kind)] if admit(path) == "book" else [*text_sources(path, encoding)]
    )
    found = [
        (layouts.find(list(islice(source.lines(), layouts.HEAD * 3)), kind), source) for source in sources
    ]
    best, source = max(found, key=lambda pair: pair[0].score)
    if not best.layouts:
        raise IntakeError(_no_header(path, max((f for f, _ in found), key=lambda f: f.summary), kind))
    if len(best.layouts) > 1:
        kinds = [fit.what for fit in best.layouts]
        raise Undecided(
            f"{path.name} could be a list of {' or '.join(kinds)}, by its columns "
            f"{', '.join(filter(None, best.layouts[0].headers))}: say which with "
            f"{' or '.join(f'--kind {kind}' for kind in kinds)}."
        )
    return mended(source, best.layouts[0]), best.layouts[0]


def _no_header(path: Path, found: layouts.Found, kind: What | None) -> str:
    if found.summary:
        return (
            f"{path.name} is an aging summary, which has no invoices in it; export the aging detail or the "
            "list of open invoices instead."
        )
    nearest = ""
    if found.nearest:
        seen = ", ".join(filter(None, map(text_of, found.nearest.cells)))
        nearest = f"; the nearest is line {found.nearest.number} ({seen[:120]})"
    sought = {
        None: "invoices, payments or customers",
        "invoices": "an invoice number, a customer, a date and an amount",
        "payments": "a date, a customer and an amount",
        "customers": "a name and an e-mail address, phone, terms or currency",
    }[kind]
    return f"{path.name} has no header row for {sought} in its first {layouts.HEAD} rows{nearest}."


def _currency(layout: Layout, seen: Survey, told: str | None, name: str) -> tuple[str | None, str]:
    """Return the currency of rows that name none, and why; raise `Undecided` if nothing says it."""
    if "currency" in layout.columns:
        return told, f'Where "{layout.header("currency")}" is blank, {told} is taken.' if told else ""
    if told:
        others = sorted(seen.money.signs.keys() - {told})
        kept = f"; those that are marked {' or '.join(others)} keep that" if others else ""
        return told, f"Amounts are in {told}, as told{kept}."
    money_headers = [
        label.header for field, label in layout.columns.items() if field in {"amount", "balance"}
    ]
    stated = currency_in(layout.titles) or next(filter(None, map(currency_of, money_headers)), None)
    if stated:
        return stated, f"Amounts are in {stated}, as the file says above them."
    if seen.money.signs and not seen.money.odd_sign:
        only = next(iter(seen.money.signs)) if len(seen.money.signs) == 1 else None
        return only, f"Amounts are in {' and '.join(sorted(seen.money.signs))}, as their signs say."
    if seen.first_amount is None and layout.what == "customers":
        return None, ""
    header, example = seen.money.odd_sign or seen.first_amount or (layout.headers[0], None)
    shown = f', for example "{example.text}" on line {example.line}' if example else ""
    raise Undecided(
        f'{name} does not say which currency its amounts are in (column "{header}"{shown}): '
        "give it, such as --currency USD."
    )


def _require_day(understood: Understood) -> None:
    """Ask for a date if the file says that something is paid and neither it nor a person says when."""
    layout = understood.layout
    if understood.as_of or layout.what != "invoices":
        return
    if not any(understood.survey.filled[name] for name in ("paid", "balance", "status")):
        return
    into, _, _ = collect(understood)
    if isinstance(into, Invoices) and into.undated:
        number, line = into.undated
        source = next(
            (layout.header(n) for n in ("paid", "balance", "status") if understood.survey.filled[n]), ""
        )
        raise Undecided(
            f'Column "{source}" says that invoice {number} on line {line} is paid at least in part, and nothing '
            "says when: give the day of the export, such as --as-of 2026-03-31."
        )
