"""The admin API's fault rules: list, add and clear them."""

from __future__ import annotations

from drs_simulator.admin.models import EmptyPayload, Payload
from drs_simulator.admin.route import AdminRequest, Route, Section
from drs_simulator.faults.rules import FaultRule


class FaultRules(Payload):
    """Fault rules, the outermost first."""

    rules: tuple[FaultRule, ...] = ()


def _list_rules(request: AdminRequest) -> FaultRules:
    return FaultRules(rules=request.simulator.faults.rules())


def _add_rules(request: AdminRequest) -> FaultRules:
    request.simulator.faults.add(*request.payload.rules)
    return _list_rules(request)


def _clear_rules(request: AdminRequest) -> None:
    request.simulator.faults.clear()


FAULTS = Section(
    "faults",
    (
        Route("GET", "/faults", "List the fault rules in force", _list_rules, FaultRules),
        Route("POST", "/faults", "Add fault rules", _add_rules, FaultRules, FaultRules),
        Route("DELETE", "/faults", "Remove all fault rules", _clear_rules, payload=EmptyPayload),
    ),
)
