"""The demo's week: always the same for a seed, in an empty state only, and no fault rule changes it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from drs_simulator import FaultRule, Simulator, effects, load_profile
from drs_simulator.exchange import Outcome
from drs_simulator.scheduling.back_office import open_sessions

from tests.simulator.scheduling.builders import changed

CLOCK = "fixed@2021-10-27T11:20"


def test_the_same_seed_and_clock_make_the_same_week() -> None:
    made = [Simulator(clock=CLOCK, seed=seed) for seed in (3, 3, 4)]
    counts = [drs.add_demo_week() for drs in made]
    assert counts[0] == counts[1] > 30
    states = [drs.export_state() for drs in made]
    assert states[0].bookings == states[1].bookings
    assert states[0].bookings != states[2].bookings


def test_a_state_with_orders_stays_as_it_is(tmp_path: Path) -> None:
    state = f"sqlite:///{tmp_path}/drs.db"
    first = Simulator(clock=CLOCK, seed=1, state=state)
    assert first.add_demo_week() > 30
    before = first.export_state()
    first.close()
    second = Simulator(clock=CLOCK, seed=2, state=state)
    assert second.add_demo_week() == 0
    assert second.export_state().bookings == before.bookings
    second.close()


def test_fault_rules_do_not_apply_and_are_not_used_up() -> None:
    rule = FaultRule(operation="createOrder", times=1, effect=effects.Empty())
    with Simulator(clock=CLOCK, seed=1, faults=[rule]) as drs:
        assert drs.add_demo_week() > 30
        assert drs.faults.rules() == (rule,)


def test_the_week_is_in_the_journal_without_its_password() -> None:
    drs = Simulator(clock=CLOCK, seed=1, password="of-our-own")
    drs.add_demo_week()
    entries = drs.journal.entries()
    assert {"openSession", "checkAvailability", "createOrder", "scheduleBooking", "deleteOrder"} <= {
        each.operation for each in entries
    }
    assert {each.outcome for each in entries} == {Outcome.SUCCESS, Outcome.REFUSAL}
    assert all(earlier.time <= later.time for earlier, later in pairwise(entries))
    assert not any(b"of-our-own" in each.request for each in entries)


def test_the_week_leaves_no_open_session_and_no_confirmation() -> None:
    drs = Simulator(clock=CLOCK, seed=1, callback_url="http://127.0.0.1:9/none")
    drs.add_demo_week()
    assert drs.scheduler.run_as_system(open_sessions, None) == ()
    assert not drs.export_state().confirmations


@pytest.mark.parametrize("clock", ["fixed@2021-10-30T03:20", "fixed@2021-10-25T07:00", "fixed@2021-12-31T23:59"])
def test_any_hour_has_work_done_and_work_to_come(clock: str) -> None:
    drs = Simulator("full", clock=clock, seed=1)
    assert drs.add_demo_week() > 25
    cycles = {booking.life_cycle.value for booking in drs.export_state().bookings}
    assert {"COMPLETED", "STARTED", "PLANNED", "RESERVED"} <= cycles


def test_a_profile_without_work_that_can_be_planned_stays_empty() -> None:
    profile = changed(load_profile("lincoln"), sor_codes=[{"code": "N000000", "minutes": 60}])
    drs = Simulator(profile, clock=CLOCK)
    assert drs.add_demo_week() == 0
    assert not drs.export_state().orders
