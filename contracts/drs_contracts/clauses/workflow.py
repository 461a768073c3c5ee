"""The clause on the workflow as a whole."""

from __future__ import annotations

from drs_contracts.clauses.clause import clause, seen
from drs_contracts.clauses.state_machine import walk
from drs_contracts.driver.driver import DrsDriver


@clause(
    "FLO-01",
    "In whatever order callers create, schedule, move and cancel, DRS shows what they did.",
    seen("Workflow"),
    writes=True,
)
def the_workflow_holds_together(drs: DrsDriver) -> None:
    """Walk through it many times, with a small model beside."""
    walk(drs)
