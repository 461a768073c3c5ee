"""Callbacks: what planners do is posted to the council's service, one or more times, in order, despite failures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from drs_contracts import CallbackReceiver, ReceivedConfirmation
from drs_simulator import AdminClient, Outcome, Profile, ReceiverUrlError, Simulator, load_profile
from drs_simulator.callbacks.sender import pause_after
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from tests.simulator.cli.test_cli import run, serving
from tests.simulator.scheduling.builders import changed, local
from tests.simulator.soap.wire import OPEN, ORDER, call

CLOCK = "fixed@2021-10-22T12:20:59"
DAYS = (local("2021-10-26T08:00"), local("2021-10-27T12:00"), local("2021-10-28T09:30"))


@pytest.fixture
def receiver() -> Iterator[CallbackReceiver]:
    with CallbackReceiver() as each:
        yield each


def create_booking(drs: Simulator) -> int:
    """Create an order, schedule its booking, and return the booking's id."""
    http = Client(drs.wsgi)

    def send(operation: str, members: str) -> str:
        return http.post(drs.path, data=call(operation, members), content_type="text/xml").text

    session = re.findall("<sessionId>.*?</sessionId>", send("openSession", OPEN))[0]
    booking = re.findall("<bookingId>(.*?)<", send("createOrder", ORDER + session))[0]
    window = (
        "<planningWindowStart>2021-10-26T08:00:00</planningWindowStart>"
        "<planningWindowEnd>2021-10-26T12:00:00</planningWindowEnd>"
    )
    members = f"<bookingId>{booking}</bookingId><contract>0</contract><primaryOrderNumber/>{window}"
    assert "<status>success</status>" in send("scheduleBooking", f"{session}<theBooking>{members}</theBooking>")
    return int(booking)


def move_booking(drs: Simulator, booking: int, to: int) -> None:
    """Move the booking as a planner."""
    with AdminClient(drs.url.split("/OT")[0]) as admin:
        admin.move(booking, DAYS[to], DAYS[to] + timedelta(hours=4))


def test_moved_booking_is_posted_whole(receiver: CallbackReceiver) -> None:
    with Simulator("lincoln", clock=CLOCK, seed=1, callback_url=receiver.url) as drs:
        booking = create_booking(drs)
        move_booking(drs, booking, 1)
        (message,) = receiver.wait_for(1)
        assert message.flaws == ()
        assert message["bookingId"] == message["originalBookingId"] == str(booking)
        assert message["primaryOrderNumber"] == "10000047"
        assert (message["planningWindowStart"], message["planningWindowEnd"]) == (
            "2021-10-27T12:00:00",
            "2021-10-27T16:00:00",
        )
        assert message.date("changedDate").isoformat() == "2021-10-22T12:20:59"
        assert message.codes[0]["bookingCodeSORCode"] == "N373049"
        assert message.codes[0]["trade"] == "Joiner"
        assert re.fullmatch("[A-Za-z0-9]{40}", message["tokenId"])


def test_callers_own_changes_are_not_posted(receiver: CallbackReceiver) -> None:
    with Simulator("lincoln", clock=CLOCK, callback_url=receiver.url) as drs:
        booking = create_booking(drs)
        with AdminClient(drs.url.split("/OT")[0]) as admin:
            admin.confirm(booking)
        (message,) = receiver.wait_for(1)
        assert message["planningWindowStart"] == "2021-10-26T08:00:00"
        assert receiver.attempts == 1


def test_profile_chooses_the_occasions(receiver: CallbackReceiver) -> None:
    only_moves = changed(load_profile("lincoln"), ordering={"confirmation_after": ["move"]})
    assert isinstance(only_moves, Profile)
    with Simulator(only_moves, clock=CLOCK, callback_url=receiver.url) as drs:
        booking = create_booking(drs)
        with AdminClient(drs.url.split("/OT")[0]) as admin:
            admin.confirm(booking)
        move_booking(drs, booking, 1)
        (message,) = receiver.wait_for(1)
        assert message["planningWindowStart"] == "2021-10-27T12:00:00"


def test_failed_confirmation_is_posted_again(
    receiver: CallbackReceiver,
) -> None:
    receiver.fail(2, 503)
    with Simulator("lincoln", clock=CLOCK, callback_url=receiver.url) as drs:
        move_booking(drs, create_booking(drs), 1)
        receiver.wait_for(1)
        # The sender records an attempt after its answer.
        drs.close()
        sent = [entry for entry in drs.journal.entries() if entry.is_callback]
    assert [entry.outcome for entry in sent] == [Outcome.UNDELIVERED, Outcome.UNDELIVERED, Outcome.SUCCESS]
    assert [entry.status for entry in sent] == [503, 503, 200]
    assert "attempt 2" in sent[1].diagnosis
    assert "DRS sends it again in 1 seconds" in sent[1].diagnosis
    assert receiver.attempts == 3


def test_confirmations_of_a_booking_arrive_in_order(receiver: CallbackReceiver) -> None:
    receiver.fail(1)
    with Simulator("lincoln", clock=CLOCK, callback_url=receiver.url) as drs:
        booking = create_booking(drs)
        for to in (1, 2, 0):
            move_booking(drs, booking, to)
        messages = receiver.wait_for(3)
    days = [each["planningWindowStart"][8:10] for each in messages]
    assert days == ["27", "28", "26"]


def test_serve_posts_and_refuses_a_wrong_url(receiver: CallbackReceiver) -> None:
    with serving("--port", "0", "--clock", CLOCK, "--callback-url", receiver.url) as (_, printed):
        url = re.findall(r"endpoint +(\S+)", printed)[0]
        with Simulator("lincoln", clock=CLOCK) as source:
            booking = create_booking(source)
            document = source.export_state()
        with AdminClient(url.split("/OT")[0]) as admin:
            admin.import_state(document)
            admin.move(booking, DAYS[1], DAYS[1] + timedelta(hours=4))
        assert receiver.wait_for(1)
    done = run("serve", "--port", "0", "--callback-url", "ftp://elsewhere")
    assert (done.returncode, "Write http://HOST/PATH or https://HOST/PATH." in done.stderr) == (2, True)


@pytest.mark.parametrize(
    "url",
    ["", "elsewhere", "ftp://h/", "http://", "http://u:p@h/", "http://h:port/", "http://h/a b", "file:///etc/passwd"],
)
def test_wrong_url_is_refused(url: str) -> None:
    with pytest.raises(ReceiverUrlError, match="http"):
        Simulator("lincoln", callback_url=url)


@given(st.integers(1, 100))
def test_pauses_double_up_to_five_minutes(attempts: int) -> None:
    pause, after = pause_after(attempts), pause_after(attempts + 1)
    assert timedelta(seconds=0.5) <= pause <= after <= timedelta(minutes=5)
    assert after in (2 * pause, timedelta(minutes=5))


@pytest.mark.parametrize(
    ("body", "flaw"),
    [
        (b"<a/>", "It is no SOAP envelope"),
        (b"<", "It is no SOAP envelope"),
    ],
)
def test_receiver_names_what_is_no_confirmation(body: bytes, flaw: str) -> None:
    assert ReceivedConfirmation.of(body).flaws[0].startswith(flaw)


def test_receiver_names_missing_members_and_wrong_dates(receiver: CallbackReceiver) -> None:
    with Simulator("lincoln", clock=CLOCK, callback_url=receiver.url) as drs:
        move_booking(drs, create_booking(drs), 1)
        (message,) = receiver.wait_for(1)
    wrong = message.body.replace(b"<bookingSequence>1</bookingSequence>", b"").replace(b"T12:00:00<", b"T12:00:00Z<")
    flaws = " ".join(ReceivedConfirmation.of(wrong).flaws)
    assert "lacks bookingSequence" in flaws
    assert "planningWindowStart is no local date and time" in flaws
