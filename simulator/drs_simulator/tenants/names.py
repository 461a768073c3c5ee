"""The names of tenants, and where they are in an address."""

from __future__ import annotations

import re

from drs_simulator.admin.control import TenantLimitError, TenantNameError

PREFIX = "/t/"
MAX_NAME = 63
_NAME = re.compile(rf"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){{0,{MAX_NAME - 1}}}", re.ASCII)


def check_name(name: str) -> None:
    """Check that a tenant can have the name.

    Raises:
        TenantNameError: It cannot.
    """
    if _NAME.fullmatch(name) is None:
        shown = name if len(name) <= MAX_NAME else f"{name[:MAX_NAME]}…"
        raise TenantNameError(
            f"'{shown}' cannot be the name of a tenant. Use 1 to {MAX_NAME} letters, digits, '-', '_' and single dots; "
            "begin with a letter or a digit."
        )


def check_room(count: int, max_tenants: int) -> None:
    """Check that there may be one tenant more.

    Raises:
        TenantLimitError: There may not.
    """
    if count >= max_tenants:
        raise TenantLimitError(
            f"There are {count} tenants, as many as this server may have. Drop one at /__admin/tenants, or start the "
            "server with a higher --tenants."
        )


def path_of(name: str, gateway: str) -> str:
    """Return the path of a tenant's gateway, which is at ``gateway`` where there are no tenants."""
    return f"{PREFIX}{name}{gateway}"
