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
