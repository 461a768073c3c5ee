"""What every effect of a fault rule is."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from drs_simulator.endpoint.connection import Reply
from drs_simulator.endpoint.scene import Scene


class Effect(BaseModel):
    """Something that happens to a call."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: str
    concerns: ClassVar[frozenset[str] | None] = None
    """The only operations that it can happen to; ``None`` for whatever is posted."""

    @abstractmethod
    def strike(self, scene: Scene, carry_out: Callable[[], Reply]) -> Reply:
        """What the caller gets. ``carry_out`` performs the call, and whatever rules come after this one."""
