"""The fixtures of the plugin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from drs_contracts.pytest_plugin.options import ADDRESS

if TYPE_CHECKING:
    from drs_client import DrsClient
    from drs_simulator import AdminClient, Simulator

    from drs_contracts.callback_receiver import CallbackReceiver
    from drs_contracts.pytest_plugin.journal import DrsJournal
    from drs_contracts.pytest_plugin.planner import DrsPlanner
    from drs_contracts.pytest_plugin.pool import MakeDrs
    from drs_contracts.pytest_plugin.steering import DrsClock, DrsFaults

FIXTURES = frozenset(
    {
        "drs",
        "drs_server",
        "drs_url",
        "drs_client",
        "drs_clock",
        "drs_faults",
        "drs_journal",
        "drs_planner",
        "drs_confirmations",
        "make_drs",
    }
)
JOURNAL: pytest.StashKey[DrsJournal] = pytest.StashKey()
"""The exchanges of a test, for its report."""
POOL: pytest.StashKey[MakeDrs] = pytest.StashKey()
"""The simulators of ``make_drs``, once it is used."""
_PASSWORD: pytest.StashKey[str] = pytest.StashKey()


@pytest.fixture
def drs(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """A simulator of the test's own, in process: ``drs.wsgi``, ``drs.clock``, ``drs.reset()``."""
    from drs_contracts.pytest_plugin.journal import DrsJournal  # noqa: PLC0415 - imported by those who use it
    from drs_contracts.pytest_plugin.set_up import (  # noqa: PLC0415 - likewise
        DEFAULT_PASSWORD,
        SetUp,
        default_profile,
        read_marker,
    )
    from drs_contracts.pytest_plugin.steering import check_own_simulator  # noqa: PLC0415 - likewise

    check_own_simulator(request)
    settings = {"profile": default_profile(request.config)} | read_marker(request.node)
    if "drs_confirmations" in request.fixturenames:
        listening: CallbackReceiver = request.getfixturevalue("drs_confirmations")
        settings["callback_url"] = listening.url
    built = SetUp(**settings).build(request.path.parent)
    # A scenario may give DRS another password than its callers have.
    request.node.stash[_PASSWORD] = DEFAULT_PASSWORD
    with closing(built.simulator) as simulator:
        request.node.stash[JOURNAL] = DrsJournal(simulator.journal)
        yield simulator
        built.report()


@pytest.fixture(scope="session")
def make_drs(pytestconfig: pytest.Config) -> Iterator[MakeDrs]:
    """Make further simulators: ``make_drs("hackney")``. They live as long as the run and start again after each test.

    The same arguments return the same simulator; ``name`` tells those with the same settings apart. ``serve=True``
    listens on a socket, at the same address in all tests.
    """
    from drs_contracts.pytest_plugin.pool import MakeDrs  # noqa: PLC0415 - imported by those who use it
    from drs_contracts.pytest_plugin.set_up import default_profile  # noqa: PLC0415 - likewise

    with closing(MakeDrs(pytestconfig.rootpath, default_profile(pytestconfig))) as made:
        pytestconfig.stash[POOL] = made
        yield made
        del pytestconfig.stash[POOL]


@pytest.fixture
def drs_confirmations() -> Iterator[CallbackReceiver]:
    """A service that the test's simulator calls back: ``drs_confirmations.wait_for(1)``, ``….fail(2)``."""
    from drs_contracts.callback_receiver import CallbackReceiver  # noqa: PLC0415 - imported by those who use it

    with CallbackReceiver() as listening:
        yield listening


@pytest.fixture
def drs_server(drs: Simulator) -> Iterator[Simulator]:
    """The test's simulator behind a real socket: ``drs_server.url``."""
    with drs:
        yield drs


@pytest.fixture
def drs_url(request: pytest.FixtureRequest) -> str:
    """The address of the DRS to test against: that of ``--drs-url``, else that of ``drs_server``."""
    chosen = request.config.stash[ADDRESS]
    if chosen is not None:
        _check_marker(request)
        return chosen
    server: Simulator = request.getfixturevalue("drs_server")
    return server.url


@pytest.fixture
def drs_client(request: pytest.FixtureRequest) -> Iterator[DrsClient]:
    """A client of the DRS at ``--drs-url``, else of the test's simulator, without a socket."""
    from drs_client import DrsClient, wsgi_transport  # noqa: PLC0415 - imported by those who use it

    option = request.config.getoption
    address = request.config.stash[ADDRESS]
    if address is not None:
        _check_marker(request)
        client = DrsClient(address, option("--drs-login"), option("--drs-password"))
    else:
        drs: Simulator = request.getfixturevalue("drs")
        password = request.node.stash[_PASSWORD]
        client = DrsClient(f"http://simulator{drs.path}", drs.login, password, transport=wsgi_transport(drs.wsgi))
    with client:
        yield client


@pytest.fixture
def drs_clock(request: pytest.FixtureRequest) -> Iterator[DrsClock]:
    """The clock of the DRS that the test calls: ``drs_clock.shift(timedelta(days=1))``."""
    from drs_contracts.pytest_plugin.steering import find_steered, restore_clock  # noqa: PLC0415 - as above

    with restore_clock(find_steered(request).clock) as clock:
        yield clock


@pytest.fixture
def drs_faults(request: pytest.FixtureRequest) -> Iterator[DrsFaults]:
    """What goes wrong with calls: ``drs_faults.add(FaultRule(effect=effects.Reset()))``."""
    from drs_contracts.pytest_plugin.steering import find_steered, restore_faults  # noqa: PLC0415 - as above

    with restore_faults(find_steered(request).faults) as faults:
        yield faults


@pytest.fixture
def drs_journal(request: pytest.FixtureRequest) -> DrsJournal:
    """The exchanges of the test, each with a diagnosis: ``drs_journal.assert_called("createOrder", times=1)``."""
    from drs_simulator import AdminClient  # noqa: PLC0415 - imported by those who use it

    from drs_contracts.pytest_plugin.journal import DrsJournal, newest_number  # noqa: PLC0415 - likewise
    from drs_contracts.pytest_plugin.steering import find_steered  # noqa: PLC0415 - likewise

    steered = find_steered(request)
    since = newest_number(steered.journal) if isinstance(steered, AdminClient) else 0
    journal = DrsJournal(steered.journal, since)
    request.node.stash[JOURNAL] = journal
    return journal


@pytest.fixture
def drs_planner(request: pytest.FixtureRequest) -> DrsPlanner:
    """A planner at DRS's own screens: ``drs_planner.move(booking, begin, end)``."""
    from drs_simulator import AdminClient  # noqa: PLC0415 - imported by those who use it

    from drs_contracts.pytest_plugin.planner import DrsPlanner  # noqa: PLC0415 - likewise
    from drs_contracts.pytest_plugin.steering import find_steered  # noqa: PLC0415 - likewise

    steered = find_steered(request)
    return DrsPlanner(steered if isinstance(steered, AdminClient) else steered.planner)


@pytest.fixture(scope="session")
def _drs_admin(pytestconfig: pytest.Config) -> Iterator[AdminClient | str]:
    """The admin API of the simulator at ``--drs-url``, or why there is none."""
    from drs_contracts.pytest_plugin.steering import connect  # noqa: PLC0415 - imported by those who use it

    admin = connect(pytestconfig)
    yield admin
    if not isinstance(admin, str):
        admin.close()


def _check_marker(request: pytest.FixtureRequest) -> None:
    """Skip a test whose marker the DRS at ``--drs-url`` cannot follow."""
    if next(request.node.iter_markers("drs"), None) is None:
        return
    from drs_contracts.pytest_plugin.set_up import read_marker  # noqa: PLC0415 - imported by those who use it
    from drs_contracts.pytest_plugin.steering import check_marker_fits  # noqa: PLC0415 - likewise

    check_marker_fits(read_marker(request.node))
