"""Controls: a check whose set-up DRS refuses says nothing about its clause."""

from __future__ import annotations

import pytest
from drs_contracts import (
    Outcome,
    SimulatorTarget,
    TestData,
    UnreachableError,
    VerifySettings,
    list_clauses,
    run_clauses,
)
from drs_contracts.clauses.clause import AppliesTo
from drs_contracts.driver.driver import DrsDriver
from drs_contracts.driver.messages import Reply
from drs_contracts.verify.controls import PLAIN_CALLS
from drs_contracts.verify.discovery import discover
from drs_simulator import FaultRule, Profile, Simulator, effects, load_profile, load_scenario, scenario_names
from drs_simulator.clock import SYSTEM

CLOCK = "fixed@2021-10-22T12:20:59.555+01:00"
PROFILE = load_profile("lincoln")
CLAUSES = list_clauses(AppliesTo.DRS)
SETTINGS = VerifySettings(examples=1, may_move_clock=False, may_change_records=False)
# The clauses that a scenario really breaks: what each of them says is not so.
BROKEN = {
    "cap-warning": {"AVL-18"},
    "extra-elements": {"ANS-08", "CHG-17", "CHG-18"},
    "fault": {"AVL-01"},
    "planning-failed": {"SCH-01"},
    "unknown-order": {"SEL-11"},
}
# A verification of these does not begin, or waits for minutes.
NOT_TRIED = {"slow", "time-out", "wrong-password"}


class AtAnAddress(SimulatorTarget):
    """A simulator that forgets nothing, and whose broken connections are those of an address."""

    def renew(self) -> None:
        """Forget nothing."""

    def post(self, body: bytes) -> Reply:
        try:
            return super().post(body)
        except Exception as error:
            raise UnreachableError(f"Nothing answers ({type(error).__name__}).") from None


def outcomes(target: SimulatorTarget, data: TestData) -> dict[str, Outcome]:
    return {each.clause.id: each.outcome for each in run_clauses(target, data, CLAUSES, SETTINGS)}


def find_broken(found: dict[str, Outcome]) -> set[str]:
    return {identifier for identifier, outcome in found.items() if outcome is Outcome.BROKEN}


@pytest.mark.parametrize("name", sorted(set(scenario_names()) - NOT_TRIED))
def test_a_scenario_breaks_only_what_it_is_about(name: str) -> None:
    scenario = load_scenario(name)
    clock = CLOCK if scenario.clock == SYSTEM else scenario.clock
    target = AtAnAddress(Simulator(scenario.installation(), clock=clock, faults=scenario.faults, seed=0))
    found = outcomes(target, discover(target, PROFILE).data)
    assert find_broken(found) == BROKEN.get(name, set())


@pytest.mark.parametrize(
    "operation", ["createOrder", "deleteBooking", "scheduleBooking", "selectOrder", "selectResource", "updateBooking"]
)
def test_a_refused_operation_breaks_only_its_own_clauses(operation: str) -> None:
    refusing = Simulator(PROFILE, clock=CLOCK, seed=0)
    refusing.faults.add(FaultRule(effect=effects.DrsRefusal(text="Not today"), operation=operation))
    target = AtAnAddress(refusing)
    found = outcomes(target, TestData.of(PROFILE))
    assert find_broken(found) <= PLAIN_CALLS[operation].judged_by
    assert Outcome.INCONCLUSIVE in found.values()


def test_what_is_always_refused_confirms_no_refusal() -> None:
    """SCH-11 and SCH-12 say that scheduleBooking refuses something."""
    scenario = load_scenario("planning-failed")
    target = AtAnAddress(Simulator(PROFILE, clock=CLOCK, faults=scenario.faults, seed=0))
    clauses = [each for each in CLAUSES if each.id in ("SCH-11", "SCH-12")]
    for finding in run_clauses(target, TestData.of(PROFILE), clauses, SETTINGS):
        assert finding.outcome is Outcome.INCONCLUSIVE
        assert finding.reason.startswith(
            "a refusal of scheduleBooking says nothing, as a plain one is refused: Error in"
        )
        assert finding.reason.endswith("(SCH-01, SCH-10)")


def test_the_reason_names_the_call_and_its_clauses() -> None:
    scenario = load_scenario("unknown-order")
    target = AtAnAddress(Simulator(PROFILE, clock=CLOCK, faults=scenario.faults, seed=0))
    (clause,) = (each for each in CLAUSES if each.id == "CHG-04")
    (finding,) = run_clauses(target, TestData.of(PROFILE), [clause], SETTINGS)
    told = "the check needs selectOrder, and a plain one is refused: Unable to find order in OptiTime Web (SEL-11); so"
    assert finding.reason.startswith(told)


def test_without_leave_to_write_no_control_writes() -> None:
    simulator = Simulator(PROFILE, clock=CLOCK, seed=0)
    settings = VerifySettings(examples=1, may_write=False, may_move_clock=False, may_change_records=False)
    list(run_clauses(AtAnAddress(simulator), TestData.of(PROFILE), CLAUSES, settings))
    assert not [each for each in simulator.journal.entries() if each.operation == "createOrder"]


def test_every_clause_of_a_control_is_in_the_catalogue() -> None:
    named = {identifier for plain in PLAIN_CALLS.values() for identifier in plain.judged_by}
    assert named <= {each.id for each in CLAUSES}


@pytest.mark.parametrize("operation", PLAIN_CALLS)
def test_every_plain_call_is_taken(operation: str) -> None:
    for profile in (PROFILE, load_profile("hackney")):
        assert_taken(operation, profile)


def assert_taken(operation: str, profile: Profile) -> None:
    with DrsDriver(AtAnAddress(Simulator(profile, clock=CLOCK)), TestData.of(profile)) as drs:
        answer = PLAIN_CALLS[operation].make(drs)
    assert (answer.operation, answer.succeeded) == (operation, True)
