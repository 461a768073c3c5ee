"""What a run leaves behind in DRS is judged, whatever the command's exit code is."""

from __future__ import annotations

import pytest
from drs_contracts import ExerciseOutcome, Run, list_clauses, run_scenarios
from drs_contracts.exercise.findings import ABOUT_DRS
from drs_simulator import Expectations, Scenario, load_scenario

from tests.contracts.exercise.services import BOOKS_TWICE, LOOKS_UP, story


def run(command: list[str], *names: str, expect: Expectations | None = None) -> Run:
    """Run a command in these scenarios, and return the last run."""
    scenarios: dict[str, Scenario] = {}
    for name in names:
        scenario = load_scenario(name)
        scenarios[name] = scenario if expect is None else scenario.model_copy(update={"expect": expect})
    return list(run_scenarios(command, scenarios, timeout=60.0))[-1]


def told(found: Run) -> list[str]:
    return [each.told for each in found.findings]


class TestLostAnswers:
    """createOrder or scheduleBooking is carried out, and its answer is lost."""

    def test_a_service_that_looks_up_its_order_is_clean(self) -> None:
        found = run(LOOKS_UP, "healthy", "response-lost")
        assert found.outcome is ExerciseOutcome.PASSED
        assert (found.left.orders, found.left.scheduled, told(found)) == (1, 1, [])

    def test_a_service_that_books_twice_left_a_mess(self) -> None:
        found = run(BOOKS_TWICE, "healthy", "response-lost")
        assert (found.outcome, found.exit_code) == (ExerciseOutcome.PASSED_WITH_MESS, 0)
        assert (found.left.orders, found.left.scheduled, found.left.unscheduled) == (2, 1, 1)
        assert told(found) == [
            "CAL-23: booking 149996 of order 1 has no place (call 3)",
            "CAL-39: it repeats order 1, which had no answer (call 4)",
            "advice CAL-53: it had no answer, and is not sent again or looked up (call 3)",
        ]

    def test_orders_are_compared_with_those_of_healthy(self) -> None:
        again = story("""
try:
    schedule(create("1"), "1")
except LOST:
    schedule(look_up("1"), "1")
    schedule(create("2"), "2", slot=1)
""")
        found = run(again, "healthy", "response-lost")
        assert found.outcome is ExerciseOutcome.PASSED_WITH_MESS
        assert told(found) == ["orders that stand: 2, and 1 where DRS is healthy"]

    def test_a_place_of_which_the_service_does_not_know(self) -> None:
        gives_up = story('schedule(create("1"), "1")')
        found = run(gives_up, "healthy", "schedule-response-lost")
        assert found.outcome is ExerciseOutcome.FAILED_WITH_MESS
        assert told(found) == [
            "booking 149996 has a place of which the service does not know: it had no answer, and did not ask (call 4)",
            "advice CAL-53: it had no answer, and is not sent again or looked up (call 4)",
        ]

    @pytest.mark.parametrize("after", ['schedule(booking, "1")', 'look_up("1")', 'delete("1")'])
    def test_a_service_that_asks_again_knows_its_place(self, after: str) -> None:
        asks = f"""
booking = create("1")
try:
    schedule(booking, "1")
except LOST:
    {after}
"""
        found = run(story(asks), "healthy", "schedule-response-lost")
        assert (found.outcome, told(found)) == (ExerciseOutcome.PASSED, [])


class TestUnscheduled:
    """A booking without a place is a mess, unless it was cancelled."""

    def test_it_is_named_even_where_the_command_passed(self) -> None:
        found = run(story('create("1")'), "healthy")
        assert found.outcome is ExerciseOutcome.PASSED_WITH_MESS
        assert told(found) == ["CAL-23: booking 149996 of order 1 has no place (call 3)"]

    def test_a_service_that_cancels_its_order_failed_cleanly(self) -> None:
        cancels = story("""
booking = create("1")
try:
    schedule(booking, "1")
except ValueError:
    delete("1")
    sys.exit(1)
""")
        found = run(cancels, "healthy", "planning-failed")
        assert (found.outcome, told(found)) == (ExerciseOutcome.FAILED, [])
        assert (found.left.orders, found.left.unscheduled) == (0, 0)

    def test_an_order_whose_booking_was_cancelled_is_advice_only(self) -> None:
        found = run(story('delete("1", create("1"))'), "healthy")
        assert found.outcome is ExerciseOutcome.PASSED
        assert told(found) == ["advice: order 1 stays without a booking; deleteOrder removes it (call 3)"]

    def test_the_competing_callers_bookings_are_not_the_services(self) -> None:
        found = run(story('booking = create("1")\nschedule(booking, "1")'), "healthy", "last-slot-taken")
        assert found.outcome is ExerciseOutcome.FAILED_WITH_MESS
        assert (found.left.orders, found.left.scheduled, found.left.unscheduled) == (1, 0, 1)


class TestExpectations:
    """A scenario says what a good service leaves."""

    @pytest.mark.parametrize(
        ("expect", "words"),
        [
            (Expectations(max_orders=0), "orders that stand: 1, and at most 0 expected"),
            (Expectations(max_calls=3), "calls: 6, and at most 3 expected"),
            (Expectations(max_open_sessions=0), "open sessions: 1, and at most 0 expected"),
            (
                Expectations(min_scheduled=2),
                "it passed; scheduled bookings: 1, and at least 2 expected",
            ),
        ],
    )
    def test_each_count_is_compared(self, expect: Expectations, words: str) -> None:
        found = run(
            story(
                'schedule(create("1"), "1")\nkept, session = session, ""\ncall("openSession", login)\nsession = kept'
            ),
            "healthy",
            expect=expect,
        )
        assert [each.told for each in found.findings if not each.is_advice] == [words]
        assert [each.told for each in found.findings if each.is_advice] == [
            "advice CAL-18: its session is never closed (call 5)"
        ]

    def test_a_swallowed_failure_is_noticed(self) -> None:
        swallows = story("""
try:
    schedule(create("1"), "1")
except ValueError:
    delete("1")
""")
        expect = Expectations(min_scheduled="healthy")
        assert run(swallows, "healthy", "planning-failed").outcome is ExerciseOutcome.PASSED
        found = run(swallows, "healthy", "planning-failed", expect=expect)
        assert found.outcome is ExerciseOutcome.PASSED_WITH_MESS
        assert told(found) == ["it passed; scheduled bookings: 0, and 1 where DRS is healthy"]

    def test_nothing_is_compared_with_healthy_if_it_was_not_run(self) -> None:
        found = run(LOOKS_UP, "response-lost")
        assert (found.outcome, told(found)) == (ExerciseOutcome.PASSED, [])


def test_the_clauses_that_are_looked_at_exist() -> None:
    assert set(ABOUT_DRS) <= {each.id for each in list_clauses()}
