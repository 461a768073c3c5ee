"""Slips on the wire: the order of members, the values of neighbours, fault codes, and what HTTP says."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from drs_contracts.defects.slips.system import Behaviour, Slip, System, in_reply
from drs_contracts.driver.messages import Reply

_FAULT = b":Fault>"


def _leaf(name: str) -> str:
    return f"(<{name}>[^<]*</{name}>)"


def _swap(operations: str, first: str, second: str) -> Behaviour:
    """Write two neighbours in the other order."""
    return in_reply(operations, _leaf(first) + _leaf(second), r"\2\1")


def _with_type(content_type: str, *, of_faults: bool) -> Behaviour:
    """Send faults, or all other replies, with another Content-Type."""

    def behave(system: System, body: bytes) -> Reply:
        reply = system.send(body)
        return replace(reply, content_type=content_type) if (_FAULT in reply.body) is of_faults else reply

    return behave


def _faults_are_ok(system: System, body: bytes) -> Reply:
    """Send faults at HTTP 200."""
    reply = system.send(body)
    return replace(reply, status=HTTPStatus.OK) if _FAULT in reply.body else reply


WIRE: tuple[Slip, ...] = (
    Slip(
        "wire",
        "bookingLifeCycleStatus comes before bookingId",
        _swap("", "bookingId", "bookingLifeCycleStatus"),
        caught_by="ANS-08",
    ),
    Slip(
        "wire",
        "quantityUsed comes before quantity",
        _swap("createOrder selectOrder", "quantity", "quantityUsed"),
        caught_by="ANS-08",
    ),
    Slip(
        "wire",
        "reason of an alert comes before createDateTime",
        _swap("selectAlerts", "createDateTime", "reason"),
        caught_by="LAW-08",
    ),
    Slip(
        "wire",
        "type of a business datum comes before name",
        _swap("selectMetaData", "name", "type"),
        caught_by="ANS-08",
    ),
    Slip(
        "wire",
        "status of an order comes before priority",
        _swap("selectOrder createOrder updateOrder", "priority", "status"),
        caught_by="ANS-08",
    ),
    Slip(
        "wire",
        "address3 and address4 are exchanged",
        in_reply("", "<address3>([^<]*)</address3><address4>([^<]*)<", r"<address3>\2</address3><address4>\1<"),
        caught_by="REC-06",
    ),
    Slip(
        "wire",
        "the fault code has the prefix of another namespace",
        in_reply("", "<faultcode>soap:", '<faultcode xmlns:ns1="http://schemas.xmlsoap.org/wsdl/">ns1:'),
        caught_by="WIR-23",
    ),
    Slip("wire", "answers name no charset", _with_type("text/xml", of_faults=False), caught_by="WIR-01"),
    Slip(
        "wire",
        "faults are sent as text/plain",
        _with_type("text/plain;charset=UTF-8", of_faults=True),
        caught_by="WIR-22",
    ),
    Slip("wire", "faults come at HTTP 200", _faults_are_ok, caught_by="WIR-22"),
)
