"""What the console's tests in a browser share: where Chromium is, addresses, and pages that are watched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from drs_simulator import Simulator
from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"), reason="there is no Chromium to look at pages with"
)


def address(drs: Simulator, path: str) -> str:
    return drs.url.removesuffix(drs.path) + path


@contextmanager
def open_watched(browser: Browser, drs: Simulator) -> Iterator[Page]:
    """A page in which no script fails and nothing is asked of elsewhere."""
    context = browser.new_context(base_url=address(drs, ""), viewport={"width": 1280, "height": 800})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("request", lambda request: problems.append(request.url) if "127.0.0.1" not in request.url else None)
    yield opened
    context.close()
    assert not problems
