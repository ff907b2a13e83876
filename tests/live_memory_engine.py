"""An xlwings engine over workbooks in memory (`live_memory_book`).

Every call that would reach the program is counted, and passes a hook in which tests let things go wrong or let a
person type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import xlwings as xw
from xlwings import base_classes as bc

from arc_sync.xlsx.refs import Area, Place, area_ref, parse_area
from tests.live_memory_book import ERROR, Held, Sheet, Workbook, enter, shown, spelled


class EngineImpl:
    """What xlwings asks of an engine."""

    name, type = "excel", "desktop"

    def __init__(self, *books: Workbook) -> None:
        self.books = books

    @property
    def apps(self) -> AppsImpl:
        return AppsImpl(self)

    @staticmethod
    def prepare_xl_data_element(value: Any, _options: Any) -> Any:
        return "" if value is None else value

    @staticmethod
    def clean_value_data(data: Any, _dates: Any, empty: Any, _numbers: Any, err_to_str: Any) -> Any:
        def one(value: Any) -> Any:
            if value is None or value == "":
                return empty
            error = isinstance(value, str) and ERROR.fullmatch(value)
            return None if error and not err_to_str else value

        return [[one(value) for value in row] for row in data]


class _Base:
    """Lets an instance answer for the names that base_classes declare as read-only properties."""

    api: Any = True


class AppsImpl(_Base, bc.Apps):
    def __init__(self, engine: EngineImpl) -> None:
        self.engine = engine

    def __iter__(self) -> Iterator[AppImpl]:
        return iter([AppImpl(self.engine, book) for book in self.engine.books])

    def __len__(self) -> int:
        return len(self.engine.books)


class AppImpl(_Base, bc.App):
    engine: Any = None
    pid = 1

    def __init__(self, engine: EngineImpl, book: Workbook) -> None:
        self.engine, self.book = engine, book

    @property
    def books(self) -> BooksImpl:
        return BooksImpl(self)

    def alert(self, prompt: str, *_: Any) -> None:
        self.book.alerts.append(prompt)


def _setting(name: str) -> property:
    def get(self: AppImpl) -> Any:
        self.book.call(f"get {name}")
        return self.book.settings[name]

    def put(self: AppImpl, value: Any) -> None:
        self.book.call(f"set {name}")
        self.book.settings[name] = value

    return property(get, put)


for _name in ("screen_updating", "enable_events", "calculation"):
    setattr(AppImpl, _name, _setting(_name))


class BooksImpl(_Base, bc.Books):
    def __init__(self, app: AppImpl) -> None:
        self.app = app

    def __iter__(self) -> Iterator[BookImpl]:
        self.app.book.call("books")
        return iter([BookImpl(self.app, book) for book in (self.app.book, *self.app.book.others)])


class BookImpl(_Base, bc.Book):
    app: Any = None

    def __init__(self, app: AppImpl, book: Workbook) -> None:
        self.app, self.held = app, book

    @property
    def fullname(self) -> str:
        self.held.call("fullname")
        return self.held.fullname

    @property
    def name(self) -> str:
        return Path(self.held.fullname).name

    @property
    def sheets(self) -> SheetsImpl:
        return SheetsImpl(self)


class SheetsImpl(_Base, bc.Sheets):
    def __init__(self, book: BookImpl) -> None:
        self.book = book

    def _all(self) -> list[SheetImpl]:
        return [SheetImpl(self.book, sheet) for sheet in self.book.held.sheets]

    def __iter__(self) -> Iterator[SheetImpl]:
        self.book.held.call("sheets")
        return iter(self._all())

    def __len__(self) -> int:
        return len(self.book.held.sheets)

    def __call__(self, key: Any) -> SheetImpl:
        for sheet in self._all():
            if sheet.held.name.casefold() == str(key).casefold():
                return sheet
        raise KeyError(key)


class SheetImpl(_Base, bc.Sheet):
    book: Any = None

    def __init__(self, book: BookImpl, sheet: Sheet) -> None:
        self.book, self.held = book, sheet

    @property
    def name(self) -> str:
        return self.held.name

    @name.setter
    def name(self, value: str) -> None:
        self.held.name = value

    @property
    def index(self) -> int:
        return int(self.book.held.sheets.index(self.held) + 1)

    @property
    def tables(self) -> TablesImpl:
        return TablesImpl(self)

    def range(self, ref: Any, end: Any = None) -> RangeImpl:
        if isinstance(ref, RangeImpl):
            return RangeImpl(self, Area(*ref.area[:2], *(end or ref).area[2:]))
        return RangeImpl(self, parse_area(ref))

    @property
    def used_range(self) -> RangeImpl:
        self.book.held.call(f"used range of {self.name}")
        places = [*self.held.cells, *self.held.codes] or [Place(1, 0)]
        rows, columns = [p.row for p in places], [p.column for p in places]
        return RangeImpl(self, Area(min(rows), min(columns), max(rows), max(columns)))


class TablesImpl(_Base, bc.Collection):
    parent: Any = None

    def __init__(self, sheet: SheetImpl) -> None:
        self.parent = sheet

    def __iter__(self) -> Iterator[TableImpl]:
        self.parent.book.held.call(f"tables of {self.parent.name}")
        return iter([TableImpl(self.parent, name) for name in self.parent.held.tables])

    def __len__(self) -> int:
        return len(list(self.parent.held.tables))

    def __call__(self, key: Any) -> TableImpl:
        names = list(self.parent.held.tables)
        return TableImpl(self.parent, names[key - 1] if isinstance(key, int) else key)


class TableImpl(_Base, bc.Table):
    parent: Any = None

    def __init__(self, sheet: SheetImpl, name: str) -> None:
        self.parent, self._name = sheet, name

    @property
    def name(self) -> str:
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        self.parent.held.tables[value] = self.parent.held.tables.pop(self._name)
        self._name = value

    @property
    def range(self) -> RangeImpl:
        return RangeImpl(self.parent, self.parent.held.tables[self._name][0])

    @property
    def totals_row_range(self) -> RangeImpl | None:
        area, totals = self.parent.held.tables[self._name]
        return RangeImpl(self.parent, area._replace(top=area.bottom)) if totals else None

    def resize(self, target: xw.Range) -> None:
        self.parent.book.held.call(f"resize {self._name}")
        _check_writable(self.parent.held)
        area, (was, totals) = target.impl.area, self.parent.held.tables[self._name]
        if area.top != was.top:
            raise RuntimeError("the header must stay in its row")
        self.parent.held.tables[self._name] = (area, totals)


class FontImpl(_Base, bc.Font):
    bold: Any = None
    size: Any = None
    name: Any = None
    color: Any = None
    owner: Any

    def __init__(self, owner: RangeImpl) -> None:
        object.__setattr__(self, "owner", owner)

    def __setattr__(self, name: str, value: Any) -> None:
        self.owner.look(f"font.{name}", value)


class BordersImpl(_Base, bc.Borders):
    parent: Any = None

    def __init__(self, owner: RangeImpl) -> None:
        self.parent = owner

    def set(
        self, which: Any = "all", *, line_style: Any = None, weight: Any = None, color: Any = None
    ) -> None:
        self.parent.look(f"borders {which}", (line_style, weight, color))


class RangeImpl(_Base, bc.Range):
    sheet: Any = None
    max_cells_per_read = None
    max_cells_per_write = None

    def __init__(self, sheet: SheetImpl, area: Area) -> None:
        self.sheet, self.area = sheet, area

    def _call(self, what: str) -> None:
        self.sheet.book.held.call(f"{what} {self.sheet.name} {area_ref(self.area)}")

    def _rows(self, told: Callable[[Sheet, Place], Any]) -> Any:
        a, held = self.area, self.sheet.held
        rows = tuple(
            tuple(told(held, Place(r, c)) for c in range(a.left, a.right + 1))
            for r in range(a.top, a.bottom + 1)
        )
        return rows[0][0] if a.single else rows

    @property
    def row(self) -> int:
        return self.area.top

    @property
    def column(self) -> int:
        return self.area.left + 1

    @property
    def shape(self) -> tuple[int, int]:
        a = self.area
        return a.bottom - a.top + 1, a.right - a.left + 1

    def __len__(self) -> int:
        return self.shape[0] * self.shape[1]

    def __call__(self, row: Any, column: Any = None) -> RangeImpl:
        top, left = self.area.top + row - 1, self.area.left + column - 1
        return RangeImpl(self.sheet, Area(top, left, top, left))

    @property
    def address(self) -> str:
        return re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", area_ref(self.area))

    @property
    def raw_value(self) -> Any:
        self._call("value")
        told = self._rows(shown)
        return told if isinstance(told, tuple) else ((told,),)

    @raw_value.setter
    def raw_value(self, value: Any) -> None:
        self._call("write")
        _check_writable(self.sheet.held)
        rows = value if isinstance(value, list | tuple) else [[value] * self.shape[1]] * self.shape[0]
        for r, row in enumerate(rows, self.area.top):
            for c, one in enumerate(row, self.area.left):
                enter(self.sheet.held, Place(r, c), one)

    @property
    def formula(self) -> Any:
        self._call("formula")
        return self._rows(spelled)

    @formula.setter
    def formula(self, value: Any) -> None:
        self.raw_value = value

    @property
    def number_format(self) -> str | None:
        codes = {self.sheet.held.codes.get(p, "General") for p in self._places()}
        return codes.pop() if len(codes) == 1 else None

    @number_format.setter
    def number_format(self, code: str) -> None:
        self._call("number format")
        _check_writable(self.sheet.held)
        self.sheet.held.codes |= dict.fromkeys(self._places(), code)

    def _places(self) -> list[Place]:
        a = self.area
        return [Place(r, c) for r in range(a.top, a.bottom + 1) for c in range(a.left, a.right + 1)]

    def look(self, name: str, value: Any) -> None:
        self._call(name)
        _check_writable(self.sheet.held)
        self.sheet.held.looks[f"{area_ref(self.area)} {name}"] = value

    @property
    def font(self) -> FontImpl:
        return FontImpl(self)

    @property
    def borders(self) -> BordersImpl:
        return BordersImpl(self)

    def autofill(self, destination: xw.Range, type_: str) -> None:
        self._call(f"autofill {type_}")
        held, a = self.sheet.held, self.area
        for place in destination.impl._places():
            if (code := held.codes.get(Place(a.top, place.column))) is not None:
                held.codes[place] = code

    def add_hyperlink(self, address: Any, text_to_display: Any = None, screen_tip: Any = None) -> None:
        del screen_tip
        self._call("link")
        place = Place(self.area.top, self.area.left)
        self.sheet.held.links[place] = address
        self.sheet.held.cells[place] = Held(text_to_display)

    def clear(self) -> None:
        self._call("clear")
        for place in self._places():
            for of in (self.sheet.held.cells, self.sheet.held.links, self.sheet.held.codes):
                of.pop(place, None)

    def insert(self, shift: Any = None, copy_origin: Any = None) -> None:
        del copy_origin
        self._call(f"insert {shift}")
        self._shift(self.shape[0])

    def delete(self, shift: Any = None) -> None:
        self._call(f"delete {shift}")
        if shift == "up":
            self._shift(-self.shape[0])
        else:
            self._close_gap()

    def _shift(self, by: int) -> None:
        held, a = self.sheet.held, self.area
        first = a.top if by > 0 else a.bottom + 1
        for of in (held.cells, held.codes, held.links):
            moved = {p: v for p, v in of.items() if p.row >= a.top and a.left <= p.column <= a.right}
            for place in moved:
                del of[place]
            of.update({Place(p.row + by, p.column): v for p, v in moved.items() if p.row >= first})
        for name, (area, totals) in held.tables.items():
            if area.top >= first and a.left <= area.left and area.right <= a.right:
                moved_to = area._replace(top=area.top + by, bottom=area.bottom + by)
                held.tables[name] = (moved_to, totals)

    def _close_gap(self) -> None:
        held, a = self.sheet.held, self.area
        wide = self.shape[1]
        for of in (held.cells, held.codes):
            moved = {p: v for p, v in of.items() if a.top <= p.row <= a.bottom and p.column >= a.left}
            for place in moved:
                del of[place]
            of.update({Place(p.row, p.column - wide): v for p, v in moved.items() if p.column > a.right})
        for name, (area, totals) in held.tables.items():
            if area.left <= a.left <= area.right:
                held.tables[name] = (area._replace(right=area.right - wide), totals)


def _look(name: str) -> property:
    return property(lambda _self: None, lambda self, value: self.look(name, value))


for _name in ("color", "horizontal_alignment", "vertical_alignment", "wrap_text", "row_height"):
    setattr(RangeImpl, _name, _look(_name))


class Refusal(Exception):
    """What COM raises for a protected sheet: DISP_E_EXCEPTION, with Excel's own words inside."""

    def __init__(self, text: str) -> None:
        super().__init__(
            -2147352567, "Exception occurred.", (0, "Microsoft Excel", text, "", 0, -2146827284), None
        )


class Busy(Exception):
    """What COM raises while a cell is being edited: RPC_E_CALL_REJECTED."""

    hresult = -2147418111

    def __init__(self) -> None:
        super().__init__(self.hresult, "Call was rejected by callee.", None, None)


class Gone(Exception):
    """What COM raises when Excel is no more: RPC_S_SERVER_UNAVAILABLE."""

    hresult = -2147023174

    def __init__(self) -> None:
        super().__init__(self.hresult, "The RPC server is unavailable.", None, None)


def _check_writable(sheet: Sheet) -> None:
    if sheet.protected:
        raise Refusal("The cell or chart you're trying to change is on a protected sheet.")


def opened(book: Workbook) -> xw.Book:
    """Return a workbook as xlwings has it."""
    return xw.Book(impl=BookImpl(AppImpl(EngineImpl(book), book), book))


def engine(*books: Workbook) -> xw.Engine:
    """Return an engine whose programs have these books open."""
    return xw.Engine(impl=EngineImpl(*books))
