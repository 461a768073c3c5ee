"""The workflow of a council's service: find slots, book, show, move, cancel; a session around each batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from drs_client.client import DrsClient
from drs_client.errors import DrsError, InvalidArgument, NotScheduled, Refusal
from drs_client.model import Alert, Booking, Day, LifeCycle, Order, Slot
from drs_client.orders import UNKNOWN_ORDER

DAYS_A_PERIOD = 7
MOST_PERIODS = 6


@dataclass(frozen=True, slots=True)
class FoundSlots:
    """Days with at least one available slot, the requests that it took, and DRS's warnings."""

    days: tuple[Day, ...]
    requests: int
    warnings: tuple[str, ...]

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The available slots of all days, in order of days."""
        return tuple(slot for day in self.days for slot in day.available_slots)


def _wall_time() -> datetime:
    return datetime.now(UTC)


class RepairWorkflow:
    """What a resident's appointment needs, in one call each.

    ::

        repairs = RepairWorkflow(DrsClient(url, "login", "password"))
        found = repairs.find_slots("3670010", "N373049", "Priority 20 Days", days=5)
        order = repairs.book("10000047", found.slots[0], "3670010", "N373049", "Priority 20 Days")

    Every method opens a session and closes it; inside ``with repairs:`` all share one.

    Args:
        client: Whom to call.
        now: Tells the time from which slots are sought when no other is given.
    """

    def __init__(self, client: DrsClient, now: Callable[[], datetime] = _wall_time) -> None:
        self._client = client
        self._now = now
        self._depth = 0

    def __enter__(self) -> RepairWorkflow:
        self._depth += 1
        return self

    def __exit__(self, *exception: object) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._client.close_session()

    def find_slots(
        self,
        location_id: str,
        sor_code: str,
        priority: str | None,
        *,
        days: int = 5,
        start: datetime | None = None,
        period_days: int = DAYS_A_PERIOD,
        most_periods: int = MOST_PERIODS,
    ) -> FoundSlots:
        """The next days with available slots, asked for period after period until there are enough.

        At most ``most_periods`` requests of ``period_days`` days are made, so fewer days than asked for may come back.
        Where DRS returns fewer days than a period has, the next period begins after the last day that it returned.

        Raises:
            InvalidArgument: A number is less than 1, or ``start`` has no time zone.
            DrsError: DRS declines or could not be asked.
        """
        if min(days, period_days, most_periods) < 1:
            raise InvalidArgument("days, period_days and most_periods must be at least 1.")
        found: list[Day] = []
        warnings: list[str] = []
        begin = start or self._now()
        if begin.tzinfo is None:
            raise InvalidArgument(f"{begin.isoformat()} has no time zone. Hand in an aware datetime.")
        requests = 0
        with self:
            while requests < most_periods and len(found) < days:
                last = begin.astimezone(self._client.zone).date() + timedelta(days=period_days - 1)
                end = datetime.combine(last, time(23, 59, 59), self._client.zone)
                answer = self._client.check_availability(location_id, sor_code, priority, begin, end)
                requests += 1
                if answer.warning and answer.warning not in warnings:
                    warnings.append(answer.warning)
                found.extend(day for day in answer.days if day.available_slots)
                returned = answer.days[-1].date if answer.days else last
                begin = datetime.combine(returned + timedelta(days=1), time(0), self._client.zone)
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
        """Create an order under ``number`` and schedule its booking into ``slot``; the order as DRS has it then.

        Args:
            number: The order's number in the housing system.
            slot: A slot that was found.
            location_id: The property.
            sor_code: The work.
            priority: One of DRS's priorities.
            comments: At most 255 characters.
            target: When the repair must be done; the end of the slot's day unless told.
            cancel_unscheduled: Whether a booking that cannot be scheduled is cancelled again.

        Raises:
            NotScheduled: The order was created, and its booking could not be scheduled.
            DrsError: The order could not be created.
        """
        end_of_day = datetime.combine(slot.end.astimezone(self._client.zone), time(23, 59, 59), self._client.zone)
        with self:
            order = self._client.create_order(
                number, location_id, sor_code, priority, target or end_of_day, earliest=slot.begin, comments=comments
            )
            booking = _only_booking(order)
            try:
                self._client.schedule_booking(booking.id, number, slot.begin, slot.end)
            except Refusal as refusal:
                if cancel_unscheduled:
                    self._client.delete_booking(booking.id, number)
                raise NotScheduled(number, booking.id, cancelled=cancel_unscheduled) from refusal
            except DrsError as error:
                raise NotScheduled(number, booking.id, cancelled=False) from error
            return self.show(number)

    def show(self, number: str) -> Order:
        """The order of that number.

        Raises:
            Refusal: DRS does not know it.
            DrsError: DRS could not be asked.
        """
        with self:
            orders = self._client.select_orders(number)
        if not orders:
            raise Refusal("selectOrder", f"{UNKNOWN_ORDER}: {number}")
        return orders[0]

    def move(self, number: str, slot: Slot) -> Order:
        """Move the order's booking into another slot; the order as DRS has it then.

        Raises:
            Refusal: DRS does not know the order, or the slot has no room.
            DrsError: DRS could not be asked.
        """
        with self:
            booking = _only_booking(self.show(number))
            self._client.schedule_booking(booking.id, number, slot.begin, slot.end)
            return self.show(number)

    def cancel(self, number: str) -> None:
        """Cancel the order's booking.

        Raises:
            Refusal: DRS does not know the order, or it has no booking.
            DrsError: DRS could not be asked.
        """
        with self:
            self._client.delete_booking(_only_booking(self.show(number)).id, number)

    def complete(self, number: str, begin: datetime, end: datetime, *, resource_id: str | None = None) -> Order:
        """Complete the order's booking, worked on from ``begin`` to ``end``, and the order; the order as it is then.

        Raises:
            InvalidArgument: A datetime has no time zone.
            Refusal: DRS does not know the order, it has no booking, or it is completed already.
            DrsError: DRS could not be asked.
        """
        with self:
            self._client.update_booking(
                _only_booking(self.show(number)).id,
                number,
                LifeCycle.COMPLETED,
                begin=begin,
                end=end,
                resource_id=resource_id,
                complete_order=True,
            )
            return self._client.select_orders(number, completed_bookings=True)[0]

    def schedule_of(self, resource_id: str, day: date) -> tuple[Booking, ...]:
        """The bookings of an operative's day in the order of the visits.

        Raises:
            Refusal: DRS does not know the operative.
            DrsError: DRS could not be asked.
        """
        with self:
            return self._client.schedule_of(resource_id, day)

    def alerts(self) -> tuple[Alert, ...]:
        """What planners are to look at.

        Raises:
            DrsError: DRS declines or could not be asked.
        """
        with self:
            return self._client.select_alerts()


def _only_booking(order: Order) -> Booking:
    if not order.bookings:
        raise Refusal("selectOrder", f"Order {order.number} has no booking; it may have been cancelled.")
    return order.bookings[0]
