"""What a call knows of the state before it reads: a look, which is taken to stand, and compared by the first trip."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from threading import local
from typing import NamedTuple, TypeVar

from drs_simulator.storage.errors import StateLostError
from drs_simulator.storage.sql.batcher import Batcher, Submission
from drs_simulator.storage.sql.links import ConnectionLostError, Link, Row, Statement
from drs_simulator.storage.sql.mirror import LAPSES, UNKNOWN, Cell, Mirror
from drs_simulator.storage.sql.statements import (
    CLOCK,
    FAULTS,
    VERSION,
    Look,
    Moved,
    changes_since,
    look_of,
    look_since,
    moved_of,
)

_Answer = TypeVar("_Answer")
_MAX_LOOKERS = 1024
"""How many threads share a look."""
_LOOKED_AT = (Cell("setting", CLOCK), Cell("setting", FAULTS), LAPSES)


class ChangedError(BaseException):
    """The state is not what this thread took it for. Nothing is done yet, and the call is made again.

    It is no ``Exception``: what catches all failures must let it pass.

    Args:
        look: What it is.
    """

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look


class Looks:
    """Looks at the state: once for a call, or once for all calls that wait. Safe under threads.

    Args:
        mirror: What this process knows of the state.
        rows: Executes statements outside a transaction, and returns the rows of the last one.
        link: Lends a connection.
    """

    def __init__(
        self,
        mirror: Mirror,
        rows: Callable[[Sequence[Statement]], list[Row]],
        link: Callable[[], AbstractContextManager[Link]],
    ) -> None:
        self._mirror = mirror
        self._rows = rows
        self._link = link
        self._last: Look | None = None
        self._has_moved = True
        self._lookers: Batcher[None, Look] = Batcher(self._look_for_all, _MAX_LOOKERS)
        self._thread = _OfThread()
        # As many as threads answer calls; a list, since it counts safely under threads.
        self._calls: list[None] = []

    @property
    def of_thread(self) -> Look | None:
        """The look by which this thread works; ``None`` if it has none."""
        return self._thread.look

    @contextmanager
    def working_by(self, look: Look) -> Iterator[None]:
        """Let this thread work by a look, as long as it is the present one."""
        self._thread.look = look
        try:
            yield
        finally:
            self._thread.look = None

    def call(self, work: Callable[[], _Answer]) -> _Answer:
        """See ``Store.call``. The state is first taken to be as it was when this process last looked.

        The first trip, whatever it is for, tells whether clock and fault rules still are, and whether what was read
        is. If not, the work runs again.
        """
        known, look = self._find_newest(), None
        # A database that is gone is noticed where its answer is needed.
        with suppress(StateLostError):
            if known is not None:
                try:
                    return self._call_with(known, work, is_assumed=True)
                except ChangedError as changed:
                    look = changed.look
            else:
                look = self.look()
        return self._call_with(look, work, is_assumed=False)

    def _call_with(self, look: Look | None, work: Callable[[], _Answer], *, is_assumed: bool) -> _Answer:
        """Run the work with a look. One that is assumed is compared with the first trip's."""
        self._thread.look, self._thread.assumed = look, look if is_assumed else None
        self._calls.append(None)
        try:
            answer = work()
            # It made no trip, or one that is not over.
            self.compare()
            return answer
        finally:
            self._calls.pop()
            self._thread.look = self._thread.assumed = None
            asked, self._thread.asked = self._thread.asked, None
            if asked is not None:
                with suppress(StateLostError):
                    self._receive(asked)

    def ask(self) -> Look | None:
        """Ask the database whether what this thread assumes stands, and go on meanwhile; the next step compares.

        Returns:
            What is assumed; ``None`` if it has to be compared first. Calls that come together share a look instead.

        Raises:
            ConnectionLostError: The database has closed the connection; another one may do.
        """
        assumed = self._thread.assumed
        if assumed is None or self._thread.asked is not None or len(self._calls) > 1:
            return None
        with ExitStack() as lent:
            link = lent.enter_context(self._link())
            receive = link.ask(self._question())
            self._thread.asked = _Asked(assumed, lent.pop_all(), receive)
        return assumed

    def _receive(self, asked: _Asked) -> Look:
        with asked.lent:
            rows = asked.receive()
        return self._look_of(rows)

    def compare(self) -> None:
        """Compare what this thread has assumed, if anything, with a new look.

        Raises:
            ChangedError: It was wrong.
        """
        if self._thread.assumed is not None:
            self._compare()

    def _compare(self) -> Look:
        assumed, self._thread.assumed = self._thread.assumed, None
        asked, self._thread.asked = self._thread.asked, None
        if asked is None:
            look = self.look()
        else:
            try:
                look = self._receive(asked)
            except ConnectionLostError:
                # What is behind the next connection may be another database.
                raise ChangedError(self.look()) from None
            if look.version != asked.assumed.version:
                raise ChangedError(look)
        check_settings(assumed, look)
        return look

    def take(self) -> Look:
        """Return a look for one read of this thread: the one that it has, or a new one.

        Raises:
            ChangedError: What it has assumed was wrong.
        """
        look, self._thread.look = self._thread.look, None
        return self._compare() if look is None or self._thread.assumed is not None else look

    def hand_over(self) -> Look | None:
        """Return what this thread has assumed and not compared, for a transaction that compares it with its own look.

        Raises:
            ChangedError: It has read by it, and that was wrong.
        """
        if self._thread.asked is not None:
            self._compare()
        assumed, self._thread.look, self._thread.assumed = self._thread.assumed, None, None
        return assumed

    def look(self) -> Look:
        """Look at the state without a lock, once for all threads that wait for a look."""
        return self._lookers.submit(None)

    def _look_for_all(self, take: Callable[[], Sequence[Submission[None, Look]]]) -> None:
        waiting = take()
        look = self._look_of(self._rows((self._question(),)))
        for each in waiting:
            each.answer(look)

    def _question(self) -> Statement:
        """Return what a look asks: the version alone, which is read sooner, if it had not moved at the last look."""
        return changes_since(self._mirror.version) if self._has_moved else VERSION

    def _look_of(self, rows: Sequence[Row]) -> Look:
        """Move the mirror by the answer to what a look asks, and return the whole look."""
        version, *log = rows[0]
        known = self._mirror.version
        self._has_moved = version != known
        if self._has_moved:
            version, changes = moved_of(rows if log else self._rows((changes_since(known),)))
            self._mirror.advance(version, changes)
        return self._find_known(version) or self._keep(self._rows((look_since(self._mirror.version),)))

    def look_after(self, moved: Moved, link: Link) -> Look:
        """Move the mirror to a version that no other thread can have overtaken, and return the rest of a look."""
        if not self._mirror.advance(*moved):
            # An earlier version than one that was seen before: the database was restored from a copy.
            self.forget()
            self._mirror.advance(moved.version, ())
        return self._find_known(moved.version) or self._keep(link.rows((look_since(moved.version),)))

    def _find_newest(self) -> Look | None:
        """Return the look at the version that this process knows, or else the last one."""
        last, version = self._last, self._mirror.version
        if last is None or version is None or last.version == version:
            return last
        return self._find_known(version) or last

    def _find_known(self, version: int) -> Look | None:
        """Return the look at a version if all of it is known."""
        if self._last is not None and self._last.version == version:
            return self._last
        with self._mirror.lock:
            if self._mirror.version != version:
                return None
            clock, faults, lapses = map(self._mirror.get, _LOOKED_AT)
        if UNKNOWN in (clock, faults, lapses):
            return None
        self._last = Look(version, clock, faults, lapses, changes=())
        return self._last

    def _keep(self, rows: Sequence[Row]) -> Look:
        """Read the rows of a look, and store what it tells."""
        look = look_of(rows)
        if self._mirror.advance(look.version, look.changes):
            for cell, value in zip(_LOOKED_AT, (look.clock, look.faults, look.lapses), strict=True):
                self._mirror.put(cell, value, look.version)
        return look

    def forget(self) -> None:
        """Forget all that this process knows of the state."""
        self._mirror.clear()
        self._last = None


def check_settings(assumed: Look | None, look: Look) -> None:
    """Compare the settings that were assumed, if any, with those of a look.

    Raises:
        ChangedError: They differ.
    """
    if assumed is not None and not assumed.has_settings_of(look):
        raise ChangedError(look)


class _Asked(NamedTuple):
    """A look that was asked for: what it is compared with, the connection, and what waits for the answer."""

    assumed: Look
    lent: ExitStack
    receive: Callable[[], list[Row]]


class _OfThread(local):
    """What one thread has read for the call that it answers."""

    look: Look | None = None
    assumed: Look | None = None
    """The same look if it is of an earlier call, and no trip of this one has shown yet whether it stands."""
    asked: _Asked | None = None
    """What will show it."""
