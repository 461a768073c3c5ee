"""The journal: what is kept of exchanges, how much of it, and no secret in it."""

from __future__ import annotations

import json
import re
import string
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from drs_simulator import FaultRule, Journal, JournalEntry, Outcome, Simulator, effects
from drs_simulator.clock import Clock
from drs_simulator.exchange import Reply, SoapCall
from drs_simulator.journal.har import from_har
from drs_simulator.scheduling.scheduler import Credentials, Scheduler
from drs_simulator.storage.memory import MemoryStore
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from tests.simulator.journal.entries import last
from tests.simulator.scheduling.builders import LINCOLN
from tests.simulator.soap.wire import OPEN, ORDER, PERIOD, Caller, call, envelope

NIL = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"'
SOAP_1_2 = "http://www.w3.org/2003/05/soap-envelope"


class TestWhatIsKept:
    def test_an_exchange_is_recorded_as_it_was(self, drs: Caller) -> None:
        session = drs.open()
        answer = drs.ask("checkAvailability", PERIOD + ORDER, session)
        entry = last(drs)
        assert (entry.number, entry.operation, entry.status, entry.outcome) == (2, "checkAvailability", 200, "success")
        assert entry.time == drs.simulator.clock.now()
        assert entry.session == session[:6]
        assert entry.response == answer.body.encode()
        assert entry.response_size == len(entry.response)
        assert 0 < entry.duration < 10
        assert b"<locationID>3670010</locationID>" in entry.request

    def test_refusals_and_faults_are_told_apart(self, drs: Caller) -> None:
        drs.ask("selectOrder", "<primaryOrderNumber>1</primaryOrderNumber>", "unknown")
        drs.post("no XML")
        assert [(entry.outcome, entry.status) for entry in drs.simulator.journal.entries()] == [
            (Outcome.REFUSAL, 200),
            (Outcome.FAULT, 500),
        ]

    @pytest.mark.parametrize(
        ("effect", "outcome", "status"),
        [
            (effects.HttpStatus(status=503), Outcome.BROKEN, 503),
            (effects.Truncated(), Outcome.BROKEN, 200),
            (effects.Garbage(), Outcome.BROKEN, 200),
            (effects.WrongContentType(), Outcome.BROKEN, 200),
            (effects.Reset(), Outcome.BROKEN, 0),
            (effects.Delay(seconds=0), Outcome.SUCCESS, 200),
            (effects.ExtraElements(), Outcome.SUCCESS, 200),
        ],
        ids=lambda value: getattr(value, "kind", None),
    )
    def test_fault_effects_are_named(
        self, drs: Caller, effect: effects.AnyEffect, outcome: Outcome, status: int
    ) -> None:
        drs.simulator.faults.add(FaultRule(effect=effect))
        is_reset = effect.kind == "reset"
        expected: AbstractContextManager[object] = pytest.raises(ConnectionResetError) if is_reset else nullcontext()
        with expected:
            drs.http.post(drs.simulator.path, data=call("openSession", OPEN))
        entry = last(drs)
        assert (entry.outcome, entry.status, entry.faults) == (outcome, status, (effect.kind,))
        assert entry.diagnosis == f"Fault effects applied: {effect.kind}."

    def test_a_get_is_recorded_unless_it_is_for_the_wsdl(self, drs: Caller) -> None:
        drs.http.get(f"{drs.simulator.path}?wsdl")
        drs.http.get(drs.simulator.path)
        (entry,) = drs.simulator.journal.entries()
        assert entry.method == "GET"
        assert "?wsdl" in entry.diagnosis

    def test_reset_deletes_all_exchanges(self, drs: Caller) -> None:
        drs.open()
        drs.simulator.reset()
        assert drs.simulator.journal.entries() == ()
        drs.open()
        assert last(drs).number == 1

    def test_a_journal_can_be_switched_off(self) -> None:
        drs = Simulator(journal=0)
        assert "success" in Client(drs.wsgi).post(drs.path, data=call("openSession", OPEN)).text
        assert drs.journal.entries() == ()

    def test_an_answer_does_not_depend_on_the_journal(
        self, drs: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise RuntimeError

        monkeypatch.setattr(drs.simulator.journal, "record", fail)
        assert drs.open()
        assert "could not be recorded" in caplog.text


def journal(max_entries: int, max_bytes: int, password: str = "drs") -> Journal:
    clock = Clock()
    scheduler = Scheduler(LINCOLN, clock, Any, MemoryStore(), Credentials("drs", password))  # type: ignore[arg-type]
    return Journal(LINCOLN, clock, scheduler, password, max_entries=max_entries, max_bytes=max_bytes)


def keep(kept: Journal, body: bytes, answer: bytes = b"", **more: Any) -> None:
    kept.record(SoapCall(body, **more), Reply(500, answer), faults=(), began=Clock().now(), duration=0.1)


class TestItsBounds:
    @given(
        st.integers(1, 5),
        st.integers(20_000, 60_000),
        st.lists(st.tuples(st.integers(0, 40_000), st.integers(0, 40_000)), max_size=12),
    )
    def test_it_never_holds_more_than_its_bounds(
        self, max_entries: int, max_bytes: int, sizes: list[tuple[int, int]]
    ) -> None:
        kept = journal(max_entries, max_bytes)
        for number, (request, response) in enumerate(sizes, start=1):
            keep(kept, b"<" * request, b"x" * response, path="/" * request, headers={"soapaction": "a" * request})
            entries = kept.entries()
            assert 1 <= len(entries) <= max_entries
            assert sum(entry.size for entry in entries) <= max_bytes
            assert entries[-1].number == number
            assert (entries[-1].request_size, entries[-1].response_size) == (request, response)

    def test_the_oldest_give_way(self) -> None:
        kept = journal(3, 1_000_000)
        for _ in range(5):
            keep(kept, b"x")
        assert [entry.number for entry in kept.entries()] == [3, 4, 5]

    def test_it_holds_them_among_many_threads(self) -> None:
        kept = journal(50, 100_000)
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda number: keep(kept, b"x" * number), range(400)))
        entries = kept.entries()
        assert [entry.number for entry in entries] == list(range(351, 401))
        assert sum(entry.size for entry in entries) <= 100_000

    @pytest.mark.parametrize("level", ["warning", "info"])
    def test_memory_is_bounded_at_every_log_level(self, level: str) -> None:
        """The log reads the operation of a call: what was parsed for that must not stay with the entry."""
        done = subprocess.run([sys.executable, "-c", MEMORY, level], capture_output=True, text=True, check=True)
        assert float(done.stdout) < 24


MEMORY = """
import resource, sys
from drs_simulator import Simulator
from drs_simulator.log_setup import LogFormat, LogLevel, set_up_logs
from werkzeug.test import Client
from tests.simulator.soap.wire import OPEN, ORDER, PERIOD, call

set_up_logs(LogLevel(sys.argv[1]), LogFormat.CONSOLE)
drs = Simulator(clock="fixed@2021-10-22T12:20", seed=1)
http = Client(drs.wsgi)
session = http.post(drs.path, data=call("openSession", OPEN)).text.partition("<sessionId>")[2].partition("<")[0]
code = ORDER.partition("<theBookingCodes>")[2].partition("</theBookingCodes>")[0]
many = ORDER.replace("Door", "Door " * 8600)
body = call("checkAvailability", f"{PERIOD}<sessionId>{session}</sessionId>{many}").encode()

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

for _ in range(20):
    http.post(drs.path, data=body)
before = peak()
for number in range(300):
    assert http.post(drs.path, data=body.replace(b"10000047", str(number).zfill(8).encode())).status_code == 200
print(peak() - before)
"""

# Letters that appear in no tag, text or diagnosis of the journal, so that finding one means finding the password.
PASSWORDS = (
    st.text("ΩЖ§¤Ψ&<>\"' ", min_size=4, max_size=12)
    .map(lambda text: f"Ω{text.strip()}Ж9§")
    .filter(lambda text: "  " not in text)
)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


WRITINGS: dict[str, Callable[[str], str]] = {
    "plain": escaped,
    "decimal references": lambda text: "".join(f"&#{ord(each)};" for each in text),
    "hexadecimal references": lambda text: "".join(f"&#x00{ord(each):X};" for each in text),
    "every other one a reference": lambda text: "".join(
        f"&#{ord(each)};" if index % 2 else escaped(each) for index, each in enumerate(text)
    ),
    "CDATA": lambda text: f"<![CDATA[{text}]]>",
    "split by a comment": lambda text: f"{escaped(text[:3])}<!-- x -->{escaped(text[3:])}",
    "split by CDATA": lambda text: f"<![CDATA[{text[:2]}]]>{escaped(text[2:])}",
    "on lines of its own": lambda text: f"\n   {escaped(text)}\n",
}
PLACES: dict[str, Callable[[str], str]] = {
    "its element": lambda text: f"<login>drs</login><password>{text}</password>",
    "a prefixed element": lambda text: f'<n:password xmlns:n="urn:x">{text}</n:password>',
    "an element with attributes": lambda text: f'<password a="/>" xmlns:x="urn:x" x:b=">">{text}</password >',
    "a misspelt element": lambda text: f"<PassWord>{text}</PassWord>",
    "two elements": lambda text: f"<password>{text}</password><login>x</login><password>{text}</password>",
    "the login": lambda text: f"<login>{text}</login><password>{text}</password>",
    "another field": lambda text: f"<userId>{text}</userId><password>x</password>",
    "an element in it": lambda text: f"<password><value>{text}</value></password>",
    "an element of another name": lambda text: f"<passwort>{text}</passwort>",
    "an unclosed element": lambda text: f"<login>drs</login><password>{text}",
    "a wrongly closed element": lambda text: f"<password>{text}</passwd>",
    "a broken tag": lambda text: f"<password {text}",
}
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "latin-1", "cp1252"]


def writings(text: str) -> st.SearchStrategy[str]:
    """Ways of writing a text in XML that all read the same: references, CDATA, comments, instructions."""
    piece = st.sampled_from(
        [
            "{0}",
            "&#{1};",
            "&#x{1:X};",
            "&#x000{1:x};",
            "<![CDATA[{0}]]>",
            "{0}<!-- x -->",
            "{0}<?x y?>",
            "<![CDATA[]]>{0}",
        ]
    )
    pieces = st.lists(piece, min_size=len(text), max_size=len(text))
    plain = st.just(["{0}"] * len(text))
    return (plain | pieces).map(
        lambda forms: "".join(form.format(each, ord(each)) for form, each in zip(forms, text, strict=True))
    )


def read_whole(text: str) -> str:
    """A text as someone reads it who drops all markup and resolves references."""
    return unescape(re.sub(r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[|\]\]>", "", text, flags=re.DOTALL))


def every_text(entry: JournalEntry) -> str:
    """Whatever an entry tells, in every encoding that a body may be read in."""
    bodies = [
        body.decode(encoding, "ignore")
        for body in (entry.request, entry.response)
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-7", "latin-1", "cp037")
    ]
    return "\n".join([repr(entry), *bodies, entry.diagnosis, entry.path])


class TestSecrets:
    @given(
        PASSWORDS,
        st.sampled_from(sorted(WRITINGS)),
        st.sampled_from(sorted(PLACES)),
        st.sampled_from(ENCODINGS),
        st.booleans(),
        st.booleans(),
        st.integers(0, 60),
    )
    def test_no_password_is_stored_however_it_is_written(
        self, password: str, writing: str, place: str, encoding: str, declared: bool, right: bool, cut_off: int
    ) -> None:
        # Where no password belongs only the simulator's own can be told for one.
        own = password if right or place in ("the login", "another field") else "another-one"
        drs = Simulator(clock="fixed@2021-10-22T12:00:00Z", seed=1, password=own)
        text = call("openSession", PLACES[place](WRITINGS[writing](password)))
        name = encoding.removesuffix("-sig")
        text = f'<?xml version="1.0" encoding="{name}"?>{text}' if declared else text
        # What an encoding lacks is written as a reference, as an XML library does.
        body = text.encode(encoding, "xmlcharrefreplace")
        body = body[: len(body) - cut_off] if cut_off > 40 else body
        content_type = "text/xml" if declared else f"text/xml; charset={name}"
        Client(drs.wsgi).post(drs.path, data=body, content_type=content_type)
        (entry,) = drs.journal.entries()
        told = every_text(entry)
        references = ("&#937;", "&#x00003a9;", "&#x03A9;", "&#x003A9;")
        for form in (password, escaped(password), WRITINGS[writing](password), *references):
            assert form not in told
        assert "Ω" not in told
        assert "Ж" not in told

    @given(
        st.text(string.ascii_letters + string.digits, min_size=6, max_size=14).map("Zq{}".format),
        st.sampled_from(ENCODINGS),
    )
    def test_a_password_is_masked_wherever_it_stands(self, password: str, encoding: str) -> None:
        drs = Simulator(clock="fixed@2021-10-22T12:00:00Z", seed=1, password=password)
        for text in (
            password,
            f"login=drs&password={password}",
            json.dumps({"login": "drs", "password": password}),
            call("selectOrder", f"<primaryOrderNumber>{password}</primaryOrderNumber>"),
            call("selectOrder", f"<{password}x/>"),
            call("openSession", f"<!-- {password} --><login password='{password}'>{password}</login>"),
            envelope(f"<{password}/>"),
            f"<!DOCTYPE a [<!ENTITY p '{password}'>]>{call('openSession', '<password>&p;</password>')}",
            f"<password>{password[:4]}<{password[4:]}</password>",
        ):
            body = text.encode(encoding)
            headers = {"SOAPAction": f'"{password}"'}
            content_type = f"text/xml; charset={encoding.removesuffix('-sig')}"
            Client(drs.wsgi).post(drs.path, data=body, content_type=content_type, headers=headers)
        for entry in drs.journal.entries():
            assert password not in every_text(entry)
        assert password not in json.dumps(drs.journal.as_har())

    @given(st.binary(max_size=200), st.binary(max_size=200))
    def test_a_password_is_masked_among_any_bytes(self, before: bytes, after: bytes) -> None:
        kept = journal(10, 1_000_000, password="open-sesame")
        keep(kept, before + b"<password>open-sesame</password>" + after, b"open-sesame")
        (entry,) = kept.entries()
        assert b"open-sesame" not in entry.request
        assert b"open-sesame" not in entry.response

    def test_a_wrong_password_is_masked_too(self, drs: Caller) -> None:
        drs.post(call("openSession", "<login>drs</login><password>of-the-real-one</password>"))
        assert b"<password>***</password>" in last(drs).request
        assert b"of-the-real-one" not in last(drs).request

    def test_a_request_without_secrets_is_stored_exactly(self, drs: Caller) -> None:
        body = call("selectOrder", "<primaryOrderNumber>drs &#38; co</primaryOrderNumber>").encode("utf-16")
        drs.post(body, "text/xml; charset=utf-16")
        assert last(drs).request == body

    @pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-32", "utf-7", "latin-1"])
    def test_session_ids_are_cut_short_in_any_charset(self, drs: Caller, charset: str) -> None:
        """The answer is in the charset of its request."""
        answered = drs.post(call("openSession", OPEN).encode(charset), f"text/xml; charset={charset}")
        session = answered.returned.findtext("sessionId") or ""
        assert session[:7] not in every_text(last(drs))
        assert f"<sessionId>{session[:6]}***</sessionId>" in last(drs).response.decode(charset)

    @pytest.mark.parametrize("content_type", ["text/xml", "text/xml; charset=utf-8", "text/xml; charset=cp1252"])
    def test_a_password_that_was_read_in_another_charset_is_not_kept(self, content_type: str) -> None:
        """In no place of a request and of the answer that quotes it."""
        drs = Simulator(clock="fixed@2021-10-22T12:00:00Z", seed=1, password="Zürich-Öst")
        for body in (
            call("openSession", "<login>Zürich-Öst</login>"),
            call("selectOrder", "<primaryOrderNumber>Zürich-Öst</primaryOrderNumber><sessionId>x</sessionId>"),
            call("openSession", "<id>Zürich-Öst</id>"),
            call("Zürich-Öst", ""),
        ):
            Client(drs.wsgi).post(drs.path, data=body.encode(), content_type=content_type)
            assert "Zürich-Öst" not in every_text(drs.journal.entries()[-1])

    def test_session_ids_are_cut_short_in_both_bodies(self, drs: Caller) -> None:
        session = drs.open()
        opened = last(drs)
        drs.ask("selectOrder", f"<primaryOrderNumber>{session}</primaryOrderNumber>", session)
        drs.post(call("selectOrder", f"<sessionId>{session}</sessionId>")[:-9])
        assert f"<sessionId>{session[:6]}***</sessionId>".encode() in opened.response
        for entry in drs.simulator.journal.entries():
            assert session[:7] not in every_text(entry)

    @given(st.data())
    def test_no_session_id_is_stored_however_it_is_written(self, data: st.DataObject) -> None:
        """Whatever way of writing it the gateway accepts, only the first six characters can be read anywhere."""
        drs = Caller()
        session = drs.open()
        written = data.draw(writings(session))
        member = data.draw(st.sampled_from(["sessionId", "n:sessionId xmlns:n='urn:x'", "sessionId a='>'"]))
        closing = member.split()[0]
        number = data.draw(st.sampled_from(["1", written]))
        body = call("selectOrder", f"<primaryOrderNumber>{number}</primaryOrderNumber><{member}>{written}</{closing}>")
        encoding = data.draw(st.sampled_from(["utf-8", "utf-16", "iso-8859-1"]))
        drs.post(body.encode(encoding), f"text/xml; charset={encoding}")
        entry = last(drs)
        for text in (every_text(entry), json.dumps(drs.simulator.journal.as_har())):
            assert session[:7] not in text
            assert session[:7] not in read_whole(text)
            assert session[7:] not in read_whole(text)

    @pytest.mark.parametrize("split", ["{0}<!---->{1}", "<![CDATA[{0}]]>{1}", "{0}<?x?>{1}", "{0}<![CDATA[]]>{1}"])
    def test_a_session_id_that_is_split_works_and_is_masked(self, drs: Caller, split: str) -> None:
        session = drs.open()
        written = split.format(session[:2], session[2:])
        drs.post(call("selectOrder", f"<primaryOrderNumber>1</primaryOrderNumber><sessionId>{written}</sessionId>"))
        entry = last(drs)
        assert "session" not in entry.error_message
        assert entry.session == session[:6]
        assert session[2:] not in every_text(entry)

    def test_an_id_without_a_closing_tag_is_masked_to_the_end(self, drs: Caller) -> None:
        session = drs.open()
        drs.post(f"<a><sessionId>{session[:2]}<!---->{session[2:]}")
        assert session[2:] not in every_text(last(drs))

    def test_every_id_of_a_call_is_masked(self, drs: Caller) -> None:
        """The first element of that name need not be the one that the gateway reads."""
        session = drs.open()
        split = f"{session[:2]}<!---->{session[2:]}"
        members = f"<x><sessionId>other</sessionId></x><sessionId>{split}</sessionId>"
        drs.post(call("selectOrder", members.replace("<x>", "<theOrder>").replace("</x>", "</theOrder>")))
        assert session[2:] not in every_text(last(drs))

    def test_a_call_with_many_ids_is_withheld(self, drs: Caller) -> None:
        ids = "".join(f"<sessionId>{number:032x}</sessionId>" for number in range(30))
        drs.post(call("selectOrder", ids))
        assert last(drs).request.startswith(b"(withheld: ")

    def test_a_path_and_headers_are_masked_too(self) -> None:
        kept = journal(10, 1_000_000, password="open-sesame")
        keep(kept, b"<a/>", path="/open-sesame", headers={"soapaction": "open-sesame", "content-type": "open-sesame"})
        assert "open-sesame" not in every_text(kept.entries()[0])
        assert "open-sesame" not in quote(kept.entries()[0].path)

    @given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: call("openSession", text).encode()))
    def test_any_bytes_are_recorded(self, body: bytes) -> None:
        kept = journal(1, 1_000_000)
        keep(kept, body)
        assert len(kept.entries()) == 1


class TestHar:
    @given(st.data())
    def test_it_is_read_back_as_it_was(self, data: st.DataObject) -> None:
        drs = Caller()
        drs.open()
        encoding = data.draw(st.sampled_from(["utf-8", "utf-16", "utf-16-be", "iso-8859-1", "unicode_escape", "none"]))
        text = call("selectOrder", data.draw(st.text(max_size=20)))
        body = data.draw(st.binary(max_size=30)) if encoding == "none" else text.encode(encoding, "xmlcharrefreplace")
        drs.post(body, data.draw(st.sampled_from(["text/xml", f"text/xml; charset={encoding}"])))
        entries = drs.simulator.journal.entries()
        archive = json.loads(json.dumps(drs.simulator.journal.as_har()))
        for read, entry in zip(from_har(archive), entries, strict=True):
            # Milliseconds of HAR have three digits.
            assert read.duration == pytest.approx(entry.duration, abs=1e-6)
            assert replace(read, duration=entry.duration) == entry

    def test_a_request_in_utf_16_is_text(self, drs: Caller) -> None:
        body = call("closeSession", "<sessionId>é</sessionId>")
        for encoding, declared in (("utf-16", ""), ("utf-16-be", '<?xml version="1.0" encoding="UTF-16"?>')):
            bom = b"\xfe\xff" if declared else b""
            drs.post(bom + (declared + body).encode(encoding), "text/xml; charset=utf-16")
            (*_, entry) = drs.simulator.journal.as_har()["log"]["entries"]
            assert entry["request"]["postData"]["text"] == declared + body
        assert entry["request"]["bodySize"] == len(bom + (declared + body).encode("utf-16-be"))

    def test_it_is_an_http_archive(self, drs: Caller) -> None:
        drs.post(call("selectOrder", ""))
        drs.simulator.faults.add(FaultRule(effect=effects.Garbage()))
        drs.http.post(drs.simulator.path, data=call("openSession", OPEN))
        log = json.loads(json.dumps(drs.simulator.journal.as_har()))["log"]
        assert (log["version"], log["creator"]["name"]) == ("1.2", "drs-simulator")
        refused, broken = log["entries"]
        assert refused["startedDateTime"] == "2021-10-22T11:20:59.555+00:00"
        assert refused["time"] == sum(refused["timings"].values())
        assert refused["request"]["method"] == "POST"
        assert refused["request"]["postData"]["text"] == call("selectOrder", "")
        assert (refused["response"]["status"], refused["response"]["statusText"]) == (200, "OK")
        assert refused["response"]["content"]["mimeType"].startswith("text/xml")
        assert refused["comment"] == "sessionId is missing; send the one that openSession gave."
        assert (refused["_operation"], refused["_outcome"]) == ("selectOrder", "refusal")
        assert broken["response"]["content"]["encoding"] == "base64"
        assert broken["_faults"] == ["garbage"]

    def test_every_required_member_of_har_is_there(self, drs: Caller) -> None:
        drs.open()
        (entry,) = drs.simulator.journal.as_har()["log"]["entries"]
        assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= entry.keys()
        assert {"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"} <= (
            entry["request"].keys()
        )
        assert {"status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL"} <= (
            entry["response"].keys()
        )


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "part",
    [
        "<password/>",
        "<password>abc</password>",
        "pasw",
        "<!--",
        "<?",
        "<![CDATA[",
        "<",
        "</password>",
        "<sessionId>a",
        "&#x00",
    ],
)
def test_a_huge_hostile_request_is_recorded_quickly(part: str) -> None:
    kept = journal(1, 1_000_000, password="open-sesame")
    for body in (part * (1_000_000 // len(part)), call("openSession", part * (900_000 // len(part)))):
        keep(kept, body.encode())
        assert kept.entries()[0].request_size == len(body)
