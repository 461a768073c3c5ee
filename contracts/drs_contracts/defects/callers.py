"""Callers that are wrong in one way each, for the clauses that apply to callers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from drs_contracts.defects.caller_base import CallerDefect, leave_out, repeat, rewrite, with_answer
from drs_contracts.defects.caller_conduct import CONDUCT_DEFECTS
from drs_contracts.driver.messages import NAMESPACE, SOAP, Reply
from drs_contracts.traffic.calls import Call

_SERVER_ERROR = 500
_OFTEN = 11


def _open_late(calls: tuple[Call, ...]) -> Iterable[Call]:
    first, second, *others = calls
    return [second, first, *others]


def _close_early(calls: tuple[Call, ...]) -> Iterable[Call]:
    *others, before, last = calls
    return [*others, last, before]


def _book_unavailable_slots(calls: tuple[Call, ...]) -> Iterable[Call]:
    return [with_answer(call, b"<available>YES<", b"<available>NO<") for call in calls]


def _send_an_unreadable_request(calls: tuple[Call, ...]) -> Iterable[Call]:
    first, *others = calls
    fault = (
        f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Body><soap:Fault><faultcode>soap:Client</faultcode>'
        "<faultstring>Unmarshalling Error: soon</faultstring></soap:Fault></soap:Body></soap:Envelope>"
    )
    return [first, replace(first, reply=Reply(_SERVER_ERROR, "text/xml", fault.encode())), *others]


def _give_up_refused_slots(calls: tuple[Call, ...]) -> Iterable[Call]:
    for call in calls:
        if call.operation == "scheduleBooking":
            yield with_answer(call, b"<status>success<", b"<status>error<")
        elif call.operation != "deleteBooking":
            yield call


def _send_as_json(calls: tuple[Call, ...]) -> Iterable[Call]:
    return [replace(call, content_type="application/json; charset=utf-8") for call in calls]


def _send_a_refused_login_often(calls: tuple[Call, ...]) -> Iterable[Call]:
    first, *others = calls
    refused = with_answer(first, b"<status>success<", b"<status>error<")
    return [*(replace(refused) for _ in range(_OFTEN)), first, *others]


def _stop_when_the_session_ends(calls: tuple[Call, ...]) -> Iterable[Call]:
    for call in calls:
        yield call
        if call.session_refused:
            return


def _poll_an_order(calls: tuple[Call, ...]) -> Iterable[Call]:
    polled = next(call for call in calls if call.operation == "selectOrder")
    for call in calls:
        yield call
        if call is polled and polled.started is not None:
            for second in range(1, _OFTEN):
                yield replace(polled, started=polled.started + timedelta(seconds=second))


def _book_late(calls: tuple[Call, ...]) -> Iterable[Call]:
    """Leave out the first appointment. The order's second one is after its target."""
    first = next(call for call in calls if call.operation == "scheduleBooking")
    return (call for call in calls if call is not first)


def _keep_offers(calls: tuple[Call, ...]) -> Iterable[Call]:
    for call in calls:
        if call.operation == "scheduleBooking" and call.started is not None:
            yield replace(call, started=call.started + timedelta(days=7))
        else:
            yield call


def _create_under_another_number(calls: tuple[Call, ...]) -> Iterable[Call]:
    for call in calls:
        yield call
        if call.operation == "createOrder" and call.answer is None:
            yield replace(call, sent=call.sent.replace(b">10000048<", b">10000049<"))


def _stop_at_the_cap(calls: tuple[Call, ...]) -> Iterable[Call]:
    search = next(call for call in calls if call.operation == "checkAvailability")
    elsewhere = replace(search, sent=search.sent.replace(b">3670010<", b">3670020<"))
    return [calls[0], with_answer(elsewhere, b"<available>YES<", b"<available>NO<"), *calls[1:]]


CALLER_DEFECTS: tuple[CallerDefect, ...] = (
    CallerDefect("SOAP 1.2 is sent", "CAL-01", rewrite("", SOAP, "http://www.w3.org/2003/05/soap-envelope")),
    CallerDefect(
        "an operation is misspelled", "CAL-02", rewrite("deleteBooking", r"(</?\w+:)deleteBooking", r"\1cancelBooking")
    ),
    CallerDefect(
        "the wrapper is in a default namespace",
        "CAL-03",
        rewrite(
            "closeSession",
            r'<\w+:closeSession xmlns:\w+="[^"]*"><closeSession>(.*)</\w+:closeSession>',
            rf'<closeSession xmlns="{NAMESPACE}"><closeSession xmlns="">\1</closeSession>',
        ),
    ),
    CallerDefect(
        "a member is qualified",
        "CAL-04",
        rewrite("closeSession", "<sessionId>(.*)</sessionId>", rf'<a:sessionId xmlns:a="{NAMESPACE}">\1</a:sessionId>'),
    ),
    CallerDefect(
        "locationID is written locationId",
        "CAL-05",
        rewrite("checkAvailability", "locationID>", "locationId>"),
        ("CAL-10", "CAL-20"),
    ),
    CallerDefect("the XML says UTF-16, as .NET strings do", "CAL-06", rewrite("openSession", "utf-8", "utf-16")),
    CallerDefect("dates are British", "CAL-07", rewrite("", r"<targetDate>(\d+)-(\d+)-(\d+)", r"<targetDate>\3/\2/\1")),
    CallerDefect(
        "periodBegin and periodEnd are swapped",
        "CAL-08",
        rewrite(
            "checkAvailability",
            "<periodBegin>(.*)</periodBegin><periodEnd>(.*)</periodEnd>",
            r"<periodBegin>\2</periodBegin><periodEnd>\1</periodEnd>",
        ),
        ("CAL-25",),
    ),
    CallerDefect("no session is sent", "CAL-09", rewrite("scheduleBooking", "<sessionId>.*</sessionId>", "")),
    CallerDefect(
        "the contract is left out", "CAL-10", rewrite("createOrder", "<contract>0</contract>", ""), ("CAL-20",)
    ),
    CallerDefect(
        "checkAvailability has no priority",
        "CAL-11",
        rewrite("checkAvailability", "<priority>.*</priority>", ""),
    ),
    CallerDefect(
        "the order number differs within the request",
        "CAL-12",
        rewrite(
            "createOrder", r"<primaryOrderNumber>(\w+)(</primaryOrderNumber><quantity>)", r"<primaryOrderNumber>1\2"
        ),
    ),
    CallerDefect(
        "comments are not cut",
        "CAL-13",
        rewrite("createOrder", "<orderComments>[^<]*<", f"<orderComments>{256 * 'x'}<"),
    ),
    CallerDefect("items count from 0", "CAL-14", rewrite("", "(<itemNumberWithinBooking>)1<", r"\g<1>0<")),
    CallerDefect("a request that cannot be read is sent again", "CAL-15", _send_an_unreadable_request),
    CallerDefect("a session is opened after the first call", "CAL-16", _open_late),
    CallerDefect("the session is closed before the last call", "CAL-17", _close_early),
    CallerDefect("sessions are left open", "CAL-18", leave_out("closeSession")),
    CallerDefect("an expired session is sent again", "CAL-19", repeat(lambda call: call.session_refused)),
    CallerDefect("unavailable slots are booked", "CAL-20", _book_unavailable_slots),
    CallerDefect(
        "slots are looked for under another contract",
        "CAL-20",
        rewrite("checkAvailability", "<contract>0<", "<contract>1<"),
    ),
    CallerDefect(
        "local time is sent as UTC",
        "CAL-21",
        rewrite("scheduleBooking", r"(<planningWindow\w+>[^<+]*)\+01:00<", r"\1Z<"),
    ),
    CallerDefect(
        "the order's id is sent as the booking's",
        "CAL-22",
        rewrite("scheduleBooking", r"<bookingId>\d+<", "<bookingId>1<"),
    ),
    CallerDefect("bookings are never scheduled", "CAL-23", leave_out("scheduleBooking", "deleteBooking")),
    CallerDefect("a refused slot is given up with its order", "CAL-23", _give_up_refused_slots),
    CallerDefect(
        "createOrder is repeated without selectOrder", "CAL-24", repeat(lambda call: call.operation == "createOrder")
    ),
    CallerDefect(
        "the days over the cap are skipped",
        "CAL-25",
        rewrite("checkAvailability", r"<periodBegin>2021-10-29T00:00:00\+01:00<", "<periodBegin>2021-11-01T00:00:00Z<"),
    ),
    CallerDefect(
        "a refused priority is sent again",
        "CAL-26",
        repeat(lambda call: call.refused and call.text("theOrder/priority") is not None),
    ),
    CallerDefect(
        "a flag says yes",
        "CAL-27",
        rewrite("scheduleBooking", r"<theBooking><bookingId>", "<theBooking><isEmergency>yes</isEmergency><bookingId>"),
    ),
    CallerDefect(
        "a second element follows the request in its wrapper",
        "CAL-28",
        rewrite("closeSession", r"</closeSession>", "</closeSession><more/>"),
    ),
    CallerDefect(
        "what has no value is sent as nil",
        "CAL-29",
        rewrite(
            "closeSession",
            "<sessionId>",
            '<id xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true">0</id><sessionId>',
        ),
    ),
    CallerDefect("JSON's Content-Type is sent", "CAL-30", _send_as_json),
    CallerDefect(
        "a target date is in the hour that comes twice",
        "CAL-31",
        rewrite("createOrder", "<targetDate>[^<]*<", "<targetDate>2021-10-31T01:30:00<"),
    ),
    CallerDefect(
        "the session is sent as the user",
        "CAL-32",
        rewrite("createOrder", r"<sessionId>(\w+)<(.*)<userId>[^<]*<", r"<sessionId>\1<\2<userId>\1<"),
    ),
    CallerDefect("a refused login is sent again and again", "CAL-33", _send_a_refused_login_often),
    CallerDefect("the work stops when the session ends", "CAL-34", _stop_when_the_session_ends),
    CallerDefect("an order is polled every second", "CAL-35", _poll_an_order),
    CallerDefect(
        "a booking is cancelled under another order's number",
        "CAL-36",
        rewrite("deleteBooking", "<primaryOrderNumber>10000047<", "<primaryOrderNumber>10000048<"),
    ),
    CallerDefect("the first appointment is after the target date", "CAL-37", _book_late),
    CallerDefect("offers are kept for a week", "CAL-38", _keep_offers),
    CallerDefect(
        "an unanswered order is created under another number", "CAL-39", _create_under_another_number, ("CAL-53",)
    ),
    CallerDefect("a search that finds nothing stops at the cap", "CAL-40", _stop_at_the_cap),
    *CONDUCT_DEFECTS,
)
"""At least one defect for each clause that applies to callers, in the order of the ids."""
