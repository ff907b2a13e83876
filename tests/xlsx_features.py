"""What real workbooks hold, one feature a function: each draws by chance and adds to a sheet and its workbook."""

from __future__ import annotations

import random

from arc_sync.xlsx.refs import Area, area_ref, cell_ref
from tests.xlsx_corpus import MAIN
from tests.xlsx_draft import TYPES, CellDraft, Draft, SheetDraft

OFFICE = "http://schemas.microsoft.com/office"
SPREADSHEET = f"{OFFICE}/spreadsheetml"
_WORDS = (
    "Müller & Söhne",
    " padded ",
    "=not a formula",
    "line\nbreak",
    "<tag>",
    "日本",
    "_x0041_",
    "a'b\"c",
    "😀",
    "x" * 300,
)
ROWS, COLUMNS = 26, 8  # where cells are strewn
TABLES = 40  # the row where tables begin


def escaped(text: str) -> str:
    """Escape markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def texts(draft: Draft, style: int = 0) -> CellDraft:
    """Give a text in one of the ways in which texts are kept."""
    word = draft.chance.choice(_WORDS)
    t = f'<t xml:space="preserve">{escaped(word.replace("_x", "_x005F_x"))}</t>'
    forms = [
        lambda: draft.shared(t, style),
        lambda: draft.shared(f'<r><rPr><b/></rPr>{t}</r><r><t xml:space="preserve"> and </t></r>', style),
        lambda: draft.shared(f'{t}<rPh sb="0" eb="1"><t>ふり</t></rPh><phoneticPr fontId="0"/>', style),
        lambda: CellDraft(f"<is>{t}</is>", "inlineStr", style),
        lambda: CellDraft(f"<is><r><rPr><i/></rPr>{t}</r></is>", "inlineStr", style),
    ]
    return draft.chance.choice(forms)()


def values(draft: Draft) -> CellDraft:
    """Give a cell of any kind that does not reach beyond itself."""
    chance = draft.chance
    style = chance.choice((0, 0, 2, 3)) if draft.styles else 0
    kinds = [
        lambda: CellDraft(f"<v>{chance.randrange(-(10**6), 10**6) / 100}</v>", "", style),
        lambda: CellDraft(f"<v>{chance.randrange(10**5)}</v>", chance.choice(("", "n")), style),
        lambda: texts(draft, style),
        lambda: CellDraft(f"<v>{chance.randrange(2)}</v>", "b"),
        lambda: CellDraft("<v>#N/A</v>", "e"),
        lambda: CellDraft(f"<v>{chance.randrange(40_000, 47_000)}</v>", "", 1 if draft.styles else 0),
        lambda: CellDraft("<f>SUM(A1:A3)+1</f><v>1</v>", "", style),
        lambda: CellDraft('<f>"a"&amp;"b"</f><v>ab</v>', "str"),
        lambda: CellDraft("<f>NOW()</f>"),
        lambda: CellDraft("", "", style or 2 if draft.styles else 0),
    ]
    return chance.choice(kinds)()


def strewn(draft: Draft, sheet: SheetDraft) -> None:
    """Fill the upper part of the sheet, with gaps."""
    for row in draft.chance.sample(range(1, ROWS), draft.chance.randrange(2, ROWS - 1)):
        for column in draft.chance.sample(range(COLUMNS), draft.chance.randrange(1, COLUMNS)):
            sheet.cells[row, column] = values(draft)


def some_cell(chance: random.Random) -> tuple[int, int]:
    """Give the place of a cell in the upper part."""
    return chance.randrange(1, ROWS), chance.randrange(COLUMNS)


def oddities(draft: Draft, sheet: SheetDraft) -> None:
    """Spell values in ways that the standard allows and hardly a program uses."""
    draft.strings += ["", "<t/>"]
    odd = (
        CellDraft("<v>1.5E-3</v>"), CellDraft("<v>7</v>", "n"), CellDraft("<v/>"), CellDraft("<is/>", "inlineStr"),
        CellDraft("<is><t>a&#10;b &#x41;&apos;</t></is>", "inlineStr"), CellDraft("<v>2026-01-02T03:04:05</v>", "d"),
        CellDraft("<is><t><![CDATA[a < b]]></t></is>", "inlineStr"), CellDraft(f"<v>{len(draft.strings) - 1}</v>", "s"),
        CellDraft("<v>9</v>", "n"), CellDraft("<f> A1 + 1 </f><v>1</v>"), CellDraft("<v>x</v>", "str"),
        CellDraft("<v>1</v>", "", 0, ' ph="1"'), CellDraft("<v>0.1</v>", "", 0, "\n "), CellDraft("<f>1=1</f><v>1</v>", "b"),
    )  # fmt: skip
    for row, cell in enumerate(odd, 5):
        sheet.cells[row, 8] = cell


# -- formulas ------------------------------------------------------------------------------------------


def shared_formulas(draft: Draft, sheet: SheetDraft) -> None:
    """Fill formulas down as Excel keeps them: one spells it out for all."""
    top, column, si = draft.chance.randrange(1, 12), draft.chance.randrange(COLUMNS), draft.number()
    area = Area(top, column, top + draft.chance.randrange(2, 9), column)
    for row in range(area.top, area.bottom + 1):
        sheet.cells[row, column] = CellDraft(f'<f t="shared" si="{si}"/><v>1</v>')
    sheet.cells[
        top, column
    ].inner = f'<f t="shared" ref="{area_ref(area)}" si="{si}">$K$1+L{top}*2</f><v>1</v>'


def array_formula(_: Draft, sheet: SheetDraft) -> None:
    """Let one formula fill several cells."""
    top = 30
    for row in range(top, top + 3):
        sheet.cells[row, 1] = CellDraft("<v>1</v>")
    sheet.cells[top, 1].inner = f'<f t="array" ref="B{top}:B{top + 2}">K1:K3*2</f><v>1</v>'


def dynamic_array(draft: Draft, sheet: SheetDraft) -> None:
    """Let a formula spill, as Excel 365 does, with its metadata part."""
    _metadata(draft)
    sheet.cells[34, 2] = CellDraft(
        '<f t="array" ref="C34">_xlfn.SINGLE(_xlfn.SEQUENCE(3))</f><v>1</v>', more=' cm="1"'
    )


def rich_value(draft: Draft, sheet: SheetDraft) -> None:
    """Keep a picture or stock in a cell: an error with `vm`."""
    _metadata(draft)
    for name, root in (("rdrichvalue", "rvData"), ("rdrichvaluestructure", "rvStructures")):
        xml = f'<{root} xmlns="{SPREADSHEET}/2017/richdata" count="0"/>'
        draft.part(f"xl/richData/{name}.xml", xml, f"application/vnd.ms-excel.{name}+xml")
    sheet.cells[some_cell(draft.chance)] = CellDraft("<v>#VALUE!</v>", "e", more=' vm="1"')


def _metadata(draft: Draft) -> None:
    if "xl/metadata.xml" not in draft.parts:
        xml = (
            f'<metadata xmlns="{MAIN}"><metadataTypes count="1"><metadataType name="XLDAPR" minSupportedVersion="120000" '
            'copy="1"/></metadataTypes><cellMetadata count="1"><bk><rc t="1" v="0"/></bk></cellMetadata></metadata>'
        )
        draft.relate("sheetMetadata", draft.part("xl/metadata.xml", xml, f"{TYPES}sheetMetadata+xml"))


def data_table(_: Draft, sheet: SheetDraft) -> None:
    """Let a what-if table fill cells."""
    for row in (31, 32):
        sheet.cells[row, 4] = CellDraft("<v>3</v>")
    sheet.cells[31, 4].inner = '<f t="dataTable" ref="E31:E32" dt2D="0" dtr="0" r1="K1"/><v>3</v>'


def calculation_chain(draft: Draft, sheet: SheetDraft) -> None:
    """List the cells with formulas."""
    formulas = [place for place, cell in sheet.cells.items() if "<f" in cell.inner]
    if formulas and "xl/calcChain.xml" not in draft.parts:
        lines = "".join(f'<c r="{cell_ref(*place)}" i="1"/>' for place in formulas)
        xml = f'<calcChain xmlns="{MAIN}">{lines}</calcChain>'
        draft.relate("calcChain", draft.part("xl/calcChain.xml", xml, f"{TYPES}calcChain+xml"))
        draft.add(
            "calcPr",
            draft.chance.choice(('<calcPr calcId="191029"/>', '<calcPr calcId="1" fullCalcOnLoad="0"/>')),
        )


# -- what stands around the rows -----------------------------------------------------------------------


def dimension(draft: Draft, sheet: SheetDraft) -> None:
    """Say how far the cells reach, rightly, roughly or wrongly."""
    sheet.add(
        "dimension", f'<dimension ref="{draft.chance.choice(("A1:H60", "A1", "B2:C3", "A1:XFD1048576"))}"/>'
    )


def views(_: Draft, sheet: SheetDraft) -> None:
    """Freeze panes, and keep a selection."""
    sheet.add(
        "sheetViews",
        '<sheetViews><sheetView workbookViewId="0" showGridLines="0"><pane xSplit="1" ySplit="1" topLeftCell="B2" '
        'activePane="bottomRight" state="frozen"/><selection pane="bottomRight" activeCell="C3" sqref="C3"/></sheetView></sheetViews>',
    )
    sheet.add(
        "sheetPr",
        '<sheetPr codeName="Sheet1"><tabColor rgb="FF00B050"/><outlinePr summaryBelow="0"/></sheetPr>',
    )
    sheet.add("sheetFormatPr", '<sheetFormatPr defaultRowHeight="15" x14ac:dyDescent="0.25"/>')


def columns(draft: Draft, sheet: SheetDraft) -> None:
    """Give columns widths and styles, up to the last one."""
    style = ' style="2"' if draft.styles else ""
    sheet.add(
        "cols",
        f'<cols><col min="1" max="1" width="30" customWidth="1"/><col min="2" max="3" width="9"{style} hidden="1"/>'
        f'<col min="9" max="16384" width="9.1"{style}/></cols>',
    )


def row_attributes(draft: Draft, sheet: SheetDraft) -> None:
    """Give rows heights, styles, outlines and filters' marks, and leave some without cells."""
    style = ' s="2" customFormat="1"' if draft.styles else ""
    kinds = (
        ' ht="33" customHeight="1"',
        style,
        ' hidden="1"',
        ' outlineLevel="1" collapsed="1"',
        ' spans="1:8"',
        ' x14ac:dyDescent="0.3"',
    )
    for row in draft.chance.sample(range(1, 60), 12):
        sheet.rows[row] = draft.chance.choice(kinds)


def merges(draft: Draft, sheet: SheetDraft) -> None:
    """Merge cells."""
    area = Area(27, 0, 28, 3)
    sheet.cells[27, 0] = texts(draft)
    sheet.add("mergeCells", f'<mergeCells count="1"><mergeCell ref="{area_ref(area)}"/></mergeCells>')


def conditional_formats(draft: Draft, sheet: SheetDraft) -> None:
    """Colour cells by rules, old and new."""
    sheet.add(
        "conditionalFormatting",
        f'<conditionalFormatting sqref="A1:H90 K3"><cfRule type="expression" priority="{draft.number()}"><formula>$A1&gt;MAX($A$1:$A$90)</formula></cfRule>'
        '</conditionalFormatting><conditionalFormatting sqref="C1:C90"><cfRule type="colorScale" priority="90"><colorScale><cfvo type="min"/>'
        '<cfvo type="max"/><color rgb="FFF8696B"/><color rgb="FF63BE7B"/></colorScale></cfRule></conditionalFormatting>',
    )
    extension(
        sheet,
        "78C0D931-6437-407d-A8EE-F0AAD7539E65",
        '<x14:conditionalFormattings><x14:conditionalFormatting xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:cfRule type="dataBar" '
        'id="{00000000-000E-0000-0000-000001000000}"><x14:dataBar minLength="0" maxLength="100"><x14:cfvo type="autoMin"/><x14:cfvo type="autoMax"/>'
        "</x14:dataBar></x14:cfRule><xm:sqref>B1:B90</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings>",
    )


def extension(sheet: SheetDraft, uri: str, xml: str) -> None:
    """Add to what newer programs keep at the end of a sheet."""
    ext = f'<ext uri="{{{uri}}}" xmlns:x14="{SPREADSHEET}/2009/9/main">{xml}</ext>'
    old = "".join(sheet.around.pop("extLst", [])).removeprefix("<extLst>").removesuffix("</extLst>")
    sheet.add("extLst", f"<extLst>{old}{ext}</extLst>")


def validations(_: Draft, sheet: SheetDraft) -> None:
    """Allow some values only, from this sheet and from another."""
    sheet.add(
        "dataValidations",
        '<dataValidations count="1"><dataValidation type="list" allowBlank="1" showInputMessage="1" sqref="B1:B90 D4"><formula1>"a,b"</formula1></dataValidation></dataValidations>',
    )
    extension(
        sheet,
        "CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF",
        '<x14:dataValidations count="1" xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:dataValidation type="list" allowBlank="1">'
        "<x14:formula1><xm:f>Other!$A$1:$A$9</xm:f></x14:formula1><xm:sqref>C1:C90</xm:sqref></x14:dataValidation></x14:dataValidations>",
    )


def sparklines(_: Draft, sheet: SheetDraft) -> None:
    """Draw small lines in cells."""
    extension(
        sheet,
        "05C60535-1F16-4fd2-B633-F4F36F0B64E0",
        '<x14:sparklineGroups xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:sparklineGroup><x14:sparklines><x14:sparkline>'
        "<xm:f>A1:A9</xm:f><xm:sqref>K9</xm:sqref></x14:sparkline></x14:sparklines></x14:sparklineGroup></x14:sparklineGroups>",
    )


def protection(draft: Draft, sheet: SheetDraft) -> None:
    """Protect the sheet and the workbook."""
    sheet.add(
        "sheetProtection",
        '<sheetProtection algorithmName="SHA-512" hashValue="abcd" saltValue="efgh" spinCount="100000" sheet="1" objects="1"/>',
    )
    sheet.add(
        "protectedRanges", '<protectedRanges><protectedRange sqref="A1:A90" name="Open"/></protectedRanges>'
    )
    if "workbookProtection" not in draft.around:
        draft.add("workbookProtection", '<workbookProtection lockStructure="1"/>')


def printing(draft: Draft, sheet: SheetDraft) -> None:
    """Set the page up, with the printer's own settings."""
    name = draft.part(f"xl/printerSettings/printerSettings{draft.number()}.bin", bytes(range(256)) * 3)
    sheet.add("printOptions", '<printOptions horizontalCentered="1"/>')
    sheet.add(
        "pageMargins",
        '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>',
    )
    sheet.add(
        "pageSetup",
        f'<pageSetup paperSize="9" orientation="landscape" r:id="{sheet.relate("printerSettings", name)}"/>',
    )
    sheet.add(
        "headerFooter", "<headerFooter><oddHeader>&amp;LPage &amp;P of &amp;N</oddHeader></headerFooter>"
    )
    sheet.add(
        "rowBreaks",
        '<rowBreaks count="1" manualBreakCount="1"><brk id="20" max="16383" man="1"/></rowBreaks>',
    )


def links(_: Draft, sheet: SheetDraft) -> None:
    """Link cells to places inside and outside."""
    ident = sheet.relate("hyperlink", "https://example.org/?a=1&amp;b=2")
    sheet.add(
        "hyperlinks",
        f'<hyperlinks><hyperlink ref="A3" r:id="{ident}" display="d"/><hyperlink ref="B3:C4" location="Other!A1"/></hyperlinks>',
    )


def marks(_: Draft, sheet: SheetDraft) -> None:
    """Keep the smaller things: ignored errors, watches, scenarios, phonetics."""
    sheet.add(
        "ignoredErrors",
        '<ignoredErrors><ignoredError sqref="A1:A90" numberStoredAsText="1"/></ignoredErrors>',
    )
    sheet.add("phoneticPr", '<phoneticPr fontId="1" type="noConversion"/>')
    sheet.add("cellWatches", '<cellWatches><cellWatch r="A1"/></cellWatches>')
    sheet.add("sheetCalcPr", '<sheetCalcPr fullCalcOnLoad="1"/>')


# -- tables -------------------------------------------------------------------------------------------


def tables(draft: Draft, sheet: SheetDraft) -> None:
    """Put one table, or two side by side, below the other cells."""
    for left in (0, 7)[: draft.chance.randrange(1, 3)]:
        _table(draft, sheet, left)
    parts = "".join(
        f'<tablePart r:id="rId{n}"/>' for n, (kind, _) in enumerate(sheet.relations, 1) if kind == "table"
    )
    sheet.add("tableParts", f"<tableParts>{parts}</tableParts>")


def _table(draft: Draft, sheet: SheetDraft, left: int) -> None:
    chance, n = draft.chance, draft.number()
    header, totals, many = chance.random() < 0.85, chance.random() < 0.3, chance.randrange(1, 9)
    top, width = TABLES + chance.randrange(3), chance.randrange(2, 6)
    calculated = chance.random() < 0.4
    area = Area(top, left, top + header + many + totals - 1, left + width - 1)
    heads = [
        f"{chance.choice(('No', 'Größe', 'Due date', 'A & B', 'x[1]', 'Total %'))} {column}"
        for column in range(width)
    ]
    lines = ""
    for offset, name in enumerate(heads):
        column = left + offset
        if header:
            sheet.cells[top, column] = draft.shared(f"<t>{escaped(name)}</t>")
        formula = calculated and offset == width - 1
        for row in range(top + header, top + header + many):
            sheet.cells[row, column] = CellDraft("<f>$A$1*2</f><v>2</v>") if formula else values(draft)
        more = (
            ' totalsRowFunction="sum"' if totals and offset else ' totalsRowLabel="Total"' if totals else ""
        )
        if totals:
            sums = f"<f>SUM({cell_ref(top + header, column)}:{cell_ref(top + header + many - 1, column)})</f><v>1</v>"
            sheet.cells[area.bottom, column] = CellDraft(sums) if offset else draft.shared("<t>Total</t>")
        inner = "<calculatedColumnFormula>$A$1*2</calculatedColumnFormula>" if formula else ""
        lines += f'<tableColumn id="{offset + 1}" name="{escaped(name)}"{more}>{inner}</tableColumn>'
    counts = ("" if header else ' headerRowCount="0"') + (
        ' totalsRowCount="1"' if totals else ' totalsRowShown="0"'
    )
    filter_ = (
        f'<autoFilter ref="{area_ref(area._replace(bottom=area.bottom - totals))}"/>'
        if header and chance.random() < 0.7
        else ""
    )
    xml = (
        f'<table xmlns="{draft.form.main}" id="{n}" name="Table{n}" displayName="Table{n}" ref="{area_ref(area)}"{counts}>{filter_}'
        f'<tableColumns count="{width}">{lines}</tableColumns><tableStyleInfo name="TableStyleMedium2" showRowStripes="1"/></table>'
    )
    sheet.relate(
        "table",
        draft.part(f"xl/{chance.choice(('tables/table', 'lists/List'))}{n}.xml", xml, f"{TYPES}table+xml"),
    )
