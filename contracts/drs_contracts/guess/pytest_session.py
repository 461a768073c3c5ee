"""What the pytest fixtures take from a run under variants, and what they give back."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from drs_simulator import JournalEntry, Profile, apply_variants, find_variants, load_profile

from drs_contracts.guess.exchanges import keep_exchange, write_exchanges
from drs_contracts.guess.runner import EXCHANGES_VARIABLE, VARIANTS_VARIABLE


def take_up_variants(profile: str | Path | Profile) -> str | Path | Profile:
    """Return the profile with the variants that the environment names, if it names any."""
    wanted = os.environ.get(VARIANTS_VARIABLE, "").split("\n")
    if wanted == [""]:
        return profile
    known = profile if isinstance(profile, Profile) else load_profile(profile)
    return apply_variants(known, [each for each in find_variants(known) if each.id in wanted])


def report_exchanges(entries: Iterable[JournalEntry]) -> None:
    """Write the exchanges to the file that the environment names, if it names one."""
    file = os.environ.get(EXCHANGES_VARIABLE)
    if file:
        write_exchanges(Path(file), map(keep_exchange, entries))
