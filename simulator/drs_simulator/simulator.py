"""A whole DRS: profile, clock, state and gateway put together, served from this process or called without a socket."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from random import Random, SystemRandom
from types import TracebackType
from typing import TYPE_CHECKING, Self
from wsgiref.types import WSGIApplication

from werkzeug.middleware.proxy_fix import ProxyFix

from drs_simulator.admin.auth import Admin, make_guard
from drs_simulator.clock import Clock
from drs_simulator.console.auth import Console
from drs_simulator.faults.plan import FaultPlan, RuleStore
from drs_simulator.http.app import Endpoint, service_path
from drs_simulator.journal.journal import DEFAULT_ENTRIES, Journal
from drs_simulator.profile.loading import load_profile
from drs_simulator.profile.model import Profile
from drs_simulator.scheduling.scheduler import Credentials, Scheduler
from drs_simulator.soap.gateway import Gateway
from drs_simulator.storage.opening import MEMORY, open_store
from drs_simulator.storage.shared_settings import SharedClock, SharedSettings

if TYPE_CHECKING:
    from drs_simulator.callbacks.sender import Attempt, ConfirmationSender
    from drs_simulator.faults.rules import FaultRule
    from drs_simulator.housing_files.records import HousingFile
    from drs_simulator.housing_files.watcher import FolderWatcher
    from drs_simulator.http.servers.threaded_server import ThreadedServer
    from drs_simulator.scenarios.scenario import Scenario
    from drs_simulator.storage.export import StateDocument

DEFAULT_LOGIN = "drs"
DEFAULT_PASSWORD = "drs"  # noqa: S105 - the documented default of a simulator that listens on loopback


class NotServingError(RuntimeError):
    """The simulator has no address, because it does not serve; use it as a context manager, or call ``wsgi``."""


class Simulator:
    """A DRS of one's own.

    ::

        with Simulator(profile="lincoln") as drs:
            print(drs.url)

    Args:
        profile: A profile's name, a TOML file, or a profile.
        clock: ``wall``, ``fixed@TIME``, ``shifted@TIME`` or ``shifted@DURATION`` (see ``Clock.parse``), or a clock.
        seed: The same profile, seed, clock and calls give the same bytes. Without it ids and tokens are unguessable.
        login: The login that openSession lets in.
        password: Its password.
        host: Where ``with`` listens.
        port: The port there; 0 for a free one.
        trusted_proxies: How many proxies before it are believed when they tell the address that callers use
            (``X-Forwarded-Proto``, ``-Host``, ``-Port`` and ``-Prefix``).
        state: Where sessions, orders and bookings are kept: ``memory``, or the URL of a database, which is set up on
            first use (``sqlite:///drs.db``, ``postgresql+psycopg://USER:PASSWORD@HOST/DATABASE``). All simulators of
            one database are one DRS: the clock's mode and the fault rules in force are kept there as well.
        faults: What goes wrong with calls, from the start.
        journal: How many exchanges are kept to be looked at; 0 for none.
        admin: Whether there is an admin interface under ``/__admin``. Without a token there is one on loopback only.
        admin_token: What callers of the admin interface must show.
        callback_url: The address of a council's service that is told when a planner moves or confirms a booking.

    Raises:
        ProfileError: The profile cannot be used.
        ClockError: The clock's text cannot be read.
        StateError: The state cannot be kept there.
        ReceiverUrlError: ``callback_url`` is no address.
    """

    def __init__(
        self,
        profile: str | Path | Profile = "lincoln",
        *,
        clock: str | Clock = "wall",
        seed: int | None = None,
        login: str = DEFAULT_LOGIN,
        password: str = DEFAULT_PASSWORD,
        host: str = "127.0.0.1",
        port: int = 0,
        trusted_proxies: int = 0,
        state: str = MEMORY,
        faults: Iterable[FaultRule] = (),
        journal: int = DEFAULT_ENTRIES,
        admin: bool = True,
        admin_token: str | None = None,
        callback_url: str | None = None,
    ) -> None:
        self.profile = profile if isinstance(profile, Profile) else load_profile(profile)
        self.login = login
        self.password = password
        self._seed = seed
        self._random = SystemRandom() if seed is None else Random(seed)  # noqa: S311 - repeatable on purpose
        # Faults draw from a source of their own, so that ids are the same with them and without.
        self._chance = SystemRandom() if seed is None else Random(seed)  # noqa: S311 - repeatable on purpose
        self._sender = self._sender_to(callback_url)
        self._store = open_store(state)
        self.clock = self._clock_of(clock)
        self._first_clock_mode = self.clock.mode
        wake = None if self._sender is None else self._sender.wake
        credentials = Credentials(login, password)
        self.scheduler = Scheduler(self.profile, self.clock, self._random, self._store, credentials, wake)
        self.faults = FaultPlan(faults, self._chance, self._rule_store())
        self.journal = Journal(self.profile, self.clock, self.scheduler, password, max_entries=journal)
        self.admin_guard = make_guard(host, admin_token, trusted_proxies) if admin else None
        """Who may call the admin interface; ``None`` where there is none."""
        guard = self.admin_guard
        admin_, console = (None, None) if guard is None else (Admin(self, guard), Console(self, guard))
        gateway = Gateway(self.scheduler)
        self.wsgi: WSGIApplication = Endpoint(
            self.profile, gateway, self.scheduler, self.clock, self.faults, self.journal, admin_, console
        )
        if trusted_proxies:
            told = dict.fromkeys(("x_proto", "x_host", "x_port", "x_prefix"), trusted_proxies)
            self.wsgi = ProxyFix(self.wsgi, x_for=0, **told)
        self._address = (host, port)
        self._server: ThreadedServer | None = None
        self._start_sending()

    def _clock_of(self, clock: str | Clock) -> Clock:
        """The clock; in a database, the one that all share, moved only if it was told to be other than the wall."""
        own = clock if isinstance(clock, Clock) else Clock.parse(clock, self.profile.zone)
        if not isinstance(self._store, SharedSettings):
            return own
        shared = SharedClock(self._store)
        if str(own) != "wall":
            shared.mode = own.mode
        return shared

    def _sender_to(self, url: str | None) -> ConfirmationSender | None:
        if url is None:
            return None
        from drs_simulator.callbacks.http_post import Receiver  # noqa: PLC0415 - most call nobody back
        from drs_simulator.callbacks.sender import ConfirmationSender  # noqa: PLC0415

        return ConfirmationSender(Receiver(url), self.profile.zone, self._keep_attempt)

    def _rule_store(self) -> RuleStore | None:
        if not isinstance(self._store, SharedSettings):
            return None
        from drs_simulator.faults.plan import DatabaseRuleStore  # noqa: PLC0415 - its models take time to come

        return DatabaseRuleStore(self._store)

    @property
    def url(self) -> str:
        """The gateway's address.

        Raises:
            NotServingError: The simulator does not serve.
        """
        if self._server is None:
            raise NotServingError("This simulator does not serve. Write 'with Simulator() as drs:', or call drs.wsgi.")
        host = f"[{self._address[0]}]" if ":" in self._address[0] else self._address[0]
        return f"http://{host}:{self._server.port}{self.path}"

    @property
    def state(self) -> str:
        """Where its state is kept; no password is told."""
        return str(self._store)

    def close(self) -> None:
        """Post no more confirmations, and let go of the state's connections. A further call opens new ones."""
        if self._sender is not None:
            self._sender.stop()
        self._store.close()

    @property
    def has_default_password(self) -> bool:
        """Whether everybody knows its password, so that it may be shown."""
        return self.password == DEFAULT_PASSWORD

    @property
    def path(self) -> str:
        """The gateway's path below the host."""
        return service_path(self.profile)

    def reset(self) -> None:
        """Forget all sessions, orders, bookings and exchanges; clock, numbers, randomness and faults begin anew.

        The fault rules in force are then those that the simulator was made with: usually none.
        """
        self._store.reset()
        self._random.seed(self._seed)
        self._chance.seed(self._seed)
        self.faults.reset()
        self.journal.clear()
        self.clock.mode = self._first_clock_mode

    def apply_scenario(self, scenario: Scenario) -> None:
        """Go by the scenario's fault rules and clock from now on; its installation is not taken up."""
        if scenario.clock != "wall":
            self.clock.mode = Clock.parse(scenario.clock, self.profile.zone).mode
        self.faults.clear()
        self.faults.add(*scenario.faults)

    def clear_scenario(self) -> None:
        """Go by the clock and the fault rules from the start again."""
        self.clock.mode = self._first_clock_mode
        self.faults.reset()

    def export_state(self) -> StateDocument:
        """Everything that this DRS would go on from: its clock, sessions with their ids, orders and bookings."""
        from drs_simulator.storage.export import export_state  # noqa: PLC0415 - its models take time to come

        return export_state(self.scheduler, self.clock, self._random)

    def import_state(self, document: StateDocument) -> None:
        """Go on from where another simulator of the same installation stood.

        Raises:
            SnapshotError: The document is not in order, or of another installation; nothing was changed.
            ClockError: Its clock would read a time out of range; nothing was changed.
        """
        from drs_simulator.storage.export import import_state  # noqa: PLC0415 - see export_state

        import_state(document, self.scheduler, self.clock, self._random)

    def import_file(self, file: str | Path) -> bool:
        """Create the order of a flat file of the housing system, and its booking.

        Returns:
            Whether the order is new; one whose number is there already stays as it is.

        Raises:
            HousingFileError: The file is wrong; the message names line and field.
            OSError: The file cannot be read.
        """
        from drs_simulator.housing_files.format import parse_housing_file  # noqa: PLC0415 - most servers import none

        return self.import_order(parse_housing_file(Path(file).read_bytes()))

    def watch_folder(self, folder: str | Path) -> FolderWatcher:
        """Import the housing system's files from that folder, as they come, until the watcher is stopped.

        Good ones move to ``imported/`` in it; bad ones to ``rejected/``, each with a ``.reason``.
        """
        from drs_simulator.housing_files.watcher import FolderWatcher, ImportFolder  # noqa: PLC0415 - see import_file

        return FolderWatcher(ImportFolder(Path(folder), self.import_order))

    def import_order(self, file: HousingFile) -> bool:
        """Create the order of a flat file that was read already; see ``import_file``."""
        from drs_simulator.housing_files.import_order import import_order  # noqa: PLC0415 - see import_file

        return self.scheduler.run_as_system(import_order, file)

    def _start_sending(self) -> None:
        if self._sender is not None:
            self._sender.start(self.scheduler)

    def _keep_attempt(self, attempt: Attempt) -> None:
        self.journal.record_sent(attempt)

    def __enter__(self) -> Self:
        self._start_sending()
        from drs_simulator.http.servers.threaded_server import ThreadedServer  # noqa: PLC0415 - not needed without a socket

        self._server = ThreadedServer(self.wsgi, *self._address)
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None
        self.close()

    def __repr__(self) -> str:
        return f"Simulator(profile={self.profile.name!r}, clock={str(self.clock)!r})"
