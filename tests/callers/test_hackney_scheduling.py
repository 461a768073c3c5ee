"""Hackney's scheduling API for Housing Repairs Online: it schedules the orders that the repairs service has created.

Where the facts are from: LBHackney-IT, HousingRepairsSchedulingApi. It leaves out the window from 9:30 and the whole
day, in the hours of winter and of summer; looks the order up for the id of its booking; and sends the window as planned
and as assigned, in London's time without an offset. Where an old order is archived, it goes on without it.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from drs_contracts import CallbackReceiver
from drs_simulator import Simulator

from tests.callers.dot_net import rewrite
from tests.callers.hackney_repairs import HACKNEY, SELECT, HackneyRepairs
from tests.callers.housing_repairs_online import UNSET_DATE, HousingRepairsOnline, Slot
from tests.callers.service import booked_window, diagnoses, in_london, never_closed, observe, operations_of, windows_of

PLUMBER, HOME, NUMBER = "20060020", "99999992", "10000051"
LEFT_OUT = {((9, 30), (14, 30)), ((8, 0), (16, 0)), ((8, 30), (13, 30)), ((7, 0), (15, 0))}
SCHEDULE = """
  <force>false</force>
  <sessionId>{session}</sessionId>
  <theBooking>
    <assignedEnd>{end}</assignedEnd>
    <assignedStart>{begin}</assignedStart>
    <bookingId>{booking}</bookingId>
    <contract>{contract}</contract>
    <duration>0</duration>
    <isEmergency>false</isEmergency>
    <isNextBooking>false</isNextBooking>
    <orderId>0</orderId>
    <planningWindowEnd>{end}</planningWindowEnd>
    <planningWindowStart>{begin}</planningWindowStart>
    <primaryOrderNumber>{number}</primaryOrderNumber>
  </theBooking>
  <timeLock>false</timeLock>
"""


def hackney(drs: Simulator) -> HousingRepairsOnline:
    service = HousingRepairsOnline(drs, "H01", "N", days=7, requests=4)
    service.open()
    return service


def is_offered(slot: Slot) -> bool:
    begin, end = slot
    return ((begin.hour, begin.minute), (end.hour, end.minute)) not in LEFT_OUT


def raise_order(drs: Simulator) -> None:
    """What the repairs service does before, in a session of its own."""
    repairs = HackneyRepairs(drs)
    repairs.open()
    repairs.raise_order(NUMBER, drs.clock.now() + timedelta(days=21))


def book(service: HousingRepairsOnline, slot: Slot) -> int:
    """Look the order up, and schedule its first booking."""
    service.open()
    returned = service.succeed("selectOrder", SELECT, number=NUMBER)
    order = rewrite(returned.findall("theOrders")[0], "order")
    booking = int(order.findtext("theBookings/bookingId") or "")
    begin, end = map(in_london, slot)
    service.schedule(NUMBER, booking, begin, end, SCHEDULE)
    return booking


@pytest.mark.parametrize(
    ("clock", "days", "windows", "booked"),
    [
        pytest.param(
            *("fixed@2023-01-12T09:00", ["01-13", "01-16", "01-17", "01-18", "01-19"]),
            *(["08:00-12:00", "12:00-16:00"], "2023-01-13 12:00-16:00"),
            id="winter",
        ),
        pytest.param(
            *("fixed@2023-07-06T09:00", ["07-07", "07-10", "07-11", "07-12", "07-13"]),
            *(["07:00-11:00", "11:00-15:00"], "2023-07-07 12:00-16:00"),
            id="summer",
        ),
    ],
)
def test_walk(tmp_path: Path, clock: str, days: list[str], windows: list[str], booked: str) -> None:
    with CallbackReceiver() as receiver, Simulator(HACKNEY, clock=clock, seed=1, callback_url=receiver.url) as drs:
        raise_order(drs)
        service = hackney(drs)
        found = service.search(PLUMBER, HOME, is_offered)
        assert list(windows_of(found)) == [f"{day} {window}" for day in days for window in windows]
        assert booked_window(drs, book(service, found[1])) == booked
        assert operations_of(drs)[2:] == [
            *("openSession", "checkAvailability"),
            *("openSession", "selectOrder", "scheduleBooking"),
        ]
        assert diagnoses(drs, "checkAvailability") == {UNSET_DATE}
        assert all("a date without an offset is local time" in said for said in diagnoses(drs, "scheduleBooking"))
        # The repairs service learns of it by a callback.
        confirmed = receiver.wait_for(1)[0].confirmation
        assert f"{confirmed.planning_window_start:%Y-%m-%d %H:%M}" == booked[:16]
        assert observe(drs, tmp_path) == never_closed(3)


def test_walk_across_a_clock_change(tmp_path: Path) -> None:
    with Simulator(HACKNEY, clock="fixed@2022-10-27T09:00", seed=1) as drs:
        raise_order(drs)
        service = hackney(drs)
        found = service.search(PLUMBER, HOME, is_offered)
        assert list(windows_of(found))[:4] == [
            *("10-28 07:00-11:00", "10-28 11:00-15:00", "10-31 08:00-12:00", "10-31 12:00-16:00"),
        ]
        assert booked_window(drs, book(service, found[2])) == "2022-10-31 08:00-12:00"
        assert observe(drs, tmp_path) == never_closed(3)


def test_archived_order_is_told_by_the_words_it_looks_for(tmp_path: Path) -> None:
    """For an order that is not found it goes on without one, if errorMsg has these words."""
    with Simulator(HACKNEY, clock="fixed@2023-07-06T09:00", seed=1) as drs:
        service = hackney(drs)
        returned = service.call("selectOrder", SELECT, number="10000007")
        assert returned.findtext("status") == "error"
        assert "Unable to find order in OptiTime Web" in (returned.findtext("errorMsg") or "")
        assert observe(drs, tmp_path) == never_closed(1)
