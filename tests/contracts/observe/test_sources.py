"""Traffic is read alike from recordings and HAR files, and what is neither is told in a line."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from drs_client import DrsClient, DrsError
from drs_contracts import Call, RecordingError, Traffic, TrafficError, analyse_traffic, read_traffic
from drs_contracts.driver.messages import Reply, request
from drs_contracts.observe.sources import HarError, NoCallsError
from drs_contracts.recordings.redaction import Redactor
from drs_contracts.recordings.writer import About, Message, RecordingWriter
from drs_simulator import FaultRule, Simulator, effects

from tests.contracts.har_samples import entry, har, har_of
from tests.contracts.recordings.test_recording import FOLDER
from tests.contracts.sound_traffic import observed_workflow

SOUND = observed_workflow()
OPEN = request("openSession", {"login": "l", "password": "p"})
CALL = Call("a call", OPEN, Reply(200, "text/xml;charset=UTF-8", b"<a/>"), "text/xml; charset=utf-8", None, 0.25)

Save = Callable[[Any], Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Writes a HAR file."""

    def saved(content: Any) -> Path:
        file = tmp_path / "traffic.har"
        file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return file

    return saved


def seen(traffic: Traffic) -> list[tuple[object, ...]]:
    """What of a traffic a HAR file keeps."""
    return [
        (each.operation, each.sent, each.reply, each.content_type, each.started, each.seconds) for each in traffic.calls
    ]


class TestHarFiles:
    @pytest.mark.parametrize("in_base64", [False, True])
    def test_calls_come_back_as_they_were(self, save: Save, in_base64: bool) -> None:
        assert seen(read_traffic(save(har_of(SOUND, in_base64=in_base64)))) == seen(SOUND)

    def test_calls_are_named_by_their_entries_and_come_in_order_of_time(self, save: Save) -> None:
        first, *others, last = har_of(SOUND)["log"]["entries"]
        calls = read_traffic(save(har(last, first, *others))).calls
        assert (calls[0].name, calls[0].operation) == ("entry 2", "openSession")
        assert (calls[-1].name, calls[-1].operation) == ("entry 20", "deleteBooking")

    def test_a_time_that_is_not_known_is_none(self, save: Save) -> None:
        (call,) = read_traffic(save(har(entry(replace(CALL, seconds=None))))).calls
        assert call.seconds is None

    def test_a_byte_order_mark_does_no_harm(self, save: Save) -> None:
        assert len(read_traffic(save("\ufeff" + json.dumps(har(entry(CALL))))).calls) == 1

    def test_what_is_no_call_to_drs_is_passed_over(self, save: Save) -> None:
        page = entry(CALL) | {"request": {"method": "GET", "url": "https://council.example/ws/soap"}}
        form = entry(replace(CALL, sent=b"a=1"), "https://council.example/login")
        other = entry(
            replace(CALL, sent=CALL.sent.replace(b"openSession", b"pay").replace(b"xmbrace", b"bank")), "/pay"
        )
        preflight = entry(CALL)
        preflight["request"]["method"] = "OPTIONS"
        calls = read_traffic(save(har(page, form, entry(CALL), other, preflight))).calls
        assert [call.name for call in calls] == ["entry 3"]

    @pytest.mark.parametrize(
        ("sent", "url"),
        [
            (b"not XML", "https://drs.example/OTWebServiceGateway_LINCOLN/ws/soap_560?x=1"),
            (OPEN, "https://gateway.example/drs"),
            (
                b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><openSession/></e:Body>',
                "https://gateway.example/drs",
            ),
        ],
    )
    def test_a_call_is_known_by_its_address_its_namespace_or_its_operation(
        self, save: Save, sent: bytes, url: str
    ) -> None:
        (call,) = read_traffic(save(har(entry(replace(CALL, sent=sent), url)))).calls
        assert call.sent == sent

    @pytest.mark.parametrize(
        ("content_type", "declaration", "expected"),
        [
            ("text/xml; charset=iso-8859-1", "", "latin-1"),
            ("text/xml", '<?xml version="1.0" encoding="iso-8859-1"?>', "latin-1"),
            ("text/xml", "", "utf-8"),
            ("text/xml; charset=nonsense", "", "utf-8"),
            ("text/xml; charset=ascii", "", "utf-8"),
        ],
    )
    def test_texts_become_bytes_again_in_their_charset(
        self, save: Save, content_type: str, declaration: str, expected: str
    ) -> None:
        text = declaration + "<login>Zoë</login>"
        call = replace(CALL, content_type=content_type, sent=text.encode())
        assert read_traffic(save(har(entry(call)))).calls[0].sent == text.encode(expected)

    def test_an_answer_that_never_came_has_no_body(self, save: Save) -> None:
        lost = entry(CALL) | {"response": {"status": 0}}
        assert read_traffic(save(har(lost))).calls[0].reply == Reply(0, "", b"")

    def test_the_journals_answer_that_was_lost_never_came(self, save: Save) -> None:
        """The simulator shows its users what it would have answered; the caller did not have it."""
        with Simulator(faults=[FaultRule(times=1, effect=effects.ResponseLost())]) as drs:
            with suppress(DrsError):
                DrsClient(drs.url, drs.login, drs.password).open_session()
            (call,) = read_traffic(save(drs.journal.as_har())).calls
        assert (call.operation, call.reply.status, call.reply.body, call.is_complete) == ("openSession", 0, b"", True)

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            ("", "is not a HAR file: Invalid JSON"),
            ("<xml/>", "is not a HAR file: Invalid JSON"),
            ({}, "is not a HAR file: log: Field required."),
            ([], "is not a HAR file: "),
            ({"log": {}}, "is not a HAR file: log.entries: Field required."),
            (har(entry(CALL) | {"startedDateTime": "yesterday"}), "log.entries.0.startedDateTime: "),
            (
                har(entry(CALL) | {"response": {"status": 200, "content": {"text": "a", "encoding": "base64"}}}),
                "entry 1: the answer is not base64",
            ),
            (
                har(entry(CALL) | {"response": {"status": 200, "content": {"text": "a", "encoding": "br"}}}),
                "entry 1: the answer has the encoding 'br'",
            ),
        ],
    )
    def test_what_is_no_har_is_told_in_a_line_with_the_place(self, save: Save, content: Any, words: str) -> None:
        with pytest.raises(HarError) as raised:
            read_traffic(save(content))
        assert words in str(raised.value)
        assert "\n" not in str(raised.value)

    @pytest.mark.parametrize(
        "odd",
        [
            None,
            "text",
            {},
            {"request": {}},
            {"request": None, "time": "long"},
            {"request": {"method": "POST", "url": "https://council.example/login", "postData": {"text": 7}}},
            {"request": {"method": "POST", "url": None, "postData": []}},
        ],
    )
    def test_an_odd_entry_of_something_else_is_passed_over(self, save: Save, odd: Any) -> None:
        (call,) = read_traffic(save(har(odd, entry(CALL)))).calls
        assert call.name == "entry 2"

    def test_what_a_tool_does_not_know_may_be_null(self, save: Save) -> None:
        """Firefox writes a time of null."""
        written = entry(CALL) | {"time": None}
        written["response"]["content"] |= {"mimeType": None, "size": None, "encoding": None}
        (call,) = read_traffic(save(har(written))).calls
        assert (call.seconds, call.reply) == (None, Reply(200, "", b"<a/>"))

    def test_a_har_without_calls_is_told(self, save: Save) -> None:
        with pytest.raises(NoCallsError, match="has no calls to DRS among its 0 entries"):
            read_traffic(save(har()))

    def test_a_file_that_is_not_there_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(TrafficError, match=r"missing\.har cannot be read"):
            read_traffic(tmp_path / "missing.har")


class TestFolders:
    def test_exchanges_come_in_order_with_the_status_that_they_must_have_had(self) -> None:
        calls = read_traffic(FOLDER).calls
        assert [(call.name, call.reply.status) for call in calls[:2]] == [
            ("01-openSession", 200),
            ("02-closeSession", 200),
        ]
        assert (calls[3].operation, calls[3].given("theOrder/orderId")) == ("createOrder", "290640")

    def test_a_fault_counts_as_500(self, tmp_path: Path) -> None:
        fault = (
            b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
            b"<faultcode>s:Server</faultcode><faultstring>No</faultstring></s:Fault></s:Body></s:Envelope>"
        )
        (tmp_path / "01-openSession.request.xml").write_bytes(OPEN)
        (tmp_path / "01-openSession.response.xml").write_bytes(fault)
        assert read_traffic(tmp_path).calls[0].reply.status == 500

    def test_a_folder_without_recordings_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(NoCallsError, match="has no recorded exchanges"):
            read_traffic(tmp_path)

    def test_a_request_without_its_answer_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "01-openSession.request.xml").write_bytes(OPEN)
        with pytest.raises(RecordingError, match=r"01-openSession\.response\.xml is missing"):
            read_traffic(tmp_path)

    def test_redaction_does_not_make_a_sound_caller_look_unsound(self, tmp_path: Path) -> None:
        writer = RecordingWriter(tmp_path, lambda: About("t", "s", "lincoln", "system"), Redactor(seed=1))
        for call in SOUND.calls:
            writer.write(Message(call.sent), Message(call.reply.body))
        writer.close()
        observation = analyse_traffic(read_traffic(tmp_path))
        assert writer.written == len(SOUND.calls) - 1
        assert [result.breaches for result in observation.broken] == []
