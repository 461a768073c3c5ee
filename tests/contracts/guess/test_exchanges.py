"""What two runs are compared by: answers without what differs in any two runs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from drs_contracts.guess.exchanges import (
    ChangedMember,
    KeptExchange,
    find_difference,
    find_exercised,
    read_exchanges,
    write_exchanges,
)
from drs_simulator import load_guesses, load_profile

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def exchange(operation: str, sent: str, came: str, time: datetime = NOON) -> KeptExchange:
    envelope = "<soap:Envelope xmlns:soap='http://schemas.xmlsoap.org/soap/envelope/'><soap:Body>{}</soap:Body></soap:Envelope>"
    request = envelope.format(f"<{operation}><{operation}>{sent}</{operation}></{operation}>")
    response = envelope.format(f"<{operation}Response><return>{came}</return></{operation}Response>")
    return KeptExchange(operation, time, request.encode(), response.encode())


def refusal(text: str, number: str = "10000047") -> KeptExchange:
    sent = f"<primaryOrderNumber>{number}</primaryOrderNumber>"
    return exchange("deleteBooking", sent, f"<errorMsg>{text}</errorMsg><status>error</status>")


SUCCESS = exchange("deleteBooking", "<bookingId>1</bookingId>", "<status>success</status>")


def test_the_answer_that_no_call_had_before_is_shown() -> None:
    found = find_difference([SUCCESS, refusal("Unable to find booking 1")], [SUCCESS, refusal("Not found")])
    assert found is not None
    assert found.operation == "deleteBooking"
    assert found.changed == (ChangedMember("errorMsg", "Unable to find booking 1", "Not found"),)
    assert found.sent.splitlines() == [
        "<deleteBooking>",
        "  <primaryOrderNumber>10000047</primaryOrderNumber>",
        "</deleteBooking>",
    ]


def test_an_answer_in_the_place_of_another_is_shown() -> None:
    found = find_difference([SUCCESS, refusal("Unable to find booking 1")], [SUCCESS, SUCCESS])
    assert found is not None
    assert [each.path for each in found.changed] == ["errorMsg", "status"]
    assert found.changed[0].after == "nothing"


def test_other_numbers_ids_and_times_are_no_difference() -> None:
    later = datetime(2026, 11, 26, 12, 0, 40, tzinfo=UTC)
    before = [
        refusal("no order exists: 10000047"),
        exchange("openSession", "", "<sessionId>aaa</sessionId><created>2026-11-26T12:00:00Z</created>"),
    ]
    after = [
        refusal("no order exists: 20000058", number="20000058"),
        exchange("openSession", "", "<sessionId>bbb</sessionId><created>2026-11-26T12:00:40Z</created>", later),
    ]
    assert find_difference(before, after) is None


def test_a_time_that_is_not_now_is_a_difference() -> None:
    before = [exchange("selectOrder", "", "<assignedStart>2026-12-01T08:00:00Z</assignedStart>")]
    after = [exchange("selectOrder", "", "<assignedStart>2026-12-01T09:00:00Z</assignedStart>")]
    assert find_difference(before, after) is not None


def test_what_is_no_xml_is_compared_as_it_is() -> None:
    broken = KeptExchange("", NOON, b"no XML", b"<html>")
    assert find_difference([broken], [broken]) is None
    assert find_difference([broken], [broken._replace(came=b"<body>")]) is not None


def test_long_requests_and_many_differences_are_cut() -> None:
    members = "".join(f"<member{number}>1</member{number}>" for number in range(40))
    before = exchange("selectOrder", members, members)
    after = exchange("selectOrder", members, members.replace(">1<", ">2<"))
    found = find_difference([before], [after])
    assert found is not None
    assert (len(found.changed), found.more) == (6, 34)
    assert found.sent.splitlines()[-1] == "… 18 more lines"


def test_texts_are_exercised_by_answers_and_others_by_requests() -> None:
    profile = load_profile("lincoln")
    calls = [
        refusal("Unable to find booking 149996"),
        exchange("checkAvailability", "<newBooking>false</newBooking><theOrder/>", "<status>success</status>"),
    ]
    found = find_exercised(load_guesses(), calls, profile)
    assert "messages.booking_unknown" in found
    assert "messages.booking_completed" not in found
    assert {"assumptions.own_slot", "assumptions.begun_slots", "assumptions.unknown_booking_deleted"} <= found
    assert not {"assumptions.other_orders", "assumptions.quantities", "assumptions.reservation"} & found


def test_exchanges_are_written_and_read(tmp_path: Path) -> None:
    file = tmp_path / "exchanges"
    write_exchanges(file, [SUCCESS])
    write_exchanges(file, [refusal("Not found")])
    with file.open("a") as lines:
        lines.write('["deleteBooking", "2026')
    assert read_exchanges(file) == [SUCCESS, refusal("Not found")]
