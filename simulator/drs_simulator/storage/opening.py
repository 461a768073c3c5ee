"""Opens the store that a setting names: this process's memory, or a database by its URL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from drs_simulator.scheduling.store import Store
from drs_simulator.storage.errors import StateDriverError, StateSettingError
from drs_simulator.storage.memory import MemoryStore

if TYPE_CHECKING:
    from sqlalchemy import URL

    from drs_simulator.storage.shared_tenants import TenantRegister

MEMORY = "memory"
_PLACES = "memory, sqlite:///drs.db or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"


def open_store(state: str) -> Store:
    """Open the store of that name. A new database gets its tables.

    ::

        store = open_store("sqlite:///drs.db")

    Args:
        state: ``memory``, ``sqlite:///FILE`` or ``postgresql+psycopg://USER:PASSWORD@HOST/DATABASE``.

    Raises:
        StateError: The state cannot be stored there; the message says why.
    """
    if state == MEMORY:
        return MemoryStore()
    with _database(state) as url:
        from drs_simulator.storage.sql.store import SqlStore  # noqa: PLC0415 - SQLAlchemy is optional

        return SqlStore(url)


def open_tenants(state: str) -> TenantRegister:
    """Open the list of the tenants that a database has.

    Args:
        state: See ``open_store``; not ``memory``.

    Raises:
        StateError: The tenants cannot be stored there; the message says why.
    """
    with _database(state) as url:
        from drs_simulator.storage.sql.tenants import SqlTenants  # noqa: PLC0415 - SQLAlchemy is optional

        return SqlTenants(url, url.set(query={}).render_as_string(hide_password=True))


@contextmanager
def _database(state: str) -> Iterator[URL]:
    """Read the URL of a database, and say how to install a library that it needs.

    Raises:
        StateSettingError: It is not one of the places that the state can be stored in.
        StateDriverError: A library is not installed.
    """
    scheme, separator, _ = state.partition("://")
    # The message repeats no more than the scheme: what follows may contain a password.
    unknown = (
        f"'{scheme if separator else state.partition(':')[0]}' is not a place to store the state. Write {_PLACES}."
    )
    if not separator:
        raise StateSettingError(unknown)
    try:
        # SQLAlchemy is optional, and slow to import.
        from drs_simulator.storage.sql.store import database_url  # noqa: PLC0415

        url = database_url(state)
        if url is None:
            raise StateSettingError(unknown)
        yield url
    except ImportError as error:
        raise StateDriverError(
            f"State at {scheme}:// needs {error.name or error}, which is not installed. "
            "Install it with: pip install sqlalchemy 'psycopg[binary]'"
        ) from error
