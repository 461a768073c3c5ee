"""A client that was generated from the interface description runs the workflow over a real socket."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import zeep
from drs_simulator import Simulator, load_profile
from drs_simulator.soap.operations import SERVED

from tests.simulator.scheduling.builders import changed
from tests.simulator.soap.wire import NAMESPACE

EMPTY = {"string": "", "int": 0, "boolean": False, "dateTime": datetime(2021, 10, 26, 8)}  # noqa: DTZ001


def complete(kind: Any, members: dict[str, Any]) -> dict[str, Any]:
    """The members, and for every other one that the description requires a value that says nothing."""
    filled: dict[str, Any] = {}
    for name, element in kind.elements:
        inner = isinstance(element.type, zeep.xsd.ComplexType)
        if name in members and inner:
            many = isinstance(members[name], list)
            values = [complete(element.type, value) for value in (members[name] if many else [members[name]])]
            filled[name] = values if many else values[0]
        elif name in members:
            filled[name] = members[name]
        elif element.is_optional:
            filled[name] = zeep.xsd.SkipValue
        else:
            filled[name] = complete(element.type, {}) if inner else EMPTY[element.type.name]
    return filled


def caller_of(client: zeep.Client) -> Callable[..., Any]:
    """Calls an operation with some members in an open session, and sees that it succeeds."""
    session: dict[str, Any] = {"login": "drs", "password": "drs"}

    def call(operation: str, **members: Any) -> Any:
        kind = client.get_type(f"{{{NAMESPACE}}}xmb{operation[0].upper()}{operation[1:]}")
        answer = client.service[operation](complete(kind, session | members))
        assert answer.status == "success", answer.errorMsg
        if operation == "openSession":
            session.clear()
            session["sessionId"] = answer.sessionId
        return answer

    call("openSession")
    return call


def code(number: str) -> dict[str, str]:
    return {
        "bookingCodeSORCode": "N373049",
        "itemNumberWithinBooking": "1",
        "quantity": "1",
        "primaryOrderNumber": number,
    }


ORDER = {
    "contract": "0",
    "locationID": "3670010",
    "primaryOrderNumber": "10000047",
    "priority": "Priority 20 Days",
    "targetDate": "2021-11-19T23:59:59",
    "theBookingCodes": [code("10000047")],
    "userId": "strict",
}
PERIOD = {"periodBegin": "2021-10-26T00:00:00", "periodEnd": "2021-10-31T23:59:59"}


def run_every_operation(client: zeep.Client) -> set[str]:
    """The names of the operations that succeeded, one after the other as a service and a planner would call them."""
    called = {"openSession"}
    send = caller_of(client)

    def call(operation: str, **members: Any) -> Any:
        called.add(operation)
        return send(operation, **members)

    slot = call("checkAvailability", **PERIOD, theOrder=ORDER).theSlots[0].slotsForDay[0]
    assert slot.available == "YES"
    made = call("createOrder", theOrder=ORDER).theOrder.theBookings[0]
    booking = {"bookingId": made.bookingId, "contract": "0", "primaryOrderNumber": "10000047"}
    window = {"planningWindowStart": slot.beginDate, "planningWindowEnd": slot.endDate}
    call("scheduleBooking", theBooking=booking | window)
    (read,) = call("selectOrder", primaryOrderNumber=["10000047"]).theOrders
    (resource,) = read.theBookings[0].theResources
    assert resource.resourceName == "Joiner One"
    assert read.theBookings[0].planningWindowEnd == slot.endDate
    number = {"primaryOrderNumber": "10000047", "contract": "0", "userId": "strict"}
    further = number | window | {"theBookingCodes": [code("10000047")], "locationID": "3670010"}
    (second,) = call("createBooking", theBooking=further).theBookings
    again = booking | window | {"bookingId": second.bookingId}
    call("createReservation", theBooking=again, bookingId=second.bookingId)
    call("confirmReservation", theBooking=again, bookingId=second.bookingId)
    day = call("getSchedule", contract="0", resourceId=resource.resourceID, scheduleDate=slot.beginDate).theBookings
    assert made.bookingId in {each.bookingId for each in day}
    assert call("selectBooking", bookingStatus=["PLANNED"]).theBookings
    assert call("selectResource", includeWorkingHours=True).theResources
    away = {"beginDateTime": slot.beginDate, "endDateTime": slot.endDate, "reason": "Holiday"}
    call("updateResource", theResources=[{"resourceID": resource.resourceID, "theUnavailabilities": [away]}])
    assert call("selectAlerts", contract=["0"]).theAlerts
    call("updateLocation", theLocation={"locationId": "3670010", "address1": "1 NEW ROAD"})
    definition = {"bookingCode": "NEW1", "bookingCodeDescription": "New", "bookingCodeTime": 30, "contract": "0"}
    call("updateBookingCode", contract=["0"], theBookingCodeDefinitions=[definition])
    assert call("selectMetaData", contract="0").theResourceTemplates
    call("updateOrder", theOrder=ORDER | {"orderComments": "New"})
    worked = {"startDateAndTime": "2021-10-22T08:00:00", "endDateAndTime": "2021-10-22T09:00:00"}
    news = {"transactionType": "COMPLETED", "resourceId": resource.resourceID, **worked}
    assert call("updateBooking", theBooking=booking, **news).theBooking.bookingLifeCycleStatus == "COMPLETED"
    call("deleteBooking", theBooking=again)
    call("completeOrder", **number)
    call("createOrder", theOrder=ORDER | {"primaryOrderNumber": "10000048"})
    call("deleteOrder", theOrder=ORDER | {"primaryOrderNumber": "10000048"})
    call("closeSession")
    return called


@pytest.mark.parametrize("interface", ["observed", "published"])
def test_strict_zeep_runs_every_operation(interface: str) -> None:
    profile = changed(load_profile("lincoln"), gateway={"interface": interface})
    with Simulator(profile, clock="fixed@2021-10-22T12:20:59.555+01:00") as drs:
        client = zeep.Client(f"{drs.url}?wsdl", settings=zeep.Settings(strict=True))
        assert run_every_operation(client) == SERVED
        assert len(SERVED) == 22
