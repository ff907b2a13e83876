"""Requests as ribbon and menu write them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

WHEN = datetime(2026, 11, 25, 9, tzinfo=UTC)


def told(number: str = "click-1", action: str = "log_call", **more: Any) -> dict[str, Any]:
    """Return a request of Zoë's as a JSON object; `when` may be a datetime."""
    usual: dict[str, Any] = {
        "protocol": 1,
        "request": number,
        "action": action,
        "book": "b" * 32,
        "tab": "Customers",
        "row": "",
        "user": "Zoë",
        "when": WHEN,
        "fields": {},
    }
    whole = usual | more
    if isinstance(whole["when"], datetime):
        whole["when"] = f"{whole['when'].astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return whole


def written(number: str = "click-1", action: str = "log_call", **more: Any) -> bytes:
    """Return a request as it lies in its file."""
    return json.dumps(told(number, action, **more), ensure_ascii=False).encode()
