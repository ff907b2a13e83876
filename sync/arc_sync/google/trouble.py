"""What Google's refusals mean, in a sentence that says what to do.

Sheets answers in the shape of google.rpc.Status, Drive in an older one with `errors`; both name a reason. See
https://developers.google.com/workspace/drive/api/guides/handle-errors and https://google.aip.dev/193.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from arc_sheets.errors import ArcError, BookBusy, BookError, BookMissing, BookRefused, SignInError

_PASSING: Final = frozenset({425, 429})
_LIMITS: Final = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})
_SHOWN: Final = 200  # characters of Google's own words


class Failed(Exception):
    """A call to Google that failed."""

    passing = True  #: a later try may succeed
    pause = 0.0  #: seconds that Google asks to wait before it


class Lost(Failed):
    """No answer came, or none that tells: the call may have been carried out, may yet be, or never will."""


class Rejected(Failed):
    """Google refused a call: nothing of it was carried out."""

    def __init__(self, status: int, error: Mapping[str, Any]) -> None:
        self.status = status
        self.message = " ".join(str(error.get("message", "")).split())
        self.reasons = frozenset(_reasons(error))
        self.passing = status in _PASSING or bool(self.reasons & _LIMITS)
        super().__init__(f"{status} {self.message}")


def _reasons(error: Mapping[str, Any]) -> list[str]:
    details = [d for d in error.get("details", ()) if isinstance(d, dict)]
    older = [e for e in error.get("errors", ()) if isinstance(e, dict)]
    return [str(one["reason"]) for one in (*details, *older) if "reason" in one]


def explained(refusal: Rejected, where: str, who: str) -> ArcError:
    """Return the error about a refusal: `where` is the spreadsheet's address, `who` the account in words."""
    reasons = refusal.reasons
    if refusal.status == 404:
        return BookMissing(
            f"There is no spreadsheet at {where} that {who} can see: correct the address in arc.toml, let its owner "
            "share it with that account, or make a new one with `arc sync --new`."
        )
    if refusal.passing:
        return BookBusy(
            f"Google asks for a pause ({refusal.status}); the next sync goes on where this one ended."
        )
    if refusal.status == 401:
        return SignInError(f"Google no longer knows {who}; run `arc google login`.")
    if refusal.status == 403:
        return _forbidden(reasons, where, who)
    return BookRefused(f"Google cannot do what ARC asks for at {where}: {refusal.message[:_SHOWN]}")


def _forbidden(reasons: frozenset[str], where: str, who: str) -> ArcError:
    if reasons & {"SERVICE_DISABLED", "accessNotConfigured"}:
        return SignInError(
            "The Google Sheets API or the Google Drive API is switched off in the project of your client id; switch "
            "both on at https://console.cloud.google.com/apis/library and run this again a minute later."
        )
    if reasons & {"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions", "insufficientScopes"}:
        return SignInError(
            f"The sign-in of {who} does not cover this; run `arc google login` and allow what it asks."
        )
    if reasons & {"storageQuotaExceeded", "teamDriveFileLimitExceeded"}:
        return BookError(
            f"{who} has no room in Drive for a new spreadsheet (a service account never has): let a person make one, "
            "share it with that account as an editor, and put its address into arc.toml as book."
        )
    if reasons & {"domainPolicy", "ORG_RESTRICTED"}:
        return SignInError(
            f"Your organisation does not let this app at its files; its administrator can ({who})."
        )
    return BookRefused(
        f"{who} may not do this with {where}; let its owner share it with that account as an editor."
    )
