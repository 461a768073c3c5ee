"""Clauses on checkAvailability: days, slots, the cap, and what a caller can choose."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from math import dist

from hypothesis import strategies as st

from drs_contracts.clauses.clause import clause, client, presumed, seen, vendor
from drs_contracts.driver.driver import DrsDriver, OfferedSlot, read_slots
from drs_contracts.driver.expectations import expect, expect_refusal, expect_success, need_success
from drs_contracts.driver.messages import Exchange, Members
from drs_contracts.strategies import days_ahead, lengths, order_numbers, user_ids

_SATURDAY, _SUNDAY = 5, 6
_WITHIN_CAP = 7
_WEEKS_OF_A_YEAR = 52
_MUST_BE_SENT = ("contract", "locationID", "primaryOrderNumber", "priority", "userId")
_BEST_SLOTS = ("yes", "no", "undefined", "day", "fullPeriod")
_PERIODS = 6
_DAYS_OF_A_PERIOD = 14
_DAYS_WANTED = 5
_MAX_BOOKINGS = 60
_A_MINUTE = timedelta(minutes=1)
_ELSEWHERE = "elsewhere"
# Of latitude; one of longitude is half as much in the north of Scotland.
_KM_OF_A_DEGREE = 111


@clause(
    "AVL-01",
    "Every local day of the period is listed once, in order, as its midnight with the offset at that midnight.",
    seen("Appendix B 3"),
    ahead=days_ahead(),
    length=lengths(_WITHIN_CAP),
)
def every_day_is_listed(drs: DrsDriver, ahead: int, length: int) -> None:
    """Ask for a period and compare its days."""
    length = _within_cap(drs, length)
    answer = _period(drs, ahead, length)
    wanted = [drs.local(ahead + offset) for offset in range(length)]
    listed = [datetime.fromisoformat(day) for day in answer.texts("theSlots/day")]
    expect(listed == wanted, f"the days are {answer.texts('theSlots/day')}")
    same_offsets = [day.utcoffset() for day in listed] == [day.utcoffset() for day in wanted]
    expect(same_offsets, f"an offset is not that of its midnight: {answer.texts('theSlots/day')}")


@clause(
    "AVL-02",
    "A period longer than the cap succeeds with the cap's warning and gives the first days up to the cap.",
    seen("Request and Response General Information; vendor: slots templates show at most 7 days (kiavs61icn)"),
    ahead=days_ahead(),
    over=lengths(30),
)
def a_long_period_is_cut_with_a_warning(drs: DrsDriver, ahead: int, over: int) -> None:
    """Ask for more days than the cap."""
    cap = drs.data.day_cap
    answer = _period(drs, ahead, cap + over)
    expect(answer.succeeded, f"the status is {answer.text('status')}")
    warning = f"The number of days returned has been limited to {cap} day"
    expect(answer.text("errorMsg") == warning, f"the errorMsg is '{answer.text('errorMsg')}'")
    first = [drs.local(ahead + offset) for offset in range(cap)]
    listed = [datetime.fromisoformat(day) for day in answer.texts("theSlots/day")]
    expect(listed == first, f"{len(listed)} days came back, from {answer.text('theSlots/day')}")


@clause(
    "AVL-03",
    "A period within the cap has no errorMsg.",
    seen("Appendix B 3"),
    ahead=days_ahead(),
)
def a_period_within_the_cap_has_no_warning(drs: DrsDriver, ahead: int) -> None:
    """Ask for exactly the cap."""
    message = _period(drs, ahead, drs.data.day_cap).text("errorMsg")
    expect(message is None, f"the errorMsg is '{message}'")


@clause(
    "AVL-04",
    "Saturday and Sunday are listed without slots, with nonWorkingDay and weeklyDayOff both false.",
    seen("Appendix B 3"),
    ahead=days_ahead(),
)
def weekends_have_no_slots(drs: DrsDriver, ahead: int) -> None:
    """Ask for a week, which has both."""
    drs.need(not drs.data.slots_by_weekday.keys() & {_SATURDAY, _SUNDAY}, "this DRS has slots at weekends")
    answer = _period(drs, ahead, _WITHIN_CAP)
    days = [] if answer.returned is None else answer.returned.findall("theSlots")
    for day in days:
        weekday = datetime.fromisoformat(day.findtext("day", "")).weekday()
        has_slots = day.find("slotsForDay") is not None
        expect(has_slots == (weekday < _SATURDAY), f"{day.findtext('day')} has slots: {has_slots}")
        for flag in ("nonWorkingDay", "weeklyDayOff"):
            expect(day.findtext(flag) == "false", f"{flag} of {day.findtext('day')} is {day.findtext(flag)}")


@clause(
    "AVL-05",
    "A working day has the slots of the installation, in their order, in local time.",
    seen("Appendix B 3"),
    ahead=days_ahead(),
)
def a_working_day_has_the_installations_slots(drs: DrsDriver, ahead: int) -> None:
    """Compare the hours of every day that has slots."""
    by_day: dict[date, list[tuple[time, time]]] = {}
    for slot in read_slots(_period(drs, ahead, _WITHIN_CAP)):
        begin, end = datetime.fromisoformat(slot.begin), datetime.fromisoformat(slot.end)
        right = begin.utcoffset() == begin.astimezone(drs.data.zone).utcoffset()
        expect(right, f"{slot.begin} does not have the installation's offset")
        by_day.setdefault(begin.date(), []).append((begin.time(), end.time()))
    for day, hours in by_day.items():
        expect(tuple(hours) == drs.data.slots_on(day.weekday()), f"on {day} the slots are {hours}")


@clause(
    "AVL-06",
    "A best slot is available, and a day with an available slot has a best one.",
    seen("Appendix B 3"),
    ahead=days_ahead(),
)
def best_slots_are_available(drs: DrsDriver, ahead: int) -> None:
    """Compare the slots of every day."""
    for day, slots in _by_day(_period(drs, ahead, _WITHIN_CAP)).items():
        expect(all(slot.available for slot in slots if slot.best), f"on {day} an unavailable slot is best")
        some = any(slot.available for slot in slots)
        expect(some == any(slot.best for slot in slots), f"on {day} no available slot is best")


@clause(
    "AVL-07",
    "The widest available slot of a day is among the best.",
    seen("Appendix B 3, where this holds on every day"),
    ahead=days_ahead(),
)
def the_widest_slot_is_among_the_best(drs: DrsDriver, ahead: int) -> None:
    """Find the widest slot of every day."""
    for day, slots in _by_day(_period(drs, ahead, _WITHIN_CAP)).items():
        free = [slot for slot in slots if slot.available]
        if free:
            widest = max(free, key=_width)
            expect(widest.best, f"on {day} {widest.begin} to {widest.end} is not best")


@clause(
    "AVL-08",
    "primaryOrderNumber may be any text and changes nothing in the answer.",
    seen("checkAvailability, Notes"),
    ahead=days_ahead(),
    number=order_numbers(),
)
def the_order_number_changes_nothing(drs: DrsDriver, ahead: int, number: str) -> None:
    """Ask twice, under different numbers."""
    same = _period(drs, ahead, 3).reply.body == _period(drs, ahead, 3, primaryOrderNumber=number).reply.body
    expect(same, f"the answer differs under the number '{number}'")


@clause(
    "AVL-09",
    "userId is not validated and changes nothing in the answer.",
    seen("checkAvailability, userId"),
    ahead=days_ahead(),
    user=user_ids(),
)
def the_user_changes_nothing(drs: DrsDriver, ahead: int, user: str) -> None:
    """Ask twice, for different users."""
    same = _period(drs, ahead, 3).reply.body == _period(drs, ahead, 3, userId=user).reply.body
    expect(same, f"the answer differs for the user '{user}'")


@clause(
    "AVL-10",
    "checkAvailability without a required field is refused with an errorMsg that names the field.",
    presumed("the document says which must be sent, not what follows"),
)
def a_missing_field_is_refused_by_name(drs: DrsDriver) -> None:
    """Leave out each required field in turn, of a request that was answered while it was complete."""
    drs.check_availability(drs.local(1), drs.local(2))
    for field in _MUST_BE_SENT:
        if field == "priority" and not drs.data.priority_required:
            continue
        members = drs.availability_members(drs.local(1), drs.local(2))
        order = dict(members["theOrder"])  # type: ignore[arg-type]
        del order[field]
        expect_refusal(drs.call("checkAvailability", members | {"theOrder": order}), field)
    for field in ("periodBegin", "periodEnd"):
        members = drs.availability_members(drs.local(1), drs.local(2))
        del members[field]
        expect_refusal(drs.call("checkAvailability", members), field)


@clause(
    "AVL-11",
    "National holidays are listed with slots like any working day.",
    client("scheduled repairs at Lincoln; vendor: that none is available takes a day-off calendar (rk49mc32f2)"),
)
def holidays_are_working_days(drs: DrsDriver) -> None:
    """Ask for the next New Year's Day that falls on a weekday."""
    year = drs.today.year + 1
    works = drs.data.slots_by_weekday or range(_SATURDAY)
    while date(year, 1, 1).weekday() not in works:
        year += 1
    ahead = (date(year, 1, 1) - drs.today).days
    expect(bool(read_slots(_period(drs, ahead, 1))), f"1 January {year} has no slots")


@clause(
    "AVL-12",
    "A longer period only adds days: the days in both periods are the same.",
    client("services that ask period after period"),
    ahead=days_ahead(),
    length=lengths(_WITHIN_CAP - 1),
)
def a_longer_period_only_adds_days(drs: DrsDriver, ahead: int, length: int) -> None:
    """Ask for a period and for one a day longer."""
    narrow, wide = (read_slots(_period(drs, ahead, days)) for days in (length, length + 1))
    expect(wide[: len(narrow)] == narrow, "a day of both periods differs")


@clause(
    "AVL-13",
    "The day of periodEnd belongs to the period, even if periodEnd is midnight at its start.",
    client("services of Lincoln, Newark and Hackney ask for 14 days with a midnight end"),
    ahead=days_ahead(),
    length=lengths(_WITHIN_CAP),
)
def a_midnight_end_counts_its_day(drs: DrsDriver, ahead: int, length: int) -> None:
    """Ask for some days until midnight at the start of the last one, and until its end."""
    begin, last = drs.local(ahead), ahead + _within_cap(drs, length) - 1
    to_midnight = drs.check_availability(begin, drs.local(last))
    to_the_end = drs.check_availability(begin, drs.local(last, time(23, 59, 59)))
    for answer in (to_midnight, to_the_end):
        expect_success(answer)
    days = to_midnight.texts("theSlots/day")
    expect(days == to_the_end.texts("theSlots/day"), f"with a midnight end the days are {', '.join(days)}")
    expect(read_slots(to_midnight) == read_slots(to_the_end), "the slots differ with the time of periodEnd")


@clause(
    "AVL-14",
    "onlyBestSlots takes yes and no, and also undefined, day and fullPeriod.",
    seen("checkAvailability, onlyBestSlots; published: the other three"),
    value=st.sampled_from(_BEST_SLOTS),
)
def best_slots_can_be_asked_for(drs: DrsDriver, value: str) -> None:
    """Ask with each value."""
    members = drs.availability_members(drs.local(1), drs.local(3)) | {"onlyBestSlots": value}
    answer = drs.call("checkAvailability", members)
    expect(answer.succeeded, f"{value} was refused: {answer.text('errorMsg') or answer.fault}")


@clause(
    "AVL-15",
    "With onlyBestSlots day, each day has only its best slots.",
    presumed("by the name of the value"),
    ahead=days_ahead(),
)
def only_best_slots_are_listed(drs: DrsDriver, ahead: int) -> None:
    """Ask for all slots of some days, from within the first one, and for the best ones."""
    members = drs.availability_members(drs.local(ahead, time(10)), drs.local(ahead + 3))
    everything = read_slots(drs.call("checkAvailability", members))
    best = read_slots(drs.call("checkAvailability", members | {"onlyBestSlots": "day"}))
    expect(
        best == [slot for slot in everything if slot.best], f"{len(best)} slots came back, which are not the best ones"
    )


@clause(
    "AVL-16", "A period that ends before it begins is refused.", presumed("the simplest assumption"), ahead=days_ahead()
)
def a_reversed_period_is_refused(drs: DrsDriver, ahead: int) -> None:
    """Ask for a period that ends two days before it begins."""
    answer = drs.check_availability(drs.local(ahead + 2), drs.local(ahead))
    expect(answer.refused, f"the status is {answer.text('status')}")


@clause("AVL-17", "available is YES or NO.", seen("Appendix B 3"), ahead=days_ahead())
def availability_is_yes_or_no(drs: DrsDriver, ahead: int) -> None:
    """Read the slots of a few days."""
    answer = drs.check_availability(drs.local(ahead), drs.local(ahead + 4))
    found = set(answer.texts("theSlots/slotsForDay/available"))
    expect(found <= {"YES", "NO"}, f"it is {', '.join(sorted(found))}")


@clause(
    "AVL-18",
    "Six consecutive periods of 14 days have at least five days with available slots.",
    client("Areas: Lincoln's service asks this often for five days"),
)
def consecutive_periods_find_days(drs: DrsDriver) -> None:
    """Ask as Lincoln's service does: begin each period after the last day that came back."""
    drs.need(
        bool(drs.data.job_codes), "no SOR code finds a free slot; set sor_codes in the profile, if they are others"
    )
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
    "checkAvailType longPeriod has its own cap, which is the greater one.",
    presumed("by the value's name, which is published; the vendor knows of at most 7 days (kiavs61icn)"),
    ahead=days_ahead(),
)
def long_periods_have_their_own_cap(drs: DrsDriver, ahead: int) -> None:
    """Ask for more days than the cap of longPeriod, and for exactly as many."""
    cap = drs.data.long_period_day_cap
    expect(cap > drs.data.day_cap, f"its cap of {cap} days is no greater than that of other searches")
    for days, shown in ((cap + 1, cap), (cap, cap)):
        members = drs.availability_members(drs.local(ahead), drs.local(ahead + days - 1))
        answer = drs.call("checkAvailability", members | {"checkAvailType": "longPeriod"})
        found = len(answer.texts("theSlots/day"))
        expect(found == shown, f"{found} of {days} days came back, not {shown}")
        warning = answer.text("errorMsg")
        expect(
            (warning is not None and str(cap) in warning) is (days > cap),
            f"with {days} days the errorMsg is '{warning}'",
        )


@clause(
    "AVL-20",
    "With newBooking false, the booking of the order is left out: its own slot is available to it.",
    presumed("by the member's name, which is published"),
    writes=True,
    weeks=lengths(_WEEKS_OF_A_YEAR),
)
def an_orders_own_slot_is_available(drs: DrsDriver, weeks: int) -> None:
    """Fill a day, then ask for it with the number of an order on it, with that of another order, and without."""
    tuesday = drs.weekday(weeks, 1)
    before = drs.need_slots(tuesday, 1)
    # No call between the questions changes anything, so that an answer may be one that was kept.
    order, other = drs.create_order(), drs.create_order()
    drs.need_scheduled(order, before[0])
    for _ in range(40):
        free = drs.free_slots(tuesday, 1)
        if not free or not drs.schedule_into(drs.create_order(), free[0]).succeeded:
            break
    day = drs.local(tuesday), drs.local(tuesday)
    members = drs.availability_members(*day, primaryOrderNumber=order.number)
    known = read_slots(drs.call("checkAvailability", members | {"newBooking": False}))
    own = [
        slot.begin for slot in known if slot.available and (slot.begin, slot.end) == (before[0].begin, before[0].end)
    ]
    expect(bool(own), f"its own slot at {before[0].begin} is not available")
    of_another = drs.availability_members(*day, primaryOrderNumber=other.number)
    strange = read_slots(drs.call("checkAvailability", of_another | {"newBooking": False}))
    expect(not [slot for slot in strange if slot.available], "an order that is not on the day has slots on it")
    expect(not drs.free_slots(tuesday, 1), "the day has slots for other orders")
    by_default = read_slots(drs.call("checkAvailability", members))
    expect(not [slot for slot in by_default if slot.available], "without newBooking false its own slot is available")


@clause(
    "AVL-21",
    "With resourceIDs, a slot is available only if one of those operatives has room.",
    vendor("choosing an operative in Show Scheduler", "qe2fzeu7p2", also="published: the member"),
    ahead=days_ahead(),
)
def chosen_operatives_limit_the_slots(drs: DrsDriver, ahead: int) -> None:
    """Ask for each operative alone, and for all together."""
    known = drs.ask("selectResource")
    ids = known.texts("theResources/resourceID")
    members = drs.availability_members(drs.local(ahead), drs.local(ahead + 2))

    def places(operatives: list[str]) -> set[str]:
        answer = drs.call("checkAvailability", {**members, "resourceIDs": operatives})
        return {f"{slot.begin} to {slot.end}" for slot in read_slots(answer) if slot.available}

    all_places = places([])
    alone = [places([operative]) for operative in ids]
    expect(set().union(*alone) == all_places, f"all together have {all_places}, each alone {alone}")
    for order in (ids, ids[::-1]):
        expect(places(order) == all_places, f"naming all operatives, {order[0]} first, differs from naming none")
    one_for_all = len(set(known.texts("theResources/theAbilities/name"))) == 1
    expect(one_for_all or not all_places or not all(alone), "an operative without the trade has room for the work")


@clause(
    "AVL-22",
    "With canSelectOtherOrders, the answer lists the other open orders of the location, and no others.",
    presumed("by the members' names, which are published"),
    writes=True,
)
def other_orders_are_listed(drs: DrsDriver) -> None:
    """Create orders at two locations, and ask for them with each filter."""
    here, done = drs.create_order(), drs.create_order()
    elsewhere = drs.create_order(locationID="elsewhere")
    need_success(drs.update(done, "COMPLETED"))
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
    expect(here.number not in answer.texts("theOtherOrders/primaryOrderNumber"), "the order is listed as another order")
    answer = drs.call("checkAvailability", {**members, "canSelectOtherOrders": False})
    expect(not answer.texts("theOtherOrders/primaryOrderNumber"), "they are listed without being asked for")


@clause(
    "AVL-23",
    "No slot of a day before today is available.",
    vendor("slots templates, whose first day is today or later", "kiavs61icn"),
    before=st.integers(1, 400),
)
def no_past_day_is_available(drs: DrsDriver, before: int) -> None:
    """Ask for some days that are over."""
    answer = drs.check_availability(drs.local(-before - 2), drs.local(-before, time(23)))
    expect_success(answer)
    past = [slot.begin for slot in read_slots(answer) if slot.available]
    expect(not past, f"{', '.join(past)} can be booked")


@clause(
    "AVL-24",
    "No slot is available that begins before the period, or earlier today.",
    presumed("the simplest assumption"),
    ahead=days_ahead(),
)
def no_slot_begins_before_the_period(drs: DrsDriver, ahead: int) -> None:
    """Begin a period in the middle of a day and at the begin of a slot, and ask for today."""
    monday = drs.weekday(0, 0)
    for slot in drs.need_slots(monday, 1):
        since = datetime.fromisoformat(slot.begin)
        found = read_slots(drs.check_availability(since, since))
        expect(
            slot.begin in [each.begin for each in found if each.available],
            f"{slot.begin} is not available to a period that begins then",
        )
    begin = drs.local(ahead, time(10))
    for asked, earliest in ((begin, begin), (drs.local(0), drs.target.now())):
        answer = drs.check_availability(asked, asked.replace(hour=23))
        expect_success(answer)
        begins = [datetime.fromisoformat(slot.begin) for slot in read_slots(answer) if slot.available]
        early = [each.isoformat() for each in begins if each < earliest]
        expect(not early, f"{', '.join(early)} can be booked from {earliest.isoformat()} on")
    expect_refusal(drs.check_availability(drs.local(ahead), drs.local(ahead - 1)), "periodBegin", "periodEnd")


@clause(
    "AVL-25",
    "As a day fills up, its best slots are available ones, until it has none.",
    seen("Appendix B 3"),
    writes=True,
    weeks=lengths(_WEEKS_OF_A_YEAR),
)
def best_slots_of_a_day_that_fills_up_are_available(drs: DrsDriver, weeks: int) -> None:
    """Book a day until it is full, its best slots first."""
    friday = drs.weekday(weeks, 4)
    drs.need_slots(friday, 1)
    for _ in range(_MAX_BOOKINGS):
        slots = read_slots(drs.check_availability(drs.local(friday), drs.local(friday)))
        best = [slot for slot in slots if slot.best]
        expect(all(slot.available for slot in best), "an unavailable slot is best")
        expect(bool(best) == any(slot.available for slot in slots), "no available slot is best")
        if not best:
            return
        drs.need_scheduled(drs.create_order(targetDate=drs.local(friday + 30)), best[-1])
    expect(False, f"the day takes more than {_MAX_BOOKINGS} bookings")


@clause(
    "AVL-26",
    "A priority that waits for its area has slots in the weeks of the area's turn, and is planned in no others.",
    client("Areas: in Lincoln, each of four sectors is worked in for three weeks in turn"),
    writes=True,
)
def an_area_is_worked_in_by_turns(drs: DrsDriver) -> None:
    """Search the weeks of two cycles: those with slots are within turns. A week of a turn may be full.

    Then plan a visit in a window from a week without slots on.
    """
    if drs.data.area_turns is None:
        return
    weeks, areas = drs.data.area_turns
    cycle = weeks * areas
    worked = [week for week in range(2 * cycle) if _has_slots(drs, week)]
    is_in_turns = any(all((week - first) % cycle < weeks for week in worked) for first in range(cycle))
    told = f"weeks with slots, counted from the next: {', '.join(str(week + 1) for week in worked)}"
    expect(is_in_turns, told)
    if (begins := drs.data.turn_begins) is not None:
        since = [(drs.today + timedelta(days=drs.weekday(week, 0)) - begins).days // 7 for week in worked]
        expect(all(week % cycle < weeks for week in since), f"{told}; a turn begins on {begins}")
    idle = next((week for week in range(cycle) if week not in worked), None)
    if worked and idle is not None:
        window = drs.local(drs.weekday(idle, 0)), drs.local(drs.weekday(2 * cycle, 0))
        order = drs.create_order(priority=drs.data.scheduled_priority, targetDate=window[1])
        expect_success(drs.schedule(order, planningWindowStart=window[0], planningWindowEnd=window[1]))
        start = drs.select(order).time("theOrders/theBookings/assignedStart")
        found = (start.astimezone(drs.data.zone).date() - drs.local(drs.weekday(0, 0)).date()).days // 7
        expect(found in worked, f"a visit is planned on {start:%d %B %Y}; {told}")


@clause(
    "AVL-27",
    "With onlyBestSlots fullPeriod, a day whose visit saves the journey has the best slots, and other days have none.",
    vendor("schedules, in which journeys count", "te8fnq38v6", also="published: the value; presumed: what it gives"),
    writes=True,
    weeks=lengths(_WEEKS_OF_A_YEAR),
    weekday=st.integers(0, 3),
    is_on_the_second=st.booleans(),
)
def best_slots_of_a_period_are_near(drs: DrsDriver, weeks: int, weekday: int, is_on_the_second: bool) -> None:
    """Plan a visit on one of two days, at each of two places: for its operative to come again, only that day is best.

    An operative can live at one of the places, so that no day is better there. The other one is then as far as they
    are apart. Of places that are close together nothing follows.
    """
    ahead = drs.weekday(weeks, weekday)
    visited, target = ahead + is_on_the_second, drs.local(ahead + 30, time(23, 59, 59))
    where, best_days = [], []
    for place in (drs.data.location_id, _ELSEWHERE):
        free = drs.free_slots(visited, 1, locationID=place)
        drs.need(bool(free), "no slot of the day is free")
        order = drs.create_order(locationID=place, targetDate=target)
        drs.need_scheduled(order, free[0])
        shown = drs.select(order)
        where.append([float(shown.text(f"theOrders/theLocation/{name}") or 0) for name in ("latitude", "longitude")])
        operative = shown.text("theOrders/theBookings/theResources/resourceID") or ""
        members = drs.availability_members(drs.local(ahead), drs.local(ahead + 1), locationID=place)
        asked: Members = {**members, "resourceIDs": operative}
        free = [slot for slot in read_slots(drs.call("checkAvailability", asked)) if slot.available]
        drs.need(len({slot.begins.date() for slot in free}) > 1, "the operative has no slot on one of the days")
        best = read_slots(drs.call("checkAvailability", {**asked, "onlyBestSlots": "fullPeriod"}))
        expect(bool(best), "no slot of the period is listed")
        wrong = [slot.begin for slot in best if not (slot.available and slot.best)]
        expect(not wrong, f"{', '.join(wrong)} is listed and not among the best")
        best_days.append({slot.begins.date() for slot in best})
        need_success(drs.delete(order))
    km = _KM_OF_A_DEGREE * dist(*where)
    if km <= 2 * drs.data.best_slot_tolerance_km:
        # To this DRS they are as good as one place.
        return
    told = f"a visit there on {drs.local(visited):%d %B} makes no difference: the best slots are on both days"
    expect({drs.local(visited).date()} in best_days, told)


@clause(
    "AVL-28",
    "Work is available from the first day of its slots template on, counted from the local day, and not before.",
    vendor("slots templates, which can begin on a later day", "kiavs61icn"),
    moves_clock=True,
    needs_hidden_settings=True,
    at_any_moment=False,
)
def a_template_begins_on_its_day(drs: DrsDriver) -> None:
    """Ask for such work a minute before a Monday is over, and a minute after; other work shows which days have room."""
    midnight = drs.local(drs.weekday(0, 1))
    for moment in (midnight - _A_MINUTE, midnight + _A_MINUTE):
        drs.target.move_clock(moment - drs.target.now())
        drs.renew_session()
        for priority, first in drs.hidden_settings.first_days.items():
            soon, later = (drs.free_slots(ahead, _WITHIN_CAP, priority=priority) for ahead in (0, first))
            found = _offered_days(drs, [*soon, *later])
            early = [day for day in found if day < drs.today + timedelta(days=first)]
            expect(not early, f"on {drs.today}, {priority} is offered for {early}, and begins {first} days later")
            usual = min(_offered_days(drs, drs.need_slots(first, _WITHIN_CAP)))
            expect(usual in found, f"on {drs.today}, {priority} is not offered for {usual}, and other work is")


def _offered_days(drs: DrsDriver, slots: Iterable[OfferedSlot]) -> set[date]:
    return {slot.begins.astimezone(drs.data.zone).date() for slot in slots}


def _has_slots(drs: DrsDriver, week: int) -> bool:
    monday = drs.weekday(week, 0)
    answer = drs.check_availability(drs.local(monday), drs.local(monday + 6), priority=drs.data.scheduled_priority)
    expect_success(answer)
    return any(slot.available for slot in read_slots(answer))


def _period(drs: DrsDriver, ahead: int, length: int, **order: str) -> Exchange:
    return drs.check_availability(drs.local(ahead), drs.local(ahead + length - 1, time(23, 59)), **order)


def _within_cap(drs: DrsDriver, length: int) -> int:
    """As many days as come at once; all of them where no cap is known."""
    return length if "day_cap" in drs.data.not_found else min(length, drs.data.day_cap)


def _by_day(answer: Exchange) -> dict[str, list[OfferedSlot]]:
    by_day: dict[str, list[OfferedSlot]] = {}
    for slot in read_slots(answer):
        by_day.setdefault(slot.begin[:10], []).append(slot)
    return by_day


def _width(slot: OfferedSlot) -> timedelta:
    return datetime.fromisoformat(slot.end) - datetime.fromisoformat(slot.begin)
