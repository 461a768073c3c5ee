"""``drs-simulator profile``: which profiles there are, what is wrong with one, and how its settings are known."""

from __future__ import annotations

from typing import Annotated

import typer

from drs_simulator.cli.output import echo, print_table
from drs_simulator.profile.loading import load_profile, profile_names
from drs_simulator.profile.model import EVIDENCE_GRADES

profile_app = typer.Typer(help="Profiles: what an installation of DRS is set up with.", no_args_is_help=True)


@profile_app.command("list")
def profile_list() -> None:
    """The profiles that come with the simulator."""
    rows = []
    for name in profile_names():
        profile = load_profile(name)
        hours = ", ".join(f"{slot.begin:%H:%M}-{slot.end:%H:%M}" for slot in profile.availability.slots)
        rows.append((name, profile.title, f"{profile.availability.day_cap} days", hours))
    print_table(("name", "installation", "cap", "slots"), rows)


@profile_app.command("check")
def profile_check(file: Annotated[str, typer.Argument(help="A TOML file, or a profile's name.")]) -> None:
    """Say what is wrong with a profile, and at which key. Exit code 2 if anything is."""
    profile = load_profile(file)
    echo(
        f"{file} is in order: {profile.title}, {len(profile.operatives)} operatives, {len(profile.sor_codes)} SOR "
        f"codes, {len(profile.locations)} locations."
    )


@profile_app.command("evidence")
def profile_evidence(name: Annotated[str, typer.Argument(help="A profile's name, or a TOML file.")]) -> None:
    """How each setting of a profile is known, and how many settings are known how well."""
    evidence = load_profile(name).evidence
    print_table(("setting", "evidence"), evidence.items())
    grades = [text.partition(":")[0].strip() for text in evidence.values()]
    print_table(("grade", "settings"), [(each, str(grades.count(each))) for each in EVIDENCE_GRADES])
