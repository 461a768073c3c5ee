"""A small threaded HTTP server for a WSGI application."""

from __future__ import annotations

import socket
from threading import Thread
from types import TracebackType
from typing import Self
from wsgiref.types import WSGIApplication

from werkzeug.serving import WSGIRequestHandler, make_server

from drs_contracts.errors import ContractsError

_POLL_SECONDS = 0.02


class CannotListenError(ContractsError):
    """The address cannot be listened on."""


class _Handler(WSGIRequestHandler):
    """Logs nothing, and sends one ``100 Continue`` where a caller expects it."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Log nothing."""

    def handle_expect_100(self) -> bool:
        """Leave the interim response to werkzeug, which sends one itself."""
        return True


class ThreadedServer:
    """Serves a WSGI application over HTTP/1.1 from threads of this process.

    ::

        with ThreadedServer(application) as server:
            print(server.url)

    It listens as soon as it is made, and answers from ``start`` to ``stop``.

    Args:
        application: The application.
        host: The address or host name to listen on.
        port: The port; 0 for a free one.

    Raises:
        CannotListenError: The address cannot be listened on.
    """

    def __init__(self, application: WSGIApplication, host: str = "127.0.0.1", port: int = 0) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            listening = socket.create_server((host, port), family=family)
        except OSError as error:
            raise CannotListenError(
                f"{host}:{port} cannot be listened on ({error.strerror}).", "Choose another address or port."
            ) from None
        with listening:
            self._server = make_server(
                host, port, application, threaded=True, request_handler=_Handler, fd=listening.fileno()
            )
        self.port: int = self._server.port
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self.port}"
        self._thread: Thread | None = None
        self._is_closed = False

    @property
    def is_running(self) -> bool:
        """Whether it answers."""
        return self._thread is not None

    def start(self) -> None:
        """Begin to answer; a server that runs goes on."""
        if self._thread is None and not self._is_closed:
            self._thread = Thread(target=self._server.serve_forever, args=(_POLL_SECONDS,), daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop answering and listening; safe to call twice."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        if not self._is_closed:
            self._is_closed = True
            self._server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
