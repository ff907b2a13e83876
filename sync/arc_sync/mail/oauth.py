"""Tokens for Google and Microsoft 365, which take no passwords for mail any more.

A person signs in once, in the browser (`oauth_google`, `oauth_microsoft`); what stays is a refresh token in the safe,
from which access tokens of about an hour are got. Both need an app that the firm registers once with them: Google's
"Desktop app" (client id and secret), Microsoft's "public client" (client id only).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Final, Literal

from arc_sheets.errors import MailError
from arc_sync.mail.safe import Safe

Provider = Literal["google", "microsoft"]
_EARLY: Final = 120  # seconds before its end a token is renewed
WAIT: Final = 30  #: seconds for one answer of a token server


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where tokens are got; other ones for tests."""

    google_sign_in: str = "https://accounts.google.com/o/oauth2/v2/auth"
    google_token: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    microsoft: str = "https://login.microsoftonline.com"
    verify: str | bool = True  #: the file of an authority, or the usual ones


USUAL: Final = Endpoints()


@dataclass(frozen=True, slots=True)
class Grant:
    """What a sign-in left: it lies in the safe, as JSON."""

    provider: Provider
    client_id: str
    client_secret: str = field(repr=False)  #: Google's; it is no secret to the person whose computer has it
    tenant: str  #: Microsoft's directory, such as "organizations"
    scope: str
    refresh_token: str = field(default="", repr=False)

    def as_text(self) -> str:
        """Return it as the safe keeps it."""
        return json.dumps(asdict(self))

    @classmethod
    def of_text(cls, text: str) -> Grant:
        """Read it; raises `MailError`."""
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError):
            raise MailError("What the safe has is no sign-in; run `arc mail login`.") from None


@dataclass(frozen=True, slots=True)
class Access:
    """A token to log in with, for a while."""

    token: str = field(repr=False)
    ends: float  #: POSIX time
    refresh_token: str = field(repr=False)  #: the next one, or the same


@dataclass(slots=True)
class Tokens:
    """The access tokens of one mailbox: the current one, or a new one from what the safe has."""

    safe: Safe
    purpose: str
    endpoints: Endpoints = USUAL
    clock: Callable[[], float] = time.time
    _access: Access | None = None

    def current(self) -> str:
        """Return a token that is good for a while; raises `MailError`."""
        if self._access and self.clock() < self._access.ends - _EARLY:
            return self._access.token
        return self.renewed()

    def renewed(self) -> str:
        """Return a new token, whatever the last one; raises `MailError`."""
        kept = self.safe.get(self.purpose)
        if not kept:
            raise MailError("Nobody has signed in for this mailbox yet; run `arc mail login`.")
        grant = Grant.of_text(kept)
        self._access = _refreshed(grant, self.endpoints, self.clock())
        if self._access.refresh_token != grant.refresh_token:  # Microsoft gives a new one each time
            self.safe.put(self.purpose, replace(grant, refresh_token=self._access.refresh_token).as_text())
        return self._access.token


def _refreshed(grant: Grant, endpoints: Endpoints, now: float) -> Access:
    if grant.provider == "google":
        from arc_sync.mail import oauth_google as provider  # noqa: PLC0415 - their libraries are large
    else:
        from arc_sync.mail import oauth_microsoft as provider  # type: ignore[no-redef]  # noqa: PLC0415
    return provider.refreshed(grant, endpoints, now)
