"""Clauses on the same question in another form: it has the same answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import time, timedelta, timezone

from hypothesis import strategies as st

from drs_contracts.clauses.clause import clause, client, presumed, published, seen
from drs_contracts.driver.driver import DrsDriver, read_slots
from drs_contracts.driver.expectations import expect, expect_success, need, need_success
from drs_contracts.driver.messages import Exchange, Members, Value, request
from drs_contracts.strategies import days_ahead, lengths

_WEEKS_OF_A_YEAR = 52
_BOOKING = "theOrders/theBookings"
_DAYS = 6


@clause(
    "LAW-09",
    "A date is an instant: with another offset, the answer is the same.",
    published("dates are of the type dateTime, an instant; seen: they have offsets; measured: Z is read"),
    writes=True,
    ahead=days_ahead(),
    hours=st.integers(-11, 12),
    minutes=st.sampled_from((0, 30, 45)),
)
def an_offset_changes_nothing(drs: DrsDriver, ahead: int, hours: int, minutes: int) -> None:
    """Send the dates of a search, of a booking and of an order with another offset."""
    zone = timezone(timedelta(hours=hours, minutes=minutes))
    begin, end = drs.local(ahead, time(0)), drs.local(ahead + 3, time(12))
    plain = drs.check_availability(begin, end)
    moved = drs.check_availability(begin.astimezone(zone), end.astimezone(zone))
    expect(moved.reply.body == plain.reply.body, f"with the offset {begin.astimezone(zone):%z} the slots differ")
    week = drs.weekday(ahead // 7, 0)
    slot, target = drs.need_slots(week)[0], drs.local(week + 40, time(23, 59, 59))
    one, other = drs.create_order(targetDate=target), drs.create_order(targetDate=target.astimezone(zone))
    need_success(drs.schedule_into(one, slot))
    window = {"planningWindowStart": slot.begins.astimezone(zone), "planningWindowEnd": slot.ends.astimezone(zone)}
    drs.delete(one)
    expect_success(drs.schedule(other, **window))
    shown = drs.select(other)
    found = [shown.text(f"{_BOOKING}/{name}") for name in window]
    expect(found == [slot.begin, slot.end], f"a window with the offset {zone} came back as {found}")
    dates = [each.exchange.text("theOrder/targetDate") for each in (one, other)]
    expect(dates[0] == dates[1], f"a targetDate with the offset {zone} came back as {dates[1]}, not {dates[0]}")
    by_period = [
        drs.ask("selectBooking", returnBookingsFrom=since, returnBookingsTo=until).reply.body
        for since, until in ((slot.begins, slot.ends), tuple(window.values()))
    ]
    expect(by_period[0] == by_period[1], f"selectBooking with the offset {zone} gives other bookings")


@clause(
    "LAW-10",
    "A wrapper without a namespace and members in another order are read alike, in every operation that asks.",
    client("patched .NET service references of four services; seen: elements in any order (Appendix B 5)"),
    writes=True,
    rotation=st.integers(0, 9),
)
def a_form_changes_nothing(drs: DrsDriver, rotation: int) -> None:
    """Ask each question in three forms."""
    order = drs.create_order()
    drs.need_scheduled(order, drs.need_slots(drs.weekday(1, 1), 1)[0])
    for operation, members in _questions(drs, order.number).items():
        plain = drs.call(operation, members)
        turned = drs.call(operation, _turn(members, rotation))
        unqualified = request(operation, members).replace(b"aut:", b"").replace(b"xmlns:aut", b"xmlns:unused")
        for answer, how in (
            (turned, "with its members in another order"),
            (drs.post(operation, unqualified), "in a wrapper without a namespace"),
        ):
            expect(answer.reply.body == plain.reply.body, f"{operation} {how} has another answer", answer)


@clause(
    "LAW-11",
    "A period in two parts has the days and slots of the whole.",
    client("services that ask period after period"),
    ahead=days_ahead(),
    length=st.integers(1, _DAYS),
)
def a_period_can_be_split(drs: DrsDriver, ahead: int, length: int) -> None:
    """Ask for a period, and for its two parts."""

    def ask(first: int, days: int) -> Exchange:
        answer = drs.check_availability(drs.local(first), drs.local(first + days - 1, time(23, 59, 59)))
        expect_success(answer)
        need(answer.text("errorMsg") is None, f"fewer days came back: {answer.text('errorMsg')}")
        return answer

    whole, parts = ask(ahead, length + 1), (ask(ahead, length), ask(ahead + length, 1))
    days = [day for part in parts for day in part.texts("theSlots/day")]
    expect(days == whole.texts("theSlots/day"), f"the parts have the days {', '.join(days)}")
    slots = [slot for part in parts for slot in read_slots(part)]
    different = [slot.begin for slot in slots if slot not in read_slots(whole)]
    expect(slots == read_slots(whole), f"the slots of the parts differ from the whole: {', '.join(different)}")


@clause(
    "LAW-12",
    "A question has the same answer when it is asked again, in another session, and for another user.",
    seen("checkAvailability, userId: it is not validated; presumed: that asking again changes nothing"),
    writes=True,
    weeks=lengths(_WEEKS_OF_A_YEAR),
)
def a_question_can_be_repeated(drs: DrsDriver, weeks: int) -> None:
    """Ask each question three times, the last time in another session."""
    order = drs.create_order(targetDate=drs.local(drs.weekday(weeks + 3, 0)))
    drs.need_scheduled(order, drs.need_slots(drs.weekday(weeks, 1), 1)[0])
    other = drs.open_session().text("sessionId") or ""
    for operation, members in _questions(drs, order.number).items():
        plain = drs.call(operation, members).reply.body
        expect(drs.call(operation, members).reply.body == plain, f"{operation} has another answer the second time")
        there = drs.call(operation, {**members, "sessionId": other}).reply.body
        expect(there == plain, f"{operation} has another answer in another session")
    asked = drs.availability_members(drs.local(1), drs.local(3))
    for user in ("another", "."):
        answer = drs.check_availability(drs.local(1), drs.local(3), userId=user)
        expect(answer.reply.body == drs.call("checkAvailability", asked).reply.body, f"the slots differ for {user}")


@clause(
    "LAW-13",
    "What is changed and changed back is as it was before.",
    presumed("the simplest assumption"),
    writes=True,
    weeks=lengths(_WEEKS_OF_A_YEAR),
)
def a_change_can_be_undone(drs: DrsDriver, weeks: int) -> None:
    """Move a booking away and back, book and cancel, change an order and change it back."""
    tuesday = drs.weekday(weeks, 1)
    target = drs.local(tuesday + 30, time(23, 59, 59))
    order = drs.create_order(targetDate=target, orderComments="before", phone="01522 000000")
    slots = drs.need_slots(tuesday, 2)
    need_success(drs.schedule_into(order, slots[0]))
    period = drs.local(tuesday), drs.local(tuesday + 3)

    def look() -> tuple[Exchange, Exchange, list[str | None]]:
        shown = drs.select(order)
        names = ("bookingId", "planningWindowStart", "planningWindowEnd", "bookingLifeCycleStatus", "duration")
        kept = [shown.text(f"{_BOOKING}/{name}") for name in names]
        more = [shown.text(f"theOrders/{name}") for name in ("orderComments", "phone", "targetDate", "priority")]
        return drs.check_availability(*period), shown, [*kept, *more]

    def update(**members: Value) -> Exchange:
        return drs.ask("updateOrder", theOrder={"primaryOrderNumber": order.number, **members})

    def book_and_cancel() -> None:
        other = drs.create_order(targetDate=target)
        if drs.schedule_into(other, slots[-1]).succeeded:
            need_success(drs.delete(other))

    before, _, as_before = look()
    ways: tuple[tuple[str, Callable[[], object]], ...] = (
        ("a move and back", lambda: (drs.schedule_into(order, slots[-1]), drs.schedule_into(order, slots[0]))),
        ("a booking that is cancelled", book_and_cancel),
        ("changed comments", lambda: (update(orderComments="after"), update(orderComments="before"))),
        ("a changed phone", lambda: (update(phone="1"), update(phone="01522 000000"))),
        ("a changed targetDate", lambda: (update(targetDate=drs.local(300)), update(targetDate=target))),
        ("a step of the life cycle", lambda: (drs.update(order, "DESPATCHED"), drs.update(order, "PLANNED"))),
    )
    for how, change in ways:
        change()
        offers, shown, members = look()
        expect(read_slots(offers) == read_slots(before), f"after {how} the slots are not what they were", offers)
        expect(members == as_before, f"after {how} the order has {members}, not {as_before}", shown)


def _questions(drs: DrsDriver, number: str) -> Mapping[str, dict[str, Value]]:
    """A question for each operation that changes nothing."""
    contract, session = drs.data.contract, drs.session
    begin, end = drs.local(1), drs.local(5)
    operative = drs.ask("selectResource").text("theResources/resourceID") or ""
    asked: dict[str, Members] = {
        "selectOrder": {"primaryOrderNumber": number, "includeCompletedBookings": True},
        "selectBooking": {"returnBookingsFrom": begin, "returnBookingsTo": drs.local(30), "contract": contract},
        "selectResource": {"includeWorkingHours": True, "theResourceIDs": operative},
        "getSchedule": {"contract": contract, "resourceId": operative, "scheduleDate": drs.local(drs.weekday(1, 1))},
        "selectAlerts": {"contract": contract, "periodBegin": drs.local(-1), "periodEnd": end},
        "selectMetaData": {"contract": contract},
        "checkAvailability": drs.availability_members(begin, end),
    }
    return {operation: {**members, "sessionId": session} for operation, members in asked.items()}


def _turn(members: Members, by: int) -> dict[str, Value]:
    """The members in another order, and those of each member too."""
    names = list(members)
    turn = by % len(names) if names else 0
    turned: dict[str, Value] = {}
    for name in reversed([*names[turn:], *names[:turn]]):
        value = members[name]
        turned[name] = _turn(value, by) if isinstance(value, Mapping) else value
    return turned
