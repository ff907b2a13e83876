"""Where the files that people may edit are found: inside the wheel, or beside the core in a checkout."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def folder(name: str) -> Traversable:
    """Return the folder "templates" or "addin", as shipped or as it stands in the checkout."""
    shipped = files("arc_sheets") / name
    return shipped if shipped.is_dir() else Path(__file__).resolve().parent.parent / name
