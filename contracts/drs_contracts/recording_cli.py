"""The commands ``drs-contracts record`` and ``drs-contracts replay``."""

from __future__ import annotations

import signal
from pathlib import Path
from threading import Event
from typing import Annotated, NoReturn

import typer
from drs_simulator import Simulator
from rich.console import Console

from drs_contracts.loopback import is_loopback
from drs_contracts.message import Exchange, NoEnvelopeError, request
from drs_contracts.recorder import Recorder, RecordingServer
from drs_contracts.recording import Recording, load_recording, replay
from drs_contracts.target import SimulatorTarget, Target, UrlTarget

_out = Console(soft_wrap=True, highlight=False)
_err = Console(stderr=True, soft_wrap=True, highlight=False)
_DEFAULT_PASSWORD = "drs"  # noqa: S105 - the simulator's documented default
_LOOK_EVERY_SECONDS = 0.1
_DIFFERENT = 1
_UNUSABLE = 2
_READING = frozenset(
    {
        "checkAvailability",
        "closeSession",
        "getSchedule",
        "openSession",
        "selectAlerts",
        "selectBooking",
        "selectMetaData",
        "selectOrder",
        "selectResource",
    }
)


def record_command(
    upstream: Annotated[str, typer.Option(help="Address of the DRS to pass calls on to.")],
    into: Annotated[Path, typer.Option(help="Folder to write into, new or empty.")],
    port: Annotated[int, typer.Option(help="Port to listen on; 0 for a free one.", min=0, max=65535)] = 0,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    seed: Annotated[int, typer.Option(help="Makes the stand-ins repeatable.")] = 0,
    profile: Annotated[str, typer.Option(help="The profile to replay with.")] = "lincoln",
    clock: Annotated[
        str | None, typer.Option(help="The simulator's clock to replay with; the time of now.", show_default=False)
    ] = None,
) -> None:
    """Record what passes between a caller and a DRS, redacted, until Ctrl-C or SIGTERM."""
    stop = Event()
    recorder = Recorder(upstream, into, seed=seed, profile=profile, clock=clock)
    with RecordingServer(recorder, host, port) as server:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        _out.print(f"Recording into {into}. Point the client at {server.url}", markup=False)
        _out.print("Stop it with Ctrl-C.")
        # On Windows a wait without an end is not interrupted by Ctrl-C.
        while not stop.wait(_LOOK_EVERY_SECONDS):
            pass
    for reason in recorder.writer.left_out:
        _err.print(f"left out: {reason}", markup=False)
    _out.print(f"{recorder.writer.written} exchanges written into {into}.", markup=False)


def replay_command(
    folder: Annotated[Path, typer.Argument(help="Folder of the recording.")],
    against: Annotated[str | None, typer.Option(help="Address of the DRS; left out with --simulator.")] = None,
    simulator: Annotated[
        bool, typer.Option("--simulator", help="A simulator in this process, with the recording's profile and clock.")
    ] = False,
    login: Annotated[str, typer.Option(envvar="DRS_LOGIN", help="Login for openSession.")] = "drs",
    password: Annotated[
        str, typer.Option(envvar="DRS_PASSWORD", help="Its password.", show_default=False)
    ] = _DEFAULT_PASSWORD,
    i_may_test_this_system: Annotated[
        bool, typer.Option("--i-may-test-this-system", help="Its owner allows to test a DRS that is not on loopback.")
    ] = False,
    allow_writes: Annotated[
        bool, typer.Option("--allow-writes", help="Also make orders and bookings in a DRS that is not on loopback.")
    ] = False,
) -> None:
    """Send recorded requests anew and compare the answers. Exit code 0: no difference; 1: some; 2: unusable."""
    if simulator == (against is not None):
        _unusable("Give --against and the address of a DRS, or --simulator.")
    recording = load_recording(folder)
    if not recording.exchanges:
        _unusable(f"{folder} has no exchanges.")
    target: Target
    if against is None:
        target = SimulatorTarget(Simulator(recording.profile, clock=recording.clock))
    else:
        if not is_loopback(against):
            _check_allowed(against, recording, i_may_test_this_system, allow_writes)
        target = UrlTarget(against, login, password)
    found = _replayed(recording, target)
    for name, differences in found.items():
        _out.print(f"{name}: {'no difference' if not differences else 'differs'}", markup=False)
        for difference in differences:
            _out.print(f"    {difference}", markup=False)
    different = sum(map(bool, found.values()))
    _out.print(f"{len(found)} exchanges, {different} of them different.")
    if different:
        raise typer.Exit(_DIFFERENT)


def _check_allowed(url: str, recording: Recording, may_test: bool, may_write: bool) -> None:
    if not may_test:
        _unusable(f"{url} is not on this machine. Ask its owner, then add --i-may-test-this-system.")
    writing = sorted({each.operation for each in recording.exchanges} - _READING)
    if writing and not may_write:
        _unusable(f"The recording writes ({', '.join(writing)}). Add --allow-writes if {url} may be changed.")


def _replayed(recording: Recording, target: Target) -> dict[str, list[str]]:
    """Replay in a session for those exchanges whose own was opened before the recording began."""
    session_id = _opened_session(target)
    try:
        return replay(recording, target, session_id)
    finally:
        target.post(request("closeSession", {"sessionId": session_id}))


def _opened_session(target: Target) -> str:
    sent = request("openSession", {"login": target.login, "password": target.password})
    opened = Exchange("openSession", sent, target.post(sent))
    try:
        session_id = opened.text("sessionId")
        told = opened.fault or opened.text("errorMsg") or "no reason is given"
    except NoEnvelopeError as error:
        _unusable(f"What answers is no DRS: {error}")
    if not session_id:
        _unusable(f"No session is opened: {told}. Are --login and --password right?")
    return session_id


def _unusable(text: str) -> NoReturn:
    _err.print(text, markup=False)
    raise typer.Exit(_UNUSABLE)
