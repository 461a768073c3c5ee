"""Tenants: DRSs of their own, side by side in one server, each below ``/t/NAME``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from http import HTTPStatus
from threading import Lock
from time import monotonic
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Response

from drs_simulator.admin.control import Tenant, TenantLimitError, TenantNameError, TenantSettings, UnknownTenantError
from drs_simulator.simulator import Simulator

PREFIX = "/t/"
DEFAULT_IDLE = timedelta(hours=12)
MAX_NAME = 63
_NAME = re.compile(rf"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){{0,{MAX_NAME - 1}}}", re.ASCII)
_CHECK_SECONDS = 60.0


class TenantServer:
    """A WSGI application with a DRS at its root, and further ones below ``/t/NAME``, made when they are first called.

    A tenant has its own state, clock, fault rules, journal and profile, all in memory, and its own console and admin
    API below its prefix. Safe under threads.

    Args:
        root: The DRS at the root. Its admin API lists, makes and drops tenants.
        make: Makes a DRS from the settings of a tenant.
        max_tenants: How many there may be.
        idle: After which time without a request a tenant is dropped.
        now: Returns seconds that only increase.
    """

    def __init__(
        self,
        root: Simulator,
        make: Callable[[TenantSettings], Simulator],
        *,
        max_tenants: int,
        idle: timedelta = DEFAULT_IDLE,
        now: Callable[[], float] = monotonic,
    ) -> None:
        root.tenants = self
        self._root = root.wsgi
        self._make = make
        self._max_tenants = max_tenants
        self._idle = idle.total_seconds()
        self._now = now
        self._lock = Lock()
        self._served: dict[str, _Served] = {}
        self._next_check = 0.0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request as a WSGI application."""
        path = environ["PATH_INFO"]
        if not path.startswith(PREFIX):
            return self._root(environ, start_response)
        name, separator, rest = path.removeprefix(PREFIX).partition("/")
        prefix = f"{environ.get('SCRIPT_NAME', '')}{PREFIX}{name}"
        try:
            application = self._find(name)
        except TenantNameError as error:
            return Response(f"{error}\n", HTTPStatus.NOT_FOUND)(environ, start_response)
        except TenantLimitError as error:
            return Response(f"{error}\n", HTTPStatus.SERVICE_UNAVAILABLE)(environ, start_response)
        inner = {**environ, "SCRIPT_NAME": prefix, "PATH_INFO": f"/{rest}" if separator else "/"}
        return application(inner, start_response)

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
        _check_name(name)
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

    def _find(self, name: str) -> WSGIApplication:
        with self._lock:
            served = self._served.get(name)
            now = self._now()
            if now >= self._next_check:
                self._drop_idle()
                self._next_check = now + _CHECK_SECONDS
            if served is None:
                _check_name(name)
                self._make_room()
                served = _Served(self._make(TenantSettings()), now)
            self._served[name] = served
            served.used = now
        return served.simulator.wsgi

    def _make_room(self) -> None:
        if len(self._served) >= self._max_tenants:
            self._drop_idle()
        if len(self._served) >= self._max_tenants:
            raise TenantLimitError(
                f"There are {len(self._served)} tenants, as many as this server may have. Drop one at "
                "/__admin/tenants, or start the server with a higher --tenants."
            )

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
    path = f"{PREFIX}{name}{served.simulator.path}"
    return Tenant(name, path, served.simulator.profile.name, timedelta(seconds=round(now - served.used)))


def _check_name(name: str) -> None:
    if _NAME.fullmatch(name) is None:
        shown = name if len(name) <= MAX_NAME else f"{name[:MAX_NAME]}…"
        raise TenantNameError(
            f"'{shown}' cannot be the name of a tenant. Use 1 to {MAX_NAME} letters, digits, '-', '_' and single dots; "
            "begin with a letter or a digit."
        )
