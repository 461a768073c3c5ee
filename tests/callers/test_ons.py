"""The census test of the Office for National Statistics, 2016: visits for households, in Java.

Where the facts are from: ONSdigital, rm-case-service (its folder kirona-drs-gateway, with diagrams of three sequences
and a client generated from DRS 5.2.0.16) and rm-integration-tests (a completed booking as DRS posts it). The client
hands DRS's objects back as it got them, so a booking is scheduled in the window that createOrder gave it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from drs_contracts import CallbackReceiver
from drs_simulator import Simulator, load_profile
from lxml import etree

from tests.callers.dot_net import put
from tests.callers.service import (
    LONDON,
    NAMESPACE,
    SOAP,
    Platform,
    Service,
    diagnoses,
    inner_xml,
    observe,
    operations_of,
)
from tests.contracts.cli import commands
from tests.simulator.scheduling.builders import changed

CENSUS = changed(
    load_profile("lincoln"),
    name="census",
    contracts=["Census2016"],
    priorities=[{"id": "medium", "title": "Medium"}],
    sor_codes=[{"code": "Household", "description": "Visit a Household", "trade": "Interviewer", "minutes": 10}],
    operatives=[
        {
            "id": "W501",
            "code": "I01",
            "name": "Interviewer One",
            "trades": ["Interviewer"],
            "contracts": ["Census2016"],
            "hours": "08:00-18:00",
            "latitude": "50.8500",
            "longitude": "-1.1700",
        }
    ],
    # Its client is of 2016, and knows none of the three members that later answers have.
    gateway={"interface": "published"},
    ordering={"completion_push": True},
)
JAVA = Platform(
    f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Body><ns2:{{operation}} xmlns:ns2="{NAMESPACE}">'
    "<{operation}>{members}</{operation}></ns2:{operation}></soap:Body></soap:Envelope>",
    "text/xml; charset=UTF-8",
    '""',
)
NUMBER = "8706001"
LOCAL_DATES = "earliestBookingDate, targetDate: a date without an offset is local time (Europe/London), not UTC."

OPEN = "<id>0</id><login>{login}</login><password>{password}</password>"
CLOSE = "<id>0</id><sessionId>{session}</sessionId>"
CREATE = """
  <id>0</id>
  <sessionId>{session}</sessionId>
  <theOrder>
    <contactName>Jo Example</contactName>
    <contract>Census2016</contract>
    <earliestBookingDate>{earliest}</earliestBookingDate>
    <locationID>10012128317</locationID>
    <message>false</message>
    <orderComments>Household upload : SYSTEM</orderComments>
    <orderId>0</orderId>
    <phone>01632960123</phone>
    <primaryOrderNumber>{number}</primaryOrderNumber>
    <priority>medium</priority>
    <targetDate>{target}</targetDate>
    <theBookingCodes>
      <bookingCodeDescription>Visit a Household</bookingCodeDescription>
      <bookingCodeSORCode>Household</bookingCodeSORCode>
      <bookingId>0</bookingId>
      <itemNumberWithinBooking>1</itemNumberWithinBooking>
      <itemValue>1</itemValue>
      <orderId>0</orderId>
      <primaryOrderNumber>{number}</primaryOrderNumber>
      <quantity>1</quantity>
      <standardMinuteValue>10</standardMinuteValue>
    </theBookingCodes>
    <theLocation>
      <address1>11 EXAMPLE ROAD</address1>
      <city>FAREHAM</city>
      <contract>Census2016</contract>
      <country>United Kingdom</country>
      <excludedFromMsging>false</excludedFromMsging>
      <latitude>50.85165</latitude>
      <locationId>10012128317</locationId>
      <longitude>-1.17044</longitude>
      <name>11 EXAMPLE ROAD</name>
      <postCode>PO16 9ZZ</postCode>
      <workflowType>0000</workflowType>
    </theLocation>
    <userId>gateway</userId>
  </theOrder>
"""
SCHEDULE = """
  <id>0</id>
  <force>false</force>
  <sessionId>{session}</sessionId>
  <theBooking>{booking}</theBooking>
  <timeLock>false</timeLock>
  <userId>gateway</userId>
"""
SELECT = """
  <id>0</id>
  <includeCompletedBookings>false</includeCompletedBookings>
  <primaryOrderNumber>{number}</primaryOrderNumber>
  <sessionId>{session}</sessionId>
"""
UPDATE = "<id>0</id><sessionId>{session}</sessionId><theOrder>{order}</theOrder>"
FINISH = """
  <id>0</id>
  <completeOrder>false</completeOrder>
  <endDateAndTime>{end}</endDateAndTime>
  <resourceId>W501</resourceId>
  <sessionId>{session}</sessionId>
  <startDateAndTime>{begin}</startDateAndTime>
  <theBooking>
    <bookingCompletionStatus>CO</bookingCompletionStatus>
    <bookingId>{booking}</bookingId>
    <contract>Census2016</contract>
    <primaryOrderNumber>{number}</primaryOrderNumber>
  </theBooking>
  <transactionType>COMPLETED</transactionType>
"""
DELETE = "<id>0</id><sessionId>{session}</sessionId><theBooking>{booking}</theBooking>"


class Census(Service):
    """The gateway of the census test; a session for each sequence."""

    def __init__(self, drs: Simulator) -> None:
        super().__init__(drs, JAVA)

    def open(self) -> None:
        answer = self.succeed("openSession", OPEN, login=self.drs.login, password=self.drs.password)
        self.session = answer.findtext("sessionId") or ""

    def close(self) -> None:
        self.succeed("closeSession", CLOSE)

    def create(self) -> list[etree._Element]:
        """Create an order and schedule each booking that was returned, as it was returned."""
        now = self.drs.clock.now().astimezone(LONDON)
        self.open()
        answer = self.succeed(
            "createOrder",
            CREATE,
            number=NUMBER,
            earliest=f"{now:%Y-%m-%dT%H:%M}:00",
            target=f"{now + timedelta(days=21, hours=12):%Y-%m-%dT%H:%M:%S}",
        )
        bookings = answer.findall("theOrder/theBookings")
        for booking in bookings:
            self.succeed("scheduleBooking", SCHEDULE, booking=inner_xml(booking))
        self.close()
        return bookings

    def update(self, comments: str) -> list[etree._Element]:
        """Look the orders up, and send each back with other comments."""
        self.open()
        orders = self.orders()
        for order in orders:
            put(order, "orderComments", comments, "order")
            self.succeed("updateOrder", UPDATE, order=inner_xml(order))
        self.close()
        return orders

    def cancel(self) -> int:
        """Delete every booking that is not completed; returns how many."""
        self.open()
        bookings = [booking for order in self.orders() for booking in order.iterfind("theBookings")]
        open_ones = [each for each in bookings if each.findtext("bookingLifeCycleStatus") != "COMPLETED"]
        for booking in open_ones:
            self.succeed("deleteBooking", DELETE, booking=inner_xml(booking))
        self.close()
        return len(open_ones)

    def orders(self) -> list[etree._Element]:
        return self.succeed("selectOrder", SELECT, number=NUMBER).findall("theOrders")

    def finish(self, booking: etree._Element) -> None:
        """What the interviewer's device does when the visit is over."""
        now = self.drs.clock.now().astimezone(LONDON)
        self.open()
        self.succeed(
            "updateBooking",
            FINISH,
            number=NUMBER,
            booking=booking.findtext("bookingId"),
            begin=f"{now - timedelta(minutes=10):%Y-%m-%dT%H:%M:%S}",
            end=f"{now:%Y-%m-%dT%H:%M:%S}",
        )
        self.close()


def read_completion(body: bytes) -> dict[str, str]:
    """What the service keeps of a completed booking: the order, the outcome, and the local times as text."""
    (order,) = etree.fromstring(body).iterfind(f"{{{SOAP}}}Body/completedBooking/theOrders/order")
    (booking,) = order.iterfind("theBookings/booking")
    (code,) = booking.iterfind("theBookingCodes/bookingCode")
    assert [code.findtext(name) for name in ("quantity", "standardMinuteValue", "itemValue")] == ["1", "10", "1"]
    assert booking.findtext("tokenId", "").isalnum()
    names = ("primaryOrderNumber", "taskLifeCycleStatus", "taskCompletionStatus", "taskCompletionDate")
    return {name: booking.findtext(name, "") for name in names} | {
        "planningWindowStart": booking.findtext("planningWindowStart", ""),
        "orderComplete": order.findtext("orderComplete", ""),
        "locationID": order.findtext("locationID", ""),
    }


@pytest.mark.parametrize(
    ("clock", "begin", "end"),
    [
        ("fixed@2016-05-24T13:53:38.250", "2016-05-24T13:53:00+01:00", "2016-06-15T01:53:38+01:00"),
        ("fixed@2016-12-05T13:53:38", "2016-12-05T13:53:00Z", "2016-12-27T01:53:38Z"),
        ("fixed@2016-10-17T13:53:38", "2016-10-17T13:53:00+01:00", "2016-11-08T01:53:38Z"),
    ],
    ids=["summer", "winter", "across the change of autumn"],
)
def test_walk(tmp_path: Path, clock: str, begin: str, end: str) -> None:
    """A visit is created in a window that has begun, changed, and cancelled."""
    with Simulator(CENSUS, clock=clock, seed=1) as drs:
        service = Census(drs)
        (booking,) = service.create()
        assert [booking.findtext(f"planningWindow{name}") for name in ("Start", "End")] == [begin, end]
        assert len(booking.findtext("tokenId") or "") == 40
        assert booking.find("theBookingCodes/originalQuantity") is None
        (order,) = service.update("Household upload : resident has a dog")
        assert order.findtext("theBookings/theResources/resourceID") == "W501"
        # Planned from now on, inside the window.
        assigned = datetime.fromisoformat(order.findtext("theBookings/assignedStart") or "")
        assert drs.clock.now() <= assigned < drs.clock.now() + timedelta(days=1)
        assert drs.export_state().orders[0].comments == "Household upload : resident has a dog"
        assert service.cancel() == 1
        assert drs.export_state().bookings == ()
        assert operations_of(drs) == [
            *("openSession", "createOrder", "scheduleBooking", "closeSession"),
            *("openSession", "selectOrder", "updateOrder", "closeSession"),
            *("openSession", "selectOrder", "deleteBooking", "closeSession"),
        ]
        assert diagnoses(drs, "createOrder") == {LOCAL_DATES}
        for operation in ("scheduleBooking", "updateOrder", "deleteBooking"):
            assert diagnoses(drs, operation) == {""}
        assert observe(drs, tmp_path) == {}


@pytest.mark.parametrize(
    ("clock", "visit"),
    [("fixed@2016-05-24T13:53:38", "2016-05-24T15:09:00"), ("fixed@2016-12-05T13:53:38", "2016-12-05T15:09:00")],
    ids=["summer", "winter"],
)
def test_completed_visit_is_posted_with_a_login(tmp_path: Path, clock: str, visit: str) -> None:
    """The service demands basic authentication, and the outcome is the completion status."""
    with (
        CallbackReceiver("cuc", "p@ss:word") as receiver,
        Simulator(CENSUS, clock=clock, seed=1, callback_url=receiver.url) as drs,
    ):
        service = Census(drs)
        (booking,) = service.create()
        drs.clock.fix(datetime.fromisoformat(visit).replace(tzinfo=LONDON))
        service.finish(booking)
        confirmed, completed = receiver.wait_for(2)
        assert confirmed.operation == "bookingConfirmation"
        assert read_completion(completed.body) == {
            "primaryOrderNumber": NUMBER,
            "taskLifeCycleStatus": "COMPLETED",
            "taskCompletionStatus": "CO",
            "taskCompletionDate": visit,
            "planningWindowStart": f"{visit[:10]}T13:53:00",
            "orderComplete": "false",
            "locationID": "10012128317",
        }
        assert receiver.attempts == 2
        assert service.cancel() == 0
        assert observe(drs, tmp_path) == {}
    assert commands.run("observe", tmp_path / "journal.har").returncode == 0
