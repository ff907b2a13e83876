"""A spreadsheet as JSON: the Spreadsheet resource, built only as far as a field mask asks for it."""

from __future__ import annotations

from tests.emulators.google import fields, formats
from tests.emulators.google.a1 import Area, Box, area_of_a1
from tests.emulators.google.cells import Cell, extended
from tests.emulators.google.discovery import Mask
from tests.emulators.google.errors import Json
from tests.emulators.google.fields import below, wants
from tests.emulators.google.formulas import Reader
from tests.emulators.google.looks import DEFAULT_LOOK, THEME
from tests.emulators.google.state import Contents, Sheet

#: Pixels of a row and a column that nobody resized (seen in traffic).
ROW_PIXELS, COLUMN_PIXELS = 21, 100


def named_areas(contents: Contents, ranges: list[str]) -> list[Area] | None:
    """Read the ranges of a request; none at all means everything."""
    return [area_of_a1(contents, text) for text in ranges] or None


def spreadsheet(
    spreadsheet_id: str, reader: Reader, *, areas: list[Area] | None, grid: bool, mask: Mask | None
) -> Json:
    """Give the resource; `areas` limit sheets and grid data (None: all), `grid` is includeGridData.

    With a mask, grid data come if the mask names them: includeGridData "is ignored if a field mask was set".
    """
    contents = reader.contents
    sheets_mask = below(mask, "sheets")
    if mask is not None:
        grid = (wants(mask, "sheets") and bool(sheets_mask) and wants(sheets_mask, "data")) or "*" in mask
    chosen = [one for one in contents.sheets if areas is None or any(area.sheet is one for area in areas)]
    answer: Json = {"spreadsheetId": spreadsheet_id, "properties": properties(contents)}
    if contents.named_ranges:
        answer["namedRanges"] = contents.named_ranges
    answer["spreadsheetUrl"] = f"https://docs.google.com/spreadsheets/d/{spreadsheet_id}/edit"
    if own := [one for one in contents.metadata if one["location"]["locationType"] == "SPREADSHEET"]:
        answer["developerMetadata"] = own
    answer = dict(fields.cut(answer, mask))
    if wants(mask, "sheets") and chosen:
        answer["sheets"] = [_sheet(reader, sheet, areas, sheets_mask, grid=grid) for sheet in chosen]
    return answer


def properties(contents: Contents) -> Json:
    """Give SpreadsheetProperties."""
    return {**contents.properties, "defaultFormat": DEFAULT_LOOK, "spreadsheetTheme": THEME}


def sheet_properties(contents: Contents, sheet: Sheet) -> Json:
    """Give SheetProperties, whose sheetId stays even when it is 0 (seen in traffic)."""
    index = next(at for at, one in enumerate(contents.sheets) if one.sheet_id == sheet.sheet_id)
    counts = {"rowCount": sheet.row_count, "columnCount": sheet.column_count}
    return {
        "sheetId": sheet.sheet_id,
        "title": sheet.title,
        "index": index,
        "sheetType": "GRID",
        "gridProperties": {**counts, **sheet.grid},
        **sheet.more,
    }


def _sheet(reader: Reader, sheet: Sheet, areas: list[Area] | None, mask: Mask | None, *, grid: bool) -> Json:
    answer: Json = {"properties": sheet_properties(reader.contents, sheet)}
    answer |= {kind: things for kind, things in sheet.objects.items() if things}
    if sheet.basic_filter:
        answer["basicFilter"] = sheet.basic_filter
    if own := [one for one in reader.contents.metadata if _of_sheet(one, sheet)]:
        answer["developerMetadata"] = own
    answer = dict(fields.cut(answer, mask))
    if grid:
        here = [area for area in areas or [Area(sheet, 0, 0, None, None)] if area.sheet is sheet]
        answer["data"] = [grid_data(reader, area.inside(), below(mask, "data")) for area in here]
    return answer


def _of_sheet(metadata: Json, sheet: Sheet) -> bool:
    place = metadata["location"]
    return bool(place["locationType"] == "SHEET" and place.get("sheetId", 0) == sheet.sheet_id)


def grid_data(reader: Reader, box: Box, mask: Mask | None) -> Json:
    """Give GridData: rows up to the last that holds something, and the metadata of every row and column."""
    answer: Json = {"startRow": box.top or None, "startColumn": box.left or None}
    if wants(mask, "rowMetadata"):
        answer["rowMetadata"] = [
            _row_metadata(reader.contents, box.sheet, at) for at in range(box.top, box.bottom)
        ]
    if wants(mask, "columnMetadata"):
        columns = range(box.left, box.right)
        answer["columnMetadata"] = [_column_metadata(reader.contents, box.sheet, at) for at in columns]
    answer = fields.cut({name: value for name, value in answer.items() if value is not None}, mask)
    if wants(mask, "rowData"):
        rows = _rows(reader, box, below(below(mask, "rowData"), "values"))
        answer |= {"rowData": rows} if rows else {}
    return answer


def _row_metadata(contents: Contents, sheet: Sheet, at: int) -> Json:
    return {"pixelSize": ROW_PIXELS, **sheet.row_looks.get(at, {}), **_tags(contents, sheet, "ROW", at)}


def _column_metadata(contents: Contents, sheet: Sheet, at: int) -> Json:
    return {
        "pixelSize": COLUMN_PIXELS,
        **sheet.column_looks.get(at, {}),
        **_tags(contents, sheet, "COLUMN", at),
    }


def _tags(contents: Contents, sheet: Sheet, kind: str, at: int) -> Json:
    tags = [
        one
        for one in contents.metadata
        if one["location"]["locationType"] == kind
        and one["location"]["dimensionRange"].get("sheetId", 0) == sheet.sheet_id
        and one["location"]["dimensionRange"]["startIndex"] == at
    ]
    return {"developerMetadata": tags} if tags else {}


def _rows(reader: Reader, box: Box, mask: Mask | None) -> list[Json]:
    view = CellView(mask)
    rows: list[Json] = [{} for _ in range(box.top, min(box.bottom, len(box.sheet.rows)))]
    for at, cells in box.sheet.filled(box.top, box.bottom):
        inside = [column for column in cells if box.left <= column < box.right]
        if inside:
            values: list[Json] = [{} for _ in range(box.left, max(inside) + 1)]
            for column in inside:
                values[column - box.left] = view.of(reader, box.sheet, (at, column), cells[column])
            rows[at - box.top] = {"values": values}
    while rows and not rows[-1]:
        rows.pop()
    return rows


class CellView:
    """Cells as CellData, as far as a mask asks; what it asks is worked out once for all cells."""

    def __init__(self, mask: Mask | None) -> None:
        self.mask = mask
        self.entered, self.effective = wants(mask, "userEnteredValue"), wants(mask, "effectiveValue")
        self.formatted, self.look = wants(mask, "formattedValue"), wants(mask, "userEnteredFormat")
        self.effective_look = wants(mask, "effectiveFormat")
        self.values_only = not any(
            wants(mask, name) for name in ("userEnteredFormat", "effectiveFormat", "note", "dataValidation")
        )

    def of(self, reader: Reader, sheet: Sheet, at: tuple[int, int], cell: Cell) -> Json:
        """Give the CellData of one cell."""
        data = {} if cell.value is None and cell.formula is None else self._values(reader, sheet, at, cell)
        if self.values_only and not cell.more:
            return data
        if cell.look and self.look:
            data["userEnteredFormat"] = dict(cell.look)
        if self.effective_look:
            data["effectiveFormat"] = _effective_look(cell)
        if cell.note is not None:
            data["note"] = cell.note
        if cell.rule is not None:
            data["dataValidation"] = cell.rule
        data |= cell.more
        return data if self.mask is None else dict(fields.cut(data, self.mask))

    def _values(self, reader: Reader, sheet: Sheet, at: tuple[int, int], cell: Cell) -> Json:
        data: Json = {}
        value = cell.value if cell.formula is None else reader.of(sheet, *at, cell)
        if self.entered:
            data["userEnteredValue"] = (
                extended(value) if cell.formula is None else {"formulaValue": cell.formula}
            )
        if self.effective and value is not None:
            data["effectiveValue"] = extended(value)
        if self.formatted:
            look = cell.look.get("numberFormat")
            data["formattedValue"] = formats.formatted(value, look, reader.contents.locale)
        return data


def _effective_look(cell: Cell) -> Json:
    if not cell.look:
        return DEFAULT_LOOK
    text = {**DEFAULT_LOOK["textFormat"], **cell.look.get("textFormat", {})}
    return {**DEFAULT_LOOK, **cell.look, "textFormat": text}
