"""By which channel, and to which address or number, a customer is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from arc_sheets.contacts import NotAContact, address, addresses, number
from arc_sheets.words import say_day

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import pandas as pd

    from arc_sheets.policy import Stage

#: What a customer's preference makes of a message; a person's task and a letter stay what they are.
_WISHES: Final = {"Email": "Email", "Text": "Text", "Phone": "Call", "Letter": "Letter"}


class Person(NamedTuple):
    """What the Customers tab says of how to reach a customer."""

    email: str | None = None
    cc: str | None = None
    phone: str | None = None
    prefers: str | None = None
    language: str | None = None
    time_zone: str | None = None
    quiet_hours: str | None = None
    do_not_contact: str | None = None

    @property
    def barred(self) -> str:
        """Why this customer is not to be contacted, as a person typed it; "" where nothing bars it."""
        text = (self.do_not_contact or "").strip()
        return "" if text.casefold() in {"", "no", "n", "-"} else text


class Route(NamedTuple):
    """How a message goes."""

    channel: str
    to: str  #: "" where a person needs none
    cc: str = ""
    said: str = ""  #: why it is not the stage's own channel, or what a person should know


class NoRoute(NamedTuple):
    """Why there is no way, and what to do about it: one sentence."""

    why: str


def people(customers: pd.DataFrame) -> dict[str, Person]:
    """Return the persons of the Customers tab, by customer."""
    columns = (_texts(customers, name) for name in ("name", *Person._fields))
    return {str(name): Person(*values) for name, *values in zip(*columns, strict=True)}


def route(stage: Stage, person: Person, stopped: date | None, country: str) -> Route | NoRoute:
    """Return the way to a customer; `stopped` is since when they want no texts, if they do not."""
    channel = stage.channel
    if channel in {"Email", "Text"}:
        channel = _WISHES.get(person.prefers or "", channel)
    said = f"they prefer {(person.prefers or '').lower()}" if channel != stage.channel else ""
    if channel == "Text" and (stopped or not person.phone):
        channel = "Email"
        said = f"they stopped texts on {say_day(stopped)}" if stopped else "no phone number for texts"
    if channel == "Email":
        return _email(person, said)
    if channel == "Text":
        return _checked("Phone", person.phone, lambda text: Route(channel, number(text, country), "", said))
    return Route(channel, _phone(person, country) if channel == "Call" else "", "", said)


def _email(person: Person, said: str) -> Route | NoRoute:
    if not person.email:
        return NoRoute("No email address: fill in Email on Customers.")
    to = _checked("Email", person.email, lambda text: Route("Email", address(text), "", said))
    if isinstance(to, NoRoute) or not person.cc:
        return to
    return _checked("Cc", person.cc, lambda text: to._replace(cc="; ".join(addresses(text))))


def _checked(column: str, text: str | None, make: Callable[[str], Route]) -> Route | NoRoute:
    try:
        return make(text or "")
    except NotAContact as error:
        return NoRoute(f'{column} on Customers reads "{text}", but {error}: correct the cell.')


def _phone(person: Person, country: str) -> str:
    try:
        return number(person.phone or "", country)
    except NotAContact:
        return ""


def _texts(customers: pd.DataFrame, name: str) -> list[str | None]:
    return [text if isinstance(text, str) else None for text in customers[name].tolist()]
