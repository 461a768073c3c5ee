"""A request that the gateway cannot read is answered with a fault, fast, and changes nothing.

Time is measured as processor time, which does not depend on the load of the machine.
"""

from __future__ import annotations

import logging
import re
import time
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from drs_simulator.soap.operations import HANDLERS
from drs_simulator.soap.platform import PLATFORMS
from drs_simulator.storage.memory import MemoryStore
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.simulator.scheduling.builders import LINCOLN, changed
from tests.simulator.soap.wire import NAMESPACE, OPEN, ORDER, PERIOD, SOAP, Caller, call, envelope

NIL = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"'
SOAP_1_2 = "http://www.w3.org/2003/05/soap-envelope"
GOOD = call("openSession", OPEN)
BOMB = (
    '<!DOCTYPE e [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
EXPECTED = "Expected elements are "
# In the order in which JAXB names them: that of a Java hash set.
OF_OPEN_SESSION = "<{}password>,<{}id>,<{}login>"
UNREADABLE = r"Error reading XMLStreamReader\.$"
NOT_WELL_FORMED = r"Unmarshalling Error: {}\n at \[row,col {{unknown-source}}\]: \[1,\d+\] $"
CASES = {
    "an empty body": ("", "Client", UNREADABLE),
    "white space": (" \n", "Client", UNREADABLE),
    "no XML": ('{"login": "drs"}', "Client", UNREADABLE),
    "XML that breaks off": (
        GOOD[:-30],
        "Client",
        NOT_WELL_FORMED.format("Unexpected end of input block in end tag"),
    ),
    "a NUL": (
        GOOD.replace("drs", "d\0rs"),
        "Client",
        NOT_WELL_FORMED.format(re.escape("Illegal character ((CTRL-CHAR, code 0))")),
    ),
    "an entity bomb": (f"{BOMB}{GOOD.replace('>drs<', '>&i;<')}", "Client", UNREADABLE),
    "an unused DOCTYPE": (f"<!DOCTYPE e>{GOOD}", "Client", UNREADABLE),
    "another envelope": ('<Envelope xmlns="urn:x"/>', "VersionMismatch", r'"urn:x", the namespace on the "Envelope"'),
    "no envelope": ("<openSession/>", "VersionMismatch", r'No namespace on "openSession" element\.$'),
    "no Body": (f'<e:Envelope xmlns:e="{SOAP}"/>', "Server", "Current event not START_ELEMENT or END_ELEMENT$"),
    "an empty Body": (envelope(""), "Server", r"No binding operation info while invoking unknown method"),
    "an unknown operation": (
        call("foo", ""),
        "Client",
        re.escape(f"Message part {{{NAMESPACE}}}foo was not recognized.  (Does it exist in service WSDL?)") + "$",
    ),
    "an unknown element": (
        call("openSession", f"{OPEN}<user>x</user>"),
        "Client",
        re.escape(f'Unmarshalling Error: unexpected element (uri:"", local:"user"). {EXPECTED}{OF_OPEN_SESSION} ')
        + "$",
    ),
    "an element inside a value": (
        call("openSession", "<login><b>drs</b></login><password>drs</password>"),
        "Client",
        re.escape(f'Unmarshalling Error: unexpected element (uri:"", local:"b"). {EXPECTED}(none) ') + "$",
    ),
    "a qualified element": (
        call("openSession", "<n:login>drs</n:login><password>drs</password>"),
        "Client",
        re.escape(f'Unmarshalling Error: unexpected element (uri:"{NAMESPACE}", local:"login"). {EXPECTED}')
        + re.escape(f"{OF_OPEN_SESSION} ")
        + "$",
    ),
    "locationId for locationID": (
        call("createOrder", ORDER.replace("locationID", "locationId")),
        "Client",
        re.escape('Unmarshalling Error: unexpected element (uri:"", local:"locationId"). ') + ".*<{}locationID>",
    ),
    "a date that is none": (
        call("checkAvailability", "<periodBegin> notadate </periodBegin>"),
        "Client",
        "Unmarshalling Error: notadate $",
    ),
    "a date without text": (
        call("checkAvailability", "<periodBegin/>"),
        "Client",
        "Unmarshalling Error:  $",
    ),
    "a day that is none": (
        call("checkAvailability", "<periodBegin>2021-02-30T00:00:00</periodBegin>"),
        "Client",
        'Unmarshalling Error: "2021-02-30T00:00:00" is not a valid representation of an XML Gregorian Calendar value',
    ),
    "an offset of fifteen hours": (
        call("checkAvailability", "<periodBegin>2021-02-20T00:00:00+15:00</periodBegin>"),
        "Client",
        "Unmarshalling Error: Invalid value 900 for Timezone field. $",
    ),
    "a number that is none": (
        call("openSession", "<id>1.5</id>"),
        "Client",
        r"Unmarshalling Error: Not a number: 1\.5 $",
    ),
    "a flag that is none": (
        call("scheduleBooking", "<theBooking><isEmergency>perhaps</isEmergency></theBooking>"),
        "Client",
        'Unmarshalling Error: String "perhaps" is not valid boolean value. $',
    ),
    "a header that must be understood": (
        GOOD.replace("<e:Body>", '<e:Header><s xmlns="urn:sec" e:mustUnderstand="1"/></e:Header><e:Body>'),
        "MustUnderstand",
        re.escape("MustUnderstand headers: [{urn:sec}s] are not understood.") + "$",
    ),
    "a control character in a tag": (
        GOOD.replace("<login>", "<\x1f>"),
        "Client",
        NOT_WELL_FORMED.format(re.escape("Unexpected character (CTRL-CHAR, code 31) in content after '<'") + ".*"),
    ),
    "a call without its request": (envelope("<closeSession/>"), "Server", r"Fault occurred while processing\.$"),
}


@pytest.mark.parametrize("case", CASES)
def test_is_answered_with_its_fault(drs: Caller, case: str) -> None:
    body, code, words = CASES[case]
    before = drs.state()
    answered = drs.post(body)
    assert answered.status == 500
    assert answered.fault_code == f"soap:{code}"
    assert re.match(words, answered.fault), answered.fault
    assert drs.state() == before


def test_a_header_without_must_understand_is_ignored(drs: Caller) -> None:
    headed = GOOD.replace("<e:Body>", '<e:Header><s xmlns="urn:sec" e:mustUnderstand="0"/></e:Header><e:Body>')
    assert drs.post(headed).returned.findtext("status") == "success"


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_soap_1_2_is_a_fault(platform: str) -> None:
    """Version 2.6 answers in SOAP 1.2, the others in SOAP 1.1; the code keeps its namespace."""
    caller = Caller(changed(LINCOLN, gateway={"platform": platform}))
    answer = caller.http.post(caller.simulator.path, data=GOOD.replace(SOAP, SOAP_1_2), content_type="text/xml")
    assert answer.status_code == 500
    root = etree.fromstring(answer.data)
    assert root.tag == f"{{{SOAP_1_2 if platform == 'cxf-2.6' else SOAP}}}Envelope"
    assert root.findtext(".//faultcode") == f"{'ns1' if platform == 'cxf-2.6' else 'soap'}:VersionMismatch"
    text = "A SOAP 1.2 message is not valid when sent to a SOAP 1.1 only endpoint."
    assert root.findtext(".//faultstring") == text


@pytest.mark.parametrize("charset", ["no-such-charset", "utf-32-xx"])
def test_an_unknown_charset_gets_the_web_servers_error_page(drs: Caller, charset: str) -> None:
    answered = drs.post(GOOD, f"text/xml; charset={charset}")
    assert answered.status == 500
    assert answered.body.startswith("<!doctype html>")


def test_bytes_that_are_not_of_the_declared_encoding_are_a_fault(drs: Caller) -> None:
    assert drs.post(GOOD.replace("drs", "é").encode("iso-8859-1")).fault == "Error reading XMLStreamReader."


def test_a_request_without_a_charset_is_read_and_answered_in_iso_8859_1() -> None:
    """Whatever its XML declaration says; a caller that sends UTF-8 so gets other characters back."""
    caller = Caller()
    session = caller.open()
    for declaration in ("", '<?xml version="1.0" encoding="UTF-8"?>'):
        number = "1" + str(len(declaration))
        order = ORDER.replace("Door", "Café").replace("10000047", number)
        body = declaration + call("createOrder", f"{order}<sessionId>{session}</sessionId>")
        answer = caller.http.post(caller.simulator.path, data=body.encode(), content_type="text/xml")
        assert answer.headers["Content-Type"] == "text/xml;charset=ISO-8859-1"
        assert "<orderComments>CafÃ©</orderComments>" in answer.data.decode("iso-8859-1")


def test_a_body_over_the_limit_is_a_fault_that_names_it() -> None:
    caller = Caller(changed(LINCOLN, gateway={"max_body_bytes": 2000}))
    room = 2000 - len(GOOD)
    assert caller.post(GOOD + " " * room).returned.findtext("status") == "success"
    assert "larger than 2000 bytes" in caller.post(GOOD + " " * (room + 1)).fault


def test_no_case_takes_longer_than_some_good_calls(drs: Caller) -> None:
    """An entity bomb that is resolved has a billion characters, and takes as long as a thousand good calls."""

    def time_call(body: str) -> float:
        began = time.thread_time()
        drs.post(body)
        return time.thread_time() - began

    # The quickest of several: what a collection of garbage takes is not the call's.
    good = min(time_call(GOOD) for _ in range(10))
    slow = {case: body for case, (body, _, _) in CASES.items() if min(time_call(body) for _ in range(5)) > 50 * good}
    assert not slow


def test_a_body_of_many_megabytes_is_a_fault_and_is_not_read(drs: Caller) -> None:
    body = BytesIO(GOOD.encode() + b" " * 20_000_000)
    answer = drs.http.post(
        drs.simulator.path, input_stream=body, content_length=len(body.getvalue()), content_type="text/xml"
    )
    assert "larger than 1048576 bytes" in answer.text
    assert body.tell() <= 1048577


DEEP = call("createOrder", "<theOrder><theBookings>" * 60 + "</theBookings></theOrder>" * 60)


@pytest.mark.parametrize(
    ("settings", "limit"),
    [
        ({"platform": "cxf-2.6", "max_depth": 64}, 64),
        ({"platform": "cxf-2.7"}, 100),
        ({"platform": "cxf-3.5", "max_depth": 64}, 64),
    ],
)
def test_nesting_over_the_limit_is_a_fault(settings: dict[str, object], limit: int) -> None:
    """The platform's limit counts, or the simulator's own where that is lower."""
    # A booking may have an order that has bookings, so the types set no bound of their own.
    answered = Caller(changed(LINCOLN, gateway=settings)).post(DEEP)
    assert answered.fault == f"Unmarshalling Error: Maximum Element Depth limit ({limit}) Exceeded "


def test_older_platforms_have_no_limit_on_nesting(drs: Caller) -> None:
    assert drs.post(DEEP).error


def test_nesting_without_end_is_a_fault(drs: Caller) -> None:
    assert drs.post(call("openSession", "<a>" * 50_000 + "</a>" * 50_000)).status == 500


def test_an_external_entity_is_never_read(drs: Caller, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the-secret")
    bodies = [
        f'<!DOCTYPE e [<!ENTITY x SYSTEM "{secret.as_uri()}">]>{GOOD.replace("drs", "&x;")}',
        f'<!DOCTYPE e SYSTEM "{secret.as_uri()}">{GOOD}',
        GOOD.replace(
            "<login>drs", f'<login><x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{secret.as_uri()}"/>'
        ),
    ]
    for body in bodies:
        answered = drs.post(body)
        assert answered.status == 500, answered.body
        assert "the-secret" not in answered.body


def test_a_request_without_members_is_refused_not_faulted(drs: Caller) -> None:
    for operation in ("openSession", "checkAvailability"):
        assert drs.post(call(operation, "")).error.endswith("is required")


WITHOUT_REQUEST = {
    "an empty wrapper": "<closeSession/>",
    "text alone": "<closeSession>x</closeSession>",
    "an unknown element": "<closeSession><foo/></closeSession>",
    "members without their element": "<closeSession><sessionId>x</sessionId></closeSession>",
    "an element before the request": "<closeSession><foo/><closeSession/></closeSession>",
    "a qualified request": '<closeSession><closeSession xmlns="urn:x"/></closeSession>',
    "a request that is nil": f"<closeSession><closeSession {NIL}/></closeSession>",
}


@pytest.mark.parametrize("body", WITHOUT_REQUEST.values(), ids=WITHOUT_REQUEST)
def test_a_profile_says_what_a_call_without_its_request_gets(body: str) -> None:
    """The platform hands DRS no request then (measured); what DRS does is presumed, and so a setting."""
    faults, refuses = (Caller(changed(LINCOLN, gateway={"no_request": each})) for each in ("fault", "refuse"))
    answered = faults.post(envelope(body))
    assert (answered.fault_code, answered.fault) == ("soap:Server", "Fault occurred while processing.")
    assert refuses.post(envelope(body)).error == "sessionId is required"


@pytest.mark.parametrize("operation", ["closeSession", "checkAvailability", "createOrder", "scheduleBooking"])
@pytest.mark.parametrize("session", ["", "<sessionId/>", f"<sessionId>{'0' * 32}</sessionId>"])
def test_a_call_outside_a_session_is_refused(drs: Caller, operation: str, session: str) -> None:
    before = drs.state()
    assert "ession" in drs.post(call(operation, session)).error
    assert drs.state() == before


def test_a_failure_of_the_simulator_is_a_fault_and_is_logged(
    drs: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("inner workings")

    monkeypatch.setattr(MemoryStore, "put_session", fail)
    with caplog.at_level(logging.ERROR):
        answered = drs.post(GOOD)
    assert answered.status == 500
    assert answered.fault_code == "soap:Server"
    assert "inner workings" not in answered.body
    assert "Traceback" not in answered.body
    assert "ZeroDivisionError" in caplog.text


def mutated(body: str) -> st.SearchStrategy[bytes]:
    """The body with some bytes cut out, doubled or put in."""
    raw = body.encode()
    places = st.integers(0, len(raw))
    pieces = st.one_of(
        st.binary(max_size=8),
        st.sampled_from([b"<", b">", b"&", b"</", b"<!--", b"]]>", b"\x00", b"&#0;", b"<a>", b'xmlns=""', b"\xff\xfe"]),
    )

    def mutate(edits: list[tuple[int, int, bytes]]) -> bytes:
        changed_body = raw
        for begin, length, piece in edits:
            changed_body = changed_body[:begin] + piece + changed_body[begin + length :]
        return changed_body

    return st.lists(st.tuples(places, st.integers(0, 20), pieces), min_size=1, max_size=4).map(mutate)


SESSION = "f" * 32
ENVELOPES = [
    GOOD,
    call("checkAvailability", f"{PERIOD}<sessionId>{SESSION}</sessionId>{ORDER}"),
    call("createOrder", f"<sessionId>{SESSION}</sessionId>{ORDER}"),
    call("selectOrder", f"<primaryOrderNumber>1</primaryOrderNumber><sessionId>{SESSION}</sessionId>"),
]
HARDENED = Caller()
# Spyne is set up before anything is timed.
HARDENED.post(call("openSession", "<x/>"))


@given(st.sampled_from(ENVELOPES).flatmap(mutated))
def test_a_mutated_envelope_is_answered_by_soap(body: bytes) -> None:
    orders = HARDENED.state().orders
    began = time.thread_time()
    answered = HARDENED.post(body)
    assert time.thread_time() - began < 1
    assert answered.fault or answered.returned.findtext("status") in ("success", "error")
    assert "Internal error" not in answered.body
    assert HARDENED.state().orders == orders


@given(st.text(max_size=60))
def test_any_text_as_a_login_is_refused_or_is_no_xml(login: str) -> None:
    answered = HARDENED.post(call("openSession", f"<login>{login}</login><password>drs</password>"))
    assert answered.fault or login == "drs" or answered.error
    assert "Internal error" not in answered.body


def test_any_failure_of_the_gateway_is_a_fault(drs: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("inner workings")

    monkeypatch.setattr("drs_simulator.soap.gateway.read_plain_wrapper", fail)
    answered = drs.post(GOOD)
    assert (answered.status, answered.fault_code) == (500, "soap:Server")
    assert "inner workings" not in answered.body


def test_a_profile_can_have_unknown_elements_ignored(drs: Caller) -> None:
    body = call("openSession", f"{OPEN}<user>x</user>")
    assert drs.post(body).status == 500
    lenient = Caller(changed(LINCOLN, gateway={"unknown_elements": "ignore"}))
    assert lenient.post(body).returned.findtext("status") == "success"


def test_newer_platforms_ignore_unknown_elements_after_the_tenth() -> None:
    """JAXB counts them from its start (measured); a profile may have them faults for ever."""
    body = call("openSession", f"{OPEN}<user>x</user>")
    counting, always = (
        Caller(changed(LINCOLN, gateway={"platform": "cxf-3.1", "unknown_elements": each}))
        for each in ("platform", "fault")
    )
    faults = [counting.post(body).fault for _ in range(10)]
    assert all('local:"user"' in fault for fault in faults[:9])
    limit = "Errors limit exceeded. To receive all errors set com.sun.xml.bind logger to FINEST level."
    assert faults[9] == f"Unmarshalling Error: {limit} "
    assert counting.post(body).returned.findtext("status") == "success"
    assert all('local:"user"' in always.post(body).fault for _ in range(12))


@pytest.mark.parametrize("operation", sorted(HANDLERS))
def test_every_operation_refuses_a_session_that_is_not_open_today(drs: Caller, operation: str) -> None:
    yesterday = drs.open()
    drs.simulator.clock.shift(timedelta(days=1))
    before = drs.state()
    assert drs.post(call(operation, "")).error == "sessionId is required"
    for session_id in ("0" * 32, yesterday):
        assert drs.ask(operation, "", session_id).error.startswith("Invalid session")
    assert drs.state() == before


NAMED_BY_NUMBER = [
    ("scheduleBooking", "<theBooking><bookingId>one</bookingId></theBooking>"),
    ("deleteBooking", "<theBooking><bookingId>one</bookingId></theBooking>"),
    ("updateBooking", "<theBooking><bookingId>one</bookingId></theBooking>"),
    ("createReservation", "<bookingId>one</bookingId>"),
    ("confirmReservation", "<bookingId>one</bookingId>"),
    ("createBooking", "<theBooking><orderId>one</orderId></theBooking>"),
    ("createOrder", "<theOrder><orderId>one</orderId></theOrder>"),
    ("updateOrder", "<theOrder><orderId>one</orderId></theOrder>"),
    ("deleteOrder", "<theOrder><orderId>one</orderId></theOrder>"),
    (
        "updateBookingCode",
        "<theBookingCodeDefinitions><bookingCodeTime>one</bookingCodeTime></theBookingCodeDefinitions>",
    ),
]


@pytest.mark.parametrize(("operation", "members"), NAMED_BY_NUMBER)
def test_an_id_that_is_no_number_is_a_fault(drs: Caller, operation: str, members: str) -> None:
    before = drs.state()
    answered = drs.post(call(operation, members))
    assert (answered.status, answered.fault) == (500, "Unmarshalling Error: Not a number: one ")
    assert drs.state() == before
