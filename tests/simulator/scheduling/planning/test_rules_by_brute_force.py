"""Each rule for planning, compared with brute force: every operative, every order of visits, every minute of a pair."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from drs_simulator.profile.loading import load_profile
from drs_simulator.profile.model import Profile
from drs_simulator.profile.planning_rules import JobTemplate
from drs_simulator.profile.tables import OperativeSettings, Priority
from drs_simulator.scheduling.model import Availability, PlannedBooking
from drs_simulator.scheduling.refusal import Refusal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.simulator.scheduling.builders import Desk, changed, codes, local, slots

FULL = load_profile("full")
DAY = date(2021, 10, 26)
TODAY = date(2021, 10, 25)
NOW = f"{TODAY}T06:00"
WINDOWS = ("08:00-08:40", "08:20-09:20", "08:00-09:30", "09:00-10:00")
MINUTES = {"short": 15, "middle": 25, "long": 40}
LOCATIONS = ("3670010", "38950180")


class Wish(NamedTuple):
    """A job to be booked: its code, priority, location, and the number of its window."""

    code: str
    priority: str
    location_id: str
    window: int


class Block(NamedTuple):
    """Work that takes ``minutes``, between two minutes of the day."""

    opens: int
    closes: int
    minutes: int


def minute(instant: datetime) -> int:
    return int((instant - local(f"{DAY}T00:00")).total_seconds()) // 60


def window_of(text: str) -> tuple[datetime, datetime]:
    begin, end = text.split("-")
    return local(f"{DAY}T{begin}"), local(f"{DAY}T{end}")


@st.composite
def operatives(draw: st.DrawFn, number: int) -> dict[str, Any]:
    lunch = draw(st.sampled_from([None, "08:30-08:45", "09:00-09:30"]))
    standard = draw(st.sampled_from([None, 0, 30, 50]))
    quotas = None if standard is None else {"standard": standard, "urgent": standard + draw(st.sampled_from([0, 20]))}
    return {
        "id": str(number),
        "code": str(number),
        "name": f"Operative {number}",
        "trades": draw(st.sampled_from([("A",), ("A", "B"), ("B",), ("A", "B")])),
        "contracts": ("0",),
        "hours": draw(st.sampled_from(["08:00-10:00", "08:10-09:50"])),
        "lunch": lunch,
        "latitude": "53.2",
        "longitude": "-0.5",
        "quotas": quotas,
        "sectors": draw(st.sampled_from([("North", "South"), ("South",), ("South", "North")])),
        "day_off_calendar": draw(st.sampled_from(["Working", "Working", "Working", "Off"])),
    }


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    """Installations of two or three operatives, with three codes, each of a template of its own."""
    hands = [draw(operatives(number)) for number in range(1, draw(st.integers(2, 3)) + 1)]
    # Somebody can do everything, and so can a second one: every template is possible.
    hands[0]["trades"] = hands[1]["trades"] = ("A", "B")
    templates = [
        {
            "name": name,
            "trades": draw(st.sampled_from([("A",), ("B",), ("A", "B")])),
            "operatives": draw(st.sampled_from([1, 1, 2])),
            "sectors": draw(st.sampled_from(["any", "primary", "secondary"])),
            "slots_template": draw(st.sampled_from([None, "Late"])),
        }
        for name in MINUTES
    ]
    late = {"days": ["tuesday"], "hours": draw(st.sampled_from([WINDOWS[:2], WINDOWS[2:]]))}
    return changed(
        FULL,
        availability={"slots": WINDOWS},
        operatives=hands,
        day_off_calendar=None,
        day_off_calendars=[{"name": "Working"}, {"name": "Off", "days": [DAY]}],
        slots_templates=[{"name": "Late", "first_day": draw(st.integers(0, 2)), "windows": [late]}],
        job_templates=templates,
        priorities=[{"id": "standard", "type": "standard"}, {"id": "urgent", "type": "urgent"}, {"id": "none"}],
        sor_codes=[{"code": name, "job_template": name, "minutes": minutes} for name, minutes in MINUTES.items()],
    )


wishes = st.builds(
    Wish,
    st.sampled_from(sorted(MINUTES)),
    st.sampled_from(["standard", "urgent", "none"]),
    st.sampled_from(LOCATIONS),
    st.integers(0, len(WINDOWS) - 1),
)


class BruteForce:
    """What an installation can take, by its profile and the bookings that it has."""

    def __init__(self, profile: Profile, booked: Sequence[PlannedBooking]) -> None:
        self._profile = profile
        self._booked = booked
        self._sectors = {location.id: location.sector for location in profile.locations}

    def has_room(self, wish: Wish, window: tuple[datetime, datetime]) -> bool:
        """Whether enough operatives can do the job in that window."""
        template = next(each for each in self._profile.job_templates if each.name == wish.code)
        able = [each for each in self._profile.operatives if self._may_come(each, wish, template)]
        opens, closes, minutes = minute(window[0]), minute(window[1]), MINUTES[wish.code]
        if template.operatives == 1:
            return any(self._fits(each, Block(opens, closes, minutes)) for each in able)
        return any(
            sum(self._fits(each, Block(start, start + minutes, minutes)) for each in able) > 1
            for start in range(opens, closes - minutes + 1)
        )

    def _may_come(self, operative: OperativeSettings, wish: Wish, template: JobTemplate) -> bool:
        sector = self._sectors[wish.location_id]
        in_sector = {
            "any": True,
            "primary": operative.sectors[0] == sector,
            "secondary": sector in operative.sectors,
        }[template.sectors]
        has_trades = set(template.trades) <= set(operative.trades)
        return in_sector and has_trades and operative.day_off_calendar != "Off" and self._has_quota(operative, wish)

    def _has_quota(self, operative: OperativeSettings, wish: Wish) -> bool:
        priority: Priority = next(each for each in self._profile.priorities if each.id == wish.priority)
        if operative.quotas is None or priority.type is None:
            return True
        quota = operative.quotas.of(priority.type)
        used = sum(each.booking.minutes for each in self._booked_with(operative))
        return quota is None or used + MINUTES[wish.code] <= quota

    def _booked_with(self, operative: OperativeSettings) -> list[PlannedBooking]:
        return [each for each in self._booked if operative.id in each.booking.operative_ids]

    def _fits(self, operative: OperativeSettings, new: Block) -> bool:
        blocks = [new]
        if operative.lunch is not None:
            begin, end = (at.hour * 60 + at.minute for at in (operative.lunch.begin, operative.lunch.end))
            blocks.append(Block(begin, end, end - begin))
        for planned in self._booked_with(operative):
            window = planned.booking.window_start, planned.booking.window_end
            if planned.booking.number_of_operatives > 1:
                assert planned.assigned_start is not None
                assert planned.assigned_end is not None
                window = planned.assigned_start, planned.assigned_end
            blocks.append(Block(minute(window[0]), minute(window[1]), planned.booking.minutes))
        begin, end = (at.hour * 60 + at.minute for at in (operative.hours.begin, operative.hours.end))
        return some_order_fits(begin, end, blocks)


def some_order_fits(now: int, end: int, blocks: Sequence[Block]) -> bool:
    """Whether some order of the blocks fits, one after the other: every order is tried."""
    if not blocks:
        return True
    for index, block in enumerate(blocks):
        done = max(now, block.opens) + block.minutes
        rest = [*blocks[:index], *blocks[index + 1 :]]
        if done <= min(block.closes, end) and some_order_fits(done, end, rest):
            return True
    return False


def book(desk: Desk, wish: Wish) -> bool:
    """Book the job in its window, and return whether there was room."""
    try:
        desk.book(
            *window_of(WINDOWS[wish.window]),
            codes=codes(wish.code),
            priority=wish.priority,
            location_id=wish.location_id,
        )
    except Refusal:
        return False
    return True


def ask(desk: Desk, wish: Wish) -> Availability:
    return desk.day(DAY, codes=codes(wish.code), priority=wish.priority, location_id=wish.location_id)


def planned_in(desk: Desk, numbers: Iterable[int]) -> list[PlannedBooking]:
    found = (desk.booking(f"order-{number}") for number in numbers)
    return [planned for planned in found if planned.operative_id is not None]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(profiles(), st.lists(wishes, max_size=5), wishes)
def test_room_is_found_exactly_when_brute_force_finds_it(profile: Profile, earlier: Sequence[Wish], wish: Wish) -> None:
    desk = Desk(profile, NOW)
    for count, each in enumerate(earlier):
        expected = BruteForce(profile, planned_in(desk, range(1, count + 1))).has_room(
            each, window_of(WINDOWS[each.window])
        )
        # What was asked before is cached, and must not be answered now.
        ask(desk, wish)
        assert book(desk, each) == expected
    known = BruteForce(profile, planned_in(desk, range(1, len(earlier) + 1)))
    template = next(each for each in profile.job_templates if each.name == wish.code)
    late = profile.slots_templates[0]
    is_offered = template.slots_template is None or TODAY + timedelta(days=late.first_day) <= DAY
    answer = ask(desk, wish)
    shown = slots(answer)
    assert len(shown) == (len(WINDOWS) if template.slots_template is None else len(late.windows[0].hours))
    for slot in shown:
        assert slot.available == (is_offered and known.has_room(wish, (slot.begin, slot.end)))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(profiles(), st.lists(wishes, min_size=3, max_size=6))
def test_pairs_begin_together_and_no_visits_overlap(profile: Profile, wished: Sequence[Wish]) -> None:
    desk = Desk(profile, NOW)
    for wish in wished:
        book(desk, wish)
    busy: dict[str, list[tuple[datetime, datetime]]] = {}
    for planned in planned_in(desk, range(1, len(wished) + 1)):
        assert planned.assigned_start is not None
        assert planned.assigned_end is not None
        assert planned.booking.window_start <= planned.assigned_start
        assert planned.assigned_end <= planned.booking.window_end
        assert len(set(planned.booking.operative_ids)) == planned.booking.number_of_operatives
        for operative_id in planned.booking.operative_ids:
            busy.setdefault(operative_id, []).append((planned.assigned_start, planned.assigned_end))
    for times in busy.values():
        ordered = sorted(times)
        assert all(one[1] <= other[0] for one, other in pairwise(ordered))
