"""Undelivered confirmations are stored with the state, and outlive the process that was to send them."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Condition
from time import sleep

import pytest
from drs_contracts import CallbackReceiver, ReceivedConfirmation
from drs_simulator import AdminClient, Simulator, ThreadedServer
from drs_simulator.admin.client import InvalidRequestError
from drs_simulator.scheduling import back_office as office
from drs_simulator.scheduling.back_office import Move
from drs_simulator.scheduling.context import UseCaseContext
from drs_simulator.scheduling.model import Confirmation
from drs_simulator.scheduling.outbox import LeaseRequest, claim_next, mark_delivered, retry_later
from drs_simulator.scheduling.scheduler import Credentials, Scheduler
from drs_simulator.scheduling.store import Store
from drs_simulator.storage.opening import open_store
from sqlalchemy import create_engine, text
from werkzeug.wrappers import Request, Response

from tests.simulator.callbacks.council import CLOCK, create_booking, move_booking, wait_until
from tests.simulator.scheduling.builders import LINCOLN, Desk, local

NOON = datetime(2021, 10, 22, 12, tzinfo=UTC)
LEASE = timedelta(seconds=40)
NOW = LeaseRequest(NOON, NOON + LEASE)
BEGIN, END = local("2021-10-26T08:00"), local("2021-10-26T12:00")
NEXT_DAY = (BEGIN + timedelta(days=1), END + timedelta(days=1))
PROCESSES, MANY = 3, 12
SENDS = """
import sys
from drs_simulator import AdminClient, Simulator
from drs_simulator.admin.client import InvalidRequestError
print("ready", flush=True)
sys.stdin.readline()
drs = Simulator("lincoln", state=sys.argv[1], callback_url=sys.argv[2])
drs.start_callbacks()
sys.stdin.read()
drs.close()
"""
TAKES_ITS_TURN = """
import sys
from datetime import UTC, datetime, timedelta
from drs_simulator import AdminClient, Simulator
from drs_simulator.admin.client import InvalidRequestError
from drs_simulator.scheduling.outbox import LeaseRequest, claim_next
drs = Simulator("lincoln", state=sys.argv[1])
now = datetime.now(UTC)
turn = drs.scheduler.run_as_system(claim_next, LeaseRequest(now, now + timedelta(seconds=1)))
print("took", turn.confirmation.number, flush=True)
sys.stdin.read()
"""


class Planner:
    """A DRS with a booking that planners move, and a receiver to be notified."""

    def __init__(self, store: Store) -> None:
        self.desk = Desk(store=store)
        self.booking = self.desk.book(BEGIN, END).booking
        credentials = Credentials("desk", "secret")
        self.woken = 0
        self.scheduler = Scheduler(LINCOLN, self.desk.clock, Random(1), store, credentials, self._wake)

    def _wake(self) -> None:
        self.woken += 1

    def moves(self) -> None:
        self.scheduler.run_as_system(office.move_booking, Move(self.booking.id, *NEXT_DAY))

    def takes_turn(self, now: datetime = NOON) -> Confirmation | None:
        return self.scheduler.run_as_system(claim_next, LeaseRequest(now, now + LEASE)).confirmation

    def waiting(self) -> tuple[Confirmation, ...]:
        return self.scheduler.run_as_system(lambda call, _: call.transaction.confirmations(), None)


@pytest.fixture
def planner(store: Store) -> Planner:
    return Planner(store)


class SlowService(ThreadedServer):
    """Answers so slowly that several senders are posting at the same time."""

    def __init__(self) -> None:
        self.received: list[int] = []
        self.news = Condition()
        super().__init__(Request.application(self._answer))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def _answer(self, request: Request) -> Response:
        confirmation = ReceivedConfirmation.of(request.get_data())
        sleep(0.15)
        with self.news:
            self.received.append(int(confirmation["bookingId"]))
            self.news.notify_all()
        return Response()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(script: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process that has printed its first line, and ends with its standard input."""
    command = (sys.executable, "-c", script, *arguments)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        yield process


def test_an_undelivered_confirmation_is_sent_by_the_next_simulator(database: str) -> None:
    closed_port = f"http://127.0.0.1:{free_port()}/"
    with Simulator("lincoln", clock=CLOCK, state=database, callback_url=closed_port) as drs:
        move_booking(drs, create_booking(drs), 1)
    with CallbackReceiver() as receiver, Simulator("lincoln", state=database, callback_url=receiver.url):
        _, received = receiver.wait_for(2)
        assert received["planningWindowStart"] == "2021-10-27T12:00:00"


def test_refused_message_outlives_a_restart(database: str) -> None:
    with CallbackReceiver() as receiver:
        receiver.fail(1000, 400)
        with Simulator("lincoln", clock=CLOCK, state=database, callback_url=receiver.url) as drs:
            booking = create_booking(drs)
            wait_until(lambda: receiver.attempts > 0)
    with CallbackReceiver() as receiver, Simulator("lincoln", state=database, callback_url=receiver.url):
        (received,) = receiver.wait_for(1, 60)
    assert received.confirmation.booking_id == booking


def test_an_undelivered_confirmation_is_part_of_an_exported_state() -> None:
    closed_port = f"http://127.0.0.1:{free_port()}/"
    with Simulator("lincoln", clock=CLOCK, callback_url=closed_port) as drs:
        move_booking(drs, create_booking(drs), 1)
        with AdminClient(drs.url) as admin:
            exported = admin.export_state().model_dump_json()
    with CallbackReceiver() as receiver, Simulator("lincoln", callback_url=receiver.url) as drs:
        with AdminClient(drs.url) as admin:
            admin.import_state(exported)
        _, received = receiver.wait_for(2)
        assert received["planningWindowStart"] == "2021-10-27T12:00:00"
        forged = exported.replace('"confirmations":[{"number":1', '"confirmations":[{"number":7')
        assert forged != exported
        with AdminClient(drs.url) as admin, pytest.raises(InvalidRequestError, match=r"numbers\.confirmation"):
            admin.import_state(forged)


def test_another_process_sends_what_a_killed_one_had_leased(database: str) -> None:
    store = open_store(database)
    Planner(store).moves()
    store.close()
    with running(TAKES_ITS_TURN, database) as process:
        process.send_signal(signal.SIGKILL)
    with CallbackReceiver() as receiver, Simulator("lincoln", state=database, callback_url=receiver.url):
        (received,) = receiver.wait_for(1, 20)
        assert received["planningWindowStart"] == "2021-10-27T08:00:00"


def test_processes_of_one_database_send_every_confirmation_once(database: str) -> None:
    store = open_store(database)
    planner = Planner(store)
    planner.moves()
    (one,) = planner.waiting()
    with store.transaction() as transaction:
        for number in range(2, MANY + 1):
            booking = replace(one.booking, id=one.booking.id + number)
            transaction.put_confirmation(replace(one, number=number, booking=booking))
    ids = [each.booking.id for each in planner.waiting()]
    with SlowService() as service, ExitStack() as stack:
        senders = [stack.enter_context(running(SENDS, database, service.url)) for _ in range(PROCESSES)]
        for process in senders:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        with service.news:
            assert service.news.wait_for(lambda: len(service.received) >= MANY, 30)
        for process in senders:
            process.communicate("", timeout=20)
        assert sorted(service.received) == ids
    assert planner.waiting() == ()
    store.close()


def test_a_leased_confirmation_is_free_again_after_its_lease(planner: Planner) -> None:
    planner.moves()
    first = planner.takes_turn()
    assert planner.takes_turn(NOON + LEASE / 2) is None
    again = planner.takes_turn(NOON + LEASE)
    assert first is not None
    assert again is not None
    assert (first.attempts, again.attempts, again.number) == (1, 2, first.number)


def test_a_later_confirmation_of_a_booking_waits_for_the_earlier(planner: Planner) -> None:
    planner.moves()
    planner.moves()
    first = planner.takes_turn()
    assert first is not None
    turn = planner.scheduler.run_as_system(claim_next, NOW)
    assert (turn.confirmation, turn.next_due) == (None, NOON + LEASE)
    planner.scheduler.run_as_system(mark_delivered, first)
    second = planner.takes_turn()
    assert second is not None
    assert second.number > first.number


def test_rhythm_posts_at_the_next_run_of_the_simulators_clock(planner: Planner) -> None:
    """Runs are at whole minutes; system time stands still here."""
    every = LeaseRequest(NOON, NOON + LEASE, timedelta(minutes=1))
    planner.desk.clock.fix(local("2021-10-22T12:20:59"))
    planner.moves()
    waiting = planner.scheduler.run_as_system(claim_next, every)
    assert (waiting.confirmation, waiting.next_due) == (None, NOON + timedelta(seconds=1))
    planner.desk.clock.shift(timedelta(seconds=1))
    first = planner.scheduler.run_as_system(claim_next, every).confirmation
    assert first is not None
    planner.scheduler.run_as_system(retry_later, replace(first, due=None))
    planner.desk.clock.shift(timedelta(seconds=59))
    waiting = planner.scheduler.run_as_system(claim_next, every)
    assert (waiting.confirmation, waiting.next_due) == (None, NOON + timedelta(seconds=1))
    planner.desk.clock.shift(timedelta(seconds=1))
    again = planner.scheduler.run_as_system(claim_next, every).confirmation
    assert again is not None
    assert (again.number, again.attempts) == (first.number, 2)


def test_rhythm_does_not_wait_for_a_clock_that_was_set_back(planner: Planner) -> None:
    every = LeaseRequest(NOON, NOON + LEASE, timedelta(hours=1))
    planner.moves()
    planner.desk.clock.shift(timedelta(days=-1))
    assert planner.scheduler.run_as_system(claim_next, every).confirmation is not None


def test_an_undone_change_is_not_confirmed(planner: Planner) -> None:
    def moved_and_undone(call: UseCaseContext, move: Move) -> None:
        office.move_booking(call, move)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        planner.scheduler.run_as_system(moved_and_undone, Move(planner.booking.id, *NEXT_DAY))
    assert planner.waiting() == ()


def test_without_a_receiver_no_confirmation_is_stored(planner: Planner) -> None:
    planner.desk.scheduler.run_as_system(office.move_booking, Move(planner.booking.id, *NEXT_DAY))
    assert planner.waiting() == ()
    planner.moves()
    assert (len(planner.waiting()), planner.woken) == (1, 1)


def test_a_late_answer_does_not_remove_a_newer_confirmation(store: Store, planner: Planner) -> None:
    planner.moves()
    before = planner.takes_turn()
    assert before is not None
    store.reset()
    assert planner.waiting() == ()
    new = Planner(store)
    new.moves()
    (waiting,) = new.waiting()
    assert waiting.number == before.number
    new.scheduler.run_as_system(mark_delivered, before)
    new.scheduler.run_as_system(retry_later, before)
    assert new.waiting() == (waiting,)


def test_a_database_without_confirmations_is_upgraded(database: str) -> None:
    store = open_store(database)
    order = Desk(store=store).order().order
    store.close()
    engine = create_engine(database)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE drs_confirmations"))
        connection.execute(text("DROP TABLE drs_settings"))
        connection.execute(text("UPDATE drs_schema SET version = 1"))
    engine.dispose()
    for _ in range(2):
        store = open_store(database)
        with store.transaction() as transaction:
            assert transaction.order(order.id) == order
            assert transaction.confirmations() == ()
        store.close()
