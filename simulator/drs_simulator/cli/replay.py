"""``drs-simulator serve --from-recordings``: a DRS that answers from recorded exchanges alone."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from random import Random, SystemRandom
from wsgiref.types import WSGIApplication

from drs_simulator.cli.output import say
from drs_simulator.cli.serve import Logs, WsdlStyle, logged, profile_with, say_addresses
from drs_simulator.http.app import service_path
from drs_simulator.http.servers.granian_server import Listening, serve
from drs_simulator.profile.model import Profile
from drs_simulator.replay.recorded_drs import recorded_endpoint
from drs_simulator.replay.recording_folder import RecordingFolder, read_recording


def serve_recordings(
    folder: Path,
    profile: str | None,
    wsdl_style: WsdlStyle | None,
    seed: int | None,
    listening: Listening,
    logs: Logs,
    *,
    nearest: bool,
) -> None:
    """Serve the recordings of a folder until Ctrl-C or SIGTERM.

    Args:
        folder: The recordings.
        profile: The installation that they are answered for; ``None`` for the one that they name.
        wsdl_style: See ``serve``.
        seed: Makes new session ids repeatable.
        listening: Where and how to listen.
        logs: What is logged, and how.
        nearest: Whether to answer the unrecorded like the nearest recorded.

    Raises:
        RecordingFolderError: The folder cannot be used.
        ProfileError: The profile cannot be used.
        PortTakenError: Somebody else listens there.
    """
    recording = read_recording(folder)
    loaded = profile_with(profile or recording.profile, wsdl_style)
    load = partial(_load, recording, loaded, seed, logs, nearest=nearest)
    serve(load, listening, partial(_announce, listening, loaded, recording))


def _load(
    recording: RecordingFolder, profile: Profile, seed: int | None, logs: Logs, *, nearest: bool
) -> WSGIApplication:
    random = SystemRandom() if seed is None else Random(seed)  # noqa: S311 - repeatable on purpose
    return logged(recorded_endpoint(recording, profile, random, nearest=nearest), logs)


def _announce(listening: Listening, profile: Profile, recording: RecordingFolder, port: int) -> None:
    say(f"DRS from recordings: {recording.title}, {len(recording.exchanges)} exchanges")
    say_addresses(listening, port, service_path(profile))
    say("  login     any")
    say("Stop it with Ctrl-C.")
