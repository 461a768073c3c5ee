"""Every date and time on the wire is a valid xs:dateTime, whatever a caller has sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from drs_simulator.soap.envelope import NAMESPACE
from drs_simulator.soap.interface import OPERATIONS, interface_named
from drs_simulator.soap.values import read_date_time, write_date_time
from drs_simulator.soap.wsdl import schema
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.simulator.soap.wire import ORDER, Caller

LONDON = ZoneInfo("Europe/London")
DATE_TIME = etree.XMLSchema(
    etree.fromstring(
        '<s:schema xmlns:s="http://www.w3.org/2001/XMLSchema"><s:element name="d" type="s:dateTime"/></s:schema>'
    )
)
MESSAGES = etree.XMLSchema(etree.fromstring(etree.tostring(schema(interface_named("observed"), OPERATIONS))))
# Offsets of their past have seconds: until 1847, 1937, 1946 and 1972.
ZONES = st.sampled_from(
    ["Europe/London", "Europe/Amsterdam", "Africa/Monrovia", "Asia/Riyadh", "Asia/Kathmandu", "UTC"]
)
OFFSETS = st.sampled_from(["", "Z", "+01:00", "-14:00", "+14:00", "+05:45"])
EDGES = (
    "0001-01-01T00:00:00",
    "1899-12-31T23:59:59",
    "1900-01-01T00:00:00",
    "2199-12-31T23:59:59",
    "9999-12-31T23:59:59",
)
TEXTS = st.builds("".join, st.tuples(st.datetimes().map(datetime.isoformat) | st.sampled_from(EDGES), OFFSETS))


def is_valid(text: str) -> bool:
    element = etree.Element("d")
    element.text = text
    return DATE_TIME.validate(element)


@given(TEXTS, ZONES.map(ZoneInfo))
def test_what_is_read_is_written_as_a_valid_date_time(text: str, zone: ZoneInfo) -> None:
    instant = read_date_time(text, zone)
    assert 1900 <= instant.year <= 2199
    assert is_valid(write_date_time(instant.astimezone(zone)))


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=ZONES.map(ZoneInfo)))  # noqa: DTZ001
def test_any_instant_is_written_as_a_valid_date_time(instant: datetime) -> None:
    """Stored instants may be older than what is read now: of an imported state, or of an earlier version."""
    text = write_date_time(instant)
    assert is_valid(text)
    cut = instant.astimezone(UTC).replace(microsecond=instant.microsecond // 1000 * 1000)
    assert datetime.fromisoformat(text).astimezone(UTC) == cut


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        ("0001-01-01T00:00:00", "1900-01-01T00:00:00Z"),
        ("0001-01-01T00:00:00+14:00", "1900-01-01T00:00:00Z"),
        ("1840-06-01T00:00:00", "1900-01-01T00:00:00Z"),
        ("1899-12-31T23:59:59Z", "1900-01-01T00:00:00Z"),
        ("1900-01-01T00:00:00+05:00", "1900-01-01T00:00:00Z"),
        ("2199-12-31T23:59:59-05:00", "2199-12-31T23:59:59Z"),
        ("9999-12-31T23:59:59-14:00", "2199-12-31T23:59:59Z"),
        ("2022-03-27T00:59:59", "2022-03-27T00:59:59Z"),
        ("2022-03-27T01:00:00", "2022-03-27T02:00:00+01:00"),
        ("2022-03-27T01:30:00", "2022-03-27T02:30:00+01:00"),
        ("2022-03-27T02:30:00", "2022-03-27T02:30:00+01:00"),
        ("2022-10-30T01:30:00", "2022-10-30T01:30:00+01:00"),
        ("2022-10-30T01:30:00Z", "2022-10-30T01:30:00Z"),
        ("2022-10-30T00:30:00Z", "2022-10-30T01:30:00+01:00"),
    ],
)
def test_a_date_is_written_as(sent: str, written: str) -> None:
    assert write_date_time(read_date_time(sent, LONDON).astimezone(LONDON)) == written


@given(st.datetimes(datetime(2022, 10, 30), datetime(2022, 10, 30, 3)), st.timedeltas(timedelta(0), timedelta(hours=3)))  # noqa: DTZ001
def test_instants_are_compared_by_time_not_by_the_clock_on_the_wall(utc: datetime, later: timedelta) -> None:
    """In the hour that the clocks repeat, local times do not tell the order of instants."""
    first, second = (read_date_time(f"{moment.isoformat()}Z", LONDON) for moment in (utc, utc + later))
    assert second - first == later


@given(earliest=TEXTS, target=TEXTS)
def test_an_order_with_any_dates_has_valid_answers(earliest: str, target: str) -> None:
    drs = CALLER
    drs.simulator.reset()
    session = drs.open()
    order = ORDER.replace("2021-11-19T23:59:59", target)
    order = order.replace("<locationID>", f"<earliestBookingDate>{earliest}</earliestBookingDate><locationID>")
    for operation, members in (
        ("checkAvailability", f"<periodBegin>{earliest}</periodBegin><periodEnd>{target}</periodEnd>{order}"),
        ("createOrder", order),
        ("selectOrder", "<primaryOrderNumber>10000047</primaryOrderNumber>"),
        ("selectBooking", f"<returnBookingsPWFrom>{earliest}</returnBookingsPWFrom>"),
    ):
        answered = drs.ask(operation, members, session)
        assert answered.status == 200, answered.fault
        wrapper = answered.returned.getparent()
        assert wrapper is not None
        assert wrapper.tag == f"{{{NAMESPACE}}}{operation}Response"
        MESSAGES.assertValid(wrapper)


def test_an_unset_date_of_dotnet_is_accepted(drs: Caller) -> None:
    """.NET sends 0001-01-01T00:00:00 for a date that was not set; it counts as the earliest."""
    order = ORDER.replace("<locationID>", "<earliestBookingDate>0001-01-01T00:00:00</earliestBookingDate><locationID>")
    returned = drs.ask("createOrder", order, drs.open()).returned
    assert returned.findtext("status") == "success"
    assert returned.findtext("theOrder/theBookings/planningWindowStart") == "1900-01-01T00:00:00Z"


CALLER = Caller()
