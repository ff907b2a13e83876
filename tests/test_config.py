from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from arc_sheets.errors import ConfigError
from arc_sync.agent.config import Config, _Written
from arc_sync.agent.places import without_password
from arc_sync.agent.quick import quietly_in_step
from arc_sync.agent.running.glimpse import look
from arc_sync.agent.running.keeping import Keeping
from arc_sync.agent.running.standing import firm_stands
from arc_sync.agent.running.state import State

LEAST = 'company = "Weststadt"\nbase_currency = "EUR"\n'


def written(folder: Path, text: str) -> Path:
    file = folder / "arc.toml"
    file.write_text(text, "utf-8")
    return file


def test_what_is_left_out_takes_its_usual_value(tmp_path: Path) -> None:
    config = Config.load(written(tmp_path, LEAST))
    assert (config.company, config.base_currency) == ("Weststadt", "EUR")
    assert config.book == tmp_path / "Receivables.xlsx"
    assert config.ledger == str(tmp_path / "ledger.db")
    assert (config.order, config.buckets.edges, config.rates.to_base) == (None, (30, 60, 90), {})
    assert config.who


def test_everything_can_be_said(tmp_path: Path) -> None:
    more = (
        'book = "sub/Ours.xlsx"\nledger = "postgresql://arc@server/books"\ndate_order = "mdy"\n'
        'buckets = [15, 45]\nwho = "Zoë"\nrates_on = 2026-11-19\n[rates]\nUSD = "0.92"\n'
    )
    config = Config.load(written(tmp_path, LEAST + more))
    assert config.book == tmp_path / "sub" / "Ours.xlsx"
    assert config.ledger == "postgresql://arc@server/books"
    assert (config.order, config.buckets.edges, config.who) == ("mdy", (15, 45), "Zoë")
    assert config.rates.on == date(2026, 11, 19)
    assert config.rates.to_base == {"USD": Decimal("0.92")}


def test_a_folder_stands_for_the_file_in_it_and_here_is_the_current_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, LEAST)
    assert Config.load(tmp_path).file == file
    monkeypatch.chdir(tmp_path)
    assert Config.load().file == file


def test_a_byte_order_mark_of_windows_notepad_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "arc.toml").write_text(LEAST, "utf-8-sig")
    assert Config.load(tmp_path).company == "Weststadt"


def test_the_stamp_follows_the_settings(tmp_path: Path) -> None:
    one = Config.load(written(tmp_path, LEAST)).stamp
    assert Config.load(tmp_path).stamp == one
    assert Config.load(written(tmp_path, LEAST + "buckets = [10]\n")).stamp != one


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (LEAST + "colour = 1", "line 3: colour is no setting that ARC knows"),
        ('base_currency = "EUR"', "company is missing; add it"),
        ("company = 3\n" + LEAST[22:], "line 1: company must be a text"),
        (
            'company = ""\nbase_currency = "EURO"',
            "line 2: base_currency is no currency code; write one such as EUR",
        ),
        (LEAST + "buckets = [60, 30]", "arc.toml, line 3: buckets must be whole days that rise"),
        (LEAST + 'buckets = ["30"]', "line 3: buckets must be whole days that rise"),
        (LEAST + 'date_order = "ymd"', 'line 3: date_order must be "dmy" or "mdy"'),
        (LEAST + "[rates]\nUSD = 0.92", 'line 4: USD must be a rate in quotation marks, such as "0.92"'),
        (LEAST + '[rates]\nUSD = "cheap"', 'line 4: USD is "cheap", which is no number'),
        (LEAST + '[rates]\nUSD = "0"', "rate of USD is 0; write a number above zero"),
        (LEAST + '[rates]\nXXX = "1"', "XXX is no currency code"),
        (LEAST + 'rates_on = "2026-11-19"', "line 3: rates_on must be a date without quotation marks"),
        (LEAST + 'ledger = ""', "line 3: ledger must be a path"),
        (LEAST + 'book = "Receivables.pdf"', 'line 3: book is "Receivables.pdf"; write the path of an .xlsx'),
        (LEAST + '[sender]\nemail = "at home"', 'line 4: email is "at home": it has no @; write one such as'),
        ("company = Weststadt", "(at line 1, column 11). Correct that line"),
    ],
)
def test_what_is_wrong_is_said_with_file_place_and_remedy(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError) as error:
        Config.load(written(tmp_path, text))
    assert told in str(error.value)
    assert str(tmp_path / "arc.toml") in str(error.value)
    assert str(error.value).endswith(".")


HOSTILE = [
    (
        'ledger = "~nosuchuser/ledger.db"',
        "line 3: ledger names the home folder of somebody who has none here",
    ),
    ('book = "~nosuchuser/R.xlsx"', "line 3: book names the home folder of somebody who has none here"),
    (f'ledger = "{"x" * 5_000}.db"', "line 3: ledger is longer than a path can be; shorten it"),
    ('book = "a\\u0000b.xlsx"', "line 3: book holds a character that no place can have; type it anew"),
    ('ledger = "postgresql://h/a\\u0000b"', "line 3: ledger holds a character that no place can have"),
    (f"x = {'[' * 3_000}{']' * 3_000}", "cannot be read: brackets stand within brackets too deeply"),
    (f"x = {'9' * 5_000}", "cannot be read: a number has thousands of digits"),
    (f'time_zone = "{"x" * 5_000}"', "time_zone"),
]


@pytest.mark.parametrize(("more", "told"), HOSTILE, ids=range(len(HOSTILE)))
def test_what_no_machine_can_take_is_said_by_the_settings_and_by_the_agent(
    tmp_path: Path, more: str, told: str
) -> None:
    file = written(tmp_path, f"{LEAST}{more}\n")
    keeping = Keeping(file, State())
    keeping.look()
    for said in (_refusal(lambda: Config.load(file)), _refusal(lambda: look(file)), keeping.wrong):
        assert told in said
        assert str(file) in said
    assert quietly_in_step(file, datetime.now(UTC)) is None
    (trouble,) = firm_stands(file, State(), datetime.now(UTC)).troubles
    assert told in str(trouble)


def _refusal(act: Callable[[], object]) -> str:
    with pytest.raises(ConfigError) as error:
        act()
    return str(error.value)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('who = "Z\\u0000"', "line 3: who holds characters that cannot be shown; type it anew"),
        ('[sender]\nname = "Z\\u0000"', "line 4: name holds characters that cannot be shown; type it anew"),
    ],
)
def test_a_text_that_no_ledger_can_keep_is_said_with_its_line(tmp_path: Path, more: str, told: str) -> None:
    assert told in _refusal(lambda: Config.load(written(tmp_path, f"{LEAST}{more}\n")))


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="their names are all of Unicode")
def test_a_folder_whose_name_is_no_text_is_said(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    folder.mkdir()
    assert "caf?/arc.toml holds bytes that are no UTF-8" in _refusal(
        lambda: Config.load(written(folder, LEAST))
    )


def test_a_login_name_that_is_no_text_is_written_as_far_as_it_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "caf\udce9")
    assert Config.load(written(tmp_path, LEAST)).who == "caf\ufffd"


def test_the_folder_of_backups_is_a_place_too(tmp_path: Path) -> None:
    file = written(tmp_path, LEAST + '[agent]\nfolder = "~nosuchuser/b"\n')
    assert "line 4: folder names the home folder" in _refusal(lambda: Config.load(file))


def test_settings_in_the_home_folder_of_nobody_are_refused() -> None:
    assert "write the whole path" in _refusal(lambda: Config.load(Path("~nosuchuser/arc.toml")))


@pytest.mark.parametrize("book", ["/", f"{'x' * 245}.xlsx"])
def test_the_mark_of_an_open_workbook_is_looked_for_beside_any_name(tmp_path: Path, book: str) -> None:
    file = written(tmp_path, LEAST + f'book = "{book}"\n')
    assert not look(file).is_open


def test_no_settings_says_how_to_make_some(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"There is no .*arc\.toml; .* or make one with `arc init`"):
        Config.load(tmp_path)


def test_settings_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "arc.toml").write_bytes(b"company = '\xff\xfe'")
    with pytest.raises(ConfigError, match="UTF-8"):
        Config.load(tmp_path)


def test_new_settings_say_what_they_were_told_and_can_be_read(tmp_path: Path) -> None:
    name = 'L\'Étoile "du" Nord\\'
    file = Config.write_new(tmp_path, name, "USD")
    config = Config.load(file)
    assert (config.company, config.base_currency) == (name, "USD")
    with pytest.raises(ConfigError, match="already"):
        Config.write_new(tmp_path, name, "USD")


def test_new_settings_in_no_currency_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match='"EURO" is no currency code'):
        Config.write_new(tmp_path, "x", "EURO")
    assert not (tmp_path / "arc.toml").exists()


def test_a_password_is_not_shown() -> None:
    assert without_password("postgresql://arc:s3cret@server/books") == "postgresql://arc:***@server/books"
    assert without_password("postgresql://arc@server/books") == "postgresql://arc@server/books"
    assert without_password("postgresql://server/books?password=s3cret&x=1").endswith("?password=***&x=1")
    assert without_password("/a/b:c@d/ledger.db") == "/a/b:c@d/ledger.db"


def test_every_setting_stands_in_a_new_file_and_can_be_read_once_its_mark_is_taken_off(
    tmp_path: Path,
) -> None:
    file = Config.write_new(tmp_path, "Weststadt", "EUR")
    text = re.sub(r"^#(?=\w+ = )", "", file.read_text("utf-8"), flags=re.MULTILINE)
    written(tmp_path, text)
    assert Config.load(tmp_path).mail.port == 587
    said = tomllib.loads(text)
    assert set(said) == set(_Written.model_fields)
    for table in ("sender", "mail", "texts"):
        assert set(said[table]) == set(_Written.model_fields[table].default.model_dump())
