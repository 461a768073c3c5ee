"""The state as a document: whoever takes it in is the same DRS, and what is not in order changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from drs_simulator import AdminClient, Simulator
from drs_simulator.admin.client import InvalidRequestError
from drs_simulator.scheduling.commands import (
    BookingRequest,
    CodeDefinition,
    CodeDefinitions,
    LocationUpdate,
    OperativesUpdate,
    OperativeUpdate,
    OrderCompletion,
    OrderRequest,
    PlacingRequest,
    UnavailabilityRequest,
)
from drs_simulator.scheduling.context import UseCaseContext
from drs_simulator.scheduling.model import LifeCycle
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.snapshot import SnapshotError
from drs_simulator.scheduling.use_cases.locations import update_location
from drs_simulator.scheduling.use_cases.master_data import update_booking_codes
from drs_simulator.scheduling.use_cases.operatives import update_resources
from drs_simulator.scheduling.use_cases.orders import complete_order, create_order, delete_order
from drs_simulator.scheduling.use_cases.placement import create_reservation, schedule_booking
from drs_simulator.storage.export import StateDocument
from drs_simulator.storage.memory import MemoryStore
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulator.admin.admin_caller import AdminCaller, assert_problem, simulator
from tests.simulator.scheduling.builders import asked, local, state_of

NUMBERS = st.sampled_from(["a", "b", "ü/3"])
DAYS = st.integers(0, 12)

Step = Callable[[Simulator], None]


def steps() -> st.SearchStrategy[Step]:
    """Something that a caller may do; whether DRS allows it depends on what was done before."""
    return st.one_of(
        st.just(_open_session),
        st.builds(_create, NUMBERS),
        st.builds(_place, NUMBERS, DAYS, st.booleans(), st.sampled_from([None, "lockAfterSchedule"])),
        st.builds(_reserve, NUMBERS, DAYS),
        st.builds(_complete, NUMBERS),
        st.builds(_delete, NUMBERS),
        st.builds(_take_leave, st.sampled_from(["101", "102"]), DAYS),
        st.builds(_tell_of_code, st.integers(1, 90)),
        st.builds(_tell_of_place, st.text("aé", min_size=1, max_size=5)),
        st.builds(_wait, st.integers(1, 3000)),
    )


def _do(drs: Simulator, use_case: Callable[[UseCaseContext, Any], object], request: object) -> None:
    with suppress(Refusal):
        drs.scheduler.run_as_system(use_case, request)


def _open_session(drs: Simulator) -> None:
    drs.scheduler.open_session("drs", "drs")


def _create(number: str) -> Step:
    def step(drs: Simulator) -> None:
        target = drs.clock.now() + timedelta(days=40)
        _do(drs, create_order, asked(number=number, comments=" ", target_date=target))

    return step


def _placing(drs: Simulator, number: str, day: int, **more: Any) -> PlacingRequest:
    orders = drs.scheduler.run_as_system(_orders_numbered, number)
    begin = local("2021-10-23T08:00") + timedelta(days=day)
    booking = BookingRequest(orders, number=number, window_start=begin, window_end=begin + timedelta(hours=4))
    return PlacingRequest(booking, **more)


def _orders_numbered(call: UseCaseContext, number: str) -> int:
    orders = call.transaction.orders_numbered(number)
    bookings = call.transaction.bookings_of(orders[0].id) if orders else ()
    return bookings[0].id if bookings else 1


def _place(number: str, day: int, lock_time: bool, lock: str | None) -> Step:
    return lambda drs: _do(
        drs, schedule_booking, _placing(drs, number, day, lock_time=lock_time, resource_lock=lock, force=True)
    )


def _reserve(number: str, day: int) -> Step:
    return lambda drs: _do(drs, create_reservation, _placing(drs, number, day))


def _complete(number: str) -> Step:
    return lambda drs: _do(drs, complete_order, OrderCompletion(number, "0", "."))


def _delete(number: str) -> Step:
    return lambda drs: _do(drs, delete_order, OrderRequest(number))


def _take_leave(operative_id: str, day: int) -> Step:
    begin = local("2021-10-23T06:00") + timedelta(days=day)
    away = UnavailabilityRequest(begin, begin + timedelta(hours=14), "Holiday")
    update = OperativesUpdate(operatives=(OperativeUpdate(operative_id, unavailabilities=(away,)),))
    return lambda drs: _do(drs, update_resources, update)


def _tell_of_code(minutes: int) -> Step:
    definition = CodeDefinition("N373049", "Door", minutes, "Joiner", "0")
    return lambda drs: _do(drs, update_booking_codes, CodeDefinitions(("0",), (definition,)))


def _tell_of_place(name: str) -> Step:
    update = LocationUpdate("3670010", name=name, latitude="53.1", more=(("theKey", "in the pot"),))
    return lambda drs: _do(drs, update_location, update)


def _wait(minutes: int) -> Step:
    return lambda drs: drs.clock.shift(timedelta(minutes=minutes))


@given(before=st.lists(steps(), max_size=25), after=st.lists(steps(), max_size=8))
@settings(max_examples=60)
def test_an_imported_state_behaves_the_same(before: list[Step], after: list[Step]) -> None:
    """It stores the same, exports the same, and does the same from then on, ids and tokens included."""
    store, other_store = MemoryStore(), MemoryStore()
    one, other = simulator(state=store), simulator(seed=2, clock="system", state=other_store)
    for step in before:
        step(one)
    _create("to be forgotten")(other)
    _open_session(other)

    exported = one.export_state().model_dump_json()
    other.import_state(StateDocument.model_validate_json(exported))
    assert other.export_state().model_dump_json() == exported
    # The order in which days and reservations were first used makes no difference.
    assert _comparable(store) == _comparable(other_store)

    for step in after:
        step(one)
        step(other)
    assert one.export_state() == other.export_state()


def _comparable(store: MemoryStore) -> dict[str, object]:
    return {name: value for name, value in state_of(store).items() if name != "_undo"}


@pytest.fixture
def desk() -> Iterator[AdminCaller]:
    with simulator() as drs:
        desk = AdminCaller(drs)
        drs.scheduler.open_session("drs", "drs")
        desk.book("a")
        desk.order("b")
        _take_leave("102", 3)(drs)
        _tell_of_code(30)(drs)
        _tell_of_place("home")(drs)
        yield desk


def test_a_state_is_exported_and_imported_over_http(desk: AdminCaller) -> None:
    with simulator(seed=9, clock="system") as other, AdminClient(desk.drs.url) as admin, AdminClient(other.url) as to:
        state = admin.export_state()
        to.import_state(state)
        assert to.export_state() == state
        assert to.orders() == admin.orders()
        assert to.clock.read() == admin.clock.read()
        admin.reset()
        admin.import_state(state.model_dump_json())
        assert admin.export_state() == state


def test_a_database_gives_and_takes_the_same_state_as_memory(desk: AdminCaller, tmp_path: Path) -> None:
    state = desk.drs.export_state()
    with closing(simulator(state=f"sqlite:///{tmp_path / 'drs.db'}")) as kept_in:
        _create("to be forgotten")(kept_in)
        kept_in.import_state(state)
        assert kept_in.export_state().model_dump_json() == state.model_dump_json()
        with pytest.raises(SnapshotError, match="newark"):
            kept_in.import_state(state.model_copy(update={"profile": "newark"}))
        assert kept_in.export_state() == state
        for drs in (desk.drs, kept_in):
            _create("new")(drs)
            _place("new", 5, True, None)(drs)
        assert kept_in.export_state() == desk.drs.export_state()


def test_a_simulator_without_a_seed_keeps_its_own_randomness(desk: AdminCaller) -> None:
    state = desk.drs.export_state()
    other = simulator(seed=None)
    other.import_state(state)
    exported = other.export_state()
    assert exported.randomness is None
    assert exported == state.model_copy(update={"randomness": None})
    desk.drs.import_state(exported)
    assert desk.drs.export_state() == state


def test_a_lapsed_reservation_of_the_state_holds_no_place(desk: AdminCaller) -> None:
    _reserve("b", 5)(desk.drs)
    assert desk.booking("b").booking.life_cycle is LifeCycle.RESERVED
    other = simulator()
    other.import_state(desk.drs.export_state())
    other.clock.shift(timedelta(days=1))
    assert [booking.life_cycle for booking in other.export_state().bookings] == [LifeCycle.PLANNED] * 2


def put(path: str, value: object) -> Callable[[Any], None]:
    """A change of a document at ``a.0.b``."""

    def change(document: Any) -> None:
        *parents, last = path.split(".")
        for part in parents:
            document = document[int(part) if isinstance(document, list) else part]
        document[int(last) if isinstance(document, list) else last] = value

    return change


def twice(table: str) -> Callable[[Any], None]:
    return lambda document: document[table].append(deepcopy(document[table][0]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (put("schema_version", 2), "/schema_version: "),
        (put("profile", "newark"), "profile: is 'newark', and this installation is 'lincoln'"),
        (put("more", {}), "/more: "),
        (put("clock", {}), "/clock: give either fixed or shift"),
        (put("clock", {"fixed": "2021-10-22T12:00:00"}), "/clock/fixed: "),
        (put("clock", {"fixed": "0001-01-01T00:00:00Z"}), "out of range"),
        (put("clock", {"shift": "P9000000D"}), "out of range"),
        (put("randomness", [1, 2, 3]), "/randomness: "),
        (put("randomness.0", 2**32), "/randomness/0: "),
        (put("randomness.624", 625), "less than 625"),
        (twice("sessions"), "sessions: one of them is there more than once"),
        (twice("orders"), "orders: one of them"),
        (twice("bookings"), "bookings: one of them"),
        (twice("sor_codes"), "sor_codes: one of them"),
        (twice("locations"), "locations: one of them"),
        (twice("operatives"), "operatives: one of them"),
        (put("sessions.0.opened", "2021-10-22T12:00:00"), "sessions[0].opened: has no offset"),
        (put("sessions.0.opened", "9999-10-22T12:00:00Z"), "sessions[0].opened: lies outside"),
        (put("numbers", {"order": 5, "booking": 149999}), "numbers.order: "),
        (put("numbers", {}), "numbers.booking: "),
        (put("numbers.order", 2**31), "numbers.order: "),
        (put("numbers.parcel", 1), "/numbers/parcel"),
        (put("orders.0.number", " "), "orders[0].number: is blank"),
        (put("orders.0.contract", "9"), "orders[0].contract: "),
        (put("orders.0.priority", "soon"), "orders[0].priority: "),
        (put("orders.0.status", "LOST"), "/orders/0/status: "),
        (put("orders.0.comments", "\x01"), "orders[0].comments: has a character that XML does not allow"),
        (put("orders.0.location.latitude", "91"), "orders[0].location: "),
        (put("orders.0.location.latitude", "north"), "orders[0].location: "),
        (put("orders.0.location.longitude", "nan"), "orders[0].location: "),
        (put("orders.0.frob", 1), "/orders/0/frob: "),
        (put("bookings.0.order_id", 1), "bookings[0].order_id: "),
        (put("bookings.0.order_number", "z"), "bookings[0].order_id: "),
        (put("bookings.0.contract", "9"), "bookings[0].contract: "),
        (put("bookings.0.minutes", 0), "bookings[0]: has no work"),
        (put("bookings.0.minutes", 2**40), "bookings[0]: has no work"),
        (put("bookings.0.minutes", "60"), "/bookings/0/minutes: "),
        (put("bookings.0.codes.0.quantity", "-1"), "bookings[0].codes: "),
        (put("bookings.0.codes.0.description", "\ufffe"), "bookings[0].codes[0].description: "),
        (put("bookings.0.window_end", "2020-01-01T00:00:00Z"), "bookings[0].window_end: "),
        (put("bookings.0.appointment.operative_id", "x"), "'x' is not an operative"),
        (put("bookings.0.appointment.day", "0001-01-01"), "bookings[0].appointment.day: lies outside"),
        (put("bookings.0.worked_by", "y"), "'y' is not an operative"),
        (put("bookings.0.locked_operative", "z"), "'z' is not an operative"),
        (put("operatives.0.id", "x"), "operatives[0].id: "),
        (put("operatives.0.depot", [99.0, 0.0]), "operatives[0].depot: "),
        (put("operatives.0.working_hours.0.end", "00:00:00"), "operatives[0].working_hours: "),
        (put("operatives.0.working_hours.0.end", "17:00:00Z"), "working_hours[0].end: is a local time"),
        (put("operatives.0.unavailabilities.0.end", "2020-01-01T00:00:00Z"), "operatives[0].unavailabilities: "),
        (put("locations.0.latitude", ""), "locations[0]: "),
        (put("sor_codes.0.description", "\x00"), "sor_codes[0].description: "),
        (put("sor_codes.0.minutes", 0), "/sor_codes/0/minutes: "),
    ],
)
def test_an_invalid_state_is_located_and_changes_nothing(
    desk: AdminCaller, change: Callable[[Any], None], words: str
) -> None:
    before = desk.ask("GET", "/state").content
    document = json.loads(before)
    change(document)
    assert words in assert_problem(desk.ask("PUT", "/state", document), 422, "invalid")
    assert desk.ask("GET", "/state").content == before


def test_a_valid_state_is_imported_in_any_order(desk: AdminCaller) -> None:
    """The document that the changes above spoil is a good one, whatever order its parts come in."""
    document = desk.ask("GET", "/state").json()
    for table in ("orders", "bookings"):
        document[table].reverse()
    assert desk.ask("PUT", "/state", document).status_code == 204
    assert desk.ask("GET", "/state").json()["orders"] == document["orders"][::-1]


def test_simultaneous_imports_never_mix(desk: AdminCaller) -> None:
    """Every export has as many bookings as orders, whoever puts in what meanwhile."""
    full = desk.drs.export_state()
    desk.drs.reset()
    empty = desk.drs.export_state()

    def import_and_export(turn: int) -> bool:
        with AdminClient(desk.drs.url) as admin:
            admin.import_state(full if turn % 2 else empty)
            seen = admin.export_state()
        return len(seen.orders) == len(seen.bookings) and seen in (full, empty)

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(import_and_export, range(24)))


def test_a_refused_import_changes_nothing(desk: AdminCaller) -> None:
    state = desk.drs.export_state()
    with AdminClient(desk.drs.url) as admin, pytest.raises(InvalidRequestError, match="newark"):
        admin.import_state(state.model_copy(update={"profile": "newark"}))
    assert desk.drs.export_state() == state
