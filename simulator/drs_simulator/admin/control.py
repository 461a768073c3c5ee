"""What the admin API and the console need of a simulator: a small protocol, so that neither imports ``Simulator``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from drs_simulator.clock import Clock
from drs_simulator.faults.plan import FaultPlan
from drs_simulator.journal.journal import Journal
from drs_simulator.profile.model import Profile
from drs_simulator.scheduling.scheduler import Scheduler

if TYPE_CHECKING:
    # Their models take time to import.
    from drs_simulator.scenarios.scenario import Scenario
    from drs_simulator.storage.export import StateDocument


class SimulatorControl(Protocol):
    """A simulator as its operator sees it. ``drs_simulator.Simulator`` is one."""

    @property
    def profile(self) -> Profile:
        """The installation's settings."""

    @property
    def clock(self) -> Clock:
        """The simulated time."""

    @property
    def scheduler(self) -> Scheduler:
        """Runs use cases."""

    @property
    def faults(self) -> FaultPlan:
        """The fault rules in force."""

    @property
    def journal(self) -> Journal:
        """The request journal."""

    @property
    def login(self) -> str:
        """The login that openSession accepts."""

    @property
    def password(self) -> str:
        """Its password."""

    @property
    def path(self) -> str:
        """The gateway's path."""

    @property
    def has_default_password(self) -> bool:
        """Whether the password is the documented default, so that pages may show it."""

    def reset(self) -> None:
        """Start again from an empty state."""

    def clear_sessions(self) -> int:
        """End all sessions; returns how many were open."""

    def apply_scenario(self, scenario: Scenario) -> None:
        """Apply a scenario's fault rules and clock."""

    def clear_scenario(self) -> None:
        """Return to the clock and the fault rules from the start."""

    def export_state(self) -> StateDocument:
        """Export the whole state as a document."""

    def import_state(self, document: StateDocument) -> None:
        """Replace the state by a document."""
