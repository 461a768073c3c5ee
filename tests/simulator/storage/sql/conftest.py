"""Stores of one database."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from drs_simulator.storage.opening import open_store
from drs_simulator.storage.sql.store import SqlStore


@pytest.fixture
def opened(database: str) -> Iterator[Callable[[], SqlStore]]:
    """Opens stores of one database."""
    stores: list[SqlStore] = []

    def new() -> SqlStore:
        store = open_store(database)
        assert isinstance(store, SqlStore)
        stores.append(store)
        return store

    yield new
    for store in stores:
        store.close()
