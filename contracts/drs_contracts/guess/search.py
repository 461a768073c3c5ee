"""Finds which of many items make a test fail, with few tests: groups first, then halves of what fails.

Items that cannot be tested together are in different groups, and the groups are about equally large. A group that fails
is halved until one item fails alone. Where the first half passes, the second one must fail: it is halved without a
test. Where the first half fails, the second one is left; what is left of all groups is tested together in the end.

Every item ends in one of two ways: it was in a group that passed, or it has failed alone. A failure is never inferred.
An item that had no effect in a group that passed, since another one hid it, is tested again without the others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import count
from typing import Generic, TypeVar

_Item = TypeVar("_Item")


class _Knowledge(Enum):
    """What is known of a set of items."""

    NOTHING = auto()
    LEFT = auto()
    """Nothing, but they were in a group that failed, and others have failed in it already."""
    FAILS = auto()
    """At least one fails: the set was tested, or it is what remains of a set that failed."""


@dataclass(eq=False)
class _OpenSet(Generic[_Item]):
    """Items that can be tested together, and are not decided.

    Args:
        items: The items, the likeliest first.
        known: What is known of them.
        origin: The number of the group that failed, from which they come.
        is_apart: Whether they are tested without others, since others hid them.
        running: The tests that go on: of all items, or of one or both halves.
    """

    items: tuple[_Item, ...]
    known: _Knowledge = _Knowledge.NOTHING
    origin: int = 0
    is_apart: bool = False
    running: tuple[Group[_Item], ...] = ()


@dataclass(eq=False)
class Group(Generic[_Item]):
    """Items that are tested together."""

    items: tuple[_Item, ...]
    source: _OpenSet[_Item]


class GroupSearch(Generic[_Item]):
    """The search. ``next_group`` says what to test, ``tell`` takes the result; several tests may run at once.

    One test at a time, ``D`` culprits among ``N`` items of one rank need at most ``G + D * (ceil(log2(N)) + 3)`` tests,
    where ``G`` is the number of groups that the items need since some exclude each other.

    Args:
        items: What to search, in order.
        excludes: Whether two items cannot be tested together. Such items are never in one group.
        rank: How likely an item is a culprit: 0 for the likeliest. Likely items are tested without unlikely ones.
    """

    def __init__(
        self,
        items: Iterable[_Item],
        excludes: Callable[[_Item, _Item], bool],
        rank: Callable[[_Item], int] = lambda _: 0,
    ) -> None:
        self._excludes, self._rank = excludes, rank
        self._open = [_OpenSet(tuple(each)) for each in _separate(sorted(items, key=rank), excludes, rank)]
        self._culprits: list[_Item] = []
        self._failed: list[tuple[_Item, ...]] = []
        self._origins = count(1)

    @property
    def culprits(self) -> tuple[_Item, ...]:
        """The items that have failed alone."""
        return tuple(self._culprits)

    @property
    def undecided(self) -> tuple[_Item, ...]:
        """The items of which not enough is known yet."""
        return tuple(item for each in self._open for item in each.items)

    @property
    def joint(self) -> tuple[tuple[_Item, ...], ...]:
        """Groups that failed though none of their items fails alone: the smallest of them, none twice."""
        explained = {*self._culprits, *self.undecided}
        found = {frozenset(each): each for each in self._failed if explained.isdisjoint(each)}
        return tuple(each for key, each in found.items() if not any(other < key for other in found))

    def is_confirmed(self, culprit: _Item) -> bool:
        """Check whether a culprit has failed alone, and in two groups whose other items are all known to pass."""
        others = {*self._culprits, *self.undecided} - {culprit}
        return sum(culprit in each and len(each) > 1 and others.isdisjoint(each) for each in self._failed) > 1

    def rank_again(self, rank: Callable[[_Item], int]) -> None:
        """Take another function for the rank of items, now that more is known; the groups stay as they are."""
        self._rank = rank
        for each in self._open:
            each.items = tuple(sorted(each.items, key=rank))

    def next_group(self) -> Group[_Item] | None:
        """Take the group that is best tested next; ``None`` while the results of others are needed, or at the end."""
        idle = [each for each in self._open if not each.running]
        new = next((each for each in idle if each.known is _Knowledge.NOTHING), None)
        failing = next((each for each in idle if each.known is _Knowledge.FAILS), None)
        halved = next((each for each in self._open if _has_untested_half(each)), None)
        if new is not None:
            return _begin(new, new.items)
        if failing is not None:
            return _begin(failing, self._first_half(failing))
        if any(each.known is _Knowledge.LEFT for each in idle):
            left = self._join_what_is_left()
            return _begin(left, left.items)
        # If the first half fails, the result of the second one is needed; if not, it was tested for nothing.
        return None if halved is None else _begin(halved, _others(halved, halved.running[0].items))

    def tell(self, group: Group[_Item], passed: bool, hidden: Collection[_Item] = ()) -> None:
        """Take the result of a group; ``hidden`` are the items that had no effect, since others hid them."""
        source, known = group.source, group.source.known
        source.running = tuple(each for each in source.running if each is not group)
        others = _others(source, group.items)
        if others:
            # The set failed, and this is the result of one of its halves.
            source.items, source.known = others, _Knowledge.FAILS if passed else _Knowledge.LEFT
        else:
            self._open.remove(source)
        if len(group.items) == 1:
            self._culprits += () if passed else group.items
        elif passed:
            self._keep_hidden(group, hidden)
        else:
            self._failed.append(group.items)
            self._search_in(group, hidden, source.origin if known is _Knowledge.FAILS else next(self._origins))

    def _keep_hidden(self, group: Group[_Item], hidden: Collection[_Item]) -> None:
        """Keep what a group that passed says nothing of."""
        still_open = tuple(item for item in group.items if item in hidden)
        # Where all are hidden, some of them hide the others.
        middle = len(still_open) // 2 if len(still_open) == len(group.items) else 0
        self._open += [_OpenSet(each, is_apart=True) for each in (still_open[:middle], still_open[middle:]) if each]

    def _search_in(self, group: Group[_Item], hidden: Collection[_Item], origin: int) -> None:
        """Look for what makes a group fail: nothing that had no effect in it."""
        effective = tuple(item for item in group.items if item not in hidden) or group.items
        without_effect = tuple(item for item in group.items if item not in effective)
        is_apart = group.source.is_apart
        self._open.append(_OpenSet(effective, _Knowledge.FAILS, origin, is_apart))
        if without_effect:
            self._open.append(_OpenSet(without_effect, _Knowledge.LEFT, origin, is_apart))

    def _first_half(self, source: _OpenSet[_Item]) -> tuple[_Item, ...]:
        """Half of the likeliest items: the smaller half, since one item that fails alone ends the search for it."""
        items = source.items
        likeliest = sum(self._rank(item) == self._rank(items[0]) for item in items)
        return items[: max(1, likeliest // 2)]

    def _join_what_is_left(self) -> _OpenSet[_Item]:
        """Join the sets of one group that failed, and those of others that none of them excludes."""
        left = [each for each in self._open if each.known is _Knowledge.LEFT and not each.running]
        first = left[0]
        joined = [each for each in left if each.origin == first.origin]
        for origin in dict.fromkeys(each.origin for each in left if each not in joined):
            more = [each for each in left if each.origin == origin]
            if any(each.is_apart for each in (first, *more)) or self._exclude(joined, more):
                continue
            joined += more
        items = sorted((item for each in joined for item in each.items), key=self._rank)
        self._open = [each for each in self._open if each not in joined]
        self._open.append(_OpenSet(tuple(items), _Knowledge.LEFT, first.origin, first.is_apart))
        return self._open[-1]

    def _exclude(self, some: Sequence[_OpenSet[_Item]], others: Sequence[_OpenSet[_Item]]) -> bool:
        pairs = ((one, other) for one in some for other in others)
        return any(self._excludes(item, each) for one, other in pairs for item in one.items for each in other.items)


def find_failing_together(
    items: Sequence[_Item], fails: Callable[[tuple[_Item, ...]], bool | None]
) -> tuple[_Item, ...]:
    """Find few of these items that fail together: leave out any one of them, and the others pass.

    Args:
        items: Items that fail together, and none of them alone.
        fails: Tests some of them; ``None`` ends the search with what is known.
    """
    needed: tuple[_Item, ...] = ()
    rest = tuple(items)
    while rest:
        # How many of the rest do they need, from the first one on? None, or all, or between.
        low, high = max(0, 2 - len(needed)), len(rest)
        middle = 0 if len(needed) > 1 else (low + high) // 2
        while low < high:
            failed = fails((*needed, *rest[:middle]))
            if failed is None:
                return (*needed, *rest[:high])
            low, high = (low, middle) if failed else (middle + 1, high)
            middle = (low + high) // 2
        needed += rest[high - 1 : high]
        rest = rest[: max(0, high - 1)]
    return needed


def _begin(source: _OpenSet[_Item], items: tuple[_Item, ...]) -> Group[_Item]:
    group = Group(items, source)
    source.running = (*source.running, group)
    return group


def _others(source: _OpenSet[_Item], items: tuple[_Item, ...]) -> tuple[_Item, ...]:
    return tuple(item for item in source.items if item not in items)


def _has_untested_half(source: _OpenSet[_Item]) -> bool:
    return len(source.running) == 1 and len(source.running[0].items) < len(source.items)


def _separate(
    items: Sequence[_Item], excludes: Callable[[_Item, _Item], bool], rank: Callable[[_Item], int]
) -> list[list[_Item]]:
    """Share the items out to as few groups as exclusion asks for, each with as many items of each rank."""
    excluded = {item: {other for other in items if other is not item and excludes(item, other)} for item in items}
    most_excluded_first = sorted(items, key=lambda item: -len(excluded[item]))
    number = 0
    groups: list[list[_Item]] | None = None
    while groups is None:
        number += 1
        groups = _share_out(most_excluded_first, excluded, rank, number)
    return [[item for item in items if item in group] for group in groups if group]


def _share_out(
    items: Sequence[_Item], excluded: Mapping[_Item, Collection[_Item]], rank: Callable[[_Item], int], number: int
) -> list[list[_Item]] | None:
    """Share the items out to a number of groups; ``None`` if one of them fits into no group."""
    groups: list[list[_Item]] = [[] for _ in range(number)]
    for item in items:
        free = [group for group in groups if not any(each in excluded[item] for each in group)]
        if not free:
            return None
        min(free, key=lambda group: (sum(rank(each) == rank(item) for each in group), len(group))).append(item)
    return groups
