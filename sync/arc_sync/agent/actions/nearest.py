"""Which name or number may be meant by one that is not there; none where that would be a guess."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher, get_close_matches
from typing import Final

#: What a name must have in common with another to be taken for a slip of it (`difflib` ratio).
_ALIKE: Final = 0.7
_CLEARLY: Final = 0.1  #: by how much the nearest must be more like it than the next
_SHORTEST: Final = 3  #: characters of a part by which a name may be called


def nearest_name(wanted: str, names: Iterable[str]) -> str | None:
    """Return the only name that has this one in it, or the one that is clearly most like it."""
    folded, word = {name.casefold(): name for name in names}, wanted.casefold()
    having = [name for name in folded if word in name]
    if having:
        return folded[having[0]] if len(having) == 1 and len(word) >= _SHORTEST else None
    near = get_close_matches(word, folded, 2, _ALIKE)
    if not near or (len(near) > 1 and _ratio(near[0], word) - _ratio(near[1], word) < _CLEARLY):
        return None
    return folded[near[0]]


def nearest_number(wanted: str, numbers: Iterable[str]) -> str | None:
    """Return the one number that is the same but for marks and zeros (inv3, INV-003), or for swapped digits.

    One digit off is another invoice, so it is never suggested. One pass, as there are many invoices.
    """
    known = list(numbers)
    for form in (_bare, _sorted):
        if len(same := _alike(wanted, known, form)) == 1:
            return same[0]
    return None


def _alike(wanted: str, numbers: list[str], form: Callable[[str], object]) -> list[str]:
    word = form(wanted)
    return [number for number in numbers if form(number) == word]


def _bare(number: str) -> str:
    return re.sub(r"(?<!\d)0+|[\W_]", "", number.casefold())


def _sorted(number: str) -> list[str]:
    return sorted(number.casefold())


def _ratio(name: str, word: str) -> float:
    return SequenceMatcher(None, name, word).ratio()
