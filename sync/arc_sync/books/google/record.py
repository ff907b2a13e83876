"""The record that every batch leaves in the book: what it meant to do, over what, and what earlier ones left open.

With the rows that the batch copied before it wrote (`captured.py`), whoever reads the book next can tell by it alone
what happened. It stands as JSON in the first column of `_ARC_PRE`, in pieces that a cell can hold.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, NamedTuple

from arc_sheets.cells import Formula
from arc_sync.books.google.reading import Grid, Raw
from arc_sync.merge.history import ROOT, Bookmark

#: Characters of one piece; a cell holds 50,000.
_PIECE: Final = 40_000
_VERSION: Final = 2
#: The part of a batch that only puts things back.
REPAIR: Final = "repair"
_STAMP: Final = re.compile(r"arc-\d+-\w+\.\d+")


class Aim(NamedTuple):
    """A row that a batch means to write: rows and columns from 0."""

    sheet: int
    row: int  #: -1 for a row that it adds at the end
    mark: str  #: the stamp that the row gets, unlike any other
    expect: str  #: print of its identity and of all cells `checked`, as they were read
    checked: tuple[int, ...]
    wrote: Mapping[int, str]  #: print of what it writes, by column
    part: str = ""  #: which part of the plan it is; `REPAIR` is none; "add" and "stamp" tell the id
    heals: tuple[tuple[str, str], ...] = ()  #: what it puts right: hits, and which of their cells


class Cell(NamedTuple):
    """A cell that a batch wrote although it did not hold what was read."""

    name: str  #: of its column, as the header said at that moment: see `layout.names_of`; "@4" on a sheet without
    held: Raw  #: what it held
    wrote: str  #: print of what stands there now
    source: tuple[int, int] | None = None  #: where on `_ARC_PRE` a formula that it held is kept
    near: str = ""  #: of a column without header: what stood beside it (`layout.beside`)
    missing: tuple[str, ...] = ()  #: of ARC's columns, those that had no header then: this may be one of them
    names: tuple[str, ...] = ()  #: with a formula: all columns by name, as it refers to them
    typed: bool = False  #: of a computed column: the row's seal did not fit, so a person may have typed it

    @property
    def key(self) -> str:
        """What tells it from the other cells of its hit, whatever its column is called later."""
        return f"{self.name} {self.near}"


class Hit(NamedTuple):
    """A row whose cells a batch wrote, although it was not the row that was read, or not as it was read."""

    id: str
    sheet: int
    marks: tuple[str, ...]  #: ARC's stamps on the row, oldest first, by one of which it is found
    key: str  #: the id that the row had; on a sheet without ids, the label beside the cell
    row: int  #: where it stood
    cells: tuple[Cell, ...]
    since: int  #: the number of the batch
    given: str = ""  #: the id that the batch wrote there; other rows may have had it, or have it again
    told: bool = False  #: its row was gone, and what a person had typed there was told

    def gave(self, cells: Sequence[Raw]) -> bool:
        """Say whether a row has the id given, and no stamp by which it would be another one."""
        return _has_only(self.given, cells)

    def had(self, cells: Sequence[Raw]) -> bool:
        """Say the same of the id that the row had: enough where somebody typed over the stamp."""
        return bool(self.marks) and _has_only(self.key, cells)


def stamp_of(step: str, at: int) -> str:
    """Return the stamp that a batch gives to a row, the `at`-th that it writes: no other write has it."""
    return f"{step}.{at}"


def _has_only(i: str, cells: Sequence[Raw]) -> bool:
    return bool(i) and i in cells and not any(map(is_stamp, cells))


def is_stamp(value: Raw) -> bool:
    """Say whether a cell holds a stamp."""
    return isinstance(value, str) and _STAMP.fullmatch(value) is not None


@dataclass(slots=True)
class Record:
    """What one batch left behind."""

    number: int = 0  #: of the batch
    step: str = ""  #: the id that `arc_step` has since
    was: Bookmark = ROOT  #: the bookmark before it
    mark: Bookmark = ROOT  #: the bookmark that it wrote
    forms: tuple[str, str] | None = (
        None  #: what it kept of the form, and what to keep if an entry did not hold
    )
    heads: dict[int, dict[str, int]] = field(
        default_factory=dict
    )  #: places by column name, by sheet, as read
    base: int = 0  #: the first row of `_ARC_PRE` with copies
    copied: list[tuple[int, int, int, int]] = field(default_factory=list)  #: sheet, first row, last, columns
    aims: list[Aim] = field(default_factory=list)
    drawn: list[tuple[int, str, tuple[str, ...]]] = field(
        default_factory=list
    )  #: sheet, area, what was known there
    hits: list[Hit] = field(default_factory=list)  #: those that were open before it
    lost: list[tuple[str, str, str]] = field(
        default_factory=list
    )  #: sheet, cell, text that stands nowhere else

    def as_pieces(self) -> list[str]:
        """Return it as texts for cells below each other."""
        told = {
            "version": _VERSION,
            **{name: getattr(self, name) for name in _PLAIN},
            "heads": {str(sheet): places for sheet, places in self.heads.items()},
            "aims": [_aim(aim) for aim in self.aims],
            "hits": [_hit(hit) for hit in self.hits],
        }
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        return [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]


_PLAIN: Final = ("number", "step", "was", "mark", "forms", "base", "copied", "drawn", "lost")


def read_record(scratch: Grid | None) -> Record | None:
    """Read the record on `_ARC_PRE`; None where there is none, or none that this version reads."""
    pieces: list[str] = []
    for cells in scratch.rows if scratch else ():
        if not cells or not isinstance(cells[0], str):
            break
        pieces.append(cells[0])
    try:
        told = json.loads("".join(pieces), parse_float=Decimal)
        return _record(told) if told["version"] == _VERSION else None
    except (ValueError, TypeError, IndexError, KeyError):
        return None


def _record(told: Any) -> Record:
    return Record(
        told["number"],
        told["step"],
        Bookmark(*told["was"]),
        Bookmark(*told["mark"]),
        tuple(told["forms"]) if told["forms"] else None,
        {int(sheet): places for sheet, places in told["heads"].items()},
        told["base"],
        [tuple(one) for one in told["copied"]],
        [_read_aim(aim) for aim in told["aims"]],
        [(sheet, area, tuple(known)) for sheet, area, known in told["drawn"]],
        [_read_hit(hit) for hit in told["hits"]],
        [tuple(one) for one in told["lost"]],
    )


def _aim(aim: Aim) -> list[Any]:
    """Return an aim as a list: there may be thousands."""
    wrote = " ".join(aim.wrote.values())
    more = [aim.part, aim.heals] if aim.part or aim.heals else []
    return [aim.sheet, aim.row, aim.mark, aim.expect, aim.checked, [*aim.wrote], wrote, *more]


def _read_aim(told: Any) -> Aim:
    sheet, row, mark, expect, checked, columns, wrote, *more = told
    written = dict(zip(columns, wrote.split(" "), strict=True)) if columns else {}
    part, heals = more or ("", ())
    return Aim(sheet, row, mark, expect, tuple(checked), written, part, tuple(map(tuple, heals)))


def _hit(hit: Hit) -> dict[str, Any]:
    cells = [(c.name, _told(c.held), *c[2:]) for c in hit.cells]
    return hit._asdict() | {"cells": cells}


def _read_hit(told: Any) -> Hit:
    cells = tuple(
        Cell(
            name,
            _heard(held),
            wrote,
            tuple(source) if source else None,
            near,
            tuple(missing),
            tuple(names),
            typed,
        )
        for name, held, wrote, source, near, missing, names, typed in told["cells"]
    )
    return Hit(**(told | {"marks": tuple(told["marks"]), "cells": cells}))


def _told(value: Raw) -> Any:
    """Return a value as JSON: a number and a formula as a list, so that every kind comes back as it was."""
    if isinstance(value, Formula):
        return ["=", value.text]
    return ["n", str(value)] if isinstance(value, Decimal) else value


def _heard(told: Any) -> Raw:
    if isinstance(told, list):
        return Formula(told[1]) if told[0] == "=" else Decimal(told[1])
    return told if isinstance(told, str | bool) else None
