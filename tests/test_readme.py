"""The README's examples do what it says."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from drs_simulator import Simulator, load_profile

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands() -> list[list[str]]:
    """The lines of the README that call a command of ours, without what follows a comment sign."""
    lines = "".join(blocks("sh")).replace("\\\n", " ").splitlines()
    return [shlex.split(line, comments=True) for line in lines if line.startswith(".venv/bin/drs-")]


def run(command: list[str], *more: str) -> subprocess.CompletedProcess[str]:
    package = Path(command[0]).name.replace("-", "_")
    code = f"from {package}.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *command[1:], *more], capture_output=True, text=True, timeout=100, check=False
    )


def test_the_appointment_of_the_readme_is_booked_command_by_command(monkeypatch: Any) -> None:
    served = next(command for command in commands() if "serve" in command)
    monkeypatch.setenv("DRS_PASSWORD", "drs")
    with Simulator("lincoln", clock=served[served.index("--clock") + 1]) as drs:
        monkeypatch.setenv("DRS_URL", drs.url)
        for command in (command for command in commands() if "drs-client" in command[0]):
            done = run(command)
            assert done.returncode == 0, done.stderr
            assert done.stdout


def test_the_contracts_are_listed_and_verified_as_the_readme_says() -> None:
    known = ("list", "verify")
    for command in (command for command in commands() if "drs-contracts" in command[0] and command[1] in known):
        if command[-1].startswith("http"):
            with Simulator("lincoln") as drs:
                done = run([*command[:-1], drs.url], "--max-examples", "1")
        else:
            done = run(command, *(["--max-examples", "1"] if "verify" in command else []))
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_python_example_is_a_test_that_passes() -> None:
    example, _ = blocks("python")
    names: dict[str, Any] = {}
    exec(compile(example, "README.md", "exec"), names)
    tests = [value for name, value in names.items() if name.startswith("test_")]
    assert tests
    for test in tests:
        test()


def test_the_admin_interface_is_driven_as_the_readme_says() -> None:
    _, example = blocks("python")
    with Simulator("lincoln", clock="fixed@2021-10-22T12:20") as drs:
        names: dict[str, Any] = {}
        exec(compile(example.replace("http://127.0.0.1:8080", drs.url), "README.md", "exec"), names)
        assert drs.export_state() == names["state"]


def test_the_profile_of_the_readme_is_in_order(tmp_path: Path) -> None:
    (example,) = blocks("toml")
    file = tmp_path / "own.toml"
    file.write_text(example, encoding="utf-8")
    profile = load_profile(file)
    assert (profile.availability.day_cap, len(profile.availability.slots)) == (14, 2)


def test_the_addresses_of_the_readme_are_those_that_a_default_server_has() -> None:
    assert f"http://127.0.0.1:8080{Simulator('lincoln').path}" in README
