"""Where passwords and tokens are kept: never in the settings, the workbook, the ledger, the log or an argument.

Looked for in this order:

1. systemd's credentials (`LoadCredential=`), for an agent that runs as a service;
2. a file that only its owner can read, where a person chose it because there is no keyring;
3. the system's keyring: Windows' Credential Manager, macOS' Keychain, Secret Service or KWallet on Linux.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import keyring
import keyring.backends.fail
import keyring.errors
import platformdirs

from arc_sheets.errors import MailError

SERVICE: Final = "arc-sheets"
_PIECE: Final = 600  # characters: Windows takes 2,560 octets of UTF-16 an entry, and tokens are longer
_PIECES: Final = "arc-pieces:"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Safe:
    """The secrets of this user. A purpose names one, such as "mail receivables@example.com"."""

    file: Path
    credentials: Path | None = None  #: systemd's folder

    @classmethod
    def of_this_user(cls) -> Safe:
        """Return the usual places."""
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        data = platformdirs.user_data_path(SERVICE, appauthor=False)
        return cls(data / "secrets.json", Path(folder) if folder else None)

    def get(self, purpose: str) -> str | None:
        """Return a secret, or None. Raises `MailError` where it lies open to others or cannot be read."""
        given = self._credential(purpose)
        return given if given is not None else self._kept().get(purpose) or _from_keyring(purpose)

    def put(self, purpose: str, secret: str, *, in_file: bool = False) -> str:
        """Keep a secret and return where, in words. Raises `MailError` where there is no keyring."""
        kept = self._kept()
        if in_file or purpose in kept:
            self._keep({**kept, purpose: secret})
            return str(self.file)
        _to_keyring(purpose, secret)
        return "the system's keyring"

    def ready(self, purpose: str, *, in_file: bool = False) -> None:
        """Raise `MailError` where there is no place to keep a secret: before a person types it."""
        if not (in_file or purpose in self._kept()):
            _need_keyring(purpose)

    def forget(self, purpose: str) -> None:
        """Forget a secret, wherever it was kept; systemd's are not ours to forget."""
        kept = self._kept()
        if kept.pop(purpose, None) is not None:
            self._keep(kept)
        if has_keyring():
            _forget_in_keyring(purpose)

    def _credential(self, purpose: str) -> str | None:
        if self.credentials is None:
            return None
        file = self.credentials / credential_name(purpose)
        return _private_text(file).rstrip("\r\n") if file.exists() else None

    def _kept(self) -> dict[str, str]:
        if not self.file.exists():
            return {}
        try:
            kept = json.loads(_private_text(self.file))
        except ValueError:
            kept = None
        if not isinstance(kept, dict):
            raise MailError(f"{self.file} is damaged; remove it, and run `arc mail login` again.")
        return kept

    def _keep(self, kept: dict[str, str]) -> None:
        """Write the file whole; it never exists with other rights than its owner's."""
        temporary = self.file.with_suffix(".part")
        try:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary.unlink(missing_ok=True)
            with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:  # noqa: PTH123 - with rights
                json.dump(kept, stream)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(self.file)
        except OSError as error:
            raise MailError(
                f"{self.file} cannot be written ({error.strerror}); allow it, or make room."
            ) from None


def has_keyring() -> bool:
    """Say whether this system has a keyring that ARC can use."""
    return not isinstance(keyring.get_keyring(), keyring.backends.fail.Keyring)


def credential_name(purpose: str) -> str:
    """Return the name under which systemd is to pass a secret: LoadCredential=NAME:/its/file."""
    return f"{SERVICE}.{re.sub(r'[^a-z0-9]+', '-', purpose.lower()).strip('-')}"


def _private_text(file: Path) -> str:
    """Return a file's text; raises `MailError` if others can read it, or it cannot be read."""
    try:
        if sys.platform != "win32" and file.stat().st_mode & 0o077:
            raise MailError(
                f"{file} can be read by others; run `chmod 600 {file}`, and change the passwords that are in it."
            )
        return file.read_text("utf-8")
    except OSError as error:
        raise MailError(f"{file} cannot be read ({error.strerror}); allow it.") from None
    except UnicodeDecodeError:
        raise MailError(f"{file} is damaged; remove it, and run `arc mail login` again.") from None


def _from_keyring(purpose: str) -> str | None:
    if not has_keyring():
        return None
    first = _asked(keyring.get_password, SERVICE, purpose)
    if first is None or not first.startswith(_PIECES):
        return first
    pieces = [_asked(keyring.get_password, SERVICE, name) for name in _names(purpose, first)]
    return None if None in pieces else "".join(filter(None, pieces))


def _need_keyring(purpose: str) -> None:
    if not has_keyring():
        raise MailError(
            "This system has no keyring; run it again with --in-file to keep it in a file that only you can read, or"
            f" pass it as systemd's credential {credential_name(purpose)}."
        )


def _to_keyring(purpose: str, secret: str) -> None:
    _need_keyring(purpose)
    _forget_in_keyring(purpose)
    if len(secret) <= _PIECE and not secret.startswith(_PIECES):
        _asked(keyring.set_password, SERVICE, purpose, secret)
        return
    pieces = [secret[i : i + _PIECE] for i in range(0, len(secret), _PIECE)]
    head = f"{_PIECES}{len(pieces)}"
    for name, piece in zip(_names(purpose, head), pieces, strict=True):
        _asked(keyring.set_password, SERVICE, name, piece)
    _asked(keyring.set_password, SERVICE, purpose, head)  # the last: it makes them count


def _forget_in_keyring(purpose: str) -> None:
    head = _asked(keyring.get_password, SERVICE, purpose)
    if head is None:
        return
    for name in (purpose, *(_names(purpose, head) if head.startswith(_PIECES) else ())):
        if _asked(keyring.get_password, SERVICE, name) is not None:
            _asked(keyring.delete_password, SERVICE, name)


def _names(purpose: str, head: str) -> list[str]:
    return [f"{purpose} {n}" for n in range(1, int(head.removeprefix(_PIECES)) + 1)]


def _asked(ask: Callable[..., T], *what: str) -> T:
    """Ask the keyring. What it raises is its system's own, and may hold what was asked for: only its name is told."""
    try:
        return ask(*what)
    except Exception as error:  # noqa: BLE001 - see above
        raise MailError(
            f"The system's keyring does not open ({type(error).__name__}); unlock it, or log in to the desktop."
        ) from None
