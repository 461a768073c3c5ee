"""What every effect of a fault rule is, and what it finds when it strikes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from drs_simulator.endpoint.connection import Reply
from drs_simulator.endpoint.sent import SentCall


@dataclass(frozen=True, slots=True)
class Scene:
    """One call that effects strike.

    Args:
        call: What was sent.
        random: The call's own randomness.
        sleep: Waits so many seconds.
        forget_sessions: Ends all sessions.
        take_places: Has another caller take the places that this call asks for.
    """

    call: SentCall
    random: Random
    sleep: Callable[[float], object]
    forget_sessions: Callable[[], object]
    take_places: Callable[[SentCall], object]


class Effect(BaseModel):
    """Something that happens to a call."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: str
    concerns: ClassVar[frozenset[str] | None] = None
    """The only operations that it can happen to; ``None`` for whatever is posted."""

    @abstractmethod
    def strike(self, scene: Scene, carry_out: Callable[[], Reply]) -> Reply:
        """What the caller gets. ``carry_out`` performs the call, and whatever rules come after this one."""
