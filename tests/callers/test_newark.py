"""Newark's Housing Repairs Online: morning and afternoon, and windows that are turned into London's time by hand.

Where the facts are from: Newarkandsherwood, HousingRepairsSchedulingApi. It offers windows that begin at 8 and 12, and
those of an hour earlier, since that is how its machine reads a summer's. It sends London's time without an offset.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import requests
from drs_simulator import Simulator
from lxml import etree

from tests.callers.housing_repairs_online import UNSET_DATE, HousingRepairsOnline, Slot
from tests.callers.service import (
    DOT_NET,
    NAMESPACE,
    SOAP,
    booked_window,
    diagnoses,
    in_london,
    never_closed,
    observe,
    operations_of,
    windows_of,
)
from tests.contracts.cli import commands

PLUMBER, PRIORITY, HOME = "N631321", "priority 3", "1000001"
OFFERED = {(8, 12), (12, 16), (7, 11), (11, 15)}
LOCAL_DATES = "planningWindowEnd, planningWindowStart: a date without an offset is local time (Europe/London), not UTC."
WALKS = [
    pytest.param(
        *("fixed@2023-01-12T16:45", ["01-13", "01-16", "01-17", "01-18", "01-19"]),
        *(["08:00-12:00", "12:00-16:00"], "2023-01-13 08:00-12:00"),
        id="winter",
    ),
    pytest.param(
        *("fixed@2023-07-06T00:30", ["07-06", "07-07", "07-10", "07-11", "07-12"]),
        *(["07:00-11:00", "11:00-15:00"], "2023-07-06 08:00-12:00"),
        id="summer, where the machine's day is still yesterday",
    ),
]


def newark(drs: Simulator) -> HousingRepairsOnline:
    service = HousingRepairsOnline(drs, "0", PRIORITY, days=7, requests=4)
    service.open()
    return service


def is_offered(slot: Slot) -> bool:
    begin, end = slot
    return begin.minute == end.minute == 0 and (begin.hour, end.hour) in OFFERED


def book(service: HousingRepairsOnline, number: str, slot: Slot) -> int:
    service.open()
    booking = service.create_order(number, PLUMBER, HOME, comments="Kitchen: tap drips & sprays <hot>")
    begin, end = map(in_london, slot)
    service.schedule(number, booking, begin, end)
    return booking


@pytest.mark.parametrize(("clock", "days", "windows", "booked"), WALKS)
def test_walk(tmp_path: Path, clock: str, days: list[str], windows: list[str], booked: str) -> None:
    with Simulator("newark", clock=clock, seed=1) as drs:
        service = newark(drs)
        found = service.search(PLUMBER, HOME, is_offered)
        assert list(windows_of(found)) == [f"{day} {window}" for day in days for window in windows]
        booking = book(service, "SM-4711", found[0])
        assert booked_window(drs, booking) == booked
        assert operations_of(drs) == [
            *("openSession", "checkAvailability"),
            *("openSession", "createOrder", "scheduleBooking"),
        ]
        assert diagnoses(drs, "checkAvailability") == {UNSET_DATE}
        assert diagnoses(drs, "scheduleBooking") == {LOCAL_DATES}
        assert observe(drs, tmp_path) == never_closed(2)


@pytest.mark.parametrize(
    ("clock", "booked"),
    [
        ("fixed@2022-10-27T10:00", ["2022-10-28 12:00-16:00", "2022-10-31 08:00-12:00"]),
        ("fixed@2023-03-23T10:00", ["2023-03-24 12:00-16:00", "2023-03-27 08:00-12:00"]),
    ],
    ids=["autumn", "spring"],
)
def test_walk_across_a_clock_change(tmp_path: Path, clock: str, booked: list[str]) -> None:
    with Simulator("newark", clock=clock, seed=1) as drs:
        service = newark(drs)
        _, friday, monday, *_ = service.search(PLUMBER, HOME, is_offered)
        assert monday[0].hour - friday[0].hour == (-3 if "10-27" in clock else -5)
        bookings = [book(service, number, slot) for number, slot in (("SM-1", friday), ("SM-2", monday))]
        assert [booked_window(drs, booking) for booking in bookings] == booked
        assert observe(drs, tmp_path) == never_closed(3)


def test_window_sent_as_the_machine_read_it_is_named(tmp_path: Path) -> None:
    """Without the conversion a summer's booking slips by an hour, which DRS cannot know."""
    with Simulator("newark", clock="fixed@2023-07-06T09:00", seed=1) as drs:
        service = newark(drs)
        begin, end = service.search(PLUMBER, HOME, is_offered)[0]
        booking = service.create_order("SM-1", PLUMBER, HOME)
        service.schedule("SM-1", booking, begin.isoformat(), end.isoformat())
        assert booked_window(drs, booking) == "2023-07-07 07:00-11:00"
        slip = "2023-07-07T07:00:00 to 2023-07-07T11:00:00 is an hour off a slot that was offered"
        assert observe(drs, tmp_path) == never_closed(1) | {"CAL-21": (slip,)}
    told = commands.run("observe", tmp_path / "journal.har", environ={"COLUMNS": "500"})
    assert told.returncode == 1
    assert slip in told.stdout


def test_reference_as_it_is_generated_gets_a_fault(tmp_path: Path) -> None:
    """Before the wrapper was taken out of its namespace by hand, as the services' references have it."""
    generated = DOT_NET.envelope.replace("<{operation}><{operation}>", f'<{{operation}} xmlns="{NAMESPACE}">', 1)
    generated = generated.replace("{members}", '<{operation} xmlns="">{members}')
    with Simulator("newark", clock="fixed@2023-07-06T09:00", seed=1) as drs:
        body = generated.format(operation="openSession", members="<login>drs</login><password>drs</password>")
        headers = {"Content-Type": DOT_NET.content_type, "SOAPAction": f'"{NAMESPACE}SOAP/openSession"'}
        answer = requests.post(drs.url, data=body.encode(), headers=headers, timeout=30)
        assert answer.status_code == 500
        fault = etree.fromstring(answer.content).find(f"{{{SOAP}}}Body/{{{SOAP}}}Fault")
        assert fault is not None
        assert fault.findtext("faultcode") == "soap:Client"
        assert "Namespace URIs and local names to the unmarshaller needs to be interned" in fault.findtext(
            "faultstring", ""
        )
        (said,) = diagnoses(drs, "openSession")
        assert said.startswith("The wrapper is in a default namespace")
        assert observe(drs, tmp_path).keys() == {"CAL-03", "CAL-15"}
