"""What an effect of a fault rule finds when it strikes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

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
