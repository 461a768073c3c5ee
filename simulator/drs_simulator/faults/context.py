"""What an effect is, and what it is given of a call.

Apart from the effects themselves, whose models take time to import: few simulators have fault rules.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from drs_simulator.exchange import Reply, SoapCall


@dataclass(frozen=True, slots=True)
class FaultContext:
    """A call that effects apply to, and what they need for it.

    Args:
        call: The request.
        random: A source of randomness for this call alone.
        sleep: Waits a number of seconds.
        clear_sessions: Ends all sessions.
        fill_window: Takes the places that a call asks for, as another caller would.
    """

    call: SoapCall
    random: Random
    sleep: Callable[[float], object]
    clear_sessions: Callable[[], object]
    fill_window: Callable[[SoapCall], object]


class Effect(BaseModel):
    """Something that a fault rule does to a call."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: str
    concerns: ClassVar[frozenset[str] | None] = None
    """The only operations that it applies to; ``None`` for every POST."""

    @abstractmethod
    def apply(self, context: FaultContext, call_next: Callable[[], Reply]) -> Reply:
        """Return the caller's reply. ``call_next`` performs the call with the effects of the rules after this one."""
