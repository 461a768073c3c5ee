"""No correct caller is accused, in whatever encoding and style it writes and whatever recorded it."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from drs_contracts import Call, Traffic, TrafficReport, Verdict, analyse_traffic, read_traffic
from drs_contracts.driver.messages import Members, Reply, request
from drs_contracts.observe.sources import har_traffic
from drs_simulator import Simulator
from werkzeug.test import Client

from tests.contracts.har_samples import entry, har, har_of
from tests.contracts.observe.callers import STYLES, Style, with_attachment_framing
from tests.contracts.sound_traffic import observed_workflow

SOUND = observed_workflow()
MTOM = 'multipart/related; type="application/xop+xml"; start="<root>"; boundary=x'

styles = pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)


def breaches(report: TrafficReport) -> list[tuple[str, str, str]]:
    return [
        (result.clause.id, breach.place, breach.reason)
        for result in (*report.broken, *report.inconclusive)
        for breach in result.breaches
    ]


def read(content: dict[str, Any]) -> Traffic:
    return har_traffic(json.dumps(content).encode(), "test")


def in_base64(call: Call) -> dict[str, Any]:
    """An entry whose request is in base64, as tools write what they take for no text."""
    written = entry(replace(call, sent=b""))
    written["request"]["postData"] |= {"text": b64encode(call.sent).decode(), "encoding": "base64"}
    return written


@styles
class TestStyles:
    def test_its_calls_are_clean(self, style: Style) -> None:
        assert breaches(analyse_traffic(style.apply(SOUND))) == []

    def test_its_har_in_base64_is_clean(self, style: Style) -> None:
        traffic = style.apply(SOUND)
        again = read(har(*map(in_base64, traffic.calls)))
        assert [call.sent for call in again.calls] == [call.sent for call in traffic.calls]
        assert breaches(analyse_traffic(again)) == []

    def test_its_har_as_text_is_clean(self, style: Style) -> None:
        """The tool has decoded the bodies, as it should."""
        traffic = style.apply(SOUND)
        entries = []
        for call in traffic.calls:
            written = entry(replace(call, sent=b""))
            marked = "utf-16" if call.sent[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
            text = call.sent.decode(marked or call.charset or ("latin-1" if "declaration" in style.name else "utf-8"))
            written["request"]["postData"]["text"] = text
            entries.append(written)
        assert breaches(analyse_traffic(read(har(*entries)))) == []

    def test_its_har_that_was_read_as_utf_8_is_clean(self, style: Style) -> None:
        """What a simulator's journal made of all bodies; some of them are then not known."""
        entries = []
        for call in style.apply(SOUND).calls:
            written = entry(replace(call, sent=b""))
            written["request"]["postData"]["text"] = call.sent.decode("utf-8", "replace")
            entries.append(written)
        report = analyse_traffic(read(har(*entries)))
        assert not report.broken

    def test_the_journal_of_a_simulator_that_got_it_is_clean(self, style: Style) -> None:
        drs = Simulator("lincoln", clock="fixed@2021-10-22T12:20:59.555+01:00", seed=1)
        client = Client(drs.wsgi)
        for call in style.apply(SOUND).calls[:2]:
            answer = client.post(drs.path, data=call.sent, content_type=call.content_type)
            charset = answer.mimetype_params.get("charset", "utf-8")
            assert "<status>success</status>" in answer.data.decode(charset), answer.data
        assert breaches(analyse_traffic(read(journal_of(drs)))) == [
            ("CAL-18", "call 1 (entry 1, openSession)", "its session is never closed")
        ]


def journal_of(drs: Simulator) -> dict[str, Any]:
    with drs:
        from drs_simulator import AdminClient  # noqa: PLC0415 - only here

        with AdminClient(drs.url) as admin:
            return admin.journal.as_har()


class TestTools:
    """What proxies and browsers do to bodies."""

    def test_requests_with_attachments_are_read(self) -> None:
        traffic = Style("MTOM", MTOM, with_attachment_framing).apply(SOUND)
        assert breaches(analyse_traffic(read(har(*map(in_base64, traffic.calls))))) == []

    def test_compressed_requests_are_read(self) -> None:
        packed = []
        for call in SOUND.calls:
            written = in_base64(replace(call, sent=gzip.compress(call.sent)))
            written["request"]["headers"].append({"name": "Content-Encoding", "value": "gzip"})
            packed.append(written)
        assert breaches(analyse_traffic(read(har(*packed)))) == []

    def test_without_any_request_bodies_nothing_is_broken(self) -> None:
        content = har_of(SOUND)
        for each in content["log"]["entries"]:
            del each["request"]["postData"]["text"]
        report = analyse_traffic(read(content))
        assert breaches(report) == []
        assert len(report.unrecorded) == len(SOUND.calls)

    def test_one_body_that_is_missing_breaks_nothing(self) -> None:
        for place in range(len(SOUND.calls)):
            content = har_of(SOUND)
            del content["log"]["entries"][place]["request"]["postData"]["text"]
            report = analyse_traffic(read(content))
            assert not report.broken
            assert [call.name for call in report.unrecorded] == [f"entry {place + 1}"]

    def test_one_answer_that_is_missing_breaks_nothing(self) -> None:
        for place in range(len(SOUND.calls)):
            content = har_of(SOUND)
            content["log"]["entries"][place]["response"]["content"].pop("text", None)
            assert not analyse_traffic(read(content)).broken

    def test_what_seems_broken_for_want_of_a_body_is_inconclusive(self) -> None:
        content = har_of(SOUND)
        for each in content["log"]["entries"]:
            if "<closeSession>" in each["request"]["postData"]["text"]:
                del each["request"]["postData"]["text"]
        report = analyse_traffic(read(content))
        (closed,) = (result for result in report.results if result.clause.id == "CAL-18")
        assert closed.verdict is Verdict.INCONCLUSIVE
        assert not report.broken

    def test_a_caller_that_is_wrong_is_still_named(self) -> None:
        """Bodies that are missing excuse no other call."""
        content = har_of(SOUND)
        first, second, *_ = content["log"]["entries"]
        del first["request"]["postData"]["text"]
        second["request"]["postData"]["text"] = "no XML"
        assert "CAL-01" in {result.clause.id for result in analyse_traffic(read(content)).broken}


class TestConduct:
    """Things that correct callers do."""

    def test_a_close_session_whose_answer_was_lost_is_sent_again(self) -> None:
        *others, last = [call for call in SOUND.calls if call.operation != "closeSession"]
        session = last.session
        close = replace(last, name="close", sent=request("closeSession", {"sessionId": session}))
        lost = replace(close, reply=Reply(0, "", b""))
        answered = next(call for call in SOUND.calls if call.operation == "closeSession").reply
        assert breaches(analyse_traffic(Traffic("test", (*others, last, lost, replace(close, reply=answered))))) == []

    def test_a_single_day_is_asked_for_from_midnight_to_midnight(self) -> None:
        day = "2021-10-26T00:00:00+01:00"
        sound = next(call for call in SOUND.calls if call.operation == "checkAvailability")
        begin, end = sound.value("periodBegin").encode(), sound.value("periodEnd").encode()
        one_day = replace(sound, sent=sound.sent.replace(begin, day.encode()).replace(end, day.encode()))
        assert (one_day.value("periodBegin"), one_day.value("periodEnd")) == (day, day)
        calls = [one_day if call is sound else call for call in SOUND.calls]
        assert "CAL-08" not in {each[0] for each in breaches(analyse_traffic(Traffic("test", tuple(calls))))}

    @pytest.mark.parametrize(("inner", "is_named"), [("0", False), ("290641", True)])
    def test_an_id_of_0_is_not_set(self, inner: str, is_named: bool) -> None:
        """.NET sends it for every number that was not set."""
        sound = next(call for call in SOUND.calls if call.operation == "scheduleBooking")
        ids = f"<orderId>290640</orderId><theBookingCodes><orderId>{inner}</orderId></theBookingCodes></theBooking>"
        call = replace(sound, sent=sound.sent.replace(b"</theBooking>", ids.encode()))
        named = "CAL-12" in {each[0] for each in breaches(analyse_traffic(Traffic("test", (call,))))}
        assert named is is_named

    @pytest.mark.parametrize(("shift", "is_named"), [(0, False), (2, True)])
    def test_a_booking_may_be_scheduled_in_its_own_window(self, shift: int, is_named: bool) -> None:
        """A service that asks for no slots sends what createOrder returned."""
        created = next(call for call in SOUND.calls if call.operation == "createOrder" and call.succeeded)
        booking, start, end = (
            created.given(f"theOrder/theBookings/{name}")
            for name in ("bookingId", "planningWindowStart", "planningWindowEnd")
        )
        moved = (datetime.fromisoformat(start) + timedelta(hours=shift)).isoformat()
        window = {"bookingId": booking, "planningWindowStart": moved, "planningWindowEnd": end}
        sent = request("scheduleBooking", {"sessionId": created.session, "theBooking": window})
        traffic = Traffic("test", (created, replace(created, name="schedule", sent=sent)))
        assert ("CAL-20" in {each[0] for each in breaches(analyse_traffic(traffic))}) is is_named

    @pytest.mark.parametrize(("status", "is_named"), [("COMPLETED", False), ("STARTED", True)])
    def test_an_order_that_is_completed_is_settled(self, status: str, is_named: bool) -> None:
        """A planner has scheduled its booking, which this traffic does not have."""
        created = next(call for call in SOUND.calls if call.operation == "createOrder" and call.succeeded)
        named = {"bookingId": created.given("theOrder/theBookings/bookingId")}
        members: Members = {"sessionId": created.session, "theBooking": named, "transactionType": status}
        completed = replace(created, name="complete", sent=request("updateBooking", members))
        found = breaches(analyse_traffic(Traffic("test", (created, completed))))
        assert ("CAL-23" in {each[0] for each in found}) is is_named

    def test_a_window_of_no_length_is_still_named(self) -> None:
        sound = next(call for call in SOUND.calls if call.operation == "scheduleBooking")
        begin, end = (sound.value(f"theBooking/planningWindow{name}").encode() for name in ("Start", "End"))
        empty = replace(sound, sent=sound.sent.replace(end, begin))
        assert "CAL-08" in {each[0] for each in breaches(analyse_traffic(Traffic("test", (empty,))))}


def test_a_folder_of_recordings_in_utf_16_is_clean(tmp_path: Path) -> None:
    for number, call in enumerate(SOUND.calls, start=1):
        if call.reply.body:
            name = f"{number:02d}-{call.operation}"
            (tmp_path / f"{name}.request.xml").write_bytes(
                call.sent.decode().replace("utf-8", "utf-16").encode("utf-16")
            )
            (tmp_path / f"{name}.response.xml").write_bytes(call.reply.body)
    assert breaches(analyse_traffic(read_traffic(tmp_path))) == []
