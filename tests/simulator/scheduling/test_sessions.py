"""Sessions: opened with the right login, good until local midnight or until they are closed."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.scheduler import Credentials, close_session
from drs_simulator.scheduling.use_cases.orders import select_orders
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.scheduling.builders import LINCOLN, LONDON, Desk, kept, local

MESSAGES = LINCOLN.messages


def assert_lapsed(desk: Desk) -> None:
    with pytest.raises(Refusal, match=re.escape(MESSAGES.session_invalid)):
        desk.order()


def test_a_session_id_is_32_lower_case_hex_characters_and_never_the_same(desk: Desk) -> None:
    ids = [desk.open() for _ in range(50)]
    assert len(set(ids)) == 50
    assert all(re.fullmatch("[0-9a-f]{32}", session_id) for session_id in ids)


@pytest.mark.parametrize("day", ["2021-07-01", "2021-12-01", "2021-03-28", "2021-10-31"])
def test_a_session_is_good_to_the_last_millisecond_of_its_local_day_and_not_into_the_next(day: str) -> None:
    """In summer time, in winter time, and on both days on which the clocks change."""
    desk = Desk(now=f"{day}T00:00:00")
    desk.clock.fix(local(f"{day}T23:59:59.999"))
    assert desk.order().order.id == LINCOLN.ordering.first_order_id
    desk.clock.shift(timedelta(milliseconds=1))
    assert_lapsed(desk)


def test_a_session_of_summer_time_lapses_an_hour_before_midnight_utc() -> None:
    desk = Desk(now="2021-07-01T12:00:00Z")
    desk.clock.fix(datetime.fromisoformat("2021-07-01T23:00:00Z"))
    assert_lapsed(desk)


def test_a_session_opened_in_the_last_minute_of_a_day_does_not_last_24_hours() -> None:
    desk = Desk(now="2021-07-01T23:59:00")
    desk.clock.shift(timedelta(minutes=1))
    assert_lapsed(desk)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - made London time below
    st.timedeltas(timedelta(0), timedelta(days=2)),
)
def test_a_session_is_good_exactly_while_the_local_date_is_that_of_its_opening(
    opened: datetime, later: timedelta
) -> None:
    desk = Desk(now=opened.replace(tzinfo=LONDON).isoformat())
    date_of_opening = desk.clock.now().astimezone(LONDON).date()
    desk.clock.shift(later)
    if desk.clock.now().astimezone(LONDON).date() == date_of_opening:
        assert desk.order().bookings
    else:
        assert_lapsed(desk)


def test_a_closed_session_is_of_no_use_and_others_stay_open(desk: Desk) -> None:
    other = desk.open()
    desk.perform(close_session, None)
    assert_lapsed(desk)
    desk.session_id = other
    assert desk.order().bookings


def test_a_session_cannot_be_closed_twice(desk: Desk) -> None:
    desk.perform(close_session, None)
    with pytest.raises(Refusal, match="Invalid session"):
        desk.perform(close_session, None)


def test_a_lapsed_session_cannot_be_closed(desk: Desk) -> None:
    desk.clock.shift(timedelta(days=1))
    with pytest.raises(Refusal, match="Invalid session"):
        desk.perform(close_session, None)


@pytest.mark.parametrize("session_id", ["0" * 32, "nonsense", "{id} ", "{ID}"])
def test_an_id_that_was_not_given_out_to_the_letter_is_refused(desk: Desk, session_id: str) -> None:
    desk.session_id = session_id.format(id=desk.session_id, ID=desk.session_id.upper())
    assert_lapsed(desk)


@pytest.mark.parametrize("session_id", [None, "", "  "])
def test_a_missing_session_id_is_refused_by_name(desk: Desk, session_id: str | None) -> None:
    with pytest.raises(Refusal, match="sessionId is required"):
        desk.scheduler.perform(select_orders, session_id, desk)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("login", "password"),
    [("desk", "Secret"), ("Desk", "secret"), ("desk", "secret "), ("secret", "desk"), ("dèsk", "sécret")],
)
def test_a_wrong_login_or_password_is_refused_and_opens_nothing(desk: Desk, login: str, password: str) -> None:
    before = kept(desk.store)
    with pytest.raises(Refusal, match=re.escape(MESSAGES.login_refused)):
        desk.scheduler.open_session(login, password)
    assert kept(desk.store) == before


@pytest.mark.parametrize(
    ("login", "password", "field"), [(None, "secret", "login"), ("", "x", "login"), ("desk", None, "password")]
)
def test_a_missing_login_or_password_is_refused_by_name(
    desk: Desk, login: str | None, password: str | None, field: str
) -> None:
    with pytest.raises(Refusal, match=f"^{field} is required$"):
        desk.scheduler.open_session(login, password)


def test_the_password_is_not_in_the_text_of_the_credentials() -> None:
    assert "secret" not in repr(Credentials("desk", "secret"))
