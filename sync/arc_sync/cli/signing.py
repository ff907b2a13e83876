"""How a person is shown where to sign in: in the browser of this computer, or what to do where there is none."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Callable

from arc_sync.cli.out import at_terminal, say


def in_browser(command: str) -> Callable[[str], None]:
    """Return what opens the address of a sign-in for a person; `command` is what asks for it.

    Where nobody can see the address it raises `SignInError` at once, so that a script does not wait in vain.
    """

    def show(address: str) -> None:
        from arc_sheets.errors import SignInError
        from arc_sync.mail.oauth_google import PATIENCE

        waits = f"ARC waits {PATIENCE / 60:.0f} minutes for it"
        if _opens(address):
            said = f"Your browser asks now: sign in there and allow it; {waits}. If none opened, open this address:"
            say(said, address)
        elif at_terminal() or sys.stdout.isatty():
            here = f"Open this address in a browser of this computer, sign in and allow it; {waits}:"
            say(here, address, _ELSEWHERE)
        else:
            raise SignInError(
                f"Nobody can sign in here: there is no browser, and no terminal to show an address in. Run `{command}` in"
                " a terminal."
            )

    return show


_ELSEWHERE = (
    "On another computer the browser ends at an address that begins with http://127.0.0.1 and shows nothing;"
    " fetch that address here within that time, as with curl."
)


def _opens(address: str) -> bool:
    """Open an address in the person's browser, if there is one with windows; a browser in the terminal does not do."""
    if sys.platform not in ("win32", "darwin") and not {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys():
        return False
    try:
        return webbrowser.open(address)
    except webbrowser.Error:
        return False
