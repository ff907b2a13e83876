"""The settings: `arc.toml`, beside which the ledger and the workbook lie unless it says otherwise.

Every error names the file, the line or key, and the remedy.
"""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from tzlocal import get_localzone_name

from arc_sheets.aging import Buckets
from arc_sheets.cells import is_sound, verbatim
from arc_sheets.dates import Order
from arc_sheets.errors import ConfigError
from arc_sheets.money import CURRENCIES
from arc_sheets.rates import Rates
from arc_sync.agent.places import (
    BOOK,
    LEDGER,
    NAME,
    POLICY,
    NoPlace,
    beside,
    find,
    parsed,
    read_settings,
    stamp_of,
    wrong,
)
from arc_sync.agent.running.habits import USUAL, Habits, WrongHabit, habits_of
from arc_sync.google.addresses import spreadsheet_of
from arc_sync.mail.settings import MailSettings, Sender


class _Table(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class _Sender(_Table):
    name: str = ""
    email: str = ""
    phone: str = ""
    pay: str = ""
    language: str = "English"


class _Mail(_Table):
    how: Literal["drafts", "smtp", "imap-drafts"] = "drafts"
    folder: str = "outbox"
    host: str = ""
    port: int | None = Field(None, ge=1, le=65535)
    security: Literal["tls", "starttls"] = "starttls"
    user: str = ""
    login: Literal["password", "google", "microsoft", "none"] = "password"
    drafts: str = "Drafts"


class _Google(_Table):
    login: Literal["person", "key", "default"] = "person"
    key: str = ""


class _Texts(_Table):
    how: Literal["off", "gateway"] = "off"


class _Written(_Table):
    """The keys of `arc.toml`, as a person writes them."""

    company: str
    base_currency: str
    book: str = Field(BOOK, min_length=1)
    ledger: str = Field(LEDGER, min_length=1)
    date_order: Literal["dmy", "mdy"] | None = None
    buckets: list[int] = [30, 60, 90]
    who: str = ""
    rates_on: date | None = None
    rates: dict[str, str] = {}
    time_zone: str = ""
    policy: str = Field(POLICY, min_length=1)
    sender: _Sender = _Sender()
    mail: _Mail = _Mail()
    texts: _Texts = _Texts()
    agent: dict[str, Any] = {}
    google: _Google = _Google()


class GoogleLogin(NamedTuple):
    """As whom ARC speaks to Google."""

    how: Literal["person", "key", "default"] = "person"
    key: Path | None = None  #: of a service account


PERSON: Final = GoogleLogin()


@dataclass(frozen=True, slots=True)
class Config:
    """What ARC was told about one firm."""

    file: Path
    company: str
    base_currency: str
    book: Path
    ledger: str  #: a path or an address
    order: Order | None  #: of day and month in dates that people type
    buckets: Buckets
    rates: Rates
    who: str  #: whose name the changes get
    zone: ZoneInfo  #: the firm's wall clock
    policy: Path  #: the reminder policy; the shipped one counts where there is no such file
    sender: Sender
    mail: MailSettings
    texts: bool  #: texts go out through the gateway whose address is in the keyring
    stamp: str  #: differs where the settings or the version of ARC do
    agent: Habits = USUAL  #: when the background agent does what
    spreadsheet: str = ""  #: the id of the book's Google spreadsheet; "" where the book is a file
    google: GoogleLogin = PERSON

    @classmethod
    def load(cls, path: Path | None = None) -> Config:
        """Read the settings from a file, or the folder it lies in; without `path` from the current folder.

        Raises `ConfigError`.
        """
        file = find(path)
        text = read_settings(file)
        said = _Said(file, text)
        try:
            written = _Written.model_validate(parsed(file, text))
        except ValidationError as error:
            raise said.invalid(error) from None
        config = _config(said, written)
        for key, text in _texts(written.model_dump()):
            if not is_sound(text):
                raise said.wrong(key, "holds characters that cannot be shown; type it anew")
        return config

    def day(self, moment: datetime) -> date:
        """Return the firm's date at a moment."""
        return moment.astimezone(self.zone).date()

    def drafts(self, channel: str | None) -> bool:
        """Say whether messages of a channel become drafts, which a person sends."""
        return not self.texts if channel == "Text" else self.mail.how != "smtp"

    @staticmethod
    def write_new(folder: Path, company: str, base_currency: str, ledger: str = LEDGER) -> Path:
        """Write a first `arc.toml` into a folder and return it; raises `ConfigError` if there is one."""
        _check_currency(base_currency, "the base currency")
        file = folder / NAME
        try:
            with file.open("x", encoding="utf-8") as stream:
                stream.write(_NEW.format(*map(_quoted, (company, base_currency, BOOK, ledger))))
        except FileExistsError:
            raise ConfigError(f"There is a {file} already; edit it, or choose another folder.") from None
        except OSError as error:
            raise ConfigError(
                f"{file} cannot be written ({error.strerror}); choose another folder."
            ) from None
        return file


class _Said(NamedTuple):
    """The text of the settings, and how to speak of it."""

    file: Path
    text: str

    def wrong(self, key: str, what: str) -> ConfigError:
        """Return the error about a key."""
        return wrong(self.file, self.text, key, what)

    def place(self, key: str, place: str) -> str:
        """Return a place that a key names, from the settings' folder; raises `ConfigError`."""
        try:
            return beside(self.file, place)
        except NoPlace as why:
            raise self.wrong(key, str(why)) from None

    def invalid(self, error: ValidationError) -> ConfigError:
        """Return the first thing that pydantic found, in ARC's words."""
        first = error.errors()[0]
        table, *within = map(str, first["loc"])
        if table == "rates" and within:
            return self.wrong(within[0], 'must be a rate in quotation marks, such as "0.92"')
        names = [table, *(part for part in within if not part.isdigit())]  # not places in a list
        key, named = names[-1], ".".join(names)
        return self.wrong(key, _WRONG.get(first["type"], _MUST.get(named, "is not understood; take it out")))


def _config(said: _Said, written: _Written) -> Config:
    rates = {code: _rate(said, code, text) for code, text in written.rates.items()}
    if written.base_currency not in CURRENCIES:
        raise said.wrong("base_currency", "is no currency code; write one such as EUR")
    try:
        return Config(
            said.file,
            written.company.strip(),
            written.base_currency,
            _book(said, written.book),
            said.place("ledger", written.ledger),
            written.date_order,
            _buckets(said, written.buckets),
            Rates(written.base_currency, rates, written.rates_on),
            written.who.strip() or _login(),
            _zone(said, written.time_zone),
            Path(said.place("policy", written.policy)),
            _sender(said, written),
            _mail(said, written.mail),
            written.texts.how == "gateway",
            stamp_of(said.text),
            _habits(said, written.agent),
            spreadsheet_of(written.book),
            _google(said, written.google),
        )
    except ConfigError as error:
        if str(error).startswith(str(said.file)):
            raise
        raise ConfigError(f"{said.file}: {error}") from None


def _buckets(said: _Said, days: list[int]) -> Buckets:
    try:
        return Buckets(tuple(days))
    except ConfigError:
        raise said.wrong("buckets", _MUST["buckets"]) from None


def _book(said: _Said, book: str) -> Path:
    if not spreadsheet_of(book) and Path(book).suffix.casefold() not in (".xlsx", ".xlsm"):
        raise said.wrong(
            "book", f'is "{book}"; write the path of an .xlsx or .xlsm file, or "google:" and an id'
        )
    return Path(said.place("book", book))


def _sender(said: _Said, written: _Written) -> Sender:
    sender = Sender(written.company.strip(), **{k: v.strip() for k, v in written.sender})
    if sender.email:
        from arc_sheets.contacts import NotAContact, address  # noqa: PLC0415 (it loads phone numbers)

        try:
            address(sender.email)
        except NotAContact as why:
            told = f'is "{sender.email}": {why}; write one such as "receivables@example.com"'
            raise said.wrong("email", told) from None
    return sender


def _google(said: _Said, written: _Google) -> GoogleLogin:
    return GoogleLogin(written.login, Path(said.place("key", written.key)) if written.key else None)


def _zone(said: _Said, name: str) -> ZoneInfo:
    """Return the firm's time zone; without one, that of this machine."""
    try:
        return ZoneInfo(name or get_localzone_name())
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise said.wrong(
            "time_zone", f'is "{name}", which is no time zone; write one such as "Europe/Berlin"'
        ) from None


def _mail(said: _Said, written: _Mail) -> MailSettings:
    if written.how != "drafts" and not written.host:
        raise said.wrong("how", f'is "{written.how}", which needs host, the name of the mail server')
    usual = {"smtp": {"tls": 465, "starttls": 587}, "imap-drafts": {"tls": 993, "starttls": 143}}
    port = written.port or usual.get(written.how, {}).get(written.security, 0)
    return MailSettings(
        written.how,
        Path(said.place("folder", written.folder)),
        written.host,
        port,
        written.security,
        written.user,
        written.login,
        written.drafts,
    )


def _habits(said: _Said, told: dict[str, Any]) -> Habits:
    try:
        habits = habits_of(told)
    except WrongHabit as error:
        raise said.wrong(error.key, str(error)) from None
    said.place("folder", habits.folder)
    return habits


def _rate(said: _Said, code: str, text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise said.wrong(code, f'is "{text}", which is no number; write a rate such as "0.92"') from None


def _check_currency(code: str, what: str) -> None:
    if code not in CURRENCIES:
        raise ConfigError(f'"{code}" is no currency code; give {what} as one such as EUR or USD.')


def _texts(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the keys and texts of a table, and of those in it."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _texts(value)
        elif isinstance(value, str):
            yield key, value


def _login() -> str:
    try:
        return verbatim(getpass.getuser())
    except (OSError, KeyError, ImportError):  # no such user in the system's list
        return os.environ.get("USERNAME", "somebody")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a TOML basic string is written as in JSON


_MUST: Final = {
    "company": 'must be a text, such as "Example Ltd"',
    "base_currency": 'must be a currency code in quotation marks, such as "EUR"',
    "book": 'must be the path of the workbook, such as "Receivables.xlsx", or "google:" and the id of a spreadsheet',
    "ledger": 'must be a path such as "ledger.db", or an address such as "postgresql://user@host/database"',
    "date_order": 'must be "dmy" or "mdy"; leave it out if people type dates either way',
    "buckets": "must be whole days that rise, such as [30, 60, 90]",
    "who": "must be a name in quotation marks",
    "rates_on": "must be a date without quotation marks, such as 2026-11-19",
    "rates": 'must be a table of currencies and rates in quotation marks, such as USD = "0.92"',
    "time_zone": 'must be a time zone in quotation marks, such as "Europe/Berlin"',
    "policy": 'must be the path of the reminder policy, such as "policy.toml"',
    "sender.name": "must be a name in quotation marks",
    "sender.language": 'must be a language in quotation marks, such as "English"',
    "sender": "must be a table: [sender] with name, email, phone and pay",
    "mail": "must be a table: [mail] with how, host and user",
    "mail.host": 'must be the name of the mail server, such as "smtp.example.com"',
    "mail.user": "must be the mailbox's login name in quotation marks",
    "mail.folder": 'must be the path of a folder, such as "outbox"',
    "mail.how": 'must be "drafts", "smtp" or "imap-drafts"',
    "mail.port": "must be a port number without quotation marks, such as 587",
    "mail.security": 'must be "starttls" or "tls"; ARC does not send over an open line',
    "mail.login": 'must be "password", "google", "microsoft" or "none"',
    "google": "must be a table: [google] with login and key",
    "google.login": 'must be "person", "key" or "default"',
    "google.key": "must be the path of a service account's key file",
    "texts": 'must be a table: [texts] with how = "gateway"',
    "agent": "must be a table: [agent] with every, morning and night",
    "texts.how": 'must be "off" or "gateway"',
}
_WRONG: Final = {
    "missing": "is missing; add it, as `arc init` would in a new folder",
    "extra_forbidden": "is no setting that ARC knows; correct its spelling, or take it out",
}
_NEW: Final = """\
# The settings of ARC Sheets. Paths are meant from this file's folder.

company = {}
base_currency = {}
book = {}
ledger = {} # or "postgresql://user@host/database"
#policy = "policy.toml" # whom to remind, when, and how

buckets = [30, 60, 90] # the last day overdue of each column of the aging
#date_order = "dmy" # or "mdy": how day and month are meant in dates that people type
#who = "Maria Lopez" # whose name the changes get; without it, the login name
#rates_on = 2026-11-19 # the day of the rates below

#time_zone = "Europe/Berlin" # the firm's; without it, this machine's

[rates] # what one unit is worth in the base currency
#USD = "0.92"

[sender] # whom customers see and may ask; every reminder says it
#name = "Maria Lopez"
#email = "receivables@example.com"
#phone = "+49 30 1234567"
#pay = "DE89 3704 0044 0532 0130 00" # your account number, or a link
#language = "English" # of messages to customers whose own is not known; or "German"

[mail] # as it is, reminders become drafts in the folder outbox; a person sends them
how = "drafts" # or "smtp", or "imap-drafts"
#folder = "outbox" # where drafts are written
#host = "smtp.example.com"
#port = 587 # without it, the usual one of the server
#user = "receivables@example.com"
#security = "starttls" # or "tls"
#login = "password" # or "google", "microsoft"; `arc mail login` asks for it and keeps it in the system's keyring
#drafts = "Drafts" # the folder of the mailbox that imap-drafts puts them into

[google] # where book is "google:" and an id, or "google:" alone and `arc sync --new` makes it
#login = "person" # `arc google login` signs in; or "key" (of a service account), or "default" (this machine's own)
#key = "service-account.json"

[texts]
how = "off" # or "gateway": `arc mail login --texts` asks for its address

[agent] # the background agent: `arc agent install` lets it start with the computer
#every = 60 # seconds from one round to the next, where nobody saves or clicks meanwhile
#morning = "07:30" # when the day's reminders are planned
#night = "02:00" # when the ledger is verified and backed up
#backups = 14 # how many backups are kept
#folder = "backups" # where they lie
"""
