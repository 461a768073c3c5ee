"""Conduct that a clause names, and conduct beside it that is correct."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from drs_contracts import Call, Traffic, Verdict, analyse_traffic
from drs_contracts.driver.messages import Members, Reply

from tests.contracts.observe.calls import call, verdict
from tests.contracts.sound_traffic import observed_workflow

SOUND = observed_workflow()
BEGAN = datetime(2021, 10, 22, 9, tzinfo=UTC)
ENDED = "<errorMsg>Invalid session</errorMsg>"
CUT = "<errorMsg>The number of days returned has been limited to 7 day</errorMsg>"
PLACE: Members = {"contract": "0", "locationID": "3670010", "theBookingCodes": {"bookingCodeSORCode": "N373049"}}
BOOKING = (
    "<theOrder><theBookings><bookingId>7</bookingId><planningWindowEnd>2021-10-29T23:59:59+01:00</planningWindowEnd>"
    "<planningWindowStart>2021-10-22T10:00:00+01:00</planningWindowStart></theBookings></theOrder>"
)


def after(sent: Call, **since: float) -> Call:
    return replace(sent, started=BEGAN + timedelta(**since))


def lost(sent: Call, status: int = 0) -> Call:
    return replace(sent, reply=Reply(status, "", b""))


def create(number: str = "1", inside: str = BOOKING, **members: str) -> Call:
    return call("createOrder", {"theOrder": {"primaryOrderNumber": number, **PLACE, **members}}, inside)


def schedule(begin: str, end: str, status: str = "success", inside: str = "", **members: str) -> Call:
    window = {"planningWindowStart": begin, "planningWindowEnd": end}
    return call("scheduleBooking", {"theBooking": {"bookingId": "7", **window, **members}}, inside, status)


def search(begin: str, available: str = "", warning: str = "") -> Call:
    """A search that is answered with the slot of 26 October from 8 to 12, if any."""
    slot = (
        f"<theSlots><slotsForDay><available>{available}</available><beginDate>2021-10-26T08:00:00+01:00</beginDate>"
        "<endDate>2021-10-26T12:00:00+01:00</endDate></slotsForDay></theSlots>"
    )
    return call("checkAvailability", {"periodBegin": begin, "theOrder": PLACE}, warning + (slot if available else ""))


def on(day: int, **members: str) -> Call:
    return schedule(f"2021-10-{day}T08:00:00+01:00", f"2021-10-{day}T12:00:00+01:00", **members)


class TestMessages:
    @pytest.mark.parametrize("name", ["text/xml", "TEXT/XML;charset=utf-8", 'text/xml; charset="utf-8"', ""])
    def test_a_content_type_of_soap_1_1_is_right(self, name: str) -> None:
        """One that is not known is not judged."""
        sent = replace(call("openSession", {}), content_type=name)
        assert verdict("CAL-30", sent) is (Verdict.HELD if name else Verdict.NOT_MET)

    @pytest.mark.parametrize("name", ["application/soap+xml", "application/xml; charset=utf-8", "text/plain"])
    def test_another_content_type_is_named(self, name: str) -> None:
        assert verdict("CAL-30", replace(call("openSession", {}), content_type=name)) is Verdict.BROKEN

    @pytest.mark.parametrize(
        ("date", "is_right"),
        [
            ("2021-10-31T01:30:00", False),
            ("2021-03-28T01:30:00", False),
            ("2021-10-31T01:30:00Z", True),
            ("2021-10-31T01:30:00+01:00", True),
            ("2021-10-31T00:59:59", True),
            ("2021-10-31T02:00:00", True),
            ("2021-03-28T00:00:00", True),
            ("2021-03-28T02:00:00", True),
            ("soon", True),
        ],
    )
    def test_hours_in_which_the_clocks_change(self, date: str, is_right: bool) -> None:
        sent = call("checkAvailability", {"periodBegin": date})
        assert verdict("CAL-31", sent) is (Verdict.HELD if is_right else Verdict.BROKEN)


class TestSecrets:
    @pytest.mark.parametrize(
        ("login", "password", "user", "is_right"),
        [
            ("council", "correct-horse", "correct-horse", False),
            ("council", "correct-horse", "council:correct-horse", False),
            ("council", "correct-horse", "council", True),
            # Common words and masks may stand in both by chance.
            ("council", "council", "council", True),
            ("housing-online", "housing-online", "housing-online", True),
            ("council", "drs", "drs", True),
            ("council", "***", "***", True),
            ("council", "**********", "**********", True),
            ("council", "12345678", "12345678", True),
        ],
    )
    def test_a_password_in_a_user_id(self, login: str, password: str, user: str, is_right: bool) -> None:
        opened = call("openSession", {"login": login, "password": password})
        sent = call("createOrder", {"theOrder": {"userId": user}})
        assert verdict("CAL-32", opened, sent) is (Verdict.HELD if is_right else Verdict.BROKEN)

    def test_a_session_in_a_user_id_is_found_in_a_journal(self) -> None:
        """The journal shows the beginning of session ids, wherever they stand."""
        opened = call("openSession", {"login": "x"}, "<sessionId>8a4b80***</sessionId>")
        assert verdict("CAL-32", opened, call("scheduleBooking", {"userId": "8a4b80***"})) is Verdict.BROKEN


class TestLogins:
    REFUSED = call("openSession", {"login": "x", "password": "y"}, status="failure")
    OPENED = call("openSession", {"login": "x", "password": "y"}, "<sessionId>s</sessionId>")

    def test_a_login_is_refused_ten_times(self) -> None:
        tries = [replace(self.REFUSED) for _ in range(11)]
        assert verdict("CAL-33", *tries) is Verdict.BROKEN
        assert verdict("CAL-33", *tries[:10], self.OPENED) is Verdict.HELD
        assert verdict("CAL-33", *tries[:6], self.OPENED, *tries[6:]) is Verdict.HELD

    def test_a_nightly_login_that_is_refused_is_no_haste(self) -> None:
        assert verdict("CAL-33", *(after(self.REFUSED, days=day) for day in range(30))) is Verdict.HELD

    def test_many_sessions_are_opened_by_a_busy_service(self) -> None:
        """Services open one for each request that they serve."""
        assert verdict("CAL-33", *(after(self.OPENED, seconds=each) for each in range(100))) is Verdict.HELD


class TestEndedSessions:
    WORKED = call("selectOrder", {"sessionId": "a", "primaryOrderNumber": "1"})
    REFUSED = call("selectOrder", {"sessionId": "a", "primaryOrderNumber": "1"}, ENDED, "error")
    OPENED = call("openSession", {"login": "x"}, "<sessionId>b</sessionId>")
    AGAIN = call("selectOrder", {"sessionId": "b", "primaryOrderNumber": "1"})
    AGAIN_REFUSED = call("selectOrder", {"sessionId": "b", "primaryOrderNumber": "1"}, ENDED, "error")
    NOT_OPENED = call("openSession", {"login": "x"}, status="failure")

    def following(self, *calls: Call) -> Verdict:
        return verdict("CAL-34", self.WORKED, self.REFUSED, *calls)

    def test_the_call_is_sent_again(self) -> None:
        assert self.following(self.OPENED, self.AGAIN) is Verdict.HELD
        assert self.following(self.OPENED, lost(self.AGAIN)) is Verdict.HELD

    def test_giving_up_is_named(self) -> None:
        closed = call("closeSession", {"sessionId": "a"})
        for calls in ([], [closed], [self.OPENED], [replace(self.REFUSED)]):
            assert self.following(*calls) is Verdict.BROKEN

    def test_a_login_that_fails_excuses(self) -> None:
        for failed in (self.NOT_OPENED, lost(self.NOT_OPENED)):
            assert self.following(failed) is Verdict.HELD

    def test_what_a_new_session_does_not_help_is_not_sent_for_ever(self) -> None:
        assert self.following(self.OPENED, self.AGAIN_REFUSED) is Verdict.HELD

    def test_a_session_that_ended_need_not_be_closed(self) -> None:
        closed = call("closeSession", {"sessionId": "a"}, ENDED, "error")
        assert verdict("CAL-34", self.WORKED, closed) is Verdict.NOT_MET


class TestHaste:
    ASKED = call("selectOrder", {"sessionId": "a", "primaryOrderNumber": "1"})

    def asked(self, gap: float, sent: Call | None = None) -> Sequence[Call]:
        return [after(sent or self.ASKED, seconds=gap * each) for each in range(1, 31)]

    def test_polling_and_storms_are_named(self) -> None:
        for sent in (self.ASKED, lost(self.ASKED), lost(self.ASKED, 503)):
            assert verdict("CAL-35", *self.asked(1, sent)) is Verdict.BROKEN

    def test_a_new_session_for_each_is_no_excuse(self) -> None:
        calls = [
            each
            for place, sent in enumerate(self.asked(1))
            for each in (
                call("openSession", {}, f"<sessionId>{place}</sessionId>"),
                replace(sent, sent=sent.sent.replace(b">a<", f">{place}<".encode())),
            )
        ]
        assert verdict("CAL-35", *calls) is Verdict.BROKEN

    def test_patient_repeats_are_right(self) -> None:
        assert verdict("CAL-35", *self.asked(10)) is Verdict.HELD
        backoff = [after(self.ASKED, seconds=2**each) for each in range(12)]
        assert verdict("CAL-35", *backoff) is Verdict.HELD

    def test_other_calls_between_them_are_right(self) -> None:
        """Many residents may be served at once."""
        between = call("selectOrder", {"sessionId": "a", "primaryOrderNumber": "2"})
        calls = [each for sent in self.asked(1) for each in (sent, after(between))]
        assert verdict("CAL-35", *calls) is Verdict.HELD

    def test_a_clock_that_stands_still_shows_no_haste(self) -> None:
        """Nor do a recording without times and a clock that is set back."""
        assert verdict("CAL-35", *self.asked(0)) is Verdict.HELD
        assert verdict("CAL-35", *(replace(self.ASKED) for _ in range(30))) is Verdict.NOT_MET
        assert verdict("CAL-35", *self.asked(-1)) is Verdict.HELD

    def test_what_concerns_no_order_may_be_asked_often(self) -> None:
        assert verdict("CAL-35", *self.asked(1, call("selectAlerts", {"sessionId": "a"}))) is Verdict.NOT_MET


class TestOrdersOwn:
    MADE = create("1", BOOKING.replace("</bookingId>", "</bookingId><orderId>5</orderId>"))

    @pytest.mark.parametrize(
        ("operation", "name", "text"),
        [
            ("scheduleBooking", "contract", "1"),
            ("scheduleBooking", "locationID", "9990010"),
            ("scheduleBooking", "orderId", "6"),
            ("deleteBooking", "primaryOrderNumber", "2"),
            ("deleteBooking", "contract", "1"),
            ("confirmReservation", "primaryOrderNumber", "2"),
            ("updateBooking", "primaryOrderNumber", "2"),
        ],
    )
    def test_what_another_order_has_is_named(self, operation: str, name: str, text: str) -> None:
        wrong = call(operation, {"theBooking": {"bookingId": "7", name: text}})
        assert verdict("CAL-36", self.MADE, wrong) is Verdict.BROKEN

    def test_the_number_of_a_scheduled_booking_can_be_any_text(self) -> None:
        for number in ("anything", " "):
            assert verdict("CAL-36", self.MADE, on(26, primaryOrderNumber=number)) is Verdict.HELD

    def test_what_is_blank_or_not_known_is_right(self) -> None:
        blank = call("deleteBooking", {"theBooking": {"bookingId": "7", "contract": " ", "orderId": "5"}})
        assert verdict("CAL-36", self.MADE, blank) is Verdict.HELD
        assert verdict("CAL-36", self.MADE, on(26, orderId="0")) is Verdict.HELD
        assert verdict("CAL-36", blank) is Verdict.NOT_MET

    def test_both_forms_of_a_number_that_drs_changes_are_right(self) -> None:
        """Numbers can get a prefix on their way into DRS (vendor)."""
        shown = call("selectOrder", {}, self.MADE.reply.body.decode().partition("<return>")[2].partition("<status>")[0])
        prefixed = replace(
            shown,
            reply=Reply(
                200, "", shown.reply.body.replace(b"<orderId>", b"<primaryOrderNumber>L1</primaryOrderNumber><orderId>")
            ),
        )
        for number in ("1", "L1", "l1"):
            cancelled = call("deleteBooking", {"theBooking": {"bookingId": "7", "primaryOrderNumber": number}})
            assert verdict("CAL-36", self.MADE, prefixed, cancelled) is Verdict.HELD

    def test_an_order_that_was_moved_to_another_place_is_right(self) -> None:
        moved = call("updateOrder", {"theOrder": {"primaryOrderNumber": "1", "locationID": "9990010"}})
        assert verdict("CAL-36", self.MADE, moved, on(26, locationID="9990010")) is Verdict.HELD


class TestFirstWindow:
    TARGET = "2021-10-29T23:59:59+01:00"
    EARLIEST = "2021-10-25T08:00:00+01:00"

    def test_past_the_target_or_before_the_earliest_date(self) -> None:
        made = create(targetDate=self.TARGET, earliestBookingDate=self.EARLIEST)
        for day, found in ((25, Verdict.HELD), (29, Verdict.HELD), (30, Verdict.BROKEN), (24, Verdict.BROKEN)):
            assert verdict("CAL-37", made, on(day)) is found

    def test_an_appointment_may_be_moved_past_the_target(self) -> None:
        made = create(targetDate=self.TARGET)
        assert verdict("CAL-37", made, on(29), on(30)) is Verdict.HELD
        assert verdict("CAL-37", made, on(29, status="error"), on(30)) is Verdict.HELD
        assert verdict("CAL-37", made, on(29, status="error", inside=ENDED), on(30)) is Verdict.BROKEN

    def test_a_target_that_had_come_already_says_nothing(self) -> None:
        """A service in production sends the time of the call as targetDate."""
        for target in ("2021-10-22T10:00:00+01:00", "2021-10-21T10:00:00+01:00", "2021-10-22T10:00:09+01:00"):
            assert verdict("CAL-37", create(targetDate=target), on(29)) is Verdict.HELD

    def test_an_order_that_was_updated_has_other_dates(self) -> None:
        updated = call("updateOrder", {"theOrder": {"primaryOrderNumber": "1", "targetDate": "2021-10-31T00:00:00"}})
        assert verdict("CAL-37", create(targetDate=self.TARGET), updated, on(30)) is Verdict.NOT_MET


class TestOffers:
    OFFERED = search("2021-10-22T00:00:00", "YES")

    def test_an_old_offer_is_named(self) -> None:
        made = create()
        for days, found in ((0, Verdict.HELD), (1, Verdict.HELD), (2, Verdict.HELD), (3, Verdict.BROKEN)):
            assert verdict("CAL-38", after(self.OFFERED), made, after(on(26), days=days)) is found

    def test_an_offer_is_renewed_by_asking_again(self) -> None:
        again = after(self.OFFERED, days=3)
        assert verdict("CAL-38", after(self.OFFERED), create(), again, after(on(26), days=3)) is Verdict.HELD

    def test_without_times_its_age_is_not_known(self) -> None:
        assert verdict("CAL-38", self.OFFERED, create(), on(26)) is Verdict.NOT_MET

    def test_an_offer_for_another_contract_is_none(self) -> None:
        elsewhere = replace(self.OFFERED, sent=self.OFFERED.sent.replace(b"<contract>0<", b"<contract>1<"))
        assert verdict("CAL-20", self.OFFERED, create(), on(26)) is Verdict.HELD
        assert verdict("CAL-20", elsewhere, create(), on(26)) is Verdict.BROKEN

    def test_the_window_of_a_created_order_may_be_scheduled(self) -> None:
        """A service in production does so, and never asks for slots."""
        as_returned = schedule("2021-10-22T10:00:00+01:00", "2021-10-29T23:59:59+01:00")
        assert verdict("CAL-20", create(), as_returned) is Verdict.HELD
        assert verdict("CAL-20", self.OFFERED, create(), as_returned) is Verdict.BROKEN


class TestUnanswered:
    LOST = lost(create("1"))
    OTHER = create("2")

    @pytest.mark.parametrize("status", [0, 200, 502])
    def test_another_number_for_the_same_order_is_named(self, status: int) -> None:
        assert verdict("CAL-39", lost(create("1"), status), self.OTHER) is Verdict.BROKEN

    def test_an_order_that_was_looked_up_may_have_another_number(self) -> None:
        for name in ("selectOrder", "selectBooking"):
            looked_up = call(name, {"primaryOrderNumber": "1"}, status="error")
            assert verdict("CAL-39", self.LOST, looked_up, self.OTHER) is Verdict.HELD
            assert verdict("CAL-39", self.LOST, lost(looked_up), self.OTHER) is Verdict.BROKEN
        deleted = call("deleteOrder", {"theOrder": {"primaryOrderNumber": "1"}})
        assert verdict("CAL-39", self.LOST, deleted, self.OTHER) is Verdict.HELD

    def test_an_answer_or_another_order_is_no_repeat(self) -> None:
        for first in (create("1"), lost(create("1"), 404), lost(create("1", orderComments="Door"))):
            assert verdict("CAL-39", first, self.OTHER) is Verdict.HELD
        assert verdict("CAL-39", self.LOST, create("1")) is Verdict.HELD


class TestCutSearches:
    NOTHING = search("2021-10-22T00:00:00", "NO", CUT)
    NEXT = search("2021-10-29T00:00:00", "NO", CUT)

    def test_giving_up_at_the_cap_is_named(self) -> None:
        assert verdict("CAL-40", self.NOTHING) is Verdict.BROKEN
        assert verdict("CAL-40", search("2021-10-22T00:00:00", "", CUT)) is Verdict.BROKEN
        assert verdict("CAL-40", self.NOTHING, replace(self.NOTHING)) is Verdict.BROKEN

    def test_a_search_that_goes_on_is_right(self) -> None:
        """However far: the caller has a limit of its own."""
        assert verdict("CAL-40", self.NOTHING, self.NEXT) is Verdict.HELD
        assert verdict("CAL-40", self.NOTHING, lost(self.NEXT)) is Verdict.HELD

    def test_a_search_that_found_a_slot_or_was_not_cut_may_end(self) -> None:
        assert verdict("CAL-40", search("2021-10-22T00:00:00", "YES", CUT)) is Verdict.HELD
        assert verdict("CAL-40", search("2021-10-22T00:00:00", "NO")) is Verdict.NOT_MET


class TestRefusedSlots:
    REFUSED = on(26, status="error")
    CANCELLED = call("deleteBooking", {"theBooking": {"bookingId": "7"}})

    def test_an_order_left_without_a_slot_is_named(self) -> None:
        assert verdict("CAL-23", create(), self.REFUSED) is Verdict.BROKEN
        unauthorised = replace(self.CANCELLED, reply=call("deleteBooking", {}, ENDED, "error").reply)
        assert verdict("CAL-23", create(), self.REFUSED, unauthorised) is Verdict.BROKEN

    def test_another_slot_or_a_cancellation_settles_it(self) -> None:
        refused = replace(self.CANCELLED, reply=call("deleteBooking", {}, status="error").reply)
        completed = call("updateBooking", {"theBooking": {"bookingId": "7"}, "transactionType": "COMPLETED"})
        for settled in (on(27), lost(on(27)), self.CANCELLED, lost(self.CANCELLED), refused, completed):
            assert verdict("CAL-23", create(), self.REFUSED, settled) is Verdict.HELD


def test_a_session_whose_closing_had_no_answer_is_closed_again() -> None:
    """The whole traffic is clean, however often the answer gets lost."""
    *others, closed = SOUND.calls
    calls = (*others, lost(closed), lost(closed), closed)
    assert analyse_traffic(Traffic("test", calls)).broken == ()


def test_a_search_for_a_single_day_is_clean() -> None:
    """From its midnight to its midnight; DRS searches to the end of that day."""
    day = b"2021-10-25T00:00:00+01:00"
    calls = [
        replace(each, sent=each.sent.replace(begin, day).replace(end, day))
        if (begin := each.value("periodBegin").encode()) and (end := each.value("periodEnd").encode())
        else each
        for each in SOUND.calls[14:15]
    ]
    assert calls[0].value("periodBegin") == calls[0].value("periodEnd") == day.decode()
    traffic = Traffic("test", (*SOUND.calls[:14], *calls, *SOUND.calls[15:]))
    assert analyse_traffic(traffic).broken == ()
