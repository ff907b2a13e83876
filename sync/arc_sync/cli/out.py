"""How commands speak: sentences and tables for people, JSON and CSV for programs, one sentence for an error."""

from __future__ import annotations

import csv
import errno
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer

from arc_sheets import money
from arc_sheets.errors import ArcError, ConfigError

#: Exit codes: nothing to do for a person, something to do, it could not be done.
FINE: Final = 0
PERSON: Final = 1
FAILED: Final = 2

Settings = Annotated[
    Path | None,
    typer.Option("--config", envvar="ARC_CONFIG", help="arc.toml, or its folder. [default: this folder]"),
]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Csv = Annotated[bool, typer.Option("--csv", help="Answer as CSV.")]

_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
_NUMBER: Final = re.compile(r"[+-]?[\d.,]*\d[\d.,]*")
_WIDE: Final = 150  #: characters of a table that goes to a file or a pipe
_LONG: Final = 200  #: characters of a text that is told in passing
_FOLDED: Final = 16  #: characters to which a column of text may be folded


def say(*sentences: str) -> None:
    """Print sentences, one a line."""
    for sentence in sentences:
        typer.echo(sentence)


def answer(value: object) -> None:
    """Print a value as JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def at_terminal() -> bool:
    """Say whether somebody is there to be asked."""
    return sys.stdin.isatty()


def finish(code: int) -> NoReturn:
    """End the command with this exit code."""
    raise typer.Exit(code)


def amount(minor: int | None, currency: str) -> str | None:
    """Return minor units as a decimal string in major units, for JSON and CSV."""
    return None if minor is None else money.show(minor, currency)


def grouped(minor: int | None, currency: str) -> str:
    """Return minor units as people read them: 1,250.50; a dash for nothing."""
    return f"{money.to_major(minor, currency):,f}" if minor else "–"


def day(value: date) -> str:
    """Return a date as people read it: 3 Apr 2026."""
    return f"{value.day} {value:%b %Y}"


def read_day(text: str | None, option: str) -> date | None:
    """Return the date of an option; raises `ConfigError` if it is none."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f'{option} "{text}" is no date; write it like {option} 2026-03-31.') from None


def print_table(heads: Sequence[str], rows: Iterable[Sequence[str]], numbers: Iterable[int] = ()) -> None:
    """Print a table; the columns at `numbers` are set flush right and never cut, whatever the window's width.

    Text is shown as it is, never as markup, and folded where it must be.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    right, cells = set(numbers), [[str(cell) for cell in row] for row in rows]
    table = Table(box=None, pad_edge=False, header_style="bold")
    least = 0
    for place, head in enumerate(heads):
        widest = max(map(len, [head, *(row[place] for row in cells)]))
        width = widest if place in right else min(widest, _FOLDED)
        least += width + 2
        table.add_column(
            head, justify="right" if place in right else "left", min_width=width, overflow="fold"
        )
    for row in cells:
        table.add_row(*map(Text, row))
    window = Console(highlight=False) if sys.stdout.isatty() else Console(width=_WIDE, highlight=False)
    window.width = max(window.width, least)
    window.print(table)


def print_csv(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print CSV; a text that a spreadsheet would run as a formula gets an apostrophe (OWASP, CSV injection)."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows([_safe(cell) for cell in row] for row in rows)


def _safe(cell: object) -> object:
    if isinstance(cell, str) and cell.startswith(_DANGEROUS) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return "" if cell is None else cell


@contextmanager
def steps(names: dict[str, str]) -> Iterator[Callable[[str], None]]:
    """Show a progress bar on a terminal; yields what is called with each step's name as it is done."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(next(iter(names.values())), total=len(names))
        after = dict(zip(names, [*list(names.values())[1:], "Done"], strict=True))

        def done(step: str) -> None:
            if step in after:
                bar.update(task, advance=1, description=after[step])

        yield done


@contextmanager
def in_one_sentence() -> Iterator[None]:
    """Turn every error into one sentence on standard error and exit code 2, never a traceback."""
    try:
        yield
    except ArcError as error:
        fail(str(error))
    except KeyboardInterrupt:
        fail("Stopped. What was under way is settled by running the command again.")
    except BrokenPipeError:  # the reader, such as head, has seen enough
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        finish(FINE)
    except OSError as error:
        fail(_of_system(error))
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:
        if os.environ.get("ARC_TRACE"):
            raise
        fail(
            f"ARC met something it was not made for ({type(error).__name__}: {error}). What was committed before is"
            " kept; please report this, with what ARC_TRACE=1 shows."
        )


def _of_system(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    if error.errno == errno.ENOSPC:
        return f"The disk is full{where}; make room and run this again. Nothing was half written."
    return f"The system refused{where}: {error.strerror or error}. Nothing was half written; mend that and run this again."


def fail(sentence: str) -> NoReturn:
    """Say why it could not be done, in one line on standard error, and end the command."""
    typer.echo(" ".join(sentence.split()), err=True)
    finish(FAILED)


def read_number(text: str, command: str) -> int:
    """Return the number of a change set; raises `ConfigError` if it is none."""
    if not text.isdecimal():
        raise ConfigError(f"{command} takes the number of a change set, as arc history shows it.")
    return int(text)


def one_form(*, json: bool, csv: bool) -> None:
    """Raise `ConfigError` where an answer is asked for in two forms."""
    if json and csv:
        raise ConfigError("An answer is either --json or --csv; give one of them.")


def listed(parts: Sequence[str]) -> str:
    """Return parts as a sentence lists them: a, b and c."""
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)


def shortened(text: str) -> str:
    """Return a text in one line of a terminal, its end cut off where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONG else f"{line[: _LONG - 1].rstrip()}…"


def many(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun: 1 row, 1,204 rows."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def as_json(told: Any) -> Any:
    """Return named tuples as JSON-ready objects, dates as ISO."""
    if isinstance(told, tuple) and hasattr(told, "_asdict"):
        return {name: as_json(value) for name, value in told._asdict().items()}
    if isinstance(told, list | tuple):
        return [as_json(item) for item in told]
    return told.isoformat() if isinstance(told, date) else told
