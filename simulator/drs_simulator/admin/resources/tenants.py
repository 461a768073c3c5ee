"""The admin API's tenants: list them, make one with settings of its own, drop one."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Self

from drs_simulator.admin.control import Tenant, TenantControl, TenantLimitError, TenantSettings
from drs_simulator.admin.models import EmptyPayload, Payload, View
from drs_simulator.admin.route import AdminRequest, Route, Section
from drs_simulator.profile.loading import profile_names
from drs_simulator.scenarios.scenario import scenario_names
from drs_simulator.scheduling.back_office import UnknownError
from drs_simulator.scheduling.refusal import Refusal


class TenantView(View):
    """A tenant. ``path`` is that of its gateway, ``idle`` the time since its last request."""

    name: str
    path: str
    profile: str
    idle: timedelta

    @classmethod
    def of(cls, tenant: Tenant) -> Self:
        """Show a tenant."""
        return cls(name=tenant.name, path=tenant.path, profile=tenant.profile, idle=tenant.idle)


class Tenants(View):
    """All tenants, by name."""

    items: tuple[TenantView, ...]


class TenantRequest(Payload):
    """What a tenant has of its own; what is left out is as at the root.

    ``profile`` and ``scenario`` are names of bundled ones. A scenario comes with its profile, clock, fault rules and
    password; what else is given goes before.
    """

    profile: str | None = None
    clock: str | None = None
    seed: int | None = None
    scenario: str | None = None


def _list_tenants(request: AdminRequest) -> Tenants:
    return Tenants(items=tuple(TenantView.of(each) for each in _tenants_of(request).tenants()))


def _make_tenant(request: AdminRequest) -> TenantView:
    wanted: TenantRequest = request.payload
    # Only names of bundled ones: a caller must not choose a file.
    if wanted.profile is not None and wanted.profile not in profile_names():
        raise UnknownError(f"There is no profile {wanted.profile}. There are: {', '.join(profile_names())}.")
    if wanted.scenario is not None and wanted.scenario not in scenario_names():
        raise UnknownError(f"There is no scenario {wanted.scenario}. There are: {', '.join(scenario_names())}.")
    settings = TenantSettings(wanted.profile, wanted.clock, wanted.seed, wanted.scenario)
    try:
        return TenantView.of(_tenants_of(request).make_tenant(request.path["name"], settings))
    except TenantLimitError as error:
        raise Refusal(str(error)) from None


def _drop_tenant(request: AdminRequest) -> None:
    _tenants_of(request).drop_tenant(request.path["name"])


def _tenants_of(request: AdminRequest) -> TenantControl:
    tenants = request.simulator.tenants
    if tenants is None:
        raise Refusal("This DRS has no tenants. Start the server with --tenants, and ask at its root.")
    return tenants


TENANTS = Section(
    "tenants",
    (
        Route("GET", "/tenants", "List the tenants", _list_tenants, Tenants, errors=(HTTPStatus.CONFLICT,)),
        Route(
            "PUT",
            "/tenants/<name>",
            "Make a tenant; one of that name is replaced",
            _make_tenant,
            TenantView,
            TenantRequest,
            errors=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
        ),
        Route(
            "DELETE",
            "/tenants/<name>",
            "Drop a tenant with its state",
            _drop_tenant,
            payload=EmptyPayload,
            errors=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
        ),
    ),
)
