"""A machine that walks through the workflow in any order, with a small model of DRS beside it.

The model knows of each order whether it is to be scheduled, scheduled into which slot, or cancelled. After every step
DRS must show what the model says.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from drs_contracts.driver.driver import CreatedOrder, DrsDriver, OfferedSlot, TestData
from drs_contracts.driver.expectations import expect
from drs_contracts.driver.targets import Target

_BOOKINGS = "theOrders/theBookings"
_EXAMPLES = 25
_STEPS = 12


@dataclass(slots=True)
class _Known:
    """What the model knows of an order."""

    order: CreatedOrder
    slot: OfferedSlot | None = None
    cancelled: bool = False


@dataclass(slots=True)
class _Walk:
    """One walk's conversation and what the model knows."""

    conversation: DrsDriver
    known: list[_Known] = field(default_factory=list)


def walk(drs: DrsDriver) -> None:
    """Walk many times through the workflow with the target of ``drs``; the last walk's exchanges are left with it.

    Raises:
        ClauseBroken: DRS shows something else than the model; the walk is the shortest that was found.
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
    walks: list[_Walk] = []
    machine = type("Workflow", (_Workflow,), {"target": drs.target, "data": drs.data, "walks": walks})
    try:
        run_state_machine_as_test(seed(0)(machine), settings=configured)
    finally:
        drs.exchanges = list(walks[-1].conversation.exchanges) if walks else []


class _Workflow(RuleBasedStateMachine):
    """One walk. The target, its facts and the list of walks are set by a class below it."""

    target: Target
    data: TestData
    walks: list[_Walk]
    orders = Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        self.target.renew()
        self.drs = DrsDriver(self.target, self.data)
        self.walk = _Walk(self.drs)
        self.walks[:] = [self.walk]

    @rule(target=orders)
    def create(self) -> int:
        self.walk.known.append(_Known(self.drs.create_order()))
        return len(self.walk.known) - 1

    @rule(order=orders, week=st.integers(0, 2), choice=st.integers(0, 99))
    def schedule_or_move(self, order: int, week: int, choice: int) -> None:
        known = self.walk.known[order]
        free = self.drs.free_slots(self.drs.weekday(week, 0))
        if known.cancelled or not free:
            return
        slot = free[choice % len(free)]
        answer = self.drs.schedule_into(known.order, slot)
        expect(answer.succeeded, f"{slot.begin} was offered, and refused: {answer.text('errorMsg')}")
        is_new, known.slot = known.slot is None, slot
        if is_new:
            after = self.drs.free_slots(self.drs.weekday(week, 0))
            places = {(each.begin, each.end) for each in free}
            more = [each.begin for each in after if (each.begin, each.end) not in places]
            expect(not more, f"booking {slot.begin} made {', '.join(more)} available")

    @rule(order=orders)
    def cancel(self, order: int) -> None:
        known = self.walk.known[order]
        answer = self.drs.delete(known.order)
        expect(answer.succeeded is not known.cancelled, f"cancelling was answered with {answer.text('status')}")
        known.cancelled = True

    @rule()
    def take_a_new_session(self) -> None:
        self.drs.renew_session()

    @invariant()
    def drs_shows_what_the_model_says(self) -> None:
        for known in self.walk.known:
            answer = self.drs.select(known.order)
            shown = answer.texts(f"{_BOOKINGS}/bookingId")
            expected = [] if known.cancelled else [known.order.booking_id]
            expect(shown == expected, f"order {known.order.number} has the bookings {shown}, not {expected}")
            if not known.cancelled:
                slot = known.slot
                begin = answer.text(f"{_BOOKINGS}/planningWindowStart")
                expect(slot is None or begin == slot.begin, f"it is planned for {begin}")
                somebody = answer.text(f"{_BOOKINGS}/theResources/resourceID")
                expect(bool(somebody) == (slot is not None), f"whoever comes is '{somebody}'")

    def teardown(self) -> None:
        with self.drs:
            pass
