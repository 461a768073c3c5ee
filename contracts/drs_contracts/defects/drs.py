"""Simulators that are wrong in one way each, for the clauses that apply to DRS."""

from __future__ import annotations

from drs_contracts.defects.alternatives import ALTERNATIVE_DEFECTS
from drs_contracts.defects.base import (
    Defect,
    accepts,
    drops,
    faults,
    refuses,
    rewrite_request,
    rewrite_response,
)
from drs_contracts.defects.callbacks import CALLBACK_DEFECTS
from drs_contracts.defects.interceptors import (
    SUMMER,
    add_afternoons,
    answer_refusals_at_500,
    find_by_beginning,
    give_an_id_again,
    honour_duration,
    keep_a_moved_place,
    keep_summer_bookings,
    leave_out_the_last_day,
    lend_the_session,
    lose_the_order,
    mark_full_slots_best,
    move_commented_visits,
    promise_a_place_again,
    refuse_long_jobs,
    share_one_session,
    shorten_long_answers,
)
from drs_contracts.defects.journeys import JOURNEY_DEFECTS
from drs_contracts.defects.laws import LAW_DEFECTS
from drs_contracts.driver.messages import NAMESPACE, SOAP

_SLOT_LIST = r"<slotsForDay>.*?</slotsForDay>"


def _member(*names: str) -> str:
    """A pattern of leaf members, each with its text."""
    either = "|".join(names)
    return rf"<({either})>[^<]*</({either})>"


DEFECTS: tuple[Defect, ...] = (
    *ALTERNATIVE_DEFECTS,
    Defect("answers are numbered", "ANS-01", intercept=rewrite_response("<id>0</id>", "<id>1</id>")),
    Defect(
        "a new order has the status PLANNED",
        "ANS-02",
        intercept=rewrite_response("<status>undefined<", "<status>PLANNED<"),
    ),
    Defect(
        "every order has the same location", "ANS-03", intercept=rewrite_response(r"<locationId>\w+<", "<locationId>1<")
    ),
    Defect("every booking lasts one minute", "ANS-04", intercept=rewrite_response(r"<duration>\d+<", "<duration>1<")),
    Defect("the template is not the trade", "ANS-05", intercept=rewrite_response(r"<template>\w+<", "<template>Any<")),
    Defect("quantities have no fraction", "ANS-06", intercept=rewrite_response(r"<quantity>1\.0<", "<quantity>1<")),
    Defect(
        "the codes of a booking have another bookingId",
        "ANS-07",
        intercept=rewrite_response(r"(<theBookingCodes>.*?<bookingId>)\d+", r"\g<1>0"),
    ),
    Defect(
        "the members of a slot come in another order",
        "ANS-08",
        intercept=rewrite_response(r"(<available>\w+</available>)(<beginDate>[^<]*</beginDate>)", r"\2\1"),
    ),
    Defect(
        "the members of an operative come in another order",
        "ANS-08",
        intercept=rewrite_response(r"(<resourceID>[^<]*</resourceID>)(<resourceName>[^<]*</resourceName>)", r"\2\1"),
    ),
    Defect(
        "the members of a location come in another order",
        "ANS-08",
        intercept=rewrite_response(r"(<locationId>[^<]*</locationId>)(<longitude>[^<]*</longitude>)", r"\2\1"),
    ),
    Defect(
        "a boolean is written no",
        "ANS-08",
        intercept=rewrite_response("<isEmergency>false<", "<isEmergency>no<"),
    ),
    Defect("a new order has no status", "ANS-09", intercept=rewrite_response("<status>undefined</status>", "")),
    Defect("quantities are ignored", "ANS-10", intercept=rewrite_request(r"<quantity>[^<]*<", "<quantity>1<")),
    Defect("only one code counts", "ANS-11", intercept=rewrite_response(r"<duration>\d+<", "<duration>60<")),
    Defect(
        "the last day is not listed",
        "AVL-01",
        intercept=rewrite_response(r"(<theSlots>((?!<theSlots>).)*</theSlots>)</return>", "</return>"),
    ),
    Defect("the warning has another text", "AVL-02", {"availability": {"cap_warning": "limited to {cap} days"}}),
    Defect(
        "every answer has a warning",
        "AVL-03",
        intercept=rewrite_response("<id>0</id>", "<errorMsg>Limited</errorMsg><id>0</id>"),
    ),
    Defect(
        "Saturdays and Sundays have slots",
        "AVL-04",
        {
            "availability": {
                "working_days": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
            }
        },
    ),
    Defect(
        "slots are in UTC", "AVL-05", intercept=rewrite_response(r"(<beginDate>[^<]*T)08(:00:00)\+01:00", r"\g<1>07\2Z")
    ),
    Defect("best slots are unavailable", "AVL-06", intercept=rewrite_response("<available>YES<", "<available>NO<")),
    Defect(
        "slots that begin at eight are never best",
        "AVL-07",
        intercept=rewrite_response("(T08:00:00[^<]*</beginDate><bestSlot>)true", r"\1false"),
    ),
    Defect(
        "order numbers must be known",
        "AVL-08",
        intercept=refuses(r"<checkAvailability>.*<primaryOrderNumber>(?!anything<)"),
    ),
    Defect("users must be known", "AVL-09", intercept=refuses(r"<checkAvailability>.*<userId>(?!drs-contracts<)")),
    Defect("the priority may be missing", "AVL-10", {"availability": {"priority_required": False}}),
    Defect(
        "New Year's Day has no slots",
        "AVL-11",
        intercept=rewrite_response(
            rf"(<day>\d+-01-01T[^/]*/day><nonWorkingDay>false</nonWorkingDay>)({_SLOT_LIST})+", r"\1"
        ),
    ),
    Defect("availability depends on the length of the period", "AVL-12", intercept=shorten_long_answers),
    Defect("a midnight end leaves its day out", "AVL-13", intercept=leave_out_the_last_day),
    Defect("onlyBestSlots does not take yes", "AVL-14", intercept=faults("<onlyBestSlots>yes<")),
    Defect(
        "onlyBestSlots day lists all slots",
        "AVL-15",
        intercept=rewrite_request("<onlyBestSlots>day<", "<onlyBestSlots>no<"),
    ),
    Defect("a reversed period is accepted", "AVL-16", intercept=accepts("checkAvailabilityResponse.*must be before")),
    Defect("available is MAYBE", "AVL-17", intercept=rewrite_response("<available>YES<", "<available>MAYBE<")),
    Defect("every day is full", "AVL-18", intercept=rewrite_response(">YES<", ">NO<")),
    Defect("longPeriod has the cap of other searches", "AVL-19", {"availability": {"long_period_day_cap": 7}}),
    Defect(
        "newBooking is ignored",
        "AVL-20",
        intercept=rewrite_request("<newBooking>false<", "<newBooking>true<"),
    ),
    Defect("resourceIDs is ignored", "AVL-21", intercept=rewrite_request(_member("resourceIDs"), "")),
    Defect(
        "completed orders are listed too",
        "AVL-22",
        intercept=rewrite_request(
            r"<otherOrderPattern/>",
            "<otherOrderPattern><bookingStatus>PLANNED</bookingStatus>"
            "<bookingStatus>COMPLETED</bookingStatus></otherOrderPattern>",
        ),
    ),
    Defect(
        "days in the past can be booked",
        "AVL-23",
        intercept=rewrite_response("<available>NO<(/available><beginDate>202[01])", r"<available>YES<\1"),
    ),
    Defect("every period begins at midnight", "AVL-24", intercept=rewrite_request("(<periodBegin>[^<]*)T10", r"\1T00")),
    Defect("slots that are full are best", "AVL-25", intercept=mark_full_slots_best),
    Defect(
        "areas are ignored",
        "AVL-26",
        profile_name="lincoln-areas",
        intercept=rewrite_request("<priority>(Priority 20 Days|100 Days)<", "<priority>3 Days<"),
    ),
    Defect(
        "visits do not wait for an area's turn",
        "AVL-26",
        profile_name="lincoln-areas",
        intercept=rewrite_request("(<createOrder>.*<priority>)(Priority 20 Days|100 Days)<", r"\g<1>3 Days<"),
    ),
    Defect(
        "onlyBestSlots fullPeriod lists all slots",
        "AVL-27",
        intercept=rewrite_request("<onlyBestSlots>fullPeriod<", "<onlyBestSlots>no<"),
    ),
    Defect(
        "the first day of a slots template is ignored",
        "AVL-28",
        profile_name="full",
        intercept=rewrite_request("(<checkAvailability>.*<priority>)100 Days<", r"\g<1>Priority 20 Days<"),
    ),
    Defect("the refusal of an unknown order has another text", "CAN-01", {"messages": {"order_missing": "Not found"}}),
    Defect("a deleted order stays", "CAN-02", intercept=drops("<deleteOrder>")),
    Defect(
        "a booking can be cancelled twice", "CAN-03", intercept=accepts("deleteBookingResponse.*Unable to find booking")
    ),
    Defect("deleteOrder takes a number alone", "CAN-04", intercept=refuses("<deleteOrder>.*<theBookingCodes>")),
    *CALLBACK_DEFECTS,
    Defect(
        "completeOrder of updateBooking is ignored",
        "CHG-01",
        intercept=rewrite_request("<completeOrder>true<", "<completeOrder>false<"),
    ),
    Defect("a comment moves the visit", "CHG-02", intercept=move_commented_visits),
    Defect("completed bookings can be scheduled", "CHG-03", intercept=accepts("is completed")),
    Defect("updateOrder does nothing", "CHG-04", intercept=drops("<updateOrder>")),
    Defect("completeOrder does nothing", "CHG-05", intercept=drops("<completeOrder><")),
    Defect(
        "updateBooking changes no life cycle",
        "CHG-06",
        intercept=rewrite_request("<transactionType>[^<]*<", "<transactionType>PLANNED<"),
    ),
    Defect(
        "a planner's comments are lost",
        "CHG-07",
        intercept=rewrite_request("<plannerComments>[^<]*<", "<plannerComments><"),
    ),
    Defect(
        "theFollowOnBooking is ignored",
        "CHG-08",
        intercept=rewrite_request("<theFollowOnBooking>.*</theFollowOnBooking>", ""),
    ),
    Defect(
        "bookingCompletionStatus is ignored",
        "CHG-09",
        intercept=rewrite_request(_member("bookingCompletionStatus"), ""),
    ),
    Defect(
        "resourceId of updateBooking is ignored",
        "CHG-10",
        intercept=rewrite_request("<resourceId>[^<]*<", "<resourceId><"),
    ),
    Defect("a booking that has begun can become PLANNED again", "CHG-11", intercept=accepts("cannot become PLANNED")),
    Defect("phone is ignored", "CHG-12", intercept=rewrite_request(_member("phone"), "")),
    Defect(
        "updateOrder ignores locationID",
        "CHG-13",
        intercept=rewrite_request("(<updateOrder>.*)<locationID>[^<]*</locationID>", r"\1"),
    ),
    Defect(
        "a completed booking names no operative",
        "CHG-14",
        intercept=rewrite_response("(COMPLETED</bookingLifeCycleStatus>.*)<theResources>.*?</theResources>", r"\1"),
    ),
    Defect("bookingCategory is ignored", "CHG-15", intercept=rewrite_request(_member("bookingCategory"), "")),
    Defect(
        "a follow-on booking has the order's window",
        "CHG-16",
        intercept=rewrite_request(
            r"(<theFollowOnBooking>.*?)(<planningWindow(?:Start|End)>[^<]*</planningWindow\w+>)+", r"\1"
        ),
    ),
    Defect("updateOrder refuses bookings", "CHG-17", intercept=refuses("<updateOrder>.*<theBookings>")),
    Defect("updateBooking refuses an order", "CHG-18", intercept=refuses("<updateBooking>.*<theOrder>")),
    Defect(
        "a follow-on booking is a first one", "CHG-19", intercept=rewrite_response("<value>FOLLOW ON<", "<value>FIRST<")
    ),
    Defect("any completed booking takes a follow-on", "CHG-20", {"ordering": {"follow_ons_from_completed": "accept"}}),
    Defect(
        "a booking keeps the data of its first state",
        "CHG-21",
        intercept=rewrite_response("<value>started<", "<value>planned<"),
    ),
    Defect("the second cancellation does nothing", "FLO-01", intercept=drops("<deleteBooking>", after=1)),
    Defect("two orders get one bookingId", "FLO-01", intercept=give_an_id_again),
    Defect("the last place is promised again", "FLO-02", intercept=promise_a_place_again),
    Defect("a booking that moves keeps its old place too", "FLO-03", intercept=keep_a_moved_place),
    Defect("a deleted order keeps its places", "FLO-03", intercept=drops("<deleteOrder>")),
    *LAW_DEFECTS,
    *JOURNEY_DEFECTS,
    Defect("a new order has no booking", "ORD-01", intercept=rewrite_response("<theBookings>.*</theBookings>", "")),
    Defect("comments are not trimmed", "ORD-02", intercept=rewrite_response("</orderComments>", " </orderComments>")),
    Defect(
        "two blanks in comments become one",
        "ORD-02",
        intercept=rewrite_response(r"(<orderComments>[^<]*?[^<\s]) +(?=[^<\s])", r"\1 "),
    ),
    Defect("comments may have 300 characters", "ORD-03", {"ordering": {"comments_limit": 300}}),
    Defect(
        "earliestBookingDate is ignored",
        "ORD-04",
        intercept=rewrite_request("<earliestBookingDate>[^<]*</earliestBookingDate>", ""),
    ),
    Defect("token ids are one character short", "ORD-05", intercept=rewrite_response(r"<tokenId>\w", "<tokenId>")),
    Defect("the refusal of an unknown number has another text", "ORD-06", {"messages": {"order_unknown": "Not found"}}),
    Defect("an order number can be used twice", "ORD-07", {"ordering": {"repeated_order_numbers": "accept"}}),
    Defect(
        "an unscheduled booking has an assignedStart",
        "ORD-08",
        intercept=rewrite_response(
            "<theBookings>", "<theBookings><assignedStart>2021-10-26T08:00:00+01:00</assignedStart>"
        ),
    ),
    Defect(
        "user ids are cut to eight characters",
        "ORD-09",
        intercept=rewrite_response(r"<userId>([^<]{0,8})[^<]*<", r"<userId>\1<"),
    ),
    Defect("any priority is accepted", "ORD-10", intercept=accepts("Unknown priority")),
    Defect(
        "planning windows begin at midnight",
        "ORD-11",
        intercept=rewrite_response(r"(<planningWindowStart>[^<T]*)T[^<]*<", r"\1T00:00:00+01:00<"),
    ),
    Defect("orderId 0 is refused", "ORD-12", intercept=refuses("<createOrder>.*<orderId>0<")),
    Defect("any contract is accepted", "ORD-13", intercept=accepts("Unknown contract")),
    Defect(
        "unknown SOR codes have a job template",
        "ORD-14",
        intercept=accepts("scheduleBookingResponse.*modifyJob Planning failed"),
    ),
    Defect("createBooking does nothing", "ORD-15", intercept=drops("<createBooking>")),
    Defect(
        "the refusal does not name userId",
        "ORD-16",
        intercept=rewrite_response("<errorMsg>userId is", "<errorMsg>It is"),
    ),
    Defect("createOrder ignores orderId", "ORD-17", intercept=rewrite_request(r"<orderId>\d+</orderId>", "")),
    Defect(
        "the orderId counts, whatever the number",
        "ORD-18",
        intercept=rewrite_request(r"(<updateOrder>.*<orderId>.*)<primaryOrderNumber>[^<]*</primaryOrderNumber>", r"\1"),
    ),
    Defect("extended comments are refused", "ORD-19", intercept=refuses("<createOrder>.*<orderCommentsExtended>")),
    Defect("a targetDate that is over is refused", "ORD-20", intercept=refuses("<createOrder>.*<targetDate>2020-")),
    Defect("a code must be sent", "ORD-21", {"ordering": {"missing_sor_codes": "refuse"}}),
    Defect(
        "another job template is the default one",
        "ORD-21",
        profile_name="full",
        intercept=rewrite_response("<template>Plumber<", "<template>Joiner<"),
    ),
    Defect("a blank priority is accepted", "ORD-22", intercept=accepts("createOrderResponse.*priority is required")),
    Defect("a quarter counts as a whole", "ORD-22", {"ordering": {"quantities_below_1": "accept"}}),
    Defect("sent members do not come back", "ORD-23", {"ordering": {"sent_members": "drop"}}),
    Defect("a code's reference is lost", "ORD-23", intercept=rewrite_request(_member("reference"), "")),
    Defect("orders are never archived", "ORD-24", {"ordering": {"archived_after_days": None}}, profile_name="hackney"),
    Defect(
        "orders are archived after a month", "ORD-24", {"ordering": {"archived_after_days": 30}}, profile_name="hackney"
    ),
    Defect(
        "absences are ignored",
        "REC-01",
        intercept=rewrite_request("<theUnavailabilities>.*?</theUnavailabilities>", ""),
    ),
    Defect(
        "absences end with the whole minute",
        "REC-01",
        intercept=rewrite_request(r"(<endDateTime>[^<]*:\d\d):\d\d", r"\1:00"),
    ),
    Defect(
        "working hours are ignored",
        "REC-02",
        intercept=rewrite_request("<theWorkingHours>.*?</theWorkingHours>", ""),
    ),
    Defect("an unknown trade is accepted", "REC-03", intercept=rewrite_request("<name>Juggler<", "<name>Joiner<")),
    Defect("selectAlerts shows nothing", "REC-04", intercept=drops("<selectAlerts>")),
    Defect(
        "changed abilities are ignored", "REC-05", intercept=rewrite_request("<theAbilities>.*?</theAbilities>", "")
    ),
    Defect("city is ignored", "REC-06", intercept=rewrite_request(_member("city"), "")),
    Defect(
        "every code takes an hour",
        "REC-07",
        intercept=rewrite_request(r"<bookingCodeTime>\d\d?\d?<", "<bookingCodeTime>60<"),
    ),
    Defect(
        "working hours of a single day are ignored",
        "REC-08",
        intercept=rewrite_request("<theWorkingHours>((?!</theWorkingHours>).)*<specificDate>.*?</theWorkingHours>", ""),
    ),
    Defect(
        "createOrder ignores theLocation",
        "REC-09",
        intercept=rewrite_request("(<createOrder>.*)<theLocation>.*</theLocation>", r"\1"),
    ),
    Defect(
        "the refusal does not name what is missing",
        "REF-01",
        intercept=rewrite_response(r"<errorMsg>\w+ is required", "<errorMsg>No"),
    ),
    Defect("a quantity may be less than 1", "REF-02", intercept=rewrite_request(r"<quantity>0\.9<", "<quantity>1<")),
    Defect(
        "locationIDContracts is ignored",
        "REF-03",
        intercept=rewrite_request(_member("locationIDContracts"), ""),
    ),
    Defect(
        "selectBooking accepts an unknown operative",
        "REF-04",
        intercept=accepts("selectBookingResponse.*Unknown resource"),
    ),
    Defect("a reversed window finds nothing", "REF-05", intercept=accepts("returnBookingsPWFrom must be before")),
    Defect("a window that is over is accepted", "REF-06", intercept=accepts("scheduleBookingResponse.*is in the past")),
    Defect(
        "a completed order can be completed again", "REF-07", intercept=accepts("completeOrderResponse.*is completed")
    ),
    Defect(
        "afternoons are offered and refused",
        "SCH-01",
        intercept=refuses(r"<scheduleBooking>.*<planningWindowStart>[^<]*T12:"),
    ),
    Defect(
        "a job of four units is offered places and refused",
        "SCH-01",
        intercept=refuse_long_jobs,
    ),
    Defect(
        "summer slots are offered and refused",
        "SCH-01",
        intercept=refuses(rf"<scheduleBooking>.*<planningWindowStart>{SUMMER}"),
    ),
    Defect(
        "a scheduled booking names no operative",
        "SCH-02",
        intercept=rewrite_response("<theResources>.*?</theResources>", ""),
    ),
    Defect(
        "assigned times in summer are an hour early",
        "SCH-02",
        intercept=rewrite_response(rf"(<assigned(?:Start|End)>{SUMMER}[^<+]*)\+01:00", r"\1+02:00"),
    ),
    Defect("a scheduled booking cannot be moved", "SCH-03", intercept=drops("<scheduleBooking>", after=1)),
    Defect(
        "a booking scheduled in summer cannot be moved",
        "SCH-03",
        intercept=drops(rf"<scheduleBooking>.*<planningWindowStart>{SUMMER}", after=1),
    ),
    Defect(
        "a blank order number is refused", "SCH-04", intercept=refuses(r"<scheduleBooking>.*<primaryOrderNumber>\s+<")
    ),
    Defect("a missing reason becomes FIRST", "SCH-05", {"ordering": {"reason_when_scheduled_without": "FIRST"}}),
    Defect("the caller's duration counts", "SCH-06", intercept=honour_duration),
    Defect("a window must be sent", "SCH-07", intercept=refuses(r"<scheduleBooking>((?!planningWindow).)*$")),
    Defect(
        "planning windows in summer are an hour late",
        "SCH-07",
        intercept=rewrite_response(rf"(<planningWindowStart>{SUMMER}[^<+]*)\+01:00", r"\1Z"),
    ),
    Defect("every second booking makes an afternoon available", "SCH-08", intercept=add_afternoons("[^<]*")),
    Defect("every second booking makes a summer afternoon available", "SCH-08", intercept=add_afternoons(SUMMER)),
    Defect("a cancelled booking keeps its place", "SCH-09", intercept=drops("<deleteBooking>")),
    Defect("a booking cancelled in summer keeps its place", "SCH-09", intercept=keep_summer_bookings),
    Defect("the order is deleted with its booking", "SCH-09", intercept=lose_the_order),
    Defect("a userId must be sent", "SCH-10", intercept=refuses("<scheduleBooking>(?!.*<userId>)")),
    Defect("a reversed window is accepted", "SCH-11", intercept=accepts("scheduleBookingResponse.*must be before")),
    Defect(
        "an unknown booking is accepted", "SCH-12", intercept=accepts("scheduleBookingResponse.*Unable to find booking")
    ),
    Defect("confirmReservation does nothing", "SCH-13", intercept=drops("<confirmReservation>")),
    Defect("any booking can be confirmed", "SCH-14", intercept=accepts("confirmReservationResponse.*<status>error")),
    Defect(
        "the refusal without a job template has another text",
        "SCH-15",
        {"messages": {"planning_failed": "Planning failed"}},
    ),
    Defect("force is ignored", "SCH-16", intercept=rewrite_request("<force>true<", "<force>false<")),
    Defect(
        "force moves the window",
        "SCH-16",
        intercept=rewrite_request("(<planningWindowStart>[^<]*T)08(.*<force>true<)", r"\g<1>09\2"),
    ),
    Defect("timeLock is ignored", "SCH-17", intercept=rewrite_request("<timeLock>true<", "<timeLock>false<")),
    Defect("resourceLock is ignored", "SCH-18", intercept=rewrite_request(_member("resourceLock"), "")),
    Defect("reservations last a day", "SCH-19", {"ordering": {"reservation_minutes": 24 * 60}}),
    Defect("a booking that has begun can be moved", "SCH-20", intercept=accepts("cannot become")),
    Defect("visits end after their window", "SCH-21", intercept=rewrite_response("(<assignedEnd>[^<]*)T..", r"\1T23")),
    Defect("visits take a minute", "SCH-22", intercept=rewrite_response(r"<duration>\d+<", "<duration>1<")),
    Defect(
        "a scheduled order has no status",
        "SCH-23",
        intercept=rewrite_response("<status>PLANNED<", "<status>undefined<"),
    ),
    Defect(
        "items of scheduleBooking are counted from 1",
        "SCH-24",
        intercept=refuses("<scheduleBooking>.*<itemNumberWithinBooking>0<"),
    ),
    Defect(
        "a window that has begun is planned from its start",
        "SCH-25",
        intercept=rewrite_response("<assignedStart>[^<]*<", "<assignedStart>2021-10-22T08:00:00+01:00<"),
    ),
    Defect(
        "a window that has begun is refused",
        "SCH-25",
        intercept=refuses("<scheduleBooking>.*<planningWindowStart>2021-10-22T"),
    ),
    Defect(
        "the period of selectBooking is ignored",
        "SEL-01",
        intercept=rewrite_request("<returnBookings[^/]*/returnBookings[^>]*>", ""),
    ),
    Defect(
        "selectResource gives other ids",
        "SEL-02",
        intercept=rewrite_response(r"(selectResourceResponse.*<resourceID>)\w", r"\g<1>0"),
    ),
    Defect(
        "only the first order number is looked for",
        "SEL-03",
        intercept=rewrite_request("(</primaryOrderNumber>)<primaryOrderNumber>[^<]*</primaryOrderNumber>", r"\1"),
    ),
    Defect("returnBookingsPWTo is ignored", "SEL-04", intercept=rewrite_request(_member("returnBookingsPWTo"), "")),
    Defect(
        "a booking's business data are ignored",
        "SEL-05",
        intercept=rewrite_request("<theBusinessData>.*</theBusinessData>", ""),
    ),
    Defect(
        "scheduleDate is ignored",
        "SEL-06",
        intercept=rewrite_request("<scheduleDate>[^<]*<", "<scheduleDate>2021-11-02T00:00:00+00:00<"),
    ),
    Defect("alertType is ignored", "SEL-07", intercept=rewrite_request(_member("alertType"), "")),
    Defect(
        "resource templates are not listed",
        "SEL-08",
        intercept=rewrite_response("<theResourceTemplates>.*</theResourceTemplates>", ""),
    ),
    Defect("theEmployeeCodes is ignored", "SEL-09", intercept=rewrite_request(_member("theEmployeeCodes"), "")),
    Defect(
        "completed bookings are always listed",
        "SEL-10",
        intercept=rewrite_request("<includeCompletedBookings>false<", "<includeCompletedBookings>true<"),
    ),
    Defect(
        "selectOrder looks for another number",
        "SEL-11",
        intercept=rewrite_response("(selectOrderResponse.*?<primaryOrderNumber>)[^<]*", r"\1another"),
    ),
    Defect("selectOrder finds a number by how it begins", "SEL-11", intercept=find_by_beginning),
    Defect(
        "hours of January are not shown",
        "SEL-12",
        intercept=rewrite_response(r"<theWorkingHours><beginDate>\d+-01-(?:(?!<theW).)*</theWorkingHours>", ""),
    ),
    Defect(
        "session ids are upper case", "SES-01", intercept=rewrite_response(r"<sessionId>\w+<", "<sessionId>ABCDEF<")
    ),
    Defect("all callers get the same session", "SES-02", intercept=share_one_session),
    Defect("a session can be closed twice", "SES-03", intercept=drops("<closeSession>", after=1)),
    Defect("any password is accepted", "SES-04", intercept=rewrite_request("<password>[^<]*<", "<password>drs<")),
    Defect("any login is accepted", "SES-04", intercept=rewrite_request("<login>[^<]*<", "<login>drs<")),
    Defect("sessions outlive midnight", "SES-05", stops_clock=True),
    Defect("calls without a session are accepted", "SES-06", intercept=lend_the_session),
    Defect(
        "no login is some login", "SES-07", intercept=rewrite_response("login is required", "something is required")
    ),
    Defect(
        "the members of an answer have a namespace",
        "WIR-01",
        intercept=rewrite_response("<return ", f'<return xmlns="{NAMESPACE}" '),
    ),
    Defect(
        "an offset of zero is written +00:00", "WIR-02", intercept=rewrite_response(r"(T\d\d:\d\d:\d\d)Z", r"\1+00:00")
    ),
    Defect(
        "milliseconds are always written",
        "WIR-02",
        intercept=rewrite_response(r"(T\d\d:\d\d:\d\d)(Z|[+-])", r"\1.000\2"),
    ),
    Defect("a date without an offset is UTC", "WIR-03", intercept=rewrite_request(r"(T\d\d:\d\d:\d\d)<", r"\1Z<")),
    Defect("elements must come in one order", "WIR-04", intercept=faults(r"<sessionId>.*<periodBegin>")),
    Defect("XML comments are not understood", "WIR-05", intercept=faults("<!--")),
    Defect("the wrapper must have a namespace", "WIR-06", intercept=faults("<openSession><openSession>")),
    Defect("a default namespace is accepted", "WIR-07", {"gateway": {"default_namespace_wrapper": "accept"}}),
    Defect("an unknown element is ignored", "WIR-08", intercept=rewrite_request("locationId>", "locationID>")),
    Defect(
        "an invalid date is ignored", "WIR-09", intercept=rewrite_request("<periodBegin>notadate</periodBegin>", "")
    ),
    Defect(
        "the fault of an unknown operation has another text",
        "WIR-10",
        intercept=rewrite_response("Message part", "Operation"),
    ),
    Defect(
        "SOAP 1.2 is accepted", "WIR-11", intercept=rewrite_request("http://www.w3.org/2003/05/soap-envelope", SOAP)
    ),
    Defect("the fault code has no prefix", "WIR-11", intercept=rewrite_response(r"(<faultcode[^>]*>)\w+:", r"\1")),
    Defect(
        "the fault code is another one",
        "WIR-11",
        intercept=rewrite_response(":VersionMismatch", ":NoVersionMismatch"),
    ),
    Defect("a qualified member is accepted", "WIR-12", intercept=rewrite_request("aut:login>", "login>")),
    Defect("getSchedule is not described", "WIR-13", hidden_operation="getSchedule"),
    Defect(
        "the fault of an empty Body has another text",
        "WIR-14",
        intercept=rewrite_response("No binding operation info", "Nothing to do"),
    ),
    Defect("answers are padded", "WIR-15", intercept=rewrite_response("<return ", f"<!--{' ' * 300_000}--><return ")),
    Defect(
        "the first of repeated elements is read",
        "WIR-16",
        intercept=rewrite_request("(<login>[^<]*</login>)<login>[^<]*</login>", r"\1"),
    ),
    Defect("unknown attributes are a fault", "WIR-17", intercept=faults("<openSession version=")),
    Defect("processing instructions are a fault", "WIR-17", intercept=faults(r"<\?second")),
    Defect(
        "a header that must be understood is ignored",
        "WIR-18",
        intercept=rewrite_request('mustUnderstand="1"', 'mustUnderstand="0"'),
    ),
    Defect("fractions of a second are a fault", "WIR-19", intercept=faults(r"<periodBegin>[^<]*\.")),
    Defect("a boolean of 1 is read as false", "WIR-20", intercept=rewrite_request("Orders>1<", "Orders>0<")),
    Defect(
        "document types are ignored", "WIR-21", intercept=rewrite_request("<!DOCTYPE[^<]*(<!ENTITY[^]]*]>|(?<=>))", "")
    ),
    Defect(
        "an unknown operation is the server's fault",
        "WIR-22",
        intercept=rewrite_response("<faultcode>soap:Client(.*Message part)", r"<faultcode>soap:Server\1"),
    ),
    Defect("refusals come with HTTP 500", "WIR-23", intercept=answer_refusals_at_500),
    Defect(
        "fault codes have no prefix",
        "WIR-23",
        intercept=rewrite_response(r"<faultcode>soap:(\w+)<", r"<faultcode>\1<"),
    ),
)
"""At least one defect for each clause that applies to DRS, by the id of that clause."""
