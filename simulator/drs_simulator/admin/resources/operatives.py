"""The admin API's operatives: list them, and show one's day."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from http import HTTPStatus
from typing import Self

from drs_simulator.admin.models import View
from drs_simulator.admin.resources.bookings import BookingView
from drs_simulator.admin.route import AdminRequest, Route, Section
from drs_simulator.scheduling import back_office
from drs_simulator.scheduling.back_office import OperativeDay, UnknownError
from drs_simulator.scheduling.model import Operative

_EARLIEST_DAY, _LATEST_DAY = date(1900, 1, 1), date(9000, 1, 1)


class OperativeView(View):
    """An operative."""

    id: str
    code: str
    name: str
    trades: tuple[str, ...]
    contracts: tuple[str, ...]
    sectors: tuple[str, ...]

    @classmethod
    def of(cls, operative: Operative) -> Self:
        """Show an operative."""
        return cls(**{name: getattr(operative, name) for name in cls.model_fields})


class Operatives(View):
    """All operatives, in the profile's order."""

    items: tuple[OperativeView, ...]


class Period(View):
    """A part of a day."""

    begin: datetime
    end: datetime


class Day(View):
    """An operative's day: working hours (null on a day off), breaks and other fixed times, and bookings by time."""

    operative: OperativeView
    day: date
    hours: Period | None
    fixed: tuple[Period, ...]
    bookings: tuple[BookingView, ...]

    @classmethod
    def of(cls, found: OperativeDay, day: date, zone: tzinfo) -> Self:
        """Show a day."""
        return cls(
            operative=OperativeView.of(found.operative),
            day=day,
            hours=None if found.hours is None else Period(begin=found.hours[0], end=found.hours[1]),
            fixed=tuple(Period(begin=begin, end=end) for begin, end in found.fixed),
            bookings=tuple(BookingView.of(each, zone) for each in found.bookings),
        )


def _list_operatives(request: AdminRequest) -> Operatives:
    operatives = request.simulator.scheduler.run_as_system(back_office.all_operatives, None)
    return Operatives(items=tuple(OperativeView.of(operative) for operative in operatives))


def _get_day(request: AdminRequest) -> Day:
    day = _read_day(request.path["day"])
    found = request.simulator.scheduler.run_as_system(back_office.operative_day, (request.path["operative_id"], day))
    return Day.of(found, day, request.simulator.profile.zone)


def _read_day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text or not _EARLIEST_DAY <= day <= _LATEST_DAY:
        raise UnknownError("There is no such day. Write it as 2021-10-26.")
    return day


OPERATIVES = Section(
    "operatives",
    (
        Route("GET", "/operatives", "List all operatives", _list_operatives, Operatives),
        Route(
            "GET",
            "/operatives/<operative_id>/day/<day>",
            "Show an operative's day",
            _get_day,
            Day,
            errors=(HTTPStatus.NOT_FOUND,),
        ),
    ),
)
