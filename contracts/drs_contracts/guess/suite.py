"""The search over a pytest suite: pytest itself is the command."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from drs_simulator import UnknownVariantError, choose_variants, find_variants, load_profile

from drs_contracts.errors import ContractsError
from drs_contracts.guess.engine import GuessSettings, find_dependencies
from drs_contracts.guess.report import GuessReport
from drs_contracts.guess.runner import JUNIT


def guess_suite(
    arguments: Sequence[str], profile: str, only: Sequence[str], jobs: int
) -> GuessReport | ContractsError | UnknownVariantError:
    """Run the tests of a suite that use a DRS fixture under variants; return the report, or why there is none.

    Args:
        arguments: Those of pytest that choose the tests.
        profile: The profile of the simulators.
        only: The variants or settings to try; empty for all.
        jobs: How many runs go on at once.
    """
    own = ("--drs-only", "-p", "no:cacheprovider", "-q", f"--junitxml={JUNIT}")
    installation = load_profile(profile)
    command = [sys.executable, "-m", "pytest", *arguments, *own]
    try:
        variants = choose_variants(installation, only) if only else find_variants(installation)
        return find_dependencies(command, installation, variants, GuessSettings(jobs=jobs))
    except (ContractsError, UnknownVariantError) as error:
        return error
