"""Tenants in the memory of one process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Lock
from time import monotonic
from wsgiref.types import WSGIApplication

from drs_simulator.admin.control import Tenant, TenantSettings, UnknownTenantError
from drs_simulator.simulator import Simulator
from drs_simulator.tenants.names import check_name, check_room, path_of

DEFAULT_IDLE = timedelta(hours=12)
_CHECK_SECONDS = 60.0


class TenantsInMemory:
    """Tenants whose state is lost when they are dropped or the process ends. Safe under threads.

    Args:
        make: Makes a DRS from the settings of a tenant.
        max_tenants: How many there may be.
        idle: After which time without a request a tenant is dropped.
        now: Returns seconds that only increase.
    """

    def __init__(
        self,
        make: Callable[[TenantSettings], Simulator],
        *,
        max_tenants: int,
        idle: timedelta = DEFAULT_IDLE,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._make = make
        self._max_tenants = max_tenants
        self._idle = idle.total_seconds()
        self._now = now
        self._lock = Lock()
        self._served: dict[str, _Served] = {}
        self._next_check = 0.0

    def find(self, name: str) -> WSGIApplication:
        """See ``ServedTenants.find``."""
        with self._lock:
            served = self._served.get(name)
            now = self._now()
            if now >= self._next_check:
                self._drop_idle()
                self._next_check = now + _CHECK_SECONDS
            if served is None:
                check_name(name)
                self._make_room()
                served = _Served(self._make(TenantSettings()), now)
            self._served[name] = served
            served.used = now
        return served.simulator.wsgi

    def tenants(self) -> tuple[Tenant, ...]:
        """List the tenants by name."""
        with self._lock:
            self._drop_idle()
            served = sorted(self._served.items())
        now = self._now()
        return tuple(_describe(name, each, now) for name, each in served)

    def make_tenant(self, name: str, settings: TenantSettings) -> Tenant:
        """Make a tenant; one of that name is replaced.

        Raises:
            TenantNameError: The name cannot be part of an address.
            TenantLimitError: There are as many as there may be.
            ProfileError: There is no such profile.
            ClockError: The clock cannot be read.
        """
        check_name(name)
        simulator = self._make(settings)
        with self._lock:
            if name not in self._served:
                self._make_room()
            replaced = self._served.pop(name, None)
            made = self._served[name] = _Served(simulator, self._now())
        if replaced is not None:
            replaced.simulator.close()
        return _describe(name, made, made.used)

    def drop_tenant(self, name: str) -> None:
        """Drop a tenant with its state; a further request makes a new one.

        Raises:
            UnknownTenantError: There is none of that name.
        """
        with self._lock:
            dropped = self._served.pop(name, None)
        if dropped is None:
            raise UnknownTenantError(f"There is no tenant {name}.")
        dropped.simulator.close()

    def _make_room(self) -> None:
        if len(self._served) >= self._max_tenants:
            self._drop_idle()
        check_room(len(self._served), self._max_tenants)

    def _drop_idle(self) -> None:
        limit = self._now() - self._idle
        for name in [name for name, each in self._served.items() if each.used < limit]:
            self._served.pop(name).simulator.close()


class _Served:
    """A tenant's DRS, and when it had its last request."""

    def __init__(self, simulator: Simulator, used: float) -> None:
        self.simulator = simulator
        self.used = used


def _describe(name: str, served: _Served, now: float) -> Tenant:
    simulator = served.simulator
    return Tenant(
        name, path_of(name, simulator.path), simulator.profile.name, timedelta(seconds=round(now - served.used))
    )
