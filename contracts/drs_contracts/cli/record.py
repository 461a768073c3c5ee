"""The command ``drs-contracts record``."""

from __future__ import annotations

import signal
from pathlib import Path
from threading import Event
from typing import Annotated

import typer
from rich.console import Console

from drs_contracts.recordings.recorder import Recorder, RecordingServer

_out = Console(soft_wrap=True, highlight=False)
_err = Console(stderr=True, soft_wrap=True, highlight=False)
_LOOK_EVERY_SECONDS = 0.1


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
