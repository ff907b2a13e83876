from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arc_sync.mail.checking import checked, environment


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "Dear {{ contact }},\n\nplease pay\n{{ amout }}.",
            "line 4: there is no {{ amout }}; did you mean {{ total }}?",
        ),
        ("{{ greetin }}", "line 1: there is no {{ greetin }}; did you mean {{ greeting }}?"),
        ("{{ Total }}", "line 1: there is no {{ Total }}; did you mean {{ total }}?"),
        ("{{ payment_link }}", "line 1: there is no {{ payment_link }}; did you mean {{ link }}?"),
        ("{{ xyzzy }}", "line 1: there is no {{ xyzzy }}"),
        ("{{ customer name }}", "line 1: within the braces stands one name, such as {{ total }}"),
        ("Hello\n{{ total }", "line 2: braces are opened and not closed; write {{ name }}"),
        ("{{ total", "line 1: braces are opened and not closed; write {{ name }}"),
        ("a\n\n{ total }} b", "line 3: { total }} lacks a brace; write {{ name }}"),
        ("{ total }", "line 1: { total } lacks a brace; write {{ name }}"),
        ("{{ total }} }}", "line 1: }} lacks a brace; write {{ name }}"),
        ("{{ “total” }}", 'line 1: curly quotes stand within the braces; type straight ones (")'),
        (
            "{{ total € }}",
            "line 1: '€' cannot stand within the braces; a name is one word, such as {{ total }}",
        ),
        ("{% if link %}x", "line 1: {% if %} has no {% endif %}"),
        ("x\n{% endif %}", "line 2: {% endif %} has nothing to belong to"),
        ("{% fi link %}", "line 1: there is no {% fi %}"),
        ('{% if link = "" %}{% endif %}', "line 1: to compare, write == and not ="),
        ("{# note", "line 1: {# is opened and not closed"),
        ("{{ total. }}", "line 1: nothing stands after the dot"),
        ("{{ total | shout }}", "line 1: there is no filter shout"),
        ("{{ total | uper }}", "line 1: there is no filter uper; did you mean upper?"),
        (
            "{% for item in items %}\n{{ item.numer }}\n{% endfor %}",
            "line 2: there is no {{ item.numer }}; did you mean {{ item.number }}?",
        ),
        ("{{ contact.name }}", "line 1: {{ contact }} is a text: no dot can follow it"),
        ("See\n{{ items }}", "line 2: {{ items }} is no text; write {{ lines }}, or a loop over items"),
        ("Dear\n{{ loop }}", "line 2: {{ loop }} stands outside of a loop"),
        ("{{ loop.index }}", "line 1: {{ loop }} stands outside of a loop"),
        ("{% if loop.first %}x{% endif %}", "line 1: {{ loop }} stands outside of a loop"),
        (
            "{% for i in items %}x{% else %}{{ loop.index }}{% endfor %}",
            "line 1: {{ loop }} stands outside of a loop",
        ),
        ("{% for i in items if loop.first %}x{% endfor %}", "line 1: {{ loop }} stands outside of a loop"),
        (
            "{% for i in items %}\n{{ loop }}{% endfor %}",
            "line 2: {{ loop }} is no text; write {{ loop.index }}",
        ),
        ("{% for i in items %}{{ i }}{% endfor %}", "line 1: {{ i }} is no text; write {{ i.number }}"),
        (" \n ", "line 1: there is no text"),
        ("x" * 40_000, "line 1: the text is longer than 32,767 characters"),
        ("{{ " + "(" * 5_000, "line 1: it is nested too deeply"),
        ("{{ total" + " + total" * 3_000 + " }}", "line 1: it is nested too deeply"),
        ("{{ total" + " | upper" * 3_000 + " }}", "line 1: it is nested too deeply"),
    ],
)
def test_a_fault_is_said_in_words_with_its_line(text: str, fault: str) -> None:
    assert str(checked("body", text).fault) == fault


@pytest.mark.parametrize(
    "program",
    [
        "{{ ''.__class__ }}",
        "{{ total.__class__.__mro__ }}",
        "{{ items.__class__ }}",
        "{{ (items | first).__class__ }}",
        '{{ total["__class__"] }}',
        '{{ total | attr("__class__") }}',
        "{{ range(999999999) }}",
        "{{ cycler('a') }}",
        "{{ lipsum() }}",
        "{{ self }}",
        "{{ self._TemplateReference__context }}",
        "{{ total.format(1) }}",
        "{{ total.center(999999999) }}",
        "{{ 'a' * 9999999999 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ items[0] }}",
        "{{ [1, 2] }}",
        "{{ {'a': 1} }}",
        "{{ total is sameas 1 }}",
        "{% include 'mail.html' %}",
        "{% import 'os' as os %}",
        "{% from 'os' import path %}",
        "{% extends 'mail.html' %}",
        "{% macro a() %}{% endmacro %}",
        "{% call a() %}{% endcall %}",
        "{% block a %}{% endblock %}",
        "{% filter upper %}x{% endfilter %}",
        "{% set a %}x{% endset %}",
        "{% with a = 1 %}{% endwith %}",
        "{% autoescape true %}{% endautoescape %}",
        "{% raw %}{{ total }}{% endraw %}",
        "{% for i in items recursive %}{{ loop(items) }}{% endfor %}",
        "{% for i in items %}{{ loop.cycle('a') }}{% endfor %}",
    ],
)
def test_what_is_a_program_and_no_text_with_blanks_is_refused(program: str) -> None:
    for column in ("subject", "body"):
        assert checked(column, program).fault is not None


@pytest.mark.parametrize(
    ("text", "costly"),
    [
        (
            "Dear {{ contact }}, {% if link %}pay: {{ link }}{% elif phone %}{{ phone }}{% else %}-{% endif %}",
            False,
        ),
        ('{% if name == "Maria" and not link %}x{% endif %}', False),
        ("{% for item in items %}{{ loop.index }}. {{ item.number }}: {{ item.open }}\n{% endfor %}", True),
        ("{{ customer | upper }}{{ total ~ '.' }}", True),
        ("{% set who = contact | default('you') %}{{ who }}", True),
        ("Terms: 50% off? {x} costs {5}. {# not sent: { total } #}", False),
    ],
)
def test_what_people_need_is_allowed(text: str, costly: bool) -> None:  # noqa: FBT001
    if "{x}" in text:
        text = text.replace("{x}", "(x)")
    assert checked("body", text) == (None, costly)


@pytest.mark.parametrize("name", ["lines", "signature", "how_to_pay"])
def test_a_subject_takes_no_fact_of_several_lines(name: str) -> None:
    fault = checked("subject", f"Reminder: {{{{ {name} }}}}").fault
    assert fault is not None
    assert fault.what == f"{{{{ {name} }}}} has several lines, a subject has one"
    assert checked("subject", "Reminder\r\nBcc: all@x.example").fault is not None
    assert checked("subject", "").fault is None  # a text has none; an email is checked as a whole


def test_a_language_without_words_is_a_fault() -> None:
    assert checked("language", "Deutsch").fault is None
    assert str(checked("language", "Klingon").fault) == (
        'line 1: ARC has no words for dates and amounts in "Klingon"; write English or German'
    )


def test_templates_see_nothing_but_the_facts() -> None:
    assert environment().globals == {}
    assert environment().loader is None
    assert environment().sandboxed


PIECES = st.sampled_from(
    "{{ }} {% %} {# #} { } total item items if endif for in endfor . | upper ( ) [ ] ' \" “ = == + - ~ , : \n é 1 __class__".split(
        " "
    )
)


@given(st.lists(PIECES | st.text(max_size=4), max_size=14).map(" ".join))
def test_whatever_is_typed_it_is_sound_or_the_line_is_said(text: str) -> None:
    for column in ("subject", "body"):
        fault = checked(column, text).fault
        assert fault is None or 1 <= fault.line <= text.count("\n") + 1
        assert fault is None or fault.what
