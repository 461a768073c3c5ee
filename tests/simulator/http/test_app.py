"""The WSGI application: its paths, over a client without a socket, and its conformance to WSGI."""

from __future__ import annotations

import io
import wsgiref.validate

import pytest
from drs_simulator import Simulator
from lxml import etree
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.simulator.soap.wire import OPEN, SOAP, Caller, call


@pytest.fixture
def drs() -> Caller:
    return Caller()


@pytest.mark.parametrize("path", ["/OTWebServiceGateway_LINCOLN/ws/soap", "/OTWebServiceGateway_LINCOLN/ws/soap_560"])
@pytest.mark.parametrize("query", ["", "?wsdl"])
def test_calls_are_answered_at_both_paths(drs: Caller, path: str, query: str) -> None:
    answer = drs.http.post(path + query, data=call("openSession", OPEN), content_type="text/xml")
    assert answer.status_code == 200
    assert "<status>success</status>" in answer.text


@pytest.mark.parametrize("query", ["wsdl", "WSDL", "wsdl=1"])
def test_wsdl_is_served_in_any_spelling(drs: Caller, query: str) -> None:
    answer = drs.http.get(f"{drs.simulator.path}?{query}")
    assert etree.fromstring(answer.data).tag == "{http://schemas.xmlsoap.org/wsdl/}definitions"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_a_fault(drs: Caller, method: str) -> None:
    answer = drs.http.open(drs.simulator.path, method=method)
    assert answer.status_code == 500
    text = etree.fromstring(answer.data).findtext(f"{{{SOAP}}}Body/{{{SOAP}}}Fault/faultstring")
    assert text == "No binding operation info while invoking unknown method with params unknown."


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/soap", 404), ("/OTWebServiceGateway_OTHER/ws/soap", 404)])
def test_other_paths_show_the_gateways_address(drs: Caller, path: str, status: int) -> None:
    answer = drs.http.get(path)
    assert answer.status_code == status
    assert "http://localhost/OTWebServiceGateway_LINCOLN/ws/soap?wsdl" in answer.text


def test_chunked_body_is_read_up_to_the_limit(drs: Caller) -> None:
    def post(body: bytes) -> str:
        environ = EnvironBuilder(drs.simulator.path, method="POST", content_type="text/xml").get_environ()
        environ |= {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
        return b"".join(run_wsgi_app(drs.simulator.wsgi, environ)[0]).decode()

    assert "<status>success</status>" in post(call("openSession", OPEN).encode())
    assert "larger than 1048576 bytes" in post(b" " * 3_000_000)


@pytest.mark.parametrize("method", ["POST", "GET", "HEAD"])
def test_application_conforms_to_wsgi(method: str) -> None:
    simulator = Simulator("lincoln")
    environ = EnvironBuilder(simulator.path, method=method, data=b"" if method != "POST" else b"x").get_environ()
    started: list[str] = []
    checked = wsgiref.validate.validator(simulator.wsgi)

    def start(status: str, headers: object, exc_info: object = None) -> object:
        started.append(status)
        return _write

    result = checked(environ, start)  # type: ignore[arg-type]
    for _ in result:
        pass
    result.close()  # type: ignore[attr-defined]
    assert started[0].startswith("500")


def _write(data: bytes) -> None:
    raise AssertionError("nothing is written past the result")
