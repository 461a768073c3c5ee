"""A caller of a simulator, and the journal of its calls as a file to learn from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TypeAlias
from xml.sax.saxutils import escape

from drs_simulator import Profile, Simulator
from drs_simulator.learning.exchanges import SeenTraffic
from drs_simulator.learning.sources import read_source
from lxml import etree
from werkzeug.test import Client

from tests.simulator.soap.wire import call

Members: TypeAlias = Mapping[str, "str | Members | Sequence[str | Members]"]

PLACE = "3670010"
UNKNOWN_PLACE = "777001"
CLOCK = "fixed@2026-03-02T07:00:00Z"
NEXT_DAY = "fixed@2026-03-03T07:00:00Z"


def write(members: Members) -> str:
    """Members as XML; a sequence is a member that occurs several times."""
    written = ""
    for name, value in members.items():
        for each in [value] if isinstance(value, str | Mapping) else value:
            written += f"<{name}>{escape(each) if isinstance(each, str) else write(each)}</{name}>"
    return written


class Caller:
    """Calls a simulator. With the same seed and the same calls, two simulators of one set-up answer the same bytes."""

    def __init__(self, profile: Profile | Path | str, clock: str = CLOCK) -> None:
        self.drs = Simulator(profile, clock=clock, seed=7)
        self._client = Client(self.drs.wsgi)
        self.session_id = ""
        self.answers: list[str] = []

    def post(self, body: str, content_type: str = "text/xml; charset=utf-8") -> etree._Element:
        answer = self._client.post(self.drs.path, data=body.encode(), content_type=content_type)
        self.answers.append(answer.text)
        return etree.fromstring(answer.data)

    def call(self, operation: str, members: Members) -> etree._Element:
        return self.post(call(operation, write({"sessionId": self.session_id, **members})))

    def open(self, password: str | None = None) -> None:
        login = {"login": self.drs.login, "password": password or self.drs.password}
        answer = self.post(call("openSession", write(login)))
        self.session_id = answer.findtext(".//sessionId") or self.session_id

    def search(
        self, first: date, last: date, contract: str, priority: str | None, code: str, **more: str
    ) -> etree._Element:
        period = {"periodBegin": f"{first}T00:00:00", "periodEnd": f"{last}T23:59:00"}
        order = order_of("anything", contract, priority, code, user_id="A")
        return self.call("checkAvailability", {**more, **period, "theOrder": order})

    def save(self, file: Path) -> Path:
        file.write_text(json.dumps(self.drs.journal.as_har()), encoding="utf-8")
        return file

    def traffic(self, folder: Path) -> SeenTraffic:
        return read_source(self.save(folder / "journal.har"))


def order_of(
    number: str,
    contract: str = "0",
    priority: str | None = "3 Days",
    code: str | None = "N373049",
    *,
    user_id: str = "Caseworker",
    place: str = PLACE,
    quantity: str = "1",
    **more: str,
) -> Members:
    """An order, without what is ``None``."""
    codes: Members = {
        "bookingCodeSORCode": code or "",
        "itemNumberWithinBooking": "1",
        "primaryOrderNumber": number,
        "quantity": quantity,
    }
    return {
        "contract": contract,
        "locationID": place,
        "orderComments": "",
        "primaryOrderNumber": number,
        **({} if priority is None else {"priority": priority}),
        "targetDate": "2026-05-29T23:59:00",
        **more,
        **({} if code is None else {"theBookingCodes": codes}),
        "userId": user_id,
    }
