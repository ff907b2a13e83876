"""A VBA project from source text alone, as [MS-OVBA] has it: the streams of vbaProject.bin.

There is no performance cache: `_VBA_PROJECT` says version FFFF, by which the host compiles the source anew (2.3.4.1).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from arc_sync.addin import compound
from arc_sync.addin.compression import compress

_ENCODING: Final = "cp1252"
_CODE_PAGE: Final = 1252
_LANGUAGE: Final = 0x0409
_UNCACHED: Final = bytes.fromhex("cc61ffff000100")
_SEED: Final = 0x5D  #: of what is encrypted; any will do, and a fixed one gives the same bytes
_STDOLE: Final = (
    r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb#OLE Automation"
)
_OFFICE: Final = (
    r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0"
    r"#C:\Program Files\Common Files\Microsoft Shared\OFFICE16\MSO.DLL#Microsoft Office 16.0 Object Library"
)
#: Type libraries that the sources name: IRibbonControl and IRibbonUI are Office's.
_LIBRARIES: Final = (("stdole", _STDOLE), ("Office", _OFFICE))


class Kind(Enum):
    """What a module is, as the PROJECT stream calls it."""

    STANDARD = "Module"
    CLASS = "Class"
    DOCUMENT = "Document"


@dataclass(frozen=True, slots=True)
class Module:
    """One module: its name, and its source with the Attribute lines."""

    name: str
    kind: Kind
    source: str

    def encoded(self) -> bytes:
        """Return the source as it is stored: lines end in CR LF; raises UnicodeEncodeError beyond code page 1252."""
        return "".join(f"{line}\r\n" for line in self.source.splitlines()).encode(_ENCODING)


@dataclass(frozen=True, slots=True)
class Project:
    """A project: its name, its id such as "{5E1E5A7C-...}", its modules."""

    name: str
    id: str
    modules: Sequence[Module]

    def vba_project(self) -> bytes:
        """Return vbaProject.bin."""
        sources = {module.name: compress(module.encoded()) for module in self.modules}
        vba = {"_VBA_PROJECT": _UNCACHED, "dir": compress(self.dir_stream()), **sources}
        return compound.write({"VBA": vba, "PROJECT": self.project_stream(), "PROJECTwm": self.names()})

    def dir_stream(self) -> bytes:
        """Return the `dir` stream before compression (2.3.4.2)."""
        modules = b"".join(part for module in self.modules for part in _module(module))
        count = _record(0x0F, struct.pack("<H", len(self.modules))) + _record(0x13, b"\xff\xff")
        return b"".join((*self._information(), *_references(), count, modules, _record(0x10)))

    def _information(self) -> Iterator[bytes]:
        """Yield PROJECTINFORMATION (2.3.4.2.1)."""
        yield _record(0x01, struct.pack("<I", 1))  # 32-bit Windows; hosts of other kinds compile anew
        yield _record(0x02, struct.pack("<I", _LANGUAGE))
        yield _record(0x14, struct.pack("<I", _LANGUAGE))
        yield _record(0x03, struct.pack("<H", _CODE_PAGE))
        yield _record(0x04, self.name.encode(_ENCODING))
        yield _twice(0x05, 0x40, "")  # description
        yield _record(0x06) + _record(0x3D)  # help file, twice
        yield _record(0x07, bytes(4)) + _record(0x08, bytes(4))  # help context, flags
        yield struct.pack("<HIIH", 0x09, 4, 1, 1)  # version 1.1; its length field is fixed at 4
        yield _twice(0x0C, 0x3C, "")  # constants of conditional compilation

    def project_stream(self) -> bytes:
        """Return the PROJECT stream (2.3.1): the project as lines of text."""
        named = [f"{m.kind.value}={m.name}{_cookie(m)}" for m in self.modules]
        keys = {"CMG": bytes(4), "DPB": b"\0", "GC": b"\xff"}  # no protection, no password, visible
        lines = [
            f'ID="{self.id}"',
            *named,
            f'Name="{self.name}"',
            'HelpContextID="0"',
            'VersionCompatible32="393222000"',
            *(f'{key}="{encrypt(data, self.id, _SEED)}"' for key, data in keys.items()),
            "",
            "[Host Extender Info]",
            "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000",
            "",
            "[Workspace]",
            *(f"{m.name}=0, 0, 0, 0, C" for m in self.modules),
        ]
        return "".join(f"{line}\r\n" for line in lines).encode(_ENCODING)

    def names(self) -> bytes:
        """Return the PROJECTwm stream (2.3.3): each module's name in the code page and in UTF-16."""
        pairs = (
            m.name.encode(_ENCODING) + b"\0" + m.name.encode("utf-16-le") + b"\0\0" for m in self.modules
        )
        return b"".join(pairs) + b"\0\0"


def encrypt(data: bytes, project_id: str, seed: int) -> str:
    """Return data as the PROJECT stream keeps it (2.4.3.2): obfuscated by the project's id, in hexadecimal digits."""
    key = sum(project_id.encode(_ENCODING)) & 0xFF
    stored = [seed, seed ^ 2, seed ^ key]
    plain, last, before = key, stored[2], stored[1]
    for byte in (*[0x07] * ((seed & 6) // 2), *struct.pack("<I", len(data)), *data):
        one = byte ^ ((before + plain) & 0xFF)
        stored.append(one)
        plain, before, last = byte, last, one
    return bytes(stored).hex().upper()


def _cookie(module: Module) -> str:
    return "/&H00000000" if module.kind is Kind.DOCUMENT else ""


def _record(number: int, data: bytes = b"") -> bytes:
    return struct.pack("<HI", number, len(data)) + data


def _twice(number: int, wide: int, text: str) -> bytes:
    """Return a text in the code page and in UTF-16."""
    return _record(number, text.encode(_ENCODING)) + _record(wide, text.encode("utf-16-le"))


def _references() -> Iterator[bytes]:
    """Yield REFERENCENAME and REFERENCEREGISTERED of each type library (2.3.4.2.2)."""
    for name, library in _LIBRARIES:
        path = library.encode(_ENCODING)
        yield _twice(0x16, 0x3E, name) + _record(0x0D, struct.pack("<I", len(path)) + path + bytes(6))


def _module(module: Module) -> Iterator[bytes]:
    """Yield the MODULE record (2.3.4.2.3.2); its source begins at offset 0 of its stream."""
    yield _twice(0x19, 0x47, module.name)
    yield _twice(0x1A, 0x32, module.name)  # the stream's name
    yield _twice(0x1C, 0x48, "")  # description
    yield _record(0x31, bytes(4)) + _record(0x1E, bytes(4)) + _record(0x2C, b"\xff\xff")
    yield _record(0x21 if module.kind is Kind.STANDARD else 0x22) + _record(0x2B)
