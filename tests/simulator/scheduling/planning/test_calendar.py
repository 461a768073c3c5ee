"""Days and hours in local time, also on the days on which the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from drs_simulator.scheduling.planning import calendar
from hypothesis import given
from hypothesis import strategies as st

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("raised", "count", "target"),
    [(date(2021, 4, 1), 100, date(2021, 8, 19)), (date(2021, 4, 1), 3, date(2021, 4, 6))],
)
def test_targets_of_flat_files_are_weekdays_later(raised: date, count: int, target: date) -> None:
    """Appendix A; Easter 2021 lies in both periods."""
    assert calendar.weekdays_after(raised, count) == target


@pytest.mark.parametrize(("day", "offset", "hours"), [(date(2021, 3, 28), 0, 23), (date(2021, 10, 31), 1, 25)])
def test_day_of_a_clock_change_has_old_offset_and_real_length(day: date, offset: int, hours: int) -> None:
    begin, end = calendar.midnight(day, LONDON), calendar.midnight(day + timedelta(days=1), LONDON)
    assert begin.utcoffset() == timedelta(hours=offset)
    assert end.astimezone(UTC) - begin.astimezone(UTC) == timedelta(hours=hours)


def test_skipped_time_is_the_instant_an_hour_later() -> None:
    assert calendar.at(date(2021, 3, 28), time(1, 30), LONDON).isoformat() == "2021-03-28T02:30:00+01:00"


def test_repeated_time_is_the_first_instant() -> None:
    assert calendar.at(date(2021, 10, 31), time(1, 30), LONDON).isoformat() == "2021-10-31T01:30:00+01:00"


@given(st.dates(date(1980, 1, 1), date(2090, 1, 1)))
def test_noon_is_on_its_own_day_and_midnight_its_first_instant(day: date) -> None:
    midnight = calendar.midnight(day, LONDON)
    assert calendar.local_day(midnight, LONDON) == day
    assert calendar.local_day(midnight - timedelta(milliseconds=1), LONDON) == day - timedelta(days=1)
    assert calendar.local_day(calendar.at(day, time(12), LONDON), LONDON) == day


def test_both_ends_of_a_period_belong_to_it() -> None:
    days = list(calendar.days_between(date(2021, 10, 30), date(2021, 11, 1)))
    assert days == [date(2021, 10, 30), date(2021, 10, 31), date(2021, 11, 1)]
    assert list(calendar.days_between(date(2021, 11, 2), date(2021, 11, 1))) == []


def test_holidays_are_working_days() -> None:
    christmas = datetime(2026, 12, 25, tzinfo=LONDON).date()
    assert calendar.works_on(christmas, ("friday",))
