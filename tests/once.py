"""Rows that are made one by one, and only once: whoever asks twice, or out of turn, does not stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import overload

from arc_sync.books.contents import BookRow


class Once(Sequence[BookRow]):
    """So many rows, each made by its number when its turn comes; `walked` is how many were."""

    def __init__(self, many: int, make: Callable[[int], BookRow]) -> None:
        self.many, self.walked, self._make = many, 0, make

    def __len__(self) -> int:
        return self.many

    @overload
    def __getitem__(self, index: int) -> BookRow: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[BookRow]: ...
    def __getitem__(self, index: int | slice) -> BookRow | Sequence[BookRow]:
        raise AssertionError(f"row {index} was asked for out of turn")

    def __iter__(self) -> Iterator[BookRow]:
        assert self.walked == 0
        for number in range(self.many):
            self.walked += 1
            yield self._make(number)
