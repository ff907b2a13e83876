"""Fingerprints: they tell whether a file has changed since it was read."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO, NamedTuple

from arc_sync.xlsx import archive
from arc_sync.xlsx.limits import Limits

_PIECE = 1 << 20


class Fingerprint(NamedTuple):
    """A file at one moment: size in bytes, time of last change in nanoseconds, SHA-256 in hex."""

    size: int
    mtime_ns: int
    sha256: str


def take(file: BinaryIO) -> Fingerprint:
    """Take the fingerprint of an open file."""
    state = os.fstat(file.fileno())
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(_PIECE):
        digest.update(piece)
    return Fingerprint(state.st_size, state.st_mtime_ns, digest.hexdigest())


def fingerprint(path: str | os.PathLike[str]) -> str:
    """Hash a workbook's zip directory, which holds size and CRC of every part; nothing is inflated.

    Two files with the same fingerprint have the same content. Raises Refused when the file is not a sound
    zip, OSError when it cannot be read.
    """
    with Path(path).open("rb") as file:
        return printed(archive.read_directory(file, Limits()))


def printed(directory: archive.Directory) -> str:
    """Hash a zip directory that was read already; see `fingerprint`."""
    return hashlib.sha256(directory.raw).hexdigest()
