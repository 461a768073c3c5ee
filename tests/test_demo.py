"""``make demo``: what it says while it installs, when it is interrupted, and when it cannot go on."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "docs" / "run_demo.py"
SECONDS = 120


# In the place of pip: it says what pip does, and then ends as the test needs it.
PIP = """
import os, sys, time
assert sys.argv[1] == "install", sys.argv
print("Collecting flask (from drs-simulator)", flush=True)
time.sleep(float(os.environ.get("PIP_SECONDS", "0")))
print("Installing collected packages: flask", flush=True)
sys.exit("ERROR: no matching distribution" if "PIP_FAILS" in os.environ else 0)
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of the script: with the pip above, and with the packages that the suite runs with."""
    package = tmp_path / "stand-in" / "pip"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(PIP, encoding="utf-8")
    sources = [str(ROOT / name) for name in ("simulator", "client", "contracts")]
    paths = [str(package.parent), *sources, sysconfig.get_paths()["purelib"]]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def run(folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def test_the_demo_says_what_it_does_and_ends_with_a_verdict(tmp_path: Path, environment: dict[str, str]) -> None:
    done = run(tmp_path / "venv", environment)
    assert done.returncode == 0, done.stdout + done.stderr
    steps = [line[:6] for line in done.stdout.splitlines() if line[1:6] == " of 3"]
    assert steps == ["1 of 3", "2 of 3", "3 of 3"]
    verdict = next(line for line in done.stdout.splitlines() if "clauses of what is known of DRS hold" in line)
    held, _, all_clauses, *_ = verdict.split()
    assert held == all_clauses
    assert (tmp_path / "venv" / "demo").exists()


def test_a_failed_installation_says_why_and_what_to_look_at(tmp_path: Path, environment: dict[str, str]) -> None:
    done = run(tmp_path / "venv", environment | {"PIP_FAILS": "1"})
    assert done.returncode == 1
    assert "ERROR: no matching distribution" in done.stderr
    assert done.stderr.endswith("pip could not install the packages: see above. Is PyPI reachable?\n")
    assert not (tmp_path / "venv" / "demo").exists()


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="Windows has no terminal that sends SIGINT to a group")
def test_ctrl_c_ends_make_demo_with_one_line(tmp_path: Path, environment: dict[str, str]) -> None:
    """Ctrl-C at a terminal reaches make, its shell and the script at once."""
    controller, terminal = pty.openpty()
    started = subprocess.Popen(
        ["make", "--no-print-directory", "demo", f"VENV={tmp_path / 'venv'}", f"PYTHON={sys.executable}"],
        cwd=ROOT,
        env=environment | {"PIP_SECONDS": "60"},
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    printed = ""
    while "2 of 3" not in printed:
        printed += os.read(controller, 1000).decode()
    os.killpg(started.pid, signal.SIGINT)
    while True:
        try:
            more = os.read(controller, 1000)
        except OSError:  # how Linux tells that no process has the terminal any more
            break
        if not more:
            break
        printed += more.decode()
    os.close(controller)
    assert started.wait(SECONDS) in (130, -signal.SIGINT)
    assert printed.splitlines()[-1] == "Stopped. The next make demo goes on from here."
    assert "Traceback" not in printed
    assert "***" not in printed
