"""What in an HTML text would make a reader's mail program fetch or run something: ARC sends none of it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

_FETCHED: Final = {"src", "srcset", "background", "poster", "data", "action", "formaction", "xlink:href"}
_FORBIDDEN: Final = {
    "script",
    "iframe",
    "frame",
    "object",
    "embed",
    "link",
    "form",
    "base",
    "meta",
    "svg",
    "video",
    "audio",
}
_STYLE: Final = re.compile(r"url\s*\(|@import|expression\s*\(", re.IGNORECASE)
_HARMLESS_META: Final = {"charset", "content", "http-equiv", "name"}


class _Finder(HTMLParser):
    """Notes the first thing that is fetched or run."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = ""
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        if (tag in _FORBIDDEN and not _harmless(tag, attrs)) or any(_fetches(*a) for a in attrs):
            self.found = self.found or f"<{tag}>"

    def handle_data(self, data: str) -> None:
        if self._in_style and _STYLE.search(_unescaped(data)):
            self.found = self.found or "url() in <style>"
        self._in_style = False


def remote_part(html: str) -> str:
    """Return the first part that would be fetched from elsewhere or run, such as "<img>"; "" if there is none.

    A mail that loads pictures tells its sender who read it, and when; filters dislike it, and so do people.
    """
    finder = _Finder()
    finder.feed(html)
    finder.close()
    return finder.found


def _fetches(name: str, value: str | None) -> bool:
    if name.startswith("on"):
        return True
    if name == "style":
        return bool(_STYLE.search(_unescaped(value or "")))
    if name == "href":
        return not re.match(r"(https?://|mailto:|tel:|#|$)", (value or "").strip(), re.IGNORECASE)
    return name in _FETCHED


def _harmless(tag: str, attrs: list[tuple[str, str | None]]) -> bool:
    """Allow <meta charset> and <meta name="viewport">, which say how to read; not a refresh."""
    refreshes = any((value or "").strip().lower() == "refresh" for _, value in attrs)
    return tag == "meta" and {name for name, _ in attrs} <= _HARMLESS_META and not refreshes


def _unescaped(style: str) -> str:
    r"""Return CSS without the escapes (\75 rl) and comments that hide a word from a search."""
    plain = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    return re.sub(r"\\([0-9a-fA-F]{1,6})\s?", lambda m: chr(min(int(m[1], 16), 0x10FFFF)), plain)
