"""The clause on the workflow as a whole."""

from __future__ import annotations

from drs_contracts.clauses.clause import clause, seen
from drs_contracts.clauses.state_machine import run_workflow
from drs_contracts.driver.driver import DrsDriver


@clause(
    "FLO-01",
    "DRS shows what its callers did, in whatever order they create, schedule, move and cancel.",
    seen("Workflow"),
    writes=True,
)
def the_workflow_holds_together(drs: DrsDriver) -> None:
    """Run it many times beside a small model."""
    run_workflow(drs)
