"""Settings changed in place: one key of `arc.toml`, with every comment and blank line kept as a person left it."""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from dataclasses import asdict
from datetime import time
from pathlib import Path
from typing import Any, Final

import tomlkit
from tomlkit.exceptions import TOMLKitError

from arc_sheets.cells import is_sound, verbatim
from arc_sheets.errors import ConfigError
from arc_sync.agent.config import Config
from arc_sync.agent.places import IN_PGPASS, find, holds_password, read_settings, without_password

#: The tables that `arc.toml` may have, where it has none of them yet.
TABLES: Final = ("rates", "sender", "mail", "google", "texts", "agent")
#: The keys whose values are no texts, and how one is typed.
_OTHER: Final = {
    "buckets": "[30, 60, 90]",
    "rates_on": "2026-11-19",
    "mail.port": "587",
    "agent.every": "60",
    "agent.backups": "14",
}


def shown(path: Path | None) -> dict[str, str]:
    """Return every setting as it counts now, by its key ("mail.how"), those left out with what ARC takes for them.

    Raises `ConfigError`.
    """
    config = Config.load(path)
    told: dict[str, Any] = {
        "company": config.company,
        "base_currency": config.base_currency,
        "book": config.book,
        "ledger": without_password(config.ledger),
        "policy": config.policy,
        "date_order": config.order or "either",
        "buckets": list(config.buckets.edges),
        "who": config.who,
        "time_zone": config.zone.key,
        "rates_on": config.rates.on or "",
        **{f"rates.{code}": rate for code, rate in sorted(config.rates.to_base.items())},
        **_prefixed("sender", {k: v for k, v in asdict(config.sender).items() if k != "company"}),
        **_prefixed("mail", asdict(config.mail)),
        "google.login": config.google.how,
        "google.key": config.google.key or "",
        "texts.how": "gateway" if config.texts else "off",
        **_prefixed("agent", config.agent._asdict()),
    }
    return {key: _words(value) for key, value in told.items()}


def change(path: Path | None, key: str, text: str) -> str:
    """Set one key to a value as a person types it, and return the line as it stands now.

    The file is replaced whole, and only if all of it can be read as settings afterwards. Raises `ConfigError`, and
    then nothing was changed.
    """
    file = find(path)
    if not is_sound(key + text):
        told = verbatim(f"{key} = {text}")
        raise ConfigError(
            f"{file}: {told} has characters that cannot be shown; type it anew. Nothing was changed."
        )
    before = read_settings(file)
    try:
        document = tomlkit.parse(before)
    except TOMLKitError as error:
        raise ConfigError(f"{file} cannot be read: {error}. Correct that line.") from None
    table, name = _place(document, key, file)
    table[name] = _value(key, text, file)
    after = tomlkit.dumps(document)
    _try(file, after)
    _replace(file, after)
    return f"{key} = {tomlkit.item(table[name]).as_string()}"


def _place(document: tomlkit.TOMLDocument, key: str, file: Path) -> tuple[MutableMapping[str, Any], str]:
    """Return the table that a key belongs into, made where it lacks, and the key's name in it."""
    head, dot, name = key.partition(".")
    if not dot:
        return document, head
    if head not in TABLES:
        raise ConfigError(f"{file} has no table {head}; the tables are {', '.join(TABLES)}.")
    if head not in document:
        document[head] = tomlkit.table()
    table = document[head]
    if not isinstance(table, MutableMapping):
        raise ConfigError(f"{file}: {head} must be a table; correct it by hand.")
    return table, name


def _value(key: str, text: str, file: Path) -> Any:
    """Return a typed text as the value that its key takes."""
    if key == "ledger" and holds_password(text):
        raise ConfigError(f"{file}: {IN_PGPASS} Nothing was changed.")
    if key not in _OTHER:
        return text
    try:
        return tomlkit.value(text.strip())
    except (TOMLKitError, ValueError):
        raise ConfigError(
            f'{file}: {key} cannot be "{text}"; write it like {_OTHER[key]}. Nothing was changed.'
        ) from None


def _try(file: Path, text: str) -> None:
    """Raise `ConfigError` unless this text would be right as the settings."""
    trial = file.with_name(f".{file.name}.trial")
    try:
        trial.write_text(text, "utf-8")
        Config.load(trial)
    except ConfigError as error:
        raise ConfigError(f"{str(error).replace(str(trial), str(file))} Nothing was changed.") from None
    except OSError as error:
        raise ConfigError(f"{file} cannot be written ({error.strerror}); allow writing there.") from None
    finally:
        trial.unlink(missing_ok=True)


def _replace(file: Path, text: str) -> None:
    new = file.with_name(f".{file.name}.new")
    try:
        mode = file.stat().st_mode
        with new.open("w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        new.chmod(mode)
        new.replace(file)
    except OSError as error:
        raise ConfigError(f"{file} cannot be written ({error.strerror}); allow writing there.") from None
    finally:
        new.unlink(missing_ok=True)


def _prefixed(table: str, told: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{table}.{name}": value for name, value in told.items()}


def _words(value: object) -> str:
    """Return a value as it would be typed."""
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)
