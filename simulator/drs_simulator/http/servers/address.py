"""The address that a server is to listen on."""

from __future__ import annotations

import errno
import socket

from drs_simulator.errors import UnusableError


class PortTakenError(UnusableError, OSError):
    """The address cannot be listened on; the message says so in one line."""


def check_free(host: str, port: int) -> int:
    """The port that can be listened on: ``port``, or a free one where that is 0.

    Raises:
        PortTakenError: It cannot.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            why = "is already in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
            raise PortTakenError(f"{host}:{port} {why}. Choose another address or port.") from None
        chosen: int = probe.getsockname()[1]
        return chosen
