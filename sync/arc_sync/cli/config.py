"""`arc config`: the settings shown, and changed one at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from arc_sync.cli.out import Json, Settings, answer, print_table, say


def show(json: Json = False, config: Settings = None) -> None:
    """Show every setting as it counts.

    Also those that arc.toml leaves out; passwords are in none.
    """
    from arc_sync.agent.places import find
    from arc_sync.agent.settling import shown

    told = shown(config)
    if json:
        answer({"file": str(find(config)), "settings": told})
        return
    say(f"{find(config)}:")
    print_table(("Setting", "Value"), list(told.items()))


def set_(
    key: Annotated[
        str, typer.Argument(help='Such as "who", "mail.host" or "agent.morning".', show_default=False)
    ],
    value: Annotated[
        str, typer.Argument(help="As it stands in arc.toml, without quotation marks.", show_default=False)
    ],
    config: Settings = None,
) -> None:
    """Change one setting.

    Comments stay, and nothing changes unless all of it is right. A running agent takes it up by itself.
    """
    from arc_sync.agent.settling import change

    say(f"Now it says: {change(config, key, value)}")


COMMANDS: dict[str, Callable[..., None]] = {"show": show, "set": set_}
