"""Simulators that are broken in one way each, for the clauses that bind DRS."""

from __future__ import annotations

import re
from typing import Any

from drs_contracts.defects.base import (
    Defect,
    Send,
    faults,
    forgives,
    refuses,
    replies,
    requests,
    swallows,
)
from drs_contracts.driver.messages import NAMESPACE, SOAP, Reply


def _ignores(*members: str) -> str:
    names = "|".join(members)
    return rf"<({names})>[^<]*</({names})>"


RARE_DEFECTS: tuple[Defect, ...] = (
    Defect("an order has no status", "ANS-09", between=replies("<status>undefined</status>", "")),
    Defect("a code is done once", "ANS-10", between=requests(r"<quantity>[^<]*<", "<quantity>1<")),
    Defect("all is booked up", "AVL-18", between=replies(">YES<", ">NO<")),
    Defect("long periods are as short as others", "AVL-19", {"availability": {"long_period_day_cap": 7}}),
    Defect("one's own booking is in the way", "AVL-20", between=requests("<newBooking>false<", "<newBooking>true<")),
    Defect("everybody is asked", "AVL-21", between=requests(_ignores("resourceIDs"), "")),
    Defect(
        "completed orders are shown as well",
        "AVL-22",
        between=requests(
            r"<otherOrderPattern/>",
            "<otherOrderPattern><bookingStatus>PLANNED</bookingStatus>"
            "<bookingStatus>COMPLETED</bookingStatus></otherOrderPattern>",
        ),
    ),
    Defect("periods begin at midnight", "AVL-23", between=requests("(<periodBegin>[^<]*)T10", r"\1T00")),
    Defect("answers are padded", "WIR-15", between=replies("<return ", f"<!--{' ' * 300_000}--><return ")),
    Defect("any id is taken for a new order", "ORD-17", between=requests(r"<orderId>\d+</orderId>", "")),
    Defect(
        "an order's id goes before its number",
        "ORD-18",
        between=requests(r"(<updateOrder>.*<orderId>.*)<primaryOrderNumber>[^<]*</primaryOrderNumber>", r"\1"),
    ),
    Defect(
        "without a job template there is another text", "SCH-15", {"messages": {"planning_failed": "Planning failed"}}
    ),
    Defect("force is ignored", "SCH-16", between=requests("<force>true<", "<force>false<")),
    Defect("timeLock is ignored", "SCH-17", between=requests("<timeLock>true<", "<timeLock>false<")),
    Defect("resourceLock is ignored", "SCH-18", between=requests(_ignores("resourceLock"), "")),
    Defect("reservations do not lapse", "SCH-19", {"ordering": {"reservation_minutes": 24 * 60}}),
    Defect("what is begun is moved", "SCH-20", between=forgives("cannot become")),
    Defect("visits may take longer than their window", "SCH-21", between=replies("(<assignedEnd>[^<]*)T..", r"\1T23")),
    Defect(
        "numbers after the first are not looked for",
        "SEL-03",
        between=requests("(</primaryOrderNumber>)<primaryOrderNumber>[^<]*</primaryOrderNumber>", r"\1"),
    ),
    Defect("a window's end is not looked at", "SEL-04", between=requests(_ignores("returnBookingsPWTo"), "")),
    Defect(
        "a booking's business data are not looked at",
        "SEL-05",
        between=requests("<theBusinessData>.*</theBusinessData>", ""),
    ),
    Defect(
        "every day is the same",
        "SEL-06",
        between=requests("<scheduleDate>[^<]*<", "<scheduleDate>2021-11-02T00:00:00+00:00<"),
    ),
    Defect("alerts of all types are shown", "SEL-07", between=requests(_ignores("alertType"), "")),
    Defect("templates are not told", "SEL-08", between=replies("<theResourceTemplates>.*</theResourceTemplates>", "")),
    Defect("employee codes are not looked at", "SEL-09", between=requests(_ignores("theEmployeeCodes"), "")),
    Defect(
        "completed bookings are always listed",
        "SEL-10",
        between=requests("<includeCompletedBookings>false<", "<includeCompletedBookings>true<"),
    ),
    Defect("what follows is forgotten", "CHG-08", between=requests("<theFollowOnBooking>.*</theFollowOnBooking>", "")),
    Defect("categories are forgotten", "CHG-09", between=requests(_ignores("bookingCategory"), "")),
    Defect("whoever was to come did the work", "CHG-10", between=requests("<resourceId>[^<]*<", "<resourceId><")),
    Defect("a visit that is begun can be planned again", "CHG-11", between=forgives("cannot become PLANNED")),
    Defect("whom to phone is forgotten", "CHG-12", between=requests(_ignores("phone"), "")),
    Defect(
        "an order stays at its place",
        "CHG-13",
        between=requests("(<updateOrder>.*)<locationID>[^<]*</locationID>", r"\1"),
    ),
    Defect(
        "who was to come is forgotten with the work",
        "CHG-14",
        between=replies("(COMPLETED</bookingLifeCycleStatus>.*)<theResources>.*?</theResources>", r"\1"),
    ),
    Defect("what is missing is not named", "REF-01", between=replies(r"<errorMsg>\w+ is required", "<errorMsg>No")),
    Defect("a quantity may be less than one", "REF-02", between=requests(r"<quantity>0\.9<", "<quantity>1<")),
    Defect(
        "contracts beside locations are not looked at", "REF-03", between=requests(_ignores("locationIDContracts"), "")
    ),
    Defect("who is unknown has no bookings", "REF-04", between=forgives("selectBookingResponse.*Unknown resource")),
    Defect("a reversed window is empty", "REF-05", between=forgives("returnBookingsPWFrom must be before")),
    Defect("yesterday can be booked", "REF-06", between=forgives("scheduleBookingResponse.*is in the past")),
    Defect("a completed order is completed again", "REF-07", between=forgives("completeOrderResponse.*is completed")),
    Defect("absences are forgotten", "REC-01", between=requests("<theUnavailabilities>.*?</theUnavailabilities>", "")),
    Defect(
        "hours of one day are forgotten",
        "REC-02",
        between=requests("<theWorkingHours>((?!</theWorkingHours>).)*<specificDate>.*?</theWorkingHours>", ""),
    ),
    Defect("any ability can be learned", "REC-03", between=requests("<name>Juggler<", "<name>Joiner<")),
    Defect("planners are not told", "REC-04", between=swallows("<selectAlerts>")),
    Defect("abilities are kept", "REC-05", between=requests("<theAbilities>.*?</theAbilities>", "")),
    Defect("cities are forgotten", "REC-06", between=requests(_ignores("city"), "")),
    Defect(
        "every code takes an hour", "REC-07", between=requests(r"<bookingCodeTime>\d\d?\d?<", "<bookingCodeTime>60<")
    ),
)
"""A defect for each of those clauses."""


def _one_session_for_all(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    if b"<openSession>" not in body:
        return send(body)
    return memory.setdefault("session", send(body))  # type: ignore[no-any-return]


def _lends_a_session(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    lent = memory.get("session", b"") if b"<sessionId>" not in body else b""
    reply = send(body.replace(b"<theOrder>", lent + b"<theOrder>"))
    given = re.search(rb"<sessionId>[^<]*</sessionId>", reply.body)
    if given:
        memory["session"] = given.group()
    return reply


def _honours_duration(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    sent = re.search(rb"<duration>[^<]*</duration>", body)
    if sent:
        memory["duration"] = sent.group()
    reply = send(body)
    changed = re.sub(rb"<duration>[^<]*</duration>", memory.get("duration", rb"\g<0>"), reply.body)
    return Reply(reply.status, reply.content_type, changed)


def _gives_a_place_back(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    if b"<scheduleBooking>" in body:
        memory["booked"] = memory.get("booked", 0) + 1
    reply = send(body)
    begin = b"NO" if memory.get("booked", 0) % 2 == 0 else b"YES"
    changed = re.sub(
        rb"<available>\w+</available>(<beginDate>[^<]*T12:)", b"<available>" + begin + rb"</available>\1", reply.body
    )
    return Reply(reply.status, reply.content_type, changed)


def _shortens_long_answers(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    del memory
    reply = send(body)
    few_days = reply.body.count(b"<theSlots>") % 2 == 0
    changed = reply.body.replace(b">YES<", b">NO<") if few_days else reply.body
    return Reply(reply.status, reply.content_type, changed)


def _moves_what_is_commented(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    memory["commented"] = memory.get("commented", False) or b"<updateBooking>" in body
    reply = send(body)
    changed = re.sub(rb"<assignedStart>[^<]*<", b"<assignedStart>2021-10-26T08:00:00+01:00<", reply.body)
    return Reply(reply.status, reply.content_type, changed) if memory["commented"] else reply


_SLOT_LIST = r"<slotsForDay>.*?</slotsForDay>"

DEFECTS: tuple[Defect, ...] = (
    Defect("session ids are upper case", "SES-01", between=replies(r"<sessionId>\w+<", "<sessionId>ABCDEF<")),
    Defect("all callers get the same session", "SES-02", between=_one_session_for_all),
    Defect("a closed session can be closed again", "SES-03", between=swallows("<closeSession>", after=1)),
    Defect("any password will do", "SES-04", between=requests("<password>[^<]*<", "<password>drs<")),
    Defect("sessions outlive midnight", "SES-05", stops_clock=True),
    Defect("calls without a session are let in", "SES-06", between=_lends_a_session),
    Defect(
        "the last day is not listed",
        "AVL-01",
        between=replies(r"(<theSlots>((?!<theSlots>).)*</theSlots>)</return>", "</return>"),
    ),
    Defect("the warning has another text", "AVL-02", {"availability": {"cap_warning": "limited to {cap} days"}}),
    Defect(
        "every answer has a warning", "AVL-03", between=replies("<id>0</id>", "<errorMsg>Limited</errorMsg><id>0</id>")
    ),
    Defect(
        "weekends have slots",
        "AVL-04",
        {
            "availability": {
                "working_days": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
            }
        },
    ),
    Defect("slots are in UTC", "AVL-05", between=replies(r"(<beginDate>[^<]*T)08(:00:00)\+01:00", r"\g<1>07\2Z")),
    Defect("unavailable slots are best", "AVL-06", between=replies("<available>YES<", "<available>NO<")),
    Defect(
        "the narrow slot is best", "AVL-07", between=replies("(T08:00:00[^<]*</beginDate><bestSlot>)true", r"\1false")
    ),
    Defect(
        "order numbers must be known",
        "AVL-08",
        between=refuses(r"<checkAvailability>.*<primaryOrderNumber>(?!anything<)"),
    ),
    Defect("users must be known", "AVL-09", between=refuses(r"<checkAvailability>.*<userId>(?!drs-contracts<)")),
    Defect("the priority may be missing", "AVL-10", {"availability": {"priority_required": False}}),
    Defect(
        "New Year's Day is a holiday",
        "AVL-11",
        between=replies(rf"(<day>\d+-01-01T[^/]*/day><nonWorkingDay>false</nonWorkingDay>)({_SLOT_LIST})+", r"\1"),
    ),
    Defect("availability depends on the period's length", "AVL-12", between=_shortens_long_answers),
    Defect(
        "a midnight end leaves its day out",
        "AVL-13",
        between=requests(r"<periodEnd>([^<]*)T00:00:01[^<]*<", r"<periodEnd>2021-10-01T00:00:00<"),
    ),
    Defect("an order has no booking", "ORD-01", between=replies("<theBookings>.*</theBookings>", "")),
    Defect("comments are not trimmed", "ORD-02", between=replies("</orderComments>", " </orderComments>")),
    Defect("comments may be longer", "ORD-03", {"ordering": {"comments_limit": 300}}),
    Defect(
        "earliestBookingDate is ignored",
        "ORD-04",
        between=requests("<earliestBookingDate>[^<]*</earliestBookingDate>", ""),
    ),
    Defect("token ids are short", "ORD-05", between=replies(r"<tokenId>\w", "<tokenId>")),
    Defect("an unknown order has another text", "ORD-06", {"messages": {"order_unknown": "Not found"}}),
    Defect("an order number can be used again", "ORD-07", {"ordering": {"repeated_order_numbers": "accept"}}),
    Defect(
        "an unscheduled booking has times",
        "ORD-08",
        between=replies("<theBookings>", "<theBookings><assignedStart>2021-10-26T08:00:00+01:00</assignedStart>"),
    ),
    Defect(
        "users are cut at eight characters", "ORD-09", between=replies(r"<userId>([^<]{0,8})[^<]*<", r"<userId>\1<")
    ),
    Defect(
        "afternoons are offered but cannot be booked",
        "SCH-01",
        between=refuses(r"<scheduleBooking>.*<planningWindowStart>[^<]*T12:"),
    ),
    Defect(
        "nobody is named for a scheduled booking", "SCH-02", between=replies("<theResources>.*?</theResources>", "")
    ),
    Defect("a scheduled booking cannot be moved", "SCH-03", between=swallows("<scheduleBooking>", after=1)),
    Defect("the order number must be sent", "SCH-04", between=refuses(r"<scheduleBooking>.*<primaryOrderNumber>\s+<")),
    Defect("a reason left out is FIRST", "SCH-05", {"ordering": {"reason_when_scheduled_without": "FIRST"}}),
    Defect("the caller's duration counts", "SCH-06", between=_honours_duration),
    Defect(
        "without a window nothing is planned", "SCH-07", between=refuses(r"<scheduleBooking>((?!planningWindow).)*$")
    ),
    Defect("a booking gives a place back", "SCH-08", between=_gives_a_place_back),
    Defect("a cancelled booking keeps its place", "SCH-09", between=swallows("<deleteBooking>")),
    Defect("children are qualified", "WIR-01", between=replies("<return ", f'<return xmlns="{NAMESPACE}" ')),
    Defect("an offset of zero is written out", "WIR-02", between=replies(r"(T\d\d:\d\d:\d\d)Z", r"\1+00:00")),
    Defect("a date without offset is UTC", "WIR-03", between=requests(r"(T\d\d:\d\d:\d\d)<", r"\1Z<")),
    Defect("elements must be in order", "WIR-04", between=faults(r"<sessionId>.*<periodBegin>")),
    Defect("comments are not understood", "WIR-05", between=faults("<!--")),
    Defect("the wrapper must have a namespace", "WIR-06", between=faults("<openSession><openSession>")),
    Defect("a default namespace is accepted", "WIR-07", {"gateway": {"default_namespace_wrapper": "accept"}}),
    Defect("unknown elements are passed over", "WIR-08", between=requests("locationId>", "locationID>")),
    Defect("a bad date is left out", "WIR-09", between=requests("<periodBegin>notadate</periodBegin>", "")),
    Defect("unknown operations have another text", "WIR-10", between=replies("Message part", "Operation")),
    Defect("SOAP 1.2 is understood", "WIR-11", between=requests("http://www.w3.org/2003/05/soap-envelope", SOAP)),
    Defect("a qualified member is taken", "WIR-12", {"gateway": {"qualified_elements": "accept"}}),
    Defect("an operation is not described", "WIR-13", hides="getSchedule"),
    Defect("an empty Body has another text", "WIR-14", between=replies("No binding operation info", "Nothing to do")),
    Defect("answers are numbered", "ANS-01", between=replies("<id>0</id>", "<id>1</id>")),
    Defect("a new order is planned", "ANS-02", between=replies("<status>undefined<", "<status>PLANNED<")),
    Defect("every order is at one place", "ANS-03", between=replies(r"<locationId>\w+<", "<locationId>1<")),
    Defect("every visit lasts a minute", "ANS-04", between=replies(r"<duration>\d+<", "<duration>1<")),
    Defect("templates have names of their own", "ANS-05", between=replies(r"<template>\w+<", "<template>Any<")),
    Defect("quantities are whole", "ANS-06", between=replies(r"<quantity>1\.0<", "<quantity>1<")),
    Defect("codes have no booking", "ANS-07", between=replies(r"(<theBookingCodes>.*?<bookingId>)\d+", r"\g<1>0")),
    Defect(
        "members come in another order",
        "ANS-08",
        between=replies(r"(<available>\w+</available>)(<beginDate>[^<]*</beginDate>)", r"\2\1"),
    ),
    Defect("the document's yes is not known", "AVL-14", between=faults("<onlyBestSlots>yes<")),
    Defect(
        "all slots are listed where the best are wanted",
        "AVL-15",
        between=requests("<onlyBestSlots>day<", "<onlyBestSlots>no<"),
    ),
    Defect("a reversed period is empty", "AVL-16", between=forgives("checkAvailabilityResponse.*must be before")),
    Defect("slots may be available", "AVL-17", between=replies("<available>YES<", "<available>MAYBE<")),
    Defect("any priority will do", "ORD-10", between=forgives("Unknown priority")),
    Defect(
        "windows begin at midnight",
        "ORD-11",
        between=replies(r"(<planningWindowStart>[^<T]*)T[^<]*<", r"\1T00:00:00+01:00<"),
    ),
    Defect("orderId 0 is an order", "ORD-12", between=refuses("<createOrder>.*<orderId>0<")),
    Defect("any contract will do", "ORD-13", between=forgives("Unknown contract")),
    Defect("any SOR code will do", "ORD-14", between=forgives("Unknown SOR code")),
    Defect("a user must be named", "SCH-10", between=refuses("<scheduleBooking>(?!.*<userId>)")),
    Defect("a reversed window is taken", "SCH-11", between=forgives("scheduleBookingResponse.*must be before")),
    Defect("any booking is scheduled", "SCH-12", between=forgives("scheduleBookingResponse.*Unable to find booking")),
    Defect("orders stay open", "CHG-01", between=requests("<completeOrder>true<", "<completeOrder>false<")),
    Defect("a comment moves the visit", "CHG-02", between=_moves_what_is_commented),
    Defect(
        "life cycles stand still", "CHG-06", between=requests("<transactionType>[^<]*<", "<transactionType>PLANNED<")
    ),
    Defect(
        "a planner's comments are forgotten",
        "CHG-07",
        between=requests("<plannerComments>[^<]*<", "<plannerComments><"),
    ),
    Defect("completed bookings are scheduled", "CHG-03", between=forgives("is completed")),
    Defect("what is missing is not named", "ORD-16", between=replies("<errorMsg>userId is", "<errorMsg>It is")),
    Defect("changes of an order are forgotten", "CHG-04", between=swallows("<updateOrder>")),
    Defect("completed orders are forgotten", "CHG-05", between=swallows("<completeOrder><")),
    Defect("further bookings are forgotten", "ORD-15", between=swallows("<createBooking>")),
    Defect("reservations are never confirmed", "SCH-13", between=swallows("<confirmReservation>")),
    Defect(
        "what is not reserved is confirmed", "SCH-14", between=forgives("confirmReservationResponse.*<status>error")
    ),
    Defect(
        "bookings of all times are found", "SEL-01", between=requests("<returnBookings[^/]*/returnBookings[^>]*>", "")
    ),
    Defect(
        "operatives have other ids", "SEL-02", between=replies(r"(selectResourceResponse.*<resourceID>)\w", r"\g<1>0")
    ),
    Defect("an order that is missing has another text", "CAN-01", {"messages": {"order_missing": "Not found"}}),
    Defect("a deleted order stays", "CAN-02", between=swallows("<deleteOrder>")),
    Defect("any booking is cancelled", "CAN-03", between=forgives("deleteBookingResponse.*Unable to find booking")),
    Defect("the second cancellation is forgotten", "FLO-01", between=swallows("<deleteBooking>", after=1)),
    *RARE_DEFECTS,
)
