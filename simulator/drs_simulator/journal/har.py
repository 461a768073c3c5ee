"""Writes exchanges as an HTTP archive (HAR 1.2) and reads them back. The format is a few nested tables."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from drs_simulator.exchange import Outcome
from drs_simulator.journal.entry import JournalEntry
from drs_simulator.journal.masking import WITHHELD
from drs_simulator.version import DISTRIBUTION, installed_version

_UNKNOWN_SIZE = -1
_SERVER = "http://drs"
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)""")
# Python knows further codecs that no XML parser has, and some of them warn.
_TEXT_ENCODINGS = re.compile(r"utf|(us-?)?ascii|iso|latin|cp\d|windows|ibm|koi8|mac|big5|gb|euc|shift", re.IGNORECASE)
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")


def to_har(entries: Iterable[JournalEntry], broken: Mapping[int, tuple[str, ...]] | None = None) -> dict[str, Any]:
    """Write exchanges as an archive. Names of members that HAR lacks begin with an underscore, as it requires.

    Args:
        entries: The exchanges.
        broken: The clauses that callers broke, by the exchanges' numbers, if an observer has looked for them.
    """
    creator = {"name": DISTRIBUTION, "version": installed_version()}
    return {"log": {"version": "1.2", "creator": creator, "entries": [_write(entry, broken) for entry in entries]}}


def from_har(archive: Mapping[str, Any]) -> tuple[JournalEntry, ...]:
    """Read the exchanges of an archive that ``to_har`` wrote."""
    return tuple(_read(entry) for entry in archive["log"]["entries"])


def _write(entry: JournalEntry, broken: Mapping[int, tuple[str, ...]] | None) -> dict[str, Any]:
    milliseconds = round(entry.duration * 1000, 3)
    return {
        "startedDateTime": entry.time.isoformat(timespec="milliseconds"),
        "time": milliseconds,
        "request": _write_request(entry),
        "response": _write_response(entry),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": entry.diagnosis,
        "_number": entry.number,
        "_operation": entry.operation,
        "_session": entry.session,
        "_outcome": entry.outcome.value,
        "_faults": list(entry.faults),
        "_outgoing": entry.is_callback,
        "_address": entry.address,
        "_systemTime": entry.system_time.isoformat(),
        **({"_host": entry.host, "_worker": entry.worker} if entry.worker else {}),
        **({} if broken is None else {"_brokenClauses": list(broken.get(entry.number, ()))}),
    }


def _write_request(entry: JournalEntry) -> dict[str, Any]:
    sent = {"Content-Type": entry.content_type, "SOAPAction": entry.soap_action}
    return {
        "method": entry.method,
        "url": entry.path if entry.is_callback else f"{_SERVER}{entry.path}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [{"name": name, "value": value} for name, value in sent.items() if value],
        "queryString": [],
        "postData": {"mimeType": entry.content_type, "params": [], **_write_posted(entry)},
        "headersSize": _UNKNOWN_SIZE,
        "bodySize": entry.request_size,
    }


def _write_posted(entry: JournalEntry) -> dict[str, str]:
    """The request's body as text, decoded as the gateway decodes it; as Base64 if it is not text."""
    charset = charset_of(entry)
    try:
        text = entry.request.decode(charset)
        is_exact = text.encode(charset) == entry.request
    except (LookupError, UnicodeError):
        return {"text": b64encode(entry.request).decode(), "encoding": "base64"}
    if charset == "utf-8":
        return {"text": text}
    # A text does not tell its byte order.
    return {"text": text, "_charset": charset} | ({} if is_exact else {"_base64": b64encode(entry.request).decode()})


def charset_of(entry: JournalEntry) -> str:
    """The charset of an entry's request: that of the Content-Type, else that of the XML declaration, else UTF-8."""
    if entry.request.startswith(WITHHELD):
        return "utf-8"
    named = _CHARSET.search(entry.content_type)
    declared = _DECLARED.match(entry.request)
    charset = named[1] if named else declared[1].decode() if declared else "utf-8"
    if not named and entry.request.startswith(_BYTE_ORDER_MARKS):
        return "utf-16"
    return charset.lower() if _TEXT_ENCODINGS.match(charset) else "utf-8"


def _write_response(entry: JournalEntry) -> dict[str, Any]:
    content: dict[str, Any] = {"size": entry.response_size, "mimeType": entry.response_type}
    try:
        content["text"] = entry.response.decode()
    except UnicodeDecodeError:
        content |= {"text": b64encode(entry.response).decode(), "encoding": "base64"}
    return {
        "status": entry.status,
        "statusText": _phrase(entry.status),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [{"name": "Content-Type", "value": entry.response_type}] if entry.response_type else [],
        "content": content,
        "redirectURL": "",
        "headersSize": _UNKNOWN_SIZE,
        "bodySize": entry.response_size,
    }


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _read(entry: Mapping[str, Any]) -> JournalEntry:
    request, response = entry["request"], entry["response"]
    headers = {each["name"]: each["value"] for each in request["headers"]}
    return JournalEntry(
        number=entry["_number"],
        time=datetime.fromisoformat(entry["startedDateTime"]),
        method=request["method"],
        path=request["url"].removeprefix(_SERVER),
        address=entry["_address"],
        content_type=headers.get("Content-Type", ""),
        soap_action=headers.get("SOAPAction", ""),
        operation=entry["_operation"],
        session=entry["_session"],
        status=response["status"],
        response_type=response["content"]["mimeType"],
        outcome=Outcome(entry["_outcome"]),
        faults=tuple(entry["_faults"]),
        duration=entry["time"] / 1000,
        request=_read_body(request["postData"]),
        response=_read_body(response["content"]),
        request_size=request["bodySize"],
        response_size=response["bodySize"],
        diagnosis=entry["comment"],
        system_time=datetime.fromisoformat(entry["_systemTime"]),
        is_callback=entry["_outgoing"],
        host=entry.get("_host", ""),
        worker=entry.get("_worker", ""),
    )


def _read_body(content: Mapping[str, str]) -> bytes:
    text = content.get("_base64", content["text"])
    if "_base64" in content or content.get("encoding") == "base64":
        return b64decode(text)
    return text.encode(content.get("_charset", "utf-8"))
