"""``drs-simulator profile``: list profiles, show, check or make one, learn one from traffic, and list its guesses."""

from __future__ import annotations

from typing import Annotated

import typer

from drs_simulator.cli.commands import PlainCommand, PlainGroup
from drs_simulator.cli.learning import learn_from_traffic
from drs_simulator.cli.new_profile import make_profile
from drs_simulator.cli.output import echo, print_table
from drs_simulator.profile.loading import load_profile, profile_names
from drs_simulator.profile.tables import EVIDENCE_GRADES
from drs_simulator.profile.variants import Variant, find_variants, load_without_alternative

profile_app = typer.Typer(
    cls=PlainGroup, help="Profiles: the settings of an installation of DRS.", no_args_is_help=True
)
_Profile = Annotated[str, typer.Argument(help="A profile's name or TOML file.", metavar="PROFILE")]


@profile_app.command("list", cls=PlainCommand)
def list_profiles() -> None:
    """List the bundled profiles."""
    rows = []
    for name in profile_names():
        profile = load_profile(name)
        hours = ", ".join(f"{slot.begin:%H:%M}-{slot.end:%H:%M}" for slot in profile.availability.slots)
        rows.append((name, profile.title, f"{profile.availability.day_cap} days", hours))
    print_table(("name", "installation", "cap", "slots"), rows)


@profile_app.command("check", cls=PlainCommand)
def check_profile(
    profiles: Annotated[list[str], typer.Argument(help="Profiles' names or TOML files.", metavar="PROFILE...")],
) -> None:
    """Check profiles. If one is invalid, the exit code is 2 and the error names the key."""
    for profile in profiles:
        loaded = load_profile(profile)
        echo(
            f"{profile} is valid: {loaded.title}, {len(loaded.operatives)} operatives, {len(loaded.sor_codes)} SOR "
            f"codes, {len(loaded.locations)} locations."
        )


@profile_app.command("evidence", cls=PlainCommand)
def show_evidence(profile: _Profile) -> None:
    """Show how each setting of a profile is known, and how many have each grade."""
    evidence = load_profile(profile).evidence
    print_table(("setting", "evidence"), evidence.items())
    grades = [text.partition(":")[0].strip() for text in evidence.values()]
    print_table(("grade", "settings"), [(each, str(grades.count(each))) for each in EVIDENCE_GRADES])


@profile_app.command("show", cls=PlainCommand)
def show_profile(
    profile: _Profile,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole profile as JSON.", metavar="")] = False,
) -> None:
    """Show what a caller may send: priorities, SOR codes, places, contracts and operatives."""
    loaded = load_profile(profile)
    if as_json:
        echo(loaded.model_dump_json(indent=2))
        return
    hours = ", ".join(f"{slot.begin:%H:%M}-{slot.end:%H:%M}" for slot in loaded.availability.slots)
    echo(f"{loaded.title}, instance {loaded.instance}, {loaded.timezone}")
    echo(f"Contracts: {', '.join(loaded.contracts)}. Slots: {hours}. At most {loaded.availability.day_cap} days.")
    echo("")
    print_table(("priority", "title"), [(each.id, each.title) for each in loaded.priorities])
    echo("")
    codes = [(each.code, str(each.minutes), each.trade, each.description) for each in loaded.sor_codes]
    print_table(("SOR code", "minutes", "trade", "description"), codes)
    echo("")
    places = [(each.id, each.address1, each.post_code, each.sector or "") for each in loaded.locations]
    print_table(("location", "address", "post code", "sector"), places)
    echo("")
    operatives = [(each.id, each.name, ", ".join(each.trades)) for each in loaded.operatives]
    print_table(("operative", "name", "trades"), operatives)


@profile_app.command("variants", cls=PlainCommand)
def show_variants(profile: _Profile) -> None:
    """Show what of a profile is a guess, what else is plausible, and what to ask the vendor or the council."""
    loaded = load_profile(profile)
    of_setting: dict[str, list[Variant]] = {}
    for variant in find_variants(loaded):
        of_setting.setdefault(variant.setting, []).append(variant)
    for setting, variants in of_setting.items():
        guess = variants[0].guess
        clauses = f" ({', '.join(guess.clauses)})" if guess.clauses else ""
        echo(f"{setting}{clauses} is a guess: {guess.read(loaded)}")
        for variant in variants:
            text = f" ({variant.alternative.value})" if variant.alternative.name else ""
            echo(f"  {variant.id}{text}: {variant.alternative.why}")
        echo(f"  Ask: {guess.ask}")
    for each in load_without_alternative():
        echo(f"{', '.join(each.clauses)}: presumed, without an alternative: {each.why}.")
    count = sum(map(len, of_setting.values()))
    echo(f"{len(of_setting)} guesses with {count} variants. drs-contracts guess finds those that a service depends on.")


profile_app.command("new", cls=PlainCommand)(make_profile)
profile_app.command("learn", cls=PlainCommand)(learn_from_traffic)
