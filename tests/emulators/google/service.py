"""One request from end to end: route, token, quota, faults, schema, people, the method itself, the answer."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.emulators.google import discovery, drive, sheets
from tests.emulators.google.calls import Call, Calls
from tests.emulators.google.discovery import Method
from tests.emulators.google.errors import ApiError, Json, Refused, invalid
from tests.emulators.google.faults import Faults, happen
from tests.emulators.google.people import Habits, Person
from tests.emulators.google.quota import Quota
from tests.emulators.google.tokens import GrantRefused, Tokens
from tests.emulators.google.world import Caller, World

_UPLOAD = re.compile(r"/upload/drive/v2/files/(?P<fileId>[^/?]+)")
_JSON = "application/json; charset=UTF-8"


class Headers(Protocol):
    """Header fields by their name."""

    def get(self, name: str, /) -> str | None:
        """Give one, or None."""
        ...


@dataclass
class Answer:
    """What goes back over the line."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Service:
    """All parts that a request passes."""

    world: World
    tokens: Tokens
    calls: Calls
    quota: Quota
    faults: Faults
    habits: Habits
    url: str = ""
    check_answers: bool = True

    def answer(self, verb: str, target: str, headers: Headers, body: bytes) -> Answer:
        """Answer one request; raises Dropped where the line is to break."""
        parts = urlsplit(target)
        call = Call("", "", verb, parts.path, parse_qsl(parts.query, keep_blank_values=True))
        call.request_bytes = len(body)
        self.calls.note(call)
        if parts.path in {"/token", "/auth", "/revoke", "/o/oauth2/auth", "/oauth2/v4/token"}:
            return self._close(call, self._auth(call, headers, body))
        try:
            return self._close(call, self._api(call, headers, body))
        except ApiError as error:
            return self._close(call, _refusal(call, error))
        except Refused as refused:
            return self._close(call, _refusal(call, invalid(str(refused))))

    @staticmethod
    def _close(call: Call, answer: Answer) -> Answer:
        call.status, call.answer_bytes = answer.status, len(answer.body)
        return answer

    def _auth(self, call: Call, headers: Headers, body: bytes) -> Answer:
        call.kind, call.method = "auth", f"auth.{call.path.rpartition('/')[2]}"
        asked = dict(call.query) | dict(parse_qsl(body.decode(), keep_blank_values=True)) | _client(headers)
        fault = self.faults.meet(call)
        try:
            if fault and not fault.after:
                happen(fault)
            answer = self._auth_answer(call, asked)
            if fault:
                happen(fault)
        except GrantRefused as refused:
            return _json(refused.status, refused.as_json())
        except ApiError as error:
            return _json(error.code, {"error": "internal_failure", "error_description": error.message})
        return answer

    def _auth_answer(self, call: Call, asked: dict[str, str]) -> Answer:
        with self.world.lock:
            if call.method == "auth.auth":
                return Answer(302, b"", {"Location": self.tokens.consent(asked)})
            if call.method == "auth.revoke":
                self.tokens.revoke(asked.get("token", ""))
                return _json(200, {})
            return _json(200, self.tokens.grant(asked, f"{self.url}{call.path}"))

    def _api(self, call: Call, headers: Headers, body: bytes) -> Answer:
        method = self._route(call)
        fault = self.faults.meet(call)
        if fault and not fault.after:
            happen(fault)
        caller = self._caller(call, method, headers)
        self.quota.take(call.kind, call.method, caller.user)
        call.body = {"csv": body.decode()} if method is None else _parsed(body)
        if method is not None:
            discovery.check_request(method, call.query, call.body)
        answer = self._carried_out(call, method, caller)
        if fault:
            happen(fault)
        return answer

    def _route(self, call: Call) -> Method | None:
        if call.verb == "PUT" and (found := _UPLOAD.fullmatch(call.path)):
            call.kind, call.method, call.parameters = "drive", "drive.v2.files.update", found.groupdict()
            return None
        found_method = discovery.route(call.verb, call.path)
        if found_method is None:
            call.kind = "unknown"
            raise ApiError(404, "Method not found.", reason="notFound")
        method, parameters = found_method
        call.method = method.name
        call.parameters = {name: unquote(value) for name, value in parameters.items()}
        call.kind = sheets.ENDPOINTS[method.name][0] if method.name in sheets.ENDPOINTS else "drive"
        return method

    def _caller(self, call: Call, method: Method | None, headers: Headers) -> Caller:
        caller = self.tokens.caller(headers.get("Authorization"), call.verb)
        call.user = caller.user
        if method is not None and not caller.scopes & method.scopes:
            raise _scope_missing(method)
        return caller

    def _carried_out(self, call: Call, method: Method | None, caller: Caller) -> Answer:
        with self.world.lock:
            self._let_people_work(call)
            if method is None:
                return _json(200, drive.upload(call, self.world, caller))
            if method.name in sheets.ENDPOINTS:
                return self._checked(method, sheets.ENDPOINTS[method.name][1](call, self.world, caller))
            if method.name not in drive.ENDPOINTS:
                raise ApiError(501, f"{method.name} is not in the emulator.", reason="notImplemented")
            answer = drive.ENDPOINTS[method.name](call, self.world, caller)
        if answer is None:
            return Answer(204)
        if isinstance(answer, bytes):
            return Answer(200, answer, {"Content-Type": call.one("mimeType")})
        return self._checked(method, answer)

    def _let_people_work(self, call: Call) -> None:
        file = self.world.files.get(call.parameters.get("spreadsheetId", call.parameters.get("fileId", "")))
        if file is not None:
            for doing in self.habits.due(call):
                doing(Person(self.world, file))

    def _checked(self, method: Method, answer: Json) -> Answer:
        if self.check_answers:
            discovery.check_answer(method, answer)
        return _json(200, answer)


def _client(headers: Headers) -> dict[str, str]:
    """Read a client's id and secret from HTTP Basic (RFC 6749, 2.3.1), as oauthlib sends them."""
    scheme, _, given = (headers.get("Authorization") or "").partition(" ")
    if scheme != "Basic":
        return {}
    name, _, secret = base64.b64decode(given).decode().partition(":")
    return {"client_id": unquote(name), "client_secret": unquote(secret)}


def _parsed(body: bytes) -> Json:
    if not body:
        return {}
    try:
        given = json.loads(body)
    except ValueError:
        raise invalid("Invalid JSON payload received. Unexpected token.") from None
    if not isinstance(given, dict):
        raise invalid("Invalid JSON payload received. Root element must be a message.")
    return dict(_without_nulls(given)) if b"null" in body else given


def _without_nulls(thing: Any) -> Any:
    """Take null for a field that is not given (proto3 JSON); in a list of values it stays: "skip this cell"."""
    if isinstance(thing, dict):
        return {name: _without_nulls(value) for name, value in thing.items() if value is not None}
    return [_without_nulls(one) for one in thing] if isinstance(thing, list) else thing


def _json(status: int, body: Json) -> Answer:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Answer(status, text.encode("utf-8", "surrogatepass"), {"Content-Type": _JSON})


def _refusal(call: Call, error: ApiError) -> Answer:
    body = error.as_drive() if call.kind == "drive" else error.as_sheets()
    answer = _json(error.code, body)
    if error.retry_after is not None:
        answer.headers["Retry-After"] = str(error.retry_after)
    if error.code == 401:
        answer.headers["WWW-Authenticate"] = (
            'Bearer realm="https://accounts.google.com/", error="invalid_token"'
        )
    return answer


def _scope_missing(method: Method) -> ApiError:
    details = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "domain": "googleapis.com",
        "metadata": {"service": f"{method.service}.googleapis.com", "method": method.name},
    }
    message = "Request had insufficient authentication scopes."
    return ApiError(403, message, details=[details], reason="insufficientPermissions")
