"""Posts a message to the council's service over HTTP."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from time import monotonic
from urllib.parse import quote, unquote, urlsplit

import requests

from drs_simulator.errors import UnusableError

CONTENT_TYPE = "text/xml; charset=utf-8"
SECONDS_ALLOWED = 10.0
"""How long the service may take to answer."""
_SUCCESSES = range(200, 300)
_CONNECT_SECONDS = 5.0
_MAX_BYTES = 64 * 1024
_PIECE = 8192
_MASK = "***"
_REMEDY = "Write http://HOST/PATH or https://HOST/PATH, or http://LOGIN:PASSWORD@HOST/PATH."
_QUOTING = "In a login and a password, write / as %2F, : as %3A, @ as %40, ? as %3F, # as %23 and % as %25."


class ReceiverUrlError(UnusableError):
    """Nothing can be posted to an address; the message says how to write one. It has no part of the address."""


class Receiver:
    """A service at an ``http`` or ``https`` address, which may ask for HTTP basic authentication.

    Args:
        url: The address. A login and a password in it are percent-encoded UTF-8.

    Raises:
        ReceiverUrlError: The address cannot be posted to.
    """

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            # The error would quote a part of the address, which may be one of the password.
            raise ReceiverUrlError(
                f"Callbacks cannot be posted to this URL: it cannot be parsed. {_REMEDY} {_QUOTING}"
            ) from None
        if parts.scheme not in ("http", "https") or not host or not url.isprintable() or " " in url:
            raise ReceiverUrlError(f"Callbacks cannot be posted to this URL: it is not the URL of a service. {_REMEDY}")
        name = f"[{host}]" if ":" in host else host
        address = f"{parts.scheme}://{name}{'' if port is None else f':{port}'}{parts.path or '/'}"
        self.host = host
        self.shown = address
        """The address without login and password, and without its query, which may hold a secret."""
        self.url = f"{address}?{parts.query}" if parts.query else address
        """The address without login and password."""
        self.authorization: str | None = None
        """The header with login and password, where the address has them."""
        self._secrets: re.Pattern[str] | None = None
        if parts.username is not None:
            login, password = _decode(parts.username), _decode(parts.password or "")
            self._set_credentials(login, password)

    def _set_credentials(self, login: str, password: str) -> None:
        if ":" in login:
            raise ReceiverUrlError("A login for HTTP basic authentication cannot have a colon. Use another login.")
        credentials = b64encode(f"{login}:{password}".encode()).decode()
        self.authorization = f"Basic {credentials}"
        secrets = sorted({credentials, *_spellings(password)} - {""}, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, secrets)))

    def mask(self, text: str) -> str:
        """The text without the password, however it is written there."""
        return self._secrets.sub(_MASK, text) if self._secrets else text

    def __repr__(self) -> str:
        return f"Receiver({self.shown!r})"


def add_credentials(url: str, login: str | None, password: str | None) -> str:
    """Put a login and a password, given apart from it, into an address.

    Raises:
        ReceiverUrlError: One of them is missing, the address has a login already, or it cannot be posted to.
    """
    if login is None and password is None:
        return url
    if not login or password is None:
        raise ReceiverUrlError("A login for callbacks and its password go together. Give both, or neither.")
    if Receiver(url).authorization is not None:
        raise ReceiverUrlError("The address for callbacks has a login already. Give it there, or apart from it.")
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{quote(login, safe='')}:{quote(password, safe='')}@{rest}"


def _decode(text: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise ReceiverUrlError(f"The login for callbacks is not in UTF-8. {_QUOTING}") from None


def _spellings(password: str) -> Iterator[str]:
    """How a service may repeat a password in its answer."""
    yield password
    yield escape(password)
    yield escape(password, quote=False)
    yield quote(password)
    yield quote(password, safe="")
    with suppress(UnicodeEncodeError):
        yield password.encode("latin-1").decode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class PostResult:
    """What the service answered.

    Args:
        status: Its HTTP status; 0 where there was no answer.
        content_type: The Content-Type.
        body: The beginning of the body, without the password.
        failure: Why there was no answer.
    """

    status: int
    content_type: str = ""
    body: bytes = b""
    failure: str = ""

    @property
    def received(self) -> bool:
        """Whether the service has received the message: whether its status is 2xx, whatever else it answered."""
        return self.status in _SUCCESSES


def post(receiver: Receiver, message: bytes) -> PostResult:
    """Post a message. Redirects are not followed, and of a long answer only the beginning is read."""

    def authorize(request: requests.PreparedRequest) -> requests.PreparedRequest:
        # Without a function of our own, requests would look into .netrc.
        if receiver.authorization is not None:
            request.headers["Authorization"] = receiver.authorization
        return request

    try:
        with requests.post(
            receiver.url,
            data=message,
            headers={"Content-Type": CONTENT_TYPE, "SOAPAction": '""'},
            auth=authorize,
            timeout=(_CONNECT_SECONDS, SECONDS_ALLOWED),
            allow_redirects=False,
            stream=True,
        ) as answer:
            text = receiver.mask(_read_beginning(answer).decode("utf-8", "surrogateescape"))
            body = text.encode("utf-8", "surrogateescape")[:_MAX_BYTES]
            return PostResult(answer.status_code, receiver.mask(answer.headers.get("Content-Type", "")), body)
    except (requests.RequestException, UnicodeError) as error:
        return PostResult(0, failure=_describe(error))


def _read_beginning(answer: requests.Response) -> bytes:
    """As much of the body as arrives in time and is worth storing, and a little more, so that no cut hides a secret."""
    begun, body = monotonic(), b""
    # The status has arrived already, and only that counts.
    with suppress(requests.RequestException):
        for piece in answer.iter_content(_PIECE):
            body += piece
            if len(body) >= _MAX_BYTES + _PIECE or monotonic() - begun > SECONDS_ALLOWED:
                break
    return body


def _describe(error: Exception) -> str:
    if isinstance(error, requests.Timeout):
        return f"it did not answer within {SECONDS_ALLOWED:.0f} seconds"
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not trusted, or it speaks no TLS"
    if isinstance(error, requests.ConnectionError):
        return "nothing answers there, or the answer was cut off or is not HTTP"
    return f"it cannot be posted to ({type(error).__name__})"
