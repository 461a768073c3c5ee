"""Clauses on changes: what becomes of members that they do not send, and of changes that DRS cannot make."""

from __future__ import annotations

from datetime import datetime, time

from hypothesis import strategies as st

from drs_contracts.clauses.alternatives.reading import BOOKING, ELSEWHERE, MAX_BOOKINGS, TIMES, WINDOW, read_members
from drs_contracts.clauses.clause import clause, presumed
from drs_contracts.driver.driver import CreatedOrder, DrsDriver, OfferedSlot
from drs_contracts.driver.expectations import expect, expect_success, need, need_success
from drs_contracts.driver.messages import Exchange, Members, Value

_LIMIT = 255
_ORDER_TEXTS = (
    "orderComments",
    "orderCommentsExtended",
    "contactName",
    "phone",
    "reasonCode",
    "secondaryOrderNumber",
    "subcontract",
    "tertiaryOrderNumber",
)
_ORDER_STAYS = ("orderId", "contract", "locationID", "priority", "targetDate", "userId", "status")
_BOOKING_TEXTS = ("plannerComments", "operatorComments", "bookingCategory")


@clause(
    "ALT-01",
    "updateOrder stores each member that it sends, and either keeps all the others or clears all that can be cleared.",
    presumed("either is plausible; that a part of them is cleared is not"),
    writes=True,
)
def an_update_keeps_or_clears_the_rest(drs: DrsDriver) -> None:
    """Send one member at a time to an order that has them all."""
    brought: dict[str, Value] = {name: f"{name} before" for name in _ORDER_TEXTS}
    order = drs.create_order(**brought, message=True)
    named: Members = {"primaryOrderNumber": order.number}
    full = read_members(drs.select(order), "theOrders", (*_ORDER_TEXTS, "message"))
    known = [name for name in _ORDER_TEXTS if full[name]]
    stays = read_members(drs.select(order), "theOrders", _ORDER_STAYS)
    for name in (*known, "priority"):
        need_success(drs.ask("updateOrder", theOrder={**named, **brought, "message": True}))
        value = drs.data.priority if name == "priority" else f"{name} after"
        answer = drs.ask("updateOrder", theOrder={**named, name: value})
        expect_success(answer)
        shown = drs.select(order)
        found = shown.text(f"theOrders/{name}")
        expect(found == value, f"the {name} '{value}' came back as '{found}'", shown)
        others = (*(other for other in known if other != name), "message")
        rest = read_members(shown, "theOrders", others)
        is_kept = rest == {other: full[other] for other in others}
        is_cleared = not any(text not in ("", "false") for text in rest.values())
        expect(is_kept or is_cleared, f"updateOrder with the {name} leaves {rest}", shown)
        _expect_numbers_agree(shown)
        now = read_members(shown, "theOrders", _ORDER_STAYS)
        expect(now == stays, f"updateOrder with the {name} makes {now} of {stays}", shown)


@clause(
    "ALT-02",
    "updateBooking stores each text that it sends, and either keeps all the others or clears them as in a new booking.",
    presumed("either is plausible; that a part of them is cleared is not"),
    writes=True,
)
def a_booking_keeps_or_loses_the_rest(drs: DrsDriver) -> None:
    """Send one member at a time to a booking that has them all."""
    order = drs.create_order()
    plain = _read_texts(drs, order)
    for name in _BOOKING_TEXTS:
        full = {other: f"{other} before" for other in _BOOKING_TEXTS}
        need_success(drs.update(order, "PLANNED", {**full}))
        expect_success(drs.update(order, "PLANNED", {name: f"{name} after"}))
        shown = _read_texts(drs, order)
        expect(shown[name] == [f"{name} after"], f"the {name} came back as {shown[name]}")
        others = [other for other in _BOOKING_TEXTS if other != name]
        is_kept = all(shown[other] == [full[other]] for other in others)
        is_cleared = all(shown[other] == plain[other] for other in others)
        expect(is_kept or is_cleared, f"updateBooking with the {name} leaves {shown}")


@clause(
    "ALT-03",
    "Comments that are too long are refused, or else cut at the limit; comments within it are kept, trimmed.",
    presumed("either is plausible; so is a limit that counts them once they are trimmed"),
    writes=True,
    before=st.integers(1, 9),
    after=st.integers(1, 9),
)
def long_comments_are_refused_or_cut(drs: DrsDriver, before: int, after: int) -> None:
    """Create and update orders with comments at the limit, with blanks about them and without."""
    whole = drs.call("createOrder", drs.order_members(orderComments="w" * (_LIMIT + 1)))
    need(whole.text("theOrder/orderComments") != "w" * (_LIMIT + 1), f"the limit is not {_LIMIT}")
    order = drs.create_order()
    middle = f"{'x' * (_LIMIT - 5)} "
    texts = (
        "y" * _LIMIT,
        f"{' ' * before}z{' ' * after}",
        f"{' ' * before}{'x' * (_LIMIT - before)}{' ' * after}",
        f"{' ' * before}{'x' * _LIMIT}{' ' * after}",
        f"{middle}{'y' * after}{'z' * 9}",
        "z" * (_LIMIT + before),
    )
    for text in texts:
        named: Members = {"primaryOrderNumber": order.number, "orderComments": text}
        changed = drs.ask("updateOrder", theOrder=named)
        made = drs.call("createOrder", drs.order_members(orderComments=text))
        expect(changed.succeeded is made.succeeded, "updateOrder and createOrder have different limits", made)
        expect(made.succeeded or len(text) > _LIMIT, f"{len(text)} characters are refused", made)
        if made.succeeded:
            # An answer has the comments as they are stored.
            wanted = {text[:_LIMIT].strip(), text.strip()[:_LIMIT].strip()}
            for found in (made.text("theOrder/orderComments"), drs.select(order).text("theOrders/orderComments")):
                expect(found in wanted, f"{len(text)} characters came back as '{found}'", made)


@clause(
    "ALT-04",
    "A completed booking shows the times and the operative that were sent, or those that were planned, or none.",
    presumed("each is plausible; a mixture of two times is not"),
    writes=True,
)
def completed_work_is_shown_in_one_way(drs: DrsDriver) -> None:
    """Complete bookings that are scheduled, with and without an operative, and one that is not scheduled."""
    begin, end = drs.local(-1, time(1)), drs.local(-1, time(3))
    operatives = drs.ask("selectResource", contract=drs.data.contract).texts("theResources/resourceID")
    need(len(operatives) > 1, "there is one operative")
    for named in ("", operatives[-1], operatives[0]):
        for is_scheduled in (True, False):
            order = drs.create_order()
            if is_scheduled:
                drs.need_scheduled(order, drs.need_slots(drs.weekday(9, 0))[0])
            planned = read_members(drs.select(order), BOOKING, (*TIMES, "theResources/resourceID"))
            done: Members = {"startDateAndTime": begin, "endDateAndTime": end, "resourceId": named}
            expect_success(drs.update(order, "COMPLETED", **done))
            shown = drs.select(order, includeCompletedBookings=True)
            found = read_members(shown, BOOKING, (*TIMES, "theResources/resourceID"))
            life_cycle = shown.text(f"{BOOKING}/bookingLifeCycleStatus")
            expect(life_cycle == "COMPLETED", f"the completed booking is {life_cycle}", shown)
            times = [found[name] for name in TIMES]
            ways = [["", ""], [planned[name] for name in TIMES]]
            was_sent = "" not in times and [shown.time(f"{BOOKING}/{name}") for name in TIMES] == [begin, end]
            expect(was_sent or times in ways, f"it shows the times {times}", shown)
            operative, assigned = found["theResources/resourceID"], planned["theResources/resourceID"]
            expect(operative in ("", named or assigned, assigned), f"it shows the operative {operative}", shown)
            if was_sent and named:
                expect(operative == named, f"it shows the times that were sent, and the operative {operative}", shown)
            status = shown.text("theOrders/status")
            expect(status != "COMPLETED", "the order is completed too, without completeOrder", shown)


@clause(
    "ALT-05",
    "completeOrder completes the order, and either all of its bookings or none.",
    presumed("either is plausible; that it completes some of them is not"),
    writes=True,
)
def completion_takes_all_bookings_or_none(drs: DrsDriver) -> None:
    """Complete an order with a booking in each state before completion, and one that is completed already."""
    bookings = drs.create_bookings(4)
    drs.need_scheduled(bookings[1], drs.need_slots(drs.weekday(9, 1))[0])
    need_success(drs.update(bookings[2], "COMPLETED"))
    need_success(drs.update(bookings[3], "STARTED"))
    path = f"{BOOKING}/bookingLifeCycleStatus"
    before = drs.select(bookings[0], includeCompletedBookings=True).texts(path)
    named = {"contract": drs.data.contract, "primaryOrderNumber": bookings[0].number, "userId": drs.data.user_id}
    expect_success(drs.ask("completeOrder", **named))
    shown = drs.select(bookings[0], includeCompletedBookings=True)
    expect(shown.text("theOrders/status") == "COMPLETED", "the order is not completed", shown)
    expect(shown.texts(path) in (before, ["COMPLETED"] * 4), f"the bookings are {shown.texts(path)}", shown)


@clause(
    "ALT-06",
    "updateOrder to another location moves the order, and either all of its bookings or none.",
    presumed("either is plausible; that it moves some of them is not"),
    writes=True,
)
def a_move_takes_all_bookings_or_none(drs: DrsDriver) -> None:
    """Move an order with several bookings, one of them scheduled."""
    bookings = drs.create_bookings(3)
    drs.need_scheduled(bookings[1], drs.need_slots(drs.weekday(1, 1), 1)[0])
    path = f"{BOOKING}/locationID"
    before = drs.select(bookings[0])
    moved: Members = {"primaryOrderNumber": bookings[0].number, "locationID": ELSEWHERE}
    need_success(drs.ask("updateOrder", theOrder=moved))
    shown = drs.select(bookings[0])
    place = shown.text("theOrders/theLocation/locationId")
    expect(place == ELSEWHERE, f"the order is at {place}", shown)
    expect(shown.texts(path) in (before.texts(path), [ELSEWHERE] * 3), f"its bookings are at {shown.texts(path)}")
    times = [each.texts(f"{BOOKING}/{name}") for each in (before, shown) for name in (*WINDOW, *TIMES)]
    expect(times[:2] == times[4:6], f"the planning windows {times[:2]} became {times[4:6]}", shown)
    expect(len(times[2]) == len(times[6]), "a booking has lost its time", shown)


@clause(
    "ALT-07",
    "A follow-on booking has the planning window that is sent, or that of its order: both ends of the same.",
    presumed("either is plausible; a mixture is not"),
    writes=True,
    days=st.integers(2, 20),
)
def a_follow_on_has_one_window(drs: DrsDriver, days: int) -> None:
    """Add a follow-on to a booking, with a window and without."""
    for has_window in (True, False):
        order = drs.create_order(earliestBookingDate=drs.local(1), targetDate=drs.local(40))
        orders = [order.exchange.time(f"theOrder/theBookings/{name}") for name in WINDOW]
        window = [drs.local(days, time(8)), drs.local(days + 1, time(12))]
        sent: Members = {"theBookingCodes": drs.code(order.number), "userId": "another"}
        more = dict(zip(WINDOW, window, strict=True)) if has_window else {}
        expect_success(drs.update(order, "PLANNED", theFollowOnBooking={**sent, **more}))
        shown = drs.select(order)
        found = [datetime.fromisoformat(shown.texts(f"{BOOKING}/{name}")[-1]) for name in WINDOW]
        expect(found in ([window] if has_window else []) + [orders], f"its window is {found}", shown)
        path = f"{BOOKING}/planningWindowStart"
        expect(
            shown.texts(path)[0] == order.exchange.text("theOrder/theBookings/planningWindowStart"), "the first moves"
        )


@clause(
    "ALT-08",
    "scheduleBooking into a slot without room is refused and changes nothing, or places the booking in that slot.",
    presumed("either is plausible; a place elsewhere is not"),
    writes=True,
    weekday=st.integers(0, 4),
)
def a_full_slot_is_refused_or_overbooked(drs: DrsDriver, weekday: int) -> None:
    """Fill a slot, and schedule two more bookings into it."""
    ahead = drs.weekday(1, weekday)
    slot = drs.need_slots(ahead, 1)[0]
    for _ in range(MAX_BOOKINGS):
        if not _is_free(drs, ahead, slot):
            break
        drs.need_scheduled(drs.create_order(), slot)
    need(not _is_free(drs, ahead, slot), f"a slot takes more than {MAX_BOOKINGS} bookings")
    answers = []
    for _ in range(2):
        order = drs.create_order()
        before = drs.select(order)
        answer = drs.schedule_into(order, slot)
        answers.append(answer.succeeded)
        shown = drs.select(order)
        if not answer.succeeded:
            expect(shown.reply.body == before.reply.body, "a refused booking has changed", shown)
            continue
        window = [shown.text(f"{BOOKING}/{name}") for name in WINDOW]
        expect(window == [slot.begin, slot.end], f"its window is {window}", shown)
        start, end = (shown.time(f"{BOOKING}/{name}") for name in TIMES)
        expect(slot.begins <= start < end <= slot.ends, f"it is planned from {start} to {end}", shown)
        expect(bool(shown.text(f"{BOOKING}/theResources/resourceID")), "it has no operative", shown)
    expect(len(set(answers)) == 1, "one of two such bookings is refused")


@clause(
    "ALT-09",
    "The orderId of one order with the number of another is refused, or names one of them, in every operation alike.",
    presumed("each is plausible; that operations differ is not"),
    writes=True,
)
def two_names_count_alike_everywhere(drs: DrsDriver) -> None:
    """Send both to all operations that take them."""
    found: dict[str, str] = {}
    for operation in ("updateOrder", "createBooking", "deleteOrder"):
        one, other = drs.create_order(), drs.create_order()
        named: dict[str, Value] = {
            "orderId": one.exchange.text("theOrder/orderId") or "",
            "primaryOrderNumber": other.number,
        }
        before = [drs.select(each).reply.body for each in (one, other)]
        if operation == "createBooking":
            answer = drs.ask(operation, theBooking={**named, "theBookingCodes": drs.code(other.number)})
        else:
            answer = drs.ask(operation, theOrder={**named, "orderComments": "changed"})
        first, second = (drs.select(each).reply.body != was for each, was in zip((one, other), before, strict=True))
        expect(answer.succeeded is (first or second), f"{operation} has the status {answer.text('status')}", answer)
        expect(not (first and second), f"{operation} changes both orders", answer)
        found[operation] = "orderId" if first else "number" if second else "neither"
    expect(len(set(found.values())) == 1, f"operations differ in the number by which they find an order: {found}")


@clause(
    "ALT-10",
    "A planning window that ends before it begins is refused and changes nothing, or is read the other way round.",
    presumed("either is plausible; another window is not"),
    writes=True,
)
def a_reversed_window_is_refused_or_turned(drs: DrsDriver) -> None:
    """Schedule a booking and a reservation into a slot that is sent the wrong way round."""
    slot = drs.need_slots(drs.weekday(1, 1), 1)[0]
    for operation in ("scheduleBooking", "createReservation"):
        order = drs.create_order()
        before = drs.select(order)
        turned: Members = dict(zip(WINDOW, (slot.end, slot.begin), strict=True))
        answer = drs.ask(operation, theBooking=drs.booking(order, **turned))
        shown = drs.select(order)
        if answer.succeeded:
            window = [shown.text(f"{BOOKING}/{name}") for name in WINDOW]
            expect(window == [slot.begin, slot.end], f"{operation}: its window is {window}", shown)
            expect(bool(shown.text(f"{BOOKING}/assignedStart")), f"{operation} gives it no time", shown)
        else:
            expect(shown.reply.body == before.reply.body, f"a refused {operation} has changed it", shown)


def _read_texts(drs: DrsDriver, order: CreatedOrder) -> dict[str, list[str]]:
    """The texts of an order's booking, each as it is shown: one that is empty differs from none."""
    shown = drs.select(order)
    return {name: shown.texts(f"{BOOKING}/{name}") for name in _BOOKING_TEXTS}


def _expect_numbers_agree(shown: Exchange) -> None:
    for name in ("secondaryOrderNumber", "tertiaryOrderNumber"):
        of_order = shown.text(f"theOrders/{name}") or ""
        of_booking = shown.text(f"{BOOKING}/{name}") or ""
        expect(of_booking == of_order, f"the booking has the {name} '{of_booking}', its order '{of_order}'", shown)


def _is_free(drs: DrsDriver, ahead: int, slot: OfferedSlot) -> bool:
    return any(each.begin == slot.begin and each.end == slot.end for each in drs.free_slots(ahead, 1))
