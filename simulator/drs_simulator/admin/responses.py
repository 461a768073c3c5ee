"""What the admin interface answers. Its instants are in the installation's local time."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict

from drs_simulator.clock import Clock, FrozenClock
from drs_simulator.scheduling.back_office import OperativeDay
from drs_simulator.scheduling.model import (
    Alert,
    AlertReason,
    LifeCycle,
    Operative,
    OrderStatus,
    OrderWithBookings,
    PlannedBooking,
    Session,
)

_SHOWN_OF_AN_ID = 6


class View(BaseModel):
    """What the admin interface tells."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Health(View):
    """The simulator answers, and how much it keeps."""

    status: Literal["ok"] = "ok"
    version: str
    profile: str
    now: datetime
    sessions: int
    orders: int
    bookings: int


class ClockReading(View):
    """What the clock reads, and how it goes: with system time, ahead of it or behind, or not at all."""

    now: datetime
    mode: Literal["system", "shifted", "fixed"]
    text: str

    @classmethod
    def of(cls, clock: Clock, zone: tzinfo) -> Self:
        """The reading of a clock. ``text`` is what would set another one so."""
        text = clock.describe(zone)
        mode: Literal["system", "shifted", "fixed"] = "system" if text == "system" else "shifted"
        return cls(
            now=clock.now().astimezone(zone),
            mode="fixed" if isinstance(clock.mode, FrozenClock) else mode,
            text=text,
        )


class SessionView(View):
    """An open session. Of its id only the beginning is shown, since whoever has all of it can call."""

    id: str
    opened: datetime

    @classmethod
    def of(cls, session: Session, zone: tzinfo) -> Self:
        """The session as it is shown."""
        return cls(id=session.id[:_SHOWN_OF_AN_ID], opened=session.opened.astimezone(zone))


class Sessions(View):
    """The sessions with which somebody can call now."""

    items: tuple[SessionView, ...]


class EndedSessions(View):
    """How many sessions there were, and are no more."""

    lapsed: int


class AlertView(View):
    """Why a planner is to look at a booking."""

    reason: AlertReason
    created: datetime
    comments: str


class BookingView(View):
    """A booking: its window, and where it stands in whose diary."""

    id: int
    order_number: str
    contract: str
    location_id: str
    reason: str
    minutes: int
    trade: str
    sor_codes: tuple[str, ...]
    life_cycle: LifeCycle
    window_start: datetime
    window_end: datetime
    assigned_start: datetime | None
    assigned_end: datetime | None
    operative_id: str | None
    operative_name: str | None
    held_until: datetime | None
    time_locked: bool
    operative_locked: bool
    alert: AlertView | None

    @classmethod
    def of(cls, planned: PlannedBooking, zone: tzinfo) -> Self:
        """The booking as it is shown."""
        booking = planned.booking
        return cls(
            id=booking.id,
            order_number=booking.order_number,
            contract=booking.contract,
            location_id=booking.location.id,
            reason=booking.reason,
            minutes=booking.minutes,
            trade=booking.trade,
            sor_codes=tuple(code.sor_code for code in booking.codes),
            life_cycle=booking.life_cycle,
            window_start=booking.window_start.astimezone(zone),
            window_end=booking.window_end.astimezone(zone),
            assigned_start=_local(planned.assigned_start, zone),
            assigned_end=_local(planned.assigned_end, zone),
            operative_id=planned.operative_id,
            operative_name=planned.operative_name,
            held_until=_local(booking.held_until, zone),
            time_locked=booking.locked_start is not None,
            operative_locked=booking.locked_operative is not None,
            alert=_alert(booking.alert, zone),
        )


class Bookings(View):
    """A part of the bookings that were found."""

    items: tuple[BookingView, ...]
    total: int
    offset: int
    limit: int


class OrderView(View):
    """An order with its bookings."""

    id: int
    number: str
    status: OrderStatus
    contract: str
    priority: str
    location_id: str
    address: tuple[str, ...]
    comments: str
    earliest: datetime
    target_date: datetime
    user_id: str
    contact_name: str | None
    phone: str | None
    bookings: tuple[BookingView, ...]

    @classmethod
    def of(cls, shown: OrderWithBookings, zone: tzinfo) -> Self:
        """The order as it is shown."""
        order, place = shown.order, shown.order.location
        lines = (place.name, place.address1, place.address2, place.address3, place.address4, place.post_code)
        return cls(
            id=order.id,
            number=order.number,
            status=order.status,
            contract=order.contract,
            priority=order.priority,
            location_id=place.id,
            address=tuple(line for line in lines if line),
            comments=order.comments,
            earliest=order.earliest.astimezone(zone),
            target_date=order.target_date.astimezone(zone),
            user_id=order.user_id,
            contact_name=order.contact_name,
            phone=order.phone,
            bookings=tuple(BookingView.of(each, zone) for each in shown.bookings),
        )


class Orders(View):
    """A part of the orders that were found."""

    items: tuple[OrderView, ...]
    total: int
    offset: int
    limit: int


class OperativeView(View):
    """Somebody who does the work."""

    id: str
    code: str
    name: str
    trades: tuple[str, ...]
    contracts: tuple[str, ...]
    sectors: tuple[str, ...]

    @classmethod
    def of(cls, operative: Operative) -> Self:
        """The operative as they are shown."""
        return cls(**{name: getattr(operative, name) for name in cls.model_fields})


class Operatives(View):
    """Everybody, in the profile's order."""

    items: tuple[OperativeView, ...]


class Hours(View):
    """A stretch of time."""

    begin: datetime
    end: datetime


class Day(View):
    """One operative's day: their hours, if they work on it, what is fixed in it, and the bookings by time."""

    operative: OperativeView
    day: date
    hours: Hours | None
    fixed: tuple[Hours, ...]
    bookings: tuple[BookingView, ...]

    @classmethod
    def of(cls, shown: OperativeDay, day: date, zone: tzinfo) -> Self:
        """The day as it is shown."""
        return cls(
            operative=OperativeView.of(shown.operative),
            day=day,
            hours=None if shown.hours is None else Hours(begin=shown.hours[0], end=shown.hours[1]),
            fixed=tuple(Hours(begin=begin, end=end) for begin, end in shown.fixed),
            bookings=tuple(BookingView.of(each, zone) for each in shown.bookings),
        )


def _alert(alert: Alert | None, zone: tzinfo) -> AlertView | None:
    if alert is None:
        return None
    return AlertView(reason=alert.reason, created=alert.created.astimezone(zone), comments=alert.comments)


def _local(instant: datetime | None, zone: tzinfo) -> datetime | None:
    return None if instant is None else instant.astimezone(zone)
