"""The emulator over HTTP, on this machine: `with GoogleEmulator() as google: google.url`."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter

from tests.emulators.google.calls import Calls
from tests.emulators.google.cells import Value
from tests.emulators.google.errors import Json
from tests.emulators.google.faults import Dropped, Faults
from tests.emulators.google.people import Habits, Person
from tests.emulators.google.quota import Quota
from tests.emulators.google.service import Answer, Service
from tests.emulators.google.tokens import Tokens
from tests.emulators.google.world import PERSON, ROBOT, Clock, File, World

SCOPES = ["https://www.googleapis.com/auth/drive.file"]
HOSTS = (
    "https://sheets.googleapis.com",
    "https://www.googleapis.com",
    "https://oauth2.googleapis.com",
    "https://accounts.google.com",
)


class GoogleEmulator:
    """Sheets v4, Drive v3 and the OAuth endpoints under one base URL, `url`.

    `latency` is in seconds; `quota` True holds Google's limits; `fault_rate` is the share of calls that meet a
    chance fault. The same `seed` gives the same ids and the same faults.
    """

    person_email, robot_email = PERSON, ROBOT

    def __init__(
        self,
        *,
        port: int = 0,
        seed: int = 0,
        latency: float = 0.0,
        quota: bool = False,
        fault_rate: float = 0.0,
        check_answers: bool = True,
    ) -> None:
        self.world = World(seed)
        self.latency = latency
        self.quota = Quota.of_google(self.clock) if quota else Quota(self.clock)
        self.tokens, self.calls, self.habits = Tokens(self.clock), Calls(), Habits()
        self.faults = Faults(seed, fault_rate)
        #: The emulator's own faults; leaving the `with` block raises the first.
        self.broken: list[Exception] = []
        self._http = _Server(("127.0.0.1", port), _handler(self))
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self.service = Service(
            self.world, self.tokens, self.calls, self.quota, self.faults, self.habits, self.url, check_answers
        )
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.end_connections()
        self._http.server_close()
        self._thread.join()
        if self.broken and kind is None:
            raise self.broken[0]

    @property
    def clock(self) -> Clock:
        """Google's time: `clock.later(60)` lets a minute pass."""
        return self.world.clock

    @property
    def shows(self) -> dict[str, Value]:
        """What a formula shows that is not worked out here: `shows["=TODAY()"] = 46000`."""
        return self.world.hints

    @property
    def person(self) -> Person:
        """A person at the spreadsheet that was made last."""
        return Person(self.world, list(self.world.files.values())[-1])

    def person_at(self, spreadsheet_id: str) -> Person:
        """Give a person at a spreadsheet."""
        return Person(self.world, self.world.files[spreadsheet_id])

    def file(self, spreadsheet_id: str) -> File:
        """Give a file as it is kept, to look at."""
        return self.world.files[spreadsheet_id]

    def token(self, user: str = PERSON, scopes: list[str] | None = None) -> str:
        """Give an access token without ceremony, with drive.file unless said otherwise."""
        return self.tokens.access_token(user, scopes or SCOPES)

    def session(self, user: str = PERSON, scopes: list[str] | None = None) -> requests.Session:
        """Give a session that is signed in and whose calls to Google's hosts come here."""
        session = redirected(requests.Session(), self.url)
        session.headers["Authorization"] = f"Bearer {self.token(user, scopes)}"
        return session

    def service_account(self) -> Json:
        """Give a service account's key file."""
        return self.tokens.service_account(self.url)

    def authorized_user(self, scopes: list[str] | None = None) -> Json:
        """Give what google.oauth2.credentials.Credentials.from_authorized_user_info takes.

        It overlooks token_uri and asks oauth2.googleapis.com: refresh over a redirected session.
        """
        return {
            "type": "authorized_user",
            "client_id": self.tokens.client_id,
            "client_secret": self.tokens.client_secret,
            "refresh_token": self.tokens.refresh_token(PERSON, scopes or SCOPES),
            "token_uri": f"{self.url}/token",
        }

    def installed_app(self) -> Json:
        """Give an installed app's client file, for InstalledAppFlow.from_client_config."""
        return self.tokens.installed_app(self.url)


class _Redirect(HTTPAdapter):
    """Sends what is meant for Google to the emulator; nothing in gspread has to change."""

    def __init__(self, url: str) -> None:
        super().__init__(pool_maxsize=20)
        self._to = urlsplit(url)

    def send(self, request: requests.PreparedRequest, *args: Any, **how: Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        request.url = urlunsplit((self._to.scheme, self._to.netloc, parts.path, parts.query, ""))
        return super().send(request, *args, **how)


def redirected(session: requests.Session, url: str) -> requests.Session:
    """Let a session's calls to Google's hosts go to the emulator."""
    for host in HOSTS:
        session.mount(host, _Redirect(url))
    return session


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, *args: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*args)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def end_connections(self) -> None:
        """End what clients keep open."""
        for one in list(self._open):
            with contextlib.suppress(OSError):  # it has just gone
                one.shutdown(socket.SHUT_RDWR)


def _handler(google: GoogleEmulator) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if google.latency:
                time.sleep(google.latency)
            try:
                answer = google.service.answer(self.command, self.path, self.headers, body)
            except Dropped:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            except Exception as error:  # noqa: BLE001 - a fault of the emulator itself; the test shall hear of it
                google.broken.append(error)
                answer = Answer(500, "".join(traceback.format_exception(error)).encode())
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)
            self.wfile.flush()

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Say nothing: `calls` has it."""

    return Handler
