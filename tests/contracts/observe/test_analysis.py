"""TrafficReport: a sound caller keeps every clause, every defective one is caught, and coverage says what was met."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from drs_contracts import AppliesTo, list_clauses
from drs_contracts.defects.caller_base import CallerDefect
from drs_contracts.defects.callers import CALLER_DEFECTS
from drs_contracts.driver.messages import NAMESPACE, OPERATIONS, SOAP, Reply
from drs_contracts.observe.analysis import CoveragePoint, Verdict, analyse_traffic, judge_calls
from drs_contracts.traffic.calls import Call, parse_moment
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.contracts.observe.calls import call, observed, verdict
from tests.contracts.sound_traffic import observed_workflow

SOUND = observed_workflow()
IDS = [clause.id for clause in list_clauses(AppliesTo.CALLER)]
CAP = "<errorMsg>The number of days returned has been limited to 7 day</errorMsg>"
SLOTS = "<theSlots><slotsForDay><available>{}</available></slotsForDay></theSlots>"
NO_ORDER = "<errorMsg>Unable to find order in OptiTime Web</errorMsg>"
NO_PLAN = "<errorMsg>Error in Booking.schedule. Error in modifyJob Planning failed</errorMsg>"
FAULT = (
    f'<s:Envelope xmlns:s="{SOAP}"><s:Body><s:Fault><faultcode>s:Server</faultcode>'
    "<faultstring>Out of memory</faultstring></s:Fault></s:Body></s:Envelope>"
)


class TestClauses:
    @pytest.mark.parametrize("identifier", IDS)
    def test_a_sound_caller_meets_and_keeps_every_clause(self, identifier: str) -> None:
        (result,) = (each for each in analyse_traffic(SOUND).results if each.clause.id == identifier)
        assert (result.verdict, result.breaches) == (Verdict.HELD, ())
        assert result.occurrences > 0

    @pytest.mark.parametrize("defect", CALLER_DEFECTS, ids=lambda defect: f"{defect.caught_by} {defect.statement}")
    def test_every_defect_is_caught_by_its_clause_and_its_place_is_told(self, defect: CallerDefect) -> None:
        report = analyse_traffic(defect.traffic(SOUND))
        named = {each.clause.id: each for each in (*report.broken, *report.advice)}
        assert set(named) == {defect.caught_by, *defect.also_noticed_by}
        breach = named[defect.caught_by].breaches[0]
        assert breach.reason
        assert breach.place.startswith(f"call {breach.position} (call ")

    def test_for_every_clause_there_is_a_defect(self) -> None:
        caught = [defect.caught_by for defect in CALLER_DEFECTS]
        assert caught == sorted(caught)
        assert sorted(set(caught)) == IDS

    def test_nothing_at_all_meets_no_clause(self) -> None:
        assert {each.verdict for each in observed().results} == {Verdict.NOT_MET}
        assert [clause.id for clause in observed().not_met] == IDS

    @given(sent=st.binary(max_size=60), came=st.binary(max_size=60), status=st.integers(0, 599))
    def test_any_bytes_can_be_observed(self, sent: bytes, came: bytes, status: int) -> None:
        observation = observed(Call("junk", sent, Reply(status, "", came)))
        assert len(observation.results) == len(IDS)

    @given(st.data())
    def test_any_element_may_be_missing_or_odd(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sampled_from(SOUND.calls))
        sent = etree.fromstring(chosen.sent)
        element = data.draw(st.sampled_from(list(sent.iter())))
        element.text = data.draw(st.sampled_from(["", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+01:00", "ä", "-1"]))
        calls = [replace(each, sent=etree.tostring(sent)) if each is chosen else each for each in SOUND.calls]
        assert len(observed(*calls).results) == len(IDS)


class TestSubtleties:
    def test_a_wrapper_without_namespace_is_as_good_as_one_with_a_prefix(self) -> None:
        bare = f'<e:Envelope xmlns:e="{SOAP}"><e:Body><openSession><openSession/></openSession></e:Body></e:Envelope>'
        sent = replace(call("openSession", {}), sent=bare.encode())
        assert {verdict(each, sent) for each in ("CAL-01", "CAL-02", "CAL-03", "CAL-04")} == {Verdict.HELD}

    @pytest.mark.parametrize(
        ("operation", "member", "is_right"),
        [
            ("scheduleBooking", "<force>true</force>", True),
            ("scheduleBooking", "<force> 0 </force>", True),
            ("scheduleBooking", "<force>yes</force>", False),
            ("scheduleBooking", "<force/>", False),
            ("openSession", "<id>0</id>", True),
            ("openSession", "<id/>", False),
            ("openSession", "<id>2147483648</id>", False),
            ("openSession", "<id>1 2</id>", False),
            ("checkAvailability", "<onlyBestSlots>yes</onlyBestSlots>", True),
            ("checkAvailability", "<onlyBestSlots>fullPeriod</onlyBestSlots>", True),
            ("checkAvailability", "<onlyBestSlots>DAY</onlyBestSlots>", False),
            ("selectBooking", "<bookingStatus>PLANNED</bookingStatus><bookingStatus>planned</bookingStatus>", False),
        ],
    )
    def test_values_are_of_their_types(self, operation: str, member: str, is_right: bool) -> None:
        """What DRS's platform lets through in silence is named all the same."""
        sent = call(operation, {})
        body = sent.sent.replace(f"<{operation}/>".encode(), f"<{operation}>{member}</{operation}>".encode())
        assert verdict("CAL-27", replace(sent, sent=body)) is (Verdict.HELD if is_right else Verdict.BROKEN)

    @pytest.mark.parametrize(
        ("place", "instead"),
        [
            (b"<openSession/>", b""),
            (b"<openSession/>", b"<foo/>"),
            (b"<openSession/>", b"<openSession/><openSession/>"),
            (b"</soapenv:Body>", b"<closeSession/></soapenv:Body>"),
            (b"</soapenv:Body>", b"</soapenv:Body><soapenv:Body/>"),
        ],
    )
    def test_a_wrapper_has_one_request(self, place: bytes, instead: bytes) -> None:
        sent = call("openSession", {})
        assert verdict("CAL-28", sent) is Verdict.HELD
        assert verdict("CAL-28", replace(sent, sent=sent.sent.replace(place, instead))) is Verdict.BROKEN

    def test_xml_that_breaks_behind_the_call_is_none(self) -> None:
        """DRS's platform performs it, and so do calls with an entity that is not declared."""
        sent = call("openSession", {})
        for body in (sent.sent[:-5], sent.sent.replace(b"<openSession/>", b"<openSession>&nbsp;</openSession>")):
            assert verdict("CAL-01", replace(sent, sent=body)) is Verdict.BROKEN

    def test_a_date_alone_is_no_date_and_time(self) -> None:
        for date in ("2021-10-26", "08:00:00", "2021"):
            sent = call("checkAvailability", {"periodBegin": date})
            assert verdict("CAL-07", sent) is Verdict.BROKEN

    def test_a_charset_is_named_in_content_type(self) -> None:
        """Where the Content-Type is known; a recording has none."""
        sent = call("selectOrder", {"primaryOrderNumber": "é"})
        assert verdict("CAL-06", sent) is Verdict.HELD
        assert verdict("CAL-06", replace(sent, content_type="text/xml; charset=UTF-8")) is Verdict.HELD
        assert verdict("CAL-06", replace(sent, content_type="text/xml")) is Verdict.BROKEN
        marked = replace(sent, sent=sent.sent.partition(b"?>")[2].decode().encode("utf-16"))
        assert verdict("CAL-06", replace(marked, content_type="text/xml")) is Verdict.BROKEN
        default = sent.sent.replace(b"UTF-8", b"ISO-8859-1").decode().encode("iso-8859-1")
        assert verdict("CAL-06", replace(sent, sent=default, content_type="text/xml")) is Verdict.HELD
        assert verdict("CAL-06", replace(call("openSession", {}), content_type="text/xml")) is Verdict.HELD

    def test_a_foreign_namespace_is_told(self) -> None:
        sent = call("openSession", {})
        foreign = replace(sent, sent=sent.sent.replace(NAMESPACE.encode(), b"urn:other"))
        assert verdict("CAL-02", foreign) is Verdict.BROKEN

    def test_a_location_of_its_own_has_a_location_id(self) -> None:
        sent = call("updateLocation", {"theLocation": {"locationId": "1"}})
        assert verdict("CAL-05", sent) is Verdict.NOT_MET

    def test_bytes_that_are_not_of_the_declared_charset_are_told(self) -> None:
        sent = replace(call("openSession", {"login": "x"}), sent="<a>ä</a>".encode("latin-1"))
        assert verdict("CAL-06", sent) is Verdict.BROKEN
        assert verdict("CAL-06", replace(sent, content_type='text/xml; charset="iso-8859-1"')) is Verdict.HELD
        assert verdict("CAL-06", replace(sent, content_type="text/xml; charset=nonsense")) is Verdict.BROKEN

    @pytest.mark.parametrize("date", ["2021-10-26", "2021-02-30T00:00:00", "26/10/2021 08:00", "2021-10-26T25:00:00Z"])
    def test_dates_that_are_none_are_told(self, date: str) -> None:
        assert verdict("CAL-07", call("checkAvailability", {"periodBegin": date})) is Verdict.BROKEN

    @pytest.mark.parametrize("date", ["2021-10-26T00:00:00.0000000Z", "2021-10-26T00:00:00", "0001-01-01T00:00:00"])
    def test_dates_of_dot_net_are_dates(self, date: str) -> None:
        assert verdict("CAL-07", call("checkAvailability", {"periodBegin": date})) is Verdict.HELD

    def test_comments_may_be_blank_but_not_missing(self) -> None:
        (order,) = (each for each in SOUND.calls if each.name == "call 4")
        blank = replace(order, sent=order.sent.replace(b">Cupboard door is loose<", b"> <"))
        missing = replace(blank, sent=blank.sent.replace(b"<orderComments> </orderComments>", b""))
        assert verdict("CAL-10", blank) is Verdict.HELD
        assert verdict("CAL-10", missing) is Verdict.BROKEN

    def test_a_list_of_order_numbers_to_look_up_need_not_be_alike(self) -> None:
        numbers = call("selectOrder", {"primaryOrderNumber": "1"})
        two = replace(
            numbers,
            sent=numbers.sent.replace(
                b"<primaryOrderNumber>", b"<primaryOrderNumber>2</primaryOrderNumber><primaryOrderNumber>"
            ),
        )
        assert verdict("CAL-12", two) is Verdict.NOT_MET

    def test_an_order_whose_booking_is_cancelled_need_not_be_scheduled(self) -> None:
        inside = "<theOrder><theBookings><bookingId>7</bookingId></theBookings></theOrder>"
        made = call("createOrder", {"theOrder": {"primaryOrderNumber": "1"}}, inside)
        cancelled = call("deleteBooking", {"theBooking": {"bookingId": "7"}})
        deleted = call("deleteOrder", {"theOrder": {"primaryOrderNumber": "1"}})
        assert verdict("CAL-23", made, cancelled) is Verdict.HELD
        assert verdict("CAL-23", made, deleted) is Verdict.HELD
        assert verdict("CAL-23", made) is Verdict.BROKEN

    def test_an_order_is_sent_again_only_where_it_is_known_not_to_be_there(self) -> None:
        made = call("createOrder", {"theOrder": {"primaryOrderNumber": "1"}})
        refused = call("createOrder", {"theOrder": {"primaryOrderNumber": "1"}}, status="error")
        lost = replace(made, reply=Reply(0, "", b""))
        missing = call("selectOrder", {"primaryOrderNumber": "1"}, status="error")
        there = call(
            "selectOrder",
            {"primaryOrderNumber": "1"},
            "<theOrders><primaryOrderNumber>1</primaryOrderNumber></theOrders>",
        )
        deleted = call("deleteOrder", {"theOrder": {"primaryOrderNumber": "1"}})
        for between in ([refused], [lost, missing], [made, deleted]):
            assert verdict("CAL-24", *between, replace(made)) is Verdict.HELD
        for between in ([made], [lost], [lost, there], [made, replace(missing, reply=Reply(500, "", b""))]):
            assert verdict("CAL-24", *between, replace(made)) is Verdict.BROKEN

    def test_an_order_that_drs_refuses_again_is_looked_up(self) -> None:
        """A client may rely on DRS to refuse a number that is in use."""
        made = call("createOrder", {"theOrder": {"primaryOrderNumber": "1"}})
        refused = call("createOrder", {"theOrder": {"primaryOrderNumber": "1"}}, status="error")
        looked_up = call("selectOrder", {"primaryOrderNumber": "1"})
        assert verdict("CAL-24", made, refused, looked_up) is Verdict.HELD
        assert verdict("CAL-24", made, refused) is Verdict.BROKEN
        assert verdict("CAL-24", made, replace(made), looked_up) is Verdict.BROKEN

    def test_a_slot_of_another_place_is_not_offered(self) -> None:
        elsewhere = [
            replace(each, sent=each.sent.replace(b">3670010<", b">9990010<"))
            if each.operation == "createOrder"
            else each
            for each in SOUND.calls
        ]
        assert verdict("CAL-20", *elsewhere) is Verdict.BROKEN

    def test_the_same_slot_may_be_written_with_another_offset(self) -> None:
        local, utc = b"T08:00:00+01:00</planning", b"T07:00:00Z</planning"
        changed = [replace(each, sent=each.sent.replace(local, utc)) for each in SOUND.calls]
        assert any(a.sent != b.sent for a, b in zip(changed, SOUND.calls, strict=True))
        assert verdict("CAL-20", *changed) is Verdict.HELD

    def test_another_search_is_no_next_period(self) -> None:
        days = f"{CAP}<theSlots><day>2021-10-28T00:00:00+01:00</day></theSlots>"
        first = call("checkAvailability", {"periodBegin": "2021-10-22T00:00:00"}, days)
        again = call("checkAvailability", {"periodBegin": "2021-10-22T00:00:00"})
        later = call("checkAvailability", {"periodBegin": "2021-10-22T09:30:00"})
        gap = call("checkAvailability", {"periodBegin": "2021-10-30T00:00:00"})
        slipped = call("checkAvailability", {"periodBegin": "2021-10-28T23:00:00"})
        assert {verdict("CAL-25", first, each) for each in (again, later)} == {Verdict.NOT_MET}
        assert {verdict("CAL-25", first, each) for each in (gap, slipped)} == {Verdict.BROKEN}

    def test_a_moment_without_offset_is_local(self) -> None:
        assert parse_moment("2021-10-26T08:00:00") == datetime(2021, 10, 26, 7, tzinfo=UTC)
        assert parse_moment("soon") is None


class TestCoverage:
    def test_operations_are_counted_and_those_never_called_are_there(self) -> None:
        operations = analyse_traffic(SOUND).coverage.operations
        assert set(operations) == set(OPERATIONS)
        assert (operations["createOrder"], operations["getSchedule"]) == (2, 0)

    @pytest.mark.parametrize(
        ("situation", "met"),
        [
            (CoveragePoint.CAP_WARNING, call("checkAvailability", {}, CAP)),
            (CoveragePoint.NO_AVAILABILITY, call("checkAvailability", {}, SLOTS.format("NO"))),
            (CoveragePoint.LAPSED_SESSION, call("selectOrder", {}, "<errorMsg>Invalid session</errorMsg>", "error")),
            (CoveragePoint.REFUSAL, call("openSession", {}, status="failure")),
            (CoveragePoint.UNKNOWN_ORDER, call("selectOrder", {}, NO_ORDER, "error")),
            (CoveragePoint.PLANNING_FAILED, call("scheduleBooking", {}, NO_PLAN, "error")),
            (CoveragePoint.FAULT, replace(call("openSession", {}), reply=Reply(500, "text/xml", FAULT.encode()))),
            (CoveragePoint.SLOW_ANSWER, replace(call("openSession", {}), seconds=5.1)),
            (CoveragePoint.HTTP_ERROR, replace(call("openSession", {}), reply=Reply(503, "text/html", b"<p>Later"))),
            (CoveragePoint.HTTP_ERROR, replace(call("openSession", {}), reply=Reply(0, "", b""))),
        ],
    )
    def test_a_situation_is_seen(self, situation: CoveragePoint, met: Call) -> None:
        assert observed(met).coverage.situations[situation] == 1
        assert analyse_traffic(SOUND).coverage.situations.keys() == set(CoveragePoint)

    def test_what_is_sound_and_quick_is_no_situation(self) -> None:
        quick = replace(
            call("checkAvailability", {}, SLOTS.format("YES")),
            seconds=4.835,
        )
        assert not any(observed(quick).coverage.situations.values())


class TestFindings:
    """What a runner of tests shows: every breach of a run, call by call."""

    def test_a_sound_run_has_none(self) -> None:
        assert judge_calls(SOUND.calls) == ()
        assert judge_calls(()) == ()

    def test_findings_are_in_the_order_of_the_calls_with_their_clauses(self) -> None:
        lost = replace(call("selectOrder", {"sessionId": "s", "primaryOrderNumber": "1"}), reply=Reply(0, "", b""))
        found = judge_calls([lost, call("createOrder", {"theOrder": {"primaryOrderNumber": "2"}})])
        assert [each.position for each in found] == sorted(each.position for each in found)
        told = {each.clause.id: each for each in found}
        assert (told["CAL-53"].is_advice, told["CAL-23"].is_advice) == (True, False)
        assert told["CAL-53"].call is lost
        assert told["CAL-23"].sentence == "call 2 (a call, createOrder): the booking of order 2 stays unscheduled"

    def test_advice_breaks_nothing(self) -> None:
        lost = replace(call("selectOrder", {"sessionId": "s", "primaryOrderNumber": "1"}), reply=Reply(0, "", b""))
        report = observed(lost)
        assert [each.clause.id for each in report.advice] == ["CAL-53"]
        assert "CAL-53" not in {each.clause.id for each in report.broken}

    def test_advice_is_inconclusive_where_a_body_is_missing(self) -> None:
        lost = replace(call("selectOrder", {"sessionId": "s", "primaryOrderNumber": "1"}), reply=Reply(0, "", b""))
        unknown = replace(lost, sent=b"", is_complete=False)
        assert "CAL-53" in {each.clause.id for each in observed(lost, unknown).inconclusive}
        assert "CAL-53" not in {each.clause.id for each in judge_calls((lost, unknown))}
