"""What every store guarantees: transactions are all or nothing, numbers are unique, diaries are up to date."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from drs_simulator.scheduling.commands import OperativeFilter, OperativesUpdate, OperativeUpdate
from drs_simulator.scheduling.model import Appointment, LifeCycle, Session
from drs_simulator.scheduling.store import Store
from drs_simulator.scheduling.use_cases.operatives import select_resources, update_resources

from tests.simulator.scheduling.builders import LINCOLN, Desk, local
from tests.simulator.storage.races import is_free, places_of_the_slot, race, sold

TUESDAY = date(2021, 10, 26)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store=store)


def some_session(name: str) -> Session:
    return Session(id=name, opened=local("2021-10-22T12:00:00"))


def test_the_next_transaction_sees_what_one_wrote(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.put_session(some_session("one"))
    with store.transaction() as transaction:
        assert transaction.session("one") == some_session("one")
        transaction.drop_session("one")
    with store.transaction() as transaction:
        assert transaction.session("one") is None


def test_all_sessions_can_be_forgotten_at_once(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.put_session(some_session("one"))
        transaction.put_session(some_session("two"))
        transaction.drop_sessions()
    with store.transaction() as transaction:
        assert transaction.session("one") is None
        assert transaction.session("two") is None


def test_a_transaction_that_raises_leaves_nothing_behind(desk: Desk, store: Store) -> None:
    booked = desk.book(local("2021-10-26T08:00"), local("2021-10-26T12:00"))
    booking, number = booked.booking, "order-1"
    with store.transaction() as transaction:
        before = transaction.diaries(["101", "102"], TUESDAY, TUESDAY)
        given = transaction.next_number("order", 290640)

    def write_and_fail() -> None:
        with store.transaction() as transaction:
            (order,) = transaction.orders_numbered(number)
            transaction.put_session(some_session("two"))
            transaction.drop_session(desk.session_id)
            transaction.put_order(order)
            transaction.drop_booking(booking.id)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with store.transaction() as transaction:
        assert transaction.session("two") is None
        assert transaction.session(desk.session_id)
        assert transaction.booking(booking.id) == booking
        assert transaction.bookings_of(booking.order_id) == (booking,)
        assert transaction.diaries(["101", "102"], TUESDAY, TUESDAY) == before
        assert transaction.next_number("order", 290640) == given + 1


def test_numbers_count_up_from_the_first_each_sort_by_itself(store: Store) -> None:
    with store.transaction() as transaction:
        assert [transaction.next_number("order", 5) for _ in range(3)] == [5, 6, 7]
        assert transaction.next_number("booking", 100) == 100
    store.reset()
    with store.transaction() as transaction:
        assert transaction.next_number("order", 5) == 5


def test_a_reset_forgets_everything(desk: Desk, store: Store) -> None:
    booked = desk.book(local("2021-10-26T08:00"), local("2021-10-26T12:00"))
    store.reset()
    with store.transaction() as transaction:
        assert transaction.session(desk.session_id) is None
        assert transaction.booking(booked.booking.id) is None
        assert transaction.orders_numbered("order-1") == ()
        assert not transaction.diaries(["101", "102"], TUESDAY, TUESDAY)


def test_clearing_is_undone_like_everything_else(desk: Desk, store: Store) -> None:
    booked = desk.book(local("2021-10-26T08:00"), local("2021-10-26T12:00")).booking

    def clear_write_and_fail() -> None:
        with store.transaction() as transaction:
            transaction.clear()
            assert (list(transaction.sessions()), list(transaction.orders()), list(transaction.bookings())) == (
                [],
                [],
                [],
            )
            assert transaction.next_number("order", 5) == 5
            transaction.put_session(some_session("two"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        clear_write_and_fail()
    with store.transaction() as transaction:
        assert [session.id for session in transaction.sessions()] == [desk.session_id]
        assert transaction.numbers() == {"order": booked.order_id, "booking": booked.id}
        assert list(transaction.bookings()) == [booked]
        assert transaction.diaries(["101", "102"], TUESDAY, TUESDAY)


def test_a_number_that_was_put_is_counted_on_from(store: Store) -> None:
    with store.transaction() as transaction:
        assert transaction.numbers() == {}
        transaction.put_number("booking", 7)
        assert transaction.next_number("booking", 1) == 8


def test_diaries_follow_a_booking_that_is_made_moved_and_dropped(desk: Desk, store: Store) -> None:
    def days() -> list[tuple[str, date]]:
        with store.transaction() as transaction:
            return list(transaction.diaries(["101", "102"], TUESDAY, TUESDAY + timedelta(days=7)))

    booked = desk.book(local("2021-10-26T08:00"), local("2021-10-26T12:00")).booking
    assert [day for _, day in days()] == [TUESDAY]
    desk.schedule(booked.id, local("2021-10-28T08:00"), local("2021-10-28T12:00"))
    assert [day for _, day in days()] == [date(2021, 10, 28)]
    desk.cancel(booked.id)
    assert days() == []


def test_diaries_are_ordered_and_have_only_the_wanted_days(desk: Desk, store: Store) -> None:
    made = [desk.order().bookings[0].booking for _ in range(5)]
    wednesday = TUESDAY + timedelta(days=1)
    # The youngest booking first, so that the order of the answer is not that of writing.
    stands = (("101", wednesday), ("102", TUESDAY), ("101", TUESDAY), ("101", TUESDAY), ("102", wednesday))
    with store.transaction() as transaction:
        for booking, (operative_id, day) in zip(reversed(made), stands, strict=True):
            transaction.put_booking(replace(booking, appointment=Appointment(operative_id, day)))
        diaries = transaction.diaries(["102", "101"], TUESDAY, wednesday)
        assert [(key, [visit.key - made[0].id for visit in visits]) for key, visits in diaries.items()] == [
            (("102", TUESDAY), [3]),
            (("102", wednesday), [0]),
            (("101", TUESDAY), [1, 2]),
            (("101", wednesday), [4]),
        ]
        assert diaries["102", TUESDAY] == (made[3].visit,)
        assert list(transaction.diaries(["101"], TUESDAY, TUESDAY)) == [("101", TUESDAY)]
        assert not transaction.diaries([], TUESDAY, wednesday)
        assert not transaction.diaries(["101"], wednesday, TUESDAY)


def test_orders_and_bookings_come_oldest_first(desk: Desk, store: Store) -> None:
    made = [desk.order() for _ in range(12)]
    with store.transaction() as transaction:
        assert [order.id for order in transaction.orders()] == [each.order.id for each in made]
        assert [booking.id for booking in transaction.bookings()] == [each.bookings[0].booking.id for each in made]


def test_what_callers_write_may_be_long_and_in_any_script(desk: Desk, store: Store) -> None:
    number = "Ж" + "".join(Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789'\"\\%_", k=50_000)) + "\U0001f6e0"
    made = desk.order(number=number, location_id=number)
    assert desk.select(number) == (made,)
    with store.transaction() as transaction:
        transaction.put_location(made.order.location)
        assert transaction.location(number) == made.order.location
        assert transaction.location(number[:-1]) is None


def test_two_updates_of_an_operative_in_one_call_add_up(desk: Desk) -> None:
    updates = (OperativeUpdate(id="101", name="Sam"), OperativeUpdate(id="101", sectors=("N",)))
    desk.perform(update_resources, OperativesUpdate(operatives=updates))
    (operative,) = desk.perform(select_resources, OperativeFilter(ids=("101",)))
    assert (operative.name, operative.sectors) == ("Sam", ("N",))


def test_a_put_operative_is_among_the_changed_operatives(desk: Desk, store: Store) -> None:
    (operative,) = desk.perform(select_resources, OperativeFilter(ids=("101",), include_hours=True))
    with store.transaction() as transaction:
        transaction.put_operative(operative)
        assert transaction.changed_operatives() == {"101": operative}
        transaction.put_operative(replace(operative, name="Sam"))
        assert transaction.changed_operatives()["101"].name == "Sam"


def test_a_store_that_was_closed_opens_again_by_itself(desk: Desk, store: Store) -> None:
    made = desk.order()
    store.close()
    assert desk.select(made.order.number) == (made,)


def test_threads_that_race_for_a_slot_get_exactly_its_places(store: Store) -> None:
    count = places_of_the_slot()
    assert 1 < count < 16
    desk = Desk(LINCOLN, store=store)
    made = [desk.order() for _ in range(16)]
    won = race(desk, [each.bookings[0].booking.id for each in made])
    assert sum(won) == count == sold(store)
    assert not is_free(desk)


def test_orders_are_found_by_text_newest_first(desk: Desk, store: Store) -> None:
    made = [desk.order(number=number).order for number in ("STRASSE-1", "straße-2", "other", "Strasse-3")]
    with store.transaction() as transaction:
        assert transaction.find_orders("", 0, 2) == (4, (made[3], made[2]))
        assert transaction.find_orders("STRASSE", 1, 5) == (3, (made[1], made[0]))
        assert transaction.find_orders("", 4, 5) == (4, ())


def test_bookings_are_found_by_life_cycle_and_operative(desk: Desk, store: Store) -> None:
    planned = desk.order(comments='"life_cycle":"COMPLETED"').bookings[0].booking
    reserved_id = desk.bring_to(LifeCycle.RESERVED)
    with store.transaction() as transaction:
        reserved = transaction.booking(reserved_id)
        assert reserved is not None
        assert transaction.find_bookings(None, None, 0, 9) == (2, (reserved, planned))
        assert transaction.find_bookings(LifeCycle.RESERVED, None, 0, 9) == (1, (reserved,))
        assert transaction.find_bookings(LifeCycle.COMPLETED, None, 0, 9) == (0, ())
        assert transaction.find_bookings(None, reserved.operative_id, 0, 9) == (1, (reserved,))
        assert transaction.find_bookings(LifeCycle.PLANNED, reserved.operative_id, 0, 9) == (0, ())
        partner = Appointment("101", TUESDAY, "102", local("2021-10-26T08:00"))
        transaction.put_booking(replace(planned, appointment=partner))
        assert transaction.find_bookings(None, "102", 0, 9)[1][-1].id == planned.id
