"""The pages of orders: search, pages, and what happened to an order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from drs_simulator.scheduling import order_search
from lxml import html

from tests.simulator.console.staging import FIRST_BOOKING, FIRST_ORDER, SCRIPT, Stage, stage
from tests.simulator.console.test_pages import text_of
from tests.simulator.soap.wire import call


@pytest.fixture
def shown() -> Iterator[Stage]:
    with stage() as each:
        yield each


@pytest.fixture(scope="module")
def booked() -> Iterator[Stage]:
    """Three orders that no test changes."""
    with stage() as each:
        yield each


@pytest.fixture(scope="module")
def demo() -> Iterator[Stage]:
    """A week of orders that no test changes."""
    with stage("newark") as each:
        assert each.drs.add_demo_week() > 25
        yield each


def numbers_on(page: str) -> list[str]:
    return [str(each) for each in html.fromstring(page).xpath("//tbody/tr/th/a/text()")]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "3 orders, newest first."),
        ("text=0047", "1 order, newest first."),
        ("number=0047", "1 order, newest first."),
        ("text=example+terrace", "3 orders, newest first."),
        ("text=ln1+9zz", "3 orders, newest first."),
        ("text=n373049", "3 orders, newest first."),
        ("state=PLANNED", "3 orders, newest first."),
        ("state=PLANNED&text=0048", "1 order, newest first."),
        ("text=qqq", "No order has qqq in its number, address or SOR codes."),
        ("state=STARTED", "No order has the state started."),
        ("state=nonsense", "3 orders, newest first."),
        ("page=999999999999", "3 orders, newest first."),
        ("page=7", "There are fewer pages than that."),
    ],
)
def test_orders_are_found(booked: Stage, query: str, found: str) -> None:
    assert found in text_of(booked.get(f"/orders?{query}"))


def test_orders_come_page_by_page(demo: Stage) -> None:
    first, second = numbers_on(demo.get("/orders")), numbers_on(demo.get("/orders?page=2"))
    assert len(first) == 25
    assert first == sorted(first, reverse=True)
    assert set(first).isdisjoint(second)
    older = html.fromstring(demo.get("/orders?state=PLANNED&text=1000")).xpath("//a[@rel='next']/@href")
    assert not older or "state=PLANNED" in older[0]


@pytest.mark.parametrize("state", ["RESERVED", "STARTED", "COMPLETED", "cancelled"])
def test_each_state_of_the_demo_is_found(demo: Stage, state: str) -> None:
    assert numbers_on(demo.get(f"/orders?state={state}"))


def test_only_the_newest_orders_are_searched(booked: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_search, "MAX_SEARCHED", 2)
    page = text_of(booked.get("/orders?text=terrace"))
    assert "2 orders, newest first." in page
    assert "were searched" in page
    assert numbers_on(booked.get("/orders?text=0047")) == ["10000047"]


def test_an_order_has_its_history(shown: Stage) -> None:
    document = html.fromstring(shown.get(f"/orders/{FIRST_ORDER}"))
    operations = document.xpath("//section[@aria-labelledby='history']//tbody/tr/th/a")
    assert {"createOrder", "scheduleBooking"} <= {each.text for each in operations}
    assert operations[0].get("href").startswith("/journal/")
    assert SCRIPT in document.text_content()


def test_a_cancelled_order_says_so_and_when(shown: Stage) -> None:
    body = f"<theBooking><bookingId>{FIRST_BOOKING}</bookingId><contract>0</contract>"
    opened = shown.http.post(shown.drs.path, data=call("openSession", "<login>drs</login><password>drs</password>"))
    session = html.fromstring(opened.data).xpath("string(//sessionid)")
    body = f"{body}<primaryOrderNumber>{FIRST_ORDER}</primaryOrderNumber></theBooking><sessionId>{session}</sessionId>"
    shown.http.post(shown.drs.path, data=call("deleteBooking", body))
    page = text_of(shown.get(f"/orders/{FIRST_ORDER}"))
    assert f"Order {FIRST_ORDER} cancelled" in page
    assert f"Fri 22 Oct 2021, 12:20 deleteBooking success {FIRST_BOOKING}" in page


def test_a_deleted_order_keeps_its_history(shown: Stage) -> None:
    opened = shown.http.post(shown.drs.path, data=call("openSession", "<login>drs</login><password>drs</password>"))
    session = html.fromstring(opened.data).xpath("string(//sessionid)")
    order = f"<theOrder><contract>0</contract><primaryOrderNumber>{FIRST_ORDER}</primaryOrderNumber></theOrder>"
    shown.http.post(shown.drs.path, data=call("deleteOrder", f"{order}<sessionId>{session}</sessionId>"))
    answer = shown.http.get(f"/orders/{FIRST_ORDER}", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "deleteOrder success" in text_of(answer.text)
