"""Google's limits per minute (https://developers.google.com/workspace/sheets/api/limits).

Sheets: 300 reads and 300 writes a minute and project, 60 and 60 a minute, project and user; refilled each minute.
Drive: 325,000 units a minute and user; files.get costs 5, list 100, a change 50 (facts, section 3).
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from dataclasses import dataclass, field

from tests.emulators.google.errors import ApiError
from tests.emulators.google.world import Clock

_UNITS = {"drive.files.get": 5, "drive.files.list": 100, "drive.about.get": 5}
_PROJECT = "123456789012"


@dataclass
class Quota:
    """What is left; None lets everything through."""

    clock: Clock
    per_user: int | None = None
    per_project: int | None = None
    drive_units: int | None = None
    _spent: dict[tuple[str, str], deque[tuple[dt.datetime, int]]] = field(default_factory=dict)

    @classmethod
    def of_google(cls, clock: Clock) -> Quota:
        """Give the published limits."""
        return cls(clock, per_user=60, per_project=300, drive_units=325_000)

    def take(self, kind: str, method: str, user: str) -> None:
        """Count a call, or refuse it with 429."""
        if kind == "drive":
            if self._over("drive", user, self.drive_units, _UNITS.get(method, 50)):
                raise ApiError(403, "Rate Limit Exceeded", reason="rateLimitExceeded")
            return
        if kind not in {"read", "write"}:
            return
        if self._over(kind, user, self.per_user, 1):
            raise _exhausted(kind, "PerMinutePerUser", "per minute per user", self.per_user or 0)
        if self._over(kind, "", self.per_project, 1):
            raise _exhausted(kind, "PerMinutePerProject", "per minute", self.per_project or 0)

    def _over(self, kind: str, user: str, limit: int | None, cost: int) -> bool:
        if limit is None:
            return False
        now = self.clock.now()
        spent = self._spent.setdefault((kind, user), deque())
        while spent and spent[0][0] <= now - dt.timedelta(minutes=1):
            spent.popleft()
        if sum(units for _, units in spent) + cost > limit:
            return True
        spent.append((now, cost))
        return False


def _exhausted(kind: str, suffix: str, words: str, limit: int) -> ApiError:
    name = kind.title()
    metric = f"sheets.googleapis.com/{kind}_requests"
    details = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "RATE_LIMIT_EXCEEDED",
        "domain": "googleapis.com",
        "metadata": {
            "consumer": f"projects/{_PROJECT}",
            "quota_limit": f"{name}Requests{suffix}",
            "quota_limit_value": str(limit),
            "quota_location": "global",
            "quota_metric": metric,
            "service": "sheets.googleapis.com",
        },
    }
    message = (
        f"Quota exceeded for quota metric '{name} requests' and limit '{name} requests {words}' of service"
        f" 'sheets.googleapis.com' for consumer 'project_number:{_PROJECT}'."
    )
    return ApiError(429, message, details=[details])
