"""Clauses on what updateBooking and updateOrder are told: all of it is kept, and shown."""

from __future__ import annotations

from datetime import datetime, time

from hypothesis import strategies as st

from drs_contracts.clauses.clause import clause, presumed
from drs_contracts.driver.driver import DrsDriver
from drs_contracts.driver.expectations import expect, expect_refusal, expect_success
from drs_contracts.driver.messages import Members
from drs_contracts.fake_data import Person, Place
from drs_contracts.strategies import people, places, texts

_BOOKING = "theOrders/theBookings"
_PHASES = ("PLANNED", "DESPATCHED", "ACKNOWLEDGED", "ACCEPTED", "ARRIVED", "STARTED", "COMPLETED")
_BEFORE_WORK = _PHASES[:4]


@clause(
    "CHG-08",
    "theFollowOnBooking of updateBooking makes a further booking of the order, with what it sends.",
    presumed("by the member's name, which is published"),
    writes=True,
    reason=texts(max_size=20),
)
def a_booking_is_followed(drs: DrsDriver, reason: str) -> None:
    """Complete a booking, and say what follows."""
    order = drs.create_order(targetDate=drs.local(30))
    begin, end = drs.local(9, time(8)), drs.local(9, time(12))
    follow_on: Members = {
        "bookingReason": reason,
        "planningWindowEnd": end,
        "planningWindowStart": begin,
        "theBookingCodes": drs.code(order.number),
        "userId": "who follows",
    }
    expect_success(drs.update(order, "COMPLETED", theFollowOnBooking=follow_on))
    returned = drs.select(order).returned
    bookings = [] if returned is None else returned.findall(_BOOKING)
    expect(len(bookings) == 1, f"{len(bookings)} bookings are open, not one")
    told = {name: bookings[0].findtext(name, "") for name in ("bookingReason", "userId", "bookingLifeCycleStatus")}
    wanted = {"bookingReason": reason, "userId": "who follows", "bookingLifeCycleStatus": "PLANNED"}
    expect(told == wanted, f"it is {told}, not {wanted}")
    window = [bookings[0].findtext(name, "") for name in ("planningWindowStart", "planningWindowEnd")]
    expect([datetime.fromisoformat(each) for each in window] == [begin, end], f"its window is {window}")


@clause(
    "CHG-09",
    "updateBooking keeps a category and a completion status, each until another is sent.",
    presumed("by the members' names, which are published"),
    writes=True,
    category=texts(max_size=20),
    status=texts(max_size=20),
)
def category_and_status_are_kept(drs: DrsDriver, category: str, status: str) -> None:
    """Send the one, then the other, then neither."""
    order = drs.create_order()
    expect_success(drs.update(order, "PLANNED", {"bookingCategory": "another"}, bookingCategory=category))
    expect_success(drs.update(order, "PLANNED", {"bookingCompletionStatus": status}))
    expect_success(drs.update(order, "PLANNED"))
    shown = drs.select(order)
    for name, text in (("bookingCategory", category), ("bookingCompletionStatus", status)):
        found = shown.text(f"{_BOOKING}/{name}")
        expect((found or "").strip() == text.strip(), f"the {name} '{text}' came back as '{found}'")
    expect_success(drs.update(order, "PLANNED", {"bookingCategory": "another"}))
    kept = drs.select(order).text(f"{_BOOKING}/bookingCategory")
    expect(kept == "another", f"the category of theBooking came back as '{kept}'")


@clause(
    "CHG-10",
    "A completed booking shows when it was worked on and by whom, as updateBooking was told.",
    presumed("Hackney sends both; that they are shown is the plainest guess"),
    writes=True,
    hours=st.integers(1, 20),
)
def work_that_was_done_is_shown(drs: DrsDriver, hours: int) -> None:
    """Complete a booking that nobody was to come for."""
    order = drs.create_order()
    somebody = drs.ask("selectResource").text("theResources/resourceID") or ""
    begin, end = drs.local(-1, time(1)), drs.local(-1, time(1 + hours))
    done: Members = {"startDateAndTime": begin, "endDateAndTime": end, "resourceId": somebody}
    expect_success(drs.update(order, "COMPLETED", **done))
    shown = drs.select(order, includeCompletedBookings=True)
    worked = [shown.time(f"{_BOOKING}/{name}") for name in ("assignedStart", "assignedEnd")]
    expect(worked == [begin, end], f"it was worked on from {worked[0]} to {worked[1]}")
    by_whom = shown.text(f"{_BOOKING}/theResources/resourceID")
    expect(by_whom == somebody, f"{by_whom} did it, not {somebody}")
    status = shown.text("theOrders/status")
    expect(status != "COMPLETED", "the order is completed as well, which was not asked for")


@clause(
    "CHG-11",
    "A booking on the way can become whatever comes before the work, and goes forward only once it is begun.",
    presumed("by the life cycle's words, which are published"),
    writes=True,
    was=st.sampled_from(_PHASES),
    becomes=st.sampled_from(_PHASES),
)
def life_cycles_go_forward(drs: DrsDriver, was: str, becomes: str) -> None:
    """Bring a booking into one state, and try another."""
    order = drs.create_order()
    expect_success(drs.update(order, was))
    answer = drs.update(order, becomes)
    forward = _PHASES.index(becomes) >= _PHASES.index(was)
    if was == "COMPLETED":
        expect_refusal(answer, order.booking_id, "completed")
    elif forward or (was in _BEFORE_WORK and becomes in _BEFORE_WORK):
        expect_success(answer)
        now = drs.select(order, includeCompletedBookings=True).text(f"{_BOOKING}/bookingLifeCycleStatus")
        expect(now == becomes, f"{was} became {now}, not {becomes}")
    else:
        expect_refusal(answer, order.booking_id, was, becomes)


@clause(
    "CHG-12",
    "createOrder and updateOrder keep whom to contact, and updateOrder each member that it is not sent.",
    presumed("by the members' names, which are published"),
    writes=True,
    tenant=people(),
    successor=people(),
)
def whom_to_contact_is_kept(drs: DrsDriver, tenant: Person, successor: Person) -> None:
    """Create an order with a contact, change the one member, then the other."""
    order = drs.create_order(contactName=tenant.name, phone=tenant.phone, message=True)
    told = [order.exchange.text(f"theOrder/{name}") for name in ("contactName", "phone", "message")]
    expect(told == [tenant.name, tenant.phone, "true"], f"the new order has {told}")
    target = drs.local(70, time(23, 59, 59))
    changes: tuple[Members, ...] = ({"phone": successor.phone}, {"targetDate": target}, {"userId": "another"})
    for changed in changes:
        named: Members = {"primaryOrderNumber": order.number, **changed}
        expect_success(drs.ask("updateOrder", theOrder=named))
    shown = drs.select(order)
    now = [shown.text(f"theOrders/{name}") for name in ("contactName", "phone", "message", "userId")]
    wanted = [tenant.name, successor.phone, "true", "another"]
    expect(now == wanted, f"it has {now}, not {wanted}")
    kept = shown.time("theOrders/targetDate")
    expect(kept == target, f"the targetDate is {kept}")
    window_end = shown.time(f"{_BOOKING}/planningWindowEnd")
    expect(window_end != target, "the booking's window has moved with it")


@clause(
    "CHG-14",
    "Who was to come has done the work, where updateBooking names nobody else.",
    presumed("plainest guess"),
    writes=True,
)
def who_was_to_come_did_the_work(drs: DrsDriver) -> None:
    """Complete a booking that is scheduled."""
    order = drs.create_order()
    # A booking that is completed keeps its place for good, so it is taken far from what other checks look at.
    expect_success(drs.schedule_into(order, drs.need_slots(drs.weekday(9, 0))[0]))
    comes = drs.select(order).text(f"{_BOOKING}/theResources/resourceID")
    expect_success(drs.update(order, "COMPLETED"))
    came = drs.select(order, includeCompletedBookings=True).text(f"{_BOOKING}/theResources/resourceID")
    expect(came == comes, f"{comes} was to come, and {came} did it")


@clause(
    "CHG-13",
    "updateOrder moves an order with its bookings to another place, and takes another priority if there is such a one.",
    presumed("by the members' names, which are published"),
    writes=True,
    there=places(),
)
def an_order_is_moved(drs: DrsDriver, there: Place) -> None:
    """Change place, priority and more of an order, each alone."""
    order = drs.create_order(message=True)
    before = drs.select(order).text("theOrders/priority")
    changes: tuple[Members, ...] = (
        {"locationID": there.id},
        {"message": False},
        {"contactName": there.address1},
        {"priority": drs.data.scheduled_priority},
    )
    for changed in changes:
        named: Members = {"primaryOrderNumber": order.number, **changed}
        expect_success(drs.ask("updateOrder", theOrder=named))
    shown = drs.select(order)
    names = ("theLocation/locationId", "theBookings/locationID", "message", "contactName", "priority")
    told = [shown.text(f"theOrders/{name}") for name in names]
    wanted = [there.id, there.id, "false", there.address1, drs.data.scheduled_priority]
    expect(told == wanted, f"it has {told}, not {wanted}; its priority was {before}")
    for name, wrong in (("priority", "no such one"), ("locationID", " ")):
        flawed: Members = {"primaryOrderNumber": order.number, name: wrong}
        expect_refusal(drs.ask("updateOrder", theOrder=flawed), name)
    late: Members = {"primaryOrderNumber": order.number, "earliestBookingDate": drs.local(400)}
    answer = drs.ask("updateOrder", theOrder=late)
    expect_refusal(answer, "earliestBookingDate", "targetDate")
