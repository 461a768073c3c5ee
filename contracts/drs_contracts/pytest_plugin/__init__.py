"""The pytest plugin: a DRS for every test, in process or behind a socket, with its clock, its journal and a client.

::

    @pytest.mark.drs(profile="newark", clock="fixed@2021-10-22T12:00")
    def test_a_repair_can_be_booked(drs_server, drs_journal):
        my_service(address=drs_server.url)
        drs_journal.assert_called("createOrder", times=1)

Nothing needs to be imported. What a fixture needs is imported when it is first used. ``drs_contracts`` has the types of
the fixtures, for annotations.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest

from drs_contracts.pytest_plugin.fixtures import (
    FIXTURES,
    JOURNAL,
    POOL,
    _drs_admin,
    drs,
    drs_client,
    drs_clock,
    drs_confirmations,
    drs_faults,
    drs_journal,
    drs_planner,
    drs_server,
    drs_url,
    make_drs,
)
from drs_contracts.pytest_plugin.guesses import check_guess_options, find_guesses, print_guesses, uses_fixtures
from drs_contracts.pytest_plugin.options import ADDRESS, add_options, choose_address, drop_own_tenant

__all__ = [
    "_drs_admin",
    "drs",
    "drs_client",
    "drs_clock",
    "drs_confirmations",
    "drs_faults",
    "drs_journal",
    "drs_planner",
    "drs_server",
    "drs_url",
    "make_drs",
]

_MARKER = "drs(profile, clock, seed, scenario, faults, state): how the simulator of a test is set up"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and choose the tenant of the run."""
    config.stash[ADDRESS] = choose_address(config)
    config.addinivalue_line("markers", _MARKER)
    check_guess_options(config)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests without a DRS, if only those with one are wanted."""
    if not config.getoption("--drs-only"):
        return
    others = [item for item in items if not uses_fixtures(item, FIXTURES)]
    items[:] = [item for item in items if item not in others]
    config.hook.pytest_deselected(items=others)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Find the guesses that the tests depend on, if that is wanted and all have passed."""
    find_guesses(session, exitstatus, FIXTURES)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was found about guesses."""
    print_guesses(terminalreporter, config)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Let the simulators of ``make_drs`` start again after the test."""
    try:
        return (yield)
    finally:
        made = item.config.stash.get(POOL, None)
        if made is not None:
            made.start_again()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the exchanges of a test that failed into its report."""
    report = yield
    if report.failed and (JOURNAL in item.stash or POOL in item.config.stash):
        from drs_contracts.pytest_plugin.failure import list_sections  # noqa: PLC0415 - imported by those who use it

        report.sections.extend(list_sections(item))
    return report


def pytest_unconfigure(config: pytest.Config) -> None:
    """Drop the tenant that was made for this run."""
    drop_own_tenant(config)
