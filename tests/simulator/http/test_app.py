"""The WSGI application: its paths, over a client without a socket, and its conformance to WSGI."""

from __future__ import annotations

import io
import socket
import wsgiref.validate
from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from drs_simulator import FaultRule, Simulator, StateError, effects
from drs_simulator.faults.effects import Delay
from lxml import etree
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import Client, EnvironBuilder, TestResponse, run_wsgi_app

from tests.simulator.scheduling.builders import LINCOLN, changed
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


@pytest.mark.parametrize("query", ["wsdl", "WSDL", "Wsdl", "wsdl=SOAP.wsdl", "singleWsdl", "singlewsdl"])
def test_wsdl_is_served_in_any_spelling(drs: Caller, query: str) -> None:
    answer = drs.http.get(f"{drs.simulator.path}?{query}")
    assert etree.fromstring(answer.data).tag == "{http://schemas.xmlsoap.org/wsdl/}definitions"


def fault_text(answer: TestResponse) -> str:
    return etree.fromstring(answer.data).findtext(f"{{{SOAP}}}Body/{{{SOAP}}}Fault/faultstring") or ""


@pytest.mark.parametrize("query", ["wsdl=1", "wsdl=nosuch.wsdl", "wsdl=%00"])
def test_an_unknown_part_of_the_wsdl_is_a_fault(drs: Caller, query: str) -> None:
    answer = drs.http.get(f"{drs.simulator.path}?{query}")
    assert answer.status_code == 500
    assert fault_text(answer) == f"Could not find wsdl {query.partition('=')[2].replace('%00', '?')}"


def caller_of(platform: str) -> Caller:
    return Caller(changed(LINCOLN, gateway={"platform": platform}))


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_older_platforms_answer_put_and_patch_like_post(drs: Caller, method: str) -> None:
    answer = drs.http.open(drs.simulator.path, method=method, data=call("openSession", OPEN))
    assert "<status>success</status>" in answer.text


@pytest.mark.parametrize("method", ["DELETE", "OPTIONS"])
def test_older_platforms_read_a_body_that_is_not_there(drs: Caller, method: str) -> None:
    answer = drs.http.open(drs.simulator.path, method=method)
    assert (answer.status_code, fault_text(answer)) == (500, "Error reading XMLStreamReader.")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_newer_platforms_refuse_other_methods(method: str) -> None:
    caller = caller_of("cxf-2.7")
    answer = caller.http.open(caller.simulator.path, method=method)
    assert (answer.status_code, fault_text(answer)) == (405, "HTTP verb was not GET or POST")


def test_a_get_without_a_query_is_a_fault(drs: Caller) -> None:
    answer = drs.http.get(drs.simulator.path)
    text = f"No such operation:  (HTTP GET PATH_INFO: {drs.simulator.path})"
    assert (answer.status_code, fault_text(answer)) == (500, text)
    newer = caller_of("cxf-3.5")
    text = "No binding operation info while invoking unknown method with params unknown."
    assert fault_text(newer.http.get(newer.simulator.path)) == text


@pytest.mark.parametrize("below", ["/", "/openSession"])
def test_calls_are_answered_below_the_gateways_path(drs: Caller, below: str) -> None:
    answer = drs.http.post(drs.simulator.path + below, data=call("openSession", OPEN), content_type="text/xml")
    assert "<status>success</status>" in answer.text


def test_the_list_of_services_and_unknown_ones(drs: Caller) -> None:
    parent = drs.simulator.path.rpartition("/")[0]
    listed = drs.http.get(parent)
    assert (listed.status_code, listed.mimetype) == (200, "text/html")
    assert f"{drs.simulator.path}?wsdl" in listed.text
    unknown = drs.http.post(f"{parent}/nosuch", data=call("openSession", OPEN))
    assert (unknown.status_code, unknown.text) == (404, "<html><body>No service was found.</body></html>")


def test_a_request_with_attachments_is_read(drs: Caller) -> None:
    part = f"--b\r\nContent-Type: application/xop+xml; charset=UTF-8\r\n\r\n{call('openSession', OPEN)}\r\n--b--"
    answer = drs.http.post(drs.simulator.path, data=part, content_type='multipart/related; boundary="b"')
    assert "<status>success</status>" in answer.text


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


@pytest.mark.parametrize(("path", "opening"), [("/", "This is"), ("/x", "There is nothing at /housing/drs/x.")])
def test_addresses_have_the_path_prefix(path: str, opening: str) -> None:
    """Behind a proxy that adds a path prefix, the signpost and the WSDL show addresses with it."""
    drs = Simulator(trusted_proxies=1)
    http = Client(drs.wsgi)
    headers = {"X-Forwarded-Prefix": "/housing/drs", "X-Forwarded-Host": "council.example"}
    address = f"http://council.example/housing/drs{drs.path}"
    page = http.get(path, headers=headers).text
    assert page.startswith(opening)
    assert f"The SOAP gateway is at {address}\nIts WSDL is at {address}?wsdl\n" in page
    assert f'location="{address}"' in http.get(f"{drs.path}?wsdl", headers=headers).text


def count_faults(drs: Caller) -> float:
    """Return the number of calls that the metrics count as faults."""
    families = text_string_to_metric_families(drs.http.get("/metrics").text)
    samples = [sample for family in families for sample in family.samples]
    return sum(sample.value for sample in samples if sample.labels.get("outcome") == "fault")


def fail_with(error: Exception) -> Callable[..., NoReturn]:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    return fail


class TestFailures:
    """Whatever fails in a call is an answer of the right kind, in the log, the metrics and the journal."""

    def post_part(self, drs: Caller) -> TestResponse:
        """Post a body that ends before its announced length."""
        longer = {"CONTENT_LENGTH": "9", "REMOTE_ADDR": "127.0.0.1"}
        return drs.http.post(drs.simulator.path, data=b"<a", content_type="text/xml", environ_overrides=longer)

    def test_body_that_breaks_off_is_400(self, drs: Caller, caplog: pytest.LogCaptureFixture) -> None:
        answer = self.post_part(drs)
        assert (answer.status_code, answer.content_type) == (400, "text/plain; charset=utf-8")
        assert answer.text == "The body of the request ended too early.\n"
        assert caplog.messages == ["The body of a request from 127.0.0.1 broke off"]
        assert count_faults(drs) == 1
        (entry,) = drs.simulator.journal.entries()
        assert (entry.status, entry.outcome) == (400, "fault")

    @pytest.mark.parametrize(
        "body",
        [
            b"Content-Length: 9\r\n\r\n<a",
            b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"Transfer-Encoding: chunked\r\n\r\n9\r\n<a",
        ],
        ids=["length", "no chunk", "half a chunk"],
    )
    def test_broken_body_on_a_connection_is_400(self, body: bytes) -> None:
        with Simulator() as drs:
            port = int(drs.url.split(":")[2].split("/")[0])
            with socket.create_connection(("127.0.0.1", port), timeout=5) as caller:
                caller.sendall(f"POST {drs.path} HTTP/1.1\r\nHost: x\r\n".encode() + body)
                caller.shutdown(socket.SHUT_WR)
                received = b""
                while part := caller.recv(65536):
                    received += part
            assert received.startswith(b"HTTP/1.1 400 ")
            assert received.endswith(b"The body of the request ended too early.\n")
            assert [entry.status for entry in drs.journal.entries()] == [400]

    @pytest.mark.parametrize("error", [StateError("the database is gone"), RuntimeError("a mistake")])
    @pytest.mark.parametrize("what", ["rules", "effect", "session", "competitor"])
    def test_failure_in_a_call_is_a_soap_fault(
        self,
        drs: Caller,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        what: str,
        error: Exception,
    ) -> None:
        simulator = drs.simulator
        effect: Any = {"session": effects.SessionsExpired(), "competitor": effects.SlotTaken()}.get(
            what, Delay(seconds=0)
        )
        simulator.faults.add(FaultRule(effect=effect))
        failing = {
            "rules": (simulator.faults, "effects_for"),
            "effect": (Delay, "apply"),
            "session": (simulator.scheduler, "clear_sessions"),
            "competitor": (simulator.scheduler, "perform"),
        }
        monkeypatch.setattr(*failing[what], fail_with(error))
        members = "<theBooking><bookingId>1</bookingId><primaryOrderNumber>1</primaryOrderNumber></theBooking>"
        answer = drs.post(call("scheduleBooking", members))
        assert answer.status == 500
        assert answer.fault == "Internal error in the simulator; its log says more."
        assert str(error) in caplog.text
        assert count_faults(drs) == 1
        assert [entry.status for entry in simulator.journal.entries()] == [500]

    def test_failing_journal_changes_no_answer(
        self, drs: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(drs.simulator.journal, "record", fail_with(RuntimeError("a mistake")))
        assert drs.open()
        assert "A call could not be recorded" in caplog.text

    @pytest.mark.parametrize(("path", "method"), [("/health", "ping"), ("/metrics", "counts")])
    def test_failure_of_a_page_is_500(
        self, drs: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, path: str, method: str
    ) -> None:
        """Only a state that cannot be reached is called so; a mistake of the simulator is one."""
        monkeypatch.setattr(drs.simulator.scheduler, method, fail_with(RuntimeError("a mistake")))
        answer = drs.http.get(path)
        assert (answer.status_code, answer.text) == (500, "The simulator failed; its log says more.\n")
        assert "a mistake" in caplog.text


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
