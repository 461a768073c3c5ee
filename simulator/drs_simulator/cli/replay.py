"""``drs-simulator serve --from-recordings``: a DRS that answers from recorded exchanges alone."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from random import Random, SystemRandom
from wsgiref.types import WSGIApplication

from drs_simulator.cli.output import echo
from drs_simulator.cli.serve import Logs, WsdlStyle, print_addresses, resolve_profile, with_logging
from drs_simulator.http.app import service_path
from drs_simulator.http.servers.granian_server import ServerConfig, serve
from drs_simulator.profile.model import Profile
from drs_simulator.replay.gateway import replay_application
from drs_simulator.replay.recording import Recording, load_recording


def serve_recordings(
    folder: Path,
    profile: str | None,
    wsdl_style: WsdlStyle | None,
    seed: int | None,
    server_config: ServerConfig,
    logs: Logs,
    *,
    closest: bool,
) -> None:
    """Serve the recordings of a folder until Ctrl-C or SIGTERM.

    Args:
        folder: The recordings.
        profile: The installation that they are answered for; ``None`` for the one that they name.
        wsdl_style: See ``serve``.
        seed: Makes new session ids repeatable.
        server_config: Where and how to listen.
        logs: What is logged, and how.
        closest: Whether to fall back to the closest recorded request.

    Raises:
        RecordingError: The folder cannot be used.
        ProfileError: The profile cannot be used.
        PortTakenError: Somebody else listens there.
    """
    recording = load_recording(folder)
    loaded = resolve_profile(profile or recording.profile, wsdl_style)
    load = partial(_load, recording, loaded, seed, logs, closest=closest)
    serve(load, server_config, partial(_announce, server_config, loaded, recording))


def _load(recording: Recording, profile: Profile, seed: int | None, logs: Logs, *, closest: bool) -> WSGIApplication:
    random = SystemRandom() if seed is None else Random(seed)  # noqa: S311 - repeatable on purpose
    return with_logging(replay_application(recording, profile, random, closest=closest), logs)


def _announce(server_config: ServerConfig, profile: Profile, recording: Recording, port: int) -> None:
    echo(f"DRS from recordings: {recording.title}, {len(recording.exchanges)} exchanges")
    print_addresses(server_config, port, service_path(profile))
    echo("  login     any")
    echo("Stop it with Ctrl-C.")
