"""The command ``drs-simulator serve``."""

from __future__ import annotations

import gc
from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import Annotated
from wsgiref.types import WSGIApplication

import typer

from drs_simulator.cli.banner import print_banner
from drs_simulator.cli.environment import PREFIX
from drs_simulator.cli.logs import with_logging
from drs_simulator.cli.output import print_error
from drs_simulator.cli.serve_config import (
    LogOptions,
    OptionError,
    ServeConfig,
    TlsMode,
    TlsOptions,
    WsdlStyle,
    make_application,
    make_simulator,
    read_faults,
    read_scenario,
    resolve_profile,
    with_wsdl_style,
)
from drs_simulator.clock import SYSTEM
from drs_simulator.http.servers.address import reserve_port
from drs_simulator.http.servers.granian_server import ServerConfig, serve
from drs_simulator.journal.journal import DEFAULT_ENTRIES
from drs_simulator.log_setup import LogFormat, LogLevel
from drs_simulator.simulator import DEFAULT_LOGIN, DEFAULT_PASSWORD, Simulator
from drs_simulator.storage.opening import MEMORY, open_tenants

_NETWORK, _DRS, _STATE, _FAULTS = "Network", "DRS", "State", "Faults"
_ADMIN, _TLS, _LOGGING, _REPLAY = "Admin and console", "TLS", "Logging", "Replay"
# These do nothing where recorded exchanges are served instead of a simulator.
_SIMULATOR_OPTIONS = frozenset(
    {
        *("admin", "admin_token", "clock", "confirm_to", "demo", "faults", "import_dir", "journal"),
        *("callback_url", "callback_login", "callback_password", "callback_every"),
        *("login", "password", "scenario", "state", "tenant_idle", "tenants", "trusted_proxies", "workers"),
    }
)


def serve_command(
    context: typer.Context,
    host: Annotated[
        str, typer.Option(help="Address to listen on.", metavar="ADDRESS", rich_help_panel=_NETWORK)
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(
            help="Port to listen on; 0 for a free one.", metavar="PORT", min=0, max=65535, rich_help_panel=_NETWORK
        ),
    ] = 8080,
    trusted_proxies: Annotated[
        int,
        typer.Option(
            metavar="NUMBER",
            help="Number of reverse proxies whose X-Forwarded-* headers are trusted.",
            min=0,
            max=8,
            rich_help_panel=_NETWORK,
        ),
    ] = 0,
    threads: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER",
            help="Threads of each worker (default: 1; 16 with a database; 32 with --faults or --scenario).",
            min=1,
            show_default=False,
            rich_help_panel=_NETWORK,
        ),
    ] = None,
    workers: Annotated[
        int,
        typer.Option(
            metavar="NUMBER",
            help="Server processes; more than one need a database as --state.",
            min=1,
            max=64,
            rich_help_panel=_NETWORK,
        ),
    ] = 1,
    tenants: Annotated[
        int,
        typer.Option(
            metavar="NUMBER",
            help="Number of further DRSs that there may be, each of its own below /t/NAME; made when first called.",
            min=0,
            max=10_000,
            rich_help_panel=_NETWORK,
        ),
    ] = 0,
    tenant_idle: Annotated[
        int,
        typer.Option(
            metavar="HOURS",
            help="Hours without a request after which such a DRS is dropped.",
            min=1,
            max=24 * 365,
            rich_help_panel=_NETWORK,
        ),
    ] = 12,
    profile: Annotated[
        str,
        typer.Option(
            help="Profile name or TOML file: the settings of the installation.",
            metavar="PROFILE",
            rich_help_panel=_DRS,
        ),
    ] = "lincoln",
    login: Annotated[
        str, typer.Option(help="Login that openSession accepts.", metavar="LOGIN", rich_help_panel=_DRS)
    ] = DEFAULT_LOGIN,
    password: Annotated[
        str,
        typer.Option(
            help=f"Its password (default: {DEFAULT_PASSWORD}, on loopback only).",
            metavar="PASSWORD",
            show_default=False,
            rich_help_panel=_DRS,
        ),
    ] = DEFAULT_PASSWORD,
    clock: Annotated[
        str,
        typer.Option(
            help="Simulated time: system, fixed@TIME, shifted@TIME or shifted@DURATION, in ISO 8601.",
            metavar="CLOCK",
            rich_help_panel=_DRS,
        ),
    ] = SYSTEM,
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER", help="Seed for reproducible ids and tokens.", show_default=False, rich_help_panel=_DRS
        ),
    ] = None,
    wsdl_style: Annotated[
        WsdlStyle | None,
        typer.Option(
            help="Files of ?wsdl: two as DRS's platform (CXF) splits it, or a single one. ?singleWsdl is always one.",
            show_default=False,
            rich_help_panel=_DRS,
        ),
    ] = None,
    callback_url: Annotated[
        str | None,
        typer.Option(
            help="URL to notify when a booking is scheduled, moved or confirmed.",
            metavar="URL",
            show_default=False,
            rich_help_panel=_DRS,
        ),
    ] = None,
    callback_login: Annotated[
        str | None,
        typer.Option(
            help="Login for that URL (HTTP basic authentication).",
            metavar="LOGIN",
            show_default=False,
            rich_help_panel=_DRS,
        ),
    ] = None,
    callback_password: Annotated[
        str | None,
        typer.Option(
            help="Its password; better in DRS_CALLBACK_PASSWORD.",
            metavar="PASSWORD",
            show_default=False,
            rich_help_panel=_DRS,
        ),
    ] = None,
    callback_every: Annotated[
        str,
        typer.Option(
            help="How often to notify it, in simulated time: 60s, 5m or 1h; 0 for at once.",
            metavar="INTERVAL",
            rich_help_panel=_DRS,
        ),
    ] = "0",
    confirm_to: Annotated[str | None, typer.Option(hidden=True)] = None,
    state: Annotated[
        str,
        typer.Option(
            help="Where to store the state: memory, sqlite:///drs.db or "
            "postgresql+psycopg://USER:PASSWORD@HOST/DATABASE.",
            metavar="STATE",
            rich_help_panel=_STATE,
        ),
    ] = MEMORY,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo",
            metavar="",
            help="Fill an empty state with a week of orders; the same --seed and --clock make the same week.",
            rich_help_panel=_STATE,
        ),
    ] = False,
    import_dir: Annotated[
        Path | None,
        typer.Option(
            help="Folder to watch for flat files of the housing system.",
            metavar="FOLDER",
            exists=True,
            file_okay=False,
            writable=True,
            resolve_path=True,
            show_default=False,
            rich_help_panel=_STATE,
        ),
    ] = None,
    journal: Annotated[
        int,
        typer.Option(
            metavar="NUMBER",
            help="Number of exchanges kept in the journal; 0 disables it.",
            min=0,
            rich_help_panel=_STATE,
        ),
    ] = DEFAULT_ENTRIES,
    faults: Annotated[
        str | None,
        typer.Option(
            help="TOML file with fault-injection rules.",
            metavar="FILE",
            show_default=False,
            rich_help_panel=_FAULTS,
        ),
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(
            help="Scenario name or TOML file. Explicit options override it.",
            metavar="SCENARIO",
            show_default=False,
            rich_help_panel=_FAULTS,
        ),
    ] = None,
    admin: Annotated[
        bool,
        typer.Option(
            metavar="",
            help="Serve the admin API under /__admin, and the console: on loopback, or with a token.",
            rich_help_panel=_ADMIN,
        ),
    ] = True,
    admin_token: Annotated[
        str | None,
        typer.Option(
            help="Bearer token required by the admin API.",
            metavar="TOKEN",
            show_default=False,
            rich_help_panel=_ADMIN,
        ),
    ] = None,
    tls: Annotated[
        TlsMode | None,
        typer.Option(
            help="Serve HTTPS with a generated certificate (needs the package trustme).",
            show_default=False,
            rich_help_panel=_TLS,
        ),
    ] = None,
    tls_dir: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the generated CA and certificate, which are used again.",
            metavar="FOLDER",
            show_default=False,
            rich_help_panel=_TLS,
        ),
    ] = None,
    tls_cert: Annotated[
        Path | None,
        typer.Option(
            help="Serve HTTPS with this certificate (PEM).", metavar="FILE", show_default=False, rich_help_panel=_TLS
        ),
    ] = None,
    tls_key: Annotated[
        Path | None,
        typer.Option(help="Key of the certificate (PEM).", metavar="FILE", show_default=False, rich_help_panel=_TLS),
    ] = None,
    log_level: Annotated[
        LogLevel, typer.Option(help="Log level; info logs every exchange.", rich_help_panel=_LOGGING)
    ] = LogLevel.WARNING,
    log_format: Annotated[
        LogFormat, typer.Option(help="Log format on standard error.", rich_help_panel=_LOGGING)
    ] = LogFormat.CONSOLE,
    from_recordings: Annotated[
        Path | None,
        typer.Option(
            help="Replay a recording folder; any login is accepted.",
            metavar="FOLDER",
            show_default=False,
            rich_help_panel=_REPLAY,
        ),
    ] = None,
    closest_match: Annotated[
        bool,
        typer.Option(
            "--closest-match",
            metavar="",
            help="With --from-recordings: fall back to the closest recorded request.",
            rich_help_panel=_REPLAY,
        ),
    ] = False,
    nearest: Annotated[bool, typer.Option("--nearest", hidden=True)] = False,
) -> None:
    """Serve a simulator until Ctrl-C or SIGTERM.

    Every option can be set by an environment variable too: DRS_ and the option's name in capitals, as in DRS_PORT.

    In memory, all state is lost when the server stops. A database (--state) keeps sessions, orders, bookings, numbers,
    and what callers have changed of locations, SOR codes and operatives. It also keeps the clock and the fault rules,
    until --clock or --faults set others. Profile and seed are never stored.
    """
    given = {name for name in context.params if _source(context, name) in ("COMMANDLINE", "ENVIRONMENT")}
    tls_options = TlsOptions(tls, tls_dir, tls_cert, tls_key)
    logs = LogOptions(log_level, log_format)
    if from_recordings is not None:
        _refuse_options(context, given & _SIMULATOR_OPTIONS, "leave it out with --from-recordings")
        _warn_of_old_names(context, given)
        from drs_simulator.cli.replay import ReplayConfig, serve_recordings  # noqa: PLC0415 - few servers replay

        serve_recordings(
            ReplayConfig(
                from_recordings,
                host,
                port,
                threads or 1,
                profile if "profile" in given else None,
                wsdl_style,
                seed,
                closest_match or nearest,
                tls_options,
                logs,
            )
        )
        return
    _refuse_options(context, given & {"closest_match", "nearest"}, "it goes with --from-recordings")
    _warn_of_old_names(context, given)
    rules = read_faults(faults)
    title = ""
    if scenario is None:
        loaded = resolve_profile(profile, wsdl_style)
    else:
        chosen = read_scenario(scenario)
        title = chosen.title
        loaded = with_wsdl_style(chosen.installation(profile if "profile" in given else None), wsdl_style)
        rules = (*chosen.faults, *rules)
        clock = clock if "clock" in given else chosen.clock
        password = password if "password" in given or chosen.password is None else chosen.password
    serve_simulator(
        ServeConfig(
            profile=loaded,
            host=host,
            port=port,
            login=login,
            password=password,
            clock=clock,
            seed=seed,
            trusted_proxies=trusted_proxies,
            faults=rules,
            scenario=title,
            demo=demo,
            journal=journal,
            threads=threads,
            workers=workers,
            tenants=tenants,
            tenant_idle=tenant_idle,
            admin=admin,
            admin_token=admin_token,
            import_dir=import_dir,
            state=state,
            callback_url=callback_url or confirm_to,
            callback_login=callback_login,
            callback_password=callback_password,
            callback_every=callback_every,
            tls=tls_options,
            logs=logs,
        )
    )


def serve_simulator(config: ServeConfig) -> None:
    """Serve a simulator until Ctrl-C or SIGTERM.

    Raises:
        UnusableError: Something in the configuration cannot be used.
    """
    config.validate()
    # Before the state is opened: where another server runs on it, this one must not change the clock they share.
    with reserve_port(config.host, config.port):
        pass
    tls = config.tls.load(config.host)
    server_config = ServerConfig(config.host, config.port, config.worker_threads, config.workers, tls)
    # Errors of the state are printed here, and not by each process that serves; a database gets its shared settings.
    simulator = make_simulator(config)
    demo = ""
    if config.demo:
        # A state in memory is made again by the process that serves.
        demo = _describe_demo(simulator.add_demo_week(), simulator)
    simulator.close()
    if config.tenants and config.state != MEMORY:
        open_tenants(config.state).close()
    try:
        serve(
            partial(_load, config),
            server_config,
            partial(print_banner, config, tls, simulator.clock, simulator.state, demo),
        )
    finally:
        # The workers have ended: now the file of an SQLite database gets what they have written.
        simulator.close()


def _describe_demo(added: int, simulator: Simulator) -> str:
    if added:
        return f"{added} orders, a week to look at"
    if simulator.scheduler.counts()["orders"]:
        return "nothing was added: the state has orders already"
    return "nothing was added: the profile has no operative, SOR code and location that go together"


def _load(config: ServeConfig) -> WSGIApplication:
    """Make the application, in a process that serves it."""
    own = config.without_shared_settings()
    simulator = make_simulator(own)
    if own.demo:
        simulator.add_demo_week()
    simulator.start_callbacks()
    if config.import_dir is not None:
        simulator.watch_folder(config.import_dir)
    application = with_logging(make_application(config, simulator), config.logs)
    # What is there now stays: looking through it for garbage would hold up a call for some 60 ms every few thousand.
    gc.freeze()
    return application


def _source(context: typer.Context, name: str) -> str:
    """Where an option's value comes from: COMMANDLINE, ENVIRONMENT, DEFAULT or another of Click's names."""
    source = context.get_parameter_source(name)
    return "" if source is None else source.name


def _name_in(context: typer.Context, name: str) -> str:
    """An option as the user has written it: on the command line, or as an environment variable."""
    return f"{PREFIX}_{name.upper()}" if _source(context, name) == "ENVIRONMENT" else f"--{name.replace('_', '-')}"


def _refuse_options(context: typer.Context, options: Collection[str], remedy: str) -> None:
    """Refuse options that would do nothing.

    Raises:
        OptionError: There is one.
    """
    for name in sorted(options):
        raise OptionError(f"{_name_in(context, name)} has no meaning here: {remedy}.")


def _warn_of_old_names(context: typer.Context, given: Collection[str]) -> None:
    for old, new in (("confirm_to", "callback_url"), ("nearest", "closest_match")):
        if old in given:
            print_error(f"{_name_in(context, old)} is deprecated: use --{new.replace('_', '-')} instead.")
