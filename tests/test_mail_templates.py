from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from arc_sheets import tabs
from arc_sheets.languages import ENGLISH, GERMAN, LANGUAGES, known_language
from arc_sheets.wording import NAMES
from arc_sync.mail.checking import checked
from arc_sync.mail.render import Draft, Rendered, check, render
from arc_sync.mail.samples import samples
from arc_sync.mail.templates import Template, choose, shipped
from tests.mail_facts import CUSTOMER, MIXED, ONE, Firm, proposal, said

GOLDEN: Final = Path(__file__).parent / "mails"
EMAILS: Final = [t for t in shipped() if t.channel == "Email"]
TEXTS: Final = [t for t in shipped() if t.channel == "Text"]
#: What one text message holds (3GPP TS 23.038, table 6.2.1, as far as ARC's words and usual names need it).
GSM: Final = re.compile(r"[\w \n@£$¥\"#%&'()*+,./:;<=>?!§¿¡-]*", re.ASCII)


def name_of(template: Template) -> str:
    return f"{template.language} {template.stage} {template.channel}"


def filled(template: Template, **about: str) -> Rendered:
    language = known_language(template.language) or ENGLISH
    facts = said(proposal(MIXED, stage=template.stage), language=language) | about
    return render([Draft(template.subject, template.body, facts)])[0]


def test_every_stage_has_its_words_in_every_language() -> None:
    for language in LANGUAGES:
        mine = {(t.stage, t.channel) for t in shipped() if t.language == language.name}
        assert {stage for stage, _ in mine} == set(tabs.STAGES)
        assert {("Call", "Call"), ("Agency review", "Note"), ("Friendly", "Text")} <= mine


def test_every_language_has_the_same_templates() -> None:
    of = {
        language.name: [(t.stage, t.channel) for t in shipped() if t.language == language.name]
        for language in LANGUAGES
    }
    assert of["English"] == of["German"]


def test_they_are_rows_of_the_templates_tab() -> None:
    assert Template._fields == tuple(column.name for column in tabs.TEMPLATES.columns)
    for template in shipped():
        for column, value in zip(tabs.TEMPLATES.columns, template, strict=True):
            assert value or not column.required
            assert not column.choices or value in column.choices
            assert len(value) < 32_767  # an Excel cell


@pytest.mark.parametrize("template", shipped(), ids=name_of)
def test_every_shipped_template_is_sound(template: Template) -> None:
    assert checked("subject", template.subject).fault is None
    assert checked("body", template.body).fault is None
    assert not checked("body", template.body).costly
    assert check(template.subject, template.body, template.channel) == []


def test_every_shipped_template_can_be_filled_in_with_every_shape_of_facts() -> None:
    drafts = [Draft(t.subject, t.body, facts) for t in shipped() for facts in samples()]
    for draft, made in zip(drafts, render(drafts), strict=True):
        assert made.problem == ""
        assert made.body
        assert bool(made.subject) == bool(draft.subject)
        assert not re.search(r"\n{3}|[ \t]\n| {2}\n", made.body)
        sentences = made.body.replace(str(draft.facts["lines"]), "").replace("{{ 7*7 }}", "X")
        assert not re.search(r" {2}|\(\)|[{}]| [.,;:]|None", sentences)


@pytest.mark.parametrize("template", EMAILS, ids=name_of)
def test_an_email_says_what_how_much_how_to_pay_and_whom_to_ask(template: Template) -> None:
    names = set(re.findall(r"\{\{ (\w+) \}\}", template.subject + template.body))
    assert {"greeting", "invoices", "lines", "how_to_pay", "reference", "ask", "signature"} <= names | {
        "invoices"
    }
    assert names & {"total", "overdue"}
    assert names <= set(NAMES)


@pytest.mark.parametrize(
    "template", [t for t in EMAILS if t.stage in {"Firm", "Statement", "Final notice"}], ids=name_of
)
def test_the_later_stages_name_the_day_by_which_to_pay(template: Template) -> None:
    assert "{{ pay_by }}" in template.body


@pytest.mark.parametrize("template", EMAILS, ids=name_of)
def test_an_email_says_how_to_dispute_and_what_to_do_if_it_has_been_paid(template: Template) -> None:
    query = r"not right|dispute|missing|differs|Einw|nicht in Ordnung|Fehlt|abweicht"
    paid = r"paid|on its way|gezahlt|veranlasst"
    assert re.search(query, template.body)
    assert re.search(paid, template.body)


@pytest.mark.parametrize("template", TEXTS, ids=name_of)
@pytest.mark.parametrize("link", ["", "https://pay.north-harbour.example/k/4711"])
def test_a_text_is_short_and_says_how_to_stop(template: Template, link: str) -> None:
    made = filled(template, link=link)
    assert len(made.body) <= 306  # two text messages of 153 characters each
    assert GSM.fullmatch(re.sub("[äöüÄÖÜß]", "a", made.body))
    assert "STOP" in made.body
    assert "\n" not in made.body


@pytest.mark.parametrize(
    ("file", "stage", "language"),
    [
        ("friendly-en", "Friendly", ENGLISH),
        ("final-notice-de", "Final notice", GERMAN),
        ("call-en", "Call", ENGLISH),
    ],
)
def test_the_messages_read_as_they_did(file: str, stage: str, language: object) -> None:
    mine = next(t for t in shipped() if t.stage == stage and known_language(t.language) is language)
    about = proposal(ONE if stage == "Friendly" else MIXED, stage=stage)
    contact = {**CUSTOMER, "contact": "Frau Müller"} if language is GERMAN else CUSTOMER
    facts = said(about, contact, Firm(), known_language(mine.language) or ENGLISH)
    made = render([Draft(mine.subject, mine.body, facts)])[0]
    assert f"{made.subject}\n\n{made.body}\n" == (GOLDEN / f"{file}.txt").read_text(encoding="utf-8")


# --- which one ---------------------------------------------------------------------------------------------------


def test_the_customers_language_comes_first_then_the_senders_then_english() -> None:
    for wanted, sender, got in (
        ("Deutsch", "English", GERMAN),
        ("French", "de", GERMAN),
        ("", "French", ENGLISH),
        (None, "", ENGLISH),
    ):
        choice = choose(shipped(), "Firm", "Email", wanted, sender)
        assert choice is not None
        assert (choice.language, choice.template.language) == (got, got.name)


def test_a_stage_without_words_in_a_language_takes_another_language() -> None:
    rows = [t for t in shipped() if (t.language, t.stage) != ("German", "Firm")]
    choice = choose(rows, "Firm", "Email", "German", "German")
    assert choice is not None
    assert choice.language is ENGLISH


def test_a_letter_takes_the_words_of_an_email_but_a_text_does_not() -> None:
    letter = choose(shipped(), "Firm", "Letter", "English", "")
    assert letter is not None
    assert letter.template.channel == "Email"
    assert choose(shipped(), "Statement", "Text", "English", "") is None


def test_of_two_templates_for_the_same_the_last_one_counts() -> None:
    mine = Template("Firm", "Email", "deutsch", "Zahlung", "Bitte zahlen Sie {{ overdue }}.")
    choice = choose([*shipped(), mine], "Firm", "Email", "de", "")
    assert choice is not None
    assert choice.template == mine


def test_a_template_in_a_language_without_words_is_never_chosen() -> None:
    klingon = Template("Firm", "Email", "Klingon", "QaD", "{{ overdue }}")
    choice = choose([*shipped(), klingon], "Firm", "Email", "Klingon", "Vulcan")
    assert choice is not None
    assert choice.template.language == "English"
    assert choose([klingon], "Firm", "Email", "Klingon", "") is None
