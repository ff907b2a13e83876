"""What may be typed: the checks of `books/create.py` as Google's data validation.

Lists refuse what is not on them, all else only warns: ARC holds what it cannot read. Nothing here depends on the
spreadsheet's locale, though a condition's values are parsed as if somebody had typed them: whole numbers, and
formulas without arguments to part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from arc_sheets import money, tabs
from arc_sheets.tab import Column, Owner
from arc_sync.books import form
from arc_sync.books.create import CURRENCY_COLUMN, HIDDEN, check
from arc_sync.books.draw import account, records
from arc_sync.books.google.shapes import Request, grid
from arc_sync.xlsx.refs import LAST_ROW, Area, letters

#: A condition that everything meets: what only prompts. Google shows the prompt where the cell is selected.
_ANYTHING: Final = "=1=1"
#: How a list opens here, where the file says how it does in Excel.
_KEYS: Final = ("Alt+Down", "Enter")


def in_column(sheet: int, column: Column, place: int, first: int = records.FIRST_ROW) -> Iterator[Request]:
    """Yield the check of a record tab's column, from row `first` to the sheet's end; none for what ARC fills."""
    told = None if column.owner is Owner.LEDGER else check(column)
    if told:
        area = Area(first, place, LAST_ROW, place)
        yield setting(sheet, area, _rule(told, f"{letters(place)}{first}", told["error_message"]))


def in_form(sheet: int) -> Iterator[Request]:
    """Yield the checks and prompts of the Account tab: whom to pick, and the form's entry cells."""
    picker = Area(account.PICKER.row, account.PICKER.column, account.PICKER.row, account.PICKER.column)
    prompt = "Enter opens the list. The next sync shows the customer picked here."
    yield setting(sheet, picker, _listed(_customers(), prompt, strict=True))
    for block in form.BLOCKS:
        for one, (row, column) in block.places():
            area = Area(row, column, row, column)
            yield setting(sheet, area, _of_field(one, f"{letters(column)}{row}"))


def setting(sheet: int, area: Area, rule: dict[str, Any]) -> Request:
    """Return the request that sets a rule."""
    return {"setDataValidation": {"range": grid(sheet, area), "rule": rule}}


def _of_field(one: form.Field, cell: str) -> dict[str, Any]:
    prompt = one.hint.replace(*_KEYS)
    if one.usual:
        return _listed(_one_of(one.usual), prompt, strict=False)
    told = check(one.column)
    if told:
        return _rule(told, cell, prompt)
    return _free(_ANYTHING, prompt)


def _rule(told: dict[str, Any], cell: str, prompt: str) -> dict[str, Any]:
    """Return a check of the file as a rule; `cell` is the first that it applies to."""
    strict = told["error_type"] == "stop"
    if told["validate"] == "list":
        return _listed(_condition_of(told["source"]), prompt, strict=strict)
    if told["validate"] == "date":
        return {"condition": {"type": "DATE_IS_VALID"}, "inputMessage": prompt, "strict": strict}
    if told["validate"] == "decimal":
        return _free(f"=ISNUMBER({cell})", prompt)
    return _free(f"=ISNUMBER({cell})*({cell}=INT({cell}))", prompt)


def _condition_of(source: str | Sequence[str]) -> dict[str, Any]:
    if isinstance(source, str):
        return {"=list_customers": _customers, "=list_currencies": _currencies}[source]()
    return _one_of(source)


def _listed(condition: dict[str, Any], prompt: str, *, strict: bool) -> dict[str, Any]:
    return {"condition": condition, "inputMessage": prompt, "strict": strict, "showCustomUi": True}


def _free(formula: str, prompt: str) -> dict[str, Any]:
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": formula}]}
    return {"condition": condition, "inputMessage": prompt, "strict": False}


def _one_of(choices: Iterable[str]) -> dict[str, Any]:
    return {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": choice} for choice in choices]}


def _customers() -> dict[str, Any]:
    name = letters(records.column_of(tabs.CUSTOMERS, "name"))
    return _in_range(f"={tabs.CUSTOMERS.title}!${name}${records.FIRST_ROW}:${name}")


def _currencies() -> dict[str, Any]:
    codes = letters(CURRENCY_COLUMN)
    return _in_range(f"={HIDDEN}!${codes}$1:${codes}${len(money.CURRENCIES)}")


def _in_range(range_: str) -> dict[str, Any]:
    return {"type": "ONE_OF_RANGE", "values": [{"userEnteredValue": range_}]}
