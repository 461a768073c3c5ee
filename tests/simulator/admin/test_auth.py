"""Who may call the admin interface and what it does not let in, over real sockets."""

from __future__ import annotations

import http.client
import logging
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests
from drs_simulator import AdminClient
from drs_simulator.admin.app import MAX_BODY_BYTES, SECTIONS
from drs_simulator.admin.auth import COOKIE_SECONDS, AttemptLimiter, Guard, is_loopback, make_guard
from drs_simulator.admin.problem import ProblemError
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client, create_environ
from werkzeug.wrappers import Request

from tests.simulator.admin.admin_caller import AdminCaller, assert_problem, simulator
from tests.simulator.soap.wire import OPEN, call

COMMAND = [sys.executable, "-c", "from drs_simulator.__main__ import main; main()", "serve", "--port", "0"]
CHANGING = [
    (route.method, route.path.replace("<booking_id>", "1"))
    for section in SECTIONS
    for route in section.routes
    if route.method != "GET"
]
TOKEN = "a-token-of-one's-own"


@pytest.fixture
def desk() -> Iterator[AdminCaller]:
    with simulator() as drs:
        yield AdminCaller(drs)


@pytest.fixture
def guarded() -> Iterator[AdminCaller]:
    with simulator(admin_token=TOKEN) as drs:
        yield AdminCaller(drs)


def health(desk: AdminCaller, **headers: str) -> requests.Response:
    return desk.ask("GET", "/health", headers=headers)


class TestWhereItIs:
    @pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "localhost", "LOCALHOST"])
    def test_loopback_needs_no_token(self, host: str) -> None:
        guard = make_guard(host, None, 0)
        assert guard is not None
        assert not guard.requires_token

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "drs.example", "", "127.0.0.1.example"])
    def test_other_addresses_need_a_token(self, host: str) -> None:
        assert not is_loopback(host)
        assert make_guard(host, None, 0) is None
        assert make_guard(host, "", 0) is None
        guard = make_guard(host, TOKEN, 0)
        assert guard is not None
        assert guard.requires_token

    def test_a_trusted_proxy_needs_a_token(self) -> None:
        assert make_guard("127.0.0.1", None, 1) is None
        assert make_guard("127.0.0.1", TOKEN, 1) is not None

    def test_without_it_its_paths_are_unknown(self) -> None:
        elsewhere = simulator(host="0.0.0.0", password="own")
        for drs in (simulator(admin=False), elsewhere, simulator(admin=False, admin_token=TOKEN)):
            answer = Client(drs.wsgi).get("/__admin/health", headers={"Authorization": f"Bearer {TOKEN}"})
            assert (answer.status_code, answer.mimetype) == (404, "text/plain")


class TestCallers:
    @pytest.mark.parametrize(
        "name", ["127.0.0.1", "127.0.0.1:80", "localhost:8080", "LocalHost", "[::1]", "[::1]:8080"]
    )
    def test_hosts_that_name_this_machine_are_allowed(self, desk: AdminCaller, name: str) -> None:
        assert health(desk, Host=name).status_code == 200

    @pytest.mark.parametrize(
        "name",
        [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example:8080",
            "evil.example:127.0.0.1",
            "localhost@evil.example",
            "192.0.2.1",
            "0.0.0.0",
            "[::2]",
            "localhost:x",
            "",
        ],
    )
    def test_other_hosts_are_refused(self, desk: AdminCaller, name: str) -> None:
        """A page of evil.example whose name was made to point at 127.0.0.1 sends its own name still."""
        assert "http://127.0.0.1" in assert_problem(health(desk, Host=name), 403, "not-this-machine")

    def test_a_call_without_host_is_refused(self, desk: AdminCaller) -> None:
        port = int(desk.root.split(":")[2].split("/")[0])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(b"GET /__admin/health HTTP/1.0\r\n\r\n")
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            assert answer.status == 403

    @pytest.mark.parametrize("address", ["192.0.2.1", "", "::2"])
    def test_a_call_from_another_machine_is_refused(self, address: str) -> None:
        """The application may be served by another server than ours, on another address."""
        client = Client(simulator().wsgi)
        assert client.get("/__admin/health", environ_overrides={"REMOTE_ADDR": address}).status_code == 403
        assert client.get("/__admin/health", environ_overrides={"REMOTE_ADDR": "127.0.0.1"}).status_code == 200

    def test_a_call_from_an_unknown_address_is_refused(self) -> None:
        assert Client(simulator().wsgi).get("/__admin/health").status_code == 403

    @pytest.mark.parametrize(
        "name",
        ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-By", "X-Real-IP", "Via"],
    )
    def test_a_call_through_a_proxy_is_refused(self, desk: AdminCaller, guarded: AdminCaller, name: str) -> None:
        """A proxy on this machine lets in callers from elsewhere, in their own name or in its own."""
        answer = health(desk, **{name: "127.0.0.1"})
        assert "--admin-token" in assert_problem(answer, 403, "behind-a-proxy")
        page = requests.get(desk.root.replace("/__admin", "/orders"), headers={name: "127.0.0.1"}, timeout=10)
        assert page.status_code == 403
        assert health(guarded, Authorization=f"Bearer {TOKEN}", **{name: "203.0.113.9"}).status_code == 200

    def test_http_1_0_counts_as_a_proxy(self) -> None:
        """By default nginx adds no header to what it forwards, but speaks HTTP/1.0."""
        environ = {"REMOTE_ADDR": "127.0.0.1", "SERVER_PROTOCOL": "HTTP/1.0"}
        client = Client(simulator().wsgi)
        assert client.get("/__admin/health", environ_overrides=environ).status_code == 403
        assert (
            client.get("/__admin/health", environ_overrides=environ | {"SERVER_PROTOCOL": "HTTP/1.1"}).status_code
            == 200
        )

    @pytest.mark.parametrize("origin", ["http://evil.example", "null", "", "https://{host}", "http://127.0.0.1:1", "*"])
    def test_a_page_of_another_origin_is_refused(self, desk: AdminCaller, guarded: AdminCaller, origin: str) -> None:
        for each, token in ((desk, ""), (guarded, TOKEN)):
            host = each.root.split("/")[2]
            answer = health(each, Origin=origin.format(host=host), Authorization=f"Bearer {token}")
            assert_problem(answer, 403, "foreign-origin")

    def test_a_page_of_its_own_origin_is_allowed(self, desk: AdminCaller) -> None:
        assert health(desk, Origin=desk.root.removesuffix("/__admin")).status_code == 200


class TestToken:
    @pytest.mark.parametrize("sent", [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"BEARER  {TOKEN}"])
    def test_the_token_is_enough_with_any_host(self, guarded: AdminCaller, sent: str) -> None:
        assert health(guarded, Authorization=sent, Host="drs.example").status_code == 200

    @pytest.mark.parametrize(
        "sent",
        ["", "Bearer", "Bearer ", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer ä"],
    )
    def test_without_the_token_the_error_names_the_header(self, guarded: AdminCaller, sent: str) -> None:
        answer = guarded.ask("GET", "/health", headers={"Authorization": sent.encode()})
        assert "Authorization: Bearer" in assert_problem(answer, 401, "no-token")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
        assert TOKEN not in answer.text

    def test_without_the_token_no_route_is_revealed(self, guarded: AdminCaller) -> None:
        for path in ("/health", "/nowhere", "/openapi.json", ""):
            assert_problem(guarded.ask("GET", path), 401, "no-token")
        for method, path in CHANGING:
            assert_problem(guarded.ask(method, path), 401, "no-token")

    @pytest.mark.parametrize("token", [f" {TOKEN} ", f"{TOKEN}\n", f"\t{TOKEN}"])
    def test_blanks_around_the_token_do_not_count(self, token: str) -> None:
        with simulator(admin_token=token) as drs:
            assert AdminClient(drs.url, TOKEN).health().status == "ok"

    @pytest.mark.parametrize("token", ["", "  ", "\n"])
    def test_a_blank_token_is_none(self, token: str) -> None:
        assert make_guard("0.0.0.0", token, 0) is None


class TestGuessing:
    """Wrong tokens are logged and slowed down; nothing waits in a thread of the server."""

    def test_wrong_tokens_are_logged_without_their_text(
        self, guarded: AdminCaller, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.WARNING):
            health(guarded, Authorization="Bearer guess")
            health(guarded)
        (line,) = [each.getMessage() for each in caplog.records if each.name == "drs_simulator.admin.auth"]
        assert line == "A wrong admin token was sent from 127.0.0.1"

    def test_pauses_grow_to_a_second_and_end_with_success(self) -> None:
        now = [100.0]
        limiter = AttemptLimiter(lambda: now[0])
        pauses = []
        for _ in range(9):
            limiter.record_failure("192.0.2.1")
            pauses.append(round(limiter.pause("192.0.2.1"), 3))
            now[0] += 2
        assert pauses == [0, 0, 0.1, 0.2, 0.4, 0.8, 1, 1, 1]
        assert limiter.pause("192.0.2.1") == 0
        limiter.record_failure("192.0.2.1")
        assert limiter.pause("192.0.2.2") == 0
        limiter.record_success("192.0.2.1")
        assert limiter.pause("192.0.2.1") == 0

    def test_memory_of_addresses_is_bounded(self) -> None:
        limiter = AttemptLimiter(lambda: 0.0)
        for number in range(3000):
            for _ in range(3):
                limiter.record_failure(f"address {number}")
        assert limiter.pause("address 0") == 0
        assert limiter.pause("address 2999") > 0

    def test_attempts_that_come_too_early_are_not_checked(self) -> None:
        now = [100.0]
        guard = Guard(TOKEN, AttemptLimiter(lambda: now[0]))
        wrong = bearer("guess")
        for _ in range(3):
            with pytest.raises(ProblemError, match="requires its token"):
                guard.check(wrong)
        with pytest.raises(ProblemError, match="too many wrong tokens") as refused:
            guard.check(bearer(TOKEN))
        assert refused.value.problem.status == 429
        assert refused.value.headers == {"Retry-After": "1"}
        guard.check(bearer(TOKEN, "192.0.2.2"))
        now[0] += 1
        guard.check(bearer(TOKEN))

    def test_a_cookie_is_valid_for_some_hours(self) -> None:
        now = [1_000_000.0]
        guard = Guard(TOKEN, now=lambda: now[0])
        cookie = guard.make_cookie("console")
        assert TOKEN not in cookie
        assert guard.check_cookie("console", cookie)
        assert not guard.check_cookie("other", cookie)
        now[0] += COOKIE_SECONDS
        assert guard.check_cookie("console", cookie)
        now[0] += 1
        assert not guard.check_cookie("console", cookie)

    @given(st.text(max_size=80))
    def test_no_other_text_is_a_cookie(self, text: str) -> None:
        guard = Guard(TOKEN, now=lambda: 1_000_000.0)
        made, _, signature = guard.make_cookie("console").partition(".")
        assert not guard.check_cookie("console", text)
        assert not guard.check_cookie("console", f"{text}.{signature}")
        assert not guard.check_cookie("console", f"{made}.{text}")


def bearer(token: str, address: str = "192.0.2.1") -> Request:
    environ = create_environ(headers={"Authorization": f"Bearer {token}"})
    return Request({**environ, "REMOTE_ADDR": address})


class TestRequests:
    @pytest.mark.parametrize(("method", "path"), CHANGING)
    @pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "text/json"])
    def test_a_body_that_is_not_json_is_refused(
        self, desk: AdminCaller, method: str, path: str, content_type: str | None
    ) -> None:
        """Forms of other pages can be sent without asking; JSON cannot."""
        headers = {} if content_type is None else {"Content-Type": content_type}
        assert_problem(desk.ask(method, path, data=b"{}", headers=headers), 415, "no-json")

    def test_a_charset_and_an_empty_body_are_accepted(self, desk: AdminCaller) -> None:
        headers = {"Content-Type": "application/json; charset=utf-8"}
        assert desk.ask("POST", "/reset", headers=headers).status_code == 204
        assert desk.ask("POST", "/reset", headers={"Accept": "*/*"}).status_code == 204
        assert_problem(desk.ask("PUT", "/clock", headers={"Accept": "*/*"}), 422, "invalid")
        assert desk.ask("POST", "/reset", data=b"{}", headers=headers).status_code == 204

    @pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b'{"fixed": \x00}', b"[" * 100_000, b'{"a":' * 100_000])
    def test_malformed_json_is_an_error(self, desk: AdminCaller, body: bytes) -> None:
        headers = {"Content-Type": "application/json"}
        for path in ("/clock", "/state"):
            answer = desk.ask("PUT", path, data=body, headers=headers)
            assert_problem(answer, 422 if not body else 400, "malformed" if body else "invalid")

    @pytest.mark.parametrize("path", ["/state", "/clock"])
    def test_a_body_above_the_limit_is_refused(self, desk: AdminCaller, path: str) -> None:
        headers = {"Content-Type": "application/json"}
        before = desk.ask("GET", "/state").content
        at_most = desk.ask("PUT", path, data=b" " * MAX_BODY_BYTES, headers=headers)
        assert_problem(at_most, 400, "malformed")
        answer = desk.ask("PUT", path, data=b" " * (MAX_BODY_BYTES + 1), headers=headers)
        assert "8388608 bytes" in assert_problem(answer, 413, "too-large")
        chunked = desk.ask("PUT", path, data=iter([b" " * 2**20] * 9), headers=headers)
        assert_problem(chunked, 413, "too-large")
        assert desk.ask("GET", "/state").content == before

    def test_an_incomplete_body_is_an_error(self, desk: AdminCaller) -> None:
        port = int(desk.root.split(":")[2].split("/")[0])
        head = b"PUT /__admin/clock HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(head + b'Content-Length: 99\r\n\r\n{"system": true}')
            connection.shutdown(socket.SHUT_WR)
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            assert (answer.status, b"problem:unreadable" in answer.read()) == (400, True)
        assert desk.ask("GET", "/clock").json()["mode"] == "fixed"

    def test_errors_are_limited_and_repeat_no_values(self, desk: AdminCaller) -> None:
        answer = desk.ask("PUT", "/clock", {f"member{n}": "<script>" for n in range(500)})
        assert assert_problem(answer, 422, "invalid").count("/member") == 20
        assert "<script>" not in answer.text

    @pytest.mark.parametrize("path", ["", "/", "/nowhere", "/orders/", "/health/x", "/../health", "//health", "/%00"])
    def test_an_unknown_route_names_the_description(self, desk: AdminCaller, path: str) -> None:
        """The path is sent as it is; a client would clean it up."""
        host, port = desk.root.split("/")[2].split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=10)
        connection.request("GET", f"/__admin{path}")
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        if path == "/orders/":
            assert answer.status == 200
        else:
            assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")
            assert "/__admin/openapi.json" in body

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
    def test_a_wrong_method_names_the_allowed_ones(self, desk: AdminCaller, method: str) -> None:
        answer = desk.ask(method, "/health")
        assert_problem(answer, 405, "no-route")
        assert_problem(desk.ask(method, "/health", data=b"a=b"), 405, "no-route")
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD"}

    def test_preflight_requests_of_foreign_pages_are_refused(self, desk: AdminCaller) -> None:
        headers = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
        assert_problem(desk.ask("OPTIONS", "/reset", headers=headers), 403, "foreign-origin")
        assert_problem(desk.ask("OPTIONS", "/reset", headers={"Host": "localhost"}), 405, "no-route")

    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    def test_a_foreign_page_cannot_send_an_empty_body(self, desk: AdminCaller, site: str) -> None:
        assert_problem(desk.ask("POST", "/reset", headers={"Sec-Fetch-Site": site}), 403, "foreign-origin")
        assert desk.ask("POST", "/reset", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 204

    def test_responses_are_not_cached(self, desk: AdminCaller) -> None:
        for path in ("/health", "/nowhere"):
            headers = desk.ask("GET", path).headers
            assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")

    def test_a_failure_is_logged_and_reveals_no_details(
        self, desk: AdminCaller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail() -> None:
            raise ZeroDivisionError("the insides")

        monkeypatch.setattr(desk.drs, "export_state", fail)
        with caplog.at_level(logging.ERROR):
            answer = desk.ask("GET", "/state")
        assert_problem(answer, 500, "failed")
        assert "insides" not in answer.text
        assert "the insides" in caplog.text
        assert desk.ask("GET", "/health").status_code == 200


class TestCommand:
    def test_serve_offers_it_on_loopback(self) -> None:
        with served() as (printed, url):
            assert f"admin     {root_of(url)}/openapi.json\n" in printed
            assert requests.get(f"{root_of(url)}/openapi.json", timeout=10).status_code == 200
            with AdminClient(url) as admin:
                admin.clock.fix(admin.clock.now())
                body, headers = call("openSession", OPEN), {"Content-Type": "text/xml"}
                assert "success" in requests.post(url, body, headers=headers, timeout=10).text
                assert len(admin.sessions()) == 1
                assert_problem(requests.get(f"{root_of(url)}/orders/a%2Fb", timeout=10), 404, "unknown")
                state = admin.export_state()
                admin.import_state(state)
                assert admin.export_state() == state
            headers = {"Host": "evil.example"}
            assert_problem(
                requests.get(f"{root_of(url)}/health", headers=headers, timeout=10),
                403,
                "not-this-machine",
            )
            large = b" " * (MAX_BODY_BYTES + 1)
            headers = {"Content-Type": "application/json"}
            answer = requests.put(f"{root_of(url)}/state", large, headers=headers, timeout=10)
            assert_problem(answer, 413, "too-large")

    def test_serve_can_switch_it_off(self) -> None:
        for arguments in (("--no-admin",), ("--host", "0.0.0.0", "--password", "own")):
            with served(*arguments) as (printed, url):
                assert "__admin" not in printed
                assert requests.get(f"{root_of(url)}/health", timeout=10).status_code == 404

    def test_serve_requires_its_token_and_never_prints_it(self) -> None:
        arguments = ("--host", "0.0.0.0", "--password", "own", "--admin-token", TOKEN)
        with served(*arguments) as (printed, url):
            assert "/__admin/openapi.json, with the token\n" in printed
            assert "0.0.0.0" not in printed
            assert TOKEN not in printed
            assert AdminClient(root_of(url), TOKEN).health().status == "ok"
            assert_problem(requests.get(f"{root_of(url)}/health", timeout=10), 401, "no-token")


def root_of(url: str) -> str:
    """Where the admin interface is, from this machine."""
    return f"{url.split('/OTW', maxsplit=1)[0]}/__admin"


@contextmanager
def served(*arguments: str) -> Iterator[tuple[str, str]]:
    """A server of its own process: what it printed until it was up, and its gateway's address."""
    process = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        printed = ""
        while "Stop it with" not in printed:
            line = process.stdout.readline()
            assert line, printed
            printed += line
        yield printed, re.findall(r"endpoint +(\S+)", printed)[0]
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
