"""A correct service on busy days, with answers that get lost and sessions that end: no clause accuses it."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import timedelta

import pytest
from drs_client import DrsClient, DrsError, RepairWorkflow, wsgi_transport
from drs_contracts import Traffic, analyse_traffic
from drs_simulator import Simulator

from tests.contracts.sound_traffic import CODE, PLACE, PRIORITY, Observer

CLOCKS = ("2021-10-22T12:20:59.555+01:00", "2021-10-30T23:30:00+01:00", "2021-03-26T09:00:00+00:00")
LOSSES = ("createOrder", "scheduleBooking", "selectOrder", "deleteBooking", "closeSession", "checkAvailability")
PAUSES = (timedelta(seconds=1), timedelta(minutes=10), timedelta(hours=2), timedelta(hours=12))


@pytest.mark.parametrize("seed", range(12))
def test_a_correct_service_is_never_accused(seed: int) -> None:
    chance = random.Random(seed)
    drs = Simulator("lincoln", clock=f"fixed@{chance.choice(CLOCKS)}", seed=seed)
    observer = Observer(drs.wsgi, drs.clock.now)
    client = DrsClient(f"http://drs{drs.path}", drs.login, drs.password, transport=wsgi_transport(observer))
    repairs = RepairWorkflow(client, now=drs.clock.now)
    numbers: list[str] = []
    for _ in range(6):
        drs.clock.shift(chance.choice(PAUSES))
        if chance.random() < 1 / 4:
            observer.breaks.add(chance.choice(LOSSES))
        with suppress(DrsError):
            act(chance, repairs, numbers)
    report = analyse_traffic(Traffic("a service", tuple(observer.calls)))
    assert [(each.clause.id, each.breaches[0].reason) for each in report.broken] == []
    # It leaves it to the resident to try again.
    assert {each.clause.id for each in report.advice} <= {"CAL-53"}


def act(chance: random.Random, repairs: RepairWorkflow, numbers: list[str]) -> None:
    """Book a new repair, and again if that fails; or move, cancel or show an earlier one."""
    action = chance.choice(("book", "move", "cancel", "show")) if numbers else "book"
    if action in ("book", "move"):
        slot = chance.choice(repairs.find_slots(PLACE, CODE, PRIORITY, period_days=chance.choice((7, 10, 14))).slots)
    match action:
        case "book":
            number = f"{10000047 + len(numbers)}"
            numbers.append(number)
            try:
                repairs.book(number, slot, PLACE, CODE, PRIORITY, comments=number)
            except DrsError:
                repairs.book(number, slot, PLACE, CODE, PRIORITY, comments=number)
        case "move":
            repairs.move(chance.choice(numbers), slot)
        case "cancel":
            repairs.cancel(chance.choice(numbers))
        case _:
            repairs.show(chance.choice(numbers))
