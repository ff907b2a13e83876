"""How a command reads its words: as Typer does, with what is wrong said in words for people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import typer
from typer.core import TyperCommand

if TYPE_CHECKING:
    from collections.abc import Iterable

_NEGATIVE: Final = re.compile(r"-[.,]?\d[\d.,]*")
_INTERNAL: Final = "Value error, "  #: how Typer's own check begins, which nobody needs to read


class Spoken(TyperCommand):
    """A command that tells an amount below zero from an option, and a wrong choice in plain words."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words; raises a usage error with one sentence. `ctx` is of a class that Typer keeps to itself."""
        if negative := _negative(args):
            ctx.fail(f"{negative} is below zero; give an amount above zero, such as {negative.lstrip('-')}.")
        try:
            return super().parse_args(ctx, args)
        except typer.BadParameter as error:
            error.message = error.message.removeprefix(_INTERNAL)
            raise


def _negative(args: Iterable[str]) -> str:
    """Return the first word that is a number below zero, "" if none is; what follows "--" is taken as it is."""
    for word in args:
        if word == "--":
            break
        if _NEGATIVE.fullmatch(word):
            return word
    return ""
