"""Exchanges as an HTTP archive (HAR 1.2), made by hand: the format is a few nested tables."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from drs_simulator.journal.entry import JournalEntry

_DISTRIBUTION = "drs-simulator"
_UNKNOWN_SIZE = -1


def har(entries: Iterable[JournalEntry], broken: Mapping[int, tuple[str, ...]] | None = None) -> dict[str, Any]:
    """The archive. What HAR has no place for begins with an underscore, as it provides.

    Args:
        entries: The exchanges.
        broken: The clauses that callers broke, by the exchanges' numbers, where somebody has looked.
    """
    creator = {"name": _DISTRIBUTION, "version": _version()}
    return {"log": {"version": "1.2", "creator": creator, "entries": [_exchange(entry, broken) for entry in entries]}}


def _exchange(entry: JournalEntry, broken: Mapping[int, tuple[str, ...]] | None) -> dict[str, Any]:
    milliseconds = round(entry.duration * 1000, 3)
    return {
        "startedDateTime": entry.time.isoformat(timespec="milliseconds"),
        "time": milliseconds,
        "request": _request(entry),
        "response": _response(entry),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": entry.diagnosis,
        "_number": entry.number,
        "_operation": entry.operation,
        "_session": entry.session,
        "_outcome": entry.outcome.value,
        "_faults": list(entry.faults),
        "_outgoing": entry.is_callback,
        **({} if broken is None else {"_brokenClauses": list(broken.get(entry.number, ()))}),
    }


def _request(entry: JournalEntry) -> dict[str, Any]:
    sent = {"Content-Type": entry.content_type, "SOAPAction": entry.soap_action}
    return {
        "method": entry.method,
        "url": entry.path if entry.is_callback else f"http://drs{entry.path}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [{"name": name, "value": value} for name, value in sent.items() if value],
        "queryString": [],
        "postData": {
            "mimeType": entry.content_type,
            "params": [],
            "text": entry.request.decode("utf-8", "replace"),
        },
        "headersSize": _UNKNOWN_SIZE,
        "bodySize": entry.request_size,
    }


def _response(entry: JournalEntry) -> dict[str, Any]:
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


def _version() -> str:
    try:
        return version(_DISTRIBUTION)
    except PackageNotFoundError:
        return "not installed"
