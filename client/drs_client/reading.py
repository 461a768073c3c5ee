"""From zeep's objects to values. Members that a version of DRS leaves out are ``None``; those it adds are ignored."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from drs_client.errors import UnexpectedAnswer
from drs_client.model import Availability, Booking, BookingCode, Day, Location, Order, Resource, Slot


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
            location=None if location is None else _location(location),
            bookings=tuple(self._booking(booking) for booking in _many(sent, "theBookings")),
        )

    def _day(self, sent: Any) -> Day:
        day = self._instant(_needed(sent, "day", "a day"))
        assert day is not None
        return Day(day.date(), tuple(self._slot(slot) for slot in _many(sent, "slotsForDay")))

    def _slot(self, sent: Any) -> Slot:
        begin = self._instant(_needed(sent, "beginDate", "a slot"))
        end = self._instant(_needed(sent, "endDate", "a slot"))
        assert begin is not None
        assert end is not None
        return Slot(begin, end, _one(sent, "available") == "YES", bool(_one(sent, "bestSlot")))

    def _booking(self, sent: Any) -> Booking:
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
        )

    def _instant(self, moment: datetime | None) -> datetime | None:
        if moment is None:
            return None
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=self._zone)
        return aware.astimezone(self._zone)


def _location(sent: Any) -> Location:
    lines = (_one(sent, f"address{number}") for number in range(1, 5))
    return Location(
        _needed(sent, "locationId", "a location"), tuple(line for line in lines if line), _one(sent, "postCode")
    )


def _code(sent: Any) -> BookingCode:
    return BookingCode(
        _needed(sent, "bookingCodeSORCode", "a booking code"),
        str(_one(sent, "quantity")),
        _one(sent, "trade"),
        _one(sent, "standardMinuteValue"),
    )


def _resource(sent: Any) -> Resource:
    return Resource(_one(sent, "resourceID"), _one(sent, "externalResourceCode"), _one(sent, "resourceName"))


def _one(sent: Any, member: str) -> Any:
    return getattr(sent, member, None)


def _many(sent: Any, member: str) -> list[Any]:
    return list(getattr(sent, member, None) or ())


def _needed(sent: Any, member: str, of: str) -> Any:
    value = _one(sent, member)
    if value is None:
        raise UnexpectedAnswer(f"DRS's answer lacks {member} of {of}, or has something in it that cannot be read.")
    return value
