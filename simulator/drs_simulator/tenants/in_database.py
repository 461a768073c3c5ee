"""Tenants in a database: all processes and hosts that use it have the same ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import timedelta
from threading import Lock, RLock
from time import monotonic
from typing import NamedTuple, Protocol
from wsgiref.types import WSGIApplication

from drs_simulator.admin.control import Tenant, TenantSettings, UnknownTenantError
from drs_simulator.scheduling.store import Store
from drs_simulator.simulator import Simulator
from drs_simulator.storage.errors import StateError
from drs_simulator.storage.shared_tenants import StoredTenant, TenantChange, TenantRegister
from drs_simulator.tenants.in_memory import DEFAULT_IDLE
from drs_simulator.tenants.names import check_name, check_room, path_of

MAX_OPEN = 64
"""How many tenants a process has open at once: this bounds its files, threads and caches."""
_CHECK_SECONDS = 60.0


class MakeTenant(Protocol):
    """Makes a DRS for a tenant."""

    def __call__(self, settings: TenantSettings, store: Store, *, joins: bool) -> Simulator:
        """Make the DRS; see ``Simulator`` for ``joins``."""


class TenantsInDatabase:
    """Tenants that all processes of a database share. Safe under threads.

    Each request looks its tenant up in the database, since another process may have made or dropped it.

    Args:
        make: Makes a DRS from the settings of a tenant and its store.
        register: The tenants in the database.
        max_tenants: How many there may be.
        idle: After which time without a request a tenant is dropped.
        max_open: How many this process has open at once; one that is called again is opened again.
        now: Returns seconds that only increase.
    """

    def __init__(
        self,
        make: MakeTenant,
        register: TenantRegister,
        *,
        max_tenants: int,
        idle: timedelta = DEFAULT_IDLE,
        max_open: int = MAX_OPEN,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._make = make
        self._register = register
        self._max_tenants = max_tenants
        self._idle = idle
        self._max_open = max_open
        self._now = now
        self._lock = Lock()
        self._opening = RLock()
        self._opened: dict[str, _Opened] = {}
        self._next_check = now() + _CHECK_SECONDS

    def find(self, name: str) -> WSGIApplication:
        """See ``ServedTenants.find``."""
        check_name(name)
        try:
            self._check_idle()
            stored = self._register.find(name)
        except StateError:
            # A tenant that is open answers with the fault that callers know.
            opened = self._opened.get(name)
            if opened is None:
                raise
            return opened.simulator.wsgi
        if stored is None:
            return self._make_when_called(name).wsgi
        return self._open(stored).wsgi

    def tenants(self) -> tuple[Tenant, ...]:
        """List the tenants by name."""
        self._drop_idle()
        return tuple(_describe(each) for each in self._register.tenants())

    def make_tenant(self, name: str, settings: TenantSettings) -> Tenant:
        """Make a tenant; one of that name is replaced.

        Raises:
            TenantNameError: The name cannot be part of an address.
            TenantLimitError: There are as many as there may be.
            ProfileError: There is no such profile.
            ClockError: The clock cannot be read.
            StateError: The database cannot be used.
        """
        check_name(name)
        with self._opening, self._register.changing() as change:
            if change.find(name) is None:
                self._make_room(change)
            change.drop(name)
            simulator = self._add(change, name, settings)
        return Tenant(name, path_of(name, simulator.path), simulator.profile.name, timedelta(0))

    def drop_tenant(self, name: str) -> None:
        """Drop a tenant with its state, in all processes; a further request makes a new one.

        Raises:
            UnknownTenantError: There is none of that name.
            StateError: The database cannot be used.
        """
        with self._opening, self._register.changing() as change:
            if change.find(name) is None:
                raise UnknownTenantError(f"There is no tenant {name}.")
            self._discard((name,))
            change.drop(name)

    def close(self) -> None:
        """Close all tenants that are open, and the connections. A further request opens them again."""
        with self._lock:
            opened, self._opened = list(self._opened.values()), {}
        for each in opened:
            each.simulator.close()
        self._register.close()

    def _make_when_called(self, name: str) -> Simulator:
        with self._opening:
            with self._register.changing() as change:
                # Another process may have been quicker.
                stored = change.find(name)
                if stored is None:
                    self._make_room(change)
                    return self._add(change, name, TenantSettings())
            return self._open(stored)

    def _add(self, change: TenantChange, name: str, settings: TenantSettings) -> Simulator:
        """Make a tenant with its clock and fault rules, before any other process can see it."""
        number = change.add(name)
        simulator = self._make_simulator(number, settings, joins=False)
        change.describe(
            name, json.dumps({"settings": asdict(settings), "profile": simulator.profile.name, "path": simulator.path})
        )
        self._keep(name, number, simulator)
        return simulator

    def _open(self, stored: StoredTenant) -> Simulator:
        opened = self._find_open(stored)
        if opened is not None:
            return opened
        with self._opening:
            opened = self._find_open(stored)
            if opened is not None:
                return opened
            settings = TenantSettings(**json.loads(stored.document)["settings"])
            simulator = self._make_simulator(stored.number, settings, joins=True)
            self._keep(stored.name, stored.number, simulator)
            return simulator

    def _make_simulator(self, number: int, settings: TenantSettings, *, joins: bool) -> Simulator:
        store = self._register.open(number)
        try:
            return self._make(settings, store, joins=joins)
        except BaseException:
            store.close()
            raise

    def _find_open(self, stored: StoredTenant) -> Simulator | None:
        with self._lock:
            opened = self._opened.get(stored.name)
            if opened is None or opened.number != stored.number:
                return None
            # The last of those that were called.
            self._opened[stored.name] = self._opened.pop(stored.name)
            return opened.simulator

    def _keep(self, name: str, number: int, simulator: Simulator) -> None:
        """Keep a tenant open. Of too many, the one that was called longest ago is closed."""
        self._discard((name,))
        with self._lock:
            self._opened[name] = _Opened(number, simulator)
            oldest = self._opened.pop(next(iter(self._opened))) if len(self._opened) > self._max_open else None
        if oldest is not None:
            oldest.simulator.close()

    def _discard(self, names: Sequence[str]) -> None:
        """Close tenants that were dropped."""
        with self._lock:
            dropped = [self._opened.pop(name) for name in names if name in self._opened]
        for each in dropped:
            each.simulator.discard()

    def _make_room(self, change: TenantChange) -> None:
        count = change.count()
        if count >= self._max_tenants:
            change.drop_idle(self._idle)
            count = change.count()
        check_room(count, self._max_tenants)

    def _check_idle(self) -> None:
        now = self._now()
        with self._lock:
            is_due = now >= self._next_check
            if is_due:
                self._next_check = now + _CHECK_SECONDS
        if is_due:
            self._drop_idle()

    def _drop_idle(self) -> None:
        with self._opening:
            with self._register.changing() as change:
                change.drop_idle(self._idle)
            numbers = {each.name: each.number for each in self._register.tenants()}
            with self._lock:
                gone = [name for name, each in self._opened.items() if numbers.get(name) != each.number]
            self._discard(gone)


class _Opened(NamedTuple):
    """A tenant that is open in this process."""

    number: int
    simulator: Simulator


def _describe(stored: StoredTenant) -> Tenant:
    known = json.loads(stored.document)
    return Tenant(stored.name, path_of(stored.name, known["path"]), known["profile"], stored.idle)
