r"""Install what the demo needs into a virtual environment, and run the demo there: ``make demo``.

It needs Python 3.11 or later and nothing else. On Windows: ``py docs\run_demo.py``.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[1]
NEEDED = (3, 11)
INTERRUPTED = 130
_SHOWN_PACKAGES = 8
_LAST_LINES = 15


class DemoError(Exception):
    """The demo cannot be installed or run; the message says why."""


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Install and run the demo; return the exit code."""
    parser = argparse.ArgumentParser(description="Install what the demo needs into a virtual environment, and run it.")
    parser.add_argument("environment", nargs="?", type=Path, default=ROOT / ".venv", help="default: .venv")
    environment: Path = parser.parse_args().environment.absolute()
    try:
        if sys.version_info < NEEDED:
            raise DemoError(
                f"The demo needs Python 3.11 or later, and this is {sys.version.split()[0]}. "
                "Name another one, as in: make demo PYTHON=python3.13"
            )
        python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
        if not _is_installed(environment):
            _install(environment, python)
        say("3 of 3: run docs/demo.py\n")
        with _started([str(python), str(ROOT / "docs" / "demo.py")]) as demo:
            return demo.wait()
    except DemoError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. The next make demo goes on from here.\n")
        return INTERRUPTED


def _is_installed(environment: Path) -> bool:
    """Whether the environment has what the demo needs; the whole of what development needs will do too."""
    sources = max((ROOT / name).stat().st_mtime for name in ("pyproject.toml", "requirements-dev.lock"))
    stamps = [environment / name for name in ("demo", "ready")]
    return any(stamp.exists() and stamp.stat().st_mtime >= sources for stamp in stamps)


def _install(environment: Path, python: Path) -> None:
    say(f"1 of 3: make a virtual environment, {environment}")
    with _started([sys.executable, "-m", "venv", str(environment)]) as making:
        if making.wait():
            raise DemoError(f"{environment} cannot be made: see above. On Debian, install python3-venv first.")
    say("2 of 3: install about 50 packages, 90 MB, into it; nothing outside it changes")
    # Compiling every module takes as long as loading it. What the demo imports is compiled when it does.
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-compile"]
    command += ["--progress-bar=off", "--constraint=requirements-dev.lock", "--editable", ".[contracts]"]
    with _started(command, stdout=subprocess.PIPE) as pip:
        assert pip.stdout is not None
        printed = _follow(pip.stdout)
        if pip.wait():
            raise DemoError("\n".join([*printed, "pip could not install the packages: see above. Is PyPI reachable?"]))
    (environment / "demo").touch()


def _follow(output: IO[str]) -> list[str]:
    """Say now and then how far pip is; return the last lines of what it has printed."""
    lines: list[str] = []
    found = 0
    for line in output:
        lines = [*lines, line.rstrip()][-_LAST_LINES:]
        if line.lstrip().startswith(("Collecting ", "Processing ")):
            found += 1
            if found % _SHOWN_PACKAGES == 0:
                say(f"        {found} packages loaded, the last one {line.split()[1]}")
        elif line.startswith("Installing collected packages"):
            say("        all loaded; now they are unpacked")
    return lines


@contextmanager
def _started(command: list[str], stdout: int | None = None) -> Iterator[subprocess.Popen[str]]:
    """Start a command that does not see the terminal's Ctrl-C, and end it with all its children if this one does."""
    process = subprocess.Popen(  # noqa: S603 - our own commands
        command,
        stdout=stdout,
        stderr=None if stdout is None else subprocess.STDOUT,
        cwd=ROOT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    except BaseException:
        with suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGTERM)
            else:
                process.terminate()
        process.wait()
        raise
    finally:
        if process.stdout is not None:
            process.stdout.close()


if __name__ == "__main__":
    raise SystemExit(main())
