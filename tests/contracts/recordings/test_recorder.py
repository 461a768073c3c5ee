"""The recorder over real sockets: a client, the recorder, a simulator; what it writes, and that it can be replayed."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from urllib.parse import urlsplit

import pytest
import requests
from drs_client import DrsClient, HttpFailure, RepairWorkflow, RequestRejected
from drs_contracts import CannotListenError, SimulatorTarget, UrlTarget, load_recording, replay
from drs_contracts.driver.messages import NAMESPACE, SOAP, Value, request
from drs_contracts.recordings.recorder import MAX_BYTES, Recorder, RecorderError, RecordingServer
from drs_contracts.recordings.redaction import OMITTED, Redactor
from drs_contracts.recordings.writer import MAX_WAITING_BYTES, About, FolderError, Message, RecordingWriter
from drs_simulator import Profile, Simulator
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from werkzeug.wrappers import Request, Response

from tests.client.fakes import serving
from tests.simulator.scheduling.builders import LINCOLN, changed

CLOCK = "fixed@2021-10-22T12:20:59.555+01:00"
WORKFLOW = [
    "01-openSession",
    "02-checkAvailability",
    "03-createOrder",
    "04-scheduleBooking",
    "05-selectOrder",
    "06-selectOrder",
    "07-scheduleBooking",
    "08-selectOrder",
    "09-selectOrder",
    "10-deleteBooking",
    "11-closeSession",
]
JOB = ("3670010", "N373049", "Priority 20 Days")
OPEN = (
    f'<e:Envelope xmlns:e="{SOAP}" xmlns:a="{NAMESPACE}"><e:Body><a:openSession><openSession><login>{{}}</login>'
    "<password>{}</password></openSession></a:openSession></e:Body></e:Envelope>"
)
XML = {"Content-Type": "text/xml"}


def about() -> About:
    return About("t", "s", "lincoln", CLOCK)


@dataclass(frozen=True)
class Person:
    """Everything personal and secret that the workflow meets."""

    login: str
    password: str
    contact: str
    phone: str
    user_id: str
    comments: str
    address: str
    town: str
    post_code: str
    operative: str


# Long enough that nothing else in a recording has them by accident, and what XML and SOAP carry unchanged.
TEXTS = (
    st.text("abcdefgHIJKL012345 &<>'\"éŁ", min_size=8, max_size=40).map(str.strip).filter(lambda text: len(text) > 7)
)
PEOPLE = st.builds(
    Person,
    login=TEXTS,
    password=TEXTS,
    contact=TEXTS,
    phone=st.from_regex(r"07[0-9]{9}", fullmatch=True),
    user_id=st.from_regex(r"[a-z]{6,9}@[a-z]{4,9}\.org\.uk", fullmatch=True),
    comments=TEXTS,
    address=TEXTS,
    town=TEXTS,
    post_code=st.from_regex(r"X[A-Z][0-9]{2} [0-9]Q[A-Z]", fullmatch=True),
    operative=TEXTS,
)


def lived_in_by(person: Person) -> Profile:
    """Lincoln, with the person's home and operative."""
    settings = LINCOLN.model_dump()
    home = settings["locations"][0] | {
        "name": person.contact,
        "address1": person.address,
        "address3": person.town,
        "post_code": person.post_code,
        "latitude": "53.22914159",
        "longitude": "-0.54826535",
    }
    operatives = tuple(each | {"name": f"{person.operative} {each['id']}"} for each in settings["operatives"])
    return changed(LINCOLN, locations=(home,), operatives=operatives)


@contextmanager
def recording(upstream: str, into: Path, **settings: object) -> Iterator[tuple[Recorder, str]]:
    """A recorder in front of the upstream, and its address."""
    recorder = Recorder(upstream, into, clock=CLOCK, **settings)  # type: ignore[arg-type]
    with RecordingServer(recorder) as server:
        yield recorder, server.url


def work(url: str, drs: Simulator, login: str, password: str) -> None:
    """Find, book, show, move and cancel an appointment in one session."""
    repairs = RepairWorkflow(DrsClient(url, login, password, user_id="somebody"), now=drs.clock.now)
    with repairs:
        slots = repairs.find_slots(*JOB, days=3).slots
        repairs.book("10000047", slots[0], *JOB, comments="Jane's door is loose")
        repairs.move("10000047", slots[-1])
        repairs.cancel("10000047")


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


@contextmanager
def upstream_that(answer: Callable[[Request], Response]) -> Iterator[str]:
    """The address of something that answers every call so."""
    with serving(Request.application(answer)) as address:
        yield f"{address}/soap"


def test_the_whole_workflow_is_recorded_and_replays_without_a_difference(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "recording"
    with (
        Simulator("lincoln", clock=CLOCK, login="council", password="pa55word!") as drs,
        recording(drs.url, folder) as (recorder, url),
    ):
        work(url, drs, "council", "pa55word!")
    assert recorder.writer.written == len(WORKFLOW)
    assert recorder.writer.left_out == []
    kept = load_recording(folder)
    assert [exchange.name for exchange in kept.exchanges] == WORKFLOW
    assert (kept.profile, kept.clock) == ("lincoln", CLOCK)
    fresh = Simulator(kept.profile, clock=kept.clock)
    assert replay(kept, SimulatorTarget(fresh), "none") == {name: [] for name in WORKFLOW}


def test_an_operative_whom_an_answer_named_is_asked_for_in_a_replay(tmp_path: Path) -> None:
    with Simulator("lincoln", clock=CLOCK) as drs, recording(drs.url, tmp_path) as (_, url):
        target = UrlTarget(url, "drs", "drs")
        opened = target.post(request("openSession", {"login": "drs", "password": "drs"}))
        session = etree.fromstring(opened.body).findtext(".//sessionId") or ""
        members: dict[str, Value] = {"contract": "0", "includeWorkingHours": True, "sessionId": session}
        answer = target.post(request("selectResource", members))
        number = etree.fromstring(answer.body).findtext(".//resourceID") or ""
        members = {"contract": "0", "resourceId": number, "scheduleDate": "2021-10-26T00:00:00", "sessionId": session}
        answer = target.post(request("getSchedule", members))
    assert b"<status>success</status>" in answer.body
    assert f">{number}<" not in "".join(contents(tmp_path).values())
    fresh = Simulator("lincoln", clock=CLOCK)
    found = replay(load_recording(tmp_path), SimulatorTarget(fresh), "none")
    assert list(found) == ["01-openSession", "02-selectResource", "03-getSchedule"]
    assert not any(found.values())


def test_a_recording_tells_the_difference_of_another_drs(tmp_path: Path) -> None:
    with Simulator("lincoln", clock=CLOCK) as drs, recording(drs.url, tmp_path) as (_, url):
        work(url, drs, "drs", "drs")
    renamed = tuple(code.model_dump() | {"trade": code.trade and f"{code.trade}s"} for code in LINCOLN.sor_codes)
    staff = tuple(each.model_dump() | {"trades": tuple(f"{t}s" for t in each.trades)} for each in LINCOLN.operatives)
    other = Simulator(changed(LINCOLN, sor_codes=renamed, operatives=staff), clock=CLOCK)
    found = replay(load_recording(tmp_path), SimulatorTarget(other), "none")
    assert any("trade: is 'Joiners', was 'Joiner'" in str(each) for each in found["03-createOrder"])
    assert not found["02-checkAvailability"]


@given(PEOPLE)
@settings(max_examples=8)
def test_no_personal_value_reaches_the_disk(person: Person) -> None:
    with (
        TemporaryDirectory() as name,
        Simulator(lived_in_by(person), clock=CLOCK, login=person.login, password=person.password) as drs,
    ):
        folder = Path(name)
        with recording(drs.url, folder) as (recorder, url):
            with DrsClient(url, person.login, person.password, user_id=person.user_id) as client:
                until = drs.clock.now() + timedelta(days=9)
                order = client.create_order(
                    "1", *JOB, until, comments=person.comments, contact_name=person.contact, phone=person.phone
                )
                client.schedule_booking(order.bookings[0].id, "1")
                (shown,) = client.select_orders("1")
                with pytest.raises(RequestRejected) as refused:
                    client.create_order("2", JOB[0], JOB[1], f"{person.contact}!", until)
            secrets = [person.login, person.password, person.contact, person.phone, person.user_id, person.comments]
            secrets += [person.address, person.town, person.post_code, person.operative, "53.22914159", "-0.54826535"]
            # While it is recorded, and after.
            recorder.writer.flush()
            texts = list(contents(folder).values())
        texts += contents(folder).values()
        assert shown.location is not None
        assert person.address in shown.location.address
        assert person.contact in refused.value.message
        assert recorder.writer.written == 6
        for secret in secrets:
            assert not any(secret in text or escape(secret) in text for text in texts)
        kept = load_recording(folder)
        fresh = Simulator(lived_in_by(person), clock=CLOCK)
        assert not any(replay(kept, SimulatorTarget(fresh), "none").values())


def test_a_session_is_a_stand_in_that_is_the_same_in_every_exchange(tmp_path: Path) -> None:
    with Simulator("lincoln", clock=CLOCK, seed=1) as drs, recording(drs.url, tmp_path) as (_, url):
        answer = requests.post(url, OPEN.format("drs", "drs"), headers=XML, timeout=10).content
        drs.reset()
        # With the same seed the session of the workflow is the one that was opened before.
        work(url, drs, "drs", "drs")
    session = etree.fromstring(answer).findtext(".//sessionId") or "none"
    kept = [etree.fromstring(path.read_bytes()) for path in tmp_path.glob("*.xml")]
    stand_ins = [each.text for root in kept for each in root.iter("sessionId")]
    assert len(stand_ins) == len(WORKFLOW) + 1
    assert len(set(stand_ins)) == 1
    assert session not in stand_ins


def test_without_redaction_everything_is_kept_as_it_came(tmp_path: Path) -> None:
    sent = OPEN.format("drs", "drs").encode()
    with Simulator("lincoln", clock=CLOCK) as drs, recording(drs.url, tmp_path, redact=False) as (_, url):
        answer = requests.post(url, sent, headers=XML, timeout=10)
    assert (tmp_path / "01-openSession.request.xml").read_bytes() == sent
    assert (tmp_path / "01-openSession.response.xml").read_bytes() == answer.content
    assert "as they came" in contents(tmp_path)["recording.toml"]
    assert load_recording(tmp_path).redacted == {}


def test_of_a_message_only_what_is_known_is_written(tmp_path: Path) -> None:
    """Nothing waits for the end: a recorder that is killed leaves whole files."""
    body = (
        f'<e:Envelope xmlns:e="{SOAP}"><e:Body><e:Fault><faultstring>{{}}</faultstring></e:Fault></e:Body></e:Envelope>'
    )
    answer = Response(body.format("Jane Doe is not a number"), 500, content_type="text/xml")
    with upstream_that(lambda _: answer) as upstream, recording(upstream, tmp_path) as (recorder, url):
        for login in ("somebody", "Jane Doe"):
            requests.post(url, OPEN.format(login, "secret"), headers=XML, timeout=10)
        recorder.writer.flush()
        kept = contents(tmp_path)
    assert f"<faultstring>{OMITTED} is not a number</faultstring>" in kept["01-openSession.response.xml"]
    pseudonym = etree.fromstring(kept["02-openSession.request.xml"].encode()).findtext(".//login")
    assert f"<faultstring>{pseudonym} is not a number</faultstring>" in kept["02-openSession.response.xml"]
    assert contents(tmp_path) == kept
    assert load_recording(tmp_path).redacted["faultstring"]


def test_the_wsdl_leads_to_the_recorder_and_is_no_exchange(tmp_path: Path) -> None:
    with Simulator("lincoln") as drs, recording(drs.url, tmp_path) as (recorder, url):
        wsdl = requests.get(f"{url}?wsdl", timeout=10)
        direct = requests.get(f"{drs.url}?wsdl", timeout=10).text.replace(drs.url, url)
    assert wsdl.status_code == 200
    assert f'location="{url}"' in wsdl.text
    assert wsdl.text == direct
    assert recorder.writer.written == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("inside", "led"),
    [
        ('<soap:address location="http://drs-internal:8081/x/ws/soap"/>', '<soap:address location="{url}"/>'),
        ("<soap:address\n    location='https://10.0.0.1/soap'/>", "<soap:address\n    location='{url}'/>"),
        ('<s12:address binding="x" location=""/>', '<s12:address binding="x" location="{url}"/>'),
        (
            '<wsdl:import namespace="n" location="http://drs-internal:8081/soap?wsdl=Gateway.wsdl"/>',
            '<wsdl:import namespace="n" location="{url}?wsdl=Gateway.wsdl"/>',
        ),
        (
            '<xsd:import schemaLocation="http://drs-internal/soap?xsd=1.xsd"/>',
            '<xsd:import schemaLocation="{url}?xsd=1.xsd"/>',
        ),
        ('<xsd:import schemaLocation="types.xsd"/>', '<xsd:import schemaLocation="types.xsd"/>'),
        ('<soap:body use="literal"/>', '<soap:body use="literal"/>'),
    ],
)
def test_the_wsdl_leads_to_the_recorder_whatever_it_named(tmp_path: Path, inside: str, led: str) -> None:
    described = f"<definitions>{inside}</definitions>"
    answer = Response(described, content_type="text/xml")
    with upstream_that(lambda _: answer) as upstream, recording(upstream, tmp_path) as (_, url):
        came = requests.get(f"{url}?wsdl", timeout=10).text
    assert came == f"<definitions>{led.format(url=url)}</definitions>"


def test_other_parts_of_a_wsdl_are_passed_on(tmp_path: Path) -> None:
    seen: list[str] = []

    def answer(request: Request) -> Response:
        seen.append(request.query_string.decode())
        return Response("<schema/>")

    with upstream_that(answer) as upstream, recording(upstream, tmp_path) as (_, url):
        for query in ("wsdl=Gateway.wsdl", "xsd=1.xsd"):
            assert requests.get(f"{url}?{query}", timeout=10).status_code == 200
    assert seen == ["wsdl=Gateway.wsdl", "xsd=1.xsd"]


class TestLogins:
    """The caller's own login goes on, and no other."""

    @pytest.fixture
    def netrc(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = tmp_path / "netrc"
        file.write_text("machine 127.0.0.1 login someone password else\n", encoding="utf-8")
        file.chmod(0o600)
        monkeypatch.setenv("NETRC", str(file))

    @pytest.mark.usefixtures("netrc")
    @pytest.mark.parametrize(
        ("of_address", "sent", "expected"),
        [
            ("", "Basic Y291bmNpbDpyaWdodA==", "Basic Y291bmNpbDpyaWdodA=="),
            ("", None, None),
            ("in:address@", "Basic Y291bmNpbDpyaWdodA==", "Basic Y291bmNpbDpyaWdodA=="),
            ("in:address@", None, "Basic aW46YWRkcmVzcw=="),
        ],
    )
    def test_netrc_is_not_read(self, tmp_path: Path, of_address: str, sent: str | None, expected: str | None) -> None:
        seen: list[str | None] = []

        def answer(request: Request) -> Response:
            request.get_data()
            seen.append(request.headers.get("Authorization"))
            return Response("<a/>")

        with upstream_that(answer) as address:
            upstream = address.replace("http://", f"http://{of_address}")
            with recording(upstream, tmp_path / "r") as (_, url), requests.Session() as session:
                session.trust_env = False
                headers = XML | ({} if sent is None else {"Authorization": sent})
                session.post(url, OPEN, headers=headers, timeout=10)
        assert seen[0] == expected

    def test_a_proxy_is_not_asked_for_what_is_on_this_machine(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        monkeypatch.delenv("NO_PROXY", raising=False)
        with (
            upstream_that(lambda _: Response("<a/>")) as upstream,
            recording(upstream, tmp_path) as (_, url),
            requests.Session() as session,
        ):
            session.trust_env = False
            assert session.post(url, OPEN, headers=XML, timeout=10).text == "<a/>"


class TestEvidence:
    """A recording says whether it is of a DRS or of a simulator."""

    def test_one_of_a_simulator_is_simulated(self, tmp_path: Path) -> None:
        with Simulator("lincoln", clock=CLOCK) as drs, recording(drs.url, tmp_path) as (_, url):
            requests.post(url, OPEN.format("drs", "drs"), headers=XML, timeout=10)
        assert load_recording(tmp_path).source.startswith("simulated: recorded at a simulator, http://127.0.0.1:")

    def test_one_of_something_else_is_seen(self, tmp_path: Path) -> None:
        with upstream_that(lambda _: Response("<a/>")) as upstream, recording(upstream, tmp_path) as (_, url):
            requests.post(url, OPEN, headers=XML, timeout=10)
        assert load_recording(tmp_path).source.startswith("seen: recorded at http://127.0.0.1:")


def test_an_answer_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    release = Event()

    class Slow(Redactor):
        def redact(self, body: bytes, charset: str | None = None) -> bytes:
            release.wait(60)
            return super().redact(body, charset)

    writer = RecordingWriter(tmp_path, about, Slow(0))
    for _ in range(3):
        writer.write(Message(OPEN.encode()), Message(b"<a/>"))
    assert writer.written == 0
    release.set()
    writer.flush()
    assert writer.written == 3
    writer.close()


def test_what_waits_to_be_written_is_bounded(tmp_path: Path) -> None:
    release = Event()

    class Slow(Redactor):
        def redact(self, body: bytes, charset: str | None = None) -> bytes:
            release.wait(60)
            return b"<a/>"

    writer = RecordingWriter(tmp_path, about, Slow(0))
    for _ in range(3):
        writer.write(Message(b" " * (MAX_WAITING_BYTES // 2)), Message(b"<a/>"))
    release.set()
    writer.close()
    assert writer.left_out == ["More exchanges came at once than can be written."] * 2
    assert writer.written == 1


def test_a_caller_that_expects_100_continue_gets_it_once(tmp_path: Path) -> None:
    """Java 17 takes a second one for the answer."""
    body = OPEN.format("drs", "drs").encode()
    with upstream_that(lambda _: Response("<a/>")) as upstream, recording(upstream, tmp_path) as (_, url):
        parts = urlsplit(url)
        head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: text/xml\r\n"
            f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
        )
        with socket.create_connection((parts.hostname, parts.port), timeout=10) as caller:
            caller.sendall(head.encode())
            came = caller.recv(4096)
            caller.sendall(body)
            while more := caller.recv(4096):
                came += more
    assert came.count(b" 100 Continue") == 1
    assert came.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


def test_an_upstream_that_is_not_reached_is_a_fault_with_http_502(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with recording(f"http://user:secret@127.0.0.1:{port}/soap", tmp_path) as (recorder, url):
        answer = requests.post(url, OPEN, headers=XML, timeout=10)
        with pytest.raises(HttpFailure, match="502"):
            DrsClient(url, "drs", "drs").open_session()
    fault = etree.fromstring(answer.content).findtext(f"{{{SOAP}}}Body/{{{SOAP}}}Fault/faultstring") or ""
    assert answer.status_code == 502
    assert fault.startswith(f"Nothing answers at 127.0.0.1:{port} (ConnectionError).")
    assert "secret" not in answer.text
    assert recorder.writer.written == 0


def test_an_upstream_that_is_too_slow_is_a_fault_with_http_504(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        upstream = f"http://127.0.0.1:{silent.getsockname()[1]}/soap"
        with recording(upstream, tmp_path, timeout=0.1) as (_, url):
            answer = requests.post(url, OPEN, headers=XML, timeout=10)
    assert answer.status_code == 504
    assert "did not answer within 0.1 seconds." in answer.text


def test_a_request_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with Simulator("lincoln") as drs, recording(drs.url, tmp_path) as (recorder, url):
        answer = requests.post(url, b" " * (MAX_BYTES + 1), headers=XML, timeout=10)
    assert answer.status_code == 413
    assert f"more than {MAX_BYTES} bytes" in answer.text
    assert recorder.writer.written == 0


def test_an_answer_that_is_too_large_is_not_passed_on(tmp_path: Path) -> None:
    with (
        upstream_that(lambda _: Response(b" " * (MAX_BYTES + 1))) as upstream,
        recording(upstream, tmp_path) as (_, url),
    ):
        answer = requests.post(url, OPEN, headers=XML, timeout=10)
    assert answer.status_code == 502
    assert f"more than {MAX_BYTES} bytes" in answer.text


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"<html><p>Jane Doe", "It is not XML"),
        (b'<!DOCTYPE a [<!ENTITY e "Jane Doe">]><a>&e;</a>', "It has a DOCTYPE"),
        (b"", "It is not XML"),
    ],
)
def test_what_cannot_be_redacted_is_passed_on_and_not_kept(tmp_path: Path, answer: bytes, why: str) -> None:
    headers = {"Set-Cookie": "route=1", "X-Other": "Jane"}
    response = Response(answer, 503, headers, content_type="text/html")
    with upstream_that(lambda _: response) as upstream, recording(upstream, tmp_path) as (recorder, url):
        came = requests.post(url, OPEN, headers=XML, timeout=10)
    assert (came.status_code, came.content, came.headers["Content-Type"]) == (503, answer, "text/html")
    assert came.headers["Set-Cookie"] == "route=1"
    assert "X-Other" not in came.headers
    assert list(tmp_path.iterdir()) == []
    (told,) = recorder.writer.left_out
    assert why in told
    assert "Jane" not in told


def test_a_folder_that_goes_away_does_not_trouble_the_caller(tmp_path: Path) -> None:
    folder = tmp_path / "recording"
    with Simulator("lincoln") as drs, recording(drs.url, folder) as (recorder, url):
        folder.rmdir()
        DrsClient(url, "drs", "drs").open_session()
    assert recorder.writer.left_out == ["An exchange cannot be written: No such file or directory."]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "", 405), ("PUT", "", 405), ("POST", "/elsewhere", 404), ("GET", "/x", 404)]
)
def test_what_is_no_call_is_told_where_to_go(tmp_path: Path, method: str, path: str, status: int) -> None:
    with recording("http://127.0.0.1:9/soap", tmp_path) as (_, url):
        assert requests.request(method, f"{url}{path}", timeout=10).status_code == status


def test_redirects_queries_and_logins_are_passed_on(tmp_path: Path) -> None:
    seen: list[Request] = []

    def answer(request: Request) -> Response:
        request.get_data()
        seen.append(request)
        return Response(status=307, headers={"Location": "http://127.0.0.1:9/"})

    with upstream_that(answer) as upstream, recording(upstream, tmp_path) as (_, url):
        sent = {**XML, "SOAPAction": '""', "Authorization": "Basic eDp5", "X-Other": "no"}
        came = requests.post(f"{url}?wsdl", OPEN, headers=sent, timeout=10, allow_redirects=False)
    assert (came.status_code, came.headers["Location"]) == (307, "http://127.0.0.1:9/")
    assert (seen[0].method, seen[0].query_string) == ("POST", b"wsdl")
    assert seen[0].headers["Authorization"] == "Basic eDp5"
    assert "X-Other" not in seen[0].headers


def test_many_callers_at_once_are_all_recorded(tmp_path: Path) -> None:
    with Simulator("lincoln", clock=CLOCK) as drs, recording(drs.url, tmp_path) as (recorder, url):
        with ThreadPoolExecutor(8) as pool:
            answers = pool.map(
                lambda number: requests.post(url, OPEN.format("drs", f"no-{number}"), headers=XML, timeout=30),
                range(120),
            )
        assert {answer.status_code for answer in answers} == {200}
    assert recorder.writer.written == 120
    exchanges = load_recording(tmp_path).exchanges
    assert [int(each.name.partition("-")[0]) for each in exchanges] == list(range(1, 121))


def test_a_replay_over_a_socket_is_the_same(tmp_path: Path) -> None:
    with Simulator("lincoln", clock=CLOCK) as drs, recording(drs.url, tmp_path) as (_, url):
        work(url, drs, "drs", "drs")
    with Simulator("lincoln", clock=CLOCK, login="other", password="secret") as drs:
        found = replay(load_recording(tmp_path), UrlTarget(drs.url, "other", "secret"), "none")
    assert not any(found.values())


def test_nothing_is_written_after_the_recording(tmp_path: Path) -> None:
    writer = RecordingWriter(tmp_path, about, Redactor(0))
    writer.close()
    writer.write(Message(b"<a/>"), Message(b"<a/>"))
    assert list(tmp_path.iterdir()) == []
    assert writer.left_out == ["An exchange ended after the recording."]


def test_what_names_no_operation_is_recorded_as_unknown(tmp_path: Path) -> None:
    writer = RecordingWriter(tmp_path, lambda: About('a "title"\\', "s\x7f\n", "lincoln", CLOCK), Redactor(0))
    odd = f'<e:Envelope xmlns:e="{SOAP}"><e:Body><a.b/></e:Body></e:Envelope>'.encode()
    for sent in (b"<a/>", odd):
        writer.write(Message(sent), Message(b"<a/>"))
    writer.close()
    kept = load_recording(tmp_path)
    assert [each.name for each in kept.exchanges] == ["01-unknown", "02-unknown"]
    assert (kept.title, kept.source) == ('a "title"\\', "s\x7f\n")


@pytest.mark.parametrize(
    "upstream", ["", "drs.example", "ftp://drs.example/", "http://", "http://x:99999/", "http://[::1/"]
)
def test_an_upstream_that_is_no_address_is_refused(tmp_path: Path, upstream: str) -> None:
    with pytest.raises(RecorderError, match="is not the address of a DRS"):
        Recorder(upstream, tmp_path)


def test_a_folder_that_has_files_or_is_one_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.touch()
    for folder, words in ((tmp_path, "is not empty"), (file, "cannot be recorded into: "), (file / "x", "cannot be")):
        with pytest.raises(FolderError, match=words):
            Recorder("http://127.0.0.1:9/soap", folder)


def test_a_port_that_is_taken_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(
            CannotListenError, match=rf"127\.0\.0\.1:{port} cannot be listened on \(.+\)\. Choose another"
        ):
            RecordingServer(Recorder("http://127.0.0.1:9/soap", tmp_path), port=port)


def test_a_file_is_written_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    writer = RecordingWriter(tmp_path, about, Redactor(0))
    (tmp_path / "01-openSession.response.xml").mkdir()
    writer.write(Message(OPEN.encode()), Message(b"<a/>"))
    writer.close()
    assert writer.left_out == ["An exchange cannot be written: Is a directory."]
    assert {path.name for path in tmp_path.iterdir()} == {"01-openSession.response.xml", "recording.toml"}
