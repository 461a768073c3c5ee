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
    from drs_simulator.admin_client import AdminClient
    from drs_simulator.admin_errors import AdminError
    from drs_simulator.clock import Clock, ClockError
    from drs_simulator.endpoint import effects
    from drs_simulator.endpoint.address import PortTakenError
    from drs_simulator.endpoint.entry import JournalEntry
    from drs_simulator.endpoint.fault_plan import FaultPlan
    from drs_simulator.endpoint.faults import FaultFileError, FaultRule, load_faults
    from drs_simulator.endpoint.journal import Journal
    from drs_simulator.endpoint.outcome import Outcome
    from drs_simulator.endpoint.scenario import Scenario, ScenarioError, load_scenario, scenario_names
    from drs_simulator.feeds.receiver import ReceiverUrlError
    from drs_simulator.feeds.records import HousingFileError
    from drs_simulator.profile import Profile
    from drs_simulator.profile_file import ProfileError, load_profile, profile_names
    from drs_simulator.simulator import NotServingError, Simulator
    from drs_simulator.state.errors import StateError

__all__ = [
    "AdminClient",
    "AdminError",
    "Clock",
    "ClockError",
    "FaultFileError",
    "FaultPlan",
    "FaultRule",
    "HousingFileError",
    "Journal",
    "JournalEntry",
    "NotServingError",
    "Outcome",
    "PortTakenError",
    "Profile",
    "ProfileError",
    "ReceiverUrlError",
    "Scenario",
    "ScenarioError",
    "Simulator",
    "StateError",
    "effects",
    "load_faults",
    "load_profile",
    "load_scenario",
    "profile_names",
    "scenario_names",
]

# Imported when it is asked for: a server should start at once, and a test suite may use none of it.
_HOMES = {
    "AdminClient": "admin_client",
    "AdminError": "admin_errors",
    "Clock": "clock",
    "ClockError": "clock",
    "FaultFileError": "endpoint.faults",
    "FaultPlan": "endpoint.fault_plan",
    "FaultRule": "endpoint.faults",
    "HousingFileError": "feeds.records",
    "Journal": "endpoint.journal",
    "JournalEntry": "endpoint.entry",
    "NotServingError": "simulator",
    "Outcome": "endpoint.outcome",
    "PortTakenError": "endpoint.address",
    "Profile": "profile",
    "ProfileError": "profile_file",
    "ReceiverUrlError": "feeds.receiver",
    "Scenario": "endpoint.scenario",
    "ScenarioError": "endpoint.scenario",
    "Simulator": "simulator",
    "StateError": "state.errors",
    "load_faults": "endpoint.faults",
    "load_profile": "profile_file",
    "load_scenario": "endpoint.scenario",
    "profile_names": "profile_file",
    "scenario_names": "endpoint.scenario",
}


def __getattr__(name: str) -> object:
    if name == "effects":
        return import_module("drs_simulator.endpoint.effects")
    if name in _HOMES:
        return getattr(import_module(f"drs_simulator.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
