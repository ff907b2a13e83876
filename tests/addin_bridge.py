"""LibreOffice seen from outside, for `addin_desk`: run by a Python that has `uno`, which need not be ours.

Each line of standard input is a request, a JSON list of an operation and what it takes; each line of standard output
its answer: {"ok": ...} or {"refused": "..."}.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import uno  # type: ignore[import-not-found]  # LibreOffice's own Python has it


def properties(**told: object) -> tuple[Any, ...]:
    made = []
    for name, value in told.items():
        one = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
        one.Name, one.Value = name, value
        made.append(one)
    return tuple(made)


class Office:
    """LibreOffice and the documents opened in it, each known by a number."""

    def __init__(self) -> None:
        self.desktop: Any = None
        self.documents: list[Any] = []

    def connect(self, address: str) -> bool:
        """Say whether LibreOffice listens."""
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        try:
            context = resolver.resolve(f"uno:{address};urp;StarOffice.ComponentContext")
        except Exception:  # noqa: BLE001 (it says in many ways that nobody listens yet)
            return False
        self.desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        return True

    def load(self, url: str, filter_name: str) -> int:
        """Open a document, its macros allowed; return its number."""
        told = {"FilterName": filter_name} if filter_name else {}
        opened = self.desktop.loadComponentFromURL(url, "_blank", 0, properties(MacroExecutionMode=4, **told))
        self.documents.append(opened)
        return len(self.documents) - 1

    def close(self, document: int) -> None:
        self.documents[document].close(True)  # noqa: FBT003 (UNO takes no names)

    def run(self, document: int, macro: str, told: Sequence[object]) -> object:
        """Run a macro of a document's own and return its result."""
        scripts = self.documents[document].getScriptProvider()
        script = scripts.getScript(f"vnd.sun.star.script:{macro}?language=Basic&location=document")
        return script.invoke(tuple(told), (), ())[0]

    def libraries(self, document: int) -> dict[str, list[str]]:
        """Return the modules of each library of macros."""
        found = self.documents[document].BasicLibraries
        for name in found.ElementNames:
            found.loadLibrary(name)
        return {name: list(found.getByName(name).ElementNames) for name in found.ElementNames}

    def select(self, document: int, sheet: str, areas: Sequence[str]) -> None:
        """Bring a sheet to the front and select areas of it."""
        book, on = self.documents[document], self._sheet(document, sheet)
        book.CurrentController.setActiveSheet(on)
        ranges = [on.getCellRangeByName(area) for area in areas]
        if len(ranges) == 1:
            book.CurrentController.select(ranges[0])
            return
        several = book.createInstance("com.sun.star.sheet.SheetCellRanges")
        for one in ranges:
            several.addRangeAddress(one.RangeAddress, False)  # noqa: FBT003
        book.CurrentController.select(several)

    def front(self, document: int) -> str:
        """Bring a workbook to the front; return which of its sheets is in front."""
        controller = self.documents[document].CurrentController
        controller.Frame.activate()
        return str(controller.ActiveSheet.Name)

    def cell(self, document: int, sheet: str, at: str) -> str:
        return str(self._sheet(document, sheet).getCellRangeByName(at).String)

    def type(self, document: int, sheet: str, at: str, text: str) -> None:
        self._sheet(document, sheet).getCellRangeByName(at).String = text

    def general(self, document: int, sheet: str, at: str) -> None:
        """Take a cell's number format away."""
        self._sheet(document, sheet).getCellRangeByName(at).NumberFormat = 0

    def rename(self, document: int, sheet: str, name: str) -> None:
        self._sheet(document, sheet).setName(name)

    def insert_column(self, document: int, sheet: str) -> None:
        """Insert a column before the first."""
        self._sheet(document, sheet).Columns.insertByIndex(0, 1)

    def show(self, document: int, sheet: str, row: int, visible: bool) -> None:  # noqa: FBT001 (told in a list)
        """Show or hide a row, from 1."""
        self._sheet(document, sheet).Rows.getByIndex(row - 1).IsVisible = visible

    def quit(self) -> None:
        self.desktop.terminate()

    def _sheet(self, document: int, name: str) -> Any:
        return self.documents[document].Sheets.getByName(name)


def main() -> None:
    office = Office()
    for line in sys.stdin:
        operation, *told = json.loads(line)
        try:
            answer = {"ok": getattr(office, operation)(*told)}
        except Exception as error:  # noqa: BLE001 (whatever LibreOffice refuses, the test is told)
            answer = {"refused": f"{operation}: {type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)  # noqa: T201 (the answer goes this way)


if __name__ == "__main__":
    main()
