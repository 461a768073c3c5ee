"""Simulators that break a law on the days of operatives: journeys, who comes, and when."""

from __future__ import annotations

import re
from typing import Any

from drs_contracts.defects.base import Defect, Send, refuses, rewrite_request, rewrite_response
from drs_contracts.driver.messages import Reply


def _remember_searches(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Answer a search as before if the same bytes come again."""
    if b"checkAvailability>" not in body:
        return send(body)
    reply: Reply = memory.setdefault("searches", {}).get(body) or send(body)
    memory["searches"][body] = reply
    return reply


def _begin_with_the_window(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Show the latest forced visit from the begin of its window on."""
    reply = send(body)
    if b"<force>true<" in body and (found := re.search(rb"<planningWindowStart>([^<]*)<", body)):
        memory["begin"] = found.group(1)
    begin = rb"<assignedStart>" + memory.get("begin", rb"\1") + rb"<"
    return Reply(reply.status, reply.content_type, re.sub(rb"<assignedStart>([^<]*)<", begin, reply.body))


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
    Defect(
        "every operative is offered for all work",
        "LAW-29",
        intercept=rewrite_request("(<checkAvailability>.*)<resourceIDs>[^<]*</resourceIDs>", r"\1"),
    ),
    Defect(
        "one of two who come together is not shown",
        "LAW-30",
        intercept=rewrite_response("(selectOrderResponse.*?</theResources>)<theResources>.*?</theResources>", r"\1"),
        profile_name="full",
    ),
    Defect("a forced visit begins with its window", "LAW-31", intercept=_begin_with_the_window),
    Defect(
        "nothing is forced upon an operative",
        "LAW-32",
        intercept=refuses("lockAsSpecified.*<force>true<|<force>true<.*lockAsSpecified"),
    ),
    Defect(
        "all places that are changed are one",
        "LAW-33",
        intercept=rewrite_request(
            "(<updateLocation>.*<latitude>)[^<]*(</latitude><longitude>)[^<]*<", r"\g<1>53.2\g<2>-0.5<"
        ),
    ),
    Defect(
        "quotas are ignored",
        "LAW-34",
        intercept=rewrite_request("(<scheduleBooking>.*)<theBooking>", r"\1<force>true</force><theBooking>"),
        profile_name="full",
    ),
)
