"""spreadsheets.batchUpdate: requests in their order, all or nothing.

"If any request is not valid then the entire request will fail and nothing will be applied."
"""

from __future__ import annotations

from tests.emulators.google import (
    metadata,
    on_cells,
    on_charts,
    on_copies,
    on_dimensions,
    on_objects,
    on_ranges,
    on_search,
    on_sheets,
)
from tests.emulators.google.errors import ApiError, Json, Refused, invalid
from tests.emulators.google.work import Handler, Work

_MODULES = (
    on_cells,
    on_copies,
    on_search,
    on_sheets,
    on_dimensions,
    on_ranges,
    on_objects,
    on_charts,
    metadata,
)
#: What does each kind of request.
KINDS: dict[str, Handler] = {kind: handler for module in _MODULES for kind, handler in module.KINDS.items()}


def carry_out(work: Work, requests: list[Json]) -> list[Json]:
    """Do all requests on the draft and give their replies; the caller throws the draft away on an error."""
    if not requests:
        raise invalid("Must specify at least one request.")
    return [_one(work, at, request) for at, request in enumerate(requests)]


def _one(work: Work, at: int, request: Json) -> Json:
    if not request:
        raise invalid(f"Invalid requests[{at}]: No request set.")
    if len(request) > 1:
        raise invalid(f"Invalid requests[{at}]: Only one request may be set.")
    ((kind, given),) = request.items()
    handler = KINDS.get(kind)
    if handler is None:
        raise invalid(f"Invalid requests[{at}].{kind}: this kind of request is not in the emulator.")
    try:
        return handler(work, given) or {}
    except Refused as refused:
        raise invalid(f"Invalid requests[{at}].{kind}: {refused}") from None
    except ApiError as refused:
        raise invalid(f"Invalid requests[{at}].{kind}: {refused.message}") from None
    except KeyError as missing:
        raise invalid(f"Invalid requests[{at}].{kind}: {missing.args[0]} must be set") from None
