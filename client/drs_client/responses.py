"""Turn zeep's objects into values. Members that a version of DRS leaves out are ``None``; added ones are ignored."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from drs_client.errors import UnexpectedResponse
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


class ResponseReader:
    """Reads answers and converts their instants to one time zone."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def read_availability(self, answer: Any) -> Availability:
        """Read the answer to checkAvailability."""
        days = tuple(self._read_day(day) for day in _get_list(answer, "theSlots"))
        return Availability(days, _get(answer, "errorMsg") or None)

    def read_order(self, sent: Any) -> Order:
        """Read an order with its bookings."""
        location = _get(sent, "theLocation")
        return Order(
            id=_require(sent, "orderId", "an order"),
            number=_require(sent, "primaryOrderNumber", "an order"),
            contract=_get(sent, "contract"),
            location_id=_get(sent, "locationID"),
            priority=_get(sent, "priority"),
            comments=_get(sent, "orderComments"),
            status=_get(sent, "status"),
            target_date=self._convert_instant(_get(sent, "targetDate")),
            location=None if location is None else self.read_location(location),
            bookings=tuple(self.read_booking(booking) for booking in _get_list(sent, "theBookings")),
        )

    def _read_day(self, sent: Any) -> Day:
        day = self._require_instant(sent, "day", "a day")
        return Day(day.date(), tuple(self._read_slot(slot) for slot in _get_list(sent, "slotsForDay")))

    def _read_slot(self, sent: Any) -> Slot:
        begin, end = (self._require_instant(sent, member, "a slot") for member in ("beginDate", "endDate"))
        return Slot(begin, end, _get(sent, "available") == "YES", bool(_get(sent, "bestSlot")))

    def read_booking(self, sent: Any) -> Booking:
        """Read a booking."""
        return Booking(
            id=_require(sent, "bookingId", "a booking"),
            order_id=_get(sent, "orderId"),
            reason=_get(sent, "bookingReason"),
            minutes=_get(sent, "duration"),
            life_cycle=_get(sent, "bookingLifeCycleStatus"),
            window_start=self._convert_instant(_get(sent, "planningWindowStart")),
            window_end=self._convert_instant(_get(sent, "planningWindowEnd")),
            assigned_start=self._convert_instant(_get(sent, "assignedStart")),
            assigned_end=self._convert_instant(_get(sent, "assignedEnd")),
            codes=tuple(_read_code(code) for code in _get_list(sent, "theBookingCodes")),
            resources=tuple(_read_resource(resource) for resource in _get_list(sent, "theResources")),
            order_number=_get(sent, "primaryOrderNumber"),
            planner_comments=_get(sent, "plannerComments"),
        )

    def read_location(self, sent: Any) -> Location:
        """Read a location."""
        lines = (_get(sent, f"address{number}") for number in range(1, 5))
        return Location(
            _require(sent, "locationId", "a location"), tuple(line for line in lines if line), _get(sent, "postCode")
        )

    def read_operative(self, sent: Any) -> Operative:
        """Read an operative."""
        return Operative(
            id=_require(sent, "resourceID", "a resource"),
            code=_get(sent, "externalResourceCode"),
            name=_get(sent, "resourceName"),
            abilities=_read_names(_get_list(sent, "theAbilities")),
            sectors=_read_names(_get_list(sent, "theSectors")),
            unavailabilities=tuple(self._read_unavailability(away) for away in _get_list(sent, "theUnavailabilities")),
            working_hours=tuple(self._read_hours(hours) for hours in _get_list(sent, "theWorkingHours")),
        )

    def read_alert(self, sent: Any) -> Alert:
        """Read an alert."""
        booking = _get(sent, "theBooking")
        return Alert(
            reason=_get(sent, "reason"),
            created=self._convert_instant(_get(sent, "createDateTime")),
            comments=_get(sent, "comments"),
            booking=None if booking is None else self.read_booking(booking),
        )

    def read_meta_data(self, sent: Any) -> MetaData:
        """Read what an installation is set up with."""
        return MetaData(
            business_data=_read_names(_get_list(sent, "theBusinessDataDefinitions")),
            resource_templates=_read_names(_get_list(sent, "theResourceTemplates")),
            unavailability_reasons=_read_names(_get_list(sent, "theUnavailabilityReasons")),
        )

    def _read_unavailability(self, sent: Any) -> Unavailability:
        begin, end = (
            self._require_instant(sent, name, "an unavailability") for name in ("beginDateTime", "endDateTime")
        )
        return Unavailability(begin, end, _get(sent, "reason") or "", _get(sent, "comments") or "")

    def _read_hours(self, sent: Any) -> WorkingHours:
        begin, end = (self._require_instant(sent, name, "working hours") for name in ("beginDate", "endDate"))
        day = self._convert_instant(_get(sent, "specificDate"))
        return WorkingHours(begin, end, _get(sent, "dayOfWeek"), day and day.date())

    def _require_instant(self, sent: Any, member: str, of: str) -> datetime:
        instant = self._convert_instant(_require(sent, member, of))
        assert instant is not None
        return instant

    def _convert_instant(self, moment: datetime | None) -> datetime | None:
        if moment is None:
            return None
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=self._zone)
        try:
            return aware.astimezone(self._zone)
        except OverflowError:
            raise UnexpectedResponse(f"DRS's answer has a date that no calendar has: {moment}.") from None


def _read_code(sent: Any) -> BookingCode:
    return BookingCode(
        _require(sent, "bookingCodeSORCode", "a booking code"),
        str(_get(sent, "quantity")),
        _get(sent, "trade"),
        _get(sent, "standardMinuteValue"),
    )


def _read_resource(sent: Any) -> Resource:
    return Resource(_get(sent, "resourceID"), _get(sent, "externalResourceCode"), _get(sent, "resourceName"))


def _read_names(sent: list[Any]) -> tuple[str, ...]:
    return tuple(each.name for each in sent if _get(each, "name"))


def _get(sent: Any, member: str) -> Any:
    return getattr(sent, member, None)


def _get_list(sent: Any, member: str) -> list[Any]:
    return list(getattr(sent, member, None) or ())


def _require(sent: Any, member: str, of: str) -> Any:
    value = _get(sent, member)
    if value is None:
        raise UnexpectedResponse(f"DRS's answer lacks {member} of {of}, or it has a value that cannot be read.")
    return value
