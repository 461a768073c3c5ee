"""Whatever callers do, a database answers as memory does, also when it is closed and opened again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, TypeVar

import pytest
from drs_simulator.scheduling.commands import (
    AlertFilter,
    AvailabilityRequest,
    BookingFilter,
    BookingRequest,
    BookingUpdate,
    CodeDefinition,
    CodeDefinitions,
    FurtherBookingRequest,
    HoursRequest,
    LocationUpdate,
    OperativeFilter,
    OperativesUpdate,
    OperativeUpdate,
    OrderCompletion,
    OrderFilter,
    OrderRequest,
    PlacingRequest,
    ScheduleRequest,
    UnavailabilityRequest,
)
from drs_simulator.scheduling.model import BestSlots, LifeCycle, OrderWithBookings, Session
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.scheduler import close_session
from drs_simulator.scheduling.store import Store, Transaction
from drs_simulator.scheduling.use_cases.availability import check_availability
from drs_simulator.scheduling.use_cases.bookings import create_booking, delete_booking, update_booking
from drs_simulator.scheduling.use_cases.locations import update_location
from drs_simulator.scheduling.use_cases.master_data import (
    select_alerts,
    select_bookings,
    update_booking_codes,
)
from drs_simulator.scheduling.use_cases.operatives import get_schedule, select_resources, update_resources
from drs_simulator.scheduling.use_cases.orders import (
    complete_order,
    create_order,
    delete_order,
    select_orders,
    update_order,
)
from drs_simulator.scheduling.use_cases.placement import confirm_reservation, create_reservation, schedule_booking
from drs_simulator.storage.memory import MemoryStore
from drs_simulator.storage.sql.store import SqlStore, database_url
from drs_simulator.storage.sql.transaction import SqlTransaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, multiple, rule, run_state_machine_as_test

from tests.simulator.scheduling.builders import LINCOLN, Desk, asked, codes, local
from tests.simulator.storage.conftest import NewDatabase

Answer = TypeVar("Answer")
Window = tuple[datetime, datetime]
FIRST = local("2021-10-26T00:00")
HOURS = st.sampled_from([(8, 12), (12, 16), (8, 16), (10, 14), (9, 10)])
WINDOWS = st.builds(
    lambda day, hours: tuple(FIRST + timedelta(days=day, hours=hour) for hour in hours),
    st.integers(0, 3),
    HOURS,
)
NUMBERS = st.sampled_from(["1", "01", "one", "Ünö 'one'", "1%"])
LOCATIONS = st.sampled_from(["3670010", "38950180", "elsewhere"])
SOR_CODES = st.sampled_from(["N373049", "N390917", "N601125", "N000000", "N999999"])
CODES = st.builds(
    lambda names, quantity: codes(*names, quantity=quantity),
    st.lists(SOR_CODES, min_size=1, max_size=2),
    st.sampled_from(["1", "1.50", "3"]),
)
OPERATIVES = st.sampled_from(["101", "102", "201"])
LOCKS = st.sampled_from([None, "lockAsSpecified", "lockAfterSchedule"])
TEXTS = st.sampled_from([None, "", "Door", 'said "no"; \\ Ünï\n\U0001f6e0'])
PRIORITIES = st.sampled_from(["Priority 20 Days", "3 Days", "100 Days", "none"])

# The very same requests, again and again: their answers may be cached.
ASKED_AGAIN = [
    AvailabilityRequest(
        begin, FIRST + timedelta(days=days), best, asked(number="1", codes=codes(code)), new_booking=new
    )
    for begin, days, best, code, new in (
        (FIRST, 1, BestSlots.NO, "N373049", None),
        (FIRST + timedelta(hours=9), 1, BestSlots.DAY, "N373049", False),
        (FIRST, 3, BestSlots.FULL_PERIOD, "N390917", None),
    )
]


@dataclass(frozen=True)
class Outcome:
    """The result of a call, or the message of its refusal."""

    answer: object = None
    refusal: str | None = None


def perform(desk: Desk, use_case: Callable[..., object], request: object) -> Outcome:
    try:
        return Outcome(desk.perform(use_case, request))
    except Refusal as refusal:
        return Outcome(refusal=refusal.message)


def placing(booking: int, window: Window | None, operatives: tuple[str, ...] = ()) -> PlacingRequest:
    begin, end = window or (None, None)
    sent = BookingRequest(booking, "0", "any", window_start=begin, window_end=end, operative_ids=operatives)
    return PlacingRequest(sent)


class RestartableStore:
    """A store in a database that can be closed and opened again.

    Up to three writes in a row share a transaction, as those of threads do that wait for each other.
    """

    def __init__(self, database: str) -> None:
        self._database = database
        self._store = self._open()
        self._shared = ExitStack()
        self._transaction: SqlTransaction | None = None
        self._written = 0

    def _open(self) -> SqlStore:
        url = database_url(self._database)
        assert url is not None
        return SqlStore(url)

    def _commit(self) -> SqlStore:
        self._shared.close()
        self._transaction, self._written = None, 0
        return self._store

    def restart(self) -> None:
        self._commit().close()
        self._store = self._open()

    def transaction(self) -> AbstractContextManager[Transaction]:
        return self._commit().transaction()

    def write(self, work: Callable[[Transaction], Answer], order_number: str | None = None) -> Answer:
        if self._written == 3:
            self._commit()
        self._written += 1
        if self._transaction is None:
            self._transaction = self._shared.enter_context(self._store.transaction())
        with self._transaction.part():
            return work(self._transaction)

    def read(self, work: Callable[[Transaction], Answer]) -> Answer:
        return self._commit().read(work)

    def add_session(self, session: Session) -> None:
        self._commit().add_session(session)

    def call(self, work: Callable[[], Answer]) -> Answer:
        return self._commit().call(work)

    def reset(self) -> None:
        self._commit().reset()

    def ping(self) -> None:
        self._commit().ping()

    def close(self) -> None:
        self._commit().close()


class TwoStores(RuleBasedStateMachine):
    """The same calls to two DRSs that differ only in their store."""

    store: ClassVar[RestartableStore]
    bookings = Bundle("bookings")

    def __init__(self) -> None:
        super().__init__()
        self.store.reset()
        self.memory_store = MemoryStore()
        self.memory = Desk(LINCOLN, store=self.memory_store)
        self.other = Desk(LINCOLN, store=self.store)

    def both(self, use_case: Callable[..., object], request: object) -> Outcome:
        """The outcome of the call, which is the same for both."""
        expected = perform(self.memory, use_case, request)
        assert perform(self.other, use_case, request) == expected
        return expected

    @initialize(target=bookings)
    def two_orders(self) -> Any:
        wanted = [asked(number=number, comments="", target_date=FIRST + timedelta(days=60)) for number in ("1", "01")]
        return multiple(*map(self.an_order_of, wanted))

    @rule(target=bookings, number=NUMBERS, location=LOCATIONS, sent=CODES, priority=PRIORITIES, text=TEXTS)
    def an_order(self, number: str, location: str, sent: Any, priority: str, text: str | None) -> Any:
        return self.an_order_of(
            asked(
                number=number,
                location_id=location,
                codes=sent,
                priority=priority,
                comments=text or "",
                target_date=FIRST + timedelta(days=60),
                contact_name=text,
            )
        )

    def an_order_of(self, request: OrderRequest) -> Any:
        made = self.both(create_order, request).answer
        return made.bookings[0].booking.id if isinstance(made, OrderWithBookings) else multiple()

    @rule(target=bookings, number=NUMBERS, window=WINDOWS, sent=CODES)
    def a_further_booking(self, number: str, window: Window, sent: Any) -> Any:
        request = BookingRequest(number=number, window_start=window[0], window_end=window[1], codes=sent)
        made: Any = self.both(create_booking, FurtherBookingRequest(request)).answer
        return made[0].booking.id if made else multiple()

    @rule(booking=bookings, window=WINDOWS)
    def a_place(self, booking: int, window: Window) -> None:
        self.both(schedule_booking, placing(booking, window))

    @rule(booking=bookings, window=st.none() | WINDOWS, time=st.booleans(), lock=LOCKS, operative=OPERATIVES)
    def a_locked_place(self, booking: int, window: Window | None, time: bool, lock: str | None, operative: str) -> None:
        request = placing(booking, window, (operative,))
        self.both(schedule_booking, request._replace(force=True, lock_time=time, resource_lock=lock))

    @rule(booking=bookings, window=WINDOWS, minutes=st.sampled_from([0, 14, 15, 16]))
    def a_reservation(self, booking: int, window: Window, minutes: int) -> None:
        self.both(create_reservation, placing(booking, window))
        self.time_passes(minutes)

    @rule(booking=bookings)
    def a_confirmation(self, booking: int) -> None:
        self.both(confirm_reservation, PlacingRequest(BookingRequest(booking)))

    @rule(booking=bookings)
    def a_cancellation(self, booking: int) -> None:
        self.both(delete_booking, BookingRequest(booking, "0", "any"))

    @rule(
        booking=bookings,
        becomes=st.none() | st.sampled_from(LifeCycle),
        window=WINDOWS,
        text=TEXTS,
        operative=st.none() | OPERATIVES,
        complete=st.booleans(),
    )
    def news_of_a_booking(
        self,
        booking: int,
        becomes: LifeCycle | None,
        window: Window,
        text: str | None,
        operative: str | None,
        complete: bool,
    ) -> None:
        sent = BookingRequest(booking, planner_comments=text, completion_status="SUSPENDED" if complete else None)
        self.both(
            update_booking,
            BookingUpdate(sent, becomes, complete and becomes is LifeCycle.COMPLETED, operative, *window),
        )

    @rule(number=NUMBERS, location=st.none() | LOCATIONS, text=TEXTS)
    def a_changed_order(self, number: str, location: str | None, text: str | None) -> None:
        self.both(update_order, OrderRequest(number=number, location_id=location, phone=text))

    @rule(number=NUMBERS, use_case=st.sampled_from(["delete", "delete", "complete"]))
    def an_end_of_an_order(self, number: str, use_case: str) -> None:
        if use_case == "delete":
            self.both(delete_order, OrderRequest(number=number))
        else:
            self.both(complete_order, OrderCompletion(number, "0", "me"))

    @rule(location=LOCATIONS, text=TEXTS, latitude=st.sampled_from([None, "53.20", "53.9999999999999999", "north"]))
    def news_of_a_location(self, location: str, text: str | None, latitude: str | None) -> None:
        more = (("city", text),) if text else ()
        self.both(update_location, LocationUpdate(location, address1=text, latitude=latitude, more=more))

    @rule(code=SOR_CODES, minutes=st.sampled_from([None, 0, 30, 90]), trade=st.sampled_from([None, "Joiner"]))
    def news_of_a_code(self, code: str, minutes: int | None, trade: str | None) -> None:
        definition = CodeDefinition(code, "New", minutes, trade, "0")
        self.both(update_booking_codes, CodeDefinitions(("0",), (definition,)))

    @rule(
        who=st.lists(OPERATIVES, min_size=1, max_size=2),
        hours=st.lists(st.builds(lambda pair, own: (pair, own), WINDOWS, st.booleans()), max_size=2),
        away=st.none() | WINDOWS,
        trades=st.sampled_from([(), (), ("Plumber",), ("Joiner", "Plumber")]),
    )
    def news_of_operatives(self, who: list[str], hours: Any, away: Any, trades: tuple[str, ...]) -> None:
        works = tuple(
            HoursRequest(begin, end, f"{begin:%A}", begin if one_day else None) for (begin, end), one_day in hours
        )
        free = (UnavailabilityRequest(away[0], away[1], "Ill"),) if away else ()
        sent = tuple(OperativeUpdate(name, trades=trades, hours=works, unavailabilities=free) for name in who)
        self.both(update_resources, OperativesUpdate(("0",), sent))

    @rule(sent=CODES, location=LOCATIONS, days=st.integers(0, 9), best=st.sampled_from(BestSlots), number=NUMBERS)
    def a_look_for_slots(self, sent: Any, location: str, days: int, best: BestSlots, number: str) -> None:
        order = asked(number=number, codes=sent, location_id=location)
        end = FIRST + timedelta(days=days)
        self.both(check_availability, AvailabilityRequest(FIRST, end, best, order, new_booking=False))
        self.both(check_availability, AvailabilityRequest(FIRST, end, best, order, other_orders=True))

    @rule(request=st.sampled_from(ASKED_AGAIN))
    def a_look_for_slots_as_before(self, request: AvailabilityRequest) -> None:
        self.both(check_availability, request)

    @rule(minutes=st.sampled_from([1, 14, 15, 60, 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        for desk in (self.memory, self.other):
            desk.clock.shift(timedelta(minutes=minutes))
        self.compare()
        self.a_new_session(close=False)

    @rule(close=st.booleans())
    def a_new_session(self, close: bool) -> None:
        if close:
            self.both(close_session, None)
            assert self.both(select_bookings, BookingFilter()).refusal
        self.memory.session_id = self.memory.open()
        self.other.session_id = self.other.open()
        assert self.memory.session_id == self.other.session_id

    @rule()
    def a_restart(self) -> None:
        self.store.restart()

    @rule(number=NUMBERS, period=WINDOWS, operative=OPERATIVES, location=LOCATIONS, completed=st.booleans())
    def a_look(self, number: str, period: Any, operative: str, location: str, completed: bool) -> None:
        begin, end = period
        wanted = OrderFilter(begin=begin, end=end, include_completed=completed)
        self.both(select_orders, OrderFilter((number,), include_completed=completed))
        self.both(select_orders, wanted._replace(operative_ids=(operative,), location_ids=(location,)))
        self.both(select_bookings, BookingFilter(window_begin=begin, window_end=end, operative_ids=(operative,)))
        self.both(get_schedule, ScheduleRequest("0", operative, begin))

    def compare(self) -> None:
        """Both know the same of everything."""
        self.both(select_bookings, BookingFilter())
        self.both(select_orders, OrderFilter(location_ids=("3670010", "38950180", "elsewhere")))
        self.both(select_alerts, AlertFilter(("0",)))
        self.both(select_resources, OperativeFilter(include_hours=True))
        assert everything(self.memory_store) == everything(self.store)

    def teardown(self) -> None:
        self.compare()


def everything(store: Store) -> object:
    """All orders, bookings and diaries of a store."""
    with store.transaction() as transaction:
        last = (FIRST + timedelta(days=400)).date()
        diaries = transaction.diaries([operative.id for operative in LINCOLN.operatives], FIRST.date(), last)
        return list(transaction.orders()), list(transaction.bookings()), list(diaries.items())


@pytest.fixture(params=["sqlite", "postgresql"])
def machine(request: pytest.FixtureRequest) -> Iterator[type[TwoStores]]:
    """The machine over each sort of database, one for all its runs."""
    with ExitStack() as stack:
        if request.param == "postgresql":
            new_postgresql: NewDatabase = request.getfixturevalue("new_postgresql")
            url = new_postgresql()
        else:
            url = f"sqlite:///{Path(stack.enter_context(TemporaryDirectory()), 'drs.db')}"
        store = RestartableStore(url)
        yield type(TwoStores.__name__, (TwoStores,), {"store": store})
        store.close()


def test_a_database_answers_as_memory_does(machine: type[TwoStores]) -> None:
    tries = settings(max_examples=settings().max_examples // 2, stateful_step_count=30)
    run_state_machine_as_test(machine, settings=tries)
