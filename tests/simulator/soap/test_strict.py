"""What the platform lets through in silence is a fault with ``strict``, and is read as measured without."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest
from drs_simulator.soap.gateway import Gateway
from drs_simulator.soap.platform import PLATFORMS

from tests.simulator.scheduling.builders import LINCOLN, changed
from tests.simulator.soap.wire import NAMESPACE, OPEN, ORDER, PERIOD, SOAP, Answered, Caller, call, envelope

GOOD = call("openSession", OPEN)
NIL = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"'


class Slip(NamedTuple):
    """A caller's mistake: its request, and the fault that it gets with ``strict``."""

    body: str
    fault: str


def available(members: str) -> str:
    return call("checkAvailability", members)


def open_session(members: str) -> str:
    return call("openSession", f"{OPEN}{members}")


SLIPS = {
    "an unknown value": Slip(available("<onlyBestSlots>DAY</onlyBestSlots>"), "Unmarshalling Error: DAY "),
    "an empty value": Slip(available("<onlyBestSlots/>"), "Unmarshalling Error:  "),
    "blanks around a value": Slip(available("<onlyBestSlots> day </onlyBestSlots>"), "Unmarshalling Error:  day "),
    "an empty boolean": Slip(available("<newBooking/>"), 'Unmarshalling Error: String "" is not valid boolean value. '),
    "a boolean of two letters": Slip(
        available("<newBooking>01</newBooking>"), 'Unmarshalling Error: String "01" is not valid boolean value. '
    ),
    "a boolean with more behind it": Slip(
        available("<newBooking>truex</newBooking>"), 'Unmarshalling Error: String "truex" is not valid boolean value. '
    ),
    "an empty int": Slip(open_session("<id/>"), "Unmarshalling Error: Not a number:  "),
    "an int over 32 bits": Slip(open_session("<id>2147483648</id>"), "Unmarshalling Error: Not a number: 2147483648 "),
    "an int with a gap": Slip(open_session("<id>1 2</id>"), "Unmarshalling Error: Not a number: 1 2 "),
    "an int with two signs": Slip(open_session("<id>--5</id>"), "Unmarshalling Error: Not a number: --5 "),
    "a date alone": Slip(available("<periodBegin>2021-10-26</periodBegin>"), "Unmarshalling Error: 2021-10-26 "),
    "a time alone": Slip(available("<periodBegin>08:00:00</periodBegin>"), "Unmarshalling Error: 08:00:00 "),
    "a year alone": Slip(available("<periodBegin>2021</periodBegin>"), "Unmarshalling Error: 2021 "),
    "a wrapper in a wrong namespace": Slip(
        GOOD.replace(NAMESPACE, "urn:x"),
        f"Unexpected wrapper element {{urn:x}}openSession found.   Expected {{{NAMESPACE}}}openSession.",
    ),
    "a second element in the wrapper": Slip(
        GOOD.replace("</openSession>", "</openSession><more/>", 1),
        'Unmarshalling Error: unexpected element (uri:"", local:"more"). Expected elements are <{}openSession> ',
    ),
    "an element before the request": Slip(
        GOOD.replace("<openSession>", "<more/><openSession>"),
        'Unmarshalling Error: unexpected element (uri:"", local:"more"). Expected elements are <{}openSession> ',
    ),
    "a qualified request": Slip(
        envelope('<closeSession><closeSession xmlns="urn:x"/></closeSession>'),
        'Unmarshalling Error: unexpected element (uri:"urn:x", local:"closeSession"). '
        "Expected elements are <{}closeSession> ",
    ),
    "no request": Slip(envelope("<closeSession/>"), "Fault occurred while processing."),
    "a second call in the Body": Slip(
        GOOD.replace("</e:Body>", "<closeSession/></e:Body>"),
        "Error reading XMLStreamReader: the Body has 2 child elements instead of one",
    ),
    "a second Body": Slip(
        GOOD.replace("</e:Body>", "</e:Body><e:Body/>"),
        f"Error reading XMLStreamReader: the element {{{SOAP}}}Body is behind the Body",
    ),
    "an undeclared entity": Slip(open_session("<id>&nbsp;</id>"), "Unmarshalling Error: Entity 'nbsp' not defined"),
    "XML that breaks behind the call": Slip(GOOD[:-5], "Error reading XMLStreamReader."),
    "something behind the envelope": Slip(f"{GOOD}<more/>", "Error reading XMLStreamReader."),
    "a nil member": Slip(available(f"<newBooking {NIL}>true</newBooking>"), "Unmarshalling Error: newBooking is nil"),
    "a nil part": Slip(available(f"<theOrder {NIL}/>"), "Unmarshalling Error: theOrder is nil; leave it out "),
    "a nil request": Slip(
        envelope(f"<closeSession><closeSession {NIL}/></closeSession>"), "Unmarshalling Error: closeSession is nil"
    ),
}


def caller_of(platform: str = "cxf-2.6", **settings: object) -> Caller:
    return Caller(changed(LINCOLN, gateway={"platform": platform, "no_request": "refuse", **settings}))


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_a_slip_is_a_fault_with_strict_and_none_without(slip: Slip, platform: str) -> None:
    """On every platform: the words of the parser differ, and the fault is there."""
    lenient = caller_of(platform).post(slip.body)
    assert (lenient.status, lenient.fault) == (200, "")
    caller = caller_of(platform, strict=True)
    before = caller.state()
    strict = caller.post(slip.body)
    assert strict.status == 500
    if platform == "cxf-2.6":
        assert strict.fault.startswith(slip.fault)
    assert strict.fault
    assert caller.state() == before


@pytest.mark.parametrize("text", ["yes", "True", "maybe"])
def test_an_unreadable_boolean_is_let_through_by_newer_platforms(text: str) -> None:
    body = available(f"<newBooking>{text}</newBooking>")
    fault = f'Unmarshalling Error: String "{text}" is not valid boolean value. '
    assert caller_of("cxf-2.6").post(body).fault == fault
    assert caller_of("cxf-2.7").post(body).error
    assert caller_of("cxf-2.7", strict=True).post(body).fault == fault


def test_strict_lets_no_unknown_element_through() -> None:
    """JAXB's counter of the newer platforms, and ``unknown_elements``, do not count then."""
    body = open_session("<user/>")
    for settings in ({}, {"unknown_elements": "ignore"}):
        caller = caller_of("cxf-3.5", strict=True, **settings)
        assert all('local:"user"' in caller.post(body).fault for _ in range(12))


def test_the_requests_of_a_healthy_client_pass_strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are read by the compiled reader there too."""
    drs = caller_of(strict=True)
    monkeypatch.setattr(Gateway, "answer_by_spyne", lambda *_: pytest.fail("Spyne has read it"))
    session = drs.open()
    assert drs.ask("checkAvailability", f"{PERIOD}{ORDER}", session).returned.findtext("status") == "success"
    assert drs.ask("createOrder", ORDER, session).returned.findtext("status") == "success"
    assert drs.ask("closeSession", "", session).returned.findtext("status") == "success"


class TestReadings:
    """How what is let through is read."""

    def days_from(self, begin: str) -> list[str]:
        drs = Caller()
        period = re.sub("<periodBegin>[^<]*", f"<periodBegin>{begin}", PERIOD)
        answered = drs.ask("checkAvailability", f"{period}{ORDER}", drs.open())
        return [day.text or "" for day in answered.returned.iterfind("theSlots/day")]

    @pytest.mark.parametrize(
        "begin", ["2021-10-26", "2021-10-25T24:00:00", "2021-10-25T23:59:60", "2021-10-26T00:00:00+01:00"]
    )
    def test_a_date_alone_is_its_midnight(self, begin: str) -> None:
        assert self.days_from(begin)[0] == "2021-10-26T00:00:00+01:00"

    def ordered(self, members: str) -> Answered:
        drs = Caller()
        order = ORDER.replace("</theOrder>", f"{members}</theOrder>")
        return drs.ask("createOrder", order, drs.open())

    @pytest.mark.parametrize(("text", "read"), [("", "0"), ("4294967296", "0"), ("--5", "-5"), ("1 2", "12")])
    def test_an_int_counts_its_digits_and_wraps(self, text: str, read: str) -> None:
        """An order that is created has orderId 0: so another number is named in the refusal."""
        answered = self.ordered(f"<orderId>{text}</orderId>")
        if read == "0":
            assert answered.returned.findtext("status") == "success"
        else:
            assert answered.error == f"orderId must be 0 or absent to create an order, not {read}"

    def test_an_entity_that_is_not_declared_is_dropped(self) -> None:
        drs = Caller()
        answered = drs.ask("createOrder", ORDER.replace("Door", "Back&nbsp;door"), drs.open())
        assert answered.returned.findtext("theOrder/orderComments") == "Backdoor"

    def test_the_first_request_in_a_wrapper_counts(self) -> None:
        twice = GOOD.replace("</openSession>", "</openSession><openSession><login>x</login></openSession>", 1)
        assert Caller().post(twice).returned.findtext("status") == "success"
