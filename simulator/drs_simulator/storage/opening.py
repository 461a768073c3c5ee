"""Opens the store that a setting names: this process's memory, or a database by its URL."""

from __future__ import annotations

from drs_simulator.scheduling.store import Store
from drs_simulator.storage.errors import StateDriverError, StateSettingError
from drs_simulator.storage.memory import MemoryStore

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
    scheme, separator, _ = state.partition("://")
    # The message repeats no more than the scheme: what follows may contain a password.
    unknown = (
        f"'{scheme if separator else state.partition(':')[0]}' is not a place to store the state. Write {_PLACES}."
    )
    if not separator:
        raise StateSettingError(unknown)
    try:
        # SQLAlchemy is optional, and slow to import.
        from drs_simulator.storage.sql.store import SqlStore, database_url  # noqa: PLC0415

        url = database_url(state)
        if url is None:
            raise StateSettingError(unknown)
        return SqlStore(url)
    except ImportError as error:
        raise StateDriverError(
            f"State at {scheme}:// needs {error.name or error}, which is not installed. "
            "Install it with: pip install sqlalchemy 'psycopg[binary]'"
        ) from error
