"""What a server prints when it is up: what it simulates, where it is, and how to log in."""

from __future__ import annotations

from drs_simulator.admin.route import ROOT
from drs_simulator.cli.output import echo
from drs_simulator.cli.serve_config import ServeConfig
from drs_simulator.clock import Clock
from drs_simulator.http.app import service_path
from drs_simulator.http.servers.tls import Tls
from drs_simulator.http.urls import base_url
from drs_simulator.simulator import DEFAULT_PASSWORD


def print_banner(config: ServeConfig, tls: Tls | None, clock: Clock, state: str, demo: str, port: int) -> None:
    """Print the banner of a simulator.

    Args:
        config: What is served.
        tls: The certificate that it is served with.
        clock: The simulator's clock.
        state: Where the state is stored.
        demo: What --demo has done; empty without it.
        port: The port that it listens on.
    """
    echo(f"DRS simulator: {config.profile.title}, clock {clock.describe(config.profile.zone)}")
    print_addresses(config.host, port, service_path(config.profile), tls)
    password = f", password {DEFAULT_PASSWORD}" if config.password == DEFAULT_PASSWORD else ""
    _print_line("login", f"{config.login}{password}")
    if config.has_admin:
        root = base_url(config.host, port, _scheme(tls))
        token = ", with the token" if config.admin_token else ""
        _print_line("console", f"{root}/{token}")
        _print_line("admin", f"{root}{ROOT}/openapi.json{token}")
    if config.tenants:
        root = base_url(config.host, port, _scheme(tls))
        _print_line("tenants", f"{root}/t/NAME{service_path(config.profile)}, at most {config.tenants}")
    if config.scenario:
        _print_line("scenario", config.scenario)
    _print_line("state", state)
    if demo:
        _print_line("demo", demo)
    if config.import_dir is not None:
        _print_line("imports", str(config.import_dir))
    print_end()


def print_addresses(host: str, port: int, path: str, tls: Tls | None) -> None:
    """Print where the gateway is, and which certificate authority its callers must trust."""
    address = f"{base_url(host, port, _scheme(tls))}{path}"
    _print_line("endpoint", address)
    _print_line("WSDL", f"{address}?wsdl")
    if tls is not None and tls.ca is not None:
        _print_line("trust", str(tls.ca))


def print_end() -> None:
    """Print the last line; who waits for the server reads up to it."""
    echo("Stop it with Ctrl-C.")


def _print_line(name: str, value: str) -> None:
    echo(f"  {name:9} {value}")


def _scheme(tls: Tls | None) -> str:
    return "http" if tls is None else "https"
