"""DRS calls back: what becomes of bookings is posted to the council's service, at least once and in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from drs_contracts import CallbackReceiver, ReceivedConfirmation
from drs_simulator import AdminClient, Outcome, ReceiverUrlError, Simulator
from drs_simulator.callbacks.sender import pause_after
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.callbacks.council import (
    CLOCK,
    DAYS,
    SLOT,
    WINDOW,
    Caller,
    create_booking,
    move_booking,
    pending,
    wait_until,
    with_ordering,
)
from tests.simulator.cli.test_cli import run, serving
from tests.simulator.soap.wire import ORDER


@pytest.fixture
def receiver() -> Iterator[CallbackReceiver]:
    with CallbackReceiver() as each:
        yield each


def test_moved_booking_is_posted_whole(receiver: CallbackReceiver) -> None:
    with Simulator("lincoln", clock=CLOCK, seed=1, callback_url=receiver.url) as drs:
        booking = create_booking(drs)
        move_booking(drs, booking, 1)
        _, received = receiver.wait_for(2)
    assert received.flaws == ()
    assert received["bookingId"] == received["originalBookingId"] == str(booking)
    assert received["primaryOrderNumber"] == "10000047"
    window = (received["planningWindowStart"], received["planningWindowEnd"])
    assert window == ("2021-10-27T12:00:00", "2021-10-27T16:00:00")
    assert received.date("changedDate").isoformat() == "2021-10-22T12:20:59"
    assert received.codes[0]["bookingCodeSORCode"] == "N373049"
    assert re.fullmatch("[A-Za-z0-9]{40}", received["tokenId"])


def test_held_callbacks_are_not_posted(receiver: CallbackReceiver) -> None:
    with Simulator("lincoln", clock=CLOCK, callback_url=receiver.url, holds_callbacks=True) as drs:
        caller = Caller(drs)
        bookings = [caller.order(ORDER.replace("10000047", each)) for each in ("10000047", "10000048")]
        for booking in reversed(bookings):
            caller.schedule(booking)
        held = [ReceivedConfirmation.of(each) for each in drs.held_callbacks]
        assert [each["bookingId"] for each in held] == [str(each) for each in reversed(bookings)]
        assert receiver.attempts == 0
        drs.reset()
        assert drs.held_callbacks == ()


def test_what_waits_to_be_posted_is_held_too(receiver: CallbackReceiver) -> None:
    """A message that was received is held no more."""
    hourly = timedelta(hours=1)
    with Simulator("lincoln", clock=CLOCK, callback_url=receiver.url, callback_every=hourly) as drs:
        create_booking(drs)
        (held,) = drs.held_callbacks
        drs.clock.shift(hourly)
        (received,) = receiver.wait_for(1)
        assert received.body == held
        wait_until(lambda: drs.held_callbacks == ())


def test_a_simulator_without_a_service_holds_none() -> None:
    drs = Simulator("lincoln", clock=CLOCK)
    create_booking(drs)
    assert drs.held_callbacks == ()


def test_schedule_booking_is_posted_each_time(receiver: CallbackReceiver) -> None:
    with Simulator("lincoln", clock=CLOCK, callback_url=receiver.url) as drs:
        caller = Caller(drs)
        booking = caller.order()
        for _ in range(2):
            caller.schedule(booking)
        received = receiver.wait_for(2)
    assert [each["planningWindowStart"] for each in received] == ["2021-10-26T08:00:00"] * 2
    assert receiver.attempts == 2


def test_reservation_is_posted_when_confirmed(receiver: CallbackReceiver) -> None:
    with Simulator("lincoln", clock=CLOCK, callback_url=receiver.url) as drs:
        caller = Caller(drs)
        booking = caller.order()
        caller.about("createReservation", booking, f"<primaryOrderNumber/>{WINDOW}")
        assert pending(drs) == 0
        assert receiver.attempts == 0
        caller.about("confirmReservation", booking, "<primaryOrderNumber/>")
        (received,) = receiver.wait_for(1)
    assert received["planningWindowStart"] == "2021-10-26T08:00:00"


def test_planner_confirms_and_one_message_is_posted(receiver: CallbackReceiver) -> None:
    profile = with_ordering(confirmation_after=["schedule", "confirm"])
    with Simulator(profile, clock=CLOCK, callback_url=receiver.url) as drs:
        caller = Caller(drs)
        booking = caller.order()
        caller.about("createReservation", booking, f"<primaryOrderNumber/>{WINDOW}")
        with AdminClient(drs.url.split("/OT")[0]) as admin:
            admin.confirm(booking)
        receiver.wait_for(1)
        drs.close()
        assert pending(drs) == 0
    assert receiver.attempts == 1


def test_profile_chooses_the_occasions(receiver: CallbackReceiver) -> None:
    with Simulator(with_ordering(confirmation_after=["move"]), clock=CLOCK, callback_url=receiver.url) as drs:
        booking = create_booking(drs)
        with AdminClient(drs.url.split("/OT")[0]) as admin:
            admin.confirm(booking)
        move_booking(drs, booking, 1)
        (received,) = receiver.wait_for(1)
        assert received["planningWindowStart"] == "2021-10-27T12:00:00"


def test_failed_confirmation_is_posted_again(receiver: CallbackReceiver) -> None:
    receiver.fail(2, 503)
    with Simulator("lincoln", clock=CLOCK, callback_url=receiver.url) as drs:
        create_booking(drs)
        receiver.wait_for(1)
        # The sender records an attempt after it has been answered.
        drs.close()
        sent = [entry for entry in drs.journal.entries() if entry.is_callback]
    assert [entry.outcome for entry in sent] == [Outcome.UNDELIVERED, Outcome.UNDELIVERED, Outcome.SUCCESS]
    assert [entry.status for entry in sent] == [503, 503, 200]
    assert [entry.operation for entry in sent] == ["bookingConfirmation"] * 3
    assert "attempt 2" in sent[1].diagnosis
    assert "DRS sends it again in 1 seconds" in sent[1].diagnosis
    assert receiver.attempts == 3


def test_confirmations_of_a_booking_arrive_in_order(receiver: CallbackReceiver) -> None:
    receiver.fail(1)
    with Simulator("lincoln", clock=CLOCK, callback_url=receiver.url) as drs:
        booking = create_booking(drs)
        for to in (1, 2, 0):
            move_booking(drs, booking, to)
        received = receiver.wait_for(4)
    days = [each["planningWindowStart"][8:10] for each in received]
    assert days == ["26", "27", "28", "26"]


def test_serve_posts_and_refuses_a_wrong_url(receiver: CallbackReceiver) -> None:
    with serving("--port", "0", "--clock", CLOCK, "--callback-url", receiver.url) as (_, printed):
        url = re.findall(r"endpoint +(\S+)", printed)[0]
        with Simulator("lincoln", clock=CLOCK) as source:
            booking = create_booking(source)
            document = source.export_state()
        with AdminClient(url.split("/OT")[0]) as admin:
            admin.import_state(document)
            admin.move(booking, DAYS[1], DAYS[1] + SLOT)
        assert receiver.wait_for(1)
    done = run("serve", "--port", "0", "--callback-url", "ftp://elsewhere")
    assert (done.returncode, "Write http://HOST/PATH or https://HOST/PATH" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    "url", ["", "elsewhere", "ftp://h/", "http://", "http://h:port/", "http://h/a b", "file:///etc/passwd"]
)
def test_wrong_url_is_refused(url: str) -> None:
    with pytest.raises(ReceiverUrlError, match="http"):
        Simulator("lincoln", callback_url=url)


@given(st.integers(1, 100))
def test_pauses_double_up_to_five_minutes(attempts: int) -> None:
    pause, after = pause_after(attempts), pause_after(attempts + 1)
    assert timedelta(seconds=0.5) <= pause <= after <= timedelta(minutes=5)
    assert after in (2 * pause, timedelta(minutes=5))
