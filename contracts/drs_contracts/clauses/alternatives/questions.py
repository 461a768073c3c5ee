"""Clauses on filters and searches that can be read in several ways."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from drs_contracts.clauses.alternatives.reading import BOOKING, ELSEWHERE, TIMES, WINDOW, read_availability
from drs_contracts.clauses.clause import clause, presumed
from drs_contracts.driver.driver import DrsDriver, read_slots
from drs_contracts.driver.expectations import expect, expect_success, need, need_success
from drs_contracts.driver.messages import Members


@clause(
    "ALT-11",
    "A period filter finds what overlaps or touches the period, or only what lies within it, to the millisecond.",
    presumed("either is plausible; that filters differ is not"),
    writes=True,
)
def all_period_filters_are_alike(drs: DrsDriver) -> None:
    """Ask for periods that begin and end at, just before and just after the ends of a visit and of its window."""
    order = drs.create_order()
    drs.need_scheduled(order, drs.need_slots(drs.weekday(1, 1), 1)[0])
    shown = drs.select(order)
    filters = (
        ("selectBooking", ("returnBookingsFrom", "returnBookingsTo"), TIMES),
        ("selectBooking", ("returnBookingsPWFrom", "returnBookingsPWTo"), WINDOW),
        ("selectOrder", ("returnBookingsFrom", "returnBookingsTo"), TIMES),
    )
    ways = {True, False}
    for operation, names, of in filters:
        lies = [shown.time(f"{BOOKING}/{name}") for name in of]
        little = timedelta(milliseconds=1)
        edges = [each + shift for each in lies for shift in (-little, timedelta(0), little)]
        for begin in (None, *edges):
            for end in (None, *edges):
                if (begin is None and end is None) or (begin is not None and end is not None and begin >= end):
                    continue
                asked = {name: at for name, at in zip(names, (begin, end), strict=True) if at is not None}
                answer = drs.ask(operation, **asked)
                expect_success(answer)
                ids = answer.texts("theBookings/bookingId") + answer.texts(f"{BOOKING}/bookingId")
                is_there = order.booking_id in ids
                within = (begin is None or begin <= lies[0]) and (end is None or lies[1] <= end)
                touches = (begin is None or begin <= lies[1]) and (end is None or lies[0] <= end)
                ways &= {is_within for is_within in ways if is_there is (within if is_within else touches)}
                expect(bool(ways), f"{operation} with {asked} {'gives' if is_there else 'misses'} the booking", answer)


@clause(
    "ALT-12",
    "A filter by a name of business data that DRS does not have finds nothing, or counts for nothing.",
    presumed("either is plausible"),
    writes=True,
)
def unknown_data_find_nothing_or_do_not_count(drs: DrsDriver) -> None:
    """Ask by an unknown name alone, and beside one that fits and one that does not."""
    order = drs.create_order()
    shown = drs.select(order)
    path = f"{BOOKING}/theBusinessData"
    need(bool(shown.texts(f"{path}/value")), "bookings have no business data")
    known: Members = {"name": shown.text(f"{path}/name") or "", "value": shown.text(f"{path}/value") or ""}
    unknown: Members = {"name": "no such one", "value": "any"}
    wrong: Members = {**known, "value": "no such one"}
    found = []
    for operation, place in (("selectBooking", "theBookings"), ("selectOrder", BOOKING)):

        def ask(*data: Members, operation: str = operation, place: str = place) -> bool:
            answer = drs.ask(operation, theBusinessData=list(data))
            expect_success(answer)
            return order.booking_id in answer.texts(f"{place}/bookingId")

        expect(ask(known), f"{operation} misses the booking by {known['name']}")
        expect(not ask(wrong), f"{operation} gives the booking by another {known['name']}")
        expect(not ask(wrong, unknown), f"{operation} gives it by another {known['name']} beside an unknown name")
        expect(not ask(known, wrong), f"{operation} gives it by {known['name']} with two values")
        found += [ask(unknown), ask(known, unknown), ask(unknown, known), ask({"name": "no such one"})]
    expect(len(set(found)) == 1, f"filters by an unknown name count now and then: {found}")


@clause(
    "ALT-13",
    "selectOrder by number either looks at all of its other filters or at none of them.",
    presumed("either is plausible"),
    writes=True,
)
def other_filters_count_or_do_not(drs: DrsDriver) -> None:
    """Ask for an order by its number and each filter that it does not fit."""
    order = drs.create_order()
    operatives = drs.ask("selectResource", contract=drs.data.contract).texts("theResources/resourceID")
    need(bool(operatives), "selectResource gave no operatives")
    filters: list[Members] = [
        {"locationIDs": ELSEWHERE},
        {"resources": operatives[0]},
        {"theBusinessData": {"name": "APPOINTMENT_REASON", "value": "no such one"}},
        {"returnBookingsFrom": drs.local(900)},
        {"returnBookingsTo": drs.local(-900)},
    ]
    filters += [{"contract": other} for other in drs.data.contracts if other != drs.data.contract][:1]
    found = []
    for each in filters:
        answer = drs.ask("selectOrder", primaryOrderNumber=order.number, **each)
        expect_success(answer)
        found.append(answer.texts("theOrders/primaryOrderNumber"))
    expect(found in ([[]] * len(filters), [[order.number]] * len(filters)), f"the filters give {found}")


@clause(
    "ALT-14",
    "The slots that begin before periodBegin on its day are unavailable, or all that day's slots count as yet to come.",
    presumed("either is plausible"),
    writes=True,
    weeks=st.integers(1, 51),
)
def begun_slots_are_all_closed_or_all_open(drs: DrsDriver, weeks: int) -> None:
    """Ask for a day from its midnight on, and from each of its slots on."""
    ahead = drs.weekday(weeks, 1)
    whole = read_slots(drs.check_availability(drs.local(ahead), drs.local(ahead)))
    ways = {True, False}
    for slot in whole:
        for since in (slot.begins, slot.begins + timedelta(milliseconds=1), slot.ends):
            found = read_availability(read_slots(drs.check_availability(since, drs.local(ahead))))
            closed = {(each.begin, each.end): each.available and each.begins >= since for each in whole}
            ways &= {is_open for is_open in ways if found == (read_availability(whole) if is_open else closed)}
            expect(bool(ways), f"from {since.isoformat()} on the slots are {found}")


@clause(
    "ALT-15",
    "Of the orders of a location, checkAvailability lists the open ones, or all, or none, and never its own.",
    presumed("each is plausible"),
    writes=True,
)
def other_orders_are_listed_in_one_way(drs: DrsDriver) -> None:
    """Ask beside an open order, a completed one, and the order that is asked for."""
    own, order, done = (drs.create_order() for _ in range(3))
    completion = {"contract": drs.data.contract, "userId": drs.data.user_id}
    need_success(drs.update(done, "COMPLETED"))
    need_success(drs.ask("completeOrder", **completion, primaryOrderNumber=done.number))
    members = drs.availability_members(drs.local(1), drs.local(2), primaryOrderNumber=own.number)
    answer = drs.call("checkAvailability", {**members, "canSelectOtherOrders": True})
    expect_success(answer)
    elements = [] if answer.returned is None else answer.returned.iter("primaryOrderNumber")
    found = {each.text for each in elements} & {own.number, order.number, done.number}
    expect(found in ({order.number}, {order.number, done.number}, set()), f"it lists {sorted(map(str, found))}", answer)
