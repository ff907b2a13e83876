"""OAuth 2.0: the token endpoint with three grants, the consent page, and who an access token speaks for.

Sources: https://developers.google.com/identity/protocols/oauth2/service-account (JWT),
https://developers.google.com/identity/protocols/oauth2/native-app (PKCE, refresh).
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass, replace
from functools import cache
from urllib.parse import urlencode

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from google.auth import jwt
from tests.emulators.google.errors import ApiError, Json
from tests.emulators.google.world import PERSON, ROBOT, Caller, Clock

LIFETIME = 3599  # seconds, as Google answers it
#: What google-auth writes into every assertion, whatever token_uri says.
AUDIENCE = "https://oauth2.googleapis.com/token"
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class GrantRefused(Exception):
    """The token endpoint says no, in RFC 6749's words."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.description, self.status = error, description, status

    def as_json(self) -> Json:
        """Give the body."""
        return {"error": self.error, "error_description": self.description}


@dataclass(frozen=True)
class _Token:
    caller: Caller
    until: dt.datetime


@dataclass(frozen=True)
class _Code:
    """A consent on its way to the app."""

    caller: Caller
    challenge: str
    method: str
    redirect: str


@cache
def _key() -> rsa.RSAPrivateKey:
    """Give this process's throw-away key; making one takes a noticeable time."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Tokens:
    """The accounts' keys and all tokens that were given out."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.client_id, self.client_secret = "arc-test.apps.googleusercontent.com", "GOCSPX-of-the-emulator"
        #: Who sits before the consent page, and whether they agree.
        self.person, self.agrees = PERSON, True
        self._access: dict[str, _Token] = {}
        self._refresh: dict[str, Caller] = {}
        self._codes: dict[str, _Code] = {}

    def access_token(self, user: str, scopes: list[str], app: str = "") -> str:
        """Give out an access token without any ceremony."""
        caller = Caller(user, app or self.client_id, frozenset(scopes))
        return str(self._grant(caller)["access_token"])

    def refresh_token(self, user: str, scopes: list[str]) -> str:
        """Give out a refresh token without any ceremony."""
        token = "1//" + secrets.token_urlsafe(24)
        self._refresh[token] = Caller(user, self.client_id, frozenset(scopes))
        return token

    def service_account(self, url: str) -> Json:
        """Give a service account's key file, whose token_uri is this emulator."""
        private = _key().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return {
            "type": "service_account",
            "project_id": "arc-test",
            "private_key_id": "emulator",
            "private_key": private.decode(),
            "client_email": ROBOT,
            "client_id": "100000000000000000001",
            "auth_uri": f"{url}/auth",
            "token_uri": f"{url}/token",
            "universe_domain": "googleapis.com",
        }

    def installed_app(self, url: str) -> Json:
        """Give an installed app's client file, as downloaded from the console."""
        return {
            "installed": {
                "client_id": self.client_id,
                "project_id": "arc-test",
                "auth_uri": f"{url}/auth",
                "token_uri": f"{url}/token",
                "client_secret": self.client_secret,
                "redirect_uris": ["http://localhost"],
            }
        }

    def caller(self, authorization: str | None, verb: str) -> Caller:
        """Say for whom a request speaks; refuse a token that is missing, unknown or expired."""
        token = (authorization or "").removeprefix("Bearer ")
        known = self._access.get(token)
        if known is None or known.until <= self.clock.now():
            raise _signed_out(authorization, verb)
        return known.caller

    def expire(self) -> None:
        """Let every access token end now."""
        self._access.clear()

    def revoke(self, token: str = "") -> None:
        """Take back one token, or with none all of them, as a person does in their account."""
        if not token:
            self._access.clear()
            self._refresh.clear()
            return
        self._access.pop(token, None)
        if caller := self._refresh.pop(token, None):
            self._access = {one: known for one, known in self._access.items() if known.caller != caller}

    def consent(self, asked: dict[str, str]) -> str:
        """Give where the consent page sends the browser at once."""
        back = asked["redirect_uri"]
        if not self.agrees:
            return f"{back}?{urlencode({'error': 'access_denied', 'state': asked.get('state', '')})}"
        caller = Caller(self.person, asked["client_id"], frozenset(asked["scope"].split()))
        code = "4/" + secrets.token_urlsafe(24)
        method = asked.get("code_challenge_method", "plain")
        self._codes[code] = _Code(caller, asked.get("code_challenge", ""), method, back)
        answer = {"state": asked.get("state", ""), "code": code, "scope": asked["scope"]}
        return f"{back}?{urlencode(answer)}"

    def grant(self, asked: dict[str, str], token_url: str) -> Json:
        """Answer the token endpoint."""
        match asked.get("grant_type"):
            case grant if grant == JWT_GRANT:
                return self._by_jwt(asked.get("assertion", ""), token_url)
            case "refresh_token":
                return self._by_refresh_token(asked)
            case "authorization_code":
                return self._by_code(asked)
            case other:
                raise GrantRefused("unsupported_grant_type", f"Invalid grant_type: {other}")

    def _by_jwt(self, assertion: str, token_url: str) -> Json:
        public = (
            _key()
            .public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        )
        try:
            claims = jwt.decode(assertion, certs=public, audience=[token_url, AUDIENCE])  # type: ignore[no-untyped-call]  # google-auth has no types
        except ValueError as wrong:
            text = "Invalid JWT Signature." if "signature" in str(wrong).lower() else f"Invalid JWT: {wrong}"
            raise GrantRefused("invalid_grant", text) from None
        if claims["iss"] != ROBOT:
            raise GrantRefused("invalid_grant", "Invalid grant: account not found")
        scopes = frozenset(str(claims.get("scope", "")).split())
        if not scopes:
            raise GrantRefused("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        answer = self._grant(Caller(ROBOT, ROBOT, scopes))
        return {name: answer[name] for name in ("access_token", "expires_in", "token_type")}

    def _by_refresh_token(self, asked: dict[str, str]) -> Json:
        self._check_client(asked)
        caller = self._refresh.get(asked.get("refresh_token", ""))
        if caller is None:
            raise GrantRefused("invalid_grant", "Token has been expired or revoked.")
        if narrower := frozenset(asked.get("scope", "").split()):
            if not narrower <= caller.scopes:
                raise GrantRefused("invalid_scope", "Some requested scopes were not granted.")
            caller = replace(caller, scopes=narrower)
        return self._grant(caller)

    def _by_code(self, asked: dict[str, str]) -> Json:
        self._check_client(asked)
        code = self._codes.pop(asked.get("code", ""), None)
        if code is None:
            raise GrantRefused("invalid_grant", "Malformed auth code.")
        if asked.get("redirect_uri") != code.redirect:
            raise GrantRefused("redirect_uri_mismatch", "Bad Request")
        if code.challenge and code.challenge != _challenge(asked.get("code_verifier", ""), code.method):
            raise GrantRefused("invalid_grant", "Invalid code verifier.")
        refresh = "1//" + secrets.token_urlsafe(24)
        self._refresh[refresh] = code.caller
        return {**self._grant(code.caller), "refresh_token": refresh}

    def _check_client(self, asked: dict[str, str]) -> None:
        if asked.get("client_id") != self.client_id:
            raise GrantRefused("invalid_client", "The OAuth client was not found.", 401)
        if asked.get("client_secret") != self.client_secret:
            raise GrantRefused("invalid_client", "Unauthorized", 401)

    def _grant(self, caller: Caller) -> Json:
        token = "ya29." + secrets.token_urlsafe(32)
        until = self.clock.now() + dt.timedelta(seconds=LIFETIME)
        self._access[token] = _Token(caller, until)
        scope = " ".join(sorted(caller.scopes))
        return {"access_token": token, "expires_in": LIFETIME, "scope": scope, "token_type": "Bearer"}


def _challenge(verifier: str, method: str) -> str:
    if method != "S256":
        return verifier
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


_SEE = (
    " Expected OAuth 2 access token, login cookie or other valid authentication credential."
    " See https://developers.google.com/identity/sign-in/web/devconsole-project."
)


def _signed_out(authorization: str | None, verb: str) -> ApiError:
    """Refuse who is not known; a GET without any token is 403 (measured: brekkylab/backlot)."""
    if authorization:
        text = f"Request had invalid authentication credentials.{_SEE}"
        return ApiError(401, text, reason="authError", location="Authorization")
    if verb != "GET":
        text = f"Request is missing required authentication credential.{_SEE}"
        return ApiError(401, text, reason="required", location="Authorization")
    text = (
        "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or"
        " other form of API consumer identity to call this API."
    )
    return ApiError(403, text, reason="forbidden")
