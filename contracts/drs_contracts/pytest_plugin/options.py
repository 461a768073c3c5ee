"""The options of the plugin, and the DRS that they name."""

from __future__ import annotations

from contextlib import suppress
from uuid import uuid4

import pytest

PROFILE_OPTION = "--drs-profile"
URL_OPTION = "--drs-url"
TENANT_OPTION = "--drs-tenant"
TOKEN_OPTION = "--drs-admin-token"  # noqa: S105 - the name of an option
GUESSES_OPTION = "--drs-guesses"
JOBS_OPTION = "--drs-guesses-jobs"
ONLY_OPTION = "--drs-guesses-only"
DEFAULT_PROFILE = "lincoln"
ADDRESS: pytest.StashKey[str | None] = pytest.StashKey()
"""The address of the DRS to call; ``None`` for simulators of the tests' own."""
_AUTO = "auto"
_GATEWAY, _TENANTS = "/OTWebServiceGateway_", "/t/"


def add_options(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("drs", "a DRS for tests")
    group.addoption(
        PROFILE_OPTION, default=None, help=f"profile of the simulators (default: {DEFAULT_PROFILE}, or the scenario's)"
    )
    group.addoption(URL_OPTION, default=None, help="address of a DRS for drs_client and drs_url, not a simulator's")
    group.addoption(
        TENANT_OPTION,
        default=None,
        metavar="NAME",
        help="tenant of the simulator at --drs-url; auto: one of its own for this run, or for each worker of it",
    )
    group.addoption("--drs-login", default="drs", help="login for the DRS at --drs-url")
    group.addoption("--drs-password", default="drs", help="password for it")
    group.addoption(TOKEN_OPTION, default=None, help="token for its admin API, if it is a simulator that requires one")
    group.addoption("--drs-only", action="store_true", help="run only the tests that use a fixture of a DRS")
    group.addoption(
        GUESSES_OPTION,
        action="store_true",
        help="after the tests pass, run those with a DRS again to find the guesses that they depend on",
    )
    group.addoption(
        ONLY_OPTION, action="append", default=[], metavar="ID", help="variant or setting to try; repeatable"
    )
    group.addoption(JOBS_OPTION, type=int, default=1, metavar="N", help="how many of these runs go on at once")


def choose_address(config: pytest.Config) -> str | None:
    """Return the address of the DRS to call, in a tenant if one is wanted; ``None`` for the tests' own simulators.

    Raises:
        pytest.UsageError: A tenant is wanted, and the address is not that of a gateway without one.
    """
    url: str | None = config.getoption(URL_OPTION)
    tenant: str | None = config.getoption(TENANT_OPTION)
    if tenant is None:
        return url
    root, gateway, rest = (url or "").partition(_GATEWAY)
    if not gateway or _TENANTS in root:
        raise pytest.UsageError(
            f"{TENANT_OPTION} needs the address of a gateway that is in no tenant: {URL_OPTION} "
            "http://HOST/OTWebServiceGateway_LINCOLN/ws/soap"
        )
    if tenant == _AUTO:
        # The workers of one run (pytest-xdist) have a number in common, and names of their own.
        worker: dict[str, str] = getattr(config, "workerinput", {})
        tenant = f"run-{worker.get('testrunuid', uuid4().hex)[:12]}-{worker.get('workerid', 'main')}"
    return f"{root}{_TENANTS}{tenant}{gateway}{rest}"


def drop_own_tenant(config: pytest.Config) -> None:
    """Drop the tenant that was made for this run; where that is not allowed, its server drops it in time."""
    address = config.stash.get(ADDRESS, None)
    if address is not None and config.getoption(TENANT_OPTION) == _AUTO:
        from drs_simulator import AdminClient, AdminError  # noqa: PLC0415 - imported by those who use it

        root, _, rest = address.partition(_TENANTS)
        with suppress(AdminError), AdminClient(root, config.getoption(TOKEN_OPTION), timeout=5) as admin:
            admin.drop_tenant(rest.partition("/")[0])
