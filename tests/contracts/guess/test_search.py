"""The search for culprits: it finds exactly those that fail, with few tests."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from math import ceil, log2

import pytest
from drs_contracts.guess.search import Group, GroupSearch
from hypothesis import given
from hypothesis import strategies as st

SETTINGS = 70
Item = tuple[int, int]
"""A setting and one of its alternatives."""


def items_of(alternatives: list[int]) -> list[Item]:
    return [(setting, number) for setting, count in enumerate(alternatives) for number in range(count)]


def exclude(one: Item, other: Item) -> bool:
    return one[0] == other[0]


def search(
    items: list[Item], fails: Callable[[frozenset[Item]], bool], jobs: int = 1, likely: frozenset[Item] | None = None
) -> tuple[GroupSearch[Item], int]:
    """Run the search with an oracle; return it and the number of tests."""
    found = GroupSearch(items, exclude, (lambda item: item in likely) if likely is not None else lambda _: True)
    running: deque[Group[Item]] = deque()
    tests = 0
    while True:
        while len(running) < jobs and (group := found.next_group()) is not None:
            settings = [item[0] for item in group.items]
            assert len(set(settings)) == len(settings), "two alternatives of one setting are tested together"
            running.append(group)
            tests += 1
        if not running:
            return found, tests
        done = running.popleft()
        found.tell(done, not fails(frozenset(done.items)))


def bound(count: int, culprits: int, rounds: int) -> int:
    """The most tests: one for each round, and two for each halving on the way to a culprit."""
    return rounds + culprits * (2 * ceil(log2(max(2, count))) + 1)


@given(
    alternatives=st.lists(st.integers(1, 4), min_size=1, max_size=SETTINGS),
    jobs=st.integers(1, 3),
    data=st.data(),
)
def test_exactly_the_culprits_are_found(alternatives: list[int], jobs: int, data: st.DataObject) -> None:
    items = items_of(alternatives)
    culprits = data.draw(st.sets(st.sampled_from(items), max_size=5))
    likely = frozenset(data.draw(st.sets(st.sampled_from(items))))
    found, tests = search(items, lambda group: bool(group & culprits), jobs, likely)
    assert set(found.culprits) == culprits
    assert not found.undecided
    assert not found.joint
    assert tests <= bound(len(items), len(culprits), max(alternatives)) + 2 * len(culprits)


@given(culprits=st.sets(st.integers(0, 79), min_size=3, max_size=3), data=st.data())
def test_three_culprits_among_twenty_likely_need_few_tests(culprits: set[int], data: st.DataObject) -> None:
    """Eighty items in all; a search without knowledge of what is likely needs some more."""
    items = items_of([1] * 80)
    others = data.draw(st.sets(st.integers(0, 79), max_size=17))
    likely = frozenset((number, 0) for number in culprits | others)
    _, tests = search(items, lambda group: bool({item[0] for item in group} & culprits), likely=likely)
    assert tests <= 24
    _, tests = search(items, lambda group: bool({item[0] for item in group} & culprits))
    assert tests <= 32


@pytest.mark.parametrize(("culprits", "most"), [((), 1), ((17,), 13), ((3, 40, 71), 31)])
def test_tests_for_none_one_and_three_culprits(culprits: tuple[int, ...], most: int) -> None:
    _, tests = search(items_of([1] * 80), lambda group: bool({item[0] for item in group} & set(culprits)))
    assert tests <= most


def test_unlikely_items_are_separated_first() -> None:
    items = items_of([1] * 80)
    likely = frozenset(items[40:48])
    found, tests = search(items, lambda group: items[45] in group, likely=likely)
    assert found.culprits == (items[45],)
    assert tests <= 8


def test_items_that_fail_only_together_are_no_culprits() -> None:
    items = items_of([1] * 16)
    pair = {items[2], items[13]}
    found, _ = search(items, lambda group: pair <= group)
    assert found.culprits == ()
    assert [pair <= set(group) for group in found.joint] == [True]
    assert not found.undecided


def test_a_culprit_is_found_beside_items_that_fail_only_together() -> None:
    items = items_of([1] * 16)
    pair = {items[2], items[13]}
    found, _ = search(items, lambda group: pair <= group or items[7] in group)
    assert found.culprits == (items[7],)


@given(culprits=st.sets(st.integers(0, 39), max_size=5), data=st.data())
def test_a_culprit_that_others_hide_is_found(culprits: set[int], data: st.DataObject) -> None:
    """Some items hide others, as a refusal that no longer comes hides its words; the search is told which."""
    items = items_of([1] * 40)
    hidden_by = {each: data.draw(st.sets(st.sampled_from(range(40)), max_size=3)) - {each} for each in culprits}
    found = GroupSearch(items, exclude)
    while (group := found.next_group()) is not None:
        present = {item[0] for item in group.items}
        hidden = {(each, 0) for each in present & culprits if hidden_by[each] & present}
        fails = any((each, 0) not in hidden for each in present & culprits)
        found.tell(group, not fails, hidden)
    assert {item[0] for item in found.culprits} == culprits
    assert not found.undecided


def test_what_is_known_so_far_can_be_read_at_any_time() -> None:
    items = items_of([1] * 8)
    found = GroupSearch(items, exclude)
    group = found.next_group()
    assert group is not None
    assert found.next_group() is None
    assert found.undecided == tuple(items)
    found.tell(group, passed=False)
    first = found.next_group()
    assert first is not None
    found.tell(first, passed=True)
    assert found.undecided == tuple(items[4:])
    assert found.culprits == ()
