"""getSchedule, selectResource, updateResource: operatives, their days, and what happens when they change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from drs_simulator.scheduling.commands import (
    AlertFilter,
    HoursRequest,
    OperativeFilter,
    OperativesUpdate,
    OperativeUpdate,
    ScheduleRequest,
    UnavailabilityRequest,
)
from drs_simulator.scheduling.model import AlertReason, LifeCycle
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.use_cases.master_data import select_alerts
from drs_simulator.scheduling.use_cases.operatives import get_schedule, select_resources, update_resources

from tests.simulator.scheduling.builders import Desk, local, places

BEGIN, END = local("2021-10-28T08:00"), local("2021-10-28T12:00")
BOTH = ("101", "102")


def update(desk: Desk, *operative_ids: str, **news: Any) -> None:
    sent = tuple(OperativeUpdate(id=operative_id, **news) for operative_id in operative_ids)
    desk.perform(update_resources, OperativesUpdate(operatives=sent))


def away(begin: str, end: str) -> tuple[UnavailabilityRequest, ...]:
    return (UnavailabilityRequest(local(begin), local(end), "Holiday", "Spain"),)


def alerts(desk: Desk, **wanted: Any) -> list[tuple[str, AlertReason]]:
    found = desk.perform(select_alerts, AlertFilter(**({"contracts": ("0",)} | wanted)))
    return [(each.booking.order_number, each.booking.alert.reason) for each in found if each.booking.alert]


class TestSchedule:
    def test_bookings_of_a_day_are_in_the_order_of_visits(self, desk: Desk) -> None:
        for begin, end in (("12:00", "16:00"), ("08:00", "12:00"), ("08:00", "16:00"), ("08:00", "12:00")):
            desk.book(local(f"2021-10-28T{begin}"), local(f"2021-10-28T{end}"))
        days = [desk.perform(get_schedule, ScheduleRequest("0", each, BEGIN)) for each in BOTH]
        for day in days:
            starts = [each.assigned_start for each in day]
            assert starts == sorted(starts, key=str)
        assert sum(map(len, days)) == 4
        assert desk.perform(get_schedule, ScheduleRequest("0", "101", BEGIN + timedelta(days=1))) == ()

    @pytest.mark.parametrize(
        ("request_", "words"),
        [
            (ScheduleRequest("9", "101", BEGIN), "Unknown contract '9'"),
            (ScheduleRequest("0", "nobody", BEGIN), "Unknown resource 'nobody' in resourceId"),
            (ScheduleRequest("0", "101"), "scheduleDate is required"),
        ],
    )
    def test_wrong_value_is_refused(self, desk: Desk, request_: ScheduleRequest, words: str) -> None:
        with pytest.raises(Refusal, match=words):
            desk.perform(get_schedule, request_)


class TestSelect:
    def test_operatives_are_found_by_id_code_or_contract(self, desk: Desk) -> None:
        def ids(**wanted: Any) -> list[str]:
            return [each.id for each in desk.perform(select_resources, OperativeFilter(**wanted))]

        assert ids() == ids(contracts=(("0",),)) == ["101", "102", "201", "202"]
        assert ids(ids=("202", "101")) == ["101", "202"]
        assert ids(codes=("P01",)) == ["201"]
        assert ids(ids=("101",), codes=("P01",)) == []
        assert ids(business_data=(("SKILL", None),)) == []

    def test_hours_are_returned_by_weekday_or_day_by_day(self, desk: Desk) -> None:
        def hours(**wanted: Any) -> list[str]:
            (found,) = desk.perform(select_resources, OperativeFilter(ids=("101",), **wanted))
            return [str(each.day or each.weekday) for each in found.working_hours]

        assert hours() == []
        assert hours(include_hours=True) == ["monday", "tuesday", "wednesday", "thursday", "friday"]
        week = {"hours_from": local("2021-10-29T00:00"), "hours_to": local("2021-11-01T00:00")}
        assert hours(include_hours=True, **week) == ["2021-10-29", "2021-11-01"]

    @pytest.mark.parametrize(
        ("wanted", "words"),
        [
            ({"ids": ("x",)}, "Unknown resource 'x' in theResourceIDs"),
            ({"codes": ("x",)}, "Unknown resource 'x' in theEmployeeCodes"),
            ({"contracts": (("x",),)}, "Unknown contract 'x'"),
            ({"hours_from": END, "hours_to": BEGIN}, "returnWorkingHoursFrom must be before"),
        ],
    )
    def test_wrong_value_is_refused(self, desk: Desk, wanted: dict[str, Any], words: str) -> None:
        with pytest.raises(Refusal, match=words):
            desk.perform(select_resources, OperativeFilter(**wanted))


class TestUpdate:
    def test_unavailability_closes_its_places_and_no_others(self, desk: Desk) -> None:
        before = places(desk.day(BEGIN.date()))
        update(desk, *BOTH, unavailabilities=away("2021-10-28T08:00", "2021-10-28T12:00"))
        after = places(desk.day(BEGIN.date()))
        assert before - after == {(BEGIN, END)}
        assert places(desk.day(BEGIN.date() + timedelta(days=1)))

    def test_unavailability_of_days_closes_them_whole(self, desk: Desk) -> None:
        update(desk, *BOTH, unavailabilities=away("2021-10-27T12:00", "2021-10-29T09:00"))
        assert places(desk.day(BEGIN.date())) == set()
        assert local("2021-10-27T08:00") in {begin for begin, _ in places(desk.day(local("2021-10-27").date()))}

    def test_bookings_in_the_way_lose_their_place_and_become_alerts(self, desk: Desk) -> None:
        booked = desk.book(BEGIN, END)
        assert booked.operative_id
        update(desk, booked.operative_id, unavailabilities=away("2021-10-28T08:00", "2021-10-28T12:00"))
        after = desk.booking("order-1")
        assert after.operative_id is None
        assert alerts(desk) == [("order-1", AlertReason.RESCHEDULE_FAILURES)]
        desk.schedule(booked.booking.id, BEGIN, END)
        assert desk.booking("order-1").operative_id not in (None, booked.operative_id)
        assert alerts(desk) == []

    def test_bookings_with_room_in_the_rest_of_the_day_stay(self, desk: Desk) -> None:
        booked = desk.book(BEGIN, END)
        assert booked.operative_id
        update(desk, booked.operative_id, unavailabilities=away("2021-10-28T08:00", "2021-10-28T09:00"))
        after = desk.booking("order-1")
        assert after.operative_id == booked.operative_id
        assert after.assigned_start is not None
        assert after.assigned_start >= local("2021-10-28T09:00")
        assert alerts(desk) == []

    def test_overlapping_unavailabilities_count_once(self, desk: Desk) -> None:
        both = (*away("2021-10-28T08:00", "2021-10-28T10:00"), *away("2021-10-28T09:00", "2021-10-28T11:00"))
        update(desk, *BOTH, unavailabilities=both)
        assert (BEGIN, END) in places(desk.day(BEGIN.date()))

    def test_new_hours_count_from_now_on_and_leave_what_is_over(self, desk: Desk) -> None:
        past = desk.book(BEGIN, END)
        desk.clock.shift(timedelta(days=7))
        desk.session_id = desk.open()
        hours = (HoursRequest(local("2021-10-28T10:00"), local("2021-10-28T12:00"), weekday="FRIDAY"),)
        update(desk, *BOTH, hours=hours)
        assert desk.booking("order-1").operative_id == past.operative_id
        assert places(desk.day(local("2021-11-01").date())) == set()
        friday = places(desk.day(local("2021-11-05").date()))
        assert (local("2021-11-05T08:00"), local("2021-11-05T12:00")) in friday
        assert (local("2021-11-05T12:00"), local("2021-11-05T16:00")) not in friday

    def test_hours_of_one_day_go_before_those_of_its_weekday(self, desk: Desk) -> None:
        one_day = HoursRequest(local("2021-10-28T12:00"), local("2021-10-28T16:00"), day=local("2021-10-28T00:00"))
        weekly = HoursRequest(local("2021-10-28T08:00"), local("2021-10-28T16:00"), weekday="thursday")
        update(desk, *BOTH, hours=(weekly, one_day))
        assert (BEGIN, END) not in places(desk.day(BEGIN.date()))
        assert (BEGIN + timedelta(days=7), END + timedelta(days=7)) in places(desk.day(local("2021-11-04").date()))

    def test_operative_who_gives_up_a_trade_loses_its_bookings(self, desk: Desk) -> None:
        booked = desk.book(BEGIN, END)
        assert booked.operative_id
        update(desk, booked.operative_id, trades=("Plumber",), name="Renamed", sectors=("North", "East"))
        assert alerts(desk) == [("order-1", AlertReason.RESCHEDULE_FAILURES)]
        (found,) = desk.perform(select_resources, OperativeFilter(ids=(booked.operative_id,)))
        assert (found.name, found.trades, found.sectors) == ("Renamed", ("Plumber",), ("North", "East"))

    def test_operative_can_be_named_by_code(self, desk: Desk) -> None:
        sent = OperativesUpdate(operatives=(OperativeUpdate(code="J01", name="Renamed"),))
        desk.perform(update_resources, sent)
        assert desk.perform(select_resources, OperativeFilter(ids=("101",)))[0].name == "Renamed"

    @pytest.mark.parametrize(
        ("sent", "words"),
        [
            (OperativeUpdate(), "resourceID is required"),
            (OperativeUpdate(id="nobody"), "Unknown resource 'nobody' in resourceID"),
            (OperativeUpdate(code="nobody"), "Unknown resource 'nobody' in externalResourceCode"),
            (OperativeUpdate(id="101", trades=("Piper",)), "'Piper' is not allowed in theAbilities"),
            (OperativeUpdate(id="101", hours=(HoursRequest(END, BEGIN, "monday"),)), "beginDate must be before"),
            (OperativeUpdate(id="101", hours=(HoursRequest(BEGIN, END, "noday"),)), "'noday' is not allowed"),
            (OperativeUpdate(id="101", hours=(HoursRequest(BEGIN, END),)), "dayOfWeek is required"),
            (OperativeUpdate(id="101", hours=(HoursRequest(),)), "beginDate is required"),
            (
                OperativeUpdate(id="101", unavailabilities=(UnavailabilityRequest(BEGIN),)),
                "endDateTime is required",
            ),
            (
                OperativeUpdate(id="101", unavailabilities=(UnavailabilityRequest(END, BEGIN),)),
                "beginDateTime must be before endDateTime",
            ),
        ],
    )
    def test_wrong_update_changes_no_operative(self, desk: Desk, sent: OperativeUpdate, words: str) -> None:
        before = desk.perform(select_resources, OperativeFilter())
        with pytest.raises(Refusal, match=words):
            desk.perform(update_resources, OperativesUpdate(operatives=(OperativeUpdate(id="102", name="New"), sent)))
        assert desk.perform(select_resources, OperativeFilter()) == before

    def test_empty_update_is_refused(self, desk: Desk) -> None:
        with pytest.raises(Refusal, match="theResources is required"):
            desk.perform(update_resources, OperativesUpdate())


class TestAlerts:
    def test_alerts_are_found_by_type_contract_and_period(self, desk: Desk) -> None:
        for number in ("a", "b"):
            desk.book(BEGIN, END, number=number)
        desk.suspend("b")
        desk.clock.shift(timedelta(hours=1))
        update(desk, *BOTH, unavailabilities=away("2021-10-28T00:00", "2021-10-29T00:00"))
        assert alerts(desk, reasons=(AlertReason.SUSPENDED_JOBS,)) == []
        both = [("a", AlertReason.RESCHEDULE_FAILURES), ("b", AlertReason.RESCHEDULE_FAILURES)]
        assert alerts(desk) == both
        desk.suspend("b")
        assert alerts(desk, end=desk.clock.now() - timedelta(minutes=1)) == []
        assert alerts(desk, begin=desk.clock.now() + timedelta(minutes=1)) == []

    def test_suspended_booking_is_an_alert_until_it_is_scheduled(self, desk: Desk) -> None:
        desk.book(BEGIN, END, number="a")
        desk.suspend("a")
        assert alerts(desk, reasons=(AlertReason.SUSPENDED_JOBS,)) == [("a", AlertReason.SUSPENDED_JOBS)]
        desk.bring("a", LifeCycle.COMPLETED)
        assert alerts(desk) == []

    def test_contract_is_needed_and_must_be_known(self, desk: Desk) -> None:
        with pytest.raises(Refusal, match="contract is required"):
            alerts(desk, contracts=())
        with pytest.raises(Refusal, match="Unknown contract '9'"):
            alerts(desk, contracts=("9",))
        with pytest.raises(Refusal, match="periodBegin must be before periodEnd"):
            alerts(desk, begin=END, end=BEGIN)
