"""What is found out before a verification."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from wsgiref.types import WSGIApplication

import pytest
from drs_contracts import NotReadyError, TestData, UnreachableError, UrlTarget
from drs_contracts.verify.preflight import check_ready, compare_clocks
from drs_simulator import AdminClient, Simulator, load_profile
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from tests.client.fakes import serving

DATA = TestData.of(load_profile("lincoln"))
TODAY = "fixed@2021-10-22T12:20"


def at(url: str) -> UrlTarget:
    return UrlTarget(url, "drs", "drs", timeout=5)


@pytest.fixture
def drs() -> Iterator[Simulator]:
    with Simulator("lincoln", clock=TODAY, admin=False) as served:
        yield served


def failing(times: int, how: Callable[[], Response], drs: Simulator) -> WSGIApplication:
    """The simulator's application, whose first calls of each kind fail."""
    seen: dict[str, int] = {}

    @Request.application
    def application(request: Request) -> Response:
        body = request.get_data()
        seen[request.method] = seen.get(request.method, 0) + 1
        if seen[request.method] <= times:
            return how()
        client = Client(drs.wsgi)
        answer = client.open(request.full_path, method=request.method, data=body, content_type=request.content_type)
        return Response(answer.data, answer.status_code, content_type=answer.content_type)

    return application


class TestReady:
    def test_a_drs_that_fails_now_and_then_is_asked_again(self, drs: Simulator) -> None:
        with serving(failing(3, lambda: Response("Later", 503), drs)) as address:
            check_ready(at(address + drs.path))

    def test_one_that_always_fails_is_told(self, drs: Simulator) -> None:
        with serving(failing(99, lambda: Response("Later", 503), drs)) as address:
            target = at(address + drs.path)
            with pytest.raises(NotReadyError, match=r"gives no WSDL \(HTTP 503\)"):
                check_ready(target)

    def test_a_login_that_is_refused_is_told_at_once(self, drs: Simulator) -> None:
        target = UrlTarget(drs.url, "drs", "wrong")
        with pytest.raises(NotReadyError, match=r"The login drs is refused: .+\. Set --login and --password\."):
            check_ready(target)

    def test_nothing_at_the_address_is_told(self) -> None:
        with pytest.raises(UnreachableError, match=r"Is the address right, and DRS up\?"):
            check_ready(at("http://127.0.0.1:9/soap"))


class TestClocks:
    def test_the_time_of_an_order_counts_where_orders_may_be_made(self, drs: Simulator) -> None:
        target = at(drs.url)
        found = compare_clocks(target, DATA, may_write=True)
        assert found is not None
        assert str(found).startswith("The clock of the DRS says 22 October 2021 12:20 (the dates of a new order), the")
        assert abs(target.now() - datetime(2021, 10, 22, 11, 20, tzinfo=UTC)) < timedelta(minutes=2)
        assert not drs.export_state().orders

    def test_a_header_counts_where_nothing_may_be_made(self) -> None:
        late = Response("<a/>", headers={"Date": "Fri, 22 Oct 2021 11:20:00 GMT"})
        with serving(Request.application(lambda _: late)) as address:
            target = at(address)
            target.wsdl()
            target.http_date = datetime(2021, 10, 22, 11, 20, tzinfo=UTC)
            found = compare_clocks(target, DATA, may_write=False)
        assert found is not None
        assert "22 October 2021 12:20 (the Date header of its answers)" in str(found)

    def test_the_admin_interface_goes_before_both(self) -> None:
        with Simulator("lincoln", clock=TODAY) as served, AdminClient(served.url) as admin:
            target = UrlTarget(served.url, "drs", "drs", admin=admin)
            found = compare_clocks(target, DATA, may_write=True)
        assert "(its admin interface)" in str(found)

    def test_clocks_that_agree_are_no_matter(self) -> None:
        with Simulator("lincoln", admin=False) as served:
            target = at(served.url)
            assert compare_clocks(target, DATA, may_write=True) is None
        assert target.ahead == timedelta()
