"""Signing in to Microsoft 365, and getting access tokens from it, by MSAL.

Sources: RFC 8628 (a code that is typed in any browser, so it works on a server too), Microsoft's "Authenticate an
IMAP, POP or SMTP connection using OAuth", which names the scopes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import msal
import requests

from arc_sheets.errors import MailError
from arc_sync.mail.headers import one_line
from arc_sync.mail.oauth import USUAL, WAIT, Access, Endpoints, Grant

SCOPES: Final = {
    "smtp": "https://outlook.office.com/SMTP.Send",
    "imap-drafts": "https://outlook.office.com/IMAP.AccessAsUser.All",
}
_AGAIN: Final = "run `arc mail login` again"


def refreshed(grant: Grant, endpoints: Endpoints, now: float) -> Access:
    """Return a new access token; raises `MailError`."""
    try:
        answer = _app(grant, endpoints).acquire_token_by_refresh_token(grant.refresh_token, [grant.scope])
    except (requests.RequestException, ValueError):
        raise MailError(_UNREACHED) from None
    token = _token(answer)
    ends = now + float(answer.get("expires_in", 0))
    return Access(token, ends, str(answer.get("refresh_token", grant.refresh_token)))


def sign_in(grant: Grant, show: Callable[[str], None], endpoints: Endpoints = USUAL) -> Grant:
    """Let a person sign in and return the grant with its refresh token; raises `MailError`.

    `show` gets Microsoft's own sentence with the address to open and the code to type. It waits as long as the code
    lasts, which is 15 minutes.
    """
    try:
        app = _app(grant, endpoints)
        flow = app.initiate_device_flow([grant.scope])
        if "user_code" not in flow:
            raise MailError(trouble(flow))
        show(one_line(str(flow["message"])))
        answer = app.acquire_token_by_device_flow(flow)
    except (requests.RequestException, ValueError):
        raise MailError(_UNREACHED) from None
    _token(answer)
    if "refresh_token" not in answer:
        raise MailError(f"Microsoft gave no lasting sign-in; allow offline_access to the app, and {_AGAIN}.")
    return replace(grant, refresh_token=str(answer["refresh_token"]))


def trouble(answer: dict[str, Any]) -> str:
    """Return a sentence about an answer of Microsoft's (RFC 6749 5.2, RFC 8628 3.5)."""
    match answer.get("error"):
        case "invalid_grant" | "interaction_required":
            return f"Microsoft no longer takes the sign-in (it was withdrawn, or too old); {_AGAIN}."
        case "invalid_client" | "unauthorized_client":
            return f"Microsoft does not take the app; let it allow public client flows, and {_AGAIN} with its client id."
        case "authorization_pending" | "expired_token" | "code_expired":
            return f"Nobody signed in while the code was valid; {_AGAIN}."
        case "access_denied" | "authorization_declined":
            return f"The sign-in was not allowed; {_AGAIN} and allow it."
        case other:
            return f"Microsoft gives no token ({one_line(str(other or 'no reason given'))[:80]}); {_AGAIN}."


_UNREACHED: Final = (
    "Microsoft cannot be reached for a token; check the network, and the tenant that you gave."
)


def _app(grant: Grant, endpoints: Endpoints) -> msal.PublicClientApplication:
    return msal.PublicClientApplication(
        grant.client_id,
        authority=f"{endpoints.microsoft}/{grant.tenant}",
        instance_discovery=False,  # the address is ours, so there is nothing to ask about it
        timeout=WAIT,
        verify=endpoints.verify,
    )


def _token(answer: dict[str, Any]) -> str:
    if "access_token" not in answer:
        raise MailError(trouble(answer))
    return str(answer["access_token"])
