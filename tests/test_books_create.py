from __future__ import annotations

import re
import shutil
import subprocess
import warnings
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from arc_sheets import money, tabs
from arc_sheets.errors import BookError
from arc_sheets.tab import Tab
from arc_sync.books import form
from arc_sync.books.contents import BookRow, IssueLine
from arc_sync.books.create import create
from arc_sync.books.draw import aging, home, records
from arc_sync.books.draw.issues import ISSUES
from arc_sync.books.look import ROLES, read_look, record_role
from arc_sync.xlsx.refs import area_ref, cell_ref
from tests.once import Once
from tests.sample_contents import AS_OF, META, empty, row, sample

FULL = sample()
MANAGED = (*tabs.RECORD_TABS, ISSUES)
EVIL = (
    '=HYPERLINK("http://evil.example","x")',
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "{=1}",
    "https://evil.example",
    "mailto:a@b.example",
    "007",
    "1e5",
    "<r><t>x</t></r>",
    "<r>&</r>",
    "a\x00\x0b_x0041_b",
    " spaced \n lines ",
    "Łódź & <Söhne> 'quoted' \"twice\" 🧾",
)


def _read(path: Path, **how: bool) -> Any:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sparkline Group extension")  # openpyxl cannot carry them on
        return openpyxl.load_workbook(path, **how)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("books")
    create(made / "full.xlsx", FULL)
    create(made / "empty.xlsx", empty())
    return made


@pytest.fixture(scope="module")
def full(folder: Path) -> Any:
    return _read(folder / "full.xlsx")


@pytest.fixture(scope="module")
def bare(folder: Path) -> Any:
    return _read(folder / "empty.xlsx")


def _column(sheet: Worksheet, header: str) -> int:
    return next(int(cell.column) for cell in sheet[records.HEADER_ROW] if cell.value == header)


def _cells(sheet: Worksheet, header: str) -> list[Any]:
    column = _column(sheet, header)
    return [sheet.cell(r, column) for r in range(records.FIRST_ROW, sheet.max_row + 1)]


# -- the book ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["full", "bare"])
def test_every_tab_is_there_and_home_opens(name: str, request: pytest.FixtureRequest) -> None:
    book = request.getfixturevalue(name)
    assert book.sheetnames == list(tabs.SHEETS)
    assert book.active.title == "Home"
    assert {sheet.title: sheet.sheet_state for sheet in book if sheet.sheet_state != "visible"} == {
        "_ARC": "veryHidden"
    }


def test_every_part_is_well_formed(folder: Path) -> None:
    for name in ("full.xlsx", "empty.xlsx"):
        with ZipFile(folder / name) as parts:
            assert parts.testzip() is None
            for part in parts.namelist():
                if part.endswith((".xml", ".rels")):
                    ET.fromstring(parts.read(part))


def test_the_same_contents_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    create(tmp_path / "again.xlsx", sample())
    assert (tmp_path / "again.xlsx").read_bytes() == (folder / "full.xlsx").read_bytes()


def test_the_book_says_whose_it_is_and_from_when(full: Any, bare: Any) -> None:
    assert full.properties.created == datetime.combine(AS_OF, time(8, 42))
    assert bare.properties.created == datetime.combine(AS_OF, time())
    assert full.properties.title == "Accounts receivable"


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_text("mine")
    with pytest.raises(BookError, match="exists already"):
        create(tmp_path / "book.xlsx", empty())
    assert (tmp_path / "book.xlsx").read_text() == "mine"


def test_a_folder_that_is_not_there_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(BookError, match=r"cannot be written: .* Nothing was changed"):
        create(tmp_path / "no" / "book.xlsx", empty())


# -- record tabs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tab", MANAGED, ids=lambda tab: tab.title)
def test_a_record_tab_is_a_real_table_between_hidden_id_and_hidden_seal(
    full: Any, bare: Any, tab: Tab
) -> None:
    for book in (full, bare):
        sheet = book[tab.title]
        (table,) = sheet.tables.values()
        assert table.name == tab.title
        assert [column.name for column in table.tableColumns] == list(records.headers(tab))
        assert [cell.value for cell in sheet[records.HEADER_ROW]] == list(records.headers(tab))
        assert table.autoFilter.ref == table.ref
        first, last = table.ref.split(":")
        assert first == "A4"
        assert int(re.sub(r"\D", "", last)) == sheet.max_row >= records.FIRST_ROW
        hidden = {name for name, told in sheet.column_dimensions.items() if told.hidden}
        letters = openpyxl.utils.get_column_letter
        assert hidden == {"A", letters(records.seal_column(tab) + 1)}
        assert sheet.freeze_panes.startswith(("C5", "D5"))
        assert sheet.print_title_rows == "$4:$4"


@pytest.mark.parametrize("tab", MANAGED, ids=lambda tab: tab.title)
def test_an_empty_tab_keeps_one_blank_formatted_row_and_says_how_to_begin(bare: Any, tab: Tab) -> None:
    sheet = bare[tab.title]
    assert sheet["B2"].value == tab.empty
    look = read_look()
    for number, column in enumerate(tab.columns, 2):
        cell = sheet.cell(records.FIRST_ROW, number)
        assert cell.value is None
        assert cell.number_format == look.format(record_role(tab, column, None))["num_format"]
    assert sheet.max_row == records.FIRST_ROW


def test_values_arrive_as_what_they_are(full: Any) -> None:
    sheet = full["Invoices"]
    for line, cells in zip(FULL.rows["invoices"], sheet.iter_rows(min_row=records.FIRST_ROW), strict=True):
        told = dict(zip((c.name for c in tabs.INVOICES.stored), line.values, strict=True))
        shown = dict(zip((c.name for c in tabs.INVOICES.columns), cells[1:-1], strict=True))
        assert (cells[0].value, cells[-1].value) == (line.id, line.seal)
        assert shown["number"].value == told["number"]
        assert shown["issued"].value.date() == told["issued"]
        assert shown["issued"].number_format == "dd mmm yyyy"
        code, amount = str(told["currency"]), told["amount"]
        assert isinstance(amount, int)
        assert round(Decimal(shown["amount"].value), 6) == money.to_major(amount, code)
        places = {0: "#,##0_)", 2: "#,##0.00_)", 3: "#,##0.000_)"}[money.exponent(code)]
        assert shown["amount"].number_format.startswith(places)


def test_text_stays_text_whatever_it_begins_with(tmp_path: Path) -> None:
    lines = [
        BookRow(f"id{n}", row(tabs.CUSTOMERS, name=text, notes=text, currency="EUR"), (None,) * 4, "s")
        for n, text in enumerate(EVIL)
    ]
    issues = [
        IssueLine(f"i{n}", "", datetime.combine(AS_OF, time()), t, t, t, t, "open", "s")
        for n, t in enumerate(EVIL)
    ]
    create(
        tmp_path / "evil.xlsx", replace(empty(), rows={"customers": lines}, issues=issues, company=EVIL[0])
    )
    book = _read(tmp_path / "evil.xlsx")
    for sheet, header in (("Customers", "Name"), ("Customers", "Notes"), ("Issues", "In the book")):
        cells = _cells(book[sheet], header)
        for cell, text in zip(cells, EVIL, strict=True):
            assert cell.hyperlink is None
            assert _shown(cell.value) == text
    with ZipFile(tmp_path / "evil.xlsx") as parts:
        customers = parts.read("xl/worksheets/sheet4.xml").decode()
        assert "<f>" not in customers
        assert "<hyperlink" not in customers


def _shown(text: str) -> str:
    """Undo `_xHHHH_` (ECMA-376 part 1, 22.9.2.19), which openpyxl leaves in texts that stand in their cells."""
    return re.sub("_x([0-9A-F]{4})_", lambda code: chr(int(code[1], 16)), text)


def test_a_text_that_no_cell_holds_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    lines = [BookRow("id", row(tabs.CUSTOMERS, name="x" * 40_000, currency="EUR"), (None,) * 4, "s")]
    with pytest.raises(BookError, match="Customers!B5"):
        create(tmp_path / "long.xlsx", replace(empty(), rows={"customers": lines}))
    assert list(tmp_path.iterdir()) == []


def test_people_get_lists_where_there_are_some_and_warnings_where_they_type(full: Any) -> None:
    rules = {str(rule.sqref): rule for rule in full["Invoices"].data_validations.dataValidation}
    status, currency, customer, due, amount = (rules[f"{c}5:{c}1048576"] for c in "IFCEG")
    assert (status.type, status.errorStyle or "stop") == ("list", "stop")
    assert status.formula1 == f'"{",".join(tabs.STATUSES)}"'
    assert (currency.formula1, currency.errorStyle or "stop") == ("list_currencies", "stop")
    assert (customer.formula1, customer.errorStyle) == ("list_customers", "warning")
    assert (due.type, due.errorStyle, amount.type, amount.errorStyle) == (
        "date",
        "warning",
        "decimal",
        "warning",
    )
    assert not {ref for ref in rules if ref[0] in "MNOP"}, "what ARC fills is not checked"


def test_lists_grow_with_their_tables(full: Any, bare: Any) -> None:
    for book in (full, bare):
        assert book.defined_names["list_customers"].value == "Customers[Name]"
        codes = book["_ARC"][book.defined_names["list_currencies"].value.split("!")[1]]
        assert [cell.value for (cell,) in codes] == sorted(money.CURRENCIES)
        assert book.defined_names["go_customer"].value == "Account!$B$2"
        pick = _checks(book["Account"])["B2"]
        assert pick.formula1 == "list_customers"


def _checks(sheet: Worksheet) -> dict[str, Any]:
    return {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}


def test_the_form_prompts_and_checks_every_entry_cell(full: Any, bare: Any) -> None:
    for book in (full, bare):
        sheet, checks = book["Account"], _checks(book["Account"])
        for block in form.BLOCKS:
            for one, place in block.places():
                ref = cell_ref(*place) if one.rows == 1 else area_ref(form.TALL[0])
                rule, column = checks.pop(ref), one.column
                assert sheet.cell(place.row, form.LABELS + 1).value == column.header
                assert (rule.promptTitle or column.header, rule.prompt or "") == (column.header, one.hint)
                listed = one.usual or column.choices
                assert (rule.type == "list") == bool(listed)
                assert rule.formula1 == f'"{",".join(listed)}"' if listed else True
                stops = (rule.errorStyle or "stop") == "stop" and rule.showErrorMessage and bool(rule.type)
                assert stops == bool(column.choices), "what is typed freely is only warned of"
        assert set(checks) == {"B2"}


def test_the_blocks_of_the_form_can_be_gone_to(full: Any) -> None:
    places = {name: full.defined_names[name].value for name in full.defined_names if name.startswith("go_")}
    for block, at in (("log", 10), ("promise", 21), ("dispute", 28), ("message", 35)):
        assert places[f"go_{block}"] == f"Account!$L${at}"
        assert full["Account"].cell(at - 1, form.LABELS + 1).value == form.BY_NAME[block].title


def test_rules_reach_to_the_end_of_the_sheet(full: Any) -> None:
    found = {
        str(area.sqref): [rule.formula for rule in rules]
        for area, rules in full["Invoices"].conditional_formatting._cf_rules.items()
    }
    assert found["O5:O1048576"] == [["AND(ISNUMBER($O5),$O5>90)"]]
    assert found["B5:P1048576"] == [['OR($P5="Settled",$P5="Void")']]


# -- report tabs ---------------------------------------------------------------------------------------------


def test_report_tables_are_valid_and_apart(full: Any, bare: Any) -> None:
    for book in (full, bare):
        names = [name for sheet in book for name in sheet.tables]
        assert len(set(names)) == len(names)
        for title, name in (("Aging", "AgingByCustomer"), ("Worklist", "Worklist")):
            table = book[title].tables[name]
            top, bottom = (book[title][ref] for ref in table.ref.split(":"))
            header = book[title].iter_rows(
                min_row=top.row, max_row=top.row, min_col=top.column, max_col=bottom.column
            )
            assert [cell.value for cell in next(header)] == [column.name for column in table.tableColumns]
            assert bottom.row > top.row


def test_aging_and_home_hold_formulas_that_check(full: Any) -> None:
    sheet = full["Aging"]
    assert sheet["J4"].value == "=SUM(D4:I4)"
    assert sheet["L4"].value == "=ROUND(J4-K4,2)"
    assert sheet["D6"].value.startswith("=SUMIFS(")
    over = aging.checks(FULL.aging)
    assert full["Home"]["K30"].value.startswith(f"=IF(SUMPRODUCT(ISNUMBER({over})*({over}<>0))=0,")


def test_charts_read_fixed_cells_and_say_what_they_show(folder: Path) -> None:
    for name in ("full.xlsx", "empty.xlsx"):
        with ZipFile(folder / name) as parts:
            charts = "".join(parts.read(p).decode() for p in parts.namelist() if p.startswith("xl/charts/"))
            drawing = parts.read("xl/drawings/drawing1.xml").decode()
        assert set(re.findall(r"<c:f>([^<]*)</c:f>", charts)) == {
            *("Aging!$D$3:$H$3", "Aging!$D$4:$H$4", "KPIs!$G$4:$R$4", "KPIs!$G$5:$R$5", "KPIs!$G$7:$R$7"),
            "KPIs!$G$10:$R$10",
        }
        assert [len(text) > 30 for text in re.findall(r'descr="([^"]*)"', drawing)] == [True] * 3


def test_links_lead_only_where_arc_says(full: Any) -> None:
    targets = {link.target for sheet in full for link in sheet._hyperlinks if link.target}
    places = {link.location for sheet in full for link in sheet._hyperlinks if link.location}
    assert all(re.fullmatch(r"mailto:[^?&]+@[^?&]+|tel:\+?\d+", target) for target in targets)
    assert {place.split("!")[0].strip("'") for place in places} <= set(tabs.SHEETS)


def test_home_and_account_print_on_pages_of_their_own_shape(full: Any) -> None:
    assert full["Home"].sheet_properties.pageSetUpPr.fitToPage
    assert full["Home"].page_setup.fitToHeight is None  # one page
    assert full["Invoices"].page_setup.fitToHeight == 0  # as many as it takes
    assert full["Home"].print_area == f"'Home'!$B$1:$M${home.END_ROW}"
    assert full["Account"].page_setup.orientation == "portrait"
    assert full["Customers"].page_setup.fitToWidth == 2
    assert full["Customers"].print_title_cols == "$B:$B"
    assert full["Reminders"].print_title_cols == "$B:$C"  # a decision needs its customer beside it
    assert {sheet.page_setup.paperSize for sheet in full if sheet.title != "_ARC"} == {9}


# -- what ARC finds again ------------------------------------------------------------------------------------


def test_the_foot_of_a_page_names_no_day_but_that_of_printing(full: Any) -> None:
    for sheet in full:
        if sheet.sheet_state == "visible":
            foot = sheet.oddFooter
            assert (foot.left.text, foot.right.text) == ("ARC Sheets  ·  &A", "printed &D &T")


def test_the_hidden_tab_says_whose_book_it_is_and_what_was_drawn(full: Any) -> None:
    told = {a.value: b.value for a, b in full["_ARC"].iter_rows(max_col=2) if a.value}
    assert (told["ledger"], told["book"], told["hash"]) == (META.ledger, META.book, META.hash)
    assert (told["bookmark"], told["epoch"], told["format"]) == (4711, 3, 1)
    assert (told["as of"], told["synced"]) == ("2026-11-20", "2026-11-20T08:42:00")
    assert told["area Home"] == "B1:M30"
    assert len(told) <= 31
    assert all(re.fullmatch("[0-9a-f]{16}", told[f"drawn {name}"]) for name in ("Home", "Aging", "Account"))


def test_every_role_has_a_sample_in_its_style(full: Any) -> None:
    look = read_look()
    samples = {cell.value: cell for (cell,) in full["_ARC"].iter_rows(min_col=4, max_col=4) if cell.value}
    assert list(samples) == list(ROLES)
    for role, cell in samples.items():
        told = look.format(role)
        assert cell.number_format == told.get("num_format", "General")
        assert cell.font.color.rgb == "FF" + told["font_color"].lstrip("#")
        assert (cell.font.sz, bool(cell.font.b)) == (told["font_size"], told.get("bold", False))


def test_samples_and_cells_share_their_styles(full: Any) -> None:
    samples = {
        cell.value: cell._style for (cell,) in full["_ARC"].iter_rows(min_col=4, max_col=4) if cell.value
    }
    assert full["Home"]["B1"]._style == samples["title"]
    assert full["Invoices"]["C5"]._style == samples["cell.text"]
    assert full["Customers"]["B5"]._style == samples["cell.text"]


# -- size ----------------------------------------------------------------------------------------------------


def made_row(number: int) -> BookRow:
    told: dict[str, Any] = {"currency": "EUR", "issued": date(2026, 1, 1), "amount": number}
    values = row(tabs.INVOICES, number=f"I-{number}", **told)
    return BookRow(f"id-{number}", values, (0, number, None, "Current"), "s")


def test_rows_are_streamed(tmp_path: Path) -> None:
    rows = Once(5000, made_row)
    create(tmp_path / "many.xlsx", replace(empty(), rows={"invoices": rows}))
    assert rows.walked == 5000
    book = _read(tmp_path / "many.xlsx", read_only=True)
    seen = [cells[1] for cells in book["Invoices"].iter_rows(min_row=5, values_only=True)]
    book.close()
    assert seen == [f"I-{number}" for number in range(5000)]
    with ZipFile(tmp_path / "many.xlsx") as parts:
        tables = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/tables/")]
    (mine,) = (table for table in tables if 'displayName="Invoices"' in table)
    assert mine.count('ref="A4:Q5004"') == 2


# -- another program -----------------------------------------------------------------------------------------


def _without_results(book: Path, target: Path) -> Path:
    """Copy a book without the results of its formulas, so that the next program must compute them."""
    with ZipFile(book) as parts, ZipFile(target, "w") as bare:
        for part in parts.namelist():
            bare.writestr(part, re.sub(rb"</f><v>[^<]*</v>", b"</f>", parts.read(part)))
    return target


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_recalculates_to_the_same_figures(folder: Path, tmp_path: Path) -> None:
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir"]
    books = [folder / "full.xlsx", folder / "empty.xlsx"]
    bare = [_without_results(book, tmp_path / f"bare-{book.name}") for book in books]
    subprocess.run([*command, tmp_path / "out", *bare], check=True, capture_output=True, timeout=110)
    for book in books:
        ours, theirs = (
            _read(book, data_only=True),
            _read(tmp_path / "out" / f"bare-{book.name}", data_only=True),
        )
        for cell in (
            cell for title in ("Home", "Aging") for line in ours[title].iter_rows() for cell in line
        ):
            other = theirs[cell.parent.title][cell.coordinate].value
            if isinstance(cell.value, int | float):
                assert other == pytest.approx(cell.value, abs=1e-4), cell.coordinate
            else:
                assert (other or None) == (cell.value or None), cell.coordinate


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_the_link_on_reminders_leads_to_the_first_row_to_decide_on_whatever_was_decided(
    folder: Path, tmp_path: Path
) -> None:
    decided = {"none": (), "first": (5,), "all": tuple(range(5, 205))}
    for name, rows in decided.items():
        book = _read(folder / "full.xlsx")
        sheet = book["Reminders"]
        link = re.fullmatch(r'=HYPERLINK\((.*),"Go to the first to decide on"\)', sheet["F1"].value)
        assert link
        sheet["F2"] = f"={link[1]}"
        for number in rows:
            sheet.cell(number, 2, "Skip")
        book.save(tmp_path / f"{name}.xlsx")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir"]
    books = [tmp_path / f"{name}.xlsx" for name in decided]
    subprocess.run([*command, tmp_path / "out", *books], check=True, capture_output=True, timeout=110)
    leads = [_read(tmp_path / "out" / book.name, data_only=True)["Reminders"]["F2"].value for book in books]
    assert leads == ["#Reminders!B5", "#Reminders!B7", "#Reminders!B5"]
