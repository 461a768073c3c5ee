"""The parts of a mutation run: a mutant is in force when it is switched on, and verdicts outlast a run."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from drs_contracts import Outcome

from tests.mutation import record, statements, switch, trial
from tests.mutation.record import Check, End, Record, Verdict
from tests.mutation.report import describe

# As mutmut writes them, so that a name is that of a mutant.
ADD = f"{__name__}.x_add__mutmut_1"
NAME = f"{__name__}.x_thing_name__mutmut_1"
additions: switch.MutantDict = {}
names: switch.MutantDict = {}


@switch.wrap(additions)
def add(one: int, other: int) -> int:
    raise AssertionError("a copy is called in its place")


def x_add__mutmut_orig(one: int, other: int) -> int:
    return one + other


def x_add__mutmut_1(one: int, other: int) -> int:
    return one - other


class Thing:
    @classmethod
    @switch.wrap(names, is_classmethod=True)
    def name(cls) -> str:
        raise AssertionError("a copy is called in its place")

    @classmethod
    def x_thing_name__mutmut_orig(cls) -> str:
        return cls.__name__

    @classmethod
    def x_thing_name__mutmut_1(cls) -> str:
        return ""


additions |= {"_mutmut_orig": x_add__mutmut_orig, "x_add__mutmut_1": x_add__mutmut_1}
names |= {
    "_mutmut_orig": Thing.x_thing_name__mutmut_orig,
    "x_thing_name__mutmut_1": Thing.x_thing_name__mutmut_1,
}


@pytest.fixture(autouse=True)
def no_mutant() -> Iterator[None]:
    yield
    switch.switch_on("")


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "VERDICTS", tmp_path / "verdicts.jsonl")


def test_a_mutant_is_in_force_once_it_is_switched_on() -> None:
    assert add(3, 2) == 5
    switch.switch_on(ADD)
    assert (add(3, 2), Thing.name(), switch.count_calls()) == (1, "Thing", 1)


def test_a_mutant_of_another_module_is_not_in_force() -> None:
    switch.switch_on("another.module.x_add__mutmut_1")
    assert (add(3, 2), switch.count_calls()) == (5, 0)


def test_a_classmethod_is_that_of_the_class_it_is_called_on() -> None:
    class Other(Thing):
        pass

    assert Other.name() == "Other"
    switch.switch_on(NAME)
    assert Other.name() == ""


MUTATED = """
def x_share__mutmut_orig(whole, parts):
    if parts:
        return whole / parts
    return 0
def x_share__mutmut_1(whole, parts):
    if parts:
        return whole * parts
    return 0
def x_share__mutmut_2(whole, parts):
    if parts:
        return whole / parts
    return 1
"""


def test_statements_that_are_carried_out_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a function with two ways, the statement of each mutant is carried out on one of them."""
    folder = tmp_path / "drs_simulator" / "scheduling"
    folder.mkdir(parents=True)
    (folder / "shares.py").write_text(MUTATED, encoding="utf-8")
    monkeypatch.setattr(statements, "FOLDER", tmp_path)
    spec = spec_from_file_location("shares", folder / "shares.py")
    assert spec is not None
    assert spec.loader is not None
    shares = module_from_spec(spec)
    spec.loader.exec_module(shares)
    name = "drs_simulator.scheduling.shares.x_share"
    changed = [statements.statement_of(f"{name}__mutmut_{number}") for number in (1, 2)]
    assert changed == [2, 3]
    assert statements.changed_text(f"{name}__mutmut_1").strip() == "return whole / parts"
    for parts, carried_out in ((2, {1, 2}), (0, {1, 3})):
        _, found = statements.trace(partial(shares.x_share__mutmut_orig, 6, parts))
        assert found == {name: carried_out}


def test_the_last_verdict_on_a_mutant_counts() -> None:
    check = Check("lincoln", "SES-01", 2)
    Record.read().add(Verdict(ADD, End.SURVIVED, seconds=10.0, passed=(str(check),)))
    assert Record.read().verdicts[ADD].passed == ("lincoln SES-01 2",)
    noticed = Verdict(ADD, End.NOTICED, str(check), "it is not held", 12.0)
    Record.read().add(noticed)
    assert Record.read().verdicts == {ADD: noticed}
    assert Check.of(noticed.check) == check


def test_a_sample_is_told_with_its_margin() -> None:
    verdicts = [Verdict(f"m.x_f__mutmut_{n}", End.NOTICED if n else End.SURVIVED) for n in range(100)]
    assert "99 of 100 are noticed: 99.0 % of a sample, within 1.9 points" in describe(verdicts, 4000, [])
    assert "99.0 % of all that a call to DRS can reach" in describe(verdicts, 100, [])


def test_a_check_that_cannot_steer_a_mutant_is_inconclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run goes on with other checks, which call the mutant and may notice it."""

    def fail(*_: object) -> None:
        raise AttributeError("no session")

    monkeypatch.setattr(trial, "run_clauses", fail)
    result = trial.Trial().run(Check(trial.BASE, "SES-01", 2))
    assert result == (Outcome.INCONCLUSIVE, "AttributeError: no session")


def test_equivalent_mutants_are_told_apart() -> None:
    """One that a clause has noticed after all is named."""
    verdicts = [
        Verdict("m.x_f__mutmut_0", End.SURVIVED),
        Verdict("m.x_f__mutmut_1", End.NOTICED),
        Verdict("m.x_f__mutmut_2", End.SURVIVED),
        Verdict("m.x_f__mutmut_3", End.NOTICED),
    ]
    told = describe(verdicts, 4, [], {"m.x_f__mutmut_0", "m.x_f__mutmut_1"})
    assert "2 of 4 are noticed: 50.0 % of all" in told
    assert "m.x_f__mutmut_1 is listed as equivalent, and is not." in told
