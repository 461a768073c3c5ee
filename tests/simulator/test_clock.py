"""The clock: follows the wall, stands still, or runs shifted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from drs_simulator.clock import Clock, ClockError
from hypothesis import given
from hypothesis import strategies as st

WALL = datetime(2026, 1, 5, 9, 30, 0, 123456, tzinfo=UTC)


def clock_at(wall: datetime = WALL) -> Clock:
    return Clock(lambda: wall)


def test_a_new_clock_reads_the_wall_to_the_millisecond() -> None:
    assert clock_at().now() == datetime(2026, 1, 5, 9, 30, 0, 123000, tzinfo=UTC)


def test_a_fixed_clock_stands_still_while_the_wall_moves_on() -> None:
    walls = iter([WALL, WALL + timedelta(hours=1)])
    clock = Clock(lambda: next(walls))
    clock.fix(datetime(2021, 10, 22, 12, 20, 59, 555000, tzinfo=timezone(timedelta(hours=1))))
    assert clock.now() == clock.now() == datetime(2021, 10, 22, 11, 20, 59, 555000, tzinfo=UTC)


def test_a_fixed_clock_that_is_shifted_stands_still_later() -> None:
    clock = Clock.parse("fixed@2021-10-22T23:59:00+01:00")
    clock.shift(timedelta(minutes=2))
    assert clock.now() == datetime(2021, 10, 22, 23, 1, tzinfo=UTC)


def test_shifts_of_a_running_clock_add_up_until_it_is_released() -> None:
    clock = clock_at()
    clock.shift(timedelta(days=3))
    clock.shift(timedelta(hours=-1))
    assert clock.now() - clock_at().now() == timedelta(days=3, hours=-1)
    clock.release()
    assert clock.now() == clock_at().now()


def test_a_time_without_offset_is_local_to_the_zone() -> None:
    assert Clock.parse("fixed@2021-07-01T12:00").now() == datetime(2021, 7, 1, 11, tzinfo=UTC)


def test_a_clock_shifted_to_a_time_reads_it_and_runs_on() -> None:
    clock = Clock.parse("shifted@2021-10-22T12:00:00Z")
    assert timedelta(0) <= clock.now() - datetime(2021, 10, 22, 12, tzinfo=UTC) < timedelta(minutes=1)


def test_a_naive_time_is_refused_with_what_to_do() -> None:
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
        "wall@",
        "wall@1",
        "noon",
    ],
)
def test_a_text_that_is_no_clock_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ClockError, match="Write wall, fixed@"):
        Clock.parse(text)


@pytest.mark.parametrize("text", ["fixed@0001-01-01", "fixed@9999-12-31T23:59:59Z", "shifted@-P9999999D"])
def test_a_time_that_cannot_be_reckoned_with_is_refused_with_the_range(text: str) -> None:
    with pytest.raises(ClockError, match="between 1900 and 9000"):
        Clock.parse(text)


def test_a_shift_that_is_refused_leaves_the_clock_as_it_was() -> None:
    clock = Clock.parse("fixed@2021-10-22T12:00:00Z")
    with pytest.raises(ClockError, match="between 1900 and 9000"):
        clock.shift(timedelta(days=10_000_000))
    assert clock.now() == datetime(2021, 10, 22, 12, tzinfo=UTC)


def test_a_clock_shifted_by_a_duration_runs_that_much_ahead_of_the_wall() -> None:
    ahead = Clock.parse("shifted@P3D").now() - Clock().now()
    assert timedelta(days=3, minutes=-1) < ahead <= timedelta(days=3)


def test_the_wall_is_the_real_time_in_utc() -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    assert before <= Clock.parse("wall").now() <= datetime.now(UTC)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)), st.timedeltas(timedelta(-999), timedelta(999)))  # noqa: DTZ001
def test_the_text_of_a_clock_gives_the_same_clock(instant: datetime, shift: timedelta) -> None:
    fixed = clock_at()
    fixed.fix(instant.replace(tzinfo=UTC))
    assert Clock.parse(str(fixed)).now() == fixed.now()
    shifted = clock_at()
    shifted.shift(shift.__class__(seconds=int(shift.total_seconds())))
    assert Clock.parse(str(shifted)).mode == shifted.mode


def test_the_text_of_a_clock_that_follows_the_wall_is_wall() -> None:
    assert str(clock_at()) == "wall"
