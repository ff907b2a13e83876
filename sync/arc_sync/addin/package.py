"""A workbook with macros and a ribbon, as a package ([ECMA-376] part 2): the same contents give the same bytes.

Parts are stored, not deflated: deflate differs between versions of zlib, and VBA source is compressed already.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from defusedxml import DefusedXmlException, ElementTree

RIBBON: Final = "customUI14.xml"
#: The names by which the VBA project knows the workbook and its one sheet.
WORKBOOK, SHEET = "ThisWorkbook", "ArcSheet1"
#: What the package is: an add-in, or a workbook.
OF_ADDIN: Final = "application/vnd.ms-excel.addin.macroEnabled.main+xml"
OF_WORKBOOK: Final = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"

_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)  #: that a zip archive can tell
_CORE: Final = "docProps/core.xml"
_LONGEST: Final = 64 * 1024  #: bytes of it that are read, whoever made the file
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SPREADSHEET: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_MICROSOFT: Final = "http://schemas.microsoft.com/office"
_PARTS: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DEFAULTS: Final = {
    "rels": "application/vnd.openxmlformats-package.relationships+xml",
    "xml": "application/xml",
    "bin": "application/vnd.ms-office.vbaProject",
}
_OF_PACKAGE: Final = {
    f"{_OFFICE}/officeDocument": "xl/workbook.xml",
    f"{_MICROSOFT}/2007/relationships/ui/extensibility": f"customUI/{RIBBON}",
    f"{_PACKAGE}/relationships/metadata/core-properties": _CORE,
}
_OF_BOOK: Final = {
    f"{_OFFICE}/worksheet": "worksheets/sheet1.xml",
    f"{_OFFICE}/styles": "styles.xml",
    f"{_MICROSOFT}/2006/relationships/vbaProject": "vbaProject.bin",
}
_STYLES: Final = (
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
)


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into a package."""

    vba: bytes  #: vbaProject.bin
    ribbon: str  #: customUI14.xml
    version: str  #: of ARC; the file's properties say it
    kind: str = OF_ADDIN

    def packed(self) -> bytes:
        """Return the file."""
        sheet = f'<sheetPr codeName="{SHEET}"/><sheetData/>'
        return _zipped(
            {
                "[Content_Types].xml": _content_types(self.kind),
                "_rels/.rels": _relations(_OF_PACKAGE),
                _CORE: _properties(self.version),
                f"customUI/{RIBBON}": self.ribbon,
                "xl/workbook.xml": _workbook(),
                "xl/_rels/workbook.xml.rels": _relations(_OF_BOOK),
                "xl/worksheets/sheet1.xml": f'{_XML}<worksheet xmlns="{_SPREADSHEET}">{sheet}</worksheet>',
                "xl/styles.xml": f'{_XML}<styleSheet xmlns="{_SPREADSHEET}">{_STYLES}</styleSheet>',
                "xl/vbaProject.bin": self.vba,
            }
        )


def version_of(packed: bytes) -> str:
    """Return the version that a package says it is of, "" if it says none that can be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive, archive.open(_CORE) as part:
            told = ElementTree.fromstring(part.read(_LONGEST))
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, DefusedXmlException):
        return ""
    return str(told.findtext(f"{{{_PACKAGE}/metadata/core-properties}}version", ""))


def _properties(version: str) -> str:
    namespaces = f'xmlns:cp="{_PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    told = f"<dc:title>ARC</dc:title><dc:creator>ARC Sheets</dc:creator><cp:version>{version}</cp:version>"
    return f"{_XML}<cp:coreProperties {namespaces}>{told}</cp:coreProperties>"


def _workbook() -> str:
    sheets = '<sheets><sheet name="ARC" sheetId="1" r:id="rId1"/></sheets>'
    return (
        f'{_XML}<workbook xmlns="{_SPREADSHEET}" xmlns:r="{_OFFICE}"><workbookPr codeName="{WORKBOOK}"/>'
        f"<bookViews><workbookView/></bookViews>{sheets}</workbook>"
    )


def _content_types(kind: str) -> str:
    overrides = {
        "/xl/workbook.xml": kind,
        "/xl/worksheets/sheet1.xml": f"{_PARTS}.worksheet+xml",
        "/xl/styles.xml": f"{_PARTS}.styles+xml",
        f"/{_CORE}": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    told = "".join(f'<Default Extension="{name}" ContentType="{of}"/>' for name, of in _DEFAULTS.items())
    told += "".join(f'<Override PartName="{name}" ContentType="{of}"/>' for name, of in overrides.items())
    return f'{_XML}<Types xmlns="{_PACKAGE}/content-types">{told}</Types>'


def _relations(targets: Mapping[str, str]) -> str:
    told = "".join(
        f'<Relationship Id="rId{n}" Type="{of}" Target="{target}"/>'
        for n, (of, target) in enumerate(targets.items(), 1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{told}</Relationships>'


def _zipped(parts: Mapping[str, str | bytes]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:
        for name, part in parts.items():
            entry = zipfile.ZipInfo(name, _FIRST_DAY)
            entry.create_system, entry.external_attr = 0, 0  # the same on every system
            packed.writestr(entry, part)
    return archive.getvalue()
