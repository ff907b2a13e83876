"""What all methods of Sheets v4 share: finding the file, a change that is kept whole or not at all."""

from __future__ import annotations

from collections.abc import Callable

from tests.emulators.google import fields
from tests.emulators.google.calls import Call
from tests.emulators.google.discovery import Mask, answer_shape, missing
from tests.emulators.google.errors import ApiError, Json, bad_request
from tests.emulators.google.fields import cut
from tests.emulators.google.state import Contents
from tests.emulators.google.world import Caller, File, World

#: One method: the call, the world, who calls; gives the answer.
Endpoint = Callable[[Call, World, Caller], Json]

#: A change of a draft, giving the answer.
Change = Callable[[Contents, File], Json]


def answer_mask(call: Call) -> Mask | None:
    """Read the `fields` parameter: what the answer shall hold."""
    text = call.one("fields")
    if not text:
        return None
    mask = fields.parse(text, _no_selection)
    if path := missing(answer_shape(call.method), mask):
        raise _no_selection(path)
    return mask


def _no_selection(path: str) -> ApiError:
    """Refuse a path; the message is general, only the details name it (measured: brekkylab/backlot #161).

    Unlike Drive, Sheets takes no space after a comma (ringo380/claude-google-sheets-mcp #2).
    """
    error = bad_request(
        path, f"Error expanding 'fields' parameter. Cannot find matching fields for path '{path}'."
    )
    error.message = "Request contains an invalid argument."
    return error


def readable(call: Call, world: World, caller: Caller) -> File:
    """Find the spreadsheet of a read."""
    return world.for_sheets(call.parameters["spreadsheetId"], caller, write=False)


def change_kept(call: Call, world: World, caller: Caller, change: Change) -> Json:
    """Apply a change to a draft, and keep the draft only if all of it went well."""
    file = world.for_sheets(call.parameters["spreadsheetId"], caller, write=True)
    draft = file.contents.draft()
    answer = change(draft, file)
    file.contents = draft
    file.touch(world.clock.now())
    return dict(cut({"spreadsheetId": file.file_id, **answer}, answer_mask(call)))
