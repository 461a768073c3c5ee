"""Clauses on changed, completed and cancelled orders and bookings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from itertools import product
from typing import Any

from hypothesis import strategies as st
from lxml import etree

from drs_contracts.clauses.clause import clause, client, presumed, seen, vendor
from drs_contracts.driver.driver import CreatedOrder, DrsDriver
from drs_contracts.driver.expectations import expect, expect_refusal, expect_success
from drs_contracts.driver.messages import Exchange, Members, Value
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
    vendor("moving jobs, of which only planned ones can be moved", "7vlmkiaf08"),
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
    "updateOrder replaces the members that it sends, and nothing else.",
    presumed("by the operation's name; members published"),
    writes=True,
    text=comments(max_size=60),
    successor=residents(),
)
def an_update_changes_what_it_sends(drs: DrsDriver, text: str, successor: FakeResident) -> None:
    """Change an order's comments, phone, targetDate and userId, one at a time."""
    order = drs.create_order(orderComments="before", contactName=successor.name, phone="before", message=True)
    names = ("locationID", "priority", "contract", "status", "contactName", "message", "theBookings/bookingId")
    others = (*names, "theBookings/planningWindowEnd")
    before = [drs.select(order).text(f"theOrders/{member}") for member in others]
    target = drs.local(70, time(23, 59, 59))
    changes: Members = {"orderComments": text, "phone": successor.phone, "targetDate": target, "userId": "another"}
    for name, value in changes.items():
        expect_success(drs.ask("updateOrder", theOrder={"primaryOrderNumber": order.number, name: value}))
    shown = drs.select(order)
    found = [shown.text(f"theOrders/{name}") for name in ("orderComments", "phone", "userId")]
    expect(found == [text.strip(), successor.phone, "another"], f"it has {found}")
    kept = shown.time("theOrders/targetDate")
    expect(kept == target, f"the targetDate is {kept}")
    now = [shown.text(f"theOrders/{member}") for member in others]
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
    "updateBooking advances the life cycle: from PLANNED to DESPATCHED, ACCEPTED, STARTED and COMPLETED.",
    vendor("the life cycle of jobs", "o8gbpb5o3s", "fvuj1f4ag8", also="published: the states"),
    writes=True,
)
def a_life_cycle_advances(drs: DrsDriver) -> None:
    """Advance a booking until the work is done."""
    order = drs.create_order()
    drs.need_scheduled(order, drs.need_slots(drs.weekday(1, 1), 1)[0])
    for becomes in ("DESPATCHED", "ACCEPTED", "STARTED", "COMPLETED"):
        answer = drs.update(order, becomes)
        expect(answer.succeeded, f"{becomes} was refused: {answer.text('errorMsg') or answer.fault}")
        life_cycle = drs.select(order, includeCompletedBookings=True).text(f"{_BOOKING}/bookingLifeCycleStatus")
        expect(life_cycle == becomes, f"after {becomes} it is {life_cycle}")


@clause(
    "CHG-07",
    "plannerComments are kept until others are sent.",
    client("Hackney sends them for planners to read"),
    writes=True,
    comments=texts(max_size=30),
)
def planner_comments_are_kept(drs: DrsDriver, comments: str) -> None:
    """Send comments, then an update without any."""
    order = drs.create_order()
    drs.update(order, "PLANNED", {"plannerComments": comments})
    drs.update(order, "PLANNED")
    kept = drs.select(order).text(f"{_BOOKING}/plannerComments") or ""
    expect(kept.strip() == comments.strip(), f"'{comments}' came back as '{kept}'")


@clause(
    "CHG-08",
    "theFollowOnBooking of updateBooking adds a booking to the order.",
    vendor("follow-on jobs", "02tfyrsxcm", "22d1tot8bp", also="published: the member"),
    writes=True,
)
def a_follow_on_booking_is_added(drs: DrsDriver) -> None:
    """Complete a booking with a follow-on booking."""
    order = drs.create_order(targetDate=drs.local(30))
    expect_success(drs.update(order, "COMPLETED", theFollowOnBooking=_follow_on(drs, order)))
    shown = drs.select(order)
    ids = shown.texts(f"{_BOOKING}/bookingId")
    expect(len(ids) == 1 and ids != [order.booking_id], f"the open bookings are {ids}")
    expect(not shown.texts(f"{_BOOKING}/theResources"), "it has an operative, and is not scheduled yet")


@clause(
    "CHG-09",
    "bookingCompletionStatus is kept until another is sent.",
    client("Hackney sends it, and another service of Hackney and one of ONS read it"),
    writes=True,
    status=texts(max_size=20),
)
def the_completion_status_is_kept(drs: DrsDriver, status: str) -> None:
    """Send a status, then an update without any."""
    order = drs.create_order()
    expect_success(drs.update(order, "PLANNED", {"bookingCompletionStatus": status}))
    expect_success(drs.update(order, "PLANNED"))
    kept = drs.select(order).text(f"{_BOOKING}/bookingCompletionStatus")
    expect((kept or "").strip() == status.strip(), f"'{status}' came back as '{kept}'")


@clause(
    "CHG-10",
    "A completed booking shows the times and the operative that updateBooking sent.",
    presumed("Hackney sends both, and ONS reads the date of completion; that these members show them is assumed"),
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
    "A booking only goes forward once the work has begun, and its order is STARTED; before, it can go back as well.",
    presumed("the vendor has the order of the states (o8gbpb5o3s), but no way back; published: the states"),
    writes=True,
)
def life_cycles_go_forward(drs: DrsDriver) -> None:
    """Bring bookings into each state, and try each other state."""
    for was, becomes in product(_PHASES, repeat=2):
        _expect_step(drs, was, becomes)


def _expect_step(drs: DrsDriver, was: str, becomes: str) -> None:
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
        status = drs.select(order).text("theOrders/status")
        begun = {was, becomes} & {"ARRIVED", "STARTED"}
        expect((status == "STARTED") is bool(begun), f"after {was} and {becomes} the order is {status}")
    else:
        expect_refusal(answer, order.booking_id, was, becomes)


@clause(
    "CHG-12",
    "An order keeps the contact of createOrder: name, phone, and whether to send a message.",
    vendor("the contact of an order", "qe2fzeu7p2", "ttcyw2yphs", also="published: the members"),
    writes=True,
    tenant=residents(),
)
def the_contact_is_kept(drs: DrsDriver, tenant: FakeResident) -> None:
    """Create an order with a contact, and read it back."""
    order = drs.create_order(contactName=tenant.name, phone=tenant.phone, message=True)
    wanted = [tenant.name, tenant.phone, "true"]
    for shown, path in ((order.exchange, "theOrder"), (drs.select(order), "theOrders")):
        found = [shown.text(f"{path}/{name}") for name in ("contactName", "phone", "message")]
        expect(found == wanted, f"it has {found}, not {wanted}")


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
    "CHG-15",
    "operatorComments and bookingCategory are kept until others are sent.",
    presumed("by the members' names, which are published"),
    writes=True,
    comments=texts(max_size=30),
    category=texts(max_size=20),
)
def operator_comments_and_category_are_kept(drs: DrsDriver, comments: str, category: str) -> None:
    """Send the one, then the other, then neither; then a category in theBooking."""
    order = drs.create_order()
    expect_success(drs.update(order, "PLANNED", {"bookingCategory": "another"}, bookingCategory=category))
    expect_success(drs.update(order, "PLANNED", {"operatorComments": comments}))
    expect_success(drs.update(order, "PLANNED"))
    shown = drs.select(order)
    for name, text in (("bookingCategory", category), ("operatorComments", comments)):
        found = shown.text(f"{_BOOKING}/{name}")
        expect((found or "").strip() == text.strip(), f"the {name} '{text}' came back as '{found}'")
    expect_success(drs.update(order, "PLANNED", {"bookingCategory": "another"}))
    kept = drs.select(order).text(f"{_BOOKING}/bookingCategory")
    expect(kept == "another", f"the category of theBooking came back as '{kept}'")


@clause(
    "CHG-16",
    "A follow-on booking has the reason, the user and the planning window that were sent, and is PLANNED.",
    presumed("by the members' names, which are published"),
    writes=True,
    reason=texts(max_size=20),
)
def a_follow_on_booking_has_its_values(drs: DrsDriver, reason: str) -> None:
    """Complete a booking with a follow-on booking, and compare the two."""
    order = drs.create_order(targetDate=drs.local(30))
    sent = _follow_on(drs, order, bookingReason=reason)
    expect_success(drs.update(order, "COMPLETED", theFollowOnBooking=sent))
    shown = drs.select(order)
    found = [shown.text(f"{_BOOKING}/{name}") for name in ("bookingReason", "userId", "bookingLifeCycleStatus")]
    expect(found == [reason, sent["userId"], "PLANNED"], f"it has {found}")
    window = [shown.time(f"{_BOOKING}/{name}") for name in ("planningWindowStart", "planningWindowEnd")]
    expect(window == [sent["planningWindowStart"], sent["planningWindowEnd"]], f"its window is {window}")


@clause(
    "CHG-17",
    "updateOrder takes an order as selectOrder gives it, and changes nothing by it.",
    client("ONS selects orders and sends each to updateOrder"),
    writes=True,
)
def an_order_can_be_sent_back(drs: DrsDriver) -> None:
    """Select an order that is scheduled, send it to updateOrder, and select it again."""
    order = drs.create_order(orderComments="as before")
    drs.need_scheduled(order, drs.need_slots(drs.weekday(1, 1), 1)[0])
    before = drs.select(order)
    expect_success(drs.ask("updateOrder", theOrder=_members(before, "theOrders")))
    after = drs.select(order)
    expect(after.reply.body == before.reply.body, "the order is not what it was")


@clause(
    "CHG-18",
    "updateBooking takes a booking as selectOrder gives it, with its order inside.",
    client("Hackney completes bookings like this"),
    writes=True,
)
def a_booking_can_be_sent_back(drs: DrsDriver) -> None:
    """Select an order that is scheduled, and complete its booking with all members."""
    order = drs.create_order()
    drs.need_scheduled(order, drs.need_slots(drs.weekday(8, 1), 1)[0])
    shown = drs.select(order)
    its_order = {name: value for name, value in _members(shown, "theOrders").items() if name != "theBookings"}
    booking = {**_members(shown, _BOOKING), "bookingLifeCycleStatus": "COMPLETED", "theOrder": its_order}
    done: Members = {
        "completeOrder": True,
        "endDateAndTime": shown.text(f"{_BOOKING}/assignedEnd") or "",
        "resourceId": shown.text(f"{_BOOKING}/theResources/resourceID") or "",
        "startDateAndTime": shown.text(f"{_BOOKING}/assignedStart") or "",
        "theBooking": booking,
        "transactionType": "COMPLETED",
    }
    expect_success(drs.ask("updateBooking", **done))
    status = drs.select(order, includeCompletedBookings=True).text("theOrders/status")
    expect(status == "COMPLETED", f"the order's status is {status}")


@clause(
    "CHG-19",
    "APPOINTMENT_SEQUENCE is FOLLOW ON for a follow-on booking, and FIRST for the others of its order.",
    vendor(
        "appointment sequences of jobs", "ty9xkqauju", "o8gbpb5o3s", "22d1tot8bp", also="client: its two values, ONS"
    ),
    writes=True,
)
def a_follow_on_booking_is_marked(drs: DrsDriver) -> None:
    """Add a follow-on and a further booking to an order."""
    order = drs.create_order(targetDate=drs.local(30))
    if not order.exchange.texts("theOrder/theBookings/theBusinessData[name='APPOINTMENT_SEQUENCE']/value"):
        return
    expect_success(drs.update(order, "PLANNED", theFollowOnBooking=_follow_on(drs, order)))
    further: Members = {"primaryOrderNumber": order.number, "theBookingCodes": drs.code(order.number)}
    expect_success(drs.ask("createBooking", theBooking=further))
    found = drs.select(order).texts(f"{_BOOKING}/theBusinessData[name='APPOINTMENT_SEQUENCE']/value")
    expect(found == ["FIRST", "FOLLOW ON", "FIRST"], f"the sequences are {found}")


@clause(
    "CHG-20",
    "A completed booking takes a follow-on, which opens its order again, or refuses it, as the profile says.",
    vendor("follow-on templates, which say from which statuses one is made", "22d1tot8bp"),
    writes=True,
)
def a_completed_booking_can_have_a_follow_on(drs: DrsDriver) -> None:
    """Complete an order, and add a follow-on booking; then do both at once with another order."""
    order = drs.create_order(targetDate=drs.local(30))
    expect_success(drs.update(order, "COMPLETED", completeOrder=True))
    answer = drs.update(order, "COMPLETED", theFollowOnBooking=_follow_on(drs, order))
    ids = drs.select(order).texts(f"{_BOOKING}/bookingId")
    if drs.data.follow_ons_from_completed == "refuse":
        expect_refusal(answer, order.booking_id, "completed")
        expect(not ids, f"the order has the open bookings {ids}")
        return
    expect_success(answer)
    expect(len(ids) == 1 and ids != [order.booking_id], f"the open bookings are {ids}")
    status = drs.select(order).text("theOrders/status")
    expect(status != "COMPLETED", "the order is still completed")
    order = drs.create_order(targetDate=drs.local(30))
    expect_success(drs.update(order, "COMPLETED", completeOrder=True, theFollowOnBooking=_follow_on(drs, order)))
    shown = drs.select(order)
    ids, status = shown.texts(f"{_BOOKING}/bookingId"), shown.text("theOrders/status")
    expect(len(ids) == 1 and status != "COMPLETED", f"at once, the order is {status} with the open bookings {ids}")


@clause(
    "CHG-21",
    "Of a booking's data, TASK_LIFE_CYCLE_STAT is its life cycle in lower case, and APPOINTMENT_REASON its reason.",
    seen("Appendix B 4, for a new booking; presumed: that they follow it"),
    writes=True,
)
def business_data_follow_the_booking(drs: DrsDriver) -> None:
    """Bring a booking from one state to the next, and compare its members with its business data."""
    order = drs.create_order()
    for becomes in _PHASES:
        expect_success(drs.update(order, becomes))
        shown = drs.select(order, includeCompletedBookings=True)
        reason = shown.text(f"{_BOOKING}/bookingReason")
        for name, wanted in (("TASK_LIFE_CYCLE_STAT", becomes.lower()), ("APPOINTMENT_REASON", reason)):
            found = shown.texts(f"{_BOOKING}/theBusinessData[name='{name}']/value")
            expect(found in ([], [wanted]), f"{name} is {found}, not {wanted}", shown)


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


@clause(
    "CAN-04",
    "deleteOrder takes the whole order, as it was sent to createOrder.",
    client("Hackney cancels orders like this"),
    writes=True,
)
def a_whole_order_can_be_deleted(drs: DrsDriver) -> None:
    """Create an order, and send the same members to deleteOrder."""
    members = drs.order_members(status="PLANNED", orderComments="not needed any more")
    expect_success(drs.call("createOrder", members))
    answer = drs.call("deleteOrder", members)
    expect_success(answer)
    sent = members["theOrder"]
    assert isinstance(sent, Mapping)
    found = drs.ask("selectOrder", primaryOrderNumber=sent["primaryOrderNumber"])
    expect(found.refused, "it is still there")


def _follow_on(drs: DrsDriver, order: CreatedOrder, **more: Value) -> Members:
    return {
        "planningWindowEnd": drs.local(9, time(12)),
        "planningWindowStart": drs.local(9, time(8)),
        "theBookingCodes": drs.code(order.number),
        "userId": "follow-on user",
        **more,
    }


def _members(answer: Exchange, path: str) -> dict[str, Value]:
    """Return the members of the first element at ``path``, to be sent back."""
    found = None if answer.returned is None else answer.returned.find(path)
    assert found is not None
    return _members_of(found)


def _members_of(element: etree._Element) -> dict[str, Value]:
    repeated: dict[str, list[Any]] = {}
    for child in element:
        repeated.setdefault(str(child.tag), []).append(_members_of(child) if len(child) else child.text or "")
    return {name: values[0] if len(values) == 1 else values for name, values in repeated.items()}
