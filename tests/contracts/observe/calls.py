"""Calls that tests write by hand, and what is observed in them."""

from __future__ import annotations

from drs_contracts.driver.messages import NAMESPACE, SOAP, Members, Reply, request
from drs_contracts.observe.analysis import TrafficReport, Verdict, analyse_traffic
from drs_contracts.traffic.calls import Call, Traffic


def answer(operation: str, inside: str, status: str = "success") -> bytes:
    return (
        f'<s:Envelope xmlns:s="{SOAP}"><s:Body><n:{operation}Response xmlns:n="{NAMESPACE}"><return>{inside}'
        f"<status>{status}</status></return></n:{operation}Response></s:Body></s:Envelope>"
    ).encode()


def call(operation: str, members: Members, inside: str = "", status: str = "success", http: int = 200) -> Call:
    return Call("a call", request(operation, members), Reply(http, "text/xml", answer(operation, inside, status)))


def observed(*calls: Call) -> TrafficReport:
    return analyse_traffic(Traffic("test", calls))


def verdict(identifier: str, *calls: Call) -> Verdict:
    return next(each.verdict for each in observed(*calls).results if each.clause.id == identifier)
