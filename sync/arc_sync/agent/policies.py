"""The reminder policy: a firm's own `policy.toml`, or the one that ARC ships."""

from __future__ import annotations

import re
import tomllib
from typing import Final

from arc_sheets.errors import ConfigError
from arc_sheets.policy import Policy, WrongPolicy, read
from arc_sheets.resources import folder
from arc_sync.agent.config import Config
from arc_sync.agent.places import POLICY

#: What the shipped file says of itself, and what a firm's own says instead.
_ELSEWHERE: Final = "Copy this file beside your arc.toml and change it there;"
_HERE: Final = "Change it as you like;"


def policy_of(config: Config) -> Policy:
    """Return the firm's policy; where it has no file of its own, the shipped one.

    Raises `ConfigError`, which names the file, the line and the remedy.
    """
    try:
        text = config.policy.read_text("utf-8-sig")
    except FileNotFoundError:
        return read(tomllib.loads(_shipped()), config.rates.base)
    except UnicodeDecodeError:
        raise ConfigError(f"{config.policy} is not written in UTF-8; save it as UTF-8 text.") from None
    except OSError as error:
        raise ConfigError(f"{config.policy} cannot be read ({error.strerror}); allow reading it.") from None
    try:
        return read(tomllib.loads(text), config.rates.base)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{config.policy} cannot be read: {error}. Correct that line.") from None
    except WrongPolicy as error:
        raise ConfigError(f"{config.policy}{_line(text, error)}: {error}") from None


def write_policy(config: Config) -> bool:
    """Write the shipped policy where the firm's own is looked for; False if one is there.

    Raises `ConfigError` if it cannot be written.
    """
    try:
        with config.policy.open("x", encoding="utf-8") as stream:
            stream.write(_shipped().replace(_ELSEWHERE, _HERE))
    except FileExistsError:
        return False
    except OSError as error:
        raise ConfigError(
            f"{config.policy} cannot be written ({error.strerror}); choose another folder."
        ) from None
    return True


def _shipped() -> str:
    return (folder("templates") / POLICY).read_text("utf-8")


def _line(text: str, error: WrongPolicy) -> str:
    """Return where the key stands: ", line 7", within its stage if it stands in one; "" where it is missing."""
    lines = text.splitlines()
    heads = [n for n, line in enumerate(lines) if re.match(r"\s*\[\[\s*stages\s*\]\]", line)]
    start, end = 0, len(lines)
    if error.stage is not None and error.stage < len(heads):
        start, end = heads[error.stage], [*heads, len(lines)][error.stage + 1]
    pattern = re.compile(rf'\s*(\[\s*)?"?{re.escape(error.key)}"?\s*(=|\])')
    number = next((n for n in range(start, end) if pattern.match(lines[n])), None)
    if number is None and error.stage is not None and start:
        number = start  # what is missing is missed in its stage
    return "" if number is None else f", line {number + 1}"
