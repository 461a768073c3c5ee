"""A state machine that runs the workflow in any order beside a small model of DRS.

The model knows of each order whether it is unscheduled, scheduled into which slot, or cancelled. After every step DRS
must show what the model says.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from drs_contracts.driver.driver import CreatedOrder, DrsDriver, OfferedSlot, TestData
from drs_contracts.driver.expectations import expect, expect_success
from drs_contracts.driver.targets import Target

_BOOKING = "theOrders/theBookings"
_EXAMPLES = 25
_STEPS = 12


@dataclass(slots=True)
class _ModelOrder:
    """An order as the model has it."""

    created: CreatedOrder
    slot: OfferedSlot | None = None
    is_cancelled: bool = False


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

    @rule(target=orders)
    def create(self) -> int:
        self.run.orders.append(_ModelOrder(self.drs.create_order()))
        return len(self.run.orders) - 1

    @rule(order=orders, week=st.integers(0, 2), choice=st.integers(0, 99))
    def schedule_or_move(self, order: int, week: int, choice: int) -> None:
        modelled = self.run.orders[order]
        free = self.drs.free_slots(self.drs.weekday(week, 0))
        if modelled.is_cancelled or not free:
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
        expect(answer.succeeded is not modelled.is_cancelled, f"the status of cancelling is {answer.text('status')}")
        modelled.is_cancelled = True

    @rule()
    def renew_session(self) -> None:
        self.drs.renew_session()

    @invariant()
    def drs_agrees_with_the_model(self) -> None:
        for modelled in self.run.orders:
            answer = self.drs.select(modelled.created)
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

    def teardown(self) -> None:
        with self.drs:
            pass
