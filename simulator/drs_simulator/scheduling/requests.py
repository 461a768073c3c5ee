"""What callers ask, member by member. ``None`` is what a caller left out; instants are aware."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from drs_simulator.scheduling.model import AlertReason, BestSlots, LifeCycle


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """One SOR code as a caller asks for it."""

    sor_code: str | None = None
    item_number: str | None = None
    number: str | None = None
    quantity: str | None = None


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """An order as a caller asks for it."""

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
    """What checkAvailability is asked. ``other_statuses`` and ``other_customers`` are its otherOrderPattern."""

    period_begin: datetime | None = None
    period_end: datetime | None = None
    best_slots: BestSlots = BestSlots.NO
    order: OrderRequest = field(default_factory=OrderRequest)
    new_booking: bool | None = None
    long_period: bool = False
    operative_ids: tuple[str, ...] = ()
    other_orders: bool | None = None
    other_statuses: tuple[LifeCycle, ...] = ()
    other_customers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """A booking as a caller names it, with the planning window that it is to be moved into."""

    booking_id: int | None = None
    contract: str | None = None
    number: str | None = None
    reason: str | None = None
    window_start: datetime | None = None
    window_end: datetime | None = None
    order_id: int | None = None
    location_id: str | None = None
    user_id: str | None = None
    category: str | None = None
    completion_status: str | None = None
    planner_comments: str | None = None
    operator_comments: str | None = None
    operative_ids: tuple[str, ...] = ()
    codes: tuple[CodeRequest, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacingRequest:
    """A booking that is to be given a place, and what is to be fixed about it."""

    booking: BookingRequest = field(default_factory=BookingRequest)
    booking_id: int | None = None
    force: bool | None = None
    lock_time: bool | None = None
    resource_lock: str | None = None


@dataclass(frozen=True, slots=True)
class FurtherBookingRequest:
    """A booking more for an order that is there already."""

    booking: BookingRequest = field(default_factory=BookingRequest)
    order: OrderRequest = field(default_factory=OrderRequest)


@dataclass(frozen=True, slots=True)
class BookingUpdate:
    """News of a booking."""

    booking: BookingRequest = field(default_factory=BookingRequest)
    becomes: LifeCycle | None = None
    complete_order: bool | None = None
    operative_id: str | None = None
    begin: datetime | None = None
    end: datetime | None = None
    category: str | None = None
    action_taken: str | None = None
    follow_on: BookingRequest | None = None


@dataclass(frozen=True, slots=True)
class OrderCompletion:
    """Which order is done."""

    number: str | None = None
    contract: str | None = None
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders selectOrder is asked for. Each list of contracts narrows the rest; data are name and value."""

    numbers: tuple[str, ...] = ()
    contracts: tuple[tuple[str, ...], ...] = ()
    business_data: tuple[tuple[str, str | None], ...] = ()
    location_ids: tuple[str, ...] = ()
    operative_ids: tuple[str, ...] = ()
    begin: datetime | None = None
    end: datetime | None = None
    include_completed: bool | None = None


@dataclass(frozen=True, slots=True)
class BookingFilter:
    """Which bookings selectBooking is asked for: by time of work, by planning window, by whom, by business data."""

    statuses: tuple[LifeCycle, ...] = ()
    contracts: tuple[tuple[str, ...], ...] = ()
    business_data: tuple[tuple[str, str | None], ...] = ()
    operative_ids: tuple[str, ...] = ()
    begin: datetime | None = None
    end: datetime | None = None
    window_begin: datetime | None = None
    window_end: datetime | None = None


@dataclass(frozen=True, slots=True)
class ScheduleRequest:
    """Whose day is wanted."""

    contract: str | None = None
    operative_id: str | None = None
    day: datetime | None = None


@dataclass(frozen=True, slots=True)
class OperativeFilter:
    """Which operatives selectResource is asked for, by id or by employee code."""

    contracts: tuple[tuple[str, ...], ...] = ()
    business_data: tuple[tuple[str, str | None], ...] = ()
    ids: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    include_hours: bool | None = None
    hours_from: datetime | None = None
    hours_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class HoursRequest:
    """Working hours as a caller tells them: on a weekday, or on one day alone."""

    begin: datetime | None = None
    end: datetime | None = None
    weekday: str | None = None
    day: datetime | None = None


@dataclass(frozen=True, slots=True)
class UnavailabilityRequest:
    """A time without work as a caller tells it."""

    begin: datetime | None = None
    end: datetime | None = None
    reason: str | None = None
    comments: str | None = None


@dataclass(frozen=True, slots=True)
class OperativeUpdate:
    """What is new about an operative. A list that is empty was not told."""

    id: str | None = None
    code: str | None = None
    name: str | None = None
    trades: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    hours: tuple[HoursRequest, ...] = ()
    unavailabilities: tuple[UnavailabilityRequest, ...] = ()


@dataclass(frozen=True, slots=True)
class OperativesUpdate:
    """What is new about operatives."""

    contracts: tuple[str, ...] = ()
    operatives: tuple[OperativeUpdate, ...] = ()


@dataclass(frozen=True, slots=True)
class LocationUpdate:
    """What is new about a location; ``more`` has members that the scheduler only keeps."""

    id: str | None = None
    name: str | None = None
    address1: str | None = None
    address2: str | None = None
    address3: str | None = None
    address4: str | None = None
    agency: str | None = None
    country: str | None = None
    latitude: str | None = None
    longitude: str | None = None
    post_code: str | None = None
    workflow_type: str | None = None
    more: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CodeDefinition:
    """What a SOR code is to stand for."""

    code: str | None = None
    description: str | None = None
    minutes: int | None = None
    trade: str | None = None
    contract: str | None = None


@dataclass(frozen=True, slots=True)
class CodeDefinitions:
    """SOR codes, new or changed."""

    contracts: tuple[str, ...] = ()
    definitions: tuple[CodeDefinition, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts selectAlerts is asked for."""

    contracts: tuple[str, ...] = ()
    reasons: tuple[AlertReason, ...] = ()
    begin: datetime | None = None
    end: datetime | None = None
