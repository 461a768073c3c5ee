"""``drs-simulator serve --from-recordings``: a DRS that answers from recorded exchanges alone."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from random import Random, SystemRandom
from wsgiref.types import WSGIApplication

from drs_simulator.cli.printing import say
from drs_simulator.cli.serving import WsdlStyle, profile_with, say_addresses
from drs_simulator.endpoint.app import service_path
from drs_simulator.endpoint.recorded import recorded_endpoint
from drs_simulator.endpoint.recording_folder import RecordingFolder, read_recording
from drs_simulator.endpoint.server import serve
from drs_simulator.profile import Profile


def serve_recordings(
    folder: Path,
    profile: str | None,
    wsdl_style: WsdlStyle | None,
    seed: int | None,
    host: str,
    port: int,
    *,
    threads: int,
    nearest: bool,
) -> None:
    """Serve the recordings of a folder until Ctrl-C or SIGTERM.

    Args:
        folder: The recordings.
        profile: The installation that they are answered for; ``None`` for the one that they name.
        wsdl_style: See ``serve``.
        seed: Makes new session ids repeatable.
        host: The address to listen on.
        port: The port, 0 for a free one.
        threads: How many requests are worked on at a time.
        nearest: Whether to answer the unrecorded like the nearest recorded.

    Raises:
        RecordingFolderError: The folder cannot be used.
        ProfileError: The profile cannot be used.
        PortTakenError: Somebody else listens there.
    """
    recording = read_recording(folder)
    loaded = profile_with(profile or recording.profile, wsdl_style)
    load = partial(_load, recording, loaded, seed, nearest=nearest)
    serve(load, host, port, threads=threads, when_up=partial(_announce, host, loaded, recording))


def _load(recording: RecordingFolder, profile: Profile, seed: int | None, *, nearest: bool) -> WSGIApplication:
    random = SystemRandom() if seed is None else Random(seed)  # noqa: S311 - repeatable on purpose
    return recorded_endpoint(recording, profile, random, nearest=nearest)


def _announce(host: str, profile: Profile, recording: RecordingFolder, port: int) -> None:
    say(f"DRS from recordings: {recording.title}, {len(recording.exchanges)} exchanges")
    say_addresses(host, port, service_path(profile))
    say("  login     any")
    say("Stop it with Ctrl-C.")
