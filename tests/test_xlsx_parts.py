"""The small things that the package is made of: references, text, formulas, numbers, dates."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from arc_sync.xlsx import Formula, Refused
from arc_sync.xlsx.formulas import grow, has_relative, shift
from arc_sync.xlsx.refs import LAST_COLUMN, Area, area_ref, column_index, letters, parse_area, parse_ref
from arc_sync.xlsx.styles import is_date_code
from arc_sync.xlsx.text import decode, encode, joined
from arc_sync.xlsx.values import content, number, serial


@given(st.integers(0, LAST_COLUMN))
def test_columns_are_named_and_counted_back(column: int) -> None:
    assert column_index(letters(column)) == column


@pytest.mark.parametrize("ref", ["A0", "XFE1", "A1048577", "1A", "A", "", "A1:B2", "ABCD1"])
def test_what_is_no_cell_is_refused(ref: str) -> None:
    with pytest.raises(Refused):
        parse_ref(ref)


def test_areas_are_read_whatever_corner_comes_first() -> None:
    assert parse_area("$C$9:A1") == Area(1, 0, 9, 2)
    assert area_ref(Area(1, 0, 9, 2)) == "A1:C9"
    assert area_ref(Area(4, 3, 4, 3)) == "D4"


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
def test_any_text_survives_xml(text: str) -> None:
    xml = encode(text)
    assert decode(xml) == joined(text)
    fromstring(f"<t>{xml}</t>")


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("a_xD83D__xDE00_b", "a\U0001f600b"),
        ("_xd83d__xde00_", "\U0001f600"),
        ("_xD83D_", "\ud83d"),
        ("_xDE00__xD83D_", "\ude00\ud83d"),
        ("_x005F_xD83D__xDE00_", "_xD83D_\ude00"),
        ("&#xD83D;&#0;&#x110000;", "\ufffd\ufffd\ufffd"),  # what no XML may say
    ],
)
def test_halves_of_a_character_are_put_together(xml: str, text: str) -> None:
    assert decode(xml) == text


@pytest.mark.parametrize(
    "text", ["_x0041_", "_x005F_x0041_", "a\r\nb", "\r", "\t\n", "\x00\x1f", "\ufffe", "]]>", "&lt;"]
)
def test_awkward_text_survives_xml(text: str) -> None:
    parsed = fromstring(f"<t>{encode(text)}</t>").text or ""
    assert decode(encode(text)) == text
    assert decode(parsed.replace("&", "&amp;").replace("\r", "&#13;")) == text


@pytest.mark.parametrize(
    ("formula", "moved"),
    [
        ("A1+$B$2+C$3+$D4", "B3+$B$2+D$3+$D6"),
        ("SUM(A1:B9)", "SUM(B3:C11)"),
        ("Sheet1!A1&'My A1'!B2", "Sheet1!B3&'My A1'!C4"),
        ('"A1"&A1&"say ""B2"""', '"A1"&B3&"say ""B2"""'),
        ("LOG10(A1)+XYZ2024+A1B", "LOG10(B3)+XYZ2024+A1B"),
        ("Table1[[#This Row],[A1]]*A1", "Table1[[#This Row],[A1]]*B3"),
        ("A:A+$A:B+3:4+$3:4", "B:B+$A:C+5:6+$3:6"),
        ("Name.A1+_A1+A1.x", "Name.A1+_A1+A1.x"),
        ("1E5+A1*2.5E-3", "1E5+B3*2.5E-3"),
        ("'It''s A1'!A1", "'It''s A1'!B3"),
        ("[1]Sheet1!A1", "[1]Sheet1!B3"),
        ("A1048576", "B2"),
    ],
)
def test_a_formula_moves_as_copying_its_cell_would(formula: str, moved: str) -> None:
    assert shift(formula, 2, 1) == moved


def test_a_moved_formula_agrees_with_openpyxl() -> None:
    from openpyxl.formula.translate import Translator

    formulas = ["A5+B$5", 'IF(C7>0,SUM(D$1:D7),"")', "VLOOKUP(A9,Other!$A$1:$B$99,2,0)", "A5:C7", "SUM(5:6)"]
    for formula in formulas:
        for target, rows, columns in (("C8", 4, 2), ("A9", 5, 0), ("Z4", 0, 25)):
            expected = Translator("=" + formula, "A4").translate_formula(target)
            assert "=" + shift(formula, rows, columns) == expected


def test_a_formula_that_names_the_row_only_by_structure_is_the_same_in_every_row() -> None:
    assert not has_relative("T[[#This Row],[A1]]*$B$2")
    assert has_relative("B2*2")


def test_only_ranges_on_the_sheet_itself_grow() -> None:
    def longer(area: Area) -> Area:
        return area._replace(bottom=area.bottom + 5)

    text = "SUM(C2:C9)+Data!$C$2:$C$9+'Other'!C2:C9+C9"
    assert grow(text, "Data", longer, here=True) == "SUM(C2:C14)+Data!$C$2:$C$14+'Other'!C2:C9+C9"
    assert grow(text, "Data", longer, here=False) == "SUM(C2:C9)+Data!$C$2:$C$14+'Other'!C2:C9+C9"
    assert grow("'It''s'!$A$1:$B$2", "it's", longer, here=False) == "'It''s'!$A$1:$B$7"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"), (1.0, "1"), (0.1, "0.1"), (Decimal("12.50"), "12.5"), (Decimal(100), "100"), (Decimal("-0"), "0"),
        (Decimal("1E+3"), "1000"), (Decimal("1E-7"), "0.0000001"), (1e21, "1e+21"), (12345678901234567, "12345678901234567"),
    ],
)  # fmt: skip
def test_numbers_are_written_in_their_shortest_exact_form(value: float | Decimal, text: str) -> None:
    assert number(value) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12))
def test_no_decimal_loses_a_digit(value: Decimal) -> None:
    assert Decimal(number(value)) == value


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), Decimal("NaN"), Decimal("1E+400"), "x" * 32_768, Formula("")]
)
def test_what_a_cell_cannot_hold_is_refused(value: float | Decimal | str | Formula) -> None:
    with pytest.raises(Refused):
        content(value, "", date1904=False)


@pytest.mark.parametrize(
    ("day", "in_1900", "in_1904"),
    [
        (dt.date(1900, 1, 1), "1", None),
        (dt.date(1900, 2, 28), "59", None),
        (dt.date(1900, 3, 1), "61", None),
        (dt.date(1904, 1, 1), "1462", "0"),
        (dt.date(2024, 2, 29), "45351", "43889"),
        (dt.datetime.fromisoformat("2024-02-29 18:00"), "45351.75", "43889.75"),
    ],
)
def test_dates_count_from_1900_or_1904(day: dt.date, in_1900: str, in_1904: str | None) -> None:
    assert serial(day, date1904=False) == in_1900
    if in_1904 is None:
        with pytest.raises(Refused):
            serial(day, date1904=True)
    else:
        assert serial(day, date1904=True) == in_1904


def test_a_time_with_a_zone_is_refused() -> None:
    with pytest.raises(Refused, match="time zone"):
        serial(dt.datetime(2026, 1, 1, tzinfo=dt.UTC), date1904=False)


@pytest.mark.parametrize(
    "code", ["dd.mm.yyyy", "yyyy-mm-dd", "[h]:mm", '[$-409]d" of "mmmm', "h:mm AM/PM", "m/d;@"]
)
def test_date_formats_are_known(code: str) -> None:
    assert is_date_code(code)


@pytest.mark.parametrize(
    "code", ["General", "0.00", "[Red]0.00", '#,##0 "days"', "0.00E+00", "@", '_-* #,##0\\ "USD"', "0\\d"]
)
def test_number_formats_are_not_dates(code: str) -> None:
    assert not is_date_code(code)
