"""A workbook written by hand, part by part, in any of the forms that the standard and the programs in use allow."""

from __future__ import annotations

import random
import re
import zipfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from arc_sync.xlsx.refs import cell_ref
from tests.xlsx_corpus import MAIN, PACKAGE, RELS, STRICT, STRICT_RELS

TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml."
# The order of CT_Worksheet, ECMA-376 part 1, 18.3.1.99, and of CT_Workbook, 18.2.27.
SHEET_ORDER = (
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges scenarios "
    "autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr conditionalFormatting dataValidations "
    "hyperlinks printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches "
    "ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF picture oleObjects controls webPublishItems "
    "tableParts extLst"
).split()
WORKBOOK_ORDER = (
    "fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups externalReferences "
    "definedNames calcPr oleSize customWorkbookViews pivotCaches webPublishing fileRecoveryPr extLst"
).split()
_SPACES = (
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="x14ac xr"'
    ' xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"'
    ' xmlns:xr="http://schemas.microsoft.com/office/spreadsheetml/2014/revision"'
)
_EXTENSIONS = {
    "rels": "application/vnd.openxmlformats-package.relationships+xml",
    "xml": "application/xml",
    "bin": f"{TYPES}printerSettings",
    "png": "image/png",
    "vml": "application/vnd.openxmlformats-officedocument.vmlDrawing",
}


@dataclass
class CellDraft:
    """A cell: what stands inside, its `t`, its style, and attributes of a rarer kind."""

    inner: str = ""
    t: str = ""
    style: int = 0
    more: str = ""


@dataclass
class SheetDraft:
    """One sheet: cells by (row from 1, column from 0), attributes of rows, and what stands around the rows."""

    name: str
    part: str
    kind: str = "worksheet"
    state: str = ""
    cells: dict[tuple[int, int], CellDraft] = field(default_factory=dict)
    rows: dict[int, str] = field(default_factory=dict)
    around: dict[str, list[str]] = field(default_factory=dict)  # elements by their place in the order
    relations: list[tuple[str, str]] = field(default_factory=list)  # (kind, target)

    def add(self, place: str, xml: str) -> None:
        """Put an element in its place around the rows."""
        self.around.setdefault(place, []).append(xml)

    def relate(self, kind: str, target: str) -> str:
        """Add a relation and give its id."""
        self.relations.append((kind, target))
        return f"rId{len(self.relations)}"


@dataclass
class Form:
    """How the parts are spelled and packed."""

    prefix: str = ""
    main: str = MAIN
    encoding: str = "utf-8"
    everywhere: bool = False  # whether prefix and encoding are those of all parts, not of the sheets alone
    references: bool = True  # whether rows and cells say where they are
    attributes: str = "rst"  # the order of a cell's attributes
    between: str = ""  # white space between elements
    single: bool = False  # attributes in single quotes
    absolute: bool = False  # targets from the root of the package
    stored: float = 0.0  # share of the members that are not compressed
    descriptors: bool = False  # sizes after the data, as streaming writers do
    zip64: bool = False
    shuffled: bool = False
    folders: bool = False  # with entries for folders
    cased: bool = False  # members named in other letters than those that lead to them
    comment: bytes = b""


@dataclass
class Draft:
    """A workbook being put together."""

    chance: random.Random
    form: Form
    folder: str = "xl"
    sheets: list[SheetDraft] = field(default_factory=list)
    around: dict[str, list[str]] = field(default_factory=dict)  # elements of the workbook
    relations: list[tuple[str, str, str]] = field(default_factory=list)  # (id, kind, target) of the workbook
    root: list[tuple[str, str]] = field(default_factory=list)  # (kind, target) of the package
    parts: dict[str, bytes | str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)  # content types by part
    strings: list[str] = field(default_factory=list)
    styles: str | None = None
    _count: int = 0

    def number(self) -> int:
        """Count up, for names and ids."""
        self._count += 1
        return self._count

    def add(self, place: str, xml: str) -> None:
        """Put an element in its place in the workbook."""
        self.around.setdefault(place, []).append(xml)

    def part(self, name: str, content: bytes | str, type_: str = "") -> str:
        """Add a part; give its name from the root of the package."""
        self.parts[name] = content
        if type_:
            self.types[name] = type_
        return f"/{name}"

    def relate(self, kind: str, target: str) -> str:
        """Add a relation of the workbook and give its id."""
        ident = f"rIdW{self.number()}"
        self.relations.append((ident, kind, target))
        return ident

    def shared(self, item: str, style: int = 0) -> CellDraft:
        """Add a shared string, given by its inner XML, and give a cell that shows it."""
        self.strings.append(item)
        return CellDraft(f"<v>{len(self.strings) - 1}</v>", "s", style)

    def write(self, path: Path) -> Path:
        """Write the workbook."""
        content = {name: self._encoded(name, text) for name, text in self._content().items()}
        names = list(content)
        if self.form.shuffled:
            self.chance.shuffle(names)
        if self.form.folders:
            content |= dict.fromkeys((f"{self.folder}/", "docProps/"), b"")
            names = [f"{self.folder}/", "docProps/", *names]
        shown = (name.upper() if self.form.cased and "/" in name else name for name in names)
        pack(
            path,
            {each: content[name] for each, name in zip(shown, names, strict=True)},
            self.form,
            self.chance,
        )
        return path

    def _content(self) -> dict[str, str | bytes]:
        made: dict[str, str | bytes] = {}
        for sheet in self.sheets:
            made[sheet.part] = self._sheet(sheet)
            ids = [(f"rId{n}", *each) for n, each in enumerate(sheet.relations, 1)]
            if ids:
                made[_rels_of(sheet.part)] = self._rels(ids, sheet.part)
        if self.strings:
            items = "".join(f"<si>{item}</si>" for item in self.strings)
            self._main_part("sharedStrings", self._element("sst", items))
        if self.styles is not None:
            self._main_part("styles", self.styles.replace(MAIN, self.form.main))
        book = f"{self.folder}/workbook.xml"
        made[book] = self._workbook()
        made[_rels_of(book)] = self._rels(self.relations, book)
        root = [("officeDocument", f"/{book}"), *self.root]
        made["_rels/.rels"] = self._rels([(f"rId{n}", *each) for n, each in enumerate(root, 1)], "")
        return {"[Content_Types].xml": self._types(book), **made, **self.parts}

    def _main_part(self, kind: str, xml: str) -> None:
        self.relate(kind, self.part(f"{self.folder}/{kind}.xml", xml, f"{TYPES}{kind}+xml"))

    def _encoded(self, name: str, text: bytes | str) -> bytes:
        if isinstance(text, bytes):
            return text
        sheet = any(name == sheet.part for sheet in self.sheets)
        encoding = self.form.encoding if sheet or self.form.everywhere else "utf-8"
        own = re.match(rf'<(\w+) xmlns="{self.form.main}"', text)
        if own is not None and self.form.everywhere and self.form.prefix:
            space = f' xmlns:{self.form.prefix[:-1]}="{self.form.main}"'
            text = _prefixed(text.replace(own[0], f"<{own[1]}{space}", 1), self.form.prefix)
        declared = "UTF-16" if encoding == "utf-16" else "UTF-8"
        return f'<?xml version="1.0" encoding="{declared}" standalone="yes"?>\n{text}'.encode(encoding)

    def _element(self, name: str, inner: str, attributes: str = "") -> str:
        form = self.form
        space = f"xmlns:{form.prefix[:-1]}" if form.prefix else "xmlns"
        rels = STRICT_RELS if form.main == STRICT else RELS
        start = f'{form.prefix}{name} {space}="{form.main}" xmlns:r="{rels}"{attributes}'
        return f"<{start}>{_prefixed(inner, form.prefix)}</{form.prefix}{name}>"

    def _sheet(self, sheet: SheetDraft) -> str:
        around = {name: "".join(each) for name, each in sheet.around.items()}
        if sheet.kind == "worksheet":
            rows = self.form.between.join(["", *self._rows(sheet), ""])
            around["sheetData"] = f"<sheetData>{rows}</sheetData>" if rows else "<sheetData/>"
        inner = self.form.between.join(around[name] for name in SHEET_ORDER if name in around)
        xml = self._element(sheet.kind, inner, _SPACES)
        return re.sub(r"""(?<=[\w])="([^"'<>]*)"(?=[^<]*>)""", r"='\1'", xml) if self.form.single else xml

    def _rows(self, sheet: SheetDraft) -> list[str]:
        rows: dict[int, dict[int, CellDraft]] = {number: {} for number in sheet.rows}
        for (row, column), cell in sheet.cells.items():
            rows.setdefault(row, {})[column] = cell
        if not self.form.references:
            rows = {n: rows.get(n, {}) for n in range(1, max(rows, default=0) + 1)}
        return [self._row(number, sheet.rows.get(number, ""), rows[number]) for number in sorted(rows)]

    def _row(self, number: int, attributes: str, cells: dict[int, CellDraft]) -> str:
        columns = sorted(cells) if self.form.references else range(max(cells, default=-1) + 1)
        inner = "".join(self._cell(number, column, cells.get(column, CellDraft())) for column in columns)
        stated = f' r="{number}"' if self.form.references else ""
        return f"<row{stated}{attributes}>{inner}</row>" if inner else f"<row{stated}{attributes}/>"

    def _cell(self, row: int, column: int, cell: CellDraft) -> str:
        given = {
            "r": f' r="{cell_ref(row, column)}"' if self.form.references else "",
            "s": f' s="{cell.style}"' if cell.style else "",
            "t": f' t="{cell.t}"' if cell.t else "",
        }
        tag = "".join(given[name] for name in self.form.attributes) + cell.more
        return f"<c{tag}>{cell.inner}</c>" if cell.inner else f"<c{tag}/>"

    def _workbook(self) -> str:
        sheets = ""
        for sheet in self.sheets:
            ident, state = (
                self.relate(sheet.kind, f"/{sheet.part}"),
                f' state="{sheet.state}"' if sheet.state else "",
            )
            name = sheet.name.replace("&", "&amp;")
            sheets += f'<sheet name="{name}" sheetId="{self.number()}"{state} r:id="{ident}"/>'
            self.types[sheet.part] = f"{TYPES}{sheet.kind}+xml"
        around = {**self.around, "sheets": [f"<sheets>{sheets}</sheets>"]}
        return self._element("workbook", "".join("".join(around.get(name, [])) for name in WORKBOOK_ORDER))

    def _rels(self, relations: list[tuple[str, str, str]], owner: str) -> str:
        lines = [self._relation(*each, owner.rpartition("/")[0]) for each in relations]
        return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(lines)}</Relationships>'

    def _relation(self, ident: str, kind: str, target: str, folder: str) -> str:
        outside = re.match(r"[a-z]+:", target) is not None
        near = target.removeprefix(f"/{folder}/" if folder else "/")
        type_ = kind if ":" in kind else f"{STRICT_RELS if self.form.main == STRICT else RELS}/{kind}"
        mode, shown = (
            (' TargetMode="External"', target) if outside else ("", target if self.form.absolute else near)
        )
        return f'<Relationship Id="{ident}" Type="{type_}" Target="{shown}"{mode}/>'

    def _types(self, book: str) -> str:
        lines = [
            f'<Default Extension="{name}" ContentType="{type_}"/>' for name, type_ in _EXTENSIONS.items()
        ]
        types = {book: f"{TYPES}sheet.main+xml", **self.types}
        lines += [f'<Override PartName="/{name}" ContentType="{type_}"/>' for name, type_ in types.items()]
        return f'<Types xmlns="{PACKAGE}/content-types">{"".join(lines)}</Types>'


def _rels_of(part: str) -> str:
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"


def _prefixed(xml: str, prefix: str) -> str:
    return re.sub(r"<(/?)(?=[A-Za-z]\w*[\s/>])", rf"<\1{prefix}", xml) if prefix else xml


def pack(path: Path, content: dict[str, bytes], form: Form, chance: random.Random) -> None:
    """Zip the parts as some program or other would."""
    file = _OneWay(path) if form.descriptors else path.open("wb")
    with closing(file), zipfile.ZipFile(file, "w") as out:
        out.comment = form.comment
        for name, data in content.items():
            info = zipfile.ZipInfo(name, (2020 + chance.randrange(6), 1, 1 + chance.randrange(28), 12, 30, 2))
            info.compress_type = zipfile.ZIP_STORED if chance.random() < form.stored else zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            with out.open(info, "w", force_zip64=form.zip64) as member:
                member.write(data)


class _OneWay:
    """A file that cannot be sought in, so that a zip writer has to put sizes after the data."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def write(self, data: bytes) -> int:
        """Write on."""
        return self._file.write(data)

    def flush(self) -> None:
        """Write what is kept back."""
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
