"""Opens and closes sessions, and performs use cases for those who hold one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hmac import compare_digest
from random import Random
from typing import TypeVar

from drs_simulator.clock import Clock
from drs_simulator.profile.model import Profile
from drs_simulator.scheduling.context import UseCaseContext
from drs_simulator.scheduling.model import LifeCycle, Session
from drs_simulator.scheduling.planning import calendar
from drs_simulator.scheduling.planning.installation import CurrentInstallation, Installation
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.store import Store, Transaction
from drs_simulator.scheduling.validation import Validator

_Request = TypeVar("_Request")
_Answer = TypeVar("_Answer")
_SESSION_ID_BITS = 128


@dataclass(frozen=True, slots=True)
class Credentials:
    """The one login that the simulator lets in."""

    login: str
    password: str

    def match(self, login: str, password: str) -> bool:
        """Whether both are right, in time that does not tell how nearly."""
        right_login = compare_digest(self.login.encode(), login.encode())
        return compare_digest(self.password.encode(), password.encode()) and right_login

    def __repr__(self) -> str:
        return f"Credentials(login={self.login!r}, password=...)"


class Scheduler:
    """DRS's own logic over a profile, a clock, a source of randomness and a keeping of the state.

    Every call is one transaction. What DRS declines raises ``Refusal``, and then nothing was changed. ``wake_sender``
    is called when there is something to tell the council's service; without it nobody is told anything.
    """

    def __init__(
        self,
        profile: Profile,
        clock: Clock,
        random: Random,
        store: Store,
        credentials: Credentials,
        wake_sender: Callable[[], object] | None = None,
    ) -> None:
        self.profile = profile
        self._installation = Installation(profile)
        self._clock = clock
        self._random = random
        self._store = store
        self._credentials = credentials
        self._wake_sender = wake_sender

    def open_session(self, login: str | None, password: str | None) -> Session:
        """A new session, good until local midnight or closeSession. Its id has 32 lower-case hex characters.

        Refuses: a missing login or password, and wrong ones.

        Evidence: seen (Sessions); that a wrong login is no fault, and that sessions are independent: client; the words
        of the refusal: presumed.
        """
        with self._store.transaction() as transaction:
            check = Validator(CurrentInstallation(self._installation, transaction))
            sent_login = check.required("login", login)
            sent_password = check.required("password", password)
            if not self._credentials.match(sent_login, sent_password):
                raise Refusal(self.profile.messages.login_refused)
            session = Session(f"{self._random.getrandbits(_SESSION_ID_BITS):032x}", self._clock.now())
            transaction.put_session(session)
            return session

    def perform(
        self, use_case: Callable[[UseCaseContext, _Request], _Answer], session_id: str | None, request: _Request
    ) -> _Answer:
        """Do the use case for the holder of the session.

        Raises:
            Refusal: The session is missing, unknown, closed or of an earlier day (seen), or the use case refuses.
        """
        with self._store.transaction() as transaction:
            context = self._context(transaction, session_id or "")
            session = transaction.session(context.validator.required("sessionId", session_id))
            zone = self._installation.zone
            if session is None or calendar.local_day(session.opened, zone) != calendar.local_day(context.now, zone):
                raise Refusal(self.profile.messages.session_invalid)
            self._release_lapsed(transaction, context.now)
            return use_case(context, request)

    def run_as_system(self, use_case: Callable[[UseCaseContext, _Request], _Answer], request: _Request) -> _Answer:
        """Do the use case for DRS itself, which needs no session: what comes in by other ways than its gateway.

        Raises:
            Refusal: The use case refuses.
        """
        with self._store.transaction() as transaction:
            context = self._context(transaction, "")
            self._release_lapsed(transaction, context.now)
            return use_case(context, request)

    def _context(self, transaction: Transaction, session_id: str) -> UseCaseContext:
        current = CurrentInstallation(self._installation, transaction)
        check = Validator(current)
        return UseCaseContext(
            session_id, self._clock.now(), current, check, transaction, self._random, self._wake_sender
        )

    def _release_lapsed(self, transaction: Transaction, now: datetime) -> None:
        """Reservations that were not confirmed in time hold their places no longer."""
        for lapsed in transaction.lapsed_reservations(now):
            transaction.put_booking(replace(lapsed, life_cycle=LifeCycle.PLANNED, appointment=None, held_until=None))

    def clear_sessions(self) -> None:
        """All sessions end at once, as when DRS is started anew."""
        with self._store.transaction() as transaction:
            transaction.drop_sessions()

    def ping(self) -> None:
        """Do nothing but reach the state; where that cannot be, its error is raised."""
        with self._store.transaction():
            pass

    def counts(self) -> Mapping[str, int]:
        """How many sessions, orders and bookings are kept."""
        with self._store.transaction() as transaction:
            return transaction.counts()

    def session_opened(self, session_id: str) -> datetime | None:
        """When the session was opened, or ``None`` for one that is not known. It may have lapsed since."""
        with self._store.transaction() as transaction:
            session = transaction.session(session_id)
            return None if session is None else session.opened


def close_session(context: UseCaseContext, request: None) -> None:  # noqa: ARG001 - the session is all that closeSession names
    """The session ends; its id is of no use any more.

    Refuses: nothing besides a session that is not open.

    Evidence: seen (Appendix B 2).
    """
    context.transaction.drop_session(context.session_id)
