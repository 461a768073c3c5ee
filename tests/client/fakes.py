"""A DRS with faults: the simulator's application, with some of its answers replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Thread
from wsgiref.types import StartResponse, WSGIEnvironment

import requests
from drs_simulator import Profile, Simulator
from werkzeug.serving import make_server
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

Replacement = Callable[[str, Request], Response | None]


class BrokenDrs:
    """Calls ``replace`` first; where that returns nothing, the simulator answers.

    ``operations`` lists the operations that were called.
    """

    def __init__(self, simulator: Simulator, replace: Replacement) -> None:
        self._simulator = simulator
        self._replace = replace
        self.operations: list[str] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        request.get_data(cache=True)
        operation = operation_in(request.get_data())
        if operation:
            self.operations.append(operation)
            answer = self._replace(operation, request)
            if answer is not None:
                return answer(environ, start_response)
        return self.answer(request)(environ, start_response)

    def answer(self, request: Request) -> Response:
        """Let the simulator answer."""
        answer = Client(self._simulator.wsgi).open(
            request.full_path, method=request.method, data=request.get_data(), content_type=request.content_type
        )
        return Response(answer.data, answer.status_code, content_type=answer.content_type)


def operation_in(body: bytes) -> str:
    """Return the operation that a request of this client names."""
    begin = body.find(b"Body>") + 5
    tag = body[begin:].split(b">", 1)[0].split(b" ", 1)[0]
    return tag.rpartition(b":")[2].decode() if begin > 4 else ""


def once(operation: str, answer: Callable[[Request], Response | None]) -> Replacement:
    """Replace the first answer to an operation only."""
    left = [operation]

    def replace(called: str, request: Request) -> Response | None:
        if called in left:
            left.remove(called)
            return answer(request)
        return None

    return replace


def lose_connection(request: Request) -> Response:
    """Break the connection instead of answering."""
    raise requests.ConnectionError("connection reset by the test")


def change_profile(profile: Profile, **tables: dict[str, object]) -> Profile:
    """Return the profile with some settings replaced: ``change_profile(p, availability={"day_cap": 3})``."""
    settings = profile.model_dump()
    for name, table in tables.items():
        settings[name] |= table
    return Profile.model_validate(settings)


@contextmanager
def serving(application: Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]) -> Iterator[str]:
    """Serve the application on a socket; gives its address without a path."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
