"""The use case that looks for appointments: checkAvailability."""

from __future__ import annotations

from datetime import timedelta

from drs_simulator.scheduling import calendar
from drs_simulator.scheduling.call import Call
from drs_simulator.scheduling.model import Availability, AvailabilityRequest
from drs_simulator.scheduling.planner import Work
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.requirements import minutes_of


def check_availability(call: Call, request: AvailabilityRequest) -> Availability:
    """The slots of every day of the period, cut to the profile's cap with a warning (seen: checkAvailability).

    ``primaryOrderNumber`` and ``userId`` must be sent but may be anything, and ``targetDate`` and
    ``standardMinuteValue`` change nothing (seen: notes of checkAvailability; the latter two presumed). The day of
    ``periodEnd`` is part of the period whatever its time (client: services ask for it with a midnight end).
    """
    check, settings = call.requirements, call.profile.availability
    begin = check.required("periodBegin", request.period_begin)
    end = check.required("periodEnd", request.period_end)
    contract = check.contract(request.order.contract)
    location = check.location(request.order.location_id)
    check.required("primaryOrderNumber", request.order.number)
    if settings.priority_required or request.order.priority is not None:
        check.priority(request.order.priority)
    codes = check.codes(request.order)
    check.required("userId", request.order.user_id)
    first = calendar.local_day(begin, call.installation.zone)
    last = calendar.local_day(end, call.installation.zone)
    if last < first:
        raise Refusal(call.profile.messages.window_reversed.format(begin="periodBegin", end="periodEnd"))

    last_shown = min(last, first + timedelta(days=settings.day_cap - 1))
    work = Work(contract, codes[0].trade, minutes_of(codes), location.place)
    days = call.planner.slots(work, begin, last_shown, request.best_slots)
    return Availability(days, settings.cap_warning.format(cap=settings.day_cap) if last_shown < last else None)
