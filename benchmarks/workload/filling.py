"""Fills a DRS with bookings: many of years before, quickly, and those of the weeks that are asked for, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import count, islice
from typing import NamedTuple

from drs_simulator import Simulator
from drs_simulator.profile.model import Profile
from drs_simulator.scheduling.context import UseCaseContext
from drs_simulator.scheduling.model import Appointment, Booking, LifeCycle, Order, OrderStatus
from drs_simulator.storage.opening import MEMORY
from drs_simulator.storage.sql import codec as documents
from drs_simulator.storage.sql import schema as sql_schema
from drs_simulator.storage.sql.store import database_url
from sqlalchemy import create_engine, insert

from benchmarks.workload.bodies import Bodies
from benchmarks.workload.calling import Caller, booking_in, filled_in

_BATCH = 2000
_TODAY = date(2021, 10, 22)
_VISITS = (time(8), time(9), time(10), time(12), time(13), time(14))
"""Six of an operative's eight hours are taken on every day that is over."""
_FRIDAY = 4
_BUSY = 4
"""Of the eight hours that a trade's two operatives have in half a day; the profile's own visits come on top."""


class _Kept(NamedTuple):
    order: Order
    booking: Booking


def fill_with_history(simulator: Simulator, call: Caller, bodies: Bodies, state: str, size: int) -> None:
    """Keep so many bookings that are done, of the days before today; there are no more of them on one day than else."""
    number = "10000000"
    call(filled_in(bodies.create[0], number))
    sample = simulator.scheduler.run_as_system(_kept, number)
    history = _history(sample, simulator.profile, size)
    while batch := list(islice(history, _BATCH)):
        if state == MEMORY:
            simulator.scheduler.run_as_system(_keep, batch)
        else:
            _insert(state, batch)
    simulator.scheduler.run_as_system(_count_on, (sample.order.id + size, sample.booking.id + size))


def fill_weeks(call: Caller, bodies: Bodies, windows: int) -> int:
    """Book most of the time of all operatives in the first windows; gives the number of bookings."""
    # The first kind of order is a joiner's, the third a plumber's.
    kinds = (bodies.create[0], bodies.create[2])
    wanted = [(schedule, create) for schedule in bodies.schedule[:windows] for create in kinds * _BUSY]
    for index, (schedule, create) in enumerate(wanted):
        number = f"{40_000_000 + index}"
        call(filled_in(schedule, number, booking_in(call(filled_in(create, number)))))
    return len(wanted)


def _kept(call: UseCaseContext, number: str) -> _Kept:
    (order,) = call.transaction.orders_numbered(number)
    (booking,) = call.transaction.bookings_of(order.id)
    return _Kept(order, booking)


def _history(sample: _Kept, profile: Profile, size: int) -> Iterator[_Kept]:
    places = (
        (operative, day, hour) for day in _working_days_before() for operative in profile.operatives for hour in _VISITS
    )
    for index, (operative, day, hour) in enumerate(islice(places, size), 1):
        begin = datetime.combine(day, hour, profile.zone)
        number = f"{10_000_000 + index}"
        order = replace(
            sample.order,
            id=sample.order.id + index,
            number=number,
            target_date=begin,
            earliest=begin,
            status=OrderStatus.COMPLETED,
        )
        booking = replace(
            sample.booking,
            id=sample.booking.id + index,
            order_id=order.id,
            order_number=number,
            window_start=begin,
            window_end=begin + timedelta(hours=4),
            life_cycle=LifeCycle.COMPLETED,
            appointment=Appointment(operative.id, day),
        )
        yield _Kept(order, booking)


def _working_days_before() -> Iterator[date]:
    days = (_TODAY - timedelta(days=back) for back in count(1))
    return (day for day in days if day.weekday() <= _FRIDAY)


def _keep(call: UseCaseContext, batch: list[_Kept]) -> None:
    for order, booking in batch:
        call.transaction.put_order(order)
        call.transaction.put_booking(booking)


def _count_on(call: UseCaseContext, last: tuple[int, int]) -> None:
    order, booking = last
    call.transaction.put_number("order", order)
    call.transaction.put_number("booking", booking)


def _insert(state: str, batch: list[_Kept]) -> None:
    """What ``put_order`` and ``put_booking`` keep, many rows at a time."""
    url = database_url(state)
    assert url is not None
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(insert(sql_schema.orders), [_order_row(order) for order, _ in batch])
        connection.execute(insert(sql_schema.bookings), [_booking_row(booking) for _, booking in batch])
    engine.dispose()


def _order_row(order: Order) -> dict[str, object]:
    return {"id": order.id, "number": order.number, "document": documents.ORDER.write(order)}


def _booking_row(booking: Booking) -> dict[str, object]:
    assert booking.appointment is not None
    return {
        "id": booking.id,
        "order_id": booking.order_id,
        "operative_id": booking.appointment.operative_id,
        "day": booking.appointment.day,
        "visit": documents.VISIT.write(booking.visit),
        "document": documents.BOOKING.write(booking),
    }
