"""How fast mail leaves: letters written, and handed to an SMTP server on this machine over TLS.

python -m tests.bench_mail [letters]

The floor is smtplib's own `sendmail` with the same bytes over the same kind of connection. The server (aiosmtpd) is
a process of its own. Each work is done several times in turn; the best of each counts, in letters a second of wall
time, and the CPU time of this process alone beside it.
"""

from __future__ import annotations

import multiprocessing
import smtplib
import ssl
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from arc_sheets.message import Message
from arc_sync.mail.drafts import DraftFolder
from arc_sync.mail.logins import Account, tls_context
from arc_sync.mail.port import Fate, Mailer
from arc_sync.mail.smtp import SmtpMailer
from tests.mail_samples import CARD, SENDER, email
from tests.mail_servers import MailServer, authority

LETTERS, ROUNDS = 1_000, 3
TEXT = (
    "Dear Anna,\n\n" + "Invoice INV-7 of 20 October over 1,250.50 EUR is 14 days late.\n" * 30 + "\nMaria\n"
)


def written(count: int) -> list[Message]:
    """Letters of about 3 kB, text and HTML."""
    return [email(f"key {n}", text=TEXT) for n in range(count)]


def handed_over(mailer: Mailer, messages: list[Message]) -> None:
    """Let a mailer send them all, one after the other."""
    for message in messages:
        outcome = mailer.send(message, lambda: None)
        assert outcome.fate in {Fate.SENT, Fate.DRAFTED}, outcome
    mailer.close()


def by_smtplib(port: int, context: ssl.SSLContext, messages: list[Message]) -> None:
    """Do the same with smtplib alone: the floor."""
    with smtplib.SMTP("localhost", port, local_hostname="localhost") as smtp:
        smtp.starttls(context=context)
        for message in messages:
            smtp.sendmail(SENDER.email, CARD, message.content)


def serve(line: Connection) -> None:
    """Be the server, until the line says that it is enough."""
    with MailServer() as server:
        line.send((server.port, authority().cert_pem.bytes().decode()))
        line.recv()
        line.send(len(server.arrived))


class Apart(NamedTuple):
    """A mail server in a process of its own."""

    port: int
    context: ssl.SSLContext  #: trusts it
    ended: Callable[[], int]  #: ends it, and returns how many messages arrived


@contextmanager
def server_apart() -> Iterator[Apart]:
    """Start a mail server in a process of its own; whoever asks for `ended` hears what arrived."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    child = spawn.Process(target=serve, args=(there,))
    child.start()
    port, trust = here.recv()
    context = tls_context()
    context.load_verify_locations(cadata=trust)

    def ended() -> int:
        here.send("enough")
        return int(here.recv())

    try:
        yield Apart(port, context, ended)
        child.join()
    finally:
        child.kill()


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return its wall and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def main(count: int) -> None:
    """Do all of it and print a line for each."""
    messages = written(count)
    with tempfile.TemporaryDirectory() as folder, server_apart() as server:
        port, context = server.port, server.context
        folders = iter(Path(folder, str(n)) for n in range(ROUNDS))
        works: dict[str, Callable[[], object]] = {
            "written": lambda: written(count),
            "floor: smtplib": lambda: by_smtplib(port, context, messages),
            "by SMTP": lambda: handed_over(
                SmtpMailer(Account("localhost", port, "starttls", None), context), messages
            ),
            "drafts in a folder": lambda: handed_over(DraftFolder(next(folders)), messages),
        }
        best = {name: (float("inf"), float("inf")) for name in works}
        for _ in range(ROUNDS):
            for name, work in works.items():
                best[name] = min(best[name], timed(work))
        arrived = server.ended()
    assert arrived == 2 * ROUNDS * count, arrived
    size = sum(len(message.content) for message in messages) / count / 1024
    sys.stdout.write(f"{count:,} letters of {size:.1f} kB     a second   CPU ms each\n")
    for name, (wall, cpu) in best.items():
        sys.stdout.write(f"{name:30} {count / wall:11,.0f} {cpu / count * 1000:13.2f}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LETTERS)
