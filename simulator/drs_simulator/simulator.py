"""A whole simulator: profile, clock, state and gateway, served from this process or called without a socket."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from importlib.metadata import entry_points
from pathlib import Path
from random import Random, SystemRandom
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from wsgiref.types import WSGIApplication

from werkzeug.middleware.proxy_fix import ProxyFix

from drs_simulator.admin.auth import Admin, is_loopback, make_guard
from drs_simulator.admin.control import TenantControl
from drs_simulator.clock import SYSTEM, Clock, RunningClock, system_time
from drs_simulator.console.auth import Console
from drs_simulator.errors import UnusableError
from drs_simulator.faults.plan import FaultPlan, RuleStore
from drs_simulator.http.app import Endpoint, service_path
from drs_simulator.http.urls import base_url
from drs_simulator.journal.journal import DEFAULT_ENTRIES, Journal
from drs_simulator.profile.loading import load_profile
from drs_simulator.profile.model import Profile
from drs_simulator.scheduling import back_office
from drs_simulator.scheduling.outbox import list_waiting
from drs_simulator.scheduling.scheduler import Credentials, Scheduler
from drs_simulator.scheduling.store import Store
from drs_simulator.soap.gateway import Gateway
from drs_simulator.storage.errors import StateError
from drs_simulator.storage.opening import MEMORY, open_store
from drs_simulator.storage.shared_records import SharesRecords
from drs_simulator.storage.shared_settings import SharedClock, SharedSettings, claim_profile
from drs_simulator.storage.shared_time import time_of

if TYPE_CHECKING:
    from drs_simulator.admin.planner import Planner
    from drs_simulator.callbacks.sender import Attempt, ConfirmationSender
    from drs_simulator.faults.rules import FaultRule
    from drs_simulator.housing_files.records import HousingFile
    from drs_simulator.housing_files.watcher import FolderWatcher
    from drs_simulator.http.servers.threaded_server import ThreadedServer
    from drs_simulator.journal.shared_entries import Shared
    from drs_simulator.scenarios.scenario import Scenario
    from drs_simulator.storage.export import StateDocument

DEFAULT_LOGIN = "drs"
DEFAULT_PASSWORD = "drs"  # noqa: S105 - the documented default of a simulator that listens on loopback
_CLIENTS = "drs_simulator.clients"
_SCENARIO = "scenario"
_FORWARDED = ("x_proto", "x_host", "x_port", "x_prefix")


class DefaultPasswordError(UnusableError):
    """A simulator that other machines can reach must not have the default password."""


class NotServingError(RuntimeError):
    """The simulator has no address because it is not serving. Call ``start``, use ``with``, or call ``wsgi``."""


class AlreadyServingError(RuntimeError):
    """The simulator is serving already. ``with`` blocks of one simulator cannot be nested."""


class NoClientError(RuntimeError):
    """No client is installed that ``Simulator.client`` could make."""


class Simulator:
    """A simulated DRS.

    ::

        with Simulator(profile="lincoln") as drs:
            print(drs.url)

    ``with`` is ``start`` and ``close``. Without either, call ``wsgi``. The constructor starts nothing.

    Args:
        profile: A profile's name, a TOML file, or a profile.
        clock: ``system``, ``fixed@TIME``, ``shifted@TIME`` or ``shifted@DURATION`` (see ``Clock.parse``), or a clock.
        seed: Makes ids and tokens reproducible: the same profile, seed, clock and calls return the same bytes. Without
            it they cannot be guessed.
        login: The login that openSession accepts.
        password: Its password.
        host: The address to listen on.
        port: The port to listen on; 0 for a free one.
        trusted_proxies: The number of reverse proxies whose ``X-Forwarded-Proto``, ``-Host``, ``-Port`` and
            ``-Prefix`` headers are trusted.
        state: Where to store sessions, orders and bookings: ``memory``, the URL of a database, or an open store. A
            database is set up on first use (``sqlite:///drs.db``, ``postgresql+psycopg://USER:PASSWORD@HOST/DATABASE``).
            All simulators of one database are one DRS; they share the clock and the fault rules too.
        faults: The fault rules from the start.
        journal: How many exchanges the journal stores; 0 for none.
        admin: Whether to serve the admin API under ``/__admin``, and the console. Without a token they are only
            available on loopback.
        admin_token: The token that the admin API and the console require.
        callback_url: The address of the service to notify when a booking is scheduled, moved or confirmed;
            ``http://LOGIN:PASSWORD@HOST/PATH`` for HTTP basic authentication.
        callback_every: The time from one run of posting to the next, by the simulator's clock; 0 to post at once.
        holds_callbacks: Whether callbacks are not posted but held: ``held_callbacks`` has them.
        joins: Whether the clock and the fault rules that the database has stay as they are; those given are then only
            what a reset returns to. For a further process of one DRS.

    Raises:
        ProfileError: The profile cannot be used.
        ClockError: The clock's text cannot be read.
        StateError: The state cannot be stored there.
        ReceiverUrlError: ``callback_url`` is not an address that can be posted to.
        IntervalError: ``callback_every`` is neither 0 nor from a second to a day.
        DefaultPasswordError: ``host`` can be reached from other machines, and the password is the default one.
    """

    def __init__(
        self,
        profile: str | Path | Profile = "lincoln",
        *,
        clock: str | Clock = SYSTEM,
        seed: int | None = None,
        login: str = DEFAULT_LOGIN,
        password: str = DEFAULT_PASSWORD,
        host: str = "127.0.0.1",
        port: int = 0,
        trusted_proxies: int = 0,
        state: str | Store = MEMORY,
        faults: Iterable[FaultRule] = (),
        journal: int = DEFAULT_ENTRIES,
        admin: bool = True,
        admin_token: str | None = None,
        callback_url: str | None = None,
        callback_every: timedelta = timedelta(0),
        holds_callbacks: bool = False,
        joins: bool = False,
    ) -> None:
        check_password(host, password)
        self.profile = profile if isinstance(profile, Profile) else load_profile(profile)
        """The installation's settings."""
        self.login = login
        self.password = password
        self.tenants: TenantControl | None = None
        """The tenants that the same server has, if it has any. For the admin API; not a part of the public API."""
        self._first_scenario = self._own_scenario = ""
        self._seed = seed
        self._random = SystemRandom() if seed is None else Random(seed)  # noqa: S311 - repeatable on purpose
        # Faults have a source of randomness of their own, so that ids are the same with them and without.
        self._fault_random = SystemRandom() if seed is None else Random(seed)  # noqa: S311 - repeatable on purpose
        self._address = (host, port)
        self._server: ThreadedServer | None = None
        self._starting = Lock()
        if not isinstance(clock, Clock):
            # Before the state is opened: one that cannot be read is an error now.
            Clock.parse(clock, self.profile.zone)
        self._now: Callable[[], datetime] = system_time
        sender = None if callback_url is None else self._make_sender(callback_url, callback_every)
        self._sender = None if holds_callbacks else sender
        self.holds_callbacks = holds_callbacks
        """Whether callbacks are held, not posted."""
        self._store = open_store(state) if isinstance(state, str) else state
        self._shared: Shared | None = None
        try:
            if isinstance(self._store, SharedSettings):
                claim_profile(self._store, self.profile.name)
            self._now = time_of(self._store)
            own_clock = clock if isinstance(clock, Clock) else Clock.parse(clock, self.profile.zone, self._now)
            self.clock = self._choose_clock(own_clock, joins)
            """The simulated time."""
            self._first_clock_mode = own_clock.mode if joins else self.clock.mode
            wake = None if callback_url is None and not holds_callbacks else self._wake_sender
            credentials = Credentials(login, password)
            self.scheduler = Scheduler(self.profile, self.clock, self._random, self._store, credentials, wake)
            """Runs use cases. For the admin API and the console; not a part of the public API."""
            self.faults = FaultPlan(faults, self._fault_random, self._make_rule_store(), restore=not joins)
            """The fault rules in force."""
            self._shared = self._open_shared()
            self.journal = Journal(
                self.profile,
                self.clock,
                self.scheduler,
                password,
                max_entries=journal,
                now=self._now,
                shared=self._shared,
            )
            """The recorded exchanges."""
            guard = make_guard(host, admin_token, trusted_proxies) if admin else None
            endpoint = Endpoint(
                self.profile,
                Gateway(self.scheduler),
                self.scheduler,
                self.clock,
                self.faults,
                self.journal,
                None if guard is None else Admin(self, guard),
                None if guard is None else Console(self, guard),
                self._shared,
            )
            self.wsgi: WSGIApplication = trust_proxies(endpoint, trusted_proxies)
            """The simulator as a WSGI application, for tests without a socket and for other servers."""
        except BaseException:
            if self._shared is not None:
                self._shared.records.close()
            self._store.close()
            raise

    @property
    def url(self) -> str:
        """The gateway's address.

        Raises:
            NotServingError: The simulator is not serving.
        """
        if self._server is None:
            raise NotServingError("This simulator is not serving. Write 'with Simulator() as drs:', or call drs.wsgi.")
        return f"{base_url(self._address[0], self._server.port)}{self.path}"

    @property
    def path(self) -> str:
        """The gateway's path."""
        return service_path(self.profile)

    @property
    def state(self) -> str:
        """Where the state is stored; a database's URL without its password."""
        return str(self._store)

    @property
    def has_default_password(self) -> bool:
        """Whether the password is the documented default, so that pages may show it."""
        return self.password == DEFAULT_PASSWORD

    @property
    def scenario(self) -> str:
        """The title of the scenario that is in force; empty for none. Fault rules may have been added since."""
        try:
            shared = self._store.setting(_SCENARIO) if isinstance(self._store, SharedSettings) else None
        except StateError:
            # As with fault rules, there is none while the database cannot be reached.
            return ""
        return self._own_scenario if shared is None else shared

    def name_first_scenario(self, title: str) -> None:
        """Say of which scenario the clock and the fault rules from the start are. For ``serve``; not a public API."""
        self._first_scenario = title
        self._note_scenario(title)

    @property
    def held_callbacks(self) -> tuple[bytes, ...]:
        """The SOAP messages that wait to be posted to the council's service, oldest first.

        With ``holds_callbacks`` these are all since the last reset.
        """
        from drs_simulator.callbacks.message import write_message  # noqa: PLC0415 - few simulators post anything

        waiting = self.scheduler.run_as_system(list_waiting, None)
        return tuple(write_message(each, self.profile.zone) for each in waiting)

    @property
    def planner(self) -> Planner:
        """A planner at this DRS: moves, confirms, completes and cancels bookings without a session."""
        from drs_simulator.admin.planner import Planner  # noqa: PLC0415 - its models take time to import

        return Planner(self)

    @property
    def is_running(self) -> bool:
        """Whether the simulator is serving."""
        return self._server is not None

    def start(self) -> None:
        """Serve from a background thread, and post confirmations that are due.

        Raises:
            AlreadyServingError: The simulator is serving already.
            PortTakenError: The address cannot be listened on.
        """
        if self._server is not None:
            raise AlreadyServingError(f"This simulator serves already, at {self.url}. Stop it first.")
        # Imported here: a simulator that is called without a socket does not need it.
        from drs_simulator.http.servers.threaded_server import ThreadedServer  # noqa: PLC0415

        server = ThreadedServer(self.wsgi, *self._address)
        server.start()
        self._server = server
        self.start_callbacks()

    def stop(self) -> None:
        """Stop serving; the state stays. Does nothing if the simulator is not serving."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()

    def start_callbacks(self) -> None:
        """Post confirmations from a background thread, also those that an earlier process has left.

        ``start`` does this. Call it if another server serves ``wsgi``; without it, posting begins with the first
        confirmation.
        """
        if self._sender is not None:
            with self._starting:
                self._sender.start(self.scheduler)

    def close(self) -> None:
        """Stop serving, stop posting confirmations, write the journal, and close the connections to the state.

        A further call opens them again. Closing twice does nothing.
        """
        self._close()

    def discard(self) -> None:
        """Close a DRS whose state is gone. For tenants; not a part of the public API."""
        self._close(write=False)

    def _close(self, *, write: bool = True) -> None:
        self.stop()
        if self._sender is not None:
            self._sender.stop()
        if self._shared is not None:
            self._shared.writer.stop(write=write)
            self._shared.records.close()
        self._store.close()

    def client(self, **settings: Any) -> Any:
        """Make a client of this simulator, which calls it without a socket: a ``drs_client.DrsClient``.

        The client is found through the entry point group ``drs_simulator.clients``, since the simulator does not import
        it. With the client's type, write ``DrsClient.for_simulator(drs)``.

        Args:
            settings: Further arguments of ``DrsClient``.

        Raises:
            NoClientError: No client is installed.
        """
        for entry_point in entry_points(group=_CLIENTS):
            return entry_point.load()(self, **settings)
        raise NoClientError("No client is installed. Install drs-simulator with pip, not only its folder.")

    def reset(self) -> None:
        """Delete all sessions, orders, bookings and exchanges; clock, numbers and randomness start again.

        The fault rules are those from the start again. Calls that run at the same time may see a part of this.
        """
        self._store.reset()
        self._random.seed(self._seed)
        self._fault_random.seed(self._seed)
        self.faults.reset()
        self._note_scenario(self._first_scenario)
        self.journal.clear()
        self.clock.mode = self._first_clock_mode

    def clear_sessions(self) -> int:
        """End all sessions; returns how many were open."""
        return self.scheduler.run_as_system(back_office.clear_sessions, None)

    def apply_scenario(self, scenario: Scenario | str) -> None:
        """Apply a scenario's fault rules and clock, but not its installation or password.

        A scenario without a clock of its own has the clock from the start.

        Args:
            scenario: A scenario, its name, or a TOML file.

        Raises:
            ScenarioError: The scenario cannot be used.
        """
        from drs_simulator.scenarios.scenario import load_scenario  # noqa: PLC0415 - its models take time to import

        applied = load_scenario(scenario) if isinstance(scenario, str) else scenario
        mode = Clock.parse(applied.clock, self.profile.zone, self._now).mode
        self.clock.mode = mode if mode != RunningClock() else self._first_clock_mode
        self.faults.clear()
        self.faults.add(*applied.faults)
        self._note_scenario(applied.title)

    def clear_scenario(self) -> None:
        """Return to the clock and the fault rules from the start."""
        self.clock.mode = self._first_clock_mode
        self.faults.reset()
        self._note_scenario(self._first_scenario)

    def add_demo_week(self) -> int:
        """Fill an empty state with a week to look at: orders in the profile's own terms, in every state.

        The same profile, seed and clock make the same week. The journal has the calls that made it.

        Returns:
            How many orders were made; 0 if the state has orders already, or the profile has no work to plan.
        """
        from drs_simulator.demo import DemoWeek  # noqa: PLC0415 - few simulators have it

        if self.scheduler.counts()["orders"]:
            return 0
        credentials = Credentials(self.login, self.password)
        seed = 0 if self._seed is None else self._seed
        week = DemoWeek(self.profile, self._store, credentials, self.journal, self.path, self.clock.now(), seed)
        return week.fill()

    def export_state(self) -> StateDocument:
        """Export the whole state: clock, sessions with their ids, orders and bookings."""
        from drs_simulator.storage.export import export_state  # noqa: PLC0415 - its models take time to import

        return export_state(self.scheduler, self.clock, self._random)

    def import_state(self, document: StateDocument) -> None:
        """Replace the whole state by one that was exported from the same installation.

        Raises:
            SnapshotError: The document is invalid, or of another installation; nothing was changed.
            ClockError: Its clock would read a time out of range; nothing was changed.
        """
        from drs_simulator.storage.export import import_state  # noqa: PLC0415 - its models take time to import

        import_state(document, self.scheduler, self.clock, self._random)

    def import_file(self, file: str | Path) -> bool:
        """Create the order and the booking of a flat file of the housing system.

        Returns:
            Whether the order is new; an order that exists is left as it is.

        Raises:
            HousingFileError: The file is invalid; the message names line and field.
            OSError: The file cannot be read.
        """
        from drs_simulator.housing_files.format import parse_housing_file  # noqa: PLC0415 - few simulators import any

        return self.import_order(parse_housing_file(Path(file).read_bytes()))

    def import_order(self, file: HousingFile) -> bool:
        """Create the order of a flat file that was parsed already; see ``import_file``."""
        from drs_simulator.housing_files.import_order import import_order  # noqa: PLC0415 - few simulators import any

        return self.scheduler.run_as_system(import_order, file)

    def watch_folder(self, folder: str | Path) -> FolderWatcher:
        """Import the housing system's files from a folder as they arrive, until the watcher is stopped.

        Valid files move to ``imported/`` in the folder; invalid ones to ``rejected/``, each with a ``.reason``.

        Raises:
            NotADirectoryError: There is no such folder.
        """
        # Imported here: few simulators import any files.
        from drs_simulator.housing_files.watcher import FolderWatcher, ImportFolder  # noqa: PLC0415

        return FolderWatcher(ImportFolder(Path(folder), self.import_order))

    def _note_scenario(self, title: str) -> None:
        """Remember which scenario is in force, for all processes of a database."""
        if isinstance(self._store, SharedSettings):
            self._store.change_setting(_SCENARIO, lambda _: title)
        else:
            self._own_scenario = title

    def _choose_clock(self, own: Clock, joins: bool) -> Clock:
        """In a database, the clock that all share; it is only set if the own one differs from system time."""
        if not isinstance(self._store, SharedSettings):
            return own
        shared = SharedClock(self._store, self._now)
        if own.mode != RunningClock() and not joins:
            shared.mode = own.mode
        return shared

    def _open_shared(self) -> Shared | None:
        """Open what this process writes for all processes of a database; ``None`` if the state is in memory."""
        if not isinstance(self._store, SharesRecords):
            return None
        from drs_simulator.journal.shared_entries import Shared  # noqa: PLC0415 - few simulators share
        from drs_simulator.journal.write_behind import WriteBehind  # noqa: PLC0415 - likewise

        return Shared(self._store.shared_records(), WriteBehind())

    def _make_rule_store(self) -> RuleStore | None:
        if not isinstance(self._store, SharedSettings):
            return None
        from drs_simulator.faults.plan import DatabaseRuleStore  # noqa: PLC0415 - its models take time to import

        return DatabaseRuleStore(self._store)

    def _make_sender(self, url: str, every: timedelta) -> ConfirmationSender:
        from drs_simulator.callbacks.http_post import Receiver  # noqa: PLC0415 - few simulators post anything
        from drs_simulator.callbacks.sender import ConfirmationSender  # noqa: PLC0415 - likewise

        # The journal is made later than the sender.
        return ConfirmationSender(Receiver(url), self.profile.zone, self._record_sent, every, self._read_time)

    def _read_time(self) -> datetime:
        """Return the time that all processes agree on, also where it is known later than the sender."""
        return self._now()

    def _record_sent(self, attempt: Attempt) -> None:
        self.journal.record_sent(attempt)

    def _wake_sender(self) -> None:
        if self._sender is not None:
            self._sender.wake()
            self.start_callbacks()

    def __enter__(self) -> Self:
        if self._server is not None:
            raise AlreadyServingError(f"This simulator serves already, at {self.url}. Do not nest 'with' blocks of it.")
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Simulator(profile={self.profile.name!r}, clock={self.clock.describe(self.profile.zone)!r})"


def trust_proxies(application: WSGIApplication, number: int) -> WSGIApplication:
    """Make an application trust what this number of reverse proxies say about scheme, host, port and prefix."""
    if not number:
        return application
    return ProxyFix(application, x_for=0, **dict.fromkeys(_FORWARDED, number))


def check_password(host: str, password: str) -> None:
    """Check that a simulator which other machines can reach has a password of its own.

    Raises:
        DefaultPasswordError: It has the default one.
    """
    if not is_loopback(host) and password == DEFAULT_PASSWORD:
        raise DefaultPasswordError(f"{host} can be reached from other machines. Set a password other than the default.")
