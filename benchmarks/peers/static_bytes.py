"""The least that a WSGI application can do with a SOAP request."""

from __future__ import annotations

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


def static_bytes(answer: bytes) -> WSGIApplication:
    """An application that reads the body and answers with these bytes."""
    headers = [("Content-Type", "text/xml;charset=UTF-8"), ("Content-Length", str(len(answer)))]

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.input"].read()
        start_response("200 OK", headers)
        return [answer]

    return application
