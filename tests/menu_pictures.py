"""Draws the pictures of addin/google/README.md: `python -m tests.menu_pictures [FOLDER]` (needs Chromium and Node)."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.menu_page import POLL, WIDTH, browser, opened
from tests.menu_stage import Stage, book
from tests.sample_contents import sample

_FOLDER = Path(__file__).parent / "pictures"


def main(folder: Path) -> None:
    """Draw Details in light, as it is opened, and in dark with a promise that has just been taken."""
    contents = sample()
    with browser() as running, Stage() as stage:
        for scheme in ("light", "dark"):
            stage.begin(book(contents))
            stage.select("Account", 2)
            page = opened(running, stage, scheme=scheme)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            if scheme == "dark":
                _promise(page, stage)
            page.set_viewport_size({"width": WIDTH, "height": 880})
            page.screenshot(path=folder / f"sidebar-{scheme}.png")
            page.context.close()


def _promise(page: Page, stage: Stage) -> None:
    page.get_by_role("button", name="Promise").click()
    page.get_by_label("Pay by").fill("2026-11-30")
    page.get_by_role("button", name="Save the promise").click()
    expect(page.locator("#form .told")).to_contain_text("Waiting")
    request = stage.payloads()[0]
    stage.reply(request["request"], f"{request['fields']['customer']} promises USD 17,344.10 by 30 Nov 2026.")
    page.clock.run_for(POLL)
    expect(page.locator("#form .told")).to_contain_text("Done")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else _FOLDER)
