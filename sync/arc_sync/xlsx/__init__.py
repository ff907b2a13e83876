"""Edit an .xlsx or .xlsm file in place and leave everything else exactly as it was.

    book = Package("Receivables.xlsx")
    sheet = book.sheet("Invoices")
    for row in sheet.rows(): ...
    sheet.set("B7", "a note")
    sheet.append_rows("Invoices", [["2026-001", "Acme", Decimal("12.50")]])
    book.save()

Only the edited sheets' XML is spliced, and the few parts that must follow; every other zip member is
copied as the bytes it was. `Refused` says why a file, or an edit, cannot be handled safely.
`python -m arc_sync.xlsx FILE SHEET!CELL VALUE -o OUT` tries it on any workbook.
"""

from arc_sync.xlsx.cells import Cell, Row
from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.limits import Limits
from arc_sync.xlsx.openness import is_open_elsewhere
from arc_sync.xlsx.package import Package
from arc_sync.xlsx.prints import Fingerprint, fingerprint
from arc_sync.xlsx.saving import STEPS, Backup, PartChange, Saved
from arc_sync.xlsx.sheet import Sheet
from arc_sync.xlsx.tables import Table, TableColumn
from arc_sync.xlsx.values import Formula, Value
from arc_sync.xlsx.workbook import DefinedName

__all__ = [
    "STEPS",
    "Backup",
    "Cell",
    "DefinedName",
    "Fingerprint",
    "Formula",
    "Limits",
    "Package",
    "PartChange",
    "Refused",
    "Row",
    "Saved",
    "Sheet",
    "Table",
    "TableColumn",
    "Value",
    "fingerprint",
    "is_open_elsewhere",
]
