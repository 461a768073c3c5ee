"""The command of ``make bench-hosts``: hosts in network namespaces, a balancer, one PostgreSQL, and residents."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Annotated, Any, NamedTuple

import typer
from sqlalchemy import URL, make_url

from benchmarks.command import run, show, tell
from benchmarks.hosts import network
from benchmarks.hosts.checks import Found, look_at
from benchmarks.measures.databases import postgresql
from benchmarks.reports.machine import Machine, environment, this_machine
from benchmarks.workload.calling import RefusedError

_LOCUST = Path(sys.prefix) / "load" / "bin" / "locust"
_LOCUSTFILE = Path(__file__).parents[1] / "locustfile.py"
_SERVE = [sys.executable, "-c", "from drs_simulator.cli import main; main()", "serve"]
_CLOCK, _FIRST_DAY = "shifted@2021-10-22T12:20:00+01:00", "2021-10-22"
_UP_WITHIN_SECONDS = 90


class Setting(NamedTuple):
    """How many hosts, workers of each, residents and seconds."""

    hosts: int
    workers: int
    residents: int
    seconds: int


class Driven(NamedTuple):
    """What Locust has counted: calls by name, failures, and times in milliseconds."""

    calls: dict[str, int]
    failures: int
    per_second: float
    median: float
    p99: float
    slowest: float


def measure(state: str, setting: Setting) -> tuple[Driven, Found]:
    """Serve a PostgreSQL database from several hosts, drive them, and look at the database.

    Raises:
        RefusedError: The hosts cannot be made, or do not come up.
    """
    url = make_url(state)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        made = stack.enter_context(network.hosts(setting.hosts))
        root = stack.enter_context(network.balancing(made, _listens_at(url), folder))
        inside = url.set(host=network.BALANCER, port=network.DATABASE_PORT, query={})
        password = secrets.token_urlsafe(12)
        settings = {"DRS_PASSWORD": password, "DRS_STATE": inside.render_as_string(hide_password=False)}
        serve = [*_SERVE, "--port", str(network.PORT), "--workers", str(setting.workers), "--clock", _CLOCK]
        for host in made:
            command = [*serve, "--host", host.address, "--no-admin"]
            stack.enter_context(
                network.running_on(host, command, environment() | settings, folder / f"{host.name}.log")
            )
            _wait_for(host, folder / f"{host.name}.log")
        _wait_for(network.Host("the balancer", network.BALANCER), folder / "haproxy.log")
        tell(f"{setting.hosts} hosts are up; {setting.residents} residents for {setting.seconds} s")
        driven = _drive(root, password, setting)
    return driven, look_at(state)


def _listens_at(url: URL) -> str:
    """Return where PostgreSQL listens, as haproxy writes it."""
    folder = url.query.get("host")
    if url.host is None and isinstance(folder, str):
        return f"unix@{folder}/.s.PGSQL.{url.port or network.DATABASE_PORT}"
    return f"{url.host or 'localhost'}:{url.port or network.DATABASE_PORT}"


def _wait_for(host: network.Host, log: Path) -> None:
    until = monotonic() + _UP_WITHIN_SECONDS
    while monotonic() < until:
        connection = HTTPConnection(host.address, network.PORT, timeout=5)
        try:
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        except (OSError, HTTPException):
            pass
        finally:
            connection.close()
        sleep(0.1)
    raise RefusedError(f"{host.name} did not come up. It said: {log.read_text(errors='replace')[-2000:] or 'nothing'}")


def _drive(root: str, password: str, setting: Setting) -> Driven:
    options = {
        "-f": str(_LOCUSTFILE),
        "--host": root,
        "--users": str(setting.residents),
        "--spawn-rate": str(max(setting.residents // 5, 1)),
        "--run-time": f"{setting.seconds}s",
        "--stop-timeout": "60",
    }
    # Not its CSV files: they lack what was answered in the last second.
    done = subprocess.run(
        [str(_LOCUST), *(part for option in options.items() for part in option), "--headless", "--json"],
        env={**os.environ, "DRS_FIRST_DAY": _FIRST_DAY, "DRS_PASSWORD": password},
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        return read_totals(json.loads(done.stdout))
    except ValueError:
        raise RefusedError(f"Locust did not run: {done.stderr[-2000:]}") from None


def read_totals(entries: list[dict[str, Any]]) -> Driven:
    """Read what Locust prints with ``--json``. Its times are rounded."""
    times = sorted((float(time), int(count)) for entry in entries for time, count in entry["response_times"].items())
    spread = [time for time, count in times for _ in range(count)]
    seconds = max(entry["last_request_timestamp"] for entry in entries) - min(each["start_time"] for each in entries)
    return Driven(
        {entry["name"]: entry["num_requests"] for entry in entries},
        sum(entry["num_failures"] for entry in entries),
        len(spread) / seconds,
        spread[len(spread) // 2],
        spread[len(spread) * 99 // 100],
        max(entry["max_response_time"] for entry in entries),
    )


def report(setting: Setting, driven: Driven, found: Found, machine: Machine) -> str:
    """Write the page."""
    calls = sum(driven.calls.values())
    lost = driven.calls.get("scheduleBooking, place lost", 0)
    hosts = ", ".join(f"{host} {count:,}" for host, count in found.by_host.items())
    rows = {
        "calls": f"{calls:,}, {driven.per_second:,.0f} a second; median {driven.median:.0f} ms, 99 % {driven.p99:.0f} "
        f"ms, slowest {driven.slowest:.0f} ms",
        "failures, places lost to another resident": f"{driven.failures}, {lost}",
        "orders in the end; created less deleted": f"{found.orders:,}; {_left(driven):,}",
        "places booked; operatives' days that are oversold": f"{found.places:,}; {len(found.oversold)}",
        "exchanges that journal and metrics have counted": f"{found.exchanges:,}; {found.counted:,}",
        "of those that the journal still holds": f"{hosts}; numbers that are missing: {found.gaps}",
        "deadlocks": str(found.deadlocks),
        "sound": "yes" if is_sound(driven, found) else "**no**",
    }
    return "\n".join(
        [
            f"# {setting.hosts} hosts of {setting.workers} workers, {setting.residents} residents, {setting.seconds} s",
            "",
            (
                f"{machine.date}. {machine.processor}, {machine.cores} cores, {machine.system}, {machine.python}. "
                f"Load average before: {machine.load_before:.1f}. Hosts, balancer, database and Locust share the cores."
            ),
            "",
            "| | |",
            "| --- | --- |",
            *(f"| {name} | {value} |" for name, value in rows.items()),
            "",
        ]
    )


def is_sound(driven: Driven, found: Found) -> bool:
    """Return whether no place was sold twice, and every call is in state, journal and metrics."""
    calls = sum(driven.calls.values())
    return (
        not (driven.failures or found.oversold or found.gaps or found.deadlocks)
        and found.orders == _left(driven)
        and found.exchanges == found.counted == calls
    )


def _left(driven: Driven) -> int:
    return driven.calls.get("createOrder", 0) - driven.calls.get("deleteOrder", 0)


def benchmark(
    hosts: Annotated[int, typer.Option(help="How many hosts there are.", min=1, max=32)] = 2,
    workers: Annotated[int, typer.Option(help="How many workers each host has.", min=1, max=64)] = 2,
    residents: Annotated[int, typer.Option(help="How many residents look and book at once.", min=1)] = 80,
    seconds: Annotated[int, typer.Option(help="How long they do.", min=1)] = 60,
    postgresql_url: Annotated[
        str | None,
        typer.Option(help="A server on which a database may be made; one is started by default.", show_default=False),
    ] = None,
    write: Annotated[Path | None, typer.Option(help="Where the results are written, as Markdown.")] = None,
) -> None:
    """Drive hosts in network namespaces, behind haproxy, on one PostgreSQL. Needs root, haproxy and Locust.

    Ends with exit code 1 if a place was sold twice, a call failed, or journal or metrics lack one.
    """
    if write is not None and not write.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {write.parent}.", param_hint="--write")
    reason = why_not()
    if reason is not None:
        raise RefusedError(reason)
    setting, machine = Setting(hosts, workers, residents, seconds), this_machine({})
    with ExitStack() as stack:
        try:
            new_database = stack.enter_context(postgresql(postgresql_url))
        except ImportError as error:
            raise RefusedError(f"{error.name} is not installed. Install it, or give --postgresql-url.") from None
        driven, found = measure(new_database(), setting)
    show(report(setting, driven, found, machine), write)
    if not is_sound(driven, found):
        raise typer.Exit(1)


def why_not() -> str | None:
    """Return why the hosts cannot be driven here, or ``None``."""
    if not _LOCUST.exists():
        return f"There is no Locust at {_LOCUST}: run it by `make bench-hosts`."
    return network.missing()


def main() -> None:
    """Run the command."""
    run(benchmark)


if __name__ == "__main__":
    main()
