"""A table's header cells: Excel calls a file corrupt when they and the table's column names differ."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.markup import attribute, start_tag, with_attribute
from arc_sync.xlsx.refs import cell_ref
from arc_sync.xlsx.text import encode, escape, unescape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arc_sync.xlsx.package import Package
    from arc_sync.xlsx.sheet import Sheet
    from arc_sync.xlsx.tables import Table


def rename_columns(package: Package, sheet: Sheet) -> None:
    """Rename the table columns whose header cells were edited.

    Raises Refused for a header that is not text, is there twice, or is used in a formula by its old name.
    """
    for table in sheet.tables:
        renamed = dict(_renamed(sheet, table)) if table.header_rows else {}
        if not renamed:
            continue
        names = [renamed.get(offset, name) for offset, name in enumerate(table.headers)]
        if len({name.casefold() for name in names}) < len(names):
            raise Refused(
                f"Two columns of the table {table.name} would have the same header; choose another."
            )
        for offset in renamed:
            check_unused(package, table, table.headers[offset])
        package.put(table.part, _with_names(package.part(table.part), renamed))


def _renamed(sheet: Sheet, table: Table) -> Iterator[tuple[int, str]]:
    """Find the edited header cells: (column of the table, from 0, and its new name)."""
    for column, edit in sheet.edits.get(table.area.top, {}).items():
        offset = column - table.area.left
        if not 0 <= offset < len(table.columns):
            continue
        if not isinstance(edit.value, str) or not edit.value:
            where = cell_ref(table.area.top, column)
            raise Refused(f"Cell {where} is a header of the table {table.name}, which has to be text.")
        if edit.value != table.headers[offset]:
            yield offset, edit.value


def _with_names(xml: bytes, renamed: dict[int, str]) -> bytes:
    offsets = iter(range(1 << 20))

    def one(found: re.Match[bytes]) -> bytes:
        if found[1] is None:
            return found[0]
        name = renamed.get(next(offsets))
        return found[0] if name is None else _named(found[0], name)

    return start_tag("tableColumn").sub(one, xml)


def _named(tag: bytes, name: str) -> bytes:
    """Write the name as Excel does: line ends and tabs as `_xHHHH_`."""
    coded = re.sub("[\t\n\r]", lambda found: f"_x{ord(found[0]):04x}_", unescape(encode(name)))
    changed = with_attribute(tag, "name", coded)
    return with_attribute(changed, "uniqueName", coded) if attribute(tag, "uniqueName") else changed


def check_unused(package: Package, table: Table, name: str) -> None:
    """Refuse to rename a column that a formula names: `Invoices[Amount]` would point nowhere."""
    quoted = re.sub(r"(['#\[\]@])", r"'\1", name)
    text = re.escape(escape(quoted).encode())
    use = re.compile(rb"[\[,:@]" + text + rb"\]", re.IGNORECASE)
    for part in filter(_may_hold_formulas, package.directory.members):
        before = b""
        for chunk in package.stream(part, package.limits.part):
            if use.search(before + chunk):
                raise Refused(
                    f"Formulas use the column {name!r} of the table {table.name} by its name; rename it in Excel."
                )
            before = chunk[-1_000:]


def _may_hold_formulas(key: str) -> bool:
    """Say whether a part may be a sheet, a table, a pivot or the workbook; they can be in any folder."""
    others = ("docprops/", "customxml/", "xl/theme/", "xl/drawings/", "xl/charts/", "xl/media/")
    return key.endswith(".xml") and not key.startswith(others) and not key.endswith("sharedstrings.xml")
