"""How an exchange ended."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus

from drs_simulator.endpoint.connection import Reply

# Text cannot hold this: in it, < is escaped.
REFUSED = b"<status>error</status>"


class Outcome(StrEnum):
    """How an exchange ended."""

    SUCCESS = "success"
    REFUSAL = "refusal"
    FAULT = "fault"
    BROKEN = "broken by fault rule"
    UNDELIVERED = "undelivered"


def outcome_of(reply: Reply) -> Outcome:
    """How an exchange with that reply ended."""
    if reply.broken:
        return Outcome.BROKEN
    if reply.status != HTTPStatus.OK:
        return Outcome.FAULT
    return Outcome.REFUSAL if REFUSED in reply.body else Outcome.SUCCESS
