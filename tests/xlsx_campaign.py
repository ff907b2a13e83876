"""A thousand workbooks that nobody has seen: each is edited by chance, and every reader must see the edits and nothing else.

`python -m tests.xlsx_campaign [SEED] [COUNT]` prints what became of COUNT (default 1,000) books; the same seed gives
the same books and edits. A book that goes wrong is named SEED:NUMBER; `--only NUMBER --keep FOLDER` keeps one, before
and after.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from arc_sync.xlsx import Package, Refused, Saved
from tests.xlsx_books import MAKERS
from tests.xlsx_corpus import by_libreoffice, libreoffice, members
from tests.xlsx_hand import Asked, ask
from tests.xlsx_readers import READERS, Cells, differences

_POOL = 12  # books that LibreOffice writes again, to be edited
_OPENED = 60  # books that LibreOffice opens, before and after, as it is slow


@dataclass
class Tally:
    """What became of the books."""

    books: Counter[str] = field(default_factory=Counter)  # by maker
    edited: int = 0
    asked: int = 0  # cells
    refused: dict[str, str] = field(default_factory=dict)  # reason by book
    read: Counter[str] = field(default_factory=Counter)  # by reader, before the edit
    wrong: list[str] = field(default_factory=list)


def campaign(
    seed: int, numbers: range, folder: Path, pool: dict[str, Path], keep: Path | None = None
) -> Tally:
    """Make, edit and check the books of these numbers; keep the first few, before and after."""
    tally = Tally()
    for number in numbers:
        name = f"{seed}:{number}"
        path = folder / "book.xlsx"
        chance = random.Random(f"edits of {name}")
        tally.books[_make(path, name, chance, pool)] += 1
        kept = keep if keep is not None and number < _OPENED else None
        if kept:
            shutil.copy(path, kept / f"{number} before.xlsx")
        _one(name, path, chance, tally)
        if kept:
            shutil.copy(path, kept / f"{number} after.xlsx")
    return tally


def check_with_libreoffice(seed: int, kept: Path, profile: Path, tally: Tally) -> None:
    """See that LibreOffice opens what it opened before."""
    books = sorted(kept.glob("*.xlsx"))
    command = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", "ods"]
    subprocess.run(
        [*command, "--outdir", kept, *books], check=True, capture_output=True, timeout=20 * len(books)
    )
    opened = {book.stem for book in kept.glob("*.ods")}
    before = {name.removesuffix(" before") for name in opened if name.endswith(" before")}
    tally.read["LibreOffice"] = len(before)
    tally.wrong += [
        f"{seed}:{number}  LibreOffice cannot open it any more"
        for number in sorted(before)
        if f"{number} after" not in opened
    ]


def _make(path: Path, name: str, chance: random.Random, pool: dict[str, Path]) -> str:
    if pool and chance.random() < 0.1:
        kept = chance.choice(sorted(pool))
        shutil.copy(pool[kept], path)
        return "LibreOffice"
    (maker,) = chance.choices(list(MAKERS), [share for _, share in MAKERS.values()])
    MAKERS[maker][0](path, name)
    return maker


def _one(name: str, path: Path, chance: random.Random, tally: Tally) -> None:
    before = {reader: cells for reader, read in READERS.items() if (cells := _read(read, path)) is not None}
    tally.read.update(before.keys())
    if "openpyxl" in before:
        different = differences(before["arc_sync.xlsx"], before["openpyxl"])
        tally.wrong += [f"{name}  read otherwise: {difference}" for difference in different]
    parts = members(path)
    try:
        book = Package(path)
        asked = ask(book, chance)
        may = _may_change(book, asked)
        saved = book.save(backup=None)
    except Refused as refusal:
        tally.refused[name] = str(refusal)
        return
    tally.edited += 1
    tally.asked += len(asked.cells)
    wrongs = [*_wrong_parts(parts, members(path), saved, may)]
    for reader, cells in before.items():
        after = _read(READERS[reader], path)
        wrongs += (
            [f"{reader} cannot open it any more"] if after is None else asked.wrong(cells, after, reader)
        )
    tally.wrong += [f"{name}  {wrong}" for wrong in wrongs]


def _read(read: Callable[[Path], Cells], path: Path) -> Cells | None:
    """Read all cells; None if the reader cannot."""
    try:
        return read(path)
    except Exception:  # noqa: BLE001 - readers fail in many ways, and that is the question
        return None


def _may_change(book: Package, asked: Asked) -> set[str]:
    """Name the parts that may follow an edit of these sheets."""
    relations = book.relations(book.workbook_part)
    followers = {"calcChain", "styles", "pivotCacheDefinition"}
    folder, _, name = book.workbook_part.rpartition("/")
    may = {book.workbook_part, f"{folder}/_rels/{name}.rels", "[content_types].xml"}
    may |= set() if book.styles_part else {"xl/styles.xml"}
    may |= {relation.target for relation in relations if relation.kind in followers}
    for sheet in asked.sheets:
        part = book.entry(sheet).part
        may |= {part, *(relation.target for relation in book.relations(part) if relation.kind == "table")}
    return may


def _wrong_parts(
    before: dict[str, tuple[bytes, tuple[int, ...]]],
    after: dict[str, tuple[bytes, tuple[int, ...]]],
    saved: Saved,
    may: set[str],
) -> list[str]:
    """Compare the bytes, the order and the times of all parts."""
    changed = {change.part for change in saved.parts}
    wrong = [f"{part} was changed" for part in changed if part.lower() not in may]
    old = {name: part for name, part in before.items() if name not in changed}
    new = {name: part for name, part in after.items() if name not in changed}
    wrong += [f"{name} is not the same bytes" for name in old if new.get(name) != old[name]]
    if list(old) != list(new):
        wrong.append("the parts stand in another order")
    return wrong


def libreoffice_pool(seed: int, folder: Path) -> dict[str, Path]:
    """Let LibreOffice write some of the books again."""
    pool: dict[str, Path] = {}
    for number in range(_POOL if libreoffice() else 0):
        name = f"{seed}:libreoffice:{number}"
        maker = list(MAKERS)[number % len(MAKERS)]
        source = MAKERS[maker][0](folder / f"source{number}.xlsx", name)
        pool[name] = by_libreoffice(source, folder / f"pool{number}.xlsx", folder / "profile")
    return pool


def table(tally: Tally, seed: int, count: int) -> str:
    """Write down what became of the books."""
    made = ", ".join(f"{many} {maker}" for maker, many in tally.books.most_common())
    read = ", ".join(f"{reader} {many}" for reader, many in tally.read.items())
    lines = [
        f"python -m tests.xlsx_campaign {seed} {count}",
        f"books              {count}: {made}",
        f"read before        {read}",
        f"edited             {tally.edited} books, {tally.asked:,} cells",
        f"refused            {len(tally.refused)} ({len(tally.refused) / count:.1%}), must be under 1 %",
    ]
    reasons = Counter(tally.refused.values())
    lines += [f"  {many:4d}  {reason}" for reason, many in reasons.most_common()]
    lines.append(f"went wrong         {len(tally.wrong)}")
    return "\n".join([*lines, *(f"  {wrong}" for wrong in tally.wrong[:50]), ""])


def main() -> int:
    """Run the campaign and print its table; 1 if anything went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.xlsx_campaign", description=__doc__)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    parser.add_argument("count", type=int, nargs="?", default=1_000)
    parser.add_argument("--only", type=int, help="run one book only")
    parser.add_argument("--keep", type=Path, help="where to keep the last book")
    options = parser.parse_args()
    numbers = range(options.count) if options.only is None else range(options.only, options.only + 1)
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        kept = here / "kept"
        kept.mkdir()
        tally = campaign(options.seed, numbers, here, libreoffice_pool(options.seed, here), kept)
        if libreoffice():
            check_with_libreoffice(options.seed, kept, here / "profile", tally)
        if options.keep:
            shutil.copy(here / "book.xlsx", options.keep)
    sys.stdout.write(table(tally, options.seed, len(numbers)))
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
