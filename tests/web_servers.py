"""Real HTTP servers on this machine: a gateway for texts, and the token servers of Google and Microsoft."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from tests.serving import Served

CUT, SILENT = -1, -2  #: instead of a status: the line breaks, or nothing comes


class Request(NamedTuple):
    """What a client asked for."""

    path: str
    query: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return _flat(self.body.decode())


class Response(NamedTuple):
    """A status (or CUT, or SILENT) and what is sent as JSON."""

    status: int
    content: Any = None


class WebServer(Served):
    """Answers with `answer` from `with` to the end of it; what came is in `requests`."""

    def __init__(self, answer: Callable[[Request], Response], tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.answer = answer
        http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        http.daemon_threads = False  # the end waits for them
        if tls:
            http.socket = tls.wrap_socket(http.socket, server_side=True)
        self.port: int = http.server_address[1]
        super().__init__(http)


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


def _handler(server: WebServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = urlsplit(self.path)
            request = Request(parts.path, _flat(parts.query), body)
            server.requests.append(request)
            response = server.answer(request)
            if response.status == SILENT:
                server.over.wait(30)
            if response.status < 0:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            content = json.dumps(response.content).encode()
            self.send_response(response.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST  # noqa: N815 - http.server's

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    return Handler
