"""Patterns that every Python from 3.11 on reads alike.

Before 3.11.5 a possessive repeat of a group may find nothing where it should (CPython's issue 106052). Those of a
single character are sound, and so are atomic groups.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parent.parent
_NO_GROUP: Final = re.compile(r"\\.|\[\^?\]?[^\]]*\]", re.DOTALL)  # escaped characters, and sets of them
_POSSESSIVE: Final = re.compile(r"(?<!\()\)(?:[*+?]|\{[\d,]+\})\+")  # "()*+" is the middle of ASCII


def repeats(source: str) -> Iterator[int]:
    """Give the line of each text in a source that repeats a group possessively."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
            if _POSSESSIVE.search(_NO_GROUP.sub("x", text)):
                yield node.lineno


def test_no_pattern_repeats_a_group_possessively() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for folder in ("arc_sheets", "sync", "addin", "tests")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line in repeats(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize("repeat", ["*+", "++", "?+", "{2}+", "{0,9}+"])
def test_such_a_repeat_is_found_in_text_bytes_and_pieces(repeat: str) -> None:
    given = repeat.replace("{", "{{").replace("}", "}}")
    for text in (f"r'<(?:[^<)]|x){repeat}>'", f"rb'(a){repeat}'", f"rf'(?:{{name}}){given}'"):
        assert list(repeats(f"PATTERN = {text}")) == [1], text


@pytest.mark.parametrize(
    "text", [r"[^<]*+", r"(?>a|b)*", r"\)*+", r"[()*+]", r"\{x\}+", "'()*+,-", "(a)+ (b)"]
)
def test_what_is_none_is_left_alone(text: str) -> None:
    assert list(repeats(f"PATTERN = {text!r}")) == []
