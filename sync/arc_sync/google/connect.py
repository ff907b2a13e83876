"""Connecting: one client for each account, whose quota all its books share."""

from __future__ import annotations

import os
from typing import Final
from urllib.parse import urlsplit

import gspread
from google.auth.transport.requests import AuthorizedSession

from arc_sheets.errors import ConfigError
from arc_sync.google.api import GOOGLE, Places, Sheets
from arc_sync.google.credentials import Account
from arc_sync.google.transport import Transport

#: Names another place than Google's: an emulator on this very machine, for tests and the demo.
ADDRESS: Final = "ARC_GOOGLE_URL"


def connect(account: Account) -> Sheets:
    """Return a client; nothing is sent yet. An access token that has run out is renewed once a call."""
    session = AuthorizedSession(account.credentials, max_refresh_attempts=1)  # type: ignore[no-untyped-call]  # google-auth's is
    client = gspread.Client(auth=account.credentials, session=session)
    return Sheets(Transport(client.http_client), account.who, places())


def places() -> Places:
    """Return where the APIs are. Raises `ConfigError` if something else than this machine is named."""
    told = os.environ.get(ADDRESS)
    if not told:
        return GOOGLE
    parts = urlsplit(told)
    if parts.scheme != "http" or parts.hostname not in {"127.0.0.1", "localhost"}:
        raise ConfigError(
            f"{ADDRESS} may only name an emulator on this machine, such as http://127.0.0.1:8080."
        )
    return Places.under(told)
