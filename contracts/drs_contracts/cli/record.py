"""The command ``drs-contracts record``."""

from __future__ import annotations

import signal
from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from drs_contracts.cli.options import Json
from drs_contracts.cli.output import UsageError, choose_one, echo, echo_error, echo_json
from drs_contracts.recordings.recorder import Recorder, RecordingServer

_LOOK_EVERY_SECONDS = 0.1


def record_command(
    url: Annotated[
        str | None, typer.Argument(help="Address of the DRS to pass calls on to.", metavar="URL", show_default=False)
    ] = None,
    into: Annotated[Path | None, typer.Option(help="Folder to write to, new or empty.", show_default=False)] = None,
    port: Annotated[int, typer.Option(help="Port to listen on; 0 for a free one.", min=0, max=65535)] = 0,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    seed: Annotated[int, typer.Option(help="Seed for the pseudonyms.")] = 0,
    profile: Annotated[str, typer.Option(help="Profile of the installation; its words are not redacted.")] = "lincoln",
    clock: Annotated[
        str | None,
        typer.Option(help="Clock of the simulator to replay with; now if not given.", show_default=False),
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(help="Word of the installation that need not be redacted. Repeatable.", show_default=False),
    ] = None,
    as_json: Json = False,
    upstream: Annotated[str | None, typer.Option(hidden=True)] = None,
) -> None:
    """Record the calls between a caller and a DRS, redacted, until Ctrl-C or SIGTERM."""
    url = choose_one(url, upstream, "--upstream", "the argument URL")
    if url is None or into is None:
        raise UsageError("Give the address of the DRS to pass calls on to, and a folder with --into.")
    say = echo_error if as_json else echo
    stop = Event()
    recorder = Recorder(url, into, seed=seed, profile=profile, clock=clock, keep=keep or ())
    with RecordingServer(recorder, host, port) as server:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        say(f"Recording into {into}. Point the client at {server.url}")
        say("Stop it with Ctrl-C.")
        # On Windows a wait without an end is not interrupted by Ctrl-C.
        while not stop.wait(_LOOK_EVERY_SECONDS):
            pass
    for reason in recorder.writer.left_out:
        echo_error(f"left out: {reason}")
    more = recorder.writer.left_out_count - len(recorder.writer.left_out)
    if more:
        echo_error(f"left out: {more} more")
    if as_json:
        echo_json({"folder": str(into), "written": recorder.writer.written, "left_out": recorder.writer.left_out})
    else:
        echo(f"{recorder.writer.written} exchanges written into {into}.")
