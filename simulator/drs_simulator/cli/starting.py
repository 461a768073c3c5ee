"""What ``drs-simulator serve`` starts with: certificates, logs, the application itself, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from wsgiref.types import WSGIApplication

from drs_simulator.cli.printing import say
from drs_simulator.endpoint.admin_guard import Guard
from drs_simulator.endpoint.request_log import RequestIds
from drs_simulator.endpoint.server import Listening
from drs_simulator.logs import LogFormat, LogLevel, set_up_logs
from drs_simulator.profile import Profile
from drs_simulator.profile_file import load_profile
from drs_simulator.simulator import DEFAULT_PASSWORD, Simulator

if TYPE_CHECKING:
    from drs_simulator.endpoint.faults import FaultRule
    from drs_simulator.endpoint.tls import Tls

Logs = tuple[LogLevel, LogFormat]


class TlsSort(StrEnum):
    """What certificate is made."""

    SELF_SIGNED = "self-signed"


class WsdlStyle(StrEnum):
    """In how many files the interface is described."""

    SINGLE = "single"
    CXF = "cxf"


def tls_with(
    host: str, sort: TlsSort | None, folder: Path | None, certificate: Path | None, key: Path | None
) -> Tls | None:
    """What the server is to show to its callers; ``None`` for nothing.

    Raises:
        TlsError: It cannot be had, or the options contradict each other.
    """
    if sort is None and folder is None and certificate is None and key is None:
        return None
    from drs_simulator.endpoint.tls import TlsError, self_signed, tls_from  # noqa: PLC0415 - most servers show none

    if sort is not None:
        if certificate is not None or key is not None:
            raise TlsError("Give either --tls self-signed, or --tls-cert and --tls-key.")
        return self_signed(host, folder)
    if certificate is None or key is None:
        raise TlsError("--tls-cert and --tls-key go together, and --tls-dir goes with --tls self-signed.")
    return tls_from(certificate, key)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a scenario sets."""

    profile: Profile
    clock: str
    password: str | None
    faults: tuple[FaultRule, ...]


def scene_of(source: str, profile: str | None, wsdl_style: WsdlStyle | None) -> Scene:
    """What the scenario of that name or file sets, of that installation if one is given.

    Raises:
        ScenarioError: It cannot be used.
    """
    from drs_simulator.endpoint.scenario import load_scenario  # noqa: PLC0415 - its models take time to come

    scenario = load_scenario(source)
    return Scene(
        _styled(scenario.installation(profile), wsdl_style), scenario.clock, scenario.password, scenario.faults
    )


def profile_with(source: str, wsdl_style: WsdlStyle | None) -> Profile:
    """The profile of that name or file, its interface described in that style."""
    return _styled(load_profile(source), wsdl_style)


def _styled(profile: Profile, wsdl_style: WsdlStyle | None) -> Profile:
    if wsdl_style is None:
        return profile
    gateway = profile.gateway.model_copy(update={"wsdl_style": wsdl_style.value})
    return profile.model_copy(update={"gateway": gateway})


def check_receiver(url: str) -> None:
    """Look whether confirmations can be posted to that address.

    Raises:
        ReceiverUrlError: They cannot.
    """
    from drs_simulator.feeds.receiver import Receiver  # noqa: PLC0415 - most call nobody back

    Receiver(url)


def logged(application: WSGIApplication, logs: Logs) -> WSGIApplication:
    """The application with its log set up; where exchanges are logged, each request has an id."""
    level, form = logs
    set_up_logs(level, form)
    return RequestIds(application) if level in (LogLevel.DEBUG, LogLevel.INFO) else application


def load_simulator(settings: dict[str, object], import_dir: Path | None, logs: Logs) -> WSGIApplication:
    """The application of a simulator with these settings, in the process that serves it."""
    simulator = Simulator(**settings)  # type: ignore[arg-type]
    if import_dir is not None:
        simulator.watch_folder(import_dir)
    return logged(simulator.wsgi, logs)


def announce(
    listening: Listening, simulator: Simulator, guard: Guard | None, more: Mapping[str, str], port: int
) -> None:
    """Say where the simulator can be reached, and how."""
    say(f"DRS simulator: {simulator.profile.title}, clock {simulator.clock}")
    say_addresses(listening, port, simulator.path)
    default = f", password {DEFAULT_PASSWORD}" if simulator.password == DEFAULT_PASSWORD else ""
    say(f"  login     {simulator.login}{default}")
    if guard is not None:
        token = ", with the token" if guard.wants_token else ""
        say(f"  console   {listening.address(port)}/{token}")
        say(f"  admin     {listening.address(port)}/__admin{token}")
    for name, value in more.items():
        say(f"  {name:9} {value}")
    say("Stop it with Ctrl-C.")


def say_addresses(listening: Listening, port: int, path: str) -> None:
    """Where the gateway is, and whom its callers have to trust."""
    address = f"{listening.address(port)}{path}"
    say(f"  endpoint  {address}")
    say(f"  WSDL      {address}?wsdl")
    if listening.tls is not None and listening.tls.ca is not None:
        say(f"  trust     {listening.tls.ca}")
