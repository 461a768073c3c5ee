"""Reads HTTP archives: HAR files of browsers and debugging proxies, and exports of a simulator's journal.

Entries that are no calls to DRS are passed over, whatever they look like. A body is read as it was sent: text in the
charset that was declared, base64 decoded, gzip unpacked. A body that the file does not have, or has damaged, is marked.
"""

from __future__ import annotations

import codecs
import json
import re
import zlib
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.policy import HTTP
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from werkzeug.http import parse_options_header

from drs_simulator.errors import UnusableError
from drs_simulator.soap.envelope import NAMESPACE, SOAP_1_1
from drs_simulator.soap.interface import OPERATIONS

_PATH_OF_DRS = re.compile(r"^[^?#]*/ws/soap\w*/?([?#]|$)")
_WRAPPER = re.compile(rf"<(?:[\w.-]+:)?({'|'.join(sorted(OPERATIONS))})[\s/>]")
_DECLARED = re.compile(r"""\ufeff?\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)["']""")
_MILLISECONDS = 1000
_MAX_UNPACKED = 8 * 1024 * 1024
_LOST = "\N{REPLACEMENT CHARACTER}"


class ArchiveError(UnusableError):
    """The file is not a HAR file, or one of its calls to DRS cannot be read; the message says why, and where."""


@dataclass(frozen=True, slots=True)
class ArchivedCall:
    """A call to DRS in an archive.

    Args:
        number: The number of its entry, from 1.
        url: The address that was called.
        request: The request's body; empty if it is not known.
        content_type: The request's Content-Type; empty if it is not known.
        started: When it was sent.
        seconds: How long the response took; ``None`` if that is not known.
        status: The response's HTTP status; 0 if there was none.
        response_type: The response's Content-Type.
        response: The response's body; empty if it is not known.
        is_complete: Whether both bodies are known.
    """

    number: int
    url: str
    request: bytes
    content_type: str
    started: datetime
    seconds: float | None
    status: int
    response_type: str
    response: bytes
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Archive:
    """The calls to DRS of an archive.

    Args:
        calls: The calls, in the order of their times. What DRS itself sent is left out.
        entries: How many entries the archive has in all.
        creator: The program that wrote it; empty if it does not say.
    """

    calls: tuple[ArchivedCall, ...]
    entries: int
    creator: str


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


def read_archive(content: bytes, file: str) -> Archive:
    """Read the calls to DRS of an HTTP archive.

    Args:
        content: The archive.
        file: What it is called where something is wrong with it.

    Raises:
        ArchiveError: It is not an HTTP archive, or one of its calls cannot be read.
    """
    log = _read_log(content, file)
    entries = log["entries"]
    chosen = [(number, entry) for number, entry in enumerate(entries, start=1) if _is_for_drs(entry)]
    read = [(number, _validate(entry, number, file)) for number, entry in chosen]
    # The format leaves the order open; it is most often that in which the answers came.
    read.sort(key=lambda each: each[1].started_date_time)
    calls = tuple(_read_call(entry, number, file) for number, entry in read if not entry.outgoing)
    creator = log.get("creator")
    return Archive(calls, len(entries), str(creator.get("name", "")) if isinstance(creator, Mapping) else "")


def _read_log(content: bytes, file: str) -> Mapping[str, Any]:
    try:
        # Some tools begin the file with a byte order mark, which JSON does not have.
        har = json.loads(content.removeprefix(codecs.BOM_UTF8))
    except (ValueError, RecursionError) as error:
        raise ArchiveError(f"{file} is not a HAR file: Invalid JSON ({error}).") from None
    log = har.get("log") if isinstance(har, Mapping) else None
    if not isinstance(log, Mapping) or not isinstance(log.get("entries"), list):
        missing = "log.entries" if isinstance(log, Mapping) else "log"
        raise ArchiveError(f"{file} is not a HAR file: {missing}: Field required.")
    return log


def _validate(entry: Any, number: int, file: str) -> _Entry:
    try:
        return _Entry.model_validate_json(json.dumps(entry))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in ("log", "entries", number - 1, *first["loc"]))
        raise ArchiveError(f"{file}: {place}: {first['msg']}.") from None


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
    return NAMESPACE in text or (SOAP_1_1 in text and _WRAPPER.search(text) is not None)


def _read_call(entry: _Entry, number: int, file: str) -> ArchivedCall:
    content_type = entry.request.header("content-type")
    posted = entry.request.post_data
    sent, content_type = _read_request(posted, content_type, f"{file}, entry {number}")
    sent = None if sent is None else _unpack(sent, entry.request.header("content-encoding"))
    if sent is not None:
        sent, content_type = _take_root_part(sent, content_type)
    content = entry.response.content
    came = _read_response(content, f"{file}, entry {number}")
    return ArchivedCall(
        number=number,
        url=entry.request.url,
        request=sent or b"",
        content_type=content_type,
        started=entry.started_date_time,
        seconds=None if entry.time < 0 else entry.time / _MILLISECONDS,
        status=entry.response.status,
        response_type=content.mime_type,
        response=came or b"",
        is_complete=sent is not None and (came is not None or not entry.response.status),
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
        raise ArchiveError(f"{what} has the encoding '{encoding}', only base64 is known.")
    try:
        return b64decode(text, validate=False)
    except (Base64Error, ValueError) as error:
        raise ArchiveError(f"{what} is not base64 ({error}).") from None


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
