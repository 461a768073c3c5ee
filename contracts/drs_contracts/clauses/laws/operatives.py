"""Clauses on operatives: who comes for some work, when two of them begin, and when a forced visit does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeAlias

from drs_contracts.clauses.clause import clause, vendor
from drs_contracts.driver.driver import CreatedOrder, DrsDriver, read_slots
from drs_contracts.driver.expectations import expect, expect_success, need, need_success
from drs_contracts.driver.messages import Exchange, Members, Value

_BOOKING = "theOrders/theBookings"
_PAIR = 2
_MAX_OPERATIVES = 8
_MAX_BOOKINGS = 40
_MORE_THAN_A_DAY = 99
_MINUTES_OF_A_DAY = 1440
_A_MINUTE = timedelta(minutes=1)
_HALF_AN_HOUR = timedelta(minutes=30)

_Window: TypeAlias = "tuple[datetime, datetime]"


@clause(
    "LAW-29",
    "Work is offered only for operatives who have its trades and, if its template asks for that, its sector.",
    vendor("workers' abilities and sectors, and templates that say which matter", "oaav6218c9", "k0xi27j54a"),
    at_any_moment=False,
    needs_hidden_settings=True,
)
def those_who_can_are_offered(drs: DrsDriver) -> None:
    """Search a week for each operative and each SOR code of which it is known who comes."""
    monday = drs.weekday(1, 0)
    operatives = drs.ask("selectResource").texts("theResources/resourceID")[:_MAX_OPERATIVES]
    for code, workers in drs.hidden_settings.workers.items():
        asked = drs.availability_members(
            drs.local(monday), drs.local(monday + 4), theBookingCodes=drs.code("any", code)
        )
        for operative in operatives:
            answer = drs.call("checkAvailability", {**asked, "resourceIDs": operative})
            need_success(answer)
            offered = any(slot.available for slot in read_slots(answer))
            comes = operative in workers.operative_ids
            told = f"{operative} {'does' if comes else 'does not do'} the work of {code}, and is "
            expect(offered is comes, f"{told}{'offered' if offered else 'not offered'}", answer)


@clause(
    "LAW-30",
    "Work for two gets two operatives, who begin together at the first minute at which both can.",
    vendor("paired jobs", "pe4lyq6i08", also="presumed: that the first minute is taken"),
    writes=True,
    needs_hidden_settings=True,
)
def two_begin_together(drs: DrsDriver) -> None:
    """Plan such work on a day, with each operative who can do it and with any; then try a minute earlier."""
    ahead = drs.weekday(1, 1)
    day = drs.local(ahead), drs.local(ahead + 1)
    for code, workers in drs.hidden_settings.workers.items():
        if not workers.are_paired:
            continue
        order = drs.create_order(theBookingCodes=drs.code("any", code))
        for operative in (None, *sorted(workers.operative_ids)):
            who = "any operative" if operative is None else operative
            expect_success(_plan(drs, order, day, operative))
            shown = _show(drs, order)
            come, (begin, end) = _who(shown), _times(shown)
            expect(len(set(come)) == _PAIR and set(come) <= workers.operative_ids, f"with {who}, {come} come", shown)
            expect(operative is None or operative in come, f"{come} come, without {who}", shown)
            earlier = _plan(drs, order, (day[0], end - _A_MINUTE), operative)
            expect(earlier.refused, f"with {who} they begin at {begin}, and can begin before that", earlier)
            expect_success(_plan(drs, order, (begin, end), operative))
            again = _times(_show(drs, order))
            expect(again == (begin, end), f"with {who} they come from {again[0]} to {again[1]}, not at {begin}")


@clause(
    "LAW-31",
    "A forced visit begins once its window and its operatives' hours have begun; if they are apart, with its window.",
    vendor("forcing jobs, which leaves their slot as it is", "7vlmkiaf08", also="presumed: when it begins"),
    writes=True,
)
def forced_visits_begin_in_time(drs: DrsDriver) -> None:
    """Force work into minutes before, at and after the begin of hours, and into a morning without room."""
    ahead = drs.weekday(1, 1)
    midnight, next_midnight = drs.local(ahead), drs.local(ahead + 1)
    known = drs.data.hidden_settings
    pairs = [] if known is None else [code for code, workers in known.workers.items() if workers.are_paired]
    for code in dict.fromkeys((drs.data.sor_code, *pairs)):
        codes: Members = {"theBookingCodes": drs.code("any", code)}
        order = drs.create_order(**codes)
        need_success(_plan(drs, order, (midnight, next_midnight), None))
        planned = _show(drs, order)
        end = planned.time(f"{_BOOKING}/assignedEnd")
        booked = [order]
        while _plan(drs, booked[-1], (midnight, end), None).succeeded:
            need(len(booked) < _MAX_BOOKINGS, f"a morning takes more than {_MAX_BOOKINGS} bookings")
            booked.append(drs.create_order(**codes))
        forced = _force(drs, booked[-1], (midnight, end))
        expect(len(_who(forced)) == len(_who(planned)), f"{_who(forced)} come", forced)
        begins = _hours_begin(drs, forced, midnight, next_midnight)
        _expect_begin(forced, begins, "a full morning")
        of_day = drs.ask("selectBooking", returnBookingsFrom=midnight, returnBookingsTo=next_midnight)
        listed = booked[-1].booking_id in of_day.texts("theBookings/bookingId")
        expect(listed, "selectBooking does not list it with that day", of_day)
        for window, wanted in (
            ((midnight, midnight + _A_MINUTE), midnight),
            ((midnight, begins), midnight),
            ((begins + _HALF_AN_HOUR, begins + _HALF_AN_HOUR + _A_MINUTE), begins + _HALF_AN_HOUR),
        ):
            _expect_begin(_force(drs, booked[-1], window), wanted, f"the window from {window[0]} to {window[1]}")
        for each in booked:
            need_success(drs.delete(each))


@clause(
    "LAW-32",
    "Work that takes longer than a day is refused, and can be forced upon each operative who can do it.",
    vendor("forcing jobs, and quotas that planners override", "7vlmkiaf08", "a2jkrrlcrb", also="seen: planning failed"),
    writes=True,
    needs_hidden_settings=True,
)
def too_much_work_can_be_forced(drs: DrsDriver) -> None:
    """Plan work of more than a day for each operative: without force, and with it."""
    ahead = drs.weekday(1, 1)
    day = drs.local(ahead), drs.local(ahead + 1)
    for code, workers in drs.hidden_settings.workers.items():
        order = drs.create_order(theBookingCodes={**drs.code("any", code), "quantity": _MORE_THAN_A_DAY})
        duration = int(order.exchange.text("theOrder/theBookings/duration") or 0)
        need(duration > _MINUTES_OF_A_DAY, f"{_MORE_THAN_A_DAY} units of {code} take {duration} minutes")
        for operative in sorted(workers.operative_ids):
            refused = _plan(drs, order, day, operative)
            expect(refused.refused, f"{operative} has room for {_MORE_THAN_A_DAY} units of {code} in a day", refused)
            forced = _force(drs, order, day, operative)
            expect(operative in _who(forced), f"forced upon {operative}, {_who(forced)} come", forced)


@clause(
    "LAW-34",
    "An operative takes work of a priority on a day up to the quota of its type, and no more.",
    vendor("quotas, in minutes, of each type of priority", "4p5zgt4ehd", "37fxqj1syi", "a2jkrrlcrb"),
    writes=True,
    needs_hidden_settings=True,
)
def quotas_are_kept(drs: DrsDriver) -> None:
    """Give operatives whose quota is known as many visits as it takes, and another one."""
    ahead = drs.weekday(1, 1)
    day = drs.local(ahead), drs.local(ahead + 1)
    for (operative, priority), quota in drs.hidden_settings.quotas.items():
        alone = (
            code
            for code, each in drs.hidden_settings.workers.items()
            if operative in each.operative_ids and not each.are_paired
        )
        if (code := next(alone, None)) is None:
            continue
        members: Members = {"theBookingCodes": drs.code("any", code), "priority": priority}
        booked: list[CreatedOrder] = []
        filled, minutes = 0, 0
        while filled <= quota:
            booked.append(drs.create_order(**members))
            minutes = int(booked[-1].exchange.text("theOrder/theBookings/duration") or 0)
            answer = _plan(drs, booked[-1], day, operative)
            filled += max(1, minutes)
            told = f"{operative} has {filled} of {quota} minutes for {priority} with the next visit, which is "
            expect(
                answer.succeeded is (filled <= quota), f"{told}{'planned' if answer.succeeded else 'refused'}", answer
            )
        asked = drs.availability_members(drs.local(ahead), drs.local(ahead), **members)
        offered = drs.call("checkAvailability", {**asked, "resourceIDs": operative})
        need_success(offered)
        free = [slot.begin for slot in read_slots(offered) if slot.available]
        expect(not free, f"{operative} is offered at {free}, with a full quota of {quota} minutes", offered)
        for each in booked:
            need_success(drs.delete(each))


def _plan(drs: DrsDriver, order: CreatedOrder, window: _Window, operative: str | None, **more: Value) -> Exchange:
    """Plan a booking in a window: for one operative, or for any."""
    members: dict[str, Value] = {"planningWindowStart": window[0], "planningWindowEnd": window[1]}
    if operative is not None:
        members["theResources"] = {"resourceID": operative}
        more["resourceLock"] = "lockAsSpecified"
    return drs.ask("scheduleBooking", theBooking=drs.booking(order, **members), **more)


def _force(drs: DrsDriver, order: CreatedOrder, window: _Window, operative: str | None = None) -> Exchange:
    expect_success(_plan(drs, order, window, operative, force=True))
    return _show(drs, order)


def _show(drs: DrsDriver, order: CreatedOrder) -> Exchange:
    shown = drs.select(order)
    expect_success(shown)
    return shown


def _who(shown: Exchange) -> list[str]:
    return shown.texts(f"{_BOOKING}/theResources/resourceID")


def _times(shown: Exchange) -> _Window:
    return shown.time(f"{_BOOKING}/assignedStart"), shown.time(f"{_BOOKING}/assignedEnd")


def _hours_begin(drs: DrsDriver, shown: Exchange, day: datetime, end: datetime) -> datetime:
    """When the hours of all who come have begun on that day."""
    come = _who(shown)
    asked: Members = {"returnWorkingHoursFrom": day, "returnWorkingHoursTo": end - _A_MINUTE, "theResourceIDs": come}
    hours = drs.ask("selectResource", contract=drs.data.contract, includeWorkingHours=True, **asked)
    begins = [datetime.fromisoformat(each) for each in hours.texts("theResources/theWorkingHours/beginDate")]
    need(len(begins) == len(come), f"selectResource has not one begin of hours for each of {come}")
    return max(begins)


def _expect_begin(shown: Exchange, wanted: datetime, where: str) -> None:
    begin, end = _times(shown)
    expect(begin == wanted, f"in {where} it begins at {begin.isoformat()}, not at {wanted.isoformat()}", shown)
    duration = timedelta(minutes=int(shown.text(f"{_BOOKING}/duration") or 0))
    expect(end - begin == duration, f"{begin} to {end} is not {duration}", shown)
