"""The council's service that is told of confirmations: its address, checked, and what it says when it is posted to."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from drs_simulator.errors import UnusableError

CONTENT_TYPE = "text/xml; charset=utf-8"
SECONDS_ALLOWED = 10.0
"""How long the service may take to answer."""
_SUCCESSES = range(200, 300)


class ReceiverUrlError(UnusableError):
    """Nothing can be posted to that address; the message says how to write one."""


@dataclass(frozen=True, slots=True)
class Answer:
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
        self._url = url

    def post(self, message: bytes) -> Answer:
        """Send one message. The answer says whether it was received."""
        # Only here, because who calls nobody back should not wait for the HTTP library.
        from drs_simulator.feeds.posting import post  # noqa: PLC0415

        return post(self._url, message)


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
