"""Messages filled in and laid out, beside bare jinja2: `python -m tests.bench_render`.

Every message has two to five invoices, in one of twenty templates. Ours is all that a message needs: its facts
formatted, the text filled in by a child (its start included), the HTML made of it. The bare program fills the same
templates with the same facts in one process, without sandbox or limits, and makes no HTML. CPU seconds of the
process and its children; the least of three runs.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from jinja2 import Environment

from arc_sheets.languages import known_language
from arc_sheets.reminders import Item, Proposal
from arc_sheets.wording import facts, pay_by
from arc_sync.mail.layout import html_of
from arc_sync.mail.render import Draft, render
from arc_sync.mail.templates import shipped
from tests.mail_facts import CUSTOMER, FIRM

TODAY: Final = date(2026, 11, 20)
MANY: Final = 10_000


def proposals(many: int) -> list[Proposal]:
    """Return a proposal for each of so many customers."""
    return [
        Proposal(f"Customer {n}", "EUR", "Friendly", "Email", "", "", "", _items(n), _owed(n), "", False, "")  # noqa: FBT003
        for n in range(many)
    ]


def _items(n: int) -> tuple[Item, ...]:
    days = (40 + n % 50 - 7 * k for k in range(2 + n % 4))
    return tuple(
        Item(
            f"INV-{n:05}-{k}",
            TODAY - timedelta(days=late + 30),
            TODAY - timedelta(days=late),
            late,
            1_000 * n + k,
            999 * n + k,
        )
        for k, late in enumerate(days)
    )


def _owed(n: int) -> int:
    return sum(item.balance for item in _items(n))


def drafts(about: list[Proposal]) -> list[Draft]:
    """Return a draft for each proposal, in turn by each shipped template."""
    templates, made = shipped(), []
    for n, proposal in enumerate(about):
        template = templates[n % len(templates)]
        language = known_language(template.language)
        assert language is not None
        given = facts(proposal, CUSTOMER, FIRM, TODAY, pay_by(TODAY, proposal.stage), language)
        made.append(Draft(template.subject, template.body, given))
    return made


def bare(these: list[Draft]) -> list[str]:
    """Fill in the same by jinja2 alone."""
    plain = Environment(autoescape=False, trim_blocks=True, lstrip_blocks=True)
    made = {text: plain.from_string(text) for text in {text for draft in these for text in draft[:2]}}
    return [made[draft.subject].render(draft.facts) + made[draft.body].render(draft.facts) for draft in these]


def main() -> None:
    """Print messages per second of processor time, by step."""
    about = proposals(MANY)
    given = drafts(about)
    texts = render(given)
    assert not any(text.problem for text in texts)
    steps: dict[str, Callable[[], object]] = {
        "facts": lambda: drafts(about),
        "text, in a child": lambda: render(given),
        "html": lambda: [html_of(text.body, FIRM, text.subject) for text in texts],
    }
    took = {name: _least(step) for name, step in steps.items()}
    for name, seconds in {
        **took,
        "all three": sum(took.values()),
        "bare jinja2": _least(lambda: bare(given)),
    }.items():
        sys.stdout.write(f"{name:18} {MANY / seconds:10,.0f} a second of CPU\n")


def _least(step: Callable[[], object]) -> float:
    return min(_cost(step) for _ in range(3))


def _cost(step: Callable[[], object]) -> float:
    before = _used()
    step()
    return _used() - before


def _used() -> float:
    """Return the CPU seconds of this process and of its children that have ended."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


if __name__ == "__main__":
    main()
