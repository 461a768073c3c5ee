"""Bookings are moved in the diary by mouse, touch and keyboard, in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from drs_simulator import Simulator
from drs_simulator.scheduling import back_office
from playwright.sync_api import Browser, Locator, Page, expect

from tests.simulator.console.browsing import address, needs_chromium
from tests.simulator.console.staging import FIRST_BOOKING

pytestmark = needs_chromium

WEDNESDAY, FRIDAY = "2021-10-27", "2021-10-29"
JOINER_TWO, PLUMBER_ONE = "102", "201"


@pytest.fixture(scope="module")
def drs() -> Iterator[Simulator]:
    with Simulator(clock="fixed@2021-10-27T11:20", seed=1) as simulator:
        yield simulator


@pytest.fixture
def page(browser: Browser, drs: Simulator) -> Iterator[Page]:
    """The diary with a demo week, in which no script fails."""
    drs.reset()
    drs.add_demo_week()
    context = browser.new_context(base_url=address(drs, ""), viewport={"width": 1280, "height": 1200}, has_touch=True)
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.goto("/")
    yield opened
    context.close()
    assert not problems


def planned_joinery(page: Page) -> Locator:
    """A planned booking of a joiner on a coming day."""
    number = page.locator(f".track:not([data-day='{WEDNESDAY}']) .state-planned.trade-1").first.get_attribute(
        "data-number"
    )
    return page.locator(f".block[data-number='{number}']")


def track(page: Page, day: str, operative: str) -> Locator:
    return page.locator(f".track[data-day='{day}'][data-operative='{operative}']")


def drag(page: Page, block: Locator, to: Locator, part: float) -> None:
    """Drag a block to a row; ``part`` is how far along it."""
    start, end = block.bounding_box(), to.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 30, start["y"] + 20)
    page.mouse.move(end["x"] + end["width"] * part, end["y"] + end["height"] / 2, steps=4)


def test_a_booking_is_dragged_to_another_day_and_operative(page: Page) -> None:
    block = planned_joinery(page)
    number = block.get_attribute("data-number")
    drag(page, block, track(page, FRIDAY, JOINER_TWO), 0.9)
    expect(page.locator(".drop")).to_have_text("12:00\N{EN DASH}16:00")
    page.mouse.up()
    expect(page.get_by_role("status")).to_contain_text(f"{number} is now on Fri 29 Oct, 12:00")
    expect(track(page, FRIDAY, JOINER_TWO).locator(f"[data-number='{number}']")).to_be_focused()
    page.reload()
    expect(track(page, FRIDAY, JOINER_TWO).locator(f"[data-number='{number}']")).to_be_visible()


def test_a_refused_drag_says_why_and_the_block_returns(page: Page) -> None:
    block = planned_joinery(page)
    before = block.locator("xpath=ancestor::*[@data-day]").get_attribute("data-day")
    drag(page, block, track(page, FRIDAY, PLUMBER_ONE), 0.1)
    page.mouse.up()
    refusal = track(page, FRIDAY, PLUMBER_ONE).get_by_role("alert")
    expect(refusal).to_contain_text("Planning failed")
    expect(refusal).to_contain_text("Plumber One has the trade Plumber; the work needs Joiner.")
    expect(block).to_be_focused()
    assert block.locator("xpath=ancestor::*[@data-day]").get_attribute("data-day") == before
    assert block.evaluate("each => each.style.transform") == ""
    page.keyboard.press("Escape")
    expect(refusal).to_have_count(0)


def test_escape_ends_a_drag(page: Page) -> None:
    block = planned_joinery(page)
    drag(page, block, track(page, FRIDAY, JOINER_TWO), 0.9)
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator(".drop")).to_have_count(0)
    expect(page.get_by_role("status")).to_be_empty()


def test_a_click_still_opens_the_booking(page: Page) -> None:
    planned_joinery(page).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Booking")


def test_the_keyboard_moves_a_booking(page: Page) -> None:
    block = planned_joinery(page)
    number = block.get_attribute("data-number")
    status = page.get_by_role("status")
    block.focus()
    page.keyboard.press("m")
    expect(status).to_contain_text("Enter moves it, Escape leaves it.")
    while "Fri 29 Oct" not in status.inner_text() or "Joiner Two" not in status.inner_text():
        said = status.inner_text()
        page.keyboard.press("ArrowDown")
        expect(status).not_to_have_text(said)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(status).to_contain_text(f"{number} is now on Fri 29 Oct")
    expect(track(page, FRIDAY, JOINER_TWO).locator(f"[data-number='{number}']")).to_be_focused()


def test_the_keyboard_leaves_a_booking_where_it_was(page: Page) -> None:
    block = planned_joinery(page)
    block.focus()
    page.keyboard.press("M")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.get_by_role("status")).to_be_empty()
    expect(block).to_be_focused()


def test_the_keyboard_is_refused_with_a_reason(page: Page) -> None:
    block = planned_joinery(page)
    block.focus()
    page.keyboard.press("M")
    status = page.get_by_role("status")
    while "Plumber One" not in status.inner_text():
        said = status.inner_text()
        page.keyboard.press("ArrowDown")
        expect(status).not_to_have_text(said)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("the work needs Joiner")
    expect(block).to_be_focused()


def test_a_server_that_is_gone_is_said_where_it_happens(page: Page) -> None:
    page.route("**/move", lambda route: route.abort())
    drag(page, planned_joinery(page), track(page, FRIDAY, JOINER_TWO), 0.9)
    page.mouse.up()
    expect(page.get_by_role("alert")).to_contain_text("The simulator did not answer as expected.")


def test_a_booking_that_is_gone_is_said_where_it_happens(page: Page, drs: Simulator) -> None:
    block = planned_joinery(page)
    drs.reset()
    drag(page, block, track(page, FRIDAY, JOINER_TWO), 0.9)
    page.mouse.up()
    expect(page.get_by_role("alert")).to_contain_text("There is no booking")


def test_a_finger_moves_a_booking_after_a_long_press(page: Page) -> None:
    block = planned_joinery(page)
    number = block.get_attribute("data-number")
    start, end = block.bounding_box(), track(page, FRIDAY, JOINER_TWO).bounding_box()
    assert start
    assert end
    finger = page.context.new_cdp_session(page)
    at = [{"x": start["x"] + 10, "y": start["y"] + 10}]
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": at})
    expect(page.locator(".dragged")).to_have_count(1)
    to = [{"x": end["x"] + end["width"] * 0.9, "y": end["y"] + end["height"] / 2}]
    finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": to})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.get_by_role("status")).to_contain_text(f"{number} is now on Fri 29 Oct, 12:00")


def test_what_others_change_appears_by_itself(page: Page, drs: Simulator) -> None:
    block = planned_joinery(page)
    block.focus()
    drs.scheduler.run_as_system(back_office.cancel_booking, FIRST_BOOKING)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(f"[data-booking='{FIRST_BOOKING}']")).to_have_count(0)
    expect(block).to_be_focused()


def test_the_theme_is_chosen_and_stays(page: Page) -> None:
    page.get_by_label("Theme").select_option("Dark")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    page.goto("/orders")
    expect(page.get_by_label("Theme")).to_have_value("dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
