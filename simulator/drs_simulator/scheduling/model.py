"""The domain's values: sessions, orders, bookings, locations and slots. All are immutable; instants are aware."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from drs_simulator.scheduling.diary import Place, Visit


class LifeCycle(StrEnum):
    """How far a booking has come (published: transactionTypeType)."""

    PLANNED = "PLANNED"
    DESPATCHED = "DESPATCHED"
    RESERVED = "RESERVED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    ACCEPTED = "ACCEPTED"
    ARRIVED = "ARRIVED"
    STARTED = "STARTED"
    COMPLETED = "COMPLETED"


class OrderStatus(StrEnum):
    """How far an order has come (published: orderStatus). A new order is ``undefined`` (seen: Appendix B 4)."""

    UNDEFINED = "undefined"
    PLANNED = "PLANNED"
    STARTED = "STARTED"
    COMPLETED = "COMPLETED"


class BestSlots(StrEnum):
    """Which slots a caller wants: all of them, or the best of each day or of the whole period."""

    NO = "no"
    DAY = "day"
    FULL_PERIOD = "fullPeriod"


@dataclass(frozen=True, slots=True)
class Session:
    """Leave to call, from openSession until closeSession or local midnight (seen: Sessions)."""

    id: str
    opened: datetime


@dataclass(frozen=True, slots=True)
class Location:
    """DRS's own record of a property. Coordinates are degrees, kept with the digits they were entered with."""

    id: str
    name: str | None
    address1: str
    address2: str | None
    address3: str | None
    address4: str | None
    agency: str | None
    country: str | None
    latitude: str
    longitude: str
    post_code: str
    workflow_type: str

    @property
    def place(self) -> Place:
        """Where it is."""
        return Place(float(self.latitude), float(self.longitude))


@dataclass(frozen=True, slots=True)
class BookingCode:
    """One SOR code of a booking, with how often it is to be done and how long one takes."""

    sor_code: str
    item_number: str
    quantity: Decimal
    minutes: int
    trade: str
    description: str


@dataclass(frozen=True, slots=True)
class Appointment:
    """Where a scheduled booking stands: in whose diary, on which local day."""

    operative_id: str
    day: date


@dataclass(frozen=True, slots=True)
class Booking:
    """One visit that an order asks for, within its planning window. Not yet scheduled where it has no appointment."""

    id: int
    order_id: int
    contract: str
    location: Location
    reason: str
    minutes: int
    trade: str
    window_start: datetime
    window_end: datetime
    codes: tuple[BookingCode, ...]
    token_id: str
    user_id: str
    life_cycle: LifeCycle = LifeCycle.PLANNED
    appointment: Appointment | None = None

    @property
    def visit(self) -> Visit:
        """What it asks of an operative's day."""
        return Visit.within(self.id, self.window_start, self.window_end, self.minutes, self.location.place)


@dataclass(frozen=True, slots=True)
class Order:
    """A repair that was ordered, under the number that it has in the housing system."""

    id: int
    number: str
    contract: str
    location: Location
    comments: str
    priority: str
    target_date: datetime
    earliest: datetime
    user_id: str
    message: bool = False
    contact_name: str | None = None
    phone: str | None = None
    status: OrderStatus = OrderStatus.UNDEFINED


@dataclass(frozen=True, slots=True)
class PlannedBooking:
    """A booking with what its operative's timetable says of it: when they come, and who."""

    booking: Booking
    assigned_start: datetime | None = None
    assigned_end: datetime | None = None
    operative_code: str | None = None
    operative_name: str | None = None


@dataclass(frozen=True, slots=True)
class OrderWithBookings:
    """An order and its bookings, as an answer shows them."""

    order: Order
    bookings: tuple[PlannedBooking, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot of a day: offered or not, and whether it is among the best."""

    begin: datetime
    end: datetime
    available: bool
    best: bool


@dataclass(frozen=True, slots=True)
class DaySlots:
    """One day of the period. A day on which nobody works has no slots (seen: Appendix B 3)."""

    day: date
    midnight: datetime
    slots: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True)
class Availability:
    """The answer to checkAvailability; ``warning`` says that the period was cut short."""

    days: tuple[DaySlots, ...]
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """One SOR code as a caller asks for it. ``None`` is what the caller left out."""

    sor_code: str | None = None
    item_number: str | None = None
    number: str | None = None
    quantity: str | None = None


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """An order as a caller asks for it. ``None`` is what the caller left out."""

    number: str | None = None
    contract: str | None = None
    location_id: str | None = None
    comments: str | None = None
    priority: str | None = None
    target_date: datetime | None = None
    earliest: datetime | None = None
    user_id: str | None = None
    order_id: int | None = None
    message: bool | None = None
    contact_name: str | None = None
    phone: str | None = None
    codes: tuple[CodeRequest, ...] = ()


@dataclass(frozen=True, slots=True)
class AvailabilityRequest:
    """What checkAvailability is asked. ``None`` is what the caller left out."""

    period_begin: datetime | None = None
    period_end: datetime | None = None
    best_slots: BestSlots = BestSlots.NO
    order: OrderRequest = field(default_factory=OrderRequest)


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """A booking as a caller names it, with the planning window that it is to be moved into."""

    booking_id: int | None = None
    contract: str | None = None
    number: str | None = None
    reason: str | None = None
    window_start: datetime | None = None
    window_end: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders selectOrder is asked for."""

    numbers: tuple[str, ...] = ()
