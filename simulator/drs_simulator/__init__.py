"""A simulator of DRS, the Dynamic Resource Scheduler.

::

    from drs_simulator import Simulator

    with Simulator(profile="lincoln") as drs:
        print(drs.url, drs.login, drs.password)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drs_simulator.admin.client import AdminClient, AdminError
    from drs_simulator.callbacks.http_post import ReceiverUrlError
    from drs_simulator.clock import Clock, ClockError
    from drs_simulator.exchange import Outcome
    from drs_simulator.faults import effects
    from drs_simulator.faults.plan import FaultPlan
    from drs_simulator.faults.rules import FaultFileError, FaultRule, load_faults
    from drs_simulator.housing_files.records import HousingFileError
    from drs_simulator.http.servers.address import HostError, PortTakenError
    from drs_simulator.http.servers.threaded_server import ThreadedServer
    from drs_simulator.journal.entry import JournalEntry
    from drs_simulator.journal.journal import Journal
    from drs_simulator.profile.loading import ProfileError, load_profile, profile_names
    from drs_simulator.profile.model import Profile
    from drs_simulator.replay.recording import RecordedExchange, Recording, RecordingError, load_recording
    from drs_simulator.scenarios.scenario import Scenario, ScenarioError, load_scenario, scenario_names
    from drs_simulator.simulator import NotServingError, Simulator
    from drs_simulator.storage.errors import StateError

__all__ = [
    "AdminClient",
    "AdminError",
    "Clock",
    "ClockError",
    "FaultFileError",
    "FaultPlan",
    "FaultRule",
    "HostError",
    "HousingFileError",
    "Journal",
    "JournalEntry",
    "NotServingError",
    "Outcome",
    "PortTakenError",
    "Profile",
    "ProfileError",
    "ReceiverUrlError",
    "RecordedExchange",
    "Recording",
    "RecordingError",
    "Scenario",
    "ScenarioError",
    "Simulator",
    "StateError",
    "ThreadedServer",
    "effects",
    "load_faults",
    "load_profile",
    "load_recording",
    "load_scenario",
    "profile_names",
    "scenario_names",
]

# Imported when it is asked for: a server should start at once, and a test suite may use none of it.
_HOMES = {
    "AdminClient": "admin.client",
    "AdminError": "admin.client",
    "Clock": "clock",
    "ClockError": "clock",
    "FaultFileError": "faults.rules",
    "FaultPlan": "faults.plan",
    "FaultRule": "faults.rules",
    "HostError": "http.servers.address",
    "HousingFileError": "housing_files.records",
    "Journal": "journal.journal",
    "JournalEntry": "journal.entry",
    "NotServingError": "simulator",
    "Outcome": "exchange",
    "PortTakenError": "http.servers.address",
    "Profile": "profile.model",
    "ProfileError": "profile.loading",
    "ReceiverUrlError": "callbacks.http_post",
    "RecordedExchange": "replay.recording",
    "Recording": "replay.recording",
    "RecordingError": "replay.recording",
    "Scenario": "scenarios.scenario",
    "ScenarioError": "scenarios.scenario",
    "Simulator": "simulator",
    "StateError": "storage.errors",
    "ThreadedServer": "http.servers.threaded_server",
    "load_faults": "faults.rules",
    "load_profile": "profile.loading",
    "load_recording": "replay.recording",
    "load_scenario": "scenarios.scenario",
    "profile_names": "profile.loading",
    "scenario_names": "scenarios.scenario",
}


def __getattr__(name: str) -> object:
    if name == "effects":
        return import_module("drs_simulator.faults.effects")
    if name in _HOMES:
        return getattr(import_module(f"drs_simulator.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
