"""Callers as scripts against a simulator: a broken one is named by its clause alone, a correct one by none."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from drs_contracts import judge_calls

from tests.contracts.observe import broken_scripts, correct_scripts
from tests.contracts.observe.soap_service import SUMMER, WINTER, Service, Wire, booking_of, slots


def named(wire: Wire) -> list[tuple[str, str]]:
    return [(finding.clause.id, finding.sentence) for finding in judge_calls(wire.calls)]


@pytest.mark.parametrize("script", broken_scripts.SCRIPTS, ids=lambda each: f"{each.clause} {each.run.__name__}")
def test_a_broken_caller_is_named_by_its_clause_alone(script: broken_scripts.Script) -> None:
    assert {clause for clause, _ in named(broken_scripts.run_script(script))} == {script.clause}


@pytest.mark.parametrize("script", correct_scripts.SCRIPTS, ids=lambda each: f"{each.run.__name__} {each.clock[:10]}")
def test_a_correct_caller_gets_no_advice(script: correct_scripts.Script) -> None:
    assert named(correct_scripts.run_script(script)) == []


@pytest.mark.parametrize("clock", [SUMMER, WINTER])
@pytest.mark.parametrize("seed", range(5))
def test_workers_that_share_a_journal_are_correct(seed: int, clock: str) -> None:
    """Their calls come in any order, and each has its own session."""
    chance, wire = random.Random(seed), Wire(clock)
    workers = [serve(Service(wire), 100 * each) for each in range(6)]
    while workers:
        worker = chance.choice(workers)
        if next(worker, None) is None:
            workers.remove(worker)
    assert named(wire) == []


def serve(service: Service, first: int) -> Iterator[str]:
    """Serve three residents, some of whose answers get lost; give the way free after each call."""
    for number in map(str, range(first, first + 3)):
        place = f"36700{1 + first // 100}0"
        service.open()
        yield "opened"
        day = service.wire.drs.clock.now().date().day + 1
        month = f"{service.wire.drs.clock.now():%Y-%m}"
        offered = slots(
            service.search(f"{month}-{day:02d}T12:00:00", f"{month}-{day + 3:02d}T12:00:00", locationID=place)
        )
        yield "searched"
        service.wire.lost_answers["createOrder"] += int(number) % 3 == 0
        made = service.create(number, locationID=place)
        yield "created"
        if made.answer is None:
            made = service.show(number)
            yield "looked up"
        booking = booking_of(made)
        if not service.schedule(booking, number, offered[int(number) % 3]).succeeded:
            yield "refused"
            service.cancel(booking, number)
        yield "scheduled"
        service.close()
        yield "closed"
