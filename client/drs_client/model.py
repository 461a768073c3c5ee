"""What DRS answers, as values. Every datetime is aware, in the client's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


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
