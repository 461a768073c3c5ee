"""Targets: a simulator in this process, and a DRS at an address, are spoken to alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from drs_contracts import SimulatorTarget, UrlTarget
from drs_contracts.driver.messages import request
from drs_contracts.driver.targets import ClockOutOfReachError, UnreachableError
from drs_simulator import Simulator

OPEN = request("openSession", {"login": "drs", "password": "drs"})


def test_both_targets_give_the_same_replies() -> None:
    with Simulator("lincoln", clock="fixed@2021-10-22T12:00:00Z", seed=1) as served:
        over_http = UrlTarget(f"{served.url}?wsdl", "drs", "drs")
        reply = over_http.post(OPEN)
        wsdl = over_http.wsdl()
    in_process = SimulatorTarget(Simulator("lincoln", clock="fixed@2021-10-22T12:00:00Z", seed=1))
    assert reply == in_process.post(OPEN)
    assert (wsdl.status, wsdl.content_type) == (in_process.wsdl().status, in_process.wsdl().content_type)


def test_a_simulators_clock_is_moved_and_read_and_renewed() -> None:
    target = SimulatorTarget(Simulator("lincoln", clock="fixed@2021-10-22T12:00:00Z"))
    target.move_clock(timedelta(hours=3))
    assert target.now() == datetime(2021, 10, 22, 15, tzinfo=UTC)
    target.renew()
    assert target.now() == datetime(2021, 10, 22, 12, tzinfo=UTC)


def test_the_clock_at_an_address_is_out_of_reach_and_taken_to_be_ours() -> None:
    target = UrlTarget("http://drs.example/soap", "drs", "drs")
    with pytest.raises(ClockOutOfReachError, match=r"http://drs\.example/soap cannot be moved"):
        target.move_clock(timedelta(days=1))
    assert abs(target.now() - datetime.now(UTC)) < timedelta(minutes=1)
    target.renew()


def test_an_address_where_nothing_answers_is_told() -> None:
    with pytest.raises(UnreachableError, match=r"Nothing answers at 127\.0\.0\.1:9 \(ConnectionError\)"):
        UrlTarget("http://127.0.0.1:9/soap", "drs", "drs", timeout=1).post(OPEN)
