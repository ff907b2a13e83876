"""Templates are filled in here, in a child process that may fail without harm.

What a template may be is settled before (`checking`); what it costs shows only when it is filled in. So one child
fills in a batch: a message that takes more than a second of processor time, too much memory or 200,000 characters
is given up, with the reason, and the others go on. A child that dies is replaced by two with half of the templates
each, until the one that kills it stands alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from arc_sheets.wording import Facts
from arc_sync import sandbox
from arc_sync.mail.checking import Column, checked
from arc_sync.mail.filling import SECONDS, Filled, Job, fill
from arc_sync.mail.samples import samples
from arc_sync.sandbox import Limits, Sandboxed

#: Messages that one child fills in, and characters of a filled-in subject; mail programs show some 70.
BATCH: Final = 5_000
LONGEST_SUBJECT: Final = 200
#: Of one child: its start and the messages themselves, beside what its worst templates may take each.
_CPU_SECONDS: Final = 10
_MEMORY_MB: Final = 256
_BLANK_LINES: Final = re.compile(r"\n{3,}")


class Draft(NamedTuple):
    """A template and the facts to fill it in with."""

    subject: str
    body: str
    facts: Facts


class Rendered(NamedTuple):
    """A message as plain text, or why there is none ("subject, line 1: ..."); then both texts are empty."""

    subject: str
    body: str
    problem: str = ""


def render(drafts: Sequence[Draft]) -> list[Rendered]:
    """Fill in each draft, in the same order; what cannot be filled in has its reason and nothing else.

    Never raises for what a template holds.
    """
    results = [Rendered("", "", _problem(draft.subject, draft.body)) for draft in drafts]
    sound = [n for n, result in enumerate(results) if not result.problem]
    for start in range(0, len(sound), BATCH):
        batch = sound[start : start + BATCH]
        for n, result in zip(batch, _in_child([drafts[n] for n in batch]), strict=True):
            results[n] = result
    return results


def check(subject: str, body: str, channel: str = "Email") -> list[str]:
    """Return what is wrong with a template, a sentence each: read first, then filled in with sample facts."""
    problems = [f"{column}, {fault}" for column, fault in _faults(subject, body)]
    if channel == "Email" and not subject.strip():
        problems.append("subject, line 1: an email needs a subject")
    return problems or _tried(subject, body)


def problem_of(column: Column, text: str) -> str:
    """Return what is wrong with one cell of the Templates tab, or "".

    Reading takes well under a millisecond and is remembered. Only a template with loops or filters is also tried
    out, in a child, which takes a fraction of a second.
    """
    read = checked(column, text)
    if read.fault or not read.costly:
        return str(read.fault or "")
    tried = _tried(text, "") if column == "subject" else _tried("", text)
    return tried[0].removeprefix(f"{column}, ") if tried else ""


@lru_cache(maxsize=512)
def _tried(subject: str, body: str) -> list[str]:
    results = _in_child([Draft(subject, body, facts) for facts in samples()])
    return [result.problem for result in results if result.problem][:1]


def _problem(subject: str, body: str) -> str:
    return next((f"{column}, {fault}" for column, fault in _faults(subject, body)), "")


def _faults(subject: str, body: str) -> Iterator[tuple[str, str]]:
    for column, text in (("subject", subject), ("body", body)):
        if fault := checked(column, text).fault:
            yield column, str(fault)


# --- the child, and what it brings back -------------------------------------------------------------------------


def _in_child(drafts: Sequence[Draft]) -> list[Rendered]:
    """Fill in drafts whose templates have been read and found sound."""
    templates = list(dict.fromkeys((draft.subject, draft.body) for draft in drafts))
    place = {template: n for n, template in enumerate(templates)}
    jobs = [Job(place[draft.subject, draft.body], draft.facts) for draft in drafts]
    return [_settled(filled) for filled in fill_all(templates, jobs)]


def fill_all(
    templates: Sequence[tuple[str, str]],
    jobs: Sequence[Job],
    run: Callable[[Sequence[tuple[str, str]], Sequence[Job]], list[Filled]] | None = None,
) -> list[Filled]:
    """Do the jobs in a child (or by `run`, which raises `Sandboxed` as a child does); one that dies is halved."""
    try:
        return (run or _run)(templates, jobs)
    except Sandboxed as stopped:
        which = sorted({job.template for job in jobs})
        if len(which) == 1:
            return [Filled("", "", f"body, line 1: it cannot be filled in, {stopped.reason}")] * len(jobs)
    first = set(which[: len(which) // 2])
    halves = [
        iter(fill_all(templates, [j for j in jobs if (j.template in first) is one], run))
        for one in (False, True)
    ]
    return [next(halves[job.template in first]) for job in jobs]


def _run(templates: Sequence[tuple[str, str]], jobs: Sequence[Job]) -> list[Filled]:
    seconds = _CPU_SECONDS + SECONDS * len({job.template for job in jobs})
    limits = Limits(cpu_seconds=seconds, memory_mb=_MEMORY_MB, wall_seconds=3 * seconds)
    return sandbox.run(fill, templates, jobs, limits=limits)


def _settled(filled: Filled) -> Rendered:
    """Return a message whose subject fits a header and whose body has no ragged ends."""
    if filled.problem:
        return Rendered("", "", filled.problem)
    if problem := _subject_problem(filled.subject):
        return Rendered("", "", f"subject, line 1: {problem}")
    body = "\n".join(line.rstrip() for line in filled.body.splitlines())
    return Rendered(filled.subject.strip(), _BLANK_LINES.sub("\n\n", body).strip("\n"))


def _subject_problem(subject: str) -> str:
    """Say why a subject cannot be a header (RFC 5322, section 2.2: no line breaks), or ""."""
    if not subject.strip().isprintable():
        return "it is filled in with a line break or a control character, which a subject cannot have"
    if len(subject) > LONGEST_SUBJECT:
        return f"it is filled in with {len(subject)} characters; a subject has {LONGEST_SUBJECT} at most"
    return ""
