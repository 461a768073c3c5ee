"""The use case that finds appointments: checkAvailability."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import timedelta

from drs_simulator.scheduling.commands import AvailabilityRequest
from drs_simulator.scheduling.context import UseCaseContext, only_reads
from drs_simulator.scheduling.model import Availability, BestSlots, LifeCycle, OrderWithBookings
from drs_simulator.scheduling.planning import calendar
from drs_simulator.scheduling.planning.availability_cache import AskedPeriod, ResolvedQuery
from drs_simulator.scheduling.planning.slots import Job
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.validation import minutes_of


@only_reads
def check_availability(context: UseCaseContext, request: AvailabilityRequest) -> Availability:
    """Return the slots of every day of the period, limited to the profile's cap with a warning.

    Where the profile has slots templates, the job template or the priority decides which slots are listed, from which
    day on they are available, and how many days are shown.

    ``primaryOrderNumber`` and ``userId`` must be sent but may be anything, and ``targetDate`` and
    ``standardMinuteValue`` change nothing. The day of ``periodEnd`` is part of the period whatever its time. With
    ``newBooking`` false and the number of an order, the present place of its own booking counts as free.
    ``resourceIDs`` allows only those operatives, ``checkAvailType`` longPeriod has a cap of its own, and with
    ``canSelectOtherOrders`` the orders that match ``otherOrderPattern`` are returned, by default those of the location.

    Refuses: a missing field, an unknown contract, location, priority or operative; an incomplete SOR code, or an
    unknown one (a setting); a period that ends before it begins.

    Evidence: seen (Appendix B 3 and the notes of checkAvailability); that a midnight end counts its day: client; what
    ``resourceIDs`` does: vendor (qe2fzeu7p2); that no day before today is available: vendor (kiavs61icn); that slots
    come from templates: vendor (kiavs61icn, xg682ivnfp); what ``newBooking``, ``checkAvailType`` and
    ``otherOrderPattern`` do: presumed.
    """
    query = _resolve(context, request)
    answer = _answer(context, query)
    return answer._replace(other_orders=_other_orders(context, request)) if request.other_orders else answer


def _resolve(context: UseCaseContext, request: AvailabilityRequest) -> ResolvedQuery:
    """Check the request and return what it means."""
    cache, key, transaction = context.installation.availability_cache, _key(request), context.transaction
    # Orders and bookings matter only if the request has a booking of its own.
    version = transaction.version if request.new_booking is False else transaction.master_data_version
    known = cache.query(key, version)
    if known is None:
        known = _check(context, request)
        cache.put_query(key, version, known)
    return known


def _key(request: AvailabilityRequest) -> Hashable:
    """Return all of the request that affects the answer.

    Which user and which numbers are sent does not, only that they are; an order's number does if it finds a booking.
    """
    order = request.order
    codes = [(code.sor_code, code.quantity, code.item_number, _is_sent(code.number)) for code in order.codes]
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
        order.number if request.new_booking is False else _is_sent(order.number),
        _is_sent(order.user_id),
        *codes,
    )


def _is_sent(text: str | None) -> bool:
    return text is not None and bool(text.strip())


def _check(context: UseCaseContext, request: AvailabilityRequest) -> ResolvedQuery:
    validator, settings = context.validator, context.profile.availability
    begin = validator.required("periodBegin", request.period_begin)
    end = validator.required("periodEnd", request.period_end)
    contract = validator.contract(request.order.contract)
    location = validator.location(request.order.location_id)
    number = validator.required("primaryOrderNumber", request.order.number)
    if settings.priority_required or request.order.priority is not None:
        validator.priority(request.order.priority)
    codes = validator.codes(request.order.codes)
    validator.required("userId", request.order.user_id)
    only = tuple(validator.operative("resourceIDs", operative_id).id for operative_id in request.operative_ids)
    first = calendar.local_day(begin, context.installation.zone)
    last = calendar.local_day(end, context.installation.zone)
    if last < first and context.profile.assumptions.reversed_period == "refuse":
        raise Refusal(context.profile.messages.window_reversed.format(begin="periodBegin", end="periodEnd"))

    rules = context.installation.rules_of(codes, request.order.priority)
    slots_template = None if rules is None else rules.slots_template
    cap = settings.long_period_day_cap if request.long_period else settings.day_cap
    cap = context.installation.days_shown(slots_template, cap)
    last_shown = min(last, first + timedelta(days=cap - 1))
    warning = settings.cap_warning.format(cap=cap) if last_shown < last else None
    area = context.installation.area_of(location, request.order.priority)
    own_slot_is_free = request.new_booking is False and context.profile.assumptions.own_slot == "free"
    own_booking = _own_booking(context, number) if own_slot_is_free else 0
    job = Job(contract, codes[0].trade, minutes_of(codes, context.profile), location.place, own_booking, area, only)
    job = job.with_rules(rules, location)
    best_slots = request.best_slots
    if best_slots is BestSlots.DAY and context.profile.assumptions.best_slots_day == "all":
        best_slots = BestSlots.NO
    return ResolvedQuery(AskedPeriod(job, calendar.days_between(first, last_shown), best_slots, warning), begin)


def _answer(context: UseCaseContext, query: ResolvedQuery) -> Availability:
    """Return the answer, the same object as before if nothing has changed.

    A slot is available if it begins neither before the period nor in the past (presumed), nor before the first day of
    its slots template (vendor: kiavs61icn), and some operative's day has room.
    """
    cache, version = context.installation.availability_cache, context.transaction.version
    period = query.period
    if not period.days:
        return Availability((), period.warning)
    earliest = max(query.begin, context.installation.first_offer(period.job.slots_template, context.now))
    if context.profile.assumptions.begun_slots == "available":
        zone = context.installation.zone
        earliest = calendar.midnight(calendar.local_day(earliest, zone), zone)
    known = cache.answer(period, version, earliest)
    if known is not None:
        return known
    entries = context.planner.entries(period.job, period.days)
    answer = Availability(context.planner.days(period.job, entries, earliest, period.best), period.warning)
    first_begin = min((entry.first_begin for entry in entries.values() if entry.first_begin), default=None)
    if first_begin is None or first_begin >= earliest:
        cache.put_answer(period, version, first_begin, answer)
    return answer


def _own_booking(context: UseCaseContext, number: str) -> int:
    orders = context.transaction.orders_numbered(number)
    bookings = (booking for order in orders for booking in context.transaction.bookings_of(order.id))
    return next((booking.id for booking in bookings if not booking.completed), 0)


def _other_orders(context: UseCaseContext, request: AvailabilityRequest) -> tuple[OrderWithBookings, ...]:
    customers = request.other_customers or (context.validator.location(request.order.location_id).id,)
    listed = context.profile.assumptions.other_orders
    if listed == "none":
        return ()
    shown = (each for each in LifeCycle if listed == "all" or each is not LifeCycle.COMPLETED)
    statuses = request.other_statuses or tuple(shown)
    return tuple(
        context.with_bookings(order)
        for order in context.transaction.orders()
        if order.number != request.order.number
        and order.location.id in customers
        and any(booking.life_cycle in statuses for booking in context.transaction.bookings_of(order.id))
    )
