"""Clauses on places: none is lost, and none is made."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from drs_contracts.clauses.clause import clause, client, seen
from drs_contracts.clauses.laws.places import PlacesModel, Step, steps
from drs_contracts.driver.driver import DrsDriver
from drs_contracts.strategies import lengths

_WEEKS_OF_A_YEAR = 52
_STEPS = 50
_FEW_STEPS = 16


@clause(
    "LAW-01",
    "The places of a slot that are sold and those that are free are as many as there were, whatever happened.",
    client("Hackney, ONS: a cancellation frees the place; seen: a booking moves; presumed: that nothing else does"),
    writes=True,
    weeks=lengths(_WEEKS_OF_A_YEAR),
    weekday=st.integers(0, 4),
    taken=steps(_FEW_STEPS),
)
def places_are_conserved(drs: DrsDriver, weeks: int, weekday: int, taken: Sequence[Step]) -> None:
    """Count the places of two days; book, move, cancel and be refused; cancel more, and count what is left."""
    model = PlacesModel(drs, (drs.weekday(weeks, weekday), drs.weekday(weeks, weekday) + 7))
    for step in taken:
        model.take(step)
    model.cancel_every_second()
    model.expect_conserved()


@clause(
    "LAW-02",
    "A slot is offered as long as it has a place, to two callers in any order of steps, and orders show their places.",
    seen("Scheduling a Booking: what is offered can be booked; presumed: that what has a place is offered"),
    writes=True,
    weeks=lengths(_WEEKS_OF_A_YEAR),
    taken=steps(_STEPS),
)
def a_slot_with_a_place_is_offered(drs: DrsDriver, weeks: int, taken: Sequence[Step]) -> None:
    """Do the steps beside a model of the places of two days, and compare the two after each."""
    model = PlacesModel(drs, (drs.weekday(weeks, 1), drs.weekday(weeks, 3)))
    model.expect_offers()
    for step in taken:
        model.take(step)
        model.expect_offers()
    model.expect_orders()
