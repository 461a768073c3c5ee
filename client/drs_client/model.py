"""What DRS answers, as values. Every datetime is aware, in the client's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class LifeCycle(StrEnum):
    """How far a booking has come."""

    PLANNED = "PLANNED"
    DESPATCHED = "DESPATCHED"
    RESERVED = "RESERVED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    ACCEPTED = "ACCEPTED"
    ARRIVED = "ARRIVED"
    STARTED = "STARTED"
    COMPLETED = "COMPLETED"


class AlertReason(StrEnum):
    """Why a planner is to look at a booking."""

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
        """Those that can be booked."""
        return tuple(slot for slot in self.slots if slot.available)


@dataclass(frozen=True, slots=True)
class Availability:
    """The answer to checkAvailability. ``warning`` is set where DRS cut the period short."""

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
    """One visit of an order. ``assigned_start`` and ``resources`` are there once it is scheduled."""

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
        """Whether somebody is to come."""
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
    """A time in which an operative does no work."""

    begin: datetime
    end: datetime
    reason: str = ""
    comments: str = ""


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When an operative works: on a weekday, or on one day alone. Of ``begin`` and ``end`` only the times count."""

    begin: datetime
    end: datetime
    weekday: str | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Operative:
    """An operative with what they can do, where, and when."""

    id: str
    code: str | None
    name: str | None
    abilities: tuple[str, ...]
    sectors: tuple[str, ...]
    unavailabilities: tuple[Unavailability, ...]
    working_hours: tuple[WorkingHours, ...]


@dataclass(frozen=True, slots=True)
class Alert:
    """A planner is to look at a booking."""

    reason: str | None
    created: datetime | None
    comments: str | None
    booking: Booking | None


@dataclass(frozen=True, slots=True)
class MetaData:
    """What an installation is set up with, by name."""

    business_data: tuple[str, ...]
    resource_templates: tuple[str, ...]
    unavailability_reasons: tuple[str, ...]
