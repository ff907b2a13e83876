from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arc_sync.mail import render as rendering
from arc_sync.mail.filling import Filled, Job, fill
from arc_sync.mail.render import Draft, Rendered, check, fill_all, problem_of, render
from arc_sync.sandbox import Sandboxed
from tests.mail_facts import Firm, said

ENDLESS: Final = "{% for a in lines %}" * 6 + "{% if a == 'x' %}{% endif %}" + "{% endfor %}" * 6
DOUBLING: Final = "{% set a = lines %}\n" + "{% set a = a + a %}\n" * 40 + "{{ a }}"
REPLACING: Final = "{{ lines" + " | replace(' ', lines)" * 12 + " }}"
ESCAPES: Final = """\
{{ ''.__class__ }}
{{ total.__class__.__mro__ }}
{{ items.append(1) }}
{{ items.__class__.__base__.__subclasses__() }}
{{ ''.join.__self__.__class__ }}
{{ range(9) }}
{{ self.__init__.__globals__ }}
{{ '{0.__class__}'.format(total) }}
{{ cycler.__init__ }}
{% include 'mail.html' %}
{% import 'os' as os %}
{{ 'a' * 5000000000 }}
{{ '%4000000000d' % 1 }}
{{ total.center(5000000000) }}"""
GROWING: Final = "{% for a in lines %}{% for b in lines %}{{ a }}{{ b }}{% endfor %}{% endfor %}"


def test_a_draft_is_filled_in_with_its_facts() -> None:
    drafts = [Draft("About {{ invoices }}", "{{ greeting }}\n\n{{ total }}", said())]
    assert render(drafts) == [Rendered("About invoice INV-26-0561", "Dear Anna Meyer,\n\nEUR 1,250.50")]
    assert render([]) == []


def test_loops_and_questions_are_filled_in_too() -> None:
    body = "{% for item in items %}\n- {{ item.number }}, {{ item.open }}\n{% endfor %}\n{% if link %}\nx\n{% endif %}\nBye"
    assert render([Draft("", body, said())])[0].body == "- INV-26-0561, EUR 1,250.50\nBye"


def test_what_customers_are_called_is_never_run_and_never_changed() -> None:
    name = "{{ 7*7 }} {% for %} ${x} %s <b>"
    facts = said(customer={"contact": name, "collector": name}, firm=Firm(company=name))
    made = render([Draft("{{ company }}", "{{ contact }}|{{ name }}", facts)])[0]
    assert made == Rendered(name, f"{name}|{name}")


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (ENDLESS, "body, line 1: it takes longer than 1 second; a loop in it has too many rounds"),
        (REPLACING, "body, line 1: it needs too much memory"),
        (GROWING * 9, "body, line 1: it grows to more than 200,000 characters"),
        (
            "{{ items + 1 }}",
            "body, line 1: a filter, a + or a comparison in it does not fit the fact beside it",
        ),
        (
            "x\n{{ items | replace }}",
            "body, line 2: a filter, a + or a comparison in it does not fit the fact beside it",
        ),
        (
            "{% for i in total %}{{ i.number }}{% endfor %}",
            "body, line 1: it cannot be filled in ('str object' has no attribute 'number')",
        ),
        ("{{ amout }}", "body, line 1: there is no {{ amout }}; did you mean {{ total }}?"),
        ("{{ total.__class__ }}", "body, line 1: {{ total }} is a text: no dot can follow it"),
        ("{% include 'x' %}", "body, line 1: {% include %} cannot be used in a template"),
    ],
)
def test_a_hostile_template_is_reported_and_takes_no_other_down(body: str, problem: str) -> None:
    sound = Draft("Hi", "{{ total }}", said())
    drafts = [sound, Draft("Hi", body, said()), sound, Draft("Hi", body, said()), sound]
    good, bad = Rendered("Hi", "EUR 1,250.50"), Rendered("", "", problem)
    assert render(drafts) == [good, bad, good, bad, good]


def test_what_slips_past_the_reading_meets_the_wall() -> None:
    escapes = ESCAPES.split("\n")
    sound = ("Hi", "{{ total }}")
    templates = [(subject, body) for escape in escapes for subject, body in (("s", escape), sound)]
    results = rendering._run(templates, [Job(n, said()) for n in range(len(templates))])
    assert results[1::2] == [Filled("Hi", "EUR 1,250.50")] * len(escapes)
    assert [escape for escape, made in zip(escapes, results[::2], strict=True) if not made.problem] == []


def test_memory_runs_out_at_the_line_that_asks_for_too_much() -> None:
    made = render([Draft("Hi", DOUBLING, said())])[0]
    assert re.fullmatch(r"body, line [12]\d: it needs too much memory", made.problem)  # of 42


def test_a_template_that_was_ruinous_once_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    body, tried = "{{ total }}", list[str]()

    def odd(source: str, _facts: object) -> str:
        tried.append(source)
        raise ValueError

    monkeypatch.setattr("arc_sync.mail.filling._text", odd)
    fill([("s", body)], [Job(0, said())] * 3)
    assert len(tried) == 3  # an ordinary fault may be the facts' own

    def too_much(source: str, _facts: object) -> str:
        tried.append(source)
        raise MemoryError

    monkeypatch.setattr("arc_sync.mail.filling._text", too_much)
    assert {filled.problem for filled in fill([("s", body)], [Job(0, said())] * 3)} == {
        "subject, line 1: it needs too much memory"
    }
    assert len(tried) == 4


def test_a_child_that_dies_is_halved_until_the_culprit_stands_alone() -> None:
    runs: list[int] = []

    def child(templates: Sequence[tuple[str, str]], jobs: Sequence[Job]) -> list[Filled]:
        runs.append(len(jobs))
        if any(templates[job.template][1] == "deadly" for job in jobs):
            raise Sandboxed("it took longer than 9 seconds")
        return [Filled(templates[job.template][0], str(job.facts["total"])) for job in jobs]

    templates = [(f"s{n}", "deadly" if n == 5 else "x") for n in range(8)]
    jobs = [Job(n % 8, {"total": str(n)}) for n in range(80)]
    results = fill_all(templates, jobs, child)
    dead = Filled("", "", "body, line 1: it cannot be filled in, it took longer than 9 seconds")
    assert results == [dead if n % 8 == 5 else Filled(f"s{n % 8}", str(n)) for n in range(80)]
    assert runs[0] == 80
    assert len(runs) == 7  # 8 templates, and two halves for each of 4, 2, 1


def test_batches_are_put_together_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "BATCH", 3)
    drafts = [Draft("s", f"{n} {{{{ total }}}}" if n != 4 else "{{ x", said()) for n in range(8)]
    results = render(drafts)
    assert [made.body.partition(" ")[0] for made in results] == ["0", "1", "2", "3", "", "5", "6", "7"]
    assert results[4].problem.startswith("body, line 1")


# --- subjects ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x00", "\u2028", "\x0b"])
def test_no_fact_can_put_a_line_break_into_a_subject(end: str) -> None:
    assert render([Draft("Hi {{ contact }}", "x", said(customer={"contact": f"A{end}Bcc: b@x.example"}))])[
        0
    ] == (Rendered("Hi A Bcc: b@x.example", "x"))
    unclean = said() | {"contact": f"A{end}Bcc: b@x.example"}  # as if `facts` had let it through
    assert render([Draft("Hi {{ contact }}", "x", unclean)])[0].problem == (
        "subject, line 1: it is filled in with a line break or a control character, which a subject cannot have"
    )


def test_a_subject_may_not_grow_beyond_what_a_reader_sees() -> None:
    made = render([Draft("{{ contact }}", "x", said(customer={"contact": "x" * 300}))])[0]
    assert made.problem == "subject, line 1: it is filled in with 300 characters; a subject has 200 at most"


# --- one cell, one template --------------------------------------------------------------------------------------


def test_a_sound_cell_has_no_problem_and_starts_no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arc_sync.sandbox.run", lambda *_args, **_limits: pytest.fail("a child was started"))
    assert problem_of("subject", "About {{ invoices }}") == ""
    assert problem_of("body", "{% if link %}{{ link }}{% endif %} {{ greeting }}") == ""
    assert problem_of("language", "German") == ""
    assert (
        problem_of("body", "Dear\n{{ amout }}")
        == "line 2: there is no {{ amout }}; did you mean {{ total }}?"
    )


def test_a_cell_with_loops_or_filters_is_tried_out() -> None:
    assert (
        problem_of("body", "{{ contact | upper }}\n{% for item in items %}{{ item.open }}{% endfor %}") == ""
    )
    assert (
        problem_of("body", ENDLESS)
        == "line 1: it takes longer than 1 second; a loop in it has too many rounds"
    )
    broken = problem_of("subject", r"{{ customer | replace(' ', '\n') }}")
    assert (
        broken
        == "line 1: it is filled in with a line break or a control character, which a subject cannot have"
    )


def test_a_whole_template_is_checked_at_once() -> None:
    assert check("About {{ invoices }}", "{{ greeting }}") == []
    assert check("{{ x1 }}", "{{ y1 }}") == [
        "subject, line 1: there is no {{ x1 }}",
        "body, line 1: there is no {{ y1 }}",
    ]
    assert check(" ", "Hi") == ["subject, line 1: an email needs a subject"]
    assert check("", "Hi", "Text") == []


PIECES: Final = st.sampled_from(
    (
        *(
            "{{ total }}",
            "{{ items }}",
            "{% for i in items %}",
            "{{ i.open }}",
            "{% endfor %}",
            "{% if link %}",
        ),
        *(
            "{% endif %}",
            "{{ contact | upper }}",
            "{{ total + 1 }}",
            "{{ lines | length }}",
            "{% set x = total %}",
        ),
        *("{{ x }}", "{", "\n"),
    )
)


@settings(max_examples=10)
@given(st.lists(st.lists(PIECES, min_size=1, max_size=8).map("".join), max_size=60))
def test_any_batch_comes_back_whole_each_message_or_its_reason(bodies: list[str]) -> None:
    results = render([Draft("s", body, said()) for body in bodies])
    assert len(results) == len(bodies)
    for made in results:
        assert bool(made.problem) != (made.subject == "s")
        assert not made.problem or not made.body
