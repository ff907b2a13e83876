"""Tables (ListObjects): read from their part, and their part rewritten when they grow or shrink."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arc_sync.xlsx.cells import whole
from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.markup import (
    PREFIX,
    attribute,
    find_tag,
    local,
    parse,
    replace_tags,
    with_attribute,
    without_attribute,
)
from arc_sync.xlsx.refs import Area, area_ref, parse_area
from arc_sync.xlsx.text import escape, uncode

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column: its header, and the formula that every row of it has, if any."""

    name: str
    formula: str | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a sheet. `area` holds header, data and totals; rows count from 1, columns from 0."""

    name: str
    area: Area
    columns: tuple[TableColumn, ...]
    header_rows: int
    totals_rows: int
    part: str

    @property
    def ref(self) -> str:
        """The whole table, as `A1:H9`."""
        return area_ref(self.area)

    @property
    def headers(self) -> tuple[str, ...]:
        """The header names, left to right."""
        return tuple(column.name for column in self.columns)

    @property
    def first_row(self) -> int:
        """The first row of data."""
        return self.area.top + self.header_rows

    @property
    def last_row(self) -> int:
        """The last row of data."""
        return self.area.bottom - self.totals_rows

    @property
    def totals_row(self) -> int | None:
        """The row of totals, if the table shows one."""
        return self.area.bottom if self.totals_rows else None

    def until(self, last_row: int) -> Table:
        """Give the table with its data ending at another row."""
        return replace(self, area=self.area._replace(bottom=last_row + self.totals_rows))


def read_table(xml: bytes, part: str) -> Table:
    """Read a table part. Raises Refused when it is broken."""
    root = parse(xml, part)
    columns = tuple(_column(child) for child in root.iter() if local(child.tag) == "tableColumn")
    return Table(
        name=root.get("displayName") or root.get("name") or "",
        area=parse_area(root.get("ref") or ""),
        columns=columns,
        header_rows=whole(root.get("headerRowCount", "1")),
        totals_rows=whole(root.get("totalsRowCount")),
        part=part,
    )


def _column(element: Element) -> TableColumn:
    formula = next((child.text for child in element if local(child.tag) == "calculatedColumnFormula"), None)
    return TableColumn(uncode(element.get("name", "")), formula)


def resized(xml: bytes, table: Table) -> bytes:
    """Rewrite a table part for the table's new area: its ref, its filter and the filter's sort order.

    `insertRow`, Excel's mark of a table without data, goes.
    """
    without_totals = area_ref(table.area._replace(bottom=table.last_row))
    root = find_tag("table", xml)
    if root is None:
        return xml
    head = xml[: root.start()] + with_attribute(without_attribute(root[0], "insertRow"), "ref", table.ref)
    rest = replace_tags(
        "autoFilter", xml[root.end() :], lambda tag: with_attribute(tag, "ref", without_totals)
    )
    return head + replace_tags("sortState", rest, lambda tag: _ended(tag, table.last_row))


def _ended(tag: bytes, last_row: int) -> bytes:
    ref = attribute(tag, "ref")
    if ref is None:
        return tag
    return with_attribute(tag, "ref", area_ref(parse_area(ref)._replace(bottom=last_row)))


_COLUMNS = re.compile(
    rb"(<(" + PREFIX + rb")tableColumns)(?=[\s>])[^<>]*>(.*?)(</\2tableColumns\s*>)", re.DOTALL
)
_COLUMN = re.compile(rb"<(" + PREFIX + rb")tableColumn(?=\s)[^<>]*?(?:/>|>.*?</\1tableColumn\s*>)", re.DOTALL)
_FILTERED = re.compile(
    rb"<(" + PREFIX + rb")filterColumn(?=\s)[^<>]*?(?:/>|>.*?</\1filterColumn\s*>)", re.DOTALL
)
_SORTED = re.compile(rb"<(" + PREFIX + rb")sortState(?=\s)[^<>]*?(?:/>|>.*?</\1sortState\s*>)", re.DOTALL)


def recolumned(xml: bytes, table: Table, headers: Sequence[str]) -> bytes:
    """Rewrite a table part for other columns; those whose header stays keep all they have, their filter too.

    The memory of how it was last sorted goes. Raises Refused where the part is not as Excel writes it.
    """
    found = _COLUMNS.search(xml)
    old = [one[0] for one in _COLUMN.finditer(found[3])] if found else []
    if found is None or len(old) != len(table.columns):
        raise Refused(f"The table {table.name} is damaged; open the file in Excel and let it repair.")
    known = dict(zip(table.headers, old, strict=True))
    fresh = max(whole(attribute(one, "id")) for one in old) + 1
    new = []
    for header in headers:
        new.append(known.get(header) or _column_xml(found[2], fresh, header))
        fresh += header not in known
    start = found[1] + b' count="%d">' % len(new)
    rest = _SORTED.sub(b"", xml[: found.start()]), _SORTED.sub(b"", xml[found.end() :])
    places = {at: headers.index(header) for at, header in enumerate(table.headers) if header in headers}
    return _refiltered(rest[0], places) + start + b"".join(new) + found[4] + rest[1]


def _column_xml(prefix: bytes, number: int, header: str) -> bytes:
    return b'<%stableColumn id="%d" name="%s"/>' % (prefix, number, escape(header).encode())


def _refiltered(xml: bytes, places: dict[int, int]) -> bytes:
    """Let filters follow their columns; that of a column which is gone goes."""

    def one(found: re.Match[bytes]) -> bytes:
        at = places.get(whole(attribute(found[0], "colId")))
        return (
            b""
            if at is None
            else replace_tags("filterColumn", found[0], lambda tag: with_attribute(tag, "colId", str(at)))
        )

    return _FILTERED.sub(one, xml)
