"""Pictures of the mails, to be looked at: `python -m tests.mail_pictures [FOLDER]` (needs Chromium).

One picture a stage and language, in which the same message stands as a wide window, a phone and plain text show
it; and a few with long, many and hostile invoices and names. They go to `build/mails` unless told otherwise.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from html import escape
from pathlib import Path
from typing import Final, NamedTuple

from arc_sheets.languages import ENGLISH, GERMAN, Language
from arc_sheets.reminders import Item, Proposal
from arc_sheets.wording import facts, pay_by
from arc_sync.mail.layout import html_of
from arc_sync.mail.render import Draft, render
from arc_sync.mail.templates import Template, choose, shipped
from tests.screens import shoot

TODAY: Final = date(2026, 11, 20)
_STAGES: Final = {"Courtesy": -3, "Friendly": 6, "Firm": 14, "Statement": 31, "Final notice": 46}
_PAGE: Final = """<!DOCTYPE html><meta charset="utf-8"><title>{title}</title>
<style>body {{ margin: 0; background: #888; display: flex; gap: 10px; align-items: flex-start; }}
iframe {{ border: 0; background: #fff; }} pre {{ margin: 0; padding: 16px; background: #fff; width: 700px; box-sizing: border-box;
font: 13px/18px "DejaVu Sans Mono", monospace; white-space: pre-wrap; }}</style>
<iframe width="1000" srcdoc="{html}"></iframe><iframe width="390" srcdoc="{html}"></iframe><pre>{text}</pre>
<script>onload = () => document.querySelectorAll("iframe").forEach(
  frame => frame.height = frame.contentDocument.documentElement.scrollHeight)</script>"""


class _Firm(NamedTuple):
    company: str
    name: str
    email: str
    phone: str
    pay: str


class Scene(NamedTuple):
    """One message to be looked at."""

    name: str
    template: Template
    proposal: Proposal
    customer: dict[str, str]
    language: Language


FIRMS: Final = {
    "English": _Firm(
        "North Harbour Trading Ltd",
        "Maria Lopez",
        "receivables@north-harbour.example",
        "+44 20 7946 0123",
        "GB33 BUKB 2020 1555 5555 55",
    ),
    "German": _Firm(
        "Nordhafen Großhandel GmbH",
        "Jürgen Weiß",
        "buchhaltung@nordhafen.example",
        "+49 30 1234567",
        "DE89 3704 0044 0532 0130 00",
    ),
}


def scenes() -> Iterator[Scene]:
    """Yield every mail of the schedule, and those that are hard to set."""
    for language, contact in ((ENGLISH, "Anna Meyer"), (GERMAN, "Frau Müller-Lüdenscheidt")):
        customer = {"contact": contact, "phone": "+49 40 7654321"}
        for stage, days in _STAGES.items():
            items = [
                _item(561, days, 125_050),
                _item(577, days - 5, 48_000, 32_000),
                _item(602, days - 9, 1_200_000),
            ]
            yield _scene(f"{language.code}-{stage.lower()}", stage, items, customer, language)
        link = {"payment_link": f"https://pay.nordhafen.example/k/4711?lang={language.code}&ref=2026"}
        yield _scene(f"{language.code}-one", "Friendly", [_item(561, 6, 125_050)], customer | link, language)
    many = [_item(n, 95 - 4 * n, 184_500 + 1_117 * n) for n in range(25)]
    yield _scene("many", "Statement", many, {}, ENGLISH)
    yield _scene("yen", "Firm", many[:3], {"contact": "佐藤 花子"}, ENGLISH, ("JPY", "青山商事"))
    name = """O'Brien & <Sons> "Büro" {{ 7*7 }} <script>alert(1)</script>"""
    long = [_item(561, 20, 98_765_432_100)._replace(number="RECHNUNG-2026/NORD-WEST/000.000.561-A"), many[3]]
    yield _scene(
        "hostile",
        "Final notice",
        long,
        {"contact": name},
        GERMAN,
        ("EUR", '=HYPERLINK("http://x.example";"Klick")'),
    )


def _item(number: int, late: int, amount: int, balance: int | None = None) -> Item:
    due = TODAY - timedelta(days=late)
    open_ = amount if balance is None else balance
    return Item(f"INV-26-{number:04}", due - timedelta(days=30), due, late, amount, open_)


def _scene(
    title: str,
    stage: str,
    items: list[Item],
    customer: dict[str, str],
    language: Language,
    whose: tuple[str, str] = ("EUR", "Blue Lagoon Hotels"),
) -> Scene:
    choice = choose(shipped(), stage, "Email", language.name, "")
    assert choice is not None
    currency, name = whose
    amount = sum(item.balance for item in items)
    proposal = Proposal(name, currency, stage, "Email", "", "", "", tuple(items), amount, "", False, "")  # noqa: FBT003
    return Scene(title, choice.template, proposal, customer, language)


def page(scene: Scene, subject: str, body: str) -> str:
    """Return the page that shows one message three times."""
    html = html_of(body, FIRMS[scene.language.name], subject, scene.language)
    return _PAGE.format(title=scene.name, html=escape(html), text=escape(f"{subject}\n\n{body}"))


def main(folder: Path) -> None:
    """Fill in every scene and let Chromium draw it."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = list(scenes())
    drafts = [
        Draft(
            scene.template.subject,
            scene.template.body,
            facts(
                scene.proposal,
                scene.customer,
                FIRMS[scene.language.name],
                TODAY,
                pay_by(TODAY, scene.proposal.stage),
                scene.language,
            ),
        )
        for scene in wanted
    ]
    with tempfile.TemporaryDirectory() as scratch:
        for scene, made in zip(wanted, render(drafts), strict=True):
            source = Path(scratch, f"{scene.name}.html")
            source.write_text(page(scene, made.subject, made.body or made.problem), encoding="utf-8")
            size = (2110, 1900 if scene.name == "many" else 1150)
            shoot(source, folder / f"{scene.name.replace(' ', '-')}.png", size, Path(scratch, "profile"))


if __name__ == "__main__":
    main(Path(sys.argv[1] if sys.argv[1:] else "build/mails"))
