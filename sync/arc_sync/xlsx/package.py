"""An .xlsx or .xlsm file, opened to be read and edited in place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from arc_sync.xlsx import archive
from arc_sync.xlsx.encoding import as_utf8
from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.limits import Limits
from arc_sync.xlsx.prints import Fingerprint, printed, take
from arc_sync.xlsx.relations import Relation, read_relations, rels_name
from arc_sync.xlsx.saving import Backup, Saved, save
from arc_sync.xlsx.sheet import Sheet
from arc_sync.xlsx.strings import read_strings
from arc_sync.xlsx.styles import Styles, plain_styles
from arc_sync.xlsx.tables import Table, read_table
from arc_sync.xlsx.workbook import DefinedName, SheetEntry, Workbook, read_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CONTENT_TYPES = "[content_types].xml"


class Package:
    """A workbook file. Opening reads its directory and workbook.xml; sheets are read when asked for.

    Nothing is kept open: the file is opened for each read, and `save` makes sure that it is still the
    file that was read. Reading always shows the file as it was opened; edits show once saved.
    Raises Refused for a file that cannot be edited safely, OSError when it cannot be read.
    """

    def __init__(self, path: str | os.PathLike[str], *, limits: Limits | None = None) -> None:
        self.path = Path(path)
        self.limits = limits or Limits()
        with self.path.open("rb") as file:
            self.fingerprint: Fingerprint = take(file)
            _gate(file.read(8) if file.seek(0) == 0 else b"", self.path)
            self.directory = archive.read_directory(file, self.limits)
        self.edited: dict[str, bytes] = {}  # small parts, as they will be written
        self.dropped: set[str] = set()
        self._relations: dict[str, list[Relation]] = {}
        self._sheets: dict[str, Sheet] = {}
        self._strings: list[str] | None = None
        self._styles: Styles | None = None
        self.workbook_part = self._find_workbook()
        relations = {relation.id: relation for relation in self.relations(self.workbook_part)}
        self.workbook: Workbook = read_workbook(self.part(self.workbook_part), self.workbook_part, relations)

    def _find_workbook(self) -> str:
        members = self.directory.members
        if any(key.startswith("_xmlsignatures/") for key in members):
            raise Refused(
                "The file is digitally signed, and any change would break the signature; remove it first."
            )
        if CONTENT_TYPES not in members:
            raise Refused("This is a zip file but not an Excel workbook; choose an .xlsx or .xlsm file.")
        part = next((r.target for r in self.relations("") if r.kind == "officeDocument"), "")
        if not part.endswith(".xml") or part not in members:
            raise Refused(
                "This is not a workbook that ARC can edit (.xlsb perhaps); save it as .xlsx or .xlsm."
            )
        return part

    @property
    def print(self) -> str:
        """The fingerprint of the file as it was opened, as `fingerprint(path)` gives it."""
        return printed(self.directory)

    @property
    def sheet_names(self) -> list[str]:
        """All sheets in order, hidden and very hidden ones too."""
        return [entry.name for entry in self.workbook.sheets]

    @property
    def date1904(self) -> bool:
        """Whether dates count from 1904 instead of 1900."""
        return self.workbook.date1904

    @property
    def defined_names(self) -> list[DefinedName]:
        """The defined names, print areas among them."""
        return list(self.workbook.defined_names)

    def entry(self, name: str) -> SheetEntry:
        """Look up a sheet by name, without regard to case. Raises Refused if there is none."""
        for entry in self.workbook.sheets:
            if entry.name.casefold() == name.casefold():
                return entry
        raise Refused(
            f"There is no sheet named {name!r} in {self.path.name}; it has been renamed or deleted."
        )

    def sheet(self, name: str) -> Sheet:
        """Give a worksheet. Raises Refused if there is none of that name, or it is a chart sheet."""
        entry = self.entry(name)
        if entry.name not in self._sheets:
            if entry.kind != "worksheet" or entry.part not in self.directory.members:
                raise Refused(f"The sheet {name!r} is a chart or macro sheet and has no cells to read.")
            self._sheets[entry.name] = Sheet(self, entry)
        return self._sheets[entry.name]

    @property
    def sheets(self) -> list[Sheet]:
        """The worksheets that were asked for so far."""
        return list(self._sheets.values())

    def has(self, part: str) -> bool:
        """Say whether the package has the part (a key: lower case, no leading slash)."""
        return part in self.directory.members or part in self.edited

    def part(self, part: str) -> bytes:
        """Give a small part, as UTF-8, with the edits so far. Raises Refused when it is missing or too large."""
        if part in self.edited:
            return self.edited[part]
        return b"".join(as_utf8(self.stream(part, self.limits.small)))

    def stream(self, part: str, most: int) -> Iterator[bytes]:
        """Inflate a part in pieces, as the file has it."""
        member = self.directory.members.get(part)
        if member is None:
            raise Refused(
                f"The file lacks its part {part!r}; open it in Excel, let it repair, and save it again."
            )
        return archive.stream(self.path, member, most, self._check_state)

    def _check_state(self, state: os.stat_result) -> None:
        """Raise Refused if the file's size or time is not what it was when it was opened."""
        if (state.st_size, state.st_mtime_ns) != self.fingerprint[:2]:
            raise Refused(
                f"{self.path.name} was changed by someone else meanwhile; nothing was written; try again."
            )

    def check_unchanged(self) -> None:
        """Raise Refused if the file is not, byte for byte, the one that was opened."""
        if not self.is_at(self.path):
            raise self.changed()

    def is_at(self, path: Path) -> bool:
        """Say whether the file at a path is, byte for byte, the one that was opened."""
        try:
            with path.open("rb") as file:
                return take(file) == self.fingerprint
        except FileNotFoundError:
            return False

    def changed(self) -> Refused:
        """Return what to say where it is not."""
        return Refused(
            f"{self.path.name} was changed by someone else meanwhile; nothing was written; try again."
        )

    def put(self, part: str, xml: bytes) -> None:
        """Note the new text of a small part; nothing happens if it is the old one."""
        if not self.has(part) or self.part(part) != xml:
            self.edited[part] = xml

    def relations(self, part: str) -> list[Relation]:
        """Read what a part points at."""
        name = rels_name(part)
        if name in self.edited:
            return read_relations(part, self.edited[name])
        if part not in self._relations:
            self._relations[part] = read_relations(part, self.part(name)) if self.has(name) else []
        return self._relations[part]

    def tables(self, sheet_part: str) -> list[Table]:
        """Read the tables of a sheet."""
        parts = [r.target for r in self.relations(sheet_part) if r.kind == "table" and self.has(r.target)]
        return [read_table(self.part(part), part) for part in parts]

    @property
    def strings(self) -> list[str]:
        """The shared strings; read once, when first needed."""
        if self._strings is None:
            part = self._related("sharedStrings")
            self._strings = read_strings(as_utf8(self.stream(part, self.limits.strings))) if part else []
        return self._strings

    @property
    def styles(self) -> Styles:
        """The cell formats; in a workbook that has none, the one that every cell shows."""
        if self._styles is None:
            part = self.styles_part
            self._styles = Styles(self.part(part), part) if part else Styles(plain_styles(self.is_strict), "")
        return self._styles

    @property
    def is_strict(self) -> bool:
        """Whether the workbook is written in the Strict form of the standard."""
        return b"purl.oclc.org/ooxml/spreadsheetml" in self.part(self.workbook_part)

    def _related(self, kind: str) -> str:
        """Name the part of that kind, or ''."""
        found = (r.target for r in self.relations(self.workbook_part) if r.kind == kind)
        return next((part for part in found if part in self.directory.members), "")

    @property
    def styles_part(self) -> str:
        """The key of styles.xml, or ''."""
        return self._related("styles")

    def changed_parts(self) -> list[str]:
        """Name the parts that the edits so far will rewrite; saving may add calcChain and its references."""
        sheets = [sheet.part for sheet in self.sheets if sheet.is_edited]
        return sorted({*sheets, *self.edited, *([self.workbook_part] if sheets else [])})

    def save(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        backup: Backup | None = Backup(),  # noqa: B008 - frozen
        hook: Callable[[str], None] | None = None,
    ) -> Saved:
        """Write the edits, to the file itself or to another path; see `saving.save`.

        Raises Refused, with nothing written, when the edits cannot be made safely or the file has changed
        since it was opened; OSError when the disk refuses.
        """
        return save(self, self.path if path is None else Path(path), backup, hook or (lambda _: None))


def _gate(start: bytes, path: Path) -> None:
    if start == _OLE:
        raise Refused(
            f"{path.name} is protected with a password or a label, or is an old .xls; "
            "remove the protection in Excel, or save it as .xlsx."
        )
    if not start.startswith(b"PK"):
        raise Refused(
            f"{path.name} is not an Excel workbook, or was cut short; choose an .xlsx or .xlsm file."
        )
