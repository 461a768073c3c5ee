"""The outbox: confirmations for the council's service, stored with the planner's change and removed once delivered.

Several processes can share one outbox, since each use case is a transaction: a process takes a short lease on the
confirmation that it posts, and when it dies the lease ends and another process posts it. The confirmations of a booking
are posted in order, so the last one that is delivered is the last change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from drs_simulator.scheduling.context import UseCaseContext
from drs_simulator.scheduling.model import Booking, Confirmation


@dataclass(frozen=True, slots=True)
class Lease:
    """A confirmation to post now, or else when the next one is due, if there is any."""

    confirmation: Confirmation | None = None
    next_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class LeaseRequest:
    """The present, by system time, and the end of the lease that is asked for."""

    now: datetime
    until: datetime


def queue_confirmation(context: UseCaseContext, occasion: Literal["move", "confirm"], booking: Booking) -> None:
    """Queue a confirmation of the booking, if the profile sends one on that occasion."""
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
    # The sender's own transaction waits until this one has ended.
    context.wake_sender()


def claim_next(context: UseCaseContext, request: LeaseRequest) -> Lease:
    """Lease the oldest confirmation that is due and count the attempt; those of one booking go in order."""
    bookings: set[int] = set()
    next_due: datetime | None = None
    for confirmation in context.transaction.confirmations():
        if confirmation.booking.id in bookings:
            continue
        bookings.add(confirmation.booking.id)
        due = confirmation.due
        if due is None or due <= request.now:
            leased = replace(confirmation, attempts=confirmation.attempts + 1, due=request.until)
            context.transaction.put_confirmation(leased)
            return Lease(leased)
        next_due = due if next_due is None else min(due, next_due)
    return Lease(next_due=next_due)


def mark_delivered(context: UseCaseContext, delivered: Confirmation) -> None:
    """Remove a delivered confirmation.

    After a reset its number may belong to another one, which has fewer attempts and stays.
    """
    stored = context.transaction.confirmation(delivered.number)
    if stored is not None and stored.attempts >= delivered.attempts:
        context.transaction.drop_confirmation(delivered.number)


def retry_later(context: UseCaseContext, later: Confirmation) -> None:
    """Post the confirmation again when it is due, unless another process has tried since."""
    stored = context.transaction.confirmation(later.number)
    if stored is not None and stored.attempts == later.attempts:
        context.transaction.put_confirmation(later)
