"""Posts a message to the council's service over HTTP."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urlsplit

import requests

from drs_simulator.errors import UnusableError


class ReceiverUrlError(UnusableError):
    """Nothing can be posted to that address; the message says how to write one."""


class Receiver:
    """A service at an ``http`` or ``https`` address.

    Raises:
        ReceiverUrlError: The address is none.
    """

    def __init__(self, url: str) -> None:
        parts = _parts(url)
        self.host = parts[0]
        self.shown = parts[1]
        """The address without its query, which may hold a secret."""
        self.url = url


def _parts(url: str) -> tuple[str, str]:
    """The host, and the address as it may be shown."""
    remedy = "Write http://HOST/PATH or https://HOST/PATH."
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ReceiverUrlError(f"Confirmations cannot be posted there: {error}. {remedy}") from None
    if parts.scheme not in ("http", "https") or not host or not url.isprintable() or " " in url:
        raise ReceiverUrlError(f"Confirmations cannot be posted there: it is no address of a service. {remedy}")
    if parts.username is not None or parts.password is not None:
        raise ReceiverUrlError(f"Confirmations are posted without login and password; leave them out. {remedy}")
    named = f"[{host}]" if ":" in host else host
    return host, f"{parts.scheme}://{named}{'' if port is None else f':{port}'}{parts.path or '/'}"


CONTENT_TYPE = "text/xml; charset=utf-8"
SECONDS_ALLOWED = 10.0
"""How long the service may take to answer."""
_SUCCESSES = range(200, 300)
_CONNECT_SECONDS = 5.0
_MAX_BYTES = 64 * 1024
_PIECE = 8192


@dataclass(frozen=True, slots=True)
class PostResult:
    """What the service answered.

    Args:
        status: Its HTTP status; 0 where there was no answer.
        content_type: The Content-Type.
        body: The beginning of the body.
        failure: Why there was no answer, in words.
    """

    status: int
    content_type: str = ""
    body: bytes = b""
    failure: str = ""

    @property
    def received(self) -> bool:
        """Whether the service has the message, by its own account."""
        return self.status in _SUCCESSES


def post(url: str, message: bytes) -> PostResult:
    """Send the message. Redirects are not followed, and of a long answer no more than the beginning is read."""
    try:
        with requests.post(
            url,
            data=message,
            headers={"Content-Type": CONTENT_TYPE, "SOAPAction": '""'},
            auth=_anonymous,
            timeout=(_CONNECT_SECONDS, SECONDS_ALLOWED),
            allow_redirects=False,
            stream=True,
        ) as answer:
            return PostResult(answer.status_code, answer.headers.get("Content-Type", ""), _beginning(answer))
    except (requests.RequestException, UnicodeError) as error:
        return PostResult(0, failure=_in_words(error))


def _anonymous(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Show nothing; requests would look into .netrc otherwise."""
    return request


def _beginning(answer: requests.Response) -> bytes:
    """As much of the body as comes in time and is worth keeping."""
    begun, body = monotonic(), b""
    # The status has come already, and that is what counts.
    with suppress(requests.RequestException):
        for piece in answer.iter_content(_PIECE):
            body += piece
            if len(body) >= _MAX_BYTES or monotonic() - begun > SECONDS_ALLOWED:
                break
    return body[:_MAX_BYTES]


def _in_words(error: Exception) -> str:
    if isinstance(error, requests.Timeout):
        return f"it did not answer within {SECONDS_ALLOWED:.0f} seconds"
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not trusted, or it speaks no TLS"
    if isinstance(error, requests.ConnectionError):
        return "nobody answers there, or the connection broke"
    return f"it cannot be posted to ({type(error).__name__})"
