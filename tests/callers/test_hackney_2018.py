"""Hackney's first repairs API, of 2017 to 2020: it creates the order first, and then asks for slots under its number.

Where the facts are from: LBHackney-IT, Hackney_Repairs_API. It opens and closes a session for each of its two requests
by the web site. Slots are searched for from tomorrow at one o'clock to the eighth day, four times at most. Codes are
counted from 1 in an order and from 0 in a booking. It ran on Windows in London's time, and in containers in UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from drs_simulator import Simulator

from tests.callers.hackney_repairs import HACKNEY
from tests.callers.service import (
    DOT_NET,
    LONDON,
    Markup,
    Platform,
    Service,
    available_slots,
    booked_window,
    diagnoses,
    observe,
    operations_of,
    windows_of,
)
from tests.simulator.scheduling.builders import changed

NUMBER = "01550854"
# Its client was made from a WSDL with a binding, whose soapAction is empty.
PLATFORM = Platform(DOT_NET.envelope, DOT_NET.content_type, '""')

OPEN = "<login>{login}</login><password>{password}</password>"
CLOSE = "<sessionId>{session}</sessionId>"
SELECT = "<primaryOrderNumber>{number}</primaryOrderNumber><sessionId>{session}</sessionId>"
_CODE = """
  <theBookingCodes>
    <bookingCodeDescription>Renew basin</bookingCodeDescription>
    <bookingCodeSORCode>20060020</bookingCodeSORCode>
    <bookingId>0</bookingId>
    <itemNumberWithinBooking>{item}</itemNumberWithinBooking>
    <itemValue>57.00</itemValue>
    <orderId>0</orderId>
    <primaryOrderNumber>{number}</primaryOrderNumber>
    <quantity>1.00</quantity>
    <standardMinuteValue>76</standardMinuteValue>
    <trade>PL</trade>
  </theBookingCodes>
"""
_ORDER = f"""
  <theOrder>
    <contactName>Jo Example</contactName>
    <contract>H01</contract>
    <locationID>99999992</locationID>
    <orderComments>Basin is cracked</orderComments>
    <orderId>0</orderId>
    <phone>07700900123</phone>
    <primaryOrderNumber>{{number}}</primaryOrderNumber>
    <priority>N</priority>
    <targetDate>{{target}}</targetDate>
    {_CODE}
    [location]
    <userId>createARepair</userId>
  </theOrder>
"""
_PLACED_ORDER = _ORDER.replace(
    "[location]",
    "<theLocation><address1>2 Example House</address1><contract>H01</contract><locationId>99999992</locationId>"
    "<name>2 Example House</name><postCode>E8 9ZZ</postCode></theLocation>",
)
CREATE = f"<sessionId>{{session}}</sessionId>{_PLACED_ORDER}"
SEARCH = f"""
  <canSelectOtherOrders>false</canSelectOtherOrders>
  {{kind}}
  <periodBegin>{{begin}}</periodBegin>
  <periodEnd>{{end}}</periodEnd>
  <sessionId>{{session}}</sessionId>
  {_PLACED_ORDER}
"""
SCHEDULE = f"""
  <force>false</force>
  <sessionId>{{session}}</sessionId>
  <theBooking>
    <bookingId>{{booking}}</bookingId>
    <contract>H01</contract>
    <duration>0</duration>
    <isEmergency>false</isEmergency>
    <isNextBooking>false</isNextBooking>
    <locationID>99999992</locationID>
    <orderId>{{order}}</orderId>
    <planningWindowEnd>{{end}}</planningWindowEnd>
    <planningWindowStart>{{begin}}</planningWindowStart>
    <primaryOrderNumber>{{number}}</primaryOrderNumber>
    {_CODE}
    {_ORDER.replace("[location]", "")}
    <userId>HACKNEY</userId>
  </theBooking>
  <timeLock>false</timeLock>
  <userId>HACKNEY</userId>
"""


# It sets both; whether its serializer wrote them is not known, so it is walked with them and without.
KINDS = ("<checkAvailType>standard</checkAvailType><onlyBestSlots>fullPeriod</onlyBestSlots>", "")
MORNING, ALL_DAY = "08:00-12:00", "08:00-16:00"
EACH_WINDOW = [MORNING, "12:00-16:00", "09:30-14:30", ALL_DAY]
FROM_ZERO = "itemNumberWithinBooking is '0'"
COUNTED = {"CAL-14": (f"{FROM_ZERO}, {FROM_ZERO}",)}
LOCAL_TARGET = "targetDate: a date without an offset is local time (Europe/London), not UTC."

Slot = tuple[datetime, datetime]


class Hackney2018(Service):
    """The service, on a machine in a time zone."""

    def __init__(self, drs: Simulator, zone: tzinfo = LONDON) -> None:
        super().__init__(drs, PLATFORM)
        self.zone = zone
        self.target = f"{drs.clock.now().astimezone(LONDON) + timedelta(days=28):%Y-%m-%dT%H:%M:%S}"

    @property
    def now(self) -> datetime:
        return self.drs.clock.now().astimezone(self.zone).replace(tzinfo=None)

    def open(self) -> None:
        answer = self.succeed("openSession", OPEN, login=self.drs.login, password=self.drs.password)
        self.session = answer.findtext("sessionId") or ""

    def close(self) -> None:
        self.succeed("closeSession", CLOSE)

    def appointments(self, kind: str = "") -> list[Slot]:
        """Create the order, or go on with one that exists, and return the slots of the first week that has any."""
        self.open()
        created = self.call("createOrder", CREATE, number=NUMBER, target=self.target, item=1)
        if created.findtext("status") == "error":
            assert "order already exists" in (created.findtext("errorMsg") or "")
        found: list[Slot] = []
        for week in range(4):
            if not found:
                first = self.now + timedelta(days=1 + 7 * week)
                begin, end = (f"{first + timedelta(days=days):%Y-%m-%d}T01:00:00" for days in (0, 7))
                answer = self.succeed(
                    *("checkAvailability", SEARCH),
                    kind=Markup(kind),
                    begin=begin,
                    end=end,
                    number=NUMBER,
                    target=self.target,
                    item=1,
                )
                assert answer.find("theSlots") is not None
                found = available_slots(answer, self.zone)
        self.close()
        return found

    def book(self, begin: str, end: str) -> int:
        """Look up the ids of order and booking, and schedule."""
        self.open()
        (order,) = self.succeed("selectOrder", SELECT, number=NUMBER).iterfind("theOrders")
        booking = order.findtext("theBookings/bookingId") or ""
        self.succeed(
            *("scheduleBooking", SCHEDULE),
            booking=booking,
            order=order.findtext("orderId"),
            begin=begin,
            end=end,
            number=NUMBER,
            target=self.target,
            item=0,
        )
        self.close()
        return int(booking)

    def shown(self, moment: datetime) -> str:
        """A date as the web site gets it: with a Z, and in a container an hour later until 27 October."""
        is_early = self.zone is UTC and self.now < datetime(self.now.year, 10, 27)  # noqa: DTZ001 - as it compares
        return f"{moment + timedelta(hours=is_early):%Y-%m-%dT%H:%M:%S}Z"

    def parsed(self, text: str) -> str:
        """What is sent of such a date: .NET takes the Z for UTC, and writes the machine's own time."""
        return datetime.fromisoformat(text).astimezone(self.zone).isoformat()


@pytest.mark.parametrize("kind", KINDS, ids=["best slots", "all slots"])
@pytest.mark.parametrize(
    ("clock", "days"),
    [
        ("fixed@2018-01-08T09:00", ["01-09", "01-10", "01-11", "01-12", "01-15"]),
        ("fixed@2018-06-04T09:00", ["06-05", "06-06", "06-07", "06-08", "06-11"]),
        ("fixed@2018-10-25T09:00", ["10-26", "10-29", "10-30", "10-31", "11-01"]),
        ("fixed@2018-03-22T09:00", ["03-23", "03-26", "03-27", "03-28", "03-29"]),
    ],
    ids=["winter", "summer", "across the change of autumn", "across the change of spring"],
)
def test_walk(tmp_path: Path, clock: str, days: list[str], kind: str) -> None:
    """On a machine in London, with a web site that sends local time."""
    with Simulator(HACKNEY, clock=clock, seed=1) as drs:
        service = Hackney2018(drs)
        found = service.appointments(kind)
        windows = [ALL_DAY] if kind else EACH_WINDOW
        assert list(windows_of(found)) == [f"{day} {window}" for day in days for window in windows]
        begin, end = found[-1]
        booking = service.book(begin.isoformat(), end.isoformat())
        assert booked_window(drs, booking) == f"{begin:%Y}-{days[-1]} {ALL_DAY}"
        assert operations_of(drs) == [
            *("openSession", "createOrder", "checkAvailability", "closeSession"),
            *("openSession", "selectOrder", "scheduleBooking", "closeSession"),
        ]
        assert diagnoses(drs, "createOrder") == {LOCAL_TARGET}
        assert diagnoses(drs, "scheduleBooking") == {
            "itemNumberWithinBooking is '0'; it counts from 1. planningWindowEnd, planningWindowStart, " + LOCAL_TARGET
        }
        assert observe(drs, tmp_path) == COUNTED


@pytest.mark.parametrize(
    ("clock", "zone", "booked"),
    [
        ("fixed@2018-01-08T09:00", LONDON, "2018-01-09 08:00-12:00"),
        ("fixed@2018-06-04T09:00", LONDON, "2018-06-05 09:00-13:00"),
        ("fixed@2018-01-08T09:00", UTC, "2018-01-09 09:00-13:00"),
        ("fixed@2018-06-04T09:00", UTC, "2018-06-05 09:00-13:00"),
        ("fixed@2018-11-05T09:00", UTC, "2018-11-06 08:00-12:00"),
    ],
    ids=["London, winter", "London, summer", "container, January", "container, summer", "container, November"],
)
def test_dates_marked_as_utc_slip_by_an_hour(tmp_path: Path, clock: str, zone: tzinfo, booked: str) -> None:
    """Where the web site returns dates as it got them (presumed), local time is booked as if it were UTC."""
    with Simulator(HACKNEY, clock=clock, seed=1) as drs:
        service = Hackney2018(drs, zone)
        begin, end = (service.parsed(service.shown(each)) for each in service.appointments()[0])
        assert booked_window(drs, service.book(begin, end)) == booked
        broken = observe(drs, tmp_path)
        if "08:00" in booked:
            assert broken == COUNTED
        else:
            assert broken.keys() == {"CAL-14", "CAL-21"}
            assert broken["CAL-21"] == (f"{begin} to {end} is an hour off a slot that was offered",)


def test_second_search_goes_on_with_the_order(tmp_path: Path) -> None:
    """It creates the order again, and takes 'order already exists' for success."""
    with Simulator(HACKNEY, clock="fixed@2018-06-04T09:00", seed=1) as drs:
        service = Hackney2018(drs)
        assert service.appointments() == service.appointments()
        begin, end = service.appointments()[0]
        service.book(begin.isoformat(), end.isoformat())
        again = f"order {NUMBER} was sent before and has not been looked up since"
        assert observe(drs, tmp_path) == COUNTED | {"CAL-24": (again, again)}


def test_without_slots_it_asks_four_times(tmp_path: Path) -> None:
    """Each week begins where the one before was cut, across the change of the clocks; the order stays as it is."""
    elsewhere = [each.model_dump() | {"contracts": ["H02"]} for each in HACKNEY.operatives]
    with Simulator(changed(HACKNEY, operatives=elsewhere), clock="fixed@2018-10-15T09:00", seed=1) as drs:
        assert Hackney2018(drs).appointments() == []
        assert operations_of(drs).count("checkAvailability") == 4
        stays = f"the booking of order {NUMBER} stays unscheduled"
        assert observe(drs, tmp_path) == {"CAL-23": (stays,)}
