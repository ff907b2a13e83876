"""The form on Account at work: its filled blocks become requests, and the answers clear the cells or say why not.

A block is a request once its *Then* is set. The request's number follows from the book, the form's nonce, the
customer and all that stands in the block: the same form read twice, or in an old copy of the book, is the same
request, which the ledger carries out once. What was carried out is cleared; what was refused stays as it was
typed, but for *Then*, so that nothing is asked again and again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from arc_sheets import tabs
from arc_sheets.cells import CellValue, Reading, Unreadable, read_cell
from arc_sheets.tab import Column, Kind
from arc_sync.agent.merging import Keys, named
from arc_sync.books.contents import Said
from arc_sync.books.form import BLOCKS, PREVIEW, THEN, Block, Form, State, where
from arc_sync.books.port import SetEntry
from arc_sync.books.seals import plain, seal
from arc_sync.ledger.port import Ledger, View

if TYPE_CHECKING:
    from arc_sync.agent.actions.answers import Answer

#: Carries out the request that these fields make (`agent/actions/requests.py`), once, in a change set of its own.
Act: TypeAlias = "Callable[[Ledger, Mapping[str, Any]], Answer]"

_LONG: Final = 80  #: characters of what was typed that a sentence repeats
_LONGEST: Final = 1_000  #: characters of the tile
_INVOICES: Final = Column("invoices", "Invoices", many=True)


class Occasion(NamedTuple):
    """Where and when the form was read, and whose name its requests get."""

    book: str
    who: str
    when: datetime  #: UTC
    reading: Reading  #: how typed dates are read


class Asked(NamedTuple):
    """A block whose *Then* is set."""

    block: Block
    then: str  #: what was picked, "" if that cannot be read
    cells: Mapping[str, CellValue]  #: as read, by field
    customer: str  #: as the ledger spells it, or as typed where it knows none of the name
    told: Mapping[str, Any]  #: the request's fields; empty where it cannot be one
    why: str  #: why it cannot be, or ""


class Outcome(NamedTuple):
    """What became of one block."""

    entries: tuple[SetEntry, ...]
    sentence: str
    done: bool
    kept: bool = False  #: the ledger keeps that it was carried out, and the cells are cleared

    @property
    def cleared(self) -> list[tuple[tuple[str, str], CellValue]]:
        """The cells that must not ask for anything again, with what stood there."""
        return [((e.block, e.field), e.seen) for e in self.entries if self.kept]


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of the form: what the book is to be told, and the people."""

    form: Form = field(default_factory=Form)
    outcomes: tuple[Outcome, ...] = ()

    @property
    def done(self) -> list[str]:
        """What was carried out, in sentences."""
        return [one.sentence for one in self.outcomes if one.done]

    @property
    def refused(self) -> list[str]:
        """Why blocks were not carried out, in sentences."""
        return [one.sentence for one in self.outcomes if not one.done]

    @property
    def entries(self) -> list[SetEntry]:
        """The writes to entry cells, also those that an earlier round died before."""
        left = [SetEntry(*at, value, None) for at, value in self.form.left.items()]
        return [*left, *(entry for one in self.outcomes for entry in one.entries)]

    @property
    def kept(self) -> bool:
        """Whether a block was carried out, so that the form needs a new nonce once it is cleared."""
        return any(one.kept for one in self.outcomes) or bool(self.form.state.clearing)

    def state(self, local: datetime) -> State | None:
        """Return what to keep of the form while its cells are written, `local` being the wall clock; None: as it is."""
        if not (self.outcomes or self.form.state.clearing):
            return None
        said = self.form.state.said
        if self.outcomes:
            text = " ".join(one.sentence for one in self.outcomes)
            said = Said(_shortened(text, _LONGEST), local, not self.refused)
        cleared = [*self.form.left.items(), *(item for one in self.outcomes for item in one.cleared)]
        return State(self.form.state.nonce, said, tuple((*at, seal(value)) for at, value in cleared))


def answer(form: Form, ledger: Ledger, act: Act, occasion: Occasion, hook: Callable[[], None]) -> Answered:
    """Carry out every block whose *Then* is set, one after the other; `hook` is called after each.

    Raises `LedgerError`; what was carried out by then is said to be done already the next time.
    """
    made = []
    for block in BLOCKS:
        if THEN in form.of(block):
            with ledger.read() as view:
                asked = _asked(form, block, view, occasion)
            made.append(_outcome(asked, ledger, act))
            hook()
    return Answered(form, tuple(made))


def _outcome(asked: Asked, ledger: Ledger, act: Act) -> Outcome:
    if asked.why:
        return _refused(asked, asked.why)
    answered = act(ledger, asked.told)
    if not answered.done:
        return _refused(asked, f"{asked.block.title}: {answered.sentence}")
    if asked.then == PREVIEW:
        return _previewed(asked, answered)
    then_first = sorted(asked.cells, key=lambda name: name != THEN)
    entries = tuple(_entry(asked, name) for name in then_first)
    return Outcome(entries, _naming(asked, answered.sentence), done=True, kept=True)


def _refused(asked: Asked, why: str) -> Outcome:
    return Outcome((_entry(asked, THEN),), why, done=False)


def _previewed(asked: Asked, answered: Answer) -> Outcome:
    """Fill blank cells with the words composed, *Then* last; what a person has written is never replaced."""
    shown = {name: text for name, text in answered.shown.items() if text}
    if any(asked.cells.get(name, shown.get(name)) != shown.get(name) for name in ("subject", "body")):
        why = f"{where('message', THEN)}: Subject or Text is filled already; clear both before a preview."
        return _refused(asked, why)
    blank = (f.column.name for f in asked.block.fields if f.column.name not in asked.cells)
    entries = [_entry(asked, name, shown[name]) for name in blank if name in shown]
    return Outcome((*entries, _entry(asked, THEN)), _naming(asked, answered.sentence), done=True)


def _naming(asked: Asked, sentence: str) -> str:
    """Let a sentence name the customer whom it is about."""
    return sentence if asked.customer in sentence else f"{asked.customer}: {sentence}"


def _entry(asked: Asked, name: str, text: str | None = None) -> SetEntry:
    return SetEntry(asked.block.name, name, asked.cells.get(name), text)


def _asked(form: Form, block: Block, view: View, occasion: Occasion) -> Asked:
    """Return what a block asks for."""
    cells, keys = form.of(block), Keys(view)
    customer = str(keys.spelling(tabs.CUSTOMERS, form.customer.strip()))
    values, why = _read(block, cells, _currency(keys, customer, cells), occasion.reading)
    then = str(values.pop(THEN, ""))
    why = why or _objection(block, customer, values, keys)
    if why:
        return Asked(block, then, cells, customer, {}, why)
    common = {
        "request": number(occasion.book, form.state.nonce, customer, block, cells),
        "who": occasion.who,
        "when": occasion.when,
        "source": "form",
    }
    told = common | _TELLS[block.name](customer, then, values)
    return Asked(block, then, cells, customer, told, "")


def number(book: str, nonce: str, customer: str, block: Block, cells: Mapping[str, CellValue]) -> str:
    """Return the number of the request that a block makes: 64 hex digits.

    *Then* counts for nothing: Send picked after Queue is the same message.
    """
    typed = sorted((name, plain(value)) for name, value in cells.items() if name != THEN)
    told = json.dumps([book, nonce, block.name, customer, typed])
    return hashlib.sha256(told.encode()).hexdigest()


# -- reading ---------------------------------------------------------------------------------------------------


def _read(
    block: Block, cells: Mapping[str, CellValue], currency: str, reading: Reading
) -> tuple[dict[str, Any], str]:
    """Return the values of the filled cells, and what is wrong with the first that cannot be read."""
    values: dict[str, Any] = {}
    for name, cell in cells.items():
        column = block.column(name)
        value = read_cell(column, cell, currency, reading)
        if isinstance(value, Unreadable):
            return values, f'{where(block.name, name)}: "{_shortened(value.text, _LONG)}", {value.why}.'
        if value is not None:
            values[name] = cell if column.kind is Kind.MONEY else value  # its row knows the currency
    return values, ""


def _currency(keys: Keys, customer: str, cells: Mapping[str, CellValue]) -> str:
    """Return the currency in which a block's amount is meant: that of the first invoice named, or the customer's."""
    text = cells.get("invoices") or cells.get("invoice")
    numbers = named(keys, tabs.INVOICES, _INVOICES, text) if isinstance(text, str) else []
    rows = [(tabs.INVOICES, keys.find(tabs.INVOICES, number)) for number in numbers]
    rows.append((tabs.CUSTOMERS, keys.find(tabs.CUSTOMERS, customer)))
    return next((str(row[tab.unit]) for tab, row in rows if row and tab.unit is not None), "")


def _objection(block: Block, customer: str, values: Mapping[str, Any], keys: Keys) -> str:
    """Return why a block whose cells can all be read makes no request, or ""."""
    if not customer:
        return f"{block.title}: no customer is picked in B2 of Account; pick one first."
    if block.name == "log" and "channel" not in values:
        return f"{where('log', 'channel')}: it is blank; pick how you were in touch."
    if block.name == "dispute" and (owner := _customer_of(keys, values.get("invoice"))) not in ("", customer):
        return f"{where('dispute', 'invoice')}: it is an invoice of {owner}, not of {customer}; correct one of them."
    return ""


def _customer_of(keys: Keys, invoice: object) -> str:
    row = keys.find(tabs.INVOICES, invoice) if isinstance(invoice, str) else None
    at = next(k for k, c in enumerate(tabs.INVOICES.stored) if c.name == "customer")
    return str(row[at]) if row else ""


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


# -- telling ---------------------------------------------------------------------------------------------------


def _log(customer: str, _then: str, values: Mapping[str, Any]) -> dict[str, Any]:
    more = {name: value for name, value in values.items() if name != "channel"}
    return {"action": f"log_{str(values['channel']).lower()}", "customer": customer, **more}


def _promise(customer: str, _then: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a promise, or with several instalments a plan, month by month."""
    told = {"customer": customer, "invoices": values.get("invoices")}
    amount, day, many = values.get("amount"), values.get("date"), values.get("instalments")
    if many is None or many == 1:
        return {"action": "take_promise", **told, "amount": amount, "date": day}
    return {"action": "agree_plan", **told, "total": amount, "first": day, "every": "month", "count": many}


def _dispute(_customer: str, _then: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {"action": "raise_dispute", **values}


def _message(customer: str, then: str, values: Mapping[str, Any]) -> dict[str, Any]:
    told = {"customer": customer, "channel": values.get("channel", "Email"), "stage": values.get("stage")}
    if then == PREVIEW:
        return {"action": "compose_message", **told}
    return {
        "action": "send_message",
        **told,
        **{name: values.get(name) for name in ("to", "subject", "body")},
    }


_TELLS: Final[Mapping[str, Callable[[str, str, Mapping[str, Any]], dict[str, Any]]]] = {
    "log": _log,
    "promise": _promise,
    "dispute": _dispute,
    "message": _message,
}
