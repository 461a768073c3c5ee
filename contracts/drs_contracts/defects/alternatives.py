"""Simulators that do one half of something in one way and the other half in another, or in a way that is neither."""

from __future__ import annotations

import re
from typing import Any

from drs_contracts.defects.base import Defect, Send, rewrite_request, rewrite_response
from drs_contracts.defects.interceptors import replace_after
from drs_contracts.driver.messages import Reply

_WINDOW = rb"<(planningWindow\w+)>[^<]*</\1>"


def _place_elsewhere(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Schedule a booking in the next free slot where its own window is refused."""
    del memory
    reply = send(body)
    if b"<scheduleBooking>" in body and b"<status>error" in reply.body:
        return send(re.sub(_WINDOW, b"", body))
    return reply


def _open_own_days(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Make every slot available to a search with newBooking false."""
    del memory
    reply = send(body)
    if b"<newBooking>false<" not in body:
        return reply
    return Reply(reply.status, reply.content_type, reply.body.replace(b"<available>NO<", b"<available>YES<"))


def _end_reservations(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Cancel the booking whose reservation is confirmed."""
    del memory
    reply = send(body)
    if b"<confirmReservation>" in body:
        send(body.replace(b"confirmReservation>", b"deleteBooking>"))
    return reply


ALTERNATIVE_DEFECTS: tuple[Defect, ...] = (
    Defect(
        "updateOrder clears the phone alone",
        "ALT-01",
        intercept=replace_after("<updateOrder>", "<phone>[^<]*<", "<phone><"),
    ),
    Defect(
        "updateBooking loses the operator's comments alone",
        "ALT-02",
        intercept=rewrite_response("<operatorComments>[^<]*<", "<operatorComments><"),
    ),
    Defect(
        "comments are cut before the limit",
        "ALT-03",
        intercept=rewrite_request("(<orderComments>[^<]{200})[^<]*<", r"\1<"),
    ),
    Defect(
        "a completed booking ends at a time that was neither sent nor planned",
        "ALT-04",
        intercept=rewrite_response("<assignedEnd>[^<]*<(.*COMPLETED)", r"<assignedEnd>2021-11-05T09:00:00Z<\1"),
    ),
    Defect(
        "completeOrder leaves the last booking as it was",
        "ALT-05",
        intercept=replace_after(
            "<completeOrder>", "(.*)<bookingLifeCycleStatus>COMPLETED<", r"\1<bookingLifeCycleStatus>STARTED<"
        ),
    ),
    Defect(
        "updateOrder moves all bookings but the last",
        "ALT-06",
        intercept=replace_after("<updateOrder>", "(.*)<locationID>elsewhere<", r"\1<locationID>3670010<"),
    ),
    Defect(
        "a follow-on begins when it was sent, and ends with its order",
        "ALT-07",
        intercept=rewrite_request("(<theFollowOnBooking>.*)<planningWindowEnd>[^<]*</planningWindowEnd>", r"\1"),
    ),
    Defect("a booking without room goes elsewhere", "ALT-08", intercept=_place_elsewhere),
    Defect(
        "deleteOrder looks at the number alone",
        "ALT-09",
        intercept=rewrite_request("(<deleteOrder>.*)<orderId>[^<]*</orderId>", r"\1"),
    ),
    Defect("a reversed window is no window", "ALT-10", intercept=_place_elsewhere),
    Defect(
        "milliseconds of a filter do not count",
        "ALT-11",
        intercept=rewrite_request(r"(<returnBookingsFrom>[^<]*:\d\d)\.\d+", r"\1"),
    ),
    Defect(
        "an unknown name counts alone, and not beside another",
        "ALT-12",
        intercept=rewrite_request(
            "(</theBusinessData>)<theBusinessData><name>no such one</name>.*?</theBusinessData>", r"\1"
        ),
    ),
    Defect(
        "locationIDs do not count beside a number",
        "ALT-13",
        intercept=rewrite_request("(<selectOrder>.*)<locationIDs>elsewhere</locationIDs>", r"\1"),
    ),
    Defect(
        "a slot that has just begun is available",
        "ALT-14",
        intercept=rewrite_request(r"(<periodBegin>[^<]*:\d\d)\.\d+", r"\1"),
    ),
    Defect(
        "an order is listed beside itself",
        "ALT-15",
        intercept=rewrite_request("(<checkAvailability>.*?<primaryOrderNumber>)[^<]*", r"\1another"),
    ),
    Defect(
        "a changed place shows in scheduled orders alone",
        "ALT-16",
        intercept=replace_after("<updateLocation>", "(<status>undefined<.*<address1>)[^<]*<", r"\1Before<"),
    ),
    Defect(
        "the quantity of a second code does not count",
        "ALT-17",
        intercept=rewrite_request("(</theBookingCodes><theBookingCodes>.*<quantity>)[^<]*<", r"\g<1>1<"),
    ),
    Defect(
        "newBooking false makes every slot available",
        "ALT-18",
        intercept=_open_own_days,
    ),
    Defect(
        "getSchedule lists the first visit last",
        "ALT-19",
        intercept=rewrite_response(
            "(getScheduleResponse.*?)(<theBookings>.*?</theBookings>)(<theBookings>.*</theBookings>)", r"\1\3\2"
        ),
    ),
    Defect("a confirmation ends the reservation", "ALT-20", intercept=_end_reservations),
    Defect(
        "an absence takes the places without a word",
        "ALT-21",
        intercept=rewrite_response("<theAlerts>.*</theAlerts>", ""),
    ),
    Defect(
        "a completed order has its follow-on open",
        "ALT-22",
        intercept=replace_after("<theFollowOnBooking>", "<status>STARTED<", "<status>COMPLETED<"),
        settings={"ordering": {"follow_ons_from_completed": "accept"}},
    ),
)
