"""Reads a caller's traffic from where it was kept: a folder of recorded exchanges, or a HAR file.

A HAR file is what browsers and debugging proxies save of HTTP traffic. What in it is no call to DRS is passed over.

::

    TrafficError
    ├── HarError            the file is no HAR, or one of its entries cannot be read
    └── NoCallsError        there is nothing to observe
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

from drs_simulator import AdminClient, AdminError
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from werkzeug.http import parse_options_header

from drs_contracts.driver.messages import NAMESPACE, OPERATIONS, SOAP, Reply
from drs_contracts.errors import ContractsError
from drs_contracts.recordings.recording import RecordedExchange, read_exchanges
from drs_contracts.traffic.calls import Call, Traffic

_PATH_OF_DRS = re.compile(r"^[^?#]*/ws/soap\w*/?([?#]|$)")
_WRAPPER = re.compile(rf"<(?:[\w.-]+:)?({'|'.join(OPERATIONS)})[\s/>]")
_DECLARED = re.compile(r"""\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)["']""")
_MILLISECONDS = 1000


class TrafficError(ContractsError):
    """The traffic cannot be read."""


class HarError(TrafficError):
    """The file is no HAR, or one of its entries cannot be read."""


class NoCallsError(TrafficError):
    """There are no calls to DRS."""


class _Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True)


class _Header(_Model):
    name: str
    value: str


class _PostData(_Model):
    text: str = ""
    mime_type: str = ""


class _Request(_Model):
    method: str
    url: str
    headers: tuple[_Header, ...] = ()
    post_data: _PostData | None = None


class _Content(_Model):
    text: str | None = None
    encoding: str | None = None
    mime_type: str = ""


class _Response(_Model):
    status: int
    content: _Content = _Content()


class _Entry(_Model):
    started_date_time: AwareDatetime
    # HAR writes -1 for a time that is not known.
    time: float = -1
    request: _Request
    response: _Response
    # A simulator's journal also has what DRS itself sent.
    outgoing: bool = Field(default=False, alias="_outgoing")


class _Log(_Model):
    entries: tuple[_Entry, ...]


class _Har(_Model):
    log: _Log


def read_traffic(source: Path) -> Traffic:
    """Read a folder of recorded exchanges, or a HAR file.

    Raises:
        RecordingError: A file of the folder is missing or cannot be read.
        HarError: The file is no HAR.
        NoCallsError: There are no calls in it.
    """
    return read_folder(source) if source.is_dir() else read_har(source)


def read_folder(folder: Path) -> Traffic:
    """Read a folder with ``NN-operation.request.xml`` and ``NN-operation.response.xml`` pairs.

    A recording keeps neither times nor HTTP status: a fault counts as 500, all else as 200.

    Raises:
        RecordingError: A file is missing or cannot be read.
        NoCallsError: There are no such files.
    """
    calls = tuple(_recorded(each) for each in read_exchanges(folder))
    if not calls:
        raise NoCallsError(f"{folder} has no recorded exchanges. They are named NN-operation.request.xml.")
    return Traffic(str(folder), calls)


def _recorded(exchange: RecordedExchange) -> Call:
    call = Call(exchange.name, exchange.request, Reply(HTTPStatus.OK, "", exchange.response))
    if call.fault is None:
        return call
    return replace(call, reply=replace(call.reply, status=HTTPStatus.INTERNAL_SERVER_ERROR))


def read_har(file: Path) -> Traffic:
    """Read the calls to DRS from a HAR file, in the order of their times.

    Raises:
        HarError: The file cannot be read, or is no HAR.
        NoCallsError: It has no calls to DRS.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise HarError(f"{file} cannot be read: {error.strerror}.") from None
    return har_traffic(content, str(file))


def read_journal(address: str, token: str | None = None) -> Traffic:
    """Read the calls from a running simulator's journal, through its admin interface.

    Raises:
        TrafficError: The admin interface does not answer, or its journal is empty.
    """
    try:
        with AdminClient(address, token) as admin:
            journal = admin.journal()
    except AdminError as error:
        raise TrafficError(f"The journal at {address} cannot be read: {error}") from None
    return har_traffic(json.dumps(journal).encode(), address)


def har_traffic(content: bytes, file: str) -> Traffic:
    """The calls of an HTTP archive.

    Args:
        content: The archive.
        file: What it is called where something is wrong with it.

    Raises:
        HarError: It is none.
        NoCallsError: No call in it is for DRS.
    """
    try:
        # Some tools begin the file with a byte order mark, which JSON does not have.
        har = _Har.model_validate_json(content.removeprefix(b"\xef\xbb\xbf"))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise HarError(f"{file} is no HAR file: {f'{place}: ' if place else ''}{first['msg']}.") from None
    # The format leaves the order open; it is most often that in which the answers came.
    entries = sorted(enumerate(har.log.entries, start=1), key=lambda each: each[1].started_date_time)
    calls = tuple(_calls(file, entries))
    if not calls:
        raise NoCallsError(f"{file} has no calls to DRS among its {len(entries)} entries.")
    return Traffic(file, calls)


def _calls(file: str, entries: list[tuple[int, _Entry]]) -> Iterator[Call]:
    for number, entry in entries:
        posted = entry.request.post_data
        if entry.outgoing or entry.request.method.upper() != "POST" or posted is None:
            continue
        if not _is_for_drs(entry.request.url, posted.text):
            continue
        content = entry.response.content
        types = (each.value for each in entry.request.headers if each.name.lower() == "content-type")
        content_type = next(types, posted.mime_type)
        yield Call(
            f"entry {number}",
            _encoded(posted.text, _named(content_type), _declared(posted.text)),
            Reply(entry.response.status, content.mime_type, _body(content, f"{file}, entry {number}")),
            content_type,
            entry.started_date_time,
            None if entry.time < 0 else entry.time / _MILLISECONDS,
        )


def _is_for_drs(url: str, text: str) -> bool:
    """Whether a request is a call to DRS: by its address, its namespace, or its operation."""
    is_named = SOAP in text and _WRAPPER.search(text) is not None
    return bool(_PATH_OF_DRS.match(url)) or NAMESPACE in text or is_named


def _body(content: _Content, where: str) -> bytes:
    if content.text is None:
        return b""
    if content.encoding is None:
        # An answer is read by what the XML says, so that comes first here.
        return _encoded(content.text, _declared(content.text), _named(content.mime_type))
    if content.encoding.lower() != "base64":
        raise HarError(f"{where}: the answer has the encoding '{content.encoding}', only base64 is known.")
    try:
        return base64.b64decode(content.text, validate=False)
    except binascii.Error as error:
        raise HarError(f"{where}: the answer is no base64 ({error}).") from None


def _declared(text: str) -> str:
    found = _DECLARED.match(text)
    return found[1] if found else ""


def _named(content_type: str) -> str:
    return parse_options_header(content_type)[1].get("charset", "").strip("\"'")


def _encoded(text: str, *charsets: str) -> bytes:
    """A text as it may have gone over the wire: in the first charset that is named."""
    try:
        return text.encode(next(filter(None, charsets), "utf-8"))
    except (LookupError, UnicodeError):
        return text.encode(errors="surrogatepass")
