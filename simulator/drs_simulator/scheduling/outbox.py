"""What the council's service is still to be told: kept with the planner's change, and taken out when it was received.

Each use case is a transaction, so several processes can share one outbox: who posts a confirmation first keeps the
others from it for a while, and whoever dies in between leaves it for the next. A booking's confirmations are posted in
their order, so that the last one received is the last that happened.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from drs_simulator.scheduling.context import UseCaseContext
from drs_simulator.scheduling.model import Booking, Confirmation


@dataclass(frozen=True, slots=True)
class Lease:
    """What is to be posted now, if anything is, and when something will be, as far as that is known."""

    confirmation: Confirmation | None = None
    next_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class LeaseRequest:
    """Who asks when, by system time, and until when others are to leave alone what it is given."""

    now: datetime
    until: datetime


def queue_confirmation(context: UseCaseContext, occasion: Literal["move", "confirm"], booking: Booking) -> None:
    """The council's service is to be told how a planner has left the booking, if it is on that occasion."""
    if context.wake_sender is None or occasion not in context.profile.ordering.confirmation_after:
        return
    siblings = [each.id for each in context.transaction.bookings_of(booking.order_id)]
    confirmation = Confirmation(
        number=context.transaction.next_number("confirmation", 1),
        changed=context.now,
        booking=booking,
        target_date=context.order_of(booking).target_date,
        sequence=siblings.index(booking.id) + 1,
        original_id=siblings[0],
    )
    context.transaction.put_confirmation(confirmation)
    # Who is woken waits until this transaction has ended.
    context.wake_sender()


def claim_next(context: UseCaseContext, request: LeaseRequest) -> Lease:
    """The oldest confirmation that is due, which counts as posted from now on; those of one booking in their order."""
    bookings: set[int] = set()
    next_due: datetime | None = None
    for confirmation in context.transaction.confirmations():
        if confirmation.booking.id in bookings:
            continue
        bookings.add(confirmation.booking.id)
        due = confirmation.due
        if due is None or due <= request.now:
            taken = replace(confirmation, attempts=confirmation.attempts + 1, due=request.until)
            context.transaction.put_confirmation(taken)
            return Lease(taken)
        next_due = due if next_due is None else min(due, next_due)
    return Lease(next_due=next_due)


def mark_delivered(context: UseCaseContext, delivered: Confirmation) -> None:
    """Its receiver has it. After a reset the number may be another one's, which nobody has posted yet."""
    kept = context.transaction.confirmation(delivered.number)
    if kept is not None and kept.attempts >= delivered.attempts:
        context.transaction.drop_confirmation(delivered.number)


def retry_later(context: UseCaseContext, later: Confirmation) -> None:
    """Its receiver does not have it; it is posted again when it is due. Nothing where others were at it since."""
    kept = context.transaction.confirmation(later.number)
    if kept is not None and kept.attempts == later.attempts:
        context.transaction.put_confirmation(later)
