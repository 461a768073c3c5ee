"""When a caller searches and schedules, and how that follows from what DRS offered before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeAlias

from lxml import etree

from drs_contracts.clauses.callers.work import Job, booking_id, created_bookings, job_of, order_number
from drs_contracts.clauses.clause import advice, caller_clause, client, presumed, seen
from drs_contracts.traffic.calls import ZONE, Call, Occurrence, Traffic, parse_moment

_Window: TypeAlias = tuple[datetime, datetime]
_SLIP = timedelta(hours=1)
_MAX_AGE = timedelta(days=2)
_REAL_TARGET = timedelta(hours=1)


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
    "CAL-37",
    "An order's booking is first scheduled between the order's earliestBookingDate and its targetDate.",
    seen("createOrder, earliestBookingDate and targetDate; vendor: a job out of target is discouraged (7zwqnypb05)"),
)
def first_windows_are_in_time(traffic: Traffic) -> Iterator[Occurrence]:
    """Compare days. A resident may ask to move an appointment past the target, and updateOrder may change both."""
    waiting: dict[str, Call] = {}
    bookings: defaultdict[str, list[str]] = defaultdict(list)
    for call in traffic.calls:
        if call.operation == "createOrder" and call.succeeded:
            made = created_bookings(call)
            waiting |= dict.fromkeys(made, call)
            bookings[order_number(call)] += made
        elif call.operation == "updateOrder":
            for booking in bookings.pop(order_number(call), []):
                waiting.pop(booking, None)
        elif call.operation == "scheduleBooking" and (order := waiting.get(booking_id(call))):
            window = _window_of(call)
            if window is not None:
                yield Occurrence(call, _tell_bad_time(window, order))
            # Once a slot was refused, the target may be out of reach.
            if not call.session_refused:
                del waiting[booking_id(call)]


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
    "CAL-42",
    "The first search for an order begins by the order's targetDate.",
    advice("an appointment past the target is what a resident may ask for, not what is offered first"),
)
def searches_begin_by_the_target(traffic: Traffic) -> Iterator[Occurrence]:
    """Compare days with the target that the search sends, or that the order of its number has."""
    targets: dict[str, str] = {}
    searched: set[tuple[str, Job]] = set()
    for call in traffic.calls:
        number = order_number(call)
        if call.operation in ("createOrder", "updateOrder") and (target := call.value("theOrder/targetDate")):
            targets[number] = target
        elif call.operation == "checkAvailability":
            is_first = (number, job_of(call)) not in searched
            searched.add((number, job_of(call)))
            text = call.value("theOrder/targetDate") or targets.get(number, "")
            yield Occurrence(call, _tell_late_search(call, text) if is_first and text else "")


@caller_clause(
    "CAL-43",
    "A slot into which the caller has put a booking is offered again before the next booking of that work and place.",
    advice("an offer counts the places before that booking; the next may find none"),
)
def filled_slots_are_offered_again(traffic: Traffic) -> Iterator[Occurrence]:
    """Compare the place of the latest offer with that of the booking which has filled it."""
    diary = _Offers()
    filled: dict[tuple[Job, _Window], dict[str, int]] = {}
    own: dict[str, dict[str, int]] = {}
    for place, call in enumerate(traffic.calls):
        booking, window = booking_id(call), _window_of(call)
        if call.operation == "scheduleBooking" and window:
            job, offered = diary.for_booking(booking)
            others = {} if job is None else filled.setdefault((job, window), {})
            offer = offered.get(window)
            is_stale = offer is not None and any(
                taken > offer.place for each, taken in others.items() if each != booking
            )
            yield Occurrence(call, f"{_window_text(call)} was filled since it was offered" if is_stale else "")
            if call.succeeded:
                own.pop(booking, {}).pop(booking, None)
                # One is enough to make the offer an old one.
                others.clear()
                others[booking] = place
                own[booking] = others
        elif call.operation == "deleteBooking" and call.succeeded:
            own.pop(booking, {}).pop(booking, None)
        diary.read(place, call)


@caller_clause(
    "CAL-44",
    "A slot that DRS has refused for a booking is offered again before it is sent again.",
    advice("what was full is full until a search says otherwise"),
)
def refused_slots_are_offered_again(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for the same booking and window after a refusal, without an offer of that slot in between."""
    diary = _Offers()
    refused: dict[tuple[str, _Window], int] = {}
    for place, call in enumerate(traffic.calls):
        booking, window = booking_id(call), _window_of(call)
        if call.operation == "scheduleBooking" and window:
            before = refused.get((booking, window))
            offer = diary.for_booking(booking)[1].get(window)
            is_offered = before is None or (offer is not None and offer.is_available and offer.place > before)
            yield Occurrence(call, "" if is_offered else f"{_window_text(call)} was refused before")
            if call.refused and not call.session_refused:
                refused[booking, window] = place
        diary.read(place, call)


@dataclass(frozen=True, slots=True)
class _Offer:
    """Whether a slot was available, when that was asked, where it is known, and at which place in the traffic."""

    is_available: bool
    made: datetime | None
    place: int


class _Offers:
    """The slots that were offered so far: by work and place, and for all of them together."""

    def __init__(self) -> None:
        self._of_jobs: dict[Job, dict[_Window, _Offer]] = {}
        self._of_all: dict[_Window, _Offer] = {}
        self._jobs: dict[str, Job] = {}
        self._job_of_number: dict[str, Job] = {}
        self._own: dict[str, dict[_Window, _Offer]] = {}

    def read(self, place: int, call: Call) -> None:
        """Take a call with its answer into account; the latest answer on a slot counts."""
        if call.operation == "checkAvailability":
            offered = _offered(place, call)
            self._of_jobs.setdefault(job_of(call), {}).update(offered)
            self._of_all.update(offered)
        elif call.operation == "createOrder":
            self._jobs |= dict.fromkeys(created_bookings(call), job_of(call))
            self._job_of_number[order_number(call)] = job_of(call)
        elif call.operation == "selectOrder" and call.answer is not None:
            # Where the answer to createOrder was lost, this one has the booking.
            for order in call.answer.findall("theOrders"):
                if job := self._job_of_number.get(order.findtext("primaryOrderNumber", "").strip()):
                    for each in order.findall("theBookings/bookingId"):
                        self._jobs.setdefault((each.text or "").strip(), job)
        self._own |= _own_windows(place, call)

    def for_booking(self, booking: str) -> tuple[Job | None, Mapping[_Window, _Offer]]:
        """Give a booking's work, where it is known, and the slots that were offered for it.

        Where the work is unknown because the booking was made before this traffic, the slots of all work count. Where
        no slots were offered for the work, the window that an answer gave the booking counts as offered (client).
        """
        job = self._jobs.get(booking)
        return job, self._of_all if job is None else self._of_jobs.get(job, self._own.get(booking, {}))


def _scheduled(traffic: Traffic) -> Iterator[tuple[Call, _Window, Mapping[_Window, _Offer]]]:
    """Give every scheduleBooking with a window, and the slots that were offered for its work until then."""
    diary = _Offers()
    for place, call in enumerate(traffic.calls):
        if call.operation == "scheduleBooking" and (window := _window_of(call)):
            yield call, window, diary.for_booking(booking_id(call))[1]
        diary.read(place, call)


def _own_windows(place: int, call: Call) -> dict[str, dict[_Window, _Offer]]:
    """The windows of bookings in an answer, by the bookings' ids."""
    windows: dict[str, dict[_Window, _Offer]] = {}
    for booking in () if call.answer is None else call.answer.iter("theBookings", "theBooking"):
        begin, end = (parse_moment(booking.findtext(f"planningWindow{name}", "")) for name in ("Start", "End"))
        if begin and end:
            identifier = booking.findtext("bookingId", "").strip()
            windows[identifier] = {(begin, end): _Offer(is_available=True, made=None, place=place)}
    return windows


def _offered(place: int, call: Call) -> dict[_Window, _Offer]:
    slots: list[etree._Element] = [] if call.answer is None else call.answer.findall("theSlots/slotsForDay")
    read = [(parse_moment(s.findtext("beginDate", "")), parse_moment(s.findtext("endDate", "")), s) for s in slots]
    return {
        (begin, end): _Offer(slot.findtext("available") != "NO", call.started, place)
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


def _tell_late_search(call: Call, target_text: str) -> str:
    """Say how a search misses its target; a target that has come already says nothing."""
    begin, target = parse_moment(call.value("periodBegin")), parse_moment(target_text)
    if begin is None or target is None or call.started is None or target - call.started < _REAL_TARGET:
        return ""
    is_late = _day(begin) > _day(target)
    return f"it begins on {_day(begin)}, and the target is {_day(target)}" if is_late else ""


def _day(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()


def _slipped(window: _Window, offered: Mapping[_Window, _Offer]) -> bool:
    begin, end = window
    return any((begin + by, end + by) in offered for by in (_SLIP, -_SLIP))


def _window_text(call: Call) -> str:
    start, end = call.value("theBooking/planningWindowStart"), call.value("theBooking/planningWindowEnd")
    return f"{start} to {end}"
