"""Bodies that do not come in time are broken off, and nobody else is."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from drs_simulator.http.servers import slow_bodies
from drs_simulator.http.servers.slow_bodies import SlowBodies
from werkzeug.serving import make_server

WITHIN = 1.0
PATIENCE = 10 * WITHIN


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answers with what it read; at ``/late`` only after a while."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length)
    if environ["PATH_INFO"] == "/late":
        time.sleep(3 * WITHIN)
    start_response("200 OK" if len(body) == length else "400 Bad Request", [("Content-Type", "text/plain")])
    return [body]


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        chosen: int = listening.getsockname()[1]
        watched = SlowBodies(chosen, WITHIN).watched(application)
        server = make_server("127.0.0.1", chosen, watched, threaded=True, fd=listening.fileno())
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield chosen
        server.shutdown()
        thread.join()
        server.server_close()


def begun(port: int, path: str = "/", length: int = 10, sent: bytes = b"a") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    connection.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode() + sent)
    return connection


def answer(connection: socket.socket) -> bytes:
    """What comes before the server hangs up."""
    received = b""
    with connection:
        try:
            while part := connection.recv(65536):
                received += part
        except ConnectionError:
            pass
    return received


def dripping(connection: socket.socket) -> bytes:
    """What comes while the body goes on, a byte at a time, until it is broken off."""
    began = time.monotonic()
    try:
        while time.monotonic() - began < PATIENCE:
            connection.sendall(b"a")
            time.sleep(WITHIN / 10)
    except ConnectionError:
        return answer(connection)
    raise AssertionError("The body could go on for as long as it liked.")


def test_a_body_that_comes_no_further_is_broken_off(port: int, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert b"200 OK" not in answer(begun(port))
    assert "The body of 127.0.0.1 did not come within 1 seconds" in caplog.text


def test_a_body_that_comes_drop_by_drop_is_broken_off_and_who_waits_beside_it_is_answered(port: int) -> None:
    with ThreadPoolExecutor() as pool:
        late = pool.submit(answer, begun(port, "/late", 1))
        slow = pool.submit(dripping, begun(port, length=100_000))
        assert b"200 OK" not in slow.result()
        assert b"200 OK" in late.result()


def test_who_comes_at_the_same_moment_as_a_body_that_stalls_is_answered(port: int) -> None:
    with ThreadPoolExecutor() as pool:
        stalled = pool.submit(answer, begun(port))
        late = [pool.submit(answer, begun(port, "/late", 1)) for _ in range(3)]
        assert b"200 OK" not in stalled.result()
        assert all(b"200 OK" in each.result() for each in late)


def test_a_body_that_takes_its_time_and_comes_is_answered(port: int) -> None:
    connection = begun(port, length=3)
    for _ in range(2):
        time.sleep(WITHIN / 5)
        connection.sendall(b"a")
    assert b"aaa" in answer(connection)


def test_where_the_process_cannot_see_its_connections_nothing_is_watched(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(slow_bodies, "_OWN_FILES", tmp_path / "none")
    assert SlowBodies(80).watched(application) is application
