"""Slips about exactness: what is compared, cut, trimmed or counted by less than all of it."""

from __future__ import annotations

import re
from dataclasses import replace

from drs_contracts.defects.slips.system import (
    Behaviour,
    Slip,
    System,
    booking_in,
    in_request,
    number_of,
    operation_of,
    succeeded,
)
from drs_contracts.driver.messages import Reply

_PRIORITY = re.compile(rb"<priority>([^<]*)</priority>")
_CODE = re.compile(rb"<bookingCodeSORCode>([^<]*)</bookingCodeSORCode>")
_ORDERS = "createOrder updateOrder"


def _any_case(pattern: re.Pattern[bytes], names: str) -> Behaviour:
    """Read a name of the profile in upper or lower case."""

    def behave(system: System, body: bytes) -> Reply:
        profile = system.simulator.profile
        known = (
            [each.id for each in profile.priorities]
            if names == "priorities"
            else [each.code for each in profile.sor_codes]
        )
        spelt = {name.lower().encode(): name.encode() for name in known}

        def spell(found: re.Match[bytes]) -> bytes:
            text = found.group(1)
            return found.group().replace(b">" + text + b"<", b">" + spelt.get(text.lower(), text) + b"<")

        return system.send(pattern.sub(spell, body))

    return behave


def _blank_line_breaks(found: re.Match[bytes]) -> bytes:
    return re.sub(rb"&#1[03];|[\r\n]+", b" ", found.group())


def _plan_by_the_last_code(system: System, body: bytes) -> Reply:
    """Plan a new order's booking by the trade of its last code."""
    with system.lock:
        reply = system.send(body)
        if operation_of(body) != "createOrder" or not succeeded(reply):
            return reply
        made = booking_in(system.state, number_of(reply.body, "bookingId"))
        if not made.codes or not made.codes[-1].trade:
            return reply
        trade = made.codes[-1].trade
        system.put_booking(replace(made, trade=trade))
        shown = f"<template>{trade}<".encode()
        return replace(reply, body=re.sub(rb"<template>[^<]*<", shown, reply.body))


EXACTNESS: tuple[Slip, ...] = (
    Slip(
        "exactness",
        "comments are counted after they are trimmed",
        in_request(_ORDERS, r"<orderComments>\s*([^<]*?)\s*</orderComments>", r"<orderComments>\1</orderComments>"),
        caught_by="LAW-17",
    ),
    Slip("exactness", "a priority may be in other case", _any_case(_PRIORITY, "priorities"), caught_by="ORD-10"),
    Slip("exactness", "an SOR code may be in other case", _any_case(_CODE, "sor_codes"), caught_by="LAW-22"),
    Slip(
        "exactness",
        "selectOrder trims the numbers that it looks for",
        in_request("selectOrder", r"<primaryOrderNumber>\s*([^<]*?)\s*</", r"<primaryOrderNumber>\1</"),
        caught_by="LAW-15",
    ),
    Slip(
        "exactness",
        "leading zeros of a locationID are dropped",
        in_request("", "<locationID>0+", "<locationID>"),
        caught_by="LAW-22",
    ),
    Slip(
        "exactness",
        "line breaks in comments become blanks",
        in_request(_ORDERS, "<orderComments>[^<]*</orderComments>", _blank_line_breaks),
        caught_by="LAW-16",
    ),
    Slip(
        "exactness",
        "planning windows are cut to whole minutes",
        in_request("scheduleBooking", r"(<planningWindow\w+>[^<]*T\d\d:\d\d):\d\d(\.\d+)?", r"\1:00"),
        caught_by="LAW-18",
    ),
    Slip(
        "exactness",
        "a targetDate loses its milliseconds",
        in_request("createOrder", r"(<targetDate>[^<.]*)\.\d+", r"\1"),
        caught_by="LAW-18",
    ),
    Slip("exactness", "the last of several codes decides the trade", _plan_by_the_last_code, caught_by="LAW-19"),
)
