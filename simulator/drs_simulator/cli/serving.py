"""``drs-simulator serve``: a DRS on its own, until it is stopped."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from wsgiref.types import WSGIApplication

import typer

from drs_simulator.cli.printing import UNUSABLE, complain, say
from drs_simulator.endpoint.admin_guard import Guard, guard_for, is_loopback
from drs_simulator.endpoint.journal import DEFAULT_ENTRIES
from drs_simulator.endpoint.server import serve
from drs_simulator.profile import Profile
from drs_simulator.profile_file import load_profile
from drs_simulator.simulator import DEFAULT_LOGIN, DEFAULT_PASSWORD, Simulator
from drs_simulator.state.opening import MEMORY, store_from

if TYPE_CHECKING:
    from drs_simulator.endpoint.faults import FaultRule

_ONLY_WITH_A_SIMULATOR = frozenset(
    {"admin", "admin_token", "clock", "import_dir", "login", "password", "state", "trusted_proxies"}
)


class WsdlStyle(StrEnum):
    """In how many files the interface is described."""

    SINGLE = "single"
    CXF = "cxf"


def serve_command(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.", envvar="DRS_HOST")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 for a free one.", min=0, max=65535, envvar="DRS_PORT")] = 8080,
    profile: Annotated[str, typer.Option(help="A profile's name or TOML file.", envvar="DRS_PROFILE")] = "lincoln",
    login: Annotated[str, typer.Option(help="Login that openSession lets in.", envvar="DRS_LOGIN")] = DEFAULT_LOGIN,
    password: Annotated[
        str, typer.Option(help="Its password.", envvar="DRS_PASSWORD", show_default=False)
    ] = DEFAULT_PASSWORD,
    clock: Annotated[
        str,
        typer.Option(
            help="wall, fixed@TIME, shifted@TIME or shifted@DURATION; TIME and DURATION in ISO 8601.",
            envvar="DRS_CLOCK",
        ),
    ] = "wall",
    seed: Annotated[
        int | None, typer.Option(help="Makes ids and tokens repeatable.", envvar="DRS_SEED", show_default=False)
    ] = None,
    wsdl_style: Annotated[
        WsdlStyle | None,
        typer.Option(help="The WSDL in one file, or in two as CXF splits it.", envvar="DRS_WSDL_STYLE"),
    ] = None,
    trusted_proxies: Annotated[
        int,
        typer.Option(help="Proxies before this server whose X-Forwarded headers count.", min=0, max=8),
    ] = 0,
    faults: Annotated[
        str | None,
        typer.Option(help="A TOML file of fault rules: what goes wrong with calls.", envvar="DRS_FAULTS"),
    ] = None,
    journal: Annotated[
        int, typer.Option(help="Exchanges kept to be looked at; 0 for none.", min=0, envvar="DRS_JOURNAL")
    ] = DEFAULT_ENTRIES,
    threads: Annotated[int, typer.Option(help="Requests worked on at a time.", min=1, envvar="DRS_THREADS")] = 2,
    admin: Annotated[
        bool, typer.Option(help="The admin interface under /__admin; on loopback, or with a token.", envvar="DRS_ADMIN")
    ] = True,
    admin_token: Annotated[
        str | None,
        typer.Option(
            help="What callers of the admin interface must show.", envvar="DRS_ADMIN_TOKEN", show_default=False
        ),
    ] = None,
    import_dir: Annotated[
        Path | None,
        typer.Option(
            help="A folder that is watched for the housing system's flat files.",
            envvar="DRS_IMPORT_DIR",
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
            help="Where state is kept: memory, sqlite:///drs.db or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE.",
            envvar="DRS_STATE",
        ),
    ] = MEMORY,
    from_recordings: Annotated[
        Path | None,
        typer.Option(help="Answer from a folder of recorded exchanges alone; to any login.", show_default=False),
    ] = None,
    nearest: Annotated[
        bool, typer.Option("--nearest", help="With --from-recordings: answer the unrecorded like the nearest recorded.")
    ] = False,
) -> None:
    """Serve a DRS until Ctrl-C or SIGTERM.

    A database given with --state keeps sessions, orders, bookings, the numbers given so far, and what callers told of
    locations, SOR codes and operatives; it is set up on first use. In memory all that is lost when the server stops.
    The profile, a clock that was moved and the seed are never kept.
    """
    given = {name for name in context.params if _source(context, name) == "COMMANDLINE"}
    if from_recordings is not None:
        _check_sense(given & _ONLY_WITH_A_SIMULATOR, "leave it out with --from-recordings")
        from drs_simulator.cli.recorded import serve_recordings  # noqa: PLC0415 - most servers are none of recordings

        chosen = None if _source(context, "profile") == "DEFAULT" else profile
        serve_recordings(from_recordings, chosen, wsdl_style, seed, host, port, threads=threads, nearest=nearest)
        return
    _check_sense(given & {"nearest"}, "it goes with --from-recordings")
    if not is_loopback(host) and password == DEFAULT_PASSWORD:
        complain(f"{host} can be reached from elsewhere. Set a --password other than the default.")
        raise typer.Exit(UNUSABLE)
    loaded = profile_with(profile, wsdl_style)
    settings: dict[str, object] = {
        "profile": loaded,
        "clock": clock,
        "seed": seed,
        "login": login,
        "password": password,
        "host": host,
        "trusted_proxies": trusted_proxies,
        "state": state,
        "faults": _fault_rules(faults),
        "journal": journal,
        "admin": admin,
        "admin_token": admin_token,
    }
    # What is wrong with it is told before a server starts. The process that serves opens it for itself.
    store = store_from(state)
    store.close()
    simulator = Simulator(loaded, clock=clock, seed=seed, login=login, password=password)
    guard = guard_for(host, admin_token, trusted_proxies) if admin else None
    more = {"state": str(store)} | ({} if import_dir is None else {"imports": str(import_dir)})
    load = partial(_load, settings, import_dir)
    serve(load, host, port, threads=threads, when_up=partial(_announce, host, simulator, guard, more))


def _fault_rules(file: str | None) -> tuple[FaultRule, ...]:
    if file is None:
        return ()
    from drs_simulator.endpoint.faults import load_faults  # noqa: PLC0415 - their models take time to come

    return load_faults(file)


def profile_with(source: str, wsdl_style: WsdlStyle | None) -> Profile:
    """The profile of that name or file, its interface described in that style."""
    loaded = load_profile(source)
    if wsdl_style is None:
        return loaded
    gateway = loaded.gateway.model_copy(update={"wsdl_style": wsdl_style.value})
    return loaded.model_copy(update={"gateway": gateway})


def _source(context: typer.Context, name: str) -> str:
    """Where an option's value comes from: COMMANDLINE, ENVIRONMENT, DEFAULT or another of click's names."""
    source = context.get_parameter_source(name)
    return "" if source is None else source.name


def _check_sense(options: Collection[str], remedy: str) -> None:
    """Say which options that were given mean nothing."""
    for name in sorted(options):
        complain(f"--{name.replace('_', '-')} has no meaning here: {remedy}.")
        raise typer.Exit(UNUSABLE)


def _load(settings: dict[str, object], import_dir: Path | None) -> WSGIApplication:
    simulator = Simulator(**settings)  # type: ignore[arg-type]
    if import_dir is not None:
        simulator.watch_folder(import_dir)
    return simulator.wsgi


def _announce(host: str, simulator: Simulator, guard: Guard | None, more: Mapping[str, str], port: int) -> None:
    say(f"DRS simulator: {simulator.profile.title}, clock {simulator.clock}")
    say_addresses(host, port, simulator.path)
    default = f", password {DEFAULT_PASSWORD}" if simulator.password == DEFAULT_PASSWORD else ""
    say(f"  login     {simulator.login}{default}")
    if guard is not None:
        token = ", with the token" if guard.wants_token else ""
        say(f"  admin     {_server(host, port)}/__admin{token}")
    for name, value in more.items():
        say(f"  {name:9} {value}")
    say("Stop it with Ctrl-C.")


def say_addresses(host: str, port: int, path: str) -> None:
    """Where the gateway is."""
    address = f"{_server(host, port)}{path}"
    say(f"  endpoint  {address}")
    say(f"  WSDL      {address}?wsdl")


def _server(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
