"""Callers that mean no good, or know no better, at a server as it is started: it goes on answering the others."""

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


def raw(url: str, sent: bytes) -> bytes:
    """What comes back for these very bytes before the server hangs up, or says no more."""
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


def test_a_thousand_idle_connections_keep_nobody_out(url: str) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4096)), hard))
    with ExitStack() as stack:
        for _ in range(IDLE):
            stack.enter_context(connected(url))
        assert answers(url)


def test_heads_that_come_drop_by_drop_keep_nobody_out(url: str) -> None:
    with ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(connected(url)).sendall(b"POST ")
        assert answers(url)


def test_bodies_that_come_drop_by_drop_hold_a_thread_each_and_keep_nobody_out_as_long_as_there_are_more() -> None:
    with serving("--port", "0", "--threads", "21") as (_, printed), ExitStack() as stack:
        url = re.findall(r"endpoint +(\S+)", printed)[0]
        head = f"POST {urlsplit(url).path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n<a".encode()
        for _ in range(20):
            stack.enter_context(connected(url)).sendall(head)
        assert answers(url)


def test_a_body_that_does_not_come_holds_the_only_thread_for_ten_seconds_at_most(url: str) -> None:
    head = f"POST {urlsplit(url).path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n<a".encode()
    with connected(url) as connection:
        connection.settimeout(20)
        connection.sendall(head)
        answer = requests.post(url, call("openSession", OPEN), headers=XML, timeout=20)
        assert "<status>success</status>" in answer.text
        assert connection.recv(65536) == b""


def test_a_body_over_the_limit_is_a_fault_however_it_comes(url: str) -> None:
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
def test_a_path_that_would_like_to_be_elsewhere_is_not(url: str, path: str) -> None:
    received = raw(url, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    status = int(received.split(b" ", 2)[1])
    # A path with too many slashes is sent to the one that it means.
    assert status == 308 or 400 <= status < 500, received[:300]
    assert b"root:" not in received
    assert b"from __future__" not in received
    assert b"<script>alert" not in received
    assert b"Traceback" not in received
    assert answers(url)


def test_headers_that_are_none_or_too_many_keep_nobody_out(url: str) -> None:
    place = urlsplit(url)
    for sent in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        f"POST {place.path} HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n".encode(),
        f"POST {place.path} HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n".encode(),
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: y\r\n" * 5_000 + b"\r\n",
        b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 1_000_000 + b"\r\n\r\n",
    ):
        received = raw(url, sent)
        assert received == b"" or 400 <= int(received.split(b" ", 2)[1]) < 600, received[:100]
    assert answers(url)
