"""The commands ``drs-contracts replay`` and ``drs-contracts drift``: a DRS's answers beside the recorded ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, TypeAlias

import typer
from drs_simulator import Simulator

from drs_contracts.cli.options import (
    DEFAULT_PASSWORD,
    AllowWrites,
    Authorized,
    HtmlReport,
    InProcess,
    Json,
    Login,
    OldAuthorized,
    Password,
    Url,
)
from drs_contracts.cli.output import (
    ExitCode,
    UsageError,
    check_authorized,
    choose_one,
    echo,
    echo_json,
    exit_with,
    find_target,
)
from drs_contracts.driver.messages import Exchange, NoEnvelopeError, request
from drs_contracts.driver.targets import SimulatorTarget, Target, UnreachableError, UrlTarget, is_loopback
from drs_contracts.recordings.drift_report import Drift, find_drift, format_clauses, format_drift, to_data, to_html
from drs_contracts.recordings.recording import Recording, load_recording, replay
from drs_contracts.reports import write_report

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

_Folder: TypeAlias = Annotated[Path, typer.Argument(help="Folder of the recording.", metavar="FOLDER")]
_OldAgainst: TypeAlias = Annotated[str | None, typer.Option("--against", hidden=True)]


def replay_command(
    folder: _Folder,
    url: Url = None,
    simulator: InProcess = False,
    login: Login = "drs",
    password: Password = DEFAULT_PASSWORD,
    authorized: Authorized = False,
    allow_writes: AllowWrites = False,
    as_json: Json = False,
    html_file: HtmlReport = None,
    against: _OldAgainst = None,
    old_authorized: OldAuthorized = False,
) -> None:
    """Send recorded requests again, and list every difference of the answers.

    Exit codes: 0 no difference; 1 some; 2 the recording could not be replayed.
    """
    recording = _load(folder)
    target = _find_target(recording, choose_url(url, against), simulator, login, password)
    found = _compare(recording, target, authorized or old_authorized, allow_writes)
    _report(recording, found, "replay", _format_replay, html_file, as_json=as_json)


def drift_command(
    folder: _Folder,
    url: Url = None,
    simulator: InProcess = False,
    login: Login = "drs",
    password: Password = DEFAULT_PASSWORD,
    authorized: Authorized = False,
    allow_writes: AllowWrites = False,
    as_json: Json = False,
    html_file: HtmlReport = None,
    against: _OldAgainst = None,
    old_authorized: OldAuthorized = False,
) -> None:
    """Send recorded requests again, and summarise what a DRS now answers differently.

    Exit codes: 0 no drift; 1 some; 2 the recording could not be replayed.
    """
    recording = _load(folder)
    target = _find_target(recording, choose_url(url, against), simulator, login, password)
    found = _compare(recording, target, authorized or old_authorized, allow_writes)
    _report(recording, found, "drift", format_drift, html_file, as_json=as_json)


def choose_url(url: str | None, against: str | None) -> str | None:
    """Take the address from the argument, or from the option of earlier versions."""
    return choose_one(url, against, "--against URL", "the argument URL")


def _load(folder: Path) -> Recording:
    recording = load_recording(folder)
    if not recording.exchanges:
        raise UsageError(f"{folder} has no exchanges.", "They are named NN-operation.request.xml.")
    return recording


def _find_target(recording: Recording, url: str | None, simulator: bool, login: str, password: str) -> Target:
    target = find_target(url, simulator, login, password)
    return SimulatorTarget(Simulator(recording.profile, clock=recording.clock)) if target is None else target


def _check_allowed(target: Target, recording: Recording, authorized: bool, may_write: bool) -> None:
    if not isinstance(target, UrlTarget):
        return
    check_authorized(target.url, authorized)
    writing = sorted({each.operation for each in recording.exchanges} - _READING)
    if writing and not may_write and not is_loopback(target.url):
        raise UsageError(
            f"The recording writes ({', '.join(writing)}).", f"Add --allow-writes if {target.url} may be changed."
        )


def _replay(recording: Recording, target: Target) -> list[Drift]:
    """Replay in a session for those exchanges whose own was opened before the recording began."""
    session_id = _open_session(target)
    try:
        found = replay(recording, target, session_id)
    finally:
        with suppress(UnreachableError):
            target.post(request("closeSession", {"sessionId": session_id}))
    return find_drift(recording, found)


def _open_session(target: Target) -> str:
    sent = request("openSession", {"login": target.login, "password": target.password})
    opened = Exchange("openSession", sent, target.post(sent))
    try:
        session_id = opened.text("sessionId")
        told = opened.fault or opened.text("errorMsg") or "no reason is given"
    except NoEnvelopeError as error:
        raise UsageError(f"What answers is not a DRS: {error}") from None
    if not session_id:
        raise UsageError(f"No session is opened: {told}.", "Are --login and --password right?")
    return session_id


def _compare(recording: Recording, target: Target, authorized: bool, may_write: bool) -> list[Drift]:
    """Send the recorded requests again and return what differs."""
    _check_allowed(target, recording, authorized, may_write)
    return _replay(recording, target)


def _report(
    recording: Recording,
    found: Sequence[Drift],
    command: str,
    format_lines: Callable[[Recording, Sequence[Drift]], Iterator[str]],
    html_file: Path | None,
    *,
    as_json: bool,
) -> None:
    """Print what differs and write it to the file that was named; exit code 1 if something does."""
    if html_file is not None:
        write_report(html_file, to_html(recording, found, command))
    if as_json:
        echo_json(to_data(recording, found))
    else:
        for line in format_lines(recording, found):
            echo(line)
    if found:
        exit_with(ExitCode.FAILED)


def _format_replay(recording: Recording, found: Sequence[Drift]) -> Iterator[str]:
    for exchange in recording.exchanges:
        own = [each for each in found if each.exchange == exchange.name]
        yield f"{exchange.name}: {'differs' if own else 'no difference'}"
        yield from (f"    {each.difference}{each.ids}" for each in own)
    yield from format_clauses(found)
    different = len({each.exchange for each in found})
    yield f"{len(recording.exchanges)} exchanges, {different} of them different."
