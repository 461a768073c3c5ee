"""Requests of callers, member by member. ``None`` means that the caller left it out; instants are aware."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from drs_simulator.scheduling.model import AlertReason, BestSlots, LifeCycle


class CodeRequest(NamedTuple):
    """One SOR code of a request."""

    sor_code: str | None = None
    item_number: str | None = None
    number: str | None = None
    quantity: str | None = None
    trade: str | None = None
    description: str | None = None
    comments: str | None = None
    item_value: str | None = None
    reference: str | None = None


class OrderRequest(NamedTuple):
    """An order of a request."""

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
    secondary_number: str | None = None
    tertiary_number: str | None = None
    comments_extended: str | None = None
    reason_code: str | None = None
    subcontract: str | None = None
    codes: tuple[CodeRequest, ...] = ()
    location: LocationUpdate | None = None


class AvailabilityRequest(NamedTuple):
    """The request of checkAvailability. ``other_statuses`` and ``other_customers`` are its otherOrderPattern."""

    period_begin: datetime | None = None
    period_end: datetime | None = None
    best_slots: BestSlots = BestSlots.NO
    order: OrderRequest = OrderRequest()
    new_booking: bool | None = None
    long_period: bool = False
    operative_ids: tuple[str, ...] = ()
    other_orders: bool | None = None
    other_statuses: tuple[LifeCycle, ...] = ()
    other_customers: tuple[str, ...] = ()


class BookingRequest(NamedTuple):
    """A booking of a request, with the planning window to schedule it in."""

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


class PlacingRequest(NamedTuple):
    """A booking to schedule, and what to lock."""

    booking: BookingRequest = BookingRequest()
    booking_id: int | None = None
    force: bool | None = None
    lock_time: bool | None = None
    resource_lock: str | None = None


class FurtherBookingRequest(NamedTuple):
    """A further booking for an existing order."""

    booking: BookingRequest = BookingRequest()
    order: OrderRequest = OrderRequest()


class BookingUpdate(NamedTuple):
    """Changes to a booking. ``becomes`` is its new life cycle."""

    booking: BookingRequest = BookingRequest()
    becomes: LifeCycle | None = None
    complete_order: bool | None = None
    operative_id: str | None = None
    begin: datetime | None = None
    end: datetime | None = None
    category: str | None = None
    action_taken: str | None = None
    follow_on: BookingRequest | None = None


class OrderCompletion(NamedTuple):
    """The order to complete."""

    number: str | None = None
    contract: str | None = None
    user_id: str | None = None


class OrderFilter(NamedTuple):
    """The filters of selectOrder. Each list of contracts narrows the others; data are name and value."""

    numbers: tuple[str, ...] = ()
    contracts: tuple[tuple[str, ...], ...] = ()
    business_data: tuple[tuple[str, str | None], ...] = ()
    location_ids: tuple[str, ...] = ()
    operative_ids: tuple[str, ...] = ()
    begin: datetime | None = None
    end: datetime | None = None
    include_completed: bool | None = None


class BookingFilter(NamedTuple):
    """The filters of selectBooking: time of work, planning window, operatives, business data."""

    statuses: tuple[LifeCycle, ...] = ()
    contracts: tuple[tuple[str, ...], ...] = ()
    business_data: tuple[tuple[str, str | None], ...] = ()
    operative_ids: tuple[str, ...] = ()
    begin: datetime | None = None
    end: datetime | None = None
    window_begin: datetime | None = None
    window_end: datetime | None = None


class ScheduleRequest(NamedTuple):
    """The operative and day of getSchedule."""

    contract: str | None = None
    operative_id: str | None = None
    day: datetime | None = None


class OperativeFilter(NamedTuple):
    """The filters of selectResource, by id or by employee code."""

    contracts: tuple[tuple[str, ...], ...] = ()
    business_data: tuple[tuple[str, str | None], ...] = ()
    ids: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    include_hours: bool | None = None
    hours_from: datetime | None = None
    hours_to: datetime | None = None


class HoursRequest(NamedTuple):
    """Working hours of a request: on a weekday, or on a single day."""

    begin: datetime | None = None
    end: datetime | None = None
    weekday: str | None = None
    day: datetime | None = None


class UnavailabilityRequest(NamedTuple):
    """An unavailability of a request."""

    begin: datetime | None = None
    end: datetime | None = None
    reason: str | None = None
    comments: str | None = None


class OperativeUpdate(NamedTuple):
    """Changes to an operative. An empty list was not sent."""

    id: str | None = None
    code: str | None = None
    name: str | None = None
    trades: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    hours: tuple[HoursRequest, ...] = ()
    unavailabilities: tuple[UnavailabilityRequest, ...] = ()


class OperativesUpdate(NamedTuple):
    """Changes to operatives."""

    contracts: tuple[str, ...] = ()
    operatives: tuple[OperativeUpdate, ...] = ()


class LocationUpdate(NamedTuple):
    """Changes to a location; ``more`` has members that the scheduler only stores."""

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


class CodeDefinition(NamedTuple):
    """A SOR code, new or changed."""

    code: str | None = None
    description: str | None = None
    minutes: int | None = None
    trade: str | None = None
    contract: str | None = None


class CodeDefinitions(NamedTuple):
    """SOR codes, new or changed."""

    contracts: tuple[str, ...] = ()
    definitions: tuple[CodeDefinition, ...] = ()


class AlertFilter(NamedTuple):
    """The filters of selectAlerts."""

    contracts: tuple[str, ...] = ()
    reasons: tuple[AlertReason, ...] = ()
    begin: datetime | None = None
    end: datetime | None = None
