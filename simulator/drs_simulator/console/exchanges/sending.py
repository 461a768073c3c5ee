"""Sends a call from the console to its own gateway, so that it is answered and recorded like any other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

from werkzeug.test import EnvironBuilder, run_wsgi_app

from drs_simulator.console.current import simulator
from drs_simulator.console.exchanges.secrets import fill_in_secrets, mask_answer
from drs_simulator.soap.envelope import NAMESPACE, SOAP_1_1

CALLER = "console"
"""The caller's address in the journal."""
_SESSION_ID = re.compile(rb"<sessionId>(\w+)</sessionId>")
_OPEN_SESSION = (
    '<e:Envelope xmlns:e="{soap}"><e:Body><n:openSession xmlns:n="{namespace}"><openSession>{credentials}'
    "</openSession></n:openSession></e:Body></e:Envelope>"
)
CONTENT_TYPE = "text/xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Args:
        status: The HTTP status; 0 if the connection was broken off.
        body: The body of the answer, without secrets.
        problem: Why there is no answer; empty if there is one.
        number: The number of the exchange in the journal; ``None`` if it is not there.
    """

    status: int
    body: bytes
    problem: str = ""
    number: int | None = None


def send_call(text: str, content_type: str = CONTENT_TYPE, soap_action: str = "", charset: str = "utf-8") -> Answer:
    """Send a request to this simulator's gateway.

    Args:
        text: The body. Placeholders for the password and a session are filled in.
        content_type: The Content-Type.
        soap_action: The SOAPAction; empty for none.
        charset: The charset in which the body is sent; what it lacks is sent as a reference.
    """
    body = fill_in_secrets(text, _open_session).encode(charset, "xmlcharrefreplace")
    try:
        status, answer = _post(body, content_type, soap_action)
    except ConnectionResetError:
        return Answer(0, b"", "The connection was broken off by a fault rule, as the caller would see it.", _number())
    return Answer(status, mask_answer(body, answer), number=_number())


def _post(body: bytes, content_type: str, soap_action: str) -> tuple[int, bytes]:
    builder = EnvironBuilder(
        path=simulator().path,
        method="POST",
        data=body,
        content_type=_one_line(content_type),
        headers=[("SOAPAction", _one_line(soap_action))] if soap_action else [],
        environ_overrides={"REMOTE_ADDR": CALLER},
    )
    parts, status, _ = run_wsgi_app(simulator().wsgi, builder.get_environ(), buffered=True)
    return int(status.partition(" ")[0]), b"".join(parts)


def _open_session() -> str:
    """Open a session, as a caller does, so that the journal has its beginning.

    Where there are fault rules it is opened silently: they are for the call that is tried.
    """
    drs = simulator()
    if not drs.faults:
        credentials = f"<login>{escape(drs.login)}</login><password>{escape(drs.password)}</password>"
        envelope = _OPEN_SESSION.format(soap=SOAP_1_1, namespace=NAMESPACE, credentials=credentials)
        _, answer = _post(envelope.encode(), CONTENT_TYPE, '""')
        if (found := _SESSION_ID.search(answer)) is not None:
            return found[1].decode()
    return drs.scheduler.open_session(drs.login, drs.password).id


def _number() -> int | None:
    """Find the exchange in the journal: the newest of this caller."""
    entries = (entry for entry in simulator().journal.newest() if entry.address == CALLER)
    found = next(entries, None)
    return None if found is None else found.number


def _one_line(header: str) -> str:
    return " ".join(header.encode("latin-1", "ignore").decode("latin-1").split())
