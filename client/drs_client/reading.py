"""From zeep's objects to values. Members that a version of DRS leaves out are ``None``; those it adds are ignored."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from drs_client.errors import UnexpectedAnswer
from drs_client.model import (
    Alert,
    Availability,
    Booking,
    BookingCode,
    Day,
    Location,
    MetaData,
    Operative,
    Order,
    Resource,
    Slot,
    Unavailability,
    WorkingHours,
)


class Reader:
    """Reads answers; instants are put into one time zone."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def availability(self, answer: Any) -> Availability:
        """The answer to checkAvailability."""
        days = tuple(self._day(day) for day in _many(answer, "theSlots"))
        return Availability(days, _one(answer, "errorMsg") or None)

    def order(self, sent: Any) -> Order:
        """An order with its bookings."""
        location = _one(sent, "theLocation")
        return Order(
            id=_needed(sent, "orderId", "an order"),
            number=_needed(sent, "primaryOrderNumber", "an order"),
            contract=_one(sent, "contract"),
            location_id=_one(sent, "locationID"),
            priority=_one(sent, "priority"),
            comments=_one(sent, "orderComments"),
            status=_one(sent, "status"),
            target_date=self._instant(_one(sent, "targetDate")),
            location=None if location is None else self.location(location),
            bookings=tuple(self.booking(booking) for booking in _many(sent, "theBookings")),
        )

    def _day(self, sent: Any) -> Day:
        day = self._known_instant(sent, "day", "a day")
        return Day(day.date(), tuple(self._slot(slot) for slot in _many(sent, "slotsForDay")))

    def _slot(self, sent: Any) -> Slot:
        begin, end = (self._known_instant(sent, member, "a slot") for member in ("beginDate", "endDate"))
        return Slot(begin, end, _one(sent, "available") == "YES", bool(_one(sent, "bestSlot")))

    def booking(self, sent: Any) -> Booking:
        """A booking."""
        return Booking(
            id=_needed(sent, "bookingId", "a booking"),
            order_id=_one(sent, "orderId"),
            reason=_one(sent, "bookingReason"),
            minutes=_one(sent, "duration"),
            life_cycle=_one(sent, "bookingLifeCycleStatus"),
            window_start=self._instant(_one(sent, "planningWindowStart")),
            window_end=self._instant(_one(sent, "planningWindowEnd")),
            assigned_start=self._instant(_one(sent, "assignedStart")),
            assigned_end=self._instant(_one(sent, "assignedEnd")),
            codes=tuple(_code(code) for code in _many(sent, "theBookingCodes")),
            resources=tuple(_resource(resource) for resource in _many(sent, "theResources")),
            order_number=_one(sent, "primaryOrderNumber"),
            planner_comments=_one(sent, "plannerComments"),
        )

    def location(self, sent: Any) -> Location:
        """A location."""
        lines = (_one(sent, f"address{number}") for number in range(1, 5))
        return Location(
            _needed(sent, "locationId", "a location"), tuple(line for line in lines if line), _one(sent, "postCode")
        )

    def operative(self, sent: Any) -> Operative:
        """An operative."""
        return Operative(
            id=_needed(sent, "resourceID", "a resource"),
            code=_one(sent, "externalResourceCode"),
            name=_one(sent, "resourceName"),
            abilities=_names(_many(sent, "theAbilities")),
            sectors=_names(_many(sent, "theSectors")),
            unavailabilities=tuple(self._unavailability(away) for away in _many(sent, "theUnavailabilities")),
            working_hours=tuple(self._hours(hours) for hours in _many(sent, "theWorkingHours")),
        )

    def alert(self, sent: Any) -> Alert:
        """An alert."""
        booking = _one(sent, "theBooking")
        return Alert(
            reason=_one(sent, "reason"),
            created=self._instant(_one(sent, "createDateTime")),
            comments=_one(sent, "comments"),
            booking=None if booking is None else self.booking(booking),
        )

    def meta_data(self, sent: Any) -> MetaData:
        """What an installation is set up with."""
        return MetaData(
            business_data=_names(_many(sent, "theBusinessDataDefinitions")),
            resource_templates=_names(_many(sent, "theResourceTemplates")),
            unavailability_reasons=_names(_many(sent, "theUnavailabilityReasons")),
        )

    def _unavailability(self, sent: Any) -> Unavailability:
        begin, end = (self._known_instant(sent, name, "an unavailability") for name in ("beginDateTime", "endDateTime"))
        return Unavailability(begin, end, _one(sent, "reason") or "", _one(sent, "comments") or "")

    def _hours(self, sent: Any) -> WorkingHours:
        begin, end = (self._known_instant(sent, name, "working hours") for name in ("beginDate", "endDate"))
        day = self._instant(_one(sent, "specificDate"))
        return WorkingHours(begin, end, _one(sent, "dayOfWeek"), day and day.date())

    def _known_instant(self, sent: Any, member: str, of: str) -> datetime:
        instant = self._instant(_needed(sent, member, of))
        assert instant is not None
        return instant

    def _instant(self, moment: datetime | None) -> datetime | None:
        if moment is None:
            return None
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=self._zone)
        return aware.astimezone(self._zone)


def _code(sent: Any) -> BookingCode:
    return BookingCode(
        _needed(sent, "bookingCodeSORCode", "a booking code"),
        str(_one(sent, "quantity")),
        _one(sent, "trade"),
        _one(sent, "standardMinuteValue"),
    )


def _resource(sent: Any) -> Resource:
    return Resource(_one(sent, "resourceID"), _one(sent, "externalResourceCode"), _one(sent, "resourceName"))


def _names(sent: list[Any]) -> tuple[str, ...]:
    return tuple(each.name for each in sent if _one(each, "name"))


def _one(sent: Any, member: str) -> Any:
    return getattr(sent, member, None)


def _many(sent: Any, member: str) -> list[Any]:
    return list(getattr(sent, member, None) or ())


def _needed(sent: Any, member: str, of: str) -> Any:
    value = _one(sent, member)
    if value is None:
        raise UnexpectedAnswer(f"DRS's answer lacks {member} of {of}, or has something in it that cannot be read.")
    return value
