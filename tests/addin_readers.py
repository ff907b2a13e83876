"""Independent readers of what the add-in is made of: oletools for VBA."""

from __future__ import annotations

import warnings
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # oletools calls pyparsing by old names
    from oletools import olevba


def decompressed(container: bytes) -> bytes:
    """Return what a compressed container holds."""
    return bytes(olevba.decompress_stream(bytearray(container)))


def sources(name: str, data: bytes) -> dict[str, str]:
    """Return each module's source by the name of its file, line ends as one letter."""
    parser: Any = olevba.VBA_Parser(name, data=data)
    return {file: code.replace("\r\n", "\n") for _, _, file, code in parser.extract_all_macros()}


def suspicious(name: str, data: bytes) -> set[str]:
    """Return the words for which olevba suspects a macro."""
    parser: Any = olevba.VBA_Parser(name, data=data)
    return {word for kind, word, _ in parser.analyze_macros() if kind in {"Suspicious", "AutoExec", "IOC"}}
