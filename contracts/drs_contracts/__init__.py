"""What is known of DRS, as clauses with their evidence, and the means to hold a DRS to them.

::

    from drs_contracts import clauses

    for clause in clauses():
        print(clause.id, clause.statement, clause.evidence)
"""

from drs_contracts.catalogue import clauses
from drs_contracts.clause import Binds, Clause, ClauseBroken, Evidence, Grade
from drs_contracts.conversation import Conversation, Facts
from drs_contracts.recording import Recording, RecordingError, differences, load_recording, replay
from drs_contracts.target import SimulatorTarget, Target, UnreachableError, UrlTarget
from drs_contracts.verify import Extent, Finding, Outcome, verify

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
