"""The use case that looks for appointments: checkAvailability."""

from __future__ import annotations

from datetime import timedelta

from drs_simulator.scheduling import calendar
from drs_simulator.scheduling.call import Call
from drs_simulator.scheduling.model import Availability, LifeCycle, Location, OrderWithBookings
from drs_simulator.scheduling.offers import Work
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.requests import AvailabilityRequest
from drs_simulator.scheduling.requirements import minutes_of


def check_availability(call: Call, request: AvailabilityRequest) -> Availability:
    """The slots of every day of the period, cut to the profile's cap with a warning.

    ``primaryOrderNumber`` and ``userId`` must be sent but may be anything, and ``targetDate`` and
    ``standardMinuteValue`` change nothing. The day of ``periodEnd`` is part of the period whatever its time. With
    ``newBooking`` false and the number of an order, its own booking's present place counts as free.
    ``resourceIDs`` leaves only those operatives, ``checkAvailType`` longPeriod has a cap of its own, and with
    ``canSelectOtherOrders`` the orders that fit ``otherOrderPattern`` come back, by default those of the location.

    Refuses: a missing field, an unknown contract, location, priority, SOR code or operative; a period that ends before
    it begins.

    Evidence: seen (Appendix B 3 and the notes of checkAvailability); that a midnight end counts its day: client; what
    ``newBooking``, ``resourceIDs``, ``checkAvailType`` and ``otherOrderPattern`` do: presumed.
    """
    check, settings = call.requirements, call.profile.availability
    begin = check.required("periodBegin", request.period_begin)
    end = check.required("periodEnd", request.period_end)
    contract = check.contract(request.order.contract)
    location = check.location(request.order.location_id)
    number = check.required("primaryOrderNumber", request.order.number)
    if settings.priority_required or request.order.priority is not None:
        check.priority(request.order.priority)
    codes = check.codes(request.order.codes)
    check.required("userId", request.order.user_id)
    only = tuple(check.operative("resourceIDs", operative_id).id for operative_id in request.operative_ids)
    first = calendar.local_day(begin, call.installation.zone)
    last = calendar.local_day(end, call.installation.zone)
    if last < first:
        raise Refusal(call.profile.messages.window_reversed.format(begin="periodBegin", end="periodEnd"))

    cap = settings.long_period_day_cap if request.long_period else settings.day_cap
    last_shown = min(last, first + timedelta(days=cap - 1))
    area = call.installation.area_of(location, request.order.priority)
    work = Work(contract, codes[0].trade, minutes_of(codes), location.place, area=area, only=only)
    if request.new_booking is False:
        work = work._replace(booking_id=_own_booking(call, number))
    return Availability(
        call.planner.slots(work, begin, last_shown, request.best_slots),
        settings.cap_warning.format(cap=cap) if last_shown < last else None,
        _other_orders(call, request, location) if request.other_orders else (),
    )


def _own_booking(call: Call, number: str) -> int:
    orders = call.transaction.orders_numbered(number)
    bookings = (booking for order in orders for booking in call.transaction.bookings_of(order.id))
    return next((booking.id for booking in bookings if not booking.completed), 0)


def _other_orders(call: Call, request: AvailabilityRequest, location: Location) -> tuple[OrderWithBookings, ...]:
    customers = request.other_customers or (location.id,)
    statuses = request.other_statuses or tuple(status for status in LifeCycle if status is not LifeCycle.COMPLETED)
    return tuple(
        call.with_bookings(order)
        for order in call.transaction.orders()
        if order.number != request.order.number
        and order.location.id in customers
        and any(booking.life_cycle in statuses for booking in call.transaction.bookings_of(order.id))
    )
