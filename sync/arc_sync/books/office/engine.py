"""LibreOffice as an engine of xlwings: programs written for an open Excel run on it as they are.

It offers what `books.live` uses. Where the two differ it does as Excel does: texts that are given are read as if
typed, an apostrophe first keeps them texts, numbers come back as floats and, in a date's format, as datetimes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Final
from urllib.parse import unquote, urlsplit

import xlwings as xw
from xlwings import base_classes as bc

from arc_sync.books.office.process import Bridge
from arc_sync.books.office.ranges import RangeImpl
from arc_sync.books.office.told import OfficeError, Told, zero
from arc_sync.xlsx.refs import Area, parse_area

NAME: Final = "libreoffice"
_FILTERS: Final = {".xlsx": "Calc MS Excel 2007 XML", ".xlsm": "Calc MS Excel 2007 VBA XML", ".ods": "calc8"}


def engine(bridge: Bridge) -> xw.Engine:
    """Return an engine for the office behind a bridge; it need not be xlwings' active one."""
    return xw.Engine(impl=EngineImpl(bridge))


class EngineImpl:
    """What xlwings asks of an engine."""

    name = NAME
    type = "desktop"

    def __init__(self, bridge: Bridge) -> None:
        self.bridge = bridge

    @property
    def apps(self) -> AppsImpl:
        """The one office."""
        return AppsImpl(self)

    @staticmethod
    def prepare_xl_data_element(value: Any, _options: Any) -> Any:
        """Return a value as it is written; None blanks a cell."""
        return "" if value is None else value

    @staticmethod
    def clean_value_data(data: Any, build_date: Any, empty: Any, build_number: Any, err_to_str: Any) -> Any:
        """Return values as people read them."""
        if err_to_str and build_date is datetime and build_number is None:
            return [[empty if value == "" else value for value in row] for row in data]

        def one(value: Any) -> Any:
            if value == "":
                return empty
            if isinstance(value, OfficeError):
                return str(value) if err_to_str else None
            if isinstance(value, datetime) and build_date is not datetime:
                parts = ("year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo")
                return build_date(**{part: getattr(value, part) for part in parts})
            return build_number(value) if build_number and isinstance(value, float) else value

        return [[one(value) for value in row] for row in data]


class AppsImpl(bc.Apps):
    """The one office that a bridge leads to."""

    def __init__(self, engine: EngineImpl) -> None:
        self.engine = engine

    def keys(self) -> list[int]:
        """Return a number of each."""
        return [1]

    def __iter__(self) -> Iterator[AppImpl]:
        return iter([AppImpl(self.engine)])

    def __len__(self) -> int:
        return 1

    def __getitem__(self, pid: int) -> AppImpl:
        return AppImpl(self.engine)


class AppImpl(bc.App):
    """The office. LibreOffice has its settings per workbook, so they are those of `book`."""

    engine: Any = None
    pid = 1
    enable_events = True  #: Basic that listens to changes is not told of ours either way
    api: ClassVar[Any] = True

    def __init__(self, engine: EngineImpl, book: str = "") -> None:
        self.engine, self._book = engine, book

    @property
    def books(self) -> BooksImpl:
        """The open workbooks."""
        return BooksImpl(self)

    @property
    def screen_updating(self) -> bool:
        """Whether changes are painted."""
        return not self._ask("get", name="locked")

    @screen_updating.setter
    def screen_updating(self, value: bool) -> None:
        self._ask("set", name="locked", value=not value)

    @property
    def calculation(self) -> str:
        """Whether changes are calculated at once: "automatic" or "manual"."""
        return "automatic" if self._ask("get", name="calculates") else "manual"

    @calculation.setter
    def calculation(self, value: str) -> None:
        self._ask("set", name="calculates", value=value == "automatic")

    def _ask(self, op: str, **told: Any) -> Any:
        return self.engine.bridge.ask(op, book=self._book, **told)

    def quit(self) -> None:
        """End the office."""
        self.engine.bridge.ask("quit")


class BooksImpl(bc.Books):
    """The open workbooks."""

    app: Any = None

    def __init__(self, app: AppImpl) -> None:
        self.app = app

    def _all(self) -> list[BookImpl]:
        engine = self.app.engine
        return [BookImpl(engine, uid, url, title) for uid, url, title in engine.bridge.ask("books")]

    def __iter__(self) -> Iterator[BookImpl]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __call__(self, key: Any) -> BookImpl:
        """Return a book by name or place; raises KeyError."""
        found = self._all()
        if isinstance(key, int):
            return found[key - 1]
        return next((b for b in found if b.name.casefold() == key.casefold()), None) or _raise(KeyError(key))

    def open(self, fullname: str, *_: Any, **__: Any) -> BookImpl:
        """Open a file, without a window."""
        url = Path(fullname).absolute().as_uri()
        uid = self.app.engine.bridge.ask("open", url=url, macros=False)
        return BookImpl(self.app.engine, uid, url, Path(fullname).name)


class BookImpl(bc.Book):
    """One workbook."""

    app: Any = None

    def __init__(self, engine: EngineImpl, uid: str, url: str, title: str) -> None:
        self.app, self.uid, self._url, self._title = AppImpl(engine, uid), uid, url, title
        #: What the last request read, for the one right after it: formulas and values come together.
        self._read: tuple[int, str, Area, Told] | None = None
        self.listed: list[str] = []  #: its sheets, as they were listed last

    @property
    def api(self) -> str:
        """Return what the bridge knows it by."""
        return self.uid

    def ask(self, op: str, **told: Any) -> Any:
        """Make a request about this workbook."""
        return self.app.engine.bridge.ask(op, book=self.uid, **told)

    def read(self, sheet: str, area: Area) -> Told:
        """Return what the bridge reads; asked twice in a row for the same, what it read already."""
        bridge: Bridge = self.app.engine.bridge
        if self._read and self._read[:3] == (bridge.requests, sheet, area):
            told, self._read = self._read[3], None
            return told
        told = bridge.read(self.uid, sheet, area)
        self._read = (bridge.requests, sheet, area, told)
        return told

    @property
    def name(self) -> str:
        """The file's name, or the title of a new book."""
        return Path(self.fullname).name

    @property
    def fullname(self) -> str:
        """The file's path; the address of one from elsewhere; the title of a new book."""
        if self._url.startswith("file:"):
            return unquote(urlsplit(self._url).path)
        return self._url or self._title

    @property
    def sheets(self) -> SheetsImpl:
        """Its sheets."""
        return SheetsImpl(self)

    def close(self) -> None:
        """Close it without saving."""
        self.ask("close")

    def save(self, path: str | None = None, password: str | None = None) -> None:
        """Save it, or a copy of it at `path`."""
        del password
        if path is None:
            self.ask("save")
        else:
            target = Path(path).absolute()
            self.ask("store", url=target.as_uri(), kind=_FILTERS[target.suffix.lower()])


class SheetsImpl(bc.Sheets):
    """The sheets of a workbook."""

    book: Any = None

    def __init__(self, book: BookImpl) -> None:
        self.book = book

    def _names(self) -> list[str]:
        self.book.listed = list(self.book.ask("sheets"))
        return list(self.book.listed)

    def __iter__(self) -> Iterator[SheetImpl]:
        return iter([SheetImpl(self.book, name) for name in self._names()])

    def __len__(self) -> int:
        return len(self._names())

    def __call__(self, key: Any) -> SheetImpl:
        """Return a sheet by name or place; raises KeyError."""
        if key in self.book.listed:
            return SheetImpl(self.book, key)
        names = self._names()
        if isinstance(key, int):
            return SheetImpl(self.book, names[key - 1])
        for name in names:
            if name.casefold() == key.casefold():
                return SheetImpl(self.book, name)
        raise KeyError(key)


class SheetImpl(bc.Sheet):
    """One sheet, known by its name."""

    book: Any = None
    api: ClassVar[Any] = True

    def __init__(self, book: BookImpl, name: str) -> None:
        self.book, self._name = book, name

    def ask(self, op: str, **told: Any) -> Any:
        """Make a request about this sheet."""
        return self.book.ask(op, sheet=self._name, **told)

    @property
    def name(self) -> str:
        """Its name."""
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        self.book.ask("rename", old=self._name, new=value)
        self._name = value

    @property
    def visible(self) -> bool:
        """Whether it is seen."""
        return bool(self.ask("visible", value=None))

    @visible.setter
    def visible(self, value: bool) -> None:
        self.ask("visible", value=value)

    @property
    def tables(self) -> TablesImpl:
        """Its tables."""
        return TablesImpl(self)

    @property
    def used_range(self) -> RangeImpl:
        """From the first to the last cell that holds anything."""
        top, left, bottom, right = self.ask("used")
        return RangeImpl(self, Area(top + 1, left, bottom + 1, right))

    def range(self, first: Any, last: Any = None) -> RangeImpl:
        """Return a range by its reference, or by its corners."""
        if isinstance(first, RangeImpl):
            return RangeImpl(self, Area(*first.area[:2], *(last or first).area[2:]))
        return RangeImpl(self, parse_area(first))


class TablesImpl(bc.Tables):
    """The tables of a sheet."""

    parent: Any = None

    def __init__(self, sheet: SheetImpl) -> None:
        self.parent = sheet

    def _all(self) -> list[TableImpl]:
        return [
            TableImpl(self.parent, name, area, totals) for name, area, totals in self.parent.ask("tables")
        ]

    def __iter__(self) -> Iterator[TableImpl]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __call__(self, key: Any) -> TableImpl:
        """Return a table by name or place; raises KeyError."""
        found = self._all()
        if isinstance(key, int):
            return found[key - 1]
        return next((t for t in found if t.name.casefold() == key.casefold()), None) or _raise(KeyError(key))


class TableImpl(bc.Table):
    """One table; LibreOffice calls it a database range."""

    parent: Any = None
    api: ClassVar[Any] = True

    def __init__(self, sheet: SheetImpl, name: str, area: list[int], totals: bool) -> None:  # noqa: FBT001
        self.parent, self._name, self._area, self._totals = sheet, name, area, totals

    @property
    def name(self) -> str:
        """Its name."""
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        self.parent.book.ask("rename_table", old=self._name, new=value)
        self._name = value

    @property
    def range(self) -> RangeImpl:
        """What it covers, header and totals included."""
        top, left, bottom, right = self._area
        return RangeImpl(self.parent, Area(top + 1, left, bottom + 1, right))

    @property
    def totals_row_range(self) -> RangeImpl | None:
        """Its totals row, if it has one."""
        whole = self.range
        return RangeImpl(self.parent, whole.area._replace(top=whole.area.bottom)) if self._totals else None

    def resize(self, target: xw.Range) -> None:
        """Let it cover another area."""
        self.parent.book.ask("resize", table=self._name, area=zero(target.impl.area))


def _raise(error: Exception) -> Any:
    raise error
