"""The numbers of `arc_sync.xlsx`, each beside what it must be compared with, in CPU seconds and peak memory.

`python -m tests.bench_xlsx` runs each work in its own process, several times in turn (openpyxl once, as it is
slow), and prints the least CPU time of each (user and system, start of Python included) and the peak of its
resident memory. What a caller does before he asks anything of the package, such as making his rows, is not counted:
a work writes the seconds of that to the file `aside`. It takes about two minutes on a quiet machine.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import textwrap
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent
COLUMNS, NAMES, FEW, MANY = 15, 5_000, 100_000, 500_000
MODELS = 2_000  # rows made by chance; they come again and again, far beyond what a deflater remembers
ROUNDS = 3

_START = f"import sys; sys.path.insert(0, {str(ROOT / 'sync')!r}); from pathlib import Path; here = Path(sys.argv[1])\n"
_EDIT = """
from arc_sync.xlsx import Package
book = Package(here / "{book}"); sheet = book.sheet("Data")
for n in range(100):
    sheet.set(f"H{{n * {step} + 7}}", n + 0.5 if n % 2 else "a note & <more>")
book.save(here / "out.xlsx")
"""
WORKS = {
    "floor": """
        import zipfile
        from arc_sync.xlsx import deflate
        with zipfile.ZipFile(here / "100k.xlsx") as book, (here / "floor").open("wb") as out:
            info = book.getinfo("xl/worksheets/sheet1.xml")
            book.fp.seek(info.header_offset + 30 + len(info.filename))
            inflater, deflater, left = deflate.inflater(), deflate.deflater(), info.compress_size
            while left:
                piece = book.fp.read(min(left, 1 << 15))
                left -= len(piece)
                out.write(deflater.compress(inflater.decompress(piece)))
            out.write(deflater.flush())
        """,
    "edit 100": _EDIT.format(book="100k.xlsx", step=1000),
    "openpyxl": """
        import openpyxl
        book = openpyxl.load_workbook(here / "100k.xlsx"); sheet = book["Data"]
        for n in range(100):
            sheet[f"H{n * 1000 + 7}"] = n + 0.5 if n % 2 else "a note"
        book.save(here / "openpyxl.xlsx")
        """,
    "edit 100 of 500k": _EDIT.format(book="500k.xlsx", step=5000),
    "calamine": """
        from python_calamine import CalamineWorkbook
        rows = CalamineWorkbook.from_path(here / "100k.xlsx").get_sheet_by_name("Data").to_python()
        """,
    "read": """
        from arc_sync.xlsx import Package
        for row in Package(here / "100k.xlsx").sheet("Data").rows():
            row.cells
        """,
    "change and append 10k": """
        import datetime as dt, time
        begun = time.process_time()
        day = dt.date(2026, 1, 1)
        rows = [
            [f"Customer {n % 5000}", "AG", f"City {n % 700}", "DE", *(day + dt.timedelta(n % 365 + k) for k in range(3)),
             *(n + k / 4 for k in range(5)), n, f"note {n}", None]
            for n in range(10_000)
        ]
        (here / "aside").write_text(str(time.process_time() - begun))
        from arc_sync.xlsx import Package
        book = Package(here / "100k.xlsx"); sheet = book.sheet("Data")
        for n in range(10_000):
            sheet.set(f"H{n * 10 + 2}", n + 0.5)
        sheet.append_rows("Data", rows)
        book.save(here / "bulk.xlsx")
        """,
}


class Cost(NamedTuple):
    """What a work took: CPU seconds, peak memory in megabytes."""

    seconds: float
    megabytes: float


def make_book(path: Path, rows: int) -> None:
    """Write a sheet of 15 columns: five texts, three dates, five amounts, a number and a formula, in a table."""
    from tests.xlsx_corpus import MAIN, handmade, relation, worksheet

    columns = "".join(f'<tableColumn id="{n + 1}" name="Column {n}"/>' for n in range(COLUMNS))
    table = f'<table xmlns="{MAIN}" id="1" name="Data" displayName="Data" ref="A1:O{rows + 1}"><tableColumns count="{COLUMNS}">{columns}</tableColumns></table>'
    small = handmade(
        path.with_suffix(".small"),
        worksheet("", after='<tableParts count="1"><tablePart r:id="rId1"/></tableParts>'),
        strings="<sst/>",
        parts={"xl/tables/table1.xml": table},
        sheet_relations=relation("rId1", "table", "../tables/table1.xml"),
    )
    big = {"xl/worksheets/sheet1.xml": _rows_xml(rows), "xl/sharedStrings.xml": _strings_xml(rows, MAIN)}
    with (
        zipfile.ZipFile(small) as source,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6 if rows <= FEW else 1) as out,
    ):
        for info in source.infolist():
            with out.open(info.filename, "w") as part:
                before, _, after = source.read(info).decode("latin-1").partition("</sheetData>")
                text = (
                    iter([before, after and "</sheetData>" + after])
                    if info.filename != "xl/sharedStrings.xml"
                    else iter([])
                )
                part.write(next(text, "").encode("latin-1"))
                for piece in big.get(info.filename, ()):
                    part.write(piece.encode())
                part.write(next(text, "").encode("latin-1"))
    small.unlink()


def _rows_xml(rows: int) -> Iterator[str]:
    header = "".join(f'<c r="{letter}1" t="s"><v>{n}</v></c>' for n, letter in enumerate("ABCDEFGHIJKLMNO"))
    yield f'<row r="1" spans="1:15">{header}</row>'
    chance = random.Random(1)
    models = [_model(chance) for _ in range(min(rows, MODELS))]
    for n in range(2, rows + 2):
        yield models[n % len(models)] % (*(n,) * 14, n - 1, n, NAMES + n - 2, n, n, n)


def _model(chance: random.Random) -> str:
    """Make a row with holes for its number (14 times), a serial number, its number, a text, its number (3 times)."""
    cells = [f'<c r="{letter}%d" t="s"><v>{chance.randrange(NAMES)}</v></c>' for letter in "ABCD"]
    cells += [f'<c r="{letter}%d" s="1"><v>{chance.randrange(45_000, 46_000)}</v></c>' for letter in "EFG"]
    cells += [f'<c r="{letter}%d"><v>{chance.randrange(10**7) / 100}</v></c>' for letter in "HIJKL"]
    cells.append('<c r="M%d"><v>%d</v></c><c r="N%d" t="s"><v>%d</v></c>')
    return f'<row r="%d" spans="1:15">{"".join(cells)}<c r="O%d"><f>H%d+I%d</f><v>12.5</v></c></row>'


def _strings_xml(rows: int, main: str) -> Iterator[str]:
    chance = random.Random(2)
    yield f'<sst xmlns="{main}">'
    yield from (f"<si><t>Column {n}</t></si>" for n in range(COLUMNS))
    yield from (f"<si><t>Customer {n} &amp; Co</t></si>" for n in range(COLUMNS, NAMES))
    yield from (f"<si><t>note {n} {chance.randrange(10**6)}</t></si>" for n in range(rows))
    yield "</sst>"


def make_apart(path: Path, rows: int) -> None:
    """Make a book in a process of its own, as a process' peak memory starts at that of the one that made it."""
    code = f"from pathlib import Path; from tests.bench_xlsx import make_book; make_book(Path({str(path)!r}), {rows})"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def _environment(here: Path) -> dict[str, str]:
    """Let Python keep its compiled modules, as it does for everybody who installs the package."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(here / "compiled")}


def run(work: str, here: Path) -> Cost:
    """Run one work in a process of its own."""
    code, aside = _START + textwrap.dedent(WORKS[work]), here / "aside"
    aside.write_text("0")
    process = subprocess.Popen([sys.executable, "-c", code, str(here)], env=_environment(here))
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{work} failed")
    process.returncode = 0
    return Cost(usage.ru_utime + usage.ru_stime - float(aside.read_text()), usage.ru_maxrss / 1024)


def measure(here: Path, works: list[str], rounds: int) -> dict[str, Cost]:
    """Run the works in turn, several rounds, and keep the least of each."""
    seen: dict[str, list[Cost]] = {work: [] for work in works}
    for _ in range(rounds):
        for work in works:
            seen[work].append(run(work, here))
    return {work: Cost(*(min(part) for part in zip(*costs, strict=True))) for work, costs in seen.items()}


class Line(NamedTuple):
    """One line of the issue's table: a work, what it is compared with, and how the two must stand."""

    title: str
    work: str
    peer: str
    must: str
    holds: Callable[[Cost, Cost], bool]


LINES = [
    Line(
        "100 cells in 100,000 x 15",
        "edit 100",
        "openpyxl",
        "15x less",
        lambda own, peer: own.seconds * 15 <= peer.seconds,
    ),
    Line("the same", "edit 100", "floor", "within 1.6x", lambda own, peer: own.seconds <= 1.6 * peer.seconds),
    Line(
        "the same at 500,000 x 15",
        "edit 100 of 500k",
        "edit 100",
        "under 200 MB",
        lambda own, _: own.megabytes < 200,
    ),
    Line(
        "read 100,000 x 15",
        "read",
        "calamine",
        "within 2x",
        lambda own, peer: own.seconds <= 2 * peer.seconds,
    ),
    Line(
        "10,000 rows changed, 10,000 appended",
        "change and append 10k",
        "edit 100",
        "within 2x",
        lambda own, peer: own.seconds <= 2 * peer.seconds,
    ),
]


def costs() -> dict[str, Cost]:
    """Make the books and measure every work."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        make_apart(here / "100k.xlsx", FEW)
        often = ["floor", "edit 100", "calamine", "read", "change and append 10k"]
        cost = measure(here, often, ROUNDS) | measure(here, ["openpyxl"], 1)
        (here / "100k.xlsx").unlink()
        make_apart(here / "500k.xlsx", MANY)
        return cost | measure(here, ["edit 100 of 500k"], 1)


def row(line: Line, cost: dict[str, Cost]) -> str:
    """Write one line of the table."""
    own, peer = cost[line.work], cost[line.peer]
    ratio = own.seconds / peer.seconds
    shown = f"{ratio:.2f}x" if ratio > 1 else f"1/{1 / ratio:.0f}"
    sides = f"{own.seconds:6.2f} s {own.megabytes:4.0f} MB  {line.peer:9s} {peer.seconds:6.2f} s {peer.megabytes:4.0f} MB"
    return (
        f"{line.title:37s} {sides}  {shown:>6s}  {line.must:13s} {'yes' if line.holds(own, peer) else 'NO'}"
    )


def main() -> None:
    """Print the table."""
    from arc_sync.xlsx import deflate

    cost = costs()
    sys.stdout.write(f"deflate: {deflate.NAME}, level {deflate.LEVEL}; least of {ROUNDS} rounds\n")
    head = f"{'work':37s} {'CPU':>8s} {'peak':>7s}  {'beside':9s} {'CPU':>8s} {'peak':>7s}  {'ratio':>6s}  must reach"
    sys.stdout.write("\n".join([head, *(row(line, cost) for line in LINES)]) + "\n")


if __name__ == "__main__":
    main()
