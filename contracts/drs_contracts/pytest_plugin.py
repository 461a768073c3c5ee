"""The pytest plugin: a DRS for every test, in process or behind a socket, with its clock and a client.

::

    @pytest.mark.drs(profile="newark", clock="fixed@2021-10-22T12:00")
    def test_a_repair_can_be_booked(drs_server):
        my_service(address=drs_server.url)

Nothing needs to be imported. What a fixture needs is imported when it is first used.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from drs_client import DrsClient
    from drs_simulator import Clock, FaultPlan, Journal, JournalEntry, Simulator

    from drs_contracts.callback_receiver import CallbackReceiver
    from drs_contracts.guess.report import GuessReport

_DEFAULT_CLOCK = "system"
_PROFILE_OPTION = "--drs-profile"
_URL_OPTION = "--drs-url"
_TENANT_OPTION = "--drs-tenant"
_AUTO = "auto"
_SHOWN_EXCHANGES = 20
_FIXTURES = frozenset(
    {"drs", "drs_server", "drs_url", "drs_client", "drs_clock", "drs_faults", "drs_journal", "drs_confirmations"}
)
_VARIANTS_VARIABLE = "DRS_VARIANTS"
_GUESSES_OPTION = "--drs-guesses"
_JOBS_OPTION = "--drs-guesses-jobs"
_ONLY_OPTION = "--drs-guesses-only"
_SIMULATOR: pytest.StashKey[Simulator] = pytest.StashKey()
_ADDRESS: pytest.StashKey[str | None] = pytest.StashKey()
_GATEWAY, _TENANTS = "/OTWebServiceGateway_", "/t/"
_GUESSES: pytest.StashKey[GuessReport | Exception] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("drs", "a DRS for tests")
    group.addoption(_PROFILE_OPTION, default="lincoln", help="profile of the simulators (default: lincoln)")
    group.addoption(_URL_OPTION, default=None, help="address of a DRS for drs_client and drs_url, not a simulator's")
    group.addoption(
        _TENANT_OPTION,
        default=None,
        metavar="NAME",
        help="tenant of the simulator at --drs-url; auto: one of its own for this run, or for each worker of it",
    )
    group.addoption("--drs-login", default="drs", help="login for the DRS at --drs-url")
    group.addoption("--drs-password", default="drs", help="password for it")
    group.addoption("--drs-only", action="store_true", help="run only the tests that use a fixture of a DRS")
    group.addoption(
        _GUESSES_OPTION,
        action="store_true",
        help="after the tests pass, run those with a DRS again to find the guesses that they depend on",
    )
    group.addoption(
        _ONLY_OPTION, action="append", default=[], metavar="ID", help="variant or setting to try; repeatable"
    )
    group.addoption(_JOBS_OPTION, type=int, default=1, metavar="N", help="how many of these runs go on at once")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and choose the tenant of the run."""
    config.stash[_ADDRESS] = _choose_address(config)
    config.addinivalue_line("markers", "drs(profile, clock, seed): how the simulator of a test is set up")
    if config.getoption(_GUESSES_OPTION) and config.getoption(_URL_OPTION) is not None:
        raise pytest.UsageError(f"{_GUESSES_OPTION} needs simulators: leave {_URL_OPTION} out.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests without a DRS, if only those with one are wanted."""
    if not config.getoption("--drs-only"):
        return
    others = [item for item in items if _FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))]
    items[:] = [item for item in items if item not in others]
    config.hook.pytest_deselected(items=others)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Find the guesses that the tests depend on, if that is wanted and all have passed."""
    config = session.config
    is_wanted = config.getoption(_GUESSES_OPTION) and not hasattr(config, "workerinput")
    if not is_wanted or exitstatus != pytest.ExitCode.OK:
        return
    from drs_contracts.errors import ContractsError  # noqa: PLC0415 - imported by those who use it
    from drs_contracts.guess.suite import guess_suite  # noqa: PLC0415 - imported by those who use it

    if all(_FIXTURES.isdisjoint(getattr(item, "fixturenames", ())) for item in session.items):
        config.stash[_GUESSES] = ContractsError("No test uses a DRS fixture.", "Run drs-contracts guess -- COMMAND.")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        return
    arguments = _without_guesses(config.invocation_params.args)
    options = (config.getoption(each) for each in (_PROFILE_OPTION, _ONLY_OPTION, _JOBS_OPTION))
    found = guess_suite(arguments, *options)
    config.stash[_GUESSES] = found
    if isinstance(found, Exception) or found.dependencies:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    elif found.interrupted:
        session.exitstatus = pytest.ExitCode.INTERRUPTED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was found about guesses."""
    found = config.stash.get(_GUESSES, None)
    if found is None:
        return
    from drs_contracts.guess.text import to_text  # noqa: PLC0415 - imported by those who use it

    terminalreporter.section("guesses about DRS")
    terminalreporter.write_line(str(found) if isinstance(found, Exception) else to_text(found))


@pytest.fixture
def drs(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """A simulator of the test's own, in process: ``drs.wsgi``, ``drs.clock``, ``drs.reset()``."""
    from drs_simulator import Simulator  # noqa: PLC0415 - imported by those who use it

    set_up = _set_up(request)
    if "drs_confirmations" in request.fixturenames:
        listening: CallbackReceiver = request.getfixturevalue("drs_confirmations")
        set_up["callback_url"] = listening.url
    is_guessed = _VARIANTS_VARIABLE in os.environ
    if is_guessed:
        from drs_contracts.guess.pytest_session import take_up_variants  # noqa: PLC0415 - imported by those who use it

        set_up["profile"] = take_up_variants(set_up["profile"])
    with closing(Simulator(**set_up)) as simulator:
        request.node.stash[_SIMULATOR] = simulator
        yield simulator
        if is_guessed:
            from drs_contracts.guess.pytest_session import report_exchanges  # noqa: PLC0415 - as above

            report_exchanges(simulator.journal.entries())


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
    chosen = request.config.stash[_ADDRESS]
    if chosen is not None:
        return chosen
    server: Simulator = request.getfixturevalue("drs_server")
    return server.url


@pytest.fixture
def drs_clock(request: pytest.FixtureRequest) -> Clock:
    """The clock of the test's simulator: ``drs_clock.shift(timedelta(days=1))``."""
    return _own_simulator(request).clock


@pytest.fixture
def drs_faults(request: pytest.FixtureRequest) -> FaultPlan:
    """What goes wrong with calls: ``drs_faults.add(FaultRule(effect=effects.Reset()))``."""
    return _own_simulator(request).faults


@pytest.fixture
def drs_journal(request: pytest.FixtureRequest) -> Journal:
    """The exchanges of the test's simulator, each with a diagnosis: ``drs_journal.entries()``."""
    return _own_simulator(request).journal


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the simulator's exchanges into the report of a test that failed."""
    report = yield
    drs = item.stash.get(_SIMULATOR, None)
    if report.failed and drs is not None:
        told = [_told(entry) for entry in drs.journal.entries()[-_SHOWN_EXCHANGES:]]
        if told:
            report.sections.append(("DRS", "\n\n".join(told)))
    return report


@pytest.fixture
def drs_client(request: pytest.FixtureRequest) -> Iterator[DrsClient]:
    """A client of the DRS at ``--drs-url``, else of the test's simulator, without a socket."""
    from drs_client import DrsClient  # noqa: PLC0415 - imported by those who use it

    option = request.config.getoption
    address = request.config.stash[_ADDRESS]
    if address is not None:
        client = DrsClient(address, option("--drs-login"), option("--drs-password"))
    else:
        drs: Simulator = request.getfixturevalue("drs")
        client = DrsClient.for_simulator(drs)
    with client:
        yield client


def pytest_unconfigure(config: pytest.Config) -> None:
    """Drop the tenant that was made for this run; where that is not allowed, its server drops it in time."""
    address = config.stash.get(_ADDRESS, None)
    if address is not None and config.getoption(_TENANT_OPTION) == _AUTO:
        from drs_simulator import AdminClient, AdminError  # noqa: PLC0415 - imported by those who use it

        root, _, rest = address.partition(_TENANTS)
        with suppress(AdminError), AdminClient(root, timeout=5) as admin:
            admin.drop_tenant(rest.partition("/")[0])


def _choose_address(config: pytest.Config) -> str | None:
    """The address of the DRS to call, in a tenant if one is wanted; ``None`` for simulators of the tests' own."""
    url: str | None = config.getoption(_URL_OPTION)
    tenant: str | None = config.getoption(_TENANT_OPTION)
    if tenant is None:
        return url
    root, gateway, rest = (url or "").partition(_GATEWAY)
    if not gateway or _TENANTS in root:
        raise pytest.UsageError(
            f"{_TENANT_OPTION} needs the address of a gateway that is in no tenant: {_URL_OPTION} "
            "http://HOST/OTWebServiceGateway_LINCOLN/ws/soap"
        )
    if tenant == _AUTO:
        # The workers of one run (pytest-xdist) have a number in common, and names of their own.
        worker: dict[str, str] = getattr(config, "workerinput", {})
        tenant = f"run-{worker.get('testrunuid', uuid4().hex)[:12]}-{worker.get('workerid', 'main')}"
    return f"{root}{_TENANTS}{tenant}{gateway}{rest}"


def _own_simulator(request: pytest.FixtureRequest) -> Simulator:
    """The test's simulator; skips a test that would steer it while it calls the DRS at ``--drs-url``."""
    calls_another = {"drs_client", "drs_url"} & set(request.fixturenames)
    if calls_another and request.config.stash[_ADDRESS] is not None:
        pytest.skip(f"{request.fixturename} needs a simulator, and {_URL_OPTION} names another DRS")
    simulator: Simulator = request.getfixturevalue("drs")
    return simulator


def _set_up(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The simulator's arguments: those of the nearest marker, then those of the command line."""
    set_up: dict[str, Any] = {"profile": request.config.getoption(_PROFILE_OPTION), "clock": _DEFAULT_CLOCK, "seed": 0}
    for marker in reversed(list(request.node.iter_markers("drs"))):
        unknown = set(marker.kwargs) - set(set_up)
        if marker.args or unknown:
            raise pytest.UsageError("@pytest.mark.drs takes profile=, clock= and seed=, and nothing else.")
        set_up |= marker.kwargs
    return set_up


def _without_guesses(arguments: Sequence[str]) -> list[str]:
    """The arguments of pytest, without those that ask for guesses."""
    kept: list[str] = []
    ahead = iter(arguments)
    for argument in ahead:
        if argument in (_JOBS_OPTION, _ONLY_OPTION):
            next(ahead, None)
        elif argument != _GUESSES_OPTION and not argument.startswith((f"{_JOBS_OPTION}=", f"{_ONLY_OPTION}=")):
            kept.append(argument)
    return kept


def _told(entry: JournalEntry) -> str:
    sent, came = (body.decode("utf-8", "replace") for body in (entry.request, entry.response))
    return f"{entry.operation or 'a call'}: {entry.outcome}. {entry.diagnosis}\n> {sent}\n< {came}"
