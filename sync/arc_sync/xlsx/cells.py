"""Cells and rows as values, and how they are read from a row's XML."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple, cast

from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.formulas import Shared
from arc_sync.xlsx.refs import LAST_COLUMN, column_index
from arc_sync.xlsx.strings import rich_text
from arc_sync.xlsx.text import decode, unescape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from arc_sync.xlsx.scan import Block, Names


class Cell(NamedTuple):
    """One cell as the file has it.

    `column` counts from 0. `type` is 'n' number, 's' text, 'b' boolean, 'e' error, 'd' ISO date, or None
    for a cell without a value. `raw` is the exact text of the value (a date is a number with a date style);
    for text, the text itself. `formula` is without its '='. `style` is the number of its cell format.
    """

    column: int
    type: str | None
    raw: str | None
    formula: str | None
    style: int


Plain = tuple[int, str | None, str | None, str | None, int]  # a Cell without its names: it is made quicker


class Row(NamedTuple):
    """One row of the sheet: its number, from 1, and the cells that the file has, left to right."""

    number: int
    cells: list[Cell]


class _Columns(dict[str, int]):
    """Column numbers by letters, remembered."""

    def __missing__(self, name: str) -> int:
        self[name] = number = column_index(name)
        return number


class _Abouts(dict[str, tuple[str, int]]):
    """(`t`, style) by the text of the attributes after `r`, remembered."""

    def __missing__(self, text: str) -> tuple[str, int]:
        tag = attributes(text)
        found = tag.get("t", ""), _STYLES[tag.get("s", "")]
        if len(self) < 100_000:
            self[text] = found
        return found


class _Numbers(dict[str, int]):
    """Style numbers by their text, remembered; what is no number is 0, as no style is."""

    def __missing__(self, text: str) -> int:
        number = int(text) if text.isdecimal() and len(text) < 10 else 0
        if len(self) < 100_000:
            self[text] = number
        return number


_named = cast("Callable[[Plain], Cell]", partial(tuple.__new__, Cell))
_COLUMNS, _ABOUTS, _STYLES = _Columns(), _Abouts(), _Numbers()
_LETTERS = re.compile("[A-Za-z]+")
_KINDS = {"n": "n", "s": "s", "str": "s", "inlineStr": "s", "b": "b", "e": "e", "d": "d"}
_ATTRIBUTE = re.compile(r"""\s([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


_MOST = 4 * (LAST_COLUMN + 1)  # marks of cells in a row: a few other elements begin with the same letter
_NO_TEXT = "A cell points at a text that the file does not have; let Excel repair the file."


class Patterns(NamedTuple):
    """What to look for in a row's XML, for one namespace prefix."""

    quick: re.Pattern[str]  # (letters, other attributes, f, v, inline text) of a cell as Excel writes it
    usual: re.Pattern[
        str
    ]  # (letters, s, t, attributes of f, text of f, v, inline text), as most programs write
    cell: re.Pattern[str]  # (attributes, content) of any cell
    formula: re.Pattern[str]
    value: re.Pattern[str]
    inline: re.Pattern[str]
    row: re.Pattern[str]
    mark: str  # how every cell begins


@lru_cache(maxsize=64)
def patterns(prefix: str) -> Patterns:
    """Make the patterns for a prefix (with its colon, or empty)."""
    p = re.escape(prefix)

    def element(name: str) -> re.Pattern[str]:
        """Find an element that holds none of its own name; one without end costs no search for it."""
        content = rf"(?>(?s:.*?)(?=</?{p}{name}[\s/>]))"
        return re.compile(rf"<{p}{name}((?:\s[^<>]*?)?)(?:/>|>({content})</{p}{name}\s*>)")

    quick = (
        rf'<{p}c r="([A-Z]+)\d+"([^<>/]*)(?:>(?:<{p}f>([^<]+)</{p}f>)?(?:<{p}v>([^<]*)</{p}v></{p}c>|'
        rf'<{p}is><{p}t(?: xml:space="preserve")?>([^<]*)</{p}t></{p}is></{p}c>|</{p}c>)|/>)'
    )
    usual = (
        rf'<{p}c(?: r="([A-Z]+)\d+")?(?: s="(\d+)")?(?: t="(\w+)")?'
        rf"(?:/>|>(?:<{p}f((?: [^<>]*?)?)(?:/>|>([^<]*)</{p}f>))?"
        rf"(?:<{p}v>([^<]*)</{p}v>|"
        rf'<{p}is><{p}t(?: xml:space="preserve")?>([^<]*)</{p}t></{p}is>)?</{p}c>)'
    )
    row = re.compile(rf"<{p}row(?=[\s/>])([^<>]*)>")
    return Patterns(
        re.compile(quick),
        re.compile(usual),
        element("c"),
        element("f"),
        element("v"),
        element("is"),
        row,
        f"<{prefix}c",
    )


def attributes(text: str) -> dict[str, str]:
    """Read the attributes of a start tag."""
    return {name: unescape(double or single) for name, double, single in _ATTRIBUTE.findall(text)}


def column_of(tag: Mapping[str, str], before: int) -> int:
    """Give a cell's column from its attributes; without a reference it follows the cell before it."""
    place = _LETTERS.match(tag.get("r", ""))
    return _COLUMNS[place[0].upper()] if place else before + 1


def whole(text: str | None) -> int:
    """Read a small whole number, such as a style; none, or what is no number, is 0."""
    return _STYLES[text or ""]


class RowReader:
    """Turns blocks of rows into Row values. Keeps the shared formulas met so far, so read from the top."""

    def __init__(self, name: Names, strings: Sequence[str]) -> None:
        self._patterns = patterns(name.prefix.decode())
        self._close = f"</{name.prefix.decode()}row"
        self._strings = strings
        self._shared = Shared()
        self._number = 0

    def rows(self, block: Block) -> Iterator[Row]:
        """Read a block of complete rows. Raises Refused for cells that cannot be understood."""
        for number, xml in self.inner(block):
            yield Row(number, self.cells(number, xml))

    def inner(self, block: Block) -> Iterator[tuple[int, str]]:
        """Give the number of each row, and what stands between its tags."""
        try:
            text = block.data.decode()
        except UnicodeDecodeError as error:
            raise Refused(
                "The sheet is not in the encoding it names; save the file again in Excel."
            ) from error
        *pieces, rest = text.split(self._close)
        for piece in pieces:
            yield from self._inner(piece)
        yield from self._inner(rest, ended=False)

    def _inner(self, piece: str, *, ended: bool = True) -> Iterator[tuple[int, str]]:
        """Find empty rows `<row/>` and the one row that is open at the end of the piece, if that has ended."""
        tag = self._patterns.row
        match = tag.search(piece)
        while match is not None:
            number = self._count(match[1])
            if match[0].endswith("/>"):
                yield number, ""
                match = tag.search(piece, match.end())
            elif ended:
                yield number, piece[match.end() :]
                return
            else:
                raise Refused(
                    f"Row {number} of the sheet has no end; open the file in Excel and let it repair."
                )

    def _count(self, tag: str) -> int:
        if tag.startswith(' r="'):
            self._number = int(tag[4 : tag.index('"', 4)])
        else:
            stated = attributes(tag).get("r")
            self._number = self._number + 1 if stated is None else int(stated)
        return self._number

    def cells(self, number: int, xml: str) -> list[Cell]:
        """Read the cells of one row from what stands between its tags."""
        return [*map(_named, self.plain_cells(number, xml))]

    def plain_cells(self, number: int, xml: str) -> Sequence[Plain]:
        """Read them without their names, to be compared."""
        count = xml.count(self._patterns.mark)
        if count > _MOST:
            raise Refused(
                f"Row {number} has {count:,} cells, more than a sheet has columns; it is not safe to open."
            )
        found = self._patterns.quick.findall(xml)
        if len(found) != count:
            return self._usual_cells(number, xml)
        plain = "&" not in xml and "\r" not in xml and "_x" not in xml
        columns, abouts, strings, quick = _COLUMNS, _ABOUTS, self._strings, self._quick
        try:
            return [
                (columns[a], "n" if v else None, v or None, f or None, style)
                if not kind and (plain or not f)
                else (columns[a], "s", strings[int(v)], None, style)
                if kind == "s" and v and not f
                else (columns[a], "s", text, f or None, style)
                if kind == "inlineStr" and plain
                else quick(a, style, kind, f, v, text)
                for a, about, f, v, text in found
                for kind, style in (abouts[about],)
            ]
        except (ValueError, IndexError) as error:
            raise Refused(_NO_TEXT) from error

    def between_cells(self, xml: str) -> str:
        """Give the text of a row that is in none of its cells; a sound row has none but white space."""
        return re.sub("<[^<>]*>", "", self._patterns.cell.sub("", xml))

    def _usual_cells(self, number: int, xml: str) -> list[Cell]:
        """Read a row with shared formulas, or cells without references."""
        found = self._patterns.usual.findall(xml)
        if len(found) != xml.count(self._patterns.mark):
            return self.any_cells(number, xml)
        cells, column = [], -1
        for letters, style, kind, about, text, value, inline in found:
            column = _COLUMNS[letters] if letters else column + 1
            formula = None
            if about or text:
                formula = unescape(text)
                if "shared" in about:
                    formula = self._shared.formula(number, column, attributes(about), formula)
            if kind == "inlineStr":
                cells.append(Cell(column, "s", decode(inline), formula, _STYLES[style]))
            else:
                cells.append(Cell(column, *self._value(kind, value), formula, _STYLES[style]))
        return cells

    def _quick(self, column: str, style: int, kind: str, formula: str, value: str, inline: str) -> Plain:
        type_, raw = ("s", decode(inline)) if kind == "inlineStr" else self._value(kind, value)
        return _COLUMNS[column], type_, raw, unescape(formula) if formula else None, style

    def _value(self, kind: str, value: str | None) -> tuple[str | None, str | None]:
        """Give (type, raw) for what stands in `<v>`."""
        if kind == "s":
            return ("s", self._string(value)) if value else (None, None)
        if kind == "str":
            return ("s", decode(value)) if value is not None else (None, None)
        if not value:
            return None, None
        return _KINDS.get(kind, "n"), unescape(value).strip()

    def _string(self, index: str) -> str:
        try:
            return self._strings[int(index)]
        except (ValueError, IndexError) as error:
            raise Refused(
                "A cell points at a text that the file does not have; let Excel repair the file."
            ) from error

    def any_cells(self, number: int, xml: str, *, texts: bool = True) -> list[Cell]:
        """Read the cells of a row in whatever form they are; without `texts`, a shared string gives its number."""
        found, column = [], -1
        for match in self._patterns.cell.finditer(xml):
            tag = attributes(match[1])
            column = column_of(tag, column)
            if not texts and tag.get("t") == "s":
                tag["t"] = "str"
            found.append(self._any_cell(number, column, tag, match[2] or ""))
        return found

    def _any_cell(self, number: int, column: int, tag: dict[str, str], xml: str) -> Cell:
        kind, style = tag.get("t", ""), _STYLES[tag.get("s", "")]
        formula = self._patterns.formula.search(xml)
        text = None
        if formula is not None:
            text = self._shared.formula(number, column, attributes(formula[1]), unescape(formula[2] or ""))
        if kind == "inlineStr":
            inline = self._patterns.inline.search(xml)
            return Cell(
                column, "s" if inline else None, rich_text(inline[2] or "") if inline else None, text, style
            )
        value = self._patterns.value.search(xml)
        return Cell(column, *self._value(kind, (value[2] or "") if value else None), text, style)
