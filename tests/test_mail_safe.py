from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import keyring.backends.fail
import keyring.errors
import pytest

from arc_sheets.errors import MailError
from arc_sync.mail.safe import SERVICE, Safe, credential_name, has_keyring
from tests.mail_samples import MemoryKeyring

PURPOSE = "mail receivables@example.com"
unix = pytest.mark.skipif(sys.platform == "win32", reason="access rights are those of Unix")


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    before, made = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def no_ring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]  # keyring's is
    yield
    keyring.set_keyring(before)


@pytest.fixture
def safe(tmp_path: Path) -> Safe:
    return Safe(tmp_path / "data" / "secrets.json")


def test_the_keyring_keeps_it(safe: Safe, ring: MemoryKeyring) -> None:
    assert has_keyring()
    assert safe.get(PURPOSE) is None
    assert safe.put(PURPOSE, "s3cret") == "the system's keyring"
    assert ring.kept == {(SERVICE, PURPOSE): "s3cret"}
    assert safe.get(PURPOSE) == "s3cret"
    assert not safe.file.exists()
    safe.forget(PURPOSE)
    assert (safe.get(PURPOSE), ring.kept) == (None, {})


@pytest.mark.parametrize("secret", ["x" * 1000, "x" * 1001, "ü" * 5000, "arc-pieces:3", "😀" * 700])
def test_a_long_one_is_kept_in_pieces_that_windows_takes(
    safe: Safe, ring: MemoryKeyring, secret: str
) -> None:
    safe.put(PURPOSE, secret)
    assert safe.get(PURPOSE) == secret
    assert all(len(piece.encode("utf-16-le")) <= 2560 for piece in ring.kept.values())
    safe.put(PURPOSE, "short")
    assert ring.kept == {(SERVICE, PURPOSE): "short"}
    safe.put(PURPOSE, secret)
    safe.forget(PURPOSE)
    assert ring.kept == {}


def test_half_a_secret_is_none(safe: Safe, ring: MemoryKeyring) -> None:
    safe.put(PURPOSE, "x" * 3000)
    del ring.kept[SERVICE, f"{PURPOSE} 2"]
    assert safe.get(PURPOSE) is None


@pytest.mark.usefixtures("no_ring")
def test_without_a_keyring_a_person_decides(safe: Safe) -> None:
    assert not has_keyring()
    with pytest.raises(MailError, match="--in-file") as caught:
        safe.put(PURPOSE, "s3cret")
    assert credential_name(PURPOSE) in str(caught.value)
    assert not safe.file.exists()
    assert safe.put(PURPOSE, "s3cret", in_file=True) == str(safe.file)
    assert safe.get(PURPOSE) == "s3cret"
    assert safe.put(PURPOSE, "newer") == str(safe.file)  # it was decided
    assert safe.get(PURPOSE) == "newer"
    safe.forget(PURPOSE)
    assert safe.get(PURPOSE) is None


@unix
@pytest.mark.usefixtures("no_ring")
def test_the_file_is_its_owners_alone(safe: Safe) -> None:
    old = os.umask(0)
    try:
        safe.put(PURPOSE, "s3cret", in_file=True)
    finally:
        os.umask(old)
    assert safe.file.stat().st_mode & 0o777 == 0o600
    assert safe.file.parent.stat().st_mode & 0o777 == 0o700
    assert [file.name for file in safe.file.parent.iterdir()] == ["secrets.json"]


@unix
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
@pytest.mark.usefixtures("no_ring")
def test_a_file_that_others_can_read_is_refused(safe: Safe, mode: int) -> None:
    safe.put(PURPOSE, "s3cret", in_file=True)
    safe.file.chmod(mode)
    with pytest.raises(MailError, match="can be read by others; run `chmod 600"):
        safe.get(PURPOSE)
    with pytest.raises(MailError, match="can be read by others"):
        safe.put(PURPOSE, "x")
    with pytest.raises(MailError, match="can be read by others"):
        safe.forget(PURPOSE)


@pytest.mark.parametrize("text", ["", "{", "[]", "\xff"])
@pytest.mark.usefixtures("no_ring")
def test_a_damaged_file_is_said_to_be(safe: Safe, text: str) -> None:
    safe.put(PURPOSE, "s3cret", in_file=True)
    safe.file.write_bytes(text.encode("latin-1"))
    with pytest.raises(MailError, match="is damaged"):
        safe.get(PURPOSE)


@pytest.mark.usefixtures("no_ring")
def test_systemd_gives_it_to_a_service(tmp_path: Path) -> None:
    folder = tmp_path / "credentials"
    folder.mkdir()
    file = folder / "arc-sheets.mail-receivables-example-com"
    file.write_text("s3cret\n")
    file.chmod(0o400)
    safe = Safe(tmp_path / "none.json", folder)
    assert safe.get(PURPOSE) == "s3cret"
    assert safe.get("texts Example Ltd") is None


@unix
def test_a_credential_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / credential_name(PURPOSE)
    file.write_text("s3cret")
    file.chmod(0o444)
    with pytest.raises(MailError, match="can be read by others"):
        Safe(tmp_path / "none.json", tmp_path).get(PURPOSE)


def test_the_usual_places_are_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    safe = Safe.of_this_user()
    assert safe.credentials == tmp_path
    assert safe.file.name == "secrets.json"
    assert SERVICE in safe.file.parts


class _Locked(MemoryKeyring):
    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError(f"locked: {service} {username} s3cret")


@pytest.mark.usefixtures("ring")
def test_a_keyring_that_does_not_open_is_explained_without_what_it_held(
    safe: Safe, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    keyring.set_keyring(_Locked())
    with pytest.raises(MailError, match="keyring does not open") as caught:
        safe.put(PURPOSE, "s3cret")
    assert "s3cret" not in str(caught.value)
    assert caught.value.__suppress_context__
    assert caught.value.__cause__ is None
    with pytest.raises(MailError, match="keyring does not open"):
        safe.get(PURPOSE)
    assert "s3cret" not in caplog.text


@pytest.mark.usefixtures("no_ring")
def test_the_file_is_plain_json_for_whoever_must_mend_it(safe: Safe) -> None:
    safe.put(PURPOSE, "s3cret", in_file=True)
    assert json.loads(safe.file.read_text()) == {PURPOSE: "s3cret"}
