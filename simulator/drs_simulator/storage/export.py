"""The state as one document that can be exported and imported."""

from __future__ import annotations

from datetime import UTC, timedelta
from random import Random, SystemRandom
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from drs_simulator.clock import Clock, FrozenClock, RunningClock
from drs_simulator.profile.tables import SorCode
from drs_simulator.scheduling.context import UseCaseContext
from drs_simulator.scheduling.model import Booking, Confirmation, Location, Operative, Order, Session
from drs_simulator.scheduling.scheduler import Scheduler
from drs_simulator.scheduling.snapshot import Snapshot, SnapshotError, put_snapshot, take_snapshot
from drs_simulator.scheduling.store import Numbered

_RANDOM_WORDS = 625
"""The numbers that make up the state of ``random.Random``."""

Word = Annotated[int, Field(ge=0, lt=2**32)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class ClockState(_Part):
    """The instant at which the clock stands, or how far ahead of system time it runs: one of the two."""

    fixed: AwareDatetime | None = None
    shift: timedelta | None = None

    @model_validator(mode="after")
    def _check_that_one_is_given(self) -> Self:
        if (self.fixed is None) == (self.shift is None):
            raise ValueError("give either fixed or shift")
        return self

    @classmethod
    def of(cls, mode: RunningClock | FrozenClock) -> Self:
        """The document of a clock's mode."""
        if isinstance(mode, FrozenClock):
            return cls(fixed=mode.instant.astimezone(UTC))
        return cls(shift=mode.shift)

    @property
    def mode(self) -> RunningClock | FrozenClock:
        """The clock's mode.

        Raises:
            ClockError: The clock would read a time out of range.
        """
        clock = Clock()
        if self.fixed is not None:
            clock.fix(self.fixed)
        else:
            clock.shift(self.shift or timedelta(0))
        return clock.mode


class StateDocument(_Part):
    """The whole state of a DRS. Instants are in UTC.

    Args:
        schema_version: The version of this format; another one is refused.
        profile: The name of the installation.
        clock: The clock's mode.
        randomness: The state of the source of ids and tokens, if that is repeatable.
    """

    schema_version: Literal[1] = 1
    profile: str
    clock: ClockState
    randomness: Annotated[tuple[Word, ...], Field(min_length=_RANDOM_WORDS, max_length=_RANDOM_WORDS)] | None = None
    sessions: tuple[Session, ...] = ()
    numbers: dict[Numbered, int] = {}
    orders: tuple[Order, ...] = ()
    bookings: tuple[Booking, ...] = ()
    sor_codes: tuple[SorCode, ...] = ()
    locations: tuple[Location, ...] = ()
    operatives: tuple[Operative, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()

    @model_validator(mode="after")
    def _check_randomness(self) -> Self:
        if self.randomness is not None and self.randomness[-1] >= _RANDOM_WORDS:
            raise ValueError("randomness: its last number must be less than 625")
        return self

    @classmethod
    def of(cls, profile: str, mode: RunningClock | FrozenClock, random: Random, snapshot: Snapshot) -> Self:
        """Make the document of a DRS from its parts."""
        moved = snapshot.in_zone(UTC)
        return cls(
            profile=profile,
            clock=ClockState.of(mode),
            randomness=_words_of(random),
            sessions=moved.sessions,
            numbers=moved.numbers,
            orders=moved.orders,
            bookings=moved.bookings,
            sor_codes=moved.sor_codes,
            locations=moved.locations,
            operatives=moved.operatives,
            confirmations=moved.confirmations,
        )

    def snapshot(self) -> Snapshot:
        """The stored values, with their instants in UTC, as the gateway reads them.

        Raises:
            SnapshotError: An instant has no offset or is out of range, or a local time has one.
        """
        return Snapshot(
            sessions=self.sessions,
            numbers=self.numbers,
            orders=self.orders,
            bookings=self.bookings,
            sor_codes=self.sor_codes,
            locations=self.locations,
            operatives=self.operatives,
            confirmations=self.confirmations,
        ).in_zone(UTC)

    def restore(self, random: Random) -> None:
        """Set a repeatable source of randomness to the state in the document."""
        if self.randomness is not None and _words_of(random) is not None:
            random.setstate((Random.VERSION, self.randomness, None))


def _words_of(random: Random) -> tuple[int, ...] | None:
    """The state of a repeatable source; ``None`` for the system's source, which has none."""
    return None if isinstance(random, SystemRandom) else random.getstate()[1]


def export_state(scheduler: Scheduler, clock: Clock, random: Random) -> StateDocument:
    """Export the state at one moment: clock, sessions with their ids, orders, bookings and master data."""

    def take(context: UseCaseContext, request: None) -> StateDocument:
        return StateDocument.of(scheduler.profile.name, clock.mode, random, take_snapshot(context, request))

    return scheduler.run_as_system(take, None)


def import_state(document: StateDocument, scheduler: Scheduler, clock: Clock, random: Random) -> None:
    """Replace the state by the document's: all of it, or nothing if the document is refused.

    Raises:
        SnapshotError: The document is inconsistent, or of another installation.
        ClockError: Its clock would read a time out of range.
    """
    profile = scheduler.profile

    def put(context: UseCaseContext, document: StateDocument) -> None:
        if document.profile != profile.name:
            raise SnapshotError([f"profile: is '{document.profile}', and this installation is '{profile.name}'"])
        put_snapshot(context, document.snapshot())
        document.restore(random)

    mode = document.clock.mode
    scheduler.run_as_system(put, document)
    clock.mode = mode
