"""The address that a server listens on."""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from drs_simulator.errors import UnusableError

_BACKLOG = 128


class PortTakenError(UnusableError, OSError):
    """The server cannot listen at this address and port; the message says why in one line."""


class HostError(UnusableError):
    """The host name has no address that a server could listen on; the message says so in one line."""


def resolve_host(host: str) -> str:
    """Return the IP address of a host name, IPv4 if it has both; an address is returned unchanged.

    Raises:
        HostError: The name has no address, or one with a zone (``fe80::1%eth0``).
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise HostError(f"The host {host!r} has no address. Give an address of this machine, or its name.") from None
    addresses = sorted(found, key=lambda entry: entry[0] is not socket.AF_INET)
    address = str(addresses[0][4][0])
    if "%" in address:
        raise HostError(f"The address {host!r} has a zone, which cannot be used. Give one without '%'.")
    return address


def listen(host: str, port: int) -> socket.socket:
    """Listen at the address; on a free port where ``port`` is 0.

    Raises:
        HostError: The host name has no address.
        PortTakenError: The address or port cannot be used.
    """
    bound = _bind(host, port)
    bound.listen(_BACKLOG)
    return bound


@contextmanager
def reserve_port(host: str, port: int) -> Iterator[int]:
    """Hold a port, a free one where ``port`` is 0, for another socket of this process or its children to listen on.

    On Linux no other process can bind it until the block ends. On other systems it is only found to be free: another
    process could bind it before the server listens.

    Raises:
        HostError: The host name has no address.
        PortTakenError: The address or port cannot be used.
    """
    with _bind(host, port) as bound:
        if sys.platform == "linux":
            # Set after binding: a second reservation conflicts, while sockets of this user that share ports do not.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        chosen: int = bound.getsockname()[1]
        if sys.platform != "linux":
            bound.close()
        yield chosen


def _bind(host: str, port: int) -> socket.socket:
    address = resolve_host(host)
    bound = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((address, port))
    except OSError as error:
        bound.close()
        why = "is already in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        raise PortTakenError(f"{where} {why}. Choose another address or port.") from None
    return bound
