"""The methods of Drive v3 that a spreadsheet needs, and the one of v2 that gspread's CSV import uses."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

from tests.emulators.google import fields, values
from tests.emulators.google.a1 import Area
from tests.emulators.google.calls import Call
from tests.emulators.google.discovery import Mask, answer_shape, missing
from tests.emulators.google.errors import ApiError, Json
from tests.emulators.google.state import Sheet, new_contents
from tests.emulators.google.world import SPREADSHEET, Caller, File, World, stamp

Endpoint = Callable[[Call, World, Caller], Json | bytes | None]
_USUAL = ("kind", "id", "name", "mimeType")
_KEPT = ("description", "appProperties", "properties", "starred")


def _resource(world: World, file: File, caller: Caller) -> Json:
    seen = world.clock.now() - world.lag()
    role = file.role(caller.user)
    return {
        "kind": "drive#file",
        "id": file.file_id,
        "name": file.contents.title,
        "mimeType": SPREADSHEET,
        "createdTime": stamp(file.created),
        "modifiedTime": stamp(file.modified(seen)),
        "version": str(file.version(seen)),
        "parents": file.parents,
        "trashed": file.trashed,
        "explicitlyTrashed": file.trashed,
        "ownedByMe": role == "owner",
        "shared": len(file.permissions) > 1,
        "owners": [{"kind": "drive#user", "emailAddress": file.owner, "me": role == "owner"}],
        "permissions": file.permissions,
        "capabilities": {
            "canEdit": role in {"owner", "writer"},
            "canComment": role in {"owner", "writer", "commenter"},
            "canTrash": role == "owner",
            "canDelete": role == "owner",
            "canShare": role in {"owner", "writer"},
            "canCopy": True,
        },
        "webViewLink": f"https://docs.google.com/spreadsheets/d/{file.file_id}/edit?usp=drivesdk",
        **file.more,
    }


def _shown(call: Call, whole: Json, usual: tuple[str, ...]) -> Json:
    """Give the fields asked for, or the usual few (Drive answers no more without `fields`)."""
    if call.one("fields"):
        return dict(fields.cut(whole, _mask(call)))
    return {name: whole[name] for name in usual if name in whole}


def _mask(call: Call) -> Mask:
    """Read the `fields` parameter; Drive allows spaces."""
    mask = fields.parse(call.one("fields").replace(" ", ""), _no_selection)
    if path := missing(answer_shape(call.method), mask):
        raise _no_selection(path.rpartition(".")[2])
    return mask


def _no_selection(text: str) -> ApiError:
    return ApiError(400, f"Invalid field selection {text}", reason="invalidParameter", location="fields")


def files_get(call: Call, world: World, caller: Caller) -> Json:
    """files.get."""
    file = world.for_drive(call.parameters["fileId"], caller)
    return _shown(call, _resource(world, file, caller), _USUAL)


def files_list(call: Call, world: World, caller: Caller) -> Json:
    """files.list: the query knows name, mimeType, trashed and parents joined by "and"."""
    found = [file for file in world.seen_by(caller) if _matches(file, call.one("q"))]
    if not call.one("q"):
        found = [file for file in found if not file.trashed]
    size = int(call.one("pageSize", "100"))
    start = _page(call.one("pageToken", "0"))
    page = found[start : start + size]
    whole: Json = {"kind": "drive#fileList", "incompleteSearch": False}
    whole["files"] = [_resource(world, file, caller) for file in page]
    if start + size < len(found):
        whole["nextPageToken"] = str(start + size)
    if call.one("fields"):
        return dict(fields.cut(whole, _mask(call)))
    whole["files"] = [{name: file[name] for name in _USUAL} for file in whole["files"]]
    return whole


def _page(token: str) -> int:
    if not token.isdigit():
        raise ApiError(400, "Invalid Value", reason="invalid", location="pageToken")
    return int(token)


_TERM = re.compile(
    r"""\s*(?:(?P<name>name|mimeType|trashed)\s*(?P<sign>=|!=|contains)\s*(?P<value>"[^"]*"|'(?:[^'\\]|\\.)*'|true|false)
    |(?P<parent>"[^"]*"|'[^']*')\s+in\s+parents|parents\s+in\s+(?P<within>"[^"]*"|'[^']*'))\s*(?:and\b|$)""",
    re.VERBOSE,
)


def _matches(file: File, query: str) -> bool:
    at, fits = 0, True
    while at < len(query):
        term = _TERM.match(query, at)
        if term is None:
            raise ApiError(400, "Invalid Value", reason="invalid", location="q")
        fits = fits and _fits(file, term.groupdict())
        at = term.end()
    return fits


def _fits(file: File, term: dict[str, str | None]) -> bool:
    if parent := term["parent"] or term["within"]:
        return parent[1:-1] in file.parents
    known: Json = {"name": file.contents.title, "mimeType": SPREADSHEET, "trashed": file.trashed}
    text, found = str(term["value"]), known[str(term["name"])]
    wanted = text == "true" if text in {"true", "false"} else text[1:-1].replace("\\'", "'")
    if term["sign"] == "contains":
        return wanted in found
    return bool((found == wanted) == (term["sign"] == "="))


def files_create(call: Call, world: World, caller: Caller) -> Json:
    """files.create of an empty spreadsheet. A service account has no room: 403 storageQuotaExceeded."""
    if world.robots_own_nothing and caller.user.endswith(".gserviceaccount.com"):
        message = "The user's Drive storage quota has been exceeded."
        raise ApiError(403, message, reason="storageQuotaExceeded")
    if call.body.get("mimeType") != SPREADSHEET:
        raise ApiError(400, "The emulator makes spreadsheets only.", reason="invalid")
    file = world.new_file(new_contents(call.body.get("name", "Untitled")), caller)
    file.parents = call.body.get("parents", ["root"])
    file.more = {name: call.body[name] for name in _KEPT if name in call.body}
    return _shown(call, _resource(world, file, caller), _USUAL)


def files_update(call: Call, world: World, caller: Caller) -> Json:
    """files.update: rename, trash (the owner only), describe."""
    file = world.for_drive(call.parameters["fileId"], caller, write=True)
    if "trashed" in call.body:
        _owner_only(file, caller)
        file.trashed = call.body["trashed"]
    if "name" in call.body:
        file.contents = file.contents.draft()
        file.contents.properties["title"] = call.body["name"]
    file.more |= {name: call.body[name] for name in _KEPT if name in call.body}
    file.touch(world.clock.now())
    return _shown(call, _resource(world, file, caller), _USUAL)


def _owner_only(file: File, caller: Caller) -> None:
    if file.role(caller.user) != "owner":
        message = "The user does not have sufficient permissions for this file."
        raise ApiError(403, message, reason="insufficientFilePermissions")


def files_delete(call: Call, world: World, caller: Caller) -> None:
    """files.delete: for ever, past the bin."""
    file = world.for_drive(call.parameters["fileId"], caller, write=True)
    _owner_only(file, caller)
    del world.files[file.file_id]


def files_copy(call: Call, world: World, caller: Caller) -> Json:
    """files.copy: the same contents, hidden sheets and developer metadata as well, under another id."""
    source = world.for_drive(call.parameters["fileId"], caller)
    contents = source.contents.draft()
    contents.properties["title"] = call.body.get("name") or f"Copy of {source.contents.title}"
    file = world.new_file(contents, caller)
    file.parents = call.body.get("parents", source.parents)
    return _shown(call, _resource(world, file, caller), _USUAL)


def files_export(call: Call, world: World, caller: Caller) -> bytes:
    """files.export: CSV of the first sheet; anything else is a stand-in."""
    file = world.for_drive(call.parameters["fileId"], caller)
    if call.one("mimeType") != "text/csv":
        return b"%PDF-1.4 " + b"emulator " * 16
    rows = values.read(
        world.reader(file), Area(file.contents.sheets[0], 0, 0, None, None), values.Rendering()
    )
    lines = rows.get("values", [])
    width = max((len(line) for line in lines), default=0)
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([*line, *[""] * (width - len(line))] for line in lines)
    return text.getvalue().removesuffix("\r\n").encode()


def about(call: Call, world: World, caller: Caller) -> Json:
    """about.get; `fields` is required."""
    if not call.one("fields"):
        message = "The 'fields' parameter is required for this method."
        raise ApiError(400, message, reason="required")
    limit = (
        "0" if world.robots_own_nothing and caller.user.endswith(".gserviceaccount.com") else "16106127360"
    )
    user = {"kind": "drive#user", "displayName": caller.user, "emailAddress": caller.user, "me": True}
    return _shown(
        call, {"kind": "drive#about", "user": user, "storageQuota": {"limit": limit, "usage": "0"}}, ()
    )


def permissions_list(call: Call, world: World, caller: Caller) -> Json:
    """permissions.list, for those who may share."""
    file = world.for_drive(call.parameters["fileId"], caller, write=True)
    whole: Json = {"kind": "drive#permissionList", "permissions": file.permissions}
    if call.one("fields"):
        return _shown(call, whole, ())
    usual = ("kind", "id", "type", "role")
    return {**whole, "permissions": [{name: one[name] for name in usual} for one in file.permissions]}


def permissions_create(call: Call, world: World, caller: Caller) -> Json:
    """permissions.create: share with a user, a group, a domain or anyone."""
    file = world.for_drive(call.parameters["fileId"], caller, write=True)
    kept = ("type", "role", "emailAddress", "domain")
    made: Json = {name: call.body[name] for name in kept if name in call.body}
    anyone = made.get("type") == "anyone"
    fresh = "anyoneWithLink" if anyone else str(world.ids.randint(10**19, 10**20))
    made = {"kind": "drive#permission", "id": fresh, **made}
    file.permissions.append(made)
    return _shown(call, made, ("kind", "id", "type", "role"))


def permissions_delete(call: Call, world: World, caller: Caller) -> None:
    """permissions.delete: withdraw access."""
    file = world.for_drive(call.parameters["fileId"], caller, write=True)
    wanted = call.parameters["permissionId"]
    if not any(one["id"] == wanted for one in file.permissions):
        raise ApiError(404, f"Permission not found: {wanted}.", reason="notFound")
    file.permissions = [one for one in file.permissions if one["id"] != wanted]


def comments_list(call: Call, world: World, caller: Caller) -> Json:
    """comments.list; `fields` is required."""
    file = world.for_drive(call.parameters["fileId"], caller)
    return _shown(call, {"kind": "drive#commentList", "comments": file.comments}, ("kind", "comments"))


def comments_create(call: Call, world: World, caller: Caller) -> Json:
    """comments.create."""
    file = world.for_drive(call.parameters["fileId"], caller)
    made = {"kind": "drive#comment", "id": f"c{world.ids.randint(1, 10**9)}", **call.body}
    file.comments.append(made)
    return _shown(call, made, ("id",))


def upload(call: Call, world: World, caller: Caller) -> Json:
    """Drive v2 files.update with text/csv: the contents become one sheet, read as if typed (gspread.import_csv)."""
    file = world.for_drive(call.parameters["fileId"], caller, write=True)
    rows = list(csv.reader(io.StringIO(call.body["csv"])))
    sheet = Sheet(0, file.contents.title, max(1000, len(rows)))
    contents = new_contents(file.contents.title, [sheet])
    values.write(contents, Area(sheet, 0, 0, 1, 1), {"values": rows}, "USER_ENTERED")
    file.contents = contents
    file.touch(world.clock.now())
    return {"kind": "drive#file", "id": file.file_id}


ENDPOINTS: dict[str, Endpoint] = {
    "drive.files.get": files_get,
    "drive.files.list": files_list,
    "drive.files.create": files_create,
    "drive.files.update": files_update,
    "drive.files.delete": files_delete,
    "drive.files.copy": files_copy,
    "drive.files.export": files_export,
    "drive.about.get": about,
    "drive.permissions.list": permissions_list,
    "drive.permissions.create": permissions_create,
    "drive.permissions.delete": permissions_delete,
    "drive.comments.list": comments_list,
    "drive.comments.create": comments_create,
}
