"""Members of requests, and checks of what a caller passes for them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from drs_client.errors import InvalidArgument

MAX_COMMENTS = 255
"""The number of characters that DRS takes as an order's comments."""


def format_instant(moment: datetime, zone: ZoneInfo) -> str:
    """Write an instant as DRS reads it: local, with offset, so that it has one meaning.

    Raises:
        InvalidArgument: It has no time zone, or is out of range.
    """
    if moment.tzinfo is None:
        raise InvalidArgument(f"{moment.isoformat()} has no time zone. Pass an aware datetime.")
    try:
        local = moment.astimezone(zone)
    except OverflowError:
        raise InvalidArgument(f"{moment.isoformat()} is not a date that DRS can have.") from None
    return local.isoformat(timespec="milliseconds" if local.microsecond else "seconds")


def build_booking_code(sor_code: str, number: str) -> dict[str, str]:
    """Return a SOR code that is done once, as a member of a request."""
    return {
        "bookingCodeSORCode": sor_code,
        "itemNumberWithinBooking": "1",
        "primaryOrderNumber": number,
        "quantity": "1",
    }


def check_comments(comments: str) -> None:
    """Make sure that DRS takes comments of this length.

    Raises:
        InvalidArgument: They are too long.
    """
    if len(comments) > MAX_COMMENTS:
        raise InvalidArgument(f"The comments have {len(comments)} characters; DRS takes {MAX_COMMENTS}.")
