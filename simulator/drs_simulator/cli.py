"""The command ``drs-simulator``: serve a DRS, and look into profiles and the housing system's files."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import partial
from pathlib import Path
from random import Random, SystemRandom
from typing import Annotated
from wsgiref.types import WSGIApplication

import typer
from rich.console import Console
from rich.table import Table

from drs_simulator.clock import ClockError
from drs_simulator.endpoint.admin_guard import Guard, guard_for, is_loopback
from drs_simulator.endpoint.app import service_path
from drs_simulator.endpoint.faults import FaultFileError, load_faults
from drs_simulator.endpoint.journal import DEFAULT_ENTRIES
from drs_simulator.endpoint.recorded import recorded_endpoint
from drs_simulator.endpoint.recording_folder import RecordingFolder, RecordingFolderError, read_recording
from drs_simulator.endpoint.server import PortTakenError, serve
from drs_simulator.feeds.records import HousingFileError
from drs_simulator.profile import Profile
from drs_simulator.profile_file import ProfileError, load_profile, profile_names
from drs_simulator.simulator import DEFAULT_LOGIN, DEFAULT_PASSWORD, Simulator
from drs_simulator.state.errors import StateError
from drs_simulator.state.opening import MEMORY, store_from

app = typer.Typer(
    help="A simulator of DRS, the Dynamic Resource Scheduler.", no_args_is_help=True, pretty_exceptions_enable=False
)
profile_app = typer.Typer(help="Profiles: what an installation of DRS is set up with.", no_args_is_help=True)
app.add_typer(profile_app, name="profile")
_out = Console(soft_wrap=True, highlight=False)
_err = Console(stderr=True, soft_wrap=True, highlight=False)
_UNUSABLE = 2
_ONLY_WITH_A_SIMULATOR = frozenset(
    {"admin", "admin_token", "clock", "import_dir", "login", "password", "state", "trusted_proxies"}
)


class WsdlStyle(StrEnum):
    """In how many files the interface is described."""

    SINGLE = "single"
    CXF = "cxf"


def main() -> None:
    """Run the command; what cannot be used is told in a line, with exit code 2."""
    try:
        app()
    except (
        ProfileError,
        ClockError,
        FaultFileError,
        PortTakenError,
        StateError,
        RecordingFolderError,
    ) as error:
        _err.print(str(error), markup=False)
        raise SystemExit(_UNUSABLE) from None


@app.command("serve")
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
        recording = read_recording(from_recordings)
        chosen = recording.profile if _source(context, "profile") == "DEFAULT" else profile
        loaded = _profile(chosen, wsdl_style)
        load_recorded = partial(_load_recorded, recording, loaded, seed, nearest=nearest)
        announce = partial(_announce_recorded, host, loaded, recording)
        serve(load_recorded, host, port, threads=threads, when_up=announce)
        return
    _check_sense(given & {"nearest"}, "it goes with --from-recordings")
    if not is_loopback(host) and password == DEFAULT_PASSWORD:
        _err.print(f"{host} can be reached from elsewhere. Set a --password other than the default.", markup=False)
        raise typer.Exit(_UNUSABLE)
    loaded = _profile(profile, wsdl_style)
    settings: dict[str, object] = {
        "profile": loaded,
        "clock": clock,
        "seed": seed,
        "login": login,
        "password": password,
        "host": host,
        "trusted_proxies": trusted_proxies,
        "state": state,
        "faults": () if faults is None else load_faults(faults),
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


@app.command("check-file")
def check_file(
    file: Annotated[Path, typer.Argument(help="A flat file of the housing system.", exists=True, dir_okay=False)],
    profile: Annotated[
        str, typer.Option(help="The profile of the DRS that it is for.", envvar="DRS_PROFILE")
    ] = "lincoln",
) -> None:
    """Say what is wrong with a flat file of the housing system, at which line and field. Exit code 2 if anything is."""
    try:
        Simulator(profile).import_file(file)
    except HousingFileError as error:
        _err.print(f"{file} cannot be imported:\n  {error}", markup=False)
        raise typer.Exit(_UNUSABLE) from None
    _out.print(f"{file} is in order.", markup=False)


@profile_app.command("list")
def profile_list() -> None:
    """The profiles that come with the simulator."""
    table = Table("name", "installation", "cap", "slots", box=None)
    for name in profile_names():
        profile = load_profile(name)
        hours = ", ".join(f"{slot.begin:%H:%M}-{slot.end:%H:%M}" for slot in profile.availability.slots)
        table.add_row(name, profile.title, f"{profile.availability.day_cap} days", hours)
    _out.print(table)


@profile_app.command("check")
def profile_check(file: Annotated[str, typer.Argument(help="A TOML file, or a profile's name.")]) -> None:
    """Say what is wrong with a profile, and at which key. Exit code 2 if anything is."""
    profile = load_profile(file)
    _out.print(
        f"{file} is in order: {profile.title}, {len(profile.operatives)} operatives, {len(profile.sor_codes)} SOR "
        f"codes, {len(profile.locations)} locations.",
        markup=False,
    )


@profile_app.command("evidence")
def profile_evidence(name: Annotated[str, typer.Argument(help="A profile's name, or a TOML file.")]) -> None:
    """How each setting of a profile is known."""
    table = Table("setting", "evidence", box=None)
    for key, evidence in load_profile(name).evidence.items():
        table.add_row(key, evidence)
    _out.print(table)


def _profile(source: str, wsdl_style: WsdlStyle | None) -> Profile:
    loaded = load_profile(source)
    if wsdl_style is None:
        return loaded
    gateway = loaded.gateway.model_copy(update={"wsdl_style": wsdl_style.value})
    return loaded.model_copy(update={"gateway": gateway})


def _load_recorded(recording: RecordingFolder, profile: Profile, seed: int | None, *, nearest: bool) -> WSGIApplication:
    random = SystemRandom() if seed is None else Random(seed)  # noqa: S311 - repeatable on purpose
    return recorded_endpoint(recording, profile, random, nearest=nearest)


def _source(context: typer.Context, name: str) -> str:
    """Where an option's value comes from: COMMANDLINE, ENVIRONMENT, DEFAULT or another of click's names."""
    source = context.get_parameter_source(name)
    return "" if source is None else source.name


def _check_sense(options: Collection[str], remedy: str) -> None:
    """Say which options that were given mean nothing."""
    for name in sorted(options):
        _err.print(f"--{name.replace('_', '-')} has no meaning here: {remedy}.", markup=False)
        raise typer.Exit(_UNUSABLE)


def _load(settings: dict[str, object], import_dir: Path | None) -> WSGIApplication:
    simulator = Simulator(**settings)  # type: ignore[arg-type]
    if import_dir is not None:
        simulator.watch_folder(import_dir)
    return simulator.wsgi


def _announce(host: str, simulator: Simulator, guard: Guard | None, more: Mapping[str, str], port: int) -> None:
    _out.print(f"DRS simulator: {simulator.profile.title}, clock {simulator.clock}", markup=False)
    _print_addresses(host, port, simulator.path)
    default = f", password {DEFAULT_PASSWORD}" if simulator.password == DEFAULT_PASSWORD else ""
    _out.print(f"  login     {simulator.login}{default}", markup=False)
    if guard is not None:
        token = ", with the token" if guard.wants_token else ""
        _out.print(f"  admin     {_server(host, port)}/__admin{token}", markup=False)
    for name, value in more.items():
        _out.print(f"  {name:9} {value}", markup=False)
    _out.print("Stop it with Ctrl-C.", markup=False)


def _announce_recorded(host: str, profile: Profile, recording: RecordingFolder, port: int) -> None:
    _out.print(f"DRS from recordings: {recording.title}, {len(recording.exchanges)} exchanges", markup=False)
    _print_addresses(host, port, service_path(profile))
    _out.print("  login     any", markup=False)
    _out.print("Stop it with Ctrl-C.", markup=False)


def _print_addresses(host: str, port: int, path: str) -> None:
    address = f"{_server(host, port)}{path}"
    _out.print(f"  endpoint  {address}", markup=False)
    _out.print(f"  WSDL      {address}?wsdl", markup=False)


def _server(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
