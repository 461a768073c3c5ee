"""A recorder: a proxy that stands between a caller and a DRS, and keeps what passes through it as a recording."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
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
from drs_contracts.errors import ContractsError
from drs_contracts.http_server import ThreadedServer
from drs_contracts.recordings.redaction import Redactor
from drs_contracts.recordings.writer import About, Message, RecordingWriter

MAX_BYTES = 8 * 1024 * 1024
"""How large a request or an answer may be."""

_XML = "text/xml;charset=UTF-8"
_AT_A_TIME = 64 * 1024
_SENT_ON = ("Content-Type", "Content-Encoding", "SOAPAction", "Accept", "Authorization", "Cookie", "User-Agent")
_SENT_BACK = ("Content-Type", "Location", "Set-Cookie", "WWW-Authenticate")


class RecorderError(ContractsError):
    """Nothing can be recorded with these settings."""


class _NoAnswerError(Exception):
    """The upstream gave no answer that can be passed on."""

    def __init__(self, status: HTTPStatus, text: str) -> None:
        self.status = status
        self.text = text
        super().__init__(text)


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
        profile: The profile of a simulator that could answer alike.
        clock: The clock to set that simulator to; the time of now unless told.
        timeout: Seconds to wait for the upstream.

    Raises:
        RecorderError: The upstream is no address.
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
        timeout: float = 60.0,
    ) -> None:
        parts = _parts(upstream)
        # A login in the address is used, never told.
        self._host = parts.netloc.rpartition("@")[2]
        self._upstream = parts._replace(query="", fragment="").geturl()
        self._public = parts._replace(netloc=self._host, query="", fragment="").geturl()
        self.path = unquote(parts.path) or "/"
        self._timeout = timeout
        now = datetime.now(UTC)
        about = About(
            title=f"{self._host}, {now:%d %B %Y}",
            source=f"seen: recorded at {self._public}, {now:%Y-%m-%d}",
            profile=profile,
            clock=clock or f"fixed@{now.isoformat(timespec='milliseconds')}",
        )
        self.writer = RecordingWriter(into, about, Redactor(seed) if redact else None)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request, as WSGI has it."""
        return self._response(_BoundedRequest(environ))(environ, start_response)

    def _response(self, request: Request) -> Response:
        if request.path != self.path:
            address = f"{request.host_url.rstrip('/')}{self.path}"
            return Response(f"There is nothing at {request.path}. DRS is at {address}\n", HTTPStatus.NOT_FOUND)
        is_wsdl = request.method == "GET" and request.query_string.lower().startswith(b"wsdl")
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
            return _fault(error.status, error.text)
        if is_wsdl:
            body = answer.body.replace(self._public.encode(), request.base_url.encode())
            return Response(body, answer.status, answer.headers)
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
        try:
            # A session would mix the cookies of callers.
            with requests.request(
                request.method,
                f"{self._upstream}?{query}" if query else self._upstream,
                data=body,
                headers={name: request.headers[name] for name in _SENT_ON if name in request.headers},
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as answer:
                passed = {name: answer.headers[name] for name in _SENT_BACK if name in answer.headers}
                return _Answer(answer.status_code, passed, self._bounded(answer))
        except requests.Timeout:
            text = f"{self._host} did not answer within {self._timeout:g} seconds."
            raise _NoAnswerError(HTTPStatus.GATEWAY_TIMEOUT, text) from None
        except requests.RequestException as error:
            text = f"Nothing answers at {self._host} ({type(error).__name__}). Is the address of the upstream right?"
            raise _NoAnswerError(HTTPStatus.BAD_GATEWAY, text) from None

    def _bounded(self, answer: requests.Response) -> bytes:
        body = bytearray()
        for part in answer.iter_content(_AT_A_TIME):
            body += part
            if len(body) > MAX_BYTES:
                text = f"The answer of {self._host} has more than {MAX_BYTES} bytes."
                raise _NoAnswerError(HTTPStatus.BAD_GATEWAY, text)
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


def _parts(upstream: str) -> SplitResult:
    try:
        parts = urlsplit(upstream)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise RecorderError(f"'{upstream}' is no address of a DRS.", "It begins with http:// or https://.")
    return parts


def _charset(content_type: str | None) -> str | None:
    return parse_options_header(content_type)[1].get("charset") or None


def _fault(status: HTTPStatus, text: str) -> Response:
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP})
    fault = etree.SubElement(etree.SubElement(envelope, f"{{{SOAP}}}Body"), f"{{{SOAP}}}Fault")
    etree.SubElement(fault, "faultcode").text = "soap:Server"
    etree.SubElement(fault, "faultstring").text = text
    return Response(etree.tostring(envelope, encoding="UTF-8", xml_declaration=True), status, content_type=_XML)
