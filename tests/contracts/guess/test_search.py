"""The search for culprits: it finds exactly those that fail, with few tests."""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable
from math import ceil, log2

import pytest
from drs_contracts.guess.search import Group, GroupSearch, find_failing_together
from drs_simulator import find_variants, load_profile
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
    items: list[Item],
    fails: Callable[[frozenset[Item]], object],
    jobs: int = 1,
    ranks: dict[Item, int] | None = None,
    excludes: Callable[[Item, Item], bool] = exclude,
) -> tuple[GroupSearch[Item], int]:
    """Run the search with an oracle; return it and the number of tests."""
    found = GroupSearch(items, excludes, (lambda _: 0) if ranks is None else ranks.__getitem__)
    running: deque[Group[Item]] = deque()
    tests = 0
    while True:
        while len(running) < jobs and (group := found.next_group()) is not None:
            others = [(one, other) for one in group.items for other in group.items if one is not other]
            assert not any(excludes(one, other) for one, other in others), "items that exclude each other are tested"
            running.append(group)
            tests += 1
        if not running:
            return found, tests
        done = running.popleft()
        found.tell(done, not fails(frozenset(done.items)))


def bound(groups: int, culprits: int, items: int) -> int:
    """The most tests for items of one rank, one at a time, as ``GroupSearch`` says.

    Each culprit is in at most one group that fails and is not a half, in a half for each halving, alone if that was not
    tested yet; and what is left of the group that failed is in at most one group that passes.
    """
    return groups + culprits * (ceil(log2(max(1, items))) + 3)


def bound_with_ranks(groups: int, culprits: int, ranks: list[int], jobs: int) -> int:
    """The most tests for items of several ranks: each rank is halved in turn. Two at once may test both halves."""
    halvings = sum(ceil(log2(count)) + 1 for count in Counter(ranks).values())
    return groups + culprits * (halvings + 2 if jobs == 1 else 2 * halvings + 1)


@given(alternatives=st.lists(st.integers(1, 4), min_size=1, max_size=SETTINGS), data=st.data())
def test_exactly_the_culprits_are_found_within_the_bound(alternatives: list[int], data: st.DataObject) -> None:
    items = items_of(alternatives)
    culprits = data.draw(st.sets(st.sampled_from(items), max_size=8))
    found, tests = search(items, lambda group: bool(group & culprits))
    assert set(found.culprits) == culprits
    assert not found.undecided
    assert not found.joint
    assert tests <= bound(max(alternatives), len(culprits), len(items))


@given(
    alternatives=st.lists(st.integers(1, 4), min_size=1, max_size=SETTINGS),
    jobs=st.integers(1, 3),
    data=st.data(),
)
def test_ranks_and_jobs_change_only_the_number_of_tests(
    alternatives: list[int], jobs: int, data: st.DataObject
) -> None:
    items = items_of(alternatives)
    culprits = data.draw(st.sets(st.sampled_from(items), max_size=5))
    ranks = {item: data.draw(st.integers(0, 2)) for item in items}
    found, tests = search(items, lambda group: bool(group & culprits), jobs, ranks)
    assert set(found.culprits) == culprits
    assert not found.undecided
    assert not found.joint
    assert tests <= bound_with_ranks(max(alternatives), len(culprits), list(ranks.values()), jobs)


@pytest.mark.parametrize(
    ("culprits", "mean", "most"), [(0, 4, 4), (1, 8.5, 10), (2, 12.5, 15), (3, 16.5, 20), (5, 24.5, 30)]
)
def test_the_guesses_of_a_profile_need_few_tests(culprits: int, mean: float, most: int) -> None:
    """Culprits by chance among 24 settings that a command exercises, of all settings in the registry."""
    variants = find_variants(load_profile("lincoln"))
    items = [(number, number) for number in range(len(variants))]
    excluded = {(one, other) for one in items for other in items if variants[one[0]].excludes(variants[other[0]])}
    settings = sorted({each.setting for each in variants})
    chance = random.Random(5)
    needed = []
    for _ in range(40):
        exercised = set(chance.sample(settings, 24))
        ranks = {item: int(variants[item[0]].setting not in exercised) for item in items}
        blamed = set(chance.sample([item for item in items if ranks[item] == 0], culprits))
        found, tests = search(items, blamed.intersection, ranks=ranks, excludes=lambda *pair: pair in excluded)
        assert set(found.culprits) == blamed
        needed.append(tests)
    assert sum(needed) / len(needed) <= mean
    assert max(needed) <= most


def test_unlikely_items_are_separated_first() -> None:
    items = items_of([1] * 80)
    ranks = {item: int(not 40 <= item[0] < 48) for item in items}
    found, tests = search(items, lambda group: items[45] in group, ranks=ranks)
    assert found.culprits == (items[45],)
    assert tests <= 6


def test_groups_are_as_few_as_exclusion_allows_and_about_equal() -> None:
    found = GroupSearch(items_of([4, *[1] * 80]), exclude)
    sizes = []
    while (group := found.next_group()) is not None:
        sizes.append(len(group.items))
        found.tell(group, passed=True)
    assert sizes == [21, 21, 21, 21]


def test_items_that_fail_only_together_are_no_culprits() -> None:
    items = items_of([1] * 16)
    pair = {items[2], items[13]}
    found, _ = search(items, lambda group: pair <= group)
    assert found.culprits == ()
    (group,) = found.joint
    assert pair <= set(group)
    assert not found.undecided
    assert set(find_failing_together(group, lambda some: pair <= set(some))) == pair


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


@given(
    answers=st.randoms(use_true_random=False),
    alternatives=st.lists(st.integers(1, 3), min_size=1, max_size=20),
    jobs=st.integers(1, 3),
)
def test_results_by_chance_end_the_search_too(answers: random.Random, alternatives: list[int], jobs: int) -> None:
    """A command that fails when it likes, and hides what it likes, neither stops the search nor leaves items open."""
    items = items_of(alternatives)
    found = GroupSearch(items, exclude)
    running: deque[Group[Item]] = deque()
    alone: dict[Item, bool] = {}
    for _ in range(20 * len(items)):
        while len(running) < jobs and (group := found.next_group()) is not None:
            running.append(group)
        if not running:
            break
        done = running.popleft()
        passed = answers.random() < 0.5
        if len(done.items) == 1:
            alone[done.items[0]] = passed
        found.tell(done, passed, {item for item in done.items if answers.random() < 0.5})
    assert not found.undecided
    assert set(found.culprits) == {item for item, passed in alone.items() if not passed}


@given(together=st.sets(st.integers(0, 30), min_size=2, max_size=4), count=st.integers(31, 40))
def test_the_items_that_fail_together_are_found(together: set[int], count: int) -> None:
    tests: list[tuple[int, ...]] = []

    def fails(some: tuple[int, ...]) -> bool:
        tests.append(some)
        return together <= set(some)

    assert set(find_failing_together(range(count), fails)) == together
    assert all(len(some) > 1 for some in tests)
    assert len(tests) <= len(together) * (ceil(log2(count)) + 1)


def test_the_search_for_what_fails_together_can_be_cut_short() -> None:
    assert find_failing_together("abcdef", lambda _: None) == tuple("abcdef")
    verdicts = iter([True, None])
    assert find_failing_together("abcdefgh", lambda _: next(verdicts)) == tuple("abcde")


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
    assert first.items == tuple(items[:4])
    found.tell(first, passed=True)
    assert found.undecided == tuple(items[4:])
    assert found.culprits == ()
    assert found.joint == ()


class TestConfirmation:
    """Whether a culprit has failed in two groups too, and no other item can have been the reason."""

    def test_a_culprit_that_failed_in_two_groups_is_confirmed(self) -> None:
        items = items_of([1] * 8)
        found, tests = search(items, lambda group: items[2] in group)
        assert tests == 5
        assert found.is_confirmed(items[2])

    def test_a_culprit_that_failed_in_one_group_is_not(self) -> None:
        items = items_of([1] * 2)
        found, _ = search(items, lambda group: items[0] in group)
        assert found.culprits == (items[0],)
        assert not found.is_confirmed(items[0])

    def test_a_culprit_that_was_never_without_another_is_not(self) -> None:
        items = items_of([1] * 4)
        found, _ = search(items, lambda _: True)
        assert set(found.culprits) == set(items)
        assert not any(map(found.is_confirmed, items))

    def test_a_single_item_is_not(self) -> None:
        found, _ = search(items_of([1]), lambda _: True)
        assert not found.is_confirmed((0, 0))
