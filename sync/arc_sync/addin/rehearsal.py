"""The add-in where no person sits: the same modules, but for the one that asks and tells.

A workbook with macros, for LibreOffice: `ArcRehearsal.Press(id, tag, answers)` presses a button through the ribbon's
own callbacks and returns what was asked and told, one a line; `ArcRehearsal.Look()` lets a second pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from defusedxml import ElementTree

from arc_sheets import __version__
from arc_sync.addin.package import OF_WORKBOOK
from arc_sync.addin.xlam import modules, packed, ribbon, source, texts

NAME: Final = "ARC rehearsal.xlsm"
_RIBBON: Final = "{http://schemas.microsoft.com/office/2009/07/customui}"


class Button(NamedTuple):
    """A button of the ribbon."""

    id: str  #: such as arcLogCall
    label: str
    tag: str  #: what must be selected for it: "", book, customer or reminders


def build() -> bytes:
    """Return the workbook."""
    own = {module.name: module for module in modules()}
    doubles = {module.name: module for module in texts(source() / "rehearsal")}
    return packed((own | doubles).values(), __version__, OF_WORKBOOK)


def buttons() -> Iterator[Button]:
    """Yield the buttons of the ribbon, from left to right."""
    for button in ElementTree.fromstring(ribbon()).iter(f"{_RIBBON}button"):
        yield Button(button.get("id", ""), button.get("label", ""), button.get("tag", ""))
