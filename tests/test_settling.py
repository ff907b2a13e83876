from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arc_sheets.errors import ConfigError
from arc_sync.agent.config import Config
from arc_sync.agent.settling import TABLES, change, shown

NEW = ("company", "Weststadt Tools", "EUR")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return Config.write_new(tmp_path, *NEW[1:])


def test_every_setting_is_shown_as_it_counts(file: Path) -> None:
    told = shown(file)

    assert told["company"] == "Weststadt Tools"
    assert (told["mail.how"], told["agent.morning"], told["agent.every"]) == ("drafts", "07:30", "60")
    assert told["book"] == str(file.parent / "Receivables.xlsx")
    assert {key.partition(".")[0] for key in told if "." in key} >= {*TABLES} - {"rates"}


def test_a_password_in_the_ledgers_address_is_not_shown(file: Path) -> None:
    by_hand = file.read_text("utf-8").replace('"ledger.db"', '"postgresql://zoe:secret@db.example/arc"')
    file.write_text(by_hand, "utf-8")

    assert shown(file)["ledger"] == "postgresql://zoe:***@db.example/arc"


def test_a_change_keeps_every_comment_and_every_other_line(file: Path) -> None:
    before = file.read_text("utf-8").splitlines()
    change(file, "buckets", "[15, 45]")
    change(file, "company", "Weststadt & Söhne")
    after = file.read_text("utf-8").splitlines()

    assert len(after) == len(before)
    changed = [(b, a) for b, a in zip(before, after, strict=True) if b != a]
    assert [a.split("=")[0].strip() for _, a in changed] == ["company", "buckets"]
    assert changed[1][1].endswith("# the last day overdue of each column of the aging")


def test_a_key_that_was_left_out_is_added_to_its_table(file: Path) -> None:
    assert change(file, "agent.every", "30") == "agent.every = 30"
    assert change(file, "sender.name", "Zoë Kern") == 'sender.name = "Zoë Kern"'
    assert change(file, "who", "2026") == 'who = "2026"'

    config = Config.load(file)
    assert (config.agent.every, config.sender.name, config.who) == (30, "Zoë Kern", "2026")


def test_a_table_that_was_left_out_is_added(file: Path) -> None:
    file.write_text('company = "A"\nbase_currency = "EUR"\n', "utf-8")
    change(file, "rates.USD", "0.92")

    assert str(Config.load(file).rates.to_base["USD"]) == "0.92"


@pytest.mark.parametrize(
    ("key", "value", "part"),
    [
        ("mail.how", "pigeon", 'line \\d+: how must be "drafts"'),
        ("mail.port", "many", "write it like 587"),
        ("buckets", "[60, 30]", r"arc.toml, line \d+: buckets must be whole days that rise"),
        ("agent.every", "1", "every must be whole seconds"),
        ("agent.evry", "1", "no setting that ARC knows"),
        ("time_zone", "Mars", "no time zone"),
        ("nonsense", "1", "no setting that ARC knows"),
        ("company", "caf\udce9", "company = caf\ufffd has characters that cannot be shown; type it anew"),
        ("caf\udce9", "1", "caf\ufffd = 1 has characters that cannot be shown; type it anew"),
        ("nonsense.key", "1", "no table nonsense"),
        ("base_currency", "EURO", "no currency code"),
        ("mail.how", "smtp", "needs host"),
        ("sender", "Zoë", "must be a table"),
        ("ledger", "postgresql://zoe:secret@db.example/arc", "Passwords do not belong"),
        ("ledger", "postgresql://zoe@db.example/arc?password=secret", "Passwords do not belong"),
        ("google.login", "robot", 'login must be "person", "key" or "default"'),
    ],
)
def test_what_would_be_wrong_is_refused_with_file_and_remedy_and_changes_nothing(
    file: Path, key: str, value: str, part: str
) -> None:
    before = file.read_bytes()
    with pytest.raises(ConfigError, match=part) as caught:
        change(file, key, value)

    assert str(caught.value).startswith(str(file))
    assert str(caught.value).count(str(file)) == 1
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["arc.toml"]


@given(st.text(max_size=30))
def test_any_text_is_kept_as_it_was_typed(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = Config.write_new(tmp_path_factory.mktemp("firm"), *NEW[1:])
    try:
        change(file, "sender.name", text)
    except ConfigError as error:
        assert "cannot" in str(error)  # noqa: PT017 (what TOML cannot hold is refused in words)
        return

    assert Config.load(file).sender.name == text.strip()


def test_the_file_keeps_its_access_rights(file: Path) -> None:
    file.chmod(0o640)
    change(file, "who", "Zoë")

    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_settings_that_cannot_be_read_say_which_line(file: Path) -> None:
    file.write_text("company = \n", "utf-8")
    with pytest.raises(ConfigError, match="Correct that line"):
        change(file, "who", "Zoë")
