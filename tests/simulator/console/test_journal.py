"""The journal's pages: found by filters and page by page, copied, downloaded, sent again."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from drs_simulator import FaultRule, effects
from lxml import html
from werkzeug.test import TestResponse

from tests.simulator.console.staging import FIRST_BOOKING, FIRST_ORDER, HOST, SCRIPT, Stage, stage
from tests.simulator.soap.wire import OPEN, call

BROWSER = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def shown() -> Iterator[Stage]:
    """A journal that tests read, and add to."""
    with stage() as each:
        yield each


@pytest.fixture(scope="module")
def untouched() -> Iterator[Stage]:
    """A journal to which no test adds anything."""
    with stage() as each:
        yield each


def numbers_of(page: str) -> list[int]:
    return [int(text) for text in html.fromstring(page).xpath("//tbody[@id='rows']//th//a/text()")]


def newest(shown: Stage) -> int:
    return shown.drs.journal.latest(1)[0].number


def send(shown: Stage, body: str, **headers: str) -> TestResponse:
    return shown.http.post(shown.drs.path, data=body, content_type="text/xml", headers=headers)


def copied(shown: Stage, number: int, form: str) -> str:
    (pre,) = html.fromstring(shown.get(f"/journal/{number}")).xpath(f"//pre[@id='copy-{form}']")
    return str(pre.text_content())


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ("operation=scheduleBooking", 3),
        ("outcome=success&operation=createOrder", 3),
        ("outcome=fault", 1),
        (f"order={FIRST_ORDER}", 3),
        ("order=1000004", 0),
        ("user=drs-client&operation=createOrder", 3),
        ("user=drs&operation=openSession", 1),
        ("caller=127.&outcome=fault", 1),
        ("session=none", 0),
        ("text=locationId is not a member", 1),
        ("outcome=no-such", 18),
    ],
)
def test_exchanges_are_found(untouched: Stage, query: str, finds: int) -> None:
    assert len(numbers_of(untouched.get(f"/journal?{query}"))) == finds


def test_a_session_is_found_by_its_start(shown: Stage) -> None:
    session = shown.drs.journal.entries("createOrder")[0].session
    assert len(numbers_of(shown.get(f"/journal?session={session}"))) >= 15
    assert f"session: {session}" in " ".join(html.fromstring(shown.get(f"/journal?session={session}")).itertext())


def test_exchanges_with_a_fault_rule_are_found() -> None:
    with stage() as shown:
        shown.drs.faults.add(FaultRule(effect=effects.Delay(seconds=0)), FaultRule(effect=effects.ExtraElements()))
        send(shown, call("openSession", OPEN))
        (number,) = numbers_of(shown.get("/journal?outcome=injected"))
        assert number == newest(shown)
        assert "delay, extra_elements" in shown.get("/journal")


def test_every_exchange_is_on_some_page() -> None:
    with stage() as shown:
        for _ in range(120):
            send(shown, "<no/>")
        path, seen = "/journal", []
        while path:
            page = shown.get(path)
            seen.append(numbers_of(page))
            path = "".join(html.fromstring(page).xpath("//nav[@aria-label='Pages of exchanges']//a[@rel='next']/@href"))
        assert [number for page in seen for number in page] == list(range(newest(shown), 0, -1))
        assert [len(page) for page in seen] == [50, 50, newest(shown) - 100]
        (back,) = html.fromstring(page).xpath("//nav[@aria-label='Pages of exchanges']//a[@rel='prev']/@href")
        assert numbers_of(shown.get(back)) == seen[1]


def test_a_database_is_read_page_by_page(tmp_path: object) -> None:
    with stage(state=f"sqlite:///{tmp_path}/drs.db") as shown:
        for _ in range(60):
            send(shown, "<no/>")
        page = shown.get("/journal")
        assert len(numbers_of(page)) == 50
        (older,) = html.fromstring(page).xpath("//a[@rel='next']/@href")
        assert numbers_of(shown.get(older))[-1] == 1
        shown.drs.close()


def test_a_refusal_and_a_broken_clause_are_in_the_row(shown: Stage) -> None:
    send(shown, call("selectOrder", "<primaryOrderNumber>1</primaryOrderNumber><sessionId>x</sessionId>"))
    (row,) = html.fromstring(shown.get("/journal/rows")).xpath("//tr[1]")
    reason = row.xpath("string(td[@class='reason'])")
    assert "Invalid session" in reason
    assert "CAL-" in reason


def test_an_exchange_shows_its_clauses_with_evidence(shown: Stage) -> None:
    (number,) = numbers_of(shown.get("/journal?outcome=fault&text=locationId+is+not"))
    (clauses,) = html.fromstring(shown.get(f"/journal/{number}")).xpath("//section[@aria-label='Clauses']")
    text = " ".join(clauses.itertext())
    assert "Clauses that the caller broke" in text
    assert "it is spelled locationId" in text
    assert "seen: Appendix B 3" in text
    assert "CAL-01" in " ".join(clauses.xpath("string(.//details)").split())


def test_an_exchange_links_to_its_order_and_neighbours(shown: Stage) -> None:
    entry = shown.drs.journal.entries("scheduleBooking")[0]
    page = html.fromstring(shown.get(f"/journal/{entry.number}?operation=scheduleBooking"))
    links = page.xpath("//main//nav//a/@href")
    assert f"/orders/{FIRST_ORDER}" in links
    assert f"/bookings/{FIRST_BOOKING}" in links
    following = shown.drs.journal.entries("scheduleBooking")[1]
    assert f"/journal/{following.number}?operation=scheduleBooking" in links
    assert page.xpath("//main//a/@rel") == ["next"]


def test_exchanges_are_downloaded_as_har(shown: Stage) -> None:
    archive = json.loads(shown.http.get("/journal/har?operation=createOrder&outcome=success").data)
    assert [each["_operation"] for each in archive["log"]["entries"]] == ["createOrder"] * 3
    answer = shown.http.get("/journal/2/har")
    assert json.loads(answer.data)["log"]["entries"][0]["_number"] == 2
    assert "attachment" in answer.headers["Content-Disposition"]


def test_a_copied_call_has_its_password_and_open_session(shown: Stage) -> None:
    session = html.fromstring(send(shown, call("openSession", OPEN)).data).xpath("string(//sessionid)")
    assert "<password>drs</password>" in copied(shown, newest(shown), "curl")
    send(shown, call("selectMetaData", f"<contract>0</contract><sessionId>{session}</sessionId>"))
    number = newest(shown)
    for form in ("xml", "curl", "python", "csharp"):
        assert session in copied(shown, number, form)
    shown.drs.clear_sessions()
    assert "YOUR-SESSION" in copied(shown, number, "xml")
    assert "YOUR-SESSION stands for" in shown.get(f"/journal/{number}")


def test_a_copied_call_has_no_password_of_ones_own() -> None:
    with stage("newark", password="of-our-own") as shown:
        send(shown, call("openSession", "<login>drs</login><password>of-our-own</password>"))
        page = shown.get(f"/journal/{newest(shown)}")
        assert "of-our-own" not in page
        assert "YOUR-PASSWORD stands for the password" in page
        answer = shown.http.post(f"/journal/{newest(shown)}/again", headers={"Origin": HOST})
        assert answer.status_code == 303
        assert shown.drs.journal.latest(1)[0].outcome == "success"
        form = {"sessionId": "YOUR-SESSION", "contract": "0", "do": "send"}
        assert "of-our-own" not in shown.http.post("/try/selectMetaData", data=form, headers={"Origin": HOST}).text


def test_awkward_bodies_are_copied_exactly(shown: Stage) -> None:
    """A Python script and a shell command, run as copied, send what the caller sent."""
    body = call("openSession", "<login>d'r\"s \\n $HOME `x` \N{POUND SIGN} %</login><password>drs</password>")
    send(shown, body)
    number = newest(shown)
    script = copied(shown, number, "python").partition("headers =")[0] + "print(ascii(envelope))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.strip() == ascii(body)
    words = copied(shown, number, "curl").replace("curl", "printf '%s\\n'", 1)
    shown_words = subprocess.run(["sh", "-c", words], capture_output=True, check=True, timeout=60).stdout.decode()
    assert shown_words.endswith(f"--data-binary\n{body}\n")


def test_a_call_is_sent_again(shown: Stage) -> None:
    entry = shown.drs.journal.entries("selectOrder")[0]
    answer = shown.http.post(f"/journal/{entry.number}/again", headers={"Origin": HOST})
    sent = shown.drs.journal.latest(1)[0]
    assert answer.headers["Location"] == f"/journal/{sent.number}?again={entry.number}"
    assert (sent.operation, sent.outcome, sent.address) == ("selectOrder", "success", "console")
    assert "was sent again" in shown.get(answer.headers["Location"])


@pytest.mark.parametrize("broken", [effects.Reset(), effects.SlowResponse()])
def test_a_call_without_an_answer_says_why(broken: effects.Reset | effects.SlowResponse) -> None:
    with stage() as shown:
        shown.drs.faults.add(FaultRule(operation="openSession", effect=broken))
        form = {"login": "drs", "password": "drs", "do": "send"}
        page = shown.http.post("/try/openSession", data=form, headers={"Origin": HOST}).text
        assert "fault rule" in html.fromstring(page).xpath("string(//*[@role='alert'])")


def test_a_call_is_edited_and_sent(shown: Stage) -> None:
    entry = shown.drs.journal.entries("createOrder", text=FIRST_ORDER)[0]
    page = html.fromstring(shown.get(f"/try/xml?from={entry.number}"))
    xml = page.xpath("string(//textarea)").replace(FIRST_ORDER, "10000099")
    answer = shown.http.post("/try/xml", data={"xml": xml}, headers={"Origin": HOST})
    assert "<status>success</status>" in html.fromstring(answer.text).xpath("string(//pre[@aria-label='Answer'])")
    assert "/orders/10000099" in shown.get(f"/journal/{newest(shown)}")


@pytest.mark.parametrize("xml", ["", "<a", "\x01", SCRIPT, "<a>\N{SNOWMAN}</a>"])
def test_what_is_no_xml_can_be_sent_too(shown: Stage, xml: str) -> None:
    answer = shown.http.post("/try/xml", data={"xml": xml}, headers={"Origin": HOST})
    assert answer.status_code == 200
    assert SCRIPT not in answer.text
    assert shown.drs.journal.latest(1)[0].request == xml.encode()


def test_a_message_to_a_service_cannot_be_sent_from_here() -> None:
    with stage() as shown:
        body = b"\xff\xfe broken"
        shown.http.post(shown.drs.path, data=body, content_type="text/xml")
        number = newest(shown)
        assert "Send again" not in shown.get(f"/journal/{number}")
        assert shown.http.post(f"/journal/{number}/again", headers={"Origin": HOST}).status_code == 404
        assert shown.http.get(f"/try/xml?from={number}", headers=BROWSER).status_code == 404


def test_the_journal_is_cleared_after_a_question() -> None:
    with stage() as shown:
        assert shown.http.get("/journal/clear", headers=BROWSER).status_code == 405
        status, there, _ = shown.post("/journal/clear")
        assert status == 303
        assert "The journal is empty now." in shown.get(there)
        assert not shown.drs.journal.entries()


def test_without_a_journal_the_pages_say_so() -> None:
    with stage(journal=0) as shown:
        assert "--journal 0" in shown.get("/journal")
        form = {"login": "drs", "password": "drs", "do": "send"}
        answer = shown.http.post("/try/openSession", data=form, headers={"Origin": HOST})
        assert "success" in answer.text
