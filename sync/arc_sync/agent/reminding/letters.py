"""The words of reminders: the templates of the firm filled in for each proposal, in one child process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from arc_sheets.cells import Value
from arc_sheets.languages import Language, known_language
from arc_sheets.reminders import Proposal
from arc_sheets.tabs import TEMPLATES
from arc_sheets.wording import facts, pay_by
from arc_sync.agent.reminding.rows import id_of
from arc_sync.ledger.port import Ledger, View
from arc_sync.mail.render import Draft, render
from arc_sync.mail.settings import Sender
from arc_sync.mail.templates import Choice, Template, choose, shipped
from arc_sync.merge.history import Origin

#: Returns a customer's row by the names of its columns.
Customer = Callable[[str], Mapping[str, Value]]
_WRITTEN: Final = frozenset({"Email", "Text", "Letter"})


class Words(NamedTuple):
    """What a reminder says."""

    template: str  #: which one: stage, channel and language; "" where a task needs no words
    subject: str
    body: str
    remark: str = ""  #: that it is not in the customer's language, a sentence


class Broken(NamedTuple):
    """Why there are no words: one sentence with the line and the remedy."""

    template: str
    why: str


def seed_templates(ledger: Ledger, origin: Origin) -> bool:
    """Put the shipped templates into an empty Templates tab, in a change set of their own; say whether it was."""
    with ledger.read() as view:
        if view.rows(TEMPLATES):
            return False
    with ledger.change(origin) as t:
        if t.rows(TEMPLATES):
            return False
        for template in shipped():
            row = tuple(text or None for text in template)
            t.put(TEMPLATES, id_of(f"shipped {_name(template)}"), row)
    return True


def templates_of(view: View) -> list[Template]:
    """Return the templates of the Templates tab, in the order of their ids: always the same."""
    rows = sorted(view.rows(TEMPLATES).items())
    return [Template(*(str(value or "") for value in row)) for _, row in rows]


def words_of(
    templates: Sequence[Template],
    proposals: Sequence[Proposal],
    customer: Customer,
    sender: Sender,
    as_of: date,
) -> list[Words | Broken]:
    """Return the words of each proposal, in their order; `as_of` is the day of the messages."""
    choices = [choose(templates, p.stage, p.channel, p.language, sender.language) for p in proposals]
    drafts = [
        _draft(proposal, choice, customer(proposal.customer), sender, as_of)
        for proposal, choice in zip(proposals, choices, strict=True)
        if choice
    ]
    rendered = iter(render(drafts))
    said: list[Words | Broken] = []
    for proposal, choice in zip(proposals, choices, strict=True):
        if choice is None:
            said.append(_missing(proposal))
            continue
        name, text = _name(choice.template), next(rendered)
        why = f"The template {name} cannot be used: {text.problem}. Correct it on Templates."
        words = Words(name, text.subject, text.body, _otherwise(proposal.language, choice.language))
        said.append(Broken(name, why) if text.problem else words)
    return said


def _draft(
    proposal: Proposal, choice: Choice, customer: Mapping[str, Value], sender: Sender, as_of: date
) -> Draft:
    by = pay_by(as_of, proposal.stage)
    template, language = choice
    return Draft(template.subject, template.body, facts(proposal, customer, sender, as_of, by, language))


def _otherwise(wanted: str, language: Language) -> str:
    """Return why a message is not in the language that is wanted, or ""."""
    known = known_language(wanted)
    if not wanted.strip() or known is language:
        return ""
    return f"In {language.name}: {f'no template in {known.name}' if known else f'no words for {wanted.strip()}'}."


def _missing(proposal: Proposal) -> Words | Broken:
    if proposal.channel not in _WRITTEN:
        return Words("", "", "")
    name = f"{proposal.stage}, {proposal.channel}"
    return Broken(name, f"There is no template for {name} in any language that fits. Add one to Templates.")


def _name(template: Template) -> str:
    return f"{template.stage}, {template.channel}, {template.language}"
