"""Slips about offers: what a search offers cannot be booked, and best slots that are not the best."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from drs_contracts.defects.slips.system import (
    CHANGES,
    PLANNING,
    Behaviour,
    Slip,
    System,
    Tables,
    afterwards,
    booking_in,
    by_twin,
    in_request,
    instant_of,
    number_of,
    operation_of,
    refuse_planning,
    succeeded,
    without_session,
)
from drs_contracts.driver.messages import Reply

_SLOT = re.compile(
    rb"<slotsForDay><available>(\w+)</available><beginDate>([^<]*)</beginDate>"
    rb"<bestSlot>(\w+)</bestSlot><endDate>([^<]*)</endDate></slotsForDay>"
)
_DAY = re.compile(rb"<theSlots>.*?</theSlots>", re.DOTALL)
_FRIDAY, _NOON, _VISITS_A_DAY, _NOTICE = 4, 12, 4, timedelta(hours=2)


def _window_start(system: System, body: bytes) -> datetime | None:
    start = instant_of(body, "planningWindowStart")
    return None if start is None else system.local(start)


def _is_short_notice(system: System, body: bytes) -> bool:
    start = _window_start(system, body)
    return start is not None and timedelta(0) <= start - system.now < _NOTICE


def _is_friday_afternoon(system: System, body: bytes) -> bool:
    start = _window_start(system, body)
    return start is not None and start.weekday() == _FRIDAY and start.hour >= _NOON


def _is_last_of_february(system: System, body: bytes) -> bool:
    start = _window_start(system, body)
    return start is not None and (start.month, (start + timedelta(days=1)).month) == (2, 3)


def _is_a_fifth_visit(system: System, body: bytes) -> bool:
    start, booking_id = _window_start(system, body), number_of(body, "bookingId")
    if start is None:
        return False
    days = [each.appointment.day for each in system.state.bookings if each.appointment and each.id != booking_id]
    return days.count(start.date()) >= _VISITS_A_DAY


def _try_the_first_day_only(system: System, body: bytes) -> Reply:
    """Look for room on the first day of a window only; the booking has the whole window all the same."""
    start, end = _window_start(system, body), instant_of(body, "planningWindowEnd")
    if operation_of(body) != "scheduleBooking" or start is None or end is None:
        return system.send(body)
    midnight = (start + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    if system.local(end) <= midnight:
        return system.send(body)
    written = f"<planningWindowEnd>{midnight.isoformat()}<".encode()
    with system.lock:
        reply = system.send(re.sub(rb"<planningWindowEnd>[^<]*<", written, body))
        booking = booking_in(system.state, number_of(body, "bookingId"))
        if succeeded(reply) and booking:
            system.put_booking(replace(booking, window_end=end))
        return reply


def _offer_what_has_begun(system: System, body: bytes) -> Reply:
    """Offer the slots of today until they end."""
    reply = system.send(body)
    now = system.now

    def reopen(slot: re.Match[bytes]) -> bytes:
        begin, end = (datetime.fromisoformat(slot.group(part).decode()) for part in (2, 4))
        return slot.group().replace(b">NO<", b">YES<") if begin < now < end else slot.group()

    return replace(reply, body=_SLOT.sub(reopen, reply.body))


def _remember_offers(overlooked: str) -> Behaviour:
    """Answer a search as before until something changes, except for a change by this operation."""

    def behave(system: System, body: bytes) -> Reply:
        called = operation_of(body)
        with system.lock:
            known = system.memory.setdefault("offers", {})
            if called != "checkAvailability":
                reply = system.send(body)
                if called in CHANGES - {overlooked} and succeeded(reply):
                    known.clear()
                return reply
            # Slots of today end as time passes.
            key = (without_session(body), system.now.replace(second=0, microsecond=0))
            if key not in known:
                known[key] = system.send(body)
            return known[key]  # type: ignore[no-any-return]

    return behave


def _only_first_of_each_trade(tables: Tables) -> None:
    taken: set[str] = set()
    for operative in tables["operatives"]:
        operative["trades"] = tuple(trade for trade in operative["trades"] if trade not in taken) or ("Spare",)
        taken.update(operative["trades"])


def _no_recurring_visits(tables: Tables) -> None:
    for operative in tables["operatives"]:
        operative["recurring_visits"] = ()


def _all_contracts(tables: Tables) -> None:
    for operative in tables["operatives"]:
        operative["contracts"] = tables["contracts"]


def _no_second_trade(tables: Tables) -> None:
    tables["job_templates"] = tuple(
        template | {"trades": template["trades"][:1], "combines": ()} if len(template["trades"]) > 1 else template
        for template in tables["job_templates"]
    )


def _no_travel(tables: Tables) -> None:
    here = {"latitude": "53.2290", "longitude": "-0.5480"}
    for operative in tables["operatives"]:
        operative.update(here)
        operative["recurring_visits"] = tuple(visit | here for visit in operative["recurring_visits"])
    for location in (*tables["locations"], tables["unknown_location"]):
        location.update(here)


def _forget_hours_off(system: System, body: bytes) -> Reply:
    """Search as if no operative was away for a part of a day."""
    if operation_of(body) != "checkAvailability":
        return system.send(body)
    with system.lock:
        known = system.state.operatives
        system.change(
            operatives=tuple(
                replace(
                    each,
                    unavailabilities=tuple(
                        away
                        for away in each.unavailabilities
                        if system.local(away.begin).date() != system.local(away.end).date()
                    ),
                )
                for each in known
            )
        )
        reply = system.send(body)
        system.change(operatives=known)
        return reply


def _mark_the_first_of_a_full_day(system: System, body: bytes) -> Reply:
    """Mark the first slot of a day without an available one as best."""
    reply = system.send(body)

    def mark(day: re.Match[bytes]) -> bytes:
        return day.group() if b">YES<" in day.group() else day.group().replace(b"<bestSlot>false", b"<bestSlot>true", 1)

    return replace(reply, body=_DAY.sub(mark, reply.body))


def _mark_one_of_a_day(system: System, body: bytes) -> Reply:
    """Mark the first of the best slots of a day only."""
    reply = system.send(body)

    def unmark(day: re.Match[bytes]) -> bytes:
        first, mark, rest = day.group().partition(b"<bestSlot>true")
        return first + mark + rest.replace(b"<bestSlot>true", b"<bestSlot>false")

    return replace(reply, body=_DAY.sub(unmark, reply.body))


def _own_time_of_first(system: System, before: object, body: bytes, reply: Reply) -> None:
    del before, body
    made = booking_in(system.state, number_of(reply.body, "bookingId"))
    first = next(each for each in system.state.bookings if each.order_id == made.order_id)
    system.put_booking(replace(made, minutes=first.minutes))


_SEARCH = "checkAvailability"
_PLAN = " ".join(each for each in PLANNING if each != _SEARCH)

OFFERS: tuple[Slip, ...] = (
    Slip("offers", "the slots of today are offered until they end", _offer_what_has_begun, caught_by="AVL-24"),
    Slip(
        "offers",
        "a visit that begins within two hours is offered and refused",
        refuse_planning(_is_short_notice),
        caught_by="SCH-25",
    ),
    Slip(
        "offers", "Friday afternoons are offered and refused", refuse_planning(_is_friday_afternoon), caught_by="SCH-01"
    ),
    Slip(
        "offers",
        "the fifth visit of a day is offered and refused",
        refuse_planning(_is_a_fifth_visit),
        caught_by="FLO-03",
    ),
    Slip(
        "offers",
        "the last day of February is offered and refused",
        refuse_planning(_is_last_of_february),
        caught_by="LAW-25",
    ),
    Slip("offers", "a window of several days is only tried on its first", _try_the_first_day_only, caught_by="SCH-25"),
    Slip(
        "offers",
        "a search takes each code once, whatever its quantity",
        in_request(_SEARCH, "<quantity>[^<]*<", "<quantity>1<"),
        caught_by="SCH-01",
    ),
    Slip(
        "offers",
        "a further booking takes as long as the order's first one",
        afterwards("createBooking", _own_time_of_first),
        caught_by="LAW-23",
    ),
    Slip(
        "offers",
        "a place is only looked for with the first operative of a trade",
        by_twin(_PLAN, _only_first_of_each_trade),
        caught_by="SCH-01",
    ),
    Slip(
        "offers",
        "recurring visits take no time in a search",
        by_twin(_SEARCH, _no_recurring_visits),
        caught_by="LAW-24",
    ),
    Slip("offers", "hours off within a day take no time in a search", _forget_hours_off, caught_by="REC-01"),
    Slip(
        "offers",
        "a search counts the operatives of other contracts too",
        by_twin(_SEARCH, _all_contracts),
        profile_name="hackney",
        caught_by="LAW-24",
    ),
    Slip(
        "offers",
        "a search for work of two trades looks for the first only",
        by_twin(_SEARCH, _no_second_trade),
        profile_name="full",
        caught_by="LAW-24",
    ),
    Slip(
        "offers",
        "a search is answered as before though an order was deleted",
        _remember_offers("deleteOrder"),
        caught_by="LAW-02",
    ),
    Slip(
        "offers",
        "a search is answered as before though an operative's day was changed",
        _remember_offers("updateResource"),
        caught_by="REC-01",
    ),
    Slip("best slots", "a day that is full has a best slot", _mark_the_first_of_a_full_day, caught_by="AVL-25"),
    Slip("best slots", "a day has one best slot at most", _mark_one_of_a_day, caught_by="AVL-07"),
    Slip(
        "best slots",
        "onlyBestSlots fullPeriod is read as day",
        in_request(_SEARCH, "<onlyBestSlots>fullPeriod<", "<onlyBestSlots>day<"),
        caught_by="AVL-27",
    ),
    Slip("best slots", "travel does not count for the best slots", by_twin(_SEARCH, _no_travel), caught_by="AVL-27"),
)
