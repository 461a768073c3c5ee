"""What is known of DRS, as clauses with their evidence, and the means to hold a DRS to them.

::

    from drs_contracts import list_clauses

    for clause in list_clauses():
        print(clause.id, clause.statement, clause.evidence)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drs_contracts.callback_receiver import Confirmations, ReceivedConfirmation
    from drs_contracts.clauses import list_clauses
    from drs_contracts.clauses.clause import AppliesTo, Clause, Evidence, Grade
    from drs_contracts.driver.driver import Conversation, Facts
    from drs_contracts.driver.targets import SimulatorTarget, Target, UnreachableError, UrlTarget
    from drs_contracts.errors import ClauseBroken
    from drs_contracts.observe.analysis import Coverage, Judgement, Observation, Situation, Verdict, analyse_traffic
    from drs_contracts.observe.sources import TrafficError, read_traffic
    from drs_contracts.recordings.drift import Difference, Kind, differences
    from drs_contracts.recordings.recording import Recording, RecordingError, load_recording, replay
    from drs_contracts.traffic.calls import Call, Traffic
    from drs_contracts.verify.runner import Extent, Finding, Outcome, run_clauses

__all__ = [
    "AppliesTo",
    "Call",
    "Clause",
    "ClauseBroken",
    "Confirmations",
    "Conversation",
    "Coverage",
    "Difference",
    "Evidence",
    "Extent",
    "Facts",
    "Finding",
    "Grade",
    "Judgement",
    "Kind",
    "Observation",
    "Outcome",
    "ReceivedConfirmation",
    "Recording",
    "RecordingError",
    "SimulatorTarget",
    "Situation",
    "Target",
    "Traffic",
    "TrafficError",
    "UnreachableError",
    "UrlTarget",
    "Verdict",
    "analyse_traffic",
    "differences",
    "list_clauses",
    "load_recording",
    "read_traffic",
    "replay",
    "run_clauses",
]

# Imported when it is asked for: pytest loads the plugin of this package in suites that may never use it.
_HOMES = {
    "AppliesTo": "clauses.clause",
    "Call": "traffic.calls",
    "Clause": "clauses.clause",
    "ClauseBroken": "errors",
    "Confirmations": "callback_receiver",
    "Conversation": "driver.driver",
    "Coverage": "observe.analysis",
    "Difference": "recordings.drift",
    "Evidence": "clauses.clause",
    "Extent": "verify.runner",
    "Facts": "driver.driver",
    "Finding": "verify.runner",
    "Grade": "clauses.clause",
    "Judgement": "observe.analysis",
    "Kind": "recordings.drift",
    "Observation": "observe.analysis",
    "Outcome": "verify.runner",
    "ReceivedConfirmation": "callback_receiver",
    "Recording": "recordings.recording",
    "RecordingError": "recordings.recording",
    "SimulatorTarget": "driver.targets",
    "Situation": "observe.analysis",
    "Target": "driver.targets",
    "Traffic": "traffic.calls",
    "TrafficError": "observe.sources",
    "UnreachableError": "driver.targets",
    "UrlTarget": "driver.targets",
    "Verdict": "observe.analysis",
    "list_clauses": "clauses",
    "differences": "recordings.drift",
    "load_recording": "recordings.recording",
    "analyse_traffic": "observe.analysis",
    "read_traffic": "observe.sources",
    "replay": "recordings.recording",
    "run_clauses": "verify.runner",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
