"""The page of the diary: a day or a week, with a time line for each operative and day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, render_template, request

from drs_simulator.console.current import perform, simulator
from drs_simulator.console.timeline import draw_timeline, hues_of, span_of_instant
from drs_simulator.profile.model import Profile
from drs_simulator.scheduling.back_office import all_operatives
from drs_simulator.scheduling.diary import diary_of, find_busy_day
from drs_simulator.scheduling.planning import calendar

pages = Blueprint("diary", __name__)
_DAYS = 7


@dataclass(frozen=True, slots=True)
class _Period:
    """The days that are shown. ``is_found`` says that the page chose them, and not its visitor."""

    first: date
    days: int
    is_found: bool = False

    @property
    def view(self) -> str:
        return "day" if self.days == 1 else "week"


@pages.get("/")
def week() -> str:
    """Show the diary of a week or a day: that of the next booking, if the visitor names none."""
    profile, now = simulator().profile, simulator().clock.now()
    today = calendar.local_day(now, profile.zone)
    busy = perform(find_busy_day, today)
    period = _read_period(request.args.get("week", ""), request.args.get("day", ""), today, busy)
    trade = request.args.get("trade", "")
    operatives = perform(all_operatives, None)
    hues = hues_of(operatives)
    timeline = draw_timeline(perform(diary_of, (period.first, period.days)), period.first, hues, trade, profile.zone)
    step = timedelta(days=period.days)
    return render_template(
        "diary.html",
        period=period,
        timeline=timeline,
        last=period.first + step - timedelta(days=1),
        today=today,
        now_span=span_of_instant(now, timeline, profile.zone),
        busy=busy,
        before=period.first - step,
        after=period.first + step,
        trade=trade,
        hues=hues,
        slots=slots_by_template(profile),
        areas=_areas_of(profile, period),
        is_empty=busy is None,
    )


def slots_by_template(profile: Profile) -> dict[str, list[str]]:
    """Return the windows in which jobs of each slots template are planned; those without a template under no name."""
    slots = {"": [f"{each.begin:%H:%M}-{each.end:%H:%M}" for each in profile.availability.slots]}
    for template in profile.slots_templates:
        hours = dict.fromkeys(each for of_day in template.by_weekday.values() for each in of_day)
        slots[template.name] = [f"{each.begin:%H:%M}-{each.end:%H:%M}" for each in hours]
    return slots


def _read_period(week_text: str, day_text: str, today: date, busy: date | None) -> _Period:
    """Return the requested day or week; without a request the week of the next booking, or this week."""
    day = _read_day(day_text)
    if day is not None:
        return _Period(day, 1)
    asked = _read_day(week_text)
    shown = asked or (today if week_text else busy or today)
    monday = shown - timedelta(days=shown.weekday())
    return _Period(monday, _DAYS, is_found=not week_text and monday != today - timedelta(days=today.weekday()))


def _read_day(text: str) -> date | None:
    """Return a day with a whole week of dates around it, or ``None``."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date.min.year < day.year < date.max.year else None


def _areas_of(profile: Profile, period: _Period) -> list[str]:
    """Return the area that is served on each day, if the installation has areas."""
    if profile.areas is None:
        return []
    return [calendar.area_on(profile.areas, period.first + timedelta(index)) for index in range(period.days)]
