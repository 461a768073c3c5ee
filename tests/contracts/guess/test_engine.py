"""The search with real commands and simulators behind sockets."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from drs_contracts import CommandError
from drs_contracts.guess.engine import DefaultFailsError, GuessSettings, find_dependencies
from drs_contracts.guess.report import GuessReport
from drs_contracts.guess.runner import VariantRun
from drs_simulator import choose_variants, load_profile

from tests.contracts.guess.services import MATCHES_WORDS, service

LINCOLN = load_profile("lincoln")
FEW = (
    "messages.booking_unknown",
    "messages.login_refused",
    "assumptions.unknown_booking_deleted",
    "assumptions.begun_slots",
    "ordering.unknown_locations",
)
QUICK = GuessSettings(jobs=2)
NOT_FOUND_IS_SILENT = "assumptions.unknown_booking_deleted"


BOTH = (NOT_FOUND_IS_SILENT, "ordering.unknown_locations")
FAILS_WITH_BOTH = service('"success" in delete(1) and "error" in look("unknown") and fail("test_both")')


def search(
    command: list[str], *only: str, settings: GuessSettings = QUICK, interrupted_at: int | None = None
) -> GuessReport:
    """Search among variants; with ``interrupted_at``, one run at a time, and Ctrl-C after that run."""
    runs = 0

    def interrupt(_: VariantRun) -> None:
        nonlocal runs
        runs += 1
        if runs == interrupted_at:
            raise KeyboardInterrupt

    settings = settings if interrupted_at is None else GuessSettings()
    return find_dependencies(command, LINCOLN, choose_variants(LINCOLN, only or FEW), settings, interrupt)


def settings_of(guesses: object) -> list[str]:
    assert isinstance(guesses, tuple)
    return [each.setting for each in guesses]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_dependency_is_found_with_test_and_exchange(jobs: int) -> None:
    report = search(MATCHES_WORDS, settings=GuessSettings(jobs=jobs))
    assert settings_of(report.depends_on) == ["messages.booking_unknown"]
    assert settings_of(report.independent_of) == [NOT_FOUND_IS_SILENT]
    assert settings_of(report.not_exercised) == [
        "messages.login_refused",
        "assumptions.begun_slots",
        "ordering.unknown_locations",
    ]
    assert report.not_decided == ()
    # By default, three groups of which two fail, each suspect alone twice, and the rest of each group. With two jobs,
    # the second half of a group may run before the first one shows that it need not.
    assert report.runs <= (10 if jobs == 1 else 12)
    words, component = report.dependencies
    assert (words.variant.id, component.variant.id) == (
        "messages.booking_unknown=other-words",
        "messages.booking_unknown=component",
    )
    assert words.tests == ("tests/test_it.py::test_words",)
    assert words.summary == "ended with exit code 1"
    assert words.difference is not None
    assert words.difference.operation == "deleteBooking"
    assert words.difference.changed[0].before == "Unable to find booking 1"
    assert words.difference.changed[0].after == "Unable to find job in OptiTime Web"


def test_a_command_without_dependencies_takes_a_few_runs() -> None:
    report = search(service('read(delete(1), "status") in ("error", "success") or fail("test_status")'))
    assert report.headline == "The command depends on none of 5 guesses about DRS."
    # By default, and once for each alternative of one setting.
    assert report.runs <= 4


def test_what_other_variants_hide_is_still_found() -> None:
    """A refused location ends this command before it comes to the words."""
    source = 'if "success" in look("unknown"):\n    "Unable to find booking" in delete(1) or fail("test_words")\n'
    report = search(service(source), "messages.booking_unknown=component", "ordering.unknown_locations")
    assert settings_of(report.depends_on) == ["messages.booking_unknown"]


def test_a_command_that_hangs_under_a_variant_depends_on_it() -> None:
    source = '"Unable to find booking" in delete(1) or time.sleep(600)'
    report = search(service(source), "messages.booking_unknown=component", settings=GuessSettings(timeout=6))
    (found,) = report.dependencies
    assert found.summary.startswith("had not ended after 6 seconds")
    assert found.tests == ()


class TestNothingIsBlamed:
    """A failure that has another cause is no dependency."""

    def test_a_command_that_fails_by_default(self) -> None:
        with pytest.raises(
            DefaultFailsError, match=r"exit code 1\. It fails in tests/test_it.py::test_always\. No guess"
        ):
            search(service('delete(1)\nfail("test_always")'))

    def test_a_command_that_never_calls(self) -> None:
        with pytest.raises(DefaultFailsError, match="received no call"):
            search([sys.executable, "-c", "pass"])

    @pytest.mark.parametrize("command", [["no-such-program"], ["sh", "-c", "no-such-program"]])
    def test_a_command_that_cannot_be_started(self, command: list[str]) -> None:
        with pytest.raises((CommandError, DefaultFailsError), match="cannot be run"):
            search(command)

    def test_a_test_that_fails_once_is_flaky(self, tmp_path: Path) -> None:
        """The first run is the default's, the second one with the variant fails, the third one passes."""
        source = f'delete(1)\nrun_number({str(tmp_path / "runs")!r}) == 2 and fail("test_sometimes")'
        report = search(service(source), NOT_FOUND_IS_SILENT)
        assert report.dependencies == ()
        (undecided,) = report.undecided
        assert undecided.reason == "flaky: tests/test_it.py::test_sometimes failed once and passed once with it"

    def test_a_test_that_then_fails_by_default_is_flaky(self, tmp_path: Path) -> None:
        source = f'delete(1)\nrun_number({str(tmp_path / "runs")!r}) > 1 and fail("test_sometimes")'
        report = search(service(source), NOT_FOUND_IS_SILENT)
        assert report.dependencies == ()
        assert report.headline == "No dependency was found, and 1 guess could not be decided."
        assert [each.reason for each in report.undecided] == [
            "flaky: tests/test_it.py::test_sometimes failed by default too"
        ]

    def test_variants_that_fail_only_together_are_named(self) -> None:
        """The others of their group are not suspected."""
        report = search(FAILS_WITH_BOTH, *BOTH, "assumptions.begun_slots", "gateway.strict")
        assert report.dependencies == ()
        assert settings_of(report.not_decided) == list(BOTH)
        reason = "the command failed with these together, with none alone: "
        assert {each.reason.partition(": ")[0] for each in report.undecided} == {reason.removesuffix(": ")}


class TestInterruption:
    """What is known when Ctrl-C comes. A failure that was not seen twice is no dependency."""

    def test_a_variant_that_has_failed_once_is_undecided(self) -> None:
        report = search(MATCHES_WORDS, "messages.booking_unknown=component", interrupted_at=3)
        assert report.interrupted
        assert report.dependencies == ()
        (undecided,) = report.undecided
        assert undecided.reason == (
            "the command failed with it once, and the search was interrupted before it was tried again"
        )

    def test_variants_that_failed_together_are_undecided(self) -> None:
        report = search(FAILS_WITH_BOTH, *BOTH, interrupted_at=5)
        assert report.interrupted
        assert settings_of(report.not_decided) == list(BOTH)
        assert "failed with these together, with none alone" in report.undecided[0].reason


def test_the_time_budget_leaves_the_rest_undecided() -> None:
    source = '"Unable to find booking" in delete(1) or time.sleep(600)'
    report = search(service(source), settings=GuessSettings(time_budget=5))
    assert report.out_of_time
    assert report.dependencies == ()
    assert {each.reason for each in report.undecided} == {"not tried: the time is over"}
    assert report.seconds < 60


def test_results_are_read_from_the_file_of_the_run() -> None:
    source = (
        'found = "Unable to find booking" in delete(1)\n'
        'case = "<testcase classname=\'suite\' name=\'words\'>" + ("" if found else "<failure/>") + "</testcase>"\n'
        "Path(sys.argv[1]).write_text(f'<testsuite>{case}</testsuite>')\n"
        "sys.exit(not found)\n"
    )
    report = search([*service(source), "{junit}"], "messages.booking_unknown=component")
    assert [each.tests for each in report.dependencies] == [("suite.words",)]
