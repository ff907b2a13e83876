from __future__ import annotations

import os
import re
import shutil
import tempfile
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from arc_sheets.aging import Buckets
from arc_sheets.errors import ArcError, BookForeign, BookMissing, BookOpen, BookRefused
from arc_sheets.tabs import ACTIVITY, CUSTOMERS, INVOICES, PAYMENTS, PROMISES, RECORD_TABS
from arc_sync.agent.pages import pages
from arc_sync.agent.round import run_round
from arc_sync.books.hidden import read_hidden, write_hidden
from arc_sync.xlsx import Package
from arc_sync.xlsx.refs import cell_ref, parse_area
from tests.file_firm import FIRMS, NOW, TERMS, Firm, firm, saves_call
from tests.hands import FileHand
from tests.test_ledger_open import as_nobody
from tests.xlsx_corpus import members

# -- a day at work -------------------------------------------------------------------------------------------

pytest_plugins = ("tests.file_fixtures",)


def test_a_new_book_is_in_step(one: Firm) -> None:
    before = one.path.read_bytes()
    assert one.round().idle
    assert one.path.read_bytes() == before


def test_a_day_at_work_comes_to_rest(busy: Firm) -> None:
    report = busy.round()
    assert report.in_step
    assert (report.taken, report.added) == (2, 1)
    last = busy.rest()
    assert [line.where for line in last.issues] == [
        "Invoices, INV-02, Status",
        "Invoices, INV-01, Due",
        "Aging, D9",
    ]
    before = busy.path.read_bytes()
    assert busy.round().idle
    assert busy.path.read_bytes() == before
    assert "call on Friday" in busy.rows(INVOICES)[busy.find(INVOICES, "INV-00")]
    assert len(busy.rows(PAYMENTS)) == 2
    assert busy.hand.owned(INVOICES) == ["my own"]
    assert busy.hand.sees("Account", "B2") == FIRMS[1]
    assert FIRMS[1] in str(busy.hand.sees("Worklist", "C5")) or busy.hand.sees("Account", "B5") == "Open"
    assert not list(busy.ledger.verify())


def typed_by_hand(one: Firm) -> None:
    """Type rows as people do: with blanks that ARC fills in, in other spellings, and one payment three times."""
    paid = {"date": "20.11.26", "customer": FIRMS[0].casefold(), "amount": "12,50"}
    for told in (paid, paid, paid, {**paid, "amount": 7, "applied_to": "inv-01"}):
        one.hand.add(PAYMENTS, **told)
    one.hand.add(ACTIVITY, customer=FIRMS[1], channel="Call", notes="no answer")
    one.hand.add(PROMISES, customer=FIRMS[1].upper(), amount=5, date="1.12.26")


def test_a_copy_from_before_the_round_is_put_back_and_nothing_typed_in_it_counts_twice(one: Firm) -> None:
    typed_by_hand(one)
    copy = one.path.read_bytes()
    one.rest()
    before = {tab.name: one.rows(tab) for tab in RECORD_TABS}
    for _ in range(3):
        one.path.write_bytes(copy)
        one.rest()
        assert {tab.name: one.rows(tab) for tab in RECORD_TABS} == before
    one.hand.add(PAYMENTS, date="20.11.26", customer=FIRMS[0], amount="12,50")
    one.rest()
    assert len(one.rows(PAYMENTS)) == len(before["payments"]) + 1


def test_what_was_typed_on_a_report_stands_on_the_issues_tab(busy: Firm) -> None:
    last = busy.rest()
    (line,) = [line for line in last.issues if line.where == "Aging, D9"]
    assert line.mine == "call them!"
    assert busy.hand.sees("Aging", "D9") != "call them!"
    busy.hand.pick(line.id, "Noted")
    assert "Aging, D9" not in [line.where for line in busy.rest().issues]


def test_an_edit_is_settled_in_one_round_though_its_minute_shows_on_home(one: Firm) -> None:
    one.rest()
    one.hand.type(INVOICES, 0, notes="call on Friday")
    report = run_round(one.settings, one.book, one.ledger, NOW + timedelta(minutes=5))
    assert (report.taken, report.idle) == (1, False)
    assert run_round(one.settings, one.book, one.ledger, NOW + timedelta(minutes=9)).idle


def test_what_stands_beside_a_report_is_nobodys_business(one: Firm) -> None:
    one.hand.scribble("Aging", "Z9", "mine")
    one.hand.scribble("Aging", "B90", "mine too")
    one.put(INVOICES, one.find(INVOICES, "INV-05"), amount=777_00)
    assert one.rest().issues == []
    assert [one.hand.sees("Aging", cell) for cell in ("Z9", "B90")] == ["mine", "mine too"]


def test_a_note_below_the_issues_is_not_drawn_over_unsaid(busy: Firm) -> None:
    busy.hand.scribble("Issues", "D6", "asked Bob")
    last = busy.rest()
    assert "asked Bob" in [line.mine for line in last.issues]
    assert last.idle


def test_the_aging_table_moves_with_a_new_currency(busy: Firm) -> None:
    def table() -> str:
        return Package(busy.path).sheet("Aging").table("AgingByCustomer").ref

    before = parse_area(table())
    busy.rest()
    after = parse_area(table())
    assert after.top == before.top + 1
    assert busy.hand.sees("Aging", f"B{after.top}") == "Customer"
    assert busy.hand.sees("Aging", f"B{after.bottom}") in FIRMS
    assert busy.hand.sees("Aging", f"B{after.bottom + 1}") is None


@pytest.mark.parametrize("edges", [(30, 60, 90, 120), (30, 60), (10, 20, 30, 40, 50, 60)])
def test_the_aging_table_takes_another_number_of_buckets_and_moves(one: Firm, edges: tuple[int, ...]) -> None:
    one.settings = replace(one.settings, figures=pages(replace(TERMS, buckets=Buckets(edges))))
    one.rest()
    one.put(INVOICES, "9" * 32, number="X", customer=FIRMS[0], amount=1, currency="JPY", status="open")
    one.rest()
    table = Package(one.path).sheet("Aging").table("AgingByCustomer")
    top = table.area.top
    heads = [one.hand.sees("Aging", cell_ref(top, c)) for c in range(table.area.left, table.area.right + 1)]
    assert heads == list(table.headers)
    assert one.hand.sees("Aging", cell_ref(top, table.area.right + 1)) is None
    assert table.headers[2 : 3 + len(edges) + 1] == Buckets(edges).labels
    assert (table.headers[-1], len({*table.headers})) == ("Oldest, days", 9 + len(edges) + 1)


def _charts(one: Firm) -> dict[str, str]:
    with zipfile.ZipFile(one.path) as book:
        return {n: book.read(n).decode() for n in book.namelist() if n.startswith("xl/charts/chart")}


def _bars(chart: str) -> list[tuple[str, str]]:
    """Return the number and colour of the bars that have a look of their own."""
    return re.findall(r'<c:dPt><c:idx val="(\d+)"/>.*?srgbClr val="(\w+)".*?</c:dPt>', chart)


@pytest.mark.parametrize("edges", [(30, 60, 90, 120), (30, 60), (10, 20, 30, 40, 50, 60), (30,)])
def test_the_chart_on_home_shows_the_buckets_that_there_are(one: Firm, edges: tuple[int, ...]) -> None:
    before = _charts(one)
    assert _bars(before["xl/charts/chart1.xml"])[-1] == ("4", "B4530A")
    for now in (edges, (30, 60, 90)):
        one.settings = replace(one.settings, figures=pages(replace(TERMS, buckets=Buckets(now))))
        one.rest()
        charts, last = _charts(one), "DEFGHIJKL"[len(now) + 1]
        chart = charts["xl/charts/chart1.xml"]
        assert re.findall("<c:f>(.*?)</c:f>", chart) == [f"Aging!$D${r}:${last}${r}" for r in (3, 4)]
        assert "Cache" not in chart
        bars = _bars(chart)
        assert (bars[0], bars[-1]) == (("0", "8FA9C4"), (str(len(now) + 1), "B4530A"))
        assert one.hand.sees("Aging", f"{last}3") == f"Over {now[-1]}"
        assert {n: x for n, x in charts.items() if "1.xml" not in n} == {
            n: x for n, x in before.items() if "1.xml" not in n
        }


def test_a_chart_that_was_left_behind_in_an_open_book_is_mended_in_the_closed_one(one: Firm) -> None:
    other = replace(one.settings, figures=pages(replace(TERMS, buckets=Buckets((30, 60)))))
    one.settings = other
    behind = _charts(one)["xl/charts/chart1.xml"]
    one.rest()
    _rewritten(one.path, lambda name, part: behind.encode() if name.endswith("chart1.xml") else part)
    with FileHand(one.path).saving() as package:
        hidden = read_hidden(package)
        write_hidden(package, hidden, {"charted": 5})
    one.hand.type(INVOICES, 0, notes="call on Friday")
    one.rest()
    assert re.findall("<c:f>(.*?)</c:f>", _charts(one)["xl/charts/chart1.xml"])[0] == "Aging!$D$3:$G$3"


def test_a_chart_that_a_person_made_of_it_stays_theirs(one: Firm) -> None:
    old, theirs = "Aging!$D$4:$H$4", "Aging!$D$4:$F$4"
    _rewritten(
        one.path, lambda name, part: part.replace(old.encode(), theirs.encode()) if "chart1" in name else part
    )
    one.settings = replace(one.settings, figures=pages(replace(TERMS, buckets=Buckets((30, 60, 90, 120)))))
    before = members(one.path)["xl/charts/chart1.xml"]
    one.rest()
    assert members(one.path)["xl/charts/chart1.xml"] == before


def _rewritten(path: Path, change: Callable[[str, bytes], bytes]) -> None:
    with zipfile.ZipFile(path) as book:
        parts = {name: change(name, book.read(name)) for name in book.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in parts.items():
            book.writestr(name, part)


def test_an_aging_table_with_a_persons_column_says_the_ways_out(one: Firm) -> None:
    with FileHand(one.path).saving() as package:
        sheet = package.sheet("Aging")
        table = sheet.table("AgingByCustomer")
        wider = table.area._replace(right=table.area.right + 1)
        sheet.set(cell_ref(wider.top, wider.right), "Mine")
        sheet.place_table(table.name, wider, (*table.headers, "Mine"))
    one.settings = replace(one.settings, figures=pages(replace(TERMS, buckets=Buckets((30, 60, 90, 120)))))
    with pytest.raises(BookRefused, match=r"columns of your own.*arc sync --new"):
        one.round()


def test_an_empty_tab_gets_its_first_rows_and_another_sentence(tmp_path: Path) -> None:
    one = firm(tmp_path, many=0)
    assert str(one.hand.sees("Invoices", "B2")).startswith("No invoices yet")
    one.put(INVOICES, "9" * 32, number="X", customer=FIRMS[0], amount=1, currency="EUR", status="open")
    one.rest()
    assert str(one.hand.sees("Invoices", "B2")).startswith("One row an invoice")
    assert one.hand.sees("Invoices", "B5") == "X"


def test_appended_rows_look_like_the_others(one: Firm) -> None:
    one.put(INVOICES, "9" * 32, number="X", customer=FIRMS[0], amount=1, currency="JPY", status="open")
    one.put(INVOICES, "8" * 32, number="Y", customer=FIRMS[0], amount=1, currency="EUR", status="open")
    one.rest()
    rows = [row for row in Package(one.path).sheet("Invoices").rows() if row.number >= 5]
    yen, euro = ({c.column: c.style for c in row.cells} for row in rows[-2:])
    assert euro == {c.column: c.style for c in rows[0].cells}
    assert {column for column in euro if yen[column] != euro[column]} == {6, 12, 13}  # amount, paid, balance


# -- promise 4: what ARC does not own, it does not touch --------------------------------------------------------


def test_only_managed_parts_are_rewritten(busy: Firm) -> None:
    with FileHand(busy.path).saving() as package:
        package.sheet("Disputes").set("Z1", "mine")
    before = members(busy.path)
    busy.rest()
    after = members(busy.path)
    changed = {name for name in before if after.get(name) != before[name]} | after.keys() - before.keys()
    sheets = {f"xl/worksheets/sheet{n}.xml" for n in range(1, 16)}
    assert changed <= {
        *sheets,
        *(f"xl/worksheets/_rels/sheet{n}.xml.rels" for n in range(1, 16)),
        *(f"xl/tables/table{n}.xml" for n in range(1, 13)),
        "xl/workbook.xml",
        "xl/styles.xml",
    }
    assert not {name for name in changed if "chart" in name or "drawing" in name or "theme" in name}


def test_the_users_own_columns_formulas_and_formats_stay(busy: Firm) -> None:
    from arc_sync.xlsx import Formula

    with FileHand(busy.path).saving() as package:
        sheet = package.sheet("Invoices")
        for n in range(5, 17):
            sheet.set(f"S{n}", Formula(f"G{n}*2"))
            sheet.set(f"T{n}", f"mine {n}")
    tail = _tail(busy.path, "Invoices")
    busy.rest()
    cells = {(r.number, c.column): c for r in Package(busy.path).sheet("Invoices").rows() for c in r.cells}
    assert [cells[n, 18].formula for n in range(5, 17)] == [f"G{n}*2" for n in range(5, 17)]
    assert [cells[n, 19].raw for n in range(5, 17)] == [f"mine {n}" for n in range(5, 17)]
    assert ET.canonicalize(_tail(busy.path, "Invoices")) == ET.canonicalize(tail)


def _tail(path: Path, sheet: str) -> str:
    """Return what stands after a sheet's rows: conditional formats, validations, print settings."""
    package = Package(path)
    xml = re.sub(rb"<dimension [^>]*>", b"", package.part(package.entry(sheet).part))
    head, rows, tail = xml.partition(b"<sheetData>")
    return (head + rows + b"</sheetData>" + tail.partition(b"</sheetData>")[2]).decode()


# -- bad luck -------------------------------------------------------------------------------------------------


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:20_000])


def _encrypted(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000))


def _bomb(path: Path) -> None:
    _with_part(
        path,
        "xl/worksheets/sheet5.xml",
        lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + b" " * (80 << 20)),
    )


def _strict(path: Path) -> None:
    old, new = (
        b"schemas.openxmlformats.org/spreadsheetml/2006/main",
        b"purl.oclc.org/ooxml/spreadsheetml/main",
    )
    _with_part(path, "xl/workbook.xml", lambda xml: xml.replace(old, new))


def _no_identity(path: Path) -> None:
    _with_part(path, "xl/workbook.xml", lambda xml: xml.replace(b'name="_ARC"', b'name="other"'))


def _half_identity(path: Path) -> None:
    with_hidden(path, "ledger", None)


def _newer(path: Path) -> None:
    with_hidden(path, "format", 99)


def _another_ledger(path: Path) -> None:
    with_hidden(path, "ledger", "somebody else's")


def _not_a_workbook(path: Path) -> None:
    path.write_text("Name;Amount\n")


def _excel_has_it(path: Path) -> None:
    path.with_name(f"~${path.name}").write_bytes(b"\x05Maria" + bytes(159))


def with_hidden(path: Path, name: str, value: str | int | None) -> None:
    package = Package(path)
    sheet = package.sheet("_ARC")
    number = next(r.number for r in sheet.rows() for c in r.cells if c.column == 0 and c.raw == name)
    sheet.set(f"B{number}", value)
    if value is None:
        sheet.set(f"A{number}", None)
    package.save(backup=None)


def _with_part(path: Path, part: str, change: Callable[[bytes], bytes]) -> None:
    other = path.with_name("other.xlsx")
    with (
        zipfile.ZipFile(path) as source,
        zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out,
    ):
        for info in source.infolist():
            data = source.read(info)
            out.writestr(info.filename, change(data) if info.filename == part else data)
    other.replace(path)


@pytest.mark.parametrize(
    ("harm", "kind", "said"),
    [
        (Path.unlink, BookMissing, "There is no workbook at"),
        (_excel_has_it, BookOpen, r"is open: Maria \(Excel\). Save and close it"),
        (_truncated, BookRefused, "damaged or was cut short"),
        (_encrypted, BookRefused, "protected with a password"),
        (_not_a_workbook, BookRefused, "not an Excel workbook"),
        (_bomb, BookRefused, "too large|more than|bomb"),
        (_no_identity, BookForeign, "lacks the hidden tab by which ARC knows"),
        (_half_identity, BookForeign, "lacks the hidden tab by which ARC knows"),
        (_newer, BookRefused, "newer ARC"),
        (_another_ledger, BookForeign, "belongs to another ledger"),
    ],
    ids=lambda x: getattr(x, "__name__", None),
)
def test_bad_luck_is_one_sentence_and_nothing_changes(
    busy: Firm, harm: Callable[[Path], None], kind: type[ArcError], said: str
) -> None:
    harm(busy.path)
    before = busy.path.read_bytes() if busy.path.exists() else b""
    with busy.ledger.read() as view:
        head = view.head()
    with pytest.raises(kind, match=said) as caught:
        busy.round()
    assert len(str(caught.value)) < 300
    assert "\n" not in str(caught.value)
    assert (busy.path.read_bytes() if busy.path.exists() else b"") == before
    with busy.ledger.read() as view:
        assert view.head() == head


def test_a_strict_workbook_is_edited_like_any_other(busy: Firm, good_end: dict[str, object]) -> None:
    _strict(busy.path)
    busy.rest()
    assert busy.end() == good_end


@pytest.mark.skipif(os.name == "nt", reason="a folder's mode is a matter of Unix")
def test_a_folder_that_may_not_be_written_is_one_sentence(busy: Firm) -> None:
    folder = Path(tempfile.mkdtemp(prefix="arc-book-"))  # outside pytest's, which only root may enter
    try:
        moved = replace(busy, path=Path(shutil.copy(busy.path, folder)))
        with as_nobody(folder=folder, mode=0o555), pytest.raises(BookOpen, match="cannot be written"):
            moved.round()
    finally:
        folder.chmod(0o700)
        shutil.rmtree(folder)


@pytest.mark.parametrize(
    "error", [PermissionError(13, "Permission denied"), OSError(28, "No space left on device")]
)
def test_a_disk_that_refuses_is_one_sentence_and_the_next_round_settles_it(
    busy: Firm, good_end: dict[str, object], monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    def refuse(step: str) -> None:
        if step == "synced":
            raise error

    before = busy.path.read_bytes()
    with monkeypatch.context() as patch:
        saves_call(patch, refuse)
        with pytest.raises(ArcError, match="cannot be written"):
            busy.round()
    assert busy.path.read_bytes() == before
    busy.rest()
    assert busy.end() == good_end


def test_a_disk_that_refuses_says_what_is_safe_in_the_ledger(one: Firm) -> None:
    one.put(INVOICES, one.find(INVOICES, "INV-05"), amount=777_00)
    refused = "book.xlsx cannot be written: No space left on device. Nothing in it was changed."
    assert _on_a_full_disk(one) == refused
    one.hand.type(INVOICES, 0, notes="call on Friday")
    safe = " What was typed (1 row) is safe in the ledger; the next sync shows the rest."
    assert [_on_a_full_disk(one), _on_a_full_disk(one)] == [refused + safe, refused]
    assert "call on Friday" in one.rows(INVOICES)[one.find(INVOICES, "INV-00")]
    assert one.rest().issues == []


def _on_a_full_disk(one: Firm) -> str:
    """Run a round that cannot write the file, and return what it says."""

    def refuse(_step: str) -> None:
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        saves_call(patch, refuse)
        with pytest.raises(BookRefused) as caught:
            one.round()
    return str(caught.value)


@pytest.mark.parametrize("step", ["read", "committed"])
def test_a_file_saved_meanwhile_is_left_and_the_next_round_settles_it(busy: Firm, step: str) -> None:
    def meanwhile(reached: str) -> None:
        if reached == step and not typed:
            typed.append(step)
            busy.hand.type(CUSTOMERS, 0, notes="typed meanwhile")

    typed: list[str] = []
    assert not busy.round(meanwhile).in_step
    busy.rest()
    assert "typed meanwhile" in busy.rows(CUSTOMERS)[busy.find(CUSTOMERS, FIRMS[0])]
    assert busy.hand.owned(INVOICES) == ["my own"]


def test_a_copy_from_before_is_brought_in_step(busy: Firm, tmp_path: Path) -> None:
    old = tmp_path / "old.xlsx"
    shutil.copy(busy.path, old)
    busy.rest()
    before = busy.end()
    shutil.copy(old, busy.path)
    busy.rest()
    after = busy.end()
    assert {k: v for k, v in after.items() if k in {"invoices", "customers"}} == {
        k: v for k, v in before.items() if k in {"invoices", "customers"}
    }


def test_redrawing_tells_each_address_once(one: Firm) -> None:
    def relations() -> int:
        package = Package(one.path)
        return len(package.relations(package.entry("Worklist").part))

    before = relations()
    for amount in (1_00, 2_00, 3_00):
        one.put(INVOICES, one.find(INVOICES, "INV-03"), amount=amount)
        one.rest()
    assert relations() == before
