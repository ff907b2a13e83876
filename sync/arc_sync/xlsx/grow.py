"""What covers a table grows with it: filters, validations, conditional formats, defined names, print areas."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.formulas import grow
from arc_sync.xlsx.markup import PREFIX, attribute, replace_tags, with_attribute
from arc_sync.xlsx.refs import Area, area_ref, parse_areas
from arc_sync.xlsx.text import escape, unescape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_FORMULA = re.compile(rb"(<(" + PREFIX + rb"(?:formula[12]?|f))>)([^<]*)(</\2\s*>)")
_SQREF = re.compile(rb"(<(" + PREFIX + rb"sqref)>)([^<]*)(</\2\s*>)")
_NAME = re.compile(rb"(<(" + PREFIX + rb"definedName)(?=\s)[^<>]*>)([^<]*)(</\2\s*>)")
_CONDITIONAL = re.compile(
    rb"<(" + PREFIX + rb")(conditionalFormatting|dataValidations|extLst)(?=[\s>]).*?</\1\2\s*>", re.DOTALL
)


class Growth(NamedTuple):
    """A table's data, before and after: the rows first to last (1-based), the columns left to right (0-based)."""

    first: int
    last: int
    left: int
    right: int
    new_last: int

    def stretch(self, area: Area) -> Area:
        """Let an area that covers the data down to its last row reach the new last row."""
        covers = area.top <= self.first and area.bottom >= self.last
        beside = area.left <= self.right and self.left <= area.right
        return area._replace(bottom=max(area.bottom, self.new_last)) if covers and beside else area


def stretched(growths: Sequence[Growth]) -> Callable[[Area], Area]:
    """Make one change of several growths."""

    def change(area: Area) -> Area:
        for growth in growths:
            area = growth.stretch(area)
        return area

    return change


def grown_tail(tail: bytes, sheet: str, growths: Sequence[Growth]) -> bytes:
    """Grow what stands after a sheet's rows: filter, validations, conditional formats, x14 ones too."""
    if not growths:
        return tail
    change = stretched(growths)
    tail = replace_tags("autoFilter", tail, lambda tag: _grown_attribute(tag, "ref", change))
    for name in ("conditionalFormatting", "dataValidation", "protectedRange", "ignoredError"):
        tail = replace_tags(name, tail, lambda tag: _grown_attribute(tag, "sqref", change))
    tail = _SQREF.sub(
        lambda found: found[1] + _grown_refs(found[3].decode(), change).encode() + found[4], tail
    )
    return _CONDITIONAL.sub(lambda found: _grown_formulas(found[0], sheet, change), tail)


def _grown_formulas(xml: bytes, sheet: str, change: Callable[[Area], Area]) -> bytes:
    def one(found: re.Match[bytes]) -> bytes:
        text = grow(unescape(found[3].decode()), sheet, change, here=True)
        return found[1] + escape(text).encode() + found[4]

    return _FORMULA.sub(one, xml)


def _grown_attribute(tag: bytes, name: str, change: Callable[[Area], Area]) -> bytes:
    refs = attribute(tag, name)
    new = _grown_refs(refs, change) if refs else refs
    return tag if new is None or new == refs else with_attribute(tag, name, new)


def _grown_refs(refs: str, change: Callable[[Area], Area]) -> str:
    try:
        areas = parse_areas(refs)
    except Refused:  # whole columns and the like, which need not grow
        return refs
    new = [change(area) for area in areas]
    return refs if new == areas else " ".join(area_ref(area) for area in new)


def grown_names(workbook: bytes, sheet: str, growths: Sequence[Growth]) -> bytes:
    """Grow defined names, print areas among them, in workbook.xml."""
    if not growths:
        return workbook
    change = stretched(growths)

    def one(found: re.Match[bytes]) -> bytes:
        old = unescape(found[3].decode())
        new = grow(old, sheet, change, here=False)
        return found[0] if new == old else found[1] + escape(new).encode() + found[4]

    return _NAME.sub(one, workbook)
