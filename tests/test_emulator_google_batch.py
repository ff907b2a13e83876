"""batchUpdate, on the properties that ARC's captured writes lean on and gspread's recordings do not show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulators.google import GoogleEmulator
from tests.emulators.google_api import SHEETS, Api, Refusal, columns, grid, rows, text

Json = dict[str, Any]


@pytest.fixture
def api() -> Iterator[Api]:
    with GoogleEmulator() as google:
        yield Api(google).made()


def put(a1: str, *values: str, sheet: int = 0) -> Json:
    start = grid(a1, sheet)
    at = {"sheetId": sheet, "rowIndex": start["startRowIndex"], "columnIndex": start["startColumnIndex"]}
    cells = {"values": [text(value) for value in values]}
    return {"updateCells": {"start": at, "rows": [cells], "fields": "userEnteredValue"}}


def tag(place: Json, number: int = 7) -> Json:
    made = {"metadataId": number, "metadataKey": "k", "visibility": "PROJECT", "location": place}
    return {"createDeveloperMetadata": {"developerMetadata": made}}


def where_tagged(api: Api, number: int = 7) -> Json | None:
    lookup = {"dataFilters": [{"developerMetadataLookup": {"metadataId": number}}]}
    found = api.call("POST", f"{SHEETS}/{api.book}/developerMetadata:search", json=lookup)
    places = [one["developerMetadata"]["location"] for one in found.get("matchedDeveloperMetadata", [])]
    return places[0] if places else None


def name(a1: str) -> Json:
    return {"addNamedRange": {"namedRange": {"name": "Named", "range": grid(a1)}}}


def named(api: Api) -> Json:
    return dict(api.get(fields="namedRanges")["namedRanges"][0]["range"])


def insert(at: int, count: int = 1) -> Json:
    return {"insertDimension": {"range": rows(0, at, at + count)}}


def test_a_batch_is_done_whole_or_not_at_all(api: Api) -> None:
    api.write("A1", [["before"]])
    with pytest.raises(Refusal, match=r"Invalid requests\[3\].deleteSheet: No grid with id: 99"):
        api.batch(put("A1", "after"), insert(0, 3), {"addSheet": {}}, {"deleteSheet": {"sheetId": 99}})
    assert api.values("Sheet1") == [["before"]]
    assert len(api.get()["sheets"]) == 1
    assert api.get()["sheets"][0]["properties"]["gridProperties"]["rowCount"] == 1000


def test_requests_are_done_in_their_order(api: Api) -> None:
    api.batch(put("A1", "old"))
    copy = {"copyPaste": {"source": grid("A1"), "destination": grid("B1"), "pasteType": "PASTE_VALUES"}}
    api.batch(copy, put("A1", "new"))
    assert api.values("A1:B1") == [["new", "old"]]
    api.batch(put("A1", "newest"), copy)
    assert api.values("A1:B1") == [["newest", "newest"]]


def test_the_answer_holds_the_spreadsheet_as_it_is_after(api: Api) -> None:
    answer = api.batch(
        put("A1", "x"),
        includeSpreadsheetInResponse=True,
        responseIncludeGridData=True,
        responseRanges=["Sheet1!A1:B2"],
        fields="updatedSpreadsheet.sheets(properties.sheetId,data(startRow,rowData.values(userEnteredValue)))",
    )
    data = [{"rowData": [{"values": [{"userEnteredValue": {"stringValue": "x"}}]}]}]
    assert answer == {"updatedSpreadsheet": {"sheets": [{"properties": {"sheetId": 0}, "data": data}]}}


def test_a_field_mask_decides_over_include_grid_data(api: Api) -> None:
    api.batch(put("A1", "x"))
    assert "data" not in api.get(fields="sheets.properties", includeGridData="true")["sheets"][0]
    assert api.get(fields="sheets.data.startRow,sheets.properties.title")["sheets"][0].keys() == {
        "data",
        "properties",
    }


def test_inserted_rows_shift_metadata_names_and_formulas(api: Api) -> None:
    api.write("A5", [["=A4"]], "USER_ENTERED")
    api.batch(
        tag({"dimensionRange": rows(0, 4, 5)}),
        name("A4:B6"),
        {"setBasicFilter": {"filter": {"range": grid("A4:B6")}}},
    )
    api.batch(insert(2, 2))
    assert where_tagged(api) == {
        "locationType": "ROW",
        "dimensionRange": {"dimension": "ROWS", "startIndex": 6, "endIndex": 7},
    }
    assert (named(api)["startRowIndex"], named(api)["endRowIndex"]) == (5, 8)
    assert api.get(fields="sheets.basicFilter")["sheets"][0]["basicFilter"]["range"]["startRowIndex"] == 5
    assert api.values("A7:A7", valueRenderOption="FORMULA") == [["=A6"]]


def test_a_row_inserted_within_a_range_makes_it_longer(api: Api) -> None:
    api.batch(name("A4:B6"), insert(4))
    assert (named(api)["startRowIndex"], named(api)["endRowIndex"]) == (3, 7)


def test_deleted_rows_take_their_metadata_along(api: Api) -> None:
    api.batch(tag({"dimensionRange": rows(0, 4, 5)}), name("A5:B5"), put("A6", "next"))
    api.batch({"deleteDimension": {"range": rows(0, 4, 5)}})
    assert where_tagged(api) is None
    assert "namedRanges" not in api.get()
    assert api.values("A5:A5") == [["next"]]


def test_moved_rows_and_columns_take_everything_along(api: Api) -> None:
    api.write("A1", [["a", "b"], ["c", "d"], ["e", "f"]])
    api.batch(tag({"dimensionRange": rows(0, 0, 1)}))
    api.batch({"moveDimension": {"source": rows(0, 0, 1), "destinationIndex": 3}})
    api.batch({"moveDimension": {"source": columns(0, 1, 2), "destinationIndex": 0}})
    assert api.values("A1:B3") == [["d", "c"], ["f", "e"], ["b", "a"]]
    assert (where_tagged(api) or {})["dimensionRange"]["startIndex"] == 2


def test_a_sort_moves_cells_and_not_metadata(api: Api) -> None:
    api.write("A1", [["c"], ["a"], ["b"]])
    api.batch(tag({"dimensionRange": rows(0, 0, 1)}))
    api.batch({"sortRange": {"range": grid("A1:A3"), "sortSpecs": [{"dimensionIndex": 0}]}})
    assert api.values("A1:A3") == [["a"], ["b"], ["c"]]
    assert (where_tagged(api) or {})["dimensionRange"]["startIndex"] == 0


def test_a_sort_puts_numbers_before_texts_and_blanks_last_either_way(api: Api) -> None:
    api.write("A1", [["b"], [""], [2], ["A"], [10], [True]])
    for order, wanted in (
        ("ASCENDING", [[2], [10], ["A"], ["b"], [True]]),
        ("DESCENDING", [[True], ["b"], ["A"], [10], [2]]),
    ):
        spec = {"dimensionIndex": 0, "sortOrder": order}
        api.batch({"sortRange": {"range": grid("A1:A6"), "sortSpecs": [spec]}})
        assert api.values("A1:A6") == wanted


def test_a_data_filter_is_settled_when_the_call_is_carried_out(api: Api) -> None:
    api.write("A3", [["mine"]])
    api.batch(tag({"dimensionRange": rows(0, 2, 3)}))
    api.google.habits.before("write", lambda person: person.insert_rows("Sheet1", 1))
    data = [{"dataFilter": {"developerMetadataLookup": {"metadataId": 7}}, "values": [[None, "found"]]}]
    body = {"valueInputOption": "RAW", "data": data}
    api.call("POST", f"{SHEETS}/{api.book}/values:batchUpdateByDataFilter", json=body)
    assert api.values("A4:B4") == [["mine", "found"]]


def test_a_metadata_id_is_given_once(api: Api) -> None:
    api.batch(tag({"spreadsheet": True}))
    with pytest.raises(Refusal, match="already exists") as refused:
        api.batch(tag({"spreadsheet": True}), put("A1", "twice"))
    assert refused.value.code == 400
    assert api.values("A1:A1") == []


def test_a_merge_keeps_the_first_value_and_clears_the_covered_ones(api: Api) -> None:
    api.write("A1", [["a", "b"], ["c", "d"]])
    api.batch({"mergeCells": {"range": grid("A1:B2"), "mergeType": "MERGE_ALL"}})
    assert api.values("A1:B2") == [["a"]]
    api.batch({"unmergeCells": {"range": grid("A1:B2")}})
    assert api.values("A1:B2") == [["a"]]


def test_appended_cells_go_below_the_last_row_whatever_happened_before(api: Api) -> None:
    api.write("A1", [["a"], ["b"]])
    api.google.habits.before("write", lambda person: person.fill("Sheet1!A3", [["typed"], ["in between"]]))
    api.batch(
        {"appendCells": {"sheetId": 0, "rows": [{"values": [text("mine")]}], "fields": "userEnteredValue"}}
    )
    assert api.values("A1:A5") == [["a"], ["b"], ["typed"], ["in between"], ["mine"]]


def test_appended_cells_lengthen_the_grid_and_formats_are_no_data(api: Api) -> None:
    bold = {"userEnteredFormat": {"textFormat": {"bold": True}}}
    api.batch({"repeatCell": {"range": grid("A1:A9"), "cell": bold, "fields": "userEnteredFormat"}})
    api.batch(
        {"appendCells": {"sheetId": 0, "rows": [{"values": [text("first")]}], "fields": "userEnteredValue"}}
    )
    assert api.values("A1:A1") == [["first"]]
    long = [{"values": [text("x")]}] * 1000
    api.batch({"appendCells": {"sheetId": 0, "rows": long, "fields": "userEnteredValue"}})
    assert api.get()["sheets"][0]["properties"]["gridProperties"]["rowCount"] == 1001


def test_cells_outside_the_grid_cannot_be_written(api: Api) -> None:
    with pytest.raises(Refusal, match="beyond the last requested row of: 999"):
        api.batch(
            {"updateCells": {"start": {"rowIndex": 1000}, "rows": [{"values": [text("x")]}], "fields": "*"}}
        )
    with pytest.raises(Refusal, match="beyond the last requested column of: 25"):
        api.batch(
            {"updateCells": {"start": {"columnIndex": 26}, "rows": [{"values": [text("x")]}], "fields": "*"}}
        )
    with pytest.raises(Refusal, match="exceeds grid limits"):
        api.batch({"repeatCell": {"range": {"startRowIndex": 1000}, "cell": text("x"), "fields": "*"}})


def test_only_the_fields_that_the_mask_names_are_written(api: Api) -> None:
    look = {"textFormat": {"bold": True, "italic": True}, "horizontalAlignment": "RIGHT"}
    api.batch(
        {"repeatCell": {"range": grid("A1"), "cell": {**text("x"), "userEnteredFormat": look}, "fields": "*"}}
    )
    api.batch(
        {"repeatCell": {"range": grid("A1"), "cell": {}, "fields": "userEnteredFormat.textFormat.bold"}}
    )
    assert api.cell("A1")["userEnteredFormat"] == {
        "textFormat": {"italic": True},
        "horizontalAlignment": "RIGHT",
    }
    assert api.values("A1:A1") == [["x"]]
    api.batch({"updateCells": {"range": grid("A1:B2"), "fields": "userEnteredValue"}})
    assert api.values("A1:A1") == []
    assert api.cell("A1")["userEnteredFormat"]["horizontalAlignment"] == "RIGHT"


def test_a_mask_is_required(api: Api) -> None:
    with pytest.raises(Refusal, match="At least one field must be listed in 'fields'"):
        api.batch({"repeatCell": {"range": grid("A1"), "cell": text("x")}})


def test_a_text_is_never_parsed_and_a_formula_is_one(api: Api) -> None:
    given = [text("=1+1"), {"userEnteredValue": {"formulaValue": "=1+1"}}]
    api.batch({"updateCells": {"start": {}, "rows": [{"values": given}], "fields": "userEnteredValue"}})
    assert api.values("A1:B1") == [["=1+1", 2]]
    two = {"userEnteredValue": {"stringValue": "x", "numberValue": 1}}
    with pytest.raises(Refusal, match="oneof field"):
        api.batch({"updateCells": {"start": {}, "rows": [{"values": [two]}], "fields": "*"}})


@pytest.mark.parametrize(
    ("kind", "pasted", "bold"),
    [
        ("PASTE_VALUES", 3, False),
        ("PASTE_FORMULA", "=B1+1", False),
        ("PASTE_NORMAL", "=B1+1", True),
        ("PASTE_FORMAT", "", True),
    ],
)
def test_each_kind_of_paste_takes_its_part(api: Api, kind: str, pasted: object, bold: bool) -> None:  # noqa: FBT001
    api.write("A1", [[1, "", "=A1+2"]], "USER_ENTERED")
    api.write("C1", [["=A1+1"]], "USER_ENTERED") if pasted != 3 else None
    api.batch(
        {
            "repeatCell": {
                "range": grid("C1"),
                "cell": {"userEnteredFormat": {"textFormat": {"bold": True}}},
                "fields": "userEnteredFormat",
            }
        }
    )
    api.batch({"copyPaste": {"source": grid("C1"), "destination": grid("D1"), "pasteType": kind}})
    found = api.values("D1:D1", valueRenderOption="FORMULA")
    assert (found[0][0] if found else "") == pasted
    assert ("userEnteredFormat" in api.cell("D1")) == bold


def test_a_reference_that_leaves_the_sheet_breaks(api: Api) -> None:
    api.write("C3", [["=B2+$A$1"]], "USER_ENTERED")
    api.batch({"copyPaste": {"source": grid("C3"), "destination": grid("A1"), "pasteType": "PASTE_FORMULA"}})
    assert api.values("A1:A1", valueRenderOption="FORMULA") == [["=#REF!+$A$1"]]


def test_validation_is_for_people_and_not_for_the_api(api: Api) -> None:
    condition = {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "Yes"}]}
    api.batch(
        {"setDataValidation": {"range": grid("A1:A9"), "rule": {"condition": condition, "strict": True}}}
    )
    api.batch(put("A1", "something else"))
    assert api.values("A1:A1") == [["something else"]]
    assert api.cell("A1")["dataValidation"]["strict"] is True


def test_a_protected_range_stops_other_editors_and_a_warning_stops_nobody(api: Api) -> None:
    google = api.google
    google.person.share("colleague@example.com")
    other = Api(google, user="colleague@example.com")
    other.book = api.book
    api.batch({"addProtectedRange": {"protectedRange": {"range": grid("A1:A9"), "warningOnly": True}}})
    other.batch(put("A1", "warned"))
    api.batch({"addProtectedRange": {"protectedRange": {"range": grid("B1:B9")}}})
    with pytest.raises(Refusal, match="trying to edit a protected cell"):
        other.batch(put("B1", "stopped"))
    with pytest.raises(Refusal, match="trying to edit a protected cell"):
        other.write("A1:B1", [["x", "y"]])
    api.batch(put("B1", "the owner may"))
    assert api.values("A1:B1") == [["warned", "the owner may"]]


def test_a_protected_range_holds_against_plain_values_as_well(api: Api) -> None:
    api.google.person.share("colleague@example.com")
    other = Api(api.google, user="colleague@example.com")
    other.book = api.book
    api.batch(put("B1", "kept"), {"addProtectedRange": {"protectedRange": {"range": grid("B1:B9")}}})
    with pytest.raises(Refusal, match="trying to edit a protected cell"):
        other.append("B1", [["x"]])
    with pytest.raises(Refusal, match="trying to edit a protected cell"):
        other.call("POST", f"{SHEETS}/{api.book}/values/A1:C9:clear")
    assert api.values("B1:B9") == [["kept"]]


def test_a_filter_sorts_what_stands_below_its_header(api: Api) -> None:
    api.write("A1", [["Name"], ["b"], ["a"]])
    specs = [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}]
    api.batch({"setBasicFilter": {"filter": {"range": grid("A1:A3"), "sortSpecs": specs}}})
    assert api.values("A1:A3") == [["Name"], ["a"], ["b"]]


def test_a_copied_sheet_points_at_itself_under_ids_of_its_own(api: Api) -> None:
    api.batch({"addProtectedRange": {"protectedRange": {"range": grid("A1:B2"), "warningOnly": True}}})
    api.batch({"duplicateSheet": {"sourceSheetId": 0, "newSheetId": 5, "insertSheetIndex": 1}})
    one, two = (sheet["protectedRanges"][0] for sheet in api.get()["sheets"])
    assert one["protectedRangeId"] != two["protectedRangeId"]
    assert two["range"]["sheetId"] == 5


def test_a_formula_follows_a_sheet_that_is_renamed(api: Api) -> None:
    api.google.person.add_tab("Two")
    api.write("A1", [['=Sheet1!B1&" Sheet1!B1"', "x"]], "USER_ENTERED")
    api.google.person.rename_tab("Sheet1", "New name")
    found = api.values("'New name'!A1", valueRenderOption="FORMULA")
    assert found == [["='New name'!B1&\" Sheet1!B1\""]]
    assert api.values("'New name'!A1") == [["x Sheet1!B1"]]


def test_a_text_is_found_and_replaced(api: Api) -> None:
    api.write("A1", [["Acme Ltd", "acme"], ["other", "=A1"]], "USER_ENTERED")
    answer = api.batch({"findReplace": {"find": "acme", "replacement": "Zed", "allSheets": True}})
    changed = {"valuesChanged": 2, "occurrencesChanged": 2, "rowsChanged": 1, "sheetsChanged": 1}
    assert answer["replies"] == [{"findReplace": changed}]
    assert api.values("A1:B2") == [["Zed Ltd", "Zed"], ["other", "Zed Ltd"]]


def test_a_range_on_the_first_sheet_does_not_name_it(api: Api) -> None:
    api.batch({"mergeCells": {"range": grid("A1:B2"), "mergeType": "MERGE_ALL"}}, name("A1:B2"))
    sheet = api.get()["sheets"][0]
    assert "sheetId" not in sheet["merges"][0]
    assert "sheetId" not in named(api)
    assert sheet["properties"]["sheetId"] == 0


def test_a_title_is_taken_once_whatever_its_case(api: Api) -> None:
    with pytest.raises(Refusal, match='A sheet with the name "SHEET1" already exists'):
        api.batch({"addSheet": {"properties": {"title": "SHEET1"}}})


def test_one_sheet_stays_and_one_stays_visible(api: Api) -> None:
    hide = {"updateSheetProperties": {"properties": {"sheetId": 0, "hidden": True}, "fields": "hidden"}}
    with pytest.raises(Refusal, match="can't hide all the sheets"):
        api.batch(hide)
    with pytest.raises(Refusal, match="can't remove all the sheets"):
        api.batch({"deleteSheet": {"sheetId": 0}})
    api.batch({"addSheet": {"properties": {"sheetId": 5, "title": "Two"}}}, hide)
    with pytest.raises(Refusal, match="can't remove all the visible sheets"):
        api.batch({"deleteSheet": {"sheetId": 5}})


def test_a_table_writes_its_header_and_takes_appended_rows_into_its_body(api: Api) -> None:
    table = {
        "name": "Invoices",
        "range": grid("B2:C3"),
        "columnProperties": [
            {"columnName": "No"},
            {"columnIndex": 1, "columnName": "Sum", "columnType": "DOUBLE"},
        ],
    }
    made = api.batch({"addTable": {"table": table}})["replies"][0]["addTable"]["table"]
    api.batch(put("B4", "below"))
    api.batch(
        {
            "appendCells": {
                "tableId": made["tableId"],
                "rows": [{"values": [text("17")]}],
                "fields": "userEnteredValue",
            }
        }
    )
    assert api.values("B2:C5") == [["No", "Sum"], [], ["17"], ["below"]]
    assert api.get()["sheets"][0]["tables"][0]["range"]["endRowIndex"] == 4


def test_a_field_that_is_not_published_is_refused_by_name(api: Api) -> None:
    with pytest.raises(Refusal) as refused:
        api.batch({"addSheet": {"properties": {"titel": "x"}}})
    error = refused.value.error
    assert error["status"] == "INVALID_ARGUMENT"
    assert error["message"] == (
        "Invalid JSON payload received. Unknown name \"titel\" at 'requests[0].add_sheet.properties': Cannot find field."
    )
    assert error["details"][0]["fieldViolations"][0]["field"] == "requests[0].add_sheet.properties"


@pytest.mark.parametrize(
    "request_",
    [
        {"mergeCells": {"range": {"sheetId": "zero"}, "mergeType": "MERGE_ALL"}},
        {"mergeCells": {"range": {}, "mergeType": "MERGE_SOME"}},
        {"addSheet": []},
        {"appendCells": {"rows": {"values": []}, "fields": "*"}},
        {"doSomething": {}},
    ],
)
def test_values_of_another_type_are_refused(api: Api, request_: Json) -> None:
    with pytest.raises(Refusal) as refused:
        api.batch(request_)
    assert refused.value.code == 400


def test_a_parameter_that_is_not_published_is_refused(api: Api) -> None:
    with pytest.raises(Refusal, match="Cannot bind query parameter"):
        api.get(include_grid="true")
    with pytest.raises(Refusal, match="Invalid value at 'value_render_option'"):
        api.values("A1", valueRenderOption="PLAIN")


def test_a_mask_for_what_is_not_there_is_refused_either_way(api: Api) -> None:
    for mask, path in (
        ("sheets.title", "sheets.title"),
        ("sheets(properties,datum)", "sheets.datum"),
    ):
        with pytest.raises(Refusal, match="Request contains an invalid argument") as refused:
            api.get(fields=mask)
        assert refused.value.error["details"][0]["fieldViolations"][0]["field"] == path
    with pytest.raises(Refusal, match="Request contains an invalid argument"):
        api.get(fields="properties, sheets.properties")
    with pytest.raises(Refusal, match=r"Invalid field: user_entered_format\.bold"):
        api.batch({"repeatCell": {"range": grid("A1"), "cell": {}, "fields": "userEnteredFormat.bold"}})


def test_an_empty_batch_and_an_empty_request_are_refused(api: Api) -> None:
    with pytest.raises(Refusal, match="Must specify at least one request"):
        api.batch()
    with pytest.raises(Refusal, match=r"Invalid requests\[0\]: No request set"):
        api.batch({})


def test_a_colour_is_kept_in_eight_bits_with_its_twin(api: Api) -> None:
    look = {"backgroundColorStyle": {"rgbColor": {"red": 1, "green": 0, "blue": 0.5}}}
    api.batch(
        {
            "repeatCell": {
                "range": grid("A1"),
                "cell": {"userEnteredFormat": look},
                "fields": "userEnteredFormat.backgroundColorStyle",
            }
        }
    )
    kept = {"red": 1, "blue": 0.49803922}
    assert api.cell("A1")["userEnteredFormat"] == {
        "backgroundColor": kept,
        "backgroundColorStyle": {"rgbColor": kept},
    }


def test_a_data_filter_that_finds_nothing_answers_no_sheets(api: Api) -> None:
    url = f"{SHEETS}/{api.book}:getByDataFilter"
    nothing = {"dataFilters": [{"developerMetadataLookup": {"metadataId": 7}}], "includeGridData": True}
    assert "sheets" not in api.call("POST", url, json=nothing)
    api.write("A3", [["mine"]])
    api.batch(tag({"dimensionRange": rows(0, 2, 3)}))
    data = api.call("POST", url, json=nothing)["sheets"][0]["data"]
    assert [(block["startRow"], len(block["rowData"])) for block in data] == [(2, 1)]
