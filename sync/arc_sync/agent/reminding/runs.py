"""What a run of sending needs of this machine: the mailers of the settings, and a name of its own."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from arc_sync.agent.config import Config
from arc_sync.mail.mailers import open_mailer
from arc_sync.mail.port import Mailer
from arc_sync.mail.safe import Safe


@contextmanager
def opened_mailers(config: Config, safe: Safe | None = None) -> Iterator[Mapping[str, Mailer]]:
    """Open the mailers of the settings by channel, and close them at the end. Raises `MailError`."""
    with ExitStack() as stack:
        mailers = {channel: open_mailer(config, channel, safe) for channel in ("Email", "Text")}
        for mailer in mailers.values():
            stack.callback(mailer.close)
        yield mailers


def owner() -> str:
    """Return a name for one run of sending that no other has, on this machine or another."""
    return f"{socket.gethostname()} {os.getpid()} {uuid.uuid4().hex[:8]}"
