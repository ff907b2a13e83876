from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arc_sheets.cells import Formula
from arc_sync.books.drawing import Drawn, Link, to_tab
from arc_sync.books.google.cells import Painter
from arc_sync.books.google.look import cell_format, colour, pixels, rule_format, width_pixels
from arc_sync.books.google.shapes import LONGEST, extended, grid, holds, locale_free, with_commas
from arc_sync.books.look import ROLES, read_look
from arc_sync.xlsx.refs import LAST_ROW, Area
from tests.google_book import hex_of
from tests.google_schema import wrong
from tests.test_books_look import TOML

LOOK = read_look()
YES, NOON = True, datetime.combine(date(2026, 11, 26), time(12))
RULES = ("rule.alarm", "rule.muted", "rule.waiting", "rule.broken")


@pytest.mark.parametrize("role", ROLES)
def test_every_role_looks_as_it_does_in_a_file(role: str) -> None:
    told, made = LOOK.format(role), cell_format(LOOK, role)
    text = made["textFormat"]
    assert (text["fontFamily"], text["fontSize"]) == (told["font_name"], round(told["font_size"]))
    assert (text["bold"], text["underline"]) == (told.get("bold", False), told.get("underline", 0) == 1)
    assert text["foregroundColorStyle"] == colour(told["font_color"])
    assert made.get("backgroundColorStyle") == (colour(told["bg_color"]) if "bg_color" in told else None)
    assert made.get("horizontalAlignment", "").casefold() == told.get("align", "")
    assert made["verticalAlignment"] == {"vcenter": "MIDDLE", "top": "TOP"}[told["valign"]]
    assert (made["wrapStrategy"] == "WRAP") == told.get("text_wrap", False)
    assert set(made.get("borders", {})) == {s for s in ("top", "bottom", "left", "right") if s in told}
    number = made.get("numberFormat", {"pattern": "General"})
    assert number["pattern"] == told.get("num_format", "General")
    assert wrong(made, "CellFormat") == []


def test_a_role_that_is_none_is_refused() -> None:
    with pytest.raises(KeyError, match="sparkling"):
        cell_format(LOOK, "row.sparkling")


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        ("cell.text", "TEXT"),
        ("cell.date", "DATE"),
        ("cell.time", "DATE_TIME"),
        ("row.money3", "NUMBER"),
        ("share.slate", "PERCENT"),
        ("cell.note", None),
    ],
)
def test_google_is_told_what_kind_of_number_a_format_shows(role: str, kind: str | None) -> None:
    assert cell_format(LOOK, role).get("numberFormat", {}).get("type") == kind


def test_an_indent_is_room_on_the_side_of_the_text() -> None:
    assert cell_format(LOOK, "row.text.gap")["padding"] == {"top": 2, "right": 3, "bottom": 2, "left": 12}
    assert cell_format(LOOK, "head.filtered")["padding"] == {"top": 2, "right": 21, "bottom": 2, "left": 3}


def test_a_text_of_a_record_never_runs_into_the_next_column() -> None:
    assert cell_format(LOOK, "cell.note")["wrapStrategy"] == "CLIP"
    assert cell_format(LOOK, "slate")["wrapStrategy"] == "OVERFLOW_CELL"


@pytest.mark.parametrize("role", RULES)
def test_a_rule_changes_colours_and_weight_only_as_google_allows_no_more(role: str) -> None:
    made, told = rule_format(LOOK, role), LOOK.format(role)
    assert made.keys() <= {"backgroundColorStyle", "textFormat"}
    assert made.get("textFormat", {}).keys() <= {"foregroundColorStyle", "bold"}
    assert made, "each changes something"
    assert ("backgroundColorStyle" in made) == ("bg_color" in told)


def test_people_who_edit_the_look_get_it_here_as_well(tmp_path: Path) -> None:
    mine = tmp_path / "look.toml"
    mine.write_text(TOML.replace('navy = "1F4E79"', 'navy = "00ff00"').replace("Calibri", "Lato"), "utf-8")
    text = cell_format(read_look(mine), "title")["textFormat"]
    assert text["fontFamily"] == "Lato"
    assert text["foregroundColorStyle"] == {"rgbColor": {"red": 0.0, "green": 1.0, "blue": 0.0}}


@pytest.mark.parametrize("code", [*LOOK.colours.values(), "#000000", "#010203", "#FEFF80"])
def test_a_colour_survives_that_google_keeps_eight_bits_and_cuts_off_the_rest(code: str) -> None:
    assert hex_of(dict(colour(code))) == code
    parts = colour(code)["rgbColor"].values()
    assert [int(255 * float(f"{part:.7g}")) for part in parts] == [
        int(code[at : at + 2], 16) for at in (1, 3, 5)
    ]


def test_sizes_are_pixels() -> None:
    assert (pixels(18), width_pixels(11.3), width_pixels(24)) == (24, 84, 173)


# -- values --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ['=IMPORTDATA("https://evil.example")', "+1", "-1", "@x", "007", "1e5", "TRUE", "'x"]
)
def test_text_is_text_whatever_it_begins_with(text: str) -> None:
    assert extended(text) == {"stringValue": text}
    assert extended(Link("mailto:a@b.example", text)) == {"stringValue": text}


def test_values_are_typed() -> None:
    assert extended(None) == extended("") == {}
    assert extended(YES) == {"boolValue": True}
    assert extended(Decimal("1250.10")) == {"numberValue": 1250.10}
    assert extended(date(2026, 11, 26)) == {"numberValue": 46352}
    assert extended(NOON) == {"numberValue": 46352.5}
    assert extended(Formula("SUM(D4:I4)")) == {"formulaValue": "=SUM(D4:I4)"}


def test_what_json_cannot_carry_is_replaced() -> None:
    assert extended("a\ud800b\x00c\n") == {"stringValue": "a\ufffdb\ufffdc\n"}


def test_a_cell_holds_fifty_thousand_characters() -> None:
    assert holds("x" * LONGEST)
    assert not holds("x" * (LONGEST + 1))
    assert not holds("🧾" * (LONGEST // 2 + 1)), "UTF-16 units are counted"


@pytest.mark.parametrize(
    ("told", "free"),
    [
        ("=AND(ISNUMBER($H4),$H4>=0.005)", "=AND(ISNUMBER($H4);$H4>=(5/1000))"),
        ('=OR($P5="Settled, or not",$P5="1.5")', '=OR($P5="Settled, or not";$P5="1.5")'),
        ("='A,1.5'!B2*12.25", "='A,1.5'!B2*(1225/100)"),
        ('="say ""1,5"""&A1', '="say ""1,5"""&A1'),
    ],
)
def test_a_formula_means_the_same_in_every_locale(told: str, free: str) -> None:
    assert locale_free(told) == free


@given(st.lists(st.sampled_from(["SUM(", ")", ",", "A1", '"a;b,c"', "'T;1'!B2", "+", "12"])).map("".join))
def test_a_formula_without_decimals_comes_back_as_it_was(told: str) -> None:
    assert with_commas(locale_free(told)) == told


def test_a_formula_in_a_cell_of_text_is_still_a_formula() -> None:
    painter = Painter(LOOK, {})
    assert painter.format("link.bold.right")["numberFormat"]["type"] == "TEXT"
    assert "numberFormat" not in painter.cell(Drawn(Formula("1+1"), "link.bold.right"))["userEnteredFormat"]
    assert painter.format("link.bold.right")["numberFormat"]["type"] == "TEXT", "the role keeps its own"


def test_links_lead_where_arc_says_and_nowhere_else() -> None:
    painter = Painter(LOOK, {"Account": 77})

    def uri(link: Link) -> str | None:
        text = painter.cell(Drawn(link, "row.link"))["userEnteredFormat"]["textFormat"]
        return text["link"]["uri"] if "link" in text else None

    assert uri(to_tab("Account", "Elbe Spedition", "B2")) == "#gid=77&range=B2"
    assert uri(Link("mailto:a@b.example", "a@b.example")) == "mailto:a@b.example"
    assert uri(Link("tel:+4930", "+49 30")) is None
    assert uri(to_tab("Gone", "x")) is None
    assert uri(Link("https://evil.example", "x")) is None


def test_an_area_that_reaches_the_end_of_a_file_reaches_the_end_of_a_sheet() -> None:
    assert grid(7, Area(5, 2, LAST_ROW, 3)) == {
        "sheetId": 7,
        "startRowIndex": 4,
        "startColumnIndex": 2,
        "endColumnIndex": 4,
    }
    assert grid(7, Area(5, 2, 6, 3))["endRowIndex"] == 6
