"""The scheduling API of Housing Repairs Online, which Lincoln, Newark and Hackney have each made their own.

Where the facts are from: the public repositories HousingRepairsSchedulingApi of City-of-Lincoln-Council, of
Newarkandsherwood and of LBHackney-IT. All of them are .NET services with one generated client. They open a session for
each request of the web site, and never close it. ``targetDate`` is a required date of ``order``, so a search sends the
date that .NET has where none was set. Their machines' clocks show UTC: dates without a time are midnight there, and an
answer's +01:00 is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from drs_simulator import Simulator

from tests.callers.service import DOT_NET, Service, available_slots

UNSET_DATE = "targetDate is 0001-01-01, which .NET sends for a date that was not set; set it, or leave it out."
SEARCH_NUMBER = "HousingRepairsOnlineDummyPrimaryOrderNumber"

Slot = tuple[datetime, datetime]

OPEN = "<login>{login}</login><password>{password}</password>"
_CODE = """
    <theBookingCodes>
      <bookingCodeSORCode>{sor_code}</bookingCodeSORCode>
      <bookingId>0</bookingId>
      <itemNumberWithinBooking>1</itemNumberWithinBooking>
      <orderId>0</orderId>
      <primaryOrderNumber>{number}</primaryOrderNumber>
      <quantity>1</quantity>
    </theBookingCodes>
"""
SEARCH = f"""
  <canSelectOtherOrders>false</canSelectOtherOrders>
  <periodBegin>{{begin}}</periodBegin>
  <periodEnd>{{end}}</periodEnd>
  <sessionId>{{session}}</sessionId>
  <theOrder>
    <contract>{{contract}}</contract>
    <locationID>{{location}}</locationID>
    <orderId>0</orderId>
    <primaryOrderNumber>{{number}}</primaryOrderNumber>
    <priority>{{priority}}</priority>
    <targetDate>0001-01-01T00:00:00</targetDate>
    {_CODE}
    <userId>HousingRepairsOnlineUserId</userId>
  </theOrder>
"""
CREATE = f"""
  <sessionId>{{session}}</sessionId>
  <theOrder>
    <contract>{{contract}}</contract>
    <locationID>{{location}}</locationID>
    <orderComments>{{comments}}</orderComments>
    <orderId>0</orderId>
    <primaryOrderNumber>{{number}}</primaryOrderNumber>
    <priority>{{priority}}</priority>
    <targetDate>{{target}}</targetDate>
    {_CODE}
    <userId>HousingRepairsOnlineUserId</userId>
  </theOrder>
"""
SCHEDULE = """
  <force>false</force>
  <sessionId>{session}</sessionId>
  <theBooking>
    <bookingId>{booking}</bookingId>
    <contract>{contract}</contract>
    <duration>0</duration>
    <isEmergency>false</isEmergency>
    <isNextBooking>false</isNextBooking>
    <orderId>0</orderId>
    <planningWindowEnd>{end}</planningWindowEnd>
    <planningWindowStart>{begin}</planningWindowStart>
    <primaryOrderNumber>{number}</primaryOrderNumber>
  </theBooking>
  <timeLock>false</timeLock>
"""


class HousingRepairsOnline(Service):
    """One council's scheduling API.

    Args:
        drs: The simulator, which is serving.
        contract: The configured contract.
        priority: The priority that it sends.
        days: For how many days it asks at a time.
        requests: How often it asks at most.
    """

    wanted_days = 5

    def __init__(self, drs: Simulator, contract: str, priority: str, *, days: int, requests: int) -> None:
        super().__init__(drs, DOT_NET)
        self.contract = contract
        self.priority = priority
        self.days = days
        self.requests = requests

    @property
    def today(self) -> datetime:
        """Midnight of the machine's day, in UTC."""
        return self.drs.clock.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)

    def open(self) -> None:
        """Open a session, as each request of the web site does; the one before stays open."""
        answer = self.succeed("openSession", OPEN, login=self.drs.login, password=self.drs.password)
        self.session = answer.findtext("sessionId") or ""
        assert self.session

    def search(self, sor_code: str, location: str, is_offered: Callable[[Slot], bool], lead: int = 1) -> list[Slot]:
        """Ask for period after period until enough days have slots that the service offers."""
        found: list[Slot] = []
        earliest = self.today + timedelta(days=lead)
        for _ in range(self.requests):
            if len({begin.date() for begin, _ in found}) >= self.wanted_days:
                break
            answer = self.succeed(
                "checkAvailability",
                SEARCH,
                begin=earliest.isoformat(),
                end=(earliest + timedelta(days=self.days - 1)).isoformat(),
                contract=self.contract,
                location=location,
                number=SEARCH_NUMBER,
                priority=self.priority,
                sor_code=sor_code,
            )
            found += filter(is_offered, available_slots(answer))
            earliest += timedelta(days=self.days)
        days = sorted({begin.date() for begin, _ in found})[: self.wanted_days]
        return [slot for slot in found if slot[0].date() in days]

    def create_order(self, number: str, sor_code: str, location: str, comments: str = " ") -> int:
        """Create an order that must be done within twenty days, and read the id of its booking."""
        answer = self.succeed(
            "createOrder",
            CREATE,
            comments=comments,
            contract=self.contract,
            location=location,
            number=number,
            priority=self.priority,
            sor_code=sor_code,
            target=(self.today + timedelta(days=20)).isoformat(),
        )
        return int(answer.findtext("theOrder/theBookings/bookingId") or "")

    def schedule(self, number: str, booking: int, begin: str, end: str, template: str = SCHEDULE) -> None:
        """Schedule the booking. No service of the family looks at the answer, so it is checked here."""
        self.succeed(
            "scheduleBooking", template, begin=begin, end=end, booking=booking, contract=self.contract, number=number
        )
