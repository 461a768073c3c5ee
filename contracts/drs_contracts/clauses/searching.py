"""Clauses on searches beyond one period: period after period, long periods, one's own booking, certain operatives."""

from __future__ import annotations

from datetime import datetime, time

from drs_contracts.clauses.clause import clause, client, presumed
from drs_contracts.driver.driver import DrsDriver, read_slots
from drs_contracts.driver.expectations import expect, expect_refusal, expect_success
from drs_contracts.strategies import days_ahead, lengths

_PERIODS = 6
_DAYS_OF_A_PERIOD = 14
_DAYS_WANTED = 5
_MOST_BYTES = 262_144


@clause(
    "AVL-18",
    "Who asks for six periods of 14 days, one after the other, finds five days with appointments.",
    client("Areas: Lincoln's service wants five days and asks so often"),
)
def period_after_period_finds_days(drs: DrsDriver) -> None:
    """Ask as Lincoln's service does, beginning each period after the last day that came."""
    days: set[str] = set()
    first = 1
    for _ in range(_PERIODS):
        begin, end = drs.local(first), drs.local(first + _DAYS_OF_A_PERIOD - 1)
        answer = drs.check_availability(begin, end, priority=drs.data.scheduled_priority)
        expect_success(answer)
        days |= {slot.begin.partition("T")[0] for slot in read_slots(answer) if slot.available}
        first += len(answer.texts("theSlots/day"))
    expect(len(days) >= _DAYS_WANTED, f"{len(days)} days have appointments")


@clause(
    "AVL-19",
    "checkAvailType longPeriod has a cap of its own, which is the greater.",
    presumed("by the value's name, which is published"),
    ahead=days_ahead(),
)
def long_periods_are_longer(drs: DrsDriver, ahead: int) -> None:
    """Ask for more days than either cap allows, and for as many as the cap."""
    cap = drs.data.long_period_day_cap
    for days, shown in ((cap + 1, cap), (cap, cap)):
        members = drs.availability_members(drs.local(ahead), drs.local(ahead + days - 1))
        answer = drs.call("checkAvailability", members | {"checkAvailType": "longPeriod"})
        found = len(answer.texts("theSlots/day"))
        expect(found == shown, f"of {days} days {found} came, not {shown}")
        warning = answer.text("errorMsg")
        expect((warning is not None and str(cap) in warning) is (days > cap), f"with {days} days it says '{warning}'")


@clause(
    "AVL-20",
    "With newBooking false the booking of that number counts for nothing: its own place is free to it.",
    presumed("by the member's name, which is published"),
    writes=True,
    weeks=lengths(5),
)
def ones_own_place_is_free(drs: DrsDriver, weeks: int) -> None:
    """Fill a day, and ask for it with the number of an order there and without."""
    tuesday = drs.weekday(weeks, 1)
    before = drs.need_slots(tuesday, 1)
    order = drs.create_order()
    expect_success(drs.schedule_into(order, before[0]))
    for _ in range(40):
        free = drs.free_slots(tuesday, 1)
        if not free or not drs.schedule_into(drs.create_order(), free[0]).succeeded:
            break
    members = drs.availability_members(drs.local(tuesday), drs.local(tuesday), primaryOrderNumber=order.number)
    known = read_slots(drs.call("checkAvailability", members | {"newBooking": False}))
    own = [
        slot.begin for slot in known if slot.available and (slot.begin, slot.end) == (before[0].begin, before[0].end)
    ]
    expect(bool(own), f"its own place at {before[0].begin} is not free to it")
    expect(not drs.free_slots(tuesday, 1), "the day is not full for others")
    by_default = read_slots(drs.call("checkAvailability", members))
    expect(not [slot for slot in by_default if slot.available], "without newBooking false it finds its own place")


@clause(
    "AVL-21",
    "With resourceIDs a slot is available only where one of those operatives has room.",
    presumed("by the member's name, which is published"),
    ahead=days_ahead(),
)
def certain_operatives_are_asked_for(drs: DrsDriver, ahead: int) -> None:
    """Ask for each operative alone, and for all together."""
    told = drs.ask("selectResource")
    everybody = told.texts("theResources/resourceID")
    members = drs.availability_members(drs.local(ahead), drs.local(ahead + 2))

    def places(operatives: list[str]) -> set[str]:
        answer = drs.call("checkAvailability", {**members, "resourceIDs": operatives})
        return {f"{slot.begin} to {slot.end}" for slot in read_slots(answer) if slot.available}

    all_places = places([])
    alone = [places([somebody]) for somebody in everybody]
    expect(set().union(*alone) == all_places, f"all have {all_places}, each alone {alone}")
    expect(places(everybody) == all_places, "naming all is not naming none")
    one_for_all = len(set(told.texts("theResources/theAbilities/name"))) == 1
    expect(one_for_all or not all_places or not all(alone), "who has another ability has room for this work as well")


@clause(
    "AVL-22",
    "With canSelectOtherOrders the answer has the other open orders of that place, and no others.",
    presumed("by the members' names, which are published"),
    writes=True,
)
def other_orders_are_shown(drs: DrsDriver) -> None:
    """Create orders here and elsewhere, and ask for them in every way."""
    here, done = drs.create_order(), drs.create_order()
    elsewhere = drs.create_order(locationID="elsewhere")
    expect_success(drs.update(done, "COMPLETED"))
    members = drs.availability_members(drs.local(1), drs.local(2))
    place = drs.data.location_id
    known = {each.number for each in (here, done, elsewhere)}
    for pattern, wanted in (
        ({}, {here.number}),
        ({"customers": "elsewhere"}, {elsewhere.number}),
        ({"customers": [place, "elsewhere"]}, {here.number, elsewhere.number}),
        ({"bookingStatus": "COMPLETED"}, {done.number}),
    ):
        asked = {**members, "canSelectOtherOrders": True, "otherOrderPattern": pattern}
        answer = drs.call("checkAvailability", asked)
        expect_success(answer)
        found = set(answer.texts("theOtherOrders/primaryOrderNumber")) & known
        expect(found == wanted, f"with {pattern} it has {found}, not {wanted}")
    own = drs.availability_members(drs.local(1), drs.local(2), primaryOrderNumber=here.number)
    answer = drs.call("checkAvailability", {**own, "canSelectOtherOrders": True})
    expect(here.number not in answer.texts("theOtherOrders/primaryOrderNumber"), "an order is another than itself")
    answer = drs.call("checkAvailability", {**members, "canSelectOtherOrders": False})
    expect(not answer.texts("theOtherOrders/primaryOrderNumber"), "they are shown to who does not ask")


@clause(
    "AVL-23",
    "No slot is available that begins before the period does, or in the past.",
    presumed("plainest guess"),
    ahead=days_ahead(),
)
def what_has_begun_is_not_available(drs: DrsDriver, ahead: int) -> None:
    """Begin a period in the middle of a day, and ask for today and the days that are over."""
    begin = drs.local(ahead, time(10))
    monday = drs.weekday(0, 0)
    for slot in drs.need_slots(monday, 1):
        since = datetime.fromisoformat(slot.begin)
        found = read_slots(drs.check_availability(since, since))
        expect(slot.begin in [each.begin for each in found if each.available], f"{slot.begin} is too early for itself")
    for asked, earliest in ((begin, begin), (drs.local(-3), drs.target.now())):
        answer = drs.check_availability(asked, asked.replace(hour=23))
        expect_success(answer)
        begins = [datetime.fromisoformat(slot.begin) for slot in read_slots(answer) if slot.available]
        early = [each.isoformat() for each in begins if each < earliest]
        expect(not early, f"{', '.join(early)} can be booked from {earliest.isoformat()} on")
    expect_refusal(drs.check_availability(drs.local(ahead), drs.local(ahead - 1)), "periodBegin", "periodEnd")


@clause(
    "WIR-15",
    "The answer to a search as long as the cap has at most 262,144 bytes.",
    client(".NET clients read no more by default"),
    ahead=days_ahead(),
)
def answers_can_be_read(drs: DrsDriver, ahead: int) -> None:
    """Ask for as many days as come at once."""
    answer = drs.check_availability(drs.local(ahead), drs.local(ahead + drs.data.day_cap - 1))
    size = len(answer.reply.body)
    expect(size <= _MOST_BYTES, f"it has {size:,} bytes")
