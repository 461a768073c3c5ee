"""The command ``health``: the health check of a container."""

from __future__ import annotations

import re
import socket
import threading
from pathlib import Path

import pytest
import typer
from drs_simulator import StateError, ThreadedServer
from drs_simulator.cli.health import check_health, loopback_of
from typer.testing import CliRunner, Result

from tests.simulator.cli.test_cli import serving
from tests.simulator.soap.wire import Caller


def run(**environment: str) -> Result:
    app = typer.Typer()
    app.command(context_settings={"auto_envvar_prefix": "DRS"})(check_health)
    return CliRunner().invoke(app, (), env=environment)


@pytest.mark.parametrize("tls", [False, True])
def test_served_simulator_is_healthy(tmp_path: Path, tls: bool) -> None:
    """The check follows the server's port, TLS and address, and uses no proxy."""
    options = {"DRS_TLS": "self-signed", "DRS_TLS_DIR": str(tmp_path)} if tls else {}
    arguments = ("--tls", "self-signed", "--tls-dir", str(tmp_path)) if tls else ()
    with serving("--port", "0", "--host", "0.0.0.0", "--password", "own", *arguments) as (_, printed):
        port = re.findall(r"endpoint +https?://[\d.]+:(\d+)/", printed)[0]
        proxies = {"HTTP_PROXY": "http://127.0.0.1:1", "HTTPS_PROXY": "http://127.0.0.1:1", "NO_PROXY": ""}
        done = run(DRS_HOST="0.0.0.0", DRS_PORT=port, **options, **proxies)
        assert (done.exit_code, done.stdout) == (0, '{"status": "ok"}\n')
        if tls:
            assert run(DRS_PORT=port).exit_code == 1


def test_missing_server_is_unhealthy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    done = run(DRS_PORT=port)
    assert done.exit_code == 1
    assert f"The server at 127.0.0.1, port {port}, does not answer" in done.output


def test_it_waits_for_a_server_that_starts_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    caller = Caller()
    served = ThreadedServer(caller.simulator.wsgi, port=port)
    begin = threading.Timer(0.3, served.start)
    begin.start()
    try:
        done = run(DRS_PORT=str(port), DRS_WAIT="60")
    finally:
        begin.join()
        served.stop()
    assert (done.exit_code, done.output) == (0, '{"status": "ok"}\n')


def test_waiting_ends_when_the_time_is_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    done = run(DRS_PORT=port, DRS_WAIT="0.3")
    assert (done.exit_code, done.output.count("does not answer")) == (1, 1)


def test_silent_server_is_unhealthy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        done = run(DRS_PORT=str(silent.getsockname()[1]), DRS_TIMEOUT="0.2")
    assert done.exit_code == 1
    assert "does not answer: timed out" in done.output


def test_unreachable_state_is_unhealthy(monkeypatch: pytest.MonkeyPatch) -> None:
    drs = Caller()

    def fail() -> None:
        raise StateError("the database is gone")

    monkeypatch.setattr(drs.simulator.scheduler, "ping", fail)
    with ThreadedServer(drs.simulator.wsgi) as server:
        done = run(DRS_PORT=str(server.port))
    assert done.exit_code == 1
    assert 'is not healthy: HTTP 503, {"status": "state unreachable"}' in done.output


@pytest.mark.parametrize(
    ("host", "address"),
    [("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("127.0.0.2", "127.0.0.2"), ("localhost", "localhost")],
)
def test_server_on_all_addresses_is_called_on_loopback(host: str, address: str) -> None:
    assert loopback_of(host) == address
