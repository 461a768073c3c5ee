"""A profile that was learnt from a day's traffic answers the traffic of the next day as the DRS does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from drs_simulator import Profile, load_profile
from drs_simulator.learning.learn import learn_profile
from drs_simulator.learning.profile_file import save_profile
from drs_simulator.toml_files import merge_tables
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulator.learning.caller import NEXT_DAY, PLACE, UNKNOWN_PLACE, Caller, order_of

FIRST = date(2026, 3, 9)
WORDS = ("Nobody knows", "Sorry, not found:", "DRS-12 refuses")
HOURS = ("08:00-12:00", "12:00-16:00", "09:30-14:30", "08:00-16:00", "10:00-12:00")
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NO_SUCH = "NOSUCH"

names = st.text("ABCDEFGHXYZ", min_size=2, max_size=6).filter(lambda name: name != NO_SUCH)
windows = st.lists(st.sampled_from(HOURS), min_size=1, max_size=4, unique=True)
weekdays = st.lists(st.sampled_from(WEEK), min_size=1, unique=True)


@st.composite
def sor_codes(draw: st.DrawFn) -> list[dict[str, Any]]:
    codes = draw(st.lists(names, min_size=1, max_size=4, unique=True))
    trades = draw(st.lists(st.sampled_from(("Joiner", "Plumber", "")), min_size=len(codes), max_size=len(codes)))
    # An installation without any trade has no default job template, which no profile that extends lincoln can say.
    trades[0] = trades[0] or "Plumber"
    return [
        {"code": code, "trade": trade, "minutes": draw(st.integers(5, 240))}
        for code, trade in zip(codes, trades, strict=True)
    ]


@st.composite
def slots(draw: st.DrawFn) -> dict[str, Any]:
    """Slots that all days have, or others by weekday."""
    plain = {"availability": {"slots": draw(windows), "working_days": draw(weekdays)}}
    if draw(st.booleans()):
        return plain
    days, others = draw(weekdays), draw(weekdays)
    tables = [{"days": days, "hours": draw(windows)}]
    if rest := [day for day in others if day not in days]:
        tables.append({"days": rest, "hours": draw(windows)})
    jobs = [{"name": trade, "trades": [trade], "slots_template": "Own"} for trade in ("Joiner", "Plumber")]
    return {**plain, "slots_templates": [{"name": "Own", "windows": tables}], "job_templates": jobs}


@st.composite
def messages(draw: st.DrawFn) -> dict[str, str]:
    words = draw(st.sampled_from(WORDS))
    own = {
        "login_refused": f"{words} login",
        "session_invalid": f"{words} session",
        "field_required": f"{words} {{field}}",
        "contract_unknown": f"{words} {{field}} {{value}}",
        "priority_unknown": f"{{value}}: {words} priority",
        "order_exists": f"{words} twice",
        "order_unknown": f"{words} order {{number}}",
        "order_missing": f"{words} no {{number}}",
        "booking_unknown": f"{words} booking {{booking_id}}",
        "window_reversed": f"{words} {{begin}} after {{end}}",
        "too_long": f"{words} {{length}} of {{limit}} in {{field}}",
        "not_a_number": f"{words} {{value}} as {{field}}",
        "planning_failed": f"{words} plan",
    }
    return {key: own[key] for key in draw(st.lists(st.sampled_from(sorted(own)), unique=True))}


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    """An installation whose operatives, places and remaining settings are Lincoln's."""
    base = load_profile("lincoln")
    contracts = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    settled: dict[str, Any] = {
        "name": "other",
        "instance": draw(names),
        "contracts": contracts,
        "priorities": [{"id": each} for each in draw(st.lists(names, min_size=1, max_size=3, unique=True))],
        "sor_codes": draw(sor_codes()),
        "operatives": [each.model_dump() | {"contracts": contracts} for each in base.operatives],
        "messages": draw(messages()),
        "ordering": {
            "first_order_id": draw(st.integers(1, 900000)),
            "first_booking_id": draw(st.integers(1, 900000)),
            "category": draw(st.sampled_from(("TASK", "JOB"))),
            "default_minutes": draw(st.integers(5, 90)),
        },
        "business_data": [
            {"name": name, "value": draw(st.sampled_from((None, "{user_id}", "{reason}", "{status}", "Housing", "NO")))}
            for name in draw(st.lists(names, max_size=3, unique=True))
        ],
        "evidence": {},
    }
    cap = {
        "availability": {
            "day_cap": draw(st.integers(1, 12)),
            "long_period_day_cap": draw(st.integers(13, 30)),
            "priority_required": draw(st.booleans()),
            "cap_warning": draw(st.sampled_from(("Limited to {cap} day", "Only {cap} of them"))),
        }
    }
    with_slots = merge_tables(base.model_dump(), merge_tables(draw(slots()), cap))
    return Profile.model_validate(with_slots | settled | {"ordering": with_slots["ordering"] | settled["ordering"]})


def spend_a_day(caller: Caller, profile: Profile) -> None:
    """All that services do: every contract, priority and code, every weekday, and some mistakes."""
    contract, priority = profile.contracts[0], profile.priorities[0].id
    codes = [each.code for each in profile.sor_codes]
    cap = profile.availability.day_cap
    caller.open("wrong")
    caller.open()
    for code in (*codes, NO_SUCH):
        for first in range(0, 7, cap):
            last = FIRST + timedelta(days=first + cap)
            caller.search(FIRST + timedelta(days=first), last, contract, priority, code)
    caller.search(FIRST, FIRST, contract, None, codes[0])
    caller.search(FIRST, FIRST - timedelta(days=1), contract, priority, codes[0])
    caller.search(FIRST, FIRST + timedelta(days=40), contract, priority, codes[0], checkAvailType="longPeriod")
    caller.search(FIRST, FIRST, NO_SUCH, priority, codes[0])
    caller.search(FIRST, FIRST, contract, NO_SUCH, codes[0])
    for each in profile.contracts:
        for other in profile.priorities:
            caller.search(FIRST, FIRST, each, other.id, codes[0])
    for number, ordered in enumerate((*codes, NO_SUCH, None)):
        order = order_of(f"Order{number}", contract, priority, ordered, user_id=f"User{number}")
        answer = caller.call("createOrder", {"theOrder": order})
        schedule(caller, answer.findtext(".//bookingId") or "", f"Order{number}", contract, "REPAIR")
        caller.call("selectOrder", {"primaryOrderNumber": f"Order{number}"})
    caller.call("createOrder", {"theOrder": order_of("Order0", contract, priority, codes[0])})
    caller.call("createOrder", {"theOrder": order_of("Far", contract, priority, codes[0], place=UNKNOWN_PLACE)})
    caller.call("createOrder", {"theOrder": order_of("Long", contract, priority, codes[0], orderComments="x" * 300)})
    caller.call("createOrder", {"theOrder": order_of("None", contract, priority, codes[0], quantity="0")})
    caller.call("selectOrder", {"primaryOrderNumber": "Nowhere"})
    caller.call("deleteOrder", {"theOrder": order_of("Nowhere", contract, priority, codes[0])})
    schedule(caller, "999999999", "Order0", contract, "REPAIR")
    caller.call("closeSession", {})
    caller.call("selectOrder", {"primaryOrderNumber": "Order0"})


def schedule(caller: Caller, booking_id: str, number: str, contract: str, reason: str) -> None:
    booking = {
        "bookingId": booking_id,
        "bookingReason": reason,
        "contract": contract,
        "planningWindowStart": "2026-03-10T08:00:00",
        "planningWindowEnd": "2026-03-10T16:00:00",
        "primaryOrderNumber": number,
    }
    caller.call("scheduleBooking", {"theBooking": booking})


@st.composite
def steps(draw: st.DrawFn) -> Callable[[Profile], Callable[[Caller], object]]:
    """A call of the next day, made of values of the profile and of one that it does not have."""
    kind = draw(st.sampled_from(("search", "create", "schedule", "select", "delete", "close")))
    chosen, other, third = (draw(st.integers(0, 4)) for _ in range(3))
    day, length = draw(st.integers(0, 20)), draw(st.integers(0, 15))

    def of(profile: Profile) -> Callable[[Caller], object]:
        contract = pick([*profile.contracts, NO_SUCH], chosen)
        priority = pick([*(each.id for each in profile.priorities), NO_SUCH], other)
        code = pick([*(each.code for each in profile.sor_codes), NO_SUCH], third)
        first = FIRST + timedelta(days=day)
        number = f"Next{chosen}"
        order = order_of(number, contract, priority, code, place=PLACE if day % 2 else UNKNOWN_PLACE)
        if kind == "search":
            return lambda caller: caller.search(first, first + timedelta(days=length), contract, priority, code)
        if kind == "create":
            return lambda caller: caller.call("createOrder", {"theOrder": order})
        if kind == "schedule":
            booking = str(profile.ordering.first_booking_id + other)
            return lambda caller: schedule(caller, booking, number, contract, "FIRST")
        if kind == "select":
            return lambda caller: caller.call("selectOrder", {"primaryOrderNumber": number})
        if kind == "delete":
            return lambda caller: caller.call("deleteOrder", {"theOrder": order})
        return begin_a_new_session

    return of


def begin_a_new_session(caller: Caller) -> None:
    """Close the session, use it once more, and open another one."""
    caller.call("closeSession", {})
    caller.call("selectMetaData", {})
    caller.open()


def pick(values: Sequence[str], place: int) -> str:
    return values[place % len(values)]


@settings(max_examples=20)
@given(profiles(), st.lists(steps(), min_size=5, max_size=12))
def test_the_next_day_is_answered_alike(
    tmp_path_factory: pytest.TempPathFactory,
    profile: Profile,
    chosen: list[Callable[[Profile], Callable[[Caller], object]]],
) -> None:
    """What is learnt from a day answers its calls again with the same bytes, and those of the next day too."""
    folder: Path = tmp_path_factory.mktemp("day")
    today = Caller(profile)
    spend_a_day(today, profile)
    learnt = learn_profile(today.traffic(folder), load_profile("lincoln"))
    assert learnt.contradictions == ()
    save_profile(learnt, "lincoln", folder / "learnt.toml")
    again = Caller(folder / "learnt.toml")
    spend_a_day(again, profile)
    assert again.answers == today.answers
    one, other = Caller(profile, NEXT_DAY), Caller(folder / "learnt.toml", NEXT_DAY)
    for caller in (one, other):
        caller.open()
        for step in chosen:
            step(profile)(caller)
    assert other.answers == one.answers
