"""The example for Java: compiled with the JAX-WS and JUnit of Debian, and built by Maven where that is wanted."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest
from drs_simulator import Simulator

from tests.examples.toolbox import (
    check_calls,
    check_scenarios,
    check_story,
    copy_example,
    environ_of,
    have,
    is_required,
    need,
    run,
)

INSTALL = "apt-get install default-jdk-headless jaxws junit5"
JARS = Path("/usr/share/java")
LIBRARIES = (
    *("jaxws-rt", "jaxws-api", "jws-api", "jaxb-api"),
    *("junit-platform-console-standalone", "junit-jupiter-api", "apiguardian-api", "opentest4j"),
)
CLASSPATH = os.pathsep.join(str(JARS / f"{name}.jar") for name in LIBRARIES)
# The tests are over before a better compiler would pay.
JAVA = ("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
LAUNCHER = ("org.junit.platform.console.ConsoleLauncher", "--disable-banner", "--disable-ansi-colors")


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that runs the tests: the classes of the WSDL are generated, and all are compiled."""
    is_there = have("java", "javac", "wsimport") and all((JARS / f"{name}.jar").exists() for name in LIBRARIES)
    need("java", is_there, INSTALL)
    folder = copy_example("java", tmp_path_factory.mktemp("examples"))
    generated, classes = folder / "target" / "generated", folder / "target" / "classes"
    for made in (generated, classes):
        made.mkdir(parents=True)
    for source in folder.rglob("Repairs.java"):
        # Debian has JAX-WS 2.3, which is older than the name jakarta.
        source.write_text(source.read_text("utf-8").replace("jakarta.xml.ws", "javax.xml.ws"), "utf-8")
    with Simulator() as drs:
        imported = run(["wsimport", "-Xnocompile", "-p", "drs", "-s", str(generated), f"{drs.url}?wsdl"], folder)
    assert imported.returncode == 0, imported.stdout
    sources = [str(file) for file in sorted(folder.rglob("*.java"))]
    compiled = run(["javac", "-d", str(classes), "-cp", CLASSPATH, *sources], folder)
    assert compiled.returncode == 0, compiled.stdout
    paths = os.pathsep.join([str(classes), CLASSPATH])
    return [*JAVA, "-cp", paths, *LAUNCHER, "--scan-classpath", str(classes)]


def test_its_tests_pass_and_book_each_repair_once(command: list[str], tmp_path: Path) -> None:
    with Simulator() as drs:
        done = run(command, tmp_path, environ_of(drs))
        assert done.returncode == 0, done.stdout
        assert "4 tests successful" in done.stdout
        check_story(drs, done.stdout)
        check_calls(drs)


def test_its_tests_leave_no_mess_in_scenarios(command: list[str]) -> None:
    check_scenarios(command)


def test_its_tests_pass_in_maven(tmp_path: Path) -> None:
    """Maven is there more often than the network that it needs."""
    if not is_required("maven"):
        pytest.skip("Maven needs its central repository: DRS_REQUIRE_EXAMPLES=maven runs it")
    folder = copy_example("java", tmp_path)
    with Simulator() as drs:
        done = run(shlex.split("mvn --batch-mode --no-transfer-progress test"), folder, environ_of(drs))
        assert done.returncode == 0, done.stdout
        check_story(drs, done.stdout)
