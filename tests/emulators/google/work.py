"""A batch under way: the draft that it changes, who asks, and where new ids come from."""

from __future__ import annotations

import random
from collections.abc import Callable, Container
from dataclasses import dataclass

from tests.emulators.google.a1 import Area, Box, area_of_grid, box_of_grid
from tests.emulators.google.errors import Json, Refused
from tests.emulators.google.formulas import Hints, Reader
from tests.emulators.google.state import Contents, Sheet


@dataclass
class Work:
    """What one request of a batch may use."""

    draft: Contents
    user: str
    owner: str
    ids: random.Random
    hints: Hints

    def reader(self) -> Reader:
        """Give the effective values as they are now, in the middle of the batch."""
        return Reader(self.draft, self.hints)

    def sheet(self, request: Json, name: str = "sheetId") -> Sheet:
        """Find the sheet that a request names; a missing sheetId is 0."""
        return self.draft.sheet(request.get(name, 0))

    def area(self, grid: Json) -> Area:
        """Read a GridRange."""
        return area_of_grid(self.draft, grid)

    def box(self, grid: Json) -> Box:
        """Read a GridRange within its grid."""
        return box_of_grid(self.draft, grid)

    def new_id(self, used: Container[int] = ()) -> int:
        """Give a fresh 31-bit id."""
        while (number := self.ids.randint(1, 2**31 - 1)) in used:
            pass
        return number

    def check_free(self, box: Box) -> None:
        """Refuse a change of cells that are protected from this user (a warning stops nobody here)."""
        if self.user == self.owner:
            return
        for one in box.sheet.objects.get("protectedRanges", []):
            editors = one.get("editors", {}).get("users", [])
            if one.get("warningOnly") or self.user in editors or "range" not in one:
                continue
            if box_of_grid(self.draft, one["range"]).meets(box) and not self._left_open(one, box):
                raise Refused(
                    "You are trying to edit a protected cell or object. Please contact the spreadsheet owner"
                    " to remove protection if you need to edit."
                )

    def _left_open(self, protection: Json, box: Box) -> bool:
        """Say whether the box lies in one unprotected range of a protected sheet."""
        boxes = [box_of_grid(self.draft, one) for one in protection.get("unprotectedRanges", [])]
        return any(
            one.top <= box.top
            and box.bottom <= one.bottom
            and one.left <= box.left
            and box.right <= one.right
            for one in boxes
        )


#: One kind of request: changes the draft, and gives what stands in `replies` (None: `{}`).
Handler = Callable[[Work, Json], Json | None]
