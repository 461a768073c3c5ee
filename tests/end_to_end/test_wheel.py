"""The built wheel, installed in an empty environment, has its three commands and works."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from tests.readme import PORT, Reader, steps

ROOT = Path(__file__).parents[2]
INSTALLING_SECONDS = 600
SCRIPT = """
from drs_client import DrsClient, RepairWorkflow
from drs_simulator import Simulator

with Simulator("lincoln", clock="fixed@2021-10-22T12:20", seed=1) as drs:
    repairs = RepairWorkflow(DrsClient(drs.url, drs.login, drs.password), now=drs.clock.now)
    found = repairs.find_slots("3670010", "N373049", "Priority 20 Days", days=5)
    order = repairs.book("10000047", found.slots[0], "3670010", "N373049", "Priority 20 Days")
    print(len(found.days), order.number)
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of a new environment that has the wheel and what it needs."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    (wheel,) = folder.glob("drs_simulator-*.whl")
    venv.create(folder / "venv", with_pip=True)
    commands = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    run(str(commands / "python"), "-m", "pip", "install", "--quiet", f"{wheel}[contracts,tls]")
    return commands


def clean_variables() -> dict[str, str]:
    """The variables of this process, without those that lead to this checkout or say how DRS is set up."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "DRS_"))}


def run(*command: str) -> str:
    """What the command prints. It sees none of this checkout: neither its folder nor its paths."""
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=INSTALLING_SECONDS,
        check=False,
        cwd=Path.home(),
        env=clean_variables(),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(2 * INSTALLING_SECONDS)
class TestWheel:
    @pytest.mark.parametrize("command", ["drs-simulator", "drs-client", "drs-contracts"])
    def test_each_command_tells_its_version(self, environment: Path, command: str) -> None:
        version = run(str(environment / "python"), "-c", "import drs_simulator; print(drs_simulator.__version__)")
        assert run(str(environment / command), "--version").split()[-1] == version.strip()
        package = command.replace("-", "_")
        assert "Usage" in run(str(environment / "python"), "-m", package, "--help")

    def test_an_appointment_is_booked(self, environment: Path) -> None:
        assert run(str(environment / "python"), "-c", SCRIPT).split() == ["5", "10000047"]

    def test_profiles_scenarios_and_recordings_format_are_there(self, environment: Path) -> None:
        listed = run(str(environment / "drs-simulator"), "profile", "list")
        assert {"lincoln", "lincoln-2021", "lincoln-areas", "hackney", "newark", "full"} <= set(listed.split())

    def test_the_simulator_keeps_its_contract(self, environment: Path) -> None:
        verdict = run(str(environment / "drs-contracts"), "verify", "--simulator", "--max-examples", "1")
        assert " 0 broken" in verdict

    def test_the_readme_is_done_top_to_bottom(self, environment: Path, tmp_path: Path) -> None:
        """The wheel is installed already; ``test_readme_tools.py`` has what needs docker or uvx."""
        # Wide enough that no cell of a table is cut.
        reader = Reader(environment, tmp_path, clean_variables() | {"COLUMNS": "200"})
        printed: dict[str, str] = {}
        with ExitStack() as server:
            for step in steps():
                if step.language != "sh":
                    reader.write(step)
                elif step.text == "drs-simulator serve":
                    url = server.enter_context(reader.serve(step))
                elif step.program not in ("pip", "uvx", "docker"):
                    printed[" ".join(step.words[:2])] = reader.run(step)
            page = requests.get(f"{url}/", headers={"Accept": "text/html"}, timeout=30)
            assert "<title>" in page.text
        assert "<sessionId>" in printed[f"curl http://127.0.0.1:{PORT}/OTWebServiceGateway_LINCOLN/ws/soap"]
        assert printed["python book.py"].startswith("Booked for")
        assert "1 passed" in printed["pytest test_repairs.py"]
        assert " 0 broken" in printed["drs-contracts verify"]
        assert "CAL-18" in printed["drs-contracts observe"]
        assert "passed and clean" in printed["drs-contracts exercise"]
        assert "runs in" in printed["drs-contracts guess"]
