"""A line of a campaign's table: how many faults fell, how many were survived, and what was lost."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Line:
    """One line of the table."""

    fault: str
    fell: int = 0
    survived: int = 0
    lost: list[str] = field(default_factory=list)

    def judge(self, said: str, fell: int = 1) -> None:
        """Count faults by what was said after the recovery."""
        self.fell += fell
        if said == "done":
            self.survived += fell
        else:
            self.lost.append(said.strip().splitlines()[-1] if said.strip() else "it died in the recovery")
