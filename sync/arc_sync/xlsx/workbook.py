"""workbook.xml: the sheets in order, the date system, defined names, and the flag that asks for recalculation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arc_sync.xlsx.markup import attribute, find_tag, local, parse, with_attribute

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.etree.ElementTree import Element

    from arc_sync.xlsx.relations import Relation

# In the order of the schema (CT_Workbook): calcPr follows whichever of these comes last.
_BEFORE_CALC = ("definedNames", "externalReferences", "functionGroups", "sheets")


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet as the workbook lists it: its name, state (visible, hidden, veryHidden), part and kind."""

    name: str
    state: str
    part: str
    kind: str


@dataclass(frozen=True, slots=True)
class DefinedName:
    """A defined name: what it means (a formula without '='), and the sheet it belongs to, if to one."""

    name: str
    text: str
    sheet: str | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class Workbook:
    """What workbook.xml says."""

    sheets: tuple[SheetEntry, ...]
    date1904: bool
    defined_names: tuple[DefinedName, ...]


def read_workbook(xml: bytes, part: str, relations: Mapping[str, Relation]) -> Workbook:
    """Read workbook.xml. Raises Refused when it is broken."""
    root = parse(xml, part)
    sheets = tuple(_sheet(element, relations) for element in root.iter() if local(element.tag) == "sheet")
    properties = next((element for element in root if local(element.tag) == "workbookPr"), None)
    date1904 = properties is not None and properties.get("date1904") in {"1", "true"}
    names = (_name(element, sheets) for element in root.iter() if local(element.tag) == "definedName")
    return Workbook(sheets, date1904, tuple(names))


def _sheet(element: Element, relations: Mapping[str, Relation]) -> SheetEntry:
    ident = next((value for name, value in element.items() if local(name) == "id" and name != "id"), "")
    relation = relations.get(ident)
    part, kind = (relation.target, relation.kind) if relation else ("", "")
    return SheetEntry(element.get("name") or "", element.get("state") or "visible", part, kind)


def _name(element: Element, sheets: tuple[SheetEntry, ...]) -> DefinedName:
    index = element.get("localSheetId", "")
    sheet = sheets[int(index)].name if index.isdecimal() and int(index) < len(sheets) else None
    hidden = element.get("hidden") in {"1", "true"}
    return DefinedName(element.get("name") or "", element.text or "", sheet, hidden)


def recalculated(xml: bytes) -> bytes:
    """Ask Excel to calculate the whole workbook when it opens it."""
    found = find_tag("calcPr", xml)
    if found is not None:
        if attribute(found[0], "fullCalcOnLoad") in {"1", "true"}:
            return xml
        return xml[: found.start()] + with_attribute(found[0], "fullCalcOnLoad", "1") + xml[found.end() :]
    for name in _BEFORE_CALC:
        before = find_tag(name, xml)
        if before is not None:
            end = b"</" + before[1] + name.encode()
            at = (
                before.end()
                if before[0].endswith(b"/>")
                else xml.index(b">", xml.index(end, before.end())) + 1
            )
            return xml[:at] + b"<" + before[1] + b'calcPr fullCalcOnLoad="1"/>' + xml[at:]
    return xml
