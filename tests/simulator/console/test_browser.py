"""The console in a real Chromium: pages looked at, forms filled in, all of it accessible."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from drs_simulator import FaultRule, effects
from playwright.sync_api import Browser, Page, expect

from tests.simulator.console.browsing import address, needs_chromium, open_watched
from tests.simulator.console.staging import FIRST_BOOKING, Stage, stage
from tests.simulator.console.test_pages import PAGES

SCREENSHOTS = Path(__file__).parents[3] / "artefacts" / "screenshots"
WEEK = "/?week=2021-10-25"

pytestmark = needs_chromium


@pytest.fixture
def shown() -> Iterator[Stage]:
    with stage() as each, each.drs:
        yield each


@pytest.fixture
def page(browser: Browser, shown: Stage) -> Iterator[Page]:
    """A page at the diary, in which no script fails and nothing is asked of elsewhere."""
    with open_watched(browser, shown.drs) as opened:
        opened.goto(WEEK)
        yield opened


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390), ("dark", 1920)])
def test_every_page_is_accessible_and_fits_the_screen(browser: Browser, shown: Stage, scheme: str, width: int) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    shown.drs.faults.add(FaultRule(operation="createOrder", times=2, effect=effects.Empty()))
    context = browser.new_context(
        base_url=address(shown.drs, ""),
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": 800},
    )
    page = context.new_page()
    for path in [WEEK, *PAGES[1:], "/login", "/orders/none"]:
        page.goto(path)
        name = re.sub(r"\W+", "-", path).strip("-")
        page.screenshot(path=SCREENSHOTS / f"{name}-{scheme}-{width}.png", full_page=True)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()


def test_a_booking_is_moved_with_the_keyboard_alone(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.get_by_role("link", name="10000047").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Booking {FIRST_BOOKING}")
    page.get_by_label("Slot").focus()
    page.keyboard.type("12:00-16:00")
    page.get_by_role("button", name="Move").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("The booking is moved.")
    page.goto(WEEK)
    expect(page.get_by_role("link", name="12:00\N{EN DASH}13:00, window 12:00\N{EN DASH}16:00")).to_be_visible()


def test_a_booking_is_cancelled_after_confirmation(page: Page) -> None:
    page.get_by_role("link", name="10000047").click()
    expect(page.get_by_role("button", name="Yes, cancel it")).to_be_hidden()
    page.get_by_text("Cancel this booking").click()
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.get_by_role("status")).to_contain_text("its slot is free again")
    page.goto(WEEK)
    expect(page.get_by_role("link", name="10000047")).to_have_count(0)


def test_the_journal_follows_until_it_is_paused(page: Page, shown: Stage) -> None:
    page.goto("/journal?operation=openSession")
    rows = page.locator("#rows tr")
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Pause").click()
    page.reload()
    page.get_by_role("button", name="Follow").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    body = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><openSession/></e:Body></e:Envelope>'
    )
    shown.http.post(shown.drs.path, data=body, content_type="text/xml")
    expect(rows).to_have_count(2)


def test_a_snippet_is_copied(page: Page) -> None:
    page.goto("/setup")
    page.locator(".snippet", has_text="DrsOptions__ApiAddress").get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("DrsOptions__ApiAddress=http://127.0.0.1")


def test_a_snippet_is_copied_without_https(page: Page) -> None:
    """Browsers offer no clipboard to pages of plain http on other hosts than this machine's."""
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.goto("/setup")
    page.evaluate("document.addEventListener('copy', () => { window.copied = document.getSelection().toString(); })")
    page.locator(".snippet", has_text="SoapClient").get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("window.copied").startswith("<?php\n$drs = new SoapClient(")
    expect(page.locator("textarea")).to_have_count(0)


def test_text_of_callers_stays_text(page: Page) -> None:
    for path in ("/orders/10000047", "/journal", "/journal?outcome=fault"):
        page.goto(path)
        assert "taken over" not in page.title()
        assert page.locator("main script").count() == 0


def test_the_controls_work(page: Page, shown: Stage) -> None:
    page.get_by_role("link", name="Controls").click()
    page.get_by_text("The call waits seconds.").click()
    form = page.get_by_role("form", name="delay", exact=True)
    form.get_by_label("seconds").fill("2.5")
    form.get_by_role("button", name="Add rule").click()
    expect(page.get_by_role("row", name="delay (seconds 2.5)")).to_be_visible()
    page.get_by_role("button", name="Shift", exact=True).click()
    expect(page.get_by_text("It reads Sat 23 Oct 2021, 12:20 and stands still.")).to_be_visible()
    page.get_by_label("I am sure").check()
    page.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_role("status")).to_have_text("Done.")
    assert not shown.drs.faults.rules()
    assert str(shown.drs.clock).startswith("fixed@2021-10-22")
