"""Tenants: DRSs of their own in one server, which no call to another one changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
import requests
from drs_client import DrsClient
from drs_simulator import (
    AdminClient,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    Simulator,
    ThreadedServer,
)
from drs_simulator.admin.control import TenantLimitError, TenantNameError, TenantSettings
from drs_simulator.tenants.in_memory import TenantsInMemory
from drs_simulator.tenants.server import TenantServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from tests.simulator.scheduling.builders import MOMENT_OF_THE_EXAMPLE
from tests.simulator.soap.wire import OPEN, ORDER, call

BAD_NAMES = ("", "..", "a..b", "-a", ".a", "a b", " ", "a%", "é", "n" * 64, "n" * 300, "a\n")
LOCAL = {"REMOTE_ADDR": "127.0.0.1"}
GATEWAY = "/OTWebServiceGateway_LINCOLN/ws/soap"


def make(wanted: TenantSettings) -> Simulator:
    return Simulator(wanted.profile or "lincoln", clock=wanted.clock or "system", seed=wanted.seed)


class Seconds:
    """A clock for the time without requests."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def server(*, max_tenants: int = 10, idle: timedelta = timedelta(hours=1), now: Seconds | None = None) -> TenantServer:
    return TenantServer(Simulator(), TenantsInMemory(make, max_tenants=max_tenants, idle=idle, now=now or Seconds()))


def post(tenants: TenantServer, name: str, body: str) -> Any:
    path = f"{'' if name == 'root' else f'/t/{name}'}{GATEWAY}"
    return Client(tenants).post(path, data=body, content_type="text/xml")


def state_of(tenants: TenantServer, name: str) -> str:
    """A tenant's whole state and journal, as its own admin API shows them."""
    prefix = "" if name == "root" else f"/t/{name}"
    client = Client(tenants)
    parts = (client.get(f"{prefix}/__admin/{part}", environ_base=LOCAL) for part in ("state", "journal", "faults"))
    return "".join(each.get_data(as_text=True) for each in parts)


def open_session(tenants: TenantServer, name: str) -> str:
    opened: str = post(tenants, name, call("openSession", OPEN)).get_data(as_text=True)
    return f"<sessionId>{opened.partition('<sessionId>')[2].partition('<')[0]}</sessionId>"


def book(tenants: TenantServer, name: str) -> None:
    """Make the document's order in a tenant and schedule it into the next free slot, unless something forbids it."""
    session = open_session(tenants, name)
    made = post(tenants, name, call("createOrder", ORDER + session)).get_data(as_text=True)
    booking = f"<bookingId>{made.partition('<bookingId>')[2].partition('<')[0]}</bookingId>"
    members = f"{booking}<contract>0</contract><primaryOrderNumber>10000047</primaryOrderNumber><userId>.</userId>"
    post(tenants, name, call("scheduleBooking", f"<theBooking>{members}</theBooking>{session}"))


ACTIONS: Mapping[str, Callable[[TenantServer, str], object]] = {
    "book": book,
    "open a session": open_session,
    "fail to": lambda tenants, name: post(tenants, name, call("openSession", "<login>a</login><password>b</password>")),
    "send no call": lambda tenants, name: post(tenants, name, "<no-call/>"),
    "add a fault rule": lambda tenants, name: Client(tenants).post(
        f"/t/{name}/__admin/faults", json={"rules": [{"effect": {"kind": "login_page"}}]}, environ_base=LOCAL
    ),
}


class TestIsolation:
    """What is called in one tenant changes nothing in another."""

    @settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=10)
    @given(done=st.lists(st.sampled_from(sorted(ACTIONS)), min_size=1, max_size=5), caller=st.sampled_from("ab"))
    def test_no_call_changes_another_tenant(self, done: list[str], caller: str) -> None:
        tenants = server()
        for name in "ab":
            tenants.control.make_tenant(name, TenantSettings(clock=f"fixed@{MOMENT_OF_THE_EXAMPLE}", seed=1))
        others = ["root", *({"a", "b"} - {caller})]
        before = [state_of(tenants, name) for name in others]
        own = state_of(tenants, caller)
        for action in done:
            ACTIONS[action](tenants, caller)
        assert [state_of(tenants, name) for name in others] == before
        assert state_of(tenants, caller) != own

    def test_a_session_is_known_where_it_was_opened(self) -> None:
        tenants = server()
        closes = call("closeSession", open_session(tenants, "a"))
        assert "<status>error" in post(tenants, "b", closes).get_data(as_text=True)
        assert "<status>success" in post(tenants, "a", closes).get_data(as_text=True)

    def test_each_has_its_own_profile_and_clock(self) -> None:
        tenants = server()
        made = tenants.control.make_tenant("ours", TenantSettings(profile="newark", clock="fixed@2026-03-02T09:00"))
        assert (made.profile, made.path) == ("newark", "/t/ours/OTWebServiceGateway_NEWARK/ws/soap")
        wsdl = Client(tenants).get(f"{made.path}?singleWsdl").get_data(as_text=True)
        assert f'location="http://localhost{made.path}"' in wsdl


class TestLives:
    """A tenant is made when it is first called, and dropped when nobody has called it for long."""

    def test_it_is_made_by_its_first_call(self) -> None:
        tenants = server()
        assert tenants.control.tenants() == ()
        assert post(tenants, "new", call("openSession", OPEN)).status_code == 200
        assert [each.name for each in tenants.control.tenants()] == ["new"]

    def test_one_without_requests_is_dropped(self) -> None:
        now = Seconds()
        tenants = server(now=now)
        for name in ("used", "idle"):
            post(tenants, name, call("openSession", OPEN))
        now.now = 3000.0
        post(tenants, "used", call("openSession", OPEN))
        now.now = 4000.0
        assert [(each.name, each.idle) for each in tenants.control.tenants()] == [("used", timedelta(seconds=1000))]

    def test_one_that_was_dropped_begins_again(self) -> None:
        tenants = server()
        post(tenants, "a", call("openSession", OPEN))
        tenants.control.drop_tenant("a")
        assert tenants.control.tenants() == ()
        assert "openSession" not in state_of(tenants, "a")

    def test_there_are_never_more_than_there_may_be(self) -> None:
        now = Seconds()
        tenants = server(max_tenants=2, now=now)
        for name in ("a", "b"):
            post(tenants, name, call("openSession", OPEN))
        refused = post(tenants, "c", call("openSession", OPEN))
        assert refused.status_code == 503
        assert "There are 2 tenants" in refused.get_data(as_text=True)
        with pytest.raises(TenantLimitError, match="--tenants"):
            tenants.control.make_tenant("c", TenantSettings())
        assert post(tenants, "a", call("openSession", OPEN)).status_code == 200
        now.now = 5000.0
        assert post(tenants, "c", call("openSession", OPEN)).status_code == 200

    def test_a_thousand_of_them_are_served(self) -> None:
        tenants = server(max_tenants=1000)
        for number in range(1000):
            assert post(tenants, f"t{number}", call("openSession", OPEN)).status_code == 200
        assert len(tenants.control.tenants()) == 1000

    def test_one_that_is_made_again_is_replaced(self) -> None:
        tenants = server(max_tenants=1)
        post(tenants, "a", call("openSession", OPEN))
        tenants.control.make_tenant("a", TenantSettings())
        assert "openSession" not in state_of(tenants, "a")


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_cannot_be_one_is_refused(name: str) -> None:
    tenants = server()
    with pytest.raises(TenantNameError, match="letter or a digit"):
        tenants.control.make_tenant(name, TenantSettings())
    if "\n" not in name:
        refused = Client(tenants).post(f"/t/{name}{GATEWAY}", data=call("openSession", OPEN))
        assert refused.status_code == 404
    assert tenants.control.tenants() == ()


class TestOverHttp:
    """Tenants over a real socket."""

    @pytest.fixture
    def served(self) -> Iterator[tuple[str, Callable[[str], AdminClient]]]:
        http = ThreadedServer(server(), "127.0.0.1", 0)
        http.start()
        root = f"http://127.0.0.1:{http.port}"
        try:
            yield root, lambda path: AdminClient(f"{root}{path}")
        finally:
            http.stop()

    def test_a_client_works_in_a_tenant(self, served: tuple[str, Callable[[str], AdminClient]]) -> None:
        root, admin = served
        with DrsClient(f"{root}/t/team-1{GATEWAY}", "drs", "drs") as client:
            assert client.select_resources()
        assert [each.operation for each in admin("/t/team-1").journal.entries()][-1] == "closeSession"
        assert admin("").journal.entries() == ()

    def test_the_admin_api_makes_and_drops_them(self, served: tuple[str, Callable[[str], AdminClient]]) -> None:
        _, admin = served
        made = admin("").make_tenant("ours", profile="newark", clock="fixed@2026-03-02T09:00", seed=7)
        assert (made.name, made.profile) == ("ours", "newark")
        assert [each.name for each in admin("").tenants()] == ["ours"]
        assert admin("/t/ours").clock.now().isoformat() == "2026-03-02T09:00:00+00:00"
        admin("").drop_tenant("ours")
        assert admin("").tenants() == ()

    def test_what_cannot_be_made_is_told(self, served: tuple[str, Callable[[str], AdminClient]]) -> None:
        _, admin = served
        with pytest.raises(InvalidRequestError, match="letters, digits"):
            admin("").make_tenant("a..b")
        with pytest.raises(NotFoundError, match="There is no profile nowhere"):
            admin("").make_tenant("a", profile="nowhere")
        with pytest.raises(InvalidRequestError, match="noon"):
            admin("").make_tenant("a", clock="noon")
        with pytest.raises(NotFoundError, match="There is no tenant a"):
            admin("").drop_tenant("a")

    def test_its_console_links_below_its_prefix(self, served: tuple[str, Callable[[str], AdminClient]]) -> None:
        root, _ = served
        page = requests.get(f"{root}/t/ours/", headers={"Accept": "text/html"}, timeout=10)
        assert page.status_code == 200
        assert 'href="/t/ours/' in page.text
        assert 'href="/diary' not in page.text


def test_a_server_without_tenants_says_how_to_have_them() -> None:
    with Simulator() as drs, pytest.raises(ConflictError, match="--tenants"):
        AdminClient(drs.url).tenants()
