"""Clauses on master data: operatives with their hours and trades, places, SOR codes.

Their checks change what others use, and no call puts it back: run them against a simulator of your own.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from hypothesis import strategies as st

from drs_contracts.clauses.clause import clause, presumed, vendor
from drs_contracts.driver.driver import CreatedOrder, DrsDriver
from drs_contracts.driver.expectations import expect, expect_refusal, expect_success, need_success
from drs_contracts.driver.messages import Exchange, Members, Value
from drs_contracts.fake_data import FakeProperty
from drs_contracts.strategies import properties

_BOOKING = "theOrders/theBookings"
_OPERATIVE = f"{_BOOKING}/theResources/resourceID"
_PLANNING_FAILED = "Planning failed"
_A_DAY = 24 * 60


@clause(
    "REC-01",
    "While updateResource says that all operatives are away, no slot is free and no visit is planned; others stay.",
    vendor("days off and unavailability", "rk49mc32f2", also="published: the members"),
    writes=True,
    changes_records=True,
    split=st.integers(0, 239),
    overlap=st.integers(0, 120),
    seconds=st.integers(0, 59),
)
def absences_close_slots(drs: DrsDriver, split: int, overlap: int, seconds: int) -> None:
    """Send an absence of all for the first slot of a day, in two parts; then one that ends within a minute."""
    tuesday = drs.weekday(0, 1)
    before = _free(drs, tuesday)
    first = before[0]
    begin, end = drs.local(tuesday, first[0]), drs.local(tuesday, first[1])
    middle = begin + timedelta(minutes=split % max(1, (end - begin) // timedelta(minutes=1)))
    until = min(end, middle + timedelta(minutes=overlap))
    parts: list[Members] = [
        {"beginDateTime": middle, "endDateTime": end},
        {"beginDateTime": begin - timedelta(seconds=seconds), "endDateTime": max(until, begin + timedelta(minutes=1))},
    ]
    parts[0] = {**parts[0], "reason": "Holiday", "comments": "away"}
    _update_all(drs, theUnavailabilities=parts)
    after = _free(drs, tuesday)
    inside = [slot for slot in after if first[0] <= slot[0] and slot[1] <= first[1]]
    expect(not inside, f"{inside} can be booked though all operatives are away")
    apart = [slot for slot in before if slot[0] >= first[1]]
    expect([slot for slot in after if slot[0] >= first[1]] == apart, f"of {apart} only {after} are left")
    expect(_free(drs, tuesday + 1) == _free(drs, tuesday + 8), "the day after is not what it was")
    shown = drs.ask("selectResource")
    for name, wanted in (("reason", {"Holiday", ""}), ("comments", {"away", ""})):
        kept = set(shown.texts(f"theResources/theUnavailabilities/{name}"))
        expect(kept == wanted, f"the {name} is {kept}")
    back = begin + timedelta(minutes=overlap, seconds=max(1, seconds))
    _update_all(drs, theUnavailabilities={"beginDateTime": begin - timedelta(hours=1), "endDateTime": back})
    order = drs.create_order()
    duration = timedelta(minutes=int(order.exchange.text("theOrder/theBookings/duration") or 0))
    too_soon = back.replace(second=0) + duration
    answer = drs.schedule(order, planningWindowStart=begin, planningWindowEnd=too_soon)
    told = f"all operatives are away until {back}, and a visit of {duration} is planned before {too_soon}"
    expect(answer.refused, told, answer)


@clause(
    "REC-02",
    "Slots are available only on the days and in the hours in which updateResource says that operatives work.",
    vendor("workers' calendars", "rk49mc32f2", "24nc9bfrju", also="published: the members"),
    writes=True,
    changes_records=True,
)
def weekly_hours_apply(drs: DrsDriver) -> None:
    """Let all operatives work on Tuesdays only, in the hours of the last slot."""
    tuesday = drs.weekday(0, 1)
    usual = _free(drs, tuesday)
    late, end = max(slot[0] for slot in usual), max(slot[1] for slot in usual)
    _update_all(
        drs, theWorkingHours={"beginDate": drs.local(0, late), "dayOfWeek": "TUESDAY", "endDate": drs.local(0, end)}
    )
    expect(_free(drs, tuesday - 1) == [], "Monday can be booked though no operative works")
    found = _free(drs, tuesday)
    expect(all(slot[1] > late for slot in found), f"on Tuesday {found} can be booked, and the work begins at {late}")
    inside = {slot for slot in usual if slot[0] >= late}
    expect(inside <= set(found), f"of {inside} only {found} can be booked")


@clause(
    "REC-03",
    "Incomplete or unknown values in updateResource are refused with an errorMsg that names them.",
    presumed("the simplest assumption"),
    writes=True,
    changes_records=True,
)
def wrong_values_of_operatives_are_named(drs: DrsDriver) -> None:
    """Send hours and absences without an end, and weekdays and abilities that do not exist."""
    operative = _operatives(drs)[0]
    hours: Members = {"beginDate": drs.local(0, time(8)), "endDate": drs.local(0, time(16)), "dayOfWeek": "Monday"}
    away: Members = {"beginDateTime": drs.local(1), "endDateTime": drs.local(2)}

    def expect_wrong(named: Members, *words: str) -> None:
        answer = drs.ask("updateResource", contract=drs.data.contract, theResources=named)
        expect_refusal(answer, *words)

    for name in hours:
        left = {other: value for other, value in hours.items() if other != name}
        expect_wrong({"resourceID": operative, "theWorkingHours": left}, name)
    for name in away:
        left = {other: value for other, value in away.items() if other != name}
        expect_wrong({"resourceID": operative, "theUnavailabilities": left}, name)
    empty_hours: Members = {
        "beginDate": drs.local(0, time(16)),
        "endDate": drs.local(0, time(16)),
        "dayOfWeek": "Monday",
    }
    expect_wrong({"resourceID": operative, "theWorkingHours": empty_hours}, "beginDate", "endDate")
    empty_absence: Members = {"beginDateTime": drs.local(2), "endDateTime": drs.local(2)}
    expect_wrong({"resourceID": operative, "theUnavailabilities": empty_absence}, "beginDateTime", "endDateTime")
    expect_wrong(
        {"resourceID": operative, "theWorkingHours": {**hours, "dayOfWeek": "Mittwoch"}}, "Mittwoch", "dayOfWeek"
    )
    expect_wrong({"resourceID": operative, "theAbilities": {"name": "Juggler"}}, "Juggler", "theAbilities")
    expect_wrong({"resourceID": "no such one"}, "no such one", "resourceID")
    expect_wrong({"externalResourceCode": "no such one"}, "no such one", "externalResourceCode")
    expect_wrong({"resourceName": "no such one"}, "resourceID")
    expect_refusal(drs.ask("updateResource", contract=drs.data.contract), "theResources")
    unknown = drs.ask("updateResource", contract="no such one", theResources={"resourceID": operative})
    expect_refusal(unknown, "no such one")


@clause(
    "REC-04",
    "A booking whose operative becomes absent or loses the trade loses its place; selectAlerts: RESCHEDULEFAILURES.",
    presumed("the type of alert is published"),
    writes=True,
    changes_records=True,
)
def an_absence_unschedules_bookings(drs: DrsDriver) -> None:
    """Add an absence for the last slot of a day, with bookings in it, before it and on the next day."""
    tuesday = drs.weekday(0, 1)
    before, order, later = drs.create_order(), drs.create_order(), drs.create_order()
    slots = sorted(drs.need_slots(tuesday, 1), key=lambda slot: (slot.end, slot.begin))
    early, late = slots[0], slots[-1]
    drs.need_scheduled(before, early)
    operative = drs.select(before).text(_OPERATIVE) or ""
    expect_success(drs.schedule_for(operative, order, late))
    drs.need_scheduled(later, drs.need_slots(tuesday + 1, 1)[0])
    away: Members = {"beginDateTime": late.begin, "endDateTime": late.end}
    absence: Members = {"resourceID": operative, "theUnavailabilities": away}
    expect_success(drs.ask("updateResource", contract=drs.data.contract, theResources=absence))
    shown = drs.select(order)
    expect(not shown.texts(_OPERATIVE), f"{operative} is still assigned to it")
    kept = shown.text(f"{_BOOKING}/bookingLifeCycleStatus")
    expect(kept == "PLANNED", f"the booking is {kept}")
    expect(drs.select(before).text(_OPERATIVE) == operative, "a visit before that time has lost its place too")
    expect(bool(drs.select(later).texts(_OPERATIVE)), "the booking of the next day has lost its place too")
    alerts = drs.ask("selectAlerts", contract=drs.data.contract, alertType="RESCHEDULEFAILURES")
    ids = alerts.texts("theAlerts/theBooking/bookingId")
    expect(ids == [order.booking_id], f"the alerts are those of {ids}")
    name = drs.ask("selectResource", theResourceIDs=operative)
    comments = alerts.text("theAlerts/comments") or ""
    expect((name.text("theResources/resourceName") or "?") in comments, f"the alert says '{comments}'")
    drs.need_scheduled(order, drs.need_slots(tuesday + 2, 1)[0])
    after = drs.ask("selectAlerts", contract=drs.data.contract).texts("theAlerts/theBooking/bookingId")
    expect(after == [], f"the alerts are those of {after} once it is scheduled again")
    _teach_another_trade(drs, order)
    expect(not drs.select(order).texts(_OPERATIVE), "an operative who has lost the trade is still assigned to it")
    after = drs.ask("selectAlerts", contract=drs.data.contract).texts("theAlerts/theBooking/bookingId")
    expect(order.booking_id in after, "no alert shows it once the trade is lost")


@clause(
    "REC-05",
    "Without an operative who has the trade, no slot is available.",
    vendor("abilities of workers", "20tfyv07dt", "k0xi27j54a", also="published: the members"),
    writes=True,
    changes_records=True,
)
def abilities_apply(drs: DrsDriver) -> None:
    """Give every operative another trade and another name."""
    order, tuesday = drs.create_order(), drs.weekday(0, 1)
    drs.need_slots(tuesday, 1)
    trade = _teach_another_trade(drs, order, resourceName="Another Name")
    expect(_free(drs, tuesday) == [], f"a {trade} can be booked though there is none")
    names = set(drs.ask("selectResource").texts("theResources/resourceName"))
    expect(names == {"Another Name"}, f"the names are {names}")


@clause(
    "REC-06",
    "updateLocation stores the members that it sends and keeps the others; orders at the location show them.",
    presumed("by the members' names, which are published; updates by createOrder are another thing: REC-09"),
    writes=True,
    changes_records=True,
    there=properties(),
)
def locations_are_stored(drs: DrsDriver, there: FakeProperty) -> None:
    """Send a location in three calls; read an order there, and search beside it and beside a new one in its place."""
    order = drs.create_order(locationID=there.id)
    tuesday = drs.weekday(1, 1)
    slot = drs.need_slots(tuesday, 1)[0]
    drs.need_scheduled(order, slot)
    parts: tuple[Members, ...] = (
        {"address1": there.address1, "latitude": there.latitude, "longitude": there.longitude},
        {"address2": "Second", "address3": "Third", "address4": "Fourth"},
        {"city": there.address3, "postCode": there.post_code},
    )
    for part in parts:
        expect_success(drs.ask("updateLocation", theLocation={"locationId": there.id, **part}))
    shown = drs.select(order)
    for part in parts:
        for name, value in part.items():
            kept = shown.text(f"theOrders/theLocation/{name}")
            expect(kept == value, f"the {name} is '{kept}', not '{value}'")
    offered = drs.free_slots(tuesday, 1, locationID=there.id)
    need_success(drs.delete(order))
    new = drs.create_order(locationID=there.id)
    need_success(drs.schedule_for(shown.text(_OPERATIVE) or "", new, slot))
    wanted = drs.free_slots(tuesday, 1, locationID=there.id)
    expect(offered == wanted, f"beside the visit there are the offers {offered}, and beside a new one {wanted}")
    for name, wrong in (("latitude", "90.1"), ("latitude", "-91"), ("longitude", "180.1"), ("longitude", "east")):
        flawed: Members = {"locationId": there.id, name: wrong}
        expect_refusal(drs.ask("updateLocation", theLocation=flawed), name, wrong)
    for name, right in (("latitude", "90"), ("longitude", "-180")):
        expect_success(drs.ask("updateLocation", theLocation={"locationId": there.id, name: right}))
    expect_refusal(drs.ask("updateLocation", theLocation={"address1": "anywhere"}), "locationID")


@clause(
    "REC-07",
    "A SOR code of updateBookingCode has minutes and a job template; without a trade it has no valid job template.",
    vendor("SOR codes and their job templates", "6hwlwhymxr", "02tfyrsxcm", also="published: the operation"),
    writes=True,
    changes_records=True,
    minutes=st.integers(1, 240),
)
def new_codes_can_be_booked(drs: DrsDriver, minutes: int) -> None:
    """Add a code and book it, then remove its trade; search for it with few minutes, and with too many."""
    trade = drs.create_order().exchange.text("theOrder/theBookings/template") or ""
    definition: Members = {
        "bookingCode": "NEW-1",
        "bookingCodeDescription": "New",
        "bookingCodeTime": minutes,
        "contract": drs.data.contract,
    }

    def update(**more: str | int) -> Exchange:
        sent = {**definition, **more}
        return drs.ask("updateBookingCode", contract=drs.data.contract, theBookingCodeDefinitions=sent)

    expect_success(update(trade=trade))
    code = drs.code("any", "NEW-1")
    order = drs.create_order(theBookingCodes=code)
    duration = order.exchange.text("theOrder/theBookings/duration")
    expect(duration == str(minutes), f"it takes {duration} minutes, not {minutes}")
    slot = max(drs.need_slots(drs.weekday(0, 1), 1), key=lambda each: (each.end, each.begin))
    widest = drs.need_slots(drs.weekday(0, 0), 5)[-1]
    expect(any(drs.schedule_into(order, each).succeeded for each in (slot, widest)), "it cannot be scheduled")
    expect_success(update())
    answer = drs.schedule_into(drs.create_order(theBookingCodes=code), widest)
    expect(_PLANNING_FAILED in (answer.text("errorMsg") or ""), f"without a trade: {answer.text('status')}")
    for wrong in (0, _A_DAY + 1):
        expect_refusal(update(bookingCodeTime=wrong), "bookingCodeTime", str(wrong))
    for right in (1, _A_DAY):
        expect_success(update(bookingCodeTime=right, trade=trade))
        found = drs.free_slots(drs.weekday(0, 2), 1, theBookingCodes=code)
        expect(bool(found) is (right == 1), f"with {right} minutes it has {len(found)} slots")
    for name in ("bookingCode", "bookingCodeDescription", "bookingCodeTime"):
        lacking = {other: value for other, value in definition.items() if other != name}
        answer = drs.ask("updateBookingCode", contract=drs.data.contract, theBookingCodeDefinitions=lacking)
        expect_refusal(answer, name)
    expect_refusal(update(contract="no such one"), "no such one")
    expect_refusal(drs.ask("updateBookingCode", theBookingCodeDefinitions=definition), "contract")
    expect_refusal(drs.ask("updateBookingCode", contract=drs.data.contract), "theBookingCodeDefinitions")


@clause(
    "REC-08",
    "The working hours of one day override those of its weekday.",
    presumed("by the members' names, which are published; the vendor knows weekly and roster calendars (24nc9bfrju)"),
    writes=True,
    changes_records=True,
)
def hours_of_one_day_override(drs: DrsDriver) -> None:
    """Let all operatives work on Tuesdays, and on one Tuesday in the hours of its last slot only."""
    tuesday = drs.weekday(0, 1)
    usual = _free(drs, tuesday)
    day_begin, day_end = min(slot[0] for slot in usual), max(slot[1] for slot in usual)
    late = max(slot[0] for slot in usual)
    weekly: Members = {
        "beginDate": drs.local(0, day_begin),
        "dayOfWeek": "TUESDAY",
        "endDate": drs.local(0, day_end),
    }
    that_day: Members = {
        "beginDate": drs.local(0, late),
        "endDate": drs.local(0, day_end),
        "specificDate": drs.local(tuesday, time(12)),
    }
    _update_all(drs, theWorkingHours=[weekly, that_day])
    expect(_free(drs, tuesday + 7) == usual, f"the Tuesday after has {_free(drs, tuesday + 7)}, not {usual}")
    found, wanted = _free(drs, tuesday), [slot for slot in usual if slot[1] > late]
    expect(all(slot[1] > late for slot in found), f"on that Tuesday {found} can be booked")
    expect({slot for slot in wanted if slot[0] >= late} <= set(found), f"of {wanted} only {found} can be booked")
    hours = drs.ask(
        "selectResource",
        includeWorkingHours=True,
        returnWorkingHoursFrom=drs.local(tuesday - 1),
        returnWorkingHoursTo=drs.local(tuesday + 7),
    )
    starts = {datetime.fromisoformat(each) for each in hours.texts("theResources/theWorkingHours/beginDate")}
    wanted_starts = {drs.local(tuesday, late), drs.local(tuesday + 7, day_begin)}
    expect(starts == wanted_starts, f"the hours begin at {starts}, not at {wanted_starts}")


@clause(
    "REC-09",
    "theLocation of createOrder updates the record of the place, and later orders there show it.",
    vendor("locations, which every order brings along again", "7tmuy3gu3l", also="published: the members"),
    writes=True,
    changes_records=True,
    there=properties(),
    before=properties(),
)
def orders_update_their_location(drs: DrsDriver, there: FakeProperty, before: FakeProperty) -> None:
    """Create two orders that describe a place, the second without its id, and one there that does not."""
    names = ("address1", "postCode")
    for described in (before, there):
        place: Members = {
            "address1": described.address1,
            "locationId": there.id,
            "name": described.address1,
            "postCode": described.post_code,
        }
        if described is there:
            place = {name: value for name, value in place.items() if name != "locationId"}
        own = drs.create_order(locationID=there.id, theLocation=place).exchange
        for member in names:
            shown = own.text(f"theOrder/theLocation/{member}")
            expect(shown == place[member], f"the order shows the {member} '{shown}', not '{place[member]}'")
    later = drs.create_order(locationID=there.id).exchange
    kept = [later.text(f"theOrder/theLocation/{member}") for member in names]
    expect(kept == [there.address1, there.post_code], f"a later order shows {kept}")


def _operatives(drs: DrsDriver) -> list[str]:
    return drs.ask("selectResource").texts("theResources/resourceID")


def _update_all(drs: DrsDriver, **members: Value) -> None:
    changed = [{"resourceID": operative, **members} for operative in _operatives(drs)]
    expect_success(drs.ask("updateResource", contract=drs.data.contract, theResources=changed))


def _teach_another_trade(drs: DrsDriver, order: CreatedOrder, **members: Value) -> str | None:
    """Give all operatives another trade than an order's, which is returned."""
    trade = order.exchange.text("theOrder/theBookings/template")
    others = [name for name in drs.ask("selectResource").texts("theResources/theAbilities/name") if name != trade]
    expect(bool(others), f"{trade} is the only trade")
    _update_all(drs, theAbilities=[{"name": others[0]}], **members)
    return trade


def _free(drs: DrsDriver, ahead: int) -> list[tuple[time, time]]:
    zone = drs.data.zone
    free = drs.free_slots(ahead, 1)
    return [(slot.begins.astimezone(zone).time(), slot.ends.astimezone(zone).time()) for slot in free]
