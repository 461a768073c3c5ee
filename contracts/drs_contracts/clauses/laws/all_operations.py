"""Calls of all operations, each on things of its own: one that DRS takes, and one that it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from types import MappingProxyType

from drs_contracts.driver.driver import DrsDriver, OfferedSlot
from drs_contracts.driver.messages import Exchange, Members

_NONE: Members = MappingProxyType({"primaryOrderNumber": "no such one"})
_UNKNOWN_BOOKING = "2147483647"


def call_all_operations(drs: DrsDriver, slot: OfferedSlot, place: str) -> Iterator[Exchange]:
    """Call the operations that change no records, in the order of a workflow, and give each exchange.

    Args:
        drs: The driver.
        slot: Where bookings are scheduled; it has room for two.
        place: The location of the orders.
    """
    contract, user = drs.data.contract, drs.data.user_id
    session = drs.open_session()
    yield session
    yield drs.open_session(login="no such one")
    ahead = (slot.begins.date() - drs.today).days
    yield drs.check_availability(drs.local(ahead), drs.local(ahead + 1), locationID=place)
    yield drs.check_availability(drs.local(ahead + 1), drs.local(ahead), locationID=place)
    target = drs.local(ahead + 30, time(23, 59, 59))
    order, other = (drs.create_order(locationID=place, targetDate=target) for _ in range(2))
    yield order.exchange
    yield drs.call("createOrder", drs.order_members(primaryOrderNumber=order.number))
    named: Members = {"primaryOrderNumber": order.number}
    yield drs.ask("updateOrder", theOrder={**named, "orderComments": "changed"})
    yield drs.ask("updateOrder", theOrder=_NONE)
    yield drs.ask("createBooking", theBooking={**named, "theBookingCodes": drs.code(order.number)})
    yield drs.ask("createBooking", theBooking={**_NONE, "theBookingCodes": drs.code("none")})
    booking, unknown = drs.booking(order, **slot.window), drs.booking(order, bookingId=_UNKNOWN_BOOKING, **slot.window)
    for operation in ("createReservation", "confirmReservation", "scheduleBooking"):
        yield drs.ask(operation, theBooking=booking)
        yield drs.ask(operation, theBooking=unknown)
    yield drs.update(order, "STARTED")
    yield drs.update(order, "PLANNED")
    yield drs.select(order)
    yield drs.ask("selectOrder", primaryOrderNumber="no such one")
    period: Members = {"returnBookingsFrom": drs.local(ahead), "returnBookingsTo": drs.local(ahead + 1)}
    yield drs.ask("selectBooking", **period)
    yield drs.ask("selectBooking", workers="no such one")
    resources = drs.ask("selectResource", includeWorkingHours=True)
    yield resources
    yield drs.ask("selectResource", theResourceIDs="no such one")
    operative = resources.text("theResources/resourceID") or ""
    day: Members = {"contract": contract, "scheduleDate": drs.local(ahead)}
    yield drs.ask("getSchedule", **day, resourceId=operative)
    yield drs.ask("getSchedule", **day, resourceId="no such one")
    for operation in ("selectAlerts", "selectMetaData"):
        yield drs.ask(operation, contract=contract)
        yield drs.ask(operation, contract="no such one")
    yield drs.schedule_into(other, slot)
    yield drs.delete(other)
    yield drs.delete(other)
    completion = {"contract": contract, "userId": user}
    yield drs.ask("completeOrder", **completion, **named)
    yield drs.ask("completeOrder", **completion, **_NONE)
    yield drs.ask("deleteOrder", theOrder={"primaryOrderNumber": other.number})
    yield drs.ask("deleteOrder", theOrder=_NONE)
    opened = session.text("sessionId") or ""
    yield drs.call("closeSession", {"sessionId": opened})
    yield drs.call("closeSession", {"sessionId": opened})


def call_record_operations(drs: DrsDriver, operative: str, ahead: int, place: str) -> Iterator[Exchange]:
    """Call the operations that change records, and give each exchange.

    Args:
        drs: The driver.
        operative: The operative who is away on that day.
        ahead: How many days ahead that day is.
        place: The id of the location that is changed.
    """
    contract = drs.data.contract
    away: Members = {"beginDateTime": drs.local(ahead), "endDateTime": drs.local(ahead + 1)}
    changes: tuple[Members, ...] = (
        {"resourceID": operative, "theUnavailabilities": away},
        {"resourceID": "no such one"},
    )
    for named in changes:
        yield drs.ask("updateResource", contract=contract, theResources=named)
    for latitude in ("53.23", "north"):
        yield drs.ask("updateLocation", theLocation={"locationId": place, "address1": "1 Way", "latitude": latitude})
    code: Members = {"bookingCode": "NEW-2", "bookingCodeDescription": "New", "contract": contract}
    for minutes in (30, -1):
        definition = {**code, "bookingCodeTime": minutes}
        yield drs.ask("updateBookingCode", contract=contract, theBookingCodeDefinitions=definition)
