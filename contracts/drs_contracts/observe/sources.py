"""Reads a caller's traffic from a folder of recorded exchanges, a HAR file, or a simulator's journal.

Browsers and debugging proxies save HTTP traffic as HAR. Entries that are no calls to DRS are passed over, whatever
they look like. A body is read as it was sent: text in the charset that was declared, base64 decoded, gzip unpacked. A
body that the file does not have, or has damaged, is not held against the caller.

::

    TrafficError
    ├── HarError            the file is not a HAR file, or one of its calls to DRS cannot be read
    └── NoCallsError        there is nothing to observe
"""

from __future__ import annotations

import codecs
import json
import re
import zlib
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import replace
from email import message_from_bytes
from email.policy import HTTP
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from drs_simulator import AdminClient, AdminError
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from werkzeug.http import parse_options_header

from drs_contracts.driver.messages import NAMESPACE, OPERATIONS, SOAP, Reply
from drs_contracts.errors import ContractsError
from drs_contracts.recordings.recording import RecordedExchange, read_exchanges
from drs_contracts.traffic.calls import Call, Traffic

_PATH_OF_DRS = re.compile(r"^[^?#]*/ws/soap\w*/?([?#]|$)")
_WRAPPER = re.compile(rf"<(?:[\w.-]+:)?({'|'.join(OPERATIONS)})[\s/>]")
_DECLARED = re.compile(r"""\ufeff?\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)["']""")
_MILLISECONDS = 1000
_MAX_UNPACKED = 8 * 1024 * 1024
_LOST = "\N{REPLACEMENT CHARACTER}"


class TrafficError(ContractsError):
    """The traffic cannot be read."""


class HarError(TrafficError):
    """The file is not a HAR file, or one of its calls to DRS cannot be read."""


class NoCallsError(TrafficError):
    """There are no calls to DRS."""


def _or_default(default: Any) -> BeforeValidator:
    """Some tools write null for what they do not know."""
    return BeforeValidator(lambda value: default if value is None else value)


class _Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True)


class _Header(_Model):
    name: str
    value: Annotated[str, _or_default("")] = ""


class _PostData(_Model):
    text: str | None = None
    # HAR has no encoding for a request; tools that need one write it as for a response.
    encoding: str | None = None
    mime_type: Annotated[str, _or_default("")] = ""


class _Request(_Model):
    method: str
    url: str
    headers: Annotated[tuple[_Header, ...], _or_default(())] = ()
    post_data: _PostData | None = None

    def header(self, name: str) -> str:
        """The value of a header; empty where there is none."""
        return next((each.value for each in self.headers if each.name.lower() == name), "")


class _Content(_Model):
    size: Annotated[int, _or_default(-1)] = -1
    text: str | None = None
    encoding: str | None = None
    mime_type: Annotated[str, _or_default("")] = ""


class _Response(_Model):
    status: Annotated[int, _or_default(0)] = 0
    content: Annotated[_Content, _or_default(_Content())] = _Content()


class _Entry(_Model):
    started_date_time: AwareDatetime
    # HAR writes -1 for a time that is not known.
    time: Annotated[float, _or_default(-1)] = -1
    request: _Request
    response: Annotated[_Response, _or_default(_Response())] = _Response()
    # A simulator's journal also has what DRS itself sent.
    outgoing: bool = Field(default=False, alias="_outgoing")


def read_traffic(source: Path) -> Traffic:
    """Read a folder of recorded exchanges, or a HAR file.

    Raises:
        RecordingError: A file of the folder is missing or cannot be read.
        HarError: The file is not a HAR file.
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
    calls = tuple(_make_call(each) for each in read_exchanges(folder))
    if not calls:
        raise NoCallsError(f"{folder} has no recorded exchanges.", "They are named NN-operation.request.xml.")
    return Traffic(str(folder), calls)


def _make_call(exchange: RecordedExchange) -> Call:
    call = Call(exchange.name, exchange.request, Reply(HTTPStatus.OK, "", exchange.response))
    if call.fault is None:
        return call
    return replace(call, reply=replace(call.reply, status=HTTPStatus.INTERNAL_SERVER_ERROR))


def read_har(file: Path) -> Traffic:
    """Read the calls to DRS from a HAR file, in the order of their times.

    Raises:
        HarError: The file cannot be read, or is not a HAR file.
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
            journal = admin.journal.as_har()
    except AdminError as error:
        raise TrafficError(f"The journal at {address} cannot be read: {error}") from None
    return har_traffic(json.dumps(journal).encode(), address)


def har_traffic(content: bytes, file: str) -> Traffic:
    """Read the calls of an HTTP archive.

    Args:
        content: The archive.
        file: What it is called where something is wrong with it.

    Raises:
        HarError: It is none.
        NoCallsError: No call in it is for DRS.
    """
    entries = _read_entries(content, file)
    chosen = [(number, entry) for number, entry in enumerate(entries, start=1) if _is_for_drs(entry)]
    read = [(number, _validate(entry, number, file)) for number, entry in chosen]
    # The format leaves the order open; it is most often that in which the answers came.
    read.sort(key=lambda each: each[1].started_date_time)
    calls = tuple(_read_call(entry, number, file) for number, entry in read if not entry.outgoing)
    if not calls:
        raise NoCallsError(f"{file} has no calls to DRS among its {len(entries)} entries.")
    return Traffic(file, calls)


def _read_entries(content: bytes, file: str) -> list[Any]:
    try:
        # Some tools begin the file with a byte order mark, which JSON does not have.
        har = json.loads(content.removeprefix(codecs.BOM_UTF8))
    except (ValueError, RecursionError) as error:
        raise HarError(f"{file} is not a HAR file: Invalid JSON ({error}).") from None
    log = har.get("log") if isinstance(har, Mapping) else None
    entries = log.get("entries") if isinstance(log, Mapping) else None
    if not isinstance(entries, list):
        missing = "log" if not isinstance(log, Mapping) else "log.entries"
        raise HarError(f"{file} is not a HAR file: {missing}: Field required.")
    return entries


def _validate(entry: Any, number: int, file: str) -> _Entry:
    try:
        return _Entry.model_validate_json(json.dumps(entry))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in ("log", "entries", number - 1, *first["loc"]))
        raise HarError(f"{file}: {place}: {first['msg']}.") from None


def _is_for_drs(entry: Any) -> bool:
    """Whether an entry, which may be of any form, is a call to DRS: by its address, its namespace, or its operation."""
    request = entry.get("request") if isinstance(entry, Mapping) else None
    if not isinstance(request, Mapping) or str(request.get("method")).upper() != "POST":
        return False
    if _PATH_OF_DRS.match(str(request.get("url"))):
        return True
    posted = request.get("postData")
    if not isinstance(posted, Mapping) or not isinstance(posted.get("text"), str):
        return False
    text: str = posted["text"]
    if posted.get("encoding") == "base64":
        text = b64decode(text.encode("ascii", "replace")).decode("utf-8", "replace").replace("\0", "")
    return NAMESPACE in text or (SOAP in text and _WRAPPER.search(text) is not None)


def _read_call(entry: _Entry, number: int, file: str) -> Call:
    content_type = entry.request.header("content-type")
    posted = entry.request.post_data
    sent, content_type = _read_request(posted, content_type, f"{file}, entry {number}")
    sent = None if sent is None else _unpack(sent, entry.request.header("content-encoding"))
    if sent is not None:
        sent, content_type = _take_root_part(sent, content_type)
    content = entry.response.content
    came = _read_response(content, f"{file}, entry {number}")
    is_complete = sent is not None and (came is not None or not entry.response.status)
    if not entry.response.status:
        # A simulator's journal has the answer that its caller never received.
        came = b""
    return Call(
        f"entry {number}",
        sent or b"",
        Reply(entry.response.status, content.mime_type, came or b""),
        content_type,
        entry.started_date_time,
        None if entry.time < 0 else entry.time / _MILLISECONDS,
        is_complete=is_complete,
    )


def _read_request(posted: _PostData | None, content_type: str, where: str) -> tuple[bytes | None, str]:
    """The request's body, ``None`` where it is not known, and its Content-Type."""
    if posted is None:
        return None, content_type
    content_type = content_type or posted.mime_type
    if posted.text is None:
        return None, content_type
    if posted.encoding:
        return _decode(posted.text, posted.encoding, f"{where}: the request"), content_type
    return _encode(posted.text, _charset_of(content_type), _declared_in(posted.text)), content_type


def _read_response(content: _Content, where: str) -> bytes | None:
    """The answer's body; ``None`` where there was one that is not known."""
    if content.text is None:
        return None if content.size > 0 else b""
    if content.encoding:
        return _decode(content.text, content.encoding, f"{where}: the answer")
    # An answer is read by what the XML says, so that comes first here.
    return _encode(content.text, _declared_in(content.text), _charset_of(content.mime_type))


def _decode(text: str, encoding: str, what: str) -> bytes:
    if encoding.lower() != "base64":
        raise HarError(f"{what} has the encoding '{encoding}', only base64 is known.")
    try:
        return b64decode(text, validate=False)
    except (Base64Error, ValueError) as error:
        raise HarError(f"{what} is not base64 ({error}).") from None


def _encode(text: str, *charsets: str) -> bytes | None:
    """Text as it went over the wire: in the first charset that is named; ``None`` where that cannot be known."""
    charset = next(filter(None, charsets), "utf-8")
    if "\0" in text:
        return _restore_utf_16(text)
    if _LOST in text and not _is_unicode(charset):
        # The tool has read the bytes in another charset.
        return None
    # Browsers take Latin-1 for what Windows makes of it.
    also = ["cp1252"] if _normalise(charset) == "iso8859-1" else []
    for each in (charset, *also):
        try:
            return text.encode(each)
        except (LookupError, UnicodeError):
            pass
    return text.encode(errors="surrogatepass")


def _restore_utf_16(text: str) -> bytes | None:
    """The bytes of a UTF-16 text that was read as UTF-8: only those of ASCII characters survive that."""
    rest = text.removeprefix(_LOST * 2)
    if _LOST in rest:
        return None
    raw = rest.encode()
    return (codecs.BOM_UTF16_BE if raw[:1] == b"\0" else codecs.BOM_UTF16_LE) + raw


def _is_unicode(charset: str) -> bool:
    return _normalise(charset).startswith("utf")


def _normalise(charset: str) -> str:
    try:
        return codecs.lookup(charset).name
    except LookupError:
        return charset.lower()


def _unpack(body: bytes, encoding: str) -> bytes:
    """A body that is compressed, unpacked; many tools have done so already."""
    if encoding.lower().strip() not in ("gzip", "deflate"):
        return body
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(body, _MAX_UNPACKED)
    except zlib.error:
        return body


def _take_root_part(body: bytes, content_type: str) -> tuple[bytes, str]:
    """The envelope of a request with attachments (MTOM, SwA), and its Content-Type."""
    kind, options = parse_options_header(content_type)
    if kind.lower() != "multipart/related":
        return body, content_type
    message = message_from_bytes(
        f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace") + body, policy=HTTP
    )
    parts = [part for part in message.walk() if not part.is_multipart()]
    root = next((part for part in parts if part.get("Content-ID") == options.get("start")), next(iter(parts), None))
    content = None if root is None else root.get_payload(decode=True)
    if root is None or not isinstance(content, bytes):
        return body, content_type
    charset = root.get_content_charset()
    return content, f"text/xml; charset={charset}" if charset else "text/xml"


def _declared_in(text: str) -> str:
    found = _DECLARED.match(text)
    return found[1] if found else ""


def _charset_of(content_type: str) -> str:
    return parse_options_header(content_type)[1].get("charset", "").strip("\"'")
