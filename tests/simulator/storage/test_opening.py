"""Which store a setting opens, and the error if it can open none."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from drs_simulator import Simulator, StateError
from drs_simulator.storage.errors import (
    StateDriverError,
    StateProfileError,
    StateSettingError,
    StateUnreachableError,
    StateVersionError,
)
from drs_simulator.storage.memory import MemoryStore
from drs_simulator.storage.opening import open_store
from sqlalchemy import create_engine, text

from tests.simulator.scheduling.builders import Desk
from tests.simulator.storage.conftest import NewDatabase


def test_every_store_in_memory_is_separate() -> None:
    store = open_store("memory")
    assert isinstance(store, MemoryStore)
    assert str(store) == "memory"
    assert open_store("memory") is not store


def test_a_store_shows_its_place_without_the_password(database: str) -> None:
    store = open_store(database)
    assert str(store).partition("?")[0].startswith(database.partition(":")[0])
    store.close()
    with pytest.raises(StateUnreachableError) as raised:
        open_store("postgresql+psycopg://me:my-secret@127.0.0.1:1/drs?application_name=my-secret")
    assert "postgresql+psycopg://me:***@127.0.0.1:1/drs cannot be opened" in str(raised.value)
    assert "my-secret" not in str(raised.value)


def test_a_database_without_an_encoding_stores_every_name(new_postgresql: NewDatabase) -> None:
    url = new_postgresql("ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    store = open_store(url)
    made = Desk(store=store).order(comments="Zoë's kitchen, flat №3")
    store.close()
    again = open_store(url)
    with again.transaction() as transaction:
        (found,) = transaction.orders_numbered(made.order.number)
    again.close()
    assert found.comments == "Zoë's kitchen, flat №3"


@pytest.mark.parametrize(
    "state",
    [
        "",
        "drs.db",
        "Memory",
        "memory://",
        "sqlite:drs.db",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///file:drs?mode=memory&uri=true",
        "sqlite:///file::memory:?uri=true",
        "sqlite+aiosqlite:///drs.db",
        "sqlite:///drs.db?timeout=long",
        "mysql://me:my-secret@localhost/drs",
        "postgresql+psycopg2://me:my-secret@localhost/drs",
        "postgresql://me:my-secret@localhost:port/drs",
        "postgresql:/me:my-secret@localhost/drs",
    ],
)
def test_an_unknown_place_is_refused_with_the_known_ones(state: str) -> None:
    with pytest.raises(
        StateSettingError, match=r"is not a place to store the state\. Write memory, sqlite:///"
    ) as raised:
        open_store(state)
    assert "my-secret" not in str(raised.value)
    assert issubclass(StateSettingError, StateError)


def test_a_missing_folder_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(StateUnreachableError, match=r"nowhere/drs\.db cannot be opened: unable to open database file$"):
        open_store(f"sqlite:///{tmp_path}/nowhere/drs.db")


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("Ring the plumber. " * 500, encoding="utf-8")
    with pytest.raises(StateUnreachableError, match="file is not a database"):
        open_store(f"sqlite:///{file}")
    assert file.read_text(encoding="utf-8") == "Ring the plumber. " * 500


def test_a_read_only_database_is_refused(new_postgresql: NewDatabase) -> None:
    database = new_postgresql()
    open_store(database).close()
    with pytest.raises(StateUnreachableError, match="cannot be opened: cannot execute UPDATE in a read-only"):
        open_store(f"{database}&options=-c%20default_transaction_read_only=on")


def test_a_database_of_another_version_is_refused_unchanged(database: str) -> None:
    store = open_store(database)
    made = Desk(store=store).order()
    store.close()
    engine = create_engine(database)
    with engine.begin() as connection:
        connection.execute(text("UPDATE drs_schema SET version = 99"))
    with pytest.raises(StateVersionError, match=r"has version 99 of the schema, this simulator has version 5\. Name"):
        open_store(database)
    with engine.begin() as connection:
        connection.execute(text("UPDATE drs_schema SET version = 5"))
    engine.dispose()
    store = open_store(database)
    with store.transaction() as transaction:
        assert transaction.order(made.order.id) == made.order
    store.close()


def test_a_database_of_another_profile_is_refused_with_both_names(database: str) -> None:
    Simulator("lincoln", state=database).close()
    with pytest.raises(StateProfileError, match="that of profile 'lincoln', and this simulator has profile 'hackney'"):
        Simulator("hackney", state=database)
    Simulator("lincoln", state=database).close()


@pytest.mark.parametrize(("missing", "state"), [("sqlalchemy", "sqlite:///drs.db"), ("psycopg", "postgresql://h/d")])
def test_a_missing_library_is_named_with_its_installation(missing: str, state: str, tmp_path: Path) -> None:
    script = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from drs_simulator.storage.opening import open_store\n"
        "from drs_simulator.storage.errors import StateDriverError\n"
        "try:\n"
        f"    open_store({state!r})\n"
        "except StateDriverError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, check=True)
    scheme = state.partition(":")[0]
    assert done.stdout == (
        f"State at {scheme}:// needs {missing}, which is not installed. "
        "Install it with: pip install sqlalchemy 'psycopg[binary]'\n"
    )
    assert not list(tmp_path.iterdir())
    assert issubclass(StateDriverError, StateError)


def test_a_store_in_memory_does_not_load_sqlalchemy() -> None:
    script = "import sys, drs_simulator.cli; drs_simulator.Simulator(); print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_simulator_continues_with_the_state_of_another(database: str) -> None:
    store = open_store(database)
    made = Desk(store=store).order()
    store.close()
    with Simulator(state=database, clock="fixed@2021-10-22T12:00") as drs:
        assert drs.export_state().orders == (made.order,)
        drs.reset()
        assert drs.export_state().orders == ()


@pytest.mark.parametrize(
    ("version", "lacking"),
    [
        (1, ("drs_settings", "drs_partner_visits", "drs_state", "drs_changes")),
        (2, ("drs_partner_visits", "drs_state", "drs_changes")),
        (3, ("drs_state", "drs_changes")),
        (4, ()),
    ],
)
def test_a_database_that_lacks_tables_only_is_brought_up(database: str, version: int, lacking: tuple[str, ...]) -> None:
    store = open_store(database)
    made = Desk(store=store).order()
    store.close()
    engine = create_engine(database)
    with engine.begin() as connection:
        for table in lacking:
            connection.execute(text(f"DROP TABLE {table}"))
        connection.execute(text(f"UPDATE drs_schema SET version = {version}"))
    engine.dispose()
    with Simulator("lincoln", clock="fixed@2021-10-22T12:20", state=database) as drs:
        drs.clock.shift(timedelta(days=1))
        assert drs.export_state().orders == (made.order,)
