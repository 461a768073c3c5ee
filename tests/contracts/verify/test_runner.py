"""The runner: what a DRS does never ends a run, and only what it does otherwise breaks a clause."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from drs_contracts import (
    Clause,
    ClauseBroken,
    Evidence,
    Finding,
    Grade,
    Outcome,
    SimulatorTarget,
    TestData,
    UnreachableError,
    VerifySettings,
    list_clauses,
    run_clauses,
)
from drs_contracts.clauses.clause import AppliesTo
from drs_contracts.cli.verify import VerifyPlan, verify_plan
from drs_contracts.defects.drs import DEFECTS
from drs_contracts.driver.driver import DrsDriver
from drs_contracts.driver.expectations import expect, expect_success
from drs_contracts.driver.messages import SOAP, Exchange, Reply
from drs_contracts.verify.moments import find_moments
from drs_simulator import FaultRule, Simulator, effects, load_profile, load_scenario
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

PROFILE = load_profile("lincoln")
DATA = TestData.of(PROFILE)
CLOCK = "fixed@2021-10-22T12:20:59.555+01:00"
QUICK = VerifySettings(examples=2)
CLAUSES = {clause.id: clause for clause in list_clauses(AppliesTo.DRS)}


def simulator() -> Simulator:
    return Simulator(PROFILE, clock=CLOCK, seed=0, holds_callbacks=True)


def clause_of(check: Callable[..., Any], **varies: SearchStrategy[Any]) -> Clause:
    return Clause("TST-01", "It is so.", Evidence(Grade.PRESUMED, "a test"), AppliesTo.DRS, check, varies)


def run(check: Callable[..., Any], examples: int = 5, **varies: SearchStrategy[Any]) -> Finding:
    settings = VerifySettings(examples=examples)
    (finding,) = run_clauses(SimulatorTarget(simulator()), DATA, [clause_of(check, **varies)], settings)
    return finding


class TestInconclusive:
    """A check that could not be carried out says nothing about DRS."""

    @pytest.mark.parametrize(
        "error", [IndexError("list index out of range"), ValueError("no date"), KeyError("x"), AssertionError("ours")]
    )
    def test_an_error_of_our_own_breaks_nothing(self, error: Exception) -> None:
        def check(drs: DrsDriver) -> None:
            raise error

        finding = run(check)
        assert finding.outcome is Outcome.INCONCLUSIVE
        assert type(error).__name__ in finding.reason

    def test_what_a_check_needs_may_be_missing(self) -> None:
        finding = run(lambda drs: drs.need(False, "no slot is free"))
        assert (finding.outcome, finding.reason) == (Outcome.INCONCLUSIVE, "no slot is free")

    def test_a_need_that_is_met_for_some_values_is_enough(self) -> None:
        def check(drs: DrsDriver, number: int) -> None:
            drs.need(number % 3 != 0, "not with this number")

        assert run(check, examples=20, number=st.integers(0, 99)).outcome is Outcome.HELD

    def test_a_check_whose_needs_are_never_met_ends_soon(self) -> None:
        tried: list[int] = []

        def check(drs: DrsDriver, number: int) -> None:
            tried.append(number)
            drs.need(False, "no slot is free")

        assert run(check, examples=100, number=st.integers()).outcome is Outcome.INCONCLUSIVE
        assert len(tried) == 3

    def test_no_answer_ends_the_check_at_once(self) -> None:
        tried: list[int] = []

        def check(drs: DrsDriver, number: int) -> None:
            tried.append(number)
            raise UnreachableError("Nothing answers.")

        finding = run(check, number=st.integers())
        assert (finding.outcome, finding.reason, len(tried)) == (Outcome.INCONCLUSIVE, "Nothing answers.", 1)

    def test_what_breaks_once_and_then_holds_is_not_reliable(self) -> None:
        tried: list[int] = []

        def check(drs: DrsDriver) -> None:
            tried.append(1)
            if len(tried) == 1:
                raise ClauseBroken("it was wrong")

        finding = run(check)
        assert finding.outcome is Outcome.INCONCLUSIVE
        assert finding.reason == "DRS is not reliable: it broke the clause once (it was wrong), and then held"

    def test_an_error_on_the_way_to_smaller_values_changes_nothing(self) -> None:
        def check(drs: DrsDriver, number: int) -> None:
            if number > 10:
                raise ClauseBroken(f"{number} is too large")
            if number > 5:
                raise IndexError

        finding = run(check, examples=50, number=st.integers(0, 1000).filter(lambda each: not 1 <= each <= 5))
        assert (finding.outcome, finding.reason) == (Outcome.BROKEN, "11 is too large")

    def test_an_answer_that_is_no_soap_says_nothing(self) -> None:
        """Neither that a call was not refused, nor that two answers differ."""

        class Down(SimulatorTarget):
            def post(self, body: bytes) -> Reply:
                return Reply(503, "text/html", b"Later")

        for identifier in ("ORD-10", "WIR-04", "WIR-05", "AVL-08"):
            (finding,) = run_clauses(Down(simulator()), DATA, [CLAUSES[identifier]], QUICK)
            assert finding.outcome is Outcome.INCONCLUSIVE
            assert finding.reason.startswith("HTTP 503 with no XML")

    def test_an_answer_without_a_date_says_nothing(self) -> None:
        def check(drs: DrsDriver) -> None:
            drs.ask("selectOrder", primaryOrderNumber="none").time("theOrders/theBookings/assignedStart")

        finding = run(check)
        assert finding.reason == "selectOrder gave no date as theOrders/theBookings/assignedStart, but None."


class TestEvidence:
    """A broken clause comes with the exchange that breaks it."""

    def test_it_is_the_one_that_was_judged(self) -> None:
        def check(drs: DrsDriver) -> None:
            refused = drs.ask("selectOrder", primaryOrderNumber="no-such-order")
            drs.ask("selectAlerts", contract="0")
            expect_success(refused)

        finding = run(check)
        assert finding.exchange is not None
        assert finding.exchange.operation == "selectOrder"

    @pytest.mark.parametrize("identifier", ["AVL-02", "SCH-01", "FLO-01", "ORD-06"])
    def test_it_is_never_the_clean_up(self, identifier: str) -> None:
        defect = next(each for each in DEFECTS if each.caught_by == identifier)
        (finding,) = run_clauses(defect.target(PROFILE), DATA, [CLAUSES[identifier]], VerifySettings(examples=30))
        assert finding.outcome is Outcome.BROKEN
        assert finding.exchange is not None
        assert finding.exchange.operation not in ("closeSession", "deleteOrder")


class TestDrsThatMisbehaves:
    """Whatever a DRS does, every clause has its finding."""

    def test_a_drs_without_a_free_slot_breaks_nothing_that_it_keeps(self) -> None:
        scenario = load_scenario("no-availability")
        full = Simulator(scenario.installation(None), clock=CLOCK, faults=scenario.faults)
        identifiers = ("AVL-20", "CHG-03", "SCH-01", "SCH-02", "SEL-07", "FLO-01")
        findings = list(run_clauses(SimulatorTarget(full), DATA, [CLAUSES[each] for each in identifiers], QUICK))
        assert [each.clause.id for each in findings] == list(identifiers)
        assert not [(each.clause.id, each.reason) for each in findings if each.outcome is Outcome.BROKEN]
        (scheduling,) = (each for each in findings if each.clause.id == "SCH-02")
        assert scheduling.outcome is Outcome.INCONCLUSIVE
        assert scheduling.reason.startswith("no slot is free from ")

    def test_a_drs_that_refuses_all_orders_breaks_the_clause_on_orders(self) -> None:
        """It breaks none of what it would do with an order."""

        class Refusing(SimulatorTarget):
            def post(self, body: bytes) -> Reply:
                return super().post(
                    body.replace(b"<contract>0<", b"<contract>none<") if b"createOrder>" in body else body
                )

        identifiers = ("ORD-01", "ANS-06", "CHG-01", "SEL-07", "SCH-09")
        findings = list(run_clauses(Refusing(simulator()), DATA, [CLAUSES[each] for each in identifiers], QUICK))
        assert [each.clause.id for each in findings if each.outcome is Outcome.BROKEN] == ["ORD-01"]
        assert {each.outcome for each in findings[1:]} == {Outcome.INCONCLUSIVE}

    @pytest.mark.parametrize(
        "effect", [effects.HttpStatus(status=503), effects.Reset()], ids=["HTTP 503", "connection reset"]
    )
    def test_a_drs_that_fails_now_and_then_breaks_nothing(self, effect: Any) -> None:
        class Failing(SimulatorTarget):
            def renew(self) -> None:
                """Forget nothing, as at an address."""

            def post(self, body: bytes) -> Reply:
                try:
                    return super().post(body)
                except Exception as error:
                    raise UnreachableError(f"Nothing answers ({type(error).__name__}).") from None

        unreliable = simulator()
        unreliable.faults.add(FaultRule(effect=effect, probability=0.5))
        clauses = [CLAUSES[each] for each in ("AVL-01", "ORD-01", "SCH-02", "SES-01", "SES-05", "FLO-01")]
        findings = list(run_clauses(Failing(unreliable), DATA, clauses, QUICK))
        assert len(findings) == len(clauses)
        assert not [(each.clause.id, each.reason) for each in findings if each.outcome is Outcome.BROKEN]
        assert any(each.outcome is Outcome.INCONCLUSIVE for each in findings)

    def test_a_drs_that_has_gone_is_not_tried_for_ever(self) -> None:
        class Gone(SimulatorTarget):
            calls = 0

            def renew(self) -> None:
                """Forget nothing, as at an address."""

            def post(self, body: bytes) -> Reply:
                self.calls += 1
                raise UnreachableError("Nothing answers.")

            def wsdl(self) -> Reply:
                raise UnreachableError("Nothing answers.")

        gone = Gone(simulator())
        findings = list(run_clauses(gone, DATA, list_clauses(AppliesTo.DRS), QUICK))
        assert {each.outcome for each in findings} == {Outcome.INCONCLUSIVE}
        assert findings[-1].reason == "it was not tried: DRS has stopped answering"
        assert gone.calls < 10

    def test_orders_that_cannot_be_deleted_are_named(self) -> None:
        class Stubborn(SimulatorTarget):
            def renew(self) -> None:
                """Forget nothing, as at an address."""

            def post(self, body: bytes) -> Reply:
                if b"<deleteOrder>" in body:
                    raise UnreachableError("Nothing answers.")
                return super().post(body)

        check = clause_of(lambda drs: drs.create_order())
        (finding,) = run_clauses(Stubborn(simulator()), DATA, [check], QUICK)
        assert finding.outcome is Outcome.HELD
        (number,) = finding.left_behind
        assert number.startswith(DATA.order_number_prefix)


class TestExtent:
    """A run goes as far as it may."""

    @pytest.mark.parametrize(("seconds", "reached"), [(0.0, 0), (1000.0, 2)])
    def test_when_the_time_is_over_the_rest_is_skipped(self, seconds: float, reached: int) -> None:
        settings = VerifySettings(examples=1, seconds=seconds)
        found = list(run_clauses(SimulatorTarget(simulator()), DATA, list_clauses(AppliesTo.DRS)[:2], settings))
        assert sum(finding.outcome is not Outcome.SKIPPED for finding in found) == reached

    def test_ctrl_c_ends_the_run_with_what_was_found(self) -> None:
        """It also removes what was made."""

        class Stopped(SimulatorTarget):
            calls = 0

            def renew(self) -> None:
                """Forget nothing, as at an address."""

            def post(self, body: bytes) -> Reply:
                reply = super().post(body)
                self.calls += b"<scheduleBooking>" in body
                if self.calls == 3:
                    self.calls += 1
                    raise KeyboardInterrupt
                return reply

        target = Stopped(simulator())
        plan = VerifyPlan("a target", target, DATA, VerifySettings(examples=1), simulated=True)
        stopped = verify_plan(plan, list_clauses(AppliesTo.DRS), "")
        assert stopped.interrupted
        assert 0 < len(stopped.findings) < len(list_clauses(AppliesTo.DRS))
        with DrsDriver(target, DATA) as drs:
            period = {"planningWindowStart": drs.local(0), "planningWindowEnd": drs.local(90)}
            left = drs.ask("selectBooking", contract=DATA.contract, **period)
            assert left.texts("theBookings/bookingId") == []

    def test_a_clock_that_was_moved_is_moved_back(self) -> None:
        target = SimulatorTarget(simulator())
        before = target.now()
        list(run_clauses(target, DATA, [clause_of(lambda drs: drs.target.move_clock(timedelta(days=1)))], QUICK))
        assert target.now() == before


def test_the_search_for_smaller_values_ends() -> None:
    tried: list[int] = []

    def check(drs: DrsDriver, number: int) -> None:
        tried.append(number)
        expect(number < 1000, f"{number} is too large")

    clauses = [clause_of(check, number=st.integers(0, 10**9))]
    settings = VerifySettings(examples=50, shrink_seconds=0)
    (finding,) = run_clauses(SimulatorTarget(simulator()), DATA, clauses, settings)
    assert (finding.outcome, finding.reason) == (Outcome.BROKEN, f"{tried[-1]} is too large")
    assert sum(number >= 1000 for number in tried) == 1


class TestMoments:
    """Clauses that speak of a day are tried at special times too."""

    def test_the_moments_of_a_zone_with_clock_changes(self) -> None:
        now = datetime(2021, 10, 22, 11, 20, tzinfo=UTC)
        found = find_moments(now, ZoneInfo("Europe/London"))
        assert [str(each) for each in found] == [
            "just after midnight (23 October 2021 00:00:30 BST)",
            "just before midnight (23 October 2021 23:59:30 BST)",
            "after the clocks went back (31 October 2021 01:00:00 GMT)",
            "after the clocks went forward (27 March 2022 02:00:00 BST)",
            "on 29 February (29 February 2024 12:00:00 GMT)",
        ]

    def test_a_zone_without_clock_changes_has_three(self) -> None:
        found = find_moments(datetime(2021, 10, 22, tzinfo=UTC), ZoneInfo("UTC"))
        assert [each.instant.time() for each in found] == [time(0, 0, 30), time(23, 59, 30), time(12)]

    @pytest.mark.parametrize("name", ["just after midnight", "clocks went back", "clocks went forward", "29 February"])
    def test_what_breaks_at_a_moment_is_told_with_it(self, name: str) -> None:
        (moment,) = (each for each in find_moments(simulator().clock.now(), DATA.zone) if name in each.name)

        def check(drs: DrsDriver) -> None:
            drs.local(0)
            expect(drs.target.now() != moment.instant.astimezone(UTC), "it is wrong")

        settings = VerifySettings(examples=5, at_moments=True)
        (finding,) = run_clauses(SimulatorTarget(simulator()), DATA, [clause_of(check)], settings)
        assert (finding.outcome, finding.reason) == (Outcome.BROKEN, f"{moment}: it is wrong")

    def test_a_check_that_asks_for_no_day_is_tried_once(self) -> None:
        tried: list[int] = []
        settings = VerifySettings(examples=5, at_moments=True)
        (finding,) = run_clauses(SimulatorTarget(simulator()), DATA, [clause_of(lambda _: tried.append(1))], settings)
        assert (finding.outcome, len(tried)) == (Outcome.HELD, 1)

    def test_few_examples_try_one_moment_of_each_clause(self) -> None:
        tried: list[datetime] = []

        def check(drs: DrsDriver) -> None:
            drs.local(0)
            tried.append(drs.target.now())

        settings = VerifySettings(examples=2, at_moments=True)
        list(run_clauses(SimulatorTarget(simulator()), DATA, [clause_of(check)] * 3, settings))
        assert len(tried) == 6
        assert len(set(tried)) == 4

    def test_no_clause_accuses_the_simulator_at_a_moment(self) -> None:
        settings = VerifySettings(examples=5, at_moments=True)
        findings = run_clauses(SimulatorTarget(simulator()), DATA, list_clauses(AppliesTo.DRS), settings)
        assert [(each.clause.id, each.reason) for each in findings if each.outcome is not Outcome.HELD] == []


class TestHttpSide:
    """The HTTP side is judged at every call, for WIR-23 alone."""

    def test_a_wrong_content_type_is_named_apart(self) -> None:
        class Odd(SimulatorTarget):
            def post(self, body: bytes) -> Reply:
                reply = super().post(body)
                is_odd = b"selectAlertsResponse" in reply.body
                return Reply(reply.status, "text/xml" if is_odd else reply.content_type, reply.body)

        clauses = [CLAUSES[each] for each in ("WIR-23", "SEL-07", "SES-01")]
        findings = list(run_clauses(Odd(simulator()), DATA, clauses, QUICK))
        assert [(each.clause.id, each.outcome) for each in findings] == [
            ("SEL-07", Outcome.HELD),
            ("SES-01", Outcome.HELD),
            ("WIR-23", Outcome.BROKEN),
        ]
        assert findings[-1].reason == "in a call of SEL-07, selectAlerts: the Content-Type is text/xml"
        assert findings[-1].exchange is not None
        assert findings[-1].exchange.operation == "selectAlerts"

    @pytest.mark.parametrize(
        ("status", "content_type", "code", "told"),
        [
            (500, "text/xml;charset=UTF-8", "soap:Client", ""),
            (500, 'text/xml; charset="utf-8"', "soap:Client", 'the Content-Type is text/xml; charset="utf-8"'),
            (500, "text/xml; charset=UTF-8", "Client", "the faultcode is 'Client'"),
            (500, "text/xml;charset=UTF-8", "other:Client", "the faultcode is 'other:Client'"),
            (200, "text/xml;charset=UTF-8", "soap:Client", "a fault comes with HTTP 200"),
        ],
    )
    def test_a_fault_is_judged(self, status: int, content_type: str, code: str, told: str) -> None:
        body = (
            f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Body><soap:Fault><faultcode>{code}</faultcode></soap:Fault>'
            "</soap:Body></soap:Envelope>"
        )
        assert Exchange("foo", b"", Reply(status, content_type, body.encode())).http_breach == told
