"""The form on the Account tab, declared once: what it asks for, where each entry cell stands, what was read there.

Four blocks stand below each other: labels in K, entry cells in L, so that Enter walks down one column. The last
field of a block, *Then*, asks for what is to be done with it. Drawing, validation, reading and the requests
derive from this declaration; a field has the name that a request gives it.

A form has a *nonce*, kept on `_ARC`: it changes when a block has been carried out. So the same form read twice is
one request, however often a round dies, and the same words typed again next week are another.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from typing import Final, NamedTuple

from arc_sheets import tabs
from arc_sheets.cells import CellValue
from arc_sheets.tab import Column, Kind
from arc_sync.books.contents import SILENCE, Said
from arc_sync.books.seals import seal
from arc_sync.xlsx.refs import Area, Place, cell_ref

LABELS: Final = 10  #: column K
ENTRIES: Final = 11  #: column L
FIRST_ROW: Final = 9  #: where the first block's title stands
TEXT_ROWS: Final = 14  #: of the cell for a whole message
#: The name of the field that asks for what is to be done, and what it offers.
THEN: Final = "then"
SAVE: Final = "Save"
PREVIEW: Final = "Preview"
SEND: Final = "Send"
#: The name of the line of `_ARC` that keeps the form's `State`.
KEPT: Final = "form"
#: The nonce of a book that has just been made.
FIRST_NONCE: Final = "0"


class Field(NamedTuple):
    """One entry cell. Its column says name, label, kind and choices, as that of a record tab does."""

    column: Column
    hint: str  #: shown when the cell is entered
    rows: int = 1  #: rows of the sheet that it is tall
    usual: tuple[str, ...] = ()  #: offered in a list, but any other text will do


@dataclass(frozen=True, slots=True)
class Block:
    """One form of the four; its fields follow its title, from top to bottom."""

    name: str
    title: str
    fields: tuple[Field, ...]
    top: int = 0  #: the row of its title

    @property
    def rows(self) -> int:
        """How many rows it takes, with its title and the blank row below it."""
        return 2 + sum(f.rows for f in self.fields)

    def places(self) -> Iterator[tuple[Field, Place]]:
        """Yield each field with the place of its entry cell."""
        row = self.top + 1
        for one in self.fields:
            yield one, Place(row, ENTRIES)
            row += one.rows

    def column(self, name: str) -> Column:
        """Return the declaration of a field; raises StopIteration for a name that is none."""
        return next(f.column for f in self.fields if f.column.name == name)


def _text(name: str, label: str, hint: str, rows: int = 1) -> Field:
    return Field(Column(name, label, Kind.NOTE if rows > 1 else Kind.TEXT), hint, rows)


def _pick(name: str, label: str, choices: tuple[str, ...], hint: str = "Alt+Down opens the list.") -> Field:
    return Field(Column(name, label, Kind.CHOICE, choices=choices), hint)


def _say(name: str, label: str, usual: tuple[str, ...]) -> Field:
    return Field(Column(name, label), "In your words; Alt+Down lists the usual ones.", usual=usual)


def _day(name: str, label: str) -> Field:
    return Field(Column(name, label, Kind.DATE), "A day such as 2026-11-30. Ctrl+; enters today.")


def _amount(hint: str) -> Field:
    return Field(Column("amount", "Amount", Kind.MONEY), hint)


def _then(*choices: str, hint: str) -> Field:
    return _pick(THEN, "Then", choices, hint)


_SAVES: Final = "Pick Save; the next sync files it and clears these cells."
_OUTCOMES: Final = (
    "Spoke",
    "Left voicemail",
    "No answer",
    "Promised to pay",
    "Disputes it",
    "Asked for a copy",
    "Wrong contact",
)


def _stacked(*blocks: Block) -> tuple[Block, ...]:
    """Return the blocks below each other, the first one from `FIRST_ROW`."""
    tops = accumulate((b.rows for b in blocks[:-1]), initial=FIRST_ROW)
    return tuple(Block(b.name, b.title, b.fields, top) for b, top in zip(blocks, tops, strict=True))


BLOCKS: Final = _stacked(
    Block(
        "log",
        "Log a call, text or email",
        (
            _pick("channel", "How", tabs.CHANNELS),
            _text("contact", "With", "Blank: the customer's contact."),
            _say("outcome", "Outcome", _OUTCOMES),
            _pick("reason", "Why not paid", tabs.REASONS),
            _text("invoices", "Invoices", "Numbers with commas between them; may stay blank."),
            Field(Column("notes", "Note", Kind.NOTE), "What was said, as long as you like."),
            _say("next_step", "Next step", ("Call", "Text", "Email", "Wait", "Escalate")),
            _day("next_on", "On"),
            _then(SAVE, hint=_SAVES),
        ),
    ),
    Block(
        "promise",
        "Take a promise",
        (
            _text("invoices", "Invoices", "Numbers with commas between them. Blank: all that is overdue."),
            _amount("In the customer's currency. Blank: all that these invoices owe."),
            _day("date", "Pay by"),
            Field(
                Column("instalments", "Instalments", Kind.NUMBER),
                "Blank or 1. More make a plan: the amount in parts, month by month.",
            ),
            _then(SAVE, hint=_SAVES),
        ),
    ),
    Block(
        "dispute",
        "Raise a dispute",
        (
            _text("invoice", "Invoice", "One invoice number."),
            _amount("What is contested. Blank: all of the invoice."),
            _pick("reason", "Reason", tabs.DISPUTE_REASONS),
            _text("owner", "Owner", "Who is to settle it."),
            _then(SAVE, hint=_SAVES),
        ),
    ),
    Block(
        "message",
        "Write a message",
        (
            _pick("channel", "Send as", ("Email", "Text"), "Blank: by email."),
            _pick("stage", "Template", tabs.STAGES, "Preview fills subject and text from it."),
            _text("to", "To", "Blank: the customer's own address or number."),
            _text("subject", "Subject", "Of an email; one line."),
            _text("body", "Text", "Alt+Enter begins a new line.", TEXT_ROWS),
            _then(
                *(PREVIEW, SEND),
                hint="Preview fills subject and text. Send: what stands here goes out when its hour comes.",
            ),
        ),
    ),
)
BY_NAME: Final = {block.name: block for block in BLOCKS}

#: The place of every entry cell, by block and field.
PLACES: Final = {(b.name, f.column.name): place for b in BLOCKS for f, place in b.places()}
#: Entry cells that are one over several rows.
TALL: Final = tuple(
    Area(place.row, ENTRIES, place.row + f.rows - 1, ENTRIES)
    for b in BLOCKS
    for f, place in b.places()
    if f.rows > 1
)
LAST_ROW: Final = BLOCKS[-1].top + BLOCKS[-1].rows - 2


def where(block: str, name: str) -> str:
    """Return how a person finds an entry cell: `Account L23, Pay by`."""
    return f"Account {cell_ref(*PLACES[block, name])}, {BY_NAME[block].column(name).header}"


class State(NamedTuple):
    """What ARC itself keeps of the form: one line of `_ARC`, so that it is written whole or not at all."""

    nonce: str = ""  #: "" in a book that has no form, as an older ARC made it
    said: Said = SILENCE
    #: Cells of blocks that were carried out, while they are being cleared: block, field, seal of what stood there.
    clearing: tuple[tuple[str, str, str], ...] = ()
    #: Whose the cells are that stand there: for whom they were begun, then about whom a person was asked.
    whose: tuple[str, ...] = ()


#: Of a book without a form.
UNKEPT: Final = State()


def as_text(state: State) -> str:
    """Return what is kept of the form as one line."""
    text, when, done, some, customer, _ = state.said
    told = [state.nonce, [text, when.isoformat() if when else "", done, some, customer], state.clearing]
    return json.dumps([*told, state.whose], ensure_ascii=False)


def from_text(line: str) -> State:
    """Read what `as_text` made; a line that is none is that of a book without a form."""
    try:
        nonce, (text, when, *more), clearing, *whose = json.loads(line)
        done, some, customer = (*more, False, "")[:3]  # an older ARC kept no more than whether it was done
        moment = datetime.fromisoformat(when) if when else None
        said = Said(str(text), moment, bool(done), bool(some), str(customer))
        cleared = tuple((str(b), str(f), str(s)) for b, f, s in clearing)
        return State(str(nonce), said, cleared, tuple(map(str, whose[0])) if whose else ())
    except (TypeError, ValueError):
        return UNKEPT


@dataclass(frozen=True, slots=True)
class Form:
    """The form as it was read."""

    state: State = UNKEPT
    customer: str = ""  #: picked in B2, as typed
    cells: Mapping[tuple[str, str], CellValue] = field(default_factory=dict)  #: by block and field, if filled

    @property
    def left(self) -> dict[tuple[str, str], CellValue]:
        """The cells that a round carried out and died before it had cleared them: nobody asks for these again."""
        known = {(block, name): sealed for block, name, sealed in self.state.clearing}
        return {at: value for at, value in self.cells.items() if known.get(at) == seal(value)}

    def of(self, block: Block) -> dict[str, CellValue]:
        """Return the filled cells of a block by field, from top to bottom."""
        places = ((f.column.name, (block.name, f.column.name)) for f in block.fields)
        left = self.left
        return {name: self.cells[at] for name, at in places if at in self.cells and at not in left}
