"""The visual language: roles and what they look like, built from `templates/look.toml`.

A role is words joined by dots, each adding its part: "row.money0.bold" is a cell of a row, an amount without
decimals, bold. `ROLES` lists every role that a book may need; `Look.format` says what one looks like, in the
property names of XlsxWriter's formats.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from arc_sheets import money
from arc_sheets.errors import ConfigError
from arc_sheets.resources import folder
from arc_sheets.tab import Column, Kind, Owner, Tab

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Format: TypeAlias = dict[str, Any]

_PAPERS: Final = {"a4": 9, "letter": 1}
_NEEDED: Final = {
    "colours": "ink slate navy steel rust rule header mist cream white".split(),
    "sizes": "title section body small tile fact".split(),
    "widths": "text note choice code money number date time".split(),
}


@dataclass(frozen=True, slots=True)
class Look:
    """The look that people may edit."""

    colours: Mapping[str, str]  #: name to "#1F4E79"
    font: str
    sizes: Mapping[str, float]  #: points
    widths: Mapping[str, float]  #: characters, by kind of column
    paper: int  #: Excel's number: 9 is A4, 1 is Letter
    date: str  #: a number format
    time: str

    def format(self, role: str) -> Format:
        """Return what a role looks like; raises KeyError for a word that is none."""
        made: Format = {} if role.startswith("rule.") else self._base()
        words = _words(self)
        for word in role.split("."):
            made |= words[word]
        return made

    def width(self, column: Column) -> float:
        """Return a column's width in characters: its own, or that of its kind."""
        return column.width or self.widths[column.kind.value]

    def _base(self) -> Format:
        return {
            "font_name": self.font,
            "font_size": self.sizes["body"],
            "font_color": self.colours["ink"],
            "valign": "vcenter",
        }


def read_look(source: Traversable | None = None) -> Look:
    """Read the look from a TOML file, by default `templates/look.toml`.

    Raises ConfigError with what is wrong in the file, and where.
    """
    source = source or folder("templates") / "look.toml"
    try:
        told = tomllib.loads(source.read_text(encoding="utf-8"))
        for part, names in _NEEDED.items():
            _ = [told[part][name] for name in names]
        return Look(
            colours={name: f"#{int(code, 16):06X}" for name, code in told["colours"].items()},
            font=str(told["font"]),
            sizes={name: float(size) for name, size in told["sizes"].items()},
            widths={name: float(width) for name, width in told["widths"].items()},
            paper=_PAPERS[told["paper"]],
            date=str(told["date"]),
            time=str(told["time"]),
        )
    except KeyError as missing:
        raise ConfigError(
            f"{source.name}: {missing} is missing or unknown; compare it with ARC's own."
        ) from None
    except (ValueError, TypeError, OSError) as error:
        raise ConfigError(f"{source.name} cannot be read as the look of a workbook: {error}.") from None


def money_word(currency: str) -> str:
    """Return the word for amounts of a currency: "money", "money0" for yen, "money3" for dinars."""
    return _MONEY_WORDS[money.exponent(currency)]


def record_role(tab: Tab, column: Column, currency: str | None) -> str:
    """Return the role of a cell of a record tab; `currency` is that of its row (None: two decimals)."""
    words = ["cell", *_content(tab, column, currency)]
    if column.owner is Owner.LEDGER and has_owners(tab):
        words.append("arc" if column.kind in _RIGHT or asks(tab) else "arctext")
    if column.kind not in _RIGHT and column in _apart(tab):
        words.append("gap")
    return ".".join(words)


def _content(tab: Tab, column: Column, currency: str | None) -> tuple[str, ...]:
    """Return the words for what a cell holds.

    A long text has no text format, which shows #### beyond 255 characters. Where rows grow, they grow with
    notes; of a whole message the first lines are seen.
    """
    if column.kind is Kind.MONEY:
        return (money_word(currency or ""),)
    if column.kind is Kind.NOTE:
        return ("note", "wrap") if wraps(tab) else ("note",)
    if _is_long(column):
        return ("note", "wrap", "top") if wraps(tab) else ("note",)
    return (column.kind.value,)


def entry_role(column: Column, *, then: bool, tall: bool) -> str:
    """Return the role of an entry cell of the form on Account: *Then* stands out, a tall cell wraps."""
    words = ["entry", "choice" if column.kind is Kind.CHOICE else column.kind.value]
    words += ["left"] * (column.kind in _RIGHT) + ["bold"] * then + ["wrap", "top"] * tall
    return ".".join(words)


def header_role(tab: Tab, column: Column) -> str:
    """Return the role of a record tab's header cell."""
    if column.kind in _RIGHT:
        return "head.filtered"
    return "head.gap" if column in _apart(tab) else "head"


def has_owners(tab: Tab) -> bool:
    """Say whether people may edit anything on the tab; where nobody may, nothing needs to be told apart."""
    return any(column.owner is not Owner.LEDGER for column in tab.columns)


def asks(tab: Tab) -> bool:
    """Say whether the tab is there to ask people: then what ARC writes there is what they must read."""
    return tab.columns[0].name in {"decision", "choice"}


def wraps(tab: Tab) -> bool:
    """Say whether the tab's rows grow with their notes: where reading them is the point of the tab."""
    return any(column.kind is Kind.NOTE and column.width >= 40 for column in tab.columns)


_LONG: Final = 34  #: characters of width from which a column of texts holds long ones
_NIL: Final = '"\u2013"'  # an en dash for zero
_MONEY_WORDS: Final = {0: "money0", 2: "money", 3: "money3"}
_RIGHT: Final = frozenset({Kind.MONEY, Kind.NUMBER})


def _apart(tab: Tab) -> tuple[Column, ...]:
    """Columns of text that follow a number or a long text: they keep a little distance."""
    pairs = zip(tab.columns, tab.columns[1:], strict=False)
    close = ((column, before.kind in _RIGHT or _is_long(before)) for before, column in pairs)
    return tuple(column for column, is_close in close if is_close and column.kind not in _RIGHT)


def _is_long(column: Column) -> bool:
    return column.kind is Kind.TEXT and column.width >= _LONG


def _decimals(places: int) -> str:
    return "0" + "." * (places > 0) + "0" * places


def _amount(places: int) -> Format:
    digits = f"#,##{_decimals(places)}"
    return {"num_format": f"{digits}_);({digits});{_NIL}_)", "align": "right"}


def _check(places: int) -> Format:
    digits = f"#,##{_decimals(places)}"
    return {"num_format": f'"off by "{digits};"off by "-{digits};"agrees"', "align": "left", "indent": 1}


def _figure(format_: str) -> Format:
    return {"num_format": format_, "align": "right"}


def _words(look: Look) -> dict[str, Format]:
    """Return what each word of a role adds."""
    return _kinds(look) | _tones(look) | _shapes(look) | _rules(look)


def _kinds(look: Look) -> dict[str, Format]:
    text: Format = {"num_format": "@", "align": "left"}
    return {
        "text": text,
        "choice": text,
        "code": text,
        "note": {"num_format": "General", "align": "left"},
        "money": _amount(2),
        "money0": _amount(0),
        "money3": _amount(3),
        "whole": _amount(0),
        "count": {"num_format": "#,##0;(#,##0);0", "align": "left"},
        "number": _figure(f"0_);(0);{_NIL}_)"),
        "days": _figure("0.0_);(0.0);0.0_)"),
        "times": _figure("0.0_);(0.0);0.0_)"),
        "share": _figure("0.0%_);(0.0%);0.0%_)"),
        "step": _figure(f'"▲" 0.0_);"▼" 0.0_);{_NIL}_)'),
        "steppoints": _figure(f'"▲" 0.0" pp"_);"▼" 0.0" pp"_);{_NIL}_)'),
        "check": _check(2),
        "check0": _check(0),
        "check3": _check(3),
        "date": {"num_format": look.date, "align": "left"},
        "time": {"num_format": look.time, "align": "left"},
    }


def _tones(look: Look) -> dict[str, Format]:
    colours, sizes = look.colours, look.sizes
    return {
        "plain": {},
        "slate": {"font_color": colours["slate"]},
        "navy": {"font_color": colours["navy"]},
        "alarm": {"font_color": colours["rust"], "bold": True},
        "bold": {"bold": True},
        "small": {"font_size": sizes["small"]},
        "large": {"font_size": sizes["section"]},
        "link": {"font_color": colours["navy"], "underline": 1, "num_format": "@", "align": "left"},
        "right": {"align": "right"},
        "left": {"align": "left"},
        "top": {"valign": "top"},
        "gap": {"indent": 1},
        "wrap": {"text_wrap": True},
    }


def _shapes(look: Look) -> dict[str, Format]:
    colours, sizes = look.colours, look.sizes
    navy, ground = colours["navy"], {"bg_color": colours["mist"]}
    bold: Format = {"bold": True, "font_color": navy}
    section: Format = {"bottom": 1, "bottom_color": navy}
    tile: Format = {**ground, "align": "left", "indent": 1}
    return {
        "title": {"font_size": sizes["title"], "bold": True, "font_color": navy},
        "section": {**section, "font_size": sizes["section"], "bold": True, "font_color": navy},
        "aside": {
            "font_size": sizes["small"],
            "bold": False,
            "font_color": colours["slate"],
            "align": "right",
        },
        "asidelink": {"font_size": sizes["body"], "bold": False, "align": "right", "underline": 1},
        "head": {
            **bold,
            "bg_color": colours["header"],
            "text_wrap": True,
            "bottom": 2,
            "bottom_color": navy,
            "align": "left",
            "num_format": "@",
        },
        "headright": {"align": "right", "indent": 1},
        "filtered": {"align": "right", "indent": 2},  # the filter's button covers the edge
        "thin": {"bottom": 1, "text_wrap": False},
        "row": {"bottom": 4, "bottom_color": colours["rule"]},
        "cell": {"bottom": 4, "bottom_color": colours["rule"], "bg_color": colours["white"]},
        "arc": ground,
        "arctext": {**ground, "font_color": colours["slate"]},
        "total": {"bold": True, "top": 1, "top_color": navy, "bottom": 1, "bottom_color": navy},
        "first": {"top": 1, "top_color": colours["slate"]},
        "next": {"top": 4, "top_color": colours["rule"]},
        "tile": {**tile, "left": 5, "left_color": navy},
        "tileon": tile,  # the second column of a tile: same ground, no bar
        "late": {"left_color": colours["rust"]},
        "saved": {"left_color": colours["steel"]},
        "answer": {"text_wrap": True, "valign": "top"},
        "entry": {"bg_color": colours["cream"], "bottom": 1, "bottom_color": colours["steel"]},
        "label": {"bold": True, "font_color": colours["slate"]},
        "value": {"font_size": sizes["tile"], "bold": True, "font_color": navy, "align": "left"},
        "fact": {"font_size": sizes["fact"], "bold": True, "font_color": navy, "align": "left"},
        "context": {"font_size": sizes["small"], "font_color": colours["slate"]},
        "stripyours": {
            "font_size": sizes["small"],
            "font_color": colours["slate"],
            "bg_color": colours["cream"],
        },
        "striparc": {
            "font_size": sizes["small"],
            "font_color": colours["slate"],
            "bg_color": colours["header"],
        },
        "picker": {
            **bold,
            "font_size": sizes["title"],
            "num_format": "@",
            "bg_color": colours["cream"],
            "bottom": 1,
            "bottom_color": colours["steel"],
        },
    }


def _rules(look: Look) -> dict[str, Format]:
    """Return what conditional formats change; a role that begins with "rule" has no base."""
    colours = look.colours
    return {
        "rule": {},
        "muted": {"font_color": colours["slate"]},
        "waiting": {"bg_color": colours["cream"], "bottom": 1, "bottom_color": colours["steel"]},
        "broken": {"font_color": colours["white"], "bg_color": colours["rust"], "bold": True},
    }


_MONEY: Final = tuple(_MONEY_WORDS.values())
_ON_PAGES: Final = (
    "plain title navy navy.large slate slate.small slate.bold slate.top picker section section.aside section.asidelink share.slate "
    "link.bold.right link.alarm.right head head.gap head.headright head.filtered head.thin head.headright.thin "
    "head.gap.thin stripyours striparc tile.saved.label tile.saved.answer tile.saved.answer.slate tile.late.answer "
    "entry.text entry.note entry.note.wrap.top entry.choice entry.choice.bold entry.date entry.money.left "
    "entry.number.left"
).split()
_IN_ROWS: Final = (
    "text text.bold text.slate text.slate.gap text.gap text.alarm.gap note note.wrap link link.gap.wrap "
    "date date.gap time number number.slate whole.bold check.slate check0.slate check3.slate"
).split()


def _crossed(*words: tuple[str, ...]) -> tuple[str, ...]:
    """Return every combination of the words, joined by dots; an empty word adds nothing."""
    return tuple(".".join(filter(None, chosen)) for chosen in product(*words))


def _roles() -> tuple[str, ...]:
    left = ("text", "note", "note.wrap", "choice", "code", "date", "time")
    tile = ("tile", "tile.late", "tileon")
    edge = ("first", "next")
    cells = _crossed(("cell",), (*left, "note.wrap.top"), ("", "arctext", "arc"), ("", "gap"))
    cells += _crossed(("cell",), (*_MONEY, "number"), ("", "arc"))
    rows = (*(f"row.{role}" for role in _IN_ROWS), *_crossed(("row",), _MONEY, ("", "bold", "slate")))
    totals = _crossed(("total",), ("text", "number", "check", "check0", "check3"))
    totals += _crossed(("total",), _MONEY, ("", "slate"))
    kpis = _crossed(edge, ("plain", "text.bold", "text.slate", "text.slate.small.wrap", "step", "steppoints"))
    kpis += _crossed(edge, ("days", "share", "times"), ("slate", "bold.navy.large"))
    tiles = _crossed(tile, ("label", "context"))
    tiles += _crossed(tile, ("count", "days", "share"), ("value",)) + _crossed(
        tile, (*_MONEY, "share"), ("fact",)
    )
    return (*_ON_PAGES, *cells, *rows, *totals, *kpis, *tiles)


#: Every role that a cell may have, each sampled on `_ARC`.
ROLES: Final = _roles()
