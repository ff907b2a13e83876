"""Workbooks that other programs made: after any edits, every other cell and part is what it was."""

from __future__ import annotations

import datetime as dt
import random
import shutil
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arc_sync.xlsx import Formula, Package, Refused
from arc_sync.xlsx.refs import cell_ref
from tests.xlsx_corpus import (
    by_libreoffice,
    by_openpyxl,
    by_xlsxwriter,
    calamine_cells,
    libreoffice,
    members,
    openpyxl_cells,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arc_sync.xlsx import Value

NEEDS_LIBREOFFICE = pytest.mark.skipif(libreoffice() is None, reason="LibreOffice is not installed")
FOLLOWERS = {
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "[Content_Types].xml",
    "xl/calcChain.xml",
    "xl/styles.xml",
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("corpus")
    made = {"xlsxwriter": by_xlsxwriter(folder / "w.xlsx"), "openpyxl": by_openpyxl(folder / "o.xlsx")}
    if libreoffice():
        for name, source in list(made.items()):
            made[f"libreoffice-{name}"] = by_libreoffice(
                source, folder / f"lo-{name}.xlsx", folder / "profile"
            )
    return made


MAKERS = [
    "xlsxwriter",
    "openpyxl",
    *([f"libreoffice-{name}" for name in ("xlsxwriter", "openpyxl")] if libreoffice() else []),
]


def some_value(chance: random.Random, column: int) -> Value:
    values: list[Value] = [
        None, "=danger()", "text & <more>", " padded ", "", 7, -1.5, Decimal("12.50"), True, False,
        dt.date(2026, 11, 30), Formula("1+1", 2), Formula('"a"&"b"'), "x" * 300,
    ]  # fmt: skip
    if column == 3:  # dates by their style, and so openpyxl would show a number
        values = [value for value in values if not isinstance(value, int | float | Decimal)]
    return chance.choice(values)


def shown(value: Value) -> object:
    """Give what openpyxl reads for a value that was written."""
    if isinstance(value, Formula):
        return f"={value.text}"
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time())
    return value


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("seed", range(6))
def test_random_edits_change_what_they_say_and_nothing_else(
    corpus: dict[str, Path], tmp_path: Path, maker: str, seed: int
) -> None:
    chance = random.Random(seed)
    path = Path(shutil.copy(corpus[maker], tmp_path / "book.xlsx"))
    expected, before = openpyxl_cells(path), members(path)
    book = Package(path)
    sheet = book.sheet(book.sheet_names[0])
    for _ in range(25):
        row, column = chance.randrange(3, 16), chance.randrange(6)
        value = some_value(chance, column)
        sheet.set(cell_ref(row, column), value)
        key = (sheet.name, row, column + 1)
        expected.pop(key, None)
        if shown(value) is not None:
            expected[key] = shown(value)
    saved = book.save(backup=None)
    after = members(path)
    assert openpyxl_cells(path) == expected
    changed = {change.part for change in saved.parts}
    assert changed - FOLLOWERS == {"xl/worksheets/sheet1.xml"}
    assert {name: part for name, part in before.items() if name not in changed} == {
        name: part for name, part in after.items() if name not in changed
    }


@pytest.mark.parametrize("maker", MAKERS)
def test_every_reader_reads_every_edited_cell_alike(
    corpus: dict[str, Path], tmp_path: Path, maker: str
) -> None:
    path = Path(shutil.copy(corpus[maker], tmp_path / "book.xlsx"))
    book = Package(path)
    sheet = book.sheet(book.sheet_names[0])
    sheet.set("A3", "=text")
    sheet.set("C3", Decimal("0.1"))
    sheet.set("B40", dt.date(2026, 11, 30))
    before = calamine_cells(path)
    book.save(backup=None)
    name = sheet.name
    new = {(name, 3, 1): "=text", (name, 3, 3): 0.1, (name, 40, 2): dt.date(2026, 11, 30)}
    assert calamine_cells(path) == before | new
    with zipfile.ZipFile(path) as read:
        assert read.testzip() is None


@NEEDS_LIBREOFFICE
def test_libreoffice_opens_what_was_edited_and_shows_the_same(
    corpus: dict[str, Path], tmp_path: Path
) -> None:
    path = Path(shutil.copy(corpus["xlsxwriter"], tmp_path / "book.xlsx"))
    book = Package(path)
    sheet, report = book.sheet("Invoices"), book.sheet("Report & Co")
    sheet.set("B3", "=not a formula")
    sheet.append_rows("Invoices", [["N10", "new & <tag>", 100, dt.date(2026, 11, 30), None]])
    report.append_rows("Totals", [[5, 6]])
    book.save(backup=None)
    again = by_libreoffice(path, tmp_path / "again.xlsx", tmp_path / "profile")
    found = openpyxl_cells(again)
    assert found["Invoices", 3, 2] == "=not a formula"
    assert found["Invoices", 11, 2] == "new & <tag>"
    values = calamine_cells(again)
    assert values["Invoices", 11, 5] == 200.0
    assert values["Report & Co", 5, 1] == "Total"


def own_cells(path: Path) -> dict[tuple[str, int, int], object]:
    """Read every cell that has a value with the package itself, in openpyxl's terms."""
    found: dict[tuple[str, int, int], object] = {}
    book = Package(path)
    for name in book.sheet_names:
        for row in book.sheet(name).rows():
            for cell in row.cells:
                if cell.formula is not None:
                    found[name, row.number, cell.column + 1] = "formula"
                elif cell.type == "n" and cell.raw is not None:
                    found[name, row.number, cell.column + 1] = float(cell.raw)
                elif cell.raw is not None:
                    found[name, row.number, cell.column + 1] = (
                        cell.raw == "1" if cell.type == "b" else cell.raw
                    )
    return found


@pytest.mark.parametrize("maker", MAKERS)
def test_the_reader_agrees_with_openpyxl(corpus: dict[str, Path], maker: str) -> None:
    path = corpus[maker]
    theirs = openpyxl_cells(path)
    ours = own_cells(path)
    assert ours.keys() == theirs.keys()
    for key, value in ours.items():
        other = theirs[key]
        if value == "formula":
            assert str(other).startswith("=")
        elif isinstance(other, str | bool):
            assert value == other
        elif isinstance(other, int | float):
            assert value == pytest.approx(other)


def rows_of(cells: dict[tuple[int, int], str]) -> str:
    rows: dict[int, list[str]] = {}
    for (row, column), xml in sorted(cells.items()):
        rows.setdefault(row, []).append(xml.format(ref=cell_ref(row, column)))
    return "".join(f'<row r="{row}">{"".join(found)}</row>' for row, found in rows.items())


PLACES = st.tuples(st.integers(1, 12), st.integers(0, 6))
KINDS = st.sampled_from(
    [
        '<c r="{ref}"><v>5</v></c>',
        '<c r="{ref}" t="s"><v>1</v></c>',
        '<c r="{ref}" s="2"/>',
        '<c r="{ref}"><f>A1+1</f><v>2</v></c>',
    ]
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.dictionaries(PLACES, KINDS, max_size=25),
    shared=st.one_of(st.none(), st.tuples(st.integers(1, 8), st.integers(0, 3), st.integers(2, 4))),
    edits=st.dictionaries(
        PLACES, st.one_of(st.none(), st.integers(-9, 9), st.text("ab=<&\n_x", max_size=6)), max_size=12
    ),
)
def test_any_edits_on_any_grid_agree_with_openpyxl(
    tmp_path: Path,
    cells: dict[tuple[int, int], str],
    shared: tuple[int, int, int] | None,
    edits: dict[tuple[int, int], Value],
) -> None:
    from tests.xlsx_corpus import handmade, worksheet

    if shared is not None:
        top, left, size = shared
        for row in range(top, top + size):
            cells[row, left] = '<c r="{ref}"><f t="shared" si="0"/><v>1</v></c>'
        cells[top, left] = (
            f'<c r="{{ref}}"><f t="shared" ref="{cell_ref(top, left)}:{cell_ref(top + size - 1, left)}" si="0">$A$1+Z{top}</f></c>'
        )
    path = handmade(tmp_path / "a.xlsx", worksheet(rows_of(cells)))
    expected = openpyxl_cells(path)
    book = Package(path)
    for (row, column), value in edits.items():
        book.sheet("Data").set(cell_ref(row, column), value)
        expected.pop(("Data", row, column + 1), None)
        if value is not None:
            expected["Data", row, column + 1] = value
    book.save(backup=None)
    assert openpyxl_cells(path) == expected
    assert own_cells(path).keys() == expected.keys()


def test_a_large_sheet_is_edited_where_it_was_edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sheet is larger than what is read back whole, so most of it passes by as it stands."""
    monkeypatch.setattr("arc_sync.xlsx.verify.WHOLE", 1 << 20)
    monkeypatch.setattr("arc_sync.xlsx.saving.WHOLE", 1 << 20)
    from tests.xlsx_corpus import handmade, worksheet

    def rows() -> Iterator[str]:
        for row in range(1, 8_001):
            cells = "".join(
                f'<c r="{letter}{row}" s="2"><v>{row * 7919 % 104_729}.25</v></c>'
                for letter in "ABCDEFGHIJKL"
            )
            yield f'<row r="{row}" spans="1:12">{cells}<c r="M{row}"><f t="shared" si="0"/></c></row>'

    text = "".join(rows()).replace(
        '<f t="shared" si="0"/>', '<f t="shared" ref="M1:M8000" si="0">A1*2</f>', 1
    )
    path = handmade(tmp_path / "a.xlsx", worksheet(text))
    book = Package(path)
    sheet = book.sheet("Data")
    edits: dict[str, Value] = {f"{'ACM'[n % 3]}{n * 37 + 2}": n for n in range(200)}
    for ref, value in {**edits, "B8200": "below", "Q4000": "beside"}.items():
        sheet.set(ref, value)
    book.save(backup=None)
    again = Package(path).sheet("Data")
    found = {cell_ref(row.number, c.column): (c.raw, c.formula) for row in again.rows() for c in row.cells}
    assert len(found) == 8_000 * 13 + 2
    assert {ref: found[ref][0] for ref in edits} == {ref: str(value) for ref, value in edits.items()}
    assert found["M7999"] == (None, "A7999*2")
    assert found["L8000"] == (f"{8_000 * 7919 % 104_729}.25", None)
    with zipfile.ZipFile(path) as read:
        assert read.testzip() is None
    book = Package(path)
    book.sheet("Data").set("M1", 0)  # the master goes: 8,000 sharers get their own text
    book.save(backup=None)
    found = {
        cell_ref(row.number, c.column): (c.raw, c.formula)
        for row in Package(path).sheet("Data").rows()
        for c in row.cells
    }
    assert (found["M1"], found["M8000"], found["L8000"][1]) == (("0", None), (None, "A8000*2"), None)


def test_what_is_refused_leaves_the_file_as_it_was(corpus: dict[str, Path], tmp_path: Path) -> None:
    path = Path(shutil.copy(corpus["xlsxwriter"], tmp_path / "book.xlsx"))
    before = path.read_bytes()
    for ref in ("H1", "G7"):  # inside a merge, inside an array formula
        book = Package(path)
        book.sheet("Invoices").set(ref, 1)
        with pytest.raises(Refused):
            book.save()
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["book.xlsx"]
