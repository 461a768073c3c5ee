"""The workflow that a council's service runs: find, book, show, move, cancel."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from drs_client import DrsClient, InvalidArgument, NotScheduled, RepairWorkflow, RequestRejected, Slot, wsgi_transport
from drs_simulator import Simulator, load_profile
from hypothesis import example, given
from hypothesis import strategies as st

from tests.client.conftest import client_of
from tests.client.fakes import BrokenDrs, change_profile

LONDON = ZoneInfo("Europe/London")
JOB = ("3670010", "N373049", "Priority 20 Days")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def slot(begin: str, end: str) -> Slot:
    return Slot(at(begin), at(end), available=True, best=False)


MORNING = slot("2021-10-28T08:00", "2021-10-28T12:00")


def test_the_whole_workflow_ends_with_the_place_free_again(repairs: RepairWorkflow) -> None:
    found = repairs.find_slots(*JOB, days=3)
    first = found.slots[0]
    booked = repairs.book("10000047", first, *JOB, comments="Door sticks")
    (visit,) = booked.bookings
    assert (visit.window_start, visit.window_end) == (first.begin, first.end)
    assert visit.scheduled
    assert visit.assigned_start is not None
    assert first.begin <= visit.assigned_start < first.end
    assert booked.comments == "Door sticks"
    moved = repairs.move("10000047", MORNING)
    assert moved.bookings[0].window_start == MORNING.begin
    assert moved.bookings[0].id == visit.id
    repairs.cancel("10000047")
    assert repairs.show("10000047").bookings == ()
    assert repairs.find_slots(*JOB, days=3) == found


def test_slots_are_searched_period_after_period(repairs: RepairWorkflow) -> None:
    found = repairs.find_slots(*JOB, days=12)
    assert len(found.days) == 12
    assert found.requests == 3
    assert all(day.available_slots for day in found.days)
    assert all(one.date < other.date for one, other in pairwise(found.days))
    assert found.warnings == ()


def test_a_capped_period_is_continued_after_its_last_day(repairs: RepairWorkflow) -> None:
    whole = repairs.find_slots(*JOB, days=10)
    cut = repairs.find_slots(*JOB, days=10, period_days=14)
    assert cut.days == whole.days
    assert cut.warnings == ("The number of days returned has been limited to 7 day",)


def test_the_search_ends_after_max_periods(repairs: RepairWorkflow) -> None:
    found = repairs.find_slots(*JOB, days=50, max_periods=2)
    assert found.requests == 2
    assert 0 < len(found.days) < 50


def test_the_search_begins_at_its_start(repairs: RepairWorkflow) -> None:
    found = repairs.find_slots(*JOB, days=1, start=at("2021-11-03T00:00"))
    assert found.days[0].date == date(2021, 11, 3)


def test_a_search_for_nothing_is_refused(repairs: RepairWorkflow) -> None:
    with pytest.raises(InvalidArgument, match="at least 1"):
        repairs.find_slots(*JOB, days=0)
    with pytest.raises(InvalidArgument, match="no time zone"):
        repairs.find_slots(*JOB, start=datetime(2021, 11, 3))  # noqa: DTZ001


def test_a_search_beyond_the_last_date_is_refused(repairs: RepairWorkflow) -> None:
    with pytest.raises(InvalidArgument, match="Search from an earlier day"):
        repairs.find_slots(*JOB, start=at("9999-12-31T00:00"))


@pytest.mark.parametrize("naive", ["begin", "end"])
def test_a_slot_without_a_time_zone_creates_no_order(repairs: RepairWorkflow, naive: str) -> None:
    times = {"begin": MORNING.begin, "end": MORNING.end}
    times[naive] = times[naive].replace(tzinfo=None)
    with pytest.raises(InvalidArgument, match="has no time zone"):
        repairs.book("1", Slot(**times, available=True, best=False), *JOB)
    with pytest.raises(RequestRejected, match="Unable to find order"):
        repairs.show("1")


def test_one_session_is_opened_and_closed_around_a_batch(simulator: Simulator) -> None:
    broken_drs = BrokenDrs(simulator, lambda *_: None)
    repairs = RepairWorkflow(client_of(simulator, transport=wsgi_transport(broken_drs)), now=simulator.clock.now)
    with repairs:
        repairs.find_slots(*JOB)
        repairs.book("1", MORNING, *JOB)
    assert broken_drs.operations == [
        "openSession",
        "checkAvailability",
        "checkAvailability",
        "createOrder",
        "scheduleBooking",
        "selectOrder",
        "closeSession",
    ]
    broken_drs.operations.clear()
    repairs.show("1")
    assert broken_drs.operations == ["openSession", "selectOrder", "closeSession"]


def test_a_booking_whose_slot_is_full_is_cancelled(repairs: RepairWorkflow) -> None:
    full: list[str] = []
    while MORNING.begin in {each.begin for each in _free(repairs)}:
        full.append(f"full-{len(full)}")
        repairs.book(full[-1], MORNING, *JOB)
    with pytest.raises(NotScheduled, match="was created, but booking") as caught:
        repairs.book("late", MORNING, *JOB)
    assert caught.value.cancelled
    assert isinstance(caught.value.__cause__, RequestRejected)
    assert repairs.show("late").bookings == ()
    with pytest.raises(NotScheduled, match="Move it to another slot"):
        repairs.book("later", MORNING, *JOB, cancel_unscheduled=False)
    assert repairs.move("later", slot("2021-10-29T08:00", "2021-10-29T12:00")).bookings[0].scheduled


def _free(repairs: RepairWorkflow) -> list[Slot]:
    found = repairs.find_slots(*JOB, days=1, start=MORNING.begin, period_days=1, max_periods=1)
    return [each for each in found.slots if each.end == MORNING.end]


def test_an_unknown_order_is_rejected_everywhere(repairs: RepairWorkflow) -> None:
    for attempt in (
        lambda: repairs.show("none"),
        lambda: repairs.move("none", MORNING),
        lambda: repairs.cancel("none"),
    ):
        with pytest.raises(RequestRejected, match="Unable to find order in OptiTime Web: none"):
            attempt()


def test_an_order_that_was_cancelled_cannot_be_cancelled_again(repairs: RepairWorkflow) -> None:
    repairs.book("1", MORNING, *JOB)
    repairs.cancel("1")
    with pytest.raises(RequestRejected, match="it is cancelled already"):
        repairs.cancel("1")


def test_the_search_begins_now_by_default(client: DrsClient) -> None:
    today = datetime.now(LONDON).date()
    found = RepairWorkflow(client).find_slots(*JOB, days=1)
    assert found.days == () or found.days[0].date >= today


@given(st.datetimes(datetime(2021, 3, 20), datetime(2022, 4, 5)), st.integers(1, 12))  # noqa: DTZ001
@example(datetime(2021, 9, 25, 0, 30), 1)  # noqa: DTZ001 - in the hour that is repeated in autumn 2022
def test_instants_are_the_same_after_a_round_trip(moment: datetime, hours: int) -> None:
    target = moment.replace(second=0, microsecond=0, tzinfo=UTC) + timedelta(days=400)
    earliest = target - timedelta(hours=hours)
    order = CLIENT.create_order(f"instant-{target}-{hours}", *JOB, target, earliest=earliest)
    assert order.target_date is not None
    # Python calls no local time of the repeated hour equal to one of another zone.
    assert order.target_date.astimezone(UTC) == target
    window_start = order.bookings[0].window_start
    assert window_start is not None
    assert window_start.astimezone(UTC) == earliest
    assert order.target_date.utcoffset() == target.astimezone(LONDON).utcoffset()


PROFILE = change_profile(load_profile("lincoln"), ordering={"repeated_order_numbers": "accept"})
CLIENT = client_of(Simulator(PROFILE, clock="fixed@2021-03-01T12:00:00Z", seed=1))


@pytest.mark.parametrize("day", ["2021-03-28", "2021-10-31"])
def test_slots_after_a_clock_change_are_at_their_local_hours(day: str) -> None:
    begin = at(f"{day}T00:00")
    answer = CLIENT.check_availability(*JOB, begin, begin + timedelta(days=2))
    monday = answer.days[1]
    assert [each.begin.strftime("%H:%M") for each in monday.slots] == ["08:00", "12:00", "09:30", "08:00"]
