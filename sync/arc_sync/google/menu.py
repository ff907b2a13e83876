"""The menu of a spreadsheet: its sources (`addin/google/`), and putting them there through the Apps Script API.

A script that is bound to a spreadsheet can be made only by a person's own account, and only after that person has
let programs do so, once, at script.google.com/home/usersettings.
Reference: https://developers.google.com/apps-script/api/reference/rest/v1/projects.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from google.oauth2 import service_account

from arc_sheets.errors import ArcError, BookBusy, BookRefused, SignInError
from arc_sheets.resources import folder
from arc_sync.google.transport import Transport
from arc_sync.google.trouble import Failed, Rejected

#: What a sign-in must allow, beside what the book needs.
SCOPE: Final = "https://www.googleapis.com/auth/script.projects"
API: Final = "https://script.googleapis.com"
TITLE: Final = "ARC"
MANIFEST: Final = "appsscript.json"
#: The pages; every other HTML file is a part of them.
PAGES: Final = ("page.html", "box.html")

_TYPES: Final = {"json": "JSON", "js": "SERVER_JS", "html": "HTML"}
_PART: Final = re.compile(r" *<\?!= include_\('([a-z-]+)'\) \?>")
_TOGGLE: Final = "https://script.google.com/home/usersettings"
_LIBRARY: Final = "https://console.cloud.google.com/apis/library/script.googleapis.com"
_AGAIN: Final = "run `arc google install-menu` again"


class Installed(NamedTuple):
    """Where the menu is now."""

    script: str  #: the id of its project
    made: bool  #: it was not there before

    @property
    def address(self) -> str:
        """Where a person can look at the script."""
        return f"https://script.google.com/d/{quote(self.script, safe='')}/edit"


def sources() -> dict[str, str]:
    """Return what Google runs, by file name: the manifest first, then scripts and pages."""
    home = folder("addin") / "google"
    names = sorted(one.name for one in home.iterdir() if one.name.endswith((".js", ".html")))
    return {name: (home / name).read_text(encoding="utf-8") for name in (MANIFEST, *names)}


def bundled() -> dict[str, str]:
    """Return the same in as few files as there can be, to be pasted by hand."""
    files = sources()
    scripts = [text for name, text in files.items() if name.endswith(".js")]
    whole = {
        page: _PART.sub(lambda part: files[f"{part[1]}.html"].rstrip("\n"), files[page]) for page in PAGES
    }
    return {MANIFEST: files[MANIFEST], "Code.gs": "\n".join(scripts), **whole}


def install_menu(
    transport: Transport,
    book: str,
    known: str = "",
    keep: Callable[[str], None] = lambda _: None,
    api: str = API,
) -> Installed:
    """Put the menu into a spreadsheet (by its id), or bring up to date the one whose script is `known`.

    `keep` is told the id of a new script as soon as there is one, so that a second try does not make another.
    Raises `ArcError`: the sentence says what a person is to allow.
    """
    if isinstance(getattr(transport.http.session, "credentials", None), service_account.Credentials):
        raise SignInError(
            "Google lets no service account install scripts: sign in as a person with `arc google login`, or paste "
            "the menu by hand (addin/google/README.md)."
        )
    if known and _filled(transport, known, api):
        return Installed(known, made=False)
    script = _made(transport, book, api)
    keep(script)
    if not _filled(transport, script, api):
        raise BookBusy(f"Google does not know the script that it has just made; {_AGAIN} in a minute.")
    return Installed(script, made=True)


def _made(transport: Transport, book: str, api: str) -> str:
    """Make an empty script in the spreadsheet and return its id. It is never asked for twice."""
    asked = {"title": TITLE, "parentId": book}
    try:
        told = transport.call("POST", f"{api}/v1/projects", json=asked, again=False)
    except Rejected as refusal:
        raise _explained(refusal) from None
    except Failed as lost:
        raise BookBusy(
            f"Google gave no answer ({lost}); look in the spreadsheet under Extensions > Apps Script. If a script named "
            f"{TITLE} is there, give its id with --script; else {_AGAIN}."
        ) from None
    return str(told["scriptId"])


def _filled(transport: Transport, script: str, api: str) -> bool:
    """Replace all that is in a script by the menu; False if there is no such script (any more)."""
    address = f"{api}/v1/projects/{quote(script, safe='')}/content"
    try:
        transport.call("PUT", address, json={"files": _files()}, again=True)
    except Rejected as refusal:
        if refusal.status == 404:
            return False
        raise _explained(refusal) from None
    except Failed as lost:
        raise BookBusy(f"Google gave no answer ({lost}); {_AGAIN}.") from None
    return True


def _files() -> list[dict[str, Any]]:
    """Return the sources as the API takes them: the name without its ending, and what it is."""
    split = ((*name.rsplit(".", 1), text) for name, text in sources().items())
    return [{"name": name, "type": _TYPES[ending], "source": text} for name, ending, text in split]


def _explained(refusal: Rejected) -> ArcError:
    """Return what a person is to do about a refusal."""
    reasons = refusal.reasons
    if "SERVICE_DISABLED" in reasons or "accessNotConfigured" in reasons:
        return SignInError(
            f"The Apps Script API is switched off in the project of your client id; switch it on at {_LIBRARY} and {_AGAIN} a minute later."
        )
    if refusal.status == 403 and "usersettings" in refusal.message:
        return SignInError(
            f"Your Google account lets no program install scripts yet: switch Google Apps Script API on at {_TOGGLE} and {_AGAIN}."
        )
    if refusal.status in {401, 403} and "ACCESS_TOKEN_SCOPE_INSUFFICIENT" in reasons:
        return SignInError(f"The sign-in did not cover installing scripts; {_AGAIN} and allow it.")
    if refusal.status == 404:
        return BookRefused(
            "Google finds no such spreadsheet among those of this account; check `book` in arc.toml."
        )
    if refusal.status == 400:
        return BookRefused(
            f"Google attaches no script to this spreadsheet ({refusal.message[:120]}): open it in the browser once, as somebody "
            f"who may edit it, and {_AGAIN}."
        )
    return BookRefused(f"Google does not let ARC install the menu: {refusal.message[:200]}")
