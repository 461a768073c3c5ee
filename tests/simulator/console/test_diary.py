"""The diary and the page of a booking, read without a browser: time lines, periods, moves and their refusals."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from drs_simulator import Simulator
from drs_simulator.scheduling.commands import BookingRequest, PlacingRequest
from drs_simulator.scheduling.use_cases.placement import schedule_booking
from lxml import html
from werkzeug.test import Client, TestResponse

from tests.simulator.console.staging import FIRST_BOOKING, HOST, Stage, called_from_here, stage
from tests.simulator.console.test_pages import text_of
from tests.simulator.scheduling.builders import local

# Times have an en dash between them.
TO = "\N{EN DASH}"
SUNDAY, MONDAY, TUESDAY = "2021-10-24", "2021-10-25", "2021-10-26"
MORNING = "08:00-12:00"


@pytest.fixture
def shown() -> Iterator[Stage]:
    with stage() as each:
        yield each


def ask_to_move(shown: Stage, **form: str) -> TestResponse:
    """Move the first booking as the diary's script does."""
    headers = {"Origin": HOST, "Accept": "application/json"}
    return shown.http.post(f"/bookings/{FIRST_BOOKING}/move", data=form, headers=headers)


def test_a_block_has_work_priority_state_and_window(shown: Stage) -> None:
    document = html.fromstring(shown.get("/?week=2021-10-27"))
    (block,) = document.xpath("//*[@data-number='10000049']")
    assert "Diary, week of 25 October 2021" in document.text_content()
    words = " ".join(" ".join(block.itertext()).split())
    assert words == f"10000049 08:00{TO}09:00 planned Joiner · 20 Days 08:00{TO}09:00, window 08:00{TO}12:00"
    assert {"from-8h", "from-0m", "to-9h", "to-0m", "state-planned"} <= set(block.get("class").split())
    (track,) = block.xpath("ancestor::*[@data-operative]")
    assert (track.get("data-day"), track.get("data-name")) == (MONDAY, "Joiner One")
    assert track.xpath(".//*[contains(@class, 'window')]/@data-window") == [f"08:00{TO}12:00"]
    assert "38 % booked" in track.getparent().text_content()


def test_a_trade_hides_operatives_without_it(shown: Stage) -> None:
    rows = html.fromstring(shown.get("/?week=2021-10-27&trade=Plumber")).xpath("//*[@data-operative]/@data-name")
    assert set(rows) == {"Plumber One", "Plumber Two"}


def test_the_first_look_is_at_the_next_booking(shown: Stage) -> None:
    page = text_of(shown.get("/"))
    assert "week of 25 October 2021" in page
    assert "This is the week of the next booking, Monday 25 October. Today is Friday 22 October." in page
    assert "Next booking: Mon 25 Oct" in page
    shown.drs.clock.fix(shown.drs.clock.now().replace(month=12))
    page = text_of(shown.get("/"))
    assert "This is the week of the last booking, Monday 25 October." in page


@pytest.mark.parametrize("week", ["never", "9999-12-31", "0001-01-01", "2021-13-01", "2021-10-22"])
def test_an_invalid_week_is_this_week(shown: Stage, week: str) -> None:
    assert "week of 18 October 2021" in shown.get(f"/?week={week}")


def test_a_single_day_has_a_row_for_each_operative(shown: Stage) -> None:
    document = html.fromstring(shown.get(f"/?day={MONDAY}"))
    assert "Diary, Monday 25 October 2021" in document.text_content()
    assert set(document.xpath("//*[@data-operative]/@data-day")) == {MONDAY}
    assert document.xpath("//*[@rel='next']/@href") == [f"/?day={TUESDAY}"]


def test_an_empty_diary_says_how_to_fill_it() -> None:
    with stage("newark") as shown:
        page = text_of(shown.get("/"))
        assert "There are no bookings yet" in page
        assert "--demo" in page


def test_the_diary_shows_the_area_of_each_day() -> None:
    with stage("lincoln-areas") as shown:
        assert text_of(shown.get("/?week=2021-10-04")).count("North") >= 7
        assert text_of(shown.get("/?week=2021-10-25")).count("East") >= 7


def test_a_booking_is_moved_to_another_day_and_operative(shown: Stage) -> None:
    form = {"day": "2021-10-28", "slot": "12:00-16:00", "operative": "102"}
    status, there, _ = shown.post(f"/bookings/{FIRST_BOOKING}/move", **form)
    assert (status, there) == (303, f"/bookings/{FIRST_BOOKING}?done=moved")
    page = text_of(shown.get(there))
    assert "The booking is moved." in page
    assert "Thu 28 Oct 2021, 12:00 to 13:00, Joiner Two" in page


def test_the_script_hears_where_the_booking_is(shown: Stage) -> None:
    answer = ask_to_move(shown, day="2021-10-28", slot="12:00-16:00", operative="102")
    assert answer.get_json() == {"moved": f"10000047 is now on Thu 28 Oct, 12:00{TO}13:00, Joiner Two."}


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"day": "2021-10-21", "slot": MORNING}, "planningWindowEnd is in the past"),
        ({"day": "soon", "slot": MORNING}, "Choose a day, written like 2021-10-26, and a slot."),
        ({"day": "2021-10-28", "slot": "morning"}, "Choose a day"),
        ({}, "Choose a day"),
        ({"day": "2021-10-28", "slot": MORNING, "operative": "nobody"}, "nobody"),
    ],
)
def test_a_refused_move_is_explained_and_changes_nothing(shown: Stage, form: dict[str, str], said: str) -> None:
    before = shown.drs.export_state()
    status, _, page = shown.post(f"/bookings/{FIRST_BOOKING}/move", **form)
    assert status == 409
    assert said in html.fromstring(page).xpath("string(//*[@role='alert'])")
    assert shown.drs.export_state() == before


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({"day": SUNDAY, "slot": MORNING}, "No operative for work of the trade Joiner works on Sunday 24 October."),
        ({"day": SUNDAY, "slot": MORNING, "operative": "102"}, "Joiner Two does not work on Sunday 24 October."),
        (
            {"day": TUESDAY, "slot": MORNING, "operative": "201"},
            "Plumber One has the trade Plumber; the work needs Joiner.",
        ),
        ({"day": TUESDAY, "slot": "09:00-09:30"}, "The work takes 60 minutes, more than the window has."),
        (
            {"day": TUESDAY, "slot": "15:30-18:00", "operative": "102"},
            "Joiner Two works from 08:00 to 16:00 that day, too short a time for 60 minutes.",
        ),
        (
            {"day": MONDAY, "slot": "08:00-09:00", "operative": "101"},
            "Joiner One has 2 bookings of 120 minutes that day; with travel, 60 more find no room there.",
        ),
        (
            {"day": "2021-10-21", "slot": MORNING},
            "That time is over: the simulated time is 22 October 2021, 12:20.",
        ),
    ],
)
def test_a_refusal_has_a_reason(shown: Stage, form: dict[str, str], reason: str) -> None:
    if form.get("operative") == "101":
        # One of the two others takes the hour.
        for booking_id in (FIRST_BOOKING + 1, FIRST_BOOKING + 2):
            hour = f"{8 + booking_id - FIRST_BOOKING - 1:02d}:00-{9 + booking_id - FIRST_BOOKING - 1:02d}:00"
            status, *_ = shown.post(f"/bookings/{booking_id}/move", day=MONDAY, slot=hour, operative="101")
            assert status == 303
    answer = ask_to_move(shown, **form)
    assert answer.status_code == 409
    assert answer.get_json()["refusal"]
    assert answer.get_json()["reason"] == reason


def test_a_full_day_is_the_reason_for_any_operative(shown: Stage) -> None:
    for number in range(1, 3):
        shown.post(f"/bookings/{FIRST_BOOKING + number}/move", day=MONDAY, slot="08:00-09:00", operative=f"10{number}")
    answer = ask_to_move(shown, day=MONDAY, slot="08:00-09:00")
    assert answer.get_json()["reason"] == (
        "None of those who do work of the trade Joiner has 60 free minutes in that window."
    )


def test_the_form_starts_at_the_bookings_own_slot(shown: Stage) -> None:
    shown.post(f"/bookings/{FIRST_BOOKING}/move", day="2021-10-28", slot="12:00-16:00")
    document = html.fromstring(shown.get(f"/bookings/{FIRST_BOOKING}"))
    assert document.xpath("//input[@name='day']/@value") == ["2021-10-28"]
    assert document.xpath("//select[@name='slot']/option[@selected]/text()") == ["12:00-16:00"]


def test_a_booking_is_cancelled(shown: Stage) -> None:
    status, there, _ = shown.post(f"/bookings/{FIRST_BOOKING}/cancel")
    assert status == 303
    page = text_of(shown.get(there))
    assert "The booking is cancelled" in page
    assert "This order is cancelled: its bookings were deleted" in page
    assert shown.http.get(f"/bookings/{FIRST_BOOKING}").status_code == 404
    assert "cancelled its bookings were deleted" in text_of(shown.get("/orders?text=10000047"))


def test_bookings_that_overlap_are_on_lines_of_their_own(shown: Stage) -> None:
    window = local("2021-10-26T08:00"), local("2021-10-26T09:00")
    for booking_id in range(FIRST_BOOKING, FIRST_BOOKING + 3):
        sent = BookingRequest(booking_id, None, "any", None, *window, operative_ids=("102",))
        placing = PlacingRequest(sent, force=True, resource_lock="lockAsSpecified")
        shown.drs.scheduler.run_as_system(schedule_booking, placing)
    document = html.fromstring(shown.get(f"/?day={TUESDAY}"))
    (track,) = document.xpath("//*[@data-operative='102']")
    assert "lanes-3" in track.get("class").split()
    lanes = [name for block in track.xpath(".//a") for name in block.get("class").split() if name.startswith("lane-")]
    assert sorted(lanes) == ["lane-0", "lane-1", "lane-2"]


@pytest.mark.parametrize("profile", ["lincoln", "lincoln-2021", "lincoln-areas", "hackney", "newark", "full"])
def test_the_demo_fills_the_diary_of_every_profile(profile: str) -> None:
    drs = Simulator(profile, clock="fixed@2021-10-27T11:20", seed=1)
    assert 30 <= drs.add_demo_week() <= 40
    http = Client(called_from_here(drs.wsgi))
    page = http.get("/?week=2021-10-27", headers={"Accept": "text/html"}).text
    blocks = html.fromstring(page).xpath("//a[@data-number]")
    assert len(blocks) > 15
    ids = html.fromstring(page).xpath("//@id")
    assert len(ids) == len(set(ids))
    found = {name for block in blocks for name in block.get("class").split() if name.startswith("state-")}
    assert {"state-completed", "state-started", "state-planned", "state-suspended"} <= found
