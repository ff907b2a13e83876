"""What Office's ribbon schema says of the few elements that ARC uses ([MS-CUSTOMUI2] 2.2), and icons that exist."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Final

NAMESPACE: Final = "http://schemas.microsoft.com/office/2009/07/customui"
#: Microsoft's own schema, where this checkout has it beside it; it is no part of ARC.
SCHEMA: Final = Path(__file__).parent.parent.parent / "shared" / "schemas" / "customui14.xsd"

#: Icons of Office that ARC uses, each found in the lists of names that Microsoft publishes with [MS-CUSTOMUI2] and
#: the icon galleries of Office 2007 and 2010, as github.com/christianjunk/ImageMso collects them, or in use elsewhere.
ICONS: Final = frozenset(
    """
    AddressBook AutoDial Call OmsNewTextMessage ContactCardSendEmail OmsSend AccountingFormat CalendarInsert
    ConflictsReject AddReminder AcceptInvitation DeclineInvitation CalculateSheet ChartTypeColumnInsertGallery
    RefreshAll ErrorChecking CacheStatus ContextHelp
    """.split()
)
#: What a callback of an attribute is: its parameters.
CALLBACKS: Final = {
    "onLoad": "ribbon As IRibbonUI",
    "onAction": "control As IRibbonControl",
    "getEnabled": "control As IRibbonControl, ByRef enabled",
    "getLabel": "control As IRibbonControl, ByRef label",
}

_BUTTON: Final = "id label keytip size imageMso tag screentip supertip onAction getEnabled getLabel getVisible enabled visible"
_ELEMENTS: Final = {
    "customUI": ("ribbon", "onLoad loadImage"),
    "ribbon": ("tabs", "startFromScratch"),
    "tabs": ("tab", ""),
    "tab": ("group", "id label keytip insertAfterMso insertBeforeMso visible getVisible tag"),
    "group": (
        "button labelControl separator",
        "id label keytip imageMso screentip supertip visible getVisible",
    ),
    "button": ("", _BUTTON),
    "labelControl": ("", "id label getLabel getEnabled screentip supertip tag visible"),
    "separator": ("", "id visible"),
}
_LONGEST: Final = 1024


def elements(xml: str) -> Iterator[ET.Element]:
    """Yield the elements of a ribbon."""
    yield from ET.fromstring(xml).iter()


def local(element: ET.Element) -> str:
    """Return an element's name without the ribbon's namespace."""
    return element.tag.removeprefix(f"{{{NAMESPACE}}}")


def faults(xml: str) -> list[str]:
    """Return what the schema would say against a ribbon, so far as ARC's elements go."""
    found, seen = [], set[str]()
    for element in elements(xml):
        name = local(element)
        children, attributes = _ELEMENTS.get(name, ("", ""))
        if name not in _ELEMENTS:
            found.append(f"{name} is no element")
            continue
        found += [f"{name} in {local(c)}" for c in element if local(c) not in children.split()]
        found += [f"{name} has no {a}" for a in element.attrib if a not in attributes.split()]
        found += [f"{name} {a} is too long" for a, text in element.items() if len(text) > _LONGEST]
        if (given := element.get("id")) is not None:
            found += [f"{given} stands twice"] * (given in seen)
            found += [f"{given} is no id"] * (not re.fullmatch(r"[A-Za-z_][\w.-]*", given))
            seen.add(given)
        elif "id" in attributes.split():
            found.append(f"{name} has no id")
        found += [
            f"{k} is no key tip" for k in [element.get("keytip", "K")] if not re.fullmatch(r"\S{1,3}", k)
        ]
        found += [f"{s} is no size" for s in [element.get("size", "large")] if s not in {"normal", "large"}]
    return found
