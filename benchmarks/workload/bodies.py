"""What is sent: many different requests in DRS's terms, the same to every peer.

All is made up of the profile ``lincoln``, at the moment at which ``CLOCK`` begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

PROFILE = "lincoln"
CLOCK = "shifted@2021-10-22T12:20:00+01:00"
"""Runs on, so that nothing gains from a clock that stands still."""
LOGIN, PASSWORD = "drs", "drs"
DAYS = 6

_FIRST_MONDAY = date(2021, 10, 25)
# Two that the profile knows, and three that it does not.
_LOCATIONS = ("3670010", "38950180", "41200030", "41200040", "41200050")
_SOR_CODES = ("N373049", "N390917", "N601125", "N630945")
_SHORT_CODES = _SOR_CODES[:3]
_PRIORITIES = ("Priority 20 Days", "3 Days", "100 Days")
_SLOTS = (("08:00", "12:00"), ("12:00", "16:00"))
_DIFFERENT = 200
_WEEKS = 12


class Workload(StrEnum):
    """What a server is asked over and over."""

    AVAILABILITY = "checkAvailability"
    """Searches that differ, each with an order number of its own, as those of a service do."""
    AGAIN = "checkAvailability again"
    """The same few searches again and again, byte for byte, as those of a test suite may be."""
    WORKFLOW = "workflow"


class Step(StrEnum):
    """The calls of the workflow."""

    AVAILABILITY = "checkAvailability"
    CREATE = "createOrder"
    SCHEDULE = "scheduleBooking"
    SELECT = "selectOrder"
    DELETE = "deleteOrder"


STEPS = (
    Step.AVAILABILITY,
    Step.CREATE,
    Step.AVAILABILITY,
    Step.SCHEDULE,
    Step.AVAILABILITY,
    Step.SELECT,
    Step.AVAILABILITY,
    Step.DELETE,
    Step.AVAILABILITY,
    Step.AVAILABILITY,
)
"""Six searches for an appointment to one that is booked, shown and cancelled."""


@dataclass(frozen=True, slots=True)
class Bodies:
    """The requests of one session. What a run fills in is written ``@NUMBER@`` and ``@BOOKING@``."""

    availability: tuple[str, ...]
    create: tuple[str, ...]
    schedule: tuple[str, ...]
    select: str
    delete: str


def bodies_of(session: str) -> Bodies:
    """All requests, for the holder of the session."""
    return Bodies(
        availability=tuple(_availability(session, index) for index in range(_DIFFERENT)),
        create=tuple(_create(session, index) for index in range(_DIFFERENT)),
        schedule=tuple(_schedule(session, day, slot) for day in working_days() for slot in _SLOTS),
        select=_enveloped(
            Step.SELECT, f"<primaryOrderNumber>@NUMBER@</primaryOrderNumber><sessionId>{session}</sessionId>"
        ),
        delete=_enveloped(
            Step.DELETE,
            f"<sessionId>{session}</sessionId><theOrder><contract>0</contract><locationID>{_LOCATIONS[0]}</locationID>"
            "<primaryOrderNumber>@NUMBER@</primaryOrderNumber><userId>benchmark</userId></theOrder>",
        ),
    )


def open_session() -> str:
    """The request with which everything begins."""
    return _enveloped("openSession", f"<login>{LOGIN}</login><password>{PASSWORD}</password>")


def working_days() -> Iterator[date]:
    """The days for which is asked and booked."""
    for week in range(_WEEKS):
        for weekday in range(5):
            yield _FIRST_MONDAY + timedelta(days=7 * week + weekday)


def begin_of(index: int) -> date:
    """The first day for which that search asks."""
    # 43 is prime to the other lengths, so that all combine.
    return _FIRST_MONDAY + timedelta(days=index % 43)


def searches_with_windows(bodies: Bodies, days: int) -> list[tuple[str, str]]:
    """Searches of a joiner's work that begin within some days, each with a window on its first working day."""
    joiners = [index for index in range(_DIFFERENT) if index % len(_SOR_CODES) < 2 and index % 43 < days]
    working = list(working_days())
    firsts = (next(number for number, day in enumerate(working) if day >= begin_of(index)) for index in joiners)
    return [
        (bodies.availability[index], bodies.schedule[len(_SLOTS) * first + index % len(_SLOTS)])
        for index, first in zip(joiners, firsts, strict=True)
    ]


def _availability(session: str, index: int) -> str:
    begin = begin_of(index)
    end = begin + timedelta(days=DAYS - 1)
    return _enveloped(
        Step.AVAILABILITY,
        f"<periodBegin>{begin}T00:00:00</periodBegin><periodEnd>{end}T23:59:00</periodEnd>"
        f"<sessionId>{session}</sessionId><theOrder><contract>0</contract>"
        f"<locationID>{_LOCATIONS[index % len(_LOCATIONS)]}</locationID>"
        f"<primaryOrderNumber>@NUMBER@</primaryOrderNumber><priority>{_PRIORITIES[index % 3]}</priority>"
        f"{_code(_SOR_CODES[index % len(_SOR_CODES)], '@NUMBER@')}<userId>benchmark</userId></theOrder>",
    )


def _create(session: str, index: int) -> str:
    return _enveloped(
        Step.CREATE,
        f"<sessionId>{session}</sessionId><theOrder><contract>0</contract>"
        f"<locationID>{_LOCATIONS[index % len(_LOCATIONS)]}</locationID><orderComments>Ring first</orderComments>"
        f"<primaryOrderNumber>@NUMBER@</primaryOrderNumber><priority>{_PRIORITIES[index % 3]}</priority>"
        f"<targetDate>2022-01-31T23:59:59</targetDate><userId>benchmark</userId>"
        f"{_code(_SHORT_CODES[index % len(_SHORT_CODES)], '@NUMBER@')}</theOrder>",
    )


def _schedule(session: str, day: date, slot: tuple[str, str]) -> str:
    begin, end = slot
    return _enveloped(
        Step.SCHEDULE,
        f"<sessionId>{session}</sessionId><theBooking><bookingId>@BOOKING@</bookingId><contract>0</contract>"
        f"<planningWindowStart>{day}T{begin}:00</planningWindowStart>"
        f"<planningWindowEnd>{day}T{end}:00</planningWindowEnd>"
        "<primaryOrderNumber>@NUMBER@</primaryOrderNumber><userId>benchmark</userId></theBooking>",
    )


def _code(sor_code: str, number: str) -> str:
    return (
        f"<theBookingCodes><bookingCodeSORCode>{sor_code}</bookingCodeSORCode>"
        f"<itemNumberWithinBooking>1</itemNumberWithinBooking><primaryOrderNumber>{number}</primaryOrderNumber>"
        "<quantity>1</quantity></theBookingCodes>"
    )


def _enveloped(operation: str, members: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns:aut="http://autogenerated.OTWebServiceApi.xmbrace.com/"><soapenv:Header/><soapenv:Body>'
        f"<aut:{operation}><{operation}>{members}</{operation}></aut:{operation}>"
        "</soapenv:Body></soapenv:Envelope>"
    )
