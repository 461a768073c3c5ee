"""Calls a DRS: over HTTP, or as a WSGI application without a socket."""

from __future__ import annotations

import re
from http.client import HTTPConnection
from io import BytesIO
from typing import Any
from wsgiref.types import WSGIApplication

from werkzeug.test import EnvironBuilder

from benchmarks.workload import bodies

HEADERS = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
SUCCESS = "status>success</"
"""In an answer of any server: some write the element with a prefix."""
_SESSION = re.compile(r"sessionId>(\w+)</")
_BOOKING = re.compile(r"bookingId>(\d+)</")


class RefusedError(RuntimeError):
    """A server did not do what it was asked, so that its figures would mean nothing."""


def posted(connection: HTTPConnection, path: str, body: str) -> str:
    """The answer over a connection that stays open.

    Raises:
        RefusedError: It is no success.
    """
    connection.request("POST", path, body.encode(), HEADERS)
    return _successful(connection.getresponse().read().decode())


class Caller:
    """Calls a WSGI application in this process, at as little cost of its own as there can be."""

    def __init__(self, application: WSGIApplication, path: str) -> None:
        self._application = application
        builder = EnvironBuilder(path, method="POST", headers=list(HEADERS.items()))
        self._environ = builder.get_environ()

    def __call__(self, body: str) -> str:
        """The answer.

        Raises:
            RefusedError: It is no success.
        """
        sent = body.encode()
        environ = {**self._environ, "CONTENT_LENGTH": str(len(sent)), "wsgi.input": BytesIO(sent)}
        return _successful(b"".join(self._application(environ, _ignored)).decode())


def session_in(answer: str) -> str:
    """The session that openSession's answer names; a stub may name none."""
    found = _SESSION.search(answer)
    return found[1] if found else "none"


def booking_in(answer: str) -> str:
    """The booking of an order that was created.

    Raises:
        RefusedError: There is none.
    """
    found = _BOOKING.search(answer)
    if not found:
        raise RefusedError(f"createOrder's answer names no booking: {answer[:500]}")
    return found[1]


def filled_in(body: str, number: str, booking: str = "") -> str:
    """The request of a template of ``Bodies``."""
    return body.replace("@NUMBER@", number).replace("@BOOKING@", booking)


def opened(caller: Caller) -> bodies.Bodies:
    """All requests, in a session that is opened for them."""
    return bodies.bodies_of(session_in(caller(bodies.open_session())))


def _successful(answer: str) -> str:
    if SUCCESS not in answer:
        raise RefusedError(f"The server answered without success: {answer[:500]}")
    return answer


def _ignored(_status: str, _headers: list[tuple[str, str]], _error: Any = None) -> Any:
    return None
