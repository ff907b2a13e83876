"""What the child does: fill in templates one after the other, and give up those that cost too much.

Only this module runs in the child. Templates come read and found sound (`checking`); the limits here and those of
the child itself (`sandbox`) hold for whatever slips through.
"""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from types import FrameType
from typing import Final, NamedTuple

from jinja2 import Template

from arc_sheets.wording import Facts
from arc_sync.mail.checking import environment

#: Processor seconds and characters of one message.
SECONDS: Final = 1
LARGEST: Final = 200_000


class Job(NamedTuple):
    """One message: the place of its template in the batch, and its facts."""

    template: int
    facts: Facts


class Filled(NamedTuple):
    """A message filled in, or why it is not ("body, line 3: ...")."""

    subject: str
    body: str
    problem: str = ""


class _TooLong(Exception):
    """A message took more than its processor time."""


class _TooLarge(Exception):
    """A message has more characters than any should."""


def fill(templates: Sequence[tuple[str, str]], jobs: Sequence[Job]) -> list[Filled]:
    """Fill in every job. A template that took too long or too much memory once is not tried again."""
    hopeless: dict[int, Filled] = {}
    results = []
    for job in jobs:
        filled = hopeless.get(job.template)
        if filled is None:
            filled, ruinous = _fill(templates[job.template], job.facts)
            if ruinous:
                hopeless[job.template] = filled
        results.append(filled)
    return results


def _fill(template: tuple[str, str], facts: Facts) -> tuple[Filled, bool]:
    """Return the message, or its problem, and whether the template would ruin the next message too."""
    column = "subject"
    try:
        with _clock():
            subject = _text(template[0], facts)
            column = "body"
            return Filled(subject, _text(template[1], facts)), False
    except Exception as error:  # noqa: BLE001 (whatever a template raises goes back as its problem)
        problem = f"{column}, line {_line(error)}: {_in_words(error)}"
        return Filled("", "", problem), isinstance(error, _TooLong | MemoryError)


def _text(source: str, facts: Facts) -> str:
    pieces, size = [], 0
    template = _compiled(source)
    for piece in template.root_render_func(template.new_context(facts)):
        size += len(piece)
        if size > LARGEST:
            raise _TooLarge
        pieces.append(piece)
    return "".join(pieces)


@cache
def _compiled(source: str) -> Template:
    return environment().from_string(source)


@contextmanager
def _clock() -> Iterator[None]:
    """Raise `_TooLong` in what takes more than its processor time; on Windows the child's own limits must do."""
    if sys.platform == "win32":
        yield
        return
    signal.signal(signal.SIGPROF, _expire)
    signal.setitimer(signal.ITIMER_PROF, SECONDS, 0.1)  # again and again: a destructor may swallow the first
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _expire(_signal: int, _frame: FrameType | None) -> None:
    raise _TooLong


def _line(error: Exception) -> int:
    """Return the line of the template where it happened: Jinja notes which template a function was made of."""
    line = 1
    for frame, place in traceback.walk_tb(error.__traceback__):
        template = frame.f_globals.get("__jinja_template__")
        if isinstance(template, Template) and place:
            line = template.get_corresponding_lineno(place)
    return line


def _in_words(error: Exception) -> str:
    match error:
        case _TooLong():
            return f"it takes longer than {SECONDS} second; a loop in it has too many rounds"
        case _TooLarge():
            return f"it grows to more than {LARGEST:,} characters"
        case MemoryError():
            return "it needs too much memory"
        case RecursionError():
            return "it is nested too deeply"
        case TypeError():
            return "a filter, a + or a comparison in it does not fit the fact beside it"
    first, *_ = [*str(error).splitlines(), ""]
    return f"it cannot be filled in ({first[:200]})"
