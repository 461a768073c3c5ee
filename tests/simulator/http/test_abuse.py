"""Hostile and broken callers at a server of its own process: it goes on answering the others."""

from __future__ import annotations

import re
import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
import requests

from tests.simulator.cli.test_cli import serving
from tests.simulator.soap.wire import OPEN, call

XML = {"Content-Type": "text/xml"}
IDLE = 1000


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving("--port", "0", "--clock", "fixed@2021-10-22T12:20") as (_, printed):
        yield re.findall(r"endpoint +(\S+)", printed)[0]


def answers(url: str) -> bool:
    answer = requests.post(url, call("openSession", OPEN), headers=XML, timeout=5)
    return "<status>success</status>" in answer.text


def connected(url: str) -> socket.socket:
    place = urlsplit(url)
    return socket.create_connection((place.hostname or "", place.port or 0), timeout=10)


def send_raw(url: str, sent: bytes) -> bytes:
    """Send these bytes and return what comes back until the server closes the connection or is silent."""
    received = b""
    with connected(url) as connection:
        connection.settimeout(2)
        try:
            connection.sendall(sent)
            while part := connection.recv(65536):
                received += part
        except OSError:
            pass
    return received


def test_idle_connections_block_no_one(url: str) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4096)), hard))
    with ExitStack() as stack:
        for _ in range(IDLE):
            stack.enter_context(connected(url))
        assert answers(url)


def test_slow_headers_block_no_one(url: str) -> None:
    with ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(connected(url)).sendall(b"POST ")
        assert answers(url)


def test_slow_bodies_hold_a_thread_each() -> None:
    """A server with more threads than slow bodies answers other callers."""
    with serving("--port", "0", "--threads", "21") as (_, printed), ExitStack() as stack:
        url = re.findall(r"endpoint +(\S+)", printed)[0]
        head = f"POST {urlsplit(url).path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n<a".encode()
        for _ in range(20):
            stack.enter_context(connected(url)).sendall(head)
        assert answers(url)


def test_body_over_the_limit_is_a_fault(url: str) -> None:
    whole = requests.post(url, b" " * 3_000_000, headers=XML, timeout=20)
    chunked = requests.post(url, iter([b" " * 65536] * 40), headers=XML, timeout=20)
    for answer in (whole, chunked):
        assert answer.status_code == 500
        assert "larger than 1048576 bytes" in answer.text
    assert answers(url)


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd",
        "/static/../../../simulator.py",
        "/static/%2e%2e/%2e%2e/simulator.py",
        "/static//etc/passwd",
        "/static/..%5c..%5csimulator.py",
        "/__admin/../../etc/passwd",
        "/%00",
        "/static/console.css%00.py",
        f"/{'x' * 20_000}",
        "/orders/%3Cscript%3Ealert(1)%3C/script%3E",
        "/journal/99999999999999999999999999",
        "/bookings/-1",
    ],
)
def test_path_leads_nowhere_else(url: str, path: str) -> None:
    received = send_raw(url, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    status = int(received.split(b" ", 2)[1])
    # A path with too many slashes is redirected to the one without them.
    assert status == 308 or 400 <= status < 500, received[:300]
    assert b"root:" not in received
    assert b"from __future__" not in received
    assert b"<script>alert" not in received
    assert b"Traceback" not in received
    assert answers(url)


def test_malformed_headers_block_no_one(url: str) -> None:
    place = urlsplit(url)
    for sent in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        f"POST {place.path} HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n".encode(),
        f"POST {place.path} HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n".encode(),
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: y\r\n" * 5_000 + b"\r\n",
        b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 1_000_000 + b"\r\n\r\n",
    ):
        received = send_raw(url, sent)
        assert received == b"" or 400 <= int(received.split(b" ", 2)[1]) < 600, received[:100]
    assert answers(url)
