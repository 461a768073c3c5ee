"""Finds which of many items make a test fail, with few tests: groups first, then halves of what fails.

Every item ends in one of three ways: it was in a group that passed, it failed alone, or it passed alone though its
group failed. A failure is never inferred: an item is a culprit only if it has failed by itself. An item that had no
effect in a group that passed, since another one hid it, is tested again without the others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Generic, TypeVar

_Item = TypeVar("_Item")


class _State(Enum):
    """What is known of a group."""

    UNKNOWN = auto()
    RUNNING = auto()
    PASSED = auto()
    FAILED = auto()
    SUSPECT = auto()
    """The other half passed, and both together failed: this half should fail, and is not tested as a whole."""


@dataclass(eq=False)
class Group(Generic[_Item]):
    """Items that are tested together."""

    items: tuple[_Item, ...]
    parent: Group[_Item] | None = None
    halves: tuple[Group[_Item], ...] = ()
    state: _State = field(default=_State.UNKNOWN)

    @property
    def is_single(self) -> bool:
        """Whether it has one item."""
        return len(self.items) == 1

    @property
    def sibling(self) -> Group[_Item] | None:
        """The other half."""
        return next((each for each in self.parent.halves if each is not self), None) if self.parent else None

    @property
    def is_decided(self) -> bool:
        """Whether all is known of its items."""
        if self.halves:
            return all(half.is_decided for half in self.halves)
        return self.state in (_State.PASSED, _State.FAILED)

    def singles_that_failed(self) -> list[_Item]:
        """List the items that have failed alone."""
        if self.halves:
            return [item for half in self.halves for item in half.singles_that_failed()]
        return list(self.items) if self.is_single and self.state is _State.FAILED else []


class GroupSearch(Generic[_Item]):
    """The search. ``next_group`` says what to test, ``tell`` takes the result; several tests may run at once.

    Args:
        items: What to search, in order.
        excludes: Whether two items cannot be tested together. Such items are never in one group.
        is_likely: Whether an item may well be a culprit. Likely and unlikely ones are separated first.
    """

    def __init__(
        self,
        items: Iterable[_Item],
        excludes: Callable[[_Item, _Item], bool],
        is_likely: Callable[[_Item], bool] = lambda _: True,
    ) -> None:
        self._is_likely = is_likely
        self._roots = [Group(tuple(each)) for each in _separate(sorted(items, key=is_likely, reverse=True), excludes)]

    @property
    def culprits(self) -> tuple[_Item, ...]:
        """The items that have failed alone."""
        return tuple(item for root in self._roots for item in root.singles_that_failed())

    @property
    def undecided(self) -> tuple[_Item, ...]:
        """The items of which not enough is known yet."""
        return tuple(item for group in self._leaves() if not group.is_decided for item in group.items)

    @property
    def joint(self) -> tuple[tuple[_Item, ...], ...]:
        """Groups that failed though none of their items fails alone: the smallest of them."""
        failed = [group for group in self._groups() if group.state is _State.FAILED and group.halves]
        unexplained = [group for group in failed if group.is_decided and not group.singles_that_failed()]
        parents = {id(ancestor) for group in unexplained for ancestor in _ancestors(group)}
        return tuple(group.items for group in unexplained if id(group) not in parents)

    def next_group(self) -> Group[_Item] | None:
        """Take the group that is best tested next; ``None`` while the results of others are needed, or at the end."""
        waiting = [group for group in self._leaves() if group.state is _State.UNKNOWN or _is_untested_single(group)]
        # A second half may turn out to need no test, so it comes last.
        chosen = min(waiting, key=_is_speculative, default=None)
        if chosen is not None:
            chosen.state = _State.RUNNING
        return chosen

    def tell(self, group: Group[_Item], passed: bool, hidden: Collection[_Item] = ()) -> None:
        """Take the result of a group; ``hidden`` are the items of which a group that passed says nothing."""
        group.state = _State.PASSED if passed else _State.FAILED
        if not passed:
            self._split(group)
        elif hidden and not group.is_single:
            self._separate_hidden(group, hidden)
        else:
            self._infer(group)

    def _separate_hidden(self, group: Group[_Item], hidden: Collection[_Item]) -> None:
        group.state = _State.UNKNOWN
        proven = tuple(item for item in group.items if item not in hidden)
        if not proven:
            self._split(group)
            return
        others = tuple(item for item in group.items if item in hidden)
        group.halves = (Group(proven, group, state=_State.PASSED), Group(others, group))

    def _infer(self, group: Group[_Item]) -> None:
        other = group.sibling
        if group.state is _State.PASSED and other is not None and other.state is _State.UNKNOWN:
            other.state = _State.SUSPECT
            self._split(other)

    def _split(self, group: Group[_Item]) -> None:
        if group.is_single:
            return
        likely = sum(map(self._is_likely, group.items))
        middle = likely if 0 < likely < len(group.items) else len(group.items) // 2
        group.halves = (Group(group.items[:middle], group), Group(group.items[middle:], group))

    def _groups(self) -> list[Group[_Item]]:
        found, ahead = [], list(reversed(self._roots))
        while ahead:
            group = ahead.pop()
            found.append(group)
            ahead += reversed(group.halves)
        return found

    def _leaves(self) -> list[Group[_Item]]:
        return [group for group in self._groups() if not group.halves]


def _is_untested_single(group: Group[_Item]) -> bool:
    return group.state is _State.SUSPECT


def _is_speculative(group: Group[_Item]) -> bool:
    """Whether the result of the first half may make a test of this one needless."""
    return (
        group.parent is not None
        and group is group.parent.halves[1]
        and group.state is _State.UNKNOWN
        and (group.parent.halves[0].state in (_State.UNKNOWN, _State.RUNNING))
    )


def _ancestors(group: Group[_Item]) -> Iterable[Group[_Item]]:
    while group.parent is not None:
        group = group.parent
        yield group


def _separate(items: Sequence[_Item], excludes: Callable[[_Item, _Item], bool]) -> list[list[_Item]]:
    """Put each item into the first group in which none excludes it."""
    groups: list[list[_Item]] = []
    for item in items:
        for group in groups:
            if not any(excludes(item, other) for other in group):
                group.append(item)
                break
        else:
            groups.append([item])
    return groups
