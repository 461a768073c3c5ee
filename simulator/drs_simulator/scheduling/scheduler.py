"""The scheduler opens and closes sessions, and runs use cases for the holders of sessions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from hmac import compare_digest
from random import Random
from typing import TypeVar

from drs_simulator.clock import Clock
from drs_simulator.profile.model import Profile
from drs_simulator.scheduling.context import UseCaseContext, is_reader, number_to_look_up
from drs_simulator.scheduling.model import LifeCycle, Session
from drs_simulator.scheduling.planning import calendar
from drs_simulator.scheduling.planning.installation import CurrentInstallation, Installation
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.store import OnlyReadsError, Store, Transaction
from drs_simulator.scheduling.validation import Validator

_Request = TypeVar("_Request")
_Answer = TypeVar("_Answer")
_SESSION_ID_BITS = 128


@dataclass(frozen=True, slots=True)
class Credentials:
    """The one login that the simulator accepts."""

    login: str
    password: str

    def match(self, login: str, password: str) -> bool:
        """Whether both are right. The time it takes does not depend on how much of them is."""
        right_login = compare_digest(self.login.encode(), login.encode())
        return compare_digest(self.password.encode(), password.encode()) and right_login

    def __repr__(self) -> str:
        return f"Credentials(login={self.login!r}, password=...)"


class Scheduler:
    """DRS's own logic. Every call is one transaction; one that raises changes nothing.

    Args:
        profile: How the installation is set up.
        clock: The simulator's time.
        random: The source of session ids and tokens.
        store: Where the state is stored.
        credentials: The login that openSession accepts.
        wake_sender: Called when a confirmation is queued; without it none are.
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
        self.installation = Installation(profile)
        self._clock = clock
        self._random = random
        self._store = store
        self._credentials = credentials
        self._wake_sender = wake_sender
        # The local day of the session that was opened last; those of earlier days are removed already.
        self._session_day: date | None = None

    def open_session(self, login: str | None, password: str | None) -> Session:
        """Open a session, valid until local midnight or closeSession. Its id has 32 lower-case hex characters.

        Refuses: a missing login or password, and wrong ones.

        Evidence: seen (Sessions); that a wrong login is no fault, and that sessions are independent: client; the words
        of the refusal: presumed.
        """

        def check(transaction: Transaction) -> datetime:
            context = self._context(transaction)
            sent_login = context.validator.required("login", login)
            sent_password = context.validator.required("password", password)
            if not self._credentials.match(sent_login, sent_password):
                raise Refusal(self.profile.messages.login_refused)
            return context.now

        session = Session(opened=self._store.read(check), id=f"{self._random.getrandbits(_SESSION_ID_BITS):032x}")
        today = calendar.local_day(session.opened, self.installation.zone)
        if today == self._session_day:
            self._store.add_session(session)
        else:
            with self._store.transaction() as transaction:
                _drop_earlier_sessions(self._context(transaction), today)
                transaction.put_session(session)
            self._session_day = today
        return session

    def perform(
        self, use_case: Callable[[UseCaseContext, _Request], _Answer], session_id: str | None, request: _Request
    ) -> _Answer:
        """Run the use case for the holder of the session.

        Raises:
            Refusal: The session is missing, unknown, closed or of an earlier day (seen), or the use case refuses.
        """

        def work(transaction: Transaction) -> _Answer:
            context = self._context(transaction, session_id or "")
            session = transaction.session(context.validator.required("sessionId", session_id))
            if session is None or not context.is_open(session):
                raise Refusal(self.profile.messages.session_invalid)
            self._release_lapsed(transaction, context.now)
            return use_case(context, request)

        return self._run(work, use_case, request)

    def run_as_system(self, use_case: Callable[[UseCaseContext, _Request], _Answer], request: _Request) -> _Answer:
        """Run the use case without a session, for DRS itself: planners, imported files, confirmations.

        Raises:
            Refusal: The use case refuses.
        """

        def work(transaction: Transaction) -> _Answer:
            context = self._context(transaction)
            self._release_lapsed(transaction, context.now)
            return use_case(context, request)

        return self._run(work, use_case, request)

    def call(self, work: Callable[[], _Answer]) -> _Answer:
        """Run what answers one call, and return its answer; see ``Store.call``."""
        return self._store.call(work)

    def _run(self, work: Callable[[Transaction], _Answer], use_case: Callable[..., object], request: object) -> _Answer:
        if is_reader(use_case):
            try:
                return self._store.read(work)
            except OnlyReadsError:
                # A reservation has lapsed: its place has to be released first.
                pass
        return self._store.write(work, number_to_look_up(use_case, request))

    def _context(self, transaction: Transaction, session_id: str = "") -> UseCaseContext:
        current = CurrentInstallation(self.installation, transaction)
        validator = Validator(current)
        return UseCaseContext(
            session_id, self._clock.now(), current, validator, transaction, self._random, self._wake_sender
        )

    def _release_lapsed(self, transaction: Transaction, now: datetime) -> None:
        """Release the places of reservations that were not confirmed in time."""
        for lapsed in transaction.lapsed_reservations(now):
            transaction.put_booking(replace(lapsed, life_cycle=LifeCycle.PLANNED, appointment=None, held_until=None))

    def clear_sessions(self) -> None:
        """End all sessions, as when DRS is restarted."""
        with self._store.transaction() as transaction:
            transaction.drop_sessions()

    def ping(self) -> None:
        """Check that the store can be reached, without waiting for a request that changes it.

        Raises:
            StateError: It cannot be reached.
        """
        self._store.ping()

    def counts(self) -> Mapping[str, int]:
        """Count open sessions, orders and bookings."""

        def count(transaction: Transaction) -> Mapping[str, int]:
            context = self._context(transaction)
            sessions = sum(context.is_open(session) for session in transaction.sessions())
            return {**transaction.counts(), "sessions": sessions}

        return self._store.read(count)

    def session_opened(self, session_id: str) -> datetime | None:
        """Return when the session was opened, or ``None`` for an unknown one. It may have lapsed since."""
        session = self._store.read(lambda transaction: transaction.session(session_id))
        return None if session is None else session.opened


def _drop_earlier_sessions(context: UseCaseContext, today: date) -> None:
    """Remove the sessions of days before ``today``, which have lapsed for good."""
    for session in tuple(context.transaction.sessions()):
        if calendar.local_day(session.opened, context.installation.zone) < today:
            context.transaction.drop_session(session.id)


def close_session(context: UseCaseContext, request: None) -> None:  # noqa: ARG001 - closeSession names only the session
    """End the session; its id is no longer valid.

    Refuses: only a session that is not open.

    Evidence: seen (Appendix B 2).
    """
    context.transaction.drop_session(context.session_id)
