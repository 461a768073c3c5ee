"""Where the DRS of a scenario runs: in this process, or as a tenant of a server that several share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol, TypeAlias
from uuid import uuid4

from drs_simulator import AdminClient, AdminError, Scenario, Simulator, scenario_names

from drs_contracts.caller_command import TOLD_PASSWORD
from drs_contracts.errors import ContractsError

AUTO = "auto"
Inspected: TypeAlias = Simulator | AdminClient
"""What shows the state and the journal of a DRS after a run."""
_MAX_ENTRIES = 100_000
"""How many calls of a run are looked at."""
_TENANTS = "/t/"
_GATEWAY = "/OTWebServiceGateway_"


class SharedServerError(ContractsError):
    """A shared server cannot have the DRS of a scenario."""


@dataclass(frozen=True, slots=True)
class ScenarioDrs:
    """The DRS of a scenario: what its callers are told, and what shows what they leave in it."""

    url: str
    login: str
    password: str
    inspected: Inspected


class ScenarioHost(Protocol):
    """Serves the DRSs of scenarios."""

    def serve(self, name: str, scenario: Scenario, profile: str | None) -> AbstractContextManager[ScenarioDrs]:
        """Serve the DRS of a scenario until the end of ``with``, of another installation if a profile is given."""


class OwnSimulators:
    """Serves each DRS from this process."""

    @contextmanager
    def serve(self, name: str, scenario: Scenario, profile: str | None) -> Iterator[ScenarioDrs]:  # noqa: ARG002
        """See ``ScenarioHost``."""
        with make_simulator(scenario, profile) as drs:
            yield ScenarioDrs(drs.url, drs.login, TOLD_PASSWORD, drs)
            # An answer that is still held back would keep the server from stopping.
            drs.faults.clear()


class SharedServer:
    """Serves each DRS as a tenant of one server of simulators, and drops it afterwards.

    Args:
        url: The address of the server, or of its gateway.
        tenant: How the tenants' names begin; ``auto`` for a beginning that no other run has.
        login: The server's login.
        password: Its password.
        token: The token of its admin API, if that needs one.
    """

    def __init__(
        self, url: str, tenant: str = AUTO, login: str = "drs", password: str = TOLD_PASSWORD, token: str | None = None
    ) -> None:
        self._root = url.partition(_GATEWAY)[0].rstrip("/")
        self._prefix = f"run-{uuid4().hex[:12]}" if tenant == AUTO else tenant
        self._login = login
        self._password = password
        self._token = token
        if _TENANTS in f"{self._root}/":
            raise SharedServerError(f"{url} is itself a tenant.", "Give the address of the server: http://HOST:PORT")

    @contextmanager
    def serve(self, name: str, scenario: Scenario, profile: str | None) -> Iterator[ScenarioDrs]:
        """See ``ScenarioHost``.

        Raises:
            SharedServerError: The server cannot have it.
        """
        if name not in scenario_names():
            raise SharedServerError(f"{name} is a scenario of your own.", "A shared server has only the bundled ones.")
        tenant = f"{self._prefix}-{name}"
        with AdminClient(self._root, self._token) as server:
            try:
                made = server.make_tenant(tenant, scenario=name, profile=profile, clock=scenario.clock, seed=0)
            except AdminError as error:
                raise SharedServerError(f"{self._root} cannot have the tenant {tenant}: {error}") from None
            try:
                with AdminClient(f"{self._root}{_TENANTS}{tenant}", self._token) as admin:
                    yield ScenarioDrs(f"{self._root}{made.path}", self._login, self._password, admin)
            finally:
                # It is dropped in time where this fails.
                with suppress(AdminError):
                    server.drop_tenant(tenant)


def make_simulator(scenario: Scenario, profile: str | None = None) -> Simulator:
    """Make the simulator of a scenario, with another installation's profile if one is given."""
    password = TOLD_PASSWORD if scenario.password is None else scenario.password
    installation = scenario.installation(profile)
    return Simulator(
        installation, clock=scenario.clock, seed=0, password=password, faults=scenario.faults, journal=_MAX_ENTRIES
    )
