"""Hackney's repairs service: creates orders in DRS, completes and cancels them, and leaves appointments to others.

Where the facts are from: LBHackney-IT, repairs-api-dotnet. A .NET service in a container whose clock shows UTC. It
opens a session once and never closes it. It cancels an order by sending the whole order again, and completes one by
sending back what selectOrder returned.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime
from xml.sax.saxutils import escape

from drs_simulator import Simulator, load_profile
from lxml import etree

from tests.callers.dot_net import put, put_data, rewrite
from tests.callers.service import DOT_NET, LONDON, Markup, Service, inner_xml

HACKNEY = load_profile("hackney")

OPEN = "<login>{login}</login><password>{password}</password>"
ORDER = """
  <sessionId>{session}</sessionId>
  <theOrder>
    <contactName>Jo Example</contactName>
    <contract>H01</contract>
    <locationID>99999992</locationID>
    <orderComments>{comments}</orderComments>
    <orderCommentsExtended>Property Alerts  Person Alerts </orderCommentsExtended>
    <orderId>0</orderId>
    <phone>07700900123</phone>
    <primaryOrderNumber>{number}</primaryOrderNumber>
    <priority>{priority}</priority>
    <status>PLANNED</status>
    <targetDate>{target}</targetDate>
    {codes}
    <theLocation>
      <address1>2 EXAMPLE HOUSE</address1>
      <citizensName>Jo Example</citizensName>
      <contract>H01</contract>
      <locationId>99999992</locationId>
      <name>2 EXAMPLE HOUSE</name>
      <postCode>E8 9ZZ</postCode>
    </theLocation>
    <userId>agent@example.org</userId>
  </theOrder>
"""
CODE = (
    "<theBookingCodes><bookingCodeDescription>{description}</bookingCodeDescription>"
    "<bookingCodeSORCode>{code}</bookingCodeSORCode><bookingId>0</bookingId>"
    "<itemNumberWithinBooking>{item}</itemNumberWithinBooking><orderId>0</orderId>"
    "<primaryOrderNumber>{number}</primaryOrderNumber><quantity>{quantity}</quantity>"
    "<standardMinuteValue>{minutes}</standardMinuteValue><trade>PL</trade></theBookingCodes>"
)
SELECT = "<primaryOrderNumber>{number}</primaryOrderNumber><sessionId>{session}</sessionId>"
COMPLETE = """
  <completeOrder>true</completeOrder>
  <endDateAndTime>{end}</endDateAndTime>
  <resourceId>{resource}</resourceId>
  <sessionId>{session}</sessionId>
  <startDateAndTime>{begin}</startDateAndTime>
  <theBooking>{booking}</theBooking>
  <transactionType>COMPLETED</transactionType>
"""


class HackneyRepairs(Service):
    """The repairs service."""

    def __init__(self, drs: Simulator) -> None:
        super().__init__(drs, DOT_NET)
        self.orders: dict[str, dict[str, object]] = {}

    def open(self) -> None:
        """Open a session, once for the life of the service."""
        answer = self.succeed("openSession", OPEN, login=self.drs.login, password=self.drs.password)
        self.session = answer.findtext("sessionId") or ""

    def raise_order(
        self, number: str, target: datetime | str, priority: str = "N", quantities: tuple[str, ...] = ("1",)
    ) -> etree._Element:
        """Create an order and return it, as DRS returned it."""
        codes = "".join(
            CODE.format(
                code="20060020",
                description=escape("BASIN: RENEW & TEST <ALL>"),
                item=item,
                minutes=76,
                number=number,
                quantity=quantity,
            )
            for item, quantity in enumerate(quantities, start=1)
        )
        due = target if isinstance(target, str) else f"{target.astimezone(LONDON):%Y-%m-%dT%H:%M:%S}"
        self.orders[number] = {
            "comments": "Basin is cracked",
            "number": number,
            "priority": priority,
            "target": due,
            "codes": Markup(codes),
        }
        (order,) = self.succeed("createOrder", ORDER, **self.orders[number]).iterfind("theOrder")
        return order

    def cancel(self, number: str) -> None:
        """Delete an order; the request is the one that created it."""
        self.succeed("deleteOrder", ORDER, **self.orders[number])

    def select(self, number: str) -> etree._Element:
        """Look an order up, and read it with the types of the generated client."""
        returned = self.succeed("selectOrder", SELECT, number=number)
        return rewrite(returned.findall("theOrders")[0], "order")

    def complete(self, number: str) -> None:
        """Complete an order whose bookings all have operatives; cancel another."""
        order = self.select(number)
        bookings = order.findall("theBookings")
        if not all(booking.findall("theResources") for booking in bookings):
            self.cancel(number)
            return
        booking = self._completed(order, bookings[0])
        self.succeed(
            "updateBooking",
            COMPLETE,
            begin=booking.findtext("assignedStart"),
            end=booking.findtext("assignedEnd"),
            resource=booking.findtext("theResources/resourceID"),
            booking=inner_xml(booking),
        )

    @staticmethod
    def _completed(order: etree._Element, booking: etree._Element) -> etree._Element:
        """The booking with its order in it, both marked as done."""
        done, parent = deepcopy(booking), deepcopy(order)
        put_data(parent, "STATUS", "COMPLETED", "order")
        for each in parent.findall("theBookings"):
            parent.remove(each)
        put(parent, "status", "COMPLETED", "order")
        put(done, "bookingCompletionStatus", "COMPLETED", "booking")
        put(done, "bookingLifeCycleStatus", "COMPLETED", "booking")
        put_data(done, "TASK_LIFE_CYCLE_STAT", "COMPLETED", "booking")
        for value in done.findall("theBookingCodes/itemValue"):
            code = value.getparent()
            assert code is not None
            code.remove(value)
        parent.tag = "theOrder"
        behind = [at for at, each in enumerate(done) if each.tag in ("theResources", "tokenId", "userId")]
        done.insert(behind[0], parent)
        return done
