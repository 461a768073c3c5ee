"""Addresses, certificates and proxies: what is wrong is one line with its cause, and nothing leaks."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from wsgiref.types import StartResponse, WSGIEnvironment
from zoneinfo import ZoneInfo

import pytest
import requests
import trustme
from drs_client import (
    DrsClient,
    DrsError,
    HttpFailure,
    InvalidArgument,
    TimedOut,
    TransportError,
    UnexpectedResponse,
    Unreachable,
)
from drs_client.transport import is_loopback
from drs_simulator import Simulator
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Request, Response

from tests.client.conftest import client_of
from tests.client.fakes import serving

REMOTE = "drs.example"


class Proxy:
    """Answers as the simulator would, and keeps the headers and targets of the requests that came."""

    def __init__(self, simulator: Simulator, status: int = 200) -> None:
        self._simulator = simulator
        self._status = status
        self.hosts: list[str] = []
        self.logins: list[str | None] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        self.hosts.append(request.host)
        self.logins.append(request.headers.get("Authorization"))
        if self._status != 200:
            return Response("Blocked", self._status)(environ, start_response)
        return self._simulator.wsgi(environ, start_response)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start without settings of this machine."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NETRC"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def closed_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def serve_tls(simulator: Simulator, authority: trustme.CA, name: str) -> BaseWSGIServer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return make_server("127.0.0.1", 0, simulator.wsgi, threaded=True, ssl_context=context)


@pytest.fixture(params=["127.0.0.1"])
def tls_port(request: pytest.FixtureRequest, simulator: Simulator, authority: trustme.CA) -> Iterator[int]:
    """The port of a server with a certificate for the parameter."""
    server = serve_tls(simulator, authority, request.param)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server.port
    server.shutdown()
    thread.join()
    server.server_close()


def fail(url: str, kind: type[DrsError], **settings: float) -> str:
    """Open a session, which must fail with this kind of error, and return its one line."""
    with pytest.raises(kind) as caught, DrsClient(url, "drs", "drs", **settings) as client:  # type: ignore[arg-type]
        client.open_session()
    assert type(caught.value) is kind
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


class TestAddresses:
    @pytest.mark.parametrize("path", ["/", "", "/console"])
    def test_a_path_without_the_gateway_is_explained(self, simulator: Simulator, path: str) -> None:
        with simulator:
            root = simulator.url.removesuffix(simulator.path)
            with pytest.raises(DrsError, match="The gateway's address ends with /ws/soap") as caught:
                DrsClient(root + path, "drs", "drs").open_session()
        assert caught.value.exit_code == 3

    def test_a_path_that_lacks_its_end_is_explained(self, simulator: Simulator) -> None:
        with simulator:
            text = fail(simulator.url.removesuffix("/ws/soap"), HttpFailure)
        assert "HTTP 404" in text
        assert "ends with /ws/soap" in text

    @pytest.mark.parametrize("page", ["<!DOCTYPE html><html><br></html>", "<html xmlns='x'><body/></html>"])
    def test_a_web_page_instead_of_a_wsdl_is_named(self, page: str) -> None:
        with serving(Response(page, content_type="text/html")) as address:
            text = fail(address, UnexpectedResponse)
        assert text == f"{address}?wsdl is not a WSDL but a web page (HTML). The gateway's address ends with /ws/soap."

    @pytest.mark.parametrize("body", ["", "Hello", "<a/>", "<a", '{"a": 1}'])
    def test_anything_else_instead_of_a_wsdl_is_named(self, body: str) -> None:
        with serving(Response(body)) as address:
            assert "is not a WSDL but" in fail(address, UnexpectedResponse)

    def test_a_wsdl_that_zeep_cannot_use_is_named(self) -> None:
        broken = (
            '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"><types><schema xmlns="http://www.w3.org/2001/XMLSchema">'
            '<element name="a" type="nowhere:b"/></schema></types><binding name="a" type="b:c"/></definitions>'
        )
        with serving(Response(broken)) as address:
            assert "The WSDL cannot be used" in fail(address, UnexpectedResponse)

    def test_a_wsdl_of_another_service_is_named(self, simulator: Simulator, tmp_path: Path) -> None:
        file = tmp_path / "other.wsdl"
        wsdl = '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" targetNamespace="urn:a"><portType name="p"/>'
        file.write_text(f"{wsdl}</definitions>", encoding="utf-8")
        with pytest.raises(UnexpectedResponse, match="The WSDL does not describe openSession"):
            client_of(simulator, wsdl=file).open_session()

    @pytest.mark.parametrize(
        "url",
        ["http://", "http://[fd", "http://drs:port/ws/soap", "http://drs:99999/ws/soap", "//drs/ws/soap", "http:///x"],
    )
    def test_an_address_that_is_none_is_refused_at_once(self, url: str) -> None:
        with pytest.raises(InvalidArgument, match=r"is not the address of a gateway\. It begins with http"):
            DrsClient(url, "drs", "drs")

    def test_a_port_without_a_server_is_named(self, closed_port: int) -> None:
        text = fail(f"http://127.0.0.1:{closed_port}/ws/soap", Unreachable)
        assert "Connection refused" in text

    def test_an_unknown_host_name_is_named(self) -> None:
        assert "no-such-host.invalid cannot be reached" in fail("http://no-such-host.invalid/ws/soap", Unreachable)

    @pytest.mark.parametrize("host", ["a..b", f"{'x' * 70}.example"])
    def test_a_host_name_that_is_none_is_an_error_of_transport(self, host: str) -> None:
        with pytest.raises(TransportError):
            DrsClient(f"http://{host}/ws/soap", "drs", "drs").open_session()

    def test_a_login_in_the_address_is_not_shown(self, closed_port: int) -> None:
        url = f"http://me:secret@127.0.0.1:{closed_port}/ws/soap"
        assert "secret" not in fail(url, Unreachable)
        assert "secret" not in repr(DrsClient(url, "drs", "drs"))
        with serving(Response("<html>")) as address:
            assert "secret" not in fail(address.replace("//", "//me:secret@"), UnexpectedResponse)

    def test_a_wsdl_that_leads_to_a_file_is_not_read(self, tmp_path: Path) -> None:
        file = tmp_path / "secret"
        file.write_text("secret", encoding="utf-8")
        away = Response("", 302, headers={"Location": file.as_uri()})
        away.autocorrect_location_header = False
        with serving(away) as address:
            assert "InvalidSchema" in fail(address, TransportError)

    def test_a_server_that_never_answers_is_timed_out(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            address = f"http://127.0.0.1:{server.getsockname()[1]}/ws/soap"
            assert "did not answer openSession in time" in fail(address, TimedOut, timeout=0.3)


class TestTls:
    def test_a_trusted_certificate_is_taken(
        self, tls_port: int, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, simulator: Simulator
    ) -> None:
        with authority.cert_pem.tempfile() as file:
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", file)
            with DrsClient(f"https://127.0.0.1:{tls_port}{simulator.path}", "drs", "drs") as client:
                client.open_session()

    def test_an_untrusted_certificate_is_named(self, tls_port: int) -> None:
        text = fail(f"https://127.0.0.1:{tls_port}/ws/soap", Unreachable)
        assert "certificate verify failed (unable to get local issuer certificate). Set REQUESTS_CA_BUNDLE" in text

    @pytest.mark.parametrize("tls_port", ["another.example"], indirect=True)
    def test_a_certificate_for_another_name_is_named(
        self, tls_port: int, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with authority.cert_pem.tempfile() as file:
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", file)
            text = fail(f"https://127.0.0.1:{tls_port}/ws/soap", Unreachable)
        assert "certificate verify failed (IP address mismatch" in text
        assert "Call DRS by a name that the certificate contains." in text

    def test_https_to_an_http_port_is_named(self, simulator: Simulator) -> None:
        with simulator:
            text = fail(simulator.url.replace("http:", "https:"), Unreachable)
        assert "TLS failed" in text
        assert "write http://" in text

    def test_http_to_an_https_port_is_named(self, tls_port: int) -> None:
        assert "write https://" in fail(f"http://127.0.0.1:{tls_port}/ws/soap", Unreachable)

    def test_http_to_a_port_that_answers_in_tls_is_named(self) -> None:
        """Some servers answer plain http with a TLS alert."""
        with socket.create_server(("127.0.0.1", 0)) as server:

            def alert() -> None:
                connection, _ = server.accept()
                with connection:
                    connection.recv(10_000)
                    connection.sendall(b"\x15\x03\x03\x00\x02\x02\x32")

            thread = Thread(target=alert, daemon=True)
            thread.start()
            text = fail(f"http://127.0.0.1:{server.getsockname()[1]}/ws/soap", Unreachable)
            thread.join()
        assert "it does not speak http on this port. Write https://" in text

    def test_a_ca_bundle_that_is_not_there_is_named(
        self, tls_port: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "nowhere.pem"))
        assert "nowhere.pem" in fail(f"https://127.0.0.1:{tls_port}/ws/soap", TransportError)


class TestProxies:
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
    def test_loopback_is_called_directly(
        self, simulator: Simulator, closed_port: int, monkeypatch: pytest.MonkeyPatch, host: str
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port}")
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{closed_port}")
        with simulator, DrsClient(simulator.url.replace("127.0.0.1", host), "drs", "drs") as client:
            client.open_session()

    def test_a_remote_host_is_called_through_the_proxy(
        self, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        proxy = Proxy(simulator)
        with serving(proxy) as address:
            monkeypatch.setenv("HTTP_PROXY", address)
            with DrsClient(f"http://{REMOTE}{simulator.path}", "drs", "drs") as client:
                client.open_session()
        # Two for the WSDL, which comes in two parts.
        assert proxy.hosts == [REMOTE] * 4

    @pytest.mark.parametrize("scheme", ["http", "https"])
    def test_a_proxy_that_is_not_there_is_named(
        self, closed_port: int, monkeypatch: pytest.MonkeyPatch, scheme: str
    ) -> None:
        monkeypatch.setenv(f"{scheme.upper()}_PROXY", f"http://me:secret@127.0.0.1:{closed_port}")
        text = fail(f"{scheme}://{REMOTE}/ws/soap", Unreachable)
        assert f"the proxy 127.0.0.1:{closed_port} failed (Connection refused)" in text
        assert "secret" not in text

    def test_a_proxy_that_refuses_is_named(self, simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
        with serving(Proxy(simulator, status=403)) as address:
            monkeypatch.setenv("HTTP_PROXY", address)
            text = fail(f"http://{REMOTE}/ws/soap", HttpFailure)
        assert "HTTP 403" in text
        assert f"went through the proxy {address.removeprefix('http://')}" in text

    def test_a_proxy_that_refuses_calls_is_named(
        self, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        file = tmp_path / "drs.wsdl"
        with simulator, serving(Proxy(simulator, status=403)) as address:
            file.write_bytes(requests.get(f"{simulator.url}?singleWsdl", timeout=10).content)
            monkeypatch.setenv("HTTP_PROXY", address)
            client = DrsClient(f"http://{REMOTE}/ws/soap", "drs", "drs", wsdl=file)
            with pytest.raises(HttpFailure, match=r"HTTP 403 instead of SOAP\. The request went through the proxy"):
                client.open_session()

    def test_a_tunnel_that_is_refused_is_named(self, simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
        with serving(Proxy(simulator, status=403)) as address:
            monkeypatch.setenv("HTTPS_PROXY", address)
            text = fail(f"https://{REMOTE}/ws/soap", Unreachable)
        assert "Tunnel connection failed: 403" in text

    def test_no_login_is_taken_from_netrc(
        self, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        file = tmp_path / "netrc"
        file.write_text(
            f"machine {REMOTE} login a password b\nmachine 127.0.0.1 login a password b\n", encoding="utf-8"
        )
        monkeypatch.setenv("NETRC", str(file))
        proxy = Proxy(simulator)
        with serving(proxy) as address:
            monkeypatch.setenv("HTTP_PROXY", address)
            for host in (address, f"http://{REMOTE}"):
                with DrsClient(f"{host}{simulator.path}", "drs", "drs") as client:
                    client.open_session()
        assert set(proxy.logins) == {None}

    def test_a_login_in_the_address_is_sent(self, simulator: Simulator) -> None:
        proxy = Proxy(simulator)
        with serving(proxy) as address:
            url = address.replace("//", "//a:b@") + simulator.path
            with DrsClient(url, "drs", "drs") as client:
                client.open_session()
        assert set(proxy.logins) == {"Basic YTpi"}


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.8.7:8080", True),
        ("[::1]:8080", True),
        ("localhost", True),
        ("LOCALHOST.:1", True),
        ("me:pw@127.0.0.1", True),
        ("localhost.example", False),
        ("127.0.0.1.example", False),
        ("10.0.0.1", False),
        ("[fd00::1]", False),
    ],
)
def test_loopback_hosts(host: str, expected: bool) -> None:
    assert is_loopback(f"http://{host}/ws/soap") is expected


def test_dates_at_the_end_of_the_calendar_are_refused(simulator: Simulator) -> None:
    zone = ZoneInfo("Europe/London")
    last = datetime.max.replace(tzinfo=ZoneInfo("America/New_York"))
    client = client_of(simulator)
    with pytest.raises(InvalidArgument, match="is not a date that DRS can have"):
        client.check_availability("3670010", "N373049", None, last - timedelta(days=1), last)
    assert client.zone == zone
