"""Pure functions that make nothing anew when they are asked for the same as the last time."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

_Told = TypeVar("_Told")
_Made = TypeVar("_Made")


def remembered(make: Callable[[_Told], _Made]) -> Callable[[_Told], _Made]:
    """Keep the last result of a function of one value; neither value nor result may be changed by anybody."""
    last: list[tuple[_Told, _Made]] = []

    @wraps(make)
    def recalled(told: _Told) -> _Made:
        for asked, made in last:
            if asked == told:
                return made
        made = make(told)
        last[:] = [(told, made)]
        return made

    return recalled
