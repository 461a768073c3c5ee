"""``drs_journal``: the exchanges of a test, and assertions on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drs_simulator import AdminJournal, Journal, JournalEntry, Outcome

from drs_contracts.pytest_plugin.calls import (
    check_operation,
    describe_call,
    find_differences,
    find_members,
    read_members,
)

_MAX_LISTED = 30
_ONCE, _TWICE = 1, 2


class DrsJournal:
    """The exchanges of the DRS that a test calls.

    ::

        drs_journal.assert_called("createOrder", times=1, order_number="10000047")

    Args:
        journal: The journal of a simulator in this process, or of one elsewhere.
        since: The number of the last exchange before the test.
    """

    def __init__(self, journal: Journal | AdminJournal, since: int = 0) -> None:
        self._journal = journal
        self._since = since

    def entries(
        self, operation: str | None = None, outcome: Outcome | None = None, text: str | None = None
    ) -> tuple[JournalEntry, ...]:
        """Return the exchanges of the test, oldest first; only those that match every argument that is given.

        Args:
            operation: The operation that was called.
            outcome: How the exchange ended.
            text: A text in either body or the diagnosis; case is ignored.
        """
        return tuple(each for each in self._journal.entries(operation, outcome, text) if each.number > self._since)

    def latest(
        self,
        limit: int,
        operation: str | None = None,
        outcome: Outcome | None = None,
        text: str | None = None,
        before: int | None = None,
    ) -> tuple[JournalEntry, ...]:
        """Return the last of those exchanges, newest first; see ``drs_simulator.Journal.latest``."""
        found = self._journal.latest(limit, operation, outcome, text, before)
        return tuple(each for each in found if each.number > self._since)

    def entry(self, number: int) -> JournalEntry | None:
        """Return the exchange with that number, or ``None``."""
        return next((each for each in self.entries() if each.number == number), None)

    def as_har(self) -> dict[str, Any]:
        """Return all exchanges that the journal has as an HTTP archive (HAR 1.2)."""
        return self._journal.as_har()

    def clear(self) -> None:
        """Forget the exchanges so far; a journal elsewhere keeps them for its other readers."""
        if isinstance(self._journal, Journal):
            self._journal.clear()
            self._since = 0
        else:
            self._since = newest_number(self._journal)

    def calls(self, operation: str, *, outcome: Outcome | str | None = None, **members: Any) -> list[JournalEntry]:
        """Return the calls of an operation whose requests have these members, oldest first.

        Args:
            operation: The operation; also ``bookingConfirmation`` and the others that DRS itself calls.
            outcome: How they ended: ``success``, ``refusal``, ``fault``, …
            members: Values in the request, by DRS's name or in Python's way: ``order_number``, ``sor_code``. A datetime
                is compared as an instant, a number as a number, a compiled pattern by its match; ``None`` is absent.

        Raises:
            AssertionError: There is no such operation or member; the message names those that are alike.
        """
        check_operation(operation)
        for name in members:
            find_members(name)
        wanted = None if outcome is None else Outcome(outcome)
        return [
            each
            for each in self.entries(operation, wanted)
            if not any(True for _ in find_differences(read_members(each.request), members))
        ]

    def assert_called(
        self,
        operation: str,
        *,
        times: int | None = None,
        min_times: int | None = None,
        max_times: int | None = None,
        outcome: Outcome | str | None = None,
        **members: Any,
    ) -> list[JournalEntry]:
        """Assert that an operation was called with these members in its request; at least once if no number is given.

        Args:
            operation: See ``calls``.
            times: How often, exactly.
            min_times: How often at least.
            max_times: How often at most.
            outcome: See ``calls``.
            members: See ``calls``.

        Returns:
            The calls, oldest first.

        Raises:
            AssertionError: It was not; the message lists what was called, with what differs.
        """
        __tracebackhide__ = True
        if times is None and min_times is None and max_times is None:
            min_times = 1
        found = self.calls(operation, outcome=outcome, **members)
        lowest = max(each for each in (times, min_times, 0) if each is not None)
        highest = min((each for each in (times, max_times) if each is not None), default=None)
        if len(found) < lowest or (highest is not None and len(found) > highest):
            was = f"was called {_counted(len(found))}" if found else "was not called"
            how = f"{_with(members)}{'' if outcome is None else f' and outcome {outcome}'}"
            expected = _expected(times, min_times, max_times)
            raise AssertionError(f"{operation} {was}{how}; {expected}.\n{self._listed(operation, members)}")
        return found

    def assert_not_called(self, operation: str, *, outcome: Outcome | str | None = None, **members: Any) -> None:
        """Assert that no call of an operation has these members in its request; see ``assert_called``."""
        __tracebackhide__ = True
        self.assert_called(operation, times=0, outcome=outcome, **members)

    def assert_called_in_order(self, *operations: str) -> None:
        """Assert that these operations were called in this order; others may come between them.

        Raises:
            AssertionError: They were not; the message lists what was called.
        """
        __tracebackhide__ = True
        for each in operations:
            check_operation(each)
        ahead = iter(self.entries())
        for place, operation in enumerate(operations):
            if not any(each.operation == operation for each in ahead):
                after = f" after {operations[place - 1]}" if place else ""
                raise AssertionError(f"{operation} was not called{after}.\n{self._listed(operation, {})}")

    def _listed(self, operation: str, members: dict[str, Any]) -> str:
        """What was called, in order, a line each; below a call of the operation what differs from the members."""
        entries = self.entries()
        if not entries:
            return "DRS received no call."
        lines = [f"DRS received {len(entries)} {'call' if len(entries) == 1 else 'calls'}:"]
        left_out = len(entries) - _MAX_LISTED
        if left_out > 0:
            lines.append(f"  … {left_out} earlier")
        for each in entries[-_MAX_LISTED:]:
            is_asked = each.operation == operation
            lines.append(f"{'>' if is_asked else ' '} {describe_call(each, members if is_asked else ())}")
            if is_asked:
                different = find_differences(read_members(each.request), members)
                lines += [f"         {difference}" for difference in different]
        return "\n".join(lines)

    def __bool__(self) -> bool:
        return not isinstance(self._journal, Journal) or bool(self._journal)


def newest_number(journal: Journal | AdminJournal) -> int:
    """Return the number of the newest exchange; 0 if there is none."""
    newest: Sequence[JournalEntry] = journal.latest(1)
    return newest[0].number if newest else 0


def _counted(number: int) -> str:
    return {0: "never", _ONCE: "once", _TWICE: "twice"}.get(number, f"{number} times")


def _expected(times: int | None, min_times: int | None, max_times: int | None) -> str:
    if times is not None:
        return f"expected {_counted(times)}"
    parts = [f"at least {_counted(min_times)}" if min_times is not None else ""]
    parts.append(f"at most {_counted(max_times)}" if max_times is not None else "")
    return f"expected {' and '.join(filter(None, parts))}"


def _with(members: dict[str, Any]) -> str:
    told = ", ".join(f"{name}={value!r}" for name, value in members.items())
    return f" with {told}" if told else ""
