"""The public strategies: people and places are made up, repeat, shrink, and can be used with a DRS."""

from __future__ import annotations

from dataclasses import asdict

from drs_client import DrsClient, wsgi_transport
from drs_contracts import strategies
from drs_contracts.fake_data import Person, Place, person, place
from drs_simulator import Profile, Simulator, load_profile
from hypothesis import find, given, settings
from hypothesis import strategies as st


@given(number=st.integers(0, 9_999), others=st.lists(st.integers(0, 9_999), max_size=3))
def test_a_number_is_the_same_person_and_place_whoever_came_between(number: int, others: list[int]) -> None:
    before = person(number), place(number)
    for other in others:
        person(other)
    assert (person(number), place(number)) == before


def test_examples_shrink_to_the_first_person_and_place() -> None:
    assert find(strategies.people(), lambda _: True) == person(0)
    assert find(strategies.places(), lambda _: True) == place(0)


@given(first=strategies.places(), second=strategies.places())
def test_different_places_have_different_ids(first: Place, second: Place) -> None:
    assert (first.id == second.id) == (first == second)


@given(somebody=strategies.people())
def test_people_can_be_written_to_nowhere(somebody: Person) -> None:
    assert somebody.name.strip()
    assert somebody.mail.rpartition("@")[2] in {"example.com", "example.org", "example.net"}
    assert sum(character.isdigit() for character in somebody.phone) >= 10


@given(text=strategies.comments())
def test_comments_are_never_too_long_for_drs(text: str) -> None:
    assert 1 <= len(text) <= 255


@settings(max_examples=10, deadline=None)
@given(somewhere=strategies.places(), tenant=strategies.people())
def test_a_profile_can_know_made_up_places(somewhere: Place, tenant: Person) -> None:
    tables = load_profile("lincoln").model_dump()
    tables["locations"] = [asdict(somewhere)]
    drs = Simulator(Profile.model_validate(tables), clock="fixed@2021-10-22T12:00:00Z")
    with DrsClient(f"http://drs{drs.path}", drs.login, drs.password, transport=wsgi_transport(drs.wsgi)) as client:
        order = client.create_order(
            "1",
            somewhere.id,
            "N373049",
            "Priority 20 Days",
            drs.clock.now().replace(month=12),
            comments=f"Call {tenant.name}",
        )
    assert order.location is not None
    assert order.location.address[0] == somewhere.address1
    assert order.comments == f"Call {tenant.name}"
