"""Booking that goes wrong, and booking again: no order is hidden, and no error takes the place of another."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import requests
from drs_client import (
    DrsClient,
    DrsError,
    HttpFailure,
    LifeCycle,
    NoBooking,
    NotScheduled,
    OrderExists,
    RepairWorkflow,
    RequestRejected,
    Slot,
    Unreachable,
    wsgi_transport,
)
from drs_simulator import Simulator
from werkzeug.wrappers import Request, Response

from tests.client.conftest import client_of
from tests.client.fakes import BrokenDrs, lose_connection

LONDON = ZoneInfo("Europe/London")
JOB = ("3670010", "N373049", "Priority 20 Days")

Answer = Callable[[Request], Response | None]


def slot(day: int, begin: int = 8, end: int = 12) -> Slot:
    """A slot of October 2021."""
    return Slot(
        datetime(2021, 10, day, begin, tzinfo=LONDON),
        datetime(2021, 10, day, end, tzinfo=LONDON),
        available=True,
        best=False,
    )


PAST, MORNING, NEXT_DAY = slot(20), slot(28), slot(29)


class Faults:
    """A DRS whose answers to some operations are replaced, and the workflow over it."""

    def __init__(self, simulator: Simulator) -> None:
        self.answers: dict[str, Answer] = {}
        self.drs = BrokenDrs(simulator, self._replace)
        self.client = client_of(simulator, transport=wsgi_transport(self.drs))
        self.repairs = RepairWorkflow(self.client, now=simulator.clock.now)

    def _replace(self, operation: str, request: Request) -> Response | None:
        answer = self.answers.get(operation)
        return None if answer is None else answer(request)

    def lose_answer(self, request: Request) -> Response:
        """Let the simulator carry the call out, then break the connection."""
        self.drs.answer(request)
        return lose_connection(request)


@pytest.fixture
def faults(simulator: Simulator) -> Faults:
    return Faults(simulator)


def fail_within(block: DrsClient | RepairWorkflow, faults: Faults, error: BaseException) -> None:
    """Raise an error inside ``with``, while a session is open."""
    with block:
        faults.client.open_session()
        raise error


def unavailable(_: Request) -> Response:
    return Response("", 503)


class TestNotScheduled:
    """It arrives whatever fails once the order exists, and its text says all that is known."""

    def test_a_refused_slot_is_explained(self, faults: Faults) -> None:
        with pytest.raises(NotScheduled) as caught:
            faults.repairs.book("1", PAST, *JOB)
        assert str(caught.value) == (
            "Order 1 was created, but booking 149996 is not scheduled: scheduleBooking was refused: "
            "planningWindowEnd is in the past. The booking was cancelled. "
            "Book the same number again, with another slot."
        )
        error = caught.value
        assert (error.order_number, error.booking_id, error.scheduled, error.cancelled) == ("1", 149996, False, True)
        assert isinstance(error.__cause__, RequestRejected)
        assert faults.repairs.show("1").bookings == ()

    def test_a_refused_slot_is_kept_on_request(self, faults: Faults) -> None:
        with pytest.raises(NotScheduled, match=r"in the past\. Move it to another slot, or cancel it") as caught:
            faults.repairs.book("1", PAST, *JOB, cancel_unscheduled=False)
        assert not caught.value.cancelled
        assert faults.repairs.move("1", MORNING).bookings[0].scheduled

    @pytest.mark.parametrize("fault", [lose_connection, unavailable, lambda _: Response("<html>", 200)])
    def test_a_cancellation_that_fails_does_not_hide_it(self, faults: Faults, fault: Answer) -> None:
        faults.answers["deleteBooking"] = fault
        with pytest.raises(NotScheduled, match=r"in the past. Cancelling it failed too \(.+\). Move it") as caught:
            faults.repairs.book("1", PAST, *JOB)
        assert not caught.value.cancelled
        assert caught.value.booking_id == faults.repairs.show("1").bookings[0].id

    def test_a_cancellation_whose_answer_is_lost_is_not_claimed(self, faults: Faults) -> None:
        faults.answers["deleteBooking"] = faults.lose_answer
        with pytest.raises(NotScheduled, match="Cancelling it failed too") as caught:
            faults.repairs.book("1", PAST, *JOB)
        assert not caught.value.cancelled

    @pytest.mark.parametrize("fault", [lose_connection, unavailable, lambda _: Response("<html>", 200)])
    def test_a_lost_schedule_is_unknown(self, faults: Faults, fault: Answer) -> None:
        faults.answers["scheduleBooking"] = fault
        with pytest.raises(NotScheduled, match="it is not known whether booking 149996 is scheduled: ") as caught:
            faults.repairs.book("1", MORNING, *JOB)
        assert (caught.value.scheduled, caught.value.cancelled) == (None, False)
        assert isinstance(caught.value.__cause__, DrsError)

    def test_an_order_that_cannot_be_read_back_is_scheduled(self, faults: Faults) -> None:
        faults.answers["selectOrder"] = unavailable
        with pytest.raises(NotScheduled, match="booking 149996 is scheduled, yet the order could not be") as caught:
            faults.repairs.book("1", MORNING, *JOB)
        assert (caught.value.scheduled, caught.value.cancelled) == (True, False)
        faults.answers.clear()
        assert faults.repairs.show("1").bookings[0].scheduled

    @pytest.mark.parametrize("fault", [lose_connection, unavailable])
    def test_closing_that_fails_does_not_hide_it(self, faults: Faults, fault: Answer) -> None:
        faults.answers = {"scheduleBooking": fault, "deleteBooking": fault, "closeSession": fault, "selectOrder": fault}
        with pytest.raises(NotScheduled), faults.client, faults.repairs:
            faults.repairs.book("1", MORNING, *JOB)

    def test_everything_that_fails_after_it_is_in_the_pickle(self, faults: Faults) -> None:
        with pytest.raises(NotScheduled) as caught:
            faults.repairs.book("1", PAST, *JOB)
        again = pickle.loads(pickle.dumps(caught.value))
        assert (str(again), again.reason) == (str(caught.value), caught.value.reason)


class TestErrorsInFlight:
    """The error that ends a block comes out of it."""

    @pytest.mark.parametrize("error", [AssertionError("mine"), KeyboardInterrupt(), ValueError("mine")])
    def test_of_the_client(self, faults: Faults, error: BaseException) -> None:
        faults.answers["closeSession"] = lose_connection
        with pytest.raises(type(error)) as caught:
            fail_within(faults.client, faults, error)
        assert caught.value is error

    @pytest.mark.parametrize("error", [AssertionError("mine"), KeyboardInterrupt()])
    def test_of_the_workflow(self, faults: Faults, error: BaseException) -> None:
        faults.answers["closeSession"] = lose_connection
        with pytest.raises(type(error)) as caught:
            fail_within(faults.repairs, faults, error)
        assert caught.value is error

    def test_a_result_is_not_replaced_by_closing_either(self, faults: Faults) -> None:
        faults.answers["closeSession"] = unavailable
        assert faults.repairs.book("1", MORNING, *JOB).bookings[0].scheduled

    def test_without_one_closing_raises_its_own(self, faults: Faults) -> None:
        faults.answers["closeSession"] = unavailable
        with pytest.raises(HttpFailure), faults.client:
            faults.client.open_session()

    def test_a_lost_order_that_cannot_be_looked_up_stays_lost(self, faults: Faults) -> None:
        faults.answers = {"createOrder": faults.lose_answer, "selectOrder": unavailable}
        with pytest.raises(Unreachable, match="createOrder"):
            faults.repairs.book("1", MORNING, *JOB)
        faults.answers.clear()
        assert faults.repairs.book("1", MORNING, *JOB).bookings[0].scheduled


class TestBookingAgain:
    """``book`` can be repeated with the same number."""

    def test_after_a_cancellation(self, faults: Faults) -> None:
        first = faults.repairs.book("1", NEXT_DAY, *JOB, comments="Door sticks")
        faults.repairs.cancel("1")
        again = faults.repairs.book("1", MORNING, *JOB, comments="Door jams")
        fresh = faults.repairs.book("2", MORNING, *JOB, comments="Door jams")
        assert again.id == first.id
        assert (again.target_date, again.comments) == (fresh.target_date, fresh.comments)
        (booking,), (other,) = again.bookings, fresh.bookings
        assert (booking.scheduled, booking.window_start, booking.window_end) == (True, MORNING.begin, MORNING.end)
        assert (booking.codes, booking.minutes, booking.reason) == (other.codes, other.minutes, other.reason)

    def test_after_a_slot_that_was_refused(self, faults: Faults) -> None:
        with pytest.raises(NotScheduled):
            faults.repairs.book("1", PAST, *JOB)
        assert faults.repairs.book("1", MORNING, *JOB).bookings[0].scheduled

    def test_after_a_booking_that_was_never_scheduled(self, faults: Faults) -> None:
        with pytest.raises(NotScheduled) as caught:
            faults.repairs.book("1", PAST, *JOB, cancel_unscheduled=False)
        (booking,) = faults.repairs.book("1", MORNING, *JOB).bookings
        assert (booking.id, booking.scheduled) == (caught.value.booking_id, True)

    @pytest.mark.parametrize("carried_out", [True, False])
    def test_after_an_answer_that_was_lost(self, faults: Faults, carried_out: bool) -> None:
        faults.answers["scheduleBooking"] = faults.lose_answer if carried_out else lose_connection
        with pytest.raises(NotScheduled) as caught:
            faults.repairs.book("1", MORNING, *JOB)
        faults.answers.clear()
        faults.drs.operations.clear()
        (booking,) = faults.repairs.book("1", MORNING, *JOB).bookings
        assert (booking.id, booking.scheduled) == (caught.value.booking_id, True)
        assert faults.drs.operations.count("scheduleBooking") == (0 if carried_out else 1)

    def test_after_a_reservation(self, faults: Faults) -> None:
        with faults.client:
            end = datetime(2021, 11, 3, tzinfo=LONDON)
            (booking,) = faults.client.create_order("1", *JOB, end).bookings
            faults.client.create_reservation(booking.id, "1", MORNING.begin, MORNING.end)
        (again,) = faults.repairs.book("1", MORNING, *JOB).bookings
        assert (again.id, again.life_cycle, again.scheduled) == (booking.id, "PLANNED", True)

    def test_into_another_slot_is_refused(self, faults: Faults) -> None:
        faults.repairs.book("1", MORNING, *JOB)
        expected = (
            "createOrder was refused: order already exists: 1. Its booking 149996 is scheduled for Thu 28 Oct 2021 "
            "08:00. Move it to another slot, or cancel it."
        )
        with pytest.raises(OrderExists) as caught:
            faults.repairs.book("1", NEXT_DAY, *JOB)
        assert str(caught.value) == expected

    def test_for_another_property_is_refused(self, faults: Faults) -> None:
        faults.repairs.book("1", MORNING, *JOB)
        faults.repairs.cancel("1")
        with pytest.raises(OrderExists, match=r"It is for property 3670010, not 38950180\. Use another number"):
            faults.repairs.book("1", MORNING, "38950180", *JOB[1:])
        assert faults.repairs.show("1").bookings == ()

    def test_for_other_work_is_refused(self, faults: Faults) -> None:
        faults.repairs.book("1", MORNING, *JOB)
        with pytest.raises(OrderExists, match="Its booking 149996 is for N373049, not N390917"):
            faults.repairs.book("1", MORNING, JOB[0], "N390917", JOB[2])

    @pytest.mark.parametrize("whole_order", [True, False])
    def test_after_the_work_is_completed_is_refused(self, faults: Faults, whole_order: bool) -> None:
        (booking,) = faults.repairs.book("1", MORNING, *JOB).bookings
        if whole_order:
            faults.repairs.complete("1", MORNING.begin, MORNING.end)
        else:
            with faults.client as client:
                client.update_booking(
                    booking.id, "1", LifeCycle.COMPLETED, begin=MORNING.begin, end=MORNING.end, resource_id="101"
                )
        with pytest.raises(OrderExists, match=r"Its work is completed\. Use another number"):
            faults.repairs.book("1", NEXT_DAY, *JOB)
        with pytest.raises(NoBooking, match="its work is completed already"):
            faults.repairs.cancel("1")

    def test_that_cannot_be_looked_up_says_so(self, faults: Faults) -> None:
        faults.repairs.book("1", MORNING, *JOB)
        faults.answers["selectOrder"] = unavailable
        with pytest.raises(OrderExists, match=r"order already exists: 1. It could not be looked up \(.*503"):
            faults.repairs.book("1", MORNING, *JOB)

    @pytest.mark.parametrize("operation", ["updateOrder", "createBooking"])
    def test_that_breaks_off_names_the_order(self, faults: Faults, operation: str) -> None:
        faults.repairs.book("1", MORNING, *JOB)
        faults.repairs.cancel("1")
        faults.answers[operation] = lose_connection
        with pytest.raises(NotScheduled, match=f"{operation}.*Book the same number again") as caught:
            faults.repairs.book("1", MORNING, *JOB)
        assert caught.value.booking_id is None
        faults.answers.clear()
        assert faults.repairs.book("1", MORNING, *JOB).bookings[0].scheduled

    def test_that_drs_does_not_permit_says_what_to_do(self, faults: Faults) -> None:
        faults.repairs.book("1", MORNING, *JOB)
        faults.repairs.cancel("1")
        with faults.client as client:
            client.complete_order("1")
        with pytest.raises(
            OrderExists, match=r"It cannot be booked again .*is completed.*another number or another slot"
        ):
            faults.repairs.book("1", MORNING, *JOB)

    def test_a_rejection_for_another_reason_is_not_looked_into(self, faults: Faults) -> None:
        with pytest.raises(RequestRejected, match=r"createOrder was refused: .*priority"):
            faults.repairs.book("1", MORNING, JOB[0], JOB[1], "never")
        assert faults.drs.operations == ["openSession", "createOrder", "closeSession"]


def test_cancelling_twice_says_that_it_is_cancelled(faults: Faults) -> None:
    faults.repairs.book("1", MORNING, *JOB)
    faults.repairs.cancel("1")
    with pytest.raises(NoBooking, match="Order 1 has no booking: it is cancelled already") as caught:
        faults.repairs.cancel("1")
    assert not caught.value.completed


def test_cancelling_again_after_a_lost_answer_says_so_too(faults: Faults) -> None:
    faults.repairs.book("1", MORNING, *JOB)
    faults.answers["deleteBooking"] = faults.lose_answer
    with pytest.raises(Unreachable, match="It may have been carried out"):
        faults.repairs.cancel("1")
    faults.answers.clear()
    with pytest.raises(NoBooking, match="cancelled already"):
        faults.repairs.cancel("1")


def test_closing_closes_session_and_connections(faults: Faults, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[requests.Session] = []

    def close(session: requests.Session) -> None:
        closed.append(session)

    monkeypatch.setattr(requests.Session, "close", close)
    faults.client.open_session()
    faults.client.close()
    assert (faults.drs.operations, len(closed)) == (["openSession", "closeSession"], 1)
    faults.client.close()
    assert (faults.drs.operations, len(closed)) == (["openSession", "closeSession"], 2)


def test_a_closed_client_can_call_again(client: DrsClient) -> None:
    client.select_meta_data()
    client.close()
    assert client.select_meta_data().resource_templates
