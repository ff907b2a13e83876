"""Random workbooks: features drawn by chance in a form drawn by chance, and the books of other programs."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path

from tests import xlsx_feature_parts as parts
from tests import xlsx_features as around
from tests.xlsx_corpus import MAIN, STRICT, STYLES, by_openpyxl, by_xlsxwriter
from tests.xlsx_draft import CellDraft, Draft, Form, SheetDraft
from tests.xlsx_features import strewn, tables, texts, views

_HUGE = STYLES.replace('<cellXfs count="4">', '<cellXfs count="404">').replace(
    "</cellXfs>", '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>' * 400 + "</cellXfs>"
)
_Feature = Callable[[Draft, SheetDraft], None]
_SHEET: tuple[_Feature, ...] = (
    around.shared_formulas, around.array_formula, around.dynamic_array, around.rich_value,
    around.data_table, around.dimension, around.views, around.columns, around.row_attributes, around.merges,
    around.conditional_formats, around.validations, around.sparklines, around.protection, around.printing,
    around.links, around.marks, around.oddities, around.tables, around.calculation_chain,
    parts.comments, parts.controls, parts.objects, parts.filters, parts.drawing, parts.background,
    parts.pivot, parts.slicers, parts.external_link, parts.connections, parts.names,
)  # fmt: skip
_BOOK: tuple[_Feature, ...] = (parts.properties, parts.macros, parts.theme)
_NAMES = ("Data", "Müller & Co", "It's 2026", "A-B (1)", "表")


def by_hand(path: Path, seed: str) -> Path:
    """Write two to four sheets with a handful of features each, in some form that the standard allows."""
    chance = random.Random(seed)
    draft = Draft(chance, _form(chance), folder=chance.choices(("xl", "Book/Main"), (12, 1))[0])
    draft.styles = chance.choices((STYLES, _HUGE, None), (14, 4, 1))[0]
    if chance.random() < 0.2:
        draft.add("workbookPr", '<workbookPr date1904="1"/>')
    for name in [*chance.sample(_NAMES, chance.randrange(1, 4)), "Other"]:
        folder = chance.choice((f"{draft.folder}/worksheets/sheet", f"{draft.folder}/Sheets/"))
        draft.sheets.append(SheetDraft(name, f"{folder}{len(draft.sheets) + 1}.xml"))
    for sheet in draft.sheets:
        strewn(draft, sheet)
        for feature in chance.sample(_SHEET, chance.randrange(9)):
            feature(draft, sheet)
    for feature in _BOOK:
        if chance.random() < 0.3:
            feature(draft, draft.sheets[0])
    draft.sheets[-1].state = chance.choice(("", "hidden", "veryHidden"))
    if chance.random() < 0.2:
        _other_kinds(draft)
    return draft.write(path)


def _form(chance: random.Random) -> Form:
    """Draw the form of a workbook; most are as Excel writes them."""

    def odd(share: float = 0.12) -> bool:
        return chance.random() < share

    return Form(
        prefix="x:" if odd() else "",
        main=STRICT if odd(0.05) else MAIN,
        encoding=chance.choice(("utf-8-sig", "utf-8-sig", "utf-16")) if odd() else "utf-8",
        everywhere=odd(0.4),
        references=not odd(0.06),
        attributes=chance.choice(("rts", "str", "tsr")) if odd(0.2) else "rst",
        between=chance.choice(("\n", "\r\n    ", "<!-- a note -->")) if odd() else "",
        single=odd(0.06),
        absolute=odd(),
        stored=chance.choice((0.3, 1.0)) if odd() else 0.0,
        descriptors=odd(),
        zip64=odd(0.06),
        shuffled=odd(),
        folders=odd(0.06),
        cased=odd(0.03),
        comment=b"a comment" if odd(0.06) else b"",
    )


def _other_kinds(draft: Draft) -> None:
    """Add a chart sheet and a dialog sheet."""
    chart = SheetDraft("Chart 1", f"{draft.folder}/chartsheets/sheet1.xml", "chartsheet")
    chart.add("sheetViews", '<sheetViews><sheetView workbookViewId="0"/></sheetViews>')
    parts.drawing(draft, chart)
    dialog = SheetDraft("Dialog 1", f"{draft.folder}/dialogsheets/sheet1.xml", "dialogsheet")
    dialog.add("sheetViews", '<sheetViews><sheetView workbookViewId="0"/></sheetViews>')
    draft.sheets += [chart, dialog] if draft.chance.random() < 0.5 else [chart]


def by_google(path: Path, seed: str) -> Path:
    """Write a workbook as Google Sheets exports one: a thousand rows of given height, a drawing on every sheet."""
    chance = random.Random(seed)
    draft = Draft(chance, Form(descriptors=True, shuffled=True), styles=STYLES)
    for number in range(1, 3):
        sheet = SheetDraft(f"Sheet{number}", f"xl/worksheets/sheet{number}.xml")
        draft.sheets.append(sheet)
        sheet.add(
            "sheetFormatPr",
            '<sheetFormatPr customHeight="1" defaultColWidth="12.63" defaultRowHeight="15.75"/>',
        )
        sheet.rows |= dict.fromkeys(range(20, 1_001), ' ht="15.75" customHeight="1"')
        for row in range(1, 20):
            sheet.cells |= {(row, column): texts(draft, 2) for column in range(3)}
            sheet.cells[row, 3] = CellDraft(f"<f>SUM(A{row}:C{row})</f><v>0</v>", "", 3)
        parts.drawing(draft, sheet)
    return draft.write(path)


def by_numbers(path: Path, seed: str) -> Path:
    """Write a workbook as Apple's Numbers exports one: a summary first, `t` before `s`, a height for every row."""
    chance = random.Random(seed)
    draft = Draft(chance, Form(attributes="rts", between="\n"), styles=STYLES)
    for number, name in enumerate(("Export Summary", "Sheet 1 - Table 1"), 1):
        sheet = SheetDraft(name, f"xl/worksheets/sheet{number}.xml")
        draft.sheets.append(sheet)
        views(draft, sheet)
        sheet.rows |= dict.fromkeys(range(1, 40), ' ht="20.05" customHeight="1"')
        for row in range(1, 40):
            sheet.cells |= {(row, column): CellDraft(style=2) for column in range(5)}
            sheet.cells[row, 1] = draft.shared(f"<t>row {row}</t>", 2)
            sheet.cells[row, 2] = CellDraft(f"<v>{chance.random() * 100}</v>", "n", 3)
    tables(draft, draft.sheets[1])
    return draft.write(path)


def by_xlsxwriter_in_rows(path: Path, seed: str) -> Path:
    """Let XlsxWriter write row by row, with texts inline."""
    import xlsxwriter

    chance = random.Random(seed)
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "use_zip64": chance.random() < 0.2})
    day = book.add_format({"num_format": "d mmm yy"})
    for name in ("Data", "More data"):
        sheet = book.add_worksheet(name)
        for row in range(chance.randrange(5, 60)):
            sheet.write_string(row, 0, chance.choice(("text", " a & b ", "=x", "ünï")))
            sheet.write_number(row, 1, chance.random() * 1e6)
            sheet.write_datetime(row, 2, dt.date(2026, 1, 1) + dt.timedelta(row), day)
            sheet.write_formula(row, 3, f"=B{row + 1}*2", None, 2)
        sheet.autofilter(0, 0, 4, 3)
        sheet.outline_settings(visible=True, symbols_below=False)
    book.close()
    return path


def _fixed(make: Callable[[Path], Path]) -> Callable[[Path, str], Path]:
    return lambda path, _: make(path)


MAKERS: dict[str, tuple[Callable[[Path, str], Path], int]] = {  # and how many in a hundred
    "by hand": (by_hand, 76),
    "Google Sheets' way": (by_google, 4),
    "Numbers' way": (by_numbers, 5),
    "XlsxWriter": (_fixed(by_xlsxwriter), 5),
    "XlsxWriter, row by row": (by_xlsxwriter_in_rows, 5),
    "openpyxl": (_fixed(by_openpyxl), 5),
}
