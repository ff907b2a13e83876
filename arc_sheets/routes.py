"""By which channel, and to which address or number, a customer is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from babel.core import get_global

from arc_sheets.contacts import NotAContact, address, addresses, number
from arc_sheets.hours import NotHours, quiet_hours
from arc_sheets.phrases import say_cell, say_day

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
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


def home(person: Person, country: str) -> str:
    """Return the country whose numbers a customer writes without +: their time zone's, else the firm's.

    The countries of zones are those of CLDR; a zone such as UTC has none.
    """
    zones: Mapping[str, str] = get_global("zone_territories")
    return zones.get((person.time_zone or "").strip(), country)


def route(stage: Stage, person: Person, stopped: date | None, country: str) -> Route | NoRoute:
    """Return the way to a customer; `stopped` is since when they want no texts, if they do not.

    `country` is the ISO 3166 code of the firm's policy, or "".

    A message goes by the channel that they prefer: a text only to a number they have not stopped, else by email.
    A person's task and a letter stay what they are.
    """
    wish = (
        _WISHES.get(person.prefers or "", stage.channel)
        if stage.channel in {"Email", "Text"}
        else stage.channel
    )
    said = "" if wish == stage.channel else f"they prefer {person.prefers}".lower()
    country = home(person, country)
    try:
        if wish == "Text" and person.phone and not stopped:
            return _text(person, said, country)
        if wish in {"Email", "Text"}:
            _check_reach(person, wish, stopped)
            return _email(person, _instead(stopped) if wish == "Text" else said)
    except _Unreadable as error:
        return NoRoute(str(error))
    if wish != "Call":
        return Route(wish, "", "", said)
    to, missing = _dial(person, country)
    return Route(wish, to, "", "; ".join(filter(None, (said, missing))))


class _Unreadable(ValueError):
    """A cell of the Customers tab cannot be used; the message is a sentence."""


def _text(person: Person, said: str, country: str) -> Route:
    _check_hours(person)
    return Route("Text", _read("Phone", person.phone, lambda text: number(text, country)), "", said)


def _check_reach(person: Person, wish: str, stopped: date | None) -> None:
    """Raise if there is no email address; who is to get texts has a sentence of their own."""
    if person.email:
        return
    if wish == "Text" and stopped:
        since = f"They asked for no more texts on {say_day(stopped)} and have no email address"
        raise _Unreadable(f"{since}: fill in Email on Customers.")
    if wish == "Text":
        raise _Unreadable("No phone number and no email address: fill in Phone or Email on Customers.")
    raise _Unreadable("No email address: fill in Email on Customers.")


def _email(person: Person, said: str) -> Route:
    _check_hours(person)
    to = _read("Email", person.email, address)
    return Route("Email", to, _read("Cc", person.cc, lambda text: "; ".join(addresses(text))), said)


def _instead(stopped: date | None) -> str:
    return (
        f"by email, as they stopped texts on {say_day(stopped)}"
        if stopped
        else "by email, as there is no phone number"
    )


def _check_hours(person: Person) -> None:
    """Raise if nobody could say when a message may arrive."""
    _read("Quiet hours", person.quiet_hours, lambda text: str(quiet_hours(text)))


def _read(column: str, text: str | None, read: Callable[[str], str]) -> str:
    try:
        return read(text) if text and text.strip() else ""
    except (NotAContact, NotHours) as error:
        raise _Unreadable(
            f"{column} on Customers reads {say_cell(text)}, but {error}: correct the cell."
        ) from None


def _dial(person: Person, country: str) -> tuple[str, str]:
    """Return the number to call, and what is said where there is none that can be read: a person looks it up."""
    if not (person.phone or "").strip():
        return "", "there is no phone number on Customers"
    try:
        return number(person.phone or "", country), ""
    except NotAContact:
        return "", f"Phone on Customers reads {say_cell(person.phone)}, no number to dial"


def _texts(customers: pd.DataFrame, name: str) -> list[str | None]:
    return [text if isinstance(text, str) else None for text in customers[name].tolist()]
