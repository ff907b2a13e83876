"""Sending killed at every stage, against a real mail server: nothing may arrive twice.

    python -m tests.faults.sending

A firm has two approved reminders. A process sends them over TLS to a server on this machine and is killed
(SIGKILL) at one stage: at each step of the sender itself, and at each stage of the conversation, where the server
falls silent until the sender is dead. Then another process sends what is left. Each message must have arrived
at most once, what may have arrived must be unknown, and rows, touches and outbox must say the same.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import shutil
import signal
import ssl
import sys
from collections import Counter
from datetime import datetime, timedelta
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from arc_sheets.message import MessageState
from arc_sheets.tabs import ACTIVITY
from arc_sync.agent.config import Config
from arc_sync.agent.firm import opened
from arc_sync.agent.reminding.rows import reminders
from arc_sync.agent.reminding.sending import CLAIM, send_due
from arc_sync.ledger.open import create_ledger
from arc_sync.mail.compose import head_of
from arc_sync.mail.logins import Account, Login, tls_context
from arc_sync.mail.smtp import SmtpMailer
from tests.mail_servers import PASSWORD, STAGES, USER, MailServer, Silent, authority
from tests.reminding_firm import NOW, office

S = MessageState
#: The steps of the sender, as its hook names them; each for the first message and, where it comes again, the second.
STEPS: Final = ("lost", "followed", "claimed", "looked", "about to", "handed over", "settled", "done")
#: That of a sender who has enough after the first message.
BACK: Final = "handed back"
AGAIN: Final = ("looked", "about to", "handed over", "settled")
#: The stages of the conversation at which a server may fall silent.
TALK: Final = tuple(stage for stage in STAGES if stage not in {"connect", "250"})
PATIENCE: Final = 60  #: seconds; longer than any process here needs


class Death(NamedTuple):
    """Where a sender is killed."""

    where: str  #: "sender" or "server"
    stage: str
    nth: int = 1

    def __str__(self) -> str:
        return f"{self.where}: {self.stage}{f', message {self.nth}' if self.nth > 1 else ''}"


class Outcome(NamedTuple):
    """How it ended."""

    death: Death
    arrived: int
    twice: int
    sent: int
    unknown: int
    wrong: list[str]


DEATHS: Final = (
    *(Death("sender", step) for step in STEPS),
    *(Death("sender", step, 2) for step in AGAIN),
    Death("sender", BACK),
    *(Death("server", stage) for stage in TALK),
)


def send_all(folder: str, port: int, trusted: str, now: datetime, step: str, nth: int) -> None:
    """Send what is due; be killed at the nth time that this step is reached. Runs in a process of its own."""
    context = tls_context()
    context.load_verify_locations(cadata=trusted)
    seen: Counter[str] = Counter()

    def hook(at: str) -> None:
        seen[at] += 1
        if (at, seen[at]) == (step, nth):
            os.kill(os.getpid(), signal.SIGKILL)

    account = Account("localhost", port, "starttls", Login(USER, lambda: PASSWORD))
    with opened(Config.load(Path(folder))) as firm:
        mailer = SmtpMailer(account, context)
        send_due(
            firm,
            {"Email": mailer},
            lambda: now,
            f"sender {os.getpid()}",
            hook=hook,
            enough=lambda: step == BACK and seen["done"] == 1,
        )
        mailer.close()


def die_once(folder: Path, death: Death) -> Outcome:
    """Let a sender die there, let another one go on, and look."""
    with MailServer() as server:
        in_talk = death.where == "server"
        if in_talk:
            server.faults[death.stage] = Silent()
        _run(folder, server, NOW, death, killed_at=server if in_talk else None)
        server.faults.clear()
        _run(folder, server, NOW + CLAIM + timedelta(seconds=1), Death("", ""), killed_at=None)
        return judged(folder, server, death)


def _run(folder: Path, server: MailServer, now: datetime, death: Death, killed_at: MailServer | None) -> None:
    trusted = ssl.PEM_cert_to_DER_cert(authority().cert_pem.bytes().decode())
    step = death.stage if death.where == "sender" else ""
    given = (str(folder), server.port, ssl.DER_cert_to_PEM_cert(trusted), now, step, death.nth)
    sender = _context().Process(target=send_all, args=given)
    sender.start()
    if killed_at is not None:
        assert killed_at.broke.wait(PATIENCE), f"the server was never asked for {death}"
        sender.kill()
    sender.join(PATIENCE)
    died = killed_at is not None or bool(step)
    assert sender.exitcode == (-signal.SIGKILL if died else 0), f"{death}: exit code {sender.exitcode}"


def _context() -> SpawnContext | ForkServerContext:
    """Return how processes are born: where the system can, from one that has imported all and opened nothing."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.mail_servers", "tests.reminding_firm"])
    return context


def judged(folder: Path, server: MailServer, death: Death) -> Outcome:
    """Return how it ended: what arrived, beside what the ledger says."""
    arrived = Counter(head_of(one).message_id for one in server.messages)
    wrong: list[str] = []
    with opened(Config.load(folder)) as firm, firm.ledger.read() as view:
        rows, touches, posted = reminders(view), view.rows(ACTIVITY), view.posted()
        wrong += firm.ledger.verify()
    for one in posted:
        count = arrived[head_of(one.message.content).message_id]
        row = rows[one.message.reminder]
        fits = {S.SENT: count == 1, S.UNKNOWN: count <= 1}.get(one.state, False)
        if not fits or row.status != one.state.value:
            wrong.append(
                f"{one.message.customer} arrived {count} times, is {one.state}, its row {row.status}."
            )
    states = [one.state for one in posted]
    if len(touches) != states.count(S.SENT):
        wrong.append(f"{len(touches)} touches for {states.count(S.SENT)} messages sent.")
    twice = sum(count > 1 for count in arrived.values())
    return Outcome(death, sum(arrived.values()), twice, states.count(S.SENT), states.count(S.UNKNOWN), wrong)


def firm_with_two(folder: Path) -> Path:
    """Set up a firm with two approved reminders."""
    folder.mkdir()
    ledger = create_ledger(folder / "ledger.db")
    here = office(folder, ledger)
    here.plan()
    here.approve("Alder", "Birch")
    ledger.close()
    return folder


def main() -> int:
    """Print a line for each death; return 1 if anything is wrong."""
    say = sys.stdout.write
    logging.disable()  # aiosmtpd warns of its own ways
    say("two messages, the sender killed at            arrived  sent  unknown  twice\n")
    ended = []
    with TemporaryDirectory() as place:
        ready = firm_with_two(Path(place, "ready"))
        for n, death in enumerate(DEATHS):
            folder = Path(shutil.copytree(ready, Path(place, str(n))))
            one = die_once(folder, death)
            say(f"{death!s:46}{one.arrived:7}{one.sent:6}{one.unknown:9}{one.twice:7}\n")
            sys.stdout.flush()
            for sentence in one.wrong:
                say(f"  WRONG: {sentence}\n")
            ended.append(one)
    unknown, twice = sum(one.unknown for one in ended), sum(one.twice for one in ended)
    say(f"{len(ended)} deaths: {twice} sent twice, {unknown} unknown\n")
    return 1 if twice or any(one.wrong for one in ended) else 0


if __name__ == "__main__":
    sys.exit(main())
