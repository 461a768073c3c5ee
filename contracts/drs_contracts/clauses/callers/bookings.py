"""How a caller's orders and bookings follow from what DRS answered before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import TypeAlias

from lxml import etree

from drs_contracts.clauses.callers.work import Content, Job, content_of, job_of, order_number
from drs_contracts.clauses.clause import caller_clause, client, presumed, seen
from drs_contracts.traffic.calls import ZONE, Call, Occurrence, Traffic, parse_moment

_Window: TypeAlias = tuple[datetime, datetime]
_SLIP = timedelta(hours=1)
_MAX_AGE = timedelta(days=2)
_REAL_TARGET = timedelta(hours=1)
_SCHEDULES = frozenset({"confirmReservation", "createReservation", "scheduleBooking"})
_SETTLES_AN_ORDER = frozenset({"completeOrder", "deleteOrder"})
_LOOKS_UP = frozenset({"deleteOrder", "selectBooking", "selectOrder"})
_ORDERS_OWN = ("contract", "locationID", "orderId", "primaryOrderNumber")
_KEPT_BY = {
    "confirmReservation": _ORDERS_OWN,
    "deleteBooking": _ORDERS_OWN,
    "scheduleBooking": ("contract", "locationID", "orderId"),
    "updateBooking": ("orderId", "primaryOrderNumber"),
}
_IDENTITY = frozenset(
    {"orderId", "primaryOrderNumber", "secondaryOrderNumber", "sessionId", "tertiaryOrderNumber"},
)


@caller_clause(
    "CAL-20",
    "A booking is scheduled into a slot offered as available for its location and work, or into its own window.",
    seen(
        "Scheduling a Booking, planningWindowStart and planningWindowEnd; "
        "client: ONS schedules a booking as createOrder returned it"
    ),
)
def scheduled_windows_were_offered(traffic: Traffic) -> Iterator[Occurrence]:
    """Compare every window with the latest answers; a window an hour off a slot is for CAL-21."""
    for call, window, offered in _scheduled(traffic):
        if window in offered:
            is_free = offered[window].is_available
            yield Occurrence(call, "" if is_free else f"{_window_text(call)} was not available")
        elif not _slipped(window, offered):
            yield Occurrence(call, f"{_window_text(call)} was not offered")


@caller_clause(
    "CAL-21",
    "A booking's window is exactly an offered slot, not an hour off through a lost or wrong offset.",
    client("services that send local time without an offset"),
)
def windows_keep_their_offset(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for windows that are an hour before or after an offered slot."""
    for call, window, offered in _scheduled(traffic):
        if window in offered:
            yield Occurrence(call)
        elif _slipped(window, offered):
            yield Occurrence(call, f"{_window_text(call)} is an hour off a slot that was offered")


@caller_clause(
    "CAL-22",
    "A bookingId that is scheduled is one that DRS returned.",
    seen("Appendix B 5: use the bookingId returned by createOrder"),
)
def scheduled_bookings_were_given(traffic: Traffic) -> Iterator[Occurrence]:
    """Compare it with the ids in all earlier answers."""
    given: set[str] = set()
    for call in traffic.calls:
        booking = call.value("theBooking/bookingId")
        if call.operation == "scheduleBooking" and booking:
            yield Occurrence(call, "" if booking in given else f"no answer before has the bookingId {booking}")
        if call.answer is not None:
            given.update((element.text or "").strip() for element in call.answer.iter("bookingId"))


@caller_clause(
    "CAL-23",
    "The booking of a created order is scheduled or reserved, or it is cancelled or completed.",
    seen("Workflow; Scheduling an Appointment"),
)
def created_orders_are_scheduled(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for what follows each createOrder that succeeded."""
    for index, call in enumerate(traffic.calls):
        if call.operation == "createOrder" and call.succeeded:
            bookings = set(call.all_given("theOrder/theBookings/bookingId"))
            settled = any(_settles(later, bookings, order_number(call)) for later in traffic.calls[index + 1 :])
            yield Occurrence(call, "" if settled else f"the booking of order {order_number(call)} stays unscheduled")


@caller_clause(
    "CAL-24",
    "createOrder is sent again for a number only after selectOrder finds no order with it.",
    client("Hackney: 'order already exists'"),
)
def orders_are_created_once(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for a second createOrder where the first succeeded or its outcome is unknown."""
    may_be_there: set[str] = set()
    for call in traffic.calls:
        number = order_number(call)
        if call.operation == "createOrder" and number:
            twice = number in may_be_there
            yield Occurrence(call, f"order {number} was sent before and has not been looked up since" if twice else "")
            if not (call.refused or call.fault):
                may_be_there.add(number)
        elif call.operation == "deleteOrder" and call.succeeded:
            may_be_there.discard(number)
        elif call.operation == "selectOrder" and (call.succeeded or call.refused) and not call.session_refused:
            found = set(call.all_given("theOrders/primaryOrderNumber"))
            may_be_there -= {text.strip() for text in call.texts("primaryOrderNumber")} - found


@caller_clause(
    "CAL-36",
    "A booking is scheduled, updated and cancelled under the contract, place, order id and number that it has.",
    seen("Request and Response General Information, Requests; Scheduling a Booking: there the number can be any text"),
)
def bookings_keep_their_order(traffic: Traffic) -> Iterator[Occurrence]:
    """Compare a request with what it was made with, and with all answers that show the booking."""
    known: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for call in traffic.calls:
        names = _KEPT_BY.get(call.operation)
        booking = call.value("theBooking/bookingId")
        if names and booking in known:
            sent = {name: call.value(f"theBooking/{name}") for name in names}
            of_another = [
                f"{name} is '{text}'"
                for name, text in sent.items()
                if text and _contradicts(name, text, known[booking])
            ]
            yield Occurrence(call, f"of booking {booking}, {', '.join(of_another)}" if of_another else "")
        for each, name, text in _told_of_bookings(call, known):
            known[each].add((name, text.casefold()))


@caller_clause(
    "CAL-37",
    "An order's booking is first scheduled between the order's earliestBookingDate and its targetDate.",
    seen("createOrder, earliestBookingDate and targetDate; vendor: a job out of target is discouraged (7zwqnypb05)"),
)
def first_windows_are_in_time(traffic: Traffic) -> Iterator[Occurrence]:
    """Compare days. A resident may ask to move an appointment past the target, and updateOrder may change both."""
    waiting: dict[str, Call] = {}
    for call in traffic.calls:
        if call.operation == "createOrder" and call.succeeded:
            waiting |= dict.fromkeys(call.all_given("theOrder/theBookings/bookingId"), call)
        elif call.operation == "updateOrder":
            number = order_number(call)
            waiting = {booking: order for booking, order in waiting.items() if order_number(order) != number}
        elif call.operation == "scheduleBooking" and (order := waiting.get(call.value("theBooking/bookingId"))):
            window = _window_of(call)
            if window is not None:
                yield Occurrence(call, _tell_bad_time(window, order))
            # Once a slot was refused, the target may be out of reach.
            if not call.session_refused:
                del waiting[call.value("theBooking/bookingId")]


@caller_clause(
    "CAL-38",
    "The offer of the slot that is scheduled is not older than two days.",
    presumed("how long an offer holds is not known; planners and other callers take places at any time"),
)
def offers_are_fresh(traffic: Traffic) -> Iterator[Occurrence]:
    """Compare the times of the call and of the latest answer that has the slot, where they are known."""
    for call, window, offered in _scheduled(traffic):
        made = offered[window].made if window in offered else None
        if made is not None and call.started is not None:
            age = call.started - made
            yield Occurrence(call, f"its offer is {age.days} days old" if age > _MAX_AGE else "")


@caller_clause(
    "CAL-39",
    "An order whose creation had no answer is looked up before it is created under another number.",
    client("Hackney: 'order already exists', and selectOrder by number"),
)
def unanswered_orders_are_looked_up(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for a createOrder that differs from an unanswered one by its number alone."""
    unanswered: dict[Content, str] = {}
    for call in traffic.calls:
        number = order_number(call)
        if call.operation == "createOrder" and number:
            content = content_of(call, without=_IDENTITY)
            first = unanswered.get(content, number)
            yield Occurrence(call, "" if first == number else f"it repeats order {first}, which had no answer")
            if _has_no_answer(call):
                unanswered.setdefault(content, number)
        elif call.operation in _LOOKS_UP and not (_has_no_answer(call) or call.session_refused):
            found = {number, *map(str.strip, call.texts("primaryOrderNumber"))}
            unanswered = {content: each for content, each in unanswered.items() if each not in found}


@dataclass(frozen=True, slots=True)
class _Offer:
    """Whether a slot was available, and when that was asked, where it is known."""

    is_available: bool
    made: datetime | None


def _scheduled(traffic: Traffic) -> Iterator[tuple[Call, _Window, dict[_Window, _Offer]]]:
    """Give every scheduleBooking with a window, and the slots that were offered for its work until then.

    Where the work is unknown because the booking was made before this traffic, the slots of all work count. Where no
    slots were offered for the work, the window that an answer gave the booking counts as offered (client).
    """
    offers: dict[Job, dict[_Window, _Offer]] = {}
    jobs: dict[str, Job] = {}
    own: dict[str, dict[_Window, _Offer]] = {}
    for call in traffic.calls:
        booking = call.value("theBooking/bookingId")
        if call.operation == "checkAvailability":
            # The latest answer goes last, because the last one on a slot counts.
            offers[job_of(call)] = offers.pop(job_of(call), {}) | _offered(call)
        elif call.operation == "createOrder":
            jobs |= dict.fromkeys(call.all_given("theOrder/theBookings/bookingId"), job_of(call))
        elif call.operation == "scheduleBooking" and (window := _window_of(call)):
            job = jobs.get(booking)
            of_all = {each: offer for slots in offers.values() for each, offer in slots.items()}
            yield call, window, of_all if job is None else offers.get(job, own.get(booking, {}))
        own |= _own_windows(call)


def _own_windows(call: Call) -> dict[str, dict[_Window, _Offer]]:
    """The windows of bookings in an answer, by the bookings' ids."""
    windows: dict[str, dict[_Window, _Offer]] = {}
    for booking in () if call.answer is None else call.answer.iter("theBookings", "theBooking"):
        begin, end = (parse_moment(booking.findtext(f"planningWindow{name}", "")) for name in ("Start", "End"))
        if begin and end:
            windows[booking.findtext("bookingId", "").strip()] = {(begin, end): _Offer(is_available=True, made=None)}
    return windows


def _offered(call: Call) -> dict[_Window, _Offer]:
    slots: list[etree._Element] = [] if call.answer is None else call.answer.findall("theSlots/slotsForDay")
    read = [(parse_moment(s.findtext("beginDate", "")), parse_moment(s.findtext("endDate", "")), s) for s in slots]
    return {
        (begin, end): _Offer(slot.findtext("available") != "NO", call.started)
        for begin, end, slot in read
        if begin and end
    }


def _window_of(call: Call) -> _Window | None:
    begin = parse_moment(call.value("theBooking/planningWindowStart"))
    end = parse_moment(call.value("theBooking/planningWindowEnd"))
    return (begin, end) if begin and end else None


def _tell_bad_time(window: _Window, order: Call) -> str:
    """Say how a window misses the dates of its order; a target that had come already says nothing."""
    begin, end = window
    earliest, target = (parse_moment(order.value(f"theOrder/{name}")) for name in ("earliestBookingDate", "targetDate"))
    made = parse_moment(order.given("theOrder/theBookings/planningWindowStart"))
    if target and made and target - made >= _REAL_TARGET and _day(begin) > _day(target):
        return f"it begins on {_day(begin)}, and the target is {_day(target)}"
    if earliest and _day(end) < _day(earliest):
        return f"it ends on {_day(end)}, and the earliest date is {_day(earliest)}"
    return ""


def _day(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()


def _told_of_bookings(call: Call, known: Mapping[str, set[tuple[str, str]]]) -> Iterator[tuple[str, str, str]]:
    """Give bookingId, name and text of all that a call and its answer tell of bookings."""
    sources: list[tuple[Iterable[str], etree._Element | None]] = []
    if call.answer is not None:
        sources += [((each.findtext("bookingId", "").strip(),), each) for each in call.answer.iter(etree.Element)]
    order = None if call.members is None else call.members.find("theOrder")
    if call.operation == "createOrder":
        sources.append((call.all_given("theOrder/theBookings/bookingId"), order))
    elif call.operation == "updateOrder":
        named = ("primaryOrderNumber", order_number(call).casefold())
        sources.append(([booking for booking, facts in known.items() if named in facts], order))
    elif call.operation == "updateBooking" and call.members is not None:
        sources.append(((call.value("theBooking/bookingId"),), call.members.find("theBooking")))
    for bookings, element in sources:
        for booking in filter(None, bookings):
            for name in _ORDERS_OWN:
                text = "" if element is None else (element.findtext(name) or "").strip()
                if text:
                    yield booking, name, text


def _contradicts(name: str, text: str, known: set[tuple[str, str]]) -> bool:
    # An orderId of 0 names no order: generated clients send it where they have none.
    names_none = name == "orderId" and text == "0"
    is_known = any(each == name for each, _ in known)
    return is_known and not names_none and (name, text.casefold()) not in known


def _has_no_answer(call: Call) -> bool:
    """Whether DRS may or may not have done what was asked."""
    is_declined = HTTPStatus.BAD_REQUEST <= call.reply.status < HTTPStatus.INTERNAL_SERVER_ERROR
    return call.answer is None and call.fault is None and not is_declined


def _slipped(window: _Window, offered: Mapping[_Window, _Offer]) -> bool:
    begin, end = window
    return any((begin + by, end + by) in offered for by in (_SLIP, -_SLIP))


def _settles(call: Call, bookings: set[str], number: str) -> bool:
    """Whether a call schedules, cancels or completes; a slot that DRS refused is not scheduled."""
    if call.session_refused:
        return False
    if call.operation in _SETTLES_AN_ORDER:
        return order_number(call) == number
    if call.value("theBooking/bookingId") not in bookings:
        return False
    is_completed = call.operation == "updateBooking" and call.value("transactionType") == "COMPLETED"
    return is_completed or call.operation == "deleteBooking" or (call.operation in _SCHEDULES and not call.refused)


def _window_text(call: Call) -> str:
    start, end = call.value("theBooking/planningWindowStart"), call.value("theBooking/planningWindowEnd")
    return f"{start} to {end}"
