"""Messages that the council's service has not received yet: stored with the change, deleted once it has them.

Each use case is a transaction, so several processes can share one outbox: a process that claims a message has it alone
for a while, and if it dies in between, the next one posts it. The messages about a booking are posted in order, so
that the last one received reports the last change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from drs_simulator.scheduling.context import UseCaseContext, only_reads
from drs_simulator.scheduling.model import Booking, Confirmation, Order, PushKind

Occasion = Literal["schedule", "move", "confirm"]
AT_ONCE = timedelta(0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Lease:
    """The message to post now, if any, and when to look for one again, by system time, as far as that is known."""

    confirmation: Confirmation | None = None
    next_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class LeaseRequest:
    """A process asks for a message.

    Args:
        now: The system time.
        until: How long other processes leave the message alone.
        every: How long it is from one run of posting to the next, by the simulator's clock; 0 to post at once.
    """

    now: datetime
    until: datetime
    every: timedelta = AT_ONCE


def queue_confirmation(context: UseCaseContext, occasion: Occasion, booking: Booking) -> None:
    """Tell the council's service how the booking is planned now, if the profile has that occasion."""
    if occasion in context.profile.ordering.confirmation_after:
        _queue(context, PushKind.CONFIRMATION, booking)


def queue_cancellation(context: UseCaseContext, booking: Booking) -> None:
    """Tell the council's service that the booking is deleted, if the profile says so."""
    if context.profile.ordering.cancellation_push != "none":
        _queue(context, PushKind.CANCELLATION, booking)


def queue_completion(
    context: UseCaseContext, order: Order, booking: Booking, business_data: tuple[tuple[str, str | None], ...]
) -> None:
    """Tell the council's service that the booking is completed, if the profile says so."""
    if context.profile.ordering.completion_push:
        _queue(context, PushKind.COMPLETION, booking, order, business_data)


@only_reads
def list_waiting(context: UseCaseContext, request: None) -> tuple[Confirmation, ...]:  # noqa: ARG001 - all of them
    """Return the messages that the council's service has not received yet, oldest first."""
    return context.transaction.confirmations()


def claim_next(context: UseCaseContext, request: LeaseRequest) -> Lease:
    """Claim the oldest message whose turn it is; those about one booking in their order."""
    bookings: set[int] = set()
    next_due: datetime | None = None
    for confirmation in context.transaction.confirmations():
        if confirmation.booking.id in bookings:
            continue
        bookings.add(confirmation.booking.id)
        due = _due(confirmation, context.now, request)
        if due <= request.now:
            claimed = replace(confirmation, attempts=confirmation.attempts + 1, tried=context.now, due=request.until)
            context.transaction.put_confirmation(claimed)
            return Lease(claimed)
        next_due = due if next_due is None else min(due, next_due)
    return Lease(next_due=next_due)


def mark_delivered(context: UseCaseContext, delivered: Confirmation) -> None:
    """Delete a message that was received. After a reset another one, not posted yet, may have its number."""
    stored = context.transaction.confirmation(delivered.number)
    if stored is not None and stored.attempts >= delivered.attempts:
        context.transaction.drop_confirmation(delivered.number)


def retry_later(context: UseCaseContext, later: Confirmation) -> None:
    """Store when a message that was not received is posted again, unless another process has claimed it since."""
    stored = context.transaction.confirmation(later.number)
    if stored is not None and stored.attempts == later.attempts:
        context.transaction.put_confirmation(later)


def until_next_run(now: datetime, every: timedelta) -> timedelta:
    """How long it is until the next run. Runs are at whole multiples of ``every`` since 1970, in UTC."""
    return every - (now - _EPOCH) % every


def _queue(
    context: UseCaseContext,
    kind: PushKind,
    booking: Booking,
    order: Order | None = None,
    business_data: tuple[tuple[str, str | None], ...] = (),
) -> None:
    if context.wake_sender is None:
        return
    context.transaction.put_confirmation(
        Confirmation(
            number=context.transaction.next_number("confirmation", 1),
            changed=context.now,
            booking=booking,
            target_date=(order or context.order_of(booking)).target_date,
            kind=kind,
            order=order,
            business_data=business_data,
        )
    )
    # The sender's transaction waits until this one has ended.
    context.wake_sender()


def _due(confirmation: Confirmation, now: datetime, request: LeaseRequest) -> datetime:
    """When it is the message's turn, by system time. ``now`` is the simulator's time, which may be set back."""
    if confirmation.due is not None and confirmation.due > request.now:
        return confirmation.due
    since = confirmation.tried or confirmation.changed
    if request.every and (since - _EPOCH) // request.every == (now - _EPOCH) // request.every:
        return request.now + until_next_run(now, request.every)
    return request.now
