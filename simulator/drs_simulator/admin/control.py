"""What the admin API and the console need of a simulator: a small protocol, so that neither imports ``Simulator``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol
from wsgiref.types import WSGIApplication

from drs_simulator.clock import Clock
from drs_simulator.errors import UnusableError
from drs_simulator.faults.plan import FaultPlan
from drs_simulator.journal.journal import Journal
from drs_simulator.profile.model import Profile
from drs_simulator.scheduling.scheduler import Scheduler

if TYPE_CHECKING:
    # Their models take time to import.
    from drs_simulator.scenarios.scenario import Scenario
    from drs_simulator.storage.export import StateDocument


class TenantNameError(UnusableError):
    """A name cannot be that of a tenant."""


class TenantLimitError(UnusableError):
    """There are as many tenants as there may be."""


class UnknownTenantError(UnusableError):
    """There is no tenant of that name."""


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """What a tenant has of its own from the start; ``None`` for what the DRS at the root has.

    A scenario comes with its profile, clock, fault rules and password; what else is given goes before.
    """

    profile: str | None = None
    clock: str | None = None
    seed: int | None = None
    scenario: str | None = None


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant: a DRS of its own in a server that has several.

    Args:
        name: Its name.
        path: The path of its gateway.
        profile: The name of its profile.
        idle: How long ago its last request was, in whole seconds.
    """

    name: str
    path: str
    profile: str
    idle: timedelta


class TenantControl(Protocol):
    """The tenants of a server, as its operator sees them."""

    def tenants(self) -> tuple[Tenant, ...]:
        """List the tenants by name."""

    def make_tenant(self, name: str, settings: TenantSettings) -> Tenant:
        """Make a tenant; one of that name is replaced."""

    def drop_tenant(self, name: str) -> None:
        """Drop a tenant with its state."""


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
    def wsgi(self) -> WSGIApplication:
        """The simulator as a WSGI application, for calls without a socket."""

    @property
    def tenants(self) -> TenantControl | None:
        """The tenants that the same server has; ``None`` where it has none."""

    @property
    def has_default_password(self) -> bool:
        """Whether the password is the documented default, so that pages may show it."""

    @property
    def scenario(self) -> str:
        """The title of the scenario that is in force; empty for none."""

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
