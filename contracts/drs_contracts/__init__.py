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
    from drs_contracts.conversation import Conversation, Facts
    from drs_contracts.recording import Recording, RecordingError, differences, load_recording, replay
    from drs_contracts.target import SimulatorTarget, Target, UnreachableError, UrlTarget
    from drs_contracts.verification import Extent, Finding, Outcome, verify

__all__ = [
    "Binds",
    "Clause",
    "ClauseBroken",
    "Conversation",
    "Evidence",
    "Extent",
    "Facts",
    "Finding",
    "Grade",
    "Outcome",
    "Recording",
    "RecordingError",
    "SimulatorTarget",
    "Target",
    "UnreachableError",
    "UrlTarget",
    "clauses",
    "differences",
    "load_recording",
    "replay",
    "verify",
]

# Imported when it is asked for: pytest loads the plugin of this package in suites that may never use it.
_HOMES = {
    "Binds": "clause",
    "Clause": "clause",
    "ClauseBroken": "clause",
    "Conversation": "conversation",
    "Evidence": "clause",
    "Extent": "verification",
    "Facts": "conversation",
    "Finding": "verification",
    "Grade": "clause",
    "Outcome": "verification",
    "Recording": "recording",
    "RecordingError": "recording",
    "SimulatorTarget": "target",
    "Target": "target",
    "UnreachableError": "target",
    "UrlTarget": "target",
    "clauses": "catalogue",
    "differences": "recording",
    "load_recording": "recording",
    "replay": "recording",
    "verify": "verification",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
