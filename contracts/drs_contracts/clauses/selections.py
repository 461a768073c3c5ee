"""Clauses on the operations that select: each filter lets through exactly what fits it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from drs_contracts.clauses.clause import clause, client, presumed, published, vendor
from drs_contracts.driver.driver import CreatedOrder, DrsDriver, read_slots
from drs_contracts.driver.expectations import expect, expect_refusal, expect_success, need_success
from drs_contracts.driver.messages import Exchange, Members, Value

_BOOKING = "theOrders/theBookings"
_ALERTED = "theAlerts/theBooking/bookingId"
_A_MINUTE = timedelta(minutes=1)
_WEEKS = 51
_MAX_OPERATIVES = 8


@clause(
    "SEL-01",
    "selectBooking with workers and a period gives the bookings of those operatives in that period, and no others.",
    presumed("by the members' names, which are published"),
    writes=True,
)
def bookings_are_found_by_operative(drs: DrsDriver) -> None:
    """Schedule a booking, and look for it by its operative, in its week and in the next."""
    order, monday = drs.create_order(), drs.weekday(1, 0)
    drs.need_scheduled(order, drs.need_slots(monday)[0])
    operative = drs.select(order).text(f"{_BOOKING}/theResources/resourceID") or ""
    for week, is_there in ((0, True), (7, False)):
        period = {
            "returnBookingsFrom": drs.local(monday + week),
            "returnBookingsTo": drs.local(monday + week + 6),
        }
        answer = drs.ask("selectBooking", workers=operative, **period)
        expect_success(answer)
        found = order.booking_id in answer.texts("theBookings/bookingId")
        expect(found is is_there, f"the booking is {'missing' if is_there else 'there'} {week} days later")
        strangers = set(answer.texts("theBookings/theResources/resourceID")) - {operative}
        expect(not strangers, f"there are bookings of {', '.join(sorted(strangers))}")


@clause(
    "SEL-02",
    "selectResource finds every operative that scheduleBooking assigns.",
    presumed("by the operation's name; members published"),
    writes=True,
)
def an_assigned_operative_is_found(drs: DrsDriver) -> None:
    """Schedule a booking, and look for its operative."""
    order = drs.create_order()
    drs.need_scheduled(order, drs.need_slots(drs.weekday(1, 0))[0])
    operative = drs.select(order).text(f"{_BOOKING}/theResources/resourceID") or ""
    answer = drs.ask("selectResource", theResourceIDs=operative)
    expect_success(answer)
    known = answer.texts("theResources/resourceID")
    expect(known == [operative], f"asked for {operative}, it gives {', '.join(known) or 'none'}")


@clause(
    "SEL-03",
    "selectOrder gives the orders that match every filter: numbers, location, operative, contract, business data.",
    presumed("by the members' names, which are published"),
    writes=True,
)
def orders_are_found(drs: DrsDriver) -> None:
    """Look for two orders, one of them scheduled, with each filter."""
    order, operative = _scheduled(drs)
    other = drs.create_order()
    place, contract = drs.data.location_id, drs.data.contract
    strangers = _other_contracts(drs)
    both = {order.number, other.number}
    lists = ("contract", "primaryOrderNumberContracts", "locationIDContracts", "theBusinessDataContracts")
    of_contract: Members = dict.fromkeys(lists, contract)
    ways: list[tuple[Members, set[str]]] = [
        ({"primaryOrderNumber": [order.number, other.number]}, both),
        ({"primaryOrderNumber": other.number, "locationIDs": place, **of_contract}, {other.number}),
        ({"primaryOrderNumber": other.number, "locationIDs": "somewhere else"}, set()),
        ({"locationIDs": place, **of_contract}, both),
        ({"locationIDs": place, "resources": operative}, {order.number}),
        ({"resources": operative}, {order.number}),
        ({"theBusinessData": {"name": "unknown"}}, set()),
        *(({"locationIDs": place, **of_contract, name: each}, set()) for each in strangers for name in lists),
    ]
    if (known := _find_datum(drs, order)) is not None:
        name, value = known
        ways += [
            ({"theBusinessData": {"name": name}}, both),
            ({"theBusinessData": {"name": name, "value": value}, "resources": operative}, {order.number}),
            ({"theBusinessData": {"name": name, "value": f"{value} else"}, "locationIDs": place}, set()),
        ]
    for asked, wanted in ways:
        found = set(_asked(drs, "selectOrder", **asked).texts("theOrders/primaryOrderNumber"))
        expect(found & both == wanted, f"asked by {', '.join(asked)}, it gives {found & both}, not {wanted}")
    expect_refusal(drs.ask("selectOrder"), "primaryOrderNumber")


@clause(
    "SEL-04",
    "A period filter matches the bookings that overlap or touch it: by assigned times, or by planning window.",
    presumed("by the members' names, which are published"),
    writes=True,
)
def period_filters_match_overlaps(drs: DrsDriver) -> None:
    """Ask for periods before, at and after a visit."""
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


@clause(
    "SEL-05",
    "selectBooking gives the bookings that match every filter: life cycle, contract, business data.",
    presumed("by the members' names, which are published"),
    writes=True,
)
def bookings_are_found(drs: DrsDriver) -> None:
    """Look for two bookings, one planned and one despatched, with each filter."""
    planned, (order, operative) = drs.create_order(), _scheduled(drs)
    need_success(drs.update(order, "DESPATCHED"))
    both = {planned.booking_id, order.booking_id}
    ways: list[tuple[Members, set[str]]] = [
        ({"bookingStatus": "PLANNED"}, {planned.booking_id}),
        ({"bookingStatus": ["PLANNED", "DESPATCHED"]}, both),
        ({"bookingStatus": "DESPATCHED", "workers": operative}, {order.booking_id}),
        ({"bookingStatus": "PLANNED", "workers": operative}, set()),
        ({"contract": drs.data.contract, "theOrderBusinessDataContracts": drs.data.contract}, both),
        *(({"contract": [drs.data.contract, each]}, both) for each in _other_contracts(drs)),
        *(({"contract": each}, set()) for each in _other_contracts(drs)),
        ({"theBusinessData": {"name": "unknown"}}, set()),
    ]
    if (known := _find_datum(drs, order)) is not None:
        name, value = known
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
    "getSchedule gives the bookings of an operative's day, and no others, in the order of the visits.",
    presumed("by the operation's name; members published"),
    writes=True,
)
def a_day_is_visited_in_order(drs: DrsDriver) -> None:
    """Book the slots of a day from the last to the first, and ask for the day of each operative."""
    tuesday = drs.weekday(0, 1)
    orders = {}
    for slot in reversed(drs.need_slots(tuesday, 1)):
        order = drs.create_order()
        drs.need_scheduled(order, slot)
        orders[order.booking_id] = drs.select(order).text(f"{_BOOKING}/theResources/resourceID")
    expect(any(orders.values()), "no booking of that day has an operative")
    for operative in filter(None, set(orders.values())):
        for ahead in (tuesday, tuesday + 1):
            answer = _asked(drs, "getSchedule", **_day(drs, operative, ahead))
            ids, starts = (answer.texts(f"theBookings/{name}") for name in ("bookingId", "assignedStart"))
            wanted = (
                {booking for booking, assigned in orders.items() if assigned == operative}
                if ahead == tuesday
                else set()
            )
            own = set(ids) & set(orders)
            expect(own == wanted, f"{operative} has the bookings {own} {ahead} days ahead, not {wanted}")
            expect(starts == sorted(starts), f"they begin at {', '.join(starts)}")
    day = _day(drs, operative, tuesday)
    for name in day:
        asked = {other: value for other, value in day.items() if other != name}
        expect_refusal(drs.ask("getSchedule", **asked), name)


@clause(
    "SEL-07",
    "A suspended booking has the status suspended, and selectAlerts shows it until it is completed.",
    presumed("by the names of members and data; vendor: that suspended is a status of its own (o8gbpb5o3s)"),
    writes=True,
)
def a_suspended_booking_is_shown(drs: DrsDriver) -> None:
    """Suspend a booking, look for it with each filter, and complete it."""
    order, _ = _scheduled(drs)
    suspended: Members = {"bookingCompletionStatus": drs.data.suspended_status}
    need_success(drs.update(order, "PLANNED", suspended, actionTaken="nobody at home"))
    data = "theOrders/theBookings/theBusinessData[name='{}']/value"
    for name, wanted in (("TASK_LIFE_CYCLE_STAT", "suspended"), ("SUSPEND_COMMENT", "nobody at home")):
        values = drs.select(order).texts(data.format(name))
        expect(values in ([], [wanted]), f"{name} is {values}")
    # In UTC: in the hour that is repeated, local times do not tell which of the two is meant.
    contract, now = drs.data.contract, drs.target.now().astimezone(UTC).replace(microsecond=0)
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
        need_success(drs.update(booking, "PLANNED", suspended))
    need_success(drs.update(order, "PLANNED", {"plannerComments": "later"}))
    shown = _asked(drs, "selectAlerts", contract=contract, alertType="SUSPENDEDJOBS")
    expect("nobody at home" in shown.texts("theAlerts/comments"), "what the operative said is not shown")
    expect("" in shown.texts("theAlerts/comments"), "an alert without actionTaken has comments")
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
        expect(order.booking_id in ids, f"it is missing from {period}, which begins or ends at its time")
    need_success(drs.update(order, "COMPLETED"))
    after = _asked(drs, "selectAlerts", contract=contract).texts(_ALERTED)
    expect(order.booking_id not in after, "it is still shown once it is completed")
    expect_refusal(drs.ask("selectAlerts"), "contract")


@clause(
    "SEL-08",
    "selectMetaData names the business data of bookings, and has a resource template for each trade.",
    presumed("by the operation's name; members published"),
    writes=True,
)
def the_installation_describes_itself(drs: DrsDriver) -> None:
    """Compare it with the members of a booking."""
    described = _asked(drs, "selectMetaData", contract=drs.data.contract)
    made = drs.create_order().exchange
    data = set(made.texts("theOrder/theBookings/theBusinessData/name"))
    missing = data - set(described.texts("theBusinessDataDefinitions/name"))
    expect(not missing, f"it does not name {', '.join(sorted(missing))}")
    trade = made.text("theOrder/theBookings/template")
    drs.need(bool(trade), f"the SOR code {drs.data.sor_code} has no trade in this DRS; set sor_codes")
    expect(
        trade in described.texts("theResourceTemplates/theAbilities/name"), f"it has no template for {trade}", described
    )
    expect_refusal(drs.ask("selectMetaData"), "contract")


@clause(
    "SEL-09",
    "selectResource gives the operatives that match every filter, and their hours on request.",
    presumed("by the members' names, which are published"),
    days=st.integers(1, 14),
)
def operatives_are_found(drs: DrsDriver, days: int) -> None:
    """Ask for all operatives, for each by id and by code, and for the hours of some days."""
    all_operatives = _asked(drs, "selectResource")
    ids, codes = (all_operatives.texts(f"theResources/{name}") for name in ("resourceID", "externalResourceCode"))
    expect(bool(ids), "it gives no operatives")
    expect(not all_operatives.texts("theResources/theWorkingHours"), "it gives hours that were not asked for")
    contract = drs.data.contract
    for operative, code in zip(ids, codes, strict=True):
        for asked in (
            {"theResourceIDs": operative},
            {"theEmployeeCodes": code},
            {"theResourceIDs": operative, "theEmployeeCodes": code, "contract": contract},
        ):
            found = _asked(drs, "selectResource", **asked).texts("theResources/resourceID")
            expect(found == [operative], f"asked for {operative} by {', '.join(asked)}, it gives {', '.join(found)}")
    if len(ids) > 1:
        both = _asked(drs, "selectResource", theResourceIDs=ids[0], theEmployeeCodes=codes[1])
        expect(not both.texts("theResources/resourceID"), "it gives operatives who match one of two filters")
    expect(
        not _asked(drs, "selectResource", theBusinessData={"name": "any"}).texts("theResources/resourceID"),
        "it gives operatives by business data that they do not have",
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
    "Completed bookings are listed only with includeCompletedBookings.",
    published("xmbSelectOrder, includeCompletedBookings"),
    writes=True,
)
def completed_bookings_are_listed_on_request(drs: DrsDriver) -> None:
    """Complete a booking and list it with both values."""
    order = drs.create_order()
    need_success(drs.update(order, "COMPLETED"))
    for included in (False, True):
        ids = drs.select(order, includeCompletedBookings=included).texts(f"{_BOOKING}/bookingId")
        expect((order.booking_id in ids) is included, f"with includeCompletedBookings {included} it gives {ids}")


@clause(
    "SEL-11",
    "selectOrder by primaryOrderNumber gives the order with that number, and no other.",
    client("Hackney and ONS find orders like this"),
    writes=True,
)
def an_order_is_found_by_its_number(drs: DrsDriver) -> None:
    """Create two orders and ask for each, and for numbers that contain one or that one contains."""
    orders = [drs.create_order(), drs.create_order()]
    for order in orders:
        found = drs.select(order).texts("theOrders/primaryOrderNumber")
        expect(found == [order.number], f"asked for {order.number}, it gives {', '.join(found)}")
        for near in (order.number[:-1], order.number[1:], f"{order.number}0", f"0{order.number}"):
            found = drs.ask("selectOrder", primaryOrderNumber=near).texts("theOrders/primaryOrderNumber")
            expect(order.number not in found, f"asked for {near}, it gives {order.number}")


@clause(
    "SEL-12",
    "An operative is offered on days with hours only; on a day with hours for all who come, a free one is offered.",
    vendor("workers' calendars, which say when they can be planned", "rk49mc32f2", "24nc9bfrju"),
    writes=True,
)
def hours_agree_with_offers(drs: DrsDriver) -> None:
    """Compare the hours of operatives with what is offered of each of them, for a year."""
    first, last = drs.weekday(0, 0), drs.weekday(_WEEKS, 0)
    period: Members = {"returnWorkingHoursFrom": drs.local(first), "returnWorkingHoursTo": drs.local(last - 1)}
    asked = {"contract": drs.data.contract, "includeWorkingHours": True, **period}
    returned = _asked(drs, "selectResource", **asked).returned
    works: dict[str, set[date]] = {}
    for each in [] if returned is None else returned.findall("theResources"):
        begins = [datetime.fromisoformat(begin.text or "") for begin in each.findall("theWorkingHours/beginDate")]
        if not each.findall("theUnavailabilities") and len(works) < _MAX_OPERATIVES:
            works[each.findtext("resourceID", "")] = {begin.astimezone(drs.data.zone).date() for begin in begins}
    offered = {operative: _find_offers(drs, operative, first, last) for operative in works}
    for operative, days in works.items():
        idle = ", ".join(f"{day:%d %B %Y}" for day in sorted(offered[operative] - days))
        expect(not idle, f"{operative} is offered on {idle}, and has no hours then")
        for day in sorted(days - offered[operative]):
            # Those who are offered on that weekday in other weeks; work for two needs another one.
            usual = [each for each in works if day.weekday() in {other.weekday() for other in offered[each]}]
            if operative in usual and all(day in works[each] for each in usual):
                busy = _asked(drs, "getSchedule", **_day(drs, operative, (day - drs.today).days))
                is_busy = bool(busy.texts("theBookings/bookingId"))
                expect(is_busy, f"{operative} has hours on {day:%d %B %Y}, is free, and is not offered")


def _find_offers(drs: DrsDriver, operative: str, first: int, last: int) -> set[date]:
    """The days on which a slot is available for an operative; none of one who is not offered in the first weeks."""
    offered: set[date] = set()
    for ahead in range(first, last, drs.data.day_cap):
        asked = drs.availability_members(drs.local(ahead), drs.local(min(ahead + drs.data.day_cap, last) - 1))
        answer = drs.call("checkAvailability", {**asked, "resourceIDs": operative})
        need_success(answer)
        offered |= {slot.begins.astimezone(drs.data.zone).date() for slot in read_slots(answer) if slot.available}
        if not offered:
            break
    return offered


def _find_datum(drs: DrsDriver, order: CreatedOrder) -> tuple[str, str] | None:
    """Return the name and value of some datum of an order's booking; ``None`` if it has none."""
    shown = drs.select(order).returned
    known = None if shown is None else shown.find(f"{_BOOKING}/theBusinessData")
    return None if known is None else (known.findtext("name", ""), known.findtext("value", ""))


def _other_contracts(drs: DrsDriver) -> tuple[str, ...]:
    """Another contract than the one of the orders; none where no other is known."""
    return tuple(each for each in drs.data.contracts if each != drs.data.contract)[:1]


def _asked(drs: DrsDriver, operation: str, **members: Value) -> Exchange:
    answer = drs.ask(operation, **members)
    expect_success(answer)
    return answer


def _scheduled(drs: DrsDriver, weekday: int = 0, **order: Value) -> tuple[CreatedOrder, str]:
    """Create and schedule an order; return it with the id of its operative."""
    made = drs.create_order(**order)
    drs.need_scheduled(made, drs.need_slots(drs.weekday(1, weekday))[0])
    return made, drs.select(made).text(f"{_BOOKING}/theResources/resourceID") or ""


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


def _day(drs: DrsDriver, operative_id: str, ahead: int) -> dict[str, Value]:
    return {"contract": drs.data.contract, "resourceId": operative_id, "scheduleDate": drs.local(ahead)}
