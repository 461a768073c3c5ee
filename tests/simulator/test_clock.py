"""The clock: it follows system time, runs shifted, or is frozen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from drs_simulator.clock import Clock, ClockError, RunningClock
from hypothesis import given
from hypothesis import strategies as st

MONDAY = datetime(2026, 1, 5, 9, 30, 0, 123456, tzinfo=UTC)
ZONES = st.sampled_from([ZoneInfo("Europe/London"), ZoneInfo("America/New_York"), ZoneInfo("Pacific/Auckland"), UTC])


def clock_at(system_time: datetime = MONDAY) -> Clock:
    return Clock(lambda: system_time)


def test_new_clock_reads_system_time_to_the_millisecond() -> None:
    assert clock_at().now() == datetime(2026, 1, 5, 9, 30, 0, 123000, tzinfo=UTC)


def test_fixed_clock_stands_still_while_system_time_moves_on() -> None:
    readings = iter([MONDAY, MONDAY + timedelta(hours=1)])
    clock = Clock(lambda: next(readings))
    clock.fix(datetime(2021, 10, 22, 12, 20, 59, 555000, tzinfo=timezone(timedelta(hours=1))))
    assert clock.now() == clock.now() == datetime(2021, 10, 22, 11, 20, 59, 555000, tzinfo=UTC)


def test_shifted_fixed_clock_stands_still_later() -> None:
    clock = Clock.parse("fixed@2021-10-22T23:59:00+01:00")
    clock.shift(timedelta(minutes=2))
    assert clock.now() == datetime(2021, 10, 22, 23, 1, tzinfo=UTC)


def test_shifts_of_a_running_clock_add_up_until_it_resumes() -> None:
    clock = clock_at()
    clock.shift(timedelta(days=3))
    clock.shift(timedelta(hours=-1))
    assert clock.now() - clock_at().now() == timedelta(days=3, hours=-1)
    clock.resume()
    assert clock.now() == clock_at().now()


def test_frozen_clock_resumes_with_system_time() -> None:
    clock = clock_at()
    clock.fix(MONDAY - timedelta(days=400))
    clock.resume()
    assert clock.now() == clock_at().now()


def test_time_without_offset_is_local_to_the_zone() -> None:
    assert Clock.parse("fixed@2021-07-01T12:00").now() == datetime(2021, 7, 1, 11, tzinfo=UTC)


def test_clock_shifted_to_a_time_reads_it_and_runs_on() -> None:
    clock = Clock.parse("shifted@2021-10-22T12:00:00Z")
    assert timedelta(0) <= clock.now() - datetime(2021, 10, 22, 12, tzinfo=UTC) < timedelta(minutes=1)


def test_naive_time_is_refused_with_the_remedy() -> None:
    with pytest.raises(ClockError, match="aware datetime"):
        clock_at().fix(datetime(2021, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    "text",
    [
        "",
        "fixed",
        "fixed@",
        "fixed@soon",
        "fixed@2021-02-30",
        "shifted@",
        "shifted@later",
        "shifted@12:00",
        "shifted@Pnever",
        "shifted@P9999999999D",
        "system@",
        "system@1",
        "wall@",
        "System",
        "noon",
    ],
)
def test_text_that_is_no_clock_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ClockError, match="Write system, fixed@"):
        Clock.parse(text)


@pytest.mark.parametrize("text", ["fixed@0001-01-01", "fixed@9999-12-31T23:59:59Z", "shifted@-P9999999D"])
def test_time_out_of_range_is_refused_with_the_range(text: str) -> None:
    with pytest.raises(ClockError, match="between 1900 and 9000"):
        Clock.parse(text)


def test_refused_shift_leaves_the_clock_as_it_was() -> None:
    clock = Clock.parse("fixed@2021-10-22T12:00:00Z")
    with pytest.raises(ClockError, match="between 1900 and 9000"):
        clock.shift(timedelta(days=10_000_000))
    assert clock.now() == datetime(2021, 10, 22, 12, tzinfo=UTC)


def test_clock_shifted_by_a_duration_runs_ahead_of_system_time() -> None:
    ahead = Clock.parse("shifted@P3D").now() - Clock().now()
    assert timedelta(days=3, minutes=-1) < ahead <= timedelta(days=3)


@pytest.mark.parametrize("text", ["system", "wall"])
def test_system_time_is_the_computers_time_in_utc(text: str) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    clock = Clock.parse(text)
    assert clock.mode == RunningClock()
    assert before <= clock.now() <= datetime.now(UTC)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)), st.timedeltas(timedelta(-999), timedelta(999)), ZONES)  # noqa: DTZ001
def test_description_of_a_clock_gives_the_same_clock(instant: datetime, shift: timedelta, zone: ZoneInfo) -> None:
    fixed = clock_at()
    fixed.fix(instant.replace(tzinfo=UTC))
    assert Clock.parse(fixed.describe(zone)).now() == Clock.parse(str(fixed)).now() == fixed.now()
    shifted = clock_at()
    shifted.shift(timedelta(seconds=int(shift.total_seconds())))
    assert Clock.parse(shifted.describe(zone)).mode == Clock.parse(str(shifted)).mode == shifted.mode


def test_clock_describes_itself_in_local_time() -> None:
    clock = Clock.parse("fixed@2021-10-22T12:20:59.555")
    assert str(clock) == clock.describe(ZoneInfo("Europe/London")) == "fixed@2021-10-22T12:20:59.555+01:00"
    assert clock.describe(ZoneInfo("America/New_York")) == "fixed@2021-10-22T07:20:59.555-04:00"


def test_clock_that_follows_system_time_is_described_as_system() -> None:
    assert str(clock_at()) == "system"
