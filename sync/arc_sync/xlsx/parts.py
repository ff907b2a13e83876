"""What has to follow an edit in other parts: recalculation, calcChain, pivot caches, defined names, styles."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.grow import grown_names
from arc_sync.xlsx.headers import rename_columns
from arc_sync.xlsx.markup import attribute, find_tag, with_attribute
from arc_sync.xlsx.refs import Area, parse_area
from arc_sync.xlsx.relations import (
    STRICT_TYPES,
    TYPES,
    rels_name,
    with_children,
    without_override,
    without_relation,
)
from arc_sync.xlsx.workbook import recalculated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arc_sync.xlsx.package import Package
    from arc_sync.xlsx.sheet import Sheet

_CONTENT_TYPES = "[content_types].xml"
_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"


def follow(package: Package, *, formulas_changed: bool) -> None:
    """Bring the other parts in step with the edited sheets."""
    sheets = [sheet for sheet in package.sheets if sheet.is_edited]
    workbook = package.part(package.workbook_part)
    for sheet in sheets:
        rename_columns(package, sheet)
        workbook = grown_names(workbook, sheet.name, sheet.growths)
        _refresh_pivots(package, sheet)
    if any(sheet.edits for sheet in sheets):
        workbook = recalculated(workbook)
    package.put(package.workbook_part, workbook)
    if formulas_changed:
        _drop_calc_chain(package)
    if package.styles.changed:
        package.put(package.styles_part or _new_styles_part(package), package.styles.xml)


def _new_styles_part(package: Package) -> str:
    """Tell the workbook and the content types of a styles.xml, where all programs look for it; give its name."""
    part = next(name for n in count() if not package.has(name := f"xl/styles{n or ''}.xml"))
    rels = rels_name(package.workbook_part)
    used = {relation.id for relation in package.relations(package.workbook_part)}
    ident = next(name for number in count(1) if (name := f"rIdArc{number}") not in used)
    kind = f"{STRICT_TYPES if package.is_strict else TYPES}/styles"
    relation = {"Id": ident, "Type": kind, "Target": f"/{part}"}
    package.put(rels, with_children(package.part(rels), "Relationships", "Relationship", [relation]))
    override = {"PartName": f"/{part}", "ContentType": _STYLES_TYPE}
    types = package.part(_CONTENT_TYPES)
    package.put(_CONTENT_TYPES, with_children(types, "Types", "Override", [override]))
    return part


def _drop_calc_chain(package: Package) -> None:
    """Leave calcChain out: it may name a cell that has no formula now, and Excel builds it anew."""
    for relation in package.relations(package.workbook_part):
        if relation.kind == "calcChain" and relation.target in package.directory.members:
            name = rels_name(package.workbook_part)
            package.put(name, without_relation(package.part(name), relation.id))
            package.put(_CONTENT_TYPES, without_override(package.part(_CONTENT_TYPES), relation.target))
            package.dropped.add(relation.target)


def _refresh_pivots(package: Package, sheet: Sheet) -> None:
    """Ask Excel to refresh the pivot caches that are fed from cells that were edited."""
    for relation in package.relations(package.workbook_part):
        if relation.kind != "pivotCacheDefinition" or not package.has(relation.target):
            continue
        xml = package.part(relation.target)
        source = find_tag("worksheetSource", xml)
        root = find_tag("pivotCacheDefinition", xml)
        if source is None or root is None or not _feeds(package, sheet, source[0]):
            continue
        if attribute(root[0], "refreshOnLoad") not in {"1", "true"}:
            new = with_attribute(root[0], "refreshOnLoad", "1")
            package.put(relation.target, xml[: root.start()] + new + xml[root.end() :])


def _feeds(package: Package, sheet: Sheet, source: bytes) -> bool:
    """Say whether a pivot's source holds an edited cell of the sheet."""
    ref, name = attribute(source, "ref"), attribute(source, "name")
    owner = attribute(source, "sheet")
    if owner is not None and owner.casefold() != sheet.name.casefold():
        return False
    if ref is not None and owner is not None:
        return _edited_within(sheet.edits, ref)
    for table in sheet.tables:
        if name is not None and table.name.casefold() == name.casefold():
            return _edited_within(sheet.edits, table.area)
    meaning = next((known.text for known in package.defined_names if known.name == name), "")
    return sheet.name.casefold() in meaning.casefold()


def _edited_within(edits: Mapping[int, Mapping[int, object]], where: str | Area) -> bool:
    try:
        area = parse_area(where) if isinstance(where, str) else where
    except Refused:  # whole columns: any edit will do
        return bool(edits)
    return any(area.holds(row, column) for row, columns in edits.items() for column in columns)
