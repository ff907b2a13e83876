"""The numbers of `arc_sync.xlsx`, each beside what it must be compared with, in CPU seconds and peak memory.

`python -m tests.bench_xlsx` runs each work in its own process, several times in turn, and prints the least
CPU time of each (user and system, start of Python included) and the peak of its resident memory.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
COLUMNS, MANY = 15, 500_000

_START = f"import sys; sys.path.insert(0, {str(ROOT / 'sync')!r}); from pathlib import Path; here = Path(sys.argv[1])\n"
_EDIT = """
from arc_sync.xlsx import Package
book = Package(here / "{book}"); sheet = book.sheet("Data")
for n in range(100):
    sheet.set(f"H{{n * {step} + 7}}", n + 0.5 if n % 2 else "a note & <more>")
book.save(here / "out.xlsx")
"""
WORKS = {
    "nothing": "",
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
        import datetime as dt
        from arc_sync.xlsx import Package
        book = Package(here / "100k.xlsx"); sheet = book.sheet("Data")
        for n in range(10_000):
            sheet.set(f"H{n * 10 + 2}", n + 0.5)
        day = dt.date(2026, 1, 1)
        sheet.append_rows("Data", [
            [f"Customer {n % 5000}", "AG", f"City {n % 700}", "DE", *(day + dt.timedelta(n % 365 + k) for k in range(3)),
             *(n + k / 4 for k in range(5)), n, f"note {n}", None]
            for n in range(10_000)
        ])
        book.save(here / "bulk.xlsx")
        """,
}


class Cost(NamedTuple):
    """What a work took: CPU seconds, peak memory in megabytes."""

    seconds: float
    megabytes: float


def make_book(path: Path, rows: int) -> None:
    """Write a sheet of 15 columns: five texts, three dates, five amounts, a number and a formula."""
    import xlsxwriter

    chance = random.Random(1)
    names = [f"Customer {n} & Co" for n in range(5_000)]
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Data")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for row in range(1, rows + 1):
        for column in range(4):
            sheet.write_string(row, column, chance.choice(names))
        for column in range(4, 7):
            sheet.write_number(row, column, chance.randrange(45_000, 46_000), day)
        for column in range(7, 12):
            sheet.write_number(row, column, chance.randrange(10**7) / 100)
        sheet.write_number(row, 12, row)
        sheet.write_string(row, 13, f"note {row} {chance.randrange(10**6)}")
        sheet.write_formula(row, 14, f"=H{row + 1}+I{row + 1}", None, 12.5)
    headers = [{"header": f"Column {n}"} for n in range(COLUMNS - 1)]
    total = {"header": "Total"}
    sheet.add_table(0, 0, rows, COLUMNS - 1, {"name": "Data", "columns": [*headers, total]})
    book.close()


def make_apart(path: Path, rows: int) -> None:
    """Make a book in a process of its own, as a process' peak memory starts at that of the one that made it."""
    code = f"from pathlib import Path; from tests.bench_xlsx import make_book; make_book(Path({str(path)!r}), {rows})"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def run(work: str, here: Path) -> Cost:
    """Run one work in a process of its own."""
    code = _START + textwrap.dedent(WORKS[work])
    process = subprocess.Popen([sys.executable, "-c", code, str(here)])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{work} failed")
    process.returncode = 0
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def measure(here: Path, works: list[str], rounds: int) -> dict[str, Cost]:
    """Run the works in turn, several rounds, and keep the least of each."""
    seen: dict[str, list[Cost]] = {work: [] for work in works}
    for _ in range(rounds):
        for work in works:
            seen[work].append(run(work, here))
    return {work: Cost(*(min(part) for part in zip(*costs, strict=True))) for work, costs in seen.items()}


def table() -> list[tuple[str, str, str, bool]]:
    """Measure everything: (work, what was found, what must hold, whether it does)."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        make_apart(here / "100k.xlsx", 100_000)
        often = ["nothing", "floor", "edit 100", "calamine", "read", "change and append 10k"]
        cost = measure(here, often, 3) | measure(here, ["openpyxl"], 1)
        (here / "100k.xlsx").unlink()
        make_apart(here / "500k.xlsx", MANY)
        cost |= measure(here, ["edit 100 of 500k"], 1)
    return [*_rows(cost)]


def _rows(cost: dict[str, Cost]) -> list[tuple[str, str, str, bool]]:
    edit, floor, read, bulk = (
        cost[name].seconds for name in ("edit 100", "floor", "read", "change and append 10k")
    )
    openpyxl, calamine, peak = (
        cost["openpyxl"].seconds,
        cost["calamine"].seconds,
        cost["edit 100 of 500k"].megabytes,
    )
    return [
        (
            "100 cells in 100,000 x 15",
            f"{edit:.2f} s, openpyxl {openpyxl:.1f} s: {openpyxl / edit:.0f}x",
            ">= 15x",
            openpyxl >= 15 * edit,
        ),
        (
            "the same",
            f"{edit:.2f} s, floor {floor:.2f} s: {edit / floor:.2f}x",
            "<= 1.6x",
            edit <= 1.6 * floor,
        ),
        ("the same at 500,000 x 15", f"{peak:.0f} MB", "< 200 MB", peak < 200),
        (
            "read 100,000 x 15",
            f"{read:.2f} s, calamine {calamine:.2f} s: {read / calamine:.2f}x",
            "<= 2x",
            read <= 2 * calamine,
        ),
        (
            "10,000 rows changed, 10,000 appended",
            f"{bulk:.2f} s, edit {edit:.2f} s: {bulk / edit:.2f}x",
            "<= 2x",
            bulk <= 2 * edit,
        ),
    ]


def main() -> None:
    """Print the table."""
    from arc_sync.xlsx import deflate

    sys.stdout.write(f"deflate: {deflate.NAME}, level {deflate.LEVEL}\n")
    for work, found, must, holds in table():
        sys.stdout.write(f"{work:38s} {found:44s} {must:10s} {'yes' if holds else 'NO'}\n")


if __name__ == "__main__":
    main()
