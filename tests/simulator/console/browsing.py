"""What the console's tests in a browser share: where Chromium is, and addresses."""

from __future__ import annotations

import os
import shutil

import pytest
from drs_simulator import Simulator

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"), reason="there is no Chromium to look at pages with"
)


def address(drs: Simulator, path: str) -> str:
    return drs.url.removesuffix(drs.path) + path
