"""``drs-simulator health``: asks a server of this machine whether it is healthy."""

from __future__ import annotations

import ssl
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer

from drs_simulator.cli.output import echo, print_error
from drs_simulator.http.ops import HEALTH

UNHEALTHY = 1
"""The exit code if the server does not answer, or is not healthy."""


def check_health(
    host: Annotated[str, typer.Option(help="Address that the server listens on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Its port.", min=1, max=65535)] = 8080,
    tls: Annotated[str | None, typer.Option(help="As for serve.", show_default=False)] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="As for serve.", show_default=False)] = None,
    timeout: Annotated[float, typer.Option(help="Time limit in seconds.", min=0.1, max=60)] = 2,
) -> None:
    """Ask a server of this machine whether it is healthy. Exit code 0 if it is, otherwise 1.

    It takes the environment variables of serve, so that a container's health check follows its port and TLS.
    """
    address = loopback_of(host)
    connection: HTTPConnection
    if tls or tls_cert:
        # The certificate is for callers elsewhere; it may not name the loopback address.
        context = ssl._create_unverified_context()  # noqa: S323 - the connection does not leave this machine
        connection = HTTPSConnection(address, port, timeout=timeout, context=context)
    else:
        connection = HTTPConnection(address, port, timeout=timeout)
    # http.client uses no proxy.
    try:
        connection.request("GET", HEALTH)
        response = connection.getresponse()
        text = response.read().decode(errors="replace").strip()
    except (OSError, HTTPException) as error:
        print_error(f"The server at {address}, port {port}, does not answer: {error or type(error).__name__}.")
        raise typer.Exit(UNHEALTHY) from None
    finally:
        connection.close()
    if response.status != HTTPStatus.OK:
        print_error(f"The server at {address}, port {port}, is not healthy: HTTP {response.status}, {text}.")
        raise typer.Exit(UNHEALTHY)
    echo(text)


def loopback_of(host: str) -> str:
    """Return the address to call a server at that listens on ``host``: loopback if it listens on all addresses."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not address.is_unspecified:
        return host
    return "127.0.0.1" if address.version == 4 else "::1"  # noqa: PLR2004 - IPv4
