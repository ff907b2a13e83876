"""The desk at which messages are written by hand: words from the firm's templates, and the bytes that go out.

What a person writes goes when they say so, within the hours and on the days on which any message may arrive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from arc_sheets.cells import Value
from arc_sheets.contacts import NotAContact, address, number
from arc_sheets.errors import MailError
from arc_sheets.languages import language_of
from arc_sheets.policy import Policy
from arc_sheets.routes import Person, home
from arc_sync.agent.actions.desk import Asks, Draft, Reason, Sealed, Text
from arc_sync.agent.config import Config
from arc_sync.agent.policies import policy_of
from arc_sync.agent.reminding.asking import asks_for
from arc_sync.agent.reminding.letters import Broken, templates_of, words_of
from arc_sync.agent.reminding.posting import FRESH, Post, next_allowed
from arc_sync.agent.reminding.theirs import message_now
from arc_sync.ledger.port import View
from arc_sync.mail.compose import Letter, compose
from arc_sync.mail.headers import Mailbox
from arc_sync.mail.layout import html_of


@dataclass(frozen=True, slots=True)
class FirmDesk:
    """A `Desk` with the firm's templates, policy and sender; `now` is UTC."""

    config: Config
    policy: Policy
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        """Return the firm's wall clock."""
        return self.config.zone

    @property
    def base_currency(self) -> str:
        """Return the currency of a row that says it nowhere else."""
        return self.config.base_currency

    def compose(self, view: View, customer: str, stage: str, channel: str) -> Text | Reason:
        """Return the words for a customer, or why there are none; see the port."""
        day = self.now.astimezone(self.zone).date()
        found = message_now(view, customer, stage, self.policy, day, self.config.rates)
        if isinstance(found, Reason):
            return found
        post = Post(self.config, self.policy, view)
        wanted = found._replace(channel=channel, language=str(post.customer(customer).get("language") or ""))
        (said,) = words_of(templates_of(view), [wanted], post.customer, self.config.sender, day)
        if isinstance(said, Broken):
            return Reason(said.why)
        if not said.body:
            return Reason(f"There is no template for {wanted.stage} by {channel.lower()}; write it by hand.")
        return Text(said.subject if channel != "Text" else "", said.body, "", wanted.stage, wanted.numbers)

    def asks(self, view: View, draft: Draft) -> Asks | Reason:
        """Return what a message asks for, or why that must not be asked for; see the port."""
        day = self.now.astimezone(self.zone).date()
        return asks_for(view, draft, self.policy, day, self.config.rates)

    def seal(self, view: View, draft: Draft) -> Sealed | Reason:
        """Return what goes out, or why it must not; see the port."""
        customer = Post(self.config, self.policy, view).customer(draft.customer)
        try:
            to, content = (self._text if draft.channel == "Text" else self._email)(draft, customer)
        except NotAContact as error:
            return Reason(f'"{draft.to}" cannot be written to: {error}. Correct it.')
        except MailError as error:
            return Reason(str(error))
        first = next_allowed(draft.channel, customer, self.config, self.policy, self.now)
        return Sealed(to, content, first, first + FRESH)

    def _text(self, draft: Draft, customer: Mapping[str, Value]) -> tuple[str, bytes]:
        if not self.config.texts:
            raise MailError(
                'Texts are not set up; write [texts] how = "gateway" in arc.toml, or send an email.'
            )
        there = Person(time_zone=str(customer.get("time_zone") or ""))
        return number(draft.to, home(there, self.policy.country)), draft.body.encode()

    def _email(self, draft: Draft, customer: Mapping[str, Value]) -> tuple[str, bytes]:
        to, sender = address(draft.to), self.config.sender
        if not (sender.email or self.config.drafts("Email")):
            raise MailError(
                "Fill in email of [sender] in arc.toml first: an address that customers can answer."
            )
        language = language_of(customer.get("language"), sender.language)
        html = html_of(draft.body, sender, draft.subject, language)
        name = str(customer.get("contact") or draft.customer)
        letter = Letter(Mailbox(name, to), draft.subject, draft.body, html, reminder=bool(draft.stage))
        return to, compose(sender, letter, draft.id, self.now.astimezone(self.zone))


def desk_of(config: Config, now: datetime) -> FirmDesk:
    """Return the firm's desk; `now` is UTC. Raises `ConfigError` if its policy cannot be read."""
    return FirmDesk(config, policy_of(config), now)
