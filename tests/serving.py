"""A server of a test, on a thread of its own from `with` to the end of it."""

from __future__ import annotations

import threading
from socketserver import BaseServer
from types import TracebackType
from typing import Self


class Served:
    """Serves from `with` on; `over` is set before its end, for whoever is kept waiting."""

    def __init__(self, server: BaseServer) -> None:
        self.over = threading.Event()
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
