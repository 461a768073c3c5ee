"""The use case that looks for appointments: checkAvailability."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import timedelta

from drs_simulator.scheduling.commands import AvailabilityRequest
from drs_simulator.scheduling.context import UseCaseContext
from drs_simulator.scheduling.model import Availability, LifeCycle, OrderWithBookings
from drs_simulator.scheduling.planning import calendar
from drs_simulator.scheduling.planning.availability_cache import Period, ResolvedQuery
from drs_simulator.scheduling.planning.slots import Job
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.validation import minutes_of


def check_availability(context: UseCaseContext, request: AvailabilityRequest) -> Availability:
    """The slots of every day of the period, cut to the profile's cap with a warning.

    ``primaryOrderNumber`` and ``userId`` must be sent but may be anything, and ``targetDate`` and
    ``standardMinuteValue`` change nothing. The day of ``periodEnd`` is part of the period whatever its time. With
    ``newBooking`` false and the number of an order, its own booking's present place counts as free.
    ``resourceIDs`` leaves only those operatives, ``checkAvailType`` longPeriod has a cap of its own, and with
    ``canSelectOtherOrders`` the orders that fit ``otherOrderPattern`` come back, by default those of the location.

    Refuses: a missing field, an unknown contract, location, priority, SOR code or operative; a period that ends before
    it begins.

    Evidence: seen (Appendix B 3 and the notes of checkAvailability); that a midnight end counts its day: client; what
    ``resourceIDs`` does: vendor (qe2fzeu7p2); that no day before today is available: vendor (kiavs61icn); what
    ``newBooking``, ``checkAvailType`` and ``otherOrderPattern`` do: presumed.
    """
    query = _question(context, request)
    answer = _answer(context, query)
    return answer._replace(other_orders=_other_orders(context, request)) if request.other_orders else answer


def _question(context: UseCaseContext, request: AvailabilityRequest) -> ResolvedQuery:
    """What the request comes down to, once it is found in order."""
    cache, key, transaction = context.installation.availability_cache, _key(request), context.transaction
    # Only to find one's own booking does it matter which orders and bookings there are.
    version = transaction.version if request.new_booking is False else transaction.master_data_version
    known = cache.query(key, version)
    if known is None:
        known = _checked(context, request)
        cache.keep_query(key, version, known)
    return known


def _key(request: AvailabilityRequest) -> Hashable:
    """All of the request that makes a difference.

    Which numbers and what user were sent makes none, as long as they were: the number only if it is to find a booking.
    """
    order = request.order
    codes = [(code.sor_code, code.quantity, code.item_number, _is_there(code.number)) for code in order.codes]
    return (
        request.period_begin,
        request.period_end,
        request.best_slots,
        request.long_period,
        request.new_booking,
        request.operative_ids,
        order.contract,
        order.location_id,
        order.priority,
        order.number if request.new_booking is False else _is_there(order.number),
        _is_there(order.user_id),
        *codes,
    )


def _is_there(text: str | None) -> bool:
    return text is not None and bool(text.strip())


def _checked(context: UseCaseContext, request: AvailabilityRequest) -> ResolvedQuery:
    check, settings = context.validator, context.profile.availability
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
    first = calendar.local_day(begin, context.installation.zone)
    last = calendar.local_day(end, context.installation.zone)
    if last < first:
        raise Refusal(context.profile.messages.window_reversed.format(begin="periodBegin", end="periodEnd"))

    cap = settings.long_period_day_cap if request.long_period else settings.day_cap
    last_shown = min(last, first + timedelta(days=cap - 1))
    warning = settings.cap_warning.format(cap=cap) if last_shown < last else None
    area = context.installation.area_of(location, request.order.priority)
    own_booking = _own_booking(context, number) if request.new_booking is False else 0
    job = Job(contract, codes[0].trade, minutes_of(codes), location.place, own_booking, area, only)
    return ResolvedQuery(Period(job, first, last_shown, request.best_slots, warning), begin)


def _answer(context: UseCaseContext, query: ResolvedQuery) -> Availability:
    """The answer, the same object as before where it is the same answer.

    A slot is available where it begins neither before the period nor in the past (presumed), and some operative's day
    has room.
    """
    cache, version = context.installation.availability_cache, context.transaction.version
    period, earliest = query.period, max(query.begin, context.now)
    known = cache.answer(period, version, earliest)
    if known is not None:
        return known
    entries = context.planner.entries(period.job, period.first, period.last)
    answer = Availability(context.planner.days(entries, earliest, period.best), period.warning)
    first_begin = min((entry.first_begin for entry in entries.values() if entry.first_begin), default=None)
    if first_begin is None or first_begin >= earliest:
        cache.keep_answer(period, version, first_begin, answer)
    return answer


def _own_booking(context: UseCaseContext, number: str) -> int:
    orders = context.transaction.orders_numbered(number)
    bookings = (booking for order in orders for booking in context.transaction.bookings_of(order.id))
    return next((booking.id for booking in bookings if not booking.completed), 0)


def _other_orders(context: UseCaseContext, request: AvailabilityRequest) -> tuple[OrderWithBookings, ...]:
    customers = request.other_customers or (context.validator.location(request.order.location_id).id,)
    statuses = request.other_statuses or tuple(status for status in LifeCycle if status is not LifeCycle.COMPLETED)
    return tuple(
        context.with_bookings(order)
        for order in context.transaction.orders()
        if order.number != request.order.number
        and order.location.id in customers
        and any(booking.life_cycle in statuses for booking in context.transaction.bookings_of(order.id))
    )
