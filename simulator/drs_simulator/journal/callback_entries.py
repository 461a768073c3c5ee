"""What the journal keeps of a message that DRS itself sent to a council's service."""

from __future__ import annotations

from datetime import datetime

from drs_simulator.callbacks.http_post import CONTENT_TYPE
from drs_simulator.callbacks.sender import Attempt
from drs_simulator.exchange import Outcome, SoapCall
from drs_simulator.journal.entry import LONGEST_TEXT, JournalEntry
from drs_simulator.journal.masking import Masker


def entry_of(attempt: Attempt, masker: Masker, now: datetime, most: int) -> JournalEntry:
    """The entry, with no more than ``most`` bytes of each body."""
    answer, receiver = attempt.answer, attempt.receiver
    masked = masker.masked(SoapCall(attempt.message), answer.body)
    return JournalEntry(
        number=0,
        time=now,
        method="POST",
        path=receiver.shown[:LONGEST_TEXT],
        address=receiver.host[:LONGEST_TEXT],
        content_type=CONTENT_TYPE,
        soap_action='""',
        operation=attempt.operation,
        session="",
        status=answer.status,
        response_type=masked.told(answer.content_type)[:LONGEST_TEXT],
        outcome=Outcome.SUCCESS if answer.received else Outcome.UNDELIVERED,
        faults=(),
        duration=attempt.duration,
        request=masked.request[:most],
        response=masked.response[:most],
        request_size=len(attempt.message),
        response_size=len(answer.body),
        diagnosis=attempt.describe(),
        is_callback=True,
    )
