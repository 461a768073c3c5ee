"""The command ``drs-simulator serve``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from wsgiref.types import WSGIApplication

from drs_simulator.admin.auth import Guard
from drs_simulator.cli.output import say
from drs_simulator.http.request_log import RequestIds
from drs_simulator.http.servers.granian_server import Listening
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

from drs_simulator.admin.auth import guard_for, is_loopback
from drs_simulator.cli.output import UNUSABLE, complain
from drs_simulator.http.servers.granian_server import serve
from drs_simulator.journal.journal import DEFAULT_ENTRIES
from drs_simulator.simulator import DEFAULT_LOGIN
from drs_simulator.storage.opening import MEMORY

if TYPE_CHECKING:
    from drs_simulator.faults.rules import FaultRule


Logs = tuple[LogLevel, LogFormat]


class TlsSort(StrEnum):
    """What certificate is made."""

    SELF_SIGNED = "self-signed"


class WsdlStyle(StrEnum):
    """In how many files the interface is described."""

    SINGLE = "single"
    CXF = "cxf"


def tls_with(
    host: str, sort: TlsSort | None, folder: Path | None, certificate: Path | None, key: Path | None
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
class Scene:
    """What a scenario sets."""

    profile: Profile
    clock: str
    password: str | None
    faults: tuple[FaultRule, ...]


def scene_of(source: str, profile: str | None, wsdl_style: WsdlStyle | None) -> Scene:
    """What the scenario of that name or file sets, of that installation if one is given.

    Raises:
        ScenarioError: It cannot be used.
    """
    from drs_simulator.scenarios.scenario import load_scenario  # noqa: PLC0415 - its models take time to come

    scenario = load_scenario(source)
    return Scene(
        _styled(scenario.installation(profile), wsdl_style), scenario.clock, scenario.password, scenario.faults
    )


def profile_with(source: str, wsdl_style: WsdlStyle | None) -> Profile:
    """The profile of that name or file, its interface described in that style."""
    return _styled(load_profile(source), wsdl_style)


def _styled(profile: Profile, wsdl_style: WsdlStyle | None) -> Profile:
    if wsdl_style is None:
        return profile
    gateway = profile.gateway.model_copy(update={"wsdl_style": wsdl_style.value})
    return profile.model_copy(update={"gateway": gateway})


def check_receiver(url: str) -> None:
    """Look whether confirmations can be posted to that address.

    Raises:
        ReceiverUrlError: They cannot.
    """
    from drs_simulator.callbacks.http_post import Receiver  # noqa: PLC0415 - most call nobody back

    Receiver(url)


def logged(application: WSGIApplication, logs: Logs) -> WSGIApplication:
    """The application with its log set up; where exchanges are logged, each request has an id."""
    level, form = logs
    set_up_logs(level, form)
    return RequestIds(application) if level in (LogLevel.DEBUG, LogLevel.INFO) else application


def load_simulator(settings: dict[str, object], import_dir: Path | None, logs: Logs) -> WSGIApplication:
    """The application of a simulator with these settings, in the process that serves it."""
    simulator = Simulator(**settings)  # type: ignore[arg-type]
    if import_dir is not None:
        simulator.watch_folder(import_dir)
    return logged(simulator.wsgi, logs)


def announce(
    listening: Listening, simulator: Simulator, guard: Guard | None, more: Mapping[str, str], port: int
) -> None:
    """Say where the simulator can be reached, and how."""
    say(f"DRS simulator: {simulator.profile.title}, clock {simulator.clock}")
    say_addresses(listening, port, simulator.path)
    default = f", password {DEFAULT_PASSWORD}" if simulator.password == DEFAULT_PASSWORD else ""
    say(f"  login     {simulator.login}{default}")
    if guard is not None:
        token = ", with the token" if guard.wants_token else ""
        say(f"  console   {listening.address(port)}/{token}")
        say(f"  admin     {listening.address(port)}/__admin{token}")
    for name, value in more.items():
        say(f"  {name:9} {value}")
    say("Stop it with Ctrl-C.")


def say_addresses(listening: Listening, port: int, path: str) -> None:
    """Where the gateway is, and whom its callers have to trust."""
    address = f"{listening.address(port)}{path}"
    say(f"  endpoint  {address}")
    say(f"  WSDL      {address}?wsdl")
    if listening.tls is not None and listening.tls.ca is not None:
        say(f"  trust     {listening.tls.ca}")


_QUICKEST, _WHERE_CALLS_ARE_SLOW = 1, 32
_ONLY_WITH_A_SIMULATOR = frozenset(
    {
        *("admin", "admin_token", "clock", "confirm_to", "faults", "import_dir"),
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
        str, typer.Option(help="wall, fixed@TIME, shifted@TIME or shifted@DURATION; TIME and DURATION in ISO 8601.")
    ] = "wall",
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
    confirm_to: Annotated[
        str | None,
        typer.Option(
            help="The address of a service that is told when a planner moves or confirms a booking.", show_default=False
        ),
    ] = None,
    from_recordings: Annotated[
        Path | None,
        typer.Option(help="Answer from a folder of recorded exchanges alone; to any login.", show_default=False),
    ] = None,
    nearest: Annotated[
        bool, typer.Option("--nearest", help="With --from-recordings: answer the unrecorded like the nearest recorded.")
    ] = False,
    tls: Annotated[
        TlsSort | None,
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
    listening = Listening(
        host, port, threads or _threads_for(faults, scenario), workers, tls_with(host, tls, tls_dir, tls_cert, tls_key)
    )
    logs = (log_level, log_format)
    if from_recordings is not None:
        _check_sense(given & _ONLY_WITH_A_SIMULATOR, "leave it out with --from-recordings")
        from drs_simulator.cli.replay import serve_recordings  # noqa: PLC0415 - most servers are none of recordings

        chosen = None if _source(context, "profile") == "DEFAULT" else profile
        serve_recordings(from_recordings, chosen, wsdl_style, seed, listening, logs, nearest=nearest)
        return
    _check_sense(given & {"nearest"}, "it goes with --from-recordings")
    if not is_loopback(host) and password == DEFAULT_PASSWORD:
        complain(f"{host} can be reached from elsewhere. Set a --password other than the default.")
        raise typer.Exit(UNUSABLE)
    if workers > 1:
        _check_workers(state, seed, import_dir)
    set_by_hand = {name for name in context.params if _source(context, name) != "DEFAULT"}
    loaded = profile_with(profile, wsdl_style)
    rules = _fault_rules(faults)
    if scenario is not None:
        scene = scene_of(scenario, profile if "profile" in set_by_hand else None, wsdl_style)
        loaded, rules = scene.profile, (*scene.faults, *rules)
        clock = clock if "clock" in set_by_hand else scene.clock
        password = password if "password" in set_by_hand or scene.password is None else scene.password
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
    if confirm_to is not None:
        check_receiver(confirm_to)
    if state != MEMORY:
        settings |= {"clock": "wall", "faults": ()}
    settings["confirm_to"] = confirm_to
    guard = guard_for(host, admin_token, trusted_proxies) if admin else None
    more = {"state": simulator.state} | ({} if import_dir is None else {"imports": str(import_dir)})
    load = partial(load_simulator, settings, import_dir, logs)
    serve(load, listening, partial(announce, listening, simulator, guard, more))


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
            complain(f"--workers cannot be more than 1 here: {why}.")
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
        complain(f"--{name.replace('_', '-')} has no meaning here: {remedy}.")
        raise typer.Exit(UNUSABLE)
