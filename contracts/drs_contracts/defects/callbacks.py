"""Simulators that post something else to the council's service than they should."""

from __future__ import annotations

import re

from drs_contracts.defects.base import Defect

_BOOKING_ID = re.compile(rb"<bookingId>[^<]*<")
_DESCRIPTION = re.compile(rb"(<bookingCodeDescription>)[^<]*<")


def _post_once(messages: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Post the first message about each booking alone."""
    known: set[bytes] = set()
    posted = []
    for message in messages:
        named = set(_BOOKING_ID.findall(message))
        if not named & known:
            posted.append(message)
        known |= named
    return tuple(posted)


def _post_the_latest_first(messages: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return messages[::-1]


def _post_follow_ons_as_first(messages: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return tuple(message.replace(b">FOLLOW ON<", b">FIRST<") for message in messages)


def _post_no_descriptions(messages: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return tuple(_DESCRIPTION.sub(rb"\1<", message) for message in messages)


CALLBACK_DEFECTS: tuple[Defect, ...] = (
    Defect("a booking that is moved is not confirmed again", "CBK-01", post_callbacks=_post_once),
    Defect("the latest confirmation is posted first", "CBK-01", post_callbacks=_post_the_latest_first),
    Defect("a reservation is confirmed at once", "CBK-02", {"assumptions": {"reservation": "schedule"}}),
    Defect("a follow-on is confirmed as the first", "CBK-03", post_callbacks=_post_follow_ons_as_first),
    Defect("completed bookings are posted unasked", "CBK-04", {"ordering": {"completion_push": True}}),
    Defect("cancellations are posted unasked", "CBK-05", {"ordering": {"cancellation_push": "confirmation-like"}}),
    Defect("codes are posted without their description", "CBK-06", post_callbacks=_post_no_descriptions),
)
