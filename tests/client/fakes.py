"""A DRS that misbehaves: the simulator's application, with some of its answers replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Thread
from wsgiref.types import StartResponse, WSGIEnvironment

from drs_simulator import Simulator
from werkzeug.serving import make_server
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

Meddling = Callable[[str, Request], Response | None]


class Meddler:
    """Asks ``meddle`` before every call; what that returns is the answer, else the simulator's is.

    ``operations`` names the calls that came, in order.
    """

    def __init__(self, simulator: Simulator, meddle: Meddling) -> None:
        self._simulator = simulator
        self._meddle = meddle
        self.operations: list[str] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        request.get_data(cache=True)
        operation = operation_in(request.get_data())
        if operation:
            self.operations.append(operation)
            answer = self._meddle(operation, request)
            if answer is not None:
                return answer(environ, start_response)
        return self.answered(request)(environ, start_response)

    def answered(self, request: Request) -> Response:
        """What the simulator answers."""
        answer = Client(self._simulator.wsgi).open(
            request.full_path, method=request.method, data=request.get_data(), content_type=request.content_type
        )
        return Response(answer.data, answer.status_code, content_type=answer.content_type)


def operation_in(body: bytes) -> str:
    """The operation that a request of this client names."""
    begin = body.find(b"Body>") + 5
    tag = body[begin:].split(b">", 1)[0].split(b" ", 1)[0]
    return tag.rpartition(b":")[2].decode() if begin > 4 else ""


def once(operation: str, answer: Callable[[Request], Response | None]) -> Meddling:
    """Meddle with the first call of an operation only."""
    left = [operation]

    def meddle(called: str, request: Request) -> Response | None:
        if called in left:
            left.remove(called)
            return answer(request)
        return None

    return meddle


@contextmanager
def serving(application: Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]) -> Iterator[str]:
    """The application behind a real socket; its address without a path."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
