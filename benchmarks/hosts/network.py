"""Hosts on one machine: Linux network namespaces with addresses and names of their own, and a balancer before them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.workload.calling import RefusedError

_SUBNET = "10.77.83"
_BRIDGE = "drs-bench"
BALANCER = f"{_SUBNET}.1"
PORT, DATABASE_PORT = 8080, 5432
_HAPROXY = "haproxy"
_STOPS_WITHIN_SECONDS = 20


class Host(NamedTuple):
    """A host: its name, and its address in the network."""

    name: str
    address: str


def missing() -> str | None:
    """Return why there can be no hosts here, or ``None``."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "Network namespaces need root: run it as root, on Linux."
    for command, package in (("ip", "iproute2"), ("unshare", "util-linux"), (_HAPROXY, "haproxy")):
        if shutil.which(command) is None:
            return f"{command} is not installed: apt-get install {package}"
    try:
        with _namespace("drs-bench-probe"):
            pass
    except RefusedError as error:
        return str(error)
    return None


@contextmanager
def hosts(number: int) -> Iterator[list[Host]]:
    """Make a network of some hosts, which see each other and the balancer's address and nothing else.

    Raises:
        RefusedError: It cannot be made.
    """
    with ExitStack() as stack:
        _do("ip", "link", "add", _BRIDGE, "type", "bridge")
        stack.callback(_do, "ip", "link", "del", _BRIDGE)
        _do("ip", "address", "add", f"{BALANCER}/24", "dev", _BRIDGE)
        _do("ip", "link", "set", _BRIDGE, "up")
        made = []
        for index in range(number):
            host = Host(f"drs-host-{index + 1}", f"{_SUBNET}.{11 + index}")
            stack.enter_context(_namespace(host.name))
            cable = f"{_BRIDGE}-{index + 1}"
            _do("ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", host.name)
            _do("ip", "link", "set", cable, "master", _BRIDGE, "up")
            for inside in (
                ("address", "add", f"{host.address}/24", "dev", "eth0"),
                ("link", "set", "eth0", "up"),
                ("link", "set", "lo", "up"),
            ):
                _do("ip", "-netns", host.name, *inside)
            made.append(host)
        yield made


@contextmanager
def running_on(host: Host, command: Sequence[str], settings: Mapping[str, str], log: Path) -> Iterator[None]:
    """Run a command on a host, and end it at the end.

    Args:
        host: Where.
        command: The command and its arguments.
        settings: Further environment variables.
        log: Gets what it prints.
    """
    named = ("unshare", "--uts", "sh", "-c", f'hostname {host.name} && exec "$@"', "sh")
    with _process(("ip", "netns", "exec", host.name, *named, *command), settings, log):
        yield


@contextmanager
def balancing(made: Sequence[Host], database: str, folder: Path) -> Iterator[str]:
    """Run the balancer: calls go to the hosts in turn, and the hosts reach the database through it.

    Args:
        made: The hosts.
        database: Where the database listens, as haproxy writes it: ``unix@/FILE`` or ``HOST:PORT``.
        folder: Gets its configuration.

    Yields:
        The address of the whole.
    """
    servers = "\n".join(f"    server {each.name} {each.address}:{PORT} check inter 2s fall 5" for each in made)
    configuration = folder / "haproxy.cfg"
    configuration.write_text(
        f"""global
    maxconn 4096
defaults
    timeout connect 5s
    timeout client 1h
    timeout server 1h
    timeout check 10s
listen drs
    mode http
    bind {BALANCER}:{PORT}
    balance roundrobin
    option httpchk GET /health
{servers}
listen database
    mode tcp
    bind {BALANCER}:{DATABASE_PORT}
    server postgresql {database}
""",
        encoding="utf-8",
    )
    with _process((_HAPROXY, "-db", "-f", str(configuration)), {}, folder / "haproxy.log"):
        yield f"http://{BALANCER}:{PORT}"


@contextmanager
def _namespace(name: str) -> Iterator[None]:
    _do("ip", "netns", "add", name)
    try:
        yield
    finally:
        _do("ip", "netns", "del", name)


@contextmanager
def _process(command: Sequence[str], settings: Mapping[str, str], log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, **settings})
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(_STOPS_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _do(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RefusedError(f"'{' '.join(command)}' failed: {' '.join(done.stderr.split())}")
