"""The embedded server and its address, over real sockets."""

from __future__ import annotations

import socket

import pytest
import requests
from drs_simulator import Simulator
from drs_simulator.http.servers.address import PortTakenError, check_free

from tests.simulator.soap.wire import OPEN, call


def test_a_port_that_somebody_listens_on_is_told_in_a_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTakenError, match=rf"^127\.0\.0\.1:{port} is already in use\. Choose another"):
            check_free("127.0.0.1", port)
        with pytest.raises(PortTakenError), Simulator(port=port):
            pass


def test_an_address_that_is_not_this_machines_is_told_in_a_line() -> None:
    with pytest.raises(PortTakenError, match=r"^192\.0\.2\.1:0 cannot be used \("):
        check_free("192.0.2.1", 0)


def test_a_free_port_is_chosen_for_0() -> None:
    assert check_free("127.0.0.1", 0) > 0


def test_the_server_answers_many_connections_and_frees_its_port() -> None:
    with Simulator() as drs:
        port = int(drs.url.split(":")[2].split("/")[0])
        sessions = [requests.Session() for _ in range(8)]
        for session in sessions:
            with session:
                answer = session.post(
                    drs.url, call("openSession", OPEN), headers={"Content-Type": "text/xml"}, timeout=5
                )
                assert answer.status_code == 200
    assert check_free("127.0.0.1", port) == port


def test_the_server_says_nothing_on_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    with Simulator() as drs:
        requests.get(drs.url, timeout=5)
    assert capfd.readouterr() == ("", "")
