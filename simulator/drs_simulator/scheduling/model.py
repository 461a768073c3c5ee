"""The domain's values: sessions, orders, bookings, operatives, slots. All are immutable; instants are aware."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from pydantic import ConfigDict

from drs_simulator.profile.planning_rules import PriorityType, SectorRule
from drs_simulator.profile.tables import RecurringVisit
from drs_simulator.profile.values import Weekday


class Place(NamedTuple):
    """A point on the map, in degrees."""

    latitude: float
    longitude: float


class Visit(NamedTuple):
    """One visit: it takes ``minutes`` and lies entirely between ``opens`` and ``closes``, minutes since the epoch.

    One that is ``forced`` is made whether the day has room for it or not, and takes no room from the others.
    """

    key: int
    opens: int
    closes: int
    minutes: int
    place: Place
    forced: bool = False

    @classmethod
    def within(cls, key: int, start: datetime, end: datetime, minutes: int, place: Place) -> Visit:
        """Make a visit in the window from ``start`` to ``end``, narrowed to whole minutes."""
        return cls(key, -int(-start.timestamp() // 60), int(end.timestamp() // 60), minutes, place)


class LifeCycle(StrEnum):
    """The status of a booking (published: transactionTypeType)."""

    PLANNED = "PLANNED"
    DESPATCHED = "DESPATCHED"
    RESERVED = "RESERVED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    ACCEPTED = "ACCEPTED"
    ARRIVED = "ARRIVED"
    STARTED = "STARTED"
    COMPLETED = "COMPLETED"


class OrderStatus(StrEnum):
    """The status of an order (published: orderStatus). A new order is ``undefined`` (seen: Appendix B 4)."""

    UNDEFINED = "undefined"
    PLANNED = "PLANNED"
    STARTED = "STARTED"
    COMPLETED = "COMPLETED"


class AlertReason(StrEnum):
    """Why a planner should look at a booking (published: alertTypeType)."""

    RESCHEDULE_FAILURES = "RESCHEDULEFAILURES"
    SUSPENDED_JOBS = "SUSPENDEDJOBS"


class BestSlots(StrEnum):
    """Which slots a caller wants: all of them, or the best of each day or of the whole period."""

    NO = "no"
    DAY = "day"
    FULL_PERIOD = "fullPeriod"


@dataclass(frozen=True, slots=True)
class Session:
    """A session, valid from openSession until closeSession or local midnight (seen: Sessions)."""

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
    sector: str | None = None
    more: tuple[tuple[str, str], ...] = ()
    """Further members that a caller has sent, by their names on the wire."""

    @property
    def place(self) -> Place:
        """Its place on the map."""
        return Place(float(self.latitude), float(self.longitude))


@dataclass(frozen=True, slots=True)
class BookingCode:
    """One SOR code of a booking, with how often it is done and how many minutes it takes each time.

    Args:
        trade: The trade of its job template.
        description: Its description in the schedule of rates.
        sent_trade: The trade that the caller sent with it, if any. It changes nothing about planning.
        sent_description: The description that the caller sent with it, if any.
        comments: The caller's comments on it.
        item_value: What the caller said that it costs.
        reference: The caller's reference.
    """

    sor_code: str
    item_number: str
    quantity: Decimal
    minutes: int
    trade: str
    description: str
    sent_trade: str | None = None
    sent_description: str | None = None
    comments: str | None = None
    item_value: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class JobRules:
    """What an installation's templates and priorities say of a job.

    Args:
        template: The job template's name.
        trades: The trades that an operative must have, all of them.
        operatives: How many come together.
        slots_template: The slots that are offered; ``None`` for those of jobs without a slots template.
        priority_type: Whose quota limits it; ``None`` for no quota.
        sectors: Whose operatives come.
    """

    template: str
    trades: tuple[str, ...]
    operatives: int = 1
    slots_template: str | None = None
    priority_type: PriorityType | None = None
    sectors: SectorRule = "any"


@dataclass(frozen=True, slots=True)
class Appointment:
    """The operative and local day of a scheduled booking.

    Args:
        partner_id: The id of the operative who comes along, if the job is paired.
        start: When both begin, if the job is paired.
    """

    operative_id: str
    day: date
    partner_id: str | None = None
    start: datetime | None = None

    @property
    def operative_ids(self) -> tuple[str, ...]:
        """The operatives who come."""
        return (self.operative_id,) if self.partner_id is None else (self.operative_id, self.partner_id)


@dataclass(frozen=True, slots=True)
class Alert:
    """A planner should look at a booking."""

    reason: AlertReason
    created: datetime
    comments: str
    operative_id: str | None = None


@dataclass(frozen=True, slots=True)
class Booking:
    """One visit for an order, within its planning window. Without an appointment it is not yet scheduled.

    Args:
        is_forced: Whether it was planned without regard to room.
        planned_from: When its place was sought, if its window had begun then; it is not planned earlier.
        area: The sector whose turn it waits for, if its priority is bound to areas.
        held_until: When its reservation lapses, while it is RESERVED.
        locked_start: When it begins whatever else is planned that day, if its time is locked.
        locked_operative: The id of the operative who must come, if its resource is locked.
        worked: When the work began and ended, once it is reported.
        worked_by: The id of the operative who did it, once it is reported.
        parent_id: The id of the booking that it follows on from, if it is a follow-on.
        rules: What templates and priorities say of it, where the installation has any.
    """

    id: int
    order_id: int
    order_number: str
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
    is_forced: bool = False
    planned_from: datetime | None = None
    area: str | None = None
    held_until: datetime | None = None
    locked_start: datetime | None = None
    locked_operative: str | None = None
    worked: tuple[datetime, datetime] | None = None
    worked_by: str | None = None
    category: str | None = None
    completion_status: str = ""
    planner_comments: str = ""
    operator_comments: str = ""
    alert: Alert | None = None
    parent_id: int | None = None
    secondary_number: str = ""
    tertiary_number: str = ""
    rules: JobRules | None = None

    @property
    def trades(self) -> tuple[str, ...]:
        """The trades that an operative must have, all of them."""
        return (self.trade,) if self.rules is None else self.rules.trades

    @property
    def template(self) -> str:
        """The name of its job template."""
        return self.trade if self.rules is None else self.rules.template

    @property
    def number_of_operatives(self) -> int:
        """How many operatives come together."""
        return 1 if self.rules is None else self.rules.operatives

    @property
    def operative_ids(self) -> tuple[str, ...]:
        """The operatives in whose diaries it is; none until it is scheduled."""
        return () if self.appointment is None else self.appointment.operative_ids

    @property
    def operative_id(self) -> str | None:
        """The operative in whose diary it is; ``None`` until it is scheduled."""
        return None if self.appointment is None else self.appointment.operative_id

    @property
    def earliest_start(self) -> datetime:
        """When its visit can begin at the earliest: with its window, or when its place was sought in a begun one."""
        return self.planned_from or self.window_start

    @property
    def completed(self) -> bool:
        """Whether it is completed, so that it can no longer be changed."""
        return self.life_cycle is LifeCycle.COMPLETED

    @property
    def is_follow_on(self) -> bool:
        """Whether it follows on from another booking of its order."""
        return self.parent_id is not None

    @property
    def sequence(self) -> str:
        """Its appointment sequence (vendor: ty9xkqauju, o8gbpb5o3s)."""
        return "FOLLOW ON" if self.is_follow_on else "FIRST"

    @property
    def is_suspended(self) -> bool:
        """Whether it is suspended: a status of its own beside its life cycle (vendor: o8gbpb5o3s)."""
        return self.alert is not None and self.alert.reason is AlertReason.SUSPENDED_JOBS

    @property
    def visit(self) -> Visit:
        """The visit in its operative's day."""
        start, end = self.earliest_start, self.window_end
        fixed = self.locked_start if self.appointment is None else self.appointment.start or self.locked_start
        if fixed is not None:
            start, end = fixed, fixed + timedelta(minutes=self.minutes)
        visit = Visit.within(self.id, start, end, self.minutes, self.location.place)
        return visit._replace(forced=True) if self.is_forced else visit


@dataclass(frozen=True, slots=True)
class Order:
    """A repair order, under its number in the housing system. ``created`` lacks in states of earlier versions."""

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
    created: datetime | None = None
    secondary_number: str | None = None
    tertiary_number: str | None = None
    comments_extended: str | None = None
    reason_code: str | None = None
    subcontract: str | None = None


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When an operative works: on a weekday, or on a single day; local times."""

    begin: time
    end: time
    weekday: Weekday | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Unavailability:
    """A period in which an operative does not work."""

    begin: datetime
    end: datetime
    reason: str
    comments: str


@dataclass(frozen=True, slots=True)
class Operative:
    """An operative, DRS's resource. ``sectors`` begins with the primary one."""

    id: str
    code: str
    name: str
    trades: tuple[str, ...]
    contracts: tuple[str, ...]
    working_hours: tuple[WorkingHours, ...]
    depot: Place
    recurring_visits: tuple[RecurringVisit, ...] = ()
    sectors: tuple[str, ...] = ()
    unavailabilities: tuple[Unavailability, ...] = ()


class PushKind(StrEnum):
    """What DRS tells the council's service about a booking."""

    CONFIRMATION = "confirmation"
    COMPLETION = "completion"
    CANCELLATION = "cancellation"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A message that the council's service has not received yet: what became of a booking.

    Args:
        number: Counts these messages, in the order of the changes that they report.
        changed: When the change was, by the simulator's clock.
        booking: The booking as it was after the change; before it, if it was cancelled.
        target_date: The target date of its order.
        kind: What is reported.
        order: Its order after the change, where the message has the order in it: for a completion.
        business_data: Names and values of the booking's business data then, for a completion.
        attempts: How often it has been posted.
        tried: When it was last posted, by the simulator's clock.
        due: When it is posted next, by system time; ``None`` for as soon as it is its turn.
    """

    # Documents of earlier versions have two more members, which now follow from the booking.
    __pydantic_config__ = ConfigDict(extra="ignore", strict=True)

    number: int
    changed: datetime
    booking: Booking
    target_date: datetime
    kind: PushKind = PushKind.CONFIRMATION
    order: Order | None = None
    business_data: tuple[tuple[str, str | None], ...] = ()
    attempts: int = 0
    tried: datetime | None = None
    due: datetime | None = None


class PlannedBooking(NamedTuple):
    """A booking with its times in the operative's timetable, the operative, and who comes along if it is paired."""

    booking: Booking
    assigned_start: datetime | None = None
    assigned_end: datetime | None = None
    operative_id: str | None = None
    operative_code: str | None = None
    operative_name: str | None = None
    partner: Operative | None = None


class OrderWithBookings(NamedTuple):
    """An order and its bookings, as answers show them."""

    order: Order
    bookings: tuple[PlannedBooking, ...]


class Slot(NamedTuple):
    """One slot of a day: whether it is available, and whether it is among the best."""

    begin: datetime
    end: datetime
    available: bool
    best: bool


class DaySlots(NamedTuple):
    """One day of the period. A day off has no slots (seen: Appendix B 3)."""

    day: date
    midnight: datetime
    slots: tuple[Slot, ...] = ()


class Availability(NamedTuple):
    """The answer to checkAvailability; ``warning`` says that the period was limited to the cap."""

    days: tuple[DaySlots, ...]
    warning: str | None = None
    other_orders: tuple[OrderWithBookings, ...] = ()
