"""``--drs-guesses``: after the tests, the guesses about DRS that they depend on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import pytest

from drs_contracts.pytest_plugin.options import (
    DEFAULT_PROFILE,
    GUESSES_OPTION,
    JOBS_OPTION,
    ONLY_OPTION,
    PROFILE_OPTION,
    URL_OPTION,
)

if TYPE_CHECKING:
    from drs_contracts.guess.report import GuessReport

_GUESSES: pytest.StashKey[GuessReport | Exception] = pytest.StashKey()


def check_guess_options(config: pytest.Config) -> None:
    """Check that guesses are looked for in simulators.

    Raises:
        pytest.UsageError: The tests call another DRS.
    """
    if config.getoption(GUESSES_OPTION) and config.getoption(URL_OPTION) is not None:
        raise pytest.UsageError(f"{GUESSES_OPTION} needs simulators: leave {URL_OPTION} out.")


def uses_fixtures(item: pytest.Item, fixtures: Collection[str]) -> bool:
    """Check whether a test uses any of these fixtures."""
    return not set(fixtures).isdisjoint(getattr(item, "fixturenames", ()))


def find_guesses(session: pytest.Session, exitstatus: int, fixtures: Collection[str]) -> None:
    """Find the guesses that the tests depend on, if that is wanted and all have passed."""
    config = session.config
    is_wanted = config.getoption(GUESSES_OPTION) and not hasattr(config, "workerinput")
    if not is_wanted or exitstatus != pytest.ExitCode.OK:
        return
    from drs_contracts.errors import ContractsError  # noqa: PLC0415 - imported by those who use it
    from drs_contracts.guess.suite import guess_suite  # noqa: PLC0415 - imported by those who use it

    if not any(uses_fixtures(item, fixtures) for item in session.items):
        config.stash[_GUESSES] = ContractsError("No test uses a DRS fixture.", "Run drs-contracts guess -- COMMAND.")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        return
    arguments = _without_guesses(config.invocation_params.args)
    profile = config.getoption(PROFILE_OPTION) or DEFAULT_PROFILE
    found = guess_suite(arguments, profile, config.getoption(ONLY_OPTION), config.getoption(JOBS_OPTION))
    config.stash[_GUESSES] = found
    if isinstance(found, Exception) or found.dependencies:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    elif found.interrupted:
        session.exitstatus = pytest.ExitCode.INTERRUPTED


def print_guesses(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was found about guesses, if they were looked for."""
    found = config.stash.get(_GUESSES, None)
    if found is None:
        return
    from drs_contracts.guess.text import to_text  # noqa: PLC0415 - imported by those who use it

    terminalreporter.section("guesses about DRS")
    terminalreporter.write_line(str(found) if isinstance(found, Exception) else to_text(found))


def _without_guesses(arguments: Sequence[str]) -> list[str]:
    """The arguments of pytest, without those that ask for guesses."""
    kept: list[str] = []
    ahead = iter(arguments)
    for argument in ahead:
        if argument in (JOBS_OPTION, ONLY_OPTION):
            next(ahead, None)
        elif argument != GUESSES_OPTION and not argument.startswith((f"{JOBS_OPTION}=", f"{ONLY_OPTION}=")):
            kept.append(argument)
    return kept
