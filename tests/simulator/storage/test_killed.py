"""A server that is killed in the middle of its work: what it acknowledged is there, and nothing is half there."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path
from threading import Semaphore

import pytest
import requests
from drs_simulator.scheduling.model import OrderStatus
from drs_simulator.scheduling.planning import calendar
from drs_simulator.storage.opening import open_store
from lxml import etree

from tests.simulator.scheduling.builders import LINCOLN, Desk
from tests.simulator.soap.wire import OPEN, ORDER, call

SERVE = (sys.executable, "-c", "from drs_simulator.__main__ import main; main()", "serve", "--port", "0")
CALLERS = 4
BOOKINGS = 1000
KILLS = 4
A_DAY_HAS_ROOM_FOR = 3
FIRST_DAY = date(2021, 10, 25)
HALF_A_USE_CASE = """
import sys, time
from tests.simulator.scheduling.builders import Desk
from drs_simulator.storage.opening import open_store
store = open_store(sys.argv[1])
desk = Desk(store=store)
made = desk.order()
with store.transaction() as transaction:
    transaction.next_number("order", 290640)
    transaction.drop_order(made.order.id)
    print(made.order.number, flush=True)
    time.sleep(60)
"""


@dataclass
class Acknowledged:
    """The changes that callers have an answer to."""

    created: dict[str, int] = field(default_factory=dict)
    scheduled: dict[str, date] = field(default_factory=dict)
    count: Semaphore = field(default_factory=lambda: Semaphore(0))


@contextmanager
def serving(database: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server of that database in its own process group, and its address."""
    arguments = (*SERVE, "--state", database, "--clock", "fixed@2021-10-22T12:20", "--threads", str(CALLERS))
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    try:
        printed = ""
        while "Stop it with" not in printed:
            line = process.stdout.readline()
            assert line, printed
            printed += line
        assert "state     sqlite:///" in printed
        yield process, re.findall(r"endpoint +(\S+)", printed)[0]
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def ask(http: requests.Session, url: str, operation: str, members: str) -> etree._Element:
    """The ``return`` of the answer, which must be a success."""
    answer = http.post(url, call(operation, members), headers={"Content-Type": "text/xml"}, timeout=20)
    (returned,) = etree.fromstring(answer.content).iterfind(".//return")
    assert returned.findtext("status") == "success", answer.text
    return returned


def placing(booking_id: int, number: str, day: date) -> str:
    """The members of a scheduleBooking."""
    return (
        f"<theBooking><bookingId>{booking_id}</bookingId><contract>0</contract>"
        f"<primaryOrderNumber>{number}</primaryOrderNumber><planningWindowStart>{day}T08:00:00</planningWindowStart>"
        f"<planningWindowEnd>{day}T16:00:00</planningWindowEnd></theBooking>"
    )


def book(url: str, session: str, numbers: Iterator[int], acknowledged: Acknowledged) -> None:
    """Book one appointment after the other, until the server is gone."""
    with requests.Session() as http:
        try:
            for index in numbers:
                number, day = f"repair-{index}", calendar.weekdays_after(FIRST_DAY, index // A_DAY_HAS_ROOM_FOR)
                order = ORDER.replace("10000047", number)
                created = ask(http, url, "createOrder", f"{order}{session}")
                booking_id = int(created.findtext(".//theBookings/bookingId") or "")
                acknowledged.created[number] = booking_id
                ask(http, url, "scheduleBooking", f"{placing(booking_id, number, day)}{session}")
                acknowledged.scheduled[number] = day
                acknowledged.count.release()
        except requests.RequestException:
            return


@pytest.mark.skipif(sys.platform == "win32", reason="process groups are killed")
def test_every_acknowledged_booking_survives_kill_9(tmp_path: Path) -> None:
    file = tmp_path / "drs.db"
    database, numbers, acknowledged = f"sqlite:///{file}", count(), Acknowledged()
    with serving(database) as (_, url), requests.Session() as http:
        session_id = ask(http, url, "openSession", OPEN).findtext("sessionId")
    session = f"<sessionId>{session_id}</sessionId>"
    for _ in range(KILLS):
        with serving(database) as (server, url), ThreadPoolExecutor(CALLERS) as callers:
            working = [callers.submit(book, url, session, numbers, acknowledged) for _ in range(CALLERS)]
            for _ in range(BOOKINGS // KILLS):
                assert acknowledged.count.acquire(timeout=60)
            assert not any(caller.done() for caller in working)
            os.killpg(server.pid, signal.SIGKILL)
            for caller in working:
                caller.result(timeout=60)
    assert len(acknowledged.scheduled) >= BOOKINGS

    with serving(database) as (_, url), requests.Session() as http:
        for number, day in acknowledged.scheduled.items():
            selected = ask(http, url, "selectOrder", f"<primaryOrderNumber>{number}</primaryOrderNumber>{session}")
            assert selected.findtext(".//bookingId") == str(acknowledged.created[number])
            assert (selected.findtext(".//planningWindowStart") or "").startswith(f"{day}T08:00:00")
            assert (selected.findtext(".//assignedStart") or "").startswith(str(day))

    check_that_nothing_is_half_there(database, acknowledged)
    with closing(sqlite3.connect(file)) as connection, connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_process_killed_within_a_use_case_leaves_nothing_of_it(database: str) -> None:
    arguments = (sys.executable, "-c", HALF_A_USE_CASE, database)
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        number = process.stdout.readline().strip()
        process.kill()
    store = open_store(database)
    desk = Desk(store=store)
    (order,) = desk.select(number)
    assert [each.booking.order_id for each in order.bookings] == [order.order.id]
    assert desk.order(number="another").order.id == order.order.id + 1
    store.close()


def check_that_nothing_is_half_there(database: str, acknowledged: Acknowledged) -> None:
    """Orders, bookings, diaries and numbers tell the same story."""
    store = open_store(database)
    with store.transaction() as transaction:
        orders, bookings = list(transaction.orders()), list(transaction.bookings())
        assert acknowledged.created.keys() <= {order.number for order in orders}
        assert [booking.order_id for booking in bookings] == [order.id for order in orders]
        for order, booking in zip(orders, bookings, strict=True):
            assert transaction.bookings_of(order.id) == (booking,)
            assert (order.status is OrderStatus.PLANNED) == (booking.appointment is not None)
        diaries = transaction.diaries([each.id for each in LINCOLN.operatives], FIRST_DAY, date(2024, 1, 1))
        stand = {
            booking.appointment and (booking.appointment.operative_id, booking.appointment.day): booking.visit
            for booking in bookings
        }
        visits = sorted(visit for day in diaries.values() for visit in day)
        assert visits == sorted(booking.visit for booking in bookings if booking.appointment)
        assert set(diaries) == set(stand) - {None}
        assert transaction.next_number("order", 290640) == orders[-1].id + 1
        assert transaction.next_number("booking", 149996) == bookings[-1].id + 1
    store.close()
