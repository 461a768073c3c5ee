"""``drs-simulator serve``: a DRS on its own, until it is stopped."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drs_simulator.cli.printing import UNUSABLE, complain
from drs_simulator.cli.starting import (
    TlsSort,
    WsdlStyle,
    announce,
    check_receiver,
    load_simulator,
    profile_with,
    scene_of,
    tls_with,
)
from drs_simulator.endpoint.admin_guard import guard_for, is_loopback
from drs_simulator.endpoint.journal import DEFAULT_ENTRIES
from drs_simulator.endpoint.server import Listening, serve
from drs_simulator.logs import LogFormat, LogLevel
from drs_simulator.simulator import DEFAULT_LOGIN, DEFAULT_PASSWORD, Simulator
from drs_simulator.state.opening import MEMORY

if TYPE_CHECKING:
    from drs_simulator.endpoint.faults import FaultRule

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
        from drs_simulator.cli.recorded import serve_recordings  # noqa: PLC0415 - most servers are none of recordings

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
    from drs_simulator.endpoint.faults import load_faults  # noqa: PLC0415 - their models take time to come

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
