"""The windows that a traffic's bookings were scheduled into, and the slots that were offered for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TypeAlias

from lxml import etree

from drs_contracts.traffic.calls import Call, Traffic, parse_moment

Job: TypeAlias = tuple[str, ...]
Window: TypeAlias = tuple[datetime, datetime]

_SLIP = timedelta(hours=1)


def scheduled_windows(traffic: Traffic) -> Iterator[tuple[Call, Window, dict[Window, bool]]]:
    """Give every scheduleBooking with a window, and the slots that were offered for its work until then.

    Where the work is unknown because the booking was made before this traffic, the slots of all work count. The window
    that an answer gave the booking counts as offered to it.
    """
    offers: dict[Job, dict[Window, bool]] = {}
    jobs: dict[str, Job] = {}
    own: dict[str, Window] = {}
    for call in traffic.calls:
        if call.operation == "checkAvailability":
            # The latest answer goes last, because the last one on a slot counts.
            offers[job_of(call)] = offers.pop(job_of(call), {}) | _offered(call)
        elif call.operation == "createOrder":
            jobs |= dict.fromkeys(call.all_given("theOrder/theBookings/bookingId"), job_of(call))
        elif call.operation == "scheduleBooking":
            begin = parse_moment(call.value("theBooking/planningWindowStart"))
            end = parse_moment(call.value("theBooking/planningWindowEnd"))
            booking = call.value("theBooking/bookingId")
            job = jobs.get(booking)
            of_all = {window: free for each in offers.values() for window, free in each.items()}
            offered = of_all if job is None else offers.get(job, {})
            if begin and end:
                yield call, (begin, end), offered | ({own[booking]: True} if booking in own else {})
        own |= _own_windows(call)


def _own_windows(call: Call) -> dict[str, Window]:
    """The windows of bookings in an answer, by the bookings' ids."""
    windows: dict[str, Window] = {}
    for booking in () if call.answer is None else call.answer.iter("theBookings", "theBooking"):
        begin, end = (parse_moment(booking.findtext(f"planningWindow{name}", "")) for name in ("Start", "End"))
        if begin and end:
            windows[booking.findtext("bookingId", "").strip()] = begin, end
    return windows


def _offered(call: Call) -> dict[Window, bool]:
    slots: list[etree._Element] = [] if call.answer is None else call.answer.findall("theSlots/slotsForDay")
    read = [(parse_moment(s.findtext("beginDate", "")), parse_moment(s.findtext("endDate", "")), s) for s in slots]
    return {(begin, end): slot.findtext("available") != "NO" for begin, end, slot in read if begin and end}


def is_an_hour_off(window: Window, offered: dict[Window, bool]) -> bool:
    """Check whether a slot was offered an hour before the window, or an hour after it."""
    begin, end = window
    return any((begin + by, end + by) in offered for by in (_SLIP, -_SLIP))


def job_of(call: Call) -> Job:
    """Return what a request is for: the location and the SOR codes."""
    return call.value("theOrder/locationID"), *sorted(call.texts("theOrder/theBookingCodes/bookingCodeSORCode"))


def window_text(call: Call) -> str:
    """The window of a scheduleBooking, as it was sent."""
    start, end = call.value("theBooking/planningWindowStart"), call.value("theBooking/planningWindowEnd")
    return f"{start} to {end}"
