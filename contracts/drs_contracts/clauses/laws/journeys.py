"""Clauses on the days of operatives: their journeys, whose day a visit is in, and the time that goes by."""

from __future__ import annotations

from datetime import date, time, timedelta
from math import cos, pi, radians

from hypothesis import strategies as st

from drs_contracts.clauses.clause import clause, presumed, vendor
from drs_contracts.driver.driver import CreatedOrder, DrsDriver, OfferedSlot, read_slots
from drs_contracts.driver.expectations import expect, expect_success, need, need_success
from drs_contracts.driver.messages import Exchange, Members
from drs_contracts.strategies import lengths

_WEEKS_OF_A_YEAR = 52
_BOOKING = "theOrders/theBookings"
_A_MINUTE = timedelta(minutes=1)
_KM_OF_A_DEGREE = 6371 * pi / 180
# So far from the operative's home that the journey goes due north, wherever in the area they live.
_FAR_NORTH = 9
_NO_TOLERANCE = 0.01


@clause(
    "LAW-26",
    "A journey is as long as the crow flies, in every direction: a day is best unless another one saves some of it.",
    vendor("schedules, in which journeys count", "te8fnq38v6", also="presumed: how they are measured"),
    writes=True,
    changes_records=True,
    weeks=lengths(_WEEKS_OF_A_YEAR),
)
def journeys_are_straight(drs: DrsDriver, weeks: int) -> None:
    """Plan a visit at a place on one day, and one near it on the next: is the next day as good for coming again?

    All is due north of the operative. What is beyond the place is on the way, to turn back costs the distance twice,
    and to turn aside once.
    """
    ahead, some = drs.weekday(weeks, 1), drs.data.best_slot_tolerance_km
    is_tolerant = some > _NO_TOLERANCE
    unit = some if is_tolerant else 1.0
    home = drs.create_order().exchange
    latitude, longitude = (float(home.text(f"theOrder/theLocation/{name}") or 0) for name in ("latitude", "longitude"))
    place, other = drs.order_number(), drs.order_number()
    latitude += _FAR_NORTH
    _put_place(drs, place, latitude, longitude)
    operative = _find_operative(drs, ahead, place)
    first = _visit(drs, operative, ahead, place)
    if len(drs.select(first).texts(f"{_BOOKING}/theResources/resourceID")) > 1:
        # Of two who come together, the other one's journey counts too.
        return
    for north, east, is_as_good, where in (
        (0.0, 0.75, True, "a little to the east"),
        (0.0, -0.75, True, "a little to the west"),
        (0.0, 1.25, False, "to the east"),
        (0.0, -1.25, False, "to the west"),
        (-0.4, 0.0, True, "a little nearer"),
        (-0.6, 0.0, False, "nearer"),
        (5.0, 0.0, True, "beyond"),
    ):
        if is_as_good and not is_tolerant:
            continue
        degrees_east = east * unit / _KM_OF_A_DEGREE / cos(radians(latitude))
        _put_place(drs, other, latitude + north * unit / _KM_OF_A_DEGREE, longitude + degrees_east)
        near = _visit(drs, operative, ahead + 1, other)
        best = _search(drs, operative, ahead, place, "fullPeriod")
        found = {slot.begins.date() for slot in best}
        wanted: set[date] = {drs.local(ahead + more).date() for more in range(1 + is_as_good)}
        told = f"the best slots are on {sorted(map(str, found))}, with a visit there and the next day one {where}"
        expect(found == wanted, told)
        need_success(drs.delete(near))


@clause(
    "LAW-27",
    "A slot that has begun is not available, also to a search that found it available before.",
    presumed("the simplest assumption"),
    writes=True,
    moves_clock=True,
)
def time_goes_by(drs: DrsDriver) -> None:
    """Ask for two days a minute before each slot of the first one begins, and a minute after."""
    ahead = drs.weekday(0, 1)
    begin, end = drs.local(ahead), drs.local(ahead + 1)
    usual = [slot.begins for slot in drs.need_slots(ahead, 1)]
    drs.need_scheduled(drs.create_order(), drs.need_slots(ahead + 1, 1)[0])
    later = [slot for slot in drs.need_slots(ahead, 2) if slot.begins >= end]
    for slot_begin in sorted(set(usual)):
        for now in (slot_begin - _A_MINUTE, slot_begin + _A_MINUTE):
            was_today = drs.today
            drs.target.move_clock(now - drs.target.now())
            if drs.today != was_today:
                drs.renew_session()
            answer = drs.check_availability(begin, end)
            need_success(answer)
            free = [slot for slot in read_slots(answer) if slot.available]
            begun = [slot.begin for slot in free if slot.begins < now]
            expect(not begun, f"at {now.isoformat()} it can be booked from {', '.join(begun)} on", answer)
            expect([slot for slot in free if slot.begins >= end] == later, "the next day is not what it was", answer)


@clause(
    "LAW-28",
    "The operatives that selectOrder shows are those whose getSchedule lists the booking, at the same time.",
    presumed("by the operations' names; members published"),
    writes=True,
    weeks=lengths(_WEEKS_OF_A_YEAR),
    choices=st.lists(st.integers(0, 9), min_size=1, max_size=4),
)
def schedules_agree_with_orders(drs: DrsDriver, weeks: int, choices: list[int]) -> None:
    """Book some slots of a day, and look for each booking in the day of every operative."""
    ahead = drs.weekday(weeks, 1)
    drs.need_slots(ahead, 1)
    orders = []
    for choice in choices:
        if free := drs.free_slots(ahead, 1):
            orders.append(drs.create_order(targetDate=drs.local(ahead + 30, time(23, 59, 59))))
            drs.need_scheduled(orders[-1], free[choice % len(free)])
    known = drs.ask("selectResource")
    members = ("resourceID", "externalResourceCode", "resourceName")
    named = {row[0]: row for row in _rows(known, "theResources", members)}
    asked: Members = {"contract": drs.data.contract, "scheduleDate": drs.local(ahead)}
    listed: dict[str, dict[str, str]] = {}
    for operative in named:
        answer = drs.ask("getSchedule", **asked, resourceId=operative)
        need_success(answer)
        for booking_id, start in _rows(answer, "theBookings", ("bookingId", "assignedStart")):
            listed.setdefault(booking_id, {})[operative] = start
    for order in orders:
        shown = drs.select(order)
        there, begin = listed.get(order.booking_id, {}), shown.text(f"{_BOOKING}/assignedStart")
        operatives = shown.texts(f"{_BOOKING}/theResources/resourceID")
        expect(
            sorted(operatives) == sorted(there), f"it shows {operatives}, and is in the days of {list(there)}", shown
        )
        expect(set(there.values()) == {begin}, f"it begins at {begin}, in the days at {there}", shown)
        wanted = [named[operative] for operative in operatives]
        found = _rows(shown, f"{_BOOKING}/theResources", members)
        expect(found == wanted, f"the operatives are {found}, not {wanted}", shown)


@clause(
    "LAW-33",
    "Visits to one place in one slot are made one after the other, with no journey to another place between them.",
    vendor("schedules, in which journeys count", "te8fnq38v6", also="presumed: that a day is put in order like this"),
    writes=True,
    changes_records=True,
)
def visits_to_a_place_follow_each_other(drs: DrsDriver) -> None:
    """Plan a visit at a place, one far from it, and another one at the place, all in one slot of one operative."""
    ahead, place, other = drs.weekday(1, 1), drs.order_number(), drs.order_number()
    home = drs.create_order().exchange
    latitude, longitude = (float(home.text(f"theOrder/theLocation/{name}") or 0) for name in ("latitude", "longitude"))
    _put_place(drs, place, latitude + 1, longitude)
    _put_place(drs, other, latitude, longitude + 1)
    operative = _find_operative(drs, ahead, place)
    day = drs.local(ahead).date()
    free = [slot for slot in _search(drs, operative, ahead, place, "no") if slot.begins.date() == day]
    widest = max(free, key=lambda slot: slot.ends - slot.begins)
    orders = [_visit(drs, operative, ahead, there, widest.window) for there in (place, other, place)]
    if len(drs.select(orders[0]).texts(f"{_BOOKING}/theResources/resourceID")) > 1:
        # Those who come together keep their time.
        return
    first, far, again = (drs.select(order).time(f"{_BOOKING}/assignedStart") for order in orders)
    between = min(first, again) < far < max(first, again)
    expect(not between, f"they begin at {first} and {again}, and the one far away at {far}")


def _rows(answer: Exchange, path: str, members: tuple[str, ...]) -> list[tuple[str, ...]]:
    found = [] if answer.returned is None else answer.returned.findall(path)
    return [tuple(each.findtext(name, "") for name in members) for each in found]


def _put_place(drs: DrsDriver, name: str, latitude: float, longitude: float) -> None:
    there: Members = {"locationId": name, "latitude": f"{latitude:.9f}", "longitude": f"{longitude:.9f}"}
    need_success(drs.ask("updateLocation", theLocation=there))


def _find_operative(drs: DrsDriver, ahead: int, place: str) -> str:
    """An operative who can come to the place on both days."""
    for operative in drs.ask("selectResource").texts("theResources/resourceID"):
        if len({slot.begins.date() for slot in _search(drs, operative, ahead, place, "no")}) > 1:
            return operative
    need(False, "no operative has a free slot on both days")
    return ""


def _search(drs: DrsDriver, operative: str, ahead: int, place: str, best: str) -> list[OfferedSlot]:
    members = drs.availability_members(drs.local(ahead), drs.local(ahead + 1), locationID=place)
    answer = drs.call("checkAvailability", {**members, "resourceIDs": operative, "onlyBestSlots": best})
    expect_success(answer)
    return [slot for slot in read_slots(answer) if slot.available]


def _visit(drs: DrsDriver, operative: str, ahead: int, place: str, wanted: Members | None = None) -> CreatedOrder:
    """Plan a visit of the operative, in the first slot of the day if none is wanted."""
    day = drs.local(ahead).date()
    slots = [slot for slot in _search(drs, operative, ahead, place, "no") if slot.begins.date() == day]
    slots = [slot for slot in slots if wanted in (None, slot.window)]
    need(bool(slots), "the operative has no such slot on one of the days")
    order = drs.create_order(locationID=place, targetDate=drs.local(ahead + 30, time(23, 59, 59)))
    need_success(drs.schedule_for(operative, order, slots[0]))
    return order
