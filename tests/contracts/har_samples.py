"""Traffic as a browser or a debugging proxy would save it."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from drs_contracts import Call, Traffic

ADDRESS = "https://drs.example/OTWebServiceGateway_LINCOLN/ws/soap"


def entry(call: Call, url: str = ADDRESS, *, in_base64: bool = False) -> dict[str, Any]:
    """One call as an entry."""
    body = call.reply.body
    content: dict[str, Any] = {"size": len(body), "mimeType": call.reply.content_type}
    if in_base64:
        content |= {"text": base64.b64encode(body).decode(), "encoding": "base64"}
    elif body:
        content |= {"text": body.decode()}
    started = call.started or datetime.fromisoformat("2021-10-22T12:00:00+00:00")
    return {
        "startedDateTime": started.isoformat(),
        "time": -1 if call.seconds is None else call.seconds * 1000,
        "request": {
            "method": "POST",
            "url": url,
            "headers": [{"name": "Content-Type", "value": call.content_type}],
            "postData": {"mimeType": call.content_type, "text": call.sent.decode()},
        },
        "response": {"status": call.reply.status, "content": content},
        "cache": {},
    }


def har(*entries: dict[str, Any]) -> dict[str, Any]:
    """A HAR of entries."""
    return {"log": {"version": "1.2", "creator": {"name": "test", "version": "1"}, "entries": list(entries)}}


def har_of(traffic: Traffic, *, in_base64: bool = False) -> dict[str, Any]:
    """A HAR of a whole traffic."""
    return har(*(entry(call, in_base64=in_base64) for call in traffic.calls))
