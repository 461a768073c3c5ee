"""Defects of what callers seldom meet: filters, refusals, locks, news, and what back offices tell DRS."""

from __future__ import annotations

from drs_contracts.defect import Defect, forgives, replies, requests, swallows


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
