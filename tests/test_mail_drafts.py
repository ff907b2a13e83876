from __future__ import annotations

import email
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from arc_sync.mail.drafts import DraftFolder, file_name, slug
from arc_sync.mail.port import Fate
from arc_sync.xlsx import replacing
from tests.mail_samples import Asked
from tests.mail_samples import email as sample
from tests.mail_samples import text as sample_text


def never() -> None:
    pytest.fail("it was asked")


def files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir()) if folder.is_dir() else []


def test_a_person_recognises_a_draft_by_its_name(tmp_path: Path) -> None:
    outcome = DraftFolder(tmp_path).send(sample(), Asked())
    assert files(tmp_path) == [outcome.said] == [f"2026-11-20 Friendly Müller-Söhne {sample().id[:12]}.eml"]


def test_a_mail_program_opens_it_as_a_draft(tmp_path: Path) -> None:
    DraftFolder(tmp_path).send(sample(cc=("boss@example.com",)), Asked())
    (file,) = tmp_path.iterdir()
    message = email.message_from_bytes(file.read_bytes())
    assert message["X-Unsent"] == "1"
    assert message["Subject"] == "Invoice INV-7"
    assert message["Cc"] == "boss@example.com"
    assert file.read_bytes() == b"X-Unsent: 1\r\n" + sample(cc=("boss@example.com",)).content


def test_a_text_is_a_file_with_the_number_above(tmp_path: Path) -> None:
    DraftFolder(tmp_path).send(sample_text(what="Pay, please: 5 €"), Asked())
    (file,) = tmp_path.iterdir()
    assert file.read_text("utf-8") == "+491701234567\n\nPay, please: 5 €\n"
    assert file.suffix == ".txt"


def test_the_same_message_never_makes_a_second_draft(tmp_path: Path) -> None:
    folder = DraftFolder(tmp_path)
    folder.send(sample(), Asked())
    (file,) = tmp_path.iterdir()
    file.write_text("a person has changed it")
    again = folder.send(sample(), Asked(never))
    assert again.fate is Fate.DRAFTED
    assert file.read_text() == "a person has changed it"
    assert folder.find(sample()) == file
    assert folder.find(sample("another")) is None


def test_two_messages_of_one_day_and_customer_have_two_names() -> None:
    assert len({file_name(sample(f"key {n}")) for n in range(200)}) == 200


def test_a_copy_makes_no_draft_of_its_own(tmp_path: Path) -> None:
    copy = sample(to="boss@example.com", cc=("boss@example.com",))
    outcome = DraftFolder(tmp_path).send(copy, Asked(never))
    assert outcome.fate is Fate.REFUSED
    assert "boss@example.com in its Cc line" in outcome.said
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("CON", "CON"),
        ('a:b*c?d"e<f>g|h\\i/j', "a-b-c-d-e-f-g-h-i-j"),
        ("trailing. ", "trailing"),
        ("x" * 300, "x" * 40),
        ("株式会社 🧾 ACME", "株式会社-ACME"),
        ("\x00\n\r", ""),
        ("=HYPERLINK(1)", "HYPERLINK-1"),
    ],
)
def test_any_customer_gives_a_name_that_every_system_takes(tmp_path: Path, name: str, safe: str) -> None:
    assert slug(name) == safe
    message = replace(sample(), customer=name)
    assert DraftFolder(tmp_path).send(message, Asked()).fate is Fate.DRAFTED
    assert len(files(tmp_path)) == 1
    assert len(files(tmp_path)[0].encode()) < 250


def test_nothing_lies_about_after_a_refusal(tmp_path: Path) -> None:
    def no() -> None:
        raise ValueError("paid")

    with pytest.raises(ValueError, match="paid"):
        DraftFolder(tmp_path).send(sample(), no)
    assert files(tmp_path) == []


def test_all_is_on_the_disk_before_it_may_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    sync, put = os.fsync, replacing.replace

    def synced(handle: int) -> None:
        steps.append("synced")
        sync(handle)

    def replaced(new: Path, target: Path) -> None:
        steps.append("renamed")
        put(new, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr("arc_sync.mail.drafts.replace", replaced)
    DraftFolder(tmp_path).send(sample(), Asked(lambda: steps.append("allowed")))
    folder_too = [] if sys.platform == "win32" else ["synced"]
    assert steps == ["synced", "allowed", "renamed", *folder_too]


def _full(*_: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("name", "fate", "asked"),
    [("os.fsync", Fate.LATER, 0), ("replace", Fate.LATER, 1), ("sync_folder", Fate.UNKNOWN, 1)],
)
def test_a_full_disk_is_told_truly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, fate: Fate, asked: int
) -> None:
    monkeypatch.setattr(f"arc_sync.mail.drafts.{name}", _full)
    count = Asked()
    outcome = DraftFolder(tmp_path).send(sample(), count)
    assert (outcome.fate, count.times) == (fate, asked)
    assert "No space left" in outcome.said
    assert files(tmp_path) == ([] if fate is Fate.LATER else [file_name(sample())])


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file")
    outcome = DraftFolder(tmp_path / "outbox").send(sample(), Asked(never))
    assert (outcome.fate, outcome.slow_down) == (Fate.LATER, True)
    assert "cannot be written" in outcome.said


def test_what_a_crash_left_is_no_draft_and_in_nobodys_way(tmp_path: Path) -> None:
    part = tmp_path / f".{file_name(sample())}.part"
    part.write_text("half")
    assert DraftFolder(tmp_path).send(sample(), Asked()).fate is Fate.DRAFTED
    assert files(tmp_path) == [file_name(sample())]
