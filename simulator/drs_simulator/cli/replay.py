"""``drs-simulator serve --from-recordings``: serve recorded exchanges instead of a simulator."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random, SystemRandom
from wsgiref.types import WSGIApplication

from drs_simulator.cli.banner import print_addresses, print_end
from drs_simulator.cli.logs import with_logging
from drs_simulator.cli.output import echo
from drs_simulator.cli.serve_config import LogOptions, TlsOptions, WsdlStyle, resolve_profile
from drs_simulator.http.app import service_path
from drs_simulator.http.servers.granian_server import ServerConfig, serve
from drs_simulator.profile.model import Profile
from drs_simulator.replay.gateway import replay_application
from drs_simulator.replay.recording import Recording, load_recording


@dataclass(frozen=True, slots=True)
class ReplayConfig:
    """What to replay, and where.

    Args:
        folder: The folder of recorded exchanges.
        host: The address to listen on.
        port: The port to listen on; 0 for a free one.
        threads: The worker threads.
        profile: The installation; ``None`` for the one that the recording names.
        wsdl_style: In how many files the WSDL is; ``None`` for as many as the profile says.
        seed: Makes session ids reproducible.
        closest: Whether to fall back to the closest recorded request.
        tls: Where the certificate comes from.
        logs: What is logged, and how.
    """

    folder: Path
    host: str
    port: int
    threads: int = 1
    profile: str | None = None
    wsdl_style: WsdlStyle | None = None
    seed: int | None = None
    closest: bool = False
    tls: TlsOptions = field(default_factory=TlsOptions)
    logs: LogOptions = field(default_factory=LogOptions)


def serve_recordings(config: ReplayConfig) -> None:
    """Serve a folder of recordings until Ctrl-C or SIGTERM.

    Raises:
        OptionError: The options contradict each other.
        RecordingError: The folder cannot be used.
        ProfileError: The profile cannot be used.
        TlsError: The certificate cannot be used.
        PortTakenError: The address cannot be listened on.
    """
    config.tls.validate()
    recording = load_recording(config.folder)
    profile = resolve_profile(config.profile or recording.profile, config.wsdl_style)
    server_config = ServerConfig(config.host, config.port, config.threads, tls=config.tls.load(config.host))
    serve(
        partial(_load, recording, profile, config),
        server_config,
        partial(_print_banner, server_config, profile, recording),
    )


def _load(recording: Recording, profile: Profile, config: ReplayConfig) -> WSGIApplication:
    random = SystemRandom() if config.seed is None else Random(config.seed)  # noqa: S311 - repeatable on purpose
    return with_logging(replay_application(recording, profile, random, closest=config.closest), config.logs)


def _print_banner(server_config: ServerConfig, profile: Profile, recording: Recording, port: int) -> None:
    echo(f"DRS from recordings: {recording.title}, {len(recording.exchanges)} exchanges")
    print_addresses(server_config.host, port, service_path(profile), server_config.tls)
    echo("  login     any")
    print_end()
