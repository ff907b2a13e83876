"""Text messages through a gateway that Apprise knows: one number a message.

**What is known of a text's fate.** A plugin of Apprise says yes or no, and no has many reasons. What it logs says
which: the gateway's HTTP status, or that there was never a connection. Only those prove that nothing was taken. A
no for any other reason (a cut, a timeout, an error within the gateway) is `UNKNOWN`: a person looks at the gateway.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from arc_sheets.errors import MailError
from arc_sheets.message import Message
from arc_sync.mail.headers import one_line, without_controls
from arc_sync.mail.port import Fate, Outcome

if TYPE_CHECKING:
    from apprise import NotifyBase

MOST: Final = 6  #: texts that a long message may be split into by the telephone network; each is paid for
PLACE: Final = "{to}"  #: stands in the gateway's address where the number goes

_NUMBER: Final = re.compile(r"\+[1-9]\d{6,14}")  # ITU-T E.164
_STATUS: Final = re.compile(r"error=(\d{3})\.?\s*$")  # how plugins end a warning about an answer
_NO_LINE: Final = re.compile(
    r"^Socket Exception: .*\(Caused by (NewConnectionError|NameResolutionError|ConnectTimeoutError"
    r"|SSLError\(SSLCertVerificationError)",
    re.DOTALL,
)
_ACCOUNT: Final = frozenset({401, 402, 403, 429})  # the account is not known, not paid, or too fast
_UNCLEAR: Final = frozenset({408, 409, 425})  # a client error, and yet it may have been taken
_GSM: Final = frozenset(  # GSM 03.38, the alphabet of 160 characters a text
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE: Final = frozenset("^{}\\[~]|€\f")  # with an escape before each
_listening: Final = threading.Lock()  # Apprise has one logger for all


@dataclass(frozen=True, slots=True)
class TextGateway:
    """A `Mailer`; `address` returns Apprise's, with `{to}` in place of the number, and raises `MailError`.

    It is asked for with each text, as it is a secret and lies in the safe.
    """

    address: Callable[[], str] = field(repr=False)
    wait: float = 60.0  #: seconds for the gateway's answer

    @property
    def name(self) -> str:
        """Return what people call it."""
        return "the gateway for texts"

    def send(self, message: Message, about_to: Callable[[], None]) -> Outcome:
        """Hand one text over."""
        try:
            number, text = number_of(message), text_of(message)
        except MailError as error:
            return Outcome(Fate.REFUSED, str(error))
        try:
            plugin = plugin_for(self.address(), number)
        except MailError as error:  # every text would meet it
            return Outcome(Fate.LATER, str(error), slow_down=True)
        plugin.socket_read_timeout = self.wait
        about_to()
        return _handed_over(plugin, text)

    def close(self) -> None:
        """Do nothing: each text has a connection of its own."""


def number_of(message: Message) -> str:
    """Return the number in E.164; raises `MailError` if it is none."""
    if not _NUMBER.fullmatch(message.to):
        raise MailError(f'"{one_line(message.to)[:40]}" is no number to write to; give it as +491701234567.')
    return message.to


def text_of(message: Message) -> str:
    """Return what is sent, without control characters; raises `MailError` where it is empty or too long."""
    lines = without_controls(message.content.decode("utf-8", "replace")).splitlines()
    text = "\n".join(line.rstrip() for line in lines).strip()
    if not text:
        raise MailError("The text is empty; write what is to be sent.")
    if segments(text) > MOST:
        raise MailError(
            f"The text has {len(text):,} characters, which the network splits into {segments(text)} texts;"
            f" shorten it to {MOST} at most."
        )
    return text


def segments(text: str) -> int:
    """Return how many texts the network makes of it (3GPP TS 23.038 and 23.040).

    One holds 160 characters of GSM 03.38, or 70 of UTF-16 if any is not among them; of several, each 153 or 67.
    """
    if all(c in _GSM or c in _GSM_TWICE for c in text):
        length, alone, joined = len(text) + sum(c in _GSM_TWICE for c in text), 160, 153
    else:
        length, alone, joined = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= alone else -(-length // joined)


def plugin_for(address: str, number: str) -> NotifyBase:
    """Return Apprise's plugin for one number; raises `MailError` where the address is wrong."""
    from apprise import Apprise  # noqa: PLC0415 - it takes a second, and few need it

    if PLACE not in address:
        raise MailError(
            f"The gateway's address lacks {PLACE} where the number goes; run `arc mail login --texts`."
        )
    with _overheard():  # it would log the address
        plugin = Apprise.instantiate(address.replace(PLACE, quote(number, safe="")), suppress_exceptions=True)
    if plugin is None:
        raise MailError(
            "Apprise does not understand the gateway's address; run `arc mail login --texts` and give it as its"
            f" documentation says, with {PLACE} in place of the number."
        )
    plugin.retry = 0  # whatever the address says: an unclear no is never tried again
    if len(plugin) != 1:
        raise MailError(f"The gateway's address has numbers beside {PLACE}; run `arc mail login --texts`.")
    return plugin


def _handed_over(plugin: NotifyBase, text: str) -> Outcome:
    """Let the plugin do its one request, and say what became of it."""
    from apprise import OverflowMode  # noqa: PLC0415 - see above

    with _overheard() as log:
        try:
            taken = plugin.notify(body=text, overflow=OverflowMode.UPSTREAM)  # never cut into several
        except Exception as error:  # noqa: BLE001 - plugins are many, and theirs: whatever it was, it may have gone
            return Outcome(
                Fate.UNKNOWN, f"The gateway's plugin failed ({type(error).__name__}); the text may have gone."
            )
    return Outcome(Fate.SENT, "the gateway took it") if taken else refusal(log)


def refusal(log: list[logging.LogRecord]) -> Outcome:
    """Return what a no means, from what the plugin logged meanwhile."""
    if any(_NO_LINE.search(record.getMessage()) for record in log if record.levelno == logging.DEBUG):
        return Outcome(Fate.LATER, "The gateway cannot be reached; check the network.", slow_down=True)
    warnings = (record.getMessage() for record in log if record.levelno == logging.WARNING)
    status = next((int(m[1]) for m in map(_STATUS.search, warnings) if m), 0)
    said = f"The gateway answered {status}."
    if status in _ACCOUNT:
        return Outcome(Fate.LATER, f"{said} Check the account and its limits there.", slow_down=True)
    if 400 <= status < 500 and status not in _UNCLEAR:
        return Outcome(Fate.REFUSED, said)
    return Outcome(
        Fate.UNKNOWN, f"{said if status else 'The gateway did not answer.'} The text may have gone."
    )


class _Ear(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record)


@contextmanager
def _overheard() -> Iterator[list[logging.LogRecord]]:
    """Hear all that Apprise logs, and let nobody else: it has the address, the number and the text."""
    logger, ear = logging.getLogger("apprise"), _Ear()
    with _listening:
        level, propagates, handlers = logger.level, logger.propagate, logger.handlers[:]
        logger.setLevel(logging.DEBUG)
        logger.propagate, logger.handlers = False, [ear]
        try:
            yield ear.heard
        finally:
            logger.setLevel(level)
            logger.propagate, logger.handlers = propagates, handlers
