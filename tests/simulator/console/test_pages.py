"""What the console's pages show and do, read without a browser."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import ClassVar

import pytest
from drs_contracts import CallbackReceiver
from drs_simulator.storage.errors import StateLostError
from drs_simulator.version import project_url
from lxml import html
from werkzeug.test import Client, TestResponse

from tests.simulator.console.staging import FIRST_BOOKING, FIRST_ORDER, HOST, SCRIPT, Stage, stage
from tests.simulator.soap.wire import call

PAGES = [
    "/",
    "/orders",
    f"/orders/{FIRST_ORDER}",
    f"/bookings/{FIRST_BOOKING}",
    "/sessions",
    "/journal",
    "/journal/1",
    "/try",
    "/try/createOrder",
    "/try/xml?from=1",
    "/controls",
    "/setup",
]


@pytest.fixture
def shown() -> Iterator[Stage]:
    with stage() as each:
        yield each


def text_of(page: str) -> str:
    """The words of a page, with a space between all of its elements."""
    return " ".join(" ".join(html.fromstring(page).itertext()).split())


@pytest.mark.parametrize("path", PAGES)
def test_pages_load_nothing_foreign_and_run_no_inline_script(shown: Stage, path: str) -> None:
    answer = shown.http.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    document = html.fromstring(answer.text)
    assert SCRIPT not in answer.text
    assert not document.xpath("//script[not(@src)] | //*[@style] | //@*[starts-with(name(), 'on')]")
    addresses = document.xpath("//@src | //link/@href | //form/@action")
    assert addresses
    assert all(address.startswith("/") for address in addresses)
    assert len(document.xpath("//h1")) == 1


def test_clients_without_html_get_plain_text(shown: Stage) -> None:
    assert "The SOAP gateway is at" in shown.http.get("/").text
    assert "The SOAP gateway is at" not in shown.get("/")


def test_moves_and_confirmations_are_posted() -> None:
    with CallbackReceiver() as receiver, stage(callback_url=receiver.url) as shown:
        shown.post(f"/bookings/{FIRST_BOOKING}/move", day="2021-10-28", slot="12:00-16:00")
        status, there, _ = shown.post(f"/bookings/{FIRST_BOOKING}/confirm")
        assert status == 303
        assert "The appointment is confirmed." in shown.get(there)
        # The stage has three bookings scheduled before.
        *_, moved, confirmed = receiver.wait_for(5)
        assert [each["planningWindowStart"] for each in (moved, confirmed)] == ["2021-10-28T12:00:00"] * 2
        shown.drs.close()
        assert shown.get("/journal?operation=bookingConfirmation").count(">bookingConfirmation</td>") == 5


@pytest.mark.parametrize(
    "path", ["/orders/none", "/bookings/1", "/journal/999", "/orders/../../etc/passwd", "/nowhere"]
)
def test_missing_things_are_a_page_with_a_menu(shown: Stage, path: str) -> None:
    answer = shown.http.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "Back to the diary" in answer.text


def test_sessions_are_shown_shortened_and_ended(shown: Stage) -> None:
    client = Client(shown.drs.wsgi)
    body = '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><openSession><openSession>'
    body += "<login>drs</login><password>drs</password></openSession></openSession></e:Body></e:Envelope>"
    session = re.findall("<sessionId>(.*?)<", client.post(shown.drs.path, data=body).text)[0]
    page = shown.get("/sessions")
    assert f"{session[:6]}…" in page
    assert session not in page
    _, there, _ = shown.post("/sessions/end")
    assert "1 session(s) ended." in shown.get(there)


def test_the_journal_is_filtered_and_has_diagnoses(shown: Stage) -> None:
    assert "locationID" in text_of(shown.get("/journal?outcome=fault"))
    assert shown.get("/journal?operation=scheduleBooking").count(">scheduleBooking</td>") == 3
    assert "No exchanges match" in shown.get("/journal/rows?text=no-such-text")
    number = max(entry.number for entry in shown.drs.journal.entries())
    page = text_of(shown.get(f"/journal/{number}"))
    assert "Diagnosis" in page
    assert "unexpected element" in page


def test_a_body_that_is_not_xml_is_shown_as_it_is(shown: Stage) -> None:
    shown.http.post(shown.drs.path, data=b"<a><b> & no end", content_type="text/xml")
    number = max(entry.number for entry in shown.drs.journal.entries())
    assert "<a><b>" in html.fromstring(shown.get(f"/journal/{number}")).xpath("string(//pre[1])")


@pytest.mark.parametrize(
    ("form", "reads"),
    [
        ({"do": "fix", "instant": "2021-12-24T09:30"}, "Fri 24 Dec 2021, 09:30 and stands still"),
        ({"do": "shift", "by": "P1D"}, "Sat 23 Oct 2021, 12:20 and stands still"),
        ({"do": "resume"}, "follows system time"),
    ],
)
def test_the_clock_is_set(shown: Stage, form: dict[str, str], reads: str) -> None:
    _, there, _ = shown.post("/controls/clock", **form)
    assert reads in text_of(shown.get(there.partition("#")[0]))


@pytest.mark.parametrize(
    "form", [{"do": "fix", "instant": "noon"}, {"do": "shift", "by": "a bit"}, {"do": "shift", "by": "P9999999D"}]
)
def test_an_invalid_time_is_explained(shown: Stage, form: dict[str, str]) -> None:
    before = str(shown.drs.clock)
    status, _, page = shown.post("/controls/clock", **form)
    assert status == 400
    assert html.fromstring(page).xpath("string(//*[@role='alert'])")
    assert str(shown.drs.clock) == before


def test_state_is_exported_deleted_and_imported(shown: Stage) -> None:
    saved = shown.http.get("/controls/state.json").data
    assert shown.post("/controls/reset")[0] == 400
    assert "3 orders" in text_of(shown.get("/orders"))
    shown.post("/controls/reset", sure="yes")
    assert "There are no orders yet." in text_of(shown.get("/orders"))
    for data, status in ((b"{}", 400), (b"\xff", 400), (saved, 303)):
        files = {"state": (io.BytesIO(data), "state.json")}
        assert shown.http.post("/controls/state", data=files, headers={"Origin": HOST}).status_code == status
    assert "3 orders" in text_of(shown.get("/orders"))


def test_setup_has_the_browsers_address_and_no_secret() -> None:
    with stage("newark", password="of-our-own") as shown:
        page = shown.http.get("/setup", base_url="http://127.0.0.1:8080").text
        assert f"DrsOptions__ApiAddress=http://127.0.0.1:8080{shown.drs.path}" in text_of(page)
        assert "of-our-own" not in page
    with stage() as shown:
        page = text_of(shown.get("/setup"))
        assert "Password drs" in page
        assert '"id" => 0, "login" => "drs", "password" => "drs"' in page


class TestAccess:
    """Who may see the pages."""

    @pytest.mark.parametrize("path", ["/controls/reset", "/sessions/end", f"/bookings/{FIRST_BOOKING}/cancel"])
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Origin": "http://elsewhere.example"},
            {"Origin": "null"},
            {"Origin": "http://localhost:9"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Origin": HOST, "Host": "rebound.example"},
        ],
    )
    def test_a_form_of_a_foreign_page_changes_nothing(self, shown: Stage, path: str, headers: dict[str, str]) -> None:
        before = shown.drs.export_state()
        assert shown.http.post(path, data={"sure": "yes"}, headers=headers).status_code == 403
        assert shown.drs.export_state() == before

    def test_a_foreign_host_sees_no_page(self, shown: Stage) -> None:
        assert shown.http.get("/orders", headers={"Host": "rebound.example"}).status_code == 403

    def test_a_same_origin_form_is_accepted(self, shown: Stage) -> None:
        answer = shown.http.post("/sessions/end", headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 303

    def test_without_an_admin_interface_there_is_no_console(self) -> None:
        with stage("newark", admin=False) as shown:
            assert "The SOAP gateway is at" in shown.http.get("/", headers={"Accept": "text/html"}).text
            assert shown.http.get("/orders").status_code == 404

    def test_with_a_token_it_requires_login(self) -> None:
        with stage(host="0.0.0.0", password="x", admin_token="let-me-look") as shown:
            turned_away = shown.http.get("/orders")
            assert (turned_away.status_code, turned_away.headers["Location"]) == (303, "/login")
            assert "Admin token" in shown.get("/login")
            with shown.http.get("/static/console.css") as style:
                assert style.status_code == 200
            assert shown.post("/login", token="wrong")[1] == "/login?wrong"
            assert shown.http.get("/orders").status_code == 303
            answer = shown.http.post("/login", data={"token": "let-me-look"}, headers={"Origin": HOST})
            cookie = answer.headers["Set-Cookie"]
            assert "let-me-look" not in cookie
            assert "HttpOnly" in cookie
            assert "SameSite=Strict" in cookie
            assert "3 orders" in text_of(shown.get("/orders"))
            assert "Max-Age=43200" in cookie
            shown.http.set_cookie("drs_console", "0" * 64)
            assert shown.http.get("/orders").status_code == 303

    def test_too_many_wrong_tokens_are_refused_for_a_while(self) -> None:
        with stage("newark", admin_token="let-me-look") as shown:
            for _ in range(3):
                assert shown.post("/login", token="wrong")[1] == "/login?wrong"
            status, _, text = shown.post("/login", token="wrong")
            assert (status, "Wait a second" in text) == (429, True)

    def test_a_page_that_came_through_a_proxy_needs_a_token(self, shown: Stage) -> None:
        answer = shown.http.get("/orders", headers={"X-Forwarded-For": "203.0.113.9"})
        assert (answer.status_code, "--admin-token" in answer.text) == (403, True)


class TestBelowAPrefix:
    """A proxy puts /housing/drs before all paths; the browser must find every page there."""

    HEADERS: ClassVar = {"X-Forwarded-Prefix": "/housing/drs", "X-Forwarded-Host": "www.example", "Accept": "text/html"}

    @pytest.fixture
    def behind(self) -> Iterator[Stage]:
        with stage(host="0.0.0.0", password="x", admin_token="let-me-look", trusted_proxies=1) as each:
            yield each

    def sign_in(self, behind: Stage) -> TestResponse:
        headers = {**self.HEADERS, "Origin": "http://www.example"}
        return behind.http.post("/login", data={"token": "let-me-look"}, headers=headers)

    def test_redirects_and_the_login_form_have_it(self, behind: Stage) -> None:
        assert behind.http.get("/setup", headers=self.HEADERS).headers["Location"] == "/housing/drs/login"
        page = html.fromstring(behind.http.get("/login", headers=self.HEADERS).text)
        assert page.xpath("//form/@action") == ["/housing/drs/login"]
        answer = self.sign_in(behind)
        assert answer.headers["Location"] == "/housing/drs/"
        assert "Path=/housing/drs" in answer.headers["Set-Cookie"]

    def test_every_address_of_a_page_has_it(self, behind: Stage) -> None:
        cookie = self.sign_in(behind).headers["Set-Cookie"].partition(";")[0].partition("=")[2]
        behind.http.set_cookie("drs_console", cookie)
        contract = project_url("Contract")
        assert contract.startswith("https://")
        for path in [*PAGES, "/nowhere"]:
            answer = behind.http.get(path, headers=self.HEADERS)
            assert answer.status_code == (404 if path == "/nowhere" else 200)
            for address in html.fromstring(answer.text).xpath("//a/@href | //@src | //link/@href | //form/@action"):
                assert address.startswith(("/housing/drs/", "#", "http://www.example/housing/drs/OT", contract)), path
        setup = behind.http.get("/setup", headers=self.HEADERS).text
        assert f"http://www.example/housing/drs{behind.drs.path}?wsdl" in setup

    def test_openapi_has_it(self, behind: Stage) -> None:
        headers = {**self.HEADERS, "Authorization": "Bearer let-me-look"}
        document = behind.http.get("/__admin/openapi.json", headers=headers).get_json()
        assert document["servers"] == [{"url": "/housing/drs"}]


def test_browsers_get_an_icon_and_a_menu_at_a_wrong_address(shown: Stage) -> None:
    with shown.http.get("/favicon.ico") as icon:
        assert (icon.status_code, icon.mimetype) == (200, "image/svg+xml")
    answer = shown.http.get("/nowhere", headers={"Accept": "text/html"})
    assert (answer.status_code, "Diary" in text_of(answer.text)) == (404, True)
    assert "There is no page at /nowhere." in text_of(answer.text)
    assert shown.http.get("/nowhere").mimetype == "text/plain"
    assert shown.http.get("/health", headers={"Accept": "text/html"}).mimetype == "application/json"


def test_the_journal_shows_why_a_call_was_refused_and_both_times(shown: Stage) -> None:
    body = call("selectOrder", "<primaryOrderNumber>1</primaryOrderNumber><sessionId>x</sessionId>")
    shown.http.post(shown.drs.path, data=body, content_type="text/xml")
    entry = shown.drs.journal.entries()[-1]
    assert entry.error_message
    page = html.fromstring(shown.get("/journal"))
    row = page.xpath("//tbody/tr[1]")[0]
    assert entry.error_message in " ".join(row.itertext())
    assert row.xpath(".//time/@datetime") == [entry.time.isoformat(), entry.system_time.isoformat()]
    assert entry.time.year == 2021
    assert entry.system_time.year > 2021
    assert entry.error_message in shown.get(f"/journal/{entry.number}")


def test_a_database_that_is_gone_is_a_page_that_says_so(shown: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise StateLostError("The database is gone.")

    monkeypatch.setattr(shown.drs.scheduler, "run_as_system", fail)
    answer = shown.http.get("/orders")
    assert (answer.status_code, "try again" in answer.text) == (503, True)
