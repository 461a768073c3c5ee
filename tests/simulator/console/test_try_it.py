"""The forms of the operations: made from the interface, right as they stand, and open to wrong values."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from drs_simulator.console.tryit.forms import make_form, write_request
from drs_simulator.soap.interface import OPERATIONS, PUBLISHED
from lxml import etree, html

from tests.simulator.console.staging import HOST, Stage, stage

# A day's work, so that each operation finds what it needs.
IN_ORDER = (
    *("openSession", "selectMetaData", "selectResource", "updateResource", "updateLocation", "updateBookingCode"),
    *("checkAvailability", "createOrder", "selectOrder", "updateOrder", "createBooking", "createReservation"),
    *("confirmReservation", "scheduleBooking", "updateBooking", "selectBooking", "getSchedule", "selectAlerts"),
    *("deleteBooking", "completeOrder", "createOrder", "deleteOrder", "closeSession"),
)


@pytest.fixture
def shown() -> Iterator[Stage]:
    with stage() as each:
        yield each


def form_of(shown: Stage, operation: str) -> dict[str, str]:
    """What the form of an operation sends as it stands."""
    (form,) = html.fromstring(shown.get(f"/try/{operation}")).xpath("//form[@method='post']")
    return {each.get("name"): each.get("value") or "" for each in form.xpath(".//input[@name]")} | {"do": "send"}


def send(shown: Stage, operation: str, form: dict[str, str]) -> str:
    answer = shown.http.post(f"/try/{operation}", data=form, headers={"Origin": HOST})
    assert answer.status_code == 200
    return answer.text


def answer_in(page: str) -> str:
    return str(html.fromstring(page).xpath("string(//pre[@aria-label='Answer'])"))


@pytest.mark.parametrize("profile", ["lincoln", "lincoln-areas", "newark", "hackney", "full"])
def test_every_form_is_right_as_it_stands(profile: str) -> None:
    assert set(IN_ORDER) == OPERATIONS
    with stage(profile) as shown:
        for operation in IN_ORDER:
            page = send(shown, operation, form_of(shown, operation))
            assert "<status>success</status>" in answer_in(page), f"{operation}: {answer_in(page)}"
            entry = shown.drs.journal.latest(1)[0]
            assert (entry.operation, entry.address) == (operation, "console")
            assert f"/journal/{entry.number}" in page


def test_a_form_has_every_member_of_the_interface() -> None:
    for operation in PUBLISHED.operations:
        form = make_form(PUBLISHED, operation)
        filled = write_request(form, {each.path: "x" for each in form.fields()})
        (sent,) = etree.fromstring(filled).iterfind("{*}Body/*/*")
        assert sent.tag == operation
        names = [each.tag for each in sent]
        assert "id" in names
        assert len(names) == len(set(names))


def test_wrong_values_are_sent_and_answered(shown: Stage) -> None:
    form = form_of(shown, "createOrder")
    unknown = form | {"theOrder.priority": "Sometime"}
    assert "Unknown priority 'Sometime'" in answer_in(send(shown, "createOrder", unknown))
    missing = {name: value for name, value in form.items() if name != "theOrder.locationID"}
    assert "locationID" in answer_in(send(shown, "createOrder", missing))
    awkward = form | {"theOrder.orderComments": "<b>& \x02"}
    assert "faultstring" in answer_in(send(shown, "createOrder", awkward))
    empty = form | {"theOrder.orderComments": '""'}
    assert "<orderComments/>" in send(shown, "createOrder", empty).replace("&lt;", "<").replace("&gt;", ">") or (
        "orderComments is required" in answer_in(send(shown, "createOrder", empty))
    )


def test_what_was_typed_stays_in_the_form(shown: Stage) -> None:
    page = send(shown, "createOrder", form_of(shown, "createOrder") | {"theOrder.priority": '"><script>'})
    assert html.fromstring(page).xpath("//input[@name='theOrder.priority']/@value") == ['"><script>']
    assert "<script>" not in page


def test_a_form_becomes_xml_to_edit(shown: Stage) -> None:
    before = len(shown.drs.journal.entries())
    page = send(shown, "createOrder", form_of(shown, "createOrder") | {"do": "edit"})
    xml = html.fromstring(page).xpath("string(//textarea)")
    assert etree.fromstring(xml).findtext(".//{*}priority") == "Priority 20 Days"
    assert len(shown.drs.journal.entries()) == before


def test_without_an_order_the_form_says_what_to_do() -> None:
    with stage("newark") as shown:
        assert "create one first" in shown.get("/try/scheduleBooking")
        assert "reserve a place first" in shown.get("/try/confirmReservation")
        assert "create one first" not in shown.get("/try/createOrder")


@pytest.mark.parametrize("path", ["/try/nothing", "/try/xml?from=99999", "/try/xml?from=x"])
def test_what_there_is_not_is_a_page_that_says_so(shown: Stage, path: str) -> None:
    answer = shown.http.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "Diary" in answer.text
