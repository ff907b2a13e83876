"""The form on Account at work: its filled blocks become requests, and the answers clear the cells or say why not.

A block is a request once its *Then* is set. The request's number follows from the book, the form's nonce, the
customer and all that stands in the block: the same form read twice, or in an old copy of the book, is the same
request, which the ledger carries out once. What was carried out is cleared; what was refused stays as it was
typed, but for *Then*, so that nothing is asked again and again; the tile says so until the block is empty.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from arc_sheets import tabs
from arc_sheets.cells import CellValue, Reading, Unreadable, read_cell
from arc_sheets.tab import Column, Kind
from arc_sync.agent.actions.finding import Finder
from arc_sync.agent.merging import Keys, named
from arc_sync.books.contents import Said
from arc_sync.books.form import BLOCKS, PLACES, PREVIEW, THEN, Block, Form, State, where
from arc_sync.books.port import SetEntry
from arc_sync.books.seals import plain, seal
from arc_sync.ledger.port import Ledger, View
from arc_sync.xlsx.refs import cell_ref

if TYPE_CHECKING:
    from arc_sync.agent.actions.answers import Answer

#: Carries out the request that these fields make (`agent/actions/requests.py`), once, in a change set of its own.
Act: TypeAlias = "Callable[[Ledger, Mapping[str, Any]], Answer]"

#: What is wrong with a block: the field, "" for none, and a clause about it.
_Mistake: TypeAlias = tuple[str, str]

_LONG: Final = 80  #: characters of what was typed that a sentence repeats
_LONGEST: Final = 1_000  #: characters of the tile
_INVOICES: Final = Column("invoices", "Invoices", many=True)
#: What a block cannot do without, and how to mend it.
_NEEDED: Final[Mapping[str, Mapping[str, str]]] = {
    "log": {"channel": "pick how you were in touch"},
    "promise": {"date": "give the day by which they pay"},
    "dispute": {"invoice": "name the invoice that is contested"},
}


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
    doubted: bool = False  #: a person is asked first whose its cells are


class Outcome(NamedTuple):
    """What became of one block."""

    block: Block
    customer: str
    entries: tuple[SetEntry, ...]
    sentence: str
    done: bool
    kept: bool = False  #: the ledger keeps that it was carried out, and the cells are cleared
    doubted: bool = False  #: a person is asked first whose the cells are

    @property
    def cleared(self) -> list[tuple[tuple[str, str], CellValue]]:
        """The cells that must not ask for anything again, with what stood there."""
        return [((e.block, e.field), e.seen) for e in self.entries if self.kept or self.doubted]


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

    @property
    def whose(self) -> tuple[str, ...]:
        """Whose the cells are that are left, as the first round saw them: theirs until all are cleared.

        Cells filled since the last round are for whoever is picked now: the file cannot show which came first.
        """
        known, picked = self.form.state.whose, self.form.customer.strip()
        if any(one.doubted for one in self.outcomes):
            return (*known[:1], picked)
        became = {one.block.name: one for one in self.outcomes}
        left = any(_left_filled(self.form.of(block), became.get(block.name)) for block in BLOCKS)
        return (known or tuple(filter(None, (picked,)))) if left else ()

    def state(self, local: datetime) -> State | None:
        """Return what to keep of the form while its cells are written, `local` being the wall clock; None: as it is."""
        if not (self.outcomes or self.form.state.clearing) and self.whose == self.form.state.whose:
            return None
        said = self.form.state.said
        if self.outcomes:
            mixed = bool(self.done and self.refused)
            parts = (f"Not done: {o.sentence}" if mixed and not o.done else o.sentence for o in self.outcomes)
            text = _shortened(" ".join(parts), _LONGEST)
            said = Said(text, local, not self.refused, mixed, self.outcomes[0].customer)
        cleared = [*self.form.left.items(), *(item for one in self.outcomes for item in one.cleared)]
        return State(
            self.form.state.nonce, said, tuple((*at, seal(value)) for at, value in cleared), self.whose
        )


def waiting(form: Form, outcomes: Sequence[Outcome] = ()) -> str:
    """Return which blocks are left filled and ask for nothing, and what to pick there; "" if none is."""
    became, customer = {one.block.name: one for one in outcomes}, form.customer.strip()
    left = [
        f"{block.title} ({block.column(THEN).choices[-1]} in {cell_ref(*PLACES[block.name, THEN])}, Then)"
        for block in BLOCKS
        if _left_filled(form.of(block), became.get(block.name))
    ]
    return f"Waiting for {customer or 'a customer in B2'}: {', '.join(left)}." if left else ""


def _left_filled(cells: Mapping[str, CellValue], became: Outcome | None) -> bool:
    """Say whether a block is filled, but for *Then*, once what became of it has been written."""
    if became is None:
        return bool(cells) and THEN not in cells
    return not became.kept and bool(cells.keys() | {e.field for e in became.entries} - {THEN})


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
    told = _naming(asked, answered.sentence)
    return Outcome(asked.block, asked.customer, entries, told, done=True, kept=True)


def _refused(asked: Asked, why: str) -> Outcome:
    then = (_entry(asked, THEN),)
    return Outcome(asked.block, asked.customer, then, why, done=False, doubted=asked.doubted)


def _previewed(asked: Asked, answered: Answer) -> Outcome:
    """Fill blank cells with the words composed, *Then* last; what a person has written is never replaced."""
    shown = {name: text for name, text in answered.shown.items() if text}
    if any(asked.cells.get(name, shown.get(name)) != shown.get(name) for name in ("subject", "body")):
        why = f"{where('message', THEN)}: Subject or Text is filled already; clear both before a preview."
        return _refused(asked, why)
    blank = (f.column.name for f in asked.block.fields if f.column.name not in asked.cells)
    entries = [_entry(asked, name, shown[name]) for name in blank if name in shown]
    filled = (*entries, _entry(asked, THEN))
    return Outcome(asked.block, asked.customer, filled, _naming(asked, answered.sentence), done=True)


def _naming(asked: Asked, sentence: str) -> str:
    """Let a sentence name the customer whom it is about."""
    return sentence if asked.customer in sentence else f"{asked.customer}: {sentence}"


def _entry(asked: Asked, name: str, text: str | None = None) -> SetEntry:
    return SetEntry(asked.block.name, name, asked.cells.get(name), text)


def _asked(form: Form, block: Block, view: View, occasion: Occasion) -> Asked:
    """Return what a block asks for."""
    cells, keys = form.of(block), Keys(view)
    customer, *whose = (
        str(keys.spelling(tabs.CUSTOMERS, name)) for name in (form.customer.strip(), *form.state.whose)
    )
    if customer and whose and customer not in whose:
        return Asked(block, "", cells, customer, {}, _doubt(block, cells, customer, whose[0]), doubted=True)
    values, why = _read(block, cells, _currency(keys, customer, cells), occasion.reading)
    then = str(values.pop(THEN, ""))
    if "invoices" in values:
        values["invoices"] = _listed(keys, values["invoices"])
    why += _objections(block, customer, cells, values, Finder(view))
    if why:
        return Asked(block, then, cells, customer, {}, _sentences(block, why))
    common = {
        "request": number(occasion.book, form.state.nonce, customer, block, cells),
        "who": occasion.who,
        "when": occasion.when,
        "source": "form",
    }
    told = common | _TELLS[block.name](customer, then, values)
    return Asked(block, then, cells, customer, told, "")


def _doubt(block: Block, cells: Mapping[str, CellValue], customer: str, first: str) -> str:
    """Return that cells may have been filled for the customer who was picked in B2 before; the person decides."""
    return (
        f"{block.title}: these cells were begun for {first}; pick {first} again in B2,"
        f" or pick {_shortened(str(cells[THEN]), _LONG)} once more for {customer}."
    )


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
) -> tuple[dict[str, Any], list[_Mistake]]:
    """Return the values of the filled cells, and what is wrong with each that cannot be read."""
    values: dict[str, Any] = {}
    why: list[_Mistake] = []
    for name, cell in cells.items():
        column = block.column(name)
        value = read_cell(column, cell, currency, reading)
        if isinstance(value, Unreadable):
            why.append((name, f'"{_shortened(value.text, _LONG)}", {value.why}.'))
        elif value is not None:
            values[name] = cell if column.kind is Kind.MONEY else value  # its row knows the currency
    return values, why


def _currency(keys: Keys, customer: str, cells: Mapping[str, CellValue]) -> str:
    """Return the currency in which a block's amount is meant: that of the first invoice named, or the customer's."""
    text = cells.get("invoices") or cells.get("invoice")
    numbers = named(keys, tabs.INVOICES, _INVOICES, text) if isinstance(text, str) else []
    rows = [(tabs.INVOICES, keys.find(tabs.INVOICES, number)) for number in numbers]
    rows.append((tabs.CUSTOMERS, keys.find(tabs.CUSTOMERS, customer)))
    return next((str(row[tab.unit]) for tab, row in rows if row and tab.unit is not None), "")


def _listed(keys: Keys, text: str) -> str:
    """Return a list of invoices, with commas where somebody left blanks between known numbers: "RE-1 RE-2"."""
    if ":" in text:  # with amounts; the blank may stand before one
        return text
    numbers = [_words(keys, number) or [number] for number in named(keys, tabs.INVOICES, _INVOICES, text)]
    return text if all(len(some) == 1 for some in numbers) else ", ".join(n for some in numbers for n in some)


def _words(keys: Keys, number: str) -> list[str]:
    """Return the invoice numbers that make up what is none itself; empty unless each of them is known."""
    words = number.split()
    known = keys.find(tabs.INVOICES, number) is not None
    return [] if known or any(keys.find(tabs.INVOICES, word) is None for word in words) else words


def _objections(
    block: Block, customer: str, cells: Mapping[str, CellValue], values: Mapping[str, Any], find: Finder
) -> Iterator[_Mistake]:
    """Yield why a block makes no request, beyond cells that cannot be read."""
    if not customer:
        yield "", "no customer is picked in B2 of Account; pick one first."
    needed = _NEEDED.get(block.name, {})
    yield from ((name, f"it is blank; {remedy}.") for name, remedy in needed.items() if name not in cells)
    for name in ("invoices", "invoice"):
        yield from ((name, why) for why in _strangers(name, values.get(name, ""), find))
    owner = _customer_of(find.keys, values.get("invoice"))
    if customer and owner and owner != customer:
        yield "invoice", f"it is an invoice of {owner}, not of {customer}; correct one of them."


def _sentences(block: Block, why: Iterable[_Mistake]) -> str:
    """Return what is wrong with a block, from top to bottom, each with the place of its cell."""
    order = ["", *(f.column.name for f in block.fields)]
    return " ".join(
        f"{where(block.name, name) if name else block.title}: {clause}"
        for name, clause in sorted(why, key=lambda mistake: order.index(mistake[0]))
    )


def _strangers(name: str, text: str, find: Finder) -> Iterator[str]:
    """Yield what is wrong with the invoices that a cell names: one that is not there, several where one is asked."""
    keys = find.keys
    for number in find.numbers(text) if name == "invoices" else filter(None, [text]):
        if keys.find(tabs.INVOICES, number) is not None:
            continue
        if name == "invoice" and len(find.numbers(_listed(keys, text))) > 1:
            yield "it names several invoices, and a dispute is about one; raise one after the other."
        elif name == "invoices" and len(number.split()) > 1:
            told = _shortened(number, _LONG)
            yield f"there is no invoice {told}; put a comma between two numbers, each as it stands on Invoices."
        else:
            missing = find.missing(tabs.INVOICES, _shortened(number, _LONG))
            yield f"{missing[:1].lower()}{missing[1:]}"


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
