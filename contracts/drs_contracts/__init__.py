"""What is known of DRS, as clauses with their evidence, and the means to hold a DRS to them.

::

    from drs_contracts import clauses

    for clause in clauses():
        print(clause.id, clause.statement, clause.evidence)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drs_contracts.catalogue import clauses
    from drs_contracts.clause import Binds, Clause, ClauseBroken, Evidence, Grade
    from drs_contracts.confirmations import Confirmations, ReceivedConfirmation
    from drs_contracts.conversation import Conversation, Facts
    from drs_contracts.drift import Difference, Kind, differences
    from drs_contracts.observation import Coverage, Judgement, Observation, Situation, Verdict, observe
    from drs_contracts.observed import Call, Traffic
    from drs_contracts.recording import Recording, RecordingError, load_recording, replay
    from drs_contracts.target import SimulatorTarget, Target, UnreachableError, UrlTarget
    from drs_contracts.traffic import TrafficError, read_traffic
    from drs_contracts.verification import Extent, Finding, Outcome, verify

__all__ = [
    "Binds",
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
    "clauses",
    "differences",
    "load_recording",
    "observe",
    "read_traffic",
    "replay",
    "verify",
]

# Imported when it is asked for: pytest loads the plugin of this package in suites that may never use it.
_HOMES = {
    "Binds": "clause",
    "Call": "observed",
    "Clause": "clause",
    "ClauseBroken": "clause",
    "Confirmations": "confirmations",
    "Conversation": "conversation",
    "Coverage": "observation",
    "Difference": "drift",
    "Evidence": "clause",
    "Extent": "verification",
    "Facts": "conversation",
    "Finding": "verification",
    "Grade": "clause",
    "Judgement": "observation",
    "Kind": "drift",
    "Observation": "observation",
    "Outcome": "verification",
    "ReceivedConfirmation": "confirmations",
    "Recording": "recording",
    "RecordingError": "recording",
    "SimulatorTarget": "target",
    "Situation": "observation",
    "Target": "target",
    "Traffic": "observed",
    "TrafficError": "traffic",
    "UnreachableError": "target",
    "UrlTarget": "target",
    "Verdict": "observation",
    "clauses": "catalogue",
    "differences": "drift",
    "load_recording": "recording",
    "observe": "observation",
    "read_traffic": "traffic",
    "replay": "recording",
    "verify": "verification",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
