"""An operation tried, copied, run in a shell and sent again, in a real Chromium; the pages measured."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from drs_simulator import FaultRule, effects
from playwright.sync_api import Browser, Page, expect

from tests.simulator.console.browsing import needs_chromium, open_watched
from tests.simulator.console.staging import Stage, stage

PAGES = ("/journal?outcome=fault", "/journal/18", "/try/createOrder", "/controls", "/setup")
WIDTHS = (390, 1280, 1920)

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def shown() -> Iterator[Stage]:
    with stage() as each, each.drs:
        yield each


@pytest.fixture
def page(browser: Browser, shown: Stage) -> Iterator[Page]:
    """A page in which no script fails and nothing is asked of elsewhere."""
    with open_watched(browser, shown.drs) as opened:
        yield opened


def look_at(page: Page, place: str, *schemes: str) -> None:
    """Measure a page at every width, and check it with axe."""
    for scheme in schemes:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{place} {scheme}: {found.generate_report()}"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (place, width)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_and_fits_every_screen(page: Page, path: str) -> None:
    page.goto(path)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    look_at(page, path, "dark")


def test_an_operation_is_tried_copied_run_and_sent_again(page: Page, shown: Stage) -> None:
    page.goto("/try")
    page.get_by_role("link", name="checkAvailability").click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_label("Answer", exact=True)).to_contain_text("<available>YES</available>")
    look_at(page, "an answer", "light", "dark")
    page.get_by_role("link", name="in the journal").click()
    page.locator(".copy-as", has_text="curl").get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    line = page.evaluate("navigator.clipboard.readText()")
    ran = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True, timeout=60)
    assert "<available>YES</available>" in ran.stdout
    before = shown.drs.journal.latest(1)[0].number
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Exchange {before + 1}")
    expect(page.get_by_role("status")).to_contain_text("was sent again")


def test_a_request_is_edited(page: Page) -> None:
    page.goto("/journal?operation=selectOrder")
    page.locator("#rows th a").first.click()
    page.get_by_role("link", name="Edit and send").click()
    xml = page.get_by_label("XML")
    xml.fill(xml.input_value().replace("1000004", "8888888"))
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_label("Answer", exact=True)).to_contain_text("Unable to find order")


def test_an_operation_is_chosen_from_the_list(page: Page) -> None:
    page.goto("/try/openSession")
    page.locator("#jump").select_option("createOrder")
    expect(page.get_by_role("heading", level=1)).to_have_text("createOrder")
    page.get_by_label("priority").fill("Sometime")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_label("Answer", exact=True)).to_contain_text("Unknown priority 'Sometime'")
    expect(page.get_by_label("priority")).to_have_value("Sometime")


def test_a_filter_is_in_the_address_and_can_be_removed(page: Page) -> None:
    page.goto("/journal")
    page.get_by_role("link", name="fault", exact=True).click()
    page.get_by_label("Caller").fill("127.")
    page.get_by_role("button", name="Filter").click()
    assert "outcome=fault" in page.url
    assert "caller=127." in page.url
    page.get_by_label("Filters in force").get_by_role("link", name="caller").click()
    assert "caller" not in page.url
    assert "outcome=fault" in page.url


def test_a_scenario_in_force_is_shown_on_every_page(page: Page) -> None:
    page.goto("/controls")
    page.get_by_role("button", name="Put http-503 in force").click()
    expect(page.get_by_role("status")).to_have_text("The scenario is in force.")
    page.goto("/setup")
    page.get_by_title("The scenario in force").click()
    page.get_by_role("button", name="Take off").click()
    expect(page.get_by_title("The scenario in force")).to_have_count(0)


def test_a_broken_connection_is_told(page: Page, shown: Stage) -> None:
    shown.drs.faults.add(FaultRule(operation="openSession", times=1, effect=effects.Reset()))
    page.goto("/try/openSession")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("broken off by a fault rule")


def test_the_journal_is_cleared_after_confirmation(page: Page) -> None:
    page.goto("/journal")
    page.get_by_text("Clear", exact=True).click()
    page.get_by_role("button", name="Yes, delete them").click()
    expect(page.get_by_role("status")).to_have_text("The journal is empty now.")
