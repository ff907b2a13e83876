"""The address of a ledger on a server, read without SQLAlchemy: for the glance, which must be quick."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

_FILE: Final = "sqlite:///"
#: Hosts that are this machine; none is PostgreSQL's own socket.
_LOCAL: Final = ("", "localhost", "::1")


def file_of(place: str) -> str:
    """Return the path of a ledger that is a file, by its path or plain address; "" for any other."""
    if not place.startswith(_FILE):
        return "" if "://" in place else place
    path = place.removeprefix(_FILE)
    return "" if "?" in path else path


def wants_tls(host: str, query: Mapping[str, object]) -> bool:
    """Say whether TLS is to be asked for: the server is another machine, and nobody said otherwise.

    `sslmode` in the address, or PGSSLMODE, counts: verify-full with the firm's own certificate is better still
    (PostgreSQL's manual, 34.19).
    """
    local = host in _LOCAL or host.startswith(("/", "@", "127."))
    return not (local or "sslmode" in query or os.environ.get("PGSSLMODE"))


def parameters(address: str, options: str, seconds: int) -> dict[str, str] | None:
    """Return what libpq takes for an address, with these options more; None where it is no plain one.

    `seconds` is how long to wait for a connection. What this leaves out, such as several hosts, SQLAlchemy reads.
    """
    try:
        parts = urlsplit(address)
        query, port = dict(told := parse_qsl(parts.query, keep_blank_values=True)), parts.port
    except ValueError:
        return None
    plain = parts.scheme.partition("+")[0] in ("postgresql", "postgres") and "@" not in parts.path
    if not plain or len(query) < len(told) or "," in (host := query.get("host", parts.hostname or "")):
        return None
    named = {
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "host": host,
        "port": str(port or ""),
        "dbname": parts.path.removeprefix("/"),
        "sslmode": "require" if wants_tls(host, query) else "",
    }
    before = query.pop("options", "")
    found = {name: value for name, value in {**named, **query}.items() if value}
    return {**found, "options": f"{before} {options}".strip(), "connect_timeout": str(seconds)}
