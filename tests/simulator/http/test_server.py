"""The threaded server and the addresses that servers listen on, over real sockets."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
import requests
from drs_simulator import HostError, PortTakenError, Simulator, ThreadedServer
from drs_simulator.http.servers.address import listen, reserve_port, resolve_host

from tests.simulator.cli.test_cli import run, serving
from tests.simulator.soap.wire import OPEN, call

XML = {"Content-Type": "text/xml"}


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


LOADS_SLOWLY = """
import time
from drs_simulator.http.servers.granian_server import ServerConfig, serve

def load():
    print("loading", flush=True)
    time.sleep(1)
    return lambda environ, start_response: []

serve(load, ServerConfig("127.0.0.1", 0, workers=2), lambda port: None)
"""

LOADS_AT_ONCE = """
import os
from drs_simulator.http.servers.granian_server import ServerConfig, serve

def load():
    print("loaded", flush=True)
    return lambda environ, start_response: []

if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
serve(load, ServerConfig("127.0.0.1", 0, workers=3), lambda port: None)
"""


class TestAddress:
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
    def test_taken_port_is_one_line(self, host: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            words = rf"^{host}:{port} is already in use\. Choose another address or port\.$"
            with pytest.raises(PortTakenError, match=words):
                listen(host, port)
            with pytest.raises(PortTakenError, match=words), reserve_port(host, port):
                pass

    def test_foreign_address_is_one_line(self) -> None:
        with pytest.raises(PortTakenError, match=r"^192\.0\.2\.1:0 cannot be used \("):
            listen("192.0.2.1", 0)

    def test_reserved_port_is_free_and_held(self) -> None:
        """A reserved port cannot be reserved or listened on by others until the reservation ends."""
        with reserve_port("127.0.0.1", 0) as port:
            assert port > 0
            with pytest.raises(PortTakenError), reserve_port("127.0.0.1", port):
                pass
            with pytest.raises(PortTakenError):
                listen("127.0.0.1", port)
        listen("127.0.0.1", port).close()

    def test_names_are_resolved_ipv4_first(self) -> None:
        assert resolve_host("localhost") == "127.0.0.1"
        assert resolve_host("0.0.0.0") == "0.0.0.0"
        assert resolve_host("::1") == "::1"

    @pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 300])
    def test_unknown_name_is_one_line(self, host: str) -> None:
        with pytest.raises(HostError, match="has no address") as raised:
            resolve_host(host)
        assert "\n" not in str(raised.value)


class TestThreadedServer:
    def test_starts_and_stops(self) -> None:
        server = ThreadedServer(echo)
        assert not server.is_running
        server.start()
        assert server.is_running
        assert requests.post(f"http://127.0.0.1:{server.port}/", b"x", timeout=5).content == b"x"
        with pytest.raises(RuntimeError, match="running already"):
            server.start()
        port = server.port
        server.stop()
        server.stop()
        assert not server.is_running
        listen("127.0.0.1", port).close()

    def test_starts_again_after_stop(self) -> None:
        server = ThreadedServer(echo)
        for _ in range(2):
            with server:
                assert requests.post(f"http://127.0.0.1:{server.port}/", b"x", timeout=5).ok

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
    def test_listens_at_a_name_or_an_address(self, host: str) -> None:
        with ThreadedServer(echo, host) as server:
            assert requests.post(f"http://127.0.0.1:{server.port}/", b"x", timeout=5).ok

    def test_taken_port_raises(self) -> None:
        """A taken port is an error of the caller's process, not its end."""
        with socket.create_server(("127.0.0.1", 0)) as other:
            with pytest.raises(PortTakenError):
                ThreadedServer(echo, port=other.getsockname()[1]).start()
            with pytest.raises(PortTakenError), Simulator(port=other.getsockname()[1]):
                pass

    @pytest.mark.parametrize(("version", "interim"), [("1.1", 1), ("1.0", 0)])
    def test_expect_gets_one_interim_answer(self, version: str, interim: int) -> None:
        """``Expect: 100-continue`` gets exactly one ``100 Continue`` before the answer, and none over HTTP/1.0."""
        with ThreadedServer(echo) as server, socket.create_connection(("127.0.0.1", server.port), timeout=5) as caller:
            head = f"POST / HTTP/{version}\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
            caller.sendall(head.encode())
            received = b""
            if interim:
                received = caller.recv(65536)
                assert received == b"HTTP/1.1 100 Continue\r\n\r\n"
            caller.sendall(b"body")
            while part := caller.recv(65536):
                received += part
        assert received.count(b"100 Continue") == interim
        assert received.count(b" 200 OK\r\n") == 1
        assert received.endswith(b"body")

    def test_simulator_answers_many_connections(self) -> None:
        with Simulator() as drs:
            port = int(drs.url.split(":")[2].split("/")[0])
            for session in [requests.Session() for _ in range(8)]:
                with session:
                    body = call("openSession", OPEN)
                    assert session.post(drs.url, body, headers=XML, timeout=5).ok
        listen("127.0.0.1", port).close()

    def test_writes_nothing_to_standard_error(self, capfd: pytest.CaptureFixture[str]) -> None:
        with Simulator() as drs:
            requests.get(drs.url, timeout=5)
        assert capfd.readouterr() == ("", "")


def has_ipv6_loopback() -> bool:
    try:
        listen("::1", 0).close()
    except PortTakenError:
        return False
    return True


class TestServe:
    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
    def test_host_is_a_name_or_an_address(self, host: str) -> None:
        if host == "::1" and not has_ipv6_loopback():
            pytest.skip("This machine has no IPv6.")
        with serving("--port", "0", "--host", host) as (_, printed):
            address = re.findall(r"endpoint +(\S+)", printed)[0]
            assert urlsplit(address).hostname == host
            assert requests.post(address, call("openSession", OPEN), headers=XML, timeout=5).ok

    @pytest.mark.parametrize("host", ["no-such-host.invalid", "fe80::1%lo"])
    def test_unusable_host_is_one_line(self, host: str) -> None:
        done = run("serve", "--port", "0", "--host", host, "--password", "own")
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert host in done.stderr

    def test_two_servers_cannot_share_a_port(self) -> None:
        """Each socket of granian shares its port with others of the same user; two servers must not."""
        with serving("--port", "0") as (_, printed):
            port = str(urlsplit(re.findall(r"endpoint +(\S+)", printed)[0]).port)
            done = run("serve", "--port", port)
        assert done.returncode == 2
        assert done.stderr == f"127.0.0.1:{port} is already in use. Choose another address or port.\n"

    @pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
    def test_a_server_can_be_stopped_while_it_starts(self, signal_number: signal.Signals) -> None:
        """Its workers are loading, and end without serving."""
        with subprocess.Popen([sys.executable, "-c", LOADS_SLOWLY], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "loading\n"
            process.send_signal(signal_number)
            try:
                assert process.wait(timeout=60) == 0
            finally:
                process.kill()

    @pytest.mark.parametrize("attempt", range(5))
    def test_a_server_can_be_stopped_when_it_is_about_to_serve(self, attempt: int) -> None:
        """Its workers are told while they are not yet ready to hear it, now one, now another."""
        with subprocess.Popen([sys.executable, "-c", LOADS_AT_ONCE], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(3):
                assert process.stdout.readline() == "loaded\n"
            process.terminate()
            try:
                assert process.wait(timeout=60) == 0
            finally:
                process.kill()
