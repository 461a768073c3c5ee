"""Servers with tenants in a database, called without a socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from drs_simulator import Simulator
from drs_simulator.admin.control import TenantSettings
from drs_simulator.scheduling.store import Store
from drs_simulator.storage.opening import open_tenants
from drs_simulator.tenants.in_database import MAX_OPEN, TenantsInDatabase
from drs_simulator.tenants.server import TenantServer
from sqlalchemy import create_engine, inspect, make_url
from werkzeug.test import Client

from tests.simulator.scheduling.builders import MOMENT_OF_THE_EXAMPLE
from tests.simulator.soap.wire import OPEN, ORDER, call

LOCAL = {"REMOTE_ADDR": "127.0.0.1"}
GATEWAY = "/OTWebServiceGateway_LINCOLN/ws/soap"
CLOCK = f"fixed@{MOMENT_OF_THE_EXAMPLE}"


def make(settings: TenantSettings, store: Store, *, joins: bool) -> Simulator:
    seed = None if joins else settings.seed
    return Simulator(settings.profile or "lincoln", clock=settings.clock or CLOCK, seed=seed, state=store, joins=joins)


@contextmanager
def serving(
    database: str, *, max_tenants: int = 10, idle: timedelta = timedelta(hours=1), max_open: int = MAX_OPEN
) -> Iterator[TenantServer]:
    """A server of that database, which stands for one process of it."""
    root = Simulator("lincoln", clock=CLOCK, state=database)
    tenants = TenantsInDatabase(make, open_tenants(database), max_tenants=max_tenants, idle=idle, max_open=max_open)
    try:
        yield TenantServer(root, tenants)
    finally:
        tenants.close()
        root.close()


def ask(server: TenantServer, name: str, operation: str, members: str) -> str:
    """What a tenant answers to a call; the root has an empty name."""
    path = f"{f'/t/{name}' if name else ''}{GATEWAY}"
    answer = Client(server).post(path, data=call(operation, members), content_type="text/xml")
    return answer.get_data(as_text=True)


def open_session(server: TenantServer, name: str) -> str:
    """The member with the id of a new session."""
    opened = ask(server, name, "openSession", OPEN)
    assert "<status>success" in opened, opened
    return f"<sessionId>{opened.partition('<sessionId>')[2].partition('<')[0]}</sessionId>"


def book(server: TenantServer, name: str) -> None:
    """Make the document's order in a tenant and schedule it into the next free slot, unless something forbids it."""
    session = open_session(server, name)
    made = ask(server, name, "createOrder", ORDER + session)
    booking = f"<bookingId>{made.partition('<bookingId>')[2].partition('<')[0]}</bookingId>"
    members = f"{booking}<contract>0</contract><primaryOrderNumber>10000047</primaryOrderNumber><userId>.</userId>"
    ask(server, name, "scheduleBooking", f"<theBooking>{members}</theBooking>{session}")


def admin(server: TenantServer, name: str, part: str, change: dict[str, Any] | None = None, method: str = "GET") -> str:
    """What a tenant's admin API answers."""
    path = f"{f'/t/{name}' if name else ''}/__admin/{part}"
    answer = Client(server).open(path, method=method, json=change, environ_base=LOCAL)
    assert answer.status_code < 300, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def bytes_of(database: str, tenant: int | None) -> str:
    """Every row of every table of a tenant, by its number, or of the DRS at the root."""
    url = make_url(database)
    is_sqlite = url.get_backend_name() == "sqlite"
    schema = None if is_sqlite or tenant is None else f"drs_tenant_{tenant}"
    if is_sqlite and tenant is not None:
        url = url.set(database=f"{url.database}-tenants/{tenant}.db")
    engine = create_engine(url)
    with engine.connect() as connection:
        tables = [each for each in sorted(inspect(connection).get_table_names(schema)) if "drs_tenant" not in each]
        assert "drs_orders" in tables
        rows = [
            (
                table,
                sorted(map(repr, connection.exec_driver_sql(f"SELECT * FROM {f'{schema}.' if schema else ''}{table}"))),
            )
            for table in tables
        ]
    engine.dispose()
    return repr(rows)


def state_of(server: TenantServer, name: str) -> str:
    """A tenant's whole state, its fault rules and its clock."""
    return "".join(admin(server, name, part) for part in ("state", "journal", "faults", "clock"))


ACTIONS: dict[str, Callable[[TenantServer, str], object]] = {
    "book": book,
    "open a session": open_session,
    "fail to open one": lambda server, name: ask(server, name, "openSession", "<login>a</login><password>b</password>"),
    "send no call": lambda server, name: Client(server).post(f"/t/{name}{GATEWAY}", data="<no-call/>"),
    "add a fault rule": lambda server, name: admin(
        server, name, "faults", {"rules": [{"effect": {"kind": "delay", "seconds": 0}}]}, "POST"
    ),
    "shift the clock": lambda server, name: admin(server, name, "clock", {"shift": "PT1H"}, "PUT"),
    "reset": lambda server, name: admin(server, name, "reset", {}, "POST"),
}
