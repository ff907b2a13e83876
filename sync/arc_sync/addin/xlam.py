"""ARC.xlam from the texts in addin/excel: the same bytes from the same texts on any system, without Excel."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from arc_sheets import __version__
from arc_sheets.resources import folder
from arc_sync.addin.package import OF_ADDIN, RIBBON, SHEET, WORKBOOK, Contents
from arc_sync.addin.project import Kind, Module, Project

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

NAME: Final = "ARC.xlam"
#: The project's name: macros are called by it, and LibreOffice calls their library so.
PROJECT: Final = "ARC"
#: The module that says which version this is; made here, so that a release edits no text.
VERSION_MODULE: Final = "ArcBuild"

_PROJECT_ID: Final = "{8C0D6A52-3B1F-4E0B-9C57-A2C5EE7A11E4}"
_DOCUMENTS: Final = (WORKBOOK, SHEET)


def source() -> Traversable:
    """Return the folder of the texts."""
    return folder("addin") / "excel"


def build(version: str = __version__) -> bytes:
    """Return ARC.xlam."""
    return packed(modules(version), version, OF_ADDIN)


def packed(sources: Iterable[Module], version: str, kind: str) -> bytes:
    """Return a package of these modules with the ribbon; `kind` says whether it is an add-in or a workbook."""
    vba = Project(PROJECT, _PROJECT_ID, tuple(sources)).vba_project()
    return Contents(vba, ribbon(), version, kind).packed()


def ribbon() -> str:
    """Return the ribbon's XML."""
    return (source() / RIBBON).read_text("utf-8")


def modules(version: str = __version__) -> Iterator[Module]:
    """Yield the modules: the documents first, then the others by name, the version's last."""
    found = {module.name: module for module in texts(source())}
    yield from (found.pop(name) for name in _DOCUMENTS)
    yield from found.values()
    yield Module(VERSION_MODULE, Kind.STANDARD, _version_module(version))


def texts(where: Traversable) -> Iterator[Module]:
    """Yield the modules that lie in a folder, by name: .bas holds a standard module, .cls a class or a document."""
    for file in sorted(where.iterdir(), key=lambda one: one.name):
        name, _, suffix = file.name.rpartition(".")
        if suffix == "bas":
            yield Module(name, Kind.STANDARD, file.read_text("utf-8"))
        elif suffix == "cls":
            kind = Kind.DOCUMENT if name in _DOCUMENTS else Kind.CLASS
            yield Module(name, kind, file.read_text("utf-8"))


def _version_module(version: str) -> str:
    """Return the source of the version's module; raises ValueError for what would not be a version."""
    if not re.fullmatch(r"[A-Za-z0-9.+-]+", version):
        raise ValueError(f"{version!r} is no version")
    return f'Attribute VB_Name = "{VERSION_MODULE}"\nOption Explicit\n\nPublic Const ArcVersion As String = "{version}"\n'
