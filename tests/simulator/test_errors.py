"""What pydantic found, in plain words."""

from __future__ import annotations

from typing import Annotated, Literal, Self

import pytest
from drs_simulator.errors import FieldProblem, explain
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator


class Slow(BaseModel):
    kind: Literal["slow"]
    seconds: int


class Lost(BaseModel):
    kind: Literal["lost"]


class Rule(BaseModel):
    model_config = ConfigDict(extra="forbid")

    effect: Annotated[Slow | Lost, Field(discriminator="kind")]
    times: int = 1

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.times > 5:
            raise ValueError("times: is too many\neffect: is too few")
        return self


class Rules(BaseModel):
    rules: tuple[Rule, ...]


def problems(model: type[BaseModel], table: object, tagged: str | None = None) -> list[FieldProblem]:
    with pytest.raises(ValidationError) as found:
        model.model_validate(table)
    return explain(found.value, tagged)


def test_problem_begins_with_its_key() -> None:
    (problem,) = problems(Rules, {"rules": [{"effect": {"kind": "lost"}, "times": "often"}]})
    assert problem.key == "rules[0].times"
    assert str(problem).startswith("rules[0].times: Input should be a valid integer")


def test_unknown_key_is_to_be_checked_for_its_spelling() -> None:
    (problem,) = problems(Rule, {"effect": {"kind": "lost"}, "tmies": 2})
    assert str(problem) == "tmies: is unknown; check its spelling"


def test_the_kind_of_a_tagged_value_is_no_key() -> None:
    table = {"rules": [{"effect": {"kind": "slow"}}]}
    assert problems(Rules, table)[0].path == ("rules", 0, "effect", "slow", "seconds")
    assert problems(Rules, table, tagged="effect")[0].path == ("rules", 0, "effect", "seconds")


def test_problem_of_an_unknown_kind_has_the_tagged_key() -> None:
    (problem,) = problems(Rule, {"effect": {"kind": "odd"}}, tagged="effect")
    assert problem.key == "effect"


def test_problems_of_the_whole_name_their_keys_themselves() -> None:
    found = problems(Rule, {"effect": {"kind": "lost"}, "times": 6})
    assert [str(problem) for problem in found] == ["times: is too many", "effect: is too few"]


def test_value_that_was_sent_is_not_repeated() -> None:
    (problem,) = problems(Rule, {"effect": {"kind": "lost"}, "times": "secret"})
    assert "secret" not in str(problem)
