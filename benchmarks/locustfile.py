"""Residents who look for an appointment and book it, for Locust: against a simulator, or a council's own service.

    locust -f benchmarks/locustfile.py --host http://127.0.0.1:8080 --headless --users 20 --spawn-rate 5 --run-time 60s

Each resident opens a session, looks period after period until there is a slot, thinks, books it, looks again at what
was booked; some change their mind. For a council's service, write a ``Resident`` whose ``find``, ``book``, ``show`` and
``cancel`` call that instead.
"""

from __future__ import annotations

import os
import random
import re
from datetime import date, timedelta
from xml.sax.saxutils import escape

from locust import HttpUser, between, task

PATH = os.environ.get("DRS_PATH", "/OTWebServiceGateway_LINCOLN/ws/soap")
LOGIN, PASSWORD = os.environ.get("DRS_LOGIN", "drs"), os.environ.get("DRS_PASSWORD", "drs")
FIRST_DAY = date.fromisoformat(os.environ.get("DRS_FIRST_DAY", date.today().isoformat()))  # noqa: DTZ011 - a setting
LOCATIONS = ("3670010", "38950180", "41200030", "41200040", "41200050")
SOR_CODES = ("N373049", "N390917", "N601125", "N630945")
PRIORITY = "Priority 20 Days"
PERIODS, DAYS = 6, 7
# Processes of one run are forks of each other, and must not give the same numbers.
_NUMBERS = random.SystemRandom()
_SLOT = re.compile(
    r"<available>YES</available><beginDate>([^<]+)</beginDate><bestSlot>\w+</bestSlot><endDate>([^<]+)</endDate>"
)
# What DRS says where another resident was quicker: that happens, and is no failure.
_LOST_PLACE = "Planning failed"

Slot = tuple[str, str]


class Resident(HttpUser):
    """Somebody with something to be repaired."""

    wait_time = between(0.5, 2.0)

    @task
    def have_it_repaired(self) -> None:
        """One resident's way through the service."""
        self.session = self.ask("openSession", f"<login>{escape(LOGIN)}</login><password>{escape(PASSWORD)}</password>")
        self.session = _first("sessionId", self.session)
        number, place, code = (
            str(_NUMBERS.randrange(10**11, 10**12)),
            random.choice(LOCATIONS),
            random.choice(SOR_CODES),
        )
        slot = self.find(number, place, code)
        if slot is not None:
            self.wait()
            if self.book(number, place, code, slot):
                self.show(number)
                if random.random() < 0.2:
                    self.cancel(number, place)
        self.ask("closeSession", f"<sessionId>{self.session}</sessionId>")

    def find(self, number: str, place: str, code: str) -> Slot | None:
        """A slot of the first period that has one, or ``None``."""
        for period in range(PERIODS):
            begin = FIRST_DAY + timedelta(days=1 + period * DAYS)
            end = begin + timedelta(days=DAYS - 1)
            members = (
                f"<periodBegin>{begin}T00:00:00</periodBegin><periodEnd>{end}T23:59:59</periodEnd>"
                f"<sessionId>{self.session}</sessionId>{_order(number, place, code)}"
            )
            slots = _SLOT.findall(self.ask("checkAvailability", members))
            if slots:
                begin_date, end_date = random.choice(slots)
                return begin_date, end_date
        return None

    def book(self, number: str, place: str, code: str, slot: Slot) -> bool:
        """Whether the order was made and its booking got the slot."""
        target = f"<targetDate>{FIRST_DAY + timedelta(days=90)}T23:59:59</targetDate>"
        more = f"<orderComments>Made by a load test</orderComments>{target}"
        made = self.ask("createOrder", f"<sessionId>{self.session}</sessionId>{_order(number, place, code, more)}")
        booking = _first("bookingId", made)
        if not booking:
            return False
        members = (
            f"<sessionId>{self.session}</sessionId><theBooking><bookingId>{booking}</bookingId><contract>0</contract>"
            f"<planningWindowEnd>{slot[1]}</planningWindowEnd><planningWindowStart>{slot[0]}</planningWindowStart>"
            f"<primaryOrderNumber>{number}</primaryOrderNumber></theBooking>"
        )
        return "<status>success</status>" in self.ask("scheduleBooking", members)

    def show(self, number: str) -> None:
        """Look at what was booked."""
        members = f"<primaryOrderNumber>{number}</primaryOrderNumber><sessionId>{self.session}</sessionId>"
        self.ask("selectOrder", members)

    def cancel(self, number: str, place: str) -> None:
        """Think better of it."""
        order = (
            f"<contract>0</contract><locationID>{place}</locationID><primaryOrderNumber>{number}</primaryOrderNumber>"
        )
        self.ask("deleteOrder", f"<sessionId>{self.session}</sessionId><theOrder>{order}</theOrder>")

    def ask(self, operation: str, members: str) -> str:
        """DRS's answer. A refusal is a failure in Locust's table, in its own words; a lost place is told apart."""
        body = (
            '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
            f'<n:{operation} xmlns:n="http://autogenerated.OTWebServiceApi.xmbrace.com/"><{operation}>{members}'
            f"</{operation}></n:{operation}></e:Body></e:Envelope>"
        )
        headers = {"Content-Type": "text/xml; charset=utf-8"}
        with self.client.post(PATH, body, headers=headers, name=operation, catch_response=True) as answer:
            text: str = answer.text or ""
            if "<status>error</status>" in text:
                words = _first("errorMsg", text)
                if operation == "scheduleBooking" and _LOST_PLACE in words:
                    answer.request_meta["name"] = "scheduleBooking, place lost"
                    answer.success()
                else:
                    answer.failure(words)
            return text


def _order(number: str, place: str, code: str, more: str = "") -> str:
    return (
        f"<theOrder><contract>0</contract><locationID>{place}</locationID>"
        f"<primaryOrderNumber>{number}</primaryOrderNumber>"
        f"<priority>{PRIORITY}</priority>{more}<theBookingCodes><bookingCodeSORCode>{code}</bookingCodeSORCode>"
        f"<itemNumberWithinBooking>1</itemNumberWithinBooking><primaryOrderNumber>{number}</primaryOrderNumber>"
        "<quantity>1</quantity></theBookingCodes><userId>load-test</userId></theOrder>"
    )


def _first(name: str, text: str) -> str:
    found = re.search(f"<{name}>([^<]*)</{name}>", text)
    return "" if found is None else found[1]
