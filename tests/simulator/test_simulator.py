"""The simulator as a library: an address, a clock, a reset, and no socket where none is wanted."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from drs_simulator import Clock, NotServingError, ProfileError, Simulator, load_profile

from tests.simulator.soap.wire import ORDER, Caller


def test_it_has_an_address_while_it_serves_and_says_so_otherwise() -> None:
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


def test_it_takes_a_profile_by_name_as_a_file_or_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('extends = "lincoln"\ninstance = "OWN"\n', encoding="utf-8")
    assert Simulator("newark").path == "/OTWebServiceGateway_NEWARK/ws/soap"
    assert Simulator(file).path == "/OTWebServiceGateway_OWN/ws/soap"
    assert Simulator(load_profile("hackney")).profile.name == "hackney"
    with pytest.raises(ProfileError, match="nowhere"):
        Simulator("nowhere")


def test_reset_forgets_sessions_and_orders_and_begins_the_numbers_anew() -> None:
    caller = Caller()
    first_session = caller.open()
    first = caller.ask("createOrder", ORDER, first_session).body
    caller.simulator.clock.shift(timedelta(days=1))
    caller.simulator.reset()
    assert caller.ask("closeSession", "", first_session).error
    caller.simulator.reset()
    assert caller.open() == first_session
    assert caller.ask("createOrder", ORDER, first_session).body == first


def test_its_clock_can_be_moved_from_outside() -> None:
    clock = Clock.parse("fixed@2021-10-22T23:59:59+01:00")
    caller = Caller()
    caller.simulator.clock.fix(clock.now())
    session_id = caller.open()
    caller.simulator.clock.shift(timedelta(seconds=1))
    assert "ession" in caller.ask("selectOrder", "<primaryOrderNumber>1</primaryOrderNumber>", session_id).error


def test_two_simulators_know_nothing_of_each_other() -> None:
    one, other = Caller(), Caller()
    session_id = one.open()
    assert other.ask("closeSession", "", session_id).error
    assert one.ask("closeSession", "", session_id).returned.findtext("status") == "success"


def test_how_it_shows_itself_has_no_password_in_it() -> None:
    shown = repr(Simulator(password="very-secret", clock="fixed@2021-10-22T12:00:00Z"))
    assert shown == "Simulator(profile='lincoln', clock='fixed@2021-10-22T13:00:00.000+01:00')"
