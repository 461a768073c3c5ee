"""The README as a list of steps, in its order: files to write, commands to run, and a server to start."""

from __future__ import annotations

import re
import shlex
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PORT = 8080
_SECONDS = 300
# Where the README says that a command does not end with 0.
_FINDINGS = {"drs-contracts observe": {1}, "drs-contracts guess": {0, 1}}


@dataclass(frozen=True, slots=True)
class Step:
    """A block of the README: a command, or a file with its name in the first line."""

    language: str
    text: str

    @property
    def words(self) -> list[str]:
        """The words of a command."""
        return shlex.split(self.text)

    @property
    def program(self) -> str:
        """The program of a command, or the name of a file."""
        return self.words[0] if self.language == "sh" else self.text.partition("\n")[0].removeprefix("# ")


def steps() -> list[Step]:
    """Every command and file of the README, in its order."""
    found: list[Step] = []
    for language, text in re.findall(r"^```(\w+)\n(.*?)^```", README, re.DOTALL | re.MULTILINE):
        found += [Step("sh", command) for command in _commands(text)] if language == "sh" else [Step(language, text)]
    return found


def _commands(block: str) -> Iterator[str]:
    """The commands of a block; a command ends where its quotes are closed and no backslash ends the line."""
    command = ""
    for line in block.splitlines():
        command = f"{command}\n{line}" if command else line
        if not line.endswith("\\") and command.count("'") % 2 == 0:
            yield command
            command = ""


class Reader:
    """Does what the README says, in a folder of its own, with the commands of one environment.

    Only the port differs, since 8080 may be taken on this machine.
    """

    def __init__(self, commands: Path, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._port = free_port()
        self._variables = {**environment, "PATH": f"{commands}:{environment['PATH']}"}

    def write(self, step: Step) -> None:
        """Write a file under the name in its first line."""
        (self._folder / step.program).write_text(step.text, encoding="utf-8")

    def run(self, step: Step) -> str:
        """Run a command as a terminal does, and return what it prints."""
        if step.program == "export":
            named = (word.partition("=") for word in step.words[1:])
            self._variables |= {name: self._moved(value) for name, _, value in named}
            return ""
        allowed = next((codes for known, codes in _FINDINGS.items() if step.text.startswith(known)), {0})
        done = subprocess.run(
            ["bash", "-c", self._moved(step.text)],
            cwd=self._folder,
            env=self._variables,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        assert done.returncode in allowed, f"{step.text}\n{done.stdout}{done.stderr}"
        return done.stdout

    @contextmanager
    def serve(self, step: Step) -> Iterator[str]:
        """Run the server of the README, and give its address once it answers."""
        url = f"http://127.0.0.1:{self._port}"
        command = [*step.words, "--port", str(self._port)]
        with subprocess.Popen(command, cwd=self._folder, env=self._variables, stdout=subprocess.DEVNULL) as server:
            try:
                _wait_for(f"{url}/health", server)
                yield url
            finally:
                server.terminate()

    def _moved(self, text: str) -> str:
        return text.replace(f":{PORT}", f":{self._port}")


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port: int = listening.getsockname()[1]
        return port


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            requests.get(url, timeout=5)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{url} does not answer; exit code {server.poll()}")
