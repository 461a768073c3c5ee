"""Journal entries of messages that the simulator itself posted to a council's service."""

from __future__ import annotations

from datetime import datetime

from drs_simulator.callbacks.http_post import CONTENT_TYPE
from drs_simulator.callbacks.sender import Attempt
from drs_simulator.exchange import Outcome, SoapCall
from drs_simulator.journal.entry import MAX_TEXT, JournalEntry
from drs_simulator.journal.masking import Masker


def make_callback_entry(
    attempt: Attempt, masker: Masker, now: datetime, began: datetime, max_body: int
) -> JournalEntry:
    """Make the entry of an attempt.

    Args:
        attempt: The attempt.
        masker: Masks its secrets.
        now: The simulated time.
        began: The system time at which it began.
        max_body: How many bytes of each body to store.
    """
    answer, receiver = attempt.answer, attempt.receiver
    masked = masker.mask(SoapCall(attempt.message), answer.body)
    return JournalEntry(
        number=0,
        time=now,
        method="POST",
        path=receiver.shown[:MAX_TEXT],
        address=receiver.host[:MAX_TEXT],
        content_type=CONTENT_TYPE,
        soap_action='""',
        operation=attempt.operation,
        session="",
        status=answer.status,
        response_type=masked.clean(answer.content_type)[:MAX_TEXT],
        outcome=Outcome.SUCCESS if answer.received else Outcome.UNDELIVERED,
        faults=(),
        duration=attempt.duration,
        request=masked.request[:max_body],
        response=masked.response[:max_body],
        request_size=len(attempt.message),
        response_size=len(answer.body),
        diagnosis=attempt.describe(),
        system_time=began,
        is_callback=True,
    )
