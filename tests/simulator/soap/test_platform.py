"""The platform by version: what five versions of Apache CXF were measured to answer, and what the simulator answers.

``platform_cases.jsonl`` has the requests and the answers of each version: status, fault code and fault text. They were
measured by running those versions over the published interface. A Simulator with that interface answers them all.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from drs_simulator import Simulator
from drs_simulator.soap.platform import PLATFORMS
from lxml import etree
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.simulator.scheduling.builders import LINCOLN, changed
from tests.simulator.soap.wire import OPEN, call

CASES: list[dict[str, Any]] = [
    json.loads(line)
    for line in Path(__file__).with_name("platform_cases.jsonl").read_text(encoding="utf-8").splitlines()
]
MOMENT = "fixed@2021-10-22T12:20"
_TOLERATED = "the words of the parser Woodstox, which libxml2 does not have"
# The answers that differ, and why.
DIFFERENT: Mapping[str, Mapping[str, str]] = {
    "O20 server exception": dict.fromkeys(PLATFORMS, "a service that fails on purpose; DRS is none"),
    "M2f GET ?singleWsdl": dict.fromkeys(PLATFORMS, "the simulator has the WSDL in one file there, for .NET tools"),
    "M1 GET no query": {"cxf-2.2": "the path that it names lacks the servlet's"},
    "E17 element of response in request": dict.fromkeys(
        ("cxf-3.1", "cxf-3.5"), "measured after ten other unknown elements, from which on they are ignored"
    ),
    "L5 element name 2000 chars": dict.fromkeys(
        ("cxf-3.1", "cxf-3.5"), "measured after ten other unknown elements, from which on they are ignored"
    ),
    "L1b unknown nested 150 deep": dict.fromkeys(
        ("cxf-3.1", "cxf-3.5"), "measured after ten other unknown elements, from which on they are ignored"
    ),
    "P7b ISO-8859-1 declared, latin1 bytes, header utf-8": dict.fromkeys(("cxf-3.1", "cxf-3.5"), _TOLERATED),
    "P13g invalid utf8": dict.fromkeys(("cxf-3.1", "cxf-3.5"), _TOLERATED),
}


class Answered(NamedTuple):
    status: int
    faultcode: str | None
    faultstring: str | None


@cache
def simulator(platform: str) -> tuple[Simulator, str]:
    """A simulator of that platform, and an open session."""
    gateway = {
        "platform": platform,
        "interface": "published",
        "no_request": "refuse",
        "default_namespace_wrapper": "accept",
    }
    drs = Simulator(changed(LINCOLN, gateway=gateway, instance="X"), clock=MOMENT, seed=1)
    answer = send(drs, {"method": "POST", "path": "", "headers": {}, "body": call("openSession", OPEN)}, "")
    return drs, re.findall(r"<sessionId>(\w+)<", answer[1].decode())[0]


def send(drs: Simulator, case: Mapping[str, Any], session: str) -> tuple[Answered, bytes]:
    parent = drs.path.rpartition("/")[0]
    paths = {"{upper}": drs.path.upper(), "{parent}": parent, "{beside}": f"{parent}/nosuch"}
    path, _, query = paths.get(case["path"], drs.path + case["path"]).partition("?")
    body = base64.b64decode(case["body_base64"]) if "body_base64" in case else case.get("body", "").encode()
    body = body.replace(b"{session}", session.encode())
    environ = EnvironBuilder(method=case["method"], path=path, query_string=query, data=body).get_environ()
    environ.pop("CONTENT_TYPE", None)
    for name, value in case["headers"].items():
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    content, status, headers = run_wsgi_app(drs.wsgi, environ)
    answer = b"".join(content)
    charset = headers["Content-Type"].partition("charset=")[2] or "UTF-8"
    try:
        root = etree.fromstring(answer, etree.XMLParser(encoding=charset))
        code, text = root.findtext(".//faultcode"), root.findtext(".//faultstring")
    except etree.XMLSyntaxError:
        code = text = None
    return Answered(int(status.split()[0]), code, text), answer


def wanted(case: Mapping[str, Any], platform: str) -> Answered:
    (answer,) = (each for each in case["answers"] if platform in each["platforms"])
    return Answered(answer["status"], answer.get("faultcode"), answer.get("faultstring"))


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_each_request_is_answered_as_measured(case: dict[str, Any], platform: str) -> None:
    """Status, fault code and fault text of every case, but for those in DIFFERENT."""
    drs, session = simulator(platform)
    answered, _ = send(drs, case, session)
    reason = DIFFERENT.get(case["name"], {}).get(platform)
    if reason is None:
        assert answered == wanted(case, platform)
    else:
        assert answered != wanted(case, platform), f"this is alike now, though {reason}"


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_the_share_of_answers_alike_is_high(platform: str) -> None:
    """At least 95 % for the default platform and 90 % for the others, also in a profile as it comes."""
    different = sum(platform in reasons for reasons in DIFFERENT.values())
    needs = 0.95 if platform == LINCOLN.gateway.platform else 0.9
    assert 1 - different / len(CASES) >= needs
