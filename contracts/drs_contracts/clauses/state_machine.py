"""A state machine that runs the workflow in any order beside a small model of DRS.

The model knows of each order whether it is unscheduled, scheduled into which slot, cancelled, or deleted. After every
step DRS must show what the model says; what DRS refuses changes nothing, and once all is cancelled, every place is free
again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time, timedelta

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from drs_contracts.driver.driver import CreatedOrder, DrsDriver, OfferedSlot
from drs_contracts.driver.expectations import expect, expect_success
from drs_contracts.driver.installation import TestData
from drs_contracts.driver.targets import Target

_BOOKING = "theOrders/theBookings"
_EXAMPLES = 25
_STEPS = 12
_WEEKS = 3


@dataclass(slots=True)
class _ModelOrder:
    """An order as the model has it."""

    created: CreatedOrder
    slot: OfferedSlot | None = None
    is_cancelled: bool = False
    is_deleted: bool = False

    @property
    def is_open(self) -> bool:
        """Whether its booking can be scheduled."""
        return not (self.is_cancelled or self.is_deleted)


@dataclass(slots=True)
class _WorkflowRun:
    """The driver and the model of one run."""

    driver: DrsDriver
    orders: list[_ModelOrder] = field(default_factory=list)


def run_workflow(drs: DrsDriver) -> None:
    """Run the workflow many times with the target of ``drs``, which keeps the exchanges of the last run.

    Raises:
        ClauseBroken: DRS differs from the model; the run is the shortest that was found.
    """
    configured = settings(
        max_examples=_EXAMPLES,
        stateful_step_count=_STEPS,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    runs: list[_WorkflowRun] = []
    machine = type("Workflow", (_WorkflowMachine,), {"target": drs.target, "data": drs.data, "runs": runs})
    try:
        run_state_machine_as_test(seed(0)(machine), settings=configured)
    finally:
        drs.exchanges = list(runs[-1].driver.exchanges) if runs else []
        drs.http_breach = runs[-1].driver.http_breach if runs else None
        drs.has_asked_for_today = True


class _WorkflowMachine(RuleBasedStateMachine):
    """One run. A subclass sets the target, its facts and the list of runs."""

    target: Target
    data: TestData
    runs: list[_WorkflowRun]
    orders = Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        self.target.renew()
        self.drs = DrsDriver(self.target, self.data)
        self.run = _WorkflowRun(self.drs)
        self.runs[:] = [self.run]
        self.free_at_first = self._free_places()

    @rule(target=orders)
    def create(self) -> int:
        created = self.drs.create_order()
        given = [each.created.booking_id for each in self.run.orders]
        expect(created.booking_id not in given, f"bookingId {created.booking_id} was given to two orders")
        self.run.orders.append(_ModelOrder(created))
        return len(self.run.orders) - 1

    @rule(order=orders, week=st.integers(0, _WEEKS - 1), choice=st.integers(0, 99))
    def schedule_or_move(self, order: int, week: int, choice: int) -> None:
        modelled = self.run.orders[order]
        free = self.drs.free_slots(self.drs.weekday(week, 0))
        if not free or not modelled.is_open:
            return
        slot = free[choice % len(free)]
        self.drs.need_scheduled(modelled.created, slot)
        is_new, modelled.slot = modelled.slot is None, slot
        if is_new:
            after = self.drs.free_slots(self.drs.weekday(week, 0))
            places = {(each.begin, each.end) for each in free}
            more = [each.begin for each in after if (each.begin, each.end) not in places]
            expect(not more, f"booking {slot.begin} made {', '.join(more)} available")

    @rule(order=orders)
    def cancel(self, order: int) -> None:
        modelled = self.run.orders[order]
        answer = self.drs.delete(modelled.created)
        expect(answer.succeeded is modelled.is_open, f"the status of cancelling is {answer.text('status')}")
        modelled.is_cancelled = True

    @rule(order=orders)
    def delete(self, order: int) -> None:
        modelled = self.run.orders[order]
        answer = self.drs.ask("deleteOrder", theOrder={"primaryOrderNumber": modelled.created.number})
        expect(answer.succeeded is not modelled.is_deleted, f"the status of deleteOrder is {answer.text('status')}")
        modelled.is_deleted = True

    @rule(order=orders, week=st.integers(0, _WEEKS - 1))
    def ask_for_a_reversed_window(self, order: int, week: int) -> None:
        begin = self.drs.local(self.drs.weekday(week, 0), time(12))
        window = {"planningWindowStart": begin, "planningWindowEnd": begin - timedelta(hours=4)}
        answer = self.drs.schedule(self.run.orders[order].created, **window)
        expect(not answer.succeeded, "a window that ends before it begins was accepted")

    @rule(order=orders)
    def create_again(self, order: int) -> None:
        modelled = self.run.orders[order]
        if modelled.is_deleted:
            return
        members = self.drs.order_members(primaryOrderNumber=modelled.created.number)
        expect(not self.drs.call("createOrder", members).succeeded, "a number was accepted that has an order")

    @rule()
    def cancel_all(self) -> None:
        for order, modelled in enumerate(self.run.orders):
            if modelled.is_open:
                self.cancel(order)
        different = self._free_places() ^ self.free_at_first
        expect(not different, f"with all cancelled, the places that differ are {sorted(different)}")

    @rule()
    def renew_session(self) -> None:
        self.drs.renew_session()

    @invariant()
    def drs_agrees_with_the_model(self) -> None:
        for modelled in self.run.orders:
            answer = self.drs.select(modelled.created)
            if modelled.is_deleted:
                expect(not answer.succeeded, f"order {modelled.created.number} was deleted, and is found")
                continue
            expect_success(answer)
            shown = answer.texts(f"{_BOOKING}/bookingId")
            expected = [] if modelled.is_cancelled else [modelled.created.booking_id]
            expect(shown == expected, f"order {modelled.created.number} has the bookings {shown}, not {expected}")
            if not modelled.is_cancelled:
                slot = modelled.slot
                begin = answer.text(f"{_BOOKING}/planningWindowStart")
                expect(slot is None or begin == slot.begin, f"it is planned for {begin}")
                operative = answer.text(f"{_BOOKING}/theResources/resourceID")
                expect(bool(operative) == (slot is not None), f"the resourceID is '{operative}'")

    def _free_places(self) -> set[tuple[str, str]]:
        mondays = (self.drs.weekday(week, 0) for week in range(_WEEKS))
        return {(each.begin, each.end) for monday in mondays for each in self.drs.free_slots(monday)}

    def teardown(self) -> None:
        with self.drs:
            pass
