"""From a row of Reminders to the messages that go out: their bytes, whom they go to, and from when on they may.

Whoever stands in Cc gets a copy: a message of their own, with a key of its own, so that one address that fails
neither holds up nor doubles another. Copies follow their letter; only the letter is put on Activity, and only it
moves the row. In drafts the mail program sends the copies, so none are queued.

A key is the row's, the recipient's and the attempt's: two approvals, at once or one after the other, give one
message. A further attempt comes only after the one before is known not to have gone, or by a person's word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from arc_sheets.cells import Row, Value
from arc_sheets.contacts import NotAContact, address, addresses, number
from arc_sheets.errors import ArcError, MailError
from arc_sheets.hours import NotHours, next_moment, open_hours, zone_of
from arc_sheets.languages import language_of
from arc_sheets.message import Message, MessageState
from arc_sheets.policy import Policy
from arc_sheets.routes import Person, home
from arc_sheets.tabs import CUSTOMERS, REMINDERS
from arc_sync.agent.config import Config
from arc_sync.agent.merging import Keys
from arc_sync.agent.reminding.rows import Reminder, id_of, reminder
from arc_sync.ledger.port import Transaction, View
from arc_sync.mail.compose import Letter, compose, copy_key, is_copy, plain_text, recipients, words_of
from arc_sync.mail.headers import Mailbox, one_line
from arc_sync.mail.layout import html_of

S = MessageState
#: How long after its first hour a message may go: a reminder is stale later (facts, section 2).
FRESH: Final = timedelta(hours=24)
#: A message in such a state is known not to have gone: another attempt may follow.
_NOT_GONE: Final = frozenset({S.FAILED, S.WITHDRAWN})
#: A message in such a state may not have arrived: another attempt may follow by a person's word.
_DOUBTED: Final = _NOT_GONE | {S.UNKNOWN, S.DRAFTED}
_COLUMNS: Final = tuple(c.name for c in CUSTOMERS.stored)


class NotPosted(ArcError):
    """A reminder cannot be sent as it stands; the message says why and what to do."""


def customer_of(row: Row) -> Mapping[str, Value]:
    """Return a row of Customers by its columns."""
    return dict(zip(_COLUMNS, row, strict=True))


class Post:
    """What rows of Reminders need to become messages; `view` tells the customers. Every `now` is UTC."""

    def __init__(self, config: Config, policy: Policy, view: View) -> None:
        self.config, self.policy = config, policy
        self._view, self._keys = view, Keys(view)

    def customer(self, name: str) -> Mapping[str, Value]:
        """Return the customer's row by its columns; empty if there is none."""
        row = self._keys.find(CUSTOMERS, name)
        return customer_of(row) if row else {}

    def readdressed(self, row: Reminder) -> Reminder:
        """Return a row whose message was refused, to the address that Customers names now. Raises `NotPosted`."""
        customer = self.customer(row.customer)
        name, header = ("phone", "Phone") if row.channel == "Text" else ("email", "Email")
        known = _text(customer.get(name))
        if not known:
            return row
        try:
            there = Person(time_zone=_text(customer.get("time_zone")))
            to = number(known, home(there, self.policy.country)) if row.channel == "Text" else address(known)
        except NotAContact as error:
            raise NotPosted(
                f"{header} of {row.customer} on Customers cannot be read: {error}. Correct it."
            ) from None
        return row._replace(to=to)

    def queue(
        self,
        t: Transaction,
        i: str,
        row: Reminder,
        now: datetime,
        *,
        automatic: bool = False,
        again: bool = False,
    ) -> bool:
        """Put the messages of a row into the outbox; False if the letter is there already.

        With `again`, a person has said that what is not known to have arrived counts for nothing. Raises `NotPosted`.
        """
        made = self.messages(i, row, now, automatic=automatic, again=again)
        letter, *_ = [t.queue(message) for message in made]
        return letter

    def anew(self, t: Transaction, message: Message, why: str, now: datetime) -> Iterator[Message]:
        """Queue what stands in the row of a message that was taken back, and yield it; a letter takes its copies along.

        Raises `NotPosted`.
        """
        i = message.reminder
        if not is_copy(message.key):
            for other in t.posted(S.QUEUED, bare=True):
                if other.message.reminder == i:
                    t.move(other.message.id, S.WITHDRAWN, said=why)
        found = t.row(REMINDERS, i)
        for made in list(self.messages(i, reminder(found), now)) if found else ():
            if t.queue(made):
                yield made

    def messages(
        self, i: str, row: Reminder, now: datetime, *, automatic: bool = False, again: bool = False
    ) -> Iterator[Message]:
        """Yield the letter, then the copies. Raises `NotPosted`."""
        to, customer = _checked(row), self.customer(row.customer)
        cc = _copies(row, customer)
        first = next_allowed(row.channel, customer, self.config, self.policy, now)
        for recipient in recipients(to, cc, self.config.mail.how) if row.channel == "Email" else (to,):
            base = f"{i} {to}"
            key = self._attempt(base if recipient == to else copy_key(base, recipient), again=again)
            yield Message(
                id=id_of(key),
                key=key,
                reminder=i,
                customer=row.customer,
                channel=row.channel or "",
                to=recipient,
                stage=row.stage or "",
                invoices=row.numbers,
                currency=row.currency,
                amount=row.amount or 0,
                content=_content(self.config, row, customer, cc, _Seal(key, now, automatic)),
                queued=now,
                not_before=first,
                not_after=first + FRESH,
            )

    def _attempt(self, key: str, *, again: bool) -> str:
        """Return the key of the attempt that is due: the first, or that after those known not to have gone."""
        n = 1
        while known := self._view.posted(message=id_of(f"{key} {n}"), bare=True):
            if known[0].state not in (_DOUBTED if again else _NOT_GONE):
                break
            n += 1
        return f"{key} {n}"


class _Seal(NamedTuple):
    """What distinguishes one message of a row from another."""

    key: str
    now: datetime  #: UTC
    automatic: bool


def _content(
    config: Config, row: Reminder, customer: Mapping[str, Value], cc: tuple[str, ...], seal: _Seal
) -> bytes:
    if row.channel == "Text":
        return (row.body or "").encode()
    sender = config.sender
    if not (sender.email or config.drafts("Email")):
        raise NotPosted(
            f"{_named(row)} needs an address that customers can answer: fill in email of [sender] in arc.toml."
        )
    language = language_of(customer.get("language"), sender.language)
    letter = Letter(
        Mailbox(str(customer.get("contact") or row.customer), row.to or ""),
        row.subject or "",
        row.body or "",
        html_of(row.body or "", sender, row.subject or "", language),
        cc,
        seal.automatic,
    )
    try:
        return compose(sender, letter, seal.key, seal.now.astimezone(config.zone))
    except MailError as error:
        raise NotPosted(f"{_named(row)} cannot be sent: {error}") from None


def says(message: Message, row: Reminder) -> bool:
    """Say whether a message has the words that stand in its row now. Raises `NotPosted`."""
    _checked(row)
    if row.channel == "Text":
        return message.content == (row.body or "").encode()
    return words_of(message.content) == (one_line(row.subject or ""), plain_text(row.body or ""))


def _checked(row: Reminder) -> str:
    """Return whom the row is to; raises `NotPosted` where it lacks what a message needs."""
    if row.channel not in {"Email", "Text"} or not row.to:
        raise NotPosted(f"{_named(row)} is not sent by ARC; do it, then choose It went.")
    if not row.body or (row.channel == "Email" and not row.subject):
        raise NotPosted(
            f"{_named(row)} has no {'subject' if row.body else 'message'}; write one on Reminders."
        )
    return row.to


def _copies(row: Reminder, customer: Mapping[str, Value]) -> tuple[str, ...]:
    """Return who stands in Cc besides the recipient. Raises `NotPosted`."""
    to = (row.to or "").casefold()
    try:
        known = addresses(str(customer.get("cc") or "")) if row.channel == "Email" else ()
        return tuple(copy for copy in known if copy.casefold() != to)
    except NotAContact as error:
        raise NotPosted(f"Cc of {row.customer} on Customers cannot be read: {error}. Correct it.") from None


def next_allowed(
    channel: str | None, customer: Mapping[str, Value], config: Config, policy: Policy, now: datetime
) -> datetime:
    """Return the first moment (UTC), `now` or later, at which a message may leave for a customer.

    A draft may be written at any hour: the person who sends it knows what time it is. Quiet hours that cannot be
    read count as none: the policy's own hours hold.
    """
    if config.drafts(channel):
        return now
    zone = zone_of(_text(customer.get("time_zone")), config.zone)
    try:
        hours = open_hours(_text(customer.get("quiet_hours")), policy)
    except NotHours:
        hours = open_hours(None, policy)
    return next_moment(now, zone, hours, policy)


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None


def _named(row: Reminder) -> str:
    return f"{row.stage} for {row.customer}"
