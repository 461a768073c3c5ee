"""Clauses on scheduleBooking and reservations: which place a booking gets, and how long it keeps it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import pairwise

from hypothesis import strategies as st

from drs_contracts.clauses.clause import clause, client, presumed, seen, vendor
from drs_contracts.driver.driver import CreatedOrder, DrsDriver, OfferedSlot, read_slots
from drs_contracts.driver.expectations import expect, expect_refusal, expect_success
from drs_contracts.driver.messages import Exchange
from drs_contracts.errors import ClauseBroken
from drs_contracts.fake_data import FakeProperty
from drs_contracts.strategies import durations, lengths, properties, texts

_BOOKING = "theOrders/theBookings"
# A whole year, so both summer and winter time.
_WEEKS = lengths(52)
_WINDOW = ("planningWindowStart", "planningWindowEnd")
_PLANNING_FAILED = "Error in Booking.schedule. Error in modifyJob Planning failed"
_MAX_BOOKINGS = 40
_A_MINUTE = timedelta(minutes=1)
_NEXT_DAY = "the next day began meanwhile"
_CHOICES = st.lists(st.tuples(st.integers(0, 9), properties()), min_size=2, max_size=9)


@clause(
    "SCH-01",
    "A slot that was offered as available can be booked.",
    seen("Scheduling a Booking"),
    writes=True,
    weeks=_WEEKS,
    weekday=st.integers(0, 4),
    before=st.lists(st.integers(0, 9), max_size=4),
    job=st.integers(0, 9),
    quantity=st.integers(1, 4),
)
def an_offered_slot_can_be_booked(
    drs: DrsDriver, weeks: int, weekday: int, before: list[int], job: int, quantity: int
) -> None:
    """Book some slots of a day; then, for a job of any kind and length, book and cancel each that is still offered."""
    ahead = drs.weekday(weeks, weekday)
    target = drs.local(ahead + 30, time(23, 59, 59))
    for choice in before:
        if free := drs.free_slots(ahead, 1):
            drs.need_scheduled(drs.create_order(targetDate=target), free[choice % len(free)])
    codes = drs.data.job_codes or (drs.data.sor_code,)
    code = {**drs.code("any", codes[job % len(codes)]), "quantity": quantity}
    for slot in drs.free_slots(ahead, 1, theBookingCodes=code):
        order = drs.create_order(theBookingCodes=code, targetDate=target)
        answer = drs.schedule_into(order, slot)
        expect(answer.succeeded, f"{slot.begin} to {slot.end} was refused: {answer.text('errorMsg')}", answer)
        drs.delete(order)


@clause(
    "SCH-02",
    "After scheduling, selectOrder returns the planning window, assigned times inside it, and theResources.",
    client("Hackney; vendor: the window becomes the slot that was chosen, and the visit is inside it (cckxof7hj0)"),
    writes=True,
    weeks=_WEEKS,
)
def a_scheduled_booking_has_times_and_an_operative(drs: DrsDriver, weeks: int) -> None:
    """Book a slot and read it back."""
    order, slot = _booked(drs, weeks)
    answer = drs.select(order)
    window = (answer.text(f"{_BOOKING}/planningWindowStart"), answer.text(f"{_BOOKING}/planningWindowEnd"))
    expect(window == (slot.begin, slot.end), f"the planning window is {window}")
    expect(bool(answer.text(f"{_BOOKING}/assignedStart")), "it has no assigned times")
    start, end = (answer.time(f"{_BOOKING}/{member}") for member in ("assignedStart", "assignedEnd"))
    inside = slot.begins <= start < end <= slot.ends
    expect(inside, f"{start} to {end} is not inside the window")
    expect(bool(answer.text(f"{_BOOKING}/theResources/resourceID")), "it has no resourceID")


@clause(
    "SCH-03",
    "A second scheduleBooking moves the booking.",
    seen("Scheduling a Booking"),
    writes=True,
    weeks=_WEEKS,
)
def scheduling_again_moves(drs: DrsDriver, weeks: int) -> None:
    """Book one slot, then the last one of the week."""
    order, _ = _booked(drs, weeks)
    last = drs.need_slots(drs.weekday(weeks, 0))[-1]
    expect(drs.schedule_into(order, last).succeeded, "the second call was refused")
    answer = drs.select(order)
    expect(len(answer.texts(f"{_BOOKING}/bookingId")) == 1, "there is a second booking now")
    start = answer.text(f"{_BOOKING}/planningWindowStart")
    expect(start == last.begin, f"it is planned for {start}")


@clause(
    "SCH-04",
    "primaryOrderNumber need not match the order and may be blank.",
    seen("scheduleBooking, primaryOrderNumber"),
    writes=True,
    number=texts(),
)
def the_number_need_not_match(drs: DrsDriver, number: str) -> None:
    """Schedule under a blank number, and under any other."""
    for sent in (" ", number):
        order = drs.create_order()
        slot = drs.need_slots(drs.weekday(1, 1), 1)[0]
        answer = drs.schedule(order, primaryOrderNumber=sent, **slot.window)
        expect(answer.succeeded, f"under '{sent}' it was refused: {answer.text('errorMsg')}")
        expect(drs.select(order).text(f"{_BOOKING}/planningWindowStart") == slot.begin, "another order was scheduled")
        drs.delete(order)


@clause(
    "SCH-05",
    "A missing bookingReason becomes 'first', in lower case; one that is sent is kept.",
    seen("scheduleBooking, bookingReason; client: found in Hackney's DRS"),
    writes=True,
    reason=texts(max_size=20),
)
def a_missing_reason_is_first(drs: DrsDriver, reason: str) -> None:
    """Schedule without a reason, then with one; into a slot, and without a window."""
    order, slot = _booked(drs, 1)
    for window, how in ((slot.window, ""), ({}, ", and without a window,")):
        drs.schedule(order, **window)
        found = drs.select(order).text(f"{_BOOKING}/bookingReason")
        expect(found == "first", f"without one{how} the reason is '{found}'")
        drs.schedule(order, bookingReason=reason, **window)
        found = drs.select(order).text(f"{_BOOKING}/bookingReason")
        expect(found == reason, f"'{reason}'{how} came back as '{found}'")


@clause(
    "SCH-06",
    "duration and isEmergency are ignored.",
    seen("scheduleBooking, duration and isEmergency"),
    writes=True,
    minutes=durations(),
)
def duration_and_emergency_are_ignored(drs: DrsDriver, minutes: int) -> None:
    """Schedule with both, with a window and without, and compare with the answer to createOrder."""
    order = drs.create_order()
    slot = drs.need_slots(drs.weekday(1, 1), 1)[0]
    drs.schedule(order, duration=minutes, isEmergency=True, **slot.window)
    answer = drs.select(order)
    created = order.exchange.text("theOrder/theBookings/duration")
    found = answer.text(f"{_BOOKING}/duration")
    expect(found == created, f"the duration was {created} and is {found} now")
    expect(answer.text(f"{_BOOKING}/isEmergency") == "false", "it is an emergency now")
    plain, emergency = (drs.create_order(earliestBookingDate=drs.local(drs.weekday(2, 1))) for _ in range(2))
    drs.schedule(plain)
    drs.schedule(emergency, duration=minutes, isEmergency=True)
    begin, other = (drs.select(each).text(f"{_BOOKING}/planningWindowStart") for each in (plain, emergency))
    expect(begin == other, f"without a window they are planned for {begin} and {other}")


@clause(
    "SCH-07",
    "Without a planning window the booking gets the next available slot from earliestBookingDate on.",
    seen("scheduleBooking, planningWindowStart and planningWindowEnd"),
    writes=True,
    weeks=_WEEKS,
)
def without_a_window_the_next_slot_is_taken(drs: DrsDriver, weeks: int) -> None:
    """Compare the booking's window with the first slot that is offered; from that day on, and from its begin on."""
    monday = drs.weekday(weeks, 0)
    first = min(slot.begins for slot in drs.need_slots(monday))
    for earliest in (drs.local(monday), first):
        order = drs.create_order(earliestBookingDate=earliest, targetDate=drs.local(monday + 30))
        expect_success(drs.schedule(order))
        start = drs.select(order).time(f"{_BOOKING}/planningWindowStart")
        expect(start == first, f"it got {start}, the first slot begins {first.isoformat()}")
        drs.delete(order)


@clause(
    "SCH-08",
    "A booking makes no slot available that was not available before.",
    seen("Checking Appointment Availability"),
    writes=True,
    weeks=_WEEKS,
)
def booking_adds_no_slots(drs: DrsDriver, weeks: int) -> None:
    """Book a day until it is full, and compare its available slots before and after each booking."""
    tuesday = drs.weekday(weeks, 1)
    before = drs.need_slots(tuesday, 1)
    for _ in range(40):
        if not before:
            return
        drs.need_scheduled(drs.create_order(), before[0])
        after = drs.free_slots(tuesday, 1)
        times = {(slot.begin, slot.end) for slot in before}
        expect({(slot.begin, slot.end) for slot in after} <= times, "a slot became available by a booking")
        before = after
    expect(False, "the day takes more than 40 bookings")


@clause(
    "SCH-09",
    "deleteBooking cancels the booking and frees its place.",
    client("Hackney, ONS"),
    writes=True,
    weeks=_WEEKS,
)
def deleting_frees_the_place(drs: DrsDriver, weeks: int) -> None:
    """Book a slot and cancel the booking: the order stays, and the slots are as before. Do it on a full day too."""
    tuesday = drs.weekday(weeks, 1)
    before = drs.need_slots(tuesday, 1)
    order = drs.create_order()
    drs.need_scheduled(order, before[0])
    expect_success(drs.delete(order))
    shown = drs.select(order)
    expect_success(shown)
    expect(shown.text("theOrders/primaryOrderNumber") == order.number, "the order is gone with its booking")
    expect(not shown.texts(f"{_BOOKING}/bookingId"), "the order still has the booking")
    expect(drs.free_slots(tuesday, 1) == before, "the places are not what they were")
    first = min(before, key=lambda slot: (slot.ends, slot.begins))
    booked = _fill(drs, first)
    for slot in drs.free_slots(tuesday, 1):
        drs.schedule_into(drs.create_order(), slot)
    for each in booked:
        expect_success(drs.delete(each))
        answer = drs.schedule_into(drs.create_order(), first)
        expect(answer.succeeded, f"what was cancelled at {first.begin} cannot be booked again", answer)


@clause("SCH-10", "scheduleBooking does not require userId.", seen("scheduleBooking, userId"), writes=True)
def scheduling_needs_no_user(drs: DrsDriver) -> None:
    """Schedule without a userId; with one where that is refused."""
    order, slot = drs.create_order(), drs.need_slots(drs.weekday(1, 1), 1)[0]
    answer = drs.schedule_into(order, slot)
    if not answer.succeeded:
        with_user = drs.schedule(order, userId=drs.data.user_id, **slot.window)
        drs.need(with_user.succeeded, f"with a userId it is refused too: {with_user.text('errorMsg')}")
    expect_success(answer)


@clause(
    "SCH-11",
    "A planning window that ends before it begins is refused.",
    presumed("the simplest assumption"),
    writes=True,
)
def a_reversed_window_is_refused(drs: DrsDriver) -> None:
    """Schedule into a slot with its ends swapped."""
    order, slot = drs.create_order(), drs.need_slots(drs.weekday(1, 1), 1)[0]
    answer = drs.schedule(order, planningWindowStart=slot.end, planningWindowEnd=slot.begin)
    expect(answer.refused, f"the status is {answer.text('status')}")


@clause("SCH-12", "scheduleBooking of an unknown booking is refused.", presumed("the simplest assumption"), writes=True)
def an_unknown_booking_is_not_scheduled(drs: DrsDriver) -> None:
    """Schedule a booking that was cancelled."""
    order, slot = drs.create_order(), drs.need_slots(drs.weekday(1, 1), 1)[0]
    drs.delete(order)
    expect(drs.schedule_into(order, slot).refused, "a cancelled booking was scheduled")


@clause(
    "SCH-13",
    "createReservation holds a place for a booking, which is RESERVED; confirmReservation makes it PLANNED there.",
    presumed("by the operations' names; the life cycle's word is published, and the vendor's help is silent"),
    writes=True,
)
def a_place_is_reserved_and_confirmed(drs: DrsDriver) -> None:
    """Reserve the first slot of a day, and confirm the reservation."""
    order = drs.create_order()
    slot = drs.need_slots(drs.weekday(1, 1), 1)[0]
    unnamed = drs.booking(order, **slot.window)
    del unnamed["bookingId"]
    for operation, wanted in (("createReservation", "RESERVED"), ("confirmReservation", "PLANNED")):
        answer = drs.ask(operation, theBooking=unnamed, bookingId=order.booking_id)
        expect(answer.succeeded, f"{operation} was refused: {answer.text('errorMsg') or answer.fault}")
        shown = drs.select(order)
        life_cycle = shown.text(f"{_BOOKING}/bookingLifeCycleStatus")
        expect(life_cycle == wanted, f"after {operation} the booking is {life_cycle}")
        kept = shown.text(f"{_BOOKING}/planningWindowStart")
        expect(kept == slot.begin, f"after {operation} it is planned for {kept}")
        expect(
            bool(shown.text(f"{_BOOKING}/theResources/resourceID")), f"after {operation} the booking has no operative"
        )
    status = drs.select(order).text("theOrders/status")
    expect(status == "PLANNED", f"once it is confirmed, the order is {status}")


@clause(
    "SCH-14",
    "Only a booking whose work has not begun can be reserved, and only a reserved one can be confirmed.",
    presumed("the simplest assumption"),
    writes=True,
)
def only_a_reservation_is_confirmed(drs: DrsDriver) -> None:
    """Confirm a new booking, and reserve one whose operative has arrived or started."""
    answer = drs.ask("confirmReservation", theBooking=drs.booking(drs.create_order()))
    expect(answer.refused, f"the status is {answer.text('status')}")
    order, slots = drs.create_order(), drs.need_slots(drs.weekday(1, 1), 1)
    drs.need_scheduled(order, slots[0])
    for becomes in ("ARRIVED", "STARTED"):
        expect_success(drs.update(order, becomes))
        answer = drs.ask("createReservation", theBooking=drs.booking(order, **slots[-1].window))
        expect_refusal(answer, order.booking_id, becomes, "RESERVED")


@clause(
    "SCH-15",
    f"scheduleBooking of a booking without a valid job template is refused with '{_PLANNING_FAILED}'.",
    seen("scheduleBooking, errors: the job has no valid job template"),
    writes=True,
)
def without_a_template_nothing_is_planned(drs: DrsDriver) -> None:
    """Create an order for a code without a trade, and schedule it with a window and without."""
    code = drs.data.sor_code_without_template
    if code is None:
        return
    slot = drs.need_slots(drs.weekday(1, 1), 1)[0]
    order = drs.create_order(theBookingCodes=drs.code("any", code))
    for answer in (drs.schedule_into(order, slot), drs.schedule(order)):
        expect(answer.refused, f"the status is {answer.text('status')}")
        expect(answer.text("errorMsg") == _PLANNING_FAILED, f"the errorMsg is '{answer.text('errorMsg')}'")


@clause(
    "SCH-16",
    "A window without room is refused as failed planning; with force, the booking is planned in it all the same.",
    vendor(
        "forcing jobs, which leaves their slot as it is",
        "7vlmkiaf08",
        "a2jkrrlcrb",
        also="published: the member; presumed: that of a reservation too",
    ),
    writes=True,
)
def force_overrides_room(drs: DrsDriver) -> None:
    """Fill a slot, then book it and reserve it once more: without force, and with it."""
    tuesday = drs.weekday(1, 1)
    slot = drs.need_slots(tuesday, 1)[0]
    _fill(drs, slot)
    free = drs.free_slots(tuesday, 1)
    for operation in ("scheduleBooking", "createReservation"):
        order = drs.create_order()
        booking = drs.booking(order, **slot.window)
        answer = drs.ask(operation, theBooking=booking)
        told = answer.text("errorMsg")
        expect(told == _PLANNING_FAILED, f"the errorMsg of {operation} is '{told}'", answer)
        expect_success(drs.ask(operation, theBooking=booking, force=True))
        shown = drs.select(order)
        window = tuple(shown.text(f"{_BOOKING}/{name}") for name in _WINDOW)
        expect(window == (slot.begin, slot.end), f"the planning window is {window}")
        start, end = (shown.time(f"{_BOOKING}/{name}") for name in ("assignedStart", "assignedEnd"))
        expect(slot.begins <= start < slot.ends, f"it is planned for {start}")
        duration = int(shown.text(f"{_BOOKING}/duration") or 0)
        expect(end - start == duration * _A_MINUTE, f"{start} to {end} is not {duration} minutes")
        expect(bool(shown.text(f"{_BOOKING}/theResources/resourceID")), "it has no operative")
        expect(drs.free_slots(tuesday, 1) == free, "the slots of the day are not what they were")


@clause(
    "SCH-17",
    "timeLock keeps the assigned time, whatever else is planned on that day.",
    vendor("locking jobs to a time", "02tfyrsxcm", also="published: the member; presumed: that of a reservation too"),
    writes=True,
    weeks=_WEEKS,
    operation=st.sampled_from(("scheduleBooking", "createReservation")),
)
def a_locked_time_stays(drs: DrsDriver, weeks: int, operation: str) -> None:
    """Lock a visit or a reservation, then fill its slot."""
    slot = drs.need_slots(drs.weekday(weeks, 1), 1)[0]
    order = drs.create_order()
    expect_success(drs.ask(operation, theBooking=drs.booking(order, **slot.window), timeLock=True))
    before = drs.select(order).text(f"{_BOOKING}/assignedStart")
    expect(bool(before), "it has no assignedStart")
    _fill(drs, slot)
    after = drs.select(order).text(f"{_BOOKING}/assignedStart")
    expect(after == before, f"it was locked at {before} and is at {after}")
    later = drs.need_slots(drs.weekday(weeks, 2), 3)[-1]
    expect_success(drs.schedule_into(order, later))
    moved = drs.select(order).time(f"{_BOOKING}/assignedStart")
    expect(later.begins <= moved < later.ends, f"it was moved to {later.begin} and is at {moved}")


@clause(
    "SCH-18",
    "resourceLock lockAsSpecified assigns the named operative; lockAfterSchedule keeps the assigned one.",
    vendor("locking jobs to a worker", "02tfyrsxcm", "qe2fzeu7p2", also="published: the values"),
    writes=True,
)
def a_locked_operative_stays(drs: DrsDriver) -> None:
    """Ask for each operative who can do the work, and move a booking with a locked operative."""
    tuesday = drs.weekday(1, 1)
    slot = drs.need_slots(tuesday, 1)[0]
    window = slot.window
    order = drs.create_order()
    for operative in drs.capable_operatives(order):
        if not _has_room(drs, operative, slot):
            continue
        expect_success(drs.schedule_for(operative, order, slot))
        _expect_operative(drs, order, operative)
    found = drs.create_order()
    expect_success(
        drs.ask("scheduleBooking", theBooking=drs.booking(found, **window), resourceLock="lockAfterSchedule")
    )
    operative = drs.select(found).text(f"{_BOOKING}/theResources/resourceID") or ""
    for next_slot in drs.free_slots(tuesday + 1, 1):
        _fill_operative(drs, operative, next_slot)
        if drs.schedule_into(found, next_slot).succeeded:
            _expect_operative(drs, found, operative)


@clause(
    "SCH-19",
    "A reservation that is not confirmed in time expires: the booking is PLANNED again, and its place is free.",
    presumed("by the operations' names; the vendor's help is silent"),
    writes=True,
    moves_clock=True,
)
def a_reservation_expires(drs: DrsDriver) -> None:
    """Reserve a slot; look at it just before the reservation expires, and just after."""
    today, tuesday = drs.today, drs.weekday(1, 1)
    before = drs.need_slots(tuesday, 1)
    order = drs.create_order()
    window = before[0].window
    expect_success(drs.ask("createReservation", theBooking=drs.booking(order, **window)))
    held = timedelta(minutes=drs.data.reservation_minutes)
    for wait, wanted in ((held - _A_MINUTE, "RESERVED"), (2 * _A_MINUTE, "PLANNED")):
        drs.target.move_clock(wait)
        drs.need(drs.today == today, _NEXT_DAY)
        shown = drs.select(order)
        life_cycle = shown.text(f"{_BOOKING}/bookingLifeCycleStatus")
        expect(life_cycle == wanted, f"the booking is {life_cycle}, not {wanted}")
        operative = shown.text(f"{_BOOKING}/theResources/resourceID")
        expect(bool(operative) is (wanted == "RESERVED"), f"while it is {wanted}, the resourceID is '{operative}'")
    expect_refusal(drs.ask("confirmReservation", theBooking=drs.booking(order)), order.booking_id)
    expect(drs.free_slots(tuesday, 1) == before, "the places are not what they were")
    confirmed, scheduled = drs.create_order(), drs.create_order()
    for each, then in ((confirmed, "confirmReservation"), (scheduled, "scheduleBooking")):
        for operation in ("createReservation", then):
            expect_success(drs.ask(operation, theBooking=drs.booking(each, **window)))
    drs.target.move_clock(held + _A_MINUTE)
    drs.need(drs.today == today, _NEXT_DAY)
    for each in (confirmed, scheduled):
        operative = drs.select(each).text(f"{_BOOKING}/theResources/resourceID")
        expect(bool(operative), "a place that was confirmed or scheduled in time has expired")


@clause(
    "SCH-20",
    "A booking whose work has begun cannot be moved.",
    vendor("moving jobs, of which only planned ones can be moved", "7vlmkiaf08"),
    writes=True,
)
def a_booking_that_has_begun_is_not_moved(drs: DrsDriver) -> None:
    """Let an operative arrive and start, and try to move the visit each time."""
    order = drs.create_order()
    slots = drs.need_slots(drs.weekday(1, 1), 1)
    drs.need_scheduled(order, slots[0])
    for becomes in ("ARRIVED", "STARTED"):
        expect_success(drs.update(order, becomes))
        answer = drs.schedule_into(order, slots[-1])
        expect_refusal(answer, order.booking_id, becomes)
    start = drs.select(order).text(f"{_BOOKING}/planningWindowStart")
    expect(start == slots[0].begin, f"it was moved to {start}")


@clause(
    "SCH-21",
    "Every visit stays inside its planning window, whatever else is planned on that day.",
    vendor("time constraints and assignment periods", "cckxof7hj0"),
    writes=True,
    choices=_CHOICES,
)
def visits_stay_inside_their_windows(drs: DrsDriver, choices: list[tuple[int, FakeProperty]]) -> None:
    """Book slots of one day for properties all over, and compare the visits with their windows."""
    for shown in _book_day(drs, choices):
        names = ("planningWindowStart", "assignedStart", "assignedEnd", "planningWindowEnd")
        begin, start, end, until = (shown.time(f"{_BOOKING}/{name}") for name in names)
        expect(begin <= start < end <= until, f"{start} to {end} is not inside {begin} to {until}")


@clause(
    "SCH-22",
    "An operative's visits do not overlap, and each lasts as long as its booking.",
    presumed("the simplest assumption: an operative is in one place at a time"),
    writes=True,
    choices=_CHOICES,
)
def visits_do_not_overlap(drs: DrsDriver, choices: list[tuple[int, FakeProperty]]) -> None:
    """Book slots of one day for properties all over, and compare the visits of each operative."""
    visits: dict[str, list[tuple[datetime, datetime]]] = {}
    for shown in _book_day(drs, choices):
        start, end = (shown.time(f"{_BOOKING}/{name}") for name in ("assignedStart", "assignedEnd"))
        duration = int(shown.text(f"{_BOOKING}/duration") or 0)
        expect(end - start == duration * _A_MINUTE, f"{start} to {end} is not {duration} minutes")
        visits.setdefault(shown.text(f"{_BOOKING}/theResources/resourceID") or "", []).append((start, end))
    for operative, times in visits.items():
        for one, other in pairwise(sorted(times)):
            expect(one[1] <= other[0], f"{operative} has two visits at {other[0]}")


@clause(
    "SCH-23",
    "The status of an order is PLANNED once its booking is scheduled.",
    client("Hackney takes it for the sign that an order is scheduled"),
    writes=True,
)
def a_scheduled_order_is_planned(drs: DrsDriver) -> None:
    """Schedule a booking, and read its order."""
    order, _ = _booked(drs, 1)
    status = drs.select(order).text("theOrders/status")
    expect(status == "PLANNED", f"the status is {status}")


@clause(
    "SCH-24",
    "scheduleBooking can bring assigned times, and codes whose items are counted from 0.",
    client("one service of Hackney sends the times, another counted from 0 for years"),
    writes=True,
)
def a_booking_can_bring_more(drs: DrsDriver) -> None:
    """Schedule a booking with both."""
    order, slot = drs.create_order(), drs.need_slots(drs.weekday(1, 1), 1)[0]
    codes = [{**drs.code(order.number), "itemNumberWithinBooking": item} for item in ("0", "1")]
    times = {"assignedStart": slot.begin, "assignedEnd": slot.end}
    expect_success(drs.schedule(order, **slot.window, **times, theBookingCodes=codes))


@clause(
    "SCH-25",
    "A window that has begun is planned from now on: a booking can be scheduled as createOrder returned it.",
    client("ONS schedules bookings like this; vendor: the window of a new job has begun (7zwqnypb05, cckxof7hj0)"),
    writes=True,
    days_ago=st.integers(0, 30),
)
def a_begun_window_is_planned_from_now_on(drs: DrsDriver, days_ago: int) -> None:
    """Schedule an order's window as it was returned, then one that begins before."""
    drs.need_slots(drs.weekday(0, 0))
    order = drs.create_order()
    returned = {name: order.exchange.text(f"theOrder/theBookings/{name}") or "" for name in _WINDOW}
    earlier = {**returned, _WINDOW[0]: drs.local(-days_ago)}
    for window in (returned, earlier):
        now = drs.target.now().replace(second=0, microsecond=0)
        expect_success(drs.schedule(order, **window))
        shown = drs.select(order)
        start, end = (shown.time(f"{_BOOKING}/{name}") for name in ("assignedStart", "assignedEnd"))
        until = shown.time(f"{_BOOKING}/planningWindowEnd")
        expect(now <= start < end <= until, f"at {now.isoformat()} it is planned for {start} to {end}")
        expect(bool(shown.text(f"{_BOOKING}/theResources/resourceID")), "it has no operative")


def _booked(drs: DrsDriver, weeks: int) -> tuple[CreatedOrder, OfferedSlot]:
    slot = drs.need_slots(drs.weekday(weeks, 1), 1)[0]
    order = drs.create_order(targetDate=drs.local(drs.weekday(weeks, 1) + 30, time(23, 59, 59)))
    drs.need_scheduled(order, slot)
    return order, slot


def _book_day(drs: DrsDriver, choices: list[tuple[int, FakeProperty]]) -> list[Exchange]:
    """Book available slots of a Tuesday, each for a property, and select the orders once all are booked."""
    tuesday = drs.weekday(1, 1)
    orders = []
    for choice, place in choices:
        order = drs.create_order(locationID=place.id)
        free = drs.free_slots(tuesday, 1)
        if free and drs.schedule_into(order, free[choice % len(free)]).succeeded:
            orders.append(order)
    return [drs.select(order) for order in orders]


def _fill(drs: DrsDriver, slot: OfferedSlot) -> list[CreatedOrder]:
    """Book a slot until it is full, and return the orders."""
    booked: list[CreatedOrder] = []
    while len(booked) < _MAX_BOOKINGS:
        order = drs.create_order()
        if not drs.schedule_into(order, slot).succeeded:
            return booked
        booked.append(order)
    raise ClauseBroken(f"the slot at {slot.begin} takes more than {_MAX_BOOKINGS} bookings")


def _fill_operative(drs: DrsDriver, operative: str, slot: OfferedSlot) -> None:
    """Give all other operatives a booking in that slot, so that they are nearer."""
    for other in drs.capable_operatives(drs.create_order()):
        if other != operative:
            drs.schedule_for(other, drs.create_order(), slot)


def _has_room(drs: DrsDriver, operative: str, slot: OfferedSlot) -> bool:
    asked = {**drs.availability_members(slot.begins, slot.begins), "resourceIDs": operative}
    free = [each for each in read_slots(drs.call("checkAvailability", asked)) if each.available]
    return (slot.begin, slot.end) in [(each.begin, each.end) for each in free]


def _expect_operative(drs: DrsDriver, order: CreatedOrder, operative: str) -> None:
    shown = drs.select(order)
    assigned = shown.text(f"{_BOOKING}/theResources/resourceID")
    expect(assigned == operative, f"the operative is {assigned}, not {operative}")
    locked = shown.text(f"{_BOOKING}/theResources/isResourceLocked")
    expect(locked == "true", f"isResourceLocked is {locked}")
