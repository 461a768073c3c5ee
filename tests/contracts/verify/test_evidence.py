"""Evidence: the exchange that breaks a clause is found, laid out, and cut around the place."""

from __future__ import annotations

from drs_contracts.driver.messages import Exchange, Reply
from drs_contracts.verify.evidence import find_shown, show


def exchange(operation: str, came: str, sent: str = "<a/>") -> Exchange:
    return Exchange(operation, sent.encode(), Reply(200, "text/xml", came.encode()))


def test_the_exchange_with_the_values_of_the_reason_is_found() -> None:
    first = exchange("checkAvailability", "<a><beginDate>2021-10-26T08:00:00</beginDate></a>")
    last = exchange("selectOrder", "<a><status>success</status></a>")
    assert find_shown([first, last], "2021-10-26T08:00:00 was offered twice") is first


def test_without_a_value_in_the_reason_it_is_the_latest() -> None:
    first, last = exchange("x", "<a/>"), exchange("y", "<a/>")
    assert find_shown([first, last], "it is wrong") is last
    assert find_shown([], "it is wrong") is None


def test_messages_are_laid_out_one_element_a_line() -> None:
    shown = show(exchange("x", "<a><b>1</b><c>2</c></a>"), "", 10)
    assert shown.came == "<a>\n  <b>1</b>\n  <c>2</c>\n</a>"


def test_a_long_message_is_cut_around_the_place() -> None:
    slots = "".join(f"<slot>{number}</slot>" for number in range(1000, 1500))
    shown = show(exchange("x", f"<a>{slots}</a>"), "the slot is '1234'", 11)
    lines = shown.came.splitlines()
    assert lines[0] == "… 230 lines"
    assert lines[6] == "  <slot>1234</slot>"
    assert lines[-1] == "… 261 lines"
    assert len(lines) == 13


def test_what_is_no_xml_is_shown_as_it_came() -> None:
    assert show(exchange("x", "<html><br>Down"), "", 10).came == "<html><br>Down"


def test_a_password_is_not_shown() -> None:
    sent = "<a><login>drs</login><password>s3cret</password></a>"
    shown = show(exchange("openSession", "<a/>", sent), "", 10)
    assert "s3cret" not in shown.sent
    assert "<login>drs</login>" in shown.sent
