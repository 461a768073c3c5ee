"""The DRS that a test steers: its own simulator, or the one at ``--drs-url`` through its admin API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypeAlias

import pytest
from drs_simulator import AdminClient, AdminClock, AdminError, AdminFaults, Clock, FaultPlan, Simulator

from drs_contracts.pytest_plugin.options import ADDRESS, TOKEN_OPTION, URL_OPTION

DrsClock: TypeAlias = Clock | AdminClock
"""What the fixture ``drs_clock`` is."""
DrsFaults: TypeAlias = FaultPlan | AdminFaults
"""What the fixture ``drs_faults`` is."""
_OWN = frozenset({"drs", "drs_server"})
_CALLERS = frozenset({"drs_client", "drs_url"})
_TIMEOUT_SECONDS = 10
# What of a marker a DRS elsewhere cannot be given.
_NEEDS_SIMULATOR = ("faults", "scenario", "state")


def find_steered(request: pytest.FixtureRequest) -> Simulator | AdminClient:
    """Return the DRS that the test calls, to be steered.

    Raises:
        pytest.skip.Exception: It is the one at ``--drs-url``, and that has no admin API to be steered by.
    """
    address = request.config.stash[ADDRESS]
    if address is None or not _OWN.isdisjoint(request.fixturenames):
        simulator: Simulator = request.getfixturevalue("drs")
        return simulator
    admin: AdminClient | str = request.getfixturevalue("_drs_admin")
    if isinstance(admin, str):
        pytest.skip(f"{request.fixturename} needs a simulator, and {URL_OPTION} names another DRS: {admin}")
    return admin


def connect(config: pytest.Config) -> AdminClient | str:
    """Return the admin API of the simulator at ``--drs-url``, or why there is none."""
    admin = AdminClient(config.stash[ADDRESS] or "", config.getoption(TOKEN_OPTION), timeout=_TIMEOUT_SECONDS)
    try:
        admin.clock.read()
    except AdminError as error:
        admin.close()
        return f"{error} A token is given with {TOKEN_OPTION}."
    return admin


def check_own_simulator(request: pytest.FixtureRequest) -> None:
    """Skip a test that has a simulator of its own, but whose client calls the DRS at ``--drs-url``."""
    if request.config.stash[ADDRESS] is not None and not _CALLERS.isdisjoint(request.fixturenames):
        pytest.skip(f"drs needs a simulator of the test's own, and {URL_OPTION} names another DRS for the client")


def check_marker_fits(settings: Mapping[str, object]) -> None:
    """Skip a test whose marker sets up what the DRS at ``--drs-url`` cannot be given."""
    needed = [name for name in _NEEDS_SIMULATOR if name in settings]
    if needed:
        pytest.skip(f"the marker's {needed[0]}= needs a simulator, and {URL_OPTION} names another DRS")


@contextmanager
def restore_clock(clock: DrsClock) -> Iterator[DrsClock]:
    """Let a test set a clock; one elsewhere is then set back."""
    if isinstance(clock, Clock):
        yield clock
        return
    before = clock.read()
    yield clock
    clock.resume()
    if before.mode == "fixed":
        clock.fix(before.now)
    elif before.mode == "shifted":
        clock.shift(Clock.parse(before.text).now() - clock.now())


@contextmanager
def restore_faults(faults: DrsFaults) -> Iterator[DrsFaults]:
    """Let a test add fault rules; those elsewhere are then as before."""
    if isinstance(faults, FaultPlan):
        yield faults
        return
    before = faults.rules()
    yield faults
    faults.clear()
    if before:
        faults.add(*before)
