"""``drs-simulator profile show`` and ``new``, and ``schema``."""

from __future__ import annotations

import json
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from drs_simulator import load_profile, profile_names, scenario_names

from tests.simulator.cli.test_cli import run

DATA = files("drs_simulator")


def schema(name: str) -> Any:
    return json.loads(run("schema", name).stdout)


def problems(name: str, text: str) -> list[str]:
    """What a schema finds in a TOML file; its dates are text, as editors read them."""
    read = json.loads(json.dumps(tomllib.loads(text), default=str))
    return [str(each) for each in jsonschema_rs.validator_for(schema(name)).iter_errors(read)]


class TestShow:
    """``profile show`` has what a caller may send."""

    def test_it_lists_priorities_codes_and_places(self) -> None:
        shown = run("profile", "show", "lincoln").stdout
        for words in ("Priority 20 Days", "N373049   60       Joiner", "3670010   7 EXAMPLE TERRACE", "Contracts: 0."):
            assert words in shown

    def test_the_whole_profile_can_be_had_as_json(self) -> None:
        shown = run("profile", "show", "newark", "--json").stdout
        assert json.loads(shown) == json.loads(load_profile("newark").model_dump_json())

    def test_an_unknown_profile_is_an_error(self) -> None:
        done = run("profile", "show", "nowhere")
        assert (done.returncode, "Profile nowhere cannot be used" in done.stderr) == (2, True)


class TestNew:
    """``profile new`` writes a profile that can be served."""

    def test_what_is_given_is_written(self, tmp_path: Path) -> None:
        file = tmp_path / "ours.toml"
        options = ("--title", 'Our "town"', "--instance", "OURS", "--slots", "09:00-12:00", "--day-cap", "5")
        done = run("profile", "new", str(file), *options, "--priorities", "1 Day, 5 Days", "--extends", "newark")
        assert done.returncode == 0, done.stderr
        profile = load_profile(file)
        assert (profile.title, profile.instance, profile.availability.day_cap) == ('Our "town"', "OURS", 5)
        assert [each.id for each in profile.priorities] == ["1 Day", "5 Days"]
        assert profile.sor_codes == load_profile("newark").sor_codes
        assert f"serve --profile {file}" in done.stdout

    def test_what_is_not_given_is_as_in_the_extended_one(self, tmp_path: Path) -> None:
        file = tmp_path / "ours.toml"
        assert run("profile", "new", str(file)).returncode == 0
        ours, lincoln = load_profile(file), load_profile("lincoln")
        assert ours.availability == lincoln.availability
        assert ours.priorities == lincoln.priorities

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            (("--slots", "noon"), "write hours as 08:00-12:00"),
            (("--day-cap", "many"), "availability.day_cap"),
            (("--instance", "no blanks"), "instance"),
            (("--priorities", ","), "priorities"),
            (("--extends", "nowhere"), "Profile nowhere"),
        ],
    )
    def test_what_cannot_be_used_leaves_no_file(self, tmp_path: Path, options: tuple[str, ...], words: str) -> None:
        done = run("profile", "new", str(tmp_path / "ours.toml"), *options)
        assert done.returncode == 2
        assert words in done.stderr
        assert list(tmp_path.iterdir()) == []

    def test_a_file_is_overwritten_only_if_wanted(self, tmp_path: Path) -> None:
        file = tmp_path / "ours.toml"
        file.write_text("mine", encoding="utf-8")
        assert "--force" in run("profile", "new", str(file)).stderr
        assert run("profile", "new", str(file), "--force", "--slots", "noon").returncode == 2
        assert file.read_text(encoding="utf-8") == "mine"
        assert run("profile", "new", str(file), "--force").returncode == 0


class TestSchemas:
    """Editors check files by the schemas; every bundled file keeps them, and a slip does not."""

    def test_bundled_profiles_keep_theirs(self) -> None:
        for name in profile_names():
            text = DATA.joinpath("profile", "data", f"{name}.toml").read_text(encoding="utf-8")
            assert problems("profile", text) == []

    def test_bundled_scenarios_keep_theirs(self) -> None:
        for name in scenario_names():
            text = DATA.joinpath("scenarios", "data", f"{name}.toml").read_text(encoding="utf-8")
            assert problems("scenario", text) == []

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("profile", 'extends = "lincoln"\ntitel = "x"'),
            ("profile", 'extends = "lincoln"\n[availability]\nslots = ["noon"]'),
            ("profile", 'title = "It lacks the rest"'),
            ("scenario", 'title = "x"\n[[faults]]\neffect = "magic"'),
            ("faults", "[[faults]]\noperation = 3"),
        ],
    )
    def test_a_slip_is_found(self, name: str, text: str) -> None:
        assert problems(name, text)

    def test_a_fault_file_is_described(self) -> None:
        assert problems("faults", '[[faults]]\noperation = "createOrder"\ntimes = 1\neffect = "reset"') == []

    def test_an_unknown_kind_is_an_error(self) -> None:
        done = run("schema", "nothing")
        assert done.returncode == 2
        assert "'profile', 'faults', 'scenario'" in " ".join(done.stderr.replace("│", " ").split())
