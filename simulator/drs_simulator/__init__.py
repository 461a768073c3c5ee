"""A simulator of DRS, the Dynamic Resource Scheduler.

::

    from drs_simulator import Simulator

    with Simulator(profile="lincoln") as drs:
        print(drs.url, drs.login, drs.password)
"""

from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from drs_simulator.admin_client import AdminClient, AdminError

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
    "Simulator",
    "StateError",
    "effects",
    "load_faults",
    "load_profile",
    "profile_names",
]


def __getattr__(name: str) -> object:
    """The admin interface's client comes with its HTTP library when it is first asked for, not at every start."""
    if name in ("AdminClient", "AdminError"):
        from drs_simulator import admin_client  # noqa: PLC0415 - see above

        return getattr(admin_client, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
