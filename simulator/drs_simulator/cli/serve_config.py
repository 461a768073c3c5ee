"""The configuration of ``drs-simulator serve``, checked before anything is opened, written or served."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from wsgiref.types import WSGIApplication

from drs_simulator.admin.auth import is_loopback, make_guard
from drs_simulator.clock import SYSTEM, Clock
from drs_simulator.errors import UnusableError
from drs_simulator.log_setup import LogFormat, LogLevel
from drs_simulator.profile.loading import load_profile
from drs_simulator.profile.model import Profile
from drs_simulator.simulator import DEFAULT_LOGIN, DEFAULT_PASSWORD, DefaultPasswordError, Simulator, trust_proxies
from drs_simulator.storage.opening import MEMORY, open_tenants

if TYPE_CHECKING:
    from drs_simulator.admin.control import TenantSettings
    from drs_simulator.faults.rules import FaultRule
    from drs_simulator.http.servers.tls import Tls
    from drs_simulator.scenarios.scenario import Scenario
    from drs_simulator.scheduling.store import Store
    from drs_simulator.tenants.server import ServedTenants

# One thread is quickest, since Python runs one at a time. With a database, threads share what waits for it; and a slow
# call must not hold up the others.
_THREADS, _THREADS_WITH_DATABASE, _THREADS_WITH_FAULTS = 1, 16, 32
_TENANT_JOURNAL = 200
"""How many exchanges a tenant's journal has at most, so that many tenants fit into memory."""


class OptionError(UnusableError):
    """Options contradict each other."""


class TlsMode(StrEnum):
    """Which certificate to make."""

    SELF_SIGNED = "self-signed"


class WsdlStyle(StrEnum):
    """In how many files the WSDL is."""

    SINGLE = "single"
    CXF = "cxf"


@dataclass(frozen=True, slots=True)
class TlsOptions:
    """Where the certificate comes from: made here (``mode``, ``folder``), or given (``certificate``, ``key``)."""

    mode: TlsMode | None = None
    folder: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def validate(self) -> None:
        """Check that the options go together.

        Raises:
            OptionError: They do not.
        """
        if self.mode is not None and (self.certificate is not None or self.key is not None):
            raise OptionError("Give either --tls self-signed, or --tls-cert and --tls-key.")
        if self.mode is None and (self.folder is not None or (self.certificate is None) != (self.key is None)):
            raise OptionError("--tls-cert and --tls-key go together, and --tls-dir goes with --tls self-signed.")

    def load(self, host: str) -> Tls | None:
        """Load or make the certificate; ``None`` for plain HTTP.

        Raises:
            TlsError: The certificate cannot be used.
        """
        if self.mode is None and self.certificate is None:
            return None
        from drs_simulator.http.servers.tls import self_signed, tls_from  # noqa: PLC0415 - few servers use it

        if self.certificate is not None and self.key is not None:
            return tls_from(self.certificate, self.key)
        return self_signed(host, self.folder)


@dataclass(frozen=True, slots=True)
class LogOptions:
    """What is logged, and how."""

    level: LogLevel = LogLevel.WARNING
    format: LogFormat = LogFormat.CONSOLE


@dataclass(frozen=True, slots=True)
class ServeConfig:
    """What ``serve`` serves, and where. Names are those of the options; see ``Simulator`` too.

    Args:
        scenario: The title of the scenario whose settings are applied; empty without one.
        demo: Whether an empty state is filled with a week to look at.
        threads: The worker threads of each process; ``None`` for the default.
        tenants: How many tenants there may be; 0 for none.
        tenant_idle: Hours without a request after which a tenant is dropped.
    """

    profile: Profile
    host: str = "127.0.0.1"
    port: int = 0
    login: str = DEFAULT_LOGIN
    password: str = field(default=DEFAULT_PASSWORD, repr=False)
    clock: str = SYSTEM
    seed: int | None = None
    trusted_proxies: int = 0
    faults: tuple[FaultRule, ...] = ()
    scenario: str = ""
    demo: bool = False
    journal: int = 0
    threads: int | None = None
    workers: int = 1
    tenants: int = 0
    tenant_idle: int = 12
    admin: bool = True
    admin_token: str | None = field(default=None, repr=False)
    import_dir: Path | None = None
    state: str = MEMORY
    callback_url: str | None = field(default=None, repr=False)
    callback_login: str | None = None
    callback_password: str | None = field(default=None, repr=False)
    callback_every: str = "0"
    tls: TlsOptions = field(default_factory=TlsOptions)
    logs: LogOptions = field(default_factory=LogOptions)

    @property
    def worker_threads(self) -> int:
        """The worker threads of each process."""
        if self.threads is not None:
            return self.threads
        if self.faults or self.scenario:
            return _THREADS_WITH_FAULTS
        return _THREADS if self.state == MEMORY else _THREADS_WITH_DATABASE

    @property
    def has_admin(self) -> bool:
        """Whether there is an admin API and a console."""
        return self.admin and make_guard(self.host, self.admin_token, self.trusted_proxies) is not None

    def validate(self) -> None:
        """Check everything that can be checked without opening the state.

        Raises:
            UnusableError: Something cannot be used; the message says what, and what to do.
        """
        if not is_loopback(self.host) and self.password == DEFAULT_PASSWORD:
            raise DefaultPasswordError(
                f"{self.host} can be reached from other machines. Set a --password other than the default."
            )
        self.tls.validate()
        if self.workers > 1:
            self._validate_workers()
        Clock.parse(self.clock, self.profile.zone)
        self.resolve_callbacks()

    def resolve_callbacks(self) -> tuple[str | None, timedelta]:
        """Return the address to post to, with login and password, and the time from one run of posting to the next.

        Raises:
            ReceiverUrlError: It cannot be posted to, or login and password do not go with it.
            IntervalError: The rhythm cannot be used.
            OptionError: There is no address for the other options.
        """
        others = (self.callback_login, self.callback_password, None if self.callback_every == "0" else "")
        if self.callback_url is None:
            if any(each is not None for each in others):
                raise OptionError("There is no address for callbacks. Give it with --callback-url.")
            return None, timedelta(0)
        # Imported here: few simulators post anything.
        from drs_simulator.callbacks.http_post import Receiver, add_credentials  # noqa: PLC0415
        from drs_simulator.callbacks.interval import parse_interval  # noqa: PLC0415

        url = add_credentials(self.callback_url, self.callback_login, self.callback_password)
        Receiver(url)
        return url, parse_interval(self.callback_every)

    def _validate_workers(self) -> None:
        for is_so, reason in (
            (
                self.state == MEMORY,
                "each worker would be a DRS of its own: name a database, as with --state sqlite:///drs.db",
            ),
            (self.seed is not None, "with one --seed all workers would return the same session ids: leave it out"),
            (self.import_dir is not None, "all workers would watch --import-dir: use a server of its own for that"),
        ):
            if is_so:
                raise OptionError(f"--workers cannot be more than 1 here: {reason}.")

    def without_shared_settings(self) -> ServeConfig:
        """The configuration of the processes that serve.

        In a database, clock, fault rules and the demo's week are set once for all processes.
        """
        return self if self.state == MEMORY else replace(self, clock=SYSTEM, faults=(), scenario="", demo=False)


def make_application(config: ServeConfig, simulator: Simulator) -> WSGIApplication:
    """Make what a server serves: the simulator, with tenants beside it if there may be any."""
    if not config.tenants:
        return simulator.wsgi
    # Imported here: few servers have tenants.
    from drs_simulator.tenants.in_database import TenantsInDatabase  # noqa: PLC0415
    from drs_simulator.tenants.in_memory import TenantsInMemory  # noqa: PLC0415
    from drs_simulator.tenants.server import TenantServer  # noqa: PLC0415

    def make(settings: TenantSettings, store: Store | None = None, *, joins: bool = False) -> Simulator:
        profile: Profile | str = settings.profile or config.profile
        clock, password, faults, title = config.clock, config.password, config.faults, config.scenario
        if settings.scenario is not None:
            scenario = read_scenario(settings.scenario)
            profile = scenario.installation(settings.profile)
            clock, password, faults = scenario.clock, scenario.password or password, scenario.faults
            title = scenario.title
        seed = config.seed if settings.seed is None else settings.seed
        made = Simulator(
            profile,
            clock=settings.clock or clock,
            # Two processes with one seed would return the same session ids.
            seed=None if joins else seed,
            state=MEMORY if store is None else store,
            joins=joins,
            login=config.login,
            password=password,
            host=config.host,
            faults=faults,
            journal=min(config.journal, _TENANT_JOURNAL),
            admin=config.has_admin,
            admin_token=config.admin_token,
        )
        if title and not joins:
            made.name_first_scenario(title)
        return made

    idle = timedelta(hours=config.tenant_idle)
    tenants: ServedTenants
    if config.state == MEMORY:
        tenants = TenantsInMemory(make, max_tenants=config.tenants, idle=idle)
    else:
        tenants = TenantsInDatabase(make, open_tenants(config.state), max_tenants=config.tenants, idle=idle)
    return trust_proxies(TenantServer(simulator, tenants), config.trusted_proxies)


def make_simulator(config: ServeConfig) -> Simulator:
    """Make the simulator of a configuration. Its state is opened; nothing is started.

    Raises:
        StateError: The state cannot be stored there.
    """
    callback_url, callback_every = config.resolve_callbacks()
    simulator = Simulator(
        config.profile,
        clock=config.clock,
        seed=config.seed,
        login=config.login,
        password=config.password,
        host=config.host,
        port=config.port,
        # With tenants, proxies are dealt with before a tenant is chosen.
        trusted_proxies=0 if config.tenants else config.trusted_proxies,
        state=config.state,
        faults=config.faults,
        journal=config.journal,
        admin=config.has_admin,
        admin_token=config.admin_token,
        callback_url=callback_url,
        callback_every=callback_every,
    )
    if config.scenario:
        simulator.name_first_scenario(config.scenario)
    return simulator


def resolve_profile(source: str, wsdl_style: WsdlStyle | None) -> Profile:
    """Load a profile, with its WSDL in this style.

    Raises:
        ProfileError: The profile cannot be used.
    """
    return with_wsdl_style(load_profile(source), wsdl_style)


def with_wsdl_style(profile: Profile, wsdl_style: WsdlStyle | None) -> Profile:
    """Change in how many files a profile's WSDL is; ``None`` leaves it."""
    if wsdl_style is None:
        return profile
    gateway = profile.gateway.model_copy(update={"wsdl_style": wsdl_style.value})
    return profile.model_copy(update={"gateway": gateway})


def read_faults(file: str | None) -> tuple[FaultRule, ...]:
    """Read the fault rules of a TOML file.

    Raises:
        FaultFileError: The file cannot be used.
    """
    if file is None:
        return ()
    from drs_simulator.faults.rules import load_faults  # noqa: PLC0415 - its models take time to import

    return load_faults(file)


def read_scenario(source: str) -> Scenario:
    """Read a scenario by its name or from a TOML file.

    Raises:
        ScenarioError: The scenario cannot be used.
    """
    from drs_simulator.scenarios.scenario import load_scenario  # noqa: PLC0415 - its models take time to import

    return load_scenario(source)
