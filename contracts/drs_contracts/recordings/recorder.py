"""A recorder: a proxy that stands between a caller and a DRS, and keeps what passes through it as a recording."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, unquote, urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

import requests
from lxml import etree
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.wrappers import Request, Response

from drs_contracts.driver.messages import SOAP
from drs_contracts.driver.targets import NoLogin, is_loopback, login_of
from drs_contracts.errors import ContractsError
from drs_contracts.http_server import ThreadedServer
from drs_contracts.recordings.redaction import Redactor
from drs_contracts.recordings.vocabulary import Vocabulary
from drs_contracts.recordings.writer import About, Message, RecordingWriter

MAX_BYTES = 8 * 1024 * 1024
"""How large a request or an answer may be."""

_XML = "text/xml;charset=UTF-8"
_LOOK_SECONDS = 3
_SIGN = b"simulator of DRS"
_ADDRESS = re.compile(rb"""(<(?:[\w.-]+:)?address\s[^>]*?\blocation\s*=\s*["'])([^"']*)(["'])""")
_PART = re.compile(
    rb"""(\b(?:schemaLocation|location)\s*=\s*["'])https?://[^"'?]*(\?(?:wsdl|xsd)[^"']*["'])""", re.IGNORECASE
)
_AT_A_TIME = 64 * 1024
_SENT_ON = (
    "Content-Type",
    "Content-Encoding",
    "SOAPAction",
    "Accept",
    "Authorization",
    "Cookie",
    "User-Agent",
    "X-Api-Key",
    "Ocp-Apim-Subscription-Key",
)
_SENT_BACK = ("Content-Type", "Location", "Set-Cookie", "WWW-Authenticate")


class RecorderError(ContractsError):
    """Nothing can be recorded with these settings."""


class _NoAnswerError(ContractsError):
    """The upstream gave no answer that can be passed on."""

    status = HTTPStatus.BAD_GATEWAY


class _TooSlowError(_NoAnswerError):
    """The upstream did not answer in time."""

    status = HTTPStatus.GATEWAY_TIMEOUT


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class _BoundedRequest(Request):
    max_content_length = MAX_BYTES


class Recorder:
    """Passes calls on to a DRS and keeps each with its answer; a WSGI application.

    ::

        with RecordingServer(Recorder(upstream, Path("recordings/today"))) as server:
            print(server.url)

    Only what is XML is kept. ``writer`` tells how many exchanges were, and why others were not.

    Args:
        upstream: The address of the DRS.
        into: The folder to write into; made where it is not there, and empty where it is.
        seed: The same exchanges in the same order get the same pseudonyms.
        redact: Whether to redact; without it secrets and personal data are written as they come.
        profile: The profile of a simulator that could answer alike; its words are not redacted.
        clock: The clock to set that simulator to; the time of now unless told.
        keep: Further words of the installation that are not redacted, such as its trades and priorities.
        timeout: Seconds to wait for the upstream.

    Raises:
        ProfileError: There is no such profile.
        RecorderError: The upstream is not the address.
        FolderError: The folder cannot be made, or has files.
    """

    def __init__(
        self,
        upstream: str,
        into: Path,
        *,
        seed: int = 0,
        redact: bool = True,
        profile: str = "lincoln",
        clock: str | None = None,
        keep: Iterable[str] = (),
        timeout: float = 60.0,
    ) -> None:
        parts = _parts(upstream)
        # A login in the address is used, never told.
        self._host = parts.netloc.rpartition("@")[2]
        self._upstream = parts._replace(query="", fragment="").geturl()
        self._public = parts._replace(netloc=self._host, query="", fragment="").geturl()
        self.path = unquote(parts.path) or "/"
        self._timeout = timeout
        self._profile = profile
        self._clock = clock
        self._began = datetime.now(UTC)
        redactor = Redactor(seed, Vocabulary.named(profile, keep)) if redact else None
        self.writer = RecordingWriter(into, self._describe, redactor)

    def _describe(self) -> About:
        is_simulated = _is_simulator(self._upstream)
        grade = "simulated: recorded at a simulator," if is_simulated else "seen: recorded at"
        return About(
            title=f"{self._host}, {self._began:%d %B %Y}",
            source=f"{grade} {self._public}, {self._began:%Y-%m-%d}",
            profile=self._profile,
            clock=self._clock or f"fixed@{self._began.isoformat(timespec='milliseconds')}",
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request, as WSGI has it."""
        return self._response(_BoundedRequest(environ))(environ, start_response)

    def _response(self, request: Request) -> Response:
        if request.path != self.path:
            address = f"{request.host_url.rstrip('/')}{self.path}"
            return Response(f"There is nothing at {request.path}. DRS is at {address}\n", HTTPStatus.NOT_FOUND)
        is_wsdl = request.method == "GET" and request.query_string.lower().startswith((b"wsdl", b"xsd"))
        if not is_wsdl and request.method != "POST":
            return Response("Calls are sent by POST, the WSDL is at ?wsdl\n", HTTPStatus.METHOD_NOT_ALLOWED)
        return self._passed_on(request, is_wsdl)

    def _passed_on(self, request: Request, is_wsdl: bool) -> Response:
        try:
            sent = request.get_data()
            answer = self._ask(request, sent)
        except RequestEntityTooLarge:
            return _fault(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The request has more than {MAX_BYTES} bytes.")
        except HTTPException:
            return _fault(HTTPStatus.BAD_REQUEST, "The request breaks off.")
        except _NoAnswerError as error:
            return _fault(error.status, str(error))
        if is_wsdl:
            return Response(_lead_back(answer.body, request.base_url), answer.status, answer.headers)
        self.writer.write(
            Message(sent, _charset(request.headers.get("Content-Type"))),
            Message(answer.body, _charset(answer.headers.get("Content-Type"))),
        )
        return Response(answer.body, answer.status, answer.headers)

    def _ask(self, request: Request, body: bytes) -> _Answer:
        """What the upstream answers to the request.

        Raises:
            _NoAnswerError: Nothing that can be passed on.
        """
        query = request.query_string.decode("latin-1")
        headers = {name: request.headers[name] for name in _SENT_ON if name in request.headers}
        try:
            # A session for each call: cookies of callers must not mix.
            with (
                _make_session(self._upstream, "Authorization" in headers) as session,
                session.request(
                    request.method,
                    f"{self._upstream}?{query}" if query else self._upstream,
                    data=body,
                    headers=headers,
                    timeout=self._timeout,
                    allow_redirects=False,
                    stream=True,
                ) as answer,
            ):
                passed = {name: answer.headers[name] for name in _SENT_BACK if name in answer.headers}
                return _Answer(answer.status_code, passed, self._bounded(answer))
        except requests.Timeout:
            raise _TooSlowError(f"{self._host} did not answer within {self._timeout:g} seconds.") from None
        except requests.RequestException as error:
            told = f"Nothing answers at {self._host} ({type(error).__name__})."
            raise _NoAnswerError(told, "Is the address of the upstream right?") from None

    def _bounded(self, answer: requests.Response) -> bytes:
        body = bytearray()
        for part in answer.iter_content(_AT_A_TIME):
            body += part
            if len(body) > MAX_BYTES:
                raise _NoAnswerError(f"The answer of {self._host} has more than {MAX_BYTES} bytes.")
        return bytes(body)


class RecordingServer:
    """Serves a recorder from a thread of this process for the time of a ``with``; then the recording is complete.

    Args:
        recorder: The recorder.
        host: The address to listen on.
        port: The port there; 0 for a free one.

    Raises:
        CannotListenError: The address cannot be listened on.
    """

    def __init__(self, recorder: Recorder, host: str = "127.0.0.1", port: int = 0) -> None:
        self._server = ThreadedServer(recorder, host, port)
        self.url = f"{self._server.url}{recorder.path}"
        self._recorder = recorder

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.stop()
        self._recorder.writer.close()


def _make_session(upstream: str, has_own_login: bool) -> requests.Session:
    """A session that sends the caller's login if it has one, else that of the address; never one of ``.netrc``."""
    session = requests.Session()
    session.auth = NoLogin() if has_own_login else login_of(upstream)
    session.trust_env = not is_loopback(upstream)
    return session


def _is_simulator(upstream: str) -> bool:
    """Whether the upstream is a simulator of DRS, of which a recording is no evidence."""
    root = urlsplit(upstream)._replace(path="/", query="", fragment="").geturl()
    try:
        with _make_session(upstream, has_own_login=False) as session:
            answer = session.get(root, headers={"Accept": "text/plain"}, timeout=_LOOK_SECONDS, stream=True)
            begin = next(answer.iter_content(_AT_A_TIME), b"")
    except requests.RequestException:
        return False
    return _SIGN in begin


def _lead_back(description: bytes, url: str) -> bytes:
    """A WSDL whose service, and whose other parts, are at ``url``, whatever host it named."""
    address = escape(url).encode()
    led = _ADDRESS.sub(lambda found: found[1] + address + found[3], description)
    return _PART.sub(lambda found: found[1] + address + found[2], led)


def _parts(upstream: str) -> SplitResult:
    try:
        parts = urlsplit(upstream)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise RecorderError(f"'{upstream}' is not the address of a DRS.", "It begins with http:// or https://.")
    return parts


def _charset(content_type: str | None) -> str | None:
    return parse_options_header(content_type)[1].get("charset") or None


def _fault(status: HTTPStatus, text: str) -> Response:
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP})
    fault = etree.SubElement(etree.SubElement(envelope, f"{{{SOAP}}}Body"), f"{{{SOAP}}}Fault")
    etree.SubElement(fault, "faultcode").text = "soap:Server"
    etree.SubElement(fault, "faultstring").text = text
    return Response(etree.tostring(envelope, encoding="UTF-8", xml_declaration=True), status, content_type=_XML)
