"""The workflow of a repairs service: find slots, book, show, move, cancel; one session for each batch of calls."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from drs_client.client import UNKNOWN_ORDER, DrsClient
from drs_client.errors import DrsError, InvalidArgument, NoBooking, NotScheduled, OrderExists, RequestRejected
from drs_client.model import Alert, Booking, Day, LifeCycle, Order, Slot

PERIOD_DAYS = 7
MAX_PERIODS = 6
ORDER_EXISTS = "already exists"
"""What DRS answers to createOrder for a number in use (services match on it)."""

_COMPLETED = "COMPLETED"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FoundSlots:
    """Days with at least one available slot, the number of requests made, and DRS's warnings."""

    days: tuple[Day, ...]
    requests: int
    warnings: tuple[str, ...]

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The available slots of all days, in order."""
        return tuple(slot for day in self.days for slot in day.available_slots)


@dataclass(frozen=True, slots=True)
class _Job:
    """What ``book`` was asked for."""

    number: str
    slot: Slot
    location_id: str
    sor_code: str
    priority: str
    target: datetime
    comments: str


def _now() -> datetime:
    return datetime.now(UTC)


class RepairWorkflow:
    """Does what a resident's appointment needs, one method for each step.

    ::

        with DrsClient(url, "login", "password") as client:
            repairs = RepairWorkflow(client)
            found = repairs.find_slots("3670010", "N373049", "Priority 20 Days", days=5)
            order = repairs.book("10000047", found.slots[0], "3670010", "N373049", "Priority 20 Days")

    Every method opens a session and closes it; inside ``with repairs:`` all share one. A session that cannot be closed
    is logged and left to expire, because the result of the calls is known by then.

    Args:
        client: The client that makes the calls. It stays open.
        now: Returns the time from which slots are searched by default, aware.
    """

    def __init__(self, client: DrsClient, now: Callable[[], datetime] = _now) -> None:
        self._client = client
        self._now = now
        self._depth = 0

    def __enter__(self) -> RepairWorkflow:
        self._depth += 1
        return self

    def __exit__(self, *exception: object) -> None:
        self._depth -= 1
        if self._depth == 0:
            try:
                self._client.close_session()
            except Exception as error:  # whatever it is, it must not replace a result or another error
                _log.info("The session was not closed: %s", error)

    def find_slots(
        self,
        location_id: str,
        sor_code: str,
        priority: str | None,
        *,
        days: int = 5,
        start: datetime | None = None,
        period_days: int = PERIOD_DAYS,
        max_periods: int = MAX_PERIODS,
    ) -> FoundSlots:
        """Return the next days with available slots, searching period after period until there are enough.

        At most ``max_periods`` requests of ``period_days`` days are made, so there may be fewer days than ``days``. If
        DRS returns fewer days than a period has, the next period begins after the last day that it returned.

        Raises:
            InvalidArgument: A number is less than 1, ``start`` has no time zone, or the search passes the year 9999.
            DrsError: DRS declines or could not be asked.
        """
        if min(days, period_days, max_periods) < 1:
            raise InvalidArgument("days, period_days and max_periods must be at least 1.")
        begin = start or self._now()
        _check_aware(begin)
        found: list[Day] = []
        warnings: list[str] = []
        requests = 0
        with self:
            while requests < max_periods and len(found) < days:
                last = _add_days(self._localize(begin).date(), period_days - 1)
                end = datetime.combine(last, time(23, 59, 59), self._client.zone)
                answer = self._client.check_availability(location_id, sor_code, priority, begin, end)
                requests += 1
                if answer.warning and answer.warning not in warnings:
                    warnings.append(answer.warning)
                found.extend(day for day in answer.days if day.available_slots)
                returned = answer.days[-1].date if answer.days else last
                begin = datetime.combine(_add_days(returned, 1), time(0), self._client.zone)
        return FoundSlots(tuple(found[:days]), requests, tuple(warnings))

    def book(
        self,
        number: str,
        slot: Slot,
        location_id: str,
        sor_code: str,
        priority: str,
        *,
        comments: str = "",
        target: datetime | None = None,
        cancel_unscheduled: bool = True,
    ) -> Order:
        """Create an order under ``number``, schedule its booking into ``slot`` and return the order.

        Calling it again is safe. An order of that number whose booking was cancelled or never scheduled is used again,
        with this priority, target and comments; one that has this very appointment is returned as it is.

        Args:
            number: The order's number in the housing system.
            slot: A slot that ``find_slots`` returned.
            location_id: The property.
            sor_code: The work.
            priority: One of DRS's priorities.
            comments: At most 255 characters.
            target: When the repair must be done; by default the end of the slot's day.
            cancel_unscheduled: Whether the booking is cancelled if DRS refuses the slot.

        Raises:
            NotScheduled: The order was created, but booking it did not finish. No other error comes from then on.
            OrderExists: The number is in use for a completed order, another property, or another appointment.
            DrsError: The order could not be created.
        """
        # Checked before the order is created, not when it is scheduled.
        _check_aware(slot.begin, slot.end)
        end_of_day = datetime.combine(self._localize(slot.end), time(23, 59, 59), self._client.zone)
        job = _Job(number, slot, location_id, sor_code, priority, target or end_of_day, comments)
        with self:
            try:
                order = self._client.create_order(
                    number, location_id, sor_code, priority, job.target, earliest=slot.begin, comments=comments
                )
                booking = next(iter(order.bookings), None)
            except RequestRejected as rejection:
                if ORDER_EXISTS not in rejection.message:
                    raise
                order = self._find_existing(job, rejection)
                booking = _find_usable(order, job, rejection)
                if booking is not None and _is_placed(booking):
                    return order
                booking = self._reopen(job, booking, rejection)
            if booking is None:
                reason = "DRS returned none"
                raise NotScheduled(number, None, reason=reason, remedy="Book the same number again.")
            return self._schedule(number, booking.id, slot, cancel_unscheduled=cancel_unscheduled)

    def show(self, number: str) -> Order:
        """Return the order of that number.

        Raises:
            RequestRejected: DRS does not know it.
            DrsError: DRS could not be asked.
        """
        with self:
            orders = self._client.select_orders(number)
        if not orders:
            raise RequestRejected("selectOrder", f"{UNKNOWN_ORDER}: {number}")
        return orders[0]

    def find_orders(
        self,
        *,
        location_ids: Sequence[str] = (),
        resource_ids: Sequence[str] = (),
        begin: datetime | None = None,
        end: datetime | None = None,
        completed_bookings: bool = False,
    ) -> tuple[Order, ...]:
        """Return the orders that match all given filters; see ``DrsClient.select_orders``.

        Raises:
            InvalidArgument: A datetime has no time zone.
            DrsError: DRS declines or could not be asked.
        """
        with self:
            return self._client.select_orders(
                location_ids=location_ids,
                resource_ids=resource_ids,
                begin=begin,
                end=end,
                completed_bookings=completed_bookings,
            )

    def delete(self, number: str) -> None:
        """Delete the order with its bookings. Its number can be used again.

        Raises:
            RequestRejected: DRS does not know the order, or its work is completed.
            DrsError: DRS could not be asked.
        """
        with self:
            self._client.delete_order(number)

    def move(self, number: str, slot: Slot) -> Order:
        """Move the order's booking into another slot and return the order.

        Raises:
            NoBooking: The booking was cancelled, or the work is completed.
            RequestRejected: DRS does not know the order, or the slot is full.
            DrsError: DRS could not be asked.
        """
        with self:
            booking = self._find_booking(number)
            self._client.schedule_booking(booking.id, number, slot.begin, slot.end)
            return self.show(number)

    def cancel(self, number: str) -> None:
        """Cancel the order's booking. The order stays, and its number can be booked again.

        Raises:
            NoBooking: The booking is cancelled already, or the work is completed.
            RequestRejected: DRS does not know the order.
            DrsError: DRS could not be asked.
        """
        with self:
            self._client.delete_booking(self._find_booking(number).id, number)

    def complete(self, number: str, begin: datetime, end: datetime, *, resource_id: str | None = None) -> Order:
        """Complete the order and its booking, worked on from ``begin`` to ``end``, and return the order.

        Raises:
            InvalidArgument: A datetime has no time zone.
            NoBooking: The booking was cancelled, or the work is completed already.
            RequestRejected: DRS does not know the order, or declines.
            DrsError: DRS could not be asked.
        """
        with self:
            self._client.update_booking(
                self._find_booking(number).id,
                number,
                LifeCycle.COMPLETED,
                begin=begin,
                end=end,
                resource_id=resource_id,
                complete_order=True,
            )
            return self._client.select_orders(number, completed_bookings=True)[0]

    def get_schedule(self, resource_id: str, day: date) -> tuple[Booking, ...]:
        """Return the bookings of an operative's day, in the order of the visits.

        Raises:
            RequestRejected: DRS does not know the operative.
            DrsError: DRS could not be asked.
        """
        with self:
            return self._client.get_schedule(resource_id, day)

    def alerts(self) -> tuple[Alert, ...]:
        """Return the alerts for planners.

        Raises:
            DrsError: DRS declines or could not be asked.
        """
        with self:
            return self._client.select_alerts()

    def _localize(self, moment: datetime) -> datetime:
        try:
            return moment.astimezone(self._client.zone)
        except OverflowError:
            raise InvalidArgument(f"{moment.isoformat()} is not a date that DRS can have.") from None

    def _find_booking(self, number: str) -> Booking:
        order = self.show(number)
        if order.bookings:
            return order.bookings[0]
        completed = order.status == _COMPLETED
        if not completed:
            # Completed bookings are only listed on request. An error here must not hide that there is none.
            with suppress(DrsError):
                completed = any(each.bookings for each in self._client.select_orders(number, completed_bookings=True))
        raise NoBooking(number, completed=completed)

    def _find_existing(self, job: _Job, rejection: RequestRejected) -> Order:
        """Return the order that has the job's number already, with its completed bookings too."""
        try:
            orders = self._client.select_orders(job.number, completed_bookings=True)
        except DrsError as error:
            remedy = f"It could not be looked up ({error}). Look at order {job.number} before you book it again."
            raise _order_exists(rejection, remedy) from error
        if not orders:
            raise _order_exists(rejection, "Yet DRS does not find it. Use another number.") from rejection
        if orders[0].location_id not in (None, job.location_id):
            place = orders[0].location_id
            remedy = f"It is for property {place}, not {job.location_id}. Use another number, or delete that order."
            raise _order_exists(rejection, remedy) from rejection
        return orders[0]

    def _reopen(self, job: _Job, booking: Booking | None, rejection: RequestRejected) -> Booking | None:
        """Update an existing order to the job, and return the booking to schedule, created if there is none."""
        number, earliest = job.number, job.slot.begin
        try:
            self._client.update_order(
                number, priority=job.priority, target=job.target, earliest=earliest, comments=job.comments or None
            )
            if booking is not None:
                return booking
            return next(iter(self._client.create_booking(number, job.sor_code, earliest, job.target)), None)
        except RequestRejected as refused:
            remedy = f"It cannot be booked again ({refused}). Use another number or another slot."
            raise _order_exists(rejection, remedy) from refused
        except DrsError as error:
            booking_id = None if booking is None else booking.id
            remedy = "Book the same number again."
            raise NotScheduled(number, booking_id, reason=str(error), remedy=remedy) from error

    def _schedule(self, number: str, booking_id: int, slot: Slot, *, cancel_unscheduled: bool) -> Order:
        """Schedule a booking that is not, and return the order."""
        try:
            self._client.schedule_booking(booking_id, number, slot.begin, slot.end)
        except RequestRejected as rejection:
            raise self._give_up(number, booking_id, rejection, cancel=cancel_unscheduled) from rejection
        except DrsError as error:
            remedy = "Look at the order, or book the same slot again: it is not booked twice."
            raise NotScheduled(number, booking_id, reason=str(error), scheduled=None, remedy=remedy) from error
        try:
            return self.show(number)
        except DrsError as error:
            remedy = "Look at the order later. It need not be booked again."
            raise NotScheduled(number, booking_id, reason=str(error), scheduled=True, remedy=remedy) from error

    def _give_up(self, number: str, booking_id: int, rejection: RequestRejected, *, cancel: bool) -> NotScheduled:
        """Cancel the booking that DRS refused to schedule, if asked, and return the error to raise."""
        reason = str(rejection)
        remedy = "Move it to another slot, or cancel it."
        if cancel:
            try:
                self._client.delete_booking(booking_id, number)
            except DrsError as error:
                remedy = f"Cancelling it failed too ({error}). Move it to another slot, or cancel it."
                return NotScheduled(number, booking_id, reason=reason, remedy=remedy)
            remedy = "The booking was cancelled. Book the same number again, with another slot."
        return NotScheduled(number, booking_id, reason=reason, cancelled=cancel, remedy=remedy)


def _check_aware(*moments: datetime) -> None:
    for moment in moments:
        if moment.tzinfo is None:
            raise InvalidArgument(f"{moment.isoformat()} has no time zone. Pass an aware datetime.")


def _add_days(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise InvalidArgument(f"{days} days after {day} there is no date. Search from an earlier day.") from None


def _is_placed(booking: Booking) -> bool:
    """Say whether a booking has an appointment. A reservation is not one yet."""
    return booking.scheduled and booking.life_cycle != LifeCycle.RESERVED


def _find_usable(order: Order, job: _Job, rejection: RequestRejected) -> Booking | None:
    """Return the order's booking that has the slot already, else one that is not scheduled, else none.

    Raises:
        OrderExists: The order has another appointment, is for other work, or its work is completed.
    """
    for booking in order.bookings:
        codes = [code.sor_code for code in booking.codes]
        remedy = ""
        if booking.life_cycle == LifeCycle.COMPLETED:
            remedy = "Its work is completed. Use another number."
        elif codes and job.sor_code not in codes:
            remedy = f"Its booking {booking.id} is for {', '.join(codes)}, not {job.sor_code}. Use another number."
        elif _is_placed(booking) and (booking.window_start, booking.window_end) != (job.slot.begin, job.slot.end):
            when = f" for {booking.window_start:%a %d %b %Y %H:%M}" if booking.window_start else ""
            remedy = f"Its booking {booking.id} is scheduled{when}. Move it to another slot, or cancel it."
        if remedy:
            raise _order_exists(rejection, remedy) from rejection
    return max(order.bookings, key=_is_placed, default=None)


def _order_exists(rejection: RequestRejected, remedy: str) -> OrderExists:
    return OrderExists(rejection.operation, rejection.message, remedy)
