"""Runs the steps of a composite action as a runner of GitHub does, as far as that takes no GitHub."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
STEP_SECONDS = 120
_EXPRESSION = re.compile(r"\$\{\{ *([\w.-]+) *\}\}")


def load_yaml(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def read_assignments(file: Path) -> dict[str, str]:
    """What steps have written to GITHUB_ENV or GITHUB_OUTPUT."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return dict(line.split("=", 1) for line in lines)


class StepFailedError(Exception):
    """A step has ended with an exit code other than 0."""


@dataclass
class Job:
    """A job on a runner: what one action leaves in the environment is there for the next.

    Args:
        folder: The runner's folder of temporary files.
        variables: The environment of the job.
    """

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    def use(
        self,
        action: Path,
        inputs: Mapping[str, str] = {},
        used: Mapping[str, Mapping[str, str]] = {},
        *,
        without: str = "",
    ) -> dict[str, str]:
        """Run an action and return its outputs.

        Args:
            action: Its folder.
            inputs: Its inputs; others have their defaults.
            used: The outputs of the steps that use other actions, by the steps' ids.
            without: The id of a step that is left out.

        Raises:
            StepFailedError: A step failed; the message has what it printed.
        """
        described = load_yaml(action / "action.yml")
        values = {f"inputs.{name}": str(each.get("default", "")) for name, each in described["inputs"].items()}
        values |= {f"inputs.{name}": value for name, value in inputs.items()}
        values["github.action_path"] = str(action)
        for step_id, outputs in used.items():
            values |= {f"steps.{step_id}.outputs.{name}": value for name, value in outputs.items()}
        for step in described["runs"]["steps"]:
            if "run" in step and step.get("id") != without and self._is_wanted(step.get("if", "true"), values):
                outputs = self._run(step, values)
                values |= {f"steps.{step.get('id')}.outputs.{name}": value for name, value in outputs.items()}
        return {name: self._evaluate(each["value"], values) for name, each in described.get("outputs", {}).items()}

    def _run(self, step: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, str]:
        files = {name: self.folder / name.lower() for name in ("GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH")}
        files["GITHUB_OUTPUT"].unlink(missing_ok=True)
        script = self.folder / "step.sh"
        script.write_text(step["run"], encoding="utf-8")
        own = {name: self._evaluate(str(value), values) for name, value in step.get("env", {}).items()}
        runner = {"RUNNER_TEMP": str(self.folder), **{name: str(path) for name, path in files.items()}}
        # The files of the shells that GitHub starts: bash --noprofile --norc -eo pipefail.
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            env={**os.environ, **self.variables, **runner, **own},
            capture_output=True,
            text=True,
            timeout=STEP_SECONDS,
            check=False,
        )
        if done.returncode:
            raise StepFailedError(done.stdout + done.stderr)
        self.variables |= read_assignments(files["GITHUB_ENV"])
        return read_assignments(files["GITHUB_OUTPUT"])

    @staticmethod
    def _evaluate(text: str, values: Mapping[str, str]) -> str:
        return _EXPRESSION.sub(lambda found: values.get(found[1], ""), text)

    @staticmethod
    def _is_wanted(condition: str, values: Mapping[str, str]) -> bool:
        """Decide a condition of the form ``a == 'x' && b == 'y'``, or ``true``."""
        for part in condition.split("&&"):
            name, _, wanted = part.strip().partition(" == ")
            if name != "true" and values.get(name, "") != wanted.strip("'"):
                return False
        return True
