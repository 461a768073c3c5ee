"""The areas that take turns, where the period is long enough: a whole turn and a whole pause of one location."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from drs_simulator.learning.exchanges import SeenTraffic, text_of, texts_of
from drs_simulator.learning.notebook import Notebook
from drs_simulator.learning.refusals import read_time
from drs_simulator.learning.subjects.slots import SeenDay
from drs_simulator.profile.model import Profile
from drs_simulator.scheduling.planning.calendar import area_on

_WEEK = 7
# A week with fewer days in answers does not show that its area has no turn.
_MIN_DAYS = 3
_MAX_WEEKS = 52


@dataclass(frozen=True, slots=True)
class Areas:
    """Areas that take turns.

    Args:
        sectors: Their names, in the order of their turns.
        weeks: How long a turn is.
        first_day: The first day of a turn of the first one.
        by_location: The sector of each location that shows one.
        priorities: The priorities that wait for turns.
        exchanges: What shows it.
    """

    sectors: tuple[str, ...]
    weeks: int
    first_day: date
    by_location: Mapping[str, str]
    priorities: frozenset[str]
    exchanges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Cycle:
    start: date
    weeks: int
    sectors: int


def learn_areas(days: Iterable[SeenDay], notebook: Notebook) -> Areas | None:
    """Find the turns in which priorities have available slots; ``None`` where none can be found.

    Which location is in which sector follows from when its turn begins. Sectors have made-up names.
    """
    series: dict[tuple[str, str], list[SeenDay]] = {}
    for day in days:
        if day.windows:
            series.setdefault((day.priority, day.location_id), []).append(day)
    cycles = {key: cycle for key, seen in series.items() if (cycle := _find_cycle(seen)) is not None}
    if not cycles:
        return None
    kinds = {(cycle.weeks, cycle.sectors) for cycle in cycles.values()}
    if len(kinds) > 1:
        told = " and ".join(f"{sectors} of {weeks} weeks" for weeks, sectors in sorted(kinds))
        notebook.remarks.append(f"areas: the turns of locations differ ({told}), so they are not written")
        return None
    ((weeks, count),) = kinds
    first_day = min(cycle.start for cycle in cycles.values())
    by_location: dict[str, str] = {}
    for (_, location_id), cycle in cycles.items():
        turn, rest = divmod((cycle.start - first_day).days, _WEEK * weeks)
        if rest:
            notebook.remarks.append("areas: the turns of locations do not follow each other, so they are not written")
            return None
        by_location[location_id] = f"Sector {turn % count + 1}"
    exchanges = tuple(dict.fromkeys(day.exchange for key in cycles for day in series[key]))
    sectors = tuple(f"Sector {number}" for number in range(1, count + 1))
    return Areas(sectors, weeks, first_day, by_location, frozenset(key[0] for key in cycles), exchanges)


def find_unbound(days: Iterable[SeenDay], traffic: SeenTraffic, base: Profile) -> dict[str, list[str]]:
    """Find the priorities with appointments outside the turns of ``base``, each with the exchanges that show it."""
    if base.areas is None:
        return {}
    sectors = {each.id: each.sector for each in base.locations}
    given = [(day.priority, day.location_id, day.day, day.exchange) for day in days if day.available] + list(
        _find_appointments(traffic)
    )
    unbound: dict[str, list[str]] = {}
    for priority, location_id, day, exchange in given:
        sector = sectors.get(location_id, base.unknown_location.sector)
        if priority and area_on(base.areas, day) != sector:
            unbound.setdefault(priority, []).append(exchange)
    return unbound


def _find_appointments(traffic: SeenTraffic) -> Iterator[tuple[str, str, date, str]]:
    """The priority, the location and the day of each booking that was scheduled."""
    orders: dict[str, tuple[str, str]] = {}
    for exchange in traffic.exchanges:
        if not exchange.is_success:
            continue
        for order in (*exchange.answered("theOrder"), *exchange.answered("theOrders")):
            about = text_of(order, "priority") or "", text_of(order, "locationID") or ""
            orders.update(dict.fromkeys(texts_of(order, "bookingId"), about))
        booking = orders.get(exchange.sent_text("bookingId") or "")
        start = read_time(exchange.sent_text("planningWindowStart"))
        if exchange.operation == "scheduleBooking" and booking is not None and start is not None:
            yield *booking, start.date(), exchange.name


def _find_cycle(days: Iterable[SeenDay]) -> _Cycle | None:
    """The turns of one location and priority: equal runs of weeks with available slots, and equal pauses between."""
    by_week: dict[date, list[SeenDay]] = {}
    for day in days:
        by_week.setdefault(day.day - timedelta(days=day.day.weekday()), []).append(day)
    weeks = {
        week: any(day.available for day in seen)
        for week, seen in sorted(by_week.items())
        if any(day.available for day in seen) or len({day.day for day in seen}) >= _MIN_DAYS
    }
    if not weeks or any((later - week).days != _WEEK for week, later in zip(weeks, list(weeks)[1:], strict=False)):
        return None
    runs = [(is_on, [week for week, _ in of]) for is_on, of in groupby(weeks.items(), key=lambda each: each[1])]
    # The first and the last run may be parts of longer ones.
    whole = runs[1:-1]
    turns = {len(of) for is_on, of in whole if is_on}
    pauses = {len(of) for is_on, of in whole if not is_on}
    if len(turns) != 1 or len(pauses) != 1:
        return None
    (turn,), (pause,) = turns, pauses
    if pause % turn or turn > _MAX_WEEKS or any(len(of) > (turn if is_on else pause) for is_on, of in runs):
        return None
    start = next(of[0] for is_on, of in whole if is_on)
    return _Cycle(start, turn, pause // turn + 1)
