"""One call to Google: within the quota, tried again where that is safe, told apart when it fails.

gspread carries the credentials and sends; its retrying client is not used, as it repeats what must not be
repeated and has no end. An access token that has run out is renewed once (google-auth).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

import google.auth.exceptions
import requests
from gspread.exceptions import APIError
from gspread.http_client import HTTPClient

from arc_sheets.errors import SignInError
from arc_sync.google.patience import Patience
from arc_sync.google.quota import Bucket
from arc_sync.google.trouble import Failed, Lost, Rejected

#: Seconds to reach Google, and for its answer: it gives up itself after 180.
TIMEOUT: Final = (10, 190)


@dataclass(slots=True)
class Transport:
    """Sends calls as one account."""

    http: HTTPClient
    patience: Patience = field(default_factory=Patience)
    made: Counter[str] = field(
        default_factory=Counter
    )  #: calls that were answered or lost, by method and path

    def __post_init__(self) -> None:
        self.http.set_timeout(TIMEOUT)

    def call(
        self,
        method: str,
        address: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        again: bool,
        bucket: Bucket | None = None,
    ) -> dict[str, Any]:
        """Send and return the answer, its decimal numbers exact.

        With `again` the call may be repeated although nobody knows what became of it; one that was refused always
        may. Raises `Rejected`, `Lost` or `SignInError`.
        """
        for pause in self.patience.pauses():
            if bucket:
                bucket.take()
            try:
                return self._once(method, address, params, json)
            except Failed as failed:
                safe = again or isinstance(failed, Rejected)
                if not (failed.passing and safe and pause(failed.pause)):
                    raise
        raise AssertionError("the last try returned or raised")

    def _once(
        self, method: str, address: str, params: Mapping[str, str] | None, json: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        self.made[f"{method} {_path(address)}"] += 1
        try:
            response = self.http.request(method, address, params=dict(params or {}), json=json)
            return dict(response.json(parse_float=Decimal))
        except APIError as error:
            raise _failed(error) from None
        except google.auth.exceptions.RefreshError as error:
            if error.retryable:  # a 5xx, which google-auth has met several times in a row
                raise Lost("no access token") from None
            raise SignInError(_signed_out(error)) from None
        except (requests.RequestException, google.auth.exceptions.TransportError, ValueError) as error:
            raise Lost(type(error).__name__) from None


def _failed(error: APIError) -> Failed:
    """Return what an answer that is an error means: after a 5xx nobody knows whether the call was carried out."""
    status = error.response.status_code
    lost = status >= 500 or status == 408
    failed = Lost(f"answer {status}") if lost else Rejected(status, error.error)
    failed.pause = _asked(error.response)
    return failed


def _asked(response: requests.Response) -> float:
    """Return the pause that the server asks for, in seconds; 0 for none, or for a date."""
    told = response.headers.get("Retry-After", "")
    return float(told) if told.isascii() and told.isdigit() else 0.0


def _signed_out(error: google.auth.exceptions.RefreshError) -> str:
    told = str(error.args[0]) if error.args else ""
    if "invalid_grant" in told:
        return "Google no longer takes the sign-in (it was withdrawn, or too old); run `arc google login`."
    return (
        "Google gives no access token for this account; run `arc google check`, which says what is missing."
    )


def _path(address: str) -> str:
    return urlsplit(address).path
