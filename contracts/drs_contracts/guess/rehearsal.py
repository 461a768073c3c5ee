"""The calls of a run again, to a simulator in this process: do its answers change with a variant?"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing

from drs_simulator import Profile, Simulator, Variant, apply_variants

from drs_contracts.caller_command import TOLD_PASSWORD
from drs_contracts.driver.messages import Reply
from drs_contracts.driver.targets import SimulatorTarget
from drs_contracts.guess.exchanges import KeptExchange, read_members

_MASKED_PASSWORD = b">***<"
_OPENING = "openSession"


class Rehearsal:
    """Sends the calls of a run again, which takes a fraction of the run's time.

    Its result is a hint: the command may call otherwise next time, and what it does to the simulator without a call to
    DRS is not known here.

    Args:
        exchanges: The calls of the run.
        profile: The installation.
        seconds: How long all of it may take.
    """

    def __init__(self, exchanges: Sequence[KeptExchange], profile: Profile, seconds: float) -> None:
        self._exchanges = exchanges
        self._sessions = [_find_session(each.came) if each.operation == _OPENING else b"" for each in exchanges]
        self._profile = profile
        self._deadline = time.monotonic() + seconds
        self._usual = tuple(self._answer(profile))

    def changes_answers(self, variant: Variant) -> bool | None:
        """Check whether any answer changes with a variant; ``None`` if there was no time to find out."""
        count = 0
        for answer, usual in zip(self._answer(apply_variants(self._profile, [variant])), self._usual, strict=False):
            if answer != usual:
                return True
            count += 1
        return False if count == len(self._exchanges) else None

    def _answer(self, profile: Profile) -> Iterator[Reply]:
        known: dict[bytes, bytes] = {}
        with closing(Simulator(profile, seed=0, password=TOLD_PASSWORD)) as drs:
            target = SimulatorTarget(drs)
            for exchange, session in zip(self._exchanges, self._sessions, strict=True):
                if time.monotonic() > self._deadline:
                    return
                drs.clock.fix(exchange.time)
                answer = target.post(_unmask(exchange.sent, known, password_is_right=bool(session)))
                if session:
                    known[session] = _find_session(answer.body)
                yield answer


def _unmask(body: bytes, sessions: Mapping[bytes, bytes], *, password_is_right: bool) -> bytes:
    """Put in what the journal masks: sessions, and the password where it was the right one."""
    for masked, session in sessions.items():
        body = body.replace(masked, session)
    return body.replace(_MASKED_PASSWORD, b">%s<" % TOLD_PASSWORD.encode()) if password_is_right else body


def _find_session(answer: bytes) -> bytes:
    """Find the session that an answer opens; empty if it refuses."""
    return next((text.encode() for path, text in read_members(answer) if path.endswith("sessionId")), b"")
