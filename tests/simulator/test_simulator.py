"""The simulator as a library: an address, a clock, a reset, and no socket where none is wanted."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from drs_client import DrsClient
from drs_simulator import (
    AlreadyServingError,
    Clock,
    ClockError,
    DefaultPasswordError,
    NotServingError,
    PortTakenError,
    ProfileError,
    Simulator,
    StateError,
    load_profile,
    load_scenario,
)
from drs_simulator.storage.errors import StateUnreachableError
from drs_simulator.storage.memory import MemoryStore

from tests.simulator.soap.wire import ORDER, Caller


def test_it_has_an_address_only_while_it_serves() -> None:
    drs = Simulator()
    with pytest.raises(NotServingError, match="with Simulator"):
        _ = drs.url
    with drs:
        assert drs.url.startswith("http://127.0.0.1:")
        assert drs.url.endswith(drs.path)
    with pytest.raises(NotServingError):
        _ = drs.url


def test_it_can_serve_on_ipv6() -> None:
    with Simulator(host="::1") as drs:
        assert drs.url.startswith("http://[::1]:")


def test_profile_may_be_a_name_a_file_or_a_profile(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('extends = "lincoln"\ninstance = "OWN"\n', encoding="utf-8")
    assert Simulator("newark").path == "/OTWebServiceGateway_NEWARK/ws/soap"
    assert Simulator(file).path == "/OTWebServiceGateway_OWN/ws/soap"
    assert Simulator(load_profile("hackney")).profile.name == "hackney"
    with pytest.raises(ProfileError, match="nowhere"):
        Simulator("nowhere")


def test_reset_deletes_everything_and_numbers_start_again() -> None:
    caller = Caller()
    first_session = caller.open()
    first = caller.ask("createOrder", ORDER, first_session).body
    caller.simulator.clock.shift(timedelta(days=1))
    caller.simulator.reset()
    assert caller.ask("closeSession", "", first_session).error
    caller.simulator.reset()
    assert caller.open() == first_session
    assert caller.ask("createOrder", ORDER, first_session).body == first


def test_its_clock_can_be_set() -> None:
    clock = Clock.parse("fixed@2021-10-22T23:59:59+01:00")
    caller = Caller()
    caller.simulator.clock.fix(clock.now())
    session_id = caller.open()
    caller.simulator.clock.shift(timedelta(seconds=1))
    assert "ession" in caller.ask("selectOrder", "<primaryOrderNumber>1</primaryOrderNumber>", session_id).error


def test_simulators_are_independent() -> None:
    one, other = Caller(), Caller()
    session_id = one.open()
    assert other.ask("closeSession", "", session_id).error
    assert one.ask("closeSession", "", session_id).returned.findtext("status") == "success"


def test_its_repr_has_no_password() -> None:
    shown = repr(Simulator(password="very-secret", clock="fixed@2021-10-22T12:00:00Z"))
    assert shown == "Simulator(profile='lincoln', clock='fixed@2021-10-22T13:00:00.000+01:00')"


class ClosableStore(MemoryStore):
    """Counts how often it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = 0

    def close(self) -> None:
        self.closed += 1
        super().close()


class BrokenStore(ClosableStore):
    """A store that others share, but whose settings cannot be changed."""

    def setting(self, name: str) -> str | None:
        return None

    def change_setting(self, name: str, change: Callable[[str | None], str]) -> None:
        raise StateUnreachableError("The database is gone.")


class TestLifecycle:
    def test_constructor_starts_no_thread(self) -> None:
        before = set(threading.enumerate())
        drs = Simulator(callback_url="http://127.0.0.1:9/")
        assert set(threading.enumerate()) == before
        drs.close()

    def test_start_and_stop(self) -> None:
        drs = Simulator()
        assert not drs.is_running
        drs.start()
        assert drs.is_running
        assert requests.get(drs.url.removesuffix(drs.path), timeout=10).ok
        drs.stop()
        drs.stop()
        assert not drs.is_running
        drs.start()
        assert requests.get(drs.url.removesuffix(drs.path), timeout=10).ok
        drs.close()

    def test_no_thread_is_left_after_with(self) -> None:
        before = set(threading.enumerate())
        with Simulator(callback_url="http://127.0.0.1:9/"):
            assert set(threading.enumerate()) > before
        assert set(threading.enumerate()) == before

    def test_nested_with_is_refused_and_the_outer_goes_on(self) -> None:
        with Simulator() as drs:
            with pytest.raises(AlreadyServingError, match="Do not nest"), drs:
                pytest.fail("the inner block must not be entered")
            with pytest.raises(AlreadyServingError, match="Stop it first"):
                drs.start()
            assert requests.get(drs.url.removesuffix(drs.path), timeout=10).ok
        assert not drs.is_running

    def test_close_twice_does_nothing(self) -> None:
        with Simulator(state=ClosableStore()) as drs:
            pass
        drs.close()

    def test_bad_clock_opens_no_state(self, tmp_path: Path) -> None:
        with pytest.raises(ClockError):
            Simulator(clock="noon", state=f"sqlite:///{tmp_path}/drs.db")
        assert not list(tmp_path.iterdir())

    def test_constructor_that_fails_closes_the_state(self) -> None:
        store = BrokenStore()
        with pytest.raises(StateError, match="is gone"):
            Simulator(clock="fixed@2021-10-22T12:00", state=store)
        assert store.closed == 1

    def test_with_that_fails_closes_the_state(self) -> None:
        store = ClosableStore()
        with socket.create_server(("127.0.0.1", 0)) as other:
            drs = Simulator(port=other.getsockname()[1], state=store)
            with pytest.raises(PortTakenError), drs:
                pytest.fail("the block must not be entered")
        assert store.closed == 1

    def test_state_may_be_an_open_store(self) -> None:
        store = MemoryStore()
        one, other = Simulator(state=store), Simulator(state=store)
        session = one.scheduler.open_session("drs", "drs")
        assert other.scheduler.session_opened(session.id) is not None


class TestHost:
    @pytest.mark.parametrize(("host", "name"), [("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]")])
    def test_url_of_all_addresses_is_loopback(self, host: str, name: str) -> None:
        with Simulator(host=host, password="own") as drs:
            assert drs.url.startswith(f"http://{name}:")
            assert requests.get(f"{drs.url}?wsdl", timeout=10).ok

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "drs.example"])
    def test_default_password_is_for_loopback_only(self, host: str) -> None:
        with pytest.raises(DefaultPasswordError, match="other than the default"):
            Simulator(host=host)
        Simulator(host=host, password="own").close()


class TestScenarios:
    def test_scenario_without_clock_has_the_first_one(self) -> None:
        """A clock that an earlier scenario has set does not stay."""
        drs = Simulator(clock="shifted@P3D")
        first = drs.clock.mode
        drs.apply_scenario("clocks-go-back")
        assert drs.clock.mode != first
        drs.apply_scenario("healthy")
        assert drs.clock.mode == first

    def test_scenario_may_be_given_by_value(self) -> None:
        drs = Simulator()
        drs.apply_scenario(load_scenario("planning-failed"))
        assert len(drs.faults.rules()) == 1
        drs.clear_scenario()
        assert not drs.faults.rules()


def test_clear_sessions_ends_all_and_counts_them() -> None:
    caller = Caller()
    session_id = caller.open()
    caller.open()
    assert caller.simulator.clear_sessions() == 2
    assert caller.ask("closeSession", "", session_id).error


def test_client_calls_its_simulator_without_a_socket() -> None:
    drs = Simulator("lincoln", clock="fixed@2021-10-22T12:20", seed=1)
    with drs.client(user_id="tests") as client:
        client.open_session()
        assert drs.clear_sessions() == 1
    assert isinstance(client, DrsClient)
    assert not drs.is_running


def test_start_loads_only_what_a_plain_simulator_needs() -> None:
    """Models of faults, scenarios, flat files and exported states take a tenth of the start-up."""
    code = """
import sys
import drs_simulator.cli
from drs_simulator import Simulator
Simulator()
slow = ("faults.effects", "scenarios.scenario", "housing_files.records", "storage.export", "storage.sql")
print([name for name in slow if f"drs_simulator.{name}" in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
