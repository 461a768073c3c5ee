"""The server that stands on its own: granian."""

from __future__ import annotations

import gc
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from threading import Thread
from time import sleep
from typing import TYPE_CHECKING, Any
from wsgiref.types import WSGIApplication

from granian import Granian
from granian.constants import Interfaces, SSLProtocols
from granian.http import HTTP1Settings

from drs_simulator.http.servers.address import check_free
from drs_simulator.http.servers.slow_bodies import SlowBodies

if TYPE_CHECKING:
    from drs_simulator.http.servers.tls import Tls

_LOOK_EVERY_SECONDS = 0.005
_LOOK_FOR_SUPERVISOR_EVERY_SECONDS = 0.5
_STOP_WITHIN_SECONDS = 5
_HEADERS_WITHIN_MILLISECONDS = 10_000


class _AnnouncedServer(Granian):  # type: ignore[misc,valid-type]
    """Starts a thread once its workers are there: granian's own hook comes too early, and no thread may be forked."""

    def __init__(self, announcing: Thread, target: str, **settings: Any) -> None:
        super().__init__(target, **settings)
        self._announcing = announcing

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        super().startup(spawn_target, target_loader)
        self._announcing.start()


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """Where and how a server listens.

    Args:
        host: The address to listen on.
        port: The port to listen on, 0 for a free one.
        threads: How many requests are worked on at a time, in each worker.
        workers: How many processes serve.
        tls: What to show to callers who come over HTTPS; without it, they come over HTTP.
    """

    host: str
    port: int
    threads: int = 1
    workers: int = 1
    tls: Tls | None = None

    def address(self, port: int) -> str:
        """What callers put before a path."""
        scheme = "http" if self.tls is None else "https"
        return f"{scheme}://{f'[{self.host}]' if ':' in self.host else self.host}:{port}"


def serve(load: Callable[[], WSGIApplication], server_config: ServerConfig, when_up: Callable[[int], None]) -> None:
    """Serve an application until SIGTERM or Ctrl-C. Calls that are being answered then are answered still.

    Args:
        load: Makes the application, in the process that serves it; must be picklable.
        server_config: Where and how.
        when_up: Called with the port as soon as requests are answered.

    Raises:
        PortTakenError: Somebody else listens there, or the address is not this machine's.
    """
    chosen = check_free(server_config.host, server_config.port)
    tls = server_config.tls
    server = _AnnouncedServer(
        Thread(target=_when_listening, args=(server_config.host, chosen, when_up), daemon=True),
        "drs_simulator",
        address=server_config.host,
        port=chosen,
        interface=Interfaces.WSGI,
        workers=server_config.workers,
        blocking_threads=server_config.threads,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADERS_WITHIN_MILLISECONDS),
        ssl_cert=None if tls is None else tls.certificate,
        ssl_key=None if tls is None else tls.key,
        # Clients on older Windows know no later one.
        ssl_protocol_min=SSLProtocols.tls12,
        log_enabled=False,
    )
    # The workers are forked from this process, and look through what they share with it no more.
    gc.freeze()
    # Granian calls the loader, unwrapped, in the process that serves; the application is what that returns.
    server.serve(target_loader=partial(_loaded, load, os.getpid(), chosen), wrap_loader=False)


def _loaded(load: Callable[[], WSGIApplication], supervisor: int, port: int) -> WSGIApplication:
    """The application, in a process that ends when its supervisor has: killed outright, that could not tell it to."""
    Thread(target=_end_after, args=(supervisor,), daemon=True).start()
    return SlowBodies(port).watched(load())


def _end_after(supervisor: int) -> None:
    while os.getppid() == supervisor:
        sleep(_LOOK_FOR_SUPERVISOR_EVERY_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    sleep(_STOP_WITHIN_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


def _when_listening(host: str, port: int, when_up: Callable[[int], None]) -> None:
    while True:
        try:
            socket.create_connection((host, port)).close()
        except ConnectionError:
            sleep(_LOOK_EVERY_SECONDS)
        else:
            when_up(port)
            return
