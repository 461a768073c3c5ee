"""What a process knows of the state: bounded, of one version, and moved on by the log."""

from __future__ import annotations

from datetime import date

from drs_simulator.storage.sql.mirror import UNKNOWN, Cell, Change, Mirror, write_change

SIBLINGS, OTHERS = Cell("siblings", 1), Cell("siblings", 2)
DIARY = Cell("diary", ("101", date(2021, 10, 26)))


def at_version(version: int) -> Mirror:
    mirror = Mirror()
    mirror.advance(version, ())
    return mirror


def test_the_log_brings_new_values_and_removes_unknown_ones() -> None:
    mirror = at_version(7)
    mirror.put(SIBLINGS, (10,), 7)
    mirror.put(DIARY, (), 7)
    change = write_change({SIBLINGS: (10, 11), DIARY: UNKNOWN}, {}, everything=False)
    assert mirror.advance(8, [Change(8, change)])
    assert mirror.get(SIBLINGS) == (10, 11)
    assert mirror.get(DIARY) is UNKNOWN


def test_a_log_that_does_not_reach_back_empties_the_mirror() -> None:
    mirror = at_version(7)
    mirror.put(SIBLINGS, (10,), 7)
    assert mirror.advance(9, [Change(9, write_change({OTHERS: ()}, {}, everything=False))])
    assert mirror.get(SIBLINGS) is UNKNOWN
    assert mirror.version == 9


def test_an_earlier_version_is_not_gone_back_to() -> None:
    mirror = at_version(7)
    assert not mirror.advance(6, ())
    assert mirror.version == 7


def test_a_value_of_another_version_is_not_kept() -> None:
    mirror = at_version(7)
    mirror.put(SIBLINGS, (10,), 6)
    assert mirror.get(SIBLINGS) is UNKNOWN


def test_the_oldest_values_are_dropped_when_it_is_full() -> None:
    mirror = at_version(1)
    for number in range(40_000):
        mirror.put(Cell("siblings", number), (), 1)
    assert mirror.get(Cell("siblings", 0)) is UNKNOWN
    assert mirror.get(Cell("siblings", 39_999)) == ()
    assert sum(mirror.get(Cell("siblings", number)) == () for number in range(40_000)) == 32_768


def test_a_large_change_is_logged_as_a_change_of_everything() -> None:
    mirror = at_version(1)
    mirror.put(OTHERS, (), 1)
    many = {Cell("siblings", number): (number,) for number in range(100, 700)}
    assert mirror.advance(2, [Change(2, write_change(many, {}, everything=False))])
    assert mirror.get(OTHERS) is UNKNOWN


def test_stamps_move_with_answers_and_with_master_data() -> None:
    mirror = at_version(1)
    stamps = [(mirror.stamp, mirror.master_data_stamp)]
    for version, cell in enumerate((Cell("session", "a"), SIBLINGS, Cell("location", "1")), 2):
        mirror.install(version, {cell: UNKNOWN}, everything=False)
        stamps.append((mirror.stamp, mirror.master_data_stamp))
    (first, closed, booked, moved) = stamps
    assert first == closed
    assert booked[0] != closed[0]
    assert booked[1] == closed[1]
    assert moved[1] != booked[1]
