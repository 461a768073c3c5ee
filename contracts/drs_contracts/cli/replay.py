"""The commands ``drs-contracts replay`` and ``drs-contracts drift``: a DRS's answers beside the recorded ones."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, NoReturn, TypeAlias

import typer
from drs_simulator import Simulator
from rich.console import Console

from drs_contracts.driver.messages import Exchange, NoEnvelopeError, request
from drs_contracts.driver.targets import SimulatorTarget, Target, UrlTarget
from drs_contracts.loopback import is_loopback
from drs_contracts.recordings.drift import Difference
from drs_contracts.recordings.drift_report import as_data, as_lines, drifts, lines_of_clauses
from drs_contracts.recordings.recording import Recording, load_recording, replay

_out = Console(soft_wrap=True, highlight=False)
_err = Console(stderr=True, soft_wrap=True, highlight=False)
_DEFAULT_PASSWORD = "drs"  # noqa: S105 - the simulator's documented default
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

_Folder: TypeAlias = Annotated[Path, typer.Argument(help="Folder of the recording.")]
_Against: TypeAlias = Annotated[str | None, typer.Option(help="Address of the DRS; left out with --simulator.")]
_OfSimulator: TypeAlias = Annotated[
    bool, typer.Option("--simulator", help="A simulator in this process, with the recording's profile and clock.")
]
_Login: TypeAlias = Annotated[str, typer.Option(envvar="DRS_LOGIN", help="Login for openSession.")]
_Password: TypeAlias = Annotated[str, typer.Option(envvar="DRS_PASSWORD", help="Its password.", show_default=False)]
_MayTest: TypeAlias = Annotated[
    bool, typer.Option("--i-may-test-this-system", help="Its owner allows to test a DRS that is not on loopback.")
]
_MayWrite: TypeAlias = Annotated[
    bool, typer.Option("--allow-writes", help="Also make orders and bookings in a DRS that is not on loopback.")
]


def replay_command(
    folder: _Folder,
    against: _Against = None,
    simulator: _OfSimulator = False,
    login: _Login = "drs",
    password: _Password = _DEFAULT_PASSWORD,
    i_may_test_this_system: _MayTest = False,
    allow_writes: _MayWrite = False,
) -> None:
    """Send recorded requests anew and compare the answers. Exit code 0: no difference; 1: some; 2: unusable."""
    recording = _loaded(folder)
    target = _target(recording, against, simulator, login, password)
    _check_allowed(target, recording, i_may_test_this_system, allow_writes)
    found = _replayed(recording, target)
    known = drifts(recording, found)
    for name, differences in found.items():
        _out.print(f"{name}: {'no difference' if not differences else 'differs'}", markup=False)
        for each in (each for each in known if each.exchange == name):
            _out.print(f"    {each.difference}{each.ids}", markup=False)
    for line in lines_of_clauses(known):
        _out.print(line, markup=False)
    different = sum(map(bool, found.values()))
    _out.print(f"{len(found)} exchanges, {different} of them different.")
    _end(found)


def drift_command(
    folder: _Folder,
    against: _Against = None,
    simulator: _OfSimulator = False,
    login: _Login = "drs",
    password: _Password = _DEFAULT_PASSWORD,
    i_may_test_this_system: _MayTest = False,
    allow_writes: _MayWrite = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Sum up what a DRS answers otherwise than it was recorded. Exit code 0: no drift; 1: some; 2: unusable."""
    recording = _loaded(folder)
    target = _target(recording, against, simulator, login, password)
    _check_allowed(target, recording, i_may_test_this_system, allow_writes)
    found = _replayed(recording, target)
    known = drifts(recording, found)
    if as_json:
        typer.echo(json.dumps(as_data(recording, known), indent=2))
    else:
        for line in as_lines(recording, known):
            _out.print(line, markup=False)
    _end(found)


def _loaded(folder: Path) -> Recording:
    recording = load_recording(folder)
    if not recording.exchanges:
        _unusable(f"{folder} has no exchanges.")
    return recording


def _target(recording: Recording, against: str | None, simulator: bool, login: str, password: str) -> Target:
    if against is None and simulator:
        return SimulatorTarget(Simulator(recording.profile, clock=recording.clock))
    if against is None or simulator:
        _unusable("Give --against and the address of a DRS, or --simulator.")
    return UrlTarget(against, login, password)


def _check_allowed(target: Target, recording: Recording, may_test: bool, may_write: bool) -> None:
    if not isinstance(target, UrlTarget) or is_loopback(target.url):
        return
    if not may_test:
        _unusable(f"{target.url} is not on this machine. Ask its owner, then add --i-may-test-this-system.")
    writing = sorted({each.operation for each in recording.exchanges} - _READING)
    if writing and not may_write:
        _unusable(f"The recording writes ({', '.join(writing)}). Add --allow-writes if {target.url} may be changed.")


def _replayed(recording: Recording, target: Target) -> dict[str, list[Difference]]:
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


def _end(found: Mapping[str, Sequence[Difference]]) -> None:
    if any(found.values()):
        raise typer.Exit(_DIFFERENT)


def _unusable(text: str) -> NoReturn:
    _err.print(text, markup=False)
    raise typer.Exit(_UNUSABLE)
