"""A snapshot: the whole state as one value, which is checked before it is restored."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

from drs_simulator.profile.tables import SorCode
from drs_simulator.scheduling.context import UseCaseContext, only_reads
from drs_simulator.scheduling.model import Booking, Confirmation, Location, Operative, Order, PushKind, Session
from drs_simulator.scheduling.planning.installation import Installation
from drs_simulator.scheduling.store import Numbered

# The gateway reads dates beyond these as these, so that no arithmetic with dates leaves the calendar.
_EARLIEST = datetime(100, 1, 1, tzinfo=UTC)
_LATEST = datetime(9900, 1, 1, tzinfo=UTC)
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MAX_NUMBER = 2**31 - 1


class SnapshotError(ValueError):
    """A snapshot cannot be restored. ``problems`` has a line for each problem, which begins with its key."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state that callers have created. Diaries are not in it, since they follow from the bookings."""

    sessions: tuple[Session, ...]
    numbers: dict[Numbered, int]
    orders: tuple[Order, ...]
    bookings: tuple[Booking, ...]
    sor_codes: tuple[SorCode, ...]
    locations: tuple[Location, ...]
    operatives: tuple[Operative, ...]
    confirmations: tuple[Confirmation, ...] = ()

    def in_zone(self, zone: tzinfo) -> Snapshot:
        """Return the snapshot with all its instants in that time zone.

        Raises:
            SnapshotError: An instant has no offset or is out of range, or a local time has one.
        """
        moved: Snapshot = _in_zone(self, zone, "")
        return moved


@only_reads
def take_snapshot(context: UseCaseContext, request: None) -> Snapshot:  # noqa: ARG001 - it has no filter
    """Take a snapshot of the whole state."""
    transaction = context.transaction
    return Snapshot(
        sessions=tuple(transaction.sessions()),
        numbers=dict(sorted(transaction.numbers().items())),
        orders=tuple(transaction.orders()),
        bookings=tuple(transaction.bookings()),
        sor_codes=tuple(transaction.sor_codes()),
        locations=tuple(transaction.locations()),
        operatives=tuple(sorted(transaction.changed_operatives().values(), key=lambda operative: operative.id)),
        confirmations=transaction.confirmations(),
    )


def put_snapshot(context: UseCaseContext, snapshot: Snapshot) -> None:
    """Replace the whole state with the snapshot.

    Raises:
        SnapshotError: The snapshot is inconsistent, or of another installation; nothing is changed.
    """
    problems = list(_problems(snapshot, context.installation))
    if problems:
        raise SnapshotError(problems)
    transaction = context.transaction
    transaction.clear()
    for session in snapshot.sessions:
        transaction.put_session(session)
    for of, last in snapshot.numbers.items():
        transaction.put_number(of, last)
    for order in sorted(snapshot.orders, key=lambda order: order.id):
        transaction.put_order(order)
    for booking in sorted(snapshot.bookings, key=lambda booking: booking.id):
        transaction.put_booking(booking)
    for sor_code in snapshot.sor_codes:
        transaction.put_sor_code(sor_code)
    for location in snapshot.locations:
        transaction.put_location(location)
    for operative in snapshot.operatives:
        transaction.put_operative(operative)
    for confirmation in snapshot.confirmations:
        transaction.put_confirmation(confirmation)


def _problems(snapshot: Snapshot, installation: Installation) -> Iterator[str]:
    """Yield what is wrong with the snapshot and would make requests fail later."""
    yield from _unwritable("", snapshot)
    yield from _repeated("sessions", (session.id for session in snapshot.sessions))
    yield from _repeated("orders", (order.id for order in snapshot.orders))
    yield from _repeated("bookings", (booking.id for booking in snapshot.bookings))
    yield from _repeated("sor_codes", (code.code for code in snapshot.sor_codes))
    yield from _repeated("locations", (location.id for location in snapshot.locations))
    yield from _repeated("operatives", (operative.id for operative in snapshot.operatives))
    yield from _repeated("confirmations", (confirmation.number for confirmation in snapshot.confirmations))
    yield from _wrong_numbers("order", snapshot, [order.id for order in snapshot.orders])
    yield from _wrong_numbers("booking", snapshot, [booking.id for booking in snapshot.bookings])
    yield from _wrong_numbers("confirmation", snapshot, [each.number for each in snapshot.confirmations])
    orders = {order.id: order for order in snapshot.orders}
    for index, order in enumerate(snapshot.orders):
        yield from _wrong_order(f"orders[{index}]", order, installation)
    for index, booking in enumerate(snapshot.bookings):
        yield from _wrong_booking(f"bookings[{index}]", booking, orders, installation)
    for index, message in enumerate(snapshot.confirmations):
        if message.kind is PushKind.COMPLETION and message.order is None:
            yield f"confirmations[{index}].order: is missing; a completed booking is posted with its order"
    for index, location in enumerate(snapshot.locations):
        yield from _wrong_place(f"locations[{index}]", location)
    for index, operative in enumerate(snapshot.operatives):
        yield from _wrong_operative(f"operatives[{index}]", operative, installation)


def _wrong_numbers(of: Numbered, snapshot: Snapshot, ids: list[int]) -> Iterator[str]:
    last = snapshot.numbers.get(of, 0)
    if not all(0 < each <= last for each in ids):
        yield f"numbers.{of}: an id of the {of}s is greater than {last}, the last that was given, or not positive"
    if last > _MAX_NUMBER:
        yield f"numbers.{of}: {last} is more than DRS's numbers can be, {_MAX_NUMBER}"


def _wrong_order(where: str, order: Order, installation: Installation) -> Iterator[str]:
    if not order.number.strip():
        yield f"{where}.number: is blank"
    if order.contract not in installation.profile.contracts:
        yield f"{where}.contract: '{order.contract}' is not a contract of this installation"
    may_be_blank = installation.profile.ordering.blank_priorities == "accept"
    if order.priority not in installation.priorities and not (may_be_blank and not order.priority.strip()):
        yield f"{where}.priority: '{order.priority}' is not a priority of this installation"
    yield from _wrong_place(f"{where}.location", order.location)


def _wrong_booking(
    where: str, booking: Booking, orders: Mapping[int, Order], installation: Installation
) -> Iterator[str]:
    order = orders.get(booking.order_id)
    if order is None or order.number != booking.order_number:
        yield f"{where}.order_id: there is no order {booking.order_id} with the number {booking.order_number}"
    if booking.contract not in installation.profile.contracts:
        yield f"{where}.contract: '{booking.contract}' is not a contract of this installation"
    if not 1 <= booking.minutes <= _MAX_NUMBER:
        yield f"{where}: has no work that can be planned, give it minutes"
    if booking.appointment is not None and booking.window_start >= booking.window_end:
        yield f"{where}.window_end: is not after window_start"
    named = (*booking.operative_ids, booking.locked_operative, booking.worked_by)
    for operative_id in {each for each in named if each is not None} - set(installation.operatives):
        yield f"{where}: '{operative_id}' is not an operative of this installation"
    if not all(code.quantity.is_finite() and code.quantity > 0 for code in booking.codes):
        yield f"{where}.codes: a quantity is not positive"
    yield from _wrong_place(f"{where}.location", booking.location)


def _wrong_operative(where: str, operative: Operative, installation: Installation) -> Iterator[str]:
    if operative.id not in installation.operatives:
        yield f"{where}.id: '{operative.id}' is not an operative of this installation"
    for hours in operative.working_hours:
        if hours.begin >= hours.end:
            yield f"{where}.working_hours: {hours.begin} is not before {hours.end}"
    for away in operative.unavailabilities:
        if away.begin >= away.end:
            yield f"{where}.unavailabilities: {away.begin} is not before {away.end}"
    if not _on_earth(operative.depot.latitude, operative.depot.longitude):
        yield f"{where}.depot: is not a place on earth"


def _wrong_place(where: str, location: Location) -> Iterator[str]:
    try:
        right = _on_earth(float(location.latitude), float(location.longitude))
    except ValueError:
        right = False
    if not right:
        yield f"{where}: latitude and longitude are not degrees"


def _on_earth(latitude: float, longitude: float) -> bool:
    return -90 <= latitude <= 90 and -180 <= longitude <= 180  # noqa: PLR2004 - degrees


def _repeated(where: str, keys: Iterable[Hashable]) -> Iterator[str]:
    if any(count > 1 for count in Counter(keys).values()):
        yield f"{where}: one of them is there more than once"


def _unwritable(where: str, value: Any) -> Iterator[str]:
    """Yield the texts with characters that are not allowed in XML."""
    if isinstance(value, str):
        if _NO_XML.search(value):
            yield f"{where}: has a character that XML does not allow"
    elif is_dataclass(value):
        for field in fields(value):
            yield from _unwritable(_below(where, field.name), getattr(value, field.name))
    elif isinstance(value, SorCode):
        for name, text in value:
            yield from _unwritable(f"{where}.{name}", text)
    elif isinstance(value, tuple):
        for index, each in enumerate(value):
            yield from _unwritable(f"{where}[{index}]", each)


def _in_zone(value: Any, zone: tzinfo, where: str) -> Any:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise SnapshotError([f"{where}: has no offset from UTC"])
        if not _EARLIEST <= value <= _LATEST:
            raise SnapshotError([f"{where}: lies outside of {_EARLIEST.year} to {_LATEST.year}"])
        return value.astimezone(zone)
    if isinstance(value, date) and not _EARLIEST.year <= value.year <= _LATEST.year:
        raise SnapshotError([f"{where}: lies outside of {_EARLIEST.year} to {_LATEST.year}"])
    if isinstance(value, time) and value.tzinfo is not None:
        raise SnapshotError([f"{where}: is a local time and has no offset"])
    if is_dataclass(value) and not isinstance(value, type):
        moved = {
            each.name: _in_zone(getattr(value, each.name), zone, _below(where, each.name)) for each in fields(value)
        }
        return replace(value, **moved)
    # Places are tuples too, of numbers, and stay what they are.
    if type(value) is tuple:
        return tuple(_in_zone(each, zone, f"{where}[{index}]") for index, each in enumerate(value))
    return value


def _below(where: str, name: str) -> str:
    return f"{where}.{name}".lstrip(".")
