"""Breaks off connections whose bodies do not come in time: the server itself waits for a body as long as it takes.

The server does not say on which connection a body comes, so that is told from what Linux knows of the process's own
connections: whose caller waits for an answer, and whose bytes still come.
"""

from __future__ import annotations

import logging
import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread, get_ident
from time import monotonic, sleep
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_log = logging.getLogger(__name__)
_WITHIN_SECONDS = 10.0
_LOOKS = 20
_OWN_FILES = Path("/proc/self/fd")
# Where struct tcp_info of linux/tcp.h has these; its times are milliseconds since then.
_TCP_INFO_BYTES = 136
_SENT_AT, _RECEIVED_AT, _BYTES_RECEIVED_AT = 8 + 4 * 9, 8 + 4 * 11, 128


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A connection whose caller waits for an answer: seconds since bytes came last, and how many came in all."""

    file: int
    peer: tuple[str, int]
    silent: float
    received: int


@dataclass(slots=True)
class _Reading:
    """A body that is being read, and the caller's connections when that was first looked at."""

    address: str
    began: float
    first: dict[tuple[str, int], _Waiting] | None = None


@dataclass(slots=True)
class SlowBodies:
    """Watches the bodies that one process reads.

    Args:
        port: The port at which it serves.
        seconds: How long a body may take.
    """

    port: int
    seconds: float = _WITHIN_SECONDS
    _readings: dict[int, _Reading] = field(default_factory=dict)

    def watched(self, application: WSGIApplication) -> WSGIApplication:
        """The application, whose requests' bodies are watched from now on. Nothing is watched but on Linux."""
        if not _OWN_FILES.is_dir():
            return application
        Thread(target=self._watch, name="slow-bodies", daemon=True).start()

        def watching(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            environ["wsgi.input"] = _WatchedInput(environ["wsgi.input"], environ.get("REMOTE_ADDR", ""), self._readings)
            return application(environ, start_response)

        return watching

    def _watch(self) -> None:
        while True:
            sleep(self.seconds / _LOOKS)
            readings = list(self._readings.values())
            waiting = list(_waiting(self.port)) if readings else []
            for reading in readings:
                self._look_at(reading, waiting)

    def _look_at(self, reading: _Reading, waiting: list[_Waiting]) -> None:
        now = {each.peer: each for each in waiting if each.peer[0] == reading.address}
        age = monotonic() - reading.began
        if reading.first is None:
            # Those of whom bytes came when this body was begun, rather than those who wait for something else.
            recent = {peer: each for peer, each in now.items() if each.silent <= age + self.seconds / _LOOKS}
            reading.first = recent or now
        if age < self.seconds:
            return
        first = reading.first
        suspects = [each for peer, each in now.items() if peer in first]
        dripping = [each for each in suspects if each.received != first[each.peer].received]
        # One at a time: whose bytes came last while they come, whose came first where none do. Others may only queue.
        if dripping:
            slow = min(dripping, key=lambda each: each.silent)
        elif suspects:
            slow = max(suspects, key=lambda each: each.silent)
        else:
            return
        waiting.remove(slow)
        _log.warning("The body of %s did not come within %g seconds: it is broken off", slow.peer[0], self.seconds)
        _break_off(slow.file)


class _WatchedInput:
    """``wsgi.input``, which tells while it is read."""

    __slots__ = ("_readings", "_stream", "_this")

    def __init__(self, stream: Any, address: str, readings: dict[int, _Reading]) -> None:
        self._stream = stream
        self._this = _Reading(address, monotonic())
        self._readings = readings

    def read(self, *size: int) -> bytes:
        """So many bytes, or all; what is left out is left to the server, which knows no -1 for all."""
        thread = get_ident()
        self._readings[thread] = self._this
        try:
            part: bytes = self._stream.read(*size)
        finally:
            del self._readings[thread]
        return part

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def _connection(file: int) -> Iterator[socket.socket]:
    """The connection that the process has under that number, which stays open.

    Raises:
        OSError: There is none.
    """
    connection = socket.socket(fileno=file)
    try:
        yield connection
    finally:
        connection.detach()


def _waiting(port: int) -> Iterator[_Waiting]:
    """The connections to that port from which something came since something was sent to them."""
    for file in [int(entry.name) for entry in _OWN_FILES.iterdir()]:
        # It may have been closed since, or be no connection.
        with suppress(OSError, struct.error), _connection(file) as connection:
            if connection.family in (socket.AF_INET, socket.AF_INET6) and connection.getsockname()[1] == port:
                info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_BYTES)
                sent, received = (struct.unpack_from("=I", info, at)[0] for at in (_SENT_AT, _RECEIVED_AT))
                if received <= sent:
                    (count,) = struct.unpack_from("=Q", info, _BYTES_RECEIVED_AT)
                    yield _Waiting(file, connection.getpeername()[:2], received / 1000, count)


def _break_off(file: int) -> None:
    with suppress(OSError), _connection(file) as connection:
        connection.shutdown(socket.SHUT_RDWR)
