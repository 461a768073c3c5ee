"""What the admin interface does, route by route, over a real socket; and its description against what it does."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from drs_simulator import AdminClient, AdminError, Simulator
from drs_simulator.admin.app import SECTIONS, make_app
from drs_simulator.admin.client import (
    AdminUnreachableError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    UnauthorizedError,
)
from drs_simulator.clock import RunningClock
from drs_simulator.scheduling import back_office
from drs_simulator.scheduling.back_office import order_numbered
from drs_simulator.scheduling.commands import BookingRequest, BookingUpdate
from drs_simulator.scheduling.model import LifeCycle
from drs_simulator.scheduling.use_cases.bookings import update_booking
from drs_simulator.storage.errors import StateLostError
from drs_simulator.tenants.in_memory import TenantsInMemory
from drs_simulator.tenants.server import TenantServer
from werkzeug.routing import Map
from werkzeug.test import Client

from tests.simulator.admin.admin_caller import BEGIN, END, AdminCaller, assert_problem, simulator
from tests.simulator.scheduling.builders import local

ROUTES = [route for section in SECTIONS for route in section.routes]
LATER = (local("2021-10-28T12:00"), local("2021-10-28T16:00"))


@pytest.fixture
def drs() -> Iterator[Simulator]:
    with simulator() as served:
        yield served


@pytest.fixture
def desk(drs: Simulator) -> AdminCaller:
    return AdminCaller(drs)


@pytest.fixture
def admin(drs: Simulator) -> Iterator[AdminClient]:
    with AdminClient(drs.url) as client:
        yield client


class TestSimulator:
    def test_health_counts_what_is_stored(self, drs: Simulator, desk: AdminCaller, admin: AdminClient) -> None:
        desk.book("a")
        desk.order("b")
        drs.scheduler.open_session("drs", "drs")
        health = admin.health()
        assert (health.status, health.profile, health.now) == ("ok", "lincoln", drs.clock.now())
        assert (health.sessions, health.orders, health.bookings) == (1, 2, 2)

    def test_reset_deletes_everything_and_resets_the_clock(self, desk: AdminCaller, admin: AdminClient) -> None:
        first = desk.book("a")
        admin.clock.shift(timedelta(days=3))
        admin.reset()
        assert admin.health().orders == 0
        assert desk.book("a") == first

    def test_clock_is_read_fixed_shifted_and_resumed(self, drs: Simulator, admin: AdminClient) -> None:
        read = admin.clock.read()
        assert (read.mode, read.text) == ("fixed", "fixed@2021-10-22T12:20:59.555+01:00")
        assert read.now.isoformat() == "2021-10-22T12:20:59.555000+01:00"
        assert admin.clock.fix(BEGIN).now == BEGIN == drs.clock.now()
        assert admin.clock.shift(timedelta(days=-1, hours=2)).now == BEGIN + timedelta(days=-1, hours=2)
        assert admin.clock.resume().mode == "system"
        shifted = admin.clock.shift(timedelta(days=3))
        assert (shifted.mode, shifted.text) == ("shifted", "shifted@P3D")

    def test_wall_is_an_alias_of_system(self, drs: Simulator, desk: AdminCaller) -> None:
        answer = desk.ask("PUT", "/clock", data='{"wall": true}', headers={"Content-Type": "application/json"})
        assert answer.json()["mode"] == "system"
        assert drs.clock.mode == RunningClock()

    @pytest.mark.parametrize(
        "sent",
        [
            {},
            {"fixed": None},
            {"fixed": "2021-10-26T08:00:00"},
            {"fixed": 1635231600},
            {"fixed": "soon"},
            {"fixed": "9999-01-01T00:00:00Z"},
            {"shift": 5},
            {"shift": "P9000Y"},
            {"system": False},
            {"wall": False},
            {"system": True, "wall": True},
            {"system": 1},
            {"system": True, "shift": "P1D"},
            {"system": True, "shift": None},
            {"wind": "P1D"},
            [],
            "system",
            None,
        ],
    )
    def test_an_invalid_change_of_the_clock_changes_nothing(
        self, drs: Simulator, desk: AdminCaller, sent: object
    ) -> None:
        before = drs.clock.mode
        answer = desk.ask("PUT", "/clock", data=json.dumps(sent), headers={"Content-Type": "application/json"})
        assert_problem(answer, 422, "invalid")
        assert drs.clock.mode == before

    def test_simultaneous_shifts_all_count(self, drs: Simulator, admin: AdminClient) -> None:
        before = drs.clock.now()
        with ThreadPoolExecutor(10) as threads:
            list(threads.map(lambda _: AdminClient(drs.url).clock.shift(timedelta(hours=1)), range(20)))
        assert drs.clock.now() == before + timedelta(hours=20)

    def test_the_profile_has_its_evidence(self, drs: Simulator, admin: AdminClient) -> None:
        assert admin.profile() == drs.profile
        assert admin.profile().evidence

    def test_a_database_that_is_gone_is_unavailable(
        self, drs: Simulator, desk: AdminCaller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise StateLostError("The database is gone.")

        monkeypatch.setattr(drs.scheduler, "run_as_system", fail)
        for path in ("/health", "/orders", "/bookings", "/sessions", "/operatives"):
            assert "The database is gone." in assert_problem(desk.ask("GET", path), 503, "state-unavailable")

    def test_health_counts_without_reading_all_orders(
        self, desk: AdminCaller, admin: AdminClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk.book("a")

        def fail(*_: object) -> None:
            pytest.fail("health must not read all orders")

        monkeypatch.setattr(back_office, "find_orders", fail)
        monkeypatch.setattr(back_office, "find_bookings", fail)
        health = admin.health()
        assert (health.sessions, health.orders, health.bookings) == (0, 1, 1)


class TestSessions:
    def test_sessions_are_listed_by_the_start_of_their_ids(self, drs: Simulator, desk: AdminCaller) -> None:
        opened = drs.scheduler.open_session("drs", "drs")
        answer = desk.ask("GET", "/sessions")
        assert answer.json() == {"items": [{"id": opened.id[:6], "opened": "2021-10-22T12:20:59.555000+01:00"}]}
        assert opened.id not in answer.text

    def test_sessions_of_an_earlier_day_are_not_open(self, drs: Simulator, admin: AdminClient) -> None:
        drs.scheduler.open_session("drs", "drs")
        admin.clock.shift(timedelta(days=1))
        assert admin.sessions() == ()
        assert admin.health().sessions == 0

    def test_all_sessions_end_at_once(self, drs: Simulator, admin: AdminClient) -> None:
        for _ in range(3):
            drs.scheduler.open_session("drs", "drs")
        assert admin.clear_sessions() == 3
        assert admin.clear_sessions() == 0


class TestOrders:
    def test_orders_are_found_by_a_part_of_their_number(self, desk: AdminCaller, admin: AdminClient) -> None:
        for number in ("Job-1", "job-2", "other"):
            desk.order(number)
        found = admin.orders("JOB")
        assert [order.number for order in found.items] == ["job-2", "Job-1"]
        assert found.total == 2
        assert admin.orders("nothing").total == 0

    def test_orders_are_listed_in_parts(self, desk: AdminCaller, admin: AdminClient) -> None:
        for number in range(5):
            desk.order(str(number))
        part = admin.orders(offset=1, limit=2)
        assert [order.number for order in part.items] == ["3", "2"]
        assert (part.total, part.offset, part.limit) == (5, 1, 2)
        assert admin.orders(offset=5).items == ()

    @pytest.mark.parametrize("number", ["10000047", "a/b", "a//b/", "ä ?&#%2F", "x'; --"])
    def test_an_order_is_found_by_any_number(self, desk: AdminCaller, admin: AdminClient, number: str) -> None:
        booked = desk.book(number).booking
        shown = admin.order(number)
        assert (shown.number, shown.id, shown.status) == (number, booked.order_id, "PLANNED")
        assert "7 EXAMPLE TERRACE" in shown.address
        (booking,) = shown.bookings
        assert (booking.window_start, booking.window_end) == (BEGIN, END)

    def test_an_unknown_one_is_not_found(self, desk: AdminCaller) -> None:
        assert "There is no order 7" in assert_problem(desk.ask("GET", "/orders/7"), 404, "unknown")

    @pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "offset=-1", "offset=99999999999", "sort=id"])
    def test_an_invalid_query_is_named(self, desk: AdminCaller, query: str) -> None:
        assert f"/{query.partition('=')[0]}: " in assert_problem(desk.ask("GET", f"/orders?{query}"), 422, "invalid")


def worked_times(desk: AdminCaller) -> tuple[datetime, datetime] | None:
    """When the only booking of the order ``a`` was worked on. selectOrder does not list completed bookings."""
    return desk.drs.scheduler.run_as_system(order_numbered, "a").bookings[0].booking.worked


class TestBookings:
    def test_bookings_are_filtered(self, desk: AdminCaller, admin: AdminClient) -> None:
        booked = desk.book("a")
        waiting = desk.order("b").bookings[0].booking
        assert [each.id for each in admin.bookings().items] == [waiting.id, booked.booking.id]
        assert [each.id for each in admin.bookings("a").items] == [booked.booking.id]
        assert [each.id for each in admin.bookings(operative_id=booked.operative_id).items] == [booked.booking.id]
        assert admin.bookings(life_cycle=LifeCycle.PLANNED, limit=1).total == 2
        assert admin.bookings(life_cycle=LifeCycle.COMPLETED).total == 0
        assert_problem(desk.ask("GET", "/bookings?life_cycle=LOST"), 422, "invalid")

    def test_a_booking_is_moved_without_a_session(self, desk: AdminCaller, admin: AdminClient) -> None:
        booked = desk.book("a").booking
        moved = admin.move(booked.id, *LATER)
        assert (moved.window_start, moved.window_end, moved.reason) == (*LATER, booked.reason)
        assert moved == admin.order("a").bookings[0]
        assert moved.assigned_start is not None
        assert LATER[0] <= moved.assigned_start
        assert desk.booking("a").booking.appointment != booked.appointment

    def test_a_booking_is_moved_to_one_operative(self, desk: AdminCaller, admin: AdminClient) -> None:
        booked = desk.book("a").booking
        for operative_id in ("101", "102"):
            moved = admin.move(booked.id, *LATER, operative_id)
            assert (moved.operative_id, moved.operative_locked) == (operative_id, True)

    def test_a_refused_move_changes_nothing(self, desk: AdminCaller, admin: AdminClient) -> None:
        booked = desk.book("a")
        night = (local("2021-10-28T01:00"), local("2021-10-28T02:00"))
        past = (local("2021-10-20T08:00"), local("2021-10-20T12:00"))
        for begin, end in (night, past, (END, BEGIN)):
            with pytest.raises(ConflictError):
                admin.move(booked.booking.id, begin, end)
        with pytest.raises(ConflictError, match="nobody"):
            admin.move(booked.booking.id, *LATER, "nobody")
        assert desk.booking("a") == booked

    def test_a_move_needs_its_window_with_offsets(self, desk: AdminCaller) -> None:
        path = f"/bookings/{desk.book('a').booking.id}/move"
        wrong = assert_problem(desk.ask("POST", path, {"begin": "2021-10-28T08:00:00", "to": 1}), 422, "invalid")
        for words in ("/begin: ", "/end: Field required", "/to: "):
            assert words in wrong

    def test_a_cancelled_booking_frees_its_slot(self, desk: AdminCaller, admin: AdminClient) -> None:
        booked = desk.book("a")
        day = admin.day(str(booked.operative_id), BEGIN.date())
        assert [each.id for each in day.bookings] == [booked.booking.id]
        assert admin.cancel(booked.booking.id) == day.bookings[0]
        assert admin.day(str(booked.operative_id), BEGIN.date()).bookings == ()
        assert admin.order("a").bookings == ()

    def test_a_booking_is_completed_as_its_diary_says(self, desk: AdminCaller, admin: AdminClient) -> None:
        booked = desk.book("a")
        done = admin.complete(booked.booking.id)
        assert (done.life_cycle, done.alert) == (LifeCycle.COMPLETED, None)
        assert worked_times(desk) == (booked.assigned_start, booked.assigned_end)
        with pytest.raises(ConflictError):
            admin.complete(booked.booking.id)

    def test_a_booking_without_a_slot_was_done_just_now(self, desk: AdminCaller, admin: AdminClient) -> None:
        planned = desk.order("a").bookings[0].booking
        admin.complete(planned.id)
        now = desk.drs.clock.now()
        assert worked_times(desk) == (now - timedelta(minutes=planned.minutes), now)

    def test_times_and_operative_of_work_can_be_given(self, desk: AdminCaller, admin: AdminClient) -> None:
        booked = desk.book("a").booking
        done = admin.complete(booked.id, BEGIN, END, "102")
        assert (done.operative_id, worked_times(desk)) == ("102", (BEGIN, END))
        path = f"/bookings/{booked.id}/complete"
        assert_problem(desk.ask("POST", path, {"begin": "2021-10-28T08:00:00"}), 422, "invalid")

    def test_alerts_are_shown(self, desk: AdminCaller, admin: AdminClient) -> None:
        booking_id = desk.book("a").booking.id
        desk.perform(update_booking, BookingUpdate(BookingRequest(booking_id, completion_status="SUSPENDED")))
        alert = admin.order("a").bookings[0].alert
        assert alert is not None
        assert (alert.reason, alert.created) == ("SUSPENDEDJOBS", desk.drs.clock.now())

    @pytest.mark.parametrize("booking_id", ["1", "0", "-1", "x", "9" * 5000, "1.0", "٣"])
    def test_an_unknown_one_is_not_found(self, desk: AdminCaller, booking_id: str) -> None:
        for act in ("cancel", "confirm", "complete"):
            assert_problem(desk.ask("POST", f"/bookings/{booking_id}/{act}"), 404, "unknown")
        window = {"begin": BEGIN.isoformat(), "end": END.isoformat()}
        assert_problem(desk.ask("POST", f"/bookings/{booking_id}/move", window), 404, "unknown")

    def test_simultaneous_cancellations_succeed_once(self, drs: Simulator, desk: AdminCaller) -> None:
        booked = desk.book("a").booking

        def cancel(_: int) -> bool:
            try:
                AdminClient(drs.url).cancel(booked.id)
            except NotFoundError:
                return False
            return True

        with ThreadPoolExecutor(16) as threads:
            assert sum(threads.map(cancel, range(16))) == 1


class TestOperatives:
    def test_all_operatives_are_listed(self, drs: Simulator, admin: AdminClient) -> None:
        assert [each.id for each in admin.operatives()] == [each.id for each in drs.profile.operatives]

    def test_a_day_has_hours_fixed_times_and_bookings(self, desk: AdminCaller, admin: AdminClient) -> None:
        for number in ("a", "b"):
            booking_id = desk.order(number).bookings[0].booking.id
            admin.move(booking_id, BEGIN, local("2021-10-26T16:00"), "101")
        day = admin.day("101", date(2021, 10, 26))
        assert day.hours is not None
        assert (day.hours.begin, day.hours.end) == (BEGIN, local("2021-10-26T16:00"))
        fixed = [(each.begin.isoformat(), each.end.isoformat()) for each in day.fixed]
        assert fixed[0] == ("2021-10-26T10:00:00+01:00", "2021-10-26T11:30:00+01:00")
        times = [each.assigned_start for each in day.bookings]
        assert len(times) == 2
        assert times == sorted(times, key=str)

    def test_a_day_off_has_no_hours(self, admin: AdminClient) -> None:
        day = admin.day("101", date(2021, 10, 24))
        assert (day.hours, day.fixed, day.bookings) == (None, (), ())

    @pytest.mark.parametrize(
        "path",
        ["nobody/day/2021-10-26", "101/day/soon", "101/day/20211026", "101/day/2021-W43-2", "101/day/0001-01-01"],
    )
    def test_an_unknown_operative_or_day_is_not_found(self, desk: AdminCaller, path: str) -> None:
        assert_problem(desk.ask("GET", f"/operatives/{path}"), 404, "unknown")


class TestDescription:
    @pytest.fixture
    def document(self, desk: AdminCaller) -> Any:
        return desk.ask("GET", "/openapi.json").json()

    def test_it_describes_exactly_the_routes(self, drs: Simulator, document: Any) -> None:
        rules: Map = make_app(drs).url_map
        served = {
            (method, re.sub(r"<(?:path:)?(\w+)>", r"{\1}", rule.rule))
            for rule in rules.iter_rules()
            for method in (rule.methods or set()) - {"HEAD"}
        }
        described = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
        assert described == served - {("GET", "/__admin/openapi.json")}
        assert len(described) == len(ROUTES)

    def test_its_references_resolve(self, document: Any) -> None:
        assert document["openapi"] == "3.1.0"
        references = set(_references(document))
        assert references
        for reference in references:
            at = document
            for part in reference.removeprefix("#/").split("/"):
                at = at[part]
        operations = [each["operationId"] for item in document["paths"].values() for each in item.values()]
        assert len(set(operations)) == len(operations)

    def test_times_of_day_are_described_as_local_ones(self, desk: AdminCaller, document: Any) -> None:
        """The format ``time`` of JSON Schema requires an offset, which these times do not have."""
        assert '"format": "time"' not in json.dumps(document)
        slot = desk.ask("GET", "/profile").json()["availability"]["slots"][0]
        schemas = document["components"]["schemas"]
        described = [schemas[name]["properties"]["begin"] for name in schemas if name.endswith("Hours")]
        assert described
        assert all(re.search(schema["pattern"], slot["begin"]) for schema in described)

    def test_a_body_is_described_as_required_where_it_is(self, document: Any) -> None:
        required = {
            path
            for path, item in document["paths"].items()
            for operation in item.values()
            if operation.get("requestBody", {}).get("required")
        }
        ends = {path.rpartition("/")[2] for path in required}
        assert ends == {"clock", "state", "scenario", "faults", "move", "complete", "{name}"}

    @pytest.mark.parametrize("effect", [{"kind": "delay", "seconds": False}, {"kind": "delay", "seconds": "1"}])
    def test_values_of_another_type_are_errors(self, desk: AdminCaller, effect: dict[str, Any]) -> None:
        assert "/rules/0/effect/seconds: " in assert_problem(
            desk.ask("POST", "/faults", {"rules": [{"effect": effect}]}), 422, "invalid"
        )
        assert desk.ask("GET", "/faults").json() == {"rules": []}

    def test_every_route_answers_as_it_is_described(self, desk: AdminCaller, document: Any) -> None:
        """Each is called once as it should be and once wrongly; status, type and model are those of the document."""
        TenantServer(desk.drs, TenantsInMemory(lambda _: Simulator(), max_tenants=1))
        booking_id, to_complete = desk.book("a").booking.id, desk.book("b").booking.id
        parts = {"number": "a", "booking_id": str(booking_id), "operative_id": "101", "day": "2021-10-26"}
        parts["name"] = "ours"
        window = {"begin": LATER[0].isoformat(), "end": LATER[1].isoformat()}
        payloads = {
            "/state": desk.ask("GET", "/state").json(),
            "/clock": {"shift": "PT1H"},
            "/scenario": {"name": "planning-failed"},
        }
        # What cancels and forgets comes last.
        for route in sorted(ROUTES, key=lambda route: (route.path == "/reset", route.path.endswith("cancel"))):
            path = route.path.replace("<path:number>", "<number>")
            chosen = parts | {"booking_id": str(to_complete)} if path.endswith("complete") else parts
            for name, value in chosen.items():
                path = path.replace(f"<{name}>", value)
            described = document["paths"][
                f"/__admin{route.path.replace('path:', '').replace('<', '{').replace('>', '}')}"
            ][route.method.lower()]
            sent = payloads.get(route.path, window if path.endswith("move") else {})
            answer = desk.ask(route.method, path, {} if route.method == "DELETE" else sent)
            assert str(answer.status_code) in described["responses"], route
            assert answer.ok, answer.text
            if route.answer is not None:
                route.answer.model_validate_json(answer.content)
            else:
                assert (answer.status_code, answer.content) == (204, b"")
            if route.payload is not None:
                wrong = desk.ask(route.method, path, {"unknown": 1})
                assert str(wrong.status_code) in described["responses"]
                assert_problem(wrong, 422, "invalid")


class TestClient:
    @pytest.mark.parametrize("end", ["", "/", "/__admin", "/__admin/", "/OTWebServiceGateway_LINCOLN/ws/soap"])
    def test_any_address_of_the_simulator_will_do(self, desk: AdminCaller, end: str) -> None:
        with AdminClient(desk.root.removesuffix("/__admin") + end) as client:
            assert client.health().status == "ok"

    def test_its_errors_have_the_problem(self, drs: Simulator, admin: AdminClient) -> None:
        with pytest.raises(NotFoundError, match="There is no booking 4") as unknown:
            admin.cancel(4)
        assert unknown.value.problem is not None
        assert unknown.value.problem.status == 404
        with pytest.raises(InvalidRequestError, match="/fixed: ") as invalid:
            admin.clock.fix(datetime(2021, 1, 1))  # noqa: DTZ001 - that it lacks an offset is the point
        assert isinstance(invalid.value, AdminError)
        with simulator(admin_token="secret") as guarded, pytest.raises(UnauthorizedError, match="Bearer"):
            AdminClient(guarded.url).health()

    def test_a_token_may_have_any_characters(self) -> None:
        with simulator(admin_token="sécret ☃") as guarded:
            assert AdminClient(guarded.url, "sécret ☃").health().status == "ok"

    def test_an_unreachable_address_is_an_error(self) -> None:
        with pytest.raises(AdminUnreachableError, match="does not answer"):
            AdminClient("http://127.0.0.1:9").health()
        with simulator(admin=False) as without, pytest.raises(AdminUnreachableError, match="HTTP 404"):
            AdminClient(without.url).health()


def test_flask_and_requests_are_imported_late() -> None:
    program = (
        "import sys; from drs_simulator import Simulator; drs = Simulator(); drs.__enter__();"
        "assert not {'flask', 'requests'} & set(sys.modules);"
        "from drs_simulator import AdminClient; print(AdminClient(drs.url).health().status);"
        "assert 'flask' in sys.modules; drs.__exit__(None, None, None)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("ok\n", "")


def test_the_gateway_is_served_beside_it(desk: AdminCaller) -> None:
    simulator_without_socket = Client(desk.drs.wsgi)
    assert simulator_without_socket.get(f"{desk.drs.path}?wsdl").status_code == 200
    assert simulator_without_socket.get("/__admins").status_code == 404


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from ([node["$ref"]] if "$ref" in node else [])
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from _references(each)
