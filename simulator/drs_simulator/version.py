"""The version of the installed distribution."""

from __future__ import annotations

from functools import cache

DISTRIBUTION = "drs-simulator"
"""The distribution's name in package indexes."""


@cache
def installed_version() -> str:
    """Read the installed version; ``unknown`` where the package runs without being installed."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - it takes time to import

    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "unknown"


@cache
def project_url(label: str) -> str:
    """Read one of the distribution's addresses by its label, such as ``Contract``; empty where it has none."""
    from importlib.metadata import PackageNotFoundError, metadata  # noqa: PLC0415 - it takes time to import

    try:
        known = metadata(DISTRIBUTION).get_all("Project-URL") or []
    except PackageNotFoundError:
        return ""
    pairs = (str(each).partition(",") for each in known)
    addresses = {name.strip().lower(): address.strip() for name, _, address in pairs}
    return addresses.get(label.lower(), "")
