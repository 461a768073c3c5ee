"""Workflows, actions, issue forms and the examples of docs/ci.md are as their schemas say, and agree."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci.runner import ROOT, load_yaml

PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
SNIPPETS: dict[str, list[str]] = {}
for _section in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]:
    SNIPPETS[_section.partition("\n")[0]] = re.findall(r"```yaml\n(.*?)```", _section, re.DOTALL)
WORKFLOWS = [*SNIPPETS["GitHub Actions"], *SNIPPETS["The image"]]
OWN_ACTIONS = {
    "drs-simulator/drs-simulator@main": ROOT,
    "drs-simulator/drs-simulator/save-journal@main": ROOT / "save-journal",
}


def check(schema: str, *files: Path) -> None:
    """Check files with a schema that comes with check-jsonschema."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [
        ("github-workflows", ".github/workflows/*.yml"),
        ("github-actions", "**/action.yml"),
        ("github-issue-forms", ".github/ISSUE_TEMPLATE/[!c]*.yml"),
        ("dependabot", ".github/dependabot.yml"),
    ],
)
def test_files_of_github_are_as_their_schema_says(schema: str, pattern: str) -> None:
    top, _, rest = pattern.partition("/")
    files = [ROOT / "action.yml", ROOT / "save-journal" / "action.yml"] if top == "**" else [*(ROOT / top).glob(rest)]
    assert files
    check(schema, *files)


@pytest.mark.parametrize(
    ("schema", "texts"),
    [
        ("github-workflows", WORKFLOWS),
        ("gitlab-ci", SNIPPETS["GitLab"]),
        ("azure-pipelines", SNIPPETS["Azure Pipelines"]),
        ("compose-spec", SNIPPETS["docker compose"]),
    ],
)
def test_examples_are_as_their_schema_says(schema: str, texts: list[str], tmp_path: Path) -> None:
    assert texts
    files = [tmp_path / f"{number}.yml" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        # The schema wants the volumes of a file of its own.
        file.write_text(f"{text}volumes:\n  tls:\n" if schema == "compose-spec" else text, encoding="utf-8")
    check(schema, *files)


def steps_of(workflow: Any) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_examples_use_the_actions_with_inputs_that_they_have() -> None:
    used = [
        step
        for text in WORKFLOWS
        for step in steps_of(yaml.safe_load(text))
        if "drs-simulator/" in step.get("uses", "")
    ]
    assert {step["uses"] for step in used} == OWN_ACTIONS.keys()
    for step in used:
        inputs = load_yaml(OWN_ACTIONS[step["uses"]] / "action.yml")["inputs"]
        assert step.get("with", {}).keys() <= inputs.keys()


def test_the_page_has_every_input_and_output_of_the_action() -> None:
    action = load_yaml(ROOT / "action.yml")
    for name in [*action["inputs"], *action["outputs"].keys() - {"log"}]:
        assert f"`{name}`" in PAGE
    for name, described in action["inputs"].items():
        (row,) = (line for line in PAGE.splitlines() if re.match(rf"\| (`\w+`, )?`{name}`(, `\w+`)? \|", line))
        assert described["default"] in row


def test_major_versions_of_actions_are_pinned() -> None:
    """The same everywhere, so that one update is all that it takes."""
    texts = [PAGE, *(path.read_text(encoding="utf-8") for path in (ROOT / ".github" / "workflows").glob("*.yml"))]
    texts += [(path / "action.yml").read_text(encoding="utf-8") for path in OWN_ACTIONS.values()]
    used = set(re.findall(r"uses: ([\w-]+/[\w-]+)@(\S+)", "\n".join(texts))) - {("drs-simulator/drs-simulator", "main")}
    assert all(re.fullmatch(r"v\d+", version) for _, version in used)
    assert len(used) == len(dict(used))


def test_hooks_of_each_commit_are_the_checks_of_make_check() -> None:
    hooks = load_yaml(ROOT / ".pre-commit-config.yaml")["repos"][0]["hooks"]
    checks = re.findall(r"^\t\$\(BIN\)/(ruff \w+|mypy|lint-imports)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    entries = [hook["entry"] for hook in hooks]
    assert set(checks) == {"ruff check", "ruff format", "mypy", "lint-imports"}
    assert all(any(entry.startswith(f".venv/bin/{each}") for entry in entries) for each in checks)


def test_the_example_of_a_hook_is_one_that_is_offered() -> None:
    (text,) = SNIPPETS["Profiles of your own, checked at each commit"]
    (hook,) = yaml.safe_load(text)["repos"][0]["hooks"]
    (offered,) = load_yaml(ROOT / ".pre-commit-hooks.yaml")
    assert hook["id"] == offered["id"]
    assert offered["entry"] == "drs-simulator profile check"


def test_what_messages_say_to_install_is_what_the_extras_have() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    places = {
        "contracts": "contracts/drs_contracts/__main__.py",
        "sql": "simulator/drs_simulator/storage/opening.py",
        "tls": "simulator/drs_simulator/http/servers/tls.py",
    }
    for extra, file in places.items():
        (line,) = re.findall(r"pip install ([^\"\\]+)", (ROOT / file).read_text(encoding="utf-8"))
        assert sorted(line.replace("'", "").split()) == sorted(each.partition(">")[0] for each in extras[extra])
