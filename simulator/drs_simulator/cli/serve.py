"""The command ``drs-simulator serve``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from wsgiref.types import WSGIApplication

from drs_simulator.admin.auth import Guard
from drs_simulator.cli.output import echo
from drs_simulator.clock import SYSTEM
from drs_simulator.http.request_log import RequestIds
from drs_simulator.http.servers.granian_server import ServerConfig
from drs_simulator.log_setup import LogFormat, LogLevel, set_up_logs
from drs_simulator.profile.loading import load_profile
from drs_simulator.profile.model import Profile
from drs_simulator.simulator import DEFAULT_PASSWORD, Simulator

if TYPE_CHECKING:
    from drs_simulator.faults.rules import FaultRule
    from drs_simulator.http.servers.tls import Tls


from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from drs_simulator.admin.auth import is_loopback, make_guard
from drs_simulator.cli.output import UNUSABLE, print_error
from drs_simulator.http.servers.granian_server import serve
from drs_simulator.journal.journal import DEFAULT_ENTRIES
from drs_simulator.simulator import DEFAULT_LOGIN
from drs_simulator.storage.opening import MEMORY

if TYPE_CHECKING:
    from drs_simulator.faults.rules import FaultRule


Logs = tuple[LogLevel, LogFormat]


class TlsMode(StrEnum):
    """What certificate is made."""

    SELF_SIGNED = "self-signed"


class WsdlStyle(StrEnum):
    """In how many files the interface is described."""

    SINGLE = "single"
    CXF = "cxf"


def resolve_tls(
    host: str, sort: TlsMode | None, folder: Path | None, certificate: Path | None, key: Path | None
) -> Tls | None:
    """What the server is to show to its callers; ``None`` for nothing.

    Raises:
        TlsError: It cannot be had, or the options contradict each other.
    """
    if sort is None and folder is None and certificate is None and key is None:
        return None
    from drs_simulator.http.servers.tls import TlsError, self_signed, tls_from  # noqa: PLC0415 - most servers show none

    if sort is not None:
        if certificate is not None or key is not None:
            raise TlsError("Give either --tls self-signed, or --tls-cert and --tls-key.")
        return self_signed(host, folder)
    if certificate is None or key is None:
        raise TlsError("--tls-cert and --tls-key go together, and --tls-dir goes with --tls self-signed.")
    return tls_from(certificate, key)


@dataclass(frozen=True, slots=True)
class ScenarioSettings:
    """What a scenario sets."""

    profile: Profile
    clock: str
    password: str | None
    faults: tuple[FaultRule, ...]


def resolve_scenario(source: str, profile: str | None, wsdl_style: WsdlStyle | None) -> ScenarioSettings:
    """What the scenario of that name or file sets, of that installation if one is given.

    Raises:
        ScenarioError: It cannot be used.
    """
    from drs_simulator.scenarios.scenario import load_scenario  # noqa: PLC0415 - its models take time to come

    scenario = load_scenario(source)
    return ScenarioSettings(
        _with_wsdl_style(scenario.installation(profile), wsdl_style), scenario.clock, scenario.password, scenario.faults
    )


def resolve_profile(source: str, wsdl_style: WsdlStyle | None) -> Profile:
    """The profile of that name or file, its interface described in that style."""
    return _with_wsdl_style(load_profile(source), wsdl_style)


def _with_wsdl_style(profile: Profile, wsdl_style: WsdlStyle | None) -> Profile:
    if wsdl_style is None:
        return profile
    gateway = profile.gateway.model_copy(update={"wsdl_style": wsdl_style.value})
    return profile.model_copy(update={"gateway": gateway})


def callback_settings(url: str | None, login: str | None, password: str | None, every: str) -> dict[str, object]:
    """The parameters of ``Simulator`` for callbacks, checked.

    Raises:
        ReceiverUrlError: Nothing can be posted to that address, or login and password do not go with it.
        IntervalError: ``every`` is no rhythm.
    """
    from drs_simulator.callbacks.http_post import Receiver, ReceiverUrlError, add_credentials  # noqa: PLC0415 - rarely used
    from drs_simulator.callbacks.interval import parse_interval  # noqa: PLC0415 - likewise

    interval = parse_interval(every)
    if url is None:
        if login is not None or password is not None or interval:
            raise ReceiverUrlError("There is no address for callbacks. Give it with --callback-url.")
        return {}
    complete = add_credentials(url, login, password)
    Receiver(complete)
    return {"callback_url": complete, "callback_every": interval}


def with_logging(application: WSGIApplication, logs: Logs) -> WSGIApplication:
    """The application with its log set up; where exchanges are logged, each request has an id."""
    level, form = logs
    set_up_logs(level, form)
    return RequestIds(application) if level in (LogLevel.DEBUG, LogLevel.INFO) else application


def load_simulator(settings: dict[str, object], import_dir: Path | None, logs: Logs) -> WSGIApplication:
    """The application of a simulator with these settings, in the process that serves it."""
    simulator = Simulator(**settings)  # type: ignore[arg-type]
    if import_dir is not None:
        simulator.watch_folder(import_dir)
    return with_logging(simulator.wsgi, logs)


def announce(
    server_config: ServerConfig, simulator: Simulator, guard: Guard | None, more: Mapping[str, str], port: int
) -> None:
    """Say where the simulator can be reached, and how."""
    echo(f"DRS simulator: {simulator.profile.title}, clock {simulator.clock.describe(simulator.profile.zone)}")
    print_addresses(server_config, port, simulator.path)
    default = f", password {DEFAULT_PASSWORD}" if simulator.password == DEFAULT_PASSWORD else ""
    echo(f"  login     {simulator.login}{default}")
    if guard is not None:
        token = ", with the token" if guard.requires_token else ""
        echo(f"  console   {server_config.address(port)}/{token}")
        echo(f"  admin     {server_config.address(port)}/__admin{token}")
    for name, value in more.items():
        echo(f"  {name:9} {value}")
    echo("Stop it with Ctrl-C.")


def print_addresses(server_config: ServerConfig, port: int, path: str) -> None:
    """Where the gateway is, and whom its callers have to trust."""
    address = f"{server_config.address(port)}{path}"
    echo(f"  endpoint  {address}")
    echo(f"  WSDL      {address}?wsdl")
    if server_config.tls is not None and server_config.tls.ca is not None:
        echo(f"  trust     {server_config.tls.ca}")


_QUICKEST, _WHERE_CALLS_ARE_SLOW = 1, 32
_ONLY_WITH_A_SIMULATOR = frozenset(
    {
        *("admin", "admin_token", "clock", "faults", "import_dir"),
        *("callback_url", "callback_login", "callback_password", "callback_every"),
        *("login", "password", "scenario", "state", "trusted_proxies", "workers"),
    }
)


def serve_command(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 for a free one.", min=0, max=65535)] = 8080,
    profile: Annotated[str, typer.Option(help="A profile's name or TOML file.")] = "lincoln",
    login: Annotated[str, typer.Option(help="Login that openSession lets in.")] = DEFAULT_LOGIN,
    password: Annotated[str, typer.Option(help="Its password.", show_default=False)] = DEFAULT_PASSWORD,
    clock: Annotated[
        str, typer.Option(help="system, fixed@TIME, shifted@TIME or shifted@DURATION; TIME and DURATION in ISO 8601.")
    ] = SYSTEM,
    seed: Annotated[int | None, typer.Option(help="Makes ids and tokens repeatable.", show_default=False)] = None,
    wsdl_style: Annotated[
        WsdlStyle | None, typer.Option(help="The WSDL in one file, or in two as CXF splits it.")
    ] = None,
    trusted_proxies: Annotated[
        int, typer.Option(help="Proxies before this server whose X-Forwarded headers count.", min=0, max=8)
    ] = 0,
    faults: Annotated[str | None, typer.Option(help="A TOML file of fault rules: what goes wrong with calls.")] = None,
    scenario: Annotated[
        str | None,
        typer.Option(
            help="A scenario's name, or a TOML file: what DRS does to its callers. Other options go before it.",
            show_default=False,
        ),
    ] = None,
    journal: Annotated[int, typer.Option(help="Exchanges kept to be looked at; 0 for none.", min=0)] = DEFAULT_ENTRIES,
    threads: Annotated[
        int | None,
        typer.Option(
            help="Requests worked on at a time. One is quickest; with --faults or --scenario there are 32.",
            min=1,
            show_default=False,
        ),
    ] = None,
    workers: Annotated[
        int, typer.Option(help="Processes that serve; with a database as --state they are one DRS.", min=1, max=64)
    ] = 1,
    admin: Annotated[
        bool, typer.Option(help="The admin interface under /__admin; on loopback, or with a token.")
    ] = True,
    admin_token: Annotated[
        str | None, typer.Option(help="What callers of the admin interface must show.", show_default=False)
    ] = None,
    import_dir: Annotated[
        Path | None,
        typer.Option(
            help="A folder that is watched for the housing system's flat files.",
            exists=True,
            file_okay=False,
            writable=True,
            resolve_path=True,
            show_default=False,
        ),
    ] = None,
    state: Annotated[
        str,
        typer.Option(
            help="Where state is kept: memory, sqlite:///drs.db or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE."
        ),
    ] = MEMORY,
    callback_url: Annotated[
        str | None,
        typer.Option(
            help="URL to notify when a booking is scheduled, moved or confirmed.", metavar="URL", show_default=False
        ),
    ] = None,
    callback_login: Annotated[
        str | None, typer.Option(help="Login for that URL (HTTP basic authentication).", show_default=False)
    ] = None,
    callback_password: Annotated[
        str | None, typer.Option(help="Its password; better in DRS_CALLBACK_PASSWORD.", show_default=False)
    ] = None,
    callback_every: Annotated[
        str, typer.Option(help="How often callbacks are posted, by the simulated time: 60s, 5m, 1h; 0 for at once.")
    ] = "0",
    from_recordings: Annotated[
        Path | None,
        typer.Option(help="Answer from a folder of recorded exchanges alone; to any login.", show_default=False),
    ] = None,
    closest_match: Annotated[
        bool,
        typer.Option(
            "--closest-match",
            help="With --from-recordings: fall back to the closest recorded request.",
        ),
    ] = False,
    tls: Annotated[
        TlsMode | None,
        typer.Option(help="Serve https with a certificate made for it (needs the extra tls).", show_default=False),
    ] = None,
    tls_dir: Annotated[
        Path | None,
        typer.Option(
            help="Where a certificate that was made, and its authority, are kept to be used again.", show_default=False
        ),
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option(help="Serve https with this certificate (PEM).", show_default=False)
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(help="The key of the certificate (PEM).", show_default=False)] = None,
    log_level: Annotated[
        LogLevel, typer.Option(help="What is logged; info has a line for every exchange.")
    ] = LogLevel.WARNING,
    log_format: Annotated[
        LogFormat, typer.Option(help="For whom the log on standard error is written.")
    ] = LogFormat.CONSOLE,
) -> None:
    """Serve a DRS until Ctrl-C or SIGTERM.

    A database given with --state keeps sessions, orders, bookings, the numbers given so far, and what callers told of
    locations, SOR codes and operatives; it is set up on first use. The clock and the fault rules in force are kept
    there too, until --clock or --faults say otherwise. In memory all that is lost when the server stops. The profile
    and the seed are never kept.
    """
    given = {name for name in context.params if _source(context, name) == "COMMANDLINE"}
    server_config = ServerConfig(
        host,
        port,
        threads or _threads_for(faults, scenario),
        workers,
        resolve_tls(host, tls, tls_dir, tls_cert, tls_key),
    )
    logs = (log_level, log_format)
    if from_recordings is not None:
        _check_sense(given & _ONLY_WITH_A_SIMULATOR, "leave it out with --from-recordings")
        from drs_simulator.cli.replay import serve_recordings  # noqa: PLC0415 - most servers are none of recordings

        chosen = None if _source(context, "profile") == "DEFAULT" else profile
        serve_recordings(from_recordings, chosen, wsdl_style, seed, server_config, logs, closest=closest_match)
        return
    _check_sense(given & {"closest_match"}, "it goes with --from-recordings")
    if not is_loopback(host) and password == DEFAULT_PASSWORD:
        print_error(f"{host} can be reached from elsewhere. Set a --password other than the default.")
        raise typer.Exit(UNUSABLE)
    if workers > 1:
        _check_workers(state, seed, import_dir)
    set_by_hand = {name for name in context.params if _source(context, name) != "DEFAULT"}
    loaded = resolve_profile(profile, wsdl_style)
    rules = _fault_rules(faults)
    if scenario is not None:
        overlay = resolve_scenario(scenario, profile if "profile" in set_by_hand else None, wsdl_style)
        loaded, rules = overlay.profile, (*overlay.faults, *rules)
        clock = clock if "clock" in set_by_hand else overlay.clock
        password = password if "password" in set_by_hand or overlay.password is None else overlay.password
    settings: dict[str, object] = {
        "profile": loaded,
        "clock": clock,
        "seed": seed,
        "login": login,
        "password": password,
        "host": host,
        "trusted_proxies": trusted_proxies,
        "state": state,
        "faults": rules,
        "journal": journal,
        "admin": admin,
        "admin_token": admin_token,
    }
    # What is wrong with it is told before a server starts. The processes that serve open the state for themselves, and
    # find there what was set for all of them now.
    simulator = Simulator(**settings)  # type: ignore[arg-type]
    simulator.close()
    settings |= callback_settings(callback_url, callback_login, callback_password, callback_every)
    if state != MEMORY:
        settings |= {"clock": SYSTEM, "faults": ()}
    guard = make_guard(host, admin_token, trusted_proxies) if admin else None
    more = {"state": simulator.state} | ({} if import_dir is None else {"imports": str(import_dir)})
    load = partial(load_simulator, settings, import_dir, logs)
    try:
        serve(load, server_config, partial(announce, server_config, simulator, guard, more))
    finally:
        # The workers have ended; the file of an SQLite database now gets what they have written.
        simulator.close()


def _threads_for(faults: str | None, scenario: str | None) -> int:
    """One answers quickest, since threads of Python wait for each other; slow calls must not hold up others."""
    return _QUICKEST if faults is None and scenario is None else _WHERE_CALLS_ARE_SLOW


def _check_workers(state: str, seed: int | None, import_dir: Path | None) -> None:
    """Say why several workers cannot be had."""
    for is_so, why in (
        (state == MEMORY, "each worker would be a DRS of its own: name a database with --state"),
        (seed is not None, "with one --seed all workers would give the same session ids: leave it out"),
        (import_dir is not None, "all workers would watch --import-dir: start one server beside them that does"),
    ):
        if is_so:
            print_error(f"--workers cannot be more than 1 here: {why}.")
            raise typer.Exit(UNUSABLE)


def _fault_rules(file: str | None) -> tuple[FaultRule, ...]:
    if file is None:
        return ()
    from drs_simulator.faults.rules import load_faults  # noqa: PLC0415 - their models take time to come

    return load_faults(file)


def _source(context: typer.Context, name: str) -> str:
    """Where an option's value comes from: COMMANDLINE, ENVIRONMENT, DEFAULT or another of click's names."""
    source = context.get_parameter_source(name)
    return "" if source is None else source.name


def _check_sense(options: Collection[str], remedy: str) -> None:
    """Say which options that were given mean nothing."""
    for name in sorted(options):
        print_error(f"--{name.replace('_', '-')} has no meaning here: {remedy}.")
        raise typer.Exit(UNUSABLE)
