"""``drs-simulator health``: asks a server of this machine whether it is healthy."""

from __future__ import annotations

import ssl
import time
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
_PAUSE_SECONDS = 0.1


def check_health(
    host: Annotated[str, typer.Option(help="Address that the server listens on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Its port.", min=1, max=65535)] = 8080,
    tls: Annotated[str | None, typer.Option(help="As for serve.", show_default=False)] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="As for serve.", show_default=False)] = None,
    timeout: Annotated[float, typer.Option(help="Time limit in seconds for each answer.", min=0.1, max=60)] = 2,
    wait: Annotated[
        float, typer.Option(help="Ask again for this number of seconds, until it is healthy.", min=0, max=3600)
    ] = 0,
) -> None:
    """Ask a server of this machine whether it is healthy. Exit code 0 if it is, otherwise 1.

    It takes the environment variables of serve, so that a container's health check follows its port and TLS. With
    --wait, a script that has just started the server goes on as soon as the server answers.
    """
    address = loopback_of(host)
    until = time.monotonic() + wait
    while True:
        try:
            echo(_ask(address, port, tls=bool(tls or tls_cert), timeout=timeout))
        except _UnhealthyError as unhealthy:
            if time.monotonic() >= until:
                print_error(str(unhealthy))
                raise typer.Exit(UNHEALTHY) from None
            time.sleep(_PAUSE_SECONDS)
        else:
            return


class _UnhealthyError(Exception):
    """The server does not answer, or says that it is not healthy."""


def _ask(address: str, port: int, *, tls: bool, timeout: float) -> str:
    """Return what a healthy server says.

    Raises:
        _UnhealthyError: It is not healthy; the message says why.
    """
    connection: HTTPConnection
    if tls:
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
        raise _UnhealthyError(
            f"The server at {address}, port {port}, does not answer: {error or type(error).__name__}."
        ) from error
    finally:
        connection.close()
    if response.status != HTTPStatus.OK:
        raise _UnhealthyError(f"The server at {address}, port {port}, is not healthy: HTTP {response.status}, {text}.")
    return text


def loopback_of(host: str) -> str:
    """Return the address to call a server at that listens on ``host``: loopback if it listens on all addresses."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not address.is_unspecified:
        return host
    return "127.0.0.1" if address.version == 4 else "::1"  # noqa: PLR2004 - IPv4
