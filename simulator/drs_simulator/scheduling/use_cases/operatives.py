"""The use cases of operatives, DRS's resources: getSchedule, selectResource, updateResource."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from drs_simulator.profile.values import WEEKDAYS
from drs_simulator.scheduling.commands import (
    HoursRequest,
    OperativeFilter,
    OperativesUpdate,
    OperativeUpdate,
    ScheduleRequest,
    UnavailabilityRequest,
)
from drs_simulator.scheduling.context import UseCaseContext, only_reads
from drs_simulator.scheduling.model import (
    Alert,
    AlertReason,
    Operative,
    PlannedBooking,
    Unavailability,
    Visit,
    WorkingHours,
)
from drs_simulator.scheduling.planning import calendar
from drs_simulator.scheduling.planning.shifts import hours_on
from drs_simulator.scheduling.refusal import Refusal


@only_reads
def get_schedule(context: UseCaseContext, request: ScheduleRequest) -> tuple[PlannedBooking, ...]:
    """Return the bookings of an operative's day, in the order in which they are visited.

    ``returnBookingCodes`` and ``returnWarnings`` change nothing: the interface requires the codes, and there are no
    warnings.

    Refuses: a missing field, an unknown contract or operative.

    Evidence: presumed; members published.
    """
    validator = context.validator
    contract = validator.contract(request.contract)
    operative = validator.operative("resourceId", request.operative_id)
    day = calendar.local_day(validator.required("scheduleDate", request.day), context.installation.zone)
    diaries = context.transaction.diaries([operative.id], day, day)
    planned = [context.planner.with_times(context.booking(visit.key)) for visit in diaries.get((operative.id, day), ())]
    planned = [each for each in planned if each.booking.contract == contract]
    if context.profile.assumptions.schedule_order == "booking_ids":
        return tuple(sorted(planned, key=lambda each: each.booking.id))
    return tuple(sorted(planned, key=lambda each: (each.assigned_start or each.booking.window_start, each.booking.id)))


@only_reads
def select_resources(context: UseCaseContext, wanted: OperativeFilter) -> tuple[Operative, ...]:
    """Return the operatives that match every filter that is sent: id, employee code, contract; without a filter, all.

    Operatives have no business data, so none matches ``theBusinessData``. ``includeWorkingHours`` adds their hours, by
    weekday, or day by day for ``returnWorkingHoursFrom`` and ``…To``.

    Refuses: an unknown contract, id or employee code; a period that ends before it begins.

    Evidence: presumed; members published.
    """
    validator = context.validator
    contracts = validator.contracts(*wanted.contracts)
    for operative_id in wanted.ids:
        validator.operative("theResourceIDs", operative_id)
    operatives = context.current.operatives()
    for code in wanted.codes:
        if code not in {operative.code for operative in operatives}:
            text = context.profile.messages.operative_unknown
            raise Refusal(text.format(value=code, field="theEmployeeCodes"))
    validator.period(wanted.hours_from, wanted.hours_to, ("returnWorkingHoursFrom", "returnWorkingHoursTo"))
    if context.profile.assumptions.resources_without_contract == "none" and not any(wanted.contracts):
        return ()
    return tuple(
        _with_hours_of(context, operative, wanted)
        for operative in operatives
        if (not wanted.ids or operative.id in wanted.ids)
        and (not wanted.codes or operative.code in wanted.codes)
        and contracts & set(operative.contracts)
        and not wanted.business_data
    )


def update_resources(context: UseCaseContext, request: OperativesUpdate) -> None:
    """Update operatives: what is sent counts from now on, and a list that is sent replaces the known one.

    Bookings for which their operative's day no longer has room lose their place, and planners see an alert
    (RESCHEDULEFAILURES). Lunch breaks and postcodes of working hours are ignored.

    Refuses: an unknown contract or operative; an ability that no operative has; hours without day, begin or end, or
    that end before they begin; an unavailability without begin or end, or that ends before it begins.

    Evidence: vendor (hours and days off decide when work can be planned: rk49mc32f2, 24nc9bfrju; abilities decide
    which: 20tfyv07dt, k0xi27j54a); members published; that bookings lose their places, and the refusals: presumed.
    """
    validator = context.validator
    validator.contracts(request.contracts)
    for sent in validator.required("theResources", request.operatives):
        operative = _with_changes(context, _operative_of(context, sent), sent)
        context.transaction.put_operative(operative)
        if context.profile.assumptions.absence == "keep":
            continue
        # The context still has the operative as before the change.
        _unschedule_without_room(context.reloaded(), operative)


def _operative_of(context: UseCaseContext, sent: OperativeUpdate) -> Operative:
    if sent.id:
        return context.validator.operative("resourceID", sent.id)
    code = context.validator.required("resourceID", sent.code)
    for operative in context.current.operatives():
        if operative.code == code:
            return operative
    raise Refusal(context.profile.messages.operative_unknown.format(value=code, field="externalResourceCode"))


def _with_changes(context: UseCaseContext, operative: Operative, sent: OperativeUpdate) -> Operative:
    assumptions = context.profile.assumptions
    known = {trade for settings in context.profile.operatives for trade in settings.trades}
    for trade in sent.trades:
        if trade not in known and assumptions.unknown_abilities == "refuse":
            raise Refusal(context.profile.messages.value_not_allowed.format(value=trade, field="theAbilities"))
    hours = tuple(_hours(context, each) for each in sent.hours)
    if assumptions.hours_of_one_day == "ignore":
        hours = tuple(each for each in hours if each.day is None)
    return replace(
        operative,
        name=sent.name or operative.name,
        trades=sent.trades or operative.trades,
        sectors=sent.sectors or operative.sectors,
        working_hours=hours or operative.working_hours,
        unavailabilities=tuple(_unavailability(context, each) for each in sent.unavailabilities)
        or operative.unavailabilities,
    )


def _hours(context: UseCaseContext, sent: HoursRequest) -> WorkingHours:
    validator, zone = context.validator, context.installation.zone
    begin = validator.required("beginDate", sent.begin).astimezone(zone).time()
    end = validator.required("endDate", sent.end).astimezone(zone).time()
    if begin >= end:
        raise Refusal(context.profile.messages.window_reversed.format(begin="beginDate", end="endDate"))
    if sent.day is not None:
        return WorkingHours(begin, end, day=calendar.local_day(sent.day, zone))
    weekday = validator.required("dayOfWeek", sent.weekday).lower()
    for known in WEEKDAYS:
        if known == weekday:
            return WorkingHours(begin, end, weekday=known)
    raise Refusal(context.profile.messages.value_not_allowed.format(value=sent.weekday, field="dayOfWeek"))


def _unavailability(context: UseCaseContext, sent: UnavailabilityRequest) -> Unavailability:
    begin = context.validator.required("beginDateTime", sent.begin)
    end = context.validator.required("endDateTime", sent.end)
    context.validator.window(("beginDateTime", begin), ("endDateTime", end))
    return Unavailability(begin, end, sent.reason or "", sent.comments or "")


def _unschedule_without_room(context: UseCaseContext, operative: Operative) -> None:
    today = calendar.local_day(context.now, context.installation.zone)
    horizon = timedelta(days=context.profile.ordering.planning_horizon_days)
    for (_, day), visits in context.transaction.diaries([operative.id], today, today + horizon).items():
        fitting: tuple[Visit, ...] = ()
        for visit in visits:
            booking = context.booking(visit.key)
            can_do_it = set(booking.trades) <= set(operative.trades)
            if booking.completed or (can_do_it and context.planner.fits(operative.id, day, (*fitting, visit))):
                fitting = (*fitting, visit)
                continue
            text = f"{operative.name} has no room for it any more on {day:%d %B %Y}"
            alert = Alert(AlertReason.RESCHEDULE_FAILURES, context.now, text, operative.id)
            lost = replace(booking, appointment=None, locked_start=None, locked_operative=None, alert=alert)
            context.transaction.put_booking(lost)


def _with_hours_of(context: UseCaseContext, operative: Operative, wanted: OperativeFilter) -> Operative:
    if not wanted.include_hours and context.profile.assumptions.working_hours == "on_request":
        return replace(operative, working_hours=())
    if wanted.hours_from is None or wanted.hours_to is None:
        return operative
    zone = context.installation.zone
    first, last = (calendar.local_day(each, zone) for each in (wanted.hours_from, wanted.hours_to))
    days = calendar.days_between(
        first, min(last, first + timedelta(days=context.profile.ordering.planning_horizon_days))
    )
    return replace(operative, working_hours=tuple(_hours_of_days(context, operative, days)))


def _hours_of_days(context: UseCaseContext, operative: Operative, days: Iterable[date]) -> Iterable[WorkingHours]:
    for day in days:
        is_off = context.installation.is_day_off(operative.id, day)
        hours = hours_on(operative, day) if context.installation.works_on(day) and not is_off else None
        if hours is not None:
            yield WorkingHours(hours.begin, hours.end, day=day)
