"""The use case of a location, updateLocation, and what createOrder does with the location of its order."""

from __future__ import annotations

from dataclasses import replace

from drs_simulator.scheduling.commands import LocationUpdate
from drs_simulator.scheduling.context import UseCaseContext
from drs_simulator.scheduling.model import Location
from drs_simulator.scheduling.refusal import Refusal


def update_location(context: UseCaseContext, request: LocationUpdate) -> Location:
    """Update a location: what is sent replaces what is known, and orders there show it from now on.

    An unknown location is added, unless the profile refuses unknown ones. Without coordinates it gets the profile's
    default ones.

    Refuses: a missing ``locationId``, an unknown location where the profile says so, coordinates that are no degrees.

    Evidence: presumed; members published. That DRS has a record of each location, which it keeps up to date: vendor
    (xj5zkrjfvc, 7tmuy3gu3l).
    """
    location = _with_changes(context, context.validator.location(request.id), request)
    _put_location(context, location)
    return location


def keep_location(context: UseCaseContext, known: Location, sent: LocationUpdate | None) -> Location:
    """Return the location of a new order, its record updated with what the order brings (vendor: 7tmuy3gu3l).

    The record stays as it is if the order brings nothing new, or the location of another id (presumed).

    Raises:
        Refusal: The coordinates are no degrees.
    """
    if sent is None or (sent.id or known.id) != known.id:
        return known
    location = _with_changes(context, known, sent)
    if location != known:
        _put_location(context, location)
    return location


def _with_changes(context: UseCaseContext, known: Location, request: LocationUpdate) -> Location:
    sent = {name: value for name, value in request._asdict().items() if name != "more"}
    location = replace(
        known,
        **{name: value for name, value in sent.items() if value},
        more=tuple(sorted((dict(known.more) | dict(request.more)).items())),
    )
    _check_degrees(context, "latitude", location.latitude, 90)
    _check_degrees(context, "longitude", location.longitude, 180)
    return location


def _put_location(context: UseCaseContext, location: Location) -> None:
    """Store the record, and show it in the orders and bookings there."""
    context.transaction.put_location(location)
    if context.profile.assumptions.changed_location == "new_orders":
        return
    for order in context.transaction.orders():
        if order.location.id == location.id:
            context.transaction.put_order(replace(order, location=location))
            for booking in context.transaction.bookings_of(order.id):
                context.transaction.put_booking(replace(booking, location=location))


def _check_degrees(context: UseCaseContext, field: str, text: str, limit: int) -> None:
    try:
        degrees = float(text)
    except ValueError:
        degrees = float("nan")
    if not -limit <= degrees <= limit:
        raise Refusal(context.profile.messages.value_not_allowed.format(value=text, field=field))
