"""Hackney's repairs service, from an order to its end; the appointment is made in DRS, which calls the service back.

Where the facts are from: LBHackney-IT, repairs-api-dotnet; see ``hackney_repairs``. The types of the message are those
of its background service at ``/Service.asmx``: unsigned numbers, and dates of London's time.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from drs_contracts import CallbackReceiver
from drs_simulator import AdminClient, Simulator
from lxml import etree

from tests.callers.hackney_repairs import HackneyRepairs
from tests.callers.service import LONDON, SOAP, calls_of, diagnoses, never_closed, observe, operations_of

LOCAL_TARGET = "targetDate: a date without an offset is local time (Europe/London), not UTC."
NUMBER = "10000051"


def read_confirmation(body: bytes) -> dict[str, object]:
    """Read a message as the service does: it replaces a literal text, and keeps number and window."""
    text = body.decode().replace("ns1:bookingConfirmation", "bookingConfirmationContainer")
    (booking,) = etree.fromstring(text.encode()).iterfind(
        f"{{{SOAP}}}Body/bookingConfirmationContainer/bookingConfirmation"
    )
    numbers = ("bookingId", "locationID", "numberOfOperatives", "originalBookingId", "primaryOrderNumber")
    for code in booking.iterfind("theBookingCodes"):
        for name in ("quantity", "standardMinuteValue", "itemNumberWithinBooking", "itemValue", "orderId"):
            unsigned(code.findtext(name, ""))
    return {name: unsigned(booking.findtext(name, "")) for name in numbers} | {
        "planningWindowStart": in_utc(booking.findtext("planningWindowStart", "")),
        "planningWindowEnd": in_utc(booking.findtext("planningWindowEnd", "")),
    }


def unsigned(text: str) -> int:
    assert re.fullmatch("[0-9]{1,10}", text), text
    return int(text)


def in_utc(text: str) -> str:
    """From London's time: a date that has no offset."""
    local = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=LONDON)
    return f"{local.astimezone(ZoneInfo('UTC')):%Y-%m-%d %H:%M}"


def booking_of(order: etree._Element) -> int:
    return unsigned(order.findtext("theBookings/bookingId", ""))


@pytest.mark.parametrize(
    ("clock", "day", "window", "read"),
    [
        ("fixed@2021-01-11T10:15", "2021-01-13", (8, 12), ("2021-01-13 08:00", "2021-01-13 12:00")),
        ("fixed@2021-06-07T10:15", "2021-06-09", (12, 16), ("2021-06-09 11:00", "2021-06-09 15:00")),
        ("fixed@2021-10-29T10:15", "2021-11-01", (8, 12), ("2021-11-01 08:00", "2021-11-01 12:00")),
        ("fixed@2021-03-26T10:15", "2021-03-29", (8, 12), ("2021-03-29 07:00", "2021-03-29 11:00")),
    ],
    ids=["winter", "summer", "across the change of autumn", "across the change of spring"],
)
def test_walk(tmp_path: Path, clock: str, day: str, window: tuple[int, int], read: tuple[str, str]) -> None:
    """An order is created here, scheduled by a planner, confirmed by a callback, looked up and completed."""
    with (
        CallbackReceiver() as receiver,
        Simulator("hackney", clock=clock, seed=1, callback_url=receiver.url) as drs,
        AdminClient(drs.url) as planner,
    ):
        service = HackneyRepairs(drs)
        service.open()
        due = drs.clock.now() + timedelta(days=21)
        created = service.raise_order(NUMBER, due, quantities=("1", "1"))
        begin, end = (datetime.fromisoformat(f"{day}T{hour:02}:00").replace(tzinfo=LONDON) for hour in window)
        planner.move(booking_of(created), begin, end)
        assert read_confirmation(receiver.wait_for(1)[0].body) == {
            "bookingId": booking_of(created),
            "locationID": 99999992,
            "numberOfOperatives": 1,
            "originalBookingId": booking_of(created),
            "primaryOrderNumber": int(NUMBER),
            "planningWindowStart": read[0],
            "planningWindowEnd": read[1],
        }
        found = service.select(NUMBER)
        assert [each.text for each in found.iterfind("theBookings/theResources/externalResourceCode")] == ["P21"]
        assert found.findtext("status") == "PLANNED"
        assert [found.findtext(f"theBookings/planningWindow{name}", "")[:16] for name in ("Start", "End")] == [
            each.replace(" ", "T") for each in read
        ]
        service.complete(NUMBER)
        kept = drs.export_state().bookings[0]
        assert kept.life_cycle == "COMPLETED"
        assert kept.completion_status == "COMPLETED"
        assert [code.quantity for code in kept.codes] == [1, 1]
        assert operations_of(drs) == ["openSession", "createOrder", "selectOrder", "selectOrder", "updateBooking"]
        assert diagnoses(drs, "createOrder") == {LOCAL_TARGET}
        assert diagnoses(drs, "updateBooking") == {""}
        assert observe(drs, tmp_path) == never_closed(1)


def test_the_serializer_loses_members_of_codes_and_completes() -> None:
    """An element that its interface lacks hides the four behind it, so they are missing in what is sent back."""
    with Simulator("hackney", clock="fixed@2021-06-07T10:15", seed=1) as drs, AdminClient(drs.url) as planner:
        service = HackneyRepairs(drs)
        service.open()
        created = service.raise_order(NUMBER, "2021-06-28T17:00:00")
        begin = datetime(2021, 6, 9, 8, tzinfo=LONDON)
        planner.move(booking_of(created), begin, begin + timedelta(hours=4))
        (code,) = service.select(NUMBER).iterfind("theBookings/theBookingCodes")
        assert created.find("theBookings/theBookingCodes/originalQuantity") is not None
        assert [each.tag for each in code] == [
            *("bookingCodeDescription", "bookingCodeSORCode", "bookingId", "comments", "itemNumberWithinBooking"),
            *("itemValue", "orderId"),
        ]
        service.complete(NUMBER)
        sent = calls_of(drs)[-1].request.decode()
        assert "<quantity>" not in sent
        assert "<standardMinuteValue>" not in sent
        assert "<itemValue>" not in sent


@pytest.mark.parametrize("clock", ["fixed@2021-01-11T10:15", "fixed@2021-06-07T10:15"], ids=["winter", "summer"])
def test_cancellation_sends_the_whole_order(tmp_path: Path, clock: str) -> None:
    with Simulator("hackney", clock=clock, seed=1) as drs:
        service = HackneyRepairs(drs)
        service.open()
        service.raise_order(NUMBER, drs.clock.now() + timedelta(days=21))
        service.cancel(NUMBER)
        assert drs.export_state().orders == ()
        assert diagnoses(drs, "deleteOrder") == {LOCAL_TARGET}
        assert observe(drs, tmp_path) == never_closed(1)


def test_completion_of_an_unscheduled_order_cancels_it(tmp_path: Path) -> None:
    """It looks for theResources of every booking, and an unscheduled one has none."""
    with Simulator("hackney", clock="fixed@2021-06-07T10:15", seed=1) as drs:
        service = HackneyRepairs(drs)
        service.open()
        service.raise_order(NUMBER, "2021-06-28T17:00:00")
        service.complete(NUMBER)
        assert operations_of(drs)[-2:] == ["selectOrder", "deleteOrder"]
        assert drs.export_state().orders == ()
        assert observe(drs, tmp_path) == never_closed(1)


@pytest.mark.parametrize("target", ["2021-06-01T17:00:00", "2021-06-07T10:15:00"], ids=["past", "now"])
def test_order_that_is_overdue_is_created(tmp_path: Path, target: str) -> None:
    """It is sent on with the date that the work was due, however late that is."""
    with Simulator("hackney", clock="fixed@2021-06-07T10:15", seed=1) as drs:
        service = HackneyRepairs(drs)
        service.open()
        created = service.raise_order(NUMBER, target)
        assert created.findtext("targetDate") == f"{target}+01:00"
        service.cancel(NUMBER)
        assert observe(drs, tmp_path) == never_closed(1)


@pytest.mark.parametrize(
    ("priority", "quantity", "broken"),
    [
        (" ", "1", {"CAL-10": ("these are missing: theOrder/priority",)}),
        ("N", "0.25", {"CAL-14": ("quantity is '0.25'",) * 2}),
    ],
    ids=["no priority", "a quarter of an hour"],
)
def test_what_its_drs_takes_is_named(
    tmp_path: Path, priority: str, quantity: str, broken: dict[str, tuple[str, ...]]
) -> None:
    """Work without a priority code has a blank one, and some quantities are below 1."""
    with Simulator("hackney", clock="fixed@2021-06-07T10:15", seed=1) as drs:
        service = HackneyRepairs(drs)
        service.open()
        created = service.raise_order(NUMBER, "2021-06-28T17:00:00", priority, (quantity,))
        assert created.findtext("theBookings/theBookingCodes/quantity") == f"{float(quantity)}"
        service.cancel(NUMBER)
        assert diagnoses(drs, "createOrder") == {LOCAL_TARGET}
        assert observe(drs, tmp_path) == never_closed(1) | broken


def test_target_of_now_in_seven_digits_is_taken(tmp_path: Path) -> None:
    """Work without a completion date has .NET's UtcNow, in UTC and to 100 nanoseconds."""
    with Simulator("hackney", clock="fixed@2021-06-07T10:15", seed=1) as drs:
        service = HackneyRepairs(drs)
        service.open()
        created = service.raise_order(NUMBER, "2021-06-07T09:15:00.1234567Z")
        assert created.findtext("targetDate") == "2021-06-07T10:15:00.123+01:00"
        service.cancel(NUMBER)
        assert diagnoses(drs, "createOrder") == {""}
        assert observe(drs, tmp_path) == never_closed(1)
