"""How large a workbook may be before it is taken for an attack."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on a package, in bytes unless said otherwise. The defaults admit full sheets of real data.

    A part is only inflated when it is needed, so `part` bounds what is streamed (sheets) and `small`
    what is held in memory (workbook, styles, rels, tables, the head and tail of a sheet, one row).
    """

    members: int = 50_000  # zip members
    part: int = 3 * 1024 * MIB
    strings: int = 768 * MIB  # the shared strings, held in memory while a sheet is read
    small: int = 64 * MIB
    ratio: int = 400  # inflated : stored, beyond which a part of more than `ratio_from` bytes is a bomb
    ratio_from: int = 64 * MIB
