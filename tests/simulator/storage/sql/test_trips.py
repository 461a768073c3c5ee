"""How often a call waits for the database: once if it only reads and nothing has changed, and never many times."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from drs_simulator import Simulator
from drs_simulator.scheduling.commands import BookingRequest, OrderFilter, PlacingRequest
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.scheduler import close_session
from drs_simulator.scheduling.use_cases.orders import select_orders
from drs_simulator.scheduling.use_cases.placement import create_reservation
from drs_simulator.storage.opening import open_store
from drs_simulator.storage.sql.store import SqlStore
from sqlalchemy import create_engine, text
from werkzeug.test import Client

from tests.simulator.scheduling.builders import Desk, local, places
from tests.simulator.soap.wire import OPEN, ORDER, PERIOD, call
from tests.simulator.storage.conftest import NewDatabase

DAY = "2021-10-28"
WINDOW = (
    f"<planningWindowStart>{DAY}T08:00:00</planningWindowStart><planningWindowEnd>{DAY}T16:00:00</planningWindowEnd>"
)


class Counted:
    """A simulator whose calls are counted in trips to the database."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.drs = Simulator("lincoln", clock="fixed@2021-10-22T12:20", state=store)
        self.session = self.ask("openSession", OPEN)[0].split("<sessionId>")[1].split("<")[0]

    def ask(self, operation: str, members: str) -> tuple[str, int]:
        """The answer, and how many trips it took."""
        before = self.store.trips
        answer = Client(self.drs.wsgi).post(self.drs.path, data=call(operation, members), content_type="text/xml")
        assert "<status>success</status>" in answer.text
        return answer.text, self.store.trips - before

    def book(self, operation: str, members: str) -> tuple[str, int]:
        """The same in its session."""
        return self.ask(operation, f"{members}<sessionId>{self.session}</sessionId>")


def scheduling(booking: str) -> str:
    named = f"<bookingId>{booking}</bookingId><contract>0</contract><primaryOrderNumber/>"
    return f"<theBooking>{named}{WINDOW}</theBooking>"


def booking_of(created: str) -> str:
    return created.split("<bookingId>")[1].split("<", maxsplit=1)[0]


def test_a_search_takes_one_trip_while_nothing_changes(opened: Callable[[], SqlStore]) -> None:
    drs = Counted(opened())
    search = f"{PERIOD}{ORDER}"
    first, _ = drs.book("checkAvailability", search)
    for _ in range(3):
        assert drs.book("checkAvailability", search) == (first, 1)
    drs.ask("openSession", OPEN)
    assert drs.book("checkAvailability", search)[1] == 1


def test_a_changed_clock_takes_another_process_one_trip_more_and_no_more_while_it_changes(
    opened: Callable[[], SqlStore],
) -> None:
    one, other = Counted(opened()), Counted(opened())
    search = f"{PERIOD}{ORDER}"
    for _ in range(2):
        other.book("checkAvailability", search)
    for trips in (2, 1, 1):
        one.drs.clock.shift(timedelta(minutes=5))
        assert other.book("checkAvailability", search)[1] == trips
    assert other.drs.clock.now() == one.drs.clock.now() == local("2021-10-22T12:35")


@pytest.mark.parametrize("knows", [True, False], ids=["known", "of another process, long ago"])
def test_schedule_booking_takes_four_trips_at_most(opened: Callable[[], SqlStore], knows: bool) -> None:
    maker, other = Counted(opened()), Counted(opened())
    created, trips = maker.book("createOrder", ORDER)
    # A process that has only begun knows nothing yet.
    assert trips <= 10
    booking = booking_of(created)
    scheduler = maker if knows else other
    if not knows:
        scheduler.book("checkAvailability", f"{PERIOD}{ORDER}")
    assert scheduler.book("scheduleBooking", scheduling(booking))[1] <= 4


def test_trips_do_not_grow_with_the_diary(opened: Callable[[], SqlStore]) -> None:
    drs = Counted(opened())
    taken = []
    for number in range(20):
        created, creating = drs.book("createOrder", ORDER.replace("10000047", str(20000000 + number)))
        placed = scheduling(booking_of(created)).replace(DAY, f"2021-11-{number % 5 + 1:02}")
        _, placing = drs.book("scheduleBooking", placed)
        taken.append((creating, placing))
    assert max(creating for creating, _ in taken[1:]) <= 2
    assert max(placing for _, placing in taken[1:]) <= 2


def test_what_another_process_changes_is_read_by_the_log(opened: Callable[[], SqlStore]) -> None:
    one, other = Desk(store=opened()), Desk(store=opened())
    begin, end = local("2021-10-28T08:00"), local("2021-10-28T12:00")
    other.day(begin.date())
    booked = [one.book(begin, end) for _ in range(3)]
    for each in booked:
        assert other.select(each.booking.order_number) == one.select(each.booking.order_number)
    assert places(other.day(begin.date())) == places(one.day(begin.date()))
    one.cancel(booked[0].booking.id)
    assert places(other.day(begin.date())) == places(one.day(begin.date()))


def test_a_process_that_fell_far_behind_forgets_what_it_knew(opened: Callable[[], SqlStore]) -> None:
    store = opened()
    one, other = Desk(store=store), Desk(store=opened())
    number = one.order().order.number
    before = other.select(number)
    for size in range(650):
        with store.transaction() as transaction:
            transaction.put_number("confirmation", size)
    (changed,) = before
    one.cancel(changed.bookings[0].booking.id)
    assert other.select(number) == one.select(number) != before


def test_a_session_closed_in_one_process_is_closed_in_all(opened: Callable[[], SqlStore]) -> None:
    one, other = Desk(store=opened()), Desk(store=opened())
    other.session_id = one.session_id
    number = other.order().order.number
    assert other.select(number)
    one.perform(close_session, None)
    with pytest.raises(Refusal):
        other.perform(select_orders, OrderFilter((number,)))


def test_a_reader_waits_for_no_transaction(opened: Callable[[], SqlStore]) -> None:
    writer, store = opened(), opened()
    reader = Desk(store=store)
    number = reader.order().order.number
    with writer.transaction() as transaction, ThreadPoolExecutor(1) as thread:
        transaction.next_number("order", 1)
        assert thread.submit(reader.select, number).result(timeout=20)
        assert thread.submit(reader.day, local("2021-10-28T08:00").date()).result(timeout=20)
        assert thread.submit(reader.scheduler.counts).result(timeout=20)["orders"] == 1


def test_a_new_session_waits_for_no_transaction_in_postgresql(new_postgresql: NewDatabase) -> None:
    database = new_postgresql()
    writer, store = open_store(database), open_store(database)
    reader = Desk(store=store)
    with writer.transaction() as transaction, ThreadPoolExecutor(1) as thread:
        transaction.next_number("order", 1)
        assert len(thread.submit(reader.open).result(timeout=20)) == 32
    writer.close()
    store.close()


def test_a_lapsed_reservation_is_released_by_a_search(opened: Callable[[], SqlStore]) -> None:
    one, other = Desk(store=opened()), Desk(store=opened())
    begin, end = local("2021-10-28T08:00"), local("2021-10-28T12:00")
    booking = one.order().bookings[0].booking
    free = places(other.day(begin.date()))
    request = BookingRequest(booking.id, "0", " ", window_start=begin, window_end=end)
    one.perform(create_reservation, PlacingRequest(request))
    for desk in (one, other):
        desk.clock.shift(timedelta(hours=1))
    assert places(other.day(begin.date())) == free
    (order,) = one.select(booking.order_number)
    assert order.bookings[0].booking.appointment is None


@pytest.mark.parametrize("use", [Desk.select, Desk.cancel], ids=["by a reader", "by a writer"])
def test_a_database_restored_from_a_copy_is_read_again(new_postgresql: NewDatabase, use: Any) -> None:
    database = new_postgresql()
    store = open_store(database)
    desk = Desk(store=store)
    made = desk.order()
    assert desk.select(made.order.number)
    engine = create_engine(database)
    with engine.begin() as connection:
        connection.execute(text("UPDATE drs_state SET version = 1"))
        connection.execute(text("DELETE FROM drs_changes"))
        connection.execute(text("DELETE FROM drs_orders"))
        connection.execute(text("DELETE FROM drs_bookings"))
    engine.dispose()
    with pytest.raises(Refusal, match="find"):
        use(desk, made.order.number if use is Desk.select else made.bookings[0].booking.id)
    store.close()
