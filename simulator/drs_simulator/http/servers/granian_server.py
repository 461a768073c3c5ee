"""The server of the command: granian, with worker processes and a supervisor."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Thread
from time import sleep
from typing import TYPE_CHECKING, Any
from wsgiref.types import WSGIApplication

from granian import Granian
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings

from drs_simulator.http.servers.address import reserve_port, resolve_host
from drs_simulator.http.servers.processors import stay_on_one_processor

if TYPE_CHECKING:
    from drs_simulator.http.servers.tls import Tls

_CONNECT_EVERY_SECONDS = 0.005
_CHECK_SUPERVISOR_EVERY_SECONDS = 0.5
_STOP_WITHIN_SECONDS = 5
_FORGETS_WITHIN_SECONDS = 1
_HEADERS_WITHIN_MILLISECONDS = 10_000
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class _AnnouncingServer(Granian):  # type: ignore[misc,valid-type]
    """Starts a thread once all workers have started.

    Granian's own hook comes before they have, and a fork must not copy the thread.
    """

    def __init__(self, announcer: Thread, target: str, **settings: Any) -> None:
        super().__init__(target, **settings)
        self._announcer = announcer

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        super().startup(spawn_target, target_loader)
        self._announcer.start()


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """Where and how a server listens.

    Args:
        host: The address to listen on, or a name for it.
        port: The port to listen on; 0 for a free one.
        threads: Number of requests that each worker answers at a time.
        workers: Number of processes that serve.
        tls: The certificate for HTTPS; without it, the server speaks HTTP.
    """

    host: str
    port: int
    threads: int = 1
    workers: int = 1
    tls: Tls | None = None

    def address(self, port: int) -> str:
        """Return the part of a URL before the path."""
        scheme = "http" if self.tls is None else "https"
        return f"{scheme}://{f'[{self.host}]' if ':' in self.host else self.host}:{port}"


def serve(load: Callable[[], WSGIApplication], server_config: ServerConfig, when_up: Callable[[int], None]) -> None:
    """Serve an application until SIGTERM or Ctrl-C, and finish the calls that are then being answered.

    Args:
        load: Makes the application, in the process that serves it; must be picklable.
        server_config: Where and how.
        when_up: Called with the port as soon as requests are answered.

    Raises:
        HostError: The host name has no address.
        PortTakenError: The address or port cannot be used.
    """
    address = resolve_host(server_config.host)
    tls = server_config.tls
    with reserve_port(server_config.host, server_config.port) as port:
        server = _AnnouncingServer(
            Thread(target=_announce_when_listening, args=(address, port, when_up), daemon=True),
            "drs_simulator",
            address=address,
            port=port,
            interface=Interfaces.WSGI,
            workers=server_config.workers,
            blocking_threads=server_config.threads,
            http=HTTPModes.http1,
            websockets=False,
            http1_settings=HTTP1Settings(header_read_timeout=_HEADERS_WITHIN_MILLISECONDS),
            ssl_cert=None if tls is None else tls.certificate,
            ssl_key=None if tls is None else tls.key,
            # Clients on older Windows have no later version.
            ssl_protocol_min=SSLProtocols.tls12,
            log_enabled=False,
        )
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=_hold_signals, after_in_parent=_release_signals, after_in_child=_end_when_told)
        # With wrap_loader off, granian calls the loader in the process that serves and takes what it returns.
        server.serve(target_loader=partial(_load, load, os.getpid(), server_config.threads > 1), wrap_loader=False)


def _load(load: Callable[[], WSGIApplication], supervisor: int, has_threads: bool) -> WSGIApplication:
    """Load the application in a worker, which ends itself if its supervisor is killed and cannot end it.

    If one thread makes all answers, it has all processors: another one receives and sends beside it.
    """
    if has_threads:
        stay_on_one_processor()
    Thread(target=_stop_with_supervisor, args=(supervisor,), daemon=True).start()
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell)
    Thread(target=_stop_if_forgotten, args=(told,), daemon=True).start()
    return load()


def _hold_signals() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)


def _release_signals() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)


def _end_when_told() -> None:
    """Let the supervisor end a worker that does not serve yet: a fork begins with handlers that end nothing.

    Ctrl-C goes to both, and the supervisor ends its workers then.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _release_signals()


def _stop_with_supervisor(supervisor: int) -> None:
    while os.getppid() == supervisor:
        sleep(_CHECK_SUPERVISOR_EVERY_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    sleep(_STOP_WITHIN_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


def _stop_if_forgotten(told: int) -> None:
    """Tell this worker again if it still listens: granian forgets a signal that comes just before it serves.

    It must not be told twice while it finishes calls.
    """
    os.read(told, 1)
    while True:
        sleep(_FORGETS_WITHIN_SECONDS)
        if _listens():
            os.kill(os.getpid(), signal.SIGTERM)


def _listens() -> bool:
    """Whether this process listens at a socket; not known on Windows."""
    for each in Path("/dev/fd").glob("*"):
        if each.is_socket():
            with suppress(OSError), socket.socket(fileno=os.dup(int(each.name))) as opened:
                if opened.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    return True
    return False


def _announce_when_listening(address: str, port: int, when_up: Callable[[int], None]) -> None:
    while True:
        try:
            socket.create_connection((address, port)).close()
        except ConnectionError:
            sleep(_CONNECT_EVERY_SECONDS)
        else:
            when_up(port)
            return
