"""The effects that make a caller wait: a fixed time, or one drawn from a distribution."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from math import exp, log
from random import Random
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from drs_simulator.endpoint.connection import Reply
from drs_simulator.endpoint.effect import Effect
from drs_simulator.endpoint.scene import Scene

_LONGEST_SECONDS = 3600
Seconds = Annotated[float, Field(ge=0, le=_LONGEST_SECONDS)]


def _check_order(least: float, most: float) -> None:
    if least > most:
        raise ValueError(f"least ({least}) is more than most ({most})")


class _Wait(Effect):
    @abstractmethod
    def drawn(self, random: Random) -> float:
        """How many seconds one call waits."""

    def strike(self, scene: Scene, carry_out: Callable[[], Reply]) -> Reply:
        """Wait before the call."""
        scene.sleep(self.drawn(scene.random))
        return carry_out()


class Delay(_Wait):
    """The call waits so many seconds."""

    kind: Literal["delay"] = "delay"
    seconds: Seconds

    def drawn(self, random: Random) -> float:  # noqa: ARG002 - nothing is left to chance
        """The same for every call."""
        return self.seconds


class DelayUniform(_Wait):
    """The call waits anything from ``least`` to ``most`` seconds, all as likely."""

    kind: Literal["delay_uniform"] = "delay_uniform"
    least: Seconds = 0
    most: Seconds

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _check_order(self.least, self.most)
        return self

    def drawn(self, random: Random) -> float:
        """How many seconds one call waits."""
        return random.uniform(self.least, self.most)


class DelayLogNormal(_Wait):
    """A log-normal wait: half the calls wait longer than ``median`` seconds, few of them much longer.

    What is drawn below ``least`` or above ``most`` is those.
    """

    kind: Literal["delay_log_normal"] = "delay_log_normal"
    median: Annotated[float, Field(gt=0, le=_LONGEST_SECONDS)]
    sigma: Annotated[float, Field(ge=0, le=5)]
    least: Seconds = 0
    most: Seconds = _LONGEST_SECONDS

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _check_order(self.least, self.most)
        return self

    def drawn(self, random: Random) -> float:
        """How many seconds one call waits."""
        return min(max(exp(random.normalvariate(log(self.median), self.sigma)), self.least), self.most)


class DelayLincoln(_Wait):
    """The call waits as long as a checkAvailability took at Lincoln, measured over 300 calls (client).

    The least was 0.878 s, the mean 1.685 s, the most 4.835 s. A log-normal wait is fitted to them: it has that mean,
    it never leaves those bounds, and the longest of 300 is about the longest that was measured.
    """

    kind: Literal["delay_lincoln"] = "delay_lincoln"

    def drawn(self, random: Random) -> float:
        """How many seconds one call waits."""
        return _AT_LINCOLN.drawn(random)


_AT_LINCOLN = DelayLogNormal(median=1.548, sigma=0.398, least=0.878, most=4.835)
