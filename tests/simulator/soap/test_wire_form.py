"""What goes over the wire, to the letter: the request forms that DRS takes, and the form of its answers."""

from __future__ import annotations

import codecs

import pytest
from drs_simulator import Simulator
from werkzeug.test import Client

from tests.simulator.scheduling.builders import LINCOLN, changed
from tests.simulator.soap.wire import NAMESPACE, OPEN, ORDER, PERIOD, SOAP, Caller, call, envelope

DAY = "2021-10-26T08:00:00"


def answer(operation: str, members: str) -> str:
    """An answer as Appendix B has it, without the XML declaration: the platform writes none (measured)."""
    return (
        f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Body>'
        f'<ns1:{operation}Response xmlns:ns1="{NAMESPACE}"><return xmlns:ns2="{NAMESPACE}">{members}</return>'
        f"</ns1:{operation}Response></soap:Body></soap:Envelope>"
    )


def test_open_session_is_answered_in_the_form_of_the_example(drs: Caller) -> None:
    answered = drs.post(call("openSession", OPEN))
    session_id = answered.returned.findtext("sessionId")
    members = f"<id>0</id><status>success</status><sessionId>{session_id}</sessionId>"
    assert answered.body == answer("openSession", members)


def test_close_session_is_answered_in_the_form_of_the_example(drs: Caller) -> None:
    assert drs.ask("closeSession", "", drs.open()).body == answer("closeSession", "<id>0</id><status>success</status>")


def test_a_refusal_is_status_error_with_its_words_before_the_id(drs: Caller) -> None:
    answered = drs.ask("closeSession", "", "0" * 32)
    words = answered.returned.findtext("errorMsg")
    assert words
    members = f"<errorMsg>{words}</errorMsg><id>0</id><status>error</status>"
    assert answered.body == answer("closeSession", members)


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ("text/xml; charset=UTF-8", "UTF-8"),
        ('text/xml; charset="utf-8"', "UTF-8"),
        ("text/xml; charset=utf-16", "UTF-16"),
        ("text/xml; charset=windows-1252", "windows-1252"),
        ("text/xml", "ISO-8859-1"),
        ("application/xml", "ISO-8859-1"),
        ("text/xml;CHARSET=UTF-8", "ISO-8859-1"),
        ("", "ISO-8859-1"),
    ],
)
def test_an_answer_is_in_the_charset_of_its_request(sent: str, answered: str) -> None:
    """The platform knows ``charset=`` in small letters alone; ISO-8859-1 is what the web server takes without one."""
    caller = Caller()
    body = call("openSession", OPEN).encode("utf-16" if "utf-16" in sent else "ascii")
    answer = caller.http.post(caller.simulator.path, data=body, content_type=sent)
    assert answer.headers["Content-Type"] == f"text/xml;charset={answered}"
    assert "<status>success</status>" in answer.data.decode(answered)


def test_a_wrapper_may_be_in_no_namespace(drs: Caller) -> None:
    answered = drs.post(envelope(f"<openSession><openSession>{OPEN}</openSession></openSession>"))
    assert answered.returned.findtext("status") == "success"


def test_an_undeclared_default_namespace_is_refused(drs: Caller) -> None:
    wrapper = f'<openSession xmlns="{NAMESPACE}"><openSession xmlns="">{OPEN}</openSession></openSession>'
    answered = drs.post(envelope(wrapper))
    assert answered.status == 500
    assert answered.fault_code == "soap:Client"
    assert answered.fault == (
        "Unmarshalling Error: Namespace URIs and local names to the unmarshaller needs to be interned."
    )


def test_a_profile_can_take_the_default_namespace_wrapper() -> None:
    caller = Caller(changed(LINCOLN, gateway={"default_namespace_wrapper": "accept"}))
    wrapper = f'<openSession xmlns="{NAMESPACE}"><openSession xmlns="">{OPEN}</openSession></openSession>'
    assert caller.post(envelope(wrapper)).returned.findtext("status") == "success"


def test_members_may_have_any_order_and_comments(drs: Caller) -> None:
    answered = drs.post(call("openSession", "<!-- who --><password>drs</password><?x y?><login>d<!-- - -->rs</login>"))
    assert answered.returned.findtext("status") == "success"


def test_a_declared_charset_is_read(drs: Caller) -> None:
    session_id = drs.open()
    order = ORDER.replace("Door", "Café £5").replace(
        "</primaryOrderNumber><priority>", "</primaryOrderNumber><priority>"
    )
    body = call("createOrder", f"{order}<sessionId>{session_id}</sessionId>")
    answered = drs.post(body.encode("iso-8859-1"), "text/xml; charset=ISO-8859-1")
    assert answered.returned.findtext("theOrder/orderComments") == "Café £5"


def test_a_character_that_the_charset_lacks_is_a_reference(drs: Caller) -> None:
    order = ORDER.replace("Door", "5 &#8364;")
    body = call("createOrder", f"{order}<sessionId>{drs.open()}</sessionId>")
    answered = drs.post(body, "text/xml; charset=ISO-8859-1")
    assert "<orderComments>5 &#8364;</orderComments>" in answered.body


@pytest.mark.parametrize(
    ("encoding", "mark", "charset"),
    [
        ("utf-8", codecs.BOM_UTF8, "utf-8"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16"),
        ("utf-16-le", b"", "UTF-16LE"),
        ("utf-16-be", b"", "utf-16be"),
        ("utf-16-be", b"", '"UTF-16"'),
        ("cp1252", b"", "windows-1252"),
        ("iso-8859-15", b"", "iso-8859-15"),
    ],
)
def test_an_encoding_is_read(drs: Caller, encoding: str, mark: bytes, charset: str) -> None:
    order = ORDER.replace("Door", "Café €5")
    body = call("createOrder", f"{order}<sessionId>{drs.open()}</sessionId>").encode(encoding)
    answered = drs.post(mark + body, f"text/xml; charset={charset}")
    assert answered.returned.findtext("theOrder/orderComments") == "Café €5"


def test_a_byte_order_mark_and_white_space_do_no_harm(drs: Caller) -> None:
    body = b"\xef\xbb\xbf" + f"<?xml version='1.0' encoding='utf-8'?>\n{call('openSession', OPEN)}\n\n".encode()
    assert drs.post(body).returned.findtext("status") == "success"


def test_nil_does_not_count_and_the_text_does(drs: Caller) -> None:
    """JAXB reads the text of a simple element that is nil: a date without one is a fault, and one with it is read."""
    nil = '<earliestBookingDate xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true">{}<'
    written = [ORDER.replace("<userId>", f"{nil.format(text)}/earliestBookingDate><userId>") for text in ("", DAY)]
    session = drs.open()
    assert drs.ask("createOrder", written[0], session).fault == "Unmarshalling Error:  "
    booking = "theOrder/theBookings/planningWindowStart"
    assert drs.ask("createOrder", written[1], session).returned.findtext(booking) == f"{DAY}+01:00"


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        ("2021-11-19T23:59:59", "2021-11-19T23:59:59Z"),
        ("2021-11-19T23:59:59Z", "2021-11-19T23:59:59Z"),
        ("2021-11-19T23:59:59+00:00", "2021-11-19T23:59:59Z"),
        ("2021-10-29T23:59:59+01:00", "2021-10-29T23:59:59+01:00"),
        ("2021-10-29T22:59:59Z", "2021-10-29T23:59:59+01:00"),
        ("2021-10-29T10:00:00.5", "2021-10-29T10:00:00.500+01:00"),
        (" 2021-10-29T10:00:00\n", "2021-10-29T10:00:00+01:00"),
    ],
)
def test_a_date_without_offset_is_local(drs: Caller, sent: str, written: str) -> None:
    order = ORDER.replace("2021-11-19T23:59:59", sent)
    assert drs.ask("createOrder", order, drs.open()).returned.findtext("theOrder/targetDate") == written


def test_an_observed_order_has_the_three_elements_of_the_example(drs: Caller) -> None:
    code = drs.ask("createOrder", ORDER, drs.open()).returned.find("theOrder/theBookings/theBookingCodes")
    assert code is not None
    assert [code.findtext(name) for name in ("originalQuantity", "quantityUsed", "timeRemaining")] == ["0.0"] * 3


def test_a_published_order_has_only_published_elements() -> None:
    caller = Caller(changed(LINCOLN, gateway={"interface": "published"}))
    returned = caller.ask("createOrder", ORDER, caller.open()).returned
    names = {element.tag for element in returned.iter()}
    assert not names & {"originalQuantity", "quantityUsed", "timeRemaining"}
    assert returned.findtext("theOrder/theLocation/name") == "7 EXAMPLE TERRACE"


def test_a_seed_makes_the_bytes_repeatable() -> None:
    def conversation() -> list[str]:
        caller = Caller()
        session_id = caller.open()
        availability = caller.ask("checkAvailability", PERIOD + ORDER, session_id)
        made = caller.ask("createOrder", ORDER, session_id)
        return [session_id, availability.body, made.body]

    assert conversation() == conversation()


def test_without_a_seed_sessions_cannot_be_predicted() -> None:
    def open_session() -> str:
        drs = Simulator("lincoln", clock="fixed@2021-10-22T12:00:00Z")
        return Client(drs.wsgi).post(drs.path, data=call("openSession", OPEN), content_type="text/xml").text

    first, second = open_session(), open_session()
    assert "<status>success</status>" in first
    assert first != second
