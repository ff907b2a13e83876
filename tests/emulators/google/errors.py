"""What Google answers when it refuses: one error, in the shapes of Sheets v4 and of Drive v3."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

#: google.rpc.Code by HTTP status (https://cloud.google.com/apis/design/errors, "Error model").
STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


#: Drive's reasons under the domain usageLimits.
_LIMITS = {"rateLimitExceeded", "userRateLimitExceeded", "storageQuotaExceeded"}


class ApiError(Exception):
    """A refusal: `code` is the HTTP status, `details` are google.rpc details, `reason` is Drive's word."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        status: str | None = None,
        details: list[Json] | None = None,
        reason: str = "",
        location: str = "",
    ) -> None:
        super().__init__(message)
        self.code, self.message = code, message
        self.status = status or STATUS.get(code, "UNKNOWN")
        self.details, self.reason, self.location = details or [], reason, location
        self.retry_after: int | None = None  # seconds

    def as_sheets(self) -> Json:
        """Give the body of a Sheets v4 error: `{"error": {code, message, status, details?}}`."""
        error: Json = {"code": self.code, "message": self.message, "status": self.status}
        return {"error": {**error, "details": self.details} if self.details else error}

    def as_drive(self) -> Json:
        """Give the body of a Drive v3 error: `{"error": {code, message, errors: [{domain, reason, …}]}}`.

        Only a failed sign-in has a `status` as well (measured: brekkylab/backlot, errors/google.py).
        """
        domain = "usageLimits" if self.reason in _LIMITS else "global"
        one = {"message": self.message, "domain": domain, "reason": self.reason or "badRequest"}
        if self.location:
            kind = "header" if self.location == "Authorization" else "parameter"
            one |= {"location": self.location, "locationType": kind}
        error: Json = {"code": self.code, "message": self.message, "errors": [one]}
        signed_out = self.status == "UNAUTHENTICATED" or self.reason == "forbidden"
        return {"error": {**error, "status": self.status} if signed_out else error}


class Refused(Exception):
    """One request of a batch cannot be done; the batch says which (`Invalid requests[2].addSheet: …`)."""


def invalid(message: str) -> ApiError:
    """Give the usual 400."""
    return ApiError(400, message)


def bad_request(field: str, description: str) -> ApiError:
    """Give a 400 with the field named, as Google's JSON parser does (google.rpc.BadRequest)."""
    kind = "type.googleapis.com/google.rpc.BadRequest"
    violation = {"field": field, "description": description} if field else {"description": description}
    return ApiError(400, description, details=[{"@type": kind, "fieldViolations": [violation]}])


def not_found() -> ApiError:
    """Give the 404 of Sheets."""
    return ApiError(404, "Requested entity was not found.")
