"""Workbooks to try `arc_sync.xlsx` on: made by other programs, or written by hand for one odd structure each."""

from __future__ import annotations

import io
import shutil
import subprocess
import warnings
import zipfile
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_RELS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."

STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="dd.mm.yyyy"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/></font></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
    '<borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="2" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1">'
    '<alignment horizontal="right"/></xf>'
    '<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def worksheet(rows: str, *, before: str = "", after: str = "", prefix: str = "", main: str = MAIN) -> str:
    """Write a sheet around its rows; `prefix` is a namespace prefix with its colon."""
    name = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    return (
        f'<{prefix}worksheet {name}="{main}" xmlns:r="{RELS}">{before}'
        f"<{prefix}sheetData>{rows}</{prefix}sheetData>{after}</{prefix}worksheet>"
    )


class Extras(TypedDict, total=False):
    """What a handmade workbook may have besides its sheet."""

    strings: str
    workbook_after: str
    workbook_properties: str
    parts: Mapping[str, str | bytes]
    sheet_relations: str
    workbook_relations: str
    overrides: str
    main: str


def handmade(path: Path, sheet: str | bytes, **extras: Unpack[Extras]) -> Path:
    """Write a workbook of one sheet named Data, and of whatever is given besides."""
    main = extras.get("main", MAIN)
    more = SimpleNamespace(**{**dict.fromkeys(Extras.__annotations__, ""), **extras})
    rels = STRICT_RELS if main == STRICT else RELS
    content: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}styles+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}sharedStrings+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}worksheet+xml"/>{extras.get("overrides", "")}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{rels}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{rels}">{extras.get("workbook_properties", "")}'
        f'<sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets>{extras.get("workbook_after", "")}</workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{rels}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{rels}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId3" Type="{rels}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
        f"{more.workbook_relations}</Relationships>",
        "xl/styles.xml": STYLES.replace(MAIN, main),
        "xl/sharedStrings.xml": extras.get("strings")
        or f'<sst xmlns="{main}"><si><t>zero</t></si><si><t>one</t></si></sst>',
        "xl/worksheets/sheet1.xml": sheet,
        "docProps/user.bin": b"\x00\x01unmanaged\xff" * 50,
    }
    if "sheet_relations" in extras:
        content["xl/worksheets/_rels/sheet1.xml.rels"] = (
            f'<Relationships xmlns="{PACKAGE}/relationships">{extras["sheet_relations"]}</Relationships>'
        )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, text in {**content, **extras.get("parts", {})}.items():
            plain = isinstance(text, str) and not text.startswith("<?xml")
            out.writestr(name, _DECLARATION + text if plain and isinstance(text, str) else text)
    return path


def relation(ident: str, kind: str, target: str) -> str:
    """Write one relation."""
    return f'<Relationship Id="{ident}" Type="{RELS}/{kind}" Target="{target}"/>'


def by_xlsxwriter(path: Path) -> Path:
    """Make a workbook with tables, charts, validations, conditional formats, comments, an image and more."""
    import datetime as dt

    import xlsxwriter

    book = xlsxwriter.Workbook(path)
    sheet, report, hidden = (book.add_worksheet(name) for name in ("Invoices", "Report & Co", "Secret"))
    day, bold = (
        book.add_format({"num_format": "yyyy-mm-dd"}),
        book.add_format({"bold": True, "bg_color": "#ffeecc"}),
    )
    columns = [{"header": name} for name in ("No", "Customer", "Amount", "Due")]
    double = {"header": "Double", "formula": "=Invoices[[#This Row],[Amount]]*2"}
    sheet.add_table(1, 0, 9, 4, {"name": "Invoices", "columns": [*columns, double]})
    for row in range(2, 10):
        sheet.write_row(row, 0, [f"N{row}", f"Müller & Söhne {row % 3}", row * 1.1])
        sheet.write_datetime(row, 3, dt.date(2026, 1, row), day)
    sheet.data_validation("B3:B10", {"validate": "list", "source": ["a", "b"]})
    sheet.conditional_format("C3:C10", {"type": "data_bar", "data_bar_2010": True})
    sheet.conditional_format(
        "A3:E10", {"type": "formula", "criteria": "=$C3>MAX($C$3:$C$10)", "format": bold}
    )
    sheet.write_comment("A3", "a comment")
    sheet.merge_range("G1:I2", "merged", bold)
    sheet.write_rich_string("G4", "rich ", bold, "text")
    sheet.write_array_formula("G6:G8", "{=C3:C5*2}")
    sheet.write_formula("H6", "=SUM(C3:C10)", None, 48.4)
    sheet.write("H7", "=NA()")
    sheet.write_url("I7", "https://example.org/?a=1&b=2")
    sheet.freeze_panes(2, 1)
    sheet.set_column("B:B", 30, bold)
    sheet.set_row(12, 40, bold)
    sheet.protect("secret")
    sheet.print_area("A1:E10")
    sheet.add_sparkline("J3", {"range": "Invoices!C3:C10"})
    book.define_name("Amounts", "=Invoices!$C$3:$C$10")
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Invoices!$C$3:$C$10"})
    report.insert_chart("D2", chart)
    totals = [{"header": "P", "total_string": "Total"}, {"header": "Q", "total_function": "sum"}]
    report.add_table(
        "A1:B4", {"name": "Totals", "total_row": True, "data": [[1, 2], [3, 4]], "columns": totals}
    )
    report.add_table("A10:B11", {"name": "Blank", "columns": [{"header": "X"}, {"header": "Y"}]})
    report.insert_textbox("H2", "a box")
    hidden.very_hidden()
    hidden.write("A1", "do not look")
    book.close()
    return path


def by_openpyxl(path: Path) -> Path:
    """Make a workbook with a chart, a table, validation, comments, grouped and hidden rows."""
    import datetime as dt

    import openpyxl
    from openpyxl.chart import BarChart, Reference
    from openpyxl.comments import Comment
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.table import Table

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Data"
    sheet.append(["Id", "Name", "Amount", "Day", "Flag"])
    for row in range(1, 30):
        sheet.append([row, f" padded {row} ", row / 3, dt.date(2026, 1, row), row % 2 == 0])
    sheet["G1"], sheet["G2"], sheet["G3"] = "=SUM(C2:C30)", "line\nbreak", '<tag> & "quotes"'
    sheet["A2"].comment = Comment("hello", "me")
    sheet.add_table(Table(displayName="T1", ref="A1:E30"))
    check = DataValidation(type="whole", operator="greaterThan", formula1="0")
    check.add("A2:A30")
    sheet.add_data_validation(check)
    sheet.row_dimensions[5].hidden = True
    sheet.column_dimensions["D"].width = 33
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=3, min_row=1, max_row=30), titles_from_data=True)
    sheet.add_chart(chart, "I2")
    book.create_sheet("Other")["A1"] = "untouched"
    book.save(path)
    return path


def by_libreoffice(source: Path, path: Path, profile: Path, kind: str = "xlsx") -> Path:
    """Let LibreOffice write a workbook again; the result is `path`."""
    folder = path.parent / f"lo-{path.stem}"
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{profile}",
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            folder,
            source,
        ],
        check=True,
        capture_output=True,
        timeout=110,
    )
    return (folder / f"{source.stem}.{kind}").rename(path)


def libreoffice() -> str | None:
    """Give LibreOffice's command, if it is installed."""
    return shutil.which("soffice")


def members(path: Path) -> dict[str, tuple[bytes, tuple[int, ...]]]:
    """Give every member's raw stored bytes and time, in the order of the directory."""
    found: dict[str, tuple[bytes, tuple[int, ...]]] = {}
    with zipfile.ZipFile(path) as book, path.open("rb") as file:
        for info in book.infolist():
            file.seek(info.header_offset + 26)
            lengths = file.read(4)
            skip = int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")
            file.seek(skip, 1)
            found[info.filename] = (file.read(info.compress_size), info.date_time)
    return found


def member(path: Path, name: str) -> str:
    """Give one member's text."""
    with zipfile.ZipFile(path) as book:
        return book.read(name).decode("utf-8-sig")


def load(path: Path) -> Any:
    """Open a workbook with openpyxl, which warns of every extension that it would lose."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(
            io.BytesIO(path.read_bytes())
        )  # which leaves no file open when it fails


def openpyxl_cells(path: Path) -> dict[tuple[str, int, int], object]:
    """Read every non-empty cell with openpyxl: (sheet, row, column from 1) to value; formulas as text."""
    book = load(path)
    found: dict[tuple[str, int, int], object] = {}
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    value = getattr(cell.value, "text", cell.value)
                    found[sheet.title, cell.row, cell.column] = value
    return found


def calamine_cells(path: Path) -> dict[tuple[str, int, int], object]:
    """Read every non-empty cell with calamine, likewise; formulas as their values."""
    from python_calamine import CalamineWorkbook

    found: dict[tuple[str, int, int], object] = {}
    book = CalamineWorkbook.from_path(str(path))
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for number, row in enumerate(rows, 1):
            found.update(
                {(name, number, column): value for column, value in enumerate(row, 1) if value != ""}
            )
    return found
