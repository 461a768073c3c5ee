"""A small WSGI server in a thread of the caller's own process, quick to start and to stop."""

from __future__ import annotations

from threading import Thread
from types import TracebackType
from typing import Self
from wsgiref.types import WSGIApplication

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from drs_simulator.http.servers.address import listen, resolve_host

_POLL_SECONDS = 0.02


class ThreadedServer:
    """Serves a WSGI application from a background thread, with one more thread for each request.

    ::

        with ThreadedServer(application) as server:
            requests.get(f"http://127.0.0.1:{server.port}/")

    Args:
        application: The WSGI application.
        host: The address to listen on, or a name for it.
        port: The port to listen on; 0 for a free one.
    """

    def __init__(self, application: WSGIApplication, host: str = "127.0.0.1", port: int = 0) -> None:
        self._application = application
        self._host = host
        self._requested_port = port
        self._running: tuple[BaseWSGIServer, Thread] | None = None

    @property
    def is_running(self) -> bool:
        """Whether it listens."""
        return self._running is not None

    @property
    def port(self) -> int:
        """The port that it listens on; while it does not, the one it was given."""
        return self._requested_port if self._running is None else self._running[0].port

    def start(self) -> None:
        """Listen, and answer requests from now on.

        Raises:
            HostError: The host name has no address.
            PortTakenError: The address or port cannot be used.
            RuntimeError: It is running already.
        """
        if self._running is not None:
            raise RuntimeError("This server is running already. Stop it before you start it again.")
        # Given a socket, werkzeug does not bind one itself: where it cannot, it would end the process.
        with listen(self._host, self._requested_port) as listening:
            server = make_server(
                resolve_host(self._host),
                self._requested_port,
                self._application,
                threaded=True,
                request_handler=_RequestHandler,
                fd=listening.fileno(),
            )
        thread = Thread(target=server.serve_forever, args=(_POLL_SECONDS,), name="threaded server", daemon=True)
        thread.start()
        self._running = (server, thread)

    def stop(self) -> None:
        """Stop listening, and wait until the thread has ended. Does nothing if it is not running."""
        if self._running is None:
            return
        (server, thread), self._running = self._running, None
        server.shutdown()
        thread.join()
        server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


class _RequestHandler(WSGIRequestHandler):
    def parse_request(self) -> bool:
        """Read the request line and headers, and send ``100 Continue`` if the caller waits for it."""
        is_read = super().parse_request()
        if is_read:
            # werkzeug would send it once more, and some clients take the second one for the answer.
            del self.headers["Expect"]
        return is_read

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Write no line on standard error for a request."""
