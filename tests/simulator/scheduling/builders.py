"""Builders for the tests: requests, and a desk, which is a scheduler with an open session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from drs_simulator.clock import Clock
from drs_simulator.profile.loading import load_profile
from drs_simulator.profile.model import Profile
from drs_simulator.scheduling.commands import (
    AvailabilityRequest,
    BookingRequest,
    BookingUpdate,
    CodeRequest,
    OrderFilter,
    OrderRequest,
    PlacingRequest,
)
from drs_simulator.scheduling.context import UseCaseContext
from drs_simulator.scheduling.model import Availability, BestSlots, LifeCycle, OrderWithBookings, PlannedBooking, Slot
from drs_simulator.scheduling.scheduler import Credentials, Scheduler
from drs_simulator.scheduling.store import Store
from drs_simulator.scheduling.use_cases.availability import check_availability
from drs_simulator.scheduling.use_cases.bookings import delete_booking, update_booking
from drs_simulator.scheduling.use_cases.orders import create_order, select_orders
from drs_simulator.scheduling.use_cases.placement import create_reservation, schedule_booking
from drs_simulator.storage.memory import MemoryStore

LONDON = ZoneInfo("Europe/London")
MOMENT_OF_THE_EXAMPLE = "2021-10-22T12:20:59.555+01:00"
LINCOLN = load_profile("lincoln")

_Request = TypeVar("_Request")
_Answer = TypeVar("_Answer")


def local(text: str) -> datetime:
    """An instant from ISO 8601, in London time where it has no offset."""
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=LONDON)


def changed(profile: Profile, **tables: object) -> Profile:
    """The profile with some settings replaced: ``changed(LINCOLN, availability={"day_cap": 3})``."""
    settings = profile.model_dump()
    for key, value in tables.items():
        settings[key] = settings[key] | value if isinstance(value, dict) else value
    return Profile.model_validate(settings)


def codes(*sor_codes: str, quantity: str = "1") -> tuple[CodeRequest, ...]:
    """Booking codes as a caller sends them, numbered from 1."""
    return tuple(CodeRequest(code, str(number), "anything", quantity) for number, code in enumerate(sor_codes, start=1))


def asked(**changes: Any) -> OrderRequest:
    """``theOrder`` as the example of checkAvailability has it, with ``changes``."""
    example = OrderRequest(
        number="anything",
        contract="0",
        location_id="3670010",
        priority="Priority 20 Days",
        user_id=".",
        codes=codes("N373049"),
    )
    return example._replace(**changes)


def places(answer: Availability) -> set[tuple[datetime, datetime]]:
    """The slots that are available, by their begin and end."""
    return {(slot.begin, slot.end) for slot in slots(answer) if slot.available}


def slots(answer: Availability) -> list[Slot]:
    """All slots of the answer, in its order."""
    return [slot for day in answer.days for slot in day.slots]


def state_of(store: Store) -> Mapping[str, object]:
    """Everything in the store, to be compared with a later state."""
    with store.transaction() as transaction:
        bookings = tuple(transaction.bookings())
        appointments = [booking.appointment for booking in bookings if booking.appointment is not None]
        operatives = sorted({each.operative_id for each in appointments})
        days = [each.day for each in appointments]
        return {
            "sessions": tuple(transaction.sessions()),
            "numbers": dict(transaction.numbers()),
            "orders": tuple(transaction.orders()),
            "bookings": bookings,
            "diaries": dict(transaction.diaries(operatives, min(days), max(days))) if days else {},
            "sor_codes": tuple(transaction.sor_codes()),
            "locations": tuple(transaction.locations()),
            "operatives": dict(transaction.changed_operatives()),
            "confirmations": transaction.confirmations(),
        }


class Desk:
    """One caller of one DRS.

    Args:
        profile: The installation.
        now: The time of its clock; local to London where it has no offset.
        store: Where its state is stored.
    """

    def __init__(
        self, profile: Profile = LINCOLN, now: str = MOMENT_OF_THE_EXAMPLE, store: Store | None = None
    ) -> None:
        self.profile = profile
        self.clock = Clock.parse(f"fixed@{now}")
        self.store = MemoryStore()
        self.scheduler = Scheduler(profile, self.clock, Random(1), store or self.store, Credentials("desk", "secret"))
        self.session_id = self.open()
        self._numbers = count(1)

    def open(self) -> str:
        """Open a session and return its id."""
        return self.scheduler.open_session("desk", "secret").id

    def perform(self, use_case: Callable[[UseCaseContext, _Request], _Answer], request: _Request) -> _Answer:
        """Return the answer to the request."""
        return self.scheduler.perform(use_case, self.session_id, request)

    def availability(
        self, begin: datetime, end: datetime, best: BestSlots = BestSlots.NO, **order: Any
    ) -> Availability:
        """The answer to checkAvailability for that period."""
        return self.perform(check_availability, AvailabilityRequest(begin, end, best, asked(**order)))

    def day(self, day: date, **order: Any) -> Availability:
        """The answer to checkAvailability for that local day."""
        midnight = datetime.combine(day, time(0), LONDON)
        return self.availability(midnight, midnight, **order)

    def order(self, **changes: Any) -> OrderWithBookings:
        """Create an order with a new number, wanted within 60 days, with ``changes``."""
        wanted = asked(
            number=f"order-{next(self._numbers)}",
            comments=" ",
            target_date=self.clock.now() + timedelta(days=60),
            user_id="HousingRepairsOnline",
        )
        return self.perform(create_order, wanted._replace(**changes))

    def schedule(self, booking_id: int, begin: datetime | None = None, end: datetime | None = None) -> None:
        """ScheduleBooking into that planning window, or without one."""
        request = BookingRequest(booking_id, contract="0", number=" ", window_start=begin, window_end=end)
        self.perform(schedule_booking, PlacingRequest(request))

    def book(self, begin: datetime, end: datetime, **order: Any) -> PlannedBooking:
        """Create an order and schedule its booking in that planning window."""
        created = self.order(**order)
        self.schedule(created.bookings[0].booking.id, begin, end)
        return self.booking(created.order.number)

    def cancel(self, booking_id: int) -> None:
        """DeleteBooking."""
        self.perform(delete_booking, BookingRequest(booking_id, contract="0", number="anything"))

    def select(self, *numbers: str) -> tuple[OrderWithBookings, ...]:
        """The answer to selectOrder."""
        return self.perform(select_orders, OrderFilter(numbers))

    def booking(self, number: str) -> PlannedBooking:
        """The only booking of the order with that number, as selectOrder shows it."""
        (order,) = self.select(number)
        (booking,) = order.bookings
        return booking

    def select_all(self, *numbers: str) -> tuple[OrderWithBookings, ...]:
        """The answer to selectOrder with completed bookings as well."""
        return self.perform(select_orders, OrderFilter(numbers, include_completed=True))

    def bring(self, number: str, life_cycle: LifeCycle) -> None:
        """UpdateBooking of the order's first booking."""
        booking_id = self.select_all(number)[0].bookings[0].booking.id
        done = self.clock.now()
        update = BookingUpdate(BookingRequest(booking_id), life_cycle, begin=done - timedelta(hours=1), end=done)
        self.perform(update_booking, update)

    def bring_to(self, life_cycle: LifeCycle) -> int:
        """Bring a scheduled booking to that life cycle and return its id."""
        booked = self.book(local("2021-11-02T08:00"), local("2021-11-02T12:00")).booking
        if life_cycle is LifeCycle.RESERVED:
            request = BookingRequest(booked.id, "0", " ", None, booked.window_start, booked.window_end)
            self.perform(create_reservation, PlacingRequest(request))
        elif life_cycle is not LifeCycle.PLANNED:
            self.bring(booked.order_number, life_cycle)
        return booked.id

    def suspend(self, number: str) -> None:
        """UpdateBooking that suspends the order's first booking."""
        suspended = BookingRequest(self.select(number)[0].bookings[0].booking.id, completion_status="SUSPENDED")
        self.perform(update_booking, BookingUpdate(suspended))
