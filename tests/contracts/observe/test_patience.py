"""The limits of the clauses on repeats, sessions and dates: what is just right, and what is just wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from drs_contracts import Call, Verdict
from drs_contracts.driver.messages import Members, Reply

from tests.contracts.observe.calls import call, verdict

BEGAN = datetime(2021, 10, 22, 9, tzinfo=UTC)
ASKED = call("selectOrder", {"sessionId": "a", "primaryOrderNumber": "1"})
OTHER = call("selectOrder", {"sessionId": "a", "primaryOrderNumber": "2"})
LOST = replace(ASKED, reply=Reply(0, "", b""))


def at(sent: Call, seconds: float) -> Call:
    return replace(sent, started=BEGAN + timedelta(seconds=seconds))


def every(sent: Call, gap: float, times: int) -> list[Call]:
    return [at(sent, gap * each) for each in range(times)]


class TestFollowUp:
    @pytest.mark.parametrize(
        "later",
        [
            replace(ASKED),
            call("selectOrder", {"sessionId": "b", "primaryOrderNumber": "1"}),
            call("deleteOrder", {"theOrder": {"primaryOrderNumber": "1"}}),
            call("deleteBooking", {"theBooking": {"bookingId": "7", "primaryOrderNumber": "1"}}),
            replace(LOST),
        ],
    )
    def test_another_call_about_the_order_follows(self, later: Call) -> None:
        assert verdict("CAL-53", LOST, later) is Verdict.HELD

    @pytest.mark.parametrize("status", [0, 200, 502, 503])
    def test_nothing_or_another_order_follows(self, status: int) -> None:
        lost = replace(ASKED, reply=Reply(status, "", b""))
        assert verdict("CAL-53", lost) is Verdict.ADVICE
        assert verdict("CAL-53", lost, OTHER) is Verdict.ADVICE

    def test_an_address_that_is_wrong_is_not_tried_again(self) -> None:
        assert verdict("CAL-53", replace(ASKED, reply=Reply(404, "", b""))) is Verdict.HELD

    def test_a_lost_closing_needs_nothing(self) -> None:
        closing = replace(call("closeSession", {"sessionId": "a"}), reply=Reply(0, "", b""))
        assert verdict("CAL-53", closing) is Verdict.NOT_MET


class TestTries:
    @pytest.mark.parametrize(("times", "found"), [(11, Verdict.ADVICE), (10, Verdict.HELD)])
    def test_tries_are_counted_whatever_is_between(self, times: int, found: Verdict) -> None:
        between = [at(OTHER, 30 * each + 1) for each in range(times)]
        calls = sorted([*every(LOST, 30, times), *between], key=lambda each: str(each.started))
        assert verdict("CAL-54", *calls) is found

    def test_tries_at_a_patient_pace_may_go_on(self) -> None:
        assert verdict("CAL-54", *every(LOST, 61, 100)) is Verdict.HELD

    def test_an_answer_begins_the_count_again(self) -> None:
        assert verdict("CAL-54", *every(LOST, 10, 9), at(ASKED, 90), *every(LOST, 10, 9)) is Verdict.HELD

    @pytest.mark.parametrize(
        ("moments", "found"),
        [
            ((0, 80, 120, 140, 150), Verdict.ADVICE),
            ((0, 80, 120, 140, 151), Verdict.HELD),
            ((0, 80, 120, 140), Verdict.HELD),
            ((0, 10, 20, 30, 40), Verdict.HELD),
            ((0, 1, 3, 7, 15), Verdict.HELD),
            ((0, 0, 0, 0, 0), Verdict.HELD),
        ],
    )
    def test_waits_that_get_shorter(self, moments: tuple[float, ...], found: Verdict) -> None:
        assert verdict("CAL-55", *(at(LOST, each) for each in moments)) is found

    @pytest.mark.parametrize(("gap", "found"), [(1.9, Verdict.ADVICE), (2.1, Verdict.HELD)])
    def test_a_storm_in_an_outage(self, gap: float, found: Verdict) -> None:
        assert verdict("CAL-56", *every(LOST, gap, 60)) is found

    def test_a_storm_is_over_with_an_answer(self) -> None:
        assert verdict("CAL-56", *every(LOST, 1, 29), at(ASKED, 29), *every(LOST, 1, 29)) is Verdict.HELD

    @pytest.mark.parametrize(("gap", "found"), [(19, Verdict.ADVICE), (21, Verdict.HELD)])
    def test_polling(self, gap: float, found: Verdict) -> None:
        assert verdict("CAL-57", *every(ASKED, gap, 60)) is found

    @pytest.mark.parametrize("clause", ["CAL-54", "CAL-55", "CAL-56", "CAL-57"])
    def test_without_times_nothing_is_in_haste(self, clause: str) -> None:
        sent = LOST if clause != "CAL-57" else ASKED
        assert verdict(clause, *(replace(sent) for _ in range(100))) is Verdict.NOT_MET
        assert verdict(clause, *every(sent, 0, 100)) is Verdict.HELD


class TestSessions:
    @staticmethod
    def opened(number: int, seconds: float) -> Call:
        return at(call("openSession", {"login": "x"}, f"<sessionId>{number}</sessionId>"), seconds)

    def test_fifty_sessions_may_be_open(self) -> None:
        calls = [self.opened(each, each) for each in range(51)]
        assert verdict("CAL-58", *calls[:50]) is Verdict.HELD
        assert verdict("CAL-58", *calls) is Verdict.ADVICE
        closed = at(call("closeSession", {"sessionId": "7"}), 49)
        assert verdict("CAL-58", *calls[:50], closed, calls[50]) is Verdict.HELD

    def test_sessions_end_at_midnight(self) -> None:
        calls = [self.opened(each, each + 86_400 * (each // 30)) for each in range(90)]
        assert verdict("CAL-58", *calls) is Verdict.HELD

    @pytest.mark.parametrize(
        ("uses", "gap", "found"), [(1, 5, Verdict.ADVICE), (2, 5, Verdict.HELD), (1, 7, Verdict.HELD)]
    )
    def test_a_login_for_each_call(self, uses: int, gap: float, found: Verdict) -> None:
        calls = [
            each
            for number in range(120)
            for each in (
                self.opened(number, gap * number),
                *(call("selectOrder", {"sessionId": str(number)}) for _ in range(uses)),
            )
        ]
        assert verdict("CAL-59", *calls) is found


class TestDates:
    @pytest.mark.parametrize(
        ("date", "found"),
        [
            ("2021-11-01T08:00:00+01:00", Verdict.ADVICE),
            ("2021-10-31T01:00:00+01:00", Verdict.HELD),
            ("2021-10-31T02:00:00+01:00", Verdict.ADVICE),
            ("2022-03-27T01:59:59+01:00", Verdict.ADVICE),
            ("2022-03-27T02:00:00+01:00", Verdict.HELD),
            ("2021-11-01T08:00:00+00:00", Verdict.HELD),
            ("2021-07-01T08:00:00Z", Verdict.HELD),
            ("2021-11-01T08:00:00", Verdict.HELD),
            ("0001-01-01T00:00:00+01:00", Verdict.HELD),
        ],
    )
    def test_an_offset_of_summer(self, date: str, found: Verdict) -> None:
        assert verdict("CAL-46", call("checkAvailability", {"periodBegin": date})) is found

    @pytest.mark.parametrize(
        ("date", "found"),
        [
            ("2021-10-22T23:59:59Z", Verdict.ADVICE),
            ("2021-10-22T23:59:59.999Z", Verdict.ADVICE),
            ("2021-10-22T23:59:59.0000000+00:00", Verdict.ADVICE),
            ("2021-10-22T00:00:00Z", Verdict.HELD),
            ("2021-10-22T22:59:59Z", Verdict.HELD),
            ("2021-10-22T23:59:59+01:00", Verdict.HELD),
            ("2021-10-21T23:00:00Z", Verdict.HELD),
            ("2021-10-22T00:00:00", Verdict.HELD),
            ("2021-10-22T00:00:01Z", Verdict.HELD),
            ("2021-12-01T23:59:59Z", Verdict.HELD),
            ("0001-01-01T23:59:59Z", Verdict.HELD),
        ],
    )
    def test_a_last_second_in_utc(self, date: str, found: Verdict) -> None:
        assert verdict("CAL-47", call("checkAvailability", {"periodBegin": date})) is found


class TestRefusals:
    @staticmethod
    def refused(operation: str, members: Members, message: str = "No") -> Call:
        return call(operation, members, f"<errorMsg>{message}</errorMsg>", "error")

    UPDATED = call("updateOrder", {"theOrder": {"primaryOrderNumber": "1"}})
    CREATED = call("createOrder", {"theOrder": {"primaryOrderNumber": "1"}})

    def test_a_refused_number_is_used_once_it_is_there(self) -> None:
        refused = self.refused("createOrder", {"theOrder": {"primaryOrderNumber": "1"}})
        assert verdict("CAL-48", refused, self.UPDATED) is Verdict.BROKEN
        assert verdict("CAL-48", refused, self.CREATED, self.UPDATED) is Verdict.HELD
        inside = "<theOrders><primaryOrderNumber>1</primaryOrderNumber></theOrders>"
        assert verdict("CAL-48", refused, call("selectOrder", {}, inside), self.UPDATED) is Verdict.HELD
        in_use = self.refused("createOrder", {"theOrder": {"primaryOrderNumber": "1"}}, "Order 1 already exists")
        assert verdict("CAL-48", in_use, self.UPDATED) is Verdict.HELD

    @pytest.mark.parametrize(
        ("between", "found"),
        [
            (None, Verdict.ADVICE),
            (OTHER, Verdict.ADVICE),
            (ASKED, Verdict.HELD),
            (call("updateLocation", {"theLocation": {"locationId": "3"}}), Verdict.HELD),
        ],
    )
    def test_a_refused_change_is_repeated(self, between: Call | None, found: Verdict) -> None:
        refused = self.refused("deleteOrder", {"theOrder": {"primaryOrderNumber": "1"}})
        calls = [at(refused, 0), *([between] if between else []), at(refused, 60)]
        assert verdict("CAL-49", *calls) is found

    def test_a_refused_change_may_be_tried_an_hour_later(self) -> None:
        refused = self.refused("deleteOrder", {"theOrder": {"primaryOrderNumber": "1"}})
        assert verdict("CAL-49", at(refused, 0), at(refused, 3601)) is Verdict.HELD


class TestLeftovers:
    BOOKING = "<theOrder><theBookings><bookingId>{}</bookingId></theBookings></theOrder>"
    CANCELLED = call("deleteBooking", {"theBooking": {"bookingId": "1"}})

    def ordered(self, number: str, seconds: float, comments: str = "Door") -> Call:
        order = {"primaryOrderNumber": number, "locationID": "3", "orderComments": comments}
        return at(call("createOrder", {"theOrder": order}, self.BOOKING.format(number)), seconds)

    @staticmethod
    def booked(booking: str, day: int = 25) -> Call:
        window = {"planningWindowStart": f"2021-10-{day}T08:00:00", "planningWindowEnd": f"2021-10-{day}T12:00:00"}
        return call("scheduleBooking", {"theBooking": {"bookingId": booking, **window}})

    @pytest.mark.parametrize(
        ("seconds", "comments", "found"),
        [(600, "Door", Verdict.ADVICE), (601, "Door", Verdict.HELD), (5, "Window", Verdict.HELD)],
    )
    def test_work_that_is_booked_twice(self, seconds: float, comments: str, found: Verdict) -> None:
        calls = self.ordered("1", 0), self.ordered("2", seconds, comments), self.booked("1"), self.booked("2")
        assert verdict("CAL-50", *calls) is found

    def test_two_windows_are_two_appointments(self) -> None:
        calls = self.ordered("1", 0), self.ordered("2", 5), self.booked("1"), self.booked("2", day=26)
        assert verdict("CAL-50", *calls) is Verdict.HELD
        assert verdict("CAL-50", *calls, self.booked("1", day=26)) is Verdict.ADVICE
        assert verdict("CAL-50", *calls, self.CANCELLED, self.booked("2")) is Verdict.HELD

    def test_an_order_that_ended_may_be_replaced(self) -> None:
        deleted = call("deleteOrder", {"theOrder": {"primaryOrderNumber": "1"}})
        assert verdict("CAL-51", self.ordered("1", 0), deleted, self.ordered("2", 5)) is Verdict.HELD
        calls = self.ordered("1", 0), self.booked("1"), deleted, self.ordered("2", 5), self.booked("2")
        assert verdict("CAL-50", *calls) is Verdict.HELD
        both = (self.CANCELLED, deleted)
        assert verdict("CAL-51", self.ordered("1", 0), *both, self.ordered("2", 5)) is Verdict.HELD

    def test_an_order_that_lost_its_booking_is_replaced(self) -> None:
        refused = call("deleteBooking", {"theBooking": {"bookingId": "1"}}, status="error")
        for cancelled in (self.CANCELLED, refused):
            calls = (self.ordered("1", 0), cancelled, self.ordered("2", 5))
            assert verdict("CAL-51", *calls) is Verdict.ADVICE
            assert verdict("CAL-50", *calls, self.booked("2")) is Verdict.HELD
        again = call("createBooking", {"theBooking": {}, "theOrder": {"primaryOrderNumber": "1"}})
        assert verdict("CAL-51", self.ordered("1", 0), self.CANCELLED, again, self.ordered("2", 5)) is Verdict.HELD

    def test_a_booking_that_was_cancelled_is_used(self) -> None:
        moved = call("scheduleBooking", {"theBooking": {"bookingId": "1"}})
        lost = replace(self.CANCELLED, reply=Reply(0, "", b""))
        assert verdict("CAL-45", self.CANCELLED, moved) is Verdict.BROKEN
        assert verdict("CAL-45", lost, moved) is Verdict.HELD
        deleted = call("deleteOrder", {"theOrder": {"primaryOrderNumber": "1"}})
        assert verdict("CAL-45", self.ordered("1", 0), deleted, moved) is Verdict.BROKEN
