"""Clauses on checkAvailability: days, slots, the cap and what is ignored."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from drs_contracts.clauses.clause import clause, client, presumed, seen
from drs_contracts.driver.driver import DrsDriver, OfferedSlot, read_slots
from drs_contracts.driver.expectations import expect, expect_refusal
from drs_contracts.driver.messages import Exchange
from drs_contracts.strategies import days_ahead, lengths, order_numbers, user_ids

_SATURDAY = 5
_WITHIN_CAP = 7
_MUST_BE_SENT = ("contract", "locationID", "primaryOrderNumber", "priority", "userId")


@clause(
    "AVL-01",
    "Every local day of the period is listed once, in order, by its midnight with the offset of that midnight.",
    seen("Appendix B 3"),
    ahead=days_ahead(),
    length=lengths(_WITHIN_CAP),
)
def every_day_is_listed(drs: DrsDriver, ahead: int, length: int) -> None:
    """Ask for a period and compare its days."""
    answer = _period(drs, ahead, length)
    wanted = [drs.local(ahead + offset) for offset in range(length)]
    listed = [datetime.fromisoformat(day) for day in answer.texts("theSlots/day")]
    expect(listed == wanted, f"listed are {answer.texts('theSlots/day')}")
    same_offsets = [day.utcoffset() for day in listed] == [day.utcoffset() for day in wanted]
    expect(same_offsets, f"an offset is not that of its midnight: {answer.texts('theSlots/day')}")


@clause(
    "AVL-02",
    "A period over the cap succeeds with the cap's warning, and gives the first days of the period up to the cap.",
    seen("Request and Response General Information"),
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
    "A working day has the installation's slots, in its order, in local time.",
    seen("Appendix B 3"),
    ahead=days_ahead(),
)
def a_working_day_has_the_installations_slots(drs: DrsDriver, ahead: int) -> None:
    """Compare the hours of every day that has slots."""
    by_day: dict[date, list[tuple[time, time]]] = {}
    for slot in read_slots(_period(drs, ahead, _WITHIN_CAP)):
        begin, end = datetime.fromisoformat(slot.begin), datetime.fromisoformat(slot.end)
        right = begin.utcoffset() == begin.astimezone(drs.data.zone).utcoffset()
        expect(right, f"{slot.begin} has not the installation's offset")
        by_day.setdefault(begin.date(), []).append((begin.time(), end.time()))
    for day, hours in by_day.items():
        expect(tuple(hours) == drs.data.slots, f"on {day} the slots are {hours}")


@clause(
    "AVL-06",
    "A best slot is available, and a day with an available slot has a best one.",
    seen("Appendix B 3"),
    ahead=days_ahead(),
)
def best_slots_are_available(drs: DrsDriver, ahead: int) -> None:
    """Look at every day."""
    for day, slots in _by_day(_period(drs, ahead, _WITHIN_CAP)).items():
        expect(all(slot.available for slot in slots if slot.best), f"on {day} an unavailable slot is best")
        some = any(slot.available for slot in slots)
        expect(some == any(slot.best for slot in slots), f"on {day} no available slot is best")


@clause(
    "AVL-07",
    "The widest available slot of a day is among the best.",
    seen("Appendix B 3, in which it is so on every day"),
    ahead=days_ahead(),
)
def the_widest_slot_is_among_the_best(drs: DrsDriver, ahead: int) -> None:
    """Look at every day."""
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
    "A field that must be sent and is missing is refused with an errorMsg that names it.",
    presumed("the document says which must be sent, not what follows"),
)
def a_missing_field_is_refused_by_name(drs: DrsDriver) -> None:
    """Leave out each in turn."""
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
    "National holidays are not known: they have slots like any working day.",
    client("scheduled repairs at Lincoln"),
)
def holidays_are_working_days(drs: DrsDriver) -> None:
    """Ask for the next New Year's Day that falls on a weekday."""
    year = drs.today.year + 1
    while date(year, 1, 1).weekday() >= _SATURDAY:
        year += 1
    ahead = (date(year, 1, 1) - drs.today).days
    expect(bool(read_slots(_period(drs, ahead, 1))), f"1 January {year} has no slots")


@clause(
    "AVL-12",
    "A wider period only adds days: the days that both have are the same.",
    client("services that ask period after period"),
    ahead=days_ahead(),
    length=lengths(_WITHIN_CAP - 1),
)
def a_wider_period_only_adds_days(drs: DrsDriver, ahead: int, length: int) -> None:
    """Ask for a period and for one day more."""
    narrow, wide = (read_slots(_period(drs, ahead, days)) for days in (length, length + 1))
    expect(wide[: len(narrow)] == narrow, "a day of both periods differs")


@clause(
    "AVL-13",
    "The day of periodEnd belongs to the period even where periodEnd is its midnight.",
    client("services of Lincoln, Newark and Hackney ask for 14 days with a midnight end"),
    weeks=lengths(40),
)
def a_midnight_end_counts_its_day(drs: DrsDriver, weeks: int) -> None:
    """Ask for one Tuesday, from midnight to midnight of that same day and to its end."""
    ahead = drs.weekday(weeks, 1)
    day = drs.local(ahead)
    to_midnight = read_slots(drs.check_availability(day, day + timedelta(seconds=1)))
    to_the_end = read_slots(drs.check_availability(day, drs.local(ahead, time(23, 59, 59))))
    expect(to_midnight == to_the_end, "the slots differ with the time of periodEnd")


def _period(drs: DrsDriver, ahead: int, length: int, **order: str) -> Exchange:
    return drs.check_availability(drs.local(ahead), drs.local(ahead + length - 1, time(23, 59)), **order)


def _by_day(answer: Exchange) -> dict[str, list[OfferedSlot]]:
    by_day: dict[str, list[OfferedSlot]] = {}
    for slot in read_slots(answer):
        by_day.setdefault(slot.begin[:10], []).append(slot)
    return by_day


def _width(slot: OfferedSlot) -> timedelta:
    return datetime.fromisoformat(slot.end) - datetime.fromisoformat(slot.begin)
