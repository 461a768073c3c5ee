"""Simulators that break a law on the days of operatives: journeys, diaries, the time that goes by."""

from __future__ import annotations

from typing import Any

from drs_contracts.defects.base import Defect, Send, rewrite_request, rewrite_response
from drs_contracts.driver.messages import Reply


def _remember_searches(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Answer a search as before if the same bytes come again."""
    if b"checkAvailability>" not in body:
        return send(body)
    reply: Reply = memory.setdefault("searches", {}).get(body) or send(body)
    memory["searches"][body] = reply
    return reply


JOURNEY_DEFECTS: tuple[Defect, ...] = (
    Defect(
        "longitudes are rounded to a tenth of a degree",
        "LAW-26",
        intercept=rewrite_request(r"(<updateLocation>.*<longitude>-?\d+\.\d)\d*<", r"\1<"),
    ),
    Defect("a search is answered as it was before", "LAW-27", intercept=_remember_searches),
    Defect(
        "orders show all operatives by one name",
        "LAW-28",
        intercept=rewrite_response("(selectOrderResponse.*<resourceName>)[^<]*<", r"\1NAME<"),
    ),
)
