from __future__ import annotations

from pathlib import Path

import pytest

from arc_sheets import tabs
from arc_sheets.errors import ConfigError
from arc_sheets.resources import folder
from arc_sheets.tab import Tab
from arc_sync.books import form
from arc_sync.books.draw.issues import ISSUES
from arc_sync.books.look import ROLES, entry_role, header_role, money_word, read_look, record_role, wraps

LOOK = read_look()
TOML = (folder("templates") / "look.toml").read_text(encoding="utf-8")


def _with(tmp_path: Path, old: str, new: str) -> Path:
    assert old in TOML
    changed = tmp_path / "look.toml"
    changed.write_text(TOML.replace(old, new), encoding="utf-8")
    return changed


def test_every_role_has_a_look_and_stands_once_in_the_list() -> None:
    assert len(set(ROLES)) == len(ROLES)
    for role in ROLES:
        assert LOOK.format(role)["font_name"] == "Calibri"


def test_an_unknown_word_is_refused() -> None:
    with pytest.raises(KeyError, match="sparkling"):
        LOOK.format("row.sparkling")


def test_a_rule_changes_only_what_it_says() -> None:
    assert LOOK.format("rule.muted") == {"font_color": "#5B6775"}


@pytest.mark.parametrize(
    ("currency", "number"),
    [
        ("EUR", '#,##0.00_);(#,##0.00);"–"_)'),
        ("JPY", '#,##0_);(#,##0);"–"_)'),
        ("KWD", '#,##0.000_);(#,##0.000);"–"_)'),
    ],
)
def test_amounts_show_the_decimals_of_their_currency(currency: str, number: str) -> None:
    assert LOOK.format(f"row.{money_word(currency)}")["num_format"] == number
    role = record_role(tabs.INVOICES, tabs.INVOICES.column("amount"), currency)
    assert LOOK.format(role)["num_format"] == number
    assert LOOK.format(f"row.{money_word(currency).replace('money', 'check')}.slate")["num_format"].endswith(
        '"agrees"'
    )


@pytest.mark.parametrize("tab", [*tabs.RECORD_TABS, ISSUES], ids=lambda tab: tab.title)
def test_record_cells_and_headers_use_listed_roles(tab: Tab) -> None:
    for column in tab.columns:
        for currency in (None, "EUR", "JPY", "KWD"):
            assert record_role(tab, column, currency) in ROLES
        assert header_role(tab, column) in ROLES


def test_the_ground_shows_who_fills_a_column() -> None:
    paid = record_role(tabs.INVOICES, tabs.INVOICES.column("paid"), "EUR")
    notes = record_role(tabs.INVOICES, tabs.INVOICES.column("notes"), "EUR")
    assert LOOK.format(paid)["bg_color"] == LOOK.colours["mist"]
    assert LOOK.format(notes)["bg_color"] == LOOK.colours["white"]


def test_short_text_is_formatted_as_text_and_long_notes_are_not() -> None:
    number = record_role(tabs.INVOICES, tabs.INVOICES.column("number"), None)
    notes = record_role(tabs.INVOICES, tabs.INVOICES.column("notes"), None)
    assert LOOK.format(number)["num_format"] == "@"
    assert LOOK.format(notes)["num_format"] == "General"  # a text format shows #### beyond 255 characters


def test_of_a_message_the_first_lines_are_seen_and_never_hashes() -> None:
    subject, body = (record_role(tabs.REMINDERS, tabs.REMINDERS.column(n), None) for n in ("subject", "body"))
    for role in (subject, body):
        told = LOOK.format(role)
        assert (told["num_format"], told["text_wrap"], told["valign"]) == ("General", True, "top")
    assert "indent" not in LOOK.format(subject)
    assert LOOK.format(body)["indent"] == 1  # it follows a long text


def test_what_people_are_asked_is_ink_and_what_arc_keeps_for_itself_is_slate() -> None:
    asked = record_role(tabs.REMINDERS, tabs.REMINDERS.column("why"), None)
    kept = record_role(tabs.INVOICES, tabs.INVOICES.column("bucket"), None)
    assert LOOK.format(asked)["font_color"] == LOOK.colours["ink"]
    assert LOOK.format(kept)["font_color"] == LOOK.colours["slate"]
    assert LOOK.format(asked)["bg_color"] == LOOK.format(kept)["bg_color"] == LOOK.colours["mist"]


def test_every_entry_cell_has_a_listed_role_in_cream() -> None:
    for block in form.BLOCKS:
        for one in block.fields:
            role = entry_role(one.column, then=one.column.name == form.THEN, tall=one.rows > 1)
            assert role in ROLES
            assert LOOK.format(role)["bg_color"] == LOOK.colours["cream"]
            assert LOOK.format(role)["align"] == "left"


def test_rows_grow_where_reading_is_the_point() -> None:
    assert [tab.title for tab in (*tabs.RECORD_TABS, ISSUES) if wraps(tab)] == [
        "Reminders",
        "Templates",
        "Issues",
    ]


def test_people_may_edit_the_look(tmp_path: Path) -> None:
    assert read_look(_with(tmp_path, 'paper = "a4"', 'paper = "letter"')).paper == 1
    rusty = read_look(_with(tmp_path, 'navy = "1F4E79"', 'navy = "00ff00"'))
    assert rusty.format("title")["font_color"] == "#00FF00"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('rust = "B4530A"', 'rust = "red"'),
        ('paper = "a4"', 'paper = "a5"'),
        ("title = 20", ""),
        ("money = 13.5", 'money = "wide"'),
        ("[sizes]", "[sizes"),
        ("[widths]", "[girths]"),
    ],
)
def test_a_broken_look_is_refused_in_one_sentence(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(ConfigError, match=r"^look\.toml.*\.$") as refused:
        read_look(_with(tmp_path, old, new))
    assert "\n" not in str(refused.value)


def test_a_missing_look_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"look\.toml cannot be read"):
        read_look(tmp_path / "look.toml")
