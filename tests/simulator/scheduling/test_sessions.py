"""Sessions: opened with the right login, valid until local midnight or until they are closed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from shutil import rmtree
from threading import Event, Thread

import pytest
from drs_simulator.scheduling.back_office import open_sessions
from drs_simulator.scheduling.model import Session
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.scheduler import Credentials, close_session
from drs_simulator.scheduling.store import Store
from drs_simulator.scheduling.use_cases.orders import select_orders
from drs_simulator.storage.errors import StateError
from drs_simulator.storage.opening import open_store
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulator.scheduling.builders import LINCOLN, LONDON, Desk, local, state_of

MESSAGES = LINCOLN.messages


def assert_lapsed(desk: Desk) -> None:
    with pytest.raises(Refusal, match=re.escape(MESSAGES.session_invalid)):
        desk.order()


def test_session_ids_are_32_lower_case_hex_characters_and_unique(desk: Desk) -> None:
    ids = [desk.open() for _ in range(50)]
    assert len(set(ids)) == 50
    assert all(re.fullmatch("[0-9a-f]{32}", session_id) for session_id in ids)


@pytest.mark.parametrize("day", ["2021-07-01", "2021-12-01", "2021-03-28", "2021-10-31"])
def test_session_is_valid_to_the_last_millisecond_of_its_day(day: str) -> None:
    """In summer time, in winter time, and on both days on which the clocks change."""
    desk = Desk(now=f"{day}T00:00:00")
    desk.clock.fix(local(f"{day}T23:59:59.999"))
    assert desk.order().order.id == LINCOLN.ordering.first_order_id
    desk.clock.shift(timedelta(milliseconds=1))
    assert_lapsed(desk)


def test_session_in_summer_lapses_an_hour_before_midnight_utc() -> None:
    desk = Desk(now="2021-07-01T12:00:00Z")
    desk.clock.fix(datetime.fromisoformat("2021-07-01T23:00:00Z"))
    assert_lapsed(desk)


def test_session_opened_just_before_midnight_lapses_at_midnight() -> None:
    desk = Desk(now="2021-07-01T23:59:00")
    desk.clock.shift(timedelta(minutes=1))
    assert_lapsed(desk)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - made London time below
    st.timedeltas(timedelta(0), timedelta(days=2)),
)
def test_session_is_valid_exactly_on_the_local_day_of_its_opening(opened: datetime, later: timedelta) -> None:
    desk = Desk(now=opened.replace(tzinfo=LONDON).isoformat())
    date_of_opening = desk.clock.now().astimezone(LONDON).date()
    desk.clock.shift(later)
    if desk.clock.now().astimezone(LONDON).date() == date_of_opening:
        assert desk.order().bookings
    else:
        assert_lapsed(desk)


def test_closed_session_is_invalid_and_others_stay_open(desk: Desk) -> None:
    other = desk.open()
    desk.perform(close_session, None)
    assert_lapsed(desk)
    desk.session_id = other
    assert desk.order().bookings


def test_session_cannot_be_closed_twice(desk: Desk) -> None:
    desk.perform(close_session, None)
    with pytest.raises(Refusal, match="Invalid session"):
        desk.perform(close_session, None)


def test_lapsed_session_cannot_be_closed(desk: Desk) -> None:
    desk.clock.shift(timedelta(days=1))
    with pytest.raises(Refusal, match="Invalid session"):
        desk.perform(close_session, None)


@pytest.mark.parametrize("session_id", ["0" * 32, "nonsense", "{id} ", "{ID}"])
def test_id_that_is_not_exactly_that_of_a_session_is_refused(desk: Desk, session_id: str) -> None:
    desk.session_id = session_id.format(id=desk.session_id, ID=desk.session_id.upper())
    assert_lapsed(desk)


@pytest.mark.parametrize("session_id", [None, "", "  "])
def test_missing_session_id_is_refused_by_name(desk: Desk, session_id: str | None) -> None:
    with pytest.raises(Refusal, match="sessionId is required"):
        desk.scheduler.perform(select_orders, session_id, desk)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("login", "password"),
    [("desk", "Secret"), ("Desk", "secret"), ("desk", "secret "), ("secret", "desk"), ("dèsk", "sécret")],
)
def test_wrong_login_or_password_is_refused_and_opens_nothing(desk: Desk, login: str, password: str) -> None:
    before = state_of(desk.store)
    with pytest.raises(Refusal, match=re.escape(MESSAGES.login_refused)):
        desk.scheduler.open_session(login, password)
    assert state_of(desk.store) == before


@pytest.mark.parametrize(
    ("login", "password", "field"), [(None, "secret", "login"), ("", "x", "login"), ("desk", None, "password")]
)
def test_missing_login_or_password_is_refused_by_name(
    desk: Desk, login: str | None, password: str | None, field: str
) -> None:
    with pytest.raises(Refusal, match=f"^{field} is required$"):
        desk.scheduler.open_session(login, password)


def test_credentials_hide_the_password() -> None:
    assert "secret" not in repr(Credentials("desk", "secret"))


@pytest.fixture(scope="module", params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store in memory, and one in a database."""
    url = "memory" if request.param == "memory" else f"sqlite:///{tmp_path_factory.mktemp('sessions')}/drs.db"
    opened = open_store(url)
    yield opened
    opened.close()


def stored_sessions(store: Store) -> list[Session]:
    with store.transaction() as transaction:
        return list(transaction.sessions())


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 4), st.timedeltas(timedelta(0), timedelta(days=3))), max_size=6))
def test_sessions_do_not_grow_over_days(store: Store, days: list[tuple[int, timedelta]]) -> None:
    """Those of earlier days are removed when one is opened; only those of today are counted."""
    store.reset()
    desk = Desk(store=store)
    opened_today = 1
    for logins, later in days:
        before = desk.clock.now().astimezone(LONDON).date()
        desk.clock.shift(later)
        if desk.clock.now().astimezone(LONDON).date() != before:
            opened_today = 0
        for _ in range(logins):
            desk.open()
        opened_today += logins
        assert desk.scheduler.counts()["sessions"] == opened_today
        assert len(desk.scheduler.run_as_system(open_sessions, None)) == opened_today
        if logins:
            assert len(stored_sessions(store)) == opened_today


def test_session_stays_valid_when_others_are_opened(desk: Desk) -> None:
    desk.clock.shift(timedelta(days=1))
    desk.session_id = desk.open()
    for _ in range(3):
        desk.open()
    assert desk.order().bookings


def test_clock_that_goes_back_keeps_the_sessions_of_that_day(desk: Desk) -> None:
    """Only sessions of earlier days are removed, so a caller's session is valid again on its day."""
    desk.clock.shift(timedelta(days=-1))
    desk.open()
    desk.clock.shift(timedelta(days=1))
    assert desk.order().bookings


def test_restarted_drs_removes_the_sessions_of_earlier_days(store: Store) -> None:
    store.reset()
    yesterday = Desk(store=store)
    today = Desk(store=store, now="2021-10-23T08:00")
    assert [session.id for session in stored_sessions(store)] == [today.session_id]
    assert_lapsed(yesterday)


def test_refused_login_removes_nothing(store: Store) -> None:
    store.reset()
    desk = Desk(store=store)
    desk.clock.shift(timedelta(days=1))
    with pytest.raises(Refusal):
        desk.scheduler.open_session("desk", "wrong")
    assert [session.id for session in stored_sessions(store)] == [desk.session_id]


def test_ping_does_not_wait_for_a_transaction(store: Store) -> None:
    """A health check must not hang while a long use case holds the lock."""
    desk = Desk(store=store)
    pinged = Event()

    def ping() -> None:
        desk.scheduler.ping()
        pinged.set()

    with store.transaction():
        Thread(target=ping, daemon=True).start()
        assert pinged.wait(20)


def test_ping_of_a_database_that_is_gone_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    opened = open_store(f"sqlite:///{folder}/drs.db")
    desk = Desk(store=opened)
    desk.scheduler.ping()
    opened.close()
    rmtree(folder)
    with pytest.raises(StateError):
        desk.scheduler.ping()
