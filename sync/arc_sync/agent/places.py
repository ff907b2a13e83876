"""Where the settings, the ledger and the workbook are. Standard library only: the quick path starts here."""

from __future__ import annotations

import errno
import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any, Final

from arc_sheets import __version__
from arc_sheets.errors import ConfigError

NAME: Final = "arc.toml"
BOOK: Final = "Receivables.xlsx"
LEDGER: Final = "ledger.db"
POLICY: Final = "policy.toml"
#: What to do with a password instead of writing it into the settings.
IN_PGPASS: Final = (
    "Passwords do not belong into arc.toml; write the address without it, and the password into .pgpass in your home"
    " folder (PostgreSQL's manual, The Password File)."
)
_IN_QUERY: Final = re.compile(r"([?&](?:ssl)?password=)[^&]+")


class NoPlace(ValueError):
    """A text names no place on this machine: why not, and what to do."""


def find(path: Path | None = None) -> Path:
    """Return the settings file: `path`, or `arc.toml` in that folder or the current one.

    Raises `ConfigError` if there is none.
    """
    try:
        place = _at_home(str(path or "")).absolute()
    except NoPlace as why:
        raise ConfigError(f"{path} {why}.") from None
    file = place / NAME if place.is_dir() else place
    if not file.is_file():
        raise ConfigError(
            f"There is no {file}; go to the folder that has one, name it with --config, or make one with `arc init`."
        )
    try:
        str(file).encode()
    except UnicodeEncodeError:
        named = str(file).encode(errors="replace").decode()
        raise ConfigError(
            f"The path {named} holds bytes that are no UTF-8, so no ledger can keep it; rename what they are in."
        ) from None
    return file


def read_settings(file: Path) -> str:
    """Return the text of the settings; raises `ConfigError` if it cannot be read."""
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{file} is not written in UTF-8; save it as UTF-8 text.") from None
    except FileNotFoundError:  # only the agent's list names a file that nobody has looked for
        raise ConfigError(
            f'There is no {file}; put it back, or take the firm off the list: arc agent remove "{file.parent}".'
        ) from None
    except OSError as error:
        raise ConfigError(f"{file} cannot be read ({error.strerror}); allow reading it.") from None


def parsed(file: Path, text: str) -> dict[str, Any]:
    """Return what the text of the settings says; raises `ConfigError` if it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} cannot be read: {error}. Correct that line.") from None
    except RecursionError:
        raise ConfigError(
            f"{file} cannot be read: brackets stand within brackets too deeply. Take them out."
        ) from None
    except ValueError:  # of Python, which reads no longer ones
        raise ConfigError(f"{file} cannot be read: a number has thousands of digits. Shorten it.") from None


def wrong(file: Path, text: str, key: str, what: str) -> ConfigError:
    """Return the error about a key of the settings, with the line that it stands in."""
    starts = (
        n for n, line in enumerate(text.splitlines(), 1) if re.match(rf'\s*"?{re.escape(key)}"?\s*=', line)
    )
    number = next(starts, None)
    return ConfigError(f"{file}{f', line {number}' if number else ''}: {key} {what}.")


def name_spreadsheet(file: Path, spreadsheet: str) -> None:
    """Let the settings name a spreadsheet that has just been made. Raises `ConfigError` if they cannot be written."""
    line = f'book = "google:{spreadsheet}"'
    text = read_settings(file)
    written, many = re.subn(r"(?m)^\s*book\s*=\s*(\"[^\"\n]*\"|'[^'\n]*')", line, text, count=1)
    try:
        file.write_text(written if many else f"{line}\n{text}", "utf-8")
    except OSError as error:
        raise ConfigError(
            f"{file} cannot be written ({error.strerror}); write {line} there yourself."
        ) from None


def beside(file: Path, place: str) -> str:
    """Return a path meant from the settings' folder as an absolute one; an address stays as it is.

    Raises `NoPlace`.
    """
    if "\0" in place:
        raise NoPlace("holds a character that no place can have; type it anew")
    if "://" in place:
        return place
    path = file.parent / _at_home(place)
    try:
        path.lstat()
    except OSError as error:  # that it is not there yet, or out of reach, is told by whoever opens it
        if error.errno == errno.ENAMETOOLONG:
            raise NoPlace("is longer than a path can be; shorten it") from None
    return str(path)


def _at_home(place: str) -> Path:
    """Return a path in which ~ is a home folder; raises `NoPlace`."""
    try:
        return Path(place).expanduser()
    except RuntimeError:
        raise NoPlace("names the home folder of somebody who has none here; write the whole path") from None


def stamp_of(text: str) -> str:
    """Return a fingerprint of the settings and of this version of ARC."""
    return hashlib.sha256(f"{__version__}\n{text}".encode()).hexdigest()[:16]


def without_password(place: str) -> str:
    """Return a path or address as it may be shown."""
    return _IN_QUERY.sub(r"\1***", re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", place))


def holds_password(place: str) -> bool:
    """Say whether the address of a ledger has a password in it."""
    return bool(re.search(r"://[^:/@]*:[^@]+@", place) or ("://" in place and _IN_QUERY.search(place)))
