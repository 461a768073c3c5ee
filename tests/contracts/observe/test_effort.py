"""The effort of observing grows with the number of calls, no faster: counted in function calls, not in seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import FrameType

import pytest
from drs_contracts import Call, Traffic, analyse_traffic
from drs_contracts.driver.messages import Reply

from tests.contracts.sound_traffic import observed_workflow

SOUND = observed_workflow()
SESSIONS = sorted({call.given("sessionId") for call in SOUND.calls} - {""})
BOOKINGS = sorted(
    {(each.text or "") for call in SOUND.calls if call.answer is not None for each in call.answer.iter("bookingId")}
)
SMALL, LARGE = 4, 12
# What is the same for any traffic makes the quotient less than LARGE / SMALL; this is for chance in how sets lie.
TOLERANCE = 1.05


def copied(call: Call, number: int) -> Call:
    """The call of another resident: another session, order and booking, an hour later for each."""

    def rename(text: bytes) -> bytes:
        for place, session in enumerate(SESSIONS):
            text = text.replace(session.encode(), f"{number:031x}{place}".encode())
        for old in (*BOOKINGS, "10000047", "10000048"):
            text = text.replace(f">{old}<".encode(), f">{int(old) % 1000 + 1000 * (number + 1)}<".encode())
        return text

    started = None if call.started is None else call.started + timedelta(hours=number)
    reply = Reply(call.reply.status, call.reply.content_type, rename(call.reply.body))
    return replace(call, sent=rename(call.sent), reply=reply, started=started)


def effort(residents: int, is_sent: Callable[[Call], bool]) -> int:
    """How many functions are called to observe the traffic of that number of residents."""
    calls = [copied(call, number) for number in range(residents) for call in SOUND.calls if is_sent(call)]
    traffic = Traffic("many", tuple(calls))
    counted = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal counted
        del frame, argument
        counted += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        analyse_traffic(traffic)
    finally:
        sys.setprofile(before)
    return counted


@pytest.mark.parametrize("left_out", ["nothing", *sorted({call.operation for call in SOUND.calls})])
def test_the_effort_is_in_proportion_to_the_calls(left_out: str) -> None:
    """Also where something is never done, so that open ends pile up."""

    def is_sent(call: Call) -> bool:
        return call.operation != left_out

    small, large = effort(SMALL, is_sent), effort(LARGE, is_sent)
    assert large / small <= LARGE / SMALL * TOLERANCE
