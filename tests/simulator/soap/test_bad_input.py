"""A request that the gateway cannot read is answered with a fault, fast, and changes nothing.

Time is measured as processor time, which does not depend on the load of the machine.
"""

from __future__ import annotations

import logging
import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
from drs_simulator.soap.operations import HANDLERS
from drs_simulator.storage.memory import MemoryStore
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.scheduling.builders import LINCOLN, changed
from tests.simulator.soap.wire import NAMESPACE, OPEN, ORDER, PERIOD, SOAP, Caller, call, envelope

SOAP_1_2 = "http://www.w3.org/2003/05/soap-envelope"
GOOD = call("openSession", OPEN)
BOMB = (
    '<!DOCTYPE e [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
EXPECTED = "Expected elements are "
CASES = {
    "an empty body": ("", "Client", r"Error reading XMLStreamReader: Unexpected EOF in prolog"),
    "white space": (" \n", "Client", r"Error reading XMLStreamReader: Unexpected EOF in prolog"),
    "no XML": ('{"login": "drs"}', "Client", r"Error reading XMLStreamReader: "),
    "XML that breaks off": (GOOD[:-30], "Client", r"Error reading XMLStreamReader: "),
    "a NUL": (GOOD.replace("drs", "d\0rs"), "Client", r"Error reading XMLStreamReader: "),
    "something after the envelope": (f"{GOOD}<more/>", "Client", r"Error reading XMLStreamReader: "),
    "an entity bomb": (
        f"{BOMB}{GOOD.replace('>drs<', '>&i;<')}",
        "Client",
        r"Error reading XMLStreamReader: .*entities grow too large",
    ),
    "an unused DOCTYPE": (f"<!DOCTYPE e>{GOOD}", "Client", r"Error reading XMLStreamReader: .*DTD"),
    "an undeclared entity": (GOOD.replace("drs", "&who;"), "Client", r"Error reading XMLStreamReader: "),
    "SOAP 1.2": (
        GOOD.replace(SOAP, SOAP_1_2),
        "VersionMismatch",
        r"A SOAP 1\.2 message is not valid when sent to a SOAP 1\.1 only endpoint\.$",
    ),
    "another envelope": ('<Envelope xmlns="urn:x"/>', "VersionMismatch", r'"urn:x", the namespace on the "Envelope"'),
    "no envelope": ("<openSession/>", "VersionMismatch", r'No namespace on "openSession" element\.$'),
    "no Body": (f'<e:Envelope xmlns:e="{SOAP}"/>', "Client", r".* 0 Body elements"),
    "two bodies": (GOOD.replace("</e:Body>", "</e:Body><e:Body/>"), "Client", r".* 2 Body elements"),
    "an empty Body": (envelope(""), "Server", r"No binding operation info while invoking unknown method"),
    "two calls in a Body": (envelope("<openSession/><closeSession/>"), "Client", r".* 2 child elements"),
    "an unknown operation": (
        call("foo", ""),
        "Client",
        re.escape(f"Message part {{{NAMESPACE}}}foo was not recognized.  (Does it exist in service WSDL?)") + "$",
    ),
    "a wrapper in a foreign namespace": (
        GOOD.replace(NAMESPACE, "urn:x"),
        "Client",
        re.escape(f"Unexpected wrapper element {{urn:x}}openSession found.   Expected {{{NAMESPACE}}}openSession.")
        + "$",
    ),
    "an unknown element": (
        call("openSession", f"{OPEN}<user>x</user>"),
        "Client",
        re.escape(f'Unmarshalling Error: unexpected element (uri:"", local:"user"). {EXPECTED}<{{}}id>,<{{}}login>'),
    ),
    "an element inside a value": (
        call("openSession", "<login><b>drs</b></login><password>drs</password>"),
        "Client",
        re.escape(f'Unmarshalling Error: unexpected element (uri:"", local:"b"). {EXPECTED}(none)') + "$",
    ),
    "a qualified element": (
        call("openSession", "<n:login>drs</n:login><password>drs</password>"),
        "Client",
        re.escape(f'Unmarshalling Error: unexpected element (uri:"{NAMESPACE}", local:"login"). {EXPECTED}<{{}}id>'),
    ),
    "locationId for locationID": (
        call("createOrder", ORDER.replace("locationID", "locationId")),
        "Client",
        re.escape('Unmarshalling Error: unexpected element (uri:"", local:"locationId"). ') + ".*<{}locationID>",
    ),
    "a date that is none": (
        call("checkAvailability", "<periodBegin>notadate</periodBegin>"),
        "Client",
        "Unmarshalling Error: notadate$",
    ),
    "a day that is none": (
        call("checkAvailability", "<periodBegin>2021-02-30T00:00:00</periodBegin>"),
        "Client",
        "Unmarshalling Error: 2021-02-30T00:00:00$",
    ),
    "a number that is none": (call("openSession", "<id>1.5</id>"), "Client", r"Unmarshalling Error: 1\.5$"),
    "a number over 32 bits": (call("openSession", "<id>2147483648</id>"), "Client", "Unmarshalling Error: 2147483648$"),
    "a flag that is none": (
        call("scheduleBooking", "<theBooking><isEmergency>perhaps</isEmergency></theBooking>"),
        "Client",
        "Unmarshalling Error: perhaps$",
    ),
    "a value outside an enumeration": (
        call("checkAvailability", "<onlyBestSlots>maybe</onlyBestSlots>"),
        "Client",
        "Unmarshalling Error: maybe$",
    ),
    "a header that must be understood": (
        GOOD.replace("<e:Body>", '<e:Header><s xmlns="urn:sec" e:mustUnderstand="1"/></e:Header><e:Body>'),
        "MustUnderstand",
        re.escape("MustUnderstand headers: [{urn:sec}s] are not understood.") + "$",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_is_answered_with_its_fault(drs: Caller, case: str) -> None:
    body, code, words = CASES[case]
    before = drs.state()
    began = time.thread_time()
    answered = drs.post(body)
    assert time.thread_time() - began < 0.1
    assert answered.status == 500
    assert answered.fault_code == f"soap:{code}"
    assert re.match(words, answered.fault), answered.fault
    assert drs.state() == before


def test_a_header_without_must_understand_is_ignored(drs: Caller) -> None:
    headed = GOOD.replace("<e:Body>", '<e:Header><s xmlns="urn:sec" e:mustUnderstand="0"/></e:Header><e:Body>')
    assert drs.post(headed).returned.findtext("status") == "success"


@pytest.mark.parametrize("charset", ["no-such-charset", "utf-32-xx"])
def test_an_unknown_charset_is_a_fault(drs: Caller, charset: str) -> None:
    assert "Unsupported encoding" in drs.post(GOOD, f"text/xml; charset={charset}").fault


def test_bytes_that_are_not_of_the_declared_encoding_are_a_fault(drs: Caller) -> None:
    assert "Error reading XMLStreamReader" in drs.post(GOOD.replace("drs", "é").encode("iso-8859-1")).fault


def test_a_body_over_the_limit_is_a_fault_that_names_it() -> None:
    caller = Caller(changed(LINCOLN, gateway={"max_body_bytes": 2000}))
    room = 2000 - len(GOOD)
    assert caller.post(GOOD + " " * room).returned.findtext("status") == "success"
    assert "larger than 2000 bytes" in caller.post(GOOD + " " * (room + 1)).fault


def test_a_body_of_many_megabytes_is_a_fault_at_once(drs: Caller) -> None:
    body = GOOD.encode() + b" " * 20_000_000
    began = time.thread_time()
    answered = drs.post(body)
    assert time.thread_time() - began < 0.1
    assert "larger than 1048576 bytes" in answered.fault


@pytest.mark.parametrize(("levels", "words"), [(40, "Maximum element depth of 64"), (200, "nested too deep")])
def test_nesting_deeper_than_the_profile_allows_is_a_fault(drs: Caller, levels: int, words: str) -> None:
    # A booking may have an order that has bookings, so the types set no bound of their own.
    deep = "<theOrder><theBookings>" * levels + "</theBookings></theOrder>" * levels
    answered = drs.post(call("createOrder", deep))
    assert answered.status == 500
    assert words in answered.fault


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
        assert answered.status == 500
        assert "the-secret" not in answered.body


def test_a_call_without_members_is_refused_not_faulted(drs: Caller) -> None:
    for body in (call("openSession", ""), envelope("<openSession/>"), envelope("<checkAvailability/>")):
        assert drs.post(body).error


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


@pytest.mark.parametrize(
    ("switch", "position", "body"),
    [
        ("unknown_elements", "ignore", call("openSession", f"{OPEN}<user>x</user>")),
        ("qualified_elements", "accept", GOOD.replace("<login>", "<n:login>").replace("</login>", "</n:login>")),
        ("wrong_values", "ignore", call("openSession", f"<id>none</id>{OPEN}")),
        ("soap_1_2", "accept", GOOD.replace(SOAP, SOAP_1_2)),
    ],
)
def test_a_profile_can_overrule_what_is_presumed_of_the_platform(
    drs: Caller, switch: str, position: str, body: str
) -> None:
    assert drs.post(body).status == 500
    lenient = Caller(changed(LINCOLN, gateway={switch: position}))
    assert lenient.post(body).returned.findtext("status") == "success"


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
    assert (answered.status, answered.fault) == (500, "Unmarshalling Error: one")
    assert drs.state() == before


def test_a_profile_can_choose_the_fault_of_an_unknown_operation() -> None:
    caller = Caller(changed(LINCOLN, gateway={"unknown_operations": "no_operation"}))
    answered = caller.post(call("foo", ""))
    assert (answered.status, answered.fault_code) == (500, "soap:Server")
    assert answered.fault == "No binding operation info while invoking unknown method with params unknown."
