"""The menu's pages in a real browser (Chromium): what they ask Google's script for is answered by `Stage`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from shutil import which
from typing import Any, Final

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.menu_stage import NOW, Stage

WIDTH: Final = 300  #: pixels of Google's sidebar; no script can change it
POLL: Final = 5_000  #: milliseconds between two looks for an answer
_ADDRESS: Final = "https://sidebar.example/"
_FLAGS: Final = ("--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking")
expect.set_options(timeout=30_000)  # a busy machine is no finding

#: google.script.run and google.script.host, as a page has them.
_GOOGLE: Final = """
const runner = (done, failed) => new Proxy({}, { get: (_, name) => {
  if (name === 'withSuccessHandler') return (handler) => runner(handler, failed);
  if (name === 'withFailureHandler') return (handler) => runner(done, handler);
  return (...given) => { arcServer(name, given).then((told) => told.error ? failed(new Error(told.error)) : done(told.result)); };
} });
window.google = { script: { run: runner(() => {}, (error) => { throw error; }), host: { close: () => { document.title = 'closed'; } } } };
"""

Answering = Callable[..., Any]


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium, without a window."""
    with sync_playwright() as play:
        running = play.chromium.launch(
            executable_path=which("chromium") or "/usr/bin/chromium", args=list(_FLAGS)
        )
        yield running
        running.close()


def opened(
    running: Browser,
    stage: Stage,
    item: str = "menuDetails",
    scheme: str = "light",
    instead: Mapping[str, Answering] | None = None,
) -> Page:
    """Choose an item of the menu and return the page that it opens; `instead` answers in place of the script."""
    stage.call(item)
    context = running.new_context(
        viewport={"width": WIDTH, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    page.expose_function("arcServer", lambda name, given: _answer(stage, instead or {}, name, given))
    page.clock.install(time=NOW)
    show(page, stage)
    return page


def show(page: Page, stage: Stage) -> None:
    """Show what the menu opened last, where another page may have been."""
    told = stage.told()[-1]
    html = str(told.get("sidebar") or told["box"]).replace("<head>", f"<head><script>{_GOOGLE}</script>", 1)
    page.unroute_all()
    page.route(
        f"{_ADDRESS}**", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8")
    )
    page.goto(_ADDRESS)


def _answer(stage: Stage, instead: Mapping[str, Answering], name: str, given: list[Any]) -> Any:
    if name not in instead:
        return stage.answer("call", name=name, given=given)
    try:
        return {"result": instead[name](*given)}
    except ConnectionError as error:
        return {"error": str(error)}
