"""Sends a reply to the caller: whole, slowly, or by breaking the connection.

How a connection can be broken depends on the server. The threaded one (werkzeug) gives its socket to the application:
the caller gets a TCP reset. granian does not: the connection is closed in an orderly way before the body of the
answer, sometimes after its headers, which callers report as an empty or incomplete reply. A client in the same
process has no connection and gets ``ConnectionResetError``.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterable, Iterator
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.wrappers import Response

from drs_simulator.exchange import Reply

_XML = "text/xml;charset=UTF-8"
# The status lines of DRS's own answers.
_ORDINARY = {200: "200 OK", 500: "500 INTERNAL SERVER ERROR"}
_SOCKET = "werkzeug.socket"
_GRANIAN = "Granian"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_PIECES_PER_SECOND = 10


def deliver(
    reply: Reply, environ: WSGIEnvironment, start_response: StartResponse, sleep: Callable[[float], object]
) -> Iterable[bytes]:
    """Send the reply as a WSGI application does.

    Raises:
        ConnectionResetError: The connection must be broken or slow, and there is none; or, on the threaded server, it
            was broken, which that server takes for a caller that has gone.
    """
    if reply.reset:
        return _break_connection(environ, start_response)
    if reply.status in _ORDINARY and environ["REQUEST_METHOD"] == "POST":
        headers = [("Content-Type", reply.content_type), ("Content-Length", str(len(reply.body)))]
        start_response(_ORDINARY[reply.status], headers)
        whole: Iterable[bytes] = (reply.body,)
    else:
        whole = Response(reply.body, reply.status, content_type=reply.content_type)(environ, start_response)
    if not reply.bytes_per_second:
        return whole
    if _SOCKET not in environ and not _is_granian(environ):
        raise ConnectionResetError("A slow answer needs a connection. Serve with 'with Simulator(...) as drs:'.")
    return _send_slowly(reply, sleep)


def _break_connection(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    connection = environ.get(_SOCKET)
    if isinstance(connection, socket.socket):
        # A socket closed with no time to linger sends a reset. The server still tries to read the next request from
        # it, and must find that there is none.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        connection.shutdown(socket.SHUT_RD)
        connection.close()
        raise ConnectionResetError("A fault rule broke the connection.")
    if _is_granian(environ):
        # granian closes a connection whose answer ends before its announced length.
        start_response("200 OK", [("Content-Type", _XML), ("Content-Length", "1")])
        return iter(())
    raise ConnectionResetError(
        "A fault rule breaks the connection; a client in the same process gets this error instead."
    )


def _is_granian(environ: WSGIEnvironment) -> bool:
    return str(environ.get("SERVER_SOFTWARE", "")).startswith(_GRANIAN)


def _send_slowly(reply: Reply, sleep: Callable[[float], object]) -> Iterator[bytes]:
    size = max(1, reply.bytes_per_second // _PIECES_PER_SECOND)
    for begin in range(0, len(reply.body), size):
        sleep(size / reply.bytes_per_second)
        yield reply.body[begin : begin + size]
