"""Cell formats: which are dates, and the appending of a date format where a cell has none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.markup import (
    attribute,
    find_tag,
    local,
    parse,
    start_tag,
    with_attribute,
    without_attribute,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

DATE, DATE_TIME = 14, 22  # number formats that follow the reader's own locale, ECMA-376 part 1, 18.8.30
MOST = 65_490  # cell formats in a workbook, Excel's own limit
_BUILT_IN = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_NOT_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)


def is_date_code(code: str) -> bool:
    """Say whether a number format shows a date or a time, e.g. 'dd.mm.yyyy' and '[h]:mm' do, '[Red]0.00' does not."""
    return re.search("[dmyhs]", _NOT_CODE.sub("", code.split(";", maxsplit=1)[0]), re.IGNORECASE) is not None


class Styles:
    """The `cellXfs` of styles.xml. Formats are only ever appended; numbers of old ones never change."""

    def __init__(self, xml: bytes, part: str) -> None:
        self.xml = xml
        self.changed = False
        root = parse(xml, part)
        codes = {n.get("numFmtId"): n.get("formatCode", "") for n in root.iter() if local(n.tag) == "numFmt"}
        formats = next((child for child in root if local(child.tag) == "cellXfs"), None)
        self._dates = [_is_date(xf, codes) for xf in formats] if formats is not None else []
        self._appended: dict[tuple[int, int], int] = {}

    @property
    def count(self) -> int:
        """How many cell formats there are; a style is a number below it."""
        return len(self._dates)

    def is_date(self, style: int) -> bool:
        """Say whether cells of that style show dates."""
        return 0 <= style < len(self._dates) and self._dates[style]

    def dated(self, style: int, number_format: int) -> int:
        """Give the style that differs from `style` in its number format only, appending it when it is new."""
        key = (style, number_format)
        if key not in self._appended:
            self._appended[key] = self._append(style, number_format)
        return self._appended[key]

    def _append(self, style: int, number_format: int) -> int:
        opening = find_tag("cellXfs", self.xml)
        if opening is None or self.count >= MOST:
            raise Refused(
                "The workbook has no room for a date format; write a date format into the cell in Excel."
            )
        end = self.xml.index(b"</" + opening[1] + b"cellXfs", opening.end())
        old = _elements(self.xml[opening.end() : end], opening[1])
        model = (
            old[style]
            if style < len(old)
            else b"<" + opening[1] + b'xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        )
        new = _with_format(model, number_format)
        if new in old:
            return old.index(new)
        body = self.xml[opening.end() : end] + new
        head = with_attribute(opening[0], "count", str(len(old) + 1))
        self.xml = self.xml[: opening.start()] + head + body + self.xml[end:]
        self.changed = True
        self._dates.append(True)
        return len(old)


def plain_styles(strict: bool) -> bytes:  # noqa: FBT001 - the one thing that it depends on
    """Write a styles.xml with one cell format, which shows cells as they are."""
    main = "http://purl.oclc.org/ooxml" if strict else "http://schemas.openxmlformats.org"
    main += "/spreadsheetml/main" if strict else "/spreadsheetml/2006/main"
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="{main}">'
        '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ).encode()


def _is_date(xf: Element, codes: dict[str | None, str]) -> bool:
    number = xf.get("numFmtId", "0")
    if number in codes:
        return is_date_code(codes[number])
    return number.isdecimal() and int(number) in _BUILT_IN


def _elements(xml: bytes, prefix: bytes) -> list[bytes]:
    pattern = re.compile(
        rb"<" + prefix + rb"xf(?=[\s/>])[^>]*?(?:/>|>.*?</" + prefix + rb"xf\s*>)", re.DOTALL
    )
    return pattern.findall(xml)


def _with_format(xf: bytes, number_format: int) -> bytes:
    tag = start_tag("xf").match(xf)
    if tag is None:
        return xf
    changed = with_attribute(tag[0], "numFmtId", str(number_format))
    if attribute(changed, "applyNumberFormat") not in {"1", "true"}:
        changed = with_attribute(without_attribute(changed, "applyNumberFormat"), "applyNumberFormat", "1")
    return changed + xf[tag.end() :]
