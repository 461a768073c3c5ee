"""Orders are archived after a number of days, if the profile says so; selectOrder then does not find them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from drs_simulator.profile.loading import load_profile
from drs_simulator.scheduling.commands import OrderFilter
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.use_cases.orders import select_orders

from tests.simulator.scheduling.builders import LINCOLN, Desk, changed, local

HERE = OrderFilter(location_ids=("3670010",))


def later(desk: Desk, days: int, seconds: int = 0) -> None:
    desk.clock.shift(timedelta(days=days, seconds=seconds))
    desk.session_id = desk.open()


def archiving() -> Desk:
    return Desk(changed(LINCOLN, ordering={"archived_after_days": 90}))


def test_old_order_is_not_found_by_its_number() -> None:
    desk = archiving()
    desk.order()
    later(desk, 90)
    assert desk.select("order-1")
    later(desk, 0, seconds=1)
    with pytest.raises(Refusal, match=r"^Unable to find order in OptiTime Web: order-1$"):
        desk.select("order-1")


def test_old_order_is_left_out_of_other_searches() -> None:
    desk = archiving()
    desk.order()
    later(desk, 91)
    new = desk.order()
    assert [each.order for each in desk.perform(select_orders, HERE)] == [new.order]


def test_age_counts_from_creation_not_from_the_earliest_date() -> None:
    desk = archiving()
    desk.order(earliest=local("2021-01-01T00:00"))
    assert desk.select("order-1")


def test_order_of_an_earlier_version_counts_from_its_earliest_date() -> None:
    desk = archiving()
    order = desk.order().order
    with desk.store.transaction() as transaction:
        transaction.put_order(replace(order, created=None, earliest=local("2021-01-01T00:00")))
    with pytest.raises(Refusal, match="Unable to find order"):
        desk.select("order-1")


def test_number_of_an_archived_order_stays_taken() -> None:
    desk = archiving()
    desk.order(number="7")
    later(desk, 91)
    with pytest.raises(Refusal, match="order already exists: 7"):
        desk.order(number="7")


def test_archiving_is_off_by_default_and_on_at_hackney() -> None:
    assert LINCOLN.ordering.archived_after_days is None
    assert load_profile("hackney").ordering.archived_after_days == 92
