"""Around the two hours in which the clocks change, a database answers as memory does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from drs_simulator import Clock, Simulator
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from tests.simulator.soap.wire import OPEN, ORDER, call

SPRING, AUTUMN = ("2022-03-27", "2022-03-25T12:00:00"), ("2022-10-30", "2022-10-28T12:00:00")
TIMES = st.sampled_from(
    ["00:30:00", "00:59:59", "01:00:00", "01:15:00", "01:30:00", "01:59:59", "02:00:00", "02:30:00"]
)
OFFSETS = st.sampled_from(["", "Z", "+01:00"])
MOMENTS = st.tuples(TIMES, OFFSETS).map("".join)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Simulator, Simulator]]:
    """Two simulators that differ only in their store."""
    database = f"sqlite:///{tmp_path_factory.mktemp('clock') / 'drs.db'}"
    with (
        closing(Simulator(seed=1, journal=0)) as memory,
        closing(Simulator(seed=1, journal=0, state=database)) as other,
    ):
        yield memory, other


def ask(drs: Simulator, operation: str, members: str) -> str:
    answer = Client(drs.wsgi).post(drs.path, data=call(operation, members), content_type="text/xml")
    return answer.text


@given(day=st.sampled_from([SPRING, AUTUMN]), moments=st.tuples(*[MOMENTS] * 6))
def test_both_answer_alike(pair: tuple[Simulator, Simulator], day: tuple[str, str], moments: tuple[str, ...]) -> None:
    date, now = day
    earliest, target, begin, end, first, last = (f"{date}T{moment}" for moment in moments)
    order = ORDER.replace("2021-11-19T23:59:59", target)
    order = order.replace("<locationID>", f"<earliestBookingDate>{earliest}</earliestBookingDate><locationID>")
    window = f"<planningWindowEnd>{end}</planningWindowEnd><planningWindowStart>{begin}</planningWindowStart>"

    def talk(drs: Simulator) -> list[str]:
        drs.reset()
        drs.clock.mode = Clock.parse(f"fixed@{now}").mode
        session = ask(drs, "openSession", OPEN).split("<sessionId>")[1].split("<")[0]
        in_session = f"<sessionId>{session}</sessionId>"
        made = ask(drs, "createOrder", order + in_session)
        booking = made.partition("<bookingId>")[2].partition("<")[0] or "1"
        named = f"<bookingId>{booking}</bookingId><contract>0</contract>{window}<primaryOrderNumber/>"
        period = f"<returnBookingsFrom>{first}</returnBookingsFrom><returnBookingsTo>{last}</returnBookingsTo>"
        windows = period.replace("Bookings", "BookingsPW")
        calls = (
            ("checkAvailability", f"<periodBegin>{first}</periodBegin><periodEnd>{last}</periodEnd>{order}"),
            ("scheduleBooking", f"<theBooking>{named}</theBooking>"),
            ("selectBooking", windows),
            ("updateBooking", f"<theBooking>{named}</theBooking><endDateAndTime>{last}</endDateAndTime>"),
            ("selectOrder", f"<includeCompletedBookings>true</includeCompletedBookings>{period}"),
            ("updateOrder", order),
            ("selectOrder", "<primaryOrderNumber>10000047</primaryOrderNumber>"),
            ("checkAvailability", f"<periodBegin>{date}T00:00:00</periodBegin><periodEnd>{last}</periodEnd>{order}"),
        )
        return [made, *(ask(drs, operation, members + in_session) for operation, members in calls)]

    memory, database = (talk(drs) for drs in pair)
    assert database == memory
