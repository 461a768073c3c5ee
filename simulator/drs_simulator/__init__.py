"""A simulator of DRS, the Dynamic Resource Scheduler.

::

    from drs_simulator import Simulator

    with Simulator(profile="lincoln") as drs:
        print(drs.url, drs.login, drs.password)
"""

from drs_simulator.clock import Clock, ClockError
from drs_simulator.endpoint.server import PortTakenError
from drs_simulator.feeds.records import HousingFileError
from drs_simulator.profile import Profile
from drs_simulator.profile_file import ProfileError, load_profile, profile_names
from drs_simulator.simulator import NotServingError, Simulator
from drs_simulator.state.errors import StateError

__all__ = [
    "Clock",
    "ClockError",
    "HousingFileError",
    "NotServingError",
    "PortTakenError",
    "Profile",
    "ProfileError",
    "Simulator",
    "StateError",
    "load_profile",
    "profile_names",
]
