"""Opens the keeping that a setting names: this process's memory, or a database by its URL."""

from __future__ import annotations

from drs_simulator.scheduling.store import Store
from drs_simulator.storage.errors import StateDriverError, StateSettingError
from drs_simulator.storage.memory import MemoryStore

MEMORY = "memory"
_PLACES = "memory, sqlite:///drs.db or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"


def open_store(state: str) -> Store:
    """The keeping of that name, ready for use; a new database is set up first.

    ::

        store = open_store("sqlite:///drs.db")

    Args:
        state: ``memory``, ``sqlite:///FILE`` or ``postgresql+psycopg://USER:PASSWORD@HOST/DATABASE``.

    Raises:
        StateError: The state cannot be kept there; the message says why.
    """
    if state == MEMORY:
        return MemoryStore()
    scheme, separator, _ = state.partition("://")
    # No more than the scheme is repeated: what follows it may hold a password.
    unknown = f"'{scheme if separator else state.partition(':')[0]}' is no place to keep the state. Write {_PLACES}."
    if not separator:
        raise StateSettingError(unknown)
    try:
        # Only here, because who keeps the state in memory should not wait for SQLAlchemy, nor need it.
        from drs_simulator.storage.sql.store import SqlStore, database_url  # noqa: PLC0415

        url = database_url(state)
        if url is None:
            raise StateSettingError(unknown)
        return SqlStore(url)
    except ImportError as error:
        raise StateDriverError(
            f"State at {scheme}:// needs {error.name or error}, which is not installed. "
            "Install it with: pip install 'drs-simulator[sql]'"
        ) from error
