"""Servers: a small threaded one inside the caller's process, and granian for standing on its own."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from threading import Thread
from time import sleep
from typing import Any
from wsgiref.types import WSGIApplication

from granian import Granian
from granian.constants import Interfaces
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

_STOP_WITHIN_SECONDS = 0.02
_LOOK_EVERY_SECONDS = 0.005


class PortTakenError(OSError):
    """The address cannot be listened on; the message says so in one line."""


class _QuietHandler(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing on standard error for every request."""


class EmbeddedServer:
    """Serves an application from a background thread of this process, one thread a request."""

    def __init__(self, application: WSGIApplication, host: str, port: int) -> None:
        check_free(host, port)
        self._server: BaseWSGIServer = make_server(
            host, port, application, threaded=True, request_handler=_QuietHandler
        )
        self.port = self._server.port
        self._thread = Thread(target=self._server.serve_forever, args=(_STOP_WITHIN_SECONDS,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and wait until the thread has ended."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


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


def check_free(host: str, port: int) -> int:
    """The port that can be listened on: ``port``, or a free one where that is 0.

    Raises:
        PortTakenError: It cannot.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            why = "is already in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
            raise PortTakenError(f"{host}:{port} {why}. Choose another address or port.") from None
        chosen: int = probe.getsockname()[1]
        return chosen
