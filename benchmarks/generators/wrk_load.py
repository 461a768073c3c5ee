"""Load from wrk, which costs little of the cores that it shares with the server; wrk_load.lua tells it what to send."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.generators.generator import Reading, Task
from benchmarks.workload.bodies import Bodies, Step
from benchmarks.workload.calling import HEADERS, RefusedError

_SCRIPT = Path(__file__).with_name("wrk_load.lua")
_TIMEOUT = "--timeout=10s"


class WrkLoad:
    """One thread of wrk, whatever the number of connections: the other core is the server's."""

    def __init__(self, wrk: Path) -> None:
        self._wrk = wrk
        # It says its version in its help, which it counts as a failure.
        told = subprocess.run([wrk, "--version"], capture_output=True, text=True, check=False).stdout
        self.name = " ".join(told.split()[:2])

    def run(self, task: Task) -> Reading:
        """See ``LoadGenerator.run``. wrk knows whole seconds only."""
        with TemporaryDirectory() as folder:
            work = Path(folder) / "work.lua"
            work.write_text(_as_lua(task.bodies, task.steps), encoding="utf-8")
            options = ["-t1", f"-c{task.connections}", f"-d{max(1, round(task.seconds))}s", _TIMEOUT]
            arguments = [str(work), task.workload, task.prefix, str(int(task.rest * task.connections))]
            command = [str(self._wrk), *options, "-s", str(_SCRIPT), task.url, "--", *arguments]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RefusedError(f"wrk could not drive {task.url}: {done.stderr.strip() or done.stdout.strip()}")
        return _read(done.stdout)


def _read(printed: str) -> Reading:
    read = json.loads(printed.splitlines()[-1])
    if read["refused"] or read["broken"] or not read["requests"]:
        raise RefusedError(
            f"Of {read['requests']} requests {read['broken']} broke off and {read['refused']} were refused. "
            f"The first refusal: {read['refusal'] or 'none'}"
        )
    return Reading(read["requests"], read["seconds"], read["p50_us"], read["p99_us"], read["sent"])


def _as_lua(bodies: Bodies, steps: tuple[Step, ...]) -> str:
    """A file that Lua reads as a table."""
    lists = {"availability": bodies.availability, "create": bodies.create, "schedule": bodies.schedule, "steps": steps}
    members = [f"{name} = {{{', '.join(map(_quoted, texts))}}}" for name, texts in lists.items()]
    members += [f"select = {_quoted(bodies.select)}", f"delete = {_quoted(bodies.delete)}"]
    headers = ", ".join(f"[{_quoted(name)}] = {_quoted(value)}" for name, value in HEADERS.items())
    return f"return {{{', '.join([*members, f'headers = {{{headers}}}'])}}}\n"


def _quoted(text: str) -> str:
    # Printable ASCII is quoted in Lua as in JSON.
    return json.dumps(text)
