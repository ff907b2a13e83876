"""Speaks to LibreOffice over UNO, in a process of its own: only LibreOffice's or the system's Python has `uno`.

Run as a script. Each line of standard input is a request, a JSON object with `op` and what the operation takes;
each line of standard output is its answer, `{"ok": ...}` or `{"refused": text}` or `{"gone": text}`. Areas are
`[top, left, bottom, right]` counted from 0. A round trip of UNO takes a fifth of a millisecond and a new UNO object
thirty times that, so every sheet is worked at through one cursor, and rows go over whole.
"""

# This file runs outside of ARC's environment: the standard library and `uno` are all it has.
from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from typing import Any, Final

import uno  # type: ignore[import-not-found]  # of LibreOffice's own Python

Area = list[int]
_DATES, _FORMULAS, _ERRORS = 2, 16, 4  # com.sun.star.sheet.CellFlags DATETIME, FORMULA; FormulaResult ERROR
_EVERYTHING: Final = 1 | 2 | 4 | 8 | 16 | 32 | 64 | 128  # CellFlags but objects
_CONTENT: Final = 1 | 2 | 4 | 8 | 16  # CellFlags VALUE, DATETIME, STRING, ANNOTATION, FORMULA
_DATE_FORMAT: Final = 36  # com.sun.star.i18n.NumberFormatIndex DATE_SYS_DDMMYYYY
#: com.sun.star.sheet.FormulaError codes, in Excel's words.
_WORDS: Final = {502: "#VALUE!", 503: "#NUM!", 519: "#VALUE!", 524: "#REF!", 525: "#NAME?", 532: "#DIV/0!"}
#: What a cell takes over from the one above it.
_LOOK: Final = tuple(
    sorted(
        "NumberFormat CellBackColor IsCellBackgroundTransparent CharWeight CharColor CharHeight CharFontName "
        "CharUnderline HoriJustify VertJustify IsTextWrapped ParaIndent TopBorder BottomBorder LeftBorder".split()
    )
)
_TABLE_BORDERS: Final = {
    "edge_top": ("TopLine", "IsTopLineValid"),
    "edge_bottom": ("BottomLine", "IsBottomLineValid"),
    "edge_left": ("LeftLine", "IsLeftLineValid"),
    "inside_horizontal": ("HorizontalLine", "IsHorizontalLineValid"),
    "inside_vertical": ("VerticalLine", "IsVerticalLineValid"),
}


class Sheet:
    """A sheet, and a cursor that is put where it is needed."""

    def __init__(self, sheet: Any) -> None:
        self.sheet = sheet
        self._cursor: Any = None
        self._at: Area = [0, 0, 0, 0]

    def on(self, area: Area) -> Any:
        """Return the cursor over an area."""
        if self._cursor is None:
            self._cursor = self.sheet.createCursorByRange(self.sheet.getCellByPosition(0, 0))
        (top, left, bottom, right), at = area, self._at
        self._cursor.collapseToSize(1, 1)
        self._cursor.gotoOffset(left - at[1], top - at[0])
        self._cursor.collapseToSize(right - left + 1, bottom - top + 1)
        self._at = list(area)
        return self._cursor


class Book:
    """An open document, with its sheets and tables at hand."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self._all_sheets, self._all_tables = document.Sheets, document.DatabaseRanges
        self._sheets: dict[str, Sheet] = {}
        self._tables: dict[str, Any] = {}
        self._on: dict[str, int] = {}  # number of the sheet that a table was seen on
        self._formats: dict[str, int] = {}
        self.news: dict[str, tuple[Area, dict[str, Any]]] = {}  #: by sheet, as told last

    def names(self) -> list[str]:
        """Return the sheets' names, in their order, which may be another one than before."""
        self._on = {}
        return list(self._all_sheets.ElementNames)

    def sheet(self, name: str) -> Sheet:
        """Return a sheet; raises KeyError."""
        if name not in self._sheets:
            if name not in self.names():
                raise KeyError(name)
            self._sheets[name] = Sheet(self._all_sheets.getByName(name))
        return self._sheets[name]

    def tables(self, sheet: str) -> list[tuple[str, Area, bool]]:
        """Return name, area and whether there is a totals row, of every table on a sheet."""
        number, made = self.sheet(sheet).sheet.RangeAddress.Sheet, []
        for name in self._all_tables.ElementNames:
            if self._on.get(name, number) == number:
                a = self.table(name).DataArea
                self._on[name] = a.Sheet
                if a.Sheet == number:
                    totals = bool(self.table(name).TotalsRow)
                    made.append((name, [a.StartRow, a.StartColumn, a.EndRow, a.EndColumn], totals))
        return made

    def table(self, name: str) -> Any:
        """Return a table; raises KeyError."""
        if name not in self._tables:
            if name not in self._all_tables.ElementNames:
                raise KeyError(name)
            self._tables[name] = self._all_tables.getByName(name)
        return self._tables[name]

    def rename(self, old: str, new: str) -> None:
        """Give a sheet another name."""
        self.sheet(old).sheet.Name = new
        self._sheets[new] = self._sheets.pop(old)

    def rename_table(self, old: str, new: str) -> None:
        """Give a table another name."""
        self.table(old).Name = new
        self._tables[new] = self._tables.pop(old)

    def format(self, code: str) -> int:
        """Return the number of a number format, which is Excel's as far as it goes."""
        if code not in self._formats:
            formats, locale = self.document.NumberFormats, uno.createUnoStruct("com.sun.star.lang.Locale")
            locale.Language, locale.Country = "en", "US"
            key = formats.queryKey(code, locale, False)  # noqa: FBT003 (as the interface has it)
            self._formats[code] = formats.addNew(code, locale) if key == -1 else key
        return self._formats[code]


class Bridge:
    """The operations, by name."""

    def __init__(self) -> None:
        self._desktop: Any = None
        self._books: dict[str, Book] = {}

    def answer(self, request: dict[str, Any]) -> Any:
        """Carry out a request."""
        op: Callable[..., Any] = getattr(self, f"do_{request.pop('op')}")
        return op(**request)

    # -- the program -------------------------------------------------------------------------------------

    def do_connect(self, address: str) -> bool:
        """Connect to an office that listens at a UNO address; False while there is none."""
        local = uno.getComponentContext()
        manager = local.ServiceManager
        resolver = manager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        try:
            office = resolver.resolve(f"uno:{address};urp;StarOffice.ComponentContext")
        except uno.getClass("com.sun.star.connection.NoConnectException"):
            return False
        self._desktop = office.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", office)
        return True

    def do_books(self) -> list[tuple[str, str, str]]:
        """Return id, address and title of every open workbook."""
        made, components = [], self._desktop.Components.createEnumeration()
        while components.hasMoreElements():
            found = components.nextElement()
            if found.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
                self._books.setdefault(found.RuntimeUID, Book(found))
                made.append((found.RuntimeUID, found.URL, found.Title))
        self._books = {uid: self._books[uid] for uid, _, _ in made}
        return made

    def do_open(self, url: str, *, macros: bool = False, hidden: bool = True) -> str:
        """Open a workbook and return its id; `macros` lets its Basic run. One that is hidden is never in front."""
        mode = 4 if macros else 0  # com.sun.star.document.MacroExecMode ALWAYS_EXECUTE_NO_WARN, NEVER_EXECUTE
        told = _properties(Hidden=hidden, MacroExecutionMode=mode)
        found = self._desktop.loadComponentFromURL(url, "_blank", 0, told)
        if found is None:
            raise ValueError(f"{url} cannot be opened")
        self._books[found.RuntimeUID] = Book(found)
        return str(found.RuntimeUID)

    def do_close(self, book: str) -> None:
        """Close a workbook without saving it."""
        self._books.pop(book).document.close(True)  # noqa: FBT003 (as the interface has it)

    def do_store(self, book: str, url: str, kind: str) -> None:
        """Save a copy in the form of a filter, such as "calc_pdf_Export"."""
        self._document(book).storeToURL(url, _properties(FilterName=kind, Overwrite=True))

    def do_picture(self, book: str, sheet: str, area: Area, url: str) -> None:
        """Print an area to a PDF file."""
        told = _properties(Selection=self._books[book].sheet(sheet).on(area))
        data = uno.Any("[]com.sun.star.beans.PropertyValue", told)
        self._document(book).storeToURL(url, _properties(FilterName="calc_pdf_Export", FilterData=data))

    def do_select(self, book: str, sheet: str, area: Area) -> None:
        """Bring a workbook, and an area in it, to the front."""
        controller = self._document(book).CurrentController
        controller.Frame.activate()
        controller.setActiveSheet(self._books[book].sheet(sheet).sheet)
        controller.select(
            self._books[book].sheet(sheet).sheet.getCellRangeByPosition(area[1], area[0], area[3], area[2])
        )

    def do_save(self, book: str) -> None:
        """Save in place, in the form that the file has."""
        self._document(book).store()

    def do_run(self, book: str, macro: str, arguments: list[Any]) -> Any:
        """Run a Basic macro of a document, such as "ARC.ArcRibbon.ArcPress", and return what it returns."""
        provider = self._document(book).getScriptProvider()
        script = provider.getScript(f"vnd.sun.star.script:{macro}?language=Basic&location=document")
        return script.invoke(tuple(arguments), (), ())[0]

    def do_quit(self) -> None:
        """Let the office end, whatever is open in it."""
        self._desktop.terminate()

    def _document(self, book: str) -> Any:
        return self._books[book].document

    def do_get(self, book: str, name: str) -> Any:
        """Return a setting: "locked" (nothing is painted) or "calculates"."""
        document = self._document(book)
        return (
            document.hasControllersLocked() if name == "locked" else document.isAutomaticCalculationEnabled()
        )

    def do_set(self, book: str, name: str, *, value: bool) -> None:
        """Change a setting."""
        document = self._document(book)
        if name == "calculates":
            document.enableAutomaticCalculation(value)
        elif value != document.hasControllersLocked():
            (document.lockControllers if value else document.unlockControllers)()

    # -- sheets and tables -------------------------------------------------------------------------------

    def do_sheets(self, book: str) -> list[str]:
        """Return the sheets' names."""
        return self._books[book].names()

    def do_rename(self, book: str, old: str, new: str) -> None:
        """Rename a sheet."""
        self._books[book].rename(old, new)

    def do_visible(self, book: str, sheet: str, *, value: bool | None) -> bool:
        """Say whether a sheet is seen; a value changes that."""
        found = self._books[book].sheet(sheet).sheet
        if value is not None:
            found.IsVisible = value
        return bool(found.IsVisible)

    def do_tables(self, book: str, sheet: str) -> list[tuple[str, Area, bool]]:
        """Return name, area and whether there is a totals row, of the tables on a sheet."""
        return self._books[book].tables(sheet)

    def do_resize(self, book: str, table: str, area: Area) -> None:
        """Let a table cover another area of its sheet."""
        found = self._books[book].table(table)
        told = found.DataArea
        told.StartRow, told.StartColumn, told.EndRow, told.EndColumn = area
        found.DataArea = told

    def do_rename_table(self, book: str, old: str, new: str) -> None:
        """Rename a table."""
        self._books[book].rename_table(old, new)

    def do_protect(self, book: str, sheet: str) -> None:
        """Protect a sheet, without a password."""
        self._books[book].sheet(sheet).sheet.protect("")

    def do_used(self, book: str, sheet: str) -> Area:
        """Return the area from the first to the last cell that holds anything."""
        cursor = self._books[book].sheet(sheet).sheet.createCursor()
        cursor.gotoStartOfUsedArea(False)  # noqa: FBT003 (as the interface has it)
        cursor.gotoEndOfUsedArea(True)  # noqa: FBT003
        a = cursor.RangeAddress
        return [a.StartRow, a.StartColumn, a.EndRow, a.EndColumn]

    # -- cells -------------------------------------------------------------------------------------------

    def do_news(self, book: str, sheet: str, area: Area, *, known: bool) -> dict[str, Any] | None:
        """Return what `read` does; None if the asker still knows what the last `news` of the sheet was, and it is the same."""
        told, last = self.do_read(book, sheet, area), self._books[book].news
        if known and last.get(sheet) == (area, told):
            return None
        last[sheet] = (area, told)
        return told

    def do_read(self, book: str, sheet: str, area: Area) -> dict[str, Any]:
        """Return values by row, and where there are dates, formulas (with their texts) and errors (with their words)."""
        cells = self._books[book].sheet(sheet)
        found = cells.on(area)
        rows = found.getDataArray()
        formulas = _areas(found.queryContentCells(_FORMULAS))
        return {
            "rows": rows,
            "dates": _areas(found.queryContentCells(_DATES)),
            "formulas": [(a, cells.on(a).getFormulaArray()) for a in formulas],
            "errors": self._errors(cells.sheet, rows, area) if formulas else [],
        }

    def _errors(self, sheet: Any, rows: Any, area: Area) -> list[tuple[int, int, str]]:
        top, left = area[:2]
        at = [
            (r, c)
            for r, row in enumerate(rows, top)
            if None in row
            for c, v in enumerate(row, left)
            if v is None
        ]
        return [(r, c, _WORDS.get(sheet.getCellByPosition(c, r).getError(), "#N/A")) for r, c in at]

    def do_write(self, book: str, sheet: str, area: Area, rows: list[list[Any]], dates: list[Area]) -> None:
        """Put texts, numbers and blanks ("") into cells; where there are dates, cells get a format that shows them."""
        cells = self._books[book].sheet(sheet)
        cells.on(area).setDataArray(tuple(map(tuple, rows)))
        for one in dates:
            found = cells.on(one)
            if sum(_size(a) for a in _areas(found.queryContentCells(_DATES))) < _size(one):
                found.NumberFormat = _DATE_FORMAT

    def do_enter(self, book: str, sheet: str, area: Area, rows: list[list[str]]) -> None:
        """Put formulas and constants into cells, each as it is typed."""
        self._books[book].sheet(sheet).on(area).setFormulaArray(tuple(map(tuple, rows)))

    def do_look(self, book: str, sheet: str, area: Area, name: str, value: Any) -> None:
        """Set a property of cells."""
        found = self._books[book].sheet(sheet).on(area)
        if name == "NumberFormat":
            value = self._books[book].format(value)
        elif name in {"HoriJustify", "VertJustify"}:
            kind = "CellHoriJustify" if name == "HoriJustify" else "CellVertJustify2"
            value = uno.Enum(f"com.sun.star.table.{kind}", value) if name == "HoriJustify" else _UP[value]
        setattr(found, name, value)

    def do_height(self, book: str, sheet: str, area: Area, points: float) -> None:
        """Make rows so many points tall."""
        self._books[book].sheet(sheet).on(area).Rows.Height = round(points * 2540 / 72)

    def do_border(self, book: str, sheet: str, area: Area, sides: list[str], line: list[int]) -> None:
        """Draw lines at sides of an area: width, style and colour; width 0 takes them off."""
        found = self._books[book].sheet(sheet).on(area)
        width, style, colour = line
        drawn = uno.createUnoStruct("com.sun.star.table.BorderLine2")
        drawn.Color, drawn.OuterLineWidth, drawn.LineWidth, drawn.LineStyle = colour, width, width, style
        border = uno.createUnoStruct("com.sun.star.table.TableBorder2")
        for side in sides:
            name, valid = _TABLE_BORDERS[side]
            setattr(border, name, drawn)
            setattr(border, valid, True)
        found.TableBorder2 = border

    def do_like(self, book: str, sheet: str, source: Area, target: Area) -> None:
        """Let rows look like the one that `source` is; what stands in them stays."""
        cells = self._books[book].sheet(sheet)
        if cells.on(target).queryContentCells(_CONTENT).Count:
            self._dress_like(cells, source, target)
            return
        whole = cells.on(source).RangeAddress
        for row in range(target[0], target[2] + 1):
            first = uno.createUnoStruct("com.sun.star.table.CellAddress", whole.Sheet, source[1], row)
            cells.sheet.copyRange(first, whole)
        cells.on(target).clearContents(_CONTENT)

    def _dress_like(self, cells: Sheet, source: Area, target: Area) -> None:
        for column in range(source[1], source[3] + 1):
            looks = cells.on([source[0], column, source[0], column]).getPropertyValues(_LOOK)
            cells.on([target[0], column, target[2], column]).setPropertyValues(_LOOK, looks)

    def do_link(self, book: str, sheet: str, area: Area, target: str, text: str) -> None:
        """Make a cell a link."""
        top, left = area[:2]
        cell = self._books[book].sheet(sheet).sheet.getCellByPosition(left, top)
        field = self._document(book).createInstance("com.sun.star.text.TextField.URL")
        field.URL, field.Representation = target, text
        cell.String = ""
        cell.insertTextContent(cell.createTextCursor(), field, False)  # noqa: FBT003 (as the interface has it)

    def do_link_of(self, book: str, sheet: str, area: Area) -> str:
        """Return where the link in a cell leads; "" for none."""
        top, left = area[:2]
        fields = (
            self._books[book].sheet(sheet).sheet.getCellByPosition(left, top).TextFields.createEnumeration()
        )
        return str(fields.nextElement().URL) if fields.hasMoreElements() else ""

    def do_clear(self, book: str, sheet: str, area: Area) -> None:
        """Empty cells and take their look."""
        self._books[book].sheet(sheet).on(area).clearContents(_EVERYTHING)

    def do_shift(self, book: str, sheet: str, area: Area, how: str) -> None:
        """Insert cells (DOWN) or take them out (UP, LEFT)."""
        found = self._books[book].sheet(sheet)
        address = found.on(area).RangeAddress
        mode = uno.Enum(f"com.sun.star.sheet.Cell{'Insert' if how == 'DOWN' else 'Delete'}Mode", how)
        (found.sheet.insertCells if how == "DOWN" else found.sheet.removeRange)(address, mode)


#: com.sun.star.table.CellVertJustify2.
_UP: Final = {"TOP": 1, "CENTER": 2, "BOTTOM": 3}


def _areas(found: Any) -> list[Area]:
    return [[a.StartRow, a.StartColumn, a.EndRow, a.EndColumn] for a in found.RangeAddresses]


def _size(area: Area) -> int:
    top, left, bottom, right = area
    return (bottom - top + 1) * (right - left + 1)


def _properties(**told: Any) -> tuple[Any, ...]:
    made = []
    for name, value in told.items():
        one = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
        one.Name, one.Value = name, value
        made.append(one)
    return tuple(made)


def main(requests: Iterable[str], answer: Callable[[str], object]) -> None:
    """Answer requests until there are no more."""
    bridge = Bridge()
    disposed = uno.getClass("com.sun.star.lang.DisposedException")
    failed = uno.getClass("com.sun.star.uno.Exception")
    for line in requests:
        try:
            told: dict[str, Any] = {"ok": bridge.answer(json.loads(line))}
        except disposed as error:
            told = {"gone": str(error)}
        except (failed, ValueError, KeyError) as error:
            told = {"refused": f"{type(error).__name__.rpartition('.')[2]} {error}"}
        answer(json.dumps(told, separators=(",", ":")) + "\n")


def _say(line: str) -> None:
    sys.stdout.write(line)
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.stdin, _say)
