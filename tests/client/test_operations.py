"""A method for each operation: what it sends to DRS, and what it returns."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from drs_client import (
    AlertReason,
    DrsClient,
    InvalidArgument,
    LifeCycle,
    RepairWorkflow,
    RequestRejected,
    Unavailability,
)
from drs_simulator import Simulator

from tests.client.conftest import NOW, client_of

LONDON = ZoneInfo("Europe/London")
JOB = ("3670010", "N373049", "Priority 20 Days")
BEGIN, END = datetime(2021, 10, 28, 8, tzinfo=LONDON), datetime(2021, 10, 28, 12, tzinfo=LONDON)
TARGET = datetime(2021, 11, 19, 23, 59, 59, tzinfo=LONDON)


@pytest.fixture
def booking_id(client: DrsClient) -> int:
    """The booking of order 7, not yet scheduled."""
    return client.create_order("7", *JOB, TARGET).bookings[0].id


def test_an_order_is_changed_completed_and_deleted(client: DrsClient, booking_id: int) -> None:
    changed = client.update_order("7", location_id="38950180", comments="New", phone="1")
    assert (changed.location_id, changed.comments, changed.priority) == ("38950180", "New", JOB[2])
    client.complete_order("7")
    assert client.select_orders("7")[0].status == "COMPLETED"
    with pytest.raises(RequestRejected, match="is completed"):
        client.delete_order("7")
    client.create_order("8", *JOB, TARGET)
    client.delete_order("8")
    assert client.select_orders("8") == ()
    with pytest.raises(RequestRejected, match="no order exists"):
        client.delete_order("8")
    with pytest.raises(InvalidArgument, match="256 characters"):
        client.update_order("7", comments="x" * 256)


def test_orders_are_found_by_filters(client: DrsClient, booking_id: int) -> None:
    client.schedule_booking(booking_id, "7", BEGIN, END)
    (order,) = client.select_orders(location_ids=["3670010"])
    (resource,) = order.bookings[0].resources
    assert client.select_orders(resource_ids=[resource.id or ""], begin=BEGIN, end=END) == (order,)
    assert client.select_orders(begin=END + timedelta(hours=1)) == ()


def test_a_further_booking_is_made_reserved_confirmed_and_found(client: DrsClient, booking_id: int) -> None:
    (made,) = client.create_booking("7", "N390917", BEGIN, END)
    assert (made.minutes, made.scheduled) == (30, False)
    client.create_reservation(made.id, "7", BEGIN, END)
    assert [each.id for each in client.select_bookings(statuses=[LifeCycle.RESERVED])] == [made.id]
    client.confirm_reservation(made.id, "7")
    found = client.select_bookings(window_begin=BEGIN, window_end=END, begin=BEGIN, end=END)
    kept = {each.id: (each.life_cycle, each.scheduled) for each in found}
    assert kept == {booking_id: ("PLANNED", False), made.id: ("PLANNED", True)}
    with pytest.raises(RequestRejected, match="has no reservation"):
        client.confirm_reservation(made.id, "7")


def test_a_booking_is_scheduled_with_a_locked_operative(client: DrsClient, booking_id: int) -> None:
    client.schedule_booking(booking_id, "7", BEGIN, END, force=True, lock_time=True, lock_resource="102")
    (booking,) = client.get_schedule("102", BEGIN.date())
    assert (booking.order_number, booking.resources[0].id) == ("7", "102")
    assert client.get_schedule("101", date(2021, 10, 28)) == ()


def test_a_booking_is_updated_and_completed(client: DrsClient, booking_id: int) -> None:
    updated = client.update_booking(booking_id, "7", planner_comments="Ring first")
    assert (updated.planner_comments, updated.life_cycle) == ("Ring first", "PLANNED")
    done = client.update_booking(
        booking_id, "7", LifeCycle.COMPLETED, begin=BEGIN, end=END, resource_id="101", action_taken="Fixed"
    )
    assert (done.life_cycle, done.assigned_start, done.assigned_end) == ("COMPLETED", BEGIN, END)


def test_operatives_and_their_absence_are_looked_up(client: DrsClient, booking_id: int) -> None:
    client.schedule_booking(booking_id, "7", BEGIN, END, lock_resource="101")
    away = Unavailability(BEGIN, END, "Holiday", "Spain")
    client.update_unavailabilities("101", [away])
    (operative,) = client.select_resources("101", hours_from=BEGIN, hours_to=END)
    assert (operative.code, operative.name, operative.abilities) == ("J01", "Joiner One", ("Joiner",))
    assert operative.unavailabilities == (away,)
    assert [(each.day, each.begin.hour, each.end.hour) for each in operative.working_hours] == [(BEGIN.date(), 8, 16)]
    (alert,) = client.select_alerts(AlertReason.RESCHEDULE_FAILURES, begin=BEGIN - timedelta(days=30))
    assert (alert.reason, alert.booking and alert.booking.id) == ("RESCHEDULEFAILURES", booking_id)
    assert client.select_alerts(AlertReason.SUSPENDED_JOBS) == ()
    assert [each.id for each in client.select_resources(codes=["P01"])] == ["201"]


def test_a_new_code_and_a_new_place_can_be_used_at_once(client: DrsClient) -> None:
    client.update_booking_code("NEW1", "New work", 45, "Plumber")
    place = client.update_location("77", ["1 NEW LANE", "LINCOLN"], "LN9 9ZZ", latitude="53.2", longitude="-0.5")
    assert (place.id, place.post_code) == ("77", "LN9 9ZZ")
    order = client.create_order("9", "77", "NEW1", JOB[2], TARGET)
    assert order.bookings[0].minutes == 45
    assert order.location == place
    assert client.update_location("77", ["2 NEW LANE"], "LN9 9ZZ").address[:2] == ("2 NEW LANE", "LINCOLN")


def test_the_metadata_of_an_installation_is_read(client: DrsClient) -> None:
    metadata = client.select_meta_data()
    assert metadata.resource_templates == ("Joiner", "Plumber")
    assert "Holiday" in metadata.unavailability_reasons
    assert "JEOPARDY" in metadata.business_data


def test_the_workflow_completes_and_shows_days_and_alerts(repairs: RepairWorkflow, client: DrsClient) -> None:
    slot = next(each for each in repairs.find_slots(*JOB).slots if each.begin == BEGIN)
    repairs.book("7", slot, *JOB)
    (resource,) = repairs.show("7").bookings[0].resources
    assert [each.order_number for each in repairs.get_schedule(resource.id or "", BEGIN.date())] == ["7"]
    assert repairs.alerts() == ()
    done = repairs.complete("7", BEGIN, END, resource_id=resource.id)
    assert (done.status, done.bookings[0].life_cycle) == ("COMPLETED", "COMPLETED")
    with pytest.raises(RequestRejected, match="its work is completed already"):
        repairs.complete("7", BEGIN, END)


def test_with_areas_five_days_are_found_in_six_requests() -> None:
    simulator = Simulator("lincoln-areas", clock=NOW)
    repairs = RepairWorkflow(client_of(simulator), now=simulator.clock.now)
    needed = {}
    for location in ("3670010", "38950180", "elsewhere"):
        found = repairs.find_slots(location, *JOB[1:], days=5, period_days=14)
        assert len(found.days) == 5
        needed[location] = found.requests
    # West, East and South, in October, when North's turn is nearly over.
    assert needed == {"3670010": 4, "38950180": 1, "elsewhere": 3}
