"""Takes the pictures of the console that the README shows: run it with ``make pictures``. It needs Chromium."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from drs_simulator import Simulator
from playwright.sync_api import Page, sync_playwright
from rich.console import Console

FOLDER = Path(__file__).parent
# A Wednesday, so that the week has work that is done, in progress and to come.
CLOCK = "fixed@2021-10-27T11:20"
WIDTH, MAX_HEIGHT, MAX_BYTES = 1280, 900, 200_000
PICTURES = {"diary": "/", "journal": "/journal"}
say = Console(highlight=False, soft_wrap=True).print
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def find_browser() -> str | None:
    """Return the path of Chromium; ``None`` for the one that Playwright has installed."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _BROWSERS)), None)


def take(page: Page, name: str) -> Path:
    """Take the picture of one page, which is cut off below ``MAX_HEIGHT``."""
    page.goto(PICTURES[name])
    page.evaluate("document.fonts.ready")
    file = FOLDER / f"{name}.png"
    height = min(MAX_HEIGHT, int(page.evaluate("document.documentElement.scrollHeight")))
    page.set_viewport_size({"width": WIDTH, "height": height})
    page.screenshot(path=file)
    return file


def main() -> int:
    """Take all pictures; the exit code is 1 if one is too large for a README."""
    too_large = False
    with Simulator(clock=CLOCK, seed=1) as drs, sync_playwright() as playwright:
        drs.add_demo_week()
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(
            base_url=drs.url.removesuffix(drs.path),
            color_scheme="light",
            locale="en-GB",
            viewport={"width": WIDTH, "height": MAX_HEIGHT},
        )
        page = context.new_page()
        for name in PICTURES:
            file = take(page, name)
            size = file.stat().st_size
            too_large |= size > MAX_BYTES
            say(f"{file.name}: {size / 1000:.0f} kB")
        browser.close()
    if too_large:
        say(f"A picture has more than {MAX_BYTES / 1000:.0f} kB: show less of the page.")
    return int(too_large)


if __name__ == "__main__":
    sys.exit(main())
