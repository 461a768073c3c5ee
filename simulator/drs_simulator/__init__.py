"""A simulator of DRS, the Dynamic Resource Scheduler.

::

    from drs_simulator import Simulator

    with Simulator(profile="lincoln") as drs:
        print(drs.url, drs.login, drs.password)
"""

from drs_simulator.clock import Clock, ClockError
from drs_simulator.endpoint import effects
from drs_simulator.endpoint.entry import JournalEntry, Outcome
from drs_simulator.endpoint.faults import FaultFileError, FaultPlan, FaultRule, load_faults
from drs_simulator.endpoint.journal import Journal
from drs_simulator.endpoint.server import PortTakenError
from drs_simulator.feeds.records import HousingFileError
from drs_simulator.profile import Profile
from drs_simulator.profile_file import ProfileError, load_profile, profile_names
from drs_simulator.simulator import NotServingError, Simulator
from drs_simulator.state.errors import StateError

__all__ = [
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
    "Simulator",
    "StateError",
    "effects",
    "load_faults",
    "load_profile",
    "profile_names",
]
