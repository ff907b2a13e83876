"""What Google keeps: accounts, files and who may do what with them, and the clock by which it works."""

from __future__ import annotations

import datetime as dt
import random
import string
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.emulators.google.cells import Value
from tests.emulators.google.errors import ApiError, Json, not_found
from tests.emulators.google.formulas import Reader
from tests.emulators.google.state import Contents

SPREADSHEET = "application/vnd.google-apps.spreadsheet"
#: Who owns the files unless a test says otherwise, and the service account that works beside.
PERSON, ROBOT = "anna@example.com", "robot@arc-test.iam.gserviceaccount.com"
#: Scopes that reach files which others made; feeds is the old name of spreadsheets.
_WIDER = {"drive", "drive.readonly", "spreadsheets", "spreadsheets.readonly", "feeds"}
_WRITERS = {"owner", "organizer", "fileOrganizer", "writer"}


class Clock:
    """Google's time: the real one, and as much later as a test lets pass."""

    def __init__(self) -> None:
        self._ahead = dt.timedelta()

    def now(self) -> dt.datetime:
        """Give the time in UTC."""
        return dt.datetime.now(dt.UTC) + self._ahead

    def later(self, seconds: float) -> None:
        """Let time pass at once."""
        self._ahead += dt.timedelta(seconds=seconds)


@dataclass
class File:
    """A spreadsheet in Drive. `version` rises with every change; what Drive tells of it may lag behind."""

    file_id: str
    contents: Contents
    owner: str
    created: dt.datetime
    app: str = ""  # the OAuth client that made or opened it: all that drive.file reaches
    permissions: list[Json] = field(default_factory=list)
    changes: list[dt.datetime] = field(default_factory=list)  # one for each version after the first
    trashed: bool = False
    parents: list[str] = field(default_factory=lambda: ["root"])
    comments: list[Json] = field(default_factory=list)
    more: Json = field(default_factory=dict)  # description, appProperties, properties

    def touch(self, now: dt.datetime) -> None:
        """Note a change."""
        self.changes.append(now)

    def version(self, as_of: dt.datetime) -> int:
        """Give the version as it was then."""
        return 1 + sum(1 for change in self.changes if change <= as_of)

    def modified(self, as_of: dt.datetime) -> dt.datetime:
        """Give when it last changed, as known then."""
        return max((change for change in self.changes if change <= as_of), default=self.created)

    def role(self, user: str) -> str:
        """Give what a user is to the file: owner, writer, commenter, reader or nothing."""
        if user == self.owner:
            return "owner"
        roles = [one["role"] for one in self.permissions if one.get("emailAddress") == user]
        roles += [one["role"] for one in self.permissions if one["type"] == "anyone"]
        return max(roles, key=["", "reader", "commenter", "writer", "owner"].index, default="")


@dataclass(frozen=True)
class Caller:
    """Who calls, by the access token: the account, the OAuth client, and what was consented to."""

    user: str
    app: str
    scopes: frozenset[str]

    @property
    def only_own_files(self) -> bool:
        """Say whether the token reaches only files that its app made: drive.file and nothing wider."""
        short = {scope.rpartition("/")[2] for scope in self.scopes}
        return "drive.file" in short and not short & _WIDER


class World:
    """All state behind the endpoints; whoever looks or changes holds `lock`."""

    def __init__(self, seed: int = 0) -> None:
        self.lock = threading.RLock()
        self.clock = Clock()
        self.ids = random.Random(seed)
        self.files: dict[str, File] = {}
        #: What formulas show that are not worked out here, by their text.
        self.hints: dict[str, Value] = {}
        #: Seconds by which Drive tells of a new version late (facts: about a minute, a vendor's claim).
        self.version_lag = 0.0
        #: Whether a service account is refused files of its own, as Google does now (facts, section 4).
        self.robots_own_nothing = True

    def new_file(self, contents: Contents, caller: Caller) -> File:
        """Put a new spreadsheet into the caller's Drive."""
        letters = string.ascii_letters + string.digits + "-_"
        file_id = "1" + "".join(self.ids.choices(letters, k=43))
        owner: Json = {
            "kind": "drive#permission",
            "id": str(self.ids.randint(10**19, 10**20)),
            "type": "user",
            "role": "owner",
            "emailAddress": caller.user,
        }
        file = File(file_id, contents, caller.user, self.clock.now(), caller.app, [owner])
        self.files[file_id] = file
        return file

    def seen_by(self, caller: Caller) -> Iterator[File]:
        """Yield the files that the caller can see, the last changed first."""
        now = self.clock.now()
        files = [one for one in self.files.values() if one.role(caller.user) and self._reaches(caller, one)]
        yield from sorted(files, key=lambda one: one.modified(now), reverse=True)

    @staticmethod
    def _reaches(caller: Caller, file: File) -> bool:
        return not caller.only_own_files or file.app == caller.app

    def for_sheets(self, file_id: str, caller: Caller, *, write: bool) -> File:
        """Find a spreadsheet for the Sheets API: 404 if there is none, 403 if it is not the caller's to see.

        With drive.file alone, a file that the app neither made nor was given is not found (facts, section 4).
        """
        file = self.files.get(file_id)
        if file is None or not self._reaches(caller, file):
            raise not_found()
        role = file.role(caller.user)
        if not role or (write and role not in _WRITERS):
            raise ApiError(403, "The caller does not have permission")
        return file

    def for_drive(self, file_id: str, caller: Caller, *, write: bool = False) -> File:
        """Find a file for the Drive API, which says 404 for what the caller cannot see."""
        file = self.files.get(file_id)
        if file is None or not file.role(caller.user) or not self._reaches(caller, file):
            raise ApiError(404, f"File not found: {file_id}.", reason="notFound")
        if write and file.role(caller.user) not in _WRITERS:
            message = "The user does not have sufficient permissions for this file."
            raise ApiError(403, message, reason="insufficientFilePermissions")
        return file

    def lag(self) -> dt.timedelta:
        """Give by how much Drive is behind."""
        return dt.timedelta(seconds=self.version_lag)

    def reader(self, file: File) -> Reader:
        """Give the effective values of a file."""
        return Reader(file.contents, self.hints)


def stamp(moment: dt.datetime) -> str:
    """Write a time as Drive does: RFC 3339, milliseconds, Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
