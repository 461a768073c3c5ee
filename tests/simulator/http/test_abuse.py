"""Hostile and broken callers at a server of its own process: it goes on answering the others."""

from __future__ import annotations

import re
import resource
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack, suppress
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


def http_2_request(path: str) -> bytes:
    """A POST over HTTP/2 with prior knowledge: preface, SETTINGS, and HEADERS that announce a body."""
    pairs = ((":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "x"), ("content-length", "9"))
    fields = b"".join(b"\0" + b"".join(bytes([len(part)]) + part.encode() for part in pair) for pair in pairs)
    headers = len(fields).to_bytes(3, "big") + b"\x01\x04" + (1).to_bytes(4, "big") + fields
    return b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000") + headers


@pytest.mark.parametrize("ending", ["close", "reset"])
@pytest.mark.parametrize("kind", ["length", "chunked", "http/2"])
def test_aborted_upload_blocks_no_one(url: str, kind: str, ending: str) -> None:
    """The only thread is free again when a caller ends its connection in the middle of a body."""
    path = urlsplit(url).path
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\n"
    sent = {
        "length": f"{head}Content-Length: 9\r\n\r\n<a".encode(),
        "chunked": f"{head}Transfer-Encoding: chunked\r\n\r\n9\r\n<a".encode(),
        "http/2": http_2_request(path),
    }
    with connected(url) as connection:
        connection.sendall(sent[kind])
        # Until the server has read what was sent; an HTTP/2 request is refused at once.
        connection.settimeout(0.5)
        with suppress(TimeoutError, ConnectionError):
            connection.recv(65536)
        if ending == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
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
