"""Posts a message to the council's service over HTTP."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urlsplit

import requests

from drs_simulator.errors import UnusableError


class ReceiverUrlError(UnusableError):
    """The URL cannot be posted to; the message says how to write one."""


class Receiver:
    """The council's service at an ``http`` or ``https`` URL.

    Raises:
        ReceiverUrlError: The URL cannot be posted to.
    """

    def __init__(self, url: str) -> None:
        parts = _split_url(url)
        self.host = parts[0]
        self.shown = parts[1]
        """The URL without its query, which may contain a secret."""
        self.url = url


def _split_url(url: str) -> tuple[str, str]:
    """Return the host, and the URL as it may be shown."""
    remedy = "Write http://HOST/PATH or https://HOST/PATH."
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ReceiverUrlError(f"Confirmations cannot be posted to this URL: {error}. {remedy}") from None
    if parts.scheme not in ("http", "https") or not host or not url.isprintable() or " " in url:
        raise ReceiverUrlError(f"Confirmations cannot be posted to this URL: it is not the URL of a service. {remedy}")
    if parts.username is not None or parts.password is not None:
        raise ReceiverUrlError(f"Confirmations are posted without login and password; leave them out. {remedy}")
    named = f"[{host}]" if ":" in host else host
    return host, f"{parts.scheme}://{named}{'' if port is None else f':{port}'}{parts.path or '/'}"


CONTENT_TYPE = "text/xml; charset=utf-8"
SECONDS_ALLOWED = 10.0
"""Time limit for the service's answer, in seconds."""
_SUCCESSES = range(200, 300)
_CONNECT_SECONDS = 5.0
_MAX_BYTES = 64 * 1024
_PIECE_BYTES = 8192


@dataclass(frozen=True, slots=True)
class PostResult:
    """The service's answer to a posted message.

    Args:
        status: The HTTP status; 0 if there was no answer.
        content_type: The Content-Type.
        body: The beginning of the body, up to 64 KiB.
        failure: The reason why there was no answer, in words.
    """

    status: int
    content_type: str = ""
    body: bytes = b""
    failure: str = ""

    @property
    def received(self) -> bool:
        """Whether the service says that it has the message: any 2xx status."""
        return self.status in _SUCCESSES


def post(url: str, message: bytes) -> PostResult:
    """Post the message, without following redirects, and read the beginning of the answer."""
    try:
        with requests.post(
            url,
            data=message,
            headers={"Content-Type": CONTENT_TYPE, "SOAPAction": '""'},
            auth=_send_no_credentials,
            timeout=(_CONNECT_SECONDS, SECONDS_ALLOWED),
            allow_redirects=False,
            stream=True,
        ) as answer:
            return PostResult(answer.status_code, answer.headers.get("Content-Type", ""), _read_beginning(answer))
    except (requests.RequestException, UnicodeError) as error:
        return PostResult(0, failure=_describe(error))


def _send_no_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leave the request unchanged; without this, requests adds credentials from .netrc."""
    return request


def _read_beginning(answer: requests.Response) -> bytes:
    """Read the body up to a size and a time limit."""
    started, body = monotonic(), b""
    # The status is known already, and decides.
    with suppress(requests.RequestException):
        for piece in answer.iter_content(_PIECE_BYTES):
            body += piece
            if len(body) >= _MAX_BYTES or monotonic() - started > SECONDS_ALLOWED:
                break
    return body[:_MAX_BYTES]


def _describe(error: Exception) -> str:
    if isinstance(error, requests.Timeout):
        return f"it did not answer within {SECONDS_ALLOWED:.0f} seconds"
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not trusted, or it does not speak TLS"
    if isinstance(error, requests.ConnectionError):
        return "no server answers there, or the connection broke"
    return f"it cannot be posted to ({type(error).__name__})"
