"""The tenants of a database: DRSs of their own, each with a store of its own, that all of its servers know."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import NamedTuple, Protocol

from drs_simulator.scheduling.store import Store


class StoredTenant(NamedTuple):
    """A tenant as the database knows it.

    Args:
        name: Its name.
        number: Which store it has. No two tenants have the same, one after the other neither.
        document: What its server knows of it.
        idle: How long ago its last request was, by the database's clock; up to a minute more than it is.
    """

    name: str
    number: int
    document: str
    idle: timedelta


class TenantChange(Protocol):
    """Tenants while one is made or dropped, which one process of a database does at a time."""

    def find(self, name: str) -> StoredTenant | None:
        """Return the tenant of that name, or ``None``."""

    def count(self) -> int:
        """Return how many tenants there are."""

    def add(self, name: str) -> int:
        """Add a tenant with an empty store, and return its number."""

    def describe(self, name: str, document: str) -> None:
        """Store the document of a tenant."""

    def drop(self, name: str) -> None:
        """Drop a tenant with its store, if there is one of that name."""

    def drop_idle(self, idle: timedelta) -> None:
        """Drop the tenants without a request for that long, and stores that belong to none."""


class TenantRegister(Protocol):
    """The tenants of a database. Safe under threads. Every method raises ``StateError`` if it fails."""

    def find(self, name: str) -> StoredTenant | None:
        """Return the tenant of that name, or ``None``. It counts as used now."""

    def tenants(self) -> Sequence[StoredTenant]:
        """Return all tenants, by name."""

    def changing(self) -> AbstractContextManager[TenantChange]:
        """Wait until no other process changes tenants, and change them. An error undoes it."""

    def open(self, number: int) -> Store:
        """Open the store of the tenant with that number."""

    def close(self) -> None:
        """Close the connections. A further call opens them again."""
