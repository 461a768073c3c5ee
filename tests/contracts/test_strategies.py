"""The public strategies: residents and properties are fake, repeat, shrink, and work with a DRS."""

from __future__ import annotations

from dataclasses import asdict

from drs_client import DrsClient
from drs_contracts import strategies
from drs_contracts.fake_data import FakeProperty, FakeResident, fake_property, fake_resident
from drs_simulator import Profile, Simulator, load_profile
from hypothesis import find, given, settings
from hypothesis import strategies as st


@given(number=st.integers(0, 9_999), others=st.lists(st.integers(0, 9_999), max_size=3))
def test_a_number_always_gives_the_same_data(number: int, others: list[int]) -> None:
    """The data of a number do not depend on what was generated before."""
    before = fake_resident(number), fake_property(number)
    for other in others:
        fake_resident(other)
    assert (fake_resident(number), fake_property(number)) == before


def test_examples_shrink_to_the_first() -> None:
    assert find(strategies.residents(), lambda _: True) == fake_resident(0)
    assert find(strategies.properties(), lambda _: True) == fake_property(0)


@given(first=strategies.properties(), second=strategies.properties())
def test_different_properties_have_different_ids(first: FakeProperty, second: FakeProperty) -> None:
    assert (first.id == second.id) == (first == second)


@given(resident=strategies.residents())
def test_residents_cannot_be_reached(resident: FakeResident) -> None:
    assert resident.name.strip()
    assert resident.email.rpartition("@")[2] in {"example.com", "example.org", "example.net"}
    assert sum(character.isdigit() for character in resident.phone) >= 10


@given(text=strategies.comments())
def test_comments_are_never_too_long_for_drs(text: str) -> None:
    assert 1 <= len(text) <= 255


@settings(max_examples=10, deadline=None)
@given(home=strategies.properties(), tenant=strategies.residents())
def test_a_profile_takes_fake_properties(home: FakeProperty, tenant: FakeResident) -> None:
    tables = load_profile("lincoln").model_dump()
    tables["locations"] = [asdict(home)]
    drs = Simulator(Profile.model_validate(tables), clock="fixed@2021-10-22T12:00:00Z")
    with DrsClient.for_simulator(drs) as client:
        order = client.create_order(
            "1",
            home.id,
            "N373049",
            "Priority 20 Days",
            drs.clock.now().replace(month=12),
            comments=f"Call {tenant.name}",
        )
    assert order.location is not None
    assert order.location.address[0] == home.address1
    assert order.comments == f"Call {tenant.name}"
