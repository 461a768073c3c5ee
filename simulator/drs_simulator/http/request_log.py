"""Logs every exchange with a request id, the caller's or a new one, so that both sides' logs can be matched."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from secrets import token_hex
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from drs_simulator.exchange import Reply, SoapCall, outcome_of
from drs_simulator.journal.masking import shorten_session_id

_log = logging.getLogger(__name__)
_HEADER = "X-Request-ID"
_IN_ENVIRON = "HTTP_X_REQUEST_ID"
_WELL_FORMED = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}", re.ASCII)
_RANDOM_BYTES = 8


class RequestIds:
    """Gives every request an id, the caller's own if it is well formed, and returns it in the response header."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request as a WSGI application."""
        sent = environ.get(_IN_ENVIRON, "")
        request_id = sent if _WELL_FORMED.fullmatch(sent) else token_hex(_RANDOM_BYTES)
        environ[_IN_ENVIRON] = request_id

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start_response(status, [*headers, (_HEADER, request_id)], *more)

        return self._application(environ, start)


def log_exchange(call: SoapCall, reply: Reply, faults: tuple[str, ...], duration: float) -> None:
    """Log one exchange at level info, with no more of its session id than the journal shows."""
    if not _log.isEnabledFor(logging.INFO):
        return
    fields = {
        "request_id": call.request_id,
        "caller": call.address,
        "operation": reply.operation or call.operation,
        "session": shorten_session_id(call.session_id),
        "status": 0 if reply.reset else int(reply.status),
        "outcome": outcome_of(reply).value,
        "faults": list(faults),
        "milliseconds": round(duration * 1000, 3),
    }
    _log.info("exchange", extra={"fields": fields})
