"""createBooking, updateBooking, updateOrder, completeOrder, deleteOrder: how orders and their bookings change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from drs_simulator.scheduling.commands import (
    BookingRequest,
    BookingUpdate,
    FurtherBookingRequest,
    OrderCompletion,
    OrderRequest,
)
from drs_simulator.scheduling.model import LifeCycle, OrderStatus, PlannedBooking
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.use_cases.bookings import MOVES, create_booking, update_booking
from drs_simulator.scheduling.use_cases.orders import complete_order, delete_order, update_order

from tests.simulator.scheduling.builders import Desk, codes, local, places

BEGIN, END = local("2021-10-26T08:00"), local("2021-10-26T12:00")
WORKED = (local("2021-10-26T08:10"), local("2021-10-26T09:05"))


def further(desk: Desk, number: str, **more: Any) -> PlannedBooking:
    sent = BookingRequest(number=number, codes=codes("N390917"), **more)
    (made,) = desk.perform(create_booking, FurtherBookingRequest(sent))
    return made


def update(desk: Desk, booking_id: int, becomes: LifeCycle | None = None, **more: Any) -> PlannedBooking:
    booking = BookingRequest(booking_id=booking_id, **more.pop("booking", {}))
    if becomes is LifeCycle.COMPLETED:
        more = {"begin": WORKED[0], "end": WORKED[1]} | more
    return desk.perform(update_booking, BookingUpdate(booking=booking, becomes=becomes, **more))


class TestCreateBooking:
    def test_further_booking_of_an_order_is_not_yet_scheduled(self, desk: Desk) -> None:
        order = desk.order()
        made = further(desk, "order-1", window_start=BEGIN, window_end=END)
        assert [each.booking.id for each in desk.select("order-1")[0].bookings] == [149996, made.booking.id]
        assert (made.booking.order_id, made.booking.order_number) == (order.order.id, "order-1")
        assert (made.booking.window_start, made.booking.window_end) == (BEGIN, END)
        assert (made.booking.minutes, made.booking.reason, made.operative_id) == (30, "first", None)

    def test_without_a_window_it_has_the_orders_from_now_on(self, desk: Desk) -> None:
        order = desk.order(earliest=local("2021-10-01T08:00")).order
        made = further(desk, "order-1").booking
        assert (made.window_start, made.window_end) == (desk.clock.now(), order.target_date)

    def test_order_can_be_named_by_its_id_too(self, desk: Desk) -> None:
        order = desk.order().order
        sent = FurtherBookingRequest(BookingRequest(order_id=order.id, codes=codes("N373049")))
        assert desk.perform(create_booking, sent)[0].booking.order_id == order.id

    def test_id_that_contradicts_the_number_is_an_unknown_order(self, desk: Desk) -> None:
        order = desk.order().order
        with pytest.raises(Refusal, match="Unable to find order in OptiTime Web: other"):
            further(desk, "other", order_id=order.id)

    def test_it_can_be_at_another_location(self, desk: Desk) -> None:
        desk.order()
        assert further(desk, "order-1", location_id="38950180").booking.location.id == "38950180"

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"contract": "9"}, "Unknown contract '9'"),
            ({"window_start": END, "window_end": BEGIN}, "planningWindowStart must be before"),
            (
                {"window_start": local("2021-10-01T08:00"), "window_end": local("2021-10-22T12:00")},
                "planningWindowEnd is in the past",
            ),
        ],
    )
    def test_wrong_value_is_refused(self, desk: Desk, more: dict[str, Any], words: str) -> None:
        desk.order()
        with pytest.raises(Refusal, match=words):
            further(desk, "order-1", **more)
        assert len(desk.select("order-1")[0].bookings) == 1


class TestUpdateBooking:
    def test_comments_move_nothing(self, desk: Desk) -> None:
        before = desk.book(BEGIN, END)
        update(desk, before.booking.id, LifeCycle.PLANNED, booking={"planner_comments": "Ring first"})
        after = desk.booking("order-1")
        assert after.booking.planner_comments == "Ring first"
        assert (after.assigned_start, after.booking.window_start) == (before.assigned_start, BEGIN)

    def test_completing_records_when_and_by_whom_it_was_done(self, desk: Desk) -> None:
        booked = desk.book(BEGIN, END).booking
        done = update(desk, booked.id, LifeCycle.COMPLETED, operative_id="102")
        assert (done.assigned_start, done.assigned_end, done.operative_id) == (*WORKED, "102")
        assert done.booking.completed
        assert desk.select("order-1")[0].order.status is OrderStatus.PLANNED

    def test_completing_can_complete_the_order_with_all_its_bookings(self, desk: Desk) -> None:
        booked = desk.book(BEGIN, END).booking
        later = further(desk, "order-1", window_start=BEGIN, window_end=END).booking
        desk.schedule(later.id, BEGIN, END)
        update(desk, booked.id, LifeCycle.COMPLETED, complete_order=True)
        (order,) = desk.select_all("order-1")
        assert order.order.status is OrderStatus.COMPLETED
        assert all(each.booking.completed for each in order.bookings)
        assert order.bookings[1].operative_id is None

    def test_work_that_is_begun_starts_the_order(self, desk: Desk) -> None:
        update(desk, desk.book(BEGIN, END).booking.id, LifeCycle.ARRIVED)
        assert desk.select("order-1")[0].order.status is OrderStatus.STARTED

    def test_follow_on_booking_is_made_for_the_same_order(self, desk: Desk) -> None:
        booked = desk.book(BEGIN, END).booking
        update(desk, booked.id, LifeCycle.COMPLETED, follow_on=BookingRequest(codes=codes("N390917")))
        (open_one,) = desk.select("order-1")[0].bookings
        assert [code.sor_code for code in open_one.booking.codes] == ["N390917"]

    @pytest.mark.parametrize("was", list(LifeCycle))
    @pytest.mark.parametrize("becomes", list(LifeCycle))
    def test_life_cycle_moves_by_its_table_and_says_so_otherwise(
        self, desk: Desk, was: LifeCycle, becomes: LifeCycle
    ) -> None:
        booking_id = desk.bring_to(was)
        if was is LifeCycle.COMPLETED:
            expected = "is completed"
        elif becomes in (was, *MOVES[was]):
            assert update(desk, booking_id, becomes).booking.life_cycle is becomes
            return
        else:
            expected = f"is {was} and cannot become {becomes}"
        with pytest.raises(Refusal, match=expected):
            update(desk, booking_id, becomes)

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"begin": None}, "startDateAndTime is required"),
            ({"end": None}, "endDateAndTime is required"),
            ({"begin": WORKED[1], "end": WORKED[0]}, "startDateAndTime must be before endDateAndTime"),
            ({"operative_id": "nobody"}, "Unknown resource 'nobody' in resourceId"),
            ({"booking": {"contract": "9"}}, "Unknown contract '9'"),
        ],
    )
    def test_completing_without_what_it_needs_is_refused(self, desk: Desk, more: dict[str, Any], words: str) -> None:
        booked = desk.book(BEGIN, END).booking
        with pytest.raises(Refusal, match=words):
            update(desk, booked.id, LifeCycle.COMPLETED, **more)
        assert desk.booking("order-1").booking == booked

    def test_dates_are_ignored_unless_the_booking_is_completed(self, desk: Desk) -> None:
        unset = local("0100-01-01T00:00")
        update(desk, desk.book(BEGIN, END).booking.id, LifeCycle.DESPATCHED, begin=unset, end=unset)


class TestOrders:
    def test_members_that_are_sent_replace_the_known_ones(self, desk: Desk) -> None:
        before = desk.book(BEGIN, END)
        request = OrderRequest(
            number="order-1", comments=" New ", phone="1", location_id="38950180", priority="3 Days", message=True
        )
        order = desk.perform(update_order, request).order
        assert (order.comments, order.phone, order.priority, order.message) == ("New", "1", "3 Days", True)
        assert order.user_id == "HousingRepairsOnline"
        after = desk.booking("order-1")
        assert after.booking.location.id == order.location.id == "38950180"
        assert (after.booking.window_start, after.assigned_start) == (BEGIN, before.assigned_start)

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"number": "none"}, "Unable to find order in OptiTime Web: none"),
            ({"priority": "soon"}, "Unknown priority 'soon'"),
            ({"contract": "9"}, "Unknown contract '9'"),
            ({"comments": "x" * 256}, "orderComments has 256 characters"),
            (
                {"earliest": local("2021-12-22T00:00"), "target_date": local("2021-01-01T00:00")},
                "earliestBookingDate must be before targetDate",
            ),
        ],
    )
    def test_update_that_is_wrong_changes_nothing(self, desk: Desk, more: dict[str, Any], words: str) -> None:
        before = desk.order()
        with pytest.raises(Refusal, match=words):
            desk.perform(update_order, OrderRequest(**({"number": "order-1", "phone": "1"} | more)))
        assert desk.select("order-1") == (before,)

    def test_deleting_an_order_deletes_its_bookings(self, desk: Desk) -> None:
        free = places(desk.day(BEGIN.date()))
        desk.book(BEGIN, END)
        desk.perform(delete_order, OrderRequest(number="order-1"))
        with pytest.raises(Refusal, match="Unable to find order"):
            desk.select("order-1")
        assert places(desk.day(BEGIN.date())) == free
        with pytest.raises(Refusal, match=r"^no order exists: order-1$"):
            desk.perform(delete_order, OrderRequest(number="order-1"))
        assert desk.order(number="order-1").order.number == "order-1"

    def test_order_of_another_contract_is_not_deleted(self, desk: Desk) -> None:
        desk.order()
        with pytest.raises(Refusal, match="Unknown contract '9'"):
            desk.perform(delete_order, OrderRequest(number="order-1", contract="9"))

    def test_order_with_completed_work_is_not_deleted(self, desk: Desk) -> None:
        update(desk, desk.book(BEGIN, END).booking.id, LifeCycle.COMPLETED)
        with pytest.raises(Refusal, match="Booking 149996 is completed"):
            desk.perform(delete_order, OrderRequest(number="order-1"))

    def test_completed_order_completes_its_bookings_and_is_closed(self, desk: Desk) -> None:
        free = places(desk.day(BEGIN.date()))
        desk.book(BEGIN, END)
        done = OrderCompletion(number="order-1", contract="0", user_id="me")
        desk.perform(complete_order, done)
        assert places(desk.day(BEGIN.date())) == free
        attempts: tuple[Callable[[], object], ...] = (
            lambda: desk.perform(complete_order, done),
            lambda: desk.perform(update_order, OrderRequest(number="order-1", phone="1")),
            lambda: desk.perform(delete_order, OrderRequest(number="order-1")),
            lambda: further(desk, "order-1"),
        )
        for attempt in attempts:
            with pytest.raises(Refusal, match=r"^Order order-1 is completed$"):
                attempt()
        with pytest.raises(Refusal, match=r"^Booking 149996 is completed$"):
            desk.schedule(149996, BEGIN, END)
        with pytest.raises(Refusal, match=r"^Booking 149996 is completed$"):
            desk.cancel(149996)

    def test_completing_an_order_keeps_places_in_the_past(self, desk: Desk) -> None:
        booked = desk.book(BEGIN, END)
        desk.clock.shift(timedelta(days=7))
        desk.session_id = desk.open()
        desk.perform(complete_order, OrderCompletion(number="order-1", contract="0", user_id="me"))
        (after,) = desk.select_all("order-1")[0].bookings
        assert (after.assigned_start, after.operative_id) == (booked.assigned_start, booked.operative_id)

    @pytest.mark.parametrize(
        ("completion", "words"),
        [
            (OrderCompletion(number="order-1", user_id="me"), "contract is required"),
            (OrderCompletion(number="order-1", contract="0"), "userId is required"),
            (OrderCompletion(contract="0", user_id="me"), "primaryOrderNumber is required"),
        ],
    )
    def test_completing_an_order_needs_its_fields(self, desk: Desk, completion: OrderCompletion, words: str) -> None:
        desk.order()
        with pytest.raises(Refusal, match=words):
            desk.perform(complete_order, completion)
