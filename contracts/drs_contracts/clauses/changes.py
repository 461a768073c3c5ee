"""Clauses on changed, completed and cancelled orders and bookings."""

from __future__ import annotations

from datetime import datetime, time

from hypothesis import strategies as st

from drs_contracts.clauses.clause import clause, client, presumed
from drs_contracts.driver.driver import DrsDriver
from drs_contracts.driver.expectations import expect, expect_refusal, expect_success
from drs_contracts.driver.messages import Members
from drs_contracts.fake_data import FakeProperty, FakeResident
from drs_contracts.strategies import comments, properties, residents, texts

_BOOKING = "theOrders/theBookings"
_PHASES = ("PLANNED", "DESPATCHED", "ACKNOWLEDGED", "ACCEPTED", "ARRIVED", "STARTED", "COMPLETED")
_BEFORE_WORK = _PHASES[:4]


@clause(
    "CHG-01",
    "updateBooking with transactionType COMPLETED and completeOrder completes the order.",
    client("Hackney completes orders like this"),
    writes=True,
)
def a_booking_completes_its_order(drs: DrsDriver) -> None:
    """Complete an order's only booking."""
    order = drs.create_order()
    answer = drs.update(order, "COMPLETED", completeOrder=True)
    expect_success(answer)
    status = drs.select(order).text("theOrders/status")
    expect(status == "COMPLETED", f"the order's status is {status}")


@clause(
    "CHG-02",
    "updateBooking with only plannerComments moves nothing.",
    client("Hackney sends a planner's comments like this"),
    writes=True,
    comments=texts(max_size=30),
)
def comments_move_nothing(drs: DrsDriver, comments: str) -> None:
    """Comment on a booking that is scheduled."""
    order = drs.create_order()
    drs.need_scheduled(order, drs.need_slots(drs.weekday(1, 1), 1)[0])
    members = ("planningWindowStart", "planningWindowEnd", "assignedStart", "theResources/resourceID")
    before = [drs.select(order).text(f"{_BOOKING}/{member}") for member in members]
    answer = drs.update(order, "PLANNED", {"plannerComments": comments})
    expect_success(answer)
    after = [drs.select(order).text(f"{_BOOKING}/{member}") for member in members]
    expect(after == before, f"{before} became {after}")


@clause(
    "CHG-03",
    "A completed booking cannot be scheduled.",
    presumed("the simplest assumption"),
    writes=True,
)
def a_completed_booking_is_not_scheduled(drs: DrsDriver) -> None:
    """Complete a booking, then schedule it."""
    order = drs.create_order()
    drs.update(order, "COMPLETED", completeOrder=True)
    slot = drs.need_slots(drs.weekday(1, 1), 1)[0]
    expect(drs.schedule_into(order, slot).refused, "it was scheduled")


@clause(
    "CHG-04",
    "updateOrder with orderComments replaces the comments, and nothing else.",
    presumed("by the operation's name; members published"),
    writes=True,
    text=comments(max_size=60),
)
def an_update_changes_what_it_sends(drs: DrsDriver, text: str) -> None:
    """Change an order's comments."""
    order = drs.create_order(orderComments="before")
    others = ("locationID", "priority", "contract", "targetDate", "status", "theBookings/bookingId")
    before = [drs.select(order).text(f"theOrders/{member}") for member in others]
    changed = {"primaryOrderNumber": order.number, "orderComments": text}
    answer = drs.ask("updateOrder", theOrder=changed)
    expect_success(answer)
    after = drs.select(order)
    kept = after.text("theOrders/orderComments")
    expect(kept == text.strip(), f"the comments are '{kept}'")
    now = [after.text(f"theOrders/{member}") for member in others]
    expect(now == before, f"{before} became {now}")


@clause(
    "CHG-05",
    "completeOrder completes the order and its bookings, and frees a place in the future.",
    presumed("by the operation's name; members published"),
    writes=True,
)
def an_order_is_completed(drs: DrsDriver) -> None:
    """Complete an order that is scheduled, then look for its operative."""
    order, ahead = drs.create_order(), drs.weekday(1, 1)
    drs.need_scheduled(order, drs.need_slots(ahead, 1)[0])
    members = {"contract": drs.data.contract, "primaryOrderNumber": order.number, "userId": drs.data.user_id}
    answer = drs.ask("completeOrder", **members)
    expect_success(answer)
    shown = drs.select(order, includeCompletedBookings=True)
    expect(shown.text("theOrders/status") == "COMPLETED", f"its status is {shown.text('theOrders/status')}")
    life_cycle = shown.text(f"{_BOOKING}/bookingLifeCycleStatus")
    expect(life_cycle == "COMPLETED", f"its booking is {life_cycle}")
    operative = shown.text(f"{_BOOKING}/theResources/resourceID")
    expect(not operative, f"{operative} is still assigned to it")


@clause(
    "CHG-06",
    "updateBooking advances the life cycle; once the work has begun, the order is STARTED and cannot be PLANNED again.",
    presumed("by the life cycle's words, which are published"),
    writes=True,
)
def a_life_cycle_advances(drs: DrsDriver) -> None:
    """Advance a booking until the work has started, and try to go back."""
    order = drs.create_order()
    drs.need_scheduled(order, drs.need_slots(drs.weekday(1, 1), 1)[0])
    status = drs.select(order).text("theOrders/status")
    expect(status == "PLANNED", f"once it is scheduled, the order is {status}")
    for becomes in ("DESPATCHED", "ACCEPTED", "ARRIVED", "STARTED"):
        answer = drs.update(order, becomes)
        expect(answer.succeeded, f"{becomes} was refused: {answer.text('errorMsg') or answer.fault}")
        shown = drs.select(order)
        life_cycle = shown.text(f"{_BOOKING}/bookingLifeCycleStatus")
        expect(life_cycle == becomes, f"after {becomes} it is {life_cycle}")
        status = shown.text("theOrders/status")
        begun = becomes in ("ARRIVED", "STARTED")
        expect((status == "STARTED") is begun, f"after {becomes} the order is {status}")
    expect(drs.update(order, "PLANNED").refused, "it was planned again")


@clause(
    "CHG-07",
    "plannerComments and operatorComments are kept until others are sent.",
    presumed("by the members' names; relied on by Hackney for a planner's"),
    writes=True,
    comments=texts(max_size=30),
)
def comments_are_kept(drs: DrsDriver, comments: str) -> None:
    """Send one after the other, and read the booking."""
    order = drs.create_order()
    sent = {"plannerComments": comments, "operatorComments": f"{comments}!"}
    for name, text in sent.items():
        drs.update(order, "PLANNED", {name: text})
    drs.update(order, "PLANNED")
    shown = drs.select(order)
    for name, text in sent.items():
        kept = (shown.text(f"{_BOOKING}/{name}") or "").strip()
        expect(kept == text.strip(), f"the {name} '{text}' came back as '{kept}'")


@clause(
    "CHG-08",
    "theFollowOnBooking of updateBooking adds a booking with its values to the order.",
    presumed("by the member's name, which is published"),
    writes=True,
    reason=texts(max_size=20),
)
def a_follow_on_booking_is_added(drs: DrsDriver, reason: str) -> None:
    """Complete a booking with a follow-on booking."""
    order = drs.create_order(targetDate=drs.local(30))
    begin, end = drs.local(9, time(8)), drs.local(9, time(12))
    follow_on: Members = {
        "bookingReason": reason,
        "planningWindowEnd": end,
        "planningWindowStart": begin,
        "theBookingCodes": drs.code(order.number),
        "userId": "follow-on user",
    }
    expect_success(drs.update(order, "COMPLETED", theFollowOnBooking=follow_on))
    returned = drs.select(order).returned
    bookings = [] if returned is None else returned.findall(_BOOKING)
    expect(len(bookings) == 1, f"{len(bookings)} bookings are open, not one")
    added = {name: bookings[0].findtext(name, "") for name in ("bookingReason", "userId", "bookingLifeCycleStatus")}
    wanted = {"bookingReason": reason, "userId": "follow-on user", "bookingLifeCycleStatus": "PLANNED"}
    expect(added == wanted, f"it is {added}, not {wanted}")
    window = [bookings[0].findtext(name, "") for name in ("planningWindowStart", "planningWindowEnd")]
    expect([datetime.fromisoformat(each) for each in window] == [begin, end], f"its window is {window}")


@clause(
    "CHG-09",
    "bookingCategory and bookingCompletionStatus are kept until others are sent.",
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
    "A completed booking shows the times and the operative that updateBooking sent.",
    presumed("Hackney sends both; that both are shown is the simplest assumption"),
    writes=True,
    hours=st.integers(1, 20),
)
def finished_work_is_shown(drs: DrsDriver, hours: int) -> None:
    """Complete a booking that is not scheduled."""
    order = drs.create_order()
    operative = drs.ask("selectResource").text("theResources/resourceID") or ""
    begin, end = drs.local(-1, time(1)), drs.local(-1, time(1 + hours))
    done: Members = {"startDateAndTime": begin, "endDateAndTime": end, "resourceId": operative}
    expect_success(drs.update(order, "COMPLETED", **done))
    shown = drs.select(order, includeCompletedBookings=True)
    worked = [shown.time(f"{_BOOKING}/{name}") for name in ("assignedStart", "assignedEnd")]
    expect(worked == [begin, end], f"it was worked on from {worked[0]} to {worked[1]}")
    by_whom = shown.text(f"{_BOOKING}/theResources/resourceID")
    expect(by_whom == operative, f"the operative is {by_whom}, not {operative}")
    status = shown.text("theOrders/status")
    expect(status != "COMPLETED", "the order is completed too, without completeOrder")


@clause(
    "CHG-11",
    "Until the work begins, a booking can take any earlier state; after that it only goes forward.",
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
    "createOrder and updateOrder keep the contact, and updateOrder keeps each member that it does not send.",
    presumed("by the members' names, which are published"),
    writes=True,
    tenant=residents(),
    successor=residents(),
)
def the_contact_is_kept(drs: DrsDriver, tenant: FakeResident, successor: FakeResident) -> None:
    """Create an order with a contact, and change one member at a time."""
    order = drs.create_order(contactName=tenant.name, phone=tenant.phone, message=True)
    created = [order.exchange.text(f"theOrder/{name}") for name in ("contactName", "phone", "message")]
    expect(created == [tenant.name, tenant.phone, "true"], f"the new order has {created}")
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
    "CHG-13",
    "updateOrder moves an order and its bookings to another location, and takes another known priority.",
    presumed("by the members' names, which are published"),
    writes=True,
    there=properties(),
)
def an_order_is_moved(drs: DrsDriver, there: FakeProperty) -> None:
    """Change the location, the priority and more of an order, one at a time."""
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
    changed_to = [shown.text(f"theOrders/{name}") for name in names]
    wanted = [there.id, there.id, "false", there.address1, drs.data.scheduled_priority]
    expect(changed_to == wanted, f"it has {changed_to}, not {wanted}; its priority was {before}")
    for name, wrong in (("priority", "no such one"), ("locationID", " ")):
        flawed: Members = {"primaryOrderNumber": order.number, name: wrong}
        expect_refusal(drs.ask("updateOrder", theOrder=flawed), name)
    late: Members = {"primaryOrderNumber": order.number, "earliestBookingDate": drs.local(400)}
    answer = drs.ask("updateOrder", theOrder=late)
    expect_refusal(answer, "earliestBookingDate", "targetDate")


@clause(
    "CHG-14",
    "A completed booking keeps its operative, unless updateBooking names another.",
    presumed("the simplest assumption"),
    writes=True,
)
def a_completed_booking_keeps_its_operative(drs: DrsDriver) -> None:
    """Complete a booking that is scheduled."""
    order = drs.create_order()
    # A completed booking keeps its place for good, so it is far from the days that other checks use.
    drs.need_scheduled(order, drs.need_slots(drs.weekday(9, 0))[0])
    assigned = drs.select(order).text(f"{_BOOKING}/theResources/resourceID")
    expect_success(drs.update(order, "COMPLETED"))
    kept = drs.select(order, includeCompletedBookings=True).text(f"{_BOOKING}/theResources/resourceID")
    expect(kept == assigned, f"the operative was {assigned} and is {kept}")


@clause(
    "CAN-01",
    "deleteOrder of an unknown number is refused; the errorMsg contains 'no order exists'.",
    client("Hackney"),
    writes=True,
)
def an_unknown_order_is_not_deleted(drs: DrsDriver) -> None:
    """Delete an order that does not exist."""
    number = f"{drs.data.order_number_prefix}NONE"
    answer = drs.ask("deleteOrder", theOrder={"primaryOrderNumber": number})
    expect(answer.refused, f"the status is {answer.text('status')}")
    expect("no order exists" in (answer.text("errorMsg") or ""), f"the errorMsg is '{answer.text('errorMsg')}'")


@clause("CAN-02", "deleteOrder cancels the order: its number is unknown afterwards.", client("Hackney"), writes=True)
def a_deleted_order_is_gone(drs: DrsDriver) -> None:
    """Create an order, delete it, and look for it."""
    order = drs.create_order()
    answer = drs.ask("deleteOrder", theOrder={"primaryOrderNumber": order.number})
    expect_success(answer)
    expect(drs.select(order).refused, "it is still there")


@clause("CAN-03", "deleteBooking of an unknown booking is refused.", presumed("the simplest assumption"), writes=True)
def an_unknown_booking_is_not_cancelled(drs: DrsDriver) -> None:
    """Cancel a booking twice."""
    order = drs.create_order()
    drs.delete(order)
    expect(drs.delete(order).refused, "a cancelled booking was cancelled again")
