"""Clauses on what DRS is asked of orders, bookings, operatives and itself: a filter lets through what fits it."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from hypothesis import strategies as st

from drs_contracts.clauses.clause import clause, presumed, published
from drs_contracts.driver.driver import CreatedOrder, DrsDriver
from drs_contracts.driver.expectations import expect, expect_refusal, expect_success
from drs_contracts.driver.messages import Exchange, Members, Value

_BOOKING = "theOrders/theBookings"
_ALERTED = "theAlerts/theBooking/bookingId"
_A_MINUTE = timedelta(minutes=1)


def _asked(drs: DrsDriver, operation: str, **members: Value) -> Exchange:
    answer = drs.ask(operation, **members)
    expect_success(answer)
    return answer


def _scheduled(drs: DrsDriver, weekday: int = 0, **order: Value) -> tuple[CreatedOrder, str]:
    """An order whose booking is scheduled, and who comes."""
    made = drs.create_order(**order)
    expect_success(drs.schedule_into(made, drs.need_slots(drs.weekday(1, weekday))[0]))
    return made, drs.select(made).text(f"{_BOOKING}/theResources/resourceID") or ""


@clause(
    "SEL-03",
    "selectOrder gives the orders that fit every filter that is sent: numbers, location, operative, contract.",
    presumed("by the members' names, which are published"),
    writes=True,
)
def orders_are_found(drs: DrsDriver) -> None:
    """Look for two orders, of which one is scheduled, in every way."""
    order, somebody = _scheduled(drs)
    other = drs.create_order()
    place, contract = drs.data.location_id, drs.data.contract
    both = {order.number, other.number}
    lists = ("contract", "primaryOrderNumberContracts", "locationIDContracts", "theBusinessDataContracts")
    of_contract: Members = dict.fromkeys(lists, contract)
    ways: tuple[tuple[Members, set[str]], ...] = (
        ({"primaryOrderNumber": [order.number, other.number]}, both),
        ({"primaryOrderNumber": other.number, "locationIDs": place, **of_contract}, {other.number}),
        ({"primaryOrderNumber": other.number, "locationIDs": "somewhere else"}, set()),
        ({"locationIDs": place, **of_contract}, both),
        ({"locationIDs": place, "resources": somebody}, {order.number}),
        ({"resources": somebody}, {order.number}),
    )
    for asked, wanted in ways:
        found = set(_asked(drs, "selectOrder", **asked).texts("theOrders/primaryOrderNumber"))
        expect(found & both == wanted, f"asked by {', '.join(asked)}, it gives {found & both}, not {wanted}")
    expect_refusal(drs.ask("selectOrder"), "primaryOrderNumber")


@clause(
    "SEL-04",
    "A period that is asked for has the bookings that lie in it: by their assigned times, or by their planning window.",
    presumed("by the members' names, which are published"),
    writes=True,
)
def bookings_lie_in_periods(drs: DrsDriver) -> None:
    """Ask for the time before a visit, the time of it and the time after it."""
    order, _ = _scheduled(drs)
    shown = drs.select(order)
    start, end = (shown.time(f"{_BOOKING}/{name}") for name in ("assignedStart", "assignedEnd"))
    window = tuple(shown.time(f"{_BOOKING}/{name}") for name in ("planningWindowStart", "planningWindowEnd"))
    _periods(drs, order, ("returnBookingsFrom", "returnBookingsTo"), (start, end))
    _periods(drs, order, ("returnBookingsPWFrom", "returnBookingsPWTo"), (window[0], window[1]))
    for asked, is_there in (
        ({"returnBookingsFrom": start}, True),
        ({"returnBookingsTo": end}, True),
        ({"returnBookingsFrom": end + _A_MINUTE}, False),
        ({"returnBookingsTo": start - _A_MINUTE}, False),
    ):
        found = order.number in _asked(drs, "selectOrder", **asked).texts("theOrders/primaryOrderNumber")
        expect(found is is_there, f"selectOrder with {asked} {'misses' if is_there else 'gives'} the order")


def _periods(drs: DrsDriver, order: CreatedOrder, names: tuple[str, str], lies: tuple[datetime, datetime]) -> None:
    begin, end = names
    for asked, is_there in (
        ({begin: lies[0], end: lies[1]}, True),
        ({begin: lies[0] - _A_MINUTE, end: lies[0]}, True),
        ({begin: lies[1], end: lies[1] + _A_MINUTE}, True),
        ({begin: lies[0] - 2 * _A_MINUTE, end: lies[0] - _A_MINUTE}, False),
        ({begin: lies[1] + _A_MINUTE, end: lies[1] + 2 * _A_MINUTE}, False),
        ({begin: lies[1] + _A_MINUTE}, False),
        ({end: lies[0] - _A_MINUTE}, False),
        ({begin: lies[1]}, True),
        ({end: lies[0]}, True),
    ):
        found = order.booking_id in _asked(drs, "selectBooking", **asked).texts("theBookings/bookingId")
        expect(found is is_there, f"selectBooking with {asked} {'misses' if is_there else 'gives'} the booking")


@clause(
    "SEL-05",
    "selectBooking gives the bookings that fit every filter that is sent: life cycle, contract, business data.",
    presumed("by the members' names, which are published"),
    writes=True,
)
def bookings_are_found(drs: DrsDriver) -> None:
    """Look for a booking that is planned, and for one on the way."""
    planned, (order, somebody) = drs.create_order(), _scheduled(drs)
    expect_success(drs.update(order, "DESPATCHED"))
    both = {planned.booking_id, order.booking_id}
    data = drs.select(order).returned
    assert data is not None
    known = data.find(f"{_BOOKING}/theBusinessData")
    ways: list[tuple[Members, set[str]]] = [
        ({"bookingStatus": "PLANNED"}, {planned.booking_id}),
        ({"bookingStatus": ["PLANNED", "DESPATCHED"]}, both),
        ({"bookingStatus": "DESPATCHED", "workers": somebody}, {order.booking_id}),
        ({"bookingStatus": "PLANNED", "workers": somebody}, set()),
        ({"contract": drs.data.contract, "theOrderBusinessDataContracts": drs.data.contract}, both),
        ({"theBusinessData": {"name": "no such datum"}}, set()),
    ]
    if known is not None:
        name, value = known.findtext("name", ""), known.findtext("value", "")
        ways += [
            ({"theBusinessData": {"name": name}}, both),
            ({"theOrderBusinessData": {"name": name, "value": value}}, both),
            ({"theBusinessData": {"name": name, "value": f"{value} else"}}, set()),
        ]
    for asked, wanted in ways:
        found = set(_asked(drs, "selectBooking", **asked).texts("theBookings/bookingId"))
        expect(found & both == wanted, f"asked by {asked}, it gives {found & both}, not {wanted}")


@clause(
    "SEL-06",
    "getSchedule gives the bookings of an operative's day in the order in which they are visited, and no others.",
    presumed("by the operation's name; members published"),
    writes=True,
)
def a_day_is_visited_in_order(drs: DrsDriver) -> None:
    """Book the slots of a day from the last to the first, and ask everybody for it."""
    tuesday = drs.weekday(0, 1)
    orders = {}
    for slot in reversed(drs.need_slots(tuesday, 1)):
        order = drs.create_order()
        expect_success(drs.schedule_into(order, slot))
        orders[order.booking_id] = drs.select(order).text(f"{_BOOKING}/theResources/resourceID")
    expect(any(orders.values()), "nobody is to come on that day")
    for somebody in filter(None, set(orders.values())):
        for ahead in (tuesday, tuesday + 1):
            answer = _asked(drs, "getSchedule", **_day(drs, somebody, ahead))
            ids, starts = (answer.texts(f"theBookings/{name}") for name in ("bookingId", "assignedStart"))
            wanted = {booking for booking, who in orders.items() if who == somebody} if ahead == tuesday else set()
            own = set(ids) & set(orders)
            expect(own == wanted, f"{somebody} has the bookings {own} {ahead} days ahead, not {wanted}")
            expect(starts == sorted(starts), f"they begin at {', '.join(starts)}")
    day = _day(drs, somebody, tuesday)
    for name in day:
        asked = {other: value for other, value in day.items() if other != name}
        expect_refusal(drs.ask("getSchedule", **asked), name)


@clause(
    "SEL-07",
    "A booking that an operative suspends is shown by selectAlerts until it is completed.",
    presumed("members and the two types of alerts are published"),
    writes=True,
)
def what_is_suspended_is_shown(drs: DrsDriver) -> None:
    """Suspend a booking, look for it in every way, and complete it."""
    order, _ = _scheduled(drs)
    suspended: Members = {"bookingCompletionStatus": drs.data.suspended_status}
    expect_success(drs.update(order, "PLANNED", suspended, actionTaken="nobody at home"))
    contract, now = drs.data.contract, drs.target.now().astimezone(drs.data.zone).replace(microsecond=0)
    soon, before = now + 5 * _A_MINUTE, now - 5 * _A_MINUTE
    ways: tuple[tuple[Members, bool], ...] = (
        ({}, True),
        ({"alertType": "SUSPENDEDJOBS"}, True),
        ({"alertType": "RESCHEDULEFAILURES"}, False),
        ({"periodBegin": before, "periodEnd": soon}, True),
        ({"periodBegin": soon}, False),
        ({"periodEnd": before}, False),
    )
    for asked, is_there in ways:
        answer = _asked(drs, "selectAlerts", contract=contract, **asked)
        found = order.booking_id in answer.texts(_ALERTED)
        expect(found is is_there, f"with {asked or 'nothing else'} it is {'missing' if is_there else 'there'}")
    other, _ = _scheduled(drs)
    for booking in (other, drs.create_order()):
        expect_success(drs.update(booking, "PLANNED", suspended))
    expect_success(drs.update(order, "PLANNED", {"plannerComments": "later"}))
    shown = _asked(drs, "selectAlerts", contract=contract, alertType="SUSPENDEDJOBS")
    expect("nobody at home" in shown.texts("theAlerts/comments"), "what the operative says is not shown")
    expect("" in shown.texts("theAlerts/comments"), "something is said for who says nothing")
    times = shown.texts("theAlerts/createDateTime")
    alerts = [*zip(map(datetime.fromisoformat, times), map(int, shown.texts(_ALERTED)), strict=True)]
    expect(alerts == sorted(alerts), f"they are not in the order of their times: {', '.join(times)}")
    created = times[shown.texts(_ALERTED).index(order.booking_id)]
    periods: tuple[Members, ...] = (
        {"periodBegin": created, "periodEnd": soon},
        {"periodBegin": before, "periodEnd": created},
    )
    for period in periods:
        ids = _asked(drs, "selectAlerts", contract=contract, **period).texts(_ALERTED)
        expect(order.booking_id in ids, f"it is missing from {period}, at whose end it was raised")
    expect_success(drs.update(order, "COMPLETED"))
    after = _asked(drs, "selectAlerts", contract=contract).texts(_ALERTED)
    expect(order.booking_id not in after, "it is still shown once it is completed")
    expect_refusal(drs.ask("selectAlerts"), "contract")


@clause(
    "SEL-08",
    "selectMetaData names the business data that bookings have, and for each trade a resource template.",
    presumed("by the operation's name; members published"),
    writes=True,
)
def the_installation_describes_itself(drs: DrsDriver) -> None:
    """Compare it with what a booking has."""
    told = _asked(drs, "selectMetaData", contract=drs.data.contract)
    made = drs.create_order().exchange
    data = set(made.texts("theOrder/theBookings/theBusinessData/name"))
    missing = data - set(told.texts("theBusinessDataDefinitions/name"))
    expect(not missing, f"it does not name {', '.join(sorted(missing))}")
    trade = made.text("theOrder/theBookings/template")
    expect(trade in told.texts("theResourceTemplates/theAbilities/name"), f"it has no template for {trade}")
    expect_refusal(drs.ask("selectMetaData"), "contract")


@clause(
    "SEL-09",
    "selectResource gives the operatives that fit every filter that is sent, and their hours if they are asked for.",
    presumed("by the members' names, which are published"),
    days=st.integers(1, 14),
)
def operatives_are_found(drs: DrsDriver, days: int) -> None:
    """Ask for all, for each by id and by code, and for the hours of some days."""
    everybody = _asked(drs, "selectResource")
    ids, codes = (everybody.texts(f"theResources/{name}") for name in ("resourceID", "externalResourceCode"))
    expect(bool(ids), "nobody works there")
    expect(not everybody.texts("theResources/theWorkingHours"), "it gives hours that were not asked for")
    contract = drs.data.contract
    for somebody, code in zip(ids, codes, strict=True):
        for asked in (
            {"theResourceIDs": somebody},
            {"theEmployeeCodes": code},
            {"theResourceIDs": somebody, "theEmployeeCodes": code, "contract": contract},
        ):
            found = _asked(drs, "selectResource", **asked).texts("theResources/resourceID")
            expect(found == [somebody], f"asked for {somebody} by {', '.join(asked)}, it gives {', '.join(found)}")
    if len(ids) > 1:
        nobody = _asked(drs, "selectResource", theResourceIDs=ids[0], theEmployeeCodes=codes[1])
        expect(not nobody.texts("theResources/resourceID"), "it gives who fits one filter of two")
    expect(
        not _asked(drs, "selectResource", theBusinessData={"name": "any"}).texts("theResources/resourceID"),
        "it gives operatives by business data, of which they have none",
    )
    monday = drs.weekday(0, 0)
    first, last = drs.local(monday), drs.local(monday + days - 1, time(23))
    hours = _asked(
        drs, "selectResource", includeWorkingHours=True, returnWorkingHoursFrom=first, returnWorkingHoursTo=last
    )
    for begin, end in zip(
        hours.texts("theResources/theWorkingHours/beginDate"),
        hours.texts("theResources/theWorkingHours/endDate"),
        strict=True,
    ):
        inside = first <= datetime.fromisoformat(begin) < datetime.fromisoformat(end) <= drs.local(monday + days)
        expect(inside, f"{begin} to {end} is not in the days that were asked for")
    weekly = _asked(drs, "selectResource", includeWorkingHours=True)
    expect(bool(weekly.texts("theResources/theWorkingHours/dayOfWeek")), "without days it gives no weekly hours")


@clause(
    "SEL-10",
    "Completed bookings are listed with includeCompletedBookings only.",
    published("xmbSelectOrder, includeCompletedBookings"),
    writes=True,
)
def completed_bookings_are_listed_if_asked_for(drs: DrsDriver) -> None:
    """Complete one of an order's bookings."""
    order = drs.create_order()
    expect_success(drs.update(order, "COMPLETED"))
    for included in (False, True):
        ids = drs.select(order, includeCompletedBookings=included).texts(f"{_BOOKING}/bookingId")
        expect((order.booking_id in ids) is included, f"with includeCompletedBookings {included} it gives {ids}")


def _day(drs: DrsDriver, operative_id: str, ahead: int) -> dict[str, Value]:
    return {"contract": drs.data.contract, "resourceId": operative_id, "scheduleDate": drs.local(ahead)}
