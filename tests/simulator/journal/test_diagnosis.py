"""What the journal says about near misses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from drs_simulator import Outcome

from tests.simulator.journal.entries import last
from tests.simulator.scheduling.builders import LINCOLN, changed
from tests.simulator.soap.wire import NAMESPACE, OPEN, ORDER, PERIOD, SOAP, Caller, call, envelope

NIL = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"'
SOAP_1_2 = "http://www.w3.org/2003/05/soap-envelope"


def said(caller: Caller, body: str | bytes, content_type: str = "text/xml; charset=UTF-8") -> str:
    """The diagnosis of one request."""
    caller.post(body, content_type)
    return last(caller).diagnosis


class TestDiagnoses:
    @pytest.mark.parametrize(
        ("body", "words"),
        [
            ("", "The body is empty"),
            ('{"login": "drs"}', "The body is JSON"),
            ("login=drs", "does not begin with <"),
            (call("closeSession", "")[:-30], "was it cut off?"),
            (call("closeSession", "<sessionId>a & b</sessionId>"), "not well-formed"),
            (f"<!DOCTYPE a>{call('closeSession', '')}", "leave it out"),
            (envelope("").replace(SOAP, SOAP_1_2), "SOAP 1.2; DRS speaks SOAP 1.1"),
            ("<a/>", "The root element is a; it must be Envelope"),
            (envelope(""), "no Body with an element"),
            (call("opensession", OPEN), "opensession is not an operation; it is written openSession."),
            (call("openSesion", OPEN), "openSesion is not an operation; the nearest is openSession."),
            (call("openSession", OPEN).replace(NAMESPACE, "urn:other"), f"urn:other; DRS's is {NAMESPACE}"),
            (
                envelope(f'<openSession xmlns="{NAMESPACE}"><openSession xmlns="">{OPEN}</openSession></openSession>'),
                'in a default namespace (xmlns="…"), which the real DRS refuses. Give it a prefix',
            ),
            (envelope(f'<n:openSession xmlns:n="{NAMESPACE}">{OPEN}</n:openSession>'), "one element openSession again"),
            (
                call("checkAvailability", ORDER.replace("locationID", "locationId")),
                "locationId is not a member of order; it is written locationID. Names are case-sensitive.",
            ),
            (
                call("openSession", "<sessionId>x</sessionId>"),
                "sessionId is not a member of xmbOpenSession; it belongs",
            ),
            (
                envelope(
                    f'<n:closeSession xmlns:n="{NAMESPACE}"><n:closeSession><n:sessionId>x</n:sessionId>'
                    "</n:closeSession></n:closeSession>"
                ),
                "In a namespace: closeSession, sessionId. Only the wrapper is in one",
            ),
            (
                call("createOrder", ORDER.replace("Priority 20 Days", "priority 20 days")),
                "priority 'priority 20 days' is written 'Priority 20 Days'; case and spaces must match.",
            ),
            (
                call("createOrder", ORDER.replace("N373049", " n373049")),
                "bookingCodeSORCode 'n373049' is written 'N373049'",
            ),
            (call("checkAvailability", PERIOD), "periodBegin, periodEnd: a date without an offset is local time"),
            (
                call("checkAvailability", PERIOD.replace("2021-10-26T00:00:00", "26/10/2021")),
                "periodBegin has '26/10/2021': a date and time is written 2021-10-26T08:00:00",
            ),
            (
                call("checkAvailability", "<periodBegin>0001-01-01T00:00:00</periodBegin>"),
                "which .NET sends for a date that was not set",
            ),
            (call("checkAvailability", "<newBooking>True</newBooking>"), "newBooking has 'True': write true or false."),
            (
                call("checkAvailability", "<onlyBestSlots>FullPeriod</onlyBestSlots>"),
                "onlyBestSlots has 'FullPeriod', which it does not know; it is written fullPeriod.",
            ),
            (call("checkAvailability", "<newBooking>01</newBooking>"), "newBooking has '01': write true or false."),
            (call("checkAvailability", "<newBooking/>"), "newBooking has '': write true or false."),
            (
                call("checkAvailability", "<periodBegin>2021-10-26</periodBegin>"),
                "periodBegin has '2021-10-26': a date",
            ),
            (call("checkAvailability", "<periodBegin>08:00:00</periodBegin>"), "periodBegin has '08:00:00': a date"),
            (call("openSession", "<id>2147483648</id>"), "id has '2147483648': a whole number of 32 bits is meant."),
            (call("openSession", "<id/>"), "id has '': a whole number of 32 bits is meant."),
            (call("checkAvailability", "<onlyBestSlots/>"), "onlyBestSlots has '', which it does not know."),
            (call("openSession", f"{OPEN}<id {NIL}>0</id>"), "id: DRS takes no notice of xsi:nil"),
            (
                call("openSession", OPEN).replace("</openSession>", "</openSession><more/>", 1),
                "Only the first element of the wrapper openSession was read; send one.",
            ),
            (envelope("<openSession/>"), "DRS sees no request otherwise."),
            (
                envelope("<closeSession><foo/><closeSession/></closeSession>"),
                "one element closeSession again, in no namespace, and the members in that; DRS sees no request",
            ),
            (
                call("openSession", OPEN).replace("</e:Body>", "<closeSession/></e:Body>"),
                "Only the first element of the Body was read",
            ),
            (
                call("openSession", OPEN).replace("</e:Body>", "</e:Body><e:Body/>"),
                "Only the first element of the Body",
            ),
            (call("openSession", OPEN)[:-5], "it breaks behind the operation's element"),
            (call("openSession", f"{OPEN}<id>&nbsp;1</id>"), "has an entity that it does not declare"),
            (
                call("createOrder", ORDER.replace("WithinBooking>1<", "WithinBooking>0<")),
                "itemNumberWithinBooking is '0'; it counts from 1.",
            ),
            (call("selectOrder", ""), "sessionId is missing"),
            (call("selectOrder", "<sessionId>0</sessionId>"), "No such session is open"),
        ],
    )
    def test_a_near_miss_is_explained(self, drs: Caller, body: str, words: str) -> None:
        assert words in said(drs, body)

    @pytest.mark.parametrize(
        ("members", "words"),
        [
            (ORDER.replace("<orderComments>Door</orderComments>", ""), "element orderComments is missing."),
            (ORDER.replace("<contract>0</contract>", "<contract> </contract>"), "element contract is there, but blank"),
            (
                ORDER.replace(
                    "<itemNumberWithinBooking>1</itemNumberWithinBooking><primaryOrderNumber>10000047", "<x>"
                ).replace("<x></primaryOrderNumber>", "<itemNumberWithinBooking>1</itemNumberWithinBooking>"),
                "element primaryOrderNumber is missing in one of its places",
            ),
        ],
    )
    def test_the_required_element_that_is_missing_is_named(self, drs: Caller, members: str, words: str) -> None:
        drs.ask("createOrder", members, drs.open())
        assert words in last(drs).diagnosis

    @pytest.mark.parametrize(
        ("right", "wrong", "words"),
        [
            ("Priority 20 Days", "Priority 20 Day", "priority 'Priority 20 Day' is not known; the nearest is Priority"),
            (">0</contract>", ">00</contract>", "contract '00' is not known; the nearest is 0."),
        ],
    )
    def test_the_nearest_of_the_known_values_is_named(self, drs: Caller, right: str, wrong: str, words: str) -> None:
        answer = drs.ask("createOrder", ORDER.replace(right, wrong), drs.open())
        assert answer.error.startswith("Unknown ")
        assert words in last(drs).diagnosis

    def test_a_refusal_whose_text_names_no_member_is_recorded(self) -> None:
        drs = Caller(changed(LINCOLN, messages={"field_required": "Mandatory information is missing"}))
        drs.ask("createOrder", ORDER.replace(">0</contract>", "></contract>"), drs.open())
        assert last(drs).error_message == "Mandatory information is missing"

    def test_a_session_of_another_day_is_told_with_both_days(self, drs: Caller) -> None:
        session = drs.open()
        drs.simulator.clock.shift(timedelta(days=1))
        drs.ask("selectOrder", "<primaryOrderNumber>1</primaryOrderNumber>", session)
        assert last(drs).diagnosis == (
            "The session is of another day, 22 October 2021; today is 23 October 2021. Open one every day."
        )

    def test_another_content_type_is_told_though_it_is_answered(self, drs: Caller) -> None:
        assert "The Content-Type is application/soap+xml" in said(
            drs, call("openSession", OPEN), "application/soap+xml"
        )

    def test_a_body_that_was_read_in_another_charset_is_told(self, drs: Caller) -> None:
        body = call("openSession", "<login>dré</login><password>drs</password>").encode()
        assert "The Content-Type names no charset, so the body was read as ISO-8859-1" in said(drs, body, "text/xml")
        assert "names no charset" not in said(drs, body)

    def test_strict_names_a_slip_and_nothing_where_there_is_none(self) -> None:
        drs = Caller(changed(LINCOLN, gateway={"strict": True}))
        assert "newBooking has '01'" in said(drs, call("checkAvailability", "<newBooking>01</newBooking>"))
        assert last(drs).outcome is Outcome.FAULT
        assert said(drs, call("openSession", OPEN)) == ""

    def test_a_call_that_breaks_behind_its_operation_is_kept_as_one(self, drs: Caller) -> None:
        session = drs.open()
        drs.post(call("closeSession", f"<sessionId>{session}</sessionId>")[:-5])
        assert (last(drs).operation, last(drs).session, last(drs).outcome) == (
            "closeSession",
            session[:6],
            Outcome.SUCCESS,
        )

    def test_a_charset_that_is_not_known_is_told(self, drs: Caller) -> None:
        told = said(drs, call("openSession", OPEN), "text/xml; charset=klingon")
        assert told == "The charset klingon of the Content-Type is not known; send UTF-8."

    def test_a_body_over_the_limit_is_diagnosed(self) -> None:
        drs = Caller(changed(LINCOLN, gateway={"max_body_bytes": 2048}))
        assert "more than 2048 bytes" in said(drs, "<" * 3000)

    def test_accepted_quirks_are_still_diagnosed(self) -> None:
        drs = Caller(changed(LINCOLN, gateway={"default_namespace_wrapper": "accept"}))
        body = envelope(f'<openSession xmlns="{NAMESPACE}"><openSession xmlns="">{OPEN}</openSession></openSession>')
        assert "the real DRS refuses" in said(drs, body)
        assert last(drs).outcome is Outcome.SUCCESS

    def test_a_correct_call_has_no_diagnosis(self, drs: Caller) -> None:
        session = drs.open()
        assert last(drs).diagnosis == ""
        period = PERIOD.replace("</period", "Z</period")
        drs.ask("checkAvailability", period + ORDER.replace("23:59:59", "23:59:59Z"), session)
        assert (last(drs).outcome, last(drs).diagnosis) == (Outcome.SUCCESS, "")

    def test_a_huge_request_is_explained_briefly(self, drs: Caller) -> None:
        many = "".join(f"<unknown{number}/>" for number in range(20_000))
        assert len(said(drs, call("checkAvailability", many))) < 1000
