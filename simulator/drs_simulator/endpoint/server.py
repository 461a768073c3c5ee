"""The server that stands on its own: granian."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable
from threading import Thread
from time import sleep
from typing import Any
from wsgiref.types import WSGIApplication

from granian import Granian
from granian.constants import Interfaces

from drs_simulator.endpoint.address import check_free

_LOOK_EVERY_SECONDS = 0.005


class _AnnouncedServer(Granian):  # type: ignore[misc,valid-type]
    """Starts a thread once its workers are there: granian's own hook comes too early, and no thread may be forked."""

    def __init__(self, announcing: Thread, target: str, **settings: Any) -> None:
        super().__init__(target, **settings)
        self._announcing = announcing

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        super().startup(spawn_target, target_loader)
        self._announcing.start()


def serve(
    load: Callable[[], WSGIApplication], host: str, port: int, *, threads: int, when_up: Callable[[int], None]
) -> None:
    """Serve an application until SIGTERM or Ctrl-C.

    Args:
        load: Makes the application, in the process that serves it; must be picklable.
        host: The address to listen on.
        port: The port to listen on, 0 for a free one.
        threads: How many requests are worked on at a time.
        when_up: Called with the port as soon as requests are answered.

    Raises:
        PortTakenError: Somebody else listens there, or the address is not this machine's.
    """
    chosen = check_free(host, port)
    server = _AnnouncedServer(
        Thread(target=_when_listening, args=(host, chosen, when_up), daemon=True),
        "drs_simulator",
        address=host,
        port=chosen,
        interface=Interfaces.WSGI,
        blocking_threads=threads,
        log_enabled=False,
    )
    # The workers are forked from this process, and look through what they share with it no more.
    gc.freeze()
    # Granian calls the loader, unwrapped, in the process that serves; the application is what that returns.
    server.serve(target_loader=load, wrap_loader=False)


def _when_listening(host: str, port: int, when_up: Callable[[int], None]) -> None:
    while True:
        try:
            socket.create_connection((host, port)).close()
        except ConnectionError:
            sleep(_LOOK_EVERY_SECONDS)
        else:
            when_up(port)
            return
