"""As whom ARC speaks to Google.

- **person**: somebody signed in once in the browser (`arc google login`). ARC may open only the spreadsheets that it made
  itself (`drive.file`, the one scope that Google does not count as sensitive); they lie in that person's Drive.
- **key**: a service account, for a machine without a person. It sees what people shared with it, and makes nothing.
- **default**: what the machine is already (application-default credentials, workload identity); no secret of ARC's.

Nothing secret is in the settings: a sign-in is kept in the safe, a key in a file that only its owner can read.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, Protocol

import google.auth
import google.auth.credentials
import google.auth.exceptions
import google.oauth2.credentials
import google.oauth2.service_account

from arc_sheets.errors import SignInError

Login = Literal["person", "key", "default"]
_API: Final = "https://www.googleapis.com/auth"
FILE: Final = f"{_API}/drive.file"  #: the spreadsheets that this app made
SHARED: Final = (
    f"{_API}/spreadsheets",
    f"{_API}/drive.metadata.readonly",
)  #: what was shared with a key's account
#: Under which name the safe keeps the sign-in.
PURPOSE: Final = "google sheets"
TOKEN_URI: Final = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address


class Vault(Protocol):
    """Where secrets are kept: `mail.safe.Safe`."""

    def get(self, purpose: str) -> str | None:
        """Return a secret, or None."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a sign-in left; it lies in the safe, as JSON."""

    client_id: str
    client_secret: str = field(repr=False)  #: no secret to the person whose computer has it
    refresh_token: str = field(default="", repr=False)
    token_uri: str = TOKEN_URI

    def as_text(self) -> str:
        """Return it as the safe keeps it."""
        return json.dumps(asdict(self))


class Account(NamedTuple):
    """An account, and who it is in words."""

    credentials: google.auth.credentials.Credentials
    who: str


def account(login: Login, key: Path | None, vault: Vault) -> Account:
    """Return the account that the settings name. Raises `SignInError`, which says what is missing."""
    if login == "key":
        return of_key(key)
    return of_person(vault) if login == "person" else of_machine()


def of_person(vault: Vault) -> Account:
    """Return the person who signed in. Raises `SignInError`."""
    kept = vault.get(PURPOSE)
    if not kept:
        raise SignInError("Nobody has signed in to Google yet; run `arc google login`.")
    try:
        grant = Grant(**json.loads(kept))
    except (ValueError, TypeError):
        raise SignInError("What the safe has is no sign-in to Google; run `arc google login`.") from None
    return persons(grant, FILE)


def persons(grant: Grant, scope: str) -> Account:
    """Return the account of whoever gave this grant, for one scope."""
    credentials = google.oauth2.credentials.Credentials(  # type: ignore[no-untyped-call]  # google-auth's is
        None,
        refresh_token=grant.refresh_token,
        token_uri=grant.token_uri,
        client_id=grant.client_id,
        client_secret=grant.client_secret,
        scopes=[scope],
    )
    return Account(credentials, "your Google account")


def of_key(file: Path | None) -> Account:
    """Return the service account of a key file. Raises `SignInError` where others can read it."""
    if file is None:
        raise SignInError(
            '[google] in arc.toml says login = "key"; add key, the path of the service account\'s key file.'
        )
    told = _private_json(file)
    try:
        credentials = google.oauth2.service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]  # same
            told, scopes=[*SHARED]
        )
    except (ValueError, google.auth.exceptions.GoogleAuthError):
        raise SignInError(
            f"{file} is no key of a service account; get one at https://console.cloud.google.com/iam-admin/serviceaccounts."
        ) from None
    return Account(credentials, str(credentials.service_account_email))


def of_machine() -> Account:
    """Return what this machine is to Google. Raises `SignInError`."""
    try:
        credentials, _ = google.auth.default(scopes=[*SHARED])
    except google.auth.exceptions.DefaultCredentialsError:
        raise SignInError(
            "This machine has no application-default credentials; run `gcloud auth application-default login` with the "
            "scopes of Sheets and Drive, or choose another login under [google] in arc.toml."
        ) from None
    who = getattr(credentials, "service_account_email", "") or "this machine's Google account"
    return Account(credentials, who)


def _private_json(file: Path) -> Mapping[str, Any]:
    try:
        if sys.platform != "win32" and file.stat().st_mode & 0o077:
            raise SignInError(
                f"{file} can be read by others; run `chmod 600 {file}`, and let Google make a new key if it may be known."
            )
        told = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise SignInError(
            f"{file} cannot be read ({os.strerror(error.errno or 0)}); correct key in arc.toml."
        ) from None
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise SignInError(f"{file} is no key file of Google's; download it again.")
    return told
