"""The words of messages: those that ARC ships, and the one that fits a stage, a channel and a language.

The shipped ones are the first contents of the Templates tab; from then on the tab counts. A file is named for its
stage and channel and begins with `Subject: ...`, unless the channel has none.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from arc_sheets import tabs
from arc_sheets.languages import ENGLISH, LANGUAGES, Language, known_language
from arc_sheets.resources import folder

_SUBJECT: Final = "Subject:"
#: Where a channel has no words of its own, it takes those of another.
_ELSE: Final = {"Letter": "Email"}


class Template(NamedTuple):
    """One row of the Templates tab, in the order of its columns."""

    stage: str  #: of `tabs.STAGES`
    channel: str  #: Email, Text or Letter; Call and Note are for the person who does it
    language: str
    subject: str
    body: str


class Choice(NamedTuple):
    """A template, and the language that its facts must be in."""

    template: Template
    language: Language


@lru_cache(maxsize=1)
def shipped() -> tuple[Template, ...]:
    """Return the shipped templates by language and stage."""
    files = {
        language.name: {
            file.name: file.read_text(encoding="utf-8")
            for file in (folder("templates") / "messages" / language.code).iterdir()
        }
        for language in LANGUAGES
    }
    return tuple(
        Template(stage, channel, language, *_parted(texts[name]))
        for language, texts in files.items()
        for stage in tabs.STAGES
        for channel in ("Email", "Text", "Letter", "Call", "Note")
        if (name := _file_name(stage, channel)) in texts
    )


def _file_name(stage: str, channel: str) -> str:
    return f"{stage.lower().replace(' ', '-')}.{channel.lower()}.txt"


def _parted(text: str) -> tuple[str, str]:
    """Return subject and body of a file."""
    first, _, rest = text.partition("\n")
    if first.startswith(_SUBJECT):
        return first.removeprefix(_SUBJECT).strip(), rest.strip()
    return "", text.strip()


def choose(
    templates: Iterable[Template], stage: str, channel: str, wanted: object, sender_language: object
) -> Choice | None:
    """Return the template for a stage and channel in the language wanted; else in the sender's, else in English.

    Languages are taken as people type them. A letter takes the words of an email where it has none of its own. Of
    several that fit, the last in the order given counts. None if there is none in any of these languages.
    """
    mine = [t for t in templates if t.stage == stage]
    for language in (known_language(wanted), known_language(sender_language), ENGLISH):
        for way in filter(None, (channel, _ELSE.get(channel))):
            fits = [t for t in mine if t.channel == way and known_language(t.language) is language]
            if language and fits:
                return Choice(fits[-1], language)
    return None
