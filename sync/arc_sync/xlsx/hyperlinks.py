"""Links of cells: `<hyperlinks>` in the sheet, and for addresses outside the workbook a relation."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

from arc_sync.xlsx.archive import part_key
from arc_sync.xlsx.markup import attribute, find_tag, start_tag, top_elements
from arc_sync.xlsx.relations import STRICT_TYPES, TYPES, rels_name, with_children
from arc_sync.xlsx.text import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arc_sync.xlsx.package import Package

_NO_RELATIONS = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
)
# CT_Worksheet's order: hyperlinks come before the first of these that is there.
_AFTER = (
    "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties",
    "cellWatches", "ignoredErrors", "smartTags", "drawing", "drawingHF", "legacyDrawing", "legacyDrawingHF",
    "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst",
)  # fmt: skip


def with_links(package: Package, part: str, links: Mapping[str, str]) -> Callable[[bytes], bytes]:
    """Note the relations that new links need, and give the change to make after the sheet's rows."""
    if not links:
        return lambda tail: tail
    name = rels_name(part)
    xml = package.part(name) if package.has(name) else _NO_RELATIONS
    relations = package.relations(part)
    known = {r.target: r.id for r in relations if r.external and r.kind == "hyperlink"}
    used = {relation.id for relation in relations}
    free = (ident for n in count(1) if (ident := f"rIdArc{n}") not in used)
    types = STRICT_TYPES if package.is_strict else TYPES
    elements, new = {}, []
    for ref, target in links.items():
        if target and not target.startswith("#") and target not in known:  # addresses are told once
            known[target] = next(free)
            relation = {"Id": known[target], "Type": f"{types}/hyperlink", "Target": target}
            new.append({**relation, "TargetMode": "External"})
        elements[ref] = _element(ref, target, known.get(target, ""), types)
    if new:
        package.put(
            name if package.has(name) else part_key(name),
            with_children(xml, "Relationships", "Relationship", new),
        )
    return lambda tail: _linked(tail, elements)


def _element(ref: str, target: str, ident: str, types: str) -> str:
    """Write one link without its prefix; '' for none."""
    if not target:
        return ""
    where = f'xmlns:r="{types}" r:id="{ident}"' if ident else f'location="{escape(target[1:])}"'
    return f'hyperlink ref="{ref}" {where}/>'


def _linked(tail: bytes, elements: Mapping[str, str]) -> bytes:
    end = re.search(rb"</((?:[\w.-]+:)?)worksheet\s*>\s*(?:<!--.*?-->\s*)*\Z", tail, re.DOTALL)
    prefix = end[1] if end else b""
    kept = start_tag("hyperlink").sub(
        lambda found: b"" if found[1] is not None and attribute(found[0], "ref") in elements else found[0],
        tail,
    )
    new = b"".join(b"<" + prefix + element.encode() for element in elements.values() if element)
    close = b"</" + prefix + b"hyperlinks>"
    found = find_tag("hyperlinks", kept)
    if found is not None and not found[0].endswith(b"/>"):
        at = kept.index(close[:-1], found.end())
        if not new and b"<" not in kept[found.end() : at].strip():
            return kept[: found.start()] + kept[kept.index(b">", at) + 1 :]
        return kept[:at] + new + kept[at:]
    if not new:
        return kept
    places = top_elements(kept)
    last = kept.rindex(b"</" + prefix + b"worksheet")
    at = min((places[name] for name in _AFTER if name in places), default=last)
    return kept[:at] + b"<" + prefix + b"hyperlinks>" + new + close + kept[at:]
