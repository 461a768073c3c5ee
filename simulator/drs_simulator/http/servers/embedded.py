"""A small server inside the caller's own process, quick to start and to stop."""

from __future__ import annotations

from threading import Thread
from wsgiref.types import WSGIApplication

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from drs_simulator.http.servers.address import check_free

_STOP_WITHIN_SECONDS = 0.02


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
