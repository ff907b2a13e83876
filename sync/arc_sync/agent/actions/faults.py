"""What is wrong with the fields of a request, in one sentence that names the field and the remedy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from pydantic_core import ErrorDetails

from arc_sync.agent.actions.fields import NotTaken

_LONG: Final = 60  #: characters of what was given that a sentence repeats
#: What pydantic itself checks: what is wrong, and the remedy.
_CHECKED: Final = {
    "literal_error": ("it is none of {expected}", "choose one of them"),
    "string_pattern_mismatch": (
        "it is not 1 to 64 letters, digits, dots, hyphens and underscores",
        "give it another",
    ),
    "greater_than_equal": ("it is less than {ge}", "give a larger one"),
    "less_than_equal": ("it is more than {le}", "give a smaller one"),
    "bool_type": ("it is neither true nor false", "give one of them"),
}
_OTHERWISE: Final = ("it is not of the right kind", "correct it")


def sentence_of(error: ErrorDetails, actions: Sequence[str], title: Callable[[str, str], str]) -> str:
    """Return what pydantic found, in people's words; `title` names a field of an action."""
    kind, where, context = error["type"], [str(part) for part in error["loc"]], error.get("ctx", {})
    if kind == "union_tag_not_found":
        return "The request does not say what to do; give it an action."
    if kind == "union_tag_invalid":
        return f'There is no action "{_shown(context["tag"])}"; ARC knows {", ".join(actions)}.'
    why = context.get("error")
    if len(where) == 1 and isinstance(why, NotTaken):  # of the request as a whole
        return f"{why}; {why.remedy}."
    action, name = where[0], where[1]
    if kind == "extra_forbidden":
        return f'"{_shown(name)}" is nothing that {action} knows; take it out.'
    if kind == "missing":
        return f"The {title(action, name)} is missing; fill it in."
    what = f'The {title(action, name)} "{_shown(error["input"])}" cannot be taken'
    said, remedy = (str(why), why.remedy) if isinstance(why, NotTaken) else _checked(error)
    return f"{what} ({said}); {remedy}." if remedy else f"{what}: {said}."


def _checked(error: ErrorDetails) -> tuple[str, str]:
    said, remedy = _CHECKED.get(error["type"], _OTHERWISE)
    return said.format(**error.get("ctx", {})).replace("'", ""), remedy


def _shown(given: object) -> str:
    """Return what was given, in one line and not too long."""
    text = f"{given:f}" if isinstance(given, Decimal) and given.is_finite() else str(given)
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONG else f"{line[: _LONG - 1]}…"
