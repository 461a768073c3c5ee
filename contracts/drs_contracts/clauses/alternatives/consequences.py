"""Clauses on what follows from a change elsewhere, later or for others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from hypothesis import strategies as st

from drs_contracts.clauses.alternatives.reading import (
    BOOKING,
    MAX_BOOKINGS,
    TIMES,
    WINDOW,
    read_availability,
    read_members,
)
from drs_contracts.clauses.clause import clause, presumed
from drs_contracts.driver.driver import CreatedOrder, DrsDriver, read_slots
from drs_contracts.driver.expectations import expect, expect_success, need, need_success
from drs_contracts.driver.messages import Members, Value


@clause(
    "ALT-16",
    "updateLocation changes what all orders there and their bookings show, or what none of them shows; new orders do.",
    presumed("either is plausible; that some orders show it is not"),
    writes=True,
    changes_records=True,
)
def a_changed_place_shows_everywhere_or_later(drs: DrsDriver) -> None:
    """Change a place with two orders, one of them scheduled, and create a third order there."""
    path, name = "theOrders/theLocation/address1", "Another Name"
    orders = [drs.create_order() for _ in range(2)]
    drs.need_scheduled(orders[0], drs.need_slots(drs.weekday(1, 1), 1)[0])
    before = [drs.select(each).text(path) for each in orders]
    place: Members = {"locationId": drs.data.location_id, "address1": name}
    expect_success(drs.ask("updateLocation", theLocation=place))
    after = [drs.select(each).text(path) for each in orders]
    expect(after in (before, [name] * 2), f"the orders show {after}")
    later = drs.create_order().exchange.text("theOrder/theLocation/address1")
    expect(later == name, f"a new order shows '{later}'")
    found = drs.ask("selectOrder", locationIDs=drs.data.location_id).texts("theOrders/primaryOrderNumber")
    expect({each.number for each in orders} <= set(found), "an order there is not found by the location any more")


@clause(
    "ALT-17",
    "A booking takes the minutes of its codes, each as often as its quantity says, or each once, whatever that says.",
    presumed("either is plausible; that some codes count in another way is not"),
    writes=True,
    quantity=st.integers(2, 3),
)
def quantities_count_for_all_codes_or_none(drs: DrsDriver, quantity: int) -> None:
    """Create orders with two codes of different quantities, and with each of them alone."""
    names = (drs.data.job_codes or (drs.data.sor_code,))[:2]
    path = "theOrder/theBookings"
    found = []
    for amounts in ((1, 1), (quantity, 1), (1, quantity), (quantity, quantity)):
        codes = [
            {**drs.code("any", names[number % len(names)]), "quantity": amount} for number, amount in enumerate(amounts)
        ]
        items = [{**code, "itemNumberWithinBooking": str(item)} for item, code in enumerate(codes, 1)]
        made = drs.create_order(theBookingCodes=items).exchange
        minutes = [int(each) for each in made.texts(f"{path}/theBookingCodes/standardMinuteValue")]
        multiplied = sum(each * amount for each, amount in zip(minutes, amounts, strict=True))
        duration = int(made.text(f"{path}/duration") or 0)
        expect(duration in (multiplied, sum(minutes)), f"{minutes} minutes {amounts} times are {duration}", made)
        if multiplied != sum(minutes):
            found.append(duration == multiplied)
    expect(len(set(found)) <= 1, "quantities count for some codes only")


@clause(
    "ALT-18",
    "With newBooking false, an order has the offers that it would have without its booking, or those of any order.",
    presumed("either is plausible"),
    writes=True,
    weeks=st.integers(1, 51),
)
def an_own_slot_is_free_or_taken(drs: DrsDriver, weeks: int) -> None:
    """Fill a day; compare what its orders are offered with the day before the last booking and after it."""
    ahead = drs.weekday(weeks, 1)
    orders: list[CreatedOrder] = []
    empty = _offers(drs, ahead)
    for _ in range(MAX_BOOKINGS):
        if not (free := drs.free_slots(ahead, 1)):
            break
        orders.append(drs.create_order())
        drs.need_scheduled(orders[-1], free[0])
    need(bool(orders), "the day has no room")
    full = _offers(drs, ahead)
    for order in orders[-2:]:
        own = _offers(drs, ahead, order.number, newBooking=False)
        expect(
            _offers(drs, ahead, order.number, newBooking=True) == full, "newBooking true counts the own slot as free"
        )
        if own != full:
            need_success(drs.delete(order))
            freed = _offers(drs, ahead)
            expect(own == freed, f"its own slot is free, and it is offered {own}, not {freed}")
            slot = next(each for each in drs.free_slots(ahead, 1))
            drs.need_scheduled(drs.create_order(), slot)
    expect(empty != full, "a full day is offered like an empty one")


@clause(
    "ALT-19",
    "getSchedule lists a day in the order of its visits, or by bookingId.",
    presumed("either is plausible; another order is not"),
    writes=True,
)
def a_day_has_one_order(drs: DrsDriver) -> None:
    """Book a day from its last slot to its first, more than once, and ask for the day of each operative."""
    ahead = drs.weekday(1, 1)
    made = []
    for slot in reversed(drs.need_slots(ahead, 1) * 2):
        order = drs.create_order()
        if drs.schedule_into(order, slot).succeeded:
            made.append(order)
    for operative in dict.fromkeys(drs.select(each).text(f"{BOOKING}/theResources/resourceID") for each in made):
        day: Members = {"contract": drs.data.contract, "resourceId": operative or "", "scheduleDate": drs.local(ahead)}
        answer = drs.ask("getSchedule", **day)
        expect_success(answer)
        ids = [int(each) for each in answer.texts("theBookings/bookingId")]
        starts = [datetime.fromisoformat(each) for each in answer.texts("theBookings/assignedStart")]
        by_visit = [*zip(starts, ids, strict=True)] if len(starts) == len(ids) else []
        expect(
            ids == sorted(ids) or by_visit == sorted(by_visit), f"the bookings are listed in the order {ids}", answer
        )


@clause(
    "ALT-20",
    "A reservation is held until it is confirmed, or is a booking at once; either way it has the place that was sent.",
    presumed("either is plausible"),
    writes=True,
)
def a_reservation_holds_or_books(drs: DrsDriver) -> None:
    """Reserve and confirm a place, and confirm it again."""
    order = drs.create_order()
    slot = drs.need_slots(drs.weekday(1, 1), 1)[0]
    names = ("bookingLifeCycleStatus", *WINDOW, *TIMES, "theResources/resourceID")
    expect_success(drs.ask("createReservation", theBooking=drs.booking(order, **slot.window)))
    held = read_members(drs.select(order), BOOKING, names)
    is_held = held["bookingLifeCycleStatus"] == "RESERVED"
    expect(is_held or held["bookingLifeCycleStatus"] == "PLANNED", f"it is {held['bookingLifeCycleStatus']}")
    expect([held[name] for name in WINDOW] == [slot.begin, slot.end], f"its window is {held}")
    expect(all(held.values()), f"it has no place: {held}")
    confirmed = drs.ask("confirmReservation", theBooking=drs.booking(order))
    expect(
        confirmed.succeeded or not is_held, f"confirmReservation was refused: {confirmed.text('errorMsg')}", confirmed
    )
    after = drs.select(order)
    now = read_members(after, BOOKING, names)
    expect(now == {**held, "bookingLifeCycleStatus": "PLANNED"}, f"confirmed, it has {now}, not {held}", after)
    expect(after.text("theOrders/status") == "PLANNED", f"the order is {after.text('theOrders/status')}", after)
    drs.ask("confirmReservation", theBooking=drs.booking(order))
    expect(drs.select(order).reply.body == after.reply.body, "a second confirmation has changed it")


@clause(
    "ALT-21",
    "An operative's absence takes the places of all bookings in it, each with an alert, or of none.",
    presumed("either is plausible; that some lose theirs is not"),
    writes=True,
    changes_records=True,
)
def an_absence_takes_all_places_or_none(drs: DrsDriver) -> None:
    """Give operatives two bookings a day on two days, and let them be away on the first."""
    tuesday = drs.weekday(0, 1)
    orders = []
    for ahead in (tuesday, tuesday + 1):
        for slot in (drs.need_slots(ahead, 1)[0], drs.need_slots(ahead, 1)[-1]):
            orders.append(drs.create_order())
            drs.need_scheduled(orders[-1], slot)
    path = f"{BOOKING}/theResources/resourceID"
    before = [drs.select(each).text(path) for each in orders]
    away: Members = {"beginDateTime": drs.local(tuesday), "endDateTime": drs.local(tuesday + 1)}
    absent: list[Members] = [{"resourceID": each or "", "theUnavailabilities": away} for each in dict.fromkeys(before)]
    expect_success(drs.ask("updateResource", contract=drs.data.contract, theResources=absent))
    after = [drs.select(each).text(path) for each in orders]
    expect(after in (before, [None, None, *before[2:]]), f"the operatives {before} became {after}")
    lost = {order.booking_id for order, now in zip(orders, after, strict=True) if now is None}
    alerts = drs.ask("selectAlerts", contract=drs.data.contract, alertType="RESCHEDULEFAILURES")
    alerted = set(alerts.texts("theAlerts/theBooking/bookingId")) & {each.booking_id for each in orders}
    expect(alerted == lost, f"{sorted(lost)} have lost their places, and the alerts are of {sorted(alerted)}", alerts)


@clause(
    "ALT-22",
    "A call that completes an order and adds a follow-on leaves it completed without open bookings, or open.",
    presumed("either is plausible; a completed order with an open booking is not"),
    writes=True,
)
def a_completed_order_has_no_open_booking(drs: DrsDriver) -> None:
    """Send both in one updateBooking, and then a further follow-on alone."""
    path = f"{BOOKING}/bookingId"
    done = drs.create_order()
    completion = {"contract": drs.data.contract, "primaryOrderNumber": done.number, "userId": drs.data.user_id}
    need_success(drs.ask("completeOrder", **completion))
    need(not drs.select(done).texts(path), "completeOrder leaves bookings open")
    order = drs.create_order()
    follow_on: Members = {"theBookingCodes": drs.code(order.number), "userId": "another"}
    expect_success(drs.update(order, "COMPLETED", completeOrder=True, theFollowOnBooking=follow_on))
    for step in ("at once", "once it is completed"):
        before = drs.select(order).texts(path)
        if step != "at once" and drs.update(order, "COMPLETED", theFollowOnBooking=follow_on).succeeded:
            now = drs.select(order).texts(path)
            expect(len(now) == len(before) + 1, f"{step} a follow-on is taken, and the bookings are {now}")
        shown = drs.select(order)
        is_completed = shown.text("theOrders/status") == "COMPLETED"
        told = f"{step} the order is {shown.text('theOrders/status')}, and its open bookings are {shown.texts(path)}"
        expect(is_completed is not bool(shown.texts(path)), told, shown)
        made = drs.select(order, includeCompletedBookings=True)
        states = made.texts(f"{BOOKING}/bookingLifeCycleStatus")
        expect(states.count("COMPLETED") == len(states) - len(shown.texts(path)), f"{step} they are {states}", made)


def _offers(drs: DrsDriver, ahead: int, number: str = "anything", **more: Value) -> Mapping[tuple[str, str], bool]:
    members = drs.availability_members(drs.local(ahead), drs.local(ahead), primaryOrderNumber=number)
    return read_availability(read_slots(drs.call("checkAvailability", {**members, **more})))
