"""The pages of docs: each can be reached from the index, links lead somewhere, examples run, the site can be built."""

from __future__ import annotations

import importlib.util
import os
import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from drs_simulator import Simulator, load_profile, load_scenario, parse_housing_file

from tests.test_words import odd_words

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
SITE = ROOT / ".mkdocs.yml"
PAGES = sorted(DOCS.rglob("*.md"))
OUTSIDE = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "benchmarks" / "README.md"]
_LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")
_FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def shown(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    return _FENCED.sub("", page.read_text(encoding="utf-8"))


def targets(page: Path) -> Iterator[tuple[Path, str]]:
    """The file and the heading that each relative link of a page leads to."""
    for link in _LINK.findall(prose(page)):
        path, _, heading = link.partition("#")
        yield (page.parent / path).resolve() if path else page, heading


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as MkDocs and GitHub make them."""
    titles = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    named = re.findall(r'<a id="([\w-]+)">', prose(page))
    return {re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", title).strip().lower()) for title in titles} | set(named)


def blocks(page: str, language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )


def test_every_page_is_in_the_index() -> None:
    """The index lists all pages but those of the reference, which has an index of its own."""
    indexed = {target for index in (DOCS / "index.md", DOCS / "reference" / "index.md") for target, _ in targets(index)}
    indexed.add(DOCS / "index.md")
    assert [shown(page) for page in PAGES if page not in indexed] == []


def test_every_page_is_in_the_navigation_of_the_site() -> None:
    listed = set(re.findall(r"^ +- (?:.*: )?([\w/-]+\.md)$", SITE.read_text(encoding="utf-8"), re.MULTILINE))
    assert {str(page.relative_to(DOCS)) for page in PAGES} | {"changelog.md"} == listed


@pytest.mark.parametrize("page", [*PAGES, *OUTSIDE], ids=shown)
def test_links_lead_to_what_exists(page: Path) -> None:
    missing = [
        f"{shown(target) if target.is_relative_to(ROOT) else target}#{heading}"
        for target, heading in targets(page)
        if not target.exists() or (heading and target.suffix == ".md" and heading not in anchors(target))
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_each_page_has_one_title(page: Path) -> None:
    assert len(re.findall(r"^# ", prose(page), re.MULTILINE)) == 1


@pytest.mark.parametrize("page", sorted((DOCS / "reference").glob("*.md")), ids=shown)
def test_the_reference_uses_plain_words(page: Path) -> None:
    assert odd_words(page.read_text(encoding="utf-8")) == []


class TestExamples:
    def test_the_tutorial_is_right(self, tmp_path: Path) -> None:
        """Its tests fail and pass as it says."""
        files = blocks("tutorial.md", "python")
        first, test, mended, lost = files
        runs = [(first, test, 1), (mended, test, 0), (lost, lost, 0)]
        for code, other, expected in runs:
            for text in (code, other):
                (tmp_path / text.partition("\n")[0].removeprefix("# ")).write_text(text, encoding="utf-8")
            name = other.partition("\n")[0].removeprefix("# ")
            done = run_pytest(tmp_path, name)
            assert done.returncode == expected, done.stdout
            if expected:
                assert "2021-10-28" in done.stdout
                assert "limited to 7 day" in done.stdout

    def test_the_booking_of_the_tutorial_is_made(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Command by command; the second booking of a number is refused."""
        commands = [command for block in blocks("tutorial.md", "sh") for command in commands_of(block)]
        (served,) = [words for words in commands if words[:2] == ["drs-simulator", "serve"]]
        calls = [words for words in commands if words[0] == "drs-client"]
        assert [words[1] for words in calls] == ["slots", "book", "show", "book", "cancel"]
        monkeypatch.setenv("DRS_PASSWORD", "drs")
        with Simulator("lincoln", clock=served[served.index("--clock") + 1]) as drs:
            monkeypatch.setenv("DRS_URL", drs.url)
            done = [run_command(words) for words in calls]
        assert [each.returncode for each in done] == [0, 0, 0, 1, 0]
        assert "already exists" in done[3].stderr

    def test_the_clauses_are_listed(self) -> None:
        (block,) = blocks("verify.md", "sh")
        listing, *_ = commands_of(block)
        assert "presumed" in run_command(listing).stdout

    def test_the_admin_api_is_driven(self) -> None:
        (example,) = blocks("admin.md", "python")
        with Simulator("lincoln", clock="fixed@2021-10-22T12:20") as drs:
            names: dict[str, Any] = {}
            exec(compile(example.replace("http://127.0.0.1:8080", drs.url), "admin.md", "exec"), names)
            assert drs.export_state() == names["state"]

    def test_the_client_books(self) -> None:
        (example,) = blocks("clients.md", "python")
        with Simulator("lincoln") as drs:
            names: dict[str, Any] = {}
            address = "http://127.0.0.1:8080/OTWebServiceGateway_LINCOLN/ws/soap"
            assert address in example
            exec(compile(example.replace(address, drs.url), "clients.md", "exec"), names)
            assert names["order"].bookings[0].window_start is not None

    def test_the_profile_can_be_used(self, tmp_path: Path) -> None:
        settings, evidence = blocks("own-profile.md", "toml")
        file = tmp_path / "own.toml"
        file.write_text(f"{settings}\n{evidence}", encoding="utf-8")
        profile = load_profile(file)
        assert (profile.availability.day_cap, len(profile.priorities)) == (14, 2)
        assert profile.evidence["availability.day_cap"].startswith("seen")

    def test_the_scenario_can_be_used(self, tmp_path: Path) -> None:
        (example,) = blocks("exercise.md", "toml")
        file = tmp_path / "own.toml"
        file.write_text(example, encoding="utf-8")
        assert len(load_scenario(file).faults) == 2

    def test_the_flat_file_can_be_imported(self) -> None:
        (example,) = blocks("flat-files.md", "text")
        with Simulator("lincoln", clock="fixed@2021-04-01T12:20") as drs:
            assert drs.import_order(parse_housing_file(example.encode()))
            with drs.client() as client:
                (order,) = client.select_orders("10000047")
        assert order.location is not None


def commands_of(block: str) -> list[list[str]]:
    """The commands of a block of shell, without comments."""
    return [shlex.split(line, comments=True) for line in block.replace("\\\n", " ").splitlines()]


def run_command(words: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command of ours, whether it is installed or not."""
    command = [sys.executable, "-m", words[0].replace("-", "_"), *words[1:]]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


def run_pytest(folder: Path, name: str) -> subprocess.CompletedProcess[str]:
    """Run a test of a page in a folder of its own, without the settings and the other plugins of this repository."""
    plugins = ["-p", "drs_contracts.pytest_plugin", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", name, *plugins, "--rootdir", str(folder)]
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    variables["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=200, check=False)


@pytest.mark.skipif(
    importlib.util.find_spec("mkdocs") is None,
    reason="The site needs MkDocs, which is in the dependency group docs: make docs-site builds it strictly.",
)
def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(SITE), "-d", str(tmp_path / "site")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "changelog.html").is_file()


def test_every_public_name_that_users_call_is_in_the_reference() -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in (DOCS / "reference").glob("*.md"))
    wanted = ("DrsClient", "RepairWorkflow", "Simulator", "AdminClient", "CallbackReceiver", "judge_calls")
    assert [name for name in wanted if not re.search(rf"^::: \w+\.{name}$", pages, re.MULTILINE)] == []


def test_the_pages_of_the_reference_are_made_by_one_command() -> None:
    made = runpy.run_path(str(DOCS / "generate_reference.py"))["PAGES"]
    by_hand = {"index.md", "simulator.md", "client.md", "contracts.md"}
    assert set(made) | by_hand == {page.name for page in (DOCS / "reference").glob("*.md")}
