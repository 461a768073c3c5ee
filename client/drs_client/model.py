"""The values that DRS returns. Every datetime is aware, in the client's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class LifeCycle(StrEnum):
    """The status of a booking."""

    PLANNED = "PLANNED"
    DESPATCHED = "DESPATCHED"
    RESERVED = "RESERVED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    ACCEPTED = "ACCEPTED"
    ARRIVED = "ARRIVED"
    STARTED = "STARTED"
    COMPLETED = "COMPLETED"


class AlertReason(StrEnum):
    """Why DRS shows a booking to its planners."""

    RESCHEDULE_FAILURES = "RESCHEDULEFAILURES"
    SUSPENDED_JOBS = "SUSPENDEDJOBS"


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot of a day."""

    begin: datetime
    end: datetime
    available: bool
    best: bool


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a period with its slots; weekends have none."""

    date: date
    slots: tuple[Slot, ...]

    @property
    def available_slots(self) -> tuple[Slot, ...]:
        """The slots that can be booked."""
        return tuple(slot for slot in self.slots if slot.available)


@dataclass(frozen=True, slots=True)
class Availability:
    """The answer to checkAvailability. ``warning`` is set if DRS shortened the period."""

    days: tuple[Day, ...]
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class BookingCode:
    """One SOR code of a booking."""

    sor_code: str
    quantity: str
    trade: str | None
    standard_minutes: str | None


@dataclass(frozen=True, slots=True)
class Resource:
    """An operative."""

    id: str | None
    code: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Booking:
    """One visit of an order. ``assigned_start`` and ``resources`` are set once it is scheduled."""

    id: int
    order_id: int | None
    reason: str | None
    minutes: int | None
    life_cycle: str | None
    window_start: datetime | None
    window_end: datetime | None
    assigned_start: datetime | None
    assigned_end: datetime | None
    codes: tuple[BookingCode, ...]
    resources: tuple[Resource, ...]
    order_number: str | None = None
    planner_comments: str | None = None

    @property
    def scheduled(self) -> bool:
        """Whether an operative is assigned."""
        return bool(self.resources)


@dataclass(frozen=True, slots=True)
class Location:
    """DRS's record of a property."""

    id: str
    address: tuple[str, ...]
    post_code: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """An order with its bookings."""

    id: int
    number: str
    contract: str | None
    location_id: str | None
    priority: str | None
    comments: str | None
    status: str | None
    target_date: datetime | None
    location: Location | None
    bookings: tuple[Booking, ...]


@dataclass(frozen=True, slots=True)
class Unavailability:
    """A time in which an operative does not work."""

    begin: datetime
    end: datetime
    reason: str = ""
    comments: str = ""


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When an operative works: on a weekday, or on one day. Only the times of ``begin`` and ``end`` matter."""

    begin: datetime
    end: datetime
    weekday: str | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Operative:
    """An operative with trades, sectors and hours."""

    id: str
    code: str | None
    name: str | None
    abilities: tuple[str, ...]
    sectors: tuple[str, ...]
    unavailabilities: tuple[Unavailability, ...]
    working_hours: tuple[WorkingHours, ...]


@dataclass(frozen=True, slots=True)
class Alert:
    """A booking that a planner must look at."""

    reason: str | None
    created: datetime | None
    comments: str | None
    booking: Booking | None


@dataclass(frozen=True, slots=True)
class MetaData:
    """The names that an installation is set up with."""

    business_data: tuple[str, ...]
    resource_templates: tuple[str, ...]
    unavailability_reasons: tuple[str, ...]
