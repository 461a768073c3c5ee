"""Clauses that are checked in several processes have the findings that they have in one."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import connection
from typing import Any

import pytest
from drs_contracts import (
    AppliesTo,
    Clause,
    Evidence,
    Finding,
    Grade,
    Outcome,
    SimulatorTarget,
    TestData,
    VerifySettings,
    list_clauses,
    run_clauses,
)
from drs_contracts.defects.drs import DEFECTS
from drs_contracts.driver.driver import DrsDriver
from drs_contracts.driver.messages import Reply
from drs_contracts.verify.processes import run_clauses_in_processes
from drs_simulator import Simulator, load_profile

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux only")
PROFILE = load_profile("lincoln")
DATA = TestData.of(PROFILE)
QUICK = VerifySettings(examples=2, may_replay=True)
CLAUSES = {clause.id: clause for clause in list_clauses(AppliesTo.DRS)}


def target() -> SimulatorTarget:
    return SimulatorTarget(Simulator(PROFILE, clock="fixed@2021-10-22T12:20:59.555+01:00", seed=0))


def clause_of(identifier: str, check: Callable[..., Any]) -> Clause:
    return Clause(identifier, "It is so.", Evidence(Grade.PRESUMED, "a test"), AppliesTo.DRS, check)


def without_times(finding: Finding) -> Finding:
    """A finding without its calls, which have random session ids."""
    return replace(finding, exchange=None, story=None)


@pytest.mark.parametrize("broken", ["AVL-02", "SCH-01", "ORD-06"])
def test_the_findings_are_those_of_one_process(broken: str) -> None:
    defect = next(each for each in DEFECTS if each.caught_by == broken)
    clauses = [CLAUSES[each] for each in ("SES-01", broken, "WIR-01", "REF-01")]
    settings = replace(QUICK, examples=15)
    alone = list(run_clauses(defect.target(PROFILE), DATA, clauses, settings))
    with run_clauses_in_processes(defect.target(PROFILE), DATA, clauses, settings, 2) as findings:
        together = list(findings)
    assert [without_times(each) for each in together] == [without_times(each) for each in alone]
    (found,) = (each for each in together if each.outcome is Outcome.BROKEN)
    assert found.clause is CLAUSES[broken]
    assert found.exchange is not None
    assert found.story is not None


def test_a_call_of_another_process_breaks_a_clause_on_every_call() -> None:
    class Untyped(SimulatorTarget):
        def post(self, body: bytes) -> Reply:
            reply = super().post(body)
            return replace(reply, content_type="text/plain") if b"<createOrder>" in body else reply

    (judging,) = (each for each in CLAUSES.values() if each.judges_every_call)
    untyped = Untyped(target().simulator)
    with run_clauses_in_processes(untyped, DATA, [judging, CLAUSES["ORD-01"]], QUICK, 2) as findings:
        order, every_call = findings
    assert [each.clause.id for each in (order, every_call)] == ["ORD-01", judging.id]
    assert every_call.outcome is Outcome.BROKEN
    assert every_call.reason.startswith("in a call of ORD-01, createOrder: ")


def test_a_process_that_ends_leaves_its_clauses_inconclusive() -> None:
    def end(drs: DrsDriver) -> None:
        os._exit(1)

    clauses = [clause_of("TST-01", end), clause_of("TST-02", end)]
    with run_clauses_in_processes(target(), DATA, clauses, QUICK, 2) as findings:
        ends = [(each.outcome, each.reason) for each in findings]
    assert ends == [(Outcome.INCONCLUSIVE, "the process that checked it has ended")] * 2


def test_a_run_that_is_stopped_leaves_no_process() -> None:
    before = set(multiprocessing.active_children())
    with run_clauses_in_processes(target(), DATA, CLAUSES.values(), QUICK, 2) as findings:
        assert next(findings).outcome is Outcome.HELD
        begun = set(multiprocessing.active_children()) - before
        assert len(begun) == 2
    for process in begun:
        assert connection.wait([process.sentinel], 30), "it has not ended"
