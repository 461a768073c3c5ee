"""The time lines of the diary, as its template draws them: places by local hours and minutes, and lanes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from drs_simulator.scheduling.back_office import OperativeDay
from drs_simulator.scheduling.diary import DiaryDays
from drs_simulator.scheduling.model import Booking, LifeCycle, Operative, Order, PlannedBooking
from drs_simulator.scheduling.planning import calendar

# The hours that a time line shows, unless an operative works or a booking lies before or after them.
_FIRST_HOUR, _LAST_HOUR = 8, 16
_MINUTES_PER_HOUR = 60
_MINUTES_PER_DAY = 24 * _MINUTES_PER_HOUR
_HUES = 8
_MAX_LANES = 4


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a local day, in minutes from midnight."""

    begin: int
    end: int

    @property
    def classes(self) -> str:
        """The classes of times.css that put it in its place."""
        begin, end = divmod(self.begin, _MINUTES_PER_HOUR), divmod(self.end, _MINUTES_PER_HOUR)
        return f"at from-{begin[0]}h from-{begin[1]}m to-{end[0]}h to-{end[1]}m"

    @property
    def text(self) -> str:
        """Its times, as in 08:00-12:00 with an en dash."""
        return f"{_as_time(self.begin)}\N{EN DASH}{_as_time(self.end)}"


@dataclass(frozen=True, slots=True)
class State:
    """The state of a booking: the name of its style, and what it is called."""

    style: str
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """A booking on a time line.

    Args:
        planned: The booking.
        priority: The priority of its order.
        state: Its state.
        span: Its assigned time.
        window: The part of its planning window that is on the day.
        lane: Which of the lines of the row it is on; bookings that overlap are on different ones.
        hue: The number of its trade's colour.
    """

    planned: PlannedBooking
    priority: str
    state: State
    span: Span
    window: Span
    lane: int
    hue: int


@dataclass(frozen=True, slots=True)
class Row:
    """An operative's day.

    Args:
        operative: The operative.
        working: Their hours; ``None`` on a day off.
        closed: The hours shown in which they do not work.
        fixed: Breaks and other fixed times.
        windows: The planning windows of the bookings, each once.
        blocks: The bookings, by time.
        utilisation: Booked time in per cent of bookable time; ``None`` if there is no bookable time.
    """

    operative: Operative
    working: Span | None
    closed: tuple[Span, ...]
    fixed: tuple[Span, ...]
    windows: tuple[Span, ...]
    blocks: tuple[Block, ...]
    utilisation: int | None

    @property
    def lanes(self) -> int:
        """How many lines it needs."""
        return max((block.lane + 1 for block in self.blocks), default=1)


@dataclass(frozen=True, slots=True)
class TimelineDay:
    """A day of the diary. On a day ``off`` nobody works, and there is no booking."""

    date: date
    rows: tuple[Row, ...]

    @property
    def off(self) -> bool:
        """Whether there is nothing to show."""
        return all(row.working is None and not row.blocks for row in self.rows)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Days of the diary, and the whole hours from ``opens`` to ``closes`` that each shows."""

    opens: int
    closes: int
    days: tuple[TimelineDay, ...]

    @property
    def booking_count(self) -> int:
        """How many bookings it shows."""
        return sum(len(row.blocks) for day in self.days for row in day.rows)


def draw_timeline(found: DiaryDays, first: date, hues: Mapping[str, int], trade: str, zone: ZoneInfo) -> Timeline:
    """Draw the diary from ``first`` on.

    Args:
        found: The diary.
        first: Its first day.
        hues: The number of each trade's colour.
        trade: Only operatives of this trade; empty for all.
        zone: The installation's time zone.
    """
    wanted = [[each for each in day if not trade or trade in each.operative.trades] for day in found.days]
    spans = [
        _local_span(begin, end, first + timedelta(days=index), zone)
        for index, day in enumerate(wanted)
        for each in day
        for begin, end in (*((each.hours,) if each.hours else ()), *map(_assigned_time, each.bookings))
    ]
    opens = min(_FIRST_HOUR, *(span.begin // _MINUTES_PER_HOUR for span in spans)) if spans else _FIRST_HOUR
    closes = max(_LAST_HOUR, *(-(-span.end // _MINUTES_PER_HOUR) for span in spans)) if spans else _LAST_HOUR
    shown = Span(opens * _MINUTES_PER_HOUR, closes * _MINUTES_PER_HOUR)
    days = [first + timedelta(days=index) for index in range(len(wanted))]
    return Timeline(
        opens,
        closes,
        tuple(
            TimelineDay(on, tuple(_draw_row(each, found.orders, on, shown, hues, zone) for each in day))
            for on, day in zip(days, wanted, strict=True)
        ),
    )


def hues_of(operatives: Iterable[Operative]) -> dict[str, int]:
    """Return the number of the colour of each trade, in the operatives' order."""
    trades = dict.fromkeys(trade for operative in operatives for trade in operative.trades)
    return {trade: index % _HUES + 1 for index, trade in enumerate(trades)}


def state_of(booking: Booking) -> State:
    """Return the state of a booking as pages show it."""
    if booking.is_suspended:
        return State("suspended", "suspended")
    if booking.completed and booking.completion_status:
        is_done = "complete" in booking.completion_status.lower()
        return State("completed" if is_done else "other", booking.completion_status.lower())
    texts = {LifeCycle.STARTED: "in progress", LifeCycle.ARRIVED: "arrived"}
    word = booking.life_cycle.value.lower()
    return State(word, texts.get(booking.life_cycle, word))


def _draw_row(
    each: OperativeDay, orders: Mapping[int, Order], on: date, shown: Span, hues: Mapping[str, int], zone: ZoneInfo
) -> Row:
    working = None if each.hours is None else _local_span(*each.hours, on, zone)
    closed = () if working is None else (Span(shown.begin, working.begin), Span(working.end, shown.end))
    fixed = tuple(_local_span(*period, on, zone) for period in each.fixed)
    blocks: list[Block] = []
    ends: list[int] = []
    for planned in each.bookings:
        booking = planned.booking
        span = _local_span(*_assigned_time(planned), on, zone)
        lane = next((index for index, end in enumerate(ends) if end <= span.begin), len(ends))
        ends[lane : lane + 1] = [span.end]
        window = _clip(_local_span(booking.window_start, booking.window_end, on, zone), shown)
        hue = hues.get(booking.trade, _HUES)
        state = state_of(booking)
        lane = min(lane, _MAX_LANES - 1)
        blocks.append(Block(planned, orders[booking.order_id].priority, state, span, window, lane, hue))
    windows = dict.fromkeys(block.window for block in blocks if block.window.end > block.window.begin)
    free = (0 if working is None else working.end - working.begin) - sum(span.end - span.begin for span in fixed)
    booked = sum(planned.booking.minutes for planned in each.bookings)
    return Row(
        each.operative,
        working,
        tuple(span for span in closed if span.end > span.begin),
        fixed,
        tuple(windows),
        tuple(blocks),
        round(100 * booked / free) if free > 0 else None,
    )


def _assigned_time(planned: PlannedBooking) -> tuple[datetime, datetime]:
    booking = planned.booking
    start = planned.assigned_start or booking.window_start
    return start, planned.assigned_end or start + timedelta(minutes=booking.minutes)


def _local_span(begin: datetime, end: datetime, on: date, zone: ZoneInfo) -> Span:
    """Return the part of a period that is on a local day, at least a minute."""
    start = _minute_of(begin, on, zone)
    return Span(min(start, _MINUTES_PER_DAY - 1), min(max(_minute_of(end, on, zone), start + 1), _MINUTES_PER_DAY))


def _minute_of(instant: datetime, on: date, zone: ZoneInfo) -> int:
    local = instant.astimezone(zone)
    if local.date() != on:
        return 0 if local.date() < on else _MINUTES_PER_DAY
    return local.hour * _MINUTES_PER_HOUR + local.minute


def _clip(span: Span, shown: Span) -> Span:
    begin = max(span.begin, shown.begin)
    return Span(begin, max(begin, min(span.end, shown.end)))


def _as_time(minute: int) -> str:
    return f"{minute // _MINUTES_PER_HOUR:02d}:{minute % _MINUTES_PER_HOUR:02d}"


def span_of_instant(instant: datetime, timeline: Timeline, zone: ZoneInfo) -> Span | None:
    """Return where an instant is on the time line of its day; ``None`` if the hours shown leave it out."""
    minute = _minute_of(instant, calendar.local_day(instant, zone), zone)
    is_shown = timeline.opens * _MINUTES_PER_HOUR <= minute < timeline.closes * _MINUTES_PER_HOUR
    return Span(minute, minute + 1) if is_shown else None
