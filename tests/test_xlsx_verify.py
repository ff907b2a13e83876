"""The check before a file is replaced: a wrong write is caught, whatever went wrong, and nothing is written."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from arc_sync.xlsx import Formula, Package, Refused, newrows, readback, shapes, splice
from arc_sync.xlsx.cells import RowReader
from arc_sync.xlsx.refs import letters, parse_ref
from arc_sync.xlsx.scan import Block, names
from arc_sync.xlsx.values import Content, content, number
from tests.xlsx_corpus import MAIN, by_xlsxwriter, handmade, openpyxl_cells, relation, worksheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from arc_sync.xlsx import Value

ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1"><v>1</v></c><c r="C1"><f>A1</f><v>2</v></c></row>'


def _faulty(fault: Callable[[Content], Content]) -> Callable[..., Content]:
    def write(value: Value, prefix: str, *, date1904: bool) -> Content:
        return fault(content(value, prefix, date1904=date1904))

    return write


@pytest.mark.parametrize("value", ["text", 12.5, True, Formula("=A2*2", 3)])
@pytest.mark.parametrize(
    "fault",
    [
        lambda made: made._replace(
            xml=made.xml.replace("12.5", "12.6").replace("text", "tex").replace("1<", "0<")
        ),
        lambda made: made._replace(xml=""),
        lambda made: made._replace(t="e"),
        lambda made: made._replace(xml=made.xml + "<v>"),
    ],
    ids=["another value", "no value", "another type", "broken"],
)
def test_a_cell_that_does_not_read_back_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: Value, fault: Callable[[Content], Content]
) -> None:
    path = by_xlsxwriter(tmp_path / "book.xlsx")
    before = path.read_bytes()
    if isinstance(value, Formula):
        fault = _other_formula
    monkeypatch.setattr(splice, "content", _faulty(fault))
    book = Package(path)
    book.sheet("Invoices").set("B3", value)
    with pytest.raises(Refused, match="did not pass its check"):
        book.save()
    assert path.read_bytes() == before


def _other_formula(made: Content) -> Content:
    return made._replace(xml=made.xml.replace("A2", "A3"))


@pytest.mark.parametrize("wrong", ['<c r="{0}{1}" s="9"/>', "", '<c r="{0}{1}"><v>1</v></c>'])
def test_an_appended_row_that_does_not_read_back_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    path = by_xlsxwriter(tmp_path / "book.xlsx")
    book = Package(path)
    sheet = book.sheet("Invoices")
    table = sheet.tables[0]
    sheet.append_rows(table.name, [[None if column.formula else "new" for column in table.columns]])
    right = splice.Splicer.row

    def row(self: splice.Splicer, number_: int, *rest: object) -> str:
        right(self, number_, *rest)  # type: ignore[arg-type]
        return wrong.format("A", number_)

    monkeypatch.setattr(splice.Splicer, "row", row)
    with pytest.raises(Refused, match="does not read back"):
        book.save()


@pytest.fixture(params=[""])
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Package:
    """Give a book whose sheet passes for a large one: what is edited is checked, the whole is not parsed.

    The parameter is the sheet's namespace prefix.
    """
    monkeypatch.setattr("arc_sync.xlsx.verify.WHOLE", 0)
    monkeypatch.setattr("arc_sync.xlsx.saving.WHOLE", 0)
    columns = "".join(f'<tableColumn id="{n + 1}" name="{name}"/>' for n, name in enumerate("abcd"))
    table = f'<table xmlns="{MAIN}" id="1" name="T" displayName="T" ref="A1:D900"><tableColumns count="4">{columns}</tableColumns></table>'
    rows = "".join(
        f'<row r="{n}">' + "".join(f'<c r="{c}{n}"><v>{n * 7919}</v></c>' for c in "ABCDEFGH") + "</row>"
        for n in range(1, 901)
    )
    sheet = worksheet(rows, after='<tableParts count="1"><tablePart r:id="rId1"/></tableParts>')
    if request.param:
        sheet = re.sub("<(/?)(?=[a-z])", rf"<\1{request.param}:", sheet).replace(
            "xmlns=", f"xmlns:{request.param}="
        )
    rels = relation("rId1", "table", "../tables/table1.xml")
    return Package(
        handmade(tmp_path / "large.xlsx", sheet, parts={"xl/tables/table1.xml": table}, sheet_relations=rels)
    )


def _refused_and_unchanged(book: Package) -> None:
    before = book.path.read_bytes()
    with pytest.raises(Refused, match=r"did not pass its check|broken"):
        book.save()
    assert book.path.read_bytes() == before


@pytest.mark.parametrize("many", [3, 300], ids=["few rows", "many rows"])
@pytest.mark.parametrize(
    "fault",
    [
        lambda made: made._replace(before=made.before.replace('">', '" s="1">')),
        lambda made: made._replace(before=made.before.replace("inlineStr", "str")),
        lambda made: made._replace(after=made.after.replace("</", "<", 1)),
        lambda made: made._replace(after=made.after + '<c r="A1"/>'),
        lambda made: made._replace(texts=[f"{text}0" for text in made.texts]),
        lambda made: made._replace(texts=next(iter(made.forms.values()))),
        lambda made: made._replace(texts=[made.texts[0]] * len(made.texts)),
        lambda made: made._replace(texts=[f"{text}\0" for text in made.texts]),
    ],
    ids=[
        "style",
        "type",
        "broken",
        "one more",
        "value",
        "not escaped",
        "all the same",
        "a character that XML lacks",
    ],
)
def test_new_rows_of_like_shape_that_do_not_read_back_are_refused(
    large: Package,
    monkeypatch: pytest.MonkeyPatch,
    many: int,
    fault: Callable[[shapes.Column], shapes.Column],
) -> None:
    def column(*given: object, **more: object) -> shapes.Column:
        return fault(right(*given, **more))  # type: ignore[arg-type]

    right = shapes.column
    monkeypatch.setattr(newrows, "column", column)
    large.sheet("Data").append_rows("T", [[n, f"a &amp; {n}", f"b & {n}", n / 4] for n in range(many)])
    _refused_and_unchanged(large)


MIXED: list[Value] = [
    None,
    5,
    2.25,
    Decimal("7.10"),
    True,
    "text",
    "",
    " a & <b>_x0041_\r\n",
    dt.date(2026, 1, 31),
    dt.datetime.fromisoformat("2026-01-31T12:00"),
]
SHOWN: list[object] = [
    None,
    5,
    2.25,
    7.1,
    True,
    "text",
    "",
    " a & <b>_x005F_x0041_\r\n",
]  # openpyxl leaves `_xHHHH_` as it is
SHOWN += [dt.datetime.fromisoformat("2026-01-31"), dt.datetime.fromisoformat("2026-01-31T12:00")]


def _mixed(many: int) -> list[list[Value]]:
    """Make rows in which each column has values of every type, in turn."""
    return [[MIXED[(n * step + step) % len(MIXED)] for step in (1, 3, 7, 9)] for n in range(many)]


@pytest.mark.parametrize("large", ["", "x"], indirect=True)
def test_rows_of_many_types_are_written_and_compared_together(
    large: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    def compare(_: object, number_: int, __: bytes) -> None:
        raise AssertionError(f"row {number_} was compared by itself")

    monkeypatch.setattr(readback.ReadBack, "_compare", compare)
    monkeypatch.setattr(splice.Splicer, "row", compare)
    large.sheet("Data").append_rows("T", _mixed(4_321))
    large.save()
    found = openpyxl_cells(large.path)
    for n, row in enumerate(_mixed(4_321), 901):
        shown = [SHOWN[MIXED.index(value)] if value is not None else None for value in row]
        assert [found.get(("Data", n, column)) for column in (1, 2, 3, 4)] == shown


@pytest.mark.parametrize(
    "fault",
    [
        lambda made: made._replace(texts=[*made.texts[1:], made.texts[0]]),
        lambda made: made._replace(texts=[text.replace("2.25", "2.5") for text in made.texts]),
        lambda made: made._replace(texts=[text.replace("&amp;", "&") for text in made.texts]),
        lambda made: made._replace(texts=['"/>'] * len(made.texts)),
        lambda made: made._replace(texts=[text.replace('"/>', '"><v>0</v></c>') for text in made.texts]),
        lambda made: made._replace(texts=[text.replace("inlineStr", "str") for text in made.texts]),
    ],
    ids=["one row off", "value", "not escaped", "blank", "not blank", "type"],
)
def test_rows_of_many_types_that_do_not_read_back_are_refused(
    large: Package, monkeypatch: pytest.MonkeyPatch, fault: Callable[[shapes.Column], shapes.Column]
) -> None:
    right = shapes.column
    monkeypatch.setattr(newrows, "column", lambda *given, **more: fault(right(*given, **more)))
    large.sheet("Data").append_rows("T", _mixed(300))
    _refused_and_unchanged(large)


def test_rows_woven_wrongly_are_refused(large: Package, monkeypatch: pytest.MonkeyPatch) -> None:
    right = newrows._woven
    monkeypatch.setattr(newrows, "_woven", lambda fixed, varied: right(fixed, [varied[0], *varied[:0:-1]]))
    large.sheet("Data").append_rows("T", [[n, n + 1, n + 2, n + 3] for n in range(300)])
    _refused_and_unchanged(large)


@pytest.mark.parametrize("order", [1, -1])
def test_new_formats_are_numbered_in_the_order_of_the_rows(large: Package, order: int) -> None:
    days = [dt.date(2026, 1, 31), dt.datetime.fromisoformat("2026-01-31T12:00")][::order]
    large.sheet("Data").append_rows("T", [[day, None, None, None] for day in days])
    large.save()
    first, second = Package(large.path).sheet("Data").cells(["A901", "A902"]).values()
    assert 0 < first.style < second.style


def test_new_rows_in_another_order_are_refused(large: Package, monkeypatch: pytest.MonkeyPatch) -> None:
    right = newrows.NewRows.write

    def write(self: newrows.NewRows, numbers: list[int], edits: dict[int, object]) -> Iterator[bytes]:
        yield from reversed([*right(self, numbers, edits)])  # type: ignore[arg-type]

    monkeypatch.setattr(newrows.NewRows, "write", write)
    large.sheet("Data").append_rows("T", [["x", "y", 1, 2]] * 2_001)
    before = large.path.read_bytes()
    with pytest.raises(Refused):
        large.save()
    assert large.path.read_bytes() == before


@pytest.mark.parametrize(
    "fault",
    [
        lambda start, end, xml: (start, end - 1, xml),
        lambda start, end, xml: (start, end - len(b"</c>"), xml),
        lambda start, end, xml: (start, end + 3, xml),
        lambda start, end, xml: (start - 1, end, xml),
        lambda start, end, xml: (start, end, xml + xml),
        lambda start, end, xml: (start, end, xml + b" stray "),
        lambda start, end, xml: (start, end, b"<c/>" + xml[3:]),
        lambda start, end, xml: (start, end, xml.replace(b"C", b"D")),
        lambda start, end, xml: (start, end, xml.replace(b'"><', b'" s="1"><')),
        lambda start, end, xml: (start, end, xml.replace(b"</", b" & </", 1)),
        lambda start, end, _: (start, end, b""),
    ],
)
@pytest.mark.parametrize("value", [1.5, "new"])
def test_a_cell_written_over_wrongly_is_refused(
    large: Package,
    monkeypatch: pytest.MonkeyPatch,
    value: Value,
    fault: Callable[[int, int, bytes], splice.Cut],
) -> None:
    right = splice.Splicer.in_place

    def in_place(self: splice.Splicer, *given: object) -> list[splice.Cut] | None:
        cuts = right(self, *given)  # type: ignore[arg-type]
        return cuts and [fault(*cut) for cut in cuts]

    monkeypatch.setattr(splice.Splicer, "in_place", in_place)
    for row in range(3, 800, 7):
        large.sheet("Data").set(f"C{row}", value)
    _refused_and_unchanged(large)


@pytest.mark.parametrize("rows", [range(3, 900, 13), range(3, 900, 130), (899,), (2, 900)])
def test_what_is_checked_of_a_large_sheet_is_whole_rows(
    large: Package, rows: Sequence[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arc_sync.xlsx.rewrite._WORTH_CUTTING", 1_000)
    for row in rows:
        large.sheet("Data").set(f"C{row}", row)
        large.sheet("Data").set(f"E{row}", "text")
    large.save()
    found = openpyxl_cells(large.path)
    assert {(row, found["Data", row, 3], found["Data", row, 5]) for row in rows} == {
        (row, row, "text") for row in rows
    }
    assert len(found) == 900 * 8


def test_cells_far_apart_in_one_long_row_are_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arc_sync.xlsx.saving.WHOLE", 0)
    monkeypatch.setattr("arc_sync.xlsx.verify.WHOLE", 0)
    cells = "".join(f'<c r="{letters(n)}1"><v>{n}</v></c>' for n in range(4_000))
    path = handmade(tmp_path / "wide.xlsx", worksheet(f'<row r="1">{cells}</row>'))
    book = Package(path)
    book.sheet("Data").set("B1", "left")
    book.sheet("Data").set(f"{letters(3_990)}1", "right")
    book.save()
    found = openpyxl_cells(path)
    assert (found["Data", 1, 2], found["Data", 1, 3_991], len(found)) == ("left", "right", 4_000)


@pytest.mark.parametrize("refs", [("B2",), ("B2", "B3"), ("B2", "B4"), ("B2", "FAA2", "B5")])
def test_cells_of_rows_that_are_long_themselves_are_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refs: tuple[str, ...]
) -> None:
    monkeypatch.setattr("arc_sync.xlsx.saving.WHOLE", 0)
    monkeypatch.setattr("arc_sync.xlsx.verify.WHOLE", 0)
    rows = (
        f'<row r="{row}">{"".join(f"""<c r="{letters(n)}{row}"><v>{n}</v></c>""" for n in range(5_000))}</row>'
        for row in range(1, 7)
    )
    path = handmade(tmp_path / "wide.xlsx", worksheet("".join(rows)))
    before = openpyxl_cells(path)
    book = Package(path)
    for ref in refs:
        book.sheet("Data").set(ref, f"new {ref}")
    book.save()
    places = {
        ("Data", place.row, place.column + 1): f"new {ref}" for ref in refs for place in [parse_ref(ref)]
    }
    assert openpyxl_cells(path) == before | places


def test_every_form_of_a_cell_reads_the_same_by_each_way() -> None:
    reader = RowReader(names(b""), ())
    quick = next(reader.rows(Block(ROW.encode(), 1, 1))).cells
    assert quick == reader.any_cells(1, ROW)
    assert [type(cell).__name__ for cell in quick] == ["Cell"] * 3


def test_an_empty_text_shown_by_a_formula_reads_back_beside_texts(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1"><f t="shared" ref="B1:B2" si="0">A1</f></c></row>'
    path = handmade(tmp_path / "book.xlsx", worksheet(rows))
    book = Package(path)
    book.sheet(book.sheet_names[0]).set("C1", Formula('=""', ""))
    book.save()
    assert openpyxl_cells(path)[book.sheet_names[0], 1, 1] == "a"


def test_a_float_of_another_library_is_written_as_a_number() -> None:
    class Foreign(float):
        def __repr__(self) -> str:
            return f"foreign({float(self)})"

    assert number(Foreign(1.5)) == "1.5"
