"""What is known of DRS, as clauses with their evidence, and the tools to check a DRS and its callers against them.

::

    from drs_contracts import list_clauses

    for clause in list_clauses():
        print(clause.id, clause.statement, clause.evidence)

Hypothesis strategies for tests of callers are in ``drs_contracts.strategies``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drs_contracts import strategies
    from drs_contracts.callback_messages import (
        BookingConfirmation,
        CallbackFormError,
        CompletedBooking,
        CompletedOrder,
        ConfirmedCode,
    )
    from drs_contracts.callback_receiver import CallbackReceiver, ReceivedConfirmation
    from drs_contracts.caller_command import CommandError
    from drs_contracts.clauses import list_clauses
    from drs_contracts.clauses.clause import AppliesTo, Clause, Evidence, Grade
    from drs_contracts.driver.driver import DrsDriver
    from drs_contracts.driver.expectations import NeedNotMetError
    from drs_contracts.driver.installation import TestData
    from drs_contracts.driver.messages import NoDateError, NoEnvelopeError
    from drs_contracts.driver.targets import (
        CallbacksOutOfReachError,
        ClockOutOfReachError,
        ShowsCallbacks,
        SimulatorTarget,
        Target,
        UnreachableError,
        UrlTarget,
    )
    from drs_contracts.errors import ClauseBroken, ContractsError
    from drs_contracts.exercise.findings import Remains, RunFinding
    from drs_contracts.exercise.hosts import SharedServer, SharedServerError
    from drs_contracts.exercise.runner import ExerciseOutcome, Run, run_scenarios
    from drs_contracts.guess.engine import DefaultFailsError, GuessSettings, find_dependencies
    from drs_contracts.guess.report import Dependency, GuessReport
    from drs_contracts.http_server import CannotListenError
    from drs_contracts.observe.analysis import (
        Breach,
        CallerFinding,
        ClauseResult,
        Coverage,
        CoveragePoint,
        TrafficReport,
        Verdict,
        analyse_traffic,
        judge_calls,
    )
    from drs_contracts.observe.sources import HarError, NoCallsError, TrafficError, read_journal, read_traffic
    from drs_contracts.pytest_plugin.journal import DrsJournal
    from drs_contracts.pytest_plugin.planner import DrsPlanner
    from drs_contracts.pytest_plugin.pool import MakeDrs
    from drs_contracts.pytest_plugin.steering import DrsClock, DrsFaults
    from drs_contracts.recordings.drift import Difference, DifferenceKind
    from drs_contracts.recordings.recorder import Recorder, RecorderError, RecordingServer
    from drs_contracts.recordings.recording import (
        RecordedExchange,
        Recording,
        RecordingError,
        load_recording,
        replay,
    )
    from drs_contracts.recordings.redaction import RedactionError
    from drs_contracts.recordings.writer import FolderError
    from drs_contracts.reports import ReportFileError
    from drs_contracts.traffic.calls import Call, Traffic
    from drs_contracts.verify.discovery import Discovery, FoundSetting, discover
    from drs_contracts.verify.preflight import NotReadyError
    from drs_contracts.verify.report import Report
    from drs_contracts.verify.runner import Finding, Outcome, VerifySettings, run_clauses
    from drs_contracts.version import __version__

__all__ = [
    "AppliesTo",
    "BookingConfirmation",
    "Breach",
    "Call",
    "CallbackFormError",
    "CallbackReceiver",
    "CallbacksOutOfReachError",
    "CallerFinding",
    "CannotListenError",
    "Clause",
    "ClauseBroken",
    "ClauseResult",
    "ClockOutOfReachError",
    "CommandError",
    "CompletedBooking",
    "CompletedOrder",
    "ConfirmedCode",
    "ContractsError",
    "Coverage",
    "CoveragePoint",
    "DefaultFailsError",
    "Dependency",
    "Difference",
    "DifferenceKind",
    "Discovery",
    "DrsClock",
    "DrsDriver",
    "DrsFaults",
    "DrsJournal",
    "DrsPlanner",
    "Evidence",
    "ExerciseOutcome",
    "Finding",
    "FolderError",
    "FoundSetting",
    "Grade",
    "GuessReport",
    "GuessSettings",
    "HarError",
    "MakeDrs",
    "NeedNotMetError",
    "NoCallsError",
    "NoDateError",
    "NoEnvelopeError",
    "NotReadyError",
    "Outcome",
    "ReceivedConfirmation",
    "RecordedExchange",
    "Recorder",
    "RecorderError",
    "Recording",
    "RecordingError",
    "RecordingServer",
    "RedactionError",
    "Remains",
    "Report",
    "ReportFileError",
    "Run",
    "RunFinding",
    "SharedServer",
    "SharedServerError",
    "ShowsCallbacks",
    "SimulatorTarget",
    "Target",
    "TestData",
    "Traffic",
    "TrafficError",
    "TrafficReport",
    "UnreachableError",
    "UrlTarget",
    "Verdict",
    "VerifySettings",
    "__version__",
    "analyse_traffic",
    "discover",
    "find_dependencies",
    "judge_calls",
    "list_clauses",
    "load_recording",
    "read_journal",
    "read_traffic",
    "replay",
    "run_clauses",
    "run_scenarios",
    "strategies",
]

# Imported at first use: pytest loads the plugin of this package in suites that may never use it.
_MODULES = {
    "callback_messages": "BookingConfirmation CallbackFormError CompletedBooking CompletedOrder ConfirmedCode",
    "callback_receiver": "CallbackReceiver ReceivedConfirmation",
    "caller_command": "CommandError",
    "clauses": "list_clauses",
    "clauses.clause": "AppliesTo Clause Evidence Grade",
    "driver.driver": "DrsDriver",
    "driver.expectations": "NeedNotMetError",
    "driver.installation": "TestData",
    "driver.messages": "NoDateError NoEnvelopeError",
    "driver.targets": (
        "CallbacksOutOfReachError ClockOutOfReachError ShowsCallbacks SimulatorTarget Target UnreachableError UrlTarget"
    ),
    "errors": "ClauseBroken ContractsError",
    "exercise.findings": "Remains RunFinding",
    "exercise.hosts": "SharedServer SharedServerError",
    "exercise.runner": "ExerciseOutcome Run run_scenarios",
    "guess.engine": "DefaultFailsError GuessSettings find_dependencies",
    "guess.report": "Dependency GuessReport",
    "http_server": "CannotListenError",
    "observe.analysis": (
        "Breach CallerFinding ClauseResult Coverage CoveragePoint TrafficReport Verdict analyse_traffic judge_calls"
    ),
    "observe.sources": "HarError NoCallsError TrafficError read_journal read_traffic",
    "pytest_plugin.journal": "DrsJournal",
    "pytest_plugin.planner": "DrsPlanner",
    "pytest_plugin.pool": "MakeDrs",
    "pytest_plugin.steering": "DrsClock DrsFaults",
    "recordings.drift": "Difference DifferenceKind",
    "recordings.recorder": "Recorder RecorderError RecordingServer",
    "recordings.recording": "RecordedExchange Recording RecordingError load_recording replay",
    "recordings.redaction": "RedactionError",
    "recordings.writer": "FolderError",
    "reports": "ReportFileError",
    "traffic.calls": "Call Traffic",
    "verify.discovery": "Discovery FoundSetting discover",
    "verify.preflight": "NotReadyError",
    "verify.report": "Report",
    "verify.runner": "Finding Outcome VerifySettings run_clauses",
    "version": "__version__",
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names.split()}
# Names of earlier versions that documents show.
_RENAMED = {"Confirmations": "CallbackReceiver"}


def __getattr__(name: str) -> object:
    if name in _RENAMED:
        import warnings  # noqa: PLC0415 - rarely needed

        now = _RENAMED[name]
        warnings.warn(f"drs_contracts.{name} is now drs_contracts.{now}", DeprecationWarning, stacklevel=2)
        return __getattr__(now)
    if name == "strategies":
        return import_module(f"{__name__}.{name}")
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
